# SPDX-License-Identifier: Apache-2.0
"""Many concurrent processes: one of them sends requests to Azure, the others wait for its result."""
import json
import signal
import time

import pytest
from client import APP, USER

ACME = "acme.azurecr.io"


def test_a_hundred_parallel_gets_without_a_cache_cause_one_exchange(helper, cloud):
    answers = helper.many(100, ACME, env=cloud.environment(APP))
    assert {answer.status for answer in answers} == {0} and len({answer.secret for answer in answers}) == 1
    assert {answer.err for answer in answers} == {""}
    assert len(cloud.requests("acr", path="/oauth2/exchange")) == 1
    assert len(cloud.requests("entra")) == 1


@pytest.mark.plain
def test_a_thousand_parallel_gets_cause_one_exchange(helper, cloud, figures):
    begin = time.monotonic()
    answers = helper.many(1000, ACME, env=cloud.environment(APP))
    exchanges = len(cloud.requests("acr", path="/oauth2/exchange"))
    failed = [answer for answer in answers if answer.status or answer.err]
    figures(f"1000 gets in {time.monotonic() - begin:.1f} s, exchanges: {exchanges}, failed: {len(failed)}")
    assert not failed and len({answer.secret for answer in answers}) == 1
    assert exchanges == 1


def test_twenty_parallel_gets_of_a_rejected_identity_cause_one_request(helper, cloud):
    wrong = {**cloud.environment(APP), "AZURE_CLIENT_SECRET": "not-the-secret"}
    answers = helper.many(20, ACME, env=wrong)
    assert {answer.status for answer in answers} == {1} and len({answer.out for answer in answers}) == 1
    assert len(cloud.requests("entra")) == 1


def test_gets_of_different_registries_do_not_wait_for_each_other(helper, cloud):
    cloud.fault("delay", service="acr", path="/oauth2/exchange", seconds=1)
    signed_in = cloud.environment(APP)
    begin = time.monotonic()
    runs = [helper.start("get", env=signed_in) for _ in range(6)]
    for number, run in enumerate(runs):
        run.stdin.write(f"registry{number}.azurecr.io".encode())
        run.stdin.close()
        run.stdin = None
    for run in runs:
        run.communicate(timeout=20)
        assert run.returncode == 0
    assert time.monotonic() - begin < 3


def test_a_killed_holder_of_the_lock_does_not_block(helper, cloud):
    signed_in = cloud.environment(APP)
    cloud.fault("hang", service="acr", host=ACME, path="/oauth2/exchange", count=1)
    first = helper.start("get", env=signed_in)
    first.stdin.write(ACME.encode())
    first.stdin.close()
    first.stdin = None
    assert cloud.wait_for(1, service="entra")
    time.sleep(0.2)
    first.send_signal(signal.SIGKILL)
    first.communicate()
    assert helper.get(ACME, env=signed_in).seconds < 1


def test_a_stopped_holder_of_the_lock_is_skipped(helper, cloud):
    signed_in = cloud.environment(APP)
    cloud.fault("hang", service="acr", host=ACME, path="/oauth2/exchange", count=1)
    first = helper.start("get", env=signed_in)
    first.stdin.write(ACME.encode())
    first.stdin.close()
    first.stdin = None
    assert cloud.wait_for(1, service="entra")
    time.sleep(0.2)
    first.send_signal(signal.SIGSTOP)
    try:
        answer = helper.get(ACME, env=signed_in)
        assert answer.status == 0 and 4 < answer.seconds < 8
    finally:
        first.send_signal(signal.SIGKILL)
        first.communicate()


def slow_az(home, cloud, seconds):
    """az with a signed-in developer, which is slow and records each start: (environment, number of starts)."""
    note = home.folder / "az-started"
    token = cloud.entra_token(USER)
    home.write(".azure/azureProfile.json", json.dumps({"subscriptions": [{
        "id": "5b5c0470-0000-4000-8000-000000000001", "isDefault": True, "tenantId": USER.tenant_id,
        "environmentName": "AzureCloud", "user": {"name": USER.name, "type": "user"}}]}))
    answer = json.dumps({"accessToken": token, "expires_on": int(time.time()) + 3000, "tenant": USER.tenant_id})
    home.write("bin/az", f"#!/bin/sh\necho x >> {note}\nsleep {seconds}\necho '{answer}'\n", 0o755)
    return {"PATH": f"{home.folder}/bin:/usr/bin:/bin", "AZURE_TOKEN_CREDENTIALS": "AzureCliCredential"}, \
        lambda: note.read_text().count("x")


@pytest.mark.plain
def test_the_wait_for_a_slow_holder_of_the_lock_ends_with_the_timeout(helper, home, cloud):
    env, started = slow_az(home, cloud, 7)
    answers = helper.many(12, ACME, env=env)
    assert {answer.status for answer in answers} == {0} and len({answer.secret for answer in answers}) == 1
    assert started() == 1 and len(cloud.requests("acr", path="/oauth2/exchange")) == 1


@pytest.mark.plain
def test_another_identity_does_not_wait(helper, home, cloud):
    env, started = slow_az(home, cloud, 4)
    first = helper.start("get", env=env)
    first.stdin.write(ACME.encode())
    first.stdin.close()
    first.stdin = None
    time.sleep(0.5)
    assert started() == 1
    answer = helper.get(ACME, env=cloud.environment(APP))
    assert answer.status == 0 and answer.seconds < 2
    first.communicate(timeout=20)
    assert first.returncode == 0
