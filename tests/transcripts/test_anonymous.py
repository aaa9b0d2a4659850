# SPDX-License-Identifier: Apache-2.0
"""A registry that allows anonymous pull, and one that does not: with and without an identity, with and without a role.

docker, BuildKit, skopeo, podman, crane and oras fail on any other text than "not found", also for a public image. And "not
found" hides why an identity was denied. The tests cover both.
"""
import json

import pytest
from client import APP, EXPIRED, NOBODY
from homes import NOT_FOUND

PUBLIC, PRIVATE = "public.azurecr.io", "reader.azurecr.io"
SECRET = {"AZURE_TOKEN_CREDENTIALS": "EnvironmentCredential"}  # and no managed identity after it
TOKEN = "/oauth2/token"


@pytest.fixture
def as_who(cloud):
    """as_who(principal) is an environment; None: without an identity, on a machine outside Azure."""
    def choose(principal):
        if principal:
            return {**cloud.environment(principal), **SECRET}
        cloud.fault("reset", service="imds", at="connect")
        return {}
    return choose


@pytest.mark.parametrize("host", [PUBLIC, PRIVATE])
def test_an_identity_with_a_role_gets_a_login(helper, as_who, host):
    answer = helper.get(host, env=as_who(APP))
    assert answer.login["ServerURL"] == host and answer.asked("acr", TOKEN) == 0


@pytest.mark.parametrize("principal", [NOBODY, EXPIRED], ids=["without-a-role", "rejected-by-entra"])
def test_on_a_public_registry_a_denial_is_not_found_with_one_notice(helper, as_who, principal):
    env = as_who(principal)
    answer = helper.get(PUBLIC, env=env)
    assert answer.status == 1 and answer.out == NOT_FOUND and answer.asked("acr", TOKEN) == 1
    assert answer.err.count("\n") == 1 and "continuing anonymously" in answer.err
    again = helper.get(PUBLIC, env=env)
    assert (again.status, again.out, again.err) == (1, NOT_FOUND, "") and again.requests == []


@pytest.mark.parametrize("principal, said", [(NOBODY, "az role assignment create"), (EXPIRED, "AADSTS7000222")],
                         ids=["without-a-role", "rejected-by-entra"])
def test_on_a_private_registry_a_denial_is_explained(helper, as_who, principal, said):
    answer = helper.get(PRIVATE, env=as_who(principal))
    assert answer.status == 1 and answer.out != NOT_FOUND and said in answer.err
    assert answer.asked("acr", TOKEN) == 1


def test_on_a_public_registry_no_sign_in_is_needed(helper, as_who):
    env = as_who(None)
    answer = helper.get(PUBLIC, env=env)
    assert (answer.status, answer.out, answer.err) == (1, NOT_FOUND, "") and answer.asked("acr", TOKEN) == 1
    again = helper.get(PUBLIC, env=env)
    assert (again.status, again.out, again.err) == (1, NOT_FOUND, "") and again.asked("acr") == 0


def test_on_a_private_registry_a_missing_sign_in_is_reported(helper, as_who):
    env = as_who(None)
    for questions in (1, 0):
        answer = helper.get(PRIVATE, env=env)
        assert answer.status == 1 and answer.out == NOT_FOUND and PRIVATE in answer.err and "az login" in answer.err
        assert answer.asked("acr") == questions


def test_signed_out_is_reported_for_a_public_registry_too(helper, as_who):
    env = as_who(None)
    helper.logout(PUBLIC, env=env)
    answer = helper.get(PUBLIC, env=env)
    assert answer.out == NOT_FOUND and "signed out" in answer.err and answer.asked("acr") == 0


@pytest.mark.parametrize("status", [401, 403, 404])
@pytest.mark.parametrize("host", [PUBLIC, PRIVATE])
def test_the_metadata_service_of_another_cloud_is_not_an_identity(helper, cloud, host, status):
    cloud.fault("error", service="imds", status=status, body="<title>Error</title>")
    answer = helper.get(host)
    assert answer.out == NOT_FOUND and answer.asked("acr", "/oauth2/exchange") == 0
    assert answer.err == "" if host == PUBLIC else "az login" in answer.err


def test_a_registry_without_a_public_catalog_can_be_public(helper, cloud, as_who):
    with cloud.changed_world() as world:
        world["registries"]["abac.azurecr.io"]["anonymous_pull"] = True
    assert helper.get("abac.azurecr.io", env=as_who(NOBODY)).out == NOT_FOUND


def test_if_the_requested_repository_does_not_exist_the_catalog_is_requested(helper, cloud, as_who):
    cloud.fault("fields", service="acr", host=PUBLIC, path=TOKEN, fields={"access_token": cloud.access_token(PUBLIC)}, count=1)
    answer = helper.get(PUBLIC, env=as_who(NOBODY))
    assert answer.out == NOT_FOUND
    first, second = [row for row in answer.requests if row.get("path") == TOKEN]
    assert (first["method"], first["query"]["scope"]) == ("GET", "repository:hello-world:pull")
    assert (second["method"], second["form"]) == ("POST", {"grant_type": "password", "refresh_token": "", "service": PUBLIC,
                                                          "scope": "registry:catalog:*"})


