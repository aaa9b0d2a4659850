# SPDX-License-Identifier: Apache-2.0
"""Black-box tests of renewal: the child process after a get, the lock, clocks that jump, timeouts, and the command
`renew`.

Which token a get returns, and how a failure affects the next one, is in tests/transcripts/test_renewal.py.
"""
import base64
import contextlib
import fcntl
import json
import os
import pty
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest
from client import APP

pytestmark = pytest.mark.usefixtures("no_keyring")
ACME, READER = "acme.azurecr.io", "reader.azurecr.io"
PAST_HALF, NEAR_THE_END = 7100, 7300  # seconds, of 10800
CLOCK = Path(__file__).resolve().parent / "clock.c"


@pytest.fixture
def signed_in(home, cloud):
    home.env.update(cloud.environment(APP))


@pytest.fixture
def old(helper, home, signed_in):
    """old(seconds): caches a token and makes it that old; returns the token."""
    def prepare(seconds, server=ACME):
        secret = helper.get(server).secret
        home.age(seconds)
        return secret
    return prepare


def children_of(home):
    """Processes with this home, except those of the tests."""
    found = []
    for number in filter(str.isdigit, os.listdir("/proc")):
        try:
            if f"HOME={home.folder}".encode() in Path("/proc", number, "environ").read_bytes().split(b"\0"):
                found.append(int(number))
        except OSError:
            pass
    return found


def wait_for(condition, seconds=5):
    until = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)
    return found


