# SPDX-License-Identifier: Apache-2.0
"""Tests that the stand-in responds like the recorded responses of the real services: README.md says where and when they
were recorded.

The content of the recordings is repeated here by hand: header names with their values, bodies, claims, times.
"""
import email.utils
import http.client
import json
import os
import ssl
import sys
import uuid

import jwt
import pytest
import requests

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
if "CLOUD_DIR" not in os.environ:
    pytest.skip("needs the cloud around it: tests/cloud/cloud run ...", allow_module_level=True)

from client import (ACR_AUDIENCE, APP, APP_SERVICE_PORT, CHINA, CONTOSO, LOGIN, MACHINE, NOBODY, NULL_GUID, USER, WORLD, Cloud,  # noqa: E402
                    member)

HOST, PUBLIC, PRIVATE = "recorded.azurecr.io", "public.azurecr.io", "reader.azurecr.io"
VISIT = "authentication required, visit https://aka.ms/acr/authorization for more information."
TRANSPORT = "max-age=31536000; includeSubDomains"


@pytest.fixture
def cloud():
    here = Cloud.from_environment()
    here.no_faults()
    here.mark()
    yield here
    here.no_faults()
    here.the_world_as_it_was()


def ask(method, host, path, form=None, **headers):
    """(status, headers as sent, body): without a library that merges or hides fields."""
    context = ssl.create_default_context(cafile="/etc/ssl/certs/ca-certificates.crt")
    connection = http.client.HTTPSConnection(host, timeout=20, context=context)
    body = form and "&".join(f"{name}={requests.utils.quote(value, safe='')}" for name, value in form.items())
    if body is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    return answer.status, answer.headers, answer.read()


def exchange(token, host=HOST, **form):
    return ask("POST", host, "/oauth2/exchange", {"grant_type": "access_token", "service": host, "tenant": CONTOSO,
                                                  "access_token": token, **form})


def claims(token):
    return jwt.decode(token, options={"verify_signature": False})


def date(headers):
    return int(email.utils.parsedate_to_datetime(headers["Date"]).timestamp())


def is_correlated(headers):
    return str(uuid.UUID(headers["X-Ms-Correlation-Request-Id"])) == headers["X-Ms-Correlation-Request-Id"]


# the registry

def test_a_challenge_has_the_headers_and_the_body_of_a_real_one(cloud):
    status, headers, body = ask("GET", HOST, "/v2/")
    del headers["Date"]
    assert status == 401 and sorted(headers.items()) == sorted([
        ("Server", "openresty"), ("Content-Type", "application/json; charset=utf-8"), ("Content-Length", "149"),
        ("Connection", "keep-alive"), ("Access-Control-Expose-Headers", "Docker-Content-Digest"),
        ("Access-Control-Expose-Headers", "WWW-Authenticate"), ("Access-Control-Expose-Headers", "Link"),
        ("Access-Control-Expose-Headers", "X-Ms-Correlation-Request-Id"),
        ("Docker-Distribution-Api-Version", "registry/2.0"), ("Strict-Transport-Security", TRANSPORT),
        ("Strict-Transport-Security", TRANSPORT),
        ("WWW-Authenticate", f'Bearer realm="https://{HOST}/oauth2/token",service="{HOST}"'),
        ("X-Content-Type-Options", "nosniff")])
    assert body.decode() == '{"errors":[{"code":"UNAUTHORIZED","message":"' + VISIT + '","detail":null}]}\n'


def test_a_regional_endpoint_names_itself_as_realm_and_the_login_server_as_service(cloud):
    _, headers, _ = ask("GET", "recorded.eastus2.geo.azurecr.io", "/v2/")
    assert headers["WWW-Authenticate"] == 'Bearer realm="https://recorded.eastus2.geo.azurecr.io/oauth2/token",' \
                                          f'service="{HOST}"'


