# SPDX-License-Identifier: Apache-2.0
"""The managed identity endpoints of other Azure services, on loopback.

App Service: IDENTITY_ENDPOINT and IDENTITY_HEADER (2019-08-01), MSI_ENDPOINT and MSI_SECRET (2017-09-01, also Azure
ML). Arc: the first request is denied with the path of a file; a client that can read the file may repeat the request.
Service Fabric: TLS with a self-signed certificate that is known by its thumbprint. Cloud Shell: a token of the user.
"""
import json
import os
import secrets
import uuid

from http1 import as_json
from imds import SELECTORS, bad, managed_token
from signin import AZURE_CLI

ARC_PORT, APP_SERVICE_PORT, CLOUD_SHELL_PORT, SERVICE_FABRIC_PORT = 40342, 40343, 40344, 40345
ARC_FOLDER = "/var/opt/azcmagent/tokens"
HEADER = "app-service-identity-header"


class Hosting:
    def __init__(self, world, entra):
        self.arc = Arc(world, entra)
        self.app_service = AppService(world, entra)
        self.cloud_shell = CloudShell(world, entra)
        self.service_fabric = ServiceFabric(world, entra)


class AppService:
    def __init__(self, world, entra):
        self.world, self.entra = world, entra

    @staticmethod
    def unknown():
        return as_json({"statusCode": 400, "message": "No User Assigned or Delegated Managed Identity found for "
                        "specified ClientId/ResourceId/PrincipalId."}, 400)

    def answer(self, request):
        version = request.argument("api-version")
        if version == "2019-08-01":
            shown = request.headers.get("x-identity-header")
            selectors = ("client_id", "object_id", "principal_id", "mi_res_id")
        elif version == "2017-09-01":
            shown, selectors = request.headers.get("secret"), ("clientid",)
        else:
            return as_json({"statusCode": 400, "message": "The api-version is not supported."}, 400)
        if shown != HEADER:
            return as_json({"statusCode": 403, "message": "The identity header is missing or wrong."}, 403)
        answer = _token(self, request, {name: SELECTORS.get(name, "client_id") for name in selectors})
        said = {} if answer.status == 200 else json.loads(answer.body)
        if said.get("error_description", "").startswith("AADSTS"):
            return as_json({"exceptionMessage": said["error_description"], "errorCode": said["error"],
                            "serviceErrorCodes": [said["error_description"][len("AADSTS"):].split(":")[0]],
                            "statusCode": answer.status, "message": None, "correlationId": str(uuid.uuid4())}, answer.status)
        return answer


class Arc:
    """himds: a Basic challenge whose realm is the path of a file that changes each time."""

    def __init__(self, world, entra):
        self.world, self.entra, self.key, self.path, self.unknown = world, entra, None, None, _not_found

    def answer(self, request):
        if request.headers.get("metadata", "").lower() != "true":
            return bad("Required metadata header not specified")
        scheme, _, shown = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "basic" or not self.key or shown != self.key:
            return self._challenge(request)
        os.unlink(self.path)
        self.key = None
        return _token(self, request, {"client_id": "client_id", "object_id": "object_id", "msi_res_id": "resource_id"})

    def _challenge(self, request):
        folder = request.fault.get("folder", ARC_FOLDER)
        os.makedirs(folder, exist_ok=True)
        self.key, self.path = secrets.token_urlsafe(48), f"{folder}/{secrets.token_hex(8)}.key"
        with open(self.path, "w", encoding="ascii") as file:
            file.write(self.key)
        return as_json({"error": "unauthorized"}, 401, {"WWW-Authenticate": f"Basic realm={self.path}"})


class CloudShell:
    def __init__(self, world, entra):
        self.world, self.entra = world, entra

    def answer(self, request):
        if request.method != "POST" or request.headers.get("metadata", "").lower() != "true":
            return bad("Required metadata header not specified")
        request.read_form()
        person = {**self.world.principals["user"], "client_id": AZURE_CLI}
        return managed_token(self.entra, request, self.world, person, 3599)


class ServiceFabric:
    def __init__(self, world, entra):
        self.world, self.entra, self.unknown = world, entra, _not_found

    def answer(self, request):
        if request.headers.get("secret") != HEADER:
            return as_json({"error": {"code": "SecretHeaderNotFound",
                                      "message": "Secret is not found in the request headers."}}, 400)
        if request.argument("api-version") != "2019-07-01-preview":
            return as_json({"error": {"code": "InvalidApiVersion", "message": "The api-version is not supported."}}, 400)
        return _token(self, request, {})


def _not_found():
    return bad("Identity not found")


def _token(endpoint, request, selectors):
    given = [name for name in selectors if request.argument(name)]
    selector = given[0] if given else None
    principal = endpoint.world.managed(selector and selectors[selector], selector and request.argument(selector))
    if not principal:
        return endpoint.unknown()
    return managed_token(endpoint.entra, request, endpoint.world, principal)