def is_gone(pid):
    """Has the process ended, even if no parent has waited for it?"""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def is_free(lock):
    """Is the lock free, as flock -n reports it?"""
    with open(lock, "rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            return False


def lock_of(home, server=ACME):
    """The lock file of the process that exchanges a token for this registry; its holder removes it."""
    return next((home.runtime / "docker-credential-acr").glob(f"lock_{server}*"), None)


def ends_in(secret):
    """The remaining validity of a token in seconds."""
    claims = secret.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["exp"] - time.time()


# the child process after a get

@pytest.mark.plain
def test_the_background_renewal_inherits_no_descriptor_of_its_caller(helper, home, old, cloud):
    old(PAST_HALF)
    cloud.mark()
    cloud.fault("delay", service="acr", host=ACME, path="/oauth2/exchange", seconds=2, count=1)
    ear, mouth = os.pipe()
    secret = home.write("secret-file", "x").open("rb")
    answer = helper.get(ACME, pass_fds=(mouth, secret.fileno()))
    os.close(mouth)
    assert answer.status == 0 and answer.seconds < 1
    # The other end is closed while the child is still running.
    assert os.read(ear, 1) == b""
    child, = children_of(home)
    held = {}
    for number in os.listdir(f"/proc/{child}/fd"):
        with contextlib.suppress(FileNotFoundError):  # closed between the two calls
            held[number] = os.readlink(f"/proc/{child}/fd/{number}")
    assert [held[number] for number in "012"] == ["/dev/null"] * 3
    assert not [path for path in held.values() if "secret-file" in path]
    assert os.getsid(child) != os.getsid(0) and Path(f"/proc/{child}/stat").read_text().split()[3] == "1"
    wait_for(lambda: not children_of(home), 6)


def test_the_lock_of_a_killed_renewal_is_released_at_once(helper, home, old, cloud):
    old(PAST_HALF)
    cloud.fault("hang", service="acr", host=ACME, path="/oauth2/exchange", count=1)
    cloud.mark()
    assert helper.get(ACME).status == 0
    cloud.wait_for(1, service="acr", path="/oauth2/exchange")
    assert not is_free(lock_of(home))
    child, = children_of(home)
    os.kill(child, signal.SIGKILL)
    wait_for(lambda: is_free(lock_of(home)))


def test_az_does_not_hold_the_lock_and_ends_when_the_helper_is_killed(helper, home):
    tool = home.write("bin/az", f"#!/bin/sh\necho $$ > {home.folder}/started\nsleep 60\n", 0o755)
    home.write(".azure/azureProfile.json", json.dumps({"subscriptions": [{
        "id": "s", "isDefault": True, "tenantId": APP.tenant_id, "environmentName": "AzureCloud",
        "user": {"name": "developer@contoso.com", "type": "user"}}]}))
    home.config(identity="azure-cli")
    run = helper.start("get", env={"PATH": f"{tool.parent}:{home.env['PATH']}"})
    run.stdin.write(ACME.encode())
    run.stdin.close()
    run.stdin = None
    wait_for((home.folder / "started").exists)
    assert not is_free(lock_of(home))
    run.send_signal(signal.SIGKILL)
    run.communicate()
    assert is_free(lock_of(home))
    az = int((home.folder / "started").read_text())
    wait_for(lambda: is_gone(az))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_a_termination_signal_ends_the_helper_and_az_with_its_children(helper, home, number):
    tool = home.write("bin/az", f"#!/bin/sh\nsleep 61 & echo $! > {home.folder}/grandchild\nwait\n", 0o755)
    home.write(".azure/azureProfile.json", json.dumps({"subscriptions": [{
        "id": "s", "isDefault": True, "tenantId": APP.tenant_id, "environmentName": "AzureCloud",
        "user": {"name": "developer@contoso.com", "type": "user"}}]}))
    home.config(identity="azure-cli")
    run = helper.start("get", env={"PATH": f"{tool.parent}:{home.env['PATH']}"})
    run.stdin.write(ACME.encode())
    run.stdin.close()
    run.stdin = None
    wait_for(lambda: (home.folder / "grandchild").exists() and (home.folder / "grandchild").read_text())
    begin = time.monotonic()
    run.send_signal(number)
    out, _ = run.communicate(timeout=5)
    assert run.returncode == -number and out == b"" and time.monotonic() - begin < 1
    grandchild = int((home.folder / "grandchild").read_text())
    wait_for(lambda: is_gone(grandchild))
    assert is_free(lock_of(home))


def test_a_failed_renewal_is_reported_once_by_get_and_by_status(helper, old, cloud):
    secret = old(PAST_HALF)
    cloud.fault("norole", service="acr", host=ACME)
    cloud.mark()
    assert helper.get(ACME).err == ""
    cloud.wait_for(1, service="acr", path="/oauth2/token")
    time.sleep(0.2)
    second = helper.get(ACME)
    assert second.secret == secret and second.err.count("\n") == 1
    assert "could not be renewed" in second.err and "UNAUTHORIZED" in second.err
    assert helper.get(ACME).err == ""
    status = json.loads(helper("status", "--json").out)
    assert "UNAUTHORIZED" in status["tokens"][0]["renewal_failed"]
    assert "the last renewal failed" in helper("status").out
    # It works again: there is no notice any more.
    cloud.no_faults()
    assert helper("renew", ACME).status == 0
    assert json.loads(helper("status", "--json").out)["tokens"][0]["renewal_failed"] is None


# changes during a renewal

@pytest.mark.parametrize("deed", ["erase", "logout", "login", "store", "logout everything"])
def test_a_command_of_the_user_takes_precedence_over_a_renewal(helper, home, old, cloud, deed):
    home.config(keychain="file")
    secret = old(PAST_HALF)
    cloud.fault("delay", service="acr", host=ACME, path="/oauth2/exchange", seconds=2, count=1)
    cloud.mark()
    assert helper.get(ACME).secret == secret
    cloud.wait_for(1, service="acr", path="/oauth2/exchange")
    if deed == "erase":
        helper.erase(ACME)
    elif deed == "logout":
        helper.logout(ACME)
    elif deed == "login":
        assert helper("login", "--insecure-storage").status == 0
    elif deed == "store":
        # The holder of the lock may finish, but others do not wait for it longer than their timeout.
        assert helper.store(ACME, "someone", "a-password-of-mine").status in (0, 1)
    else:
        helper("logout")
    wait_for(lambda: not children_of(home), 6)
    cloud.mark()
    answer = helper.get(ACME)
    if deed == "logout":
        assert answer.status == 1 and answer.out.startswith("credentials not found")
    elif deed == "store":
        assert answer.status == 0
    else:
        assert answer.exchanges == 1, "the late token was handed out"


def test_a_stored_login_is_not_replaced_by_a_late_token(helper, home, old, cloud):
    host = "admin.azurecr.io"
    home.config(keychain="file")
    old(PAST_HALF, host)
    cloud.fault("delay", service="acr", host=host, path="/oauth2/exchange", seconds=1, count=1)
    cloud.mark()
    helper.get(host)
    cloud.wait_for(1, service="acr", path="/oauth2/exchange")
    assert helper.store(host, "admin", "admin-password-one").status == 0
    wait_for(lambda: not children_of(home), 6)
    assert helper.get(host).login["Username"] == "admin"


# many processes, and long runs

@pytest.mark.plain
def test_half_a_minute_of_short_lived_tokens_without_a_failure(helper, home, signed_in, cloud, figures):
    """A short form of one hour with tokens that are valid for thirty seconds: they are valid for nine."""
    cloud.fault("short", service="acr", host=ACME, path="/oauth2/exchange", seconds=9)
    until, gets, least = time.monotonic() + 30, 0, 99
    cloud.mark()
    while time.monotonic() < until:
        answer = helper.get(ACME)
        assert answer.status == 0 and answer.err == "", answer
        least = min(least, ends_in(answer.secret))
        gets += 1
        time.sleep(0.1)
    exchanges = len(cloud.requests("acr", path="/oauth2/exchange"))
    figures(f"{gets} gets, {exchanges} exchanges, failures: 0, the oldest token lived on for {least:.1f} s")
    assert least > 2 and 4 <= exchanges <= 10


def test_a_hundred_gets_past_half_life_are_served_at_once_and_renewed_once(helper, home, old, cloud):
    secret = old(PAST_HALF)
    cloud.mark()
    begin = time.monotonic()
    answers = helper.many(100, ACME)
    seconds = time.monotonic() - begin
    wait_for(lambda: not children_of(home), 10)
    assert {answer.status for answer in answers} == {0} and seconds < 5
    assert len(cloud.requests("acr", path="/oauth2/exchange")) == 1
    assert helper.get(ACME).secret != secret


# clocks

@pytest.fixture(scope="session")
def clock(tmp_path_factory):
    """Other clocks for a run: clock(wall=seconds, boot=seconds) returns the environment."""
    if not shutil.which("gcc"):
        pytest.skip("no compiler for the clock")
    library = tmp_path_factory.mktemp("clock") / "clock.so"
    subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-o", library, CLOCK], check=True)

    def shifted(wall=0, boot=0):
        return {"LD_PRELOAD": str(library), "CLOCK_WALL": str(wall), "CLOCK_BOOT": str(boot)}
    return shifted


@pytest.mark.plain
@pytest.mark.parametrize("wall", [-365 * 86400, 365 * 86400, -1700000000, 400 * 365 * 86400], ids=[
    "a-year-back", "a-year-ahead", "in-1970", "beyond-2038"])
def test_setting_the_clock_neither_expires_a_token_nor_extends_its_life(helper, signed_in, clock, wall):
    secret = helper.get(ACME).secret
    answer = helper.get(ACME, env=clock(wall=wall))
    assert answer.secret == secret and answer.requests == []
    # Eleven thousand seconds later, and the clock is still wrong.
    late = helper.get(ACME, env={**clock(wall=wall, boot=10900), "DOCKER_CREDENTIAL_ACR_TIMEOUT": "5s"})
    assert late.status == 1 or late.secret != secret


@pytest.mark.plain
def test_after_eight_hours_of_suspend_a_token_is_renewed_first(helper, signed_in, clock):
    secret = helper.get(ACME).secret
    answer = helper.get(ACME, env=clock(boot=8 * 3600))
    assert answer.secret != secret and answer.exchanges == 1


@pytest.mark.plain
def test_a_boot_clock_behind_that_of_the_entry_serves_nothing_and_loses_nothing(helper, signed_in, clock):
    """As in a time namespace, or with an entry from the future."""
    secret = helper.get(ACME, env=clock(boot=86400)).secret
    answer = helper.get(READER)
    assert answer.status == 0
    assert helper.get(ACME, env=clock(boot=86400)).secret == secret


def test_the_clock_of_a_server_with_a_skew_applies_to_its_tokens(helper, home, signed_in, cloud):
    for seconds in (-900, 900):
        cloud.fault("skew", service="acr", host=ACME, seconds=seconds)
        assert helper.get(ACME).status == 0
        token, = json.loads(helper("status", "--json").out)["tokens"]
        assert 10790 <= token["expires_in"] <= 10800
        helper.erase(ACME)
        cloud.no_faults()


# timeouts

SILENT = [("entra", {"at": "connect"}), ("entra", {}), ("acr", {"at": "connect"}), ("acr", {})]


@pytest.mark.parametrize("service,where", SILENT, ids=["entra-tls", "entra", "registry-tls", "registry"])
def test_a_service_that_hangs_takes_at_most_the_timeout(helper, home, signed_in, cloud, service, where):
    home.config(timeout="3s")
    cloud.fault("hang", service=service, **where)
    answer = helper.get(ACME)
    assert answer.status == 1 and answer.seconds < 4, answer


def test_a_name_server_that_does_not_answer_takes_at_most_the_timeout(helper, home, signed_in):
    home.config(timeout="3s")
    answer = helper.get("silent.azurecr.io")
    assert answer.status == 1 and answer.seconds < 4, answer


@pytest.mark.parametrize("service,path", [("entra", None), ("acr", "/oauth2/exchange")], ids=["entra", "registry"])
def test_an_answer_that_is_reset_at_any_byte_is_requested_again_and_never_used(helper, signed_in, cloud, service, path, figures):
    """Every 97th byte, from the status line to the token."""
    tried = failed = again = 0
    for after in range(0, 2000, 97):
        helper.erase(ACME)
        cloud.no_faults()
        cloud.fault("reset", service=service, after=after, count=1, **({"path": path} if path else {}))
        cloud.mark()
        answer = helper.get(ACME)
        tried, failed = tried + 1, failed + (answer.status != 0)
        again += len(cloud.requests(service, path=path, method="POST")) > 1
        assert answer.status == 1 or ends_in(answer.secret) > 10_000, (after, answer)
    figures(f"bytes tried: {tried}, asked again: {again}, failed: {failed}")
    assert failed == 0 and again > tried / 2


def test_a_secret_service_that_does_not_answer_costs_two_seconds_and_the_token_is_fetched(helper, home, signed_in):
    path = home.folder / "silent"
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(path))
        silent.listen()
        answer = helper.get(ACME, env={"DBUS_SESSION_BUS_ADDRESS": f"unix:path={path}"})
    assert answer.status == 0 and 1.5 < answer.seconds < 4, answer


