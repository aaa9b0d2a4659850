# SPDX-License-Identifier: Apache-2.0
"""Logins in the "auths" of docker's config.json, for Azure registries."""
import base64
import json
import time

import pytest
from client import APP, NOBODY
from homes import NOT_FOUND

pytestmark = pytest.mark.usefixtures("no_keyring")
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


def test_the_docker_login_is_used_if_no_identity_is_configured(helper, home, guessed):
    keep(home)
    for _ in range(2):  # the second run uses the remembered result of the first
        answer = helper.get(ADMIN)
        assert answer.login["Username"] == "admin" and answer.secret == PASSWORD and answer.err == "", answer
    assert helper.get("https://" + ADMIN + "/v2/").secret == PASSWORD


def test_the_docker_login_never_replaces_an_explicitly_configured_identity(helper, home, cloud):
    keep(home)
    for env in (cloud.environment(NOBODY), {**cloud.environment(APP), "AZURE_CLIENT_SECRET": "wrong"},
                {"AZURE_CLIENT_SECRET": "half"}, {"AZURE_TOKEN_CREDENTIALS": "ManagedIdentityCredential"}):
        answer = helper.get(ADMIN, env=env)
        assert answer.status == 1 and PASSWORD not in answer.out, (env, answer)
    home.config(registries={ADMIN: {"identity": "managed-identity"}})
    assert helper.get(ADMIN).status == 1


def test_the_docker_login_is_not_used_after_logout_or_before_an_identity(helper, home, cloud):
    keep(home, "acme.azurecr.io")
    assert helper.get("acme.azurecr.io").login["Username"] != "admin", "the machine's identity serves"
    keep(home)
    assert helper.logout(ADMIN).status == 0
    answer = helper.get(ADMIN)
    assert answer.status == 1 and answer.out == NOT_FOUND


@pytest.mark.parametrize("entry", [{"identitytoken": jwt(aud=ADMIN, exp=1000)}, {"username": "00000000-0000-0000-0000-000000000000",
                                   "password": jwt(aud=ADMIN, exp=1000)}, {"identitytoken": jwt(aud="other.azurecr.io", exp=9999999999)},
                                   {"email": "left behind"}], ids=["expired", "expired-password", "elsewhere", "empty"])
def test_a_docker_login_that_the_registry_denies_is_not_served(helper, home, guessed, entry):
    keep(home, **entry)
    assert helper.get(ADMIN).status == 1


def test_an_identity_token_is_served_until_it_expires_and_at_regional_endpoints(helper, home, guessed):
    token = jwt(aud=ADMIN, exp=int(time.time()) + 3600)
    keep(home, identitytoken=token)
    for host in (ADMIN, "admin.eastus.geo.azurecr.io"):
        answer = helper.get(host)
        assert answer.login["Username"] == "<token>" and answer.secret == token, answer


def test_a_network_failure_does_not_lead_to_the_docker_login(helper, home, cloud):
    keep(home)
    cloud.fault("error", service="acr", status=500)
    answer = helper.get(ADMIN)
    assert answer.status == 1 and PASSWORD not in answer.out, answer


# list and status show the logins that get returns

def entry(password=PASSWORD):
    return {"auth": base64.b64encode(f"admin:{password}".encode()).decode()}


EXPIRED, FRESH = (jwt(aud=ADMIN, exp=when) for when in (1000, 9999999999))
KEYS = {
    ADMIN: entry(), "https://url.azurecr.io/v2/": entry(), "port.azurecr.io:443": entry(), "http://plain.azurecr.io": entry(),
    "empty.azurecr.io": {}, "broken.azurecr.io": {"auth": "!!!"}, "expired.azurecr.io": {"identitytoken": EXPIRED},
    "elsewhere.azurecr.io": {"identitytoken": FRESH}, "out.azurecr.io": entry(), "chosen.azurecr.io": entry(),
    "https://index.docker.io/v1/": entry(), "ghcr.io": entry(), "quay.io/team": entry(), "registry.example:5000": entry(),
    "none.example": {}, "nothing.example": {"auth": ""}, "colon.example": {"auth": "dXNlcg=="}, "number.example": 7,
    " space.example": entry(), "tab.example\t": entry(), "": entry(), "stored.example": entry(), "x" * 9000 + ".example": entry(),
    "azurecr.io.evil.example": entry(), "docker-credential-acr://login/_default": entry(), "quoted\".example": entry(),
}


