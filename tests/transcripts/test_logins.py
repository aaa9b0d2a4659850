# SPDX-License-Identifier: Apache-2.0
"""Logins that users store for Azure registries, tokens that clients store, and what erase and logout undo."""
import shutil
import time

import pytest
from client import APP, AWKWARD, NULL_GUID
from homes import NOT_FOUND

ACME, ADMIN = "acme.azurecr.io", "admin.azurecr.io"
PASSWORD = "admin-password-one"


@pytest.fixture
def signed_in(cloud):
    return cloud.environment(APP)


@pytest.fixture(autouse=True)
def files_only(home):
    home.config(keychain="file")


def stored(home):
    """Returns the files that contain logins."""
    return [path for path, entry in home.snapshot().items() if path.startswith(str(home.data / "logins"))]


# logins of the user

def test_a_login_is_verified_at_the_registry_before_it_is_kept(helper, home):
    answer = helper.store(ADMIN, "admin", PASSWORD)
    assert answer.status == 0 and answer.out == "" and answer.err == ""
    assert answer.asked("acr", "/oauth2/token") == 1 and answer.exchanges == 0 and answer.asked("entra") == 0
    assert helper.get(ADMIN).login == {"ServerURL": ADMIN, "Username": "admin", "Secret": PASSWORD}
    assert len(stored(home)) == 1


def test_a_stored_login_takes_precedence_over_all_identities_and_sends_no_request(helper, signed_in):
    helper.store(ADMIN, "admin", PASSWORD)
    answer = helper.get(ADMIN, env=signed_in)
    assert answer.login["Username"] == "admin" and answer.requests == []


def test_storing_a_login_invalidates_cached_tokens(helper, signed_in):
    assert helper.get(ADMIN, env=signed_in).login["Username"] == NULL_GUID
    helper.store(ADMIN, "admin", PASSWORD)
    assert helper.get(ADMIN, env=signed_in).login["Username"] == "admin"


def test_a_wrong_login_is_an_error_and_the_previous_one_is_kept(helper):
    helper.store(ADMIN, "admin", PASSWORD)
    answer = helper.store(ADMIN, "admin", "not-the-password")
    assert answer.status == 1 and answer.out.count("\n") == 1 and ADMIN in answer.out and answer.err
    assert helper.get(ADMIN).secret == PASSWORD


def test_a_wrong_first_login_leaves_no_file(helper, home):
    before = home.snapshot()
    assert helper.store(ADMIN, "admin", "not-the-password").status == 1
    assert home.snapshot() == before


@pytest.mark.parametrize("fault", [{"kind": "firewall"}, {"kind": "reset", "at": "connect"}], ids=lambda fault: fault["kind"])
def test_a_login_that_cannot_be_verified_is_kept_with_a_notice(helper, home, cloud, fault):
    home.config(keychain="file", timeout="3s")
    cloud.fault(fault.pop("kind"), service="acr", host=ADMIN, **fault)
    answer = helper.store(ADMIN, "admin", PASSWORD)
    assert answer.status == 0 and answer.err.count("\n") == 1 and ADMIN in answer.err
    cloud.no_faults()
    assert helper.get(ADMIN).secret == PASSWORD


def test_verify_on_store_false_sends_no_request(helper, home):
    home.config(keychain="file", verify_on_store=False)
    assert helper.store(ADMIN, "admin", "not-the-password").requests == []
    assert helper.get(ADMIN).secret == "not-the-password"


def test_trailing_white_space_of_a_password_is_kept_with_a_warning(helper, home):
    home.config(keychain="file", verify_on_store=False)
    answer = helper.store(ADMIN, "admin", PASSWORD + "\n")
    assert answer.status == 0 and answer.err.count("\n") == 1 and "white space" in answer.err
    assert helper.get(ADMIN).secret == PASSWORD + "\n"


def test_a_login_stored_under_another_spelling_is_the_same_login(helper):
    helper.store(f"https://{ADMIN.upper()}/v2/", "admin", PASSWORD)
    assert helper.get(ADMIN).login["Username"] == "admin"
    assert helper.list().login == {ADMIN: "admin"}
    helper.erase(f"https://{ADMIN}")
    assert helper.list().login == {}