@pytest.mark.parametrize("service,where", SILENT, ids=["entra-tls", "entra", "registry-tls", "registry"])
def test_with_an_old_token_a_network_failure_fails_no_get_and_delays_one(helper, home, signed_in, old, cloud, service, where):
    home.config(timeout="2s")
    secret = old(NEAR_THE_END)
    cloud.fault("hang", service=service, **where)
    first = helper.get(ACME)
    assert first.secret == secret and first.seconds < 3 and "could not be renewed" in first.err
    second = helper.get(ACME)
    assert second.secret == secret and second.seconds < 0.5 and second.err == ""


@pytest.mark.parametrize("form", ["2", "date"])
def test_a_requested_retry_time_is_respected(helper, signed_in, cloud, form):
    cloud.fault("throttle", service="acr", host=ACME, path="/oauth2/exchange", count=1,
                retry_after="date" if form == "date" else 2)
    answer = helper.get(ACME)
    assert answer.status == 0 and answer.exchanges == 2
    first, second = [row["time"] for row in answer.requests if row.get("path") == "/oauth2/exchange"]
    assert second - first > 0.9


def test_a_retry_time_that_is_too_long_is_reported(helper, home, signed_in, cloud):
    home.config(timeout="5s")
    cloud.fault("throttle", service="acr", host=ACME, path="/oauth2/exchange", retry_after=50)
    answer = helper.get(ACME)
    assert answer.status == 1 and answer.exchanges == 1 and answer.seconds < 2
    assert "50" in answer.out + answer.err