@pytest.mark.parametrize("access", [[], [{"type": "repository", "name": "hello-world", "actions": []}], "garbage"],
                         ids=["empty", "no-actions", "unreadable"])
def test_a_token_without_access_means_not_public(helper, cloud, as_who, access):
    token = "garbage" if access == "garbage" else cloud.access_token(PUBLIC, access=access)
    cloud.fault("fields", service="acr", host=PUBLIC, path=TOKEN, fields={"access_token": token})
    answer = helper.get(PUBLIC, env=as_who(NOBODY))
    assert answer.out != NOT_FOUND and "az role assignment create" in answer.err and answer.asked("acr", TOKEN) == 2


def test_an_access_claim_with_capitalized_names_is_read(helper, cloud, as_who):
    token = cloud.access_token(PUBLIC, access=[{"Type": "repository", "Name": "*", "Actions": ["*"]}])
    cloud.fault("fields", service="acr", host=PUBLIC, path=TOKEN, fields={"access_token": token})
    assert helper.get(PUBLIC, env=as_who(NOBODY)).out == NOT_FOUND


@pytest.mark.parametrize("fault", [dict(kind="firewall"), dict(kind="throttle", retry_after=1), dict(kind="error", status=503),
                                   dict(kind="reset"), dict(kind="html")], ids=lambda fault: fault["kind"])
def test_every_other_answer_means_not_public(helper, cloud, as_who, fault):
    cloud.fault(**fault, service="acr", host=PUBLIC, path=TOKEN)
    answer = helper.get(PUBLIC, env=as_who(NOBODY))
    assert answer.out != NOT_FOUND and "az role assignment create" in answer.err
    assert answer.seconds < 4


def test_a_registry_that_does_not_answer_costs_three_seconds(helper, cloud, as_who):
    cloud.fault("hang", service="acr", host=PRIVATE, path=TOKEN)
    answer = helper.get(PRIVATE, env=as_who(NOBODY))
    assert answer.out != NOT_FOUND and "az role assignment create" in answer.err and 2.5 < answer.seconds < 6
    again = helper.get(PRIVATE, env=as_who(NOBODY))
    assert again.requests == [] and again.seconds < 2


def test_diagnose_detects_a_public_registry_without_a_repository(helper, as_who):
    env = as_who(None)
    found = {host: json.loads(helper("diagnose", "--json", host, env=env).out) for host in (PUBLIC, PRIVATE)}
    lines = {host: next(row["line"] for subject in one["subjects"] for row in subject["checks"] if row["id"] == "anonymous")
             for host, one in found.items()}
    assert "anonymous pull is allowed" in lines[PUBLIC] and "authentication is required" in lines[PRIVATE]


# other recorded answers

def test_a_denial_about_permissions_is_a_missing_role(helper, cloud, as_who):
    cloud.fault("nopermissions", service="acr", host=PRIVATE)
    answer = helper.get(PRIVATE, env=as_who(APP))
    assert answer.status == 1 and "az role assignment create" in answer.err


def test_a_regional_endpoint_is_asked_with_the_service_of_its_challenge(helper, as_who):
    answer = helper.get("reader.eastus2.geo.azurecr.io", env=as_who(APP))
    row, = [row for row in answer.requests if row.get("path") == "/oauth2/exchange"]
    assert answer.status == 0 and row["host"] == "reader.eastus2.geo.azurecr.io" and row["form"]["service"] == "reader.azurecr.io"


def test_app_service_without_the_registry_audience_is_asked_for_the_arm_audience(helper, cloud):
    """App Service has its own form for a rejection by Entra ID; the code in it leads to the second audience."""
    cloud.fault("error", service="appservice", status=400, count=1, body=json.dumps({
        "exceptionMessage": "AADSTS500011: The resource principal named X was not found in the tenant named [Contoso].\nTrace ID: 0",
        "errorCode": "invalid_resource", "serviceErrorCodes": ["500011"], "statusCode": 400, "message": None,
        "correlationId": "8fbda31f-0000-4000-8000-000000000001"}))
    answer = helper.get(PRIVATE, env={**cloud.app_service_environment(), "AZURE_TOKEN_CREDENTIALS": "ManagedIdentityCredential"})
    assert answer.status == 0 and answer.asked("appservice") == 2


def test_a_metadata_service_that_stays_in_an_update_is_reported(helper, cloud):
    cloud.fault("gone", service="imds")
    answer = helper.get(PRIVATE, env={"AZURE_TOKEN_CREDENTIALS": "ManagedIdentityCredential"})
    assert answer.status == 1 and "is being updated" in answer.out and "try again" in answer.out
