# SPDX-License-Identifier: Apache-2.0
"""Many at once: one of them asks Azure, the others wait for what it got."""
import signal
import time

import pytest
from client import APP

ACME = "acme.azurecr.io"


def test_a_hundred_cold_gets_at_once_are_one_exchange(helper, cloud):
    answers = helper.many(100, ACME, env=cloud.environment(APP))
    assert {answer.status for answer in answers} == {0} and len({answer.secret for answer in answers}) == 1
    assert {answer.err for answer in answers} == {""}
    assert len(cloud.requests("acr", path="/oauth2/exchange")) == 1
    assert len(cloud.requests("entra")) == 1


@pytest.mark.plain
def test_a_thousand_gets_at_once_are_one_exchange(helper, cloud, figures):
    begin = time.monotonic()
    answers = helper.many(1000, ACME, env=cloud.environment(APP))
    exchanges = len(cloud.requests("acr", path="/oauth2/exchange"))
    failed = [answer for answer in answers if answer.status or answer.err]
    figures(f"1000 gets in {time.monotonic() - begin:.1f} s, exchanges: {exchanges}, failed: {len(failed)}")
    assert not failed and len({answer.secret for answer in answers}) == 1
    assert exchanges == 1


def test_twenty_gets_at_once_of_who_is_refused_are_one_refusal(helper, cloud):
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


def test_a_holder_of_the_lock_that_was_killed_is_not_waited_for(helper, cloud):
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


def test_a_holder_of_the_lock_that_stands_still_is_passed_by(helper, cloud):
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
