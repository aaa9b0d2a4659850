# SPDX-License-Identifier: Apache-2.0
"""The issuers that Entra ID trusts for workloads: GitHub Actions, Azure Pipelines, a Kubernetes cluster.

Each has OIDC discovery, keys, and the endpoint where a job requests its token, under their real names. Certificates of
applications are created here too: they serve the same purpose, with the application's own key.
"""
import datetime
import os
import time
import uuid

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID

import mcr
from http1 import Answer, as_json

GITHUB = "https://token.actions.githubusercontent.com"
PIPELINES = "https://vstoken.dev.azure.com/c0470500-0000-4000-8000-00000000d0d0"
KUBERNETES = "https://eastus.oic.prod-aks.azure.com/c0470500-0000-4000-8000-000000000001/cluster/"
AUDIENCE = "api://AzureADTokenExchange"

GITHUB_HOST, PIPELINES_HOST = "pipelines.actions.githubusercontent.com", "dev.azure.com"
GITHUB_URL = f"https://{GITHUB_HOST}/contoso/_apis/distributedtask/idtoken?api-version=2.0"
GITHUB_TOKEN = "github-actions-request-token"
PIPELINES_URL = f"https://{PIPELINES_HOST}/contoso/app/_apis/distributedtask/hubs/build/plans/1/jobs/1/oidctoken"
PIPELINES_TOKEN = "azure-pipelines-access-token"
CONNECTION = "5e5e5e5e-0000-4000-8000-000000000001"

# az contacts these hosts to look for a newer version, to test the Internet connection, and to pull a public image.
MCR = "mcr.microsoft.com"
WEB = {"azure.microsoft.com", "raw.githubusercontent.com", "azcliprod.blob.core.windows.net", MCR}

SUBJECTS = {GITHUB: "repo:contoso/app:ref:refs/heads/main", PIPELINES: "sc://contoso/app/azure-connection",
            KUBERNETES: "system:serviceaccount:default:builder"}


def table(signer):
    """issuer -> the Signer of its tokens"""
    return {issuer: signer for issuer in SUBJECTS}


def mint(signer, issuer, subject=None, audience=AUDIENCE, life=600, now=None, **more):
    now = int(time.time()) if now is None else now
    return signer.sign({"iss": issuer, "sub": subject or SUBJECTS[issuer], "aud": audience, "iat": now, "nbf": now,
                        "exp": now + life, "jti": str(uuid.uuid4()), **more})


class Elsewhere:
    """The hosts of these issuers; requests for all other hosts go to the catch-all server."""

    def __init__(self, trap, proxy, issuers):
        self.trap, self.proxy, self.issuers = trap, proxy, issuers

    def service_of(self, request):
        """The service name under which a request is recorded and to which rules apply."""
        if self.proxy.is_for(request):
            return "proxy"
        if request.host in (GITHUB_HOST, PIPELINES_HOST):
            return "github" if request.host == GITHUB_HOST else "pipelines"
        if self._issuer(request):
            return "oidc"
        bare = not request.has_body() and not request.headers.get("authorization")
        return "web" if request.host in WEB and bare else "trap"

    def _issuer(self, request):
        return next((issuer for issuer in self.issuers if request.host == issuer.split("/")[2]), None)

    def answer(self, request):
        answers = {"proxy": self.proxy.answer, "github": self._github, "pipelines": self._pipelines,
                   "oidc": self._discovery, "web": _web, "trap": self.trap.answer}
        return answers[request.connection.service](request)

    def _discovery(self, request):
        issuer = self._issuer(request)
        if request.path.endswith("/.well-known/openid-configuration"):
            return as_json({"issuer": issuer, "jwks_uri": issuer.rstrip("/") + "/openid/v1/jwks",
                            "response_types_supported": ["id_token"],
                            "id_token_signing_alg_values_supported": ["RS256"]})
        if request.path.endswith("/openid/v1/jwks"):
            return as_json({"keys": [self.issuers[issuer].jwk()]})
        return Answer(404, "")

    def _github(self, request):
        if request.headers.get("authorization", "").lower() != f"bearer {GITHUB_TOKEN}":
            return as_json({"message": "Bad credentials"}, 401)
        return as_json({"value": mint(self.issuers[GITHUB], GITHUB, request.fault.get("subject"),
                                      request.argument("audience", "https://github.com/contoso"))})

    def _pipelines(self, request):
        if request.headers.get("authorization", "") != f"Bearer {PIPELINES_TOKEN}":
            if request.headers.get("x-tfs-fedauthredirect") != "Suppress":
                return Answer(302, headers={"Location": "https://spsprodeus1.vssps.visualstudio.com/_signin"})
            return as_json({"message": "TF400813: The user is not authorized to access this resource."}, 401)
        if request.method != "POST" or request.argument("serviceConnectionId") != CONNECTION:
            return as_json({"message": "No service connection found."}, 404)
        return as_json({"oidcToken": mint(self.issuers[PIPELINES], PIPELINES, request.fault.get("subject"))})


def _web(request):
    if request.host == MCR:
        return mcr.answer(request)
    if request.path == "/cli/azure-cli-core/setup.py":
        return Answer(200, 'VERSION = "2.91.0"\n', kind="text/plain")
    return Answer(404, "")


def make_certificates(folder, signer):
    """The registered certificates, by file name; each file in the folder holds key and certificate."""
    now = datetime.datetime.utcnow()
    days = {"app-certificate.pem": (-1, 300), "app-certificate-expired.pem": (-300, -1)}
    made = {}
    for name, (start, end) in days.items():
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name.removesuffix(".pem"))])
        made[name] = (
            x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(signer.key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(now + datetime.timedelta(days=start))
            .not_valid_after(now + datetime.timedelta(days=end)).sign(signer.key, hashes.SHA256()))
        key = signer.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                       serialization.NoEncryption())
        descriptor = os.open(os.path.join(folder, name), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(key + made[name].public_bytes(serialization.Encoding.PEM))
    return made
