# SPDX-License-Identifier: Apache-2.0
"""A token is served while it is valid long enough, renewed in the background past half of its life, renewed first if it could
expire during a long push, and served all the same if it cannot be renewed."""
import os
import subprocess
import time

import pytest
from client import APP, AWKWARD

ACME = "acme.azurecr.io"
PAST_HALF, NEAR_THE_END, DEAD = 7100, 7300, 10900  # seconds, of 10800


@pytest.fixture
def signed_in(cloud):
    return cloud.environment(APP)


@pytest.fixture
def old(helper, home, signed_in):
    """Makes the cached token that old: old(seconds) -> the token."""
    def prepare(seconds):
        secret = helper.get(ACME, env=signed_in).secret
        home.age(seconds)
        return secret
    return prepare


def other_than(secret, helper, signed_in):
    """The next token that is served without a request and differs from that one."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        answer = helper.get(ACME, env=signed_in)
        if answer.secret != secret:
            return answer
        time.sleep(0.02)
    raise AssertionError("still the old token")


def test_a_token_in_the_first_half_of_its_life_is_served(helper, old, signed_in):
    secret = old(5000)
    answer = helper.get(ACME, env=signed_in)
    assert answer.secret == secret and answer.requests == []
    time.sleep(0.3)
    assert helper.get(ACME, env=signed_in).requests == []


def test_a_token_past_half_its_life_is_served_at_once_and_renewed_in_the_background(helper, old, signed_in, cloud):
    """The caller does not wait: docker reads to the end of the pipe, so a child that held it open would be felt here."""
    secret = old(PAST_HALF)
    cloud.mark()
    cloud.fault("delay", service="acr", host=ACME, path="/oauth2/exchange", seconds=1, count=1)
    answer = helper.get(ACME, env=signed_in)
    assert answer.secret == secret and answer.err == "" and answer.seconds < 0.8
    assert cloud.wait_for(1, service="acr", path="/oauth2/exchange")
    assert other_than(secret, helper, signed_in).requests == []


def test_twenty_gets_past_half_life_renew_once(helper, old, signed_in, cloud):
    secret = old(PAST_HALF)
    cloud.mark()
    answers = helper.many(20, ACME, env=signed_in)
    assert {answer.status for answer in answers} == {0}
    other_than(secret, helper, signed_in)
    time.sleep(0.5)
    assert len(cloud.requests("acr", path="/oauth2/exchange")) == 1


def test_a_token_that_could_expire_during_a_long_push_is_renewed_first(helper, old, signed_in):
    secret = old(NEAR_THE_END)
    answer = helper.get(ACME, env=signed_in)
    assert answer.secret != secret and answer.exchanges == 1 and answer.err == ""


def test_an_expired_token_is_never_served(helper, old, signed_in, cloud):
    old(DEAD)
    cloud.fault("error", service="acr", host=ACME, status=400)
    assert helper.get(ACME, env=signed_in).status == 1


@pytest.mark.parametrize("fault", [{"kind": "reset", "at": "connect"}, {"kind": "firewall"}, {"kind": "html"}, {"kind": "norole"}],
                         ids=lambda fault: fault["kind"])
def test_a_token_that_cannot_be_renewed_is_served_until_it_expires_with_one_warning(helper, home, old, signed_in, cloud, fault):
    home.config(timeout="2s")
    secret = old(NEAR_THE_END)
    cloud.fault(fault.pop("kind"), service="acr", host=ACME, **fault)
    answer = helper.get(ACME, env=signed_in)
    assert answer.status == 0 and answer.secret == secret
    assert answer.err.count("\n") == 1 and "could not be renewed" in answer.err
    again = helper.get(ACME, env=signed_in)
    assert again.secret == secret and again.err == "", "told once an hour"


def test_a_failed_background_renewal_is_not_retried_by_each_get(helper, old, signed_in, cloud):
    secret = old(PAST_HALF)
    cloud.fault("norole", service="acr", host=ACME)
    cloud.mark()
    for _ in range(5):
        assert helper.get(ACME, env=signed_in).secret == secret
        time.sleep(0.15)
    assert len(cloud.requests("acr", path="/oauth2/exchange")) == 1


def test_another_identity_never_gets_the_token_of_the_first(helper, signed_in, cloud):
    first = helper.get(ACME, env=signed_in)
    second = helper.get(ACME, env=cloud.environment(AWKWARD))
    assert second.exchanges == 1 and second.secret != first.secret
    assert helper.get(ACME, env=signed_in).secret == first.secret


def test_another_secret_of_the_same_client_is_another_identity(helper, signed_in):
    """With a secret that was removed or is wrong, the token of the earlier one is not served."""
    assert helper.get(ACME, env=signed_in).status == 0
    answer = helper.get(ACME, env={**signed_in, "AZURE_CLIENT_SECRET": "not-the-secret"})
    assert answer.status == 1 and answer.asked("entra") == 1
    assert helper.get(ACME, env=signed_in).requests == []


def test_after_a_change_of_the_config_the_cached_token_belongs_to_another_identity(helper, home, signed_in):
    helper.get(ACME, env=signed_in)
    home.config(timeout="20s")
    assert helper.get(ACME, env=signed_in).exchanges == 1


def test_min_validity_is_never_more_than_a_third_of_the_life(helper, home, signed_in, cloud):
    """Otherwise a registry whose tokens are valid for one hour would get a request each time."""
    home.config(min_validity="9h")
    cloud.fault("short", service="acr", host=ACME, path="/oauth2/exchange", seconds=600)
    helper.get(ACME, env=signed_in)
    assert helper.get(ACME, env=signed_in).requests == []


def test_while_the_background_renewal_hangs_every_get_is_served(helper, old, signed_in, cloud):
    secret = old(PAST_HALF)
    cloud.fault("hang", service="acr", host=ACME, path="/oauth2/exchange", seconds=8)
    for _ in range(3):
        answer = helper.get(ACME, env=signed_in)
        assert answer.secret == secret and answer.seconds < 0.5


def test_the_background_renewal_uses_the_configured_authority_of_the_registry(helper, home, signed_in, cloud):
    """The token is served without reading the changed configuration, but the client secret must not be sent to another host."""
    def write(authority):
        path = home.config(registries={ACME: {"authority": authority}})
        os.utime(path, ns=(0, 0))

    write("login.microsoftonline.com")
    assert helper.get(ACME, env=signed_in).status == 0
    home.age(PAST_HALF)
    path, = (home.folder / ".config").rglob("config.json")
    text = path.read_text().replace("login.microsoftonline.com", "login.partner.example")
    with path.open("r+") as file:  # the same inode, size and time
        file.write(text + 4 * " ")
    os.utime(path, ns=(0, 0))
    cloud.mark()
    subprocess.run([home.program, "get"], input=ACME.encode(), env={**home.env, **signed_in}, check=True, stdout=subprocess.PIPE)
    assert cloud.wait_for(1, service="trap")
    assert {row["host"] for row in cloud.requests("trap")} == {"login.partner.example"} and cloud.requests("entra") == []
