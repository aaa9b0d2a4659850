# SPDX-License-Identifier: Apache-2.0
"""Killed at any moment, the program leaves the old state or the new one, never half of one, and nobody has to wait."""
import json
import random
import re
import signal
import subprocess
import time

import pytest
from client import APP

ACME = "acme.azurecr.io"
pytestmark = pytest.mark.plain
OLD, NEW = "old-password-of-a-test", "new-password-of-a-test" * 50


def request(secret):
    return json.dumps({"ServerURL": "ghcr.io", "Username": "developer", "Secret": secret})


def calls(helper, home, *arguments, stdin, env):
    """How often a run makes each system call that could leave something half done: [(name, count)]."""
    trace = home.folder / "trace"
    names = "openat,write,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,flock,close,ftruncate,linkat"
    helper(*arguments, stdin=stdin, env=env, prefix=["strace", "-e", f"trace={names}", "-o", str(trace)])
    seen = {}
    for name in re.findall(r"^(\w+)\(", trace.read_text(), re.M):
        seen[name] = seen.get(name, 0) + 1
    trace.unlink()
    return [(name, number + 1) for name, count in sorted(seen.items()) for number in range(count)]


def killed_at(home, name, number, *arguments, stdin, env):
    subprocess.run(["strace", "-o", "/dev/null", "-e", f"trace={name}", "-e", f"inject={name}:signal=KILL:when={number}",
                    str(home.program), *arguments], input=stdin.encode(), env={**home.env, **env},
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)


def test_a_store_killed_at_any_system_call_leaves_the_old_login_or_the_new(helper, home, figures):
    home.config(keychain="file")
    home.canaries |= {OLD, NEW}
    helper("store", stdin=request(OLD))
    seen = set()
    points = calls(helper, home, "store", stdin=request(NEW), env={})
    assert len(points) > 20
    for name, number in points:
        helper("store", stdin=request(OLD))
        killed_at(home, name, number, "store", stdin=request(NEW), env={})
        secret = helper.get("ghcr.io").secret
        assert secret in (OLD, NEW), (name, number)
        seen.add(secret)
    figures(f"points tried: {len(points)}, lost: 0")
    assert seen == {OLD, NEW}, "it was never killed in time"
    assert len(home.temporary_files()) <= 16


def test_an_erase_killed_at_any_system_call_leaves_the_login_or_none(helper, home, figures):
    home.config(keychain="file")
    home.canaries.add(OLD)
    helper("store", stdin=request(OLD))
    points = calls(helper, home, "erase", stdin="ghcr.io", env={})
    for name, number in points:
        helper("store", stdin=request(OLD))
        killed_at(home, name, number, "erase", stdin="ghcr.io", env={})
        answer = helper.get("ghcr.io")
        assert answer.status == 1 or answer.secret == OLD
        assert answer.err == ""
    figures(f"points tried: {len(points)}, lost: 0")


def test_a_get_killed_at_any_time_blocks_and_spoils_nothing(helper, home, cloud):
    """At random moments of a cold get, four at a time."""
    signed_in = cloud.environment(APP)
    chance = random.Random(1)
    for _ in range(15):
        runs = [helper.start("get", env=signed_in) for _ in range(4)]
        for run in runs:
            run.stdin.write(ACME.encode())
            run.stdin.close()
            run.stdin = None
        time.sleep(chance.uniform(0, 0.04))
        for run in runs:
            run.send_signal(signal.SIGKILL)
            run.communicate()
        answer = helper.get(ACME, env=signed_in)
        assert answer.status == 0 and answer.err == "" and answer.seconds < 3
        helper.erase(ACME, env=signed_in)
    assert len(home.temporary_files()) <= 16


@pytest.mark.parametrize("verb", ["store", "erase"])
def test_no_error_at_any_file_call_loses_a_login(helper, home, verb, figures):
    """Each error at each call, the only one or from then on: it is done and said so, or not done and said so."""
    home.config(keychain="file")
    home.canaries |= {OLD, NEW}
    stdin = request(NEW) if verb == "store" else "ghcr.io"
    helper("store", stdin=json.dumps({"ServerURL": "other.test", "Username": "other", "Secret": "another"}))
    helper("store", stdin=request(OLD))
    tried = refused = 0
    mine = re.compile("openat|write|fsync|rename|unlink|mkdir|ftruncate|link")
    points = [(name, number) for name, number in calls(helper, home, verb, stdin=stdin, env={}) if mine.match(name)]
    for name, number in points:
        for error in ("ENOSPC", "EDQUOT", "EIO", "EROFS", "EMFILE", "EINTR"):
            helper("store", stdin=request(OLD))
            ran = subprocess.run(["strace", "-o", "/dev/null", "-e", f"trace={name}", "-e", f"inject={name}:error={error}:when={number}",
                                  str(home.program), verb], input=stdin.encode(), env=home.env, capture_output=True, check=False)
            answer = helper.get("ghcr.io")
            done = answer.status == 1 if verb == "erase" else answer.status == 0 and answer.secret == NEW
            undone = answer.status == 0 and answer.secret == OLD
            assert done or (undone and ran.returncode != 0), (name, number, error, ran)
            tried, refused = tried + 1, refused + (ran.returncode != 0)
    figures(f"errors tried: {tried} at {len(points)} calls, refused: {refused}, lost: 0")
    assert helper.get("other.test").secret == "another"


@pytest.mark.parametrize("error", ["ENOSPC", "EIO", "EDQUOT", "EROFS", "EMFILE", "ENOLCK", "EINTR"])
@pytest.mark.parametrize("call", ["write", "fsync", "rename,renameat,renameat2", "flock", "openat", "mkdir,mkdirat"])
def test_no_error_of_the_disk_fails_a_get(helper, home, cloud, call, error):
    """From the moment on when the answer of the registry is there: until then there is nothing to lose."""
    if (call, error) in (("openat", "EMFILE"), ("openat", "EINTR"), ("write", "EINTR")):
        pytest.skip("would not get to the network")
    signed_in = cloud.environment(APP)
    folder = f"{home.runtime}/docker-credential-acr"
    helper.get("reader.azurecr.io", env=signed_in)
    answer = helper.get(ACME, env={**signed_in, "DOCKER_CREDENTIAL_ACR_CACHE": "file"}, prefix=[
        "strace", "-o", "/dev/null", "-P", folder, "-e", f"trace={call}", "-e", f"inject={call}:error={error}"])
    assert answer.status == 0, answer