@pytest.mark.parametrize("who", [APP, USER, MACHINE], ids=["application", "user", "managed"])
def test_a_refresh_token_has_the_claims_and_times_of_a_real_one(cloud, who):
    status, headers, body = exchange(cloud.entra_token(who))
    assert status == 200 and headers["Content-Type"] == "application/json; charset=utf-8" and list(json.loads(body)) == ["refresh_token"]
    made = claims(json.loads(body)["refresh_token"])
    assert abs(made["iat"] + 900 - date(headers)) <= 1 and made["nbf"] == made["iat"]
    assert made["exp"] - made["iat"] == 11700
    assert set(made) - {"appid"} == {"jti", "sub", "nbf", "exp", "iat", "iss", "aud", "version", "rid", "grant_type", "permissions",
                                     "roles", "tenant"}
    assert (made["sub"], made["aud"], made["iss"]) == (who.object_id, HOST, "Azure Container Registry")
    assert (made["version"], len(made["rid"]), made["grant_type"]) == ("1.0", 32, "refresh_token")
    assert made.get("appid") == getattr(who, "client_id", None)


def test_permissions_have_all_three_forms(cloud):
    seen = [claims(cloud.registry_token(f"spelling{number}.azurecr.io"))["permissions"] for number in range(20)]
    assert {tuple(one) for one in seen} == {("actions", "notActions"), ("Actions", "NotActions"), ("actions",)}
    assert all({"read", "write", "delete"} <= set(member(one, "actions")) for one in seen)


def test_an_access_token_lives_for_an_hour(cloud):
    refresh = cloud.registry_token(HOST)
    status, headers, body = ask("POST", HOST, "/oauth2/token", {
        "grant_type": "refresh_token", "service": HOST, "scope": "repository:hello-world:metadata_read", "refresh_token": refresh})
    made = claims(json.loads(body)["access_token"])
    assert status == 200 and abs(made["exp"] - 3600 - date(headers)) <= 1 and made["exp"] - made["iat"] == 4500
    assert made["nbf"] == made["iat"] and made["version"] == "2.0" and "permissions" not in made
    assert made["access"] == [{"type": "repository", "name": "hello-world", "actions": ["metadata_read"]}]


def test_the_access_of_the_admin_user_has_capitalized_names(cloud):
    answer = requests.get("https://admin.azurecr.io/oauth2/token?scope=repository:app:pull", auth=("admin", "admin-password-one"), timeout=20)
    assert claims(answer.json()["access_token"])["access"] == [{"Type": "repository", "Name": "app", "Actions": ["pull"]}]


def test_a_token_with_an_invalid_signature_is_denied_without_a_message(cloud):
    grown = [exchange("broken", tenant="wrong tenant"), exchange(cloud.entra_token(age=7200)), ask("POST", HOST, "/oauth2/token", {
        "grant_type": "refresh_token", "service": HOST, "scope": "registry:catalog:*", "refresh_token": "a.b.c"})]
    for status, headers, body in grown:
        assert (status, body, headers["Content-Length"]) == (401, b"", "0") and is_correlated(headers)
        assert "Content-Type" not in headers and "WWW-Authenticate" not in headers
        assert (headers["Server"], headers["Connection"], headers["Strict-Transport-Security"]) == ("openresty", "keep-alive", TRANSPORT)


def test_the_error_for_a_missing_role_has_a_link(cloud):
    status, headers, body = exchange(cloud.entra_token(NOBODY))
    assert status == 401 and is_correlated(headers)
    assert json.loads(body) == {"errors": [{"code": "UNAUTHORIZED", "message":
                                            f"{VISIT} CorrelationId: {headers['X-Ms-Correlation-Request-Id']}"}]}


def test_an_identity_without_a_role_can_also_be_denied(cloud):
    cloud.fault("nopermissions", service="acr", host=HOST)
    status, _, body = exchange(cloud.entra_token(NOBODY))
    assert (status, json.loads(body)) == (403, {"errors": [{"code": "DENIED", "message": "retrieving permissions failed"}]})


def test_a_token_for_another_audience_is_not_valid(cloud):
    status, headers, body = exchange(cloud.entra_token(audience="https://vault.azure.net"))
    assert (status, body) == (401, b'{"errors":[{"code":"UNAUTHORIZED","message":"token validation failed"}]}')
    assert headers["Content-Length"] == "72" and headers["x-ms-ratelimit-remaining-calls-per-second"].startswith("166.")