# tokens that clients store: docker login after a get, az acr login

def test_storing_a_token_of_the_helper_changes_nothing(helper, home, signed_in):
    token = helper.get(ACME, env=signed_in).secret
    before = home.snapshot()
    answer = helper.store(ACME, NULL_GUID, token, env=signed_in)
    assert answer.status == 0 and answer.out == answer.err == "" and answer.requests == []
    assert home.snapshot() == before and stored(home) == []


@pytest.mark.parametrize("username", [NULL_GUID, "<token>"])
def test_a_token_of_another_client_is_cached_and_never_kept_as_a_login(helper, home, cloud, username):
    cloud.fault("reset", service="imds", at="connect")
    token = cloud.registry_token(ACME)
    answer = helper.store(ACME, username, token)
    assert answer.status == 0 and answer.err == "" and answer.requests == [] and stored(home) == []
    served = helper.get(ACME)
    assert served.secret == token and served.requests == [] and served.login["Username"] == NULL_GUID
    assert helper.list().login == {ACME: NULL_GUID}


def test_a_token_of_another_client_is_served_until_it_expires_and_then_both_are_named(helper, home, cloud):
    """No token of another identity replaces it: not past half of its life, not close to its expiry, not by renew."""
    other = cloud.environment(AWKWARD)
    token = cloud.registry_token(ACME, who=APP)
    helper.store(ACME, NULL_GUID, token, env=other)
    for seconds in (5500, 3000, 1500):
        home.age(seconds)
        answer = helper.get(ACME, env=other)
        assert answer.secret == token and answer.err == ""
        for options in (["--all"], ["--force", "--all"], ["--force", ACME]):
            assert helper("renew", *options, env=other).asked("acr") == 0
    assert helper.get(ACME, env=other).secret == token
    home.age(1000)
    answer = helper.get(ACME, env=other)
    assert answer.exchanges == 1 and APP.client_id in answer.err and AWKWARD.client_id in answer.err


def test_a_token_that_expires_soon_is_not_served_after_its_expiry(helper, cloud):
    cloud.fault("reset", service="imds", at="connect")
    helper.store(ACME, NULL_GUID, cloud.registry_token(ACME, life=2))
    assert helper.get(ACME).status == 0
    time.sleep(2.2)
    assert helper.get(ACME).out == NOT_FOUND


def test_an_expired_token_is_not_accepted(helper, cloud, home):
    before = home.snapshot()
    answer = helper.store(ACME, NULL_GUID, cloud.registry_token(ACME, age=20000))
    assert answer.status == 1 and answer.out.count("\n") == 1 and answer.requests == []
    assert home.snapshot() == before


def test_a_configured_identity_excludes_tokens_of_others(helper, home, cloud, signed_in):
    home.config(keychain="file", registries={ACME: {"identity": "environment"}})
    token = cloud.registry_token(ACME)
    answer = helper.store(ACME, NULL_GUID, token, env=signed_in)
    assert answer.status == 1 and "environment" in answer.out and "environment" in answer.err
    assert helper.get(ACME, env=signed_in).secret != token


def test_a_token_that_cannot_be_kept_is_an_error(helper, home, cloud):
    helper.logout(ACME)
    answer = helper.store(ACME, NULL_GUID, cloud.registry_token(ACME), env={"DOCKER_CREDENTIAL_ACR_CACHE": "none"})
    assert answer.status == 1 and "XDG_RUNTIME_DIR" in answer.out
    assert helper.get(ACME, env={"DOCKER_CREDENTIAL_ACR_CACHE": "none"}).out == NOT_FOUND, "still signed out"


def test_a_token_does_not_replace_a_stored_login(helper, cloud):
    helper.store(ADMIN, "admin", PASSWORD)
    answer = helper.store(ADMIN, NULL_GUID, cloud.registry_token(ADMIN))
    assert answer.status == 1 and f"docker logout {ADMIN}" in answer.out
    assert helper.get(ADMIN).secret == PASSWORD


