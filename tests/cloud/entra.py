# SPDX-License-Identifier: Apache-2.0
"""Microsoft Entra ID: the token endpoint and the discovery documents.

The ways to authenticate are in assertions.py (certificates, federation) and signin.py (users), the errors in
refusals.py.
"""
import time
import urllib.parse
import uuid

import assertions
import signin
from http1 import Answer, as_json
from refusals import Refusal
from corrupt import corrupt_token
from world import CLOUDS, cloud_of_authority

ACR_AUDIENCE = "https://containerregistry.azure.net"
RESOURCES = {
    ACR_AUDIENCE, "https://management.azure.com", "https://management.core.windows.net",
    "https://management.chinacloudapi.cn", "https://management.core.chinacloudapi.cn",
    "https://management.usgovcloudapi.net", "https://management.core.usgovcloudapi.net",
    "https://graph.microsoft.com", "https://graph.windows.net", "https://vault.azure.net",
    "https://storage.azure.com",
}
LIFE = 3599


def resource_of(scope):
    """The resource of a v2 scope; a slash before `/.default` belongs to the resource."""
    return scope[:-len("/.default")] if scope.endswith("/.default") else scope.rsplit("/", 1)[0]


def known_resource(resource):
    return resource.rstrip("/") in RESOURCES


class Entra:
    def __init__(self, world, signer, issuers, certificates):
        self.world, self.signer = world, signer
        self.assertions = assertions.Assertions(issuers, certificates)
        self.people = signin.People(self)

    def answer(self, request):
        request_id = str(uuid.uuid4())
        if request.method == "POST":
            request.read_form()
        try:
            answer = self._fault(request) or self._route(request)
        except Refusal as refusal:
            answer = self._refuse(request, refusal, request_id)
        answer.headers.update({"x-ms-request-id": request_id, "x-ms-ests-server": "2.1.22222.8 - STANDIN",
                               "Cache-Control": "no-store, no-cache", "Pragma": "no-cache",
                               "Strict-Transport-Security": "max-age=31536000; includeSubDomains"})
        asked = request.headers.get("client-request-id")
        if asked and request.headers.get("return-client-request-id", "").lower() == "true":
            answer.headers["client-request-id"] = asked
        return answer

    # routing

    def _route(self, request):
        path = request.path
        if path == "/common/discovery/instance":
            return self._instance(request)
        if path.endswith("/.well-known/openid-configuration"):
            return self._configuration(request, path.split("/")[1])
        if path.endswith("/discovery/v2.0/keys") or path.endswith("/discovery/keys"):
            return as_json({"keys": [self.signer.jwk()]})
        if path.startswith("/common/userrealm/"):
            return as_json({"ver": "1.0", "account_type": "Managed", "domain_name": "contoso.com",
                            "cloud_instance_name": "microsoftonline.com",
                            "cloud_audience_urn": "urn:federation:MicrosoftOnline"})
        page = self.people.page(request)
        if page:
            return page
        tenant, _, endpoint = path[1:].partition("/")
        if request.method == "POST" and endpoint in ("oauth2/v2.0/token", "oauth2/token"):
            return self._token(request, tenant)
        if request.method == "POST" and endpoint in ("oauth2/v2.0/devicecode", "oauth2/devicecode"):
            return self.people.start_device(request, tenant)
        if endpoint in ("oauth2/v2.0/authorize", "oauth2/authorize"):
            return self.people.authorize(request, tenant)
        return Answer(404, "", kind="text/html")

    def _fault(self, request):
        rule = request.fault
        if rule.kind == "transient":
            raise Refusal(90033)
        if rule.kind == "entra":
            refusal = Refusal(int(rule.get("code", 50000)))
            refusal.status = rule.get("status", refusal.status)
            refusal.error = rule.get("error", refusal.error)
            refusal.text = rule.get("text", refusal.text)
            raise refusal
        return None

    def _refuse(self, request, refusal, trace):
        correlation = request.headers.get("client-request-id") or str(uuid.uuid4())
        stamp = time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime(self.now(request)))
        between = "\r\n" if request.fault.get("lines") else " "  # on separate lines until 2022, on one line since 2023
        body = {"error": refusal.error,
                "error_description": between.join([f"AADSTS{refusal.code}: {refusal.text}", f"Trace ID: {trace}",
                                                   f"Correlation ID: {correlation}", f"Timestamp: {stamp}"]),
                "error_codes": [refusal.code], "timestamp": stamp, "trace_id": trace,
                "correlation_id": correlation,
                "error_uri": f"https://{request.host}/error?code={refusal.code}"}
        rule = request.fault
        body.update({name: rule[name] for name in ("suberror", "claims") if name in rule})
        headers = {"Retry-After": str(rule["retry_after"])} if "retry_after" in rule else {}
        return as_json(body, refusal.status, headers)

    # the token endpoint

    def find_tenant(self, request, text):
        tenant = self.world.tenant(text, cloud_of_authority(request.host))
        if not tenant:
            raise Refusal(90002, tenant=text)
        return tenant

    def resource(self, request, tenant, scopes=None):
        """The resource of a request, from `scope` (v2) or `resource` (v1); `scopes` are those of an earlier request."""
        if resource := request.argument("resource"):
            return resource
        wanted = [scope for scope in (scopes or request.argument("scope", "")).split()
                  if scope not in ("openid", "profile", "offline_access", "email")]
        if not wanted:
            raise Refusal(900144, parameter="scope")
        if not wanted[0].endswith("/.default") and request.argument("grant_type") == "client_credentials":
            raise Refusal(1002012, scope=wanted[0])
        resource = resource_of(wanted[0]) if "://" in wanted[0] else "https://graph.microsoft.com"
        if not known_resource(resource):
            raise Refusal(500011, resource=resource, tenant=tenant["name"])
        return resource

    def _token(self, request, tenant_text):
        grant = request.argument("grant_type")
        if not grant:
            raise Refusal(900144, parameter="grant_type")
        if grant in self.people.grants:
            return self.people.grants[grant](request, tenant_text)
        if grant != "client_credentials":
            raise Refusal(70003, grant=grant)
        client = request.argument("client_id")
        if not client:
            raise Refusal(900144, parameter="client_id")
        if tenant_text in ("common", "organizations", "consumers"):
            raise Refusal(50194, client=client, name="app")
        tenant = self.find_tenant(request, tenant_text)
        principal = self.world.application(client)
        if not principal or principal["tenant"] != tenant["key"]:
            raise Refusal(700016, client=client, tenant=tenant["name"])
        if principal.get("state") == "disabled":
            raise Refusal(7000112, client=client, name=principal["name"])
        proof = self._prove(request, principal, tenant)
        return self.app_token(request, principal, tenant, self.resource(request, tenant), proof)

    def _prove(self, request, principal, tenant):
        """How the application authenticated ("1" by secret, "2" by assertion), or a refusal."""
        secret, client = request.argument("client_secret"), principal["client_id"]
        if secret:
            if principal.get("secret") != secret:
                raise Refusal(7000215, client=client)
            if principal.get("state") == "secret-expired":
                raise Refusal(7000222, client=client)
            return "1"
        if request.argument("client_assertion"):
            self.assertions.check(request, principal, tenant, self.now(request))
            return "2"
        raise Refusal(7000218)

    def app_token(self, request, principal, tenant, resource, proof="1", life=LIFE):
        claims = self.claims(tenant, principal, resource, self.now(request), life)
        claims.update({"appid": principal["client_id"], "appidacr": proof, "idtyp": "app"})
        token = corrupt_token(request.fault, self.signer.sign(claims), claims, self.signer.sign, self.now(request))
        life = request.fault.get("seconds", 60) if request.fault.kind == "short" else life
        return as_json({"token_type": "Bearer", "expires_in": life, "ext_expires_in": life, "access_token": token})

    def claims(self, tenant, principal, resource, now, life=LIFE):
        return {"aud": resource, "iss": f"https://sts.windows.net/{tenant['id']}/", "iat": now, "nbf": now,
                "exp": now + life, "aio": "E2NgYNgu/lZ0AA==", "oid": principal["object_id"],
                "sub": principal["object_id"], "tid": tenant["id"], "idp": f"https://sts.windows.net/{tenant['id']}/",
                "uti": uuid.uuid4().hex[:22], "rh": "1.AXXX.", "ver": "1.0"}

    @staticmethod
    def now(request):
        skew = request.fault.get("seconds", 900) if request.fault.kind == "skew" else 0
        return int(time.time()) + skew

    # discovery

    def _instance(self, request):
        endpoint = request.argument("authorization_endpoint", "")
        host = urllib.parse.urlsplit(endpoint).hostname or ""
        aliases = {"public": ["login.microsoftonline.com", "login.windows.net", "login.microsoft.com",
                              "sts.windows.net"],
                   "china": ["login.partner.microsoftonline.cn", "login.chinacloudapi.cn"],
                   "usgov": ["login.microsoftonline.us", "login.usgovcloudapi.net"]}
        if host not in sum(aliases.values(), []):
            raise Refusal(50049)
        tenant = urllib.parse.urlsplit(endpoint).path.split("/")[1]
        metadata = [{"preferred_network": names[0], "preferred_cache": names[1] if cloud == "public" else names[0],
                     "aliases": names} for cloud, names in aliases.items()]
        return as_json({"tenant_discovery_endpoint": f"https://{host}/{tenant}/v2.0/.well-known/openid-configuration",
                        "api-version": "1.1", "metadata": metadata})

    def _configuration(self, request, text):
        shared = text in ("common", "organizations", "consumers")
        tenant = "{tenantid}" if shared else self.find_tenant(request, text)["id"]
        base, cloud = f"https://{request.host}/{text if shared else tenant}", cloud_of_authority(request.host)
        return as_json({
            "token_endpoint": f"{base}/oauth2/v2.0/token", "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
            "jwks_uri": f"{base}/discovery/v2.0/keys", "issuer": f"https://{request.host}/{tenant}/v2.0",
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
            "response_modes_supported": ["query", "fragment", "form_post"], "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"], "response_types_supported": ["code"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"], "tenant_region_scope": "EU",
            "cloud_instance_name": CLOUDS[cloud]["authority"].split(".", 1)[1]})