def test_the_firewall_names_the_address_and_an_id(cloud):
    status, headers, body = exchange(cloud.entra_token(), host="firewall.azurecr.io")
    assert (status, json.loads(body)["errors"]) == (403, [{"code": "DENIED", "message":
        "client with IP '203.0.113.7' is not allowed access. Refer https://aka.ms/acr/firewall to grant access. "
        f"CorrelationId: {headers['X-Ms-Correlation-Request-Id']}"}])


def test_throttling_has_the_message_of_the_registry_or_of_front_door(cloud):
    cloud.fault("throttle", service="acr", host=HOST, retry_after="none", count=1)
    cloud.fault("throttle", service="acr", host=HOST, retry_after="none", frontdoor=True)
    status, headers, body = exchange(cloud.entra_token())
    assert status == 429 and "Retry-After" not in headers and json.loads(body)["errors"] == [{"code": "TOOMANYREQUESTS", "message":
        "Too many requests. Please visit https://aka.ms/acr/skus#sku-feature-matrix to view limits of all service tiers."}]
    status, _, body = exchange(cloud.entra_token())
    assert status == 429 and body.startswith(b"Ref A: ")


# without a login

def anonymous(host, scope, method="POST"):
    if method == "GET":
        return ask("GET", host, f"/oauth2/token?scope={requests.utils.quote(scope, safe='')}&service={host}")
    return ask("POST", host, "/oauth2/token", {"grant_type": "password", "refresh_token": "", "scope": scope, "service": host})


def test_a_public_registry_gives_an_anonymous_client_a_token_for_its_catalog(cloud):
    status, headers, body = anonymous(PUBLIC, "registry:catalog:*")
    assert status == 200 and is_correlated(headers) and headers["x-ms-ratelimit-remaining-calls-per-second"].startswith("166.")
    status, _, body = ask("GET", PUBLIC, "/acr/v1/_catalog", Authorization="Bearer " + json.loads(body)["access_token"])
    assert status == 200 and isinstance(json.loads(body)["repositories"], list)


def test_actions_not_allowed_anonymously_are_left_out_of_the_token_and_denied_later(cloud):
    status, _, body = anonymous(PUBLIC, "repository:hello-world:metadata_write")
    assert status == 200
    status, headers, body = ask("PATCH", PUBLIC, "/acr/v1/hello-world", Authorization="Bearer " + json.loads(body)["access_token"])
    assert status == 401 and headers["WWW-Authenticate"] == (
        f'Bearer realm="https://{PUBLIC}/oauth2/token",service="{PUBLIC}",scope="repository:hello-world:metadata_write",'
        'error="insufficient_scope"')
    assert json.loads(body) == {"errors": [{"code": "UNAUTHORIZED", "message": VISIT, "detail": [
        {"Type": "repository", "Name": "hello-world", "Action": "metadata_write"}]}]}


def test_an_invalid_bearer_is_an_invalid_token(cloud):
    status, headers, _ = ask("GET", PUBLIC, "/v2/hello-world/tags/list", Authorization="Bearer a.b.c")
    assert status == 401 and headers["WWW-Authenticate"].endswith('error="invalid_token"')


def part(cloud, path, actions="pull", host=HOST, **headers):
    access = [{"type": "repository", "name": "app", "actions": [actions]}]
    return ask("GET", host, path, Authorization="Bearer " + cloud.access_token(host, access), **headers)


@pytest.mark.parametrize("path, actions, error", [
    ("/v2/app/manifests/v9", "pull",
     {"code": "MANIFEST_UNKNOWN", "message": 'manifest tagged by "v9" is not found', "detail": {"Tag": "v9"}}),
    (f"/v2/app/manifests/sha256:{'a' * 64}", "pull",
     {"code": "MANIFEST_UNKNOWN", "message": f"manifest sha256:{'a' * 64} is not found", "detail": {"Name": "app", "Revision": f"sha256:{'a' * 64}"}})])
def test_a_missing_repository_or_tag_has_the_message_of_the_registry(cloud, path, actions, error):
    status, headers, body = part(cloud, path, actions)
    assert status == 404 and json.loads(body) == {"errors": [error]} and headers["Docker-Distribution-Api-Version"] == "registry/2.0"


