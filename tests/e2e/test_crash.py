# SPDX-License-Identifier: Apache-2.0
"""A renewal, a sign-in and a sign-out killed at every system call: old or new, nothing torn, nothing of others lost,
nobody kept waiting. (store, erase and get are in test_crashes.py.)"""
import json
import re
import subprocess
import sys

import pytest
from client import APP, USER

ACME, READER = "acme.azurecr.io", "reader.azurecr.io"
CHANGING = ("openat,write,fsync,rename,renameat,renameat2,unlink,unlinkat,mkdir,flock,close,sendto,recvfrom,read,connect,"
            "socket,poll,pipe2,clone,clone3,vfork,wait4,setitimer,getrandom")
# Called hundreds of times, most of them while libraries are loaded: a sample of those.
OFTEN = 6
pytestmark = pytest.mark.plain


@pytest.fixture(autouse=True)
def no_keyring(home):
    home.env["DOCKER_CREDENTIAL_ACR_CACHE"] = "file"


@pytest.fixture
def signed_in(home, cloud):
    home.env.update(cloud.environment(APP))


def points(home, *arguments):
    """(name, count) for each system call of a run that could be its last; strace counts by name."""
    trace = home.folder / "trace"
    subprocess.run(["strace", "-f", "-e", f"trace={CHANGING}", "-o", str(trace), str(home.program), *arguments], env=home.env,
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    counts = {}
    for name in re.findall(r"^\d+ +(\w+)\(", trace.read_text(), re.M):
        counts[name] = counts.get(name, 0) + 1
    trace.unlink()
    found = []
    for name, count in sorted(counts.items()):
        step = max(1, count // OFTEN)
        # The last ones matter most: what is written is written at the end.
        numbers = sorted(set(range(1, count + 1, step)) | set(range(max(1, count - OFTEN), count + 1)))
        found += [(name, number) for number in numbers]
    return found


def killed_at(home, name, number, *arguments):
    subprocess.run(["strace", "-f", "-o", "/dev/null", "-e", f"trace={name}", "-e", f"inject={name}:signal=KILL:when={number}",
                    str(home.program), *arguments], env=home.env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, check=False)


def kept(home, folder):
    """Files below our data that are no leftovers of a killed write: those are swept by a later one, after a minute."""
    return [path for path in (home.data / folder).glob("*") if not path.name.startswith(".tmp-")]


def report(text):
    print(text, file=sys.stderr)


def test_a_renewal_killed_at_any_system_call_loses_nothing_and_blocks_nobody(helper, home, signed_in, cloud):
    other = helper.get(READER).secret
    old = helper.get(ACME).secret
    tried, renewed = 0, 0
    for name, number in points(home, "renew", "--all", ACME):
        before = helper.get(ACME).secret
        killed_at(home, name, number, "renew", "--all", ACME)
        tried += 1
        answer = helper.get(ACME)
        assert answer.status == 0 and answer.exchanges == 0 and answer.err == "", (name, number, answer)
        assert answer.seconds < 1
        renewed += answer.secret != before
        assert helper.get(READER).secret == other, (name, number)
    assert helper.get(ACME).secret != old and 0 < renewed < tried
    assert len(home.temporary_files()) <= 16
    assert helper("renew", ACME).status == 0
    report(f"renew: {tried} points tried, {renewed} with the new token, 0 lost")


def test_a_sign_in_killed_at_any_system_call_is_there_or_not(helper, home, cloud):
    """With a code, which the stand-in's person enters by themselves."""
    arguments = ("login", "--device-code", "--insecure-storage")
    tried, there = 0, 0
    # What comes before the token is there can lose nothing: the writes are what matters.
    chosen = [(name, number) for name, number in points(home, *arguments)
              if name in ("openat", "write", "fsync", "renameat", "flock", "unlink", "mkdir")][-60:]
    for name, number in chosen[::2]:
        helper("logout")
        killed_at(home, name, number, *arguments)
        tried += 1
        seen = json.loads(helper("status", "--json").out)
        assert len(seen["sign_ins"]) <= 1
        if seen["sign_ins"]:
            there += 1
            assert seen["sign_ins"][0]["who"] == USER.name
            cloud.mark()
            assert helper.get(ACME).status == 0
            assert [row for row in cloud.requests("entra") if row["form"].get("grant_type") == "refresh_token"]
        # Whatever was left behind, signing out takes it along.
        assert helper("logout").status == 0
        assert not kept(home, "logins"), (name, number)
    assert tried > 10
    report(f"login: {tried} points tried, {there} signed in, 0 torn")


def test_a_sign_out_killed_at_any_system_call_can_be_done_again(helper, home, signed_in, cloud):
    sign_in = ("login", ACME, "--device-code", "--insecure-storage")
    assert helper(*sign_in).status == 0
    tried = 0
    for name, number in points(home, "logout", ACME):
        if name in ("read", "close", "poll"):
            continue
        if not kept(home, "sign-ins"):
            assert helper(*sign_in).status == 0
        killed_at(home, name, number, "logout", ACME)
        tried += 1
        answer = helper.get(ACME)
        assert answer.status == 0 or answer.out.startswith("credentials not found"), (name, number, answer)
        assert helper("logout", ACME).status == 0
        assert helper.get(ACME).out.startswith("credentials not found")
        assert not kept(home, "logins")
    assert tried > 20
    report(f"logout: {tried} points tried, 0 torn")


@pytest.mark.parametrize("error", ["ENOSPC", "EIO", "EROFS", "EDQUOT"])
@pytest.mark.parametrize("call", ["openat", "write", "renameat", "fsync", "flock"])
def test_a_renewal_on_a_bad_disk_is_a_renewal_all_the_same(helper, home, signed_in, call, error):
    """The token is had; that it cannot be kept is no failure of the registry."""
    old = helper.get(ACME).secret
    folder = f"{home.runtime}/docker-credential-acr"
    helper("renew", ACME, prefix=["strace", "-f", "-o", "/dev/null", "-P", folder, "-e", f"trace={call}",
                                  "-e", f"inject={call}:error={error}"])
    answer = helper.get(ACME)
    assert answer.status == 0 and answer.err == "" and (answer.secret == old or answer.exchanges == 0)
