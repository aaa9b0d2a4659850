# SPDX-License-Identifier: Apache-2.0
"""Services with errors, and networks that do not work: one line, an explanation, within the time limit.

The name of a registry selects its fault (`cloud faults`), so all of them are requested at once, and each test checks one.
"""
import os
import threading

import pytest
from client import APP, Cloud
from homes import NAME, Helper, Home

BUDGET = 6  # seconds, the timeout in the config here
# Faults that make a get fail, and a word that must be in its message.
FAILS = {
    "html": "web page", "proxy": "403", "empty": "token", "nobody": "JSON", "badjson": "JSON", "deepjson": "JSON",
    "endless": "larger than allowed", "truncated": "", "nulltoken": "token", "nultoken": "", "crlftoken": "", "bigtoken": "", "otheraud": "another registry",
    "expired": "", "redirect": "", "redirect301": "", "redirect302": "", "redirect303": "", "redirect308": "",
    "reset": "", "reset40": "", "selfsigned": "certificate", "expiredcert": "certificate", "wronghost": "certificate",
    "tls10": "", "refused": "connect", "dropped": "", "unreachable": "", "nosuch": "", "silent": "", "servfail": "",
    "hang": "", "slow": "", "delay60": "", "error": "503", "error500": "500", "error502": "502", "error504": "504",
    "throttle60": "429", "firewall": "firewall", "norole": "401",
}
# Faults with which a get succeeds.
SERVED = ["acme", "noexp", "notjwt", "short", "short600", "tls12", "delay1", "nochallenge", "realm", "rtt100", "skew900", "acronly"]


@pytest.fixture(scope="module")
def answers(program):
    """One get for each of these registries, all at the same time: name -> (answer, home)."""
    if "CLOUD_DIR" not in os.environ:
        pytest.skip("needs the cloud around it: tests/cloud/cloud run -- ...")
    cloud = Cloud.from_environment()
    cloud.no_faults()
    homes, said, wrong = {}, {}, {}

    def ask(name):
        home = homes[name]
        home.config(timeout=f"{BUDGET}s")
        try:
            said[name] = Helper(home, cloud).get(f"{name}.azurecr.io", env=cloud.environment(APP))
        except AssertionError as error:
            wrong[name] = error
    for name in [*FAILS, *SERVED]:
        homes[name] = Home(program)
    threads = [threading.Thread(target=ask, args=(name,)) for name in homes]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    yield said, homes, wrong
    [home.remove() for home in homes.values()]


def answer_of(answers, name):
    said, _, wrong = answers
    if name in wrong:
        raise wrong[name]
    return said[name]


@pytest.mark.parametrize("name", FAILS)
def test_a_get_that_cannot_be_served_says_why(answers, name):
    answer = answer_of(answers, name)
    assert answer.status == 1, answer
    assert answer.out.count("\n") == 1 and "credentials not found" not in answer.out, answer
    assert f"{name}.azurecr.io" in answer.out + answer.err, answer
    assert FAILS[name] in answer.out + answer.err, answer
    assert answer.err.count("\n") <= 24 and answer.seconds < BUDGET + 1.5, answer


@pytest.mark.parametrize("name", FAILS)
def test_a_get_that_cannot_be_served_caches_nothing(answers, name):
    answer_of(answers, name)
    home = answers[1][name]
    assert not [path for path in home.snapshot() if "entry_" in path and name in path]
    assert home.temporary_files() == []


@pytest.mark.parametrize("name", SERVED)
def test_a_get_that_can_be_served_succeeds(answers, name):
    answer = answer_of(answers, name)
    assert answer.status == 0 and answer.err == "", answer


def test_retry_after_of_a_registry_is_respected(helper, cloud):
    """Two refusals with "Retry-After: 1", then an answer: no message is printed."""
    cloud.fault("throttle", service="acr", host="acme.azurecr.io", path="/oauth2/exchange", count=2, retry_after=1)
    answer = helper.get("acme.azurecr.io", env=cloud.environment(APP))
    assert answer.status == 0 and answer.exchanges == 3 and 1.5 < answer.seconds < 10 and answer.err == ""


@pytest.mark.parametrize("fault", ["error", "transient", "throttle"])
def test_a_transient_error_of_entra_is_retried(helper, cloud, fault):
    cloud.fault(fault, service="entra", count=1)
    answer = helper.get("acme.azurecr.io", env=cloud.environment(APP))
    assert answer.status == 0 and answer.asked("entra") == 2 and answer.err == ""


def test_a_rejection_by_entra_is_never_retried(helper, cloud):
    """Each further attempt could lock an account."""
    wrong = {**cloud.environment(APP), "AZURE_CLIENT_SECRET": "not-the-secret"}
    assert helper.get("acme.azurecr.io", env=wrong).asked("entra") == 1


def test_control_characters_of_a_service_do_not_reach_the_terminal(helper, cloud):
    cloud.fault("entra", service="entra", code=50000, error="invalid_client", text="\x1b]0;owned\x07\x1b[2J\r\nForged\x9b31m")
    answer = helper.get("acme.azurecr.io", env=cloud.environment(APP))
    assert answer.status == 1
    shown = answer.raw + answer.err.encode()
    assert not [byte for byte in shown if byte < 0x20 and byte != 0x0a] and b"\x9b" not in shown.replace(b"\xc2\x9b", b"")
    assert "\nForged" not in answer.err + answer.out and "\u009b" not in answer.err


def test_a_token_without_an_expiry_is_kept_for_a_short_time(helper, cloud):
    """It is served, and renewed before it could expire during a push."""
    cloud.fault("noexp", service="acr", host="acme.azurecr.io")
    signed_in = cloud.environment(APP)
    assert helper.get("acme.azurecr.io", env=signed_in).exchanges == 1
    kept = [entry for path, entry in helper.home.snapshot().items() if "entry_acme" in path]
    for _, content in kept:
        life = int(content.split(b"\nlife ")[1].split(b"\n")[0])
        assert life <= 300


@pytest.mark.plain
@pytest.mark.parametrize("fault", [{"kind": "hang"}, {"kind": "delay", "seconds": 4}, {"kind": "slow"}], ids=lambda fault: fault["kind"])
def test_no_answer_is_awaited_on_a_connection_that_was_opened_early(helper, cloud, fault):
    """It is not needed: the exchange then uses another connection."""
    cloud.fault(fault.pop("kind"), service="acr", path="/v2/", **fault)
    answer = helper.get("acme.azurecr.io", env=cloud.environment(APP))
    assert answer.status == 0 and answer.seconds < 2


def test_the_retry_time_of_a_busy_registry_is_remembered(helper, home, cloud):
    """A request before that time would only extend it."""
    cloud.fault("throttle", service="acr", host="acme.azurecr.io", path="/oauth2/exchange", retry_after=600)
    assert helper.get("acme.azurecr.io", env=cloud.environment(APP)).status == 1
    notes = [path.read_bytes() for path in (home.runtime / NAME).glob("note_refusal*")]
    assert [b"\nseconds 600\n" in note for note in notes] == [True]
