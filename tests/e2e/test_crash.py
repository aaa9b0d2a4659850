# SPDX-License-Identifier: Apache-2.0
"""Killed at any system call, or with a disk error at any: the state is the old or the new one, no file is
incomplete, nothing of other programs is lost, and nobody has to wait."""
import json
import os
import random
import re
import signal
import subprocess
import time
from collections import Counter

import pytest
from client import APP, USER

ACME, READER = "acme.azurecr.io", "reader.azurecr.io"
CHANGING = ("openat,write,fsync,rename,renameat,renameat2,unlink,unlinkat,mkdir,flock,close,sendto,recvfrom,read,connect,"
            "socket,poll,pipe2,clone,clone3,vfork,wait4,setitimer,getrandom")
# These are called hundreds of times, mostly while libraries are loaded: a sample is enough.
OFTEN = 6
pytestmark = [pytest.mark.plain, pytest.mark.usefixtures("no_keyring")]
OLD, NEW = "old-password-of-a-test", "new-password-of-a-test" * 50


def request(secret):
    return json.dumps({"ServerURL": "ghcr.io", "Username": "developer", "Secret": secret})


@pytest.fixture
def signed_in(home, cloud):
    home.env.update(cloud.environment(APP))


def points(home, *arguments, stdin=""):
    """(name, count) for each system call at which a run could be killed; strace counts by name and separately for
    each process."""
    trace = home.folder / "trace"
    subprocess.run(["strace", "-f", "-e", f"trace={CHANGING}", "-o", str(trace), str(home.program), *arguments], env=home.env,
                   input=stdin.encode(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    counts = {}
    for (_, name), count in Counter(re.findall(r"^(\d+) +(\w+)\(", trace.read_text(), re.M)).items():
        counts[name] = max(count, counts.get(name, 0))
    trace.unlink()
    found = []
    for name, count in sorted(counts.items()):
        step = max(1, count // OFTEN)
        # The last ones matter most, because files are written at the end.
        numbers = sorted(set(range(1, count + 1, step)) | set(range(max(1, count - OFTEN), count + 1)))
        found += [(name, number) for number in numbers]
    return found


def killed_at(home, name, number, *arguments, stdin=""):
    """Was it killed at that point, in the program itself or in a child?"""
    trace = home.folder / "trace"
    subprocess.run(["strace", "-f", "-o", str(trace), "-e", f"trace={name}", "-e", f"inject={name}:signal=KILL:when={number}",
                    str(home.program), *arguments], env=home.env, input=stdin.encode(), stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, check=False)
    killed = "killed by SIGKILL" in trace.read_text()
    trace.unlink()
    return killed


def renamed_unsynced(home, *arguments, stdin="", of):
    """Files with these paths (`of` is a pattern) that were renamed although their content had not been synced, or
    whose directory was not synced afterwards; and all renamed files, in order. strace -y prints the path of a
    descriptor."""
    trace = home.folder / "trace"
    subprocess.run(["strace", "-ff", "-y", "-s", "256", "-e", "trace=fsync,renameat,renameat2", "-o", str(trace), str(home.program),
                    *arguments], env=home.env, input=stdin.encode(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    bytes_synced, waiting, wrong, put = set(), [], [], []
    calls = "".join(one.read_text() for one in home.folder.glob("trace.*"))
    for call, text in re.findall(r"^(fsync|renameat2?)\((.*)\) += 0$", calls, re.M):
        if call == "fsync":
            path = re.search(r"<(.*)>", text)[1]
            bytes_synced.add(path)
            waiting = [(folder, name) for folder, name in waiting if folder != path]
            continue
        folder, made, _, name = re.match(r'\d+<(.*?)>, "(.*?)", (\d+<.*?>), "(.*?)"', text).groups()
        if not re.search(of, f"{folder}/{name}") or name.startswith(".docker-credential-acr-"):
            continue
        put.append(f"{folder}/{name}")
        waiting.append((folder, name))
        if f"{folder}/{made}" not in bytes_synced:
            wrong.append(f"{folder}/{name}")
    for one in home.folder.glob("trace.*"):
        one.unlink()
    return wrong + [f"folder of {folder}/{name}" for folder, name in waiting], put


def kept(home, folder):
    """Files in the helper's directories, except leftovers of a killed write, which a later run removes after two
    seconds."""
    return [path for path in (home.data / folder).glob("*") if not path.name.startswith(".docker-credential-acr-")]


def test_logins_and_decisions_are_on_the_disk_before_success_is_reported(helper, home):
    """The content before the file gets its name, and the name in its directory: a power failure leaves the old or
    the new file."""
    home.config(keychain="file", verify_on_store=False)
    login = json.dumps({"ServerURL": ACME, "Username": "person", "Secret": OLD})
    for arguments, stdin, least in ((("store",), request(OLD), 1), (("store",), login, 3), (("erase",), ACME, 1),
                                    (("logout", ACME), "", 1), (("login", ACME, "--device-code", "--insecure-storage"), "", 3)):
        if arguments[0] == "login":
            assert helper("erase", stdin=ACME).status == 0
        wrong, put = renamed_unsynced(home, *arguments, stdin=stdin, of="/(logins|sign-ins|registries)/")
        assert not wrong and len(put) >= least, (arguments, wrong, put)
    wrong, put = renamed_unsynced(home, "configure", ACME, of="/")
    assert not wrong, wrong
    assert len(put) > 1 and put[-1] == str(home.folder / ".docker/config.json"), f"the journal comes before what it is about: {put}"


def test_a_renewal_killed_at_any_system_call_loses_nothing_and_blocks_no_process(helper, home, signed_in, cloud, figures):
    other = helper.get(READER).secret
    old = helper.get(ACME).secret
    tried, killed, renewed = 0, 0, 0
    for name, number in points(home, "renew", "--all", ACME):
        before = helper.get(ACME).secret
        killed += killed_at(home, name, number, "renew", "--all", ACME)
        tried += 1
        answer = helper.get(ACME)
        assert answer.status == 0 and answer.exchanges == 0 and answer.err == "", (name, number, answer)
        assert answer.seconds < 1
        renewed += answer.secret != before
        assert helper.get(READER).secret == other, (name, number)
    assert helper.get(ACME).secret != old and 0 < renewed < tried
    assert len(home.temporary_files()) <= 16
    assert helper("renew", ACME).status == 0
    figures(f"points tried: {tried}, killed: {killed}, with the new token: {renewed}, lost: 0")
    assert killed > 0.8 * tried


def test_a_sign_in_killed_at_any_system_call_is_complete_or_absent(helper, home, cloud, figures):
    """With a device code, which the user of the stand-in enters."""
    arguments = ("login", "--device-code", "--insecure-storage")
    tried, killed, there = 0, 0, 0
    helper(*arguments)  # creates the directories, once
    helper("logout")
    # Nothing can be lost before the token is issued: only the writes matter.
    chosen = [(name, number) for name, number in points(home, *arguments)
              if name in ("openat", "write", "fsync", "renameat", "flock", "unlink", "mkdir")][-60:]
    for name, number in chosen[::2]:
        helper("logout")
        killed += killed_at(home, name, number, *arguments)
        tried += 1
        seen = json.loads(helper("status", "--json").out)
        assert len(seen["sign_ins"]) <= 1
        if seen["sign_ins"]:
            there += 1
            assert seen["sign_ins"][0]["who"] == USER.name
            cloud.mark()
            assert helper.get(ACME).status == 0
            assert [row for row in cloud.requests("entra") if row["form"].get("grant_type") == "refresh_token"]
        # Signing out also removes leftovers.
        assert helper("logout").status == 0
        assert not kept(home, "logins"), (name, number)
    time.sleep(3)
    helper("logout")
    assert not [path for path in home.temporary_files() if "/logins/" in str(path)]
    figures(f"points tried: {tried}, killed: {killed}, signed in: {there}, torn: 0")
    assert killed > 0.8 * tried


@pytest.mark.parametrize("name", ["INT", "TERM", "HUP"])
def test_an_interrupt_while_a_sign_in_is_saved_waits_until_it_is_complete(helper, home, name):
    """The token, its account, and the decision that the registry is not signed out: the first fsync belongs to the
    first, the last one to the last."""
    arguments = ("login", ACME, "--device-code", "--insecure-storage")
    helper.logout(ACME)
    for number in range(1, 7):
        assert helper.logout(ACME).status == 0
        ran = subprocess.run(["strace", "-f", "-o", "/dev/null", "-e", "trace=fsync", "-e", f"inject=fsync:signal={name}:when={number}",
                              str(home.program), *arguments], env=home.env, capture_output=True, check=False)
        seen = json.loads(helper("status", "--json").out)["sign_ins"]
        assert ran.returncode and len(seen) == 1 and seen[0]["who"] == USER.name, (number, ran, seen)
        assert helper.get(ACME).status == 0, number


def test_a_sign_out_killed_at_any_system_call_can_be_repeated(helper, home, signed_in, cloud, figures):
    sign_in = ("login", ACME, "--device-code", "--insecure-storage")
    assert helper(*sign_in).status == 0
    tried = killed = 0
    for name, number in points(home, "logout", ACME):
        if name in ("read", "close", "poll"):
            continue
        if not kept(home, "sign-ins"):
            assert helper(*sign_in).status == 0
        killed += killed_at(home, name, number, "logout", ACME)
        tried += 1
        answer = helper.get(ACME)
        assert answer.status == 0 or answer.out.startswith("credentials not found"), (name, number, answer)
        assert helper("logout", ACME).status == 0
        assert helper.get(ACME).out.startswith("credentials not found")
        assert not kept(home, "logins")
    figures(f"points tried: {tried}, killed: {killed}, torn: 0")
    assert killed > 0.8 * tried


@pytest.mark.parametrize("error", ["ENOSPC", "EIO", "EROFS", "EDQUOT", "EMFILE", "EINTR"])
@pytest.mark.parametrize("call", ["openat", "write", "renameat", "fsync", "flock"])
def test_a_renewal_on_a_failing_disk_succeeds(helper, home, signed_in, call, error):
    """The token was issued; that it cannot be stored is not a fault of the registry."""
    old = helper.get(ACME).secret
    folder = f"{home.runtime}/docker-credential-acr"
    helper("renew", ACME, prefix=["strace", "-f", "-o", "/dev/null", "-P", folder, "-e", f"trace={call}",
                                  "-e", f"inject={call}:error={error}"])
    answer = helper.get(ACME)
    assert answer.status == 0 and answer.err == "" and (answer.secret == old or answer.exchanges == 0)


def test_a_sign_out_removes_what_a_killed_sign_in_wrote(helper, home):
    home.config(keychain="file")
    helper("store", stdin=request(OLD))
    left = home.data / "logins/.docker-credential-acr-0123456789abcdef"
    left.write_text("half of a refresh token")
    os.utime(left, (time.time() - 3,) * 2)
    assert helper("logout").status == 0
    assert not left.exists() and helper.get("ghcr.io").secret == OLD


def test_a_store_killed_at_any_system_call_leaves_the_old_login_or_the_new(helper, home, figures):
    home.config(keychain="file")
    home.canaries |= {OLD, NEW}
    helper("store", stdin=request(OLD))
    seen, killed = set(), 0
    found = points(home, "store", stdin=request(NEW))
    assert len(found) > 20
    for name, number in found:
        helper("store", stdin=request(OLD))
        killed += killed_at(home, name, number, "store", stdin=request(NEW))
        secret = helper.get("ghcr.io").secret
        assert secret in (OLD, NEW), (name, number)
        seen.add(secret)
    figures(f"points tried: {len(found)}, killed: {killed}, lost: 0")
    assert killed > 0.8 * len(found)
    assert seen == {OLD, NEW}, "it was never killed in time"
    assert len(home.temporary_files()) <= 16


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5, 6])
def test_a_store_that_could_not_be_made_durable_does_not_claim_success(helper, home, number):
    """The file and directory of the decision, those of the login, and those of the decision again."""
    home.config(keychain="file")
    home.canaries |= {OLD, NEW}
    ran = helper("store", stdin=request(NEW).replace("ghcr.io", ACME), env={"DOCKER_CREDENTIAL_ACR_VERIFY_ON_STORE": "false"},
                 prefix=["strace", "-f", "-o", "/dev/null", "-e", "trace=fsync", "-e", f"inject=fsync:error=EIO:when={number}"])
    assert ran.status == 1 and "Input/output error" in ran.out, ran


def test_an_erase_killed_at_any_system_call_leaves_the_login_or_none(helper, home, figures):
    home.config(keychain="file")
    home.canaries.add(OLD)
    helper("store", stdin=request(OLD))
    found, killed = points(home, "erase", stdin="ghcr.io"), 0
    for name, number in found:
        helper("store", stdin=request(OLD))
        killed += killed_at(home, name, number, "erase", stdin="ghcr.io")
        answer = helper.get("ghcr.io")
        assert answer.status == 1 or answer.secret == OLD
        assert answer.err == ""
    figures(f"points tried: {len(found)}, killed: {killed}, lost: 0")
    assert killed > 0.8 * len(found)


def test_a_get_killed_at_any_time_blocks_and_damages_nothing(helper, home, cloud):
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
    """Each error at each call: the command succeeds and reports it, or fails and reports that."""
    home.config(keychain="file")
    home.canaries |= {OLD, NEW}
    stdin = request(NEW) if verb == "store" else "ghcr.io"
    helper("store", stdin=json.dumps({"ServerURL": "other.test", "Username": "other", "Secret": "another"}))
    helper("store", stdin=request(OLD))
    tried = refused = 0
    mine = re.compile("openat|write|fsync|rename|unlink|mkdir|ftruncate|link")
    found = [(name, number) for name, number in points(home, verb, stdin=stdin) if mine.match(name)]
    for name, number in found:
        for error in ("ENOSPC", "EDQUOT", "EIO", "EROFS", "EMFILE", "EINTR"):
            helper("store", stdin=request(OLD))
            ran = subprocess.run(["strace", "-f", "-o", "/dev/null", "-e", f"trace={name}", "-e",
                                  f"inject={name}:error={error}:when={number}", str(home.program), verb],
                                 input=stdin.encode(), env=home.env, capture_output=True, check=False)
            answer = helper.get("ghcr.io")
            done = answer.out.startswith("credentials not found") if verb == "erase" else answer.status == 0 and answer.secret == NEW
            undone = answer.status == 0 and answer.secret == OLD
            assert done or (undone and ran.returncode != 0), (name, number, error, ran)
            tried, refused = tried + 1, refused + (ran.returncode != 0)
    figures(f"errors tried: {tried} at {len(found)} calls, refused: {refused}, lost: 0")
    assert helper.get("other.test").secret == "another"


@pytest.mark.parametrize("error", ["ENOSPC", "EIO", "EDQUOT", "EROFS", "EMFILE", "ENOLCK", "EINTR"])
@pytest.mark.parametrize("call", ["write", "fsync", "rename,renameat,renameat2", "flock", "openat", "mkdir,mkdirat"])
def test_no_error_of_the_disk_fails_a_get(helper, home, cloud, call, error):
    """From the response of the registry on: before it there is nothing to lose."""
    if (call, error) in (("openat", "EMFILE"), ("openat", "EINTR"), ("write", "EINTR")):
        pytest.skip("would not get to the network")
    signed_in = cloud.environment(APP)
    folder = f"{home.runtime}/docker-credential-acr"
    helper.get("reader.azurecr.io", env=signed_in)
    answer = helper.get(ACME, env={**signed_in, "DOCKER_CREDENTIAL_ACR_CACHE": "file"}, prefix=[
        "strace", "-o", "/dev/null", "-P", folder, "-e", f"trace={call}", "-e", f"inject={call}:error={error}"])
    assert answer.status == 0, answer
