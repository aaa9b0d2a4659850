# SPDX-License-Identifier: Apache-2.0
"""The instance metadata service of a virtual machine, http://169.254.169.254."""
import json
import time
import uuid

from entra import known_resource
from http1 import as_json

# the names of the three parameters that select a user-assigned identity, for each endpoint
SELECTORS = {"client_id": "client_id", "object_id": "object_id", "principal_id": "object_id",
             "msi_res_id": "resource_id", "mi_res_id": "resource_id"}


def bad(text, status=400, error="invalid_request"):
    return as_json({"error": error, "error_description": text}, status)


class Imds:
    def __init__(self, world, entra):
        self.world, self.entra = world, entra

    def answer(self, request):
        kind = request.fault.kind
        if request.headers.get("x-forwarded-for") is not None:
            return bad("Requests with an X-Forwarded-For header are refused")
        if request.headers.get("metadata", "").lower() != "true":
            return bad("Required metadata header not specified")
        if kind == "gone":
            return as_json({"error": "gone", "error_description": "IMDS is being updated"}, 410)
        if kind == "imds400":
            return bad("Identity not found")
        if request.path == "/metadata/identity/oauth2/token" and request.method == "GET":
            return self._token(request)
        if request.path.startswith("/metadata/instance"):
            return self._instance(request)
        return as_json({"error": "not_found"}, 404)

    def _token(self, request):
        if not request.argument("api-version"):
            return bad("Required query variable 'api-version' is missing")
        selectors = [name for name in SELECTORS if request.argument(name)]
        if len(selectors) > 1:
            return bad("Only one of client_id, object_id and msi_res_id may be given")
        selector = selectors[0] if selectors else None
        principal = self.world.managed(selector and SELECTORS[selector], selector and request.argument(selector))
        if not principal:
            return bad("Identity not found")
        return managed_token(self.entra, request, self.world, principal)

    def _instance(self, request):
        machine = self.world.principals["machine"]
        tenant = self.world.tenant_of(machine)
        return as_json({"compute": {
            "azEnvironment": "AzurePublicCloud", "location": "eastus", "name": machine["name"], "osType": "Linux",
            "provider": "Microsoft.Compute", "resourceGroupName": "builds", "resourceId": machine["resource_id"],
            "subscriptionId": tenant["subscription"], "vmId": "0b0b0b0b-0000-4000-8000-000000000001"}, "network": {}})


def managed_token(entra, request, world, principal, life=86400):
    """The response of IMDS and similar endpoints: numbers are strings, `resource` is a v1 audience."""
    resource = request.argument("resource")
    if not resource:
        return bad("Required query variable 'resource' is missing")
    if not known_resource(resource):
        return bad(f"AADSTS500011: The resource principal named {resource} was not found in the tenant named "
                   f"{world.tenant_of(principal)['name']}. Trace ID: {uuid.uuid4()} Correlation ID: {uuid.uuid4()} "
                   f"Timestamp: {time.strftime('%Y-%m-%d %H:%M:%SZ', time.gmtime())}", error="invalid_resource")
    answer = entra.app_token(request, principal, world.tenant_of(principal), resource, "2", life)
    token = json.loads(answer.body)
    now = entra.now(request)
    life = int(token["expires_in"])
    times = {"expires_in": str(life), "expires_on": str(now + life), "ext_expires_in": str(life),
             "not_before": str(now)}
    if request.fault.kind == "noexp":
        times = {}
    return as_json({"access_token": token["access_token"], "client_id": principal["client_id"], **times,
                    "resource": resource, "token_type": "Bearer"})