def test_pull_permission_does_not_allow_listing_tags(cloud):
    status, headers, _ = part(cloud, "/v2/app/tags/list")
    assert status == 401 and 'scope="repository:app:metadata_read",error="insufficient_scope"' in headers["WWW-Authenticate"]
    assert json.loads(part(cloud, "/v2/app/tags/list", "metadata_read")[2]) == {"name": "app", "tags": ["latest"]}


def test_an_operation_that_is_disallowed(cloud):
    cloud.fault("locked", host=HOST)
    status, _, body = part(cloud, "/v2/app/manifests/latest")
    assert status == 405 and json.loads(body)["errors"][0] == {
        "code": "REGISTRY_DISALLOWED_OPERATION", "detail": {}, "message":
        "The operation is disallowed on this registry, repository or image. View troubleshooting steps at "
        "https://aka.ms/acr/faq/#why-does-my-pull-or-push-request-fail-with-disallowed-operation"}


def test_a_data_endpoint_accepts_a_signed_url_and_no_token(cloud):
    with cloud.changed_world() as world:
        world["registries"][HOST] = {"tenant": "contoso", "roles": None, "data_endpoint": "eastus"}
    try:
        contents = cloud.contents(HOST)
        config = contents.parts(contents.put_image("app", content="recorded"))[0]
        status, headers, _ = part(cloud, f"/v2/app/blobs/{config}")
        assert status == 307 and headers["Location"].startswith("https://recorded.eastus.data.azurecr.io/")
        where = headers["Location"].removeprefix("https://recorded.eastus.data.azurecr.io")
        assert ask("GET", "recorded.eastus.data.azurecr.io", where)[0] == 200
        assert ask("GET", "recorded.eastus.data.azurecr.io", where, Authorization="Bearer x")[0] == 403
        contents.lose_blob(config)
        status, headers, body = ask("GET", "recorded.eastus.data.azurecr.io", where)
        assert status == 404 and b"<Code>BlobNotFound</Code>" in body and headers["x-ms-error-code"] == "BlobNotFound"
    finally:
        cloud.the_world_as_it_was()


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_registry_that_is_not_public_denies_anonymous_clients(cloud, method):
    assert anonymous(PRIVATE, "repository:app:pull", method)[0] == 401


def test_a_scope_that_is_not_granted_is_not_an_error(cloud):
    """The request of `az acr check-health`."""
    status, _, body = ask("POST", HOST, "/oauth2/token", {"grant_type": "refresh_token", "service": HOST, "scope": "registry:None:*",
                                                          "refresh_token": cloud.registry_token(HOST)})
    assert status == 200 and claims(json.loads(body)["access_token"])["access"] == []


def test_a_token_of_the_login_server_is_valid_at_a_regional_endpoint(cloud):
    answer = requests.get("https://recorded.eastus2.geo.azurecr.io/oauth2/token?scope=repository:app:pull", timeout=20,
                          auth=(NULL_GUID, cloud.registry_token(HOST)))
    assert answer.status_code == 200 and claims(answer.json()["access_token"])["aud"] == HOST


# Entra ID, and managed identities

@pytest.mark.parametrize("lines, between", [(None, " "), (True, "\r\n")], ids=["since-2023", "until-2022"])
def test_entra_appends_its_ids_to_the_message(cloud, lines, between):
    cloud.fault("entra", service="entra", code=500011, lines=lines)
    body = requests.post(f"https://{LOGIN}/{CONTOSO}/oauth2/v2.0/token", data={"grant_type": "client_credentials"}, timeout=20).json()
    assert set(body) == {"error", "error_description", "error_codes", "timestamp", "trace_id", "correlation_id", "error_uri"}
    assert body["error_description"].split(between)[-3 if lines else -7:] == (
        between.join([f"Trace ID: {body['trace_id']}", f"Correlation ID: {body['correlation_id']}", f"Timestamp: {body['timestamp']}"])
        .split(between)[0 if lines else -7:])


def test_imds_reports_an_unknown_identity(cloud):
    url = f"http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource={ACR_AUDIENCE}&client_id=none"
    answer = requests.get(url, headers={"Metadata": "true"}, timeout=20)
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_request", "error_description": "Identity not found"})


def app_service(cloud, **query):
    header = cloud.app_service_environment()["IDENTITY_HEADER"]
    return requests.get(f"http://127.0.0.1:{APP_SERVICE_PORT}/msi/token", headers={"X-IDENTITY-HEADER": header}, timeout=20,
                        params={"api-version": "2019-08-01", **query})