@pytest.mark.parametrize("username", [NULL_GUID, "developer"])
@pytest.mark.parametrize("audience", ["reader.azurecr.io", ["reader.azurecr.io", "x"]])
def test_a_token_for_another_registry_is_an_error_without_a_request(helper, home, cloud, username, audience):
    """Also if the registry cannot be reached, and with any user name."""
    cloud.fault("reset", service="acr", host=ACME, at="connect")
    answer = helper.store(ACME, username, cloud.registry_token("reader.azurecr.io", aud=audience))
    assert answer.status == 1 and answer.requests == [] and stored(home) == []


@pytest.mark.parametrize("host, audience", [
    (ACME, [ACME]), ("acme.eastus2.geo.azurecr.io", ACME), ("acme.eastus2.geo.azurecr.io", [ACME, "x"]), ("hub.example", ACME)])
def test_a_token_for_this_registry_is_never_kept_as_a_login(helper, home, cloud, host, audience):
    home.config(keychain="file", hosts=["hub.example"])
    token = cloud.registry_token(ACME, aud=audience)
    assert helper.store(host, NULL_GUID, token).requests == [] and stored(home) == []
    assert helper.get(host).secret == token


def test_a_login_that_was_removed_by_hand_does_not_count_as_stored(helper, home, signed_in):
    helper.store(ADMIN, "admin", PASSWORD)
    (home.data / "logins" / ADMIN).unlink()
    assert helper.get(ADMIN, env=signed_in).exchanges == 1
    assert helper("renew", ADMIN, env=signed_in).asked("acr", "/oauth2/exchange") == 1
    assert helper.list(env=signed_in).login == {ADMIN: NULL_GUID}


def test_a_login_that_another_helper_stored_is_not_replaced_by_a_renewal(helper, home, signed_in):
    helper.store(ADMIN, "admin", PASSWORD)
    for path in (home.data / "registries").iterdir():
        path.unlink()
    assert helper("renew", ADMIN, env=signed_in).exchanges == 0
    assert helper.get(ADMIN, env=signed_in).secret == PASSWORD


# signing out

def test_erase_removes_a_stored_login_and_the_identity_is_used_again(helper, signed_in):
    helper.store(ADMIN, "admin", PASSWORD)
    assert helper.erase(ADMIN, env=signed_in).status == 0
    assert helper.get(ADMIN, env=signed_in).login["Username"] == NULL_GUID


def test_erase_invalidates_the_copies_in_other_caches(helper, signed_in, keyring):
    """A desktop has a runtime folder, cron has none: tokens that cron cached must be invalid, too."""
    cron = {"without": ("XDG_RUNTIME_DIR",), "env": signed_in}
    assert helper.get(ACME, env=signed_in).exchanges == 1
    assert helper.get(ACME, **cron).exchanges == 1
    assert helper.get(ACME, **cron).requests == [] and helper.get(ACME, env=signed_in).requests == []
    helper.erase(ACME, **cron)
    assert helper.get(ACME, env=signed_in).exchanges == 1, "cron cannot reach the runtime folder"
    helper.erase(ACME, env=signed_in)
    assert helper.get(ACME, **cron).exchanges == 1


def test_an_erase_during_a_renewal_takes_precedence(helper, home, signed_in, cloud):
    helper.get(ACME, env=signed_in)
    home.age(7100)
    cloud.fault("delay", service="acr", host=ACME, path="/oauth2/exchange", seconds=1, count=1)
    cloud.mark()
    helper.get(ACME, env=signed_in)
    assert cloud.wait_for(1, service="entra")
    helper.logout(ACME, env=signed_in)
    assert cloud.wait_for(1, service="acr", path="/oauth2/exchange")
    time.sleep(0.3)
    assert helper.get(ACME, env=signed_in).out == NOT_FOUND


