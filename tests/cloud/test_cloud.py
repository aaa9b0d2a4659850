# SPDX-License-Identifier: Apache-2.0
"""Tests of the stand-in cloud itself. Run them in the cloud:

    tests/cloud/cloud run /usr/bin/python3 -m pytest -q -p no:cacheprovider tests/cloud/test_cloud.py
"""
import base64
import hashlib
import http.server
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.parse
import uuid
from concurrent.futures import ThreadPoolExecutor

import jwt
import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
if "CLOUD_DIR" not in os.environ:
    pytest.skip("needs the cloud around it: tests/cloud/cloud run ...", allow_module_level=True)

import client  # noqa: E402
from client import (ACR_AUDIENCE, APP, APP_SERVICE_PORT, ARC_PORT, AWKWARD, AZURE_CLI, CERTIFICATE, CONTOSO,  # noqa: E402
                    DEPLOYER, DISABLED, EXPIRED, FABRIKAM, GOV, LOGIN, MACHINE, NOBODY, NULL_GUID, PARTNER, USER, WORKLOAD,
                    Cloud)

ACME = "acme.azurecr.io"
SCOPE = ACR_AUDIENCE + "/.default"
TOKEN = f"https://{LOGIN}/{CONTOSO}/oauth2/v2.0/token"
IMDS = "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=" + ACR_AUDIENCE
ASSERTION = {"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}


@pytest.fixture
def cloud():
    here = Cloud.from_environment()
    here.no_faults()
    here.mark()
    yield here
    here.no_faults()
    here.the_world_as_it_was()


def sign_in(who=APP, scope=SCOPE, host=LOGIN, tenant=None, **form):
    form = {"client_secret": getattr(who, "secret", None), **form}
    return requests.post(f"https://{host}/{tenant or who.tenant_id}/oauth2/v2.0/token", timeout=20, data={
        "grant_type": "client_credentials", "client_id": who.client_id, "scope": scope, **form})


def exchange(host, token, **more):
    return requests.post(f"https://{host}/oauth2/exchange", timeout=20, allow_redirects=False, data={
        "grant_type": "access_token", "service": host, "access_token": token, **more})


def claims(token):
    return jwt.decode(token, options={"verify_signature": False})


def error(answer):
    return answer.json()["errors"][0]


# names and addresses

def test_azure_names_resolve_to_the_stand_in_and_all_others_to_the_catch_all_server(cloud):
    where = {name: socket.gethostbyname(name) for name in (
        ACME, "acme.eastus.geo.azurecr.io", "acme.azurecr.cn", LOGIN, "management.azure.com", "evil.example", "x.azurecr.io.evil.com")}
    assert where[ACME] == where["acme.eastus.geo.azurecr.io"] == where["acme.azurecr.cn"] == "10.99.0.10"
    assert (where[LOGIN], where["management.azure.com"]) == ("10.99.0.20", "10.99.0.30")
    assert where["evil.example"] == where["x.azurecr.io.evil.com"] == "203.0.113.66"
    assert [row["answer"] for row in cloud.requests("dns", "evil.example")][:1] == ["203.0.113.66"]


@pytest.mark.parametrize("url", ["https://evil.example/x", "http://evil.example:5000/x", "https://8.8.8.8/x", "http://10.1.2.3/x",
                                 "http://acme.azurecr.io/x", "https://acme.azurecr.io:8443/x", "http://169.254.169.254:8080/x"])
def test_the_catch_all_server_accepts_every_address_and_port(cloud, url):
    answer = requests.post(url, data="secret=1", headers={"Authorization": "Bearer stolen"}, timeout=10)
    assert answer.status_code == 200 and answer.json()["access_token"]
    row, = cloud.trapped()
    assert (row["body"], row["headers"]["authorization"]) == ("secret=1", "Bearer stolen")
    assert row["port"] == (urllib.parse.urlsplit(url).port or (443 if url.startswith("https") else 80))


def test_names_can_be_missing_unanswered_or_resolve_to_an_unreachable_address(cloud):
    def code(host):
        return subprocess.run(["curl", "-s", "-m", "1", f"https://{host}/"], check=False).returncode
    assert [code(name + ".azurecr.io") for name in ("nosuch", "nosuchthing9", "silent", "refused", "dropped", "unreachable")] == \
        [6, 6, 28, 7, 28, 7]


# TLS

def test_the_authority_is_in_the_bundle_and_in_the_hashed_folder(cloud):
    for trust in ({"cafile": "/etc/ssl/certs/ca-certificates.crt"}, {"cafile": cloud.path("ca.pem")}, {"capath": "/etc/ssl/certs"}):
        context = ssl.create_default_context(**trust)
        context.wrap_socket(socket.create_connection((ACME, 443)), server_hostname=ACME).close()


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_both_versions_of_tls_are_supported(cloud, version):
    context = ssl.create_default_context()
    context.minimum_version = context.maximum_version = version
    with context.wrap_socket(socket.create_connection((ACME, 443)), server_hostname=ACME) as sock:
        assert sock.version() == version.name.replace("_", ".")


@pytest.mark.parametrize("fault, text", [("selfsigned", "self-signed"), ("expiredcert", "expired"), ("wronghost", "ostname"),
                                         ("tls10", "alert|version|unsupported|internal")])
def test_a_certificate_can_be_invalid(cloud, fault, text):
    with pytest.raises(requests.exceptions.SSLError, match=text):
        requests.get(f"https://{fault}.azurecr.io/v2/", timeout=10)
    assert cloud.wait_for(service="acr")[0]["event"] in ("handshake failed", "asked nothing")


# Entra ID

@pytest.mark.parametrize("resource", [ACR_AUDIENCE, "https://management.azure.com", "https://management.core.windows.net/"])
def test_a_secret_returns_a_token_only_for_the_requested_resource(cloud, resource):
    for who in (APP, AWKWARD):
        answer = sign_in(who, resource + "/.default").json()
        made = claims(answer["access_token"])
        assert (made["aud"], made["appid"], made["tid"], made["oid"]) == (resource, who.client_id, CONTOSO, who.object_id)
        assert answer["expires_in"] == 3599 and abs(made["exp"] - time.time() - 3599) < 5


@pytest.mark.parametrize("what, status, name, code", [
    (dict(client_secret="wrong"), 401, "invalid_client", 7000215),
    (dict(client_secret=None), 401, "invalid_client", 7000218),
    (dict(who=EXPIRED), 401, "invalid_client", 7000222),
    (dict(who=DISABLED), 400, "unauthorized_client", 7000112),
    (dict(client_id=str(uuid.uuid4())), 400, "unauthorized_client", 700016),
    (dict(tenant="fabrikam.com"), 400, "unauthorized_client", 700016),
    (dict(tenant="nowhere.example"), 400, "invalid_request", 90002),
    (dict(host="login.microsoftonline.us"), 400, "invalid_request", 90002),
    (dict(tenant="common"), 400, "invalid_request", 50194),
    (dict(scope="https://acme.azurecr.io/.default"), 400, "invalid_resource", 500011),
    (dict(grant_type="magic"), 400, "unsupported_grant_type", 70003),
])
def test_entra_rejects_with_its_own_messages(cloud, what, status, name, code):
    answer = sign_in(**what)
    body = answer.json()
    assert (answer.status_code, body["error"], body["error_codes"]) == (status, name, [code])
    assert body["error_description"].startswith(f"AADSTS{code}: ") and f" Trace ID: {body['trace_id']} " in body["error_description"]
    assert answer.headers["x-ms-request-id"] == body["trace_id"] and body["correlation_id"]


def test_other_clouds_have_their_own_tenants(cloud):
    assert sign_in(GOV, host="login.microsoftonline.us").status_code == 200
    assert sign_in(GOV).json()["error_codes"] == [90002]


def assertion(cloud, alg, aud=TOKEN, life=600, start=0, who=CERTIFICATE, file=None, **more):
    with open(cloud.path(file or who.certificate), "rb") as pem:
        data = pem.read()
    key, certificate = serialization.load_pem_private_key(data, None), x509.load_pem_x509_certificate(data)
    field, digest = ("x5t#S256", hashes.SHA256()) if alg == "PS256" else ("x5t", hashes.SHA1())
    thumb = base64.urlsafe_b64encode(certificate.fingerprint(digest)).decode().rstrip("=")
    now = int(time.time()) + start
    body = {"aud": aud, "iss": who.client_id, "sub": who.client_id, "jti": str(uuid.uuid4()), "nbf": now, "exp": now + life}
    return jwt.encode({**body, **more}, key, alg, {field: thumb})


def test_a_registered_certificate_proves_an_application(cloud):
    def code(**how):
        answer = sign_in(CERTIFICATE, client_assertion=assertion(cloud, **how), **ASSERTION).json()
        return claims(answer["access_token"])["appidacr"] if "access_token" in answer else answer["error_codes"][0]
    assert code(alg="PS256") == code(alg="RS256") == "2"
    assert code(alg="RS256", file="app-certificate-expired.pem") == 700027
    assert code(alg="PS256", aud="https://elsewhere.example/") == 700023
    assert code(alg="PS256", start=-7200) == 700024
    forged = assertion(cloud, "PS256")[:-8] + "AAAAAAAA"
    assert sign_in(CERTIFICATE, client_assertion=forged, **ASSERTION).json()["error_codes"] == [700027]


def test_the_assertion_of_a_federated_issuer_is_verified(cloud):
    def code(token):
        answer = sign_in(WORKLOAD, client_assertion=token, **ASSERTION).json()
        return "access_token" in answer or answer["error_codes"][0]
    assert code(cloud.federated_token()) is True
    assert code(cloud.federated_token(subject="system:serviceaccount:default:other")) == 700213
    assert code(cloud.federated_token(audience="api://wrong")) == 700212
    assert code(cloud.federated_token(age=7200)) == 700024
    assert code(jwt.encode({"iss": "https://evil.example", "sub": "x"}, "k" * 32)) == 700211
    assert code(cloud.federated_token()[:-8] + "AAAAAAAA") == 50027


def test_ci_systems_issue_tokens_that_entra_accepts(cloud):
    env = {**cloud.github_environment(), **cloud.pipelines_environment()}
    github = requests.get(env["ACTIONS_ID_TOKEN_REQUEST_URL"] + "&audience=api%3A%2F%2FAzureADTokenExchange", timeout=10,
                          headers={"Authorization": "bearer " + env["ACTIONS_ID_TOKEN_REQUEST_TOKEN"]}).json()["value"]
    url = f"{env['SYSTEM_OIDCREQUESTURI']}?api-version=7.1&serviceConnectionId={env['AZURESUBSCRIPTION_SERVICE_CONNECTION_ID']}"
    pipelines = requests.post(url, timeout=10, headers={"Authorization": "Bearer " + env["SYSTEM_ACCESSTOKEN"]}).json()["oidcToken"]
    for token in (github, pipelines):
        assert sign_in(WORKLOAD, client_assertion=token, **ASSERTION).status_code == 200
    assert requests.post(url, timeout=10, allow_redirects=False).status_code == 302
    assert requests.post(url, timeout=10, allow_redirects=False, headers={"X-TFS-FedAuthRedirect": "Suppress"}).status_code == 401
    assert requests.get(env["ACTIONS_ID_TOKEN_REQUEST_URL"], timeout=10).status_code == 401
    issuer = client.GITHUB + "/.well-known/openid-configuration"
    assert requests.get(requests.get(issuer, timeout=10).json()["jwks_uri"], timeout=10).json()["keys"]
    assert not cloud.trapped()


def test_a_device_code_is_answered_at_the_second_poll(cloud):
    base = f"https://{LOGIN}/organizations/oauth2/v2.0/"
    code = requests.post(base + "devicecode", data={"client_id": AZURE_CLI, "scope": SCOPE + " openid offline_access"}, timeout=10).json()
    poll = {"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "client_id": AZURE_CLI, "device_code": code["device_code"]}
    assert requests.post(base + "token", data=poll, timeout=10).json()["error"] == "authorization_pending"
    cloud.fault("declined", count=1)
    assert requests.post(base + "token", data=poll, timeout=10).json()["error"] == "authorization_declined"
    answer = requests.post(base + "token", data=poll, timeout=10).json()
    assert claims(answer["access_token"])["upn"] == USER.name and answer["foci"] == "1" and answer["id_token"]


def test_a_browser_is_redirected_with_a_code_that_needs_its_verifier(cloud):
    seen = []

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append(urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass
    server = http.server.HTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    verifier, redirect = "v" * 50, f"http://localhost:{server.server_port}"
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    url = f"https://{LOGIN}/organizations/oauth2/v2.0/authorize?" + urllib.parse.urlencode({
        "client_id": AZURE_CLI, "response_type": "code", "redirect_uri": redirect, "scope": SCOPE + " offline_access",
        "state": "s1", "code_challenge": challenge, "code_challenge_method": "S256"})
    for answer in ([], ["--no"], []):
        subprocess.run([HERE + "/browser", *answer, url], check=True, stdout=subprocess.DEVNULL)
    server.shutdown()
    assert seen[0]["state"] == ["s1"] and seen[1]["error"] == ["access_denied"]

    def redeem(code, verifier):
        return requests.post(TOKEN, timeout=10, data={"grant_type": "authorization_code", "client_id": AZURE_CLI, "code": code,
                                                      "redirect_uri": redirect, "code_verifier": verifier}).json()
    assert redeem(seen[0]["code"][0], verifier)["refresh_token"]
    assert redeem(seen[0]["code"][0], verifier)["error_codes"] == [54005]
    assert redeem(seen[2]["code"][0], "w" * 50)["error_codes"] == [501481]


def test_a_refresh_token_is_replaced_and_works_in_every_tenant_of_the_user(cloud):
    def redeem(token, tenant=CONTOSO, **form):
        return requests.post(f"https://{LOGIN}/{tenant}/oauth2/v2.0/token", timeout=10, data={
            "grant_type": "refresh_token", "client_id": AZURE_CLI, "refresh_token": token, "scope": SCOPE, **form}).json()
    token = cloud.user_refresh_token()
    first = redeem(token)
    assert first["refresh_token"] != token and claims(first["access_token"])["tid"] == CONTOSO
    assert claims(redeem(first["refresh_token"], FABRIKAM)["access_token"])["tid"] == FABRIKAM
    assert redeem(cloud.user_refresh_token(life=-5))["error_codes"] == [700082]
    assert redeem("1.AXXXnonsense")["error_codes"] == [9002313]
    assert redeem(token, client_id=str(uuid.uuid4()))["error_codes"] == [70000]


# managed identities

def test_imds_returns_the_requested_identity(cloud):
    def ask(more="", **headers):
        return requests.get(IMDS + more, headers={"Metadata": "true", **headers}, timeout=10)
    assert claims(ask().json()["access_token"])["oid"] == MACHINE.object_id and ask().json()["expires_in"] == "86400"
    for selector in (f"&client_id={DEPLOYER.client_id}", f"&object_id={DEPLOYER.object_id}", f"&msi_res_id={DEPLOYER.resource_id}"):
        assert ask(selector).json()["client_id"] == DEPLOYER.client_id
    assert (ask("&client_id=0").status_code, ask("&client_id=0").json()["error_description"]) == (400, "Identity not found")
    assert requests.get(IMDS, timeout=10).status_code == 400
    assert ask(**{"X-Forwarded-For": "1.2.3.4"}).status_code == 400


def test_app_service_and_arc_have_their_own_protocols(cloud):
    base = f"http://127.0.0.1:{APP_SERVICE_PORT}/msi/token?resource={ACR_AUDIENCE}&api-version="
    new, old = cloud.app_service_environment(), cloud.app_service_environment(old=True)
    assert requests.get(base + "2019-08-01", headers={"X-IDENTITY-HEADER": new["IDENTITY_HEADER"]}, timeout=10).json()["access_token"]
    assert requests.get(base + "2017-09-01", headers={"secret": old["MSI_SECRET"]}, timeout=10).json()["access_token"]
    assert requests.get(base + "2019-08-01", timeout=10).status_code == 403
    url = f"http://127.0.0.1:{ARC_PORT}/metadata/identity/oauth2/token?api-version=2020-06-01&resource={ACR_AUDIENCE}"
    first = requests.get(url, headers={"Metadata": "true"}, timeout=10)
    path = first.headers["WWW-Authenticate"].removeprefix("Basic realm=")
    assert first.status_code == 401 and path.startswith("/var/opt/azcmagent/tokens/") and path.endswith(".key")
    with open(path, encoding="ascii") as file:
        key = file.read()
    assert requests.get(url, headers={"Metadata": "true", "Authorization": "Basic " + key}, timeout=10).json()["access_token"]


def test_service_fabric_has_a_thumbprint_and_cloud_shell_returns_the_user(cloud):
    env = cloud.service_fabric_environment()
    endpoint = urllib.parse.urlsplit(env["IDENTITY_ENDPOINT"])
    der = ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate((endpoint.hostname, endpoint.port)))
    assert hashlib.sha1(der).hexdigest().upper() == env["IDENTITY_SERVER_THUMBPRINT"]
    answer = subprocess.run(["curl", "-sk", "-H", "Secret: " + env["IDENTITY_HEADER"], env["IDENTITY_ENDPOINT"]
                             + "?api-version=2019-07-01-preview&resource=" + ACR_AUDIENCE], capture_output=True, check=True)
    assert claims(json.loads(answer.stdout)["access_token"])["oid"] == MACHINE.object_id
    shell = requests.post(cloud.cloud_shell_environment()["MSI_ENDPOINT"], data={"resource": ACR_AUDIENCE},
                          headers={"Metadata": "true"}, timeout=10)
    assert claims(shell.json()["access_token"])["oid"] == USER.object_id


def test_a_proxy_forwards_requests_and_records_them(cloud):
    proxies = {"https": "http://proxy.example:3128"}
    assert requests.get(f"https://{ACME}/v2/", proxies=proxies, timeout=10).status_code == 401
    assert [row["service"] for row in cloud.requests()] == ["proxy", "acr"]
    cloud.fault("proxyauth", service="proxy")
    with pytest.raises(requests.exceptions.ProxyError, match="407"):
        requests.get(f"https://{ACME}/v2/", proxies=proxies, timeout=10)


# the registry

def test_a_registry_challenges_with_its_own_realm(cloud):
    for host, service in ((ACME, ACME), ("acme.westeurope.geo.azurecr.io", ACME), ("fresh-a1b2c3d4.azurecr.io",) * 2):
        answer = requests.get(f"https://{host}/v2/", timeout=10)
        assert (answer.status_code, error(answer)["code"]) == (401, "UNAUTHORIZED")
        assert answer.headers["Www-Authenticate"] == f'Bearer realm="https://{host}/oauth2/token",service="{service}"'
    assert requests.get(f"https://{ACME}/oauth2/exchange", timeout=10).status_code == 404
    assert requests.get("https://acme.eastus.data.azurecr.io/v2/", timeout=10).status_code == 404


def test_an_entra_token_is_exchanged_for_a_refresh_token_and_then_an_access_token(cloud):
    refresh = exchange(ACME, sign_in().json()["access_token"]).json()["refresh_token"]
    made = claims(refresh)
    assert (made["aud"], made["grant_type"], made["iss"]) == (ACME, "refresh_token", "Azure Container Registry")
    assert made["exp"] - made["iat"] == 3 * 3600 + 900
    form = {"grant_type": "refresh_token", "service": ACME, "scope": "repository:a:pull,push", "refresh_token": refresh}
    post = requests.post(f"https://{ACME}/oauth2/token", data=form, timeout=10).json()["access_token"]
    assert claims(post)["access"] == [{"type": "repository", "name": "a", "actions": ["pull", "push"]}]
    get = requests.get(f"https://{ACME}/oauth2/token?scope=repository:a:pull", auth=(NULL_GUID, refresh), timeout=10)
    assert claims(get.json()["access_token"])["access"][0]["actions"] == ["pull"]
    assert requests.get(f"https://{ACME}/v2/", headers={"Authorization": "Bearer " + post}, timeout=10).status_code == 200
    assert requests.get(f"https://{ACME}/v2/", auth=(NULL_GUID, refresh), timeout=10).status_code == 200


@pytest.mark.parametrize("host, who, token", [
    (ACME, NOBODY, {}), (ACME, PARTNER, {}), ("partner.azurecr.io", APP, {}), ("fresh1.azurecr.io", NOBODY, {}),
    (ACME, APP, {"audience": "https://vault.azure.net"}), (ACME, APP, {"tid": FABRIKAM})])
def test_the_exchange_denies_a_missing_role_and_an_invalid_token(cloud, host, who, token):
    answer = exchange(host, cloud.entra_token(who, **token))
    assert (answer.status_code, error(answer)["code"]) == (401, "UNAUTHORIZED")


def test_roles_can_change_while_the_cloud_runs(cloud):
    token = cloud.entra_token(NOBODY)
    with cloud.changed_world() as world:
        world["registries"][ACME]["roles"]["nobody"] = ["pull"]
    assert exchange(ACME, token).status_code == 200


def test_permissions_limit_a_token(cloud):
    def granted(host, scope, auth=None):
        answer = requests.get(f"https://{host}/oauth2/token", params={"scope": scope, "service": host}, auth=auth, timeout=10)
        access = claims(answer.json()["access_token"])["access"] if answer.ok else error(answer)["message"]
        return client.member(access[0], "actions") if access and isinstance(access, list) else access
    everything = "repository:samples/app:pull,push,delete"
    app = (APP.client_id, APP.secret)
    assert granted("reader.azurecr.io", everything, app) == ["pull"]
    assert granted("public.azurecr.io", everything) == ["pull"]
    assert granted("abac.azurecr.io", "registry:catalog:*", app) == []
    assert granted(ACME, "registry:catalog:*", app) == ["*"]
    assert granted("admin.azurecr.io", everything, ("admin", "admin-password-two")) == ["pull", "push", "delete"]
    assert granted("admin.azurecr.io", everything, ("puller", "puller-password-one")) == ["pull"]
    assert granted("admin.azurecr.io", "repository:other:pull", ("puller", "puller-password-one")) == []
    assert granted(ACME, everything).startswith("authentication required, visit https://aka.ms/acr/authorization")
    assert granted(ACME, everything, ("nobody", "x")) == "Application not registered with AAD."
    assert granted(ACME, everything, (APP.client_id, "wrong")) == "Invalid clientid or client secret."


def test_a_blob_is_pushed_and_pulled_and_a_reader_cannot_push(cloud):
    app, blob = (APP.client_id, APP.secret), os.urandom(3_000_000)
    digest = "sha256:" + hashlib.sha256(blob).hexdigest()
    for body in (blob, iter([blob[:1_000_000], blob[1_000_000:]])):  # with Content-Length, and chunked
        host = "fresh2.azurecr.io"
        start = requests.post(f"https://{host}/v2/team/app/blobs/uploads/", auth=app, timeout=20)
        where = urllib.parse.urljoin(start.url, start.headers["Location"])
        assert requests.put(f"{where}&digest={digest}", data=body, auth=app, timeout=20).status_code == 201
    assert requests.get(f"https://{host}/v2/team/app/blobs/{digest}", auth=app, timeout=20).content == blob
    assert requests.head(f"https://{host}/v2/team/app/blobs/{digest}", auth=app, timeout=20).headers["Content-Length"] == str(len(blob))
    assert requests.post("https://reader.azurecr.io/v2/team/app/blobs/uploads/", auth=app, timeout=20).status_code == 401
    token = cloud.access_token("reader.azurecr.io", [{"type": "repository", "name": "a", "actions": ["pull"]}])
    denied = requests.post("https://reader.azurecr.io/v2/a/blobs/uploads/", headers={"Authorization": "Bearer " + token}, timeout=20)
    assert error(denied)["code"] == "UNAUTHORIZED" and 'error="insufficient_scope"' in denied.headers["WWW-Authenticate"]


# faults

def test_a_fault_can_be_limited_by_host_path_and_count(cloud):
    cloud.fault("error", service="acr", host=ACME, path="/oauth2/exchange", count=2, status=502)
    token = cloud.entra_token()
    assert exchange("fresh3.azurecr.io", token).status_code == 200
    assert [exchange(ACME, token).status_code for _ in range(3)] == [502, 502, 200]
    assert [row.get("fault") for row in cloud.requests("acr", ACME)] == ["error", "error", None]


def refresh_token_of(host, cloud):
    return exchange(host, cloud.entra_token()).json()["refresh_token"]


@pytest.mark.parametrize("name, holds", [
    ("firewall1", lambda a: a.status_code == 403 and "client with IP '203.0.113.7' is not allowed access" in error(a)["message"]),
    ("norole", lambda a: a.status_code == 401), ("armonly", lambda a: error(a)["message"] == "token validation failed"),
    ("acronly", lambda a: a.status_code == 200), ("throttle7", lambda a: (a.status_code, a.headers["Retry-After"]) == (429, "7")),
    ("error500", lambda a: a.status_code == 500), ("html", lambda a: a.text.startswith("<!DOCTYPE")),
    ("proxy", lambda a: a.status_code == 403 and "errors" not in a.text),
    ("redirect302", lambda a: (a.status_code, a.headers["Location"]) == (302, "https://evil.example/steal")),
    ("empty", lambda a: a.json() == {}), ("nobody", lambda a: a.content == b""), ("badjson", lambda a: a.text.endswith("bGciOi")),
    ("deepjson", lambda a: a.text.count("[") == 100000), ("notjwt", lambda a: a.json()["refresh_token"] == "this-is-not-a-jwt"),
    ("nulltoken", lambda a: a.json()["refresh_token"] is None), ("nultoken", lambda a: "\0" in a.json()["refresh_token"]),
    ("crlftoken", lambda a: "\r\n" in a.json()["refresh_token"]), ("bigtoken70000", lambda a: len(a.json()["refresh_token"]) > 70000),
    ("noexp", lambda a: "exp" not in claims(a.json()["refresh_token"])),
    ("expired", lambda a: claims(a.json()["refresh_token"])["exp"] < time.time()),
    ("short90", lambda a: abs(claims(a.json()["refresh_token"])["exp"] - time.time() - 90) < 5),
    ("otheraud", lambda a: claims(a.json()["refresh_token"])["aud"] == "another.azurecr.io"),
    ("skew600", lambda a: abs(claims(a.json()["refresh_token"])["iat"] + 900 - time.time() - 600) < 5),
    ("delay1", lambda a: a.elapsed.total_seconds() > 1),
])
def test_a_registry_has_the_fault_that_its_name_says(cloud, name, holds):
    assert holds(exchange(name + ".azurecr.io", cloud.entra_token()))


@pytest.mark.parametrize("rule, code", [
    (dict(kind="reset"), 35), (dict(kind="reset", at="connect"), 35), (dict(kind="reset", after=40), 56), (dict(kind="hang"), 28),
    (dict(kind="hang", at="connect"), 28), (dict(kind="truncated"), 18), (dict(kind="slow"), 28), (dict(kind="endless"), 63)])
def test_an_answer_can_be_interrupted(cloud, rule, code):
    cloud.fault(**rule, host=ACME, path=None if rule.get("at") else "/oauth2/")
    got = subprocess.run(["curl", "-s", "-m", "1", "--max-filesize", "200000", "-o", "/dev/null", "-d", "a=b",
                          f"https://{ACME}/oauth2/exchange"], check=False).returncode
    assert got == code or (rule["kind"] in ("reset", "endless") and got in (35, 52, 56, 28))
    assert cloud.requests("acr", ACME)[0].get("fault") == rule["kind"]


def test_a_realm_can_name_another_host_and_a_challenge_can_be_missing(cloud):
    assert "evil.example" in requests.get("https://realm.azurecr.io/v2/", timeout=10).headers["Www-Authenticate"]
    assert "Www-Authenticate" not in requests.get("https://nochallenge.azurecr.io/v2/", timeout=10).headers


def test_entra_and_imds_can_return_their_real_errors(cloud):
    cloud.fault("transient", service="entra", count=1)
    assert sign_in().json()["error"] == "temporarily_unavailable"
    cloud.fault("entra", service="entra", count=1, code=53003, error="interaction_required", text="Blocked.", suberror="message_only")
    body = sign_in().json()
    assert (body["error_codes"], body["error"], body["suberror"]) == ([53003], "interaction_required", "message_only")
    cloud.fault("gone", service="imds", count=1)
    cloud.fault("imds400", service="imds", count=1)
    cloud.fault("fields", service="imds", fields={"expires_in": "", "expires_on": None})
    answers = [requests.get(IMDS, headers={"Metadata": "true"}, timeout=10) for _ in range(3)]
    assert [one.status_code for one in answers] == [410, 400, 200]
    assert answers[2].json()["expires_in"] == "" and "expires_on" not in answers[2].json()


def test_an_old_token_can_be_revoked(cloud):
    cloud.fault("revoked", host=ACME, before=int(time.time()) - 60)
    def status(**token):
        return requests.get(f"https://{ACME}/oauth2/token", auth=(NULL_GUID, cloud.registry_token(ACME, **token)), timeout=10).status_code
    assert (status(age=600), status()) == (401, 200)


@pytest.mark.parametrize("version, trips", [("1.2", 4), ("1.3", 3)])
def test_latency_costs_a_round_trip_for_tcp_one_or_two_for_tls_and_one_for_the_request(cloud, version, trips):
    cloud.fault("rtt", ms=100)
    took = []
    while len(took) < 8 and not (took and min(took) < (trips + 0.8) * 0.1):  # a busy machine only increases the time
        took.append(float(subprocess.run(["curl", "-s", "--cacert", cloud.path("ca.pem"), "--tls-max", version, "-o", "/dev/null",
                                          "-w", "%{time_total}", f"https://{ACME}/v2/"],
                                         check=True, capture_output=True, text=True).stdout))
    assert trips * 0.1 <= min(took) < (trips + 0.8) * 0.1


def test_a_hundred_clients_at_once_are_served(cloud):
    def ask(_):
        return subprocess.run(["curl", "-s", "--cacert", cloud.path("ca.pem"), "-o", "/dev/null", "-w", "%{http_code}",
                               f"https://{ACME}/v2/"], check=True, capture_output=True, text=True).stdout
    with ThreadPoolExecutor(100) as pool:
        assert set(pool.map(ask, range(100))) == {"401"}
    assert len(cloud.requests("acr", ACME)) == 100


# real clients

@pytest.mark.skipif(not shutil.which("az"), reason="no az")
@pytest.mark.parametrize("how", [("--service-principal", "-u", APP.client_id, "-p", APP.secret, "--tenant", CONTOSO),
                                 ("--identity",), ()])
def test_az_signs_in_and_reaches_the_registry(cloud, tmp_path, how):
    cloud.az_login(tmp_path, *how)
    out = subprocess.run(["az", "acr", "login", "-n", "acme", "--expose-token"], check=True, capture_output=True, text=True,
                         env={**os.environ, "AZURE_CONFIG_DIR": str(tmp_path), "AZURE_CORE_COLLECT_TELEMETRY": "0"}).stdout
    assert claims(json.loads(out)["accessToken"])["aud"] == ACME and not cloud.trapped()


@pytest.mark.skipif(not os.environ.get("DOCKER_HOST"), reason="needs cloud run --docker")
def test_docker_pushes_and_pulls(cloud, tmp_path):
    env = {**os.environ, "HOME": str(tmp_path), "DOCKER_CONFIG": str(tmp_path)}
    (tmp_path / "config.json").write_text('{"auths": {"none.example": {}}}')

    def docker(*argv, text=None):
        return subprocess.run(["docker", *argv], env=env, check=True, capture_output=True, text=True, input=text).stdout
    subprocess.run("tar -c /bin/true | docker import - fresh5.azurecr.io/app:1", shell=True, check=True, capture_output=True)
    docker("login", "fresh5.azurecr.io", "-u", APP.client_id, "--password-stdin", text=APP.secret)
    for verb in (("push", "-q"), ("rmi",), ("pull", "-q")):
        docker(*verb, "fresh5.azurecr.io/app:1")