# the command

def test_renew_renews_what_is_due_and_says_what_it_did(helper, home, signed_in, cloud):
    assert helper.get(READER).status == 0
    assert helper.get(ACME).status == 0
    fresh = helper("renew")
    assert fresh.status == 0 and fresh.exchanges == 0 and fresh.out.count("renewed in") == 2
    home.age(PAST_HALF)
    due = helper("renew")
    assert due.status == 0 and due.exchanges == 2
    assert [line.split()[0] for line in due.out.splitlines() if line[0] != " "] == [ACME, READER]
    assert due.out.count("renewed, expires in 3h 00m") == 2 and APP.client_id in due.out


def test_renew_all_renews_what_is_not_due(helper, signed_in):
    secret = helper.get(ACME).secret
    assert helper("renew", "--all").exchanges == 1
    assert helper.get(ACME).secret != secret


def test_renew_without_a_token_reports_it(helper):
    answer = helper("renew")
    assert answer.status == 0 and answer.out == "No token is cached: nothing to renew\n"
    assert helper("renew", "--quiet").out == ""


def test_renew_of_a_registry_fetches_a_token_if_there_is_none(helper, signed_in):
    assert helper("renew", READER).exchanges == 1
    assert helper.get(READER).requests == []


def test_renew_force_drops_the_old_token_also_when_there_is_no_new_one(helper, signed_in, cloud):
    helper.get(ACME)
    cloud.fault("firewall", service="acr", host=ACME)
    kept = helper("renew", ACME)
    assert kept.status == 1 and helper.get(ACME).status == 0
    dropped = helper("renew", "--force", ACME)
    assert dropped.status == 1 and "failed" in dropped.out
    assert helper.get(ACME).status == 1