def test_list_shows_exactly_the_logins_of_get(helper, home, guessed):
    home.config(keychain="file", registries={"chosen.azurecr.io": {"identity": "environment"}})
    home.docker_config({"credsStore": "acr", "auths": KEYS})
    assert helper.logout("out.azurecr.io").status == 0
    assert helper.store("stored.example", "somebody", "another-password").status == 0
    listed = helper.list()
    assert listed.status == 0 and listed.err == "" and listed.requests == [], listed
    # A registry in the configuration is always listed, whatever docker's own file contains.
    names = set(listed.login) - {"chosen.azurecr.io"}
    assert {ADMIN, "url.azurecr.io", "port.azurecr.io", "plain.azurecr.io", "https://index.docker.io/v1/", "ghcr.io",
            "stored.example", "quoted\".example"} <= names
    for name in names:
        answer = helper.get(name)
        assert answer.status == 0, (name, answer)
        assert answer.login["Username"] == listed.login[name] or answer.exchanges, (name, answer)
    for key in {key.strip() for key in KEYS} - names - {""}:
        bare = key.split("://")[-1].split("/")[0].split(":")[0]
        if bare not in names and key not in names and "identity" not in key:
            answer = helper.get(key)
            assert answer.exchanges or answer.status == 1, (key, answer)
            assert PASSWORD not in answer.out, (key, answer)


def test_list_omits_a_login_that_an_explicitly_configured_identity_overrides(helper, home, cloud):
    keep(home)
    for env in (cloud.environment(NOBODY), {"AZURE_CLIENT_SECRET": "half"}, {"AZURE_TOKEN_CREDENTIALS": "ManagedIdentityCredential"}):
        assert helper.list(env=env).login == {} and status_row(helper, env=env)["in_force"] is False, env
    assert helper.list().login == {ADMIN: "admin"}
    cloud.fault("error", service="acr", status=503)
    assert helper.get(ADMIN).status == 1
    assert helper.list().login == {}, "its get fails while that is remembered"
    home.age_notes(60)
    assert helper.list().login == {ADMIN: "admin"}


def status_row(helper, **more):
    answer = helper("status", ADMIN, "--json", **more)
    assert answer.status == 0 and answer.requests == [] and PASSWORD not in answer.out + answer.err, answer
    rows = json.loads(answer.out)["docker_logins"]
    assert len(rows) == 1, rows
    return rows[0]


def test_status_shows_the_docker_login_and_whether_it_is_used(helper, home, guessed):
    keep(home)
    assert status_row(helper) == {"registry": ADMIN, "username": "admin", "expires_in": None, "in_force": True, "kept_in": "docker-config"}
    assert "login in Docker's config.json of admin, used if no identity has access" in helper("status", ADMIN).out
    assert "used if no identity" in helper("status", "admin.eastus.geo.azurecr.io").out
    assert f"{ADMIN}\n  login in Docker's config.json of admin, used if no identity has access\n" in helper("status").out
    keep(home, identitytoken=jwt(aud=ADMIN, exp=int(time.time()) + 3600))
    assert 3500 < status_row(helper)["expires_in"] <= 3600
    assert helper.logout(ADMIN).status == 0
    assert status_row(helper)["in_force"] is False
    assert "not used: logout" in helper("status", ADMIN).out
    keep(home, identitytoken=jwt(aud=ADMIN, exp=1000))
    assert status_row(helper)["expires_in"] == 0 and "has expired" in helper("status", ADMIN).out
    keep(home, email="left behind")
    assert "config.json" not in helper("status", ADMIN).out
