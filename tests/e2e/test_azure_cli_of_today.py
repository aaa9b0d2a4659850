# SPDX-License-Identifier: Apache-2.0
"""The newest az on PyPI: all sign-in methods, its own commands for a registry, and the azure-cli identity with the
files that it wrote."""
import json
import os
import subprocess

import jwt
import pytest
from client import ACR_AUDIENCE, APP, AZURE_CLI, CERTIFICATE, CONTOSO, DEPLOYER, MACHINE, USER
from clients import LOCAL, Client, needed

pytestmark = pytest.mark.long

REGISTRY = "everyone.azurecr.io"
NULL_USER = "00000000-0000-0000-0000-000000000000"
TRUSTED = {"REQUESTS_CA_BUNDLE": "/etc/ssl/certs/ca-certificates.crt", "AZURE_CORE_COLLECT_TELEMETRY": "0"}
PRINCIPAL = ("--service-principal", "--tenant", CONTOSO, "-u")
# way: (the arguments of az login, the account that is then signed in)
WAYS = {
    "secret": (lambda cloud: (*PRINCIPAL, APP.client_id, "-p", APP.secret), APP),
    "certificate": (lambda cloud: (*PRINCIPAL, CERTIFICATE.client_id, "--certificate", cloud.path(CERTIFICATE.certificate)), CERTIFICATE),
    "device code": (lambda cloud: ("--use-device-code", "--tenant", CONTOSO), USER),
    "managed identity": (lambda cloud: ("--identity",), MACHINE),
    "user-assigned managed identity": (lambda cloud: ("--identity", "--client-id", DEPLOYER.client_id), DEPLOYER),
}


@pytest.fixture
def az(home, cloud):
    """az from PyPI, in this home and on its PATH, so that the helper finds it too."""
    folder = os.path.dirname(needed("azure-cli/bin/az"))
    home.env["PATH"] = f"{folder}:{home.env['PATH']}"
    home.env.update(TRUSTED)
    return Client(home, cloud, f"{folder}/az")


@pytest.fixture(params=WAYS)
def signed_in(request, az, cloud):
    """(az, the account that is signed in)"""
    words, who = WAYS[request.param]
    az.must("login", *words(cloud))
    return az, who


@pytest.fixture
def stored(home, cloud, published):
    """Pushes an image to the registry; returns the name of its repository."""
    env = {**home.env, **cloud.environment(APP), "DOCKER_CONFIG": str(home.folder / "of-another")}
    home.write("of-another/config.json", '{"credsStore": "acr"}')
    for words in (("tag", LOCAL, f"{REGISTRY}/listed/app:1"), ("push", "-q", f"{REGISTRY}/listed/app:1")):
        subprocess.run(["/usr/bin/docker", *words], env=env, check=True, capture_output=True)
    return "listed/app"


def by(seen, service, path):
    return [row for row in seen.requests if row["service"] == service and row.get("path") == path]


def whose(token):
    return jwt.decode(token, options={"verify_signature": False})


def test_acr_login_exposes_a_token_of_the_signed_in_account(signed_in):
    az, who = signed_in
    az.helper.secrets_in = lambda text: []  # the command prints a token on purpose
    seen = az.must("acr", "login", "-n", "everyone", "--expose-token", "-o", "json")
    said = json.loads(seen.out)
    assert (said["loginServer"], said["username"]) == (REGISTRY, NULL_USER)
    assert said["accessToken"] == said["refreshToken"] and whose(said["refreshToken"])["sub"] == who.object_id
    [asked] = by(seen, "acr", "/oauth2/exchange")
    assert asked["form"]["grant_type"] == "access_token" and asked["form"]["service"] == REGISTRY
    assert whose(asked["form"]["access_token"])["aud"] == ACR_AUDIENCE


def test_acr_login_stores_its_login_through_the_helper(signed_in, home, helper, published):
    """It runs `docker login` with the registry's token. A derived token is not a login that the user stored."""
    az, _ = signed_in
    seen = az.must("acr", "login", "-n", "everyone")
    assert "Login Succeeded" in seen.out and "eyJ" not in (home.folder / ".docker/config.json").read_text()
    assert helper.get(REGISTRY).login["Username"] == NULL_USER


def test_acr_repository_list_and_check_health_report_no_problem(signed_in, stored):
    az, _ = signed_in
    assert stored in json.loads(az.must("acr", "repository", "list", "-n", "everyone", "-o", "json").out)
    health = az("acr", "check-health", "-n", "everyone", "-y", "--ignore-errors")
    lines = [line for line in health.err.splitlines() if " : " in line]
    assert len(lines) == 5 and all(line.endswith(" : OK") for line in lines), health
    assert [line.rsplit(" ", 1)[1] for line in health.err.splitlines() if line.startswith("ERROR: ")] == ["HELM_COMMAND_ERROR"]


def test_acr_show_endpoints_names_the_regional_endpoints_that_discover_lists(az, cloud, helper):
    with cloud.changed_world() as world:
        world["registries"]["contoso.azurecr.io"]["regions"] = ["eastus", "westeurope"]
    az.must("login", *WAYS["secret"][0](cloud))
    shown = json.loads(az.must("acr", "show-endpoints", "-n", "contoso", "-o", "json").out)
    listed = json.loads(helper("configure", "--discover", "--json", env=cloud.environment(APP)).out)
    assert listed["regional_endpoints"] == [row["endpoint"] for row in shown["regionalEndpoints"]]
    assert listed["regional_endpoints"] == [f"contoso.{region}.geo.azurecr.io" for region in ("eastus", "westeurope")]


def test_the_azure_cli_identity_works_for_every_account_type(signed_in, home, helper):
    """From its files, if they are enough; for a managed identity, az is run."""
    _, who = signed_in
    home.config(registries={REGISTRY: {"identity": "azure-cli"}})
    answer = helper.get(REGISTRY)
    assert whose(answer.secret)["sub"] == who.object_id and answer.exchanges == 1
    assert not [row for row in answer.requests if row["service"] in ("arm", "web")]


def test_without_az_its_files_work_for_all_but_a_managed_identity(signed_in, home, helper):
    _, who = signed_in
    home.config(registries={REGISTRY: {"identity": "azure-cli", "azure_cli": "files"}})
    answer = helper.get(REGISTRY)
    if who in (MACHINE, DEPLOYER):
        assert answer.status == 1 and 'use "identity": "managed-identity"' in answer.out + answer.err, answer
    else:
        assert whose(answer.secret)["sub"] == who.object_id
        [asked] = [row for row in answer.requests if row["service"] == "entra"]
        assert asked["form"]["client_id"] == (AZURE_CLI if who is USER else who.client_id)


def test_after_az_logout_the_error_is_not_signed_in(az, home, helper, cloud):
    az.must("login", *WAYS["secret"][0](cloud))
    az.must("logout")
    home.config(registries={REGISTRY: {"identity": "azure-cli"}})
    answer = helper.get(REGISTRY)
    assert answer.status == 1 and answer.exchanges == answer.asked("entra") == 0, answer


def test_the_az_version_is_reported(az, figures):
    version = json.loads(az.must("version", "-o", "json").out)["azure-cli"]
    assert tuple(map(int, version.split("."))) >= (2, 91, 0)
    figures(f"azure-cli {version}")
