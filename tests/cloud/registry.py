# SPDX-License-Identifier: Apache-2.0
"""Azure Container Registry: the challenge, the exchange, the token endpoint, and access control for the storage.

The storage is a real registry, see storage.py.
"""
import re
import uuid

import jwt

import contents
from contents import VISIT
from entra import ACR_AUDIENCE
from http1 import Answer, as_json
from names import registry_name
from corrupt import corrupt_token
from tokens import EARLY, NULL_GUID, access_claims, member, registry_claims
from world import scope_map_actions

ARM_AUDIENCES = {"https://management.azure.com", "https://management.core.windows.net",
                 "https://management.core.chinacloudapi.cn", "https://management.chinacloudapi.cn",
                 "https://management.core.usgovcloudapi.net", "https://management.usgovcloudapi.net"}
HSTS = "max-age=31536000; includeSubDomains"
RESOURCE = re.compile(r"/v2/(?P<name>.+)/(manifests|blobs|tags|referrers)(/|\Z)")
NEEDS = {"GET": "pull", "HEAD": "pull", "DELETE": "delete"}


class Denied(Exception):
    """The error of the registry: a status, a code, a text. Without a code, only the status is sent."""

    def __init__(self, status, code=None, message=None, **detail):
        super().__init__(message)
        self.status, self.error = status, {"code": code, "message": message, **detail}

    def answer(self):
        if not self.error["code"]:
            return Answer(self.status)
        return as_json({"errors": [self.error]}, self.status)


class Caller:
    """A client with a valid credential: a subject, and its actions on a repository."""

    def __init__(self, subject, tenant, object_id, actions_on, catalog=True, capitals=False):
        self.subject, self.tenant, self.object_id = subject, tenant, object_id
        self.actions_on, self.catalog, self.capitals = actions_on, catalog, capitals

    def grant(self, scopes):
        """The `access` claim for the requested scopes, reduced to the allowed actions."""
        access = []
        for scope in " ".join(scopes).split():
            kind, _, rest = scope.partition(":")
            name, _, actions = rest.rpartition(":")
            asked = actions.split(",")
            if kind == "registry":
                granted = asked if name == "catalog" and self.catalog else []
            else:
                mine = self.actions_on(name)
                granted = [action for action in asked
                           if action in mine or (action == "*" and "push" in mine)
                           or (action == "metadata_read" and "pull" in mine)
                           or (action == "metadata_write" and "push" in mine)]
            if granted:
                row = {"type": kind, "name": name, "actions": granted}
                access.append({key.capitalize(): value for key, value in row.items()} if self.capitals else row)
        return access