def test_a_failed_registry_means_status_1_and_the_others_are_renewed(helper, signed_in):
    answer = helper("renew", ACME, "firewall.azurecr.io", READER)
    assert answer.status == 1
    assert answer.out.count("renewed, expires in") == 2 and answer.out.count("failed: ") == 1
    quiet = helper("renew", "--quiet", ACME, "firewall.azurecr.io")
    assert quiet.status == 1 and quiet.out.startswith("firewall.azurecr.io")
    assert all(len(line) <= 80 for line in answer.out.splitlines() + quiet.out.splitlines())


def test_several_registries_are_renewed_in_parallel(helper, signed_in, cloud):
    cloud.fault("delay", service="acr", path="/oauth2/exchange", seconds=1)
    answer = helper("renew", *[f"registry{number}.azurecr.io" for number in range(8)])
    assert answer.status == 0 and answer.seconds < 4


def test_a_registry_that_hangs_does_not_delay_the_others(helper, home, signed_in, cloud):
    home.config(timeout="3s")
    cloud.fault("hang", service="acr", host="slowpoke.azurecr.io")
    answer = helper("renew", "slowpoke.azurecr.io", ACME)
    assert answer.status == 1 and answer.seconds < 5
    assert "renewed, expires in" in answer.out


def test_renew_json_matches_the_manual(helper, signed_in):
    helper.get(READER)
    answer = helper("renew", "--json", ACME, "firewall.azurecr.io")
    rows = {row["registry"]: row for row in json.loads(answer.out)["registries"]}
    assert set(rows[ACME]) == {"registry", "result", "who", "why", "id", "kind", "expires_in"}
    assert rows[ACME]["result"] == "renewed" and rows[ACME]["expires_in"] > 10000
    assert rows["firewall.azurecr.io"]["result"] == "failed" and rows["firewall.azurecr.io"]["kind"] == "refused"


def test_tokens_of_another_identity_are_not_renewed(helper, home, cloud):
    """The environment of a timer differs from that of a shell."""
    assert helper.get(ACME, env=cloud.environment(APP)).status == 0
    home.age(PAST_HALF)
    answer = helper("renew")
    assert answer.status == 0 and answer.exchanges == 0 and "another identity" in answer.out


def test_renew_does_not_end_the_signed_out_state(helper, signed_in):
    helper.logout(ACME)
    answer = helper("renew", ACME)
    assert answer.status == 1 and "signed out" in answer.out and not answer.requests


def test_on_a_terminal_progress_is_shown_after_a_second(home, signed_in, cloud):
    cloud.fault("delay", service="acr", path="/oauth2/exchange", seconds=2)
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(str(home.program), ["docker-credential-acr", "renew", ACME, READER], home.env)
    seen = b""
    while True:
        try:
            more = os.read(terminal, 4096)
        except OSError:
            break
        if not more:
            break
        seen += more
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert b"renewing: " in seen and b"\r\x1b[K" in seen and b"renewed, expires in" in seen


@pytest.mark.parametrize("unit", ["docker-credential-acr-renew.timer", "docker-credential-acr-renew@root.timer"])
def test_systemd_accepts_the_timer(program, tmp_path, unit):
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd is not installed")
    units = Path(__file__).resolve().parents[2] / "packaging" / "systemd"
    for path in units.glob("*renew*"):
        text = path.read_text().replace("@bindir@", str(program.parent))
        (tmp_path / path.name.removesuffix(".in")).write_text(text)
    seen = subprocess.run(["systemd-analyze", "verify", "--man=no", str(tmp_path / unit),
                           str(tmp_path / unit.replace(".timer", ".service"))], capture_output=True, text=True, check=False)
    assert seen.returncode == 0 and seen.stderr == "", seen.stderr
