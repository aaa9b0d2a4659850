# SPDX-License-Identifier: Apache-2.0
"""Logins that docker keeps in the "auths" of its config.json, for registries of Azure."""
import base64
import json
import time

import pytest
from client import APP, NOBODY
from homes import NOT_FOUND

ADMIN = "admin.azurecr.io"
PASSWORD = "admin-password-one"


def jwt(**claims):
    part = lambda value: base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
    return ".".join((part({"alg": "RS256"}), part({"iss": "Azure Container Registry", **claims}), "c2ln"))


def keep(home, host=ADMIN, **entry):
    entry = entry or {"auth": base64.b64encode(f"admin:{PASSWORD}".encode()).decode()}
    home.docker_config({"credHelpers": {host: "acr"}, "auths": {host: entry}})


@pytest.fixture(params=["nobody here", "a guess that the registry denies"])
def guessed(request, cloud):
    if request.param == "nobody here":
        cloud.fault("reset", service="imds", at="connect")


def test_it_serves_where_nobody_chose_an_identity(helper, home, guessed):
    keep(home)
    for _ in range(2):  # the second from what is remembered of the first
        answer = helper.get(ADMIN)
        assert answer.login["Username"] == "admin" and answer.secret == PASSWORD and answer.err == "", answer
    assert helper.get("https://" + ADMIN + "/v2/").secret == PASSWORD


def test_it_never_stands_in_for_an_identity_that_was_chosen_by_name(helper, home, cloud):
    keep(home)
    for env in (cloud.environment(NOBODY), {**cloud.environment(APP), "AZURE_CLIENT_SECRET": "wrong"},
                {"AZURE_CLIENT_SECRET": "half"}, {"AZURE_TOKEN_CREDENTIALS": "ManagedIdentityCredential"}):
        answer = helper.get(ADMIN, env=env)
        assert answer.status == 1 and PASSWORD not in answer.out, (env, answer)
    home.config(registries={ADMIN: {"identity": "managed-identity"}})
    assert helper.get(ADMIN).status == 1


def test_not_after_logout_and_not_in_front_of_an_identity(helper, home, cloud):
    keep(home, "acme.azurecr.io")
    assert helper.get("acme.azurecr.io").login["Username"] != "admin", "the machine's identity serves"
    keep(home)
    assert helper.logout(ADMIN).status == 0
    answer = helper.get(ADMIN)
    assert answer.status == 1 and answer.out == NOT_FOUND


@pytest.mark.parametrize("entry", [{"identitytoken": jwt(aud=ADMIN, exp=1000)}, {"username": "00000000-0000-0000-0000-000000000000",
                                   "password": jwt(aud=ADMIN, exp=1000)}, {"identitytoken": jwt(aud="other.azurecr.io", exp=9999999999)},
                                   {"email": "left behind"}], ids=["expired", "expired-password", "elsewhere", "empty"])
def test_what_the_registry_would_not_take_is_not_handed_out(helper, home, guessed, entry):
    keep(home, **entry)
    assert helper.get(ADMIN).status == 1


def test_an_identity_token_serves_while_it_lives_and_at_regional_endpoints(helper, home, guessed):
    token = jwt(aud=ADMIN, exp=int(time.time()) + 3600)
    keep(home, identitytoken=token)
    for host in (ADMIN, "admin.eastus.geo.azurecr.io"):
        answer = helper.get(host)
        assert answer.login["Username"] == "<token>" and answer.secret == token, answer


def test_a_network_that_fails_is_no_reason(helper, home, cloud):
    keep(home)
    cloud.fault("error", service="acr", status=500)
    answer = helper.get(ADMIN)
    assert answer.status == 1 and PASSWORD not in answer.out, answer