class Registry:
    """All registries; the host name selects one."""

    def __init__(self, world, entra, entra_signer, signer, storage):
        self.world, self.entra = world, entra
        self.entra_signer, self.signer, self.storage = entra_signer, signer, storage

    def answer(self, request):
        correlation = str(uuid.uuid4())
        try:
            answer = self._route(request, correlation)
        except Denied as denied:
            answer = denied.answer()
            if denied.status == 401 and not request.path.startswith("/oauth2/"):
                self._challenge(request, answer)
        answer.headers.setdefault("Server", "openresty")
        answer.headers.setdefault("Strict-Transport-Security", HSTS)
        answer.headers.setdefault("Connection", "keep-alive")
        if request.path.startswith("/oauth2/"):
            answer.headers.setdefault("X-Ms-Correlation-Request-Id", correlation)
            answer.headers.setdefault("x-ms-ratelimit-remaining-calls-per-second", "166.633333")
        return answer

    def _route(self, request, correlation):
        kind = request.fault.kind
        if kind == "firewall":
            raise Denied(403, "DENIED", f"client with IP '{request.fault.get('ip', '203.0.113.7')}' is not allowed "
                         f"access. Refer https://aka.ms/acr/firewall to grant access. CorrelationId: {correlation}")
        if registry_name(request.host) is None:
            return Answer(404, "", kind="text/html")
        if ".data." in request.host:
            return contents.data(request, self.storage.folder_of(self.world.login_server(request.host)))
        if request.path == "/oauth2/exchange" and request.method == "POST":
            return self._exchange(request, kind, correlation)
        if request.path == "/oauth2/token" and request.method in ("GET", "POST"):
            return self._token(request)
        if request.path == "/v2" or request.path.startswith(("/v2/", "/acr/v1/")):
            return self._resource(request)
        return Answer(404, "404 page not found\n", kind="text/plain; charset=utf-8")

    # exchange an Entra token for a refresh token

    def _exchange(self, request, fault, correlation):
        request.read_form()
        if request.argument("grant_type") not in ("access_token", "access_token_refresh_token"):
            raise Denied(400, "UNSUPPORTED", "grant_type is not supported")
        unauthorized = Denied(401, "UNAUTHORIZED", f"{VISIT} CorrelationId: {correlation}")
        if fault == "norole":
            raise unauthorized
        if fault == "nopermissions":
            raise Denied(403, "DENIED", "retrieving permissions failed")
        try:
            claims = self.entra_signer.check(request.argument("access_token", ""))
        except jwt.InvalidTokenError:
            raise Denied(401)
        audience = str(claims.get("aud", "")).rstrip("/")
        registry = self.world.registry(request.host)
        arm_allowed = registry.get("arm_audience", True) and fault != "acronly"
        if not (audience == ACR_AUDIENCE and fault != "armonly" or audience in ARM_AUDIENCES and arm_allowed):
            raise Denied(401, "UNAUTHORIZED", "token validation failed")
        if claims.get("tid") != self.world.tenants[registry["tenant"]]["id"]:
            raise unauthorized
        principal = self.world.by_object_id(claims.get("oid"))
        if not principal or not self.world.actions(request.host, principal):
            raise unauthorized
        subject = claims.get("upn") or claims.get("appid") or principal["object_id"]
        now = self.entra.now(request)
        made = registry_claims(self.world.login_server(request.host), subject, claims["tid"], principal["object_id"], now)
        return as_json({"refresh_token": self._sign(request, made, now)})

    def _sign(self, request, claims, now):
        return corrupt_token(request.fault, self.signer.sign(claims), claims, self.signer.sign, now)

    # exchange a credential for an access token

    def _token(self, request):
        if request.method == "POST":
            request.read_form()
        grant = request.argument("grant_type", "")
        if request.method == "POST" and grant == "refresh_token":
            caller = self._by_registry_token(request, request.argument("refresh_token", ""), ("refresh_token",))
        elif request.method == "POST" and grant == "password" and request.argument("username"):
            caller = self._by_password(request, request.argument("username", ""), request.argument("password", ""))
        elif request.basic():
            caller = self._by_password(request, *request.basic())
        else:
            caller = self._anonymous(request)
        scopes = request.form.get("scope", []) + request.query.get("scope", [])
        now = self.entra.now(request)
        host = self.world.login_server(request.host)
        base = registry_claims(host, caller.subject, caller.tenant, caller.object_id, now)
        body = {"access_token": self._sign(request, access_claims(base, caller.grant(scopes), now), now)}
        # `az acr login` stores an identity token in docker's configuration; docker sends it to this endpoint.
        if request.argument("offline_token") == "true" and (request.basic() or ("",))[0] == NULL_GUID:
            body["refresh_token"] = request.basic()[1]
        return as_json(body)

    def _by_password(self, request, user, password):
        if password.endswith("\n") or user.endswith("\n"):
            raise Denied(500, "UNKNOWN", "unknown error")
        if user == NULL_GUID:
            return self._by_registry_token(request, password, ("refresh_token", "access_token"))
        registry = self.world.registry(request.host)
        tenant = self.world.tenants[registry["tenant"]]
        admin = registry.get("admin")
        if admin and user == admin["user"]:
            if password not in admin["passwords"]:
                raise Denied(401, "UNAUTHORIZED", VISIT)
            return Caller(user, tenant["id"], NULL_GUID, lambda name: ["pull", "push", "delete"], capitals=True)
        token = registry.get("tokens", {}).get(user)
        if token:
            if token.get("disabled") or password not in token["passwords"]:
                raise Denied(401, "UNAUTHORIZED", VISIT)
            return Caller(user, tenant["id"], NULL_GUID, lambda name: scope_map_actions(token, name), False)
        principal = self.world.application(user)
        if not principal or principal["tenant"] != registry["tenant"]:
            raise Denied(401, "UNAUTHORIZED", "Application not registered with AAD.")
        if principal.get("secret") != password or principal.get("state"):
            raise Denied(401, "UNAUTHORIZED", "Invalid clientid or client secret.")
        return self._caller(request, user, tenant["id"], principal)

    def _by_registry_token(self, request, token, grants):
        try:
            claims = self.signer.check(token, leeway=0)
        except jwt.InvalidTokenError:
            raise Denied(401)
        if claims.get("aud") != self.world.login_server(request.host) or claims.get("grant_type") not in grants:
            raise Denied(401)
        if request.fault.kind == "revoked" and claims["iat"] + EARLY < request.fault.get("before", 1 << 40):
            raise Denied(401)
        if claims["grant_type"] == "access_token":
            access = claims["access"]
            return Caller(claims["sub"], claims.get("tenant"), NULL_GUID, lambda name: [
                action for row in access if member(row, "name") == name for action in member(row, "actions")], False)
        principal = self.world.by_object_id(claims["sub"])
        if not principal:
            raise Denied(401)
        return self._caller(request, claims.get("appid", claims["sub"]), claims.get("tenant"), principal)

    def _caller(self, request, subject, tenant, principal):
        actions = self.world.actions(request.host, principal)
        catalog = self.world.registry(request.host).get("catalog", True) and bool(actions)
        return Caller(subject, tenant, principal["object_id"], lambda name: actions, catalog)

    def _anonymous(self, request):
        registry = self.world.registry(request.host)
        if not registry.get("anonymous_pull"):
            raise Denied(401, "UNAUTHORIZED", VISIT)
        tenant = self.world.tenants[registry["tenant"]]
        return Caller("anonymous", tenant["id"], NULL_GUID, lambda name: ["pull"], registry.get("catalog", True))

    # access control

    def _resource(self, request):
        kind, name, action = needed(request)
        allowed = self._allowed(request, kind, name, action)
        if not allowed:
            raise Denied(401, "UNAUTHORIZED", VISIT, detail=[{"Type": kind, "Name": name, "Action": action}] if kind else None)
        if not kind:
            return Answer(200, "{}", {"Docker-Distribution-Api-Version": "registry/2.0"}, "application/json")
        if request.path == "/acr/v1/_catalog":
            request.target = request.target.replace("/acr/v1/", "/v2/", 1)
        elif request.path.startswith("/acr/v1/"):
            return Answer(404, "404 page not found\n", kind="text/plain; charset=utf-8")
        return contents.refusal(request) or self._contents(request)

    def _contents(self, request):
        host = self.world.login_server(request.host)
        elsewhere = contents.redirect(request, self.world.registry(host), self.storage.folder_of(host), host)
        return elsewhere or contents.in_azure_words(request, self.storage.forward(request, host))

    def _allowed(self, request, kind, name, action):
        if request.basic():
            caller = self._by_password(request, *request.basic())
            return not kind or bool(caller.grant([f"{kind}:{name}:{action}"]))
        claims = self._claims(request)
        if not claims:
            return False
        granted = [action for row in claims["access"] if member(row, "type") == kind and member(row, "name") in (name, "*")
                   for action in member(row, "actions")]
        return not kind or action in granted or "*" in granted

    def _claims(self, request):
        """The claims of a bearer token that is valid here, or None."""
        try:
            claims = self.signer.check(request.bearer() or "", leeway=0)
        except jwt.InvalidTokenError:
            return None
        mine = claims.get("aud") == self.world.login_server(request.host) and claims.get("grant_type") == "access_token"
        return claims if mine else None

    def _challenge(self, request, answer):
        rule = request.fault.kind
        if rule == "nochallenge":
            return
        kind, name, action = needed(request)
        realm = f"https://{request.host}/oauth2/token"
        if rule == "realm":
            realm = request.fault.get("realm", "https://evil.example/oauth2/token")
        challenge = f'Bearer realm="{realm}",service="{self.world.login_server(request.host)}"'
        if kind:
            challenge += f',scope="{kind}:{name}:{action if action != "push" else "pull,push"}"'
        if request.bearer():
            challenge += f',error="{"insufficient_scope" if self._claims(request) else "invalid_token"}"'
        if answer.body:
            answer.body += b"\n"
        answer.headers.update({
            "Access-Control-Expose-Headers": ["Docker-Content-Digest", "WWW-Authenticate", "Link", "X-Ms-Correlation-Request-Id"],
            "Docker-Distribution-Api-Version": "registry/2.0", "Strict-Transport-Security": [HSTS, HSTS],
            "WWW-Authenticate": challenge, "X-Content-Type-Options": "nosniff"})


def needed(request):
    """(type, name, action) that a path requires; (None, None, None) if any credential is enough."""
    if request.path in ("/v2/_catalog", "/acr/v1/_catalog"):
        return "registry", "catalog", "*"
    if request.path.startswith("/acr/v1/"):
        name = request.path[len("/acr/v1/"):].split("/_")[0]
        return "repository", name, "metadata_read" if request.method == "GET" else "metadata_write"
    found = RESOURCE.match(request.path)
    if found and found[2] == "tags":
        return "repository", found["name"], "metadata_read"
    return ("repository", found["name"], NEEDS.get(request.method, "push")) if found else (None, None, None)