def test_logout_applies_to_every_session_until_a_login_is_stored(helper, signed_in, keyring):
    helper.get(ACME, env=signed_in)
    assert helper.logout(ACME, env=signed_in).status == 0
    for more in ({}, {"without": ("XDG_RUNTIME_DIR",)}):
        answer = helper.get(ACME, env=signed_in, **more)
        assert answer.out == NOT_FOUND and answer.requests == [] and answer.err.count("\n") == 1
    assert helper.list(env=signed_in).login == {}
    assert helper.erase(ACME, env=signed_in).err == "", "nobody serves any more"
    assert helper.get(ACME, env=signed_in).out == NOT_FOUND, "erase is not a way to sign in"


def test_a_store_ends_the_signed_out_state(helper, cloud):
    helper.logout(ADMIN)
    helper.store(ADMIN, "admin", PASSWORD)
    assert helper.get(ADMIN).secret == PASSWORD
    helper.logout(ACME)
    token = cloud.registry_token(ACME)
    helper.store(ACME, NULL_GUID, token)
    assert helper.get(ACME).secret == token


def test_logout_is_only_for_azure_registries(helper, home):
    before = home.snapshot()
    answer = helper.logout("ghcr.io")
    assert answer.status != 0 and "ghcr.io" in answer.err and home.snapshot() == before


def test_each_of_the_four_erases_of_docker_succeeds(helper, signed_in):
    helper.get(ACME, env=signed_in)
    for server in (ACME, ACME, f"http://{ACME}", f"https://{ACME}"):
        answer = helper.erase(server, env=signed_in)
        assert answer.status == 0 and answer.out == "" and answer.requests == []


def test_list_sends_no_request_and_starts_no_program(helper, home, signed_in, cloud):
    home.config(keychain="file", registries={"reader.azurecr.io": {}, "signedout.azurecr.io": {}}, hosts=["registry.contoso.internal"])
    helper.store("ghcr.io", "developer", "some-password")
    helper.store(ADMIN, "admin", PASSWORD)
    helper.get(ACME, env=signed_in)
    helper.logout("signedout.azurecr.io")
    answer = helper.list(env=signed_in)
    assert answer.requests == [] and answer.login == {
        "ghcr.io": "developer", ADMIN: "admin", ACME: NULL_GUID, "reader.azurecr.io": NULL_GUID, "registry.contoso.internal": NULL_GUID}


def test_cached_tokens_of_another_identity_are_not_listed(helper, home, signed_in, keyring):
    """All home directories of a user share the kernel keyring: with sudo, in a container, in a CI job."""
    helper.get(ACME, env=signed_in, without=("XDG_RUNTIME_DIR",))
    assert [name for name in keyring() if "entry_" in name]
    shutil.rmtree(home.data)
    home.config(keychain="file", timeout="20s")
    assert helper.list(env=signed_in, without=("XDG_RUNTIME_DIR",)).login == {}


def test_a_registry_that_worked_last_is_listed_although_its_token_expired(helper, home, signed_in):
    """Otherwise the classic build of the next day would be anonymous."""
    helper.get(ACME, env=signed_in)
    home.age(20000)
    assert helper.list(env=signed_in).login == {ACME: NULL_GUID}


def test_a_denial_removes_a_registry_from_the_list(helper, home, signed_in, cloud):
    helper.get(ACME, env=signed_in)
    home.age(20000)
    cloud.fault("norole", service="acr", host=ACME)
    assert helper.get(ACME, env=signed_in).status == 1
    assert helper.list(env=signed_in).login == {}


HOMES = ("HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME")


def test_in_a_container_without_a_home_directory_erasing_a_missing_login_succeeds(helper, signed_in):
    answer = helper("erase", stdin=ACME.encode(), env=signed_in, without=HOMES)
    assert answer.status == 0 and answer.out == "" and answer.err == "", answer


def test_a_value_of_two_lines_is_shown_in_one_line_of_an_error(helper, signed_in):
    answer = helper.get(ACME, env={**signed_in, "AZURE_TENANT_ID": "contoso\r\nX-Other: 1"})
    assert answer.status == 1 and answer.out.count("\n") == 1, answer