def test_app_service_has_its_own_error_for_an_unknown_identity(cloud):
    answer = app_service(cloud, resource=ACR_AUDIENCE, client_id="none")
    assert (answer.status_code, answer.json()) == (400, {"statusCode": 400, "message":
        "No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId."})


def test_app_service_forwards_the_error_of_entra(cloud):
    answer = app_service(cloud, resource="https://nowhere.example")
    body = answer.json()
    assert answer.status_code == 400 and set(body) == {"exceptionMessage", "errorCode", "serviceErrorCodes", "statusCode", "message",
                                                       "correlationId"}
    assert body["exceptionMessage"].startswith("AADSTS500011: ") and body["serviceErrorCodes"] == ["500011"]
    assert (body["errorCode"], body["statusCode"], body["message"]) == ("invalid_resource", 400, None)


def test_a_federated_token_file_has_no_line_end(cloud, tmp_path):
    cloud.federated_token(file=tmp_path / "token")
    assert (tmp_path / "token").read_bytes().strip() == (tmp_path / "token").read_bytes()


# requests of az itself

def test_az_finds_its_newest_version_and_a_public_image(cloud):
    assert requests.get("https://azcliprod.blob.core.windows.net/cli/azure-cli-core/setup.py", timeout=20).text.startswith("VERSION = ")
    assert requests.head("https://azcliprod.blob.core.windows.net/cli", timeout=20).status_code
    manifest = requests.get("https://mcr.microsoft.com/v2/mcr/hello-world/manifests/latest", timeout=20).json()
    for blob in (manifest["config"], *manifest["layers"]):
        got = requests.get("https://mcr.microsoft.com/v2/mcr/hello-world/blobs/" + blob["digest"], timeout=20)
        assert len(got.content) == blob["size"]
    assert not cloud.trapped()


# Azure Resource Manager

REGISTRIES = "/providers/Microsoft.ContainerRegistry/registries"


def ask_manager(cloud, who, path, version, endpoint="management.azure.com", audience="https://management.azure.com"):
    subscription = f"/subscriptions/{WORLD.tenants[who.tenant]['subscription']}"
    return requests.get(f"https://{endpoint}{subscription}{path}?api-version={version}", timeout=20,
                        headers={"Authorization": f"Bearer {cloud.entra_token(who, audience)}"})


def test_an_unsupported_api_version_has_the_error_of_resource_manager(cloud):
    china = {"endpoint": "management.chinacloudapi.cn", "audience": "https://management.core.chinacloudapi.cn"}
    one = ask_manager(cloud, CHINA, f"/resourceGroups/registries{REGISTRIES}/acme", "2026-11-01", **china)
    assert one.status_code == 400 and one.json()["error"]["code"] == "NoRegisteredProviderFound"
    assert one.json()["error"]["message"].startswith("No registered resource provider found for location 'eastus' and API version "
                                                     "'2026-11-01' for type 'registries'. The supported api-versions are '2023-07-01'.")
    many = ask_manager(cloud, CHINA, REGISTRIES, "2026-11-01", **china)
    assert many.status_code == 404 and many.json()["error"] == {
        "code": "InvalidResourceType", "message": "The resource type 'registries' could not be found in the namespace "
        "'Microsoft.ContainerRegistry' for api version '2026-11-01'. The supported api-versions are '2023-07-01'."}
    assert ask_manager(cloud, CHINA, REGISTRIES, "2023-07-01", **china).status_code == 200


def test_only_the_newest_api_version_returns_regional_endpoints(cloud):
    with cloud.changed_world() as world:
        world["registries"]["acme.azurecr.io"]["regions"] = ["eastus", "westeurope"]
    one = f"/resourceGroups/registries{REGISTRIES}/acme"
    told = ask_manager(cloud, APP, one, "2026-11-01").json()["properties"]
    assert told["regionalEndpoints"] == "Enabled"
    assert told["regionalEndpointHostNames"] == ["acme.eastus.geo.azurecr.io", "acme.westeurope.geo.azurecr.io"]
    assert "regionalEndpoints" not in ask_manager(cloud, APP, one, "2025-11-01").json()["properties"]
