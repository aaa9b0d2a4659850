# SPDX-License-Identifier: Apache-2.0
"""stdin, stdout and stderr in every state in which a caller can leave them: huge, closed, full, without data, gone."""
import fcntl
import json
import os
import pty
import resource
import select
import signal
import subprocess
import threading
import time

import pytest
from client import APP
from homes import NO_SERVER, NOT_FOUND

ACME = "acme.azurecr.io"
HUNDRED_MEGABYTES = 100 * 1000 * 1000
F_SETPIPE_SZ = 1031


def closing(*descriptors):
    def close():
        for one in descriptors:
            os.close(one)
    return close


def no_room_for_them():
    """A program that reads all of it first would run out of memory."""
    if not os.environ.get("ACR_SANITIZED"):
        resource.setrlimit(resource.RLIMIT_AS, (64 << 20, 64 << 20))


@pytest.fixture
def files_only(home):
    """Logins are kept in files, as without a session bus; if that is configured, there is no notice."""
    home.config(keychain="file")


@pytest.mark.parametrize("verb", ["get", "store", "erase"])
def test_a_hundred_megabytes_on_stdin_are_an_error_in_one_line(helper, home, verb):
    before = home.snapshot()
    answer = helper(verb, stdin=b"A" * HUNDRED_MEGABYTES, preexec_fn=no_room_for_them)
    assert answer.status == 1 and answer.out.count("\n") == 1 and "memory" not in answer.out
    assert answer.seconds < 5 and home.snapshot() == before and answer.requests == []


def test_a_name_longer_than_8_kib_is_an_error(helper, files_only):
    assert helper.get("a" * 8192).out == NOT_FOUND
    longer = helper.get("a" * 8193)
    assert longer.status == 1 and "8192" in longer.out


@pytest.mark.parametrize("size", [70_000, 1_000_000, 3_900_000])
def test_a_secret_of_a_megabyte_is_read_back_unchanged(helper, files_only, size):
    secret = ("0123456789abcdef" * (size // 16 + 1))[:size]
    assert helper.store("ghcr.io", "developer", secret).status == 0
    assert helper.get("ghcr.io").secret == secret


def test_a_store_request_of_more_than_4_mib_is_an_error_and_keeps_the_old_login(helper, files_only):
    assert helper.store("ghcr.io", "developer", "first-password").status == 0
    answer = helper.store("ghcr.io", "developer", "x" * (4 << 20))
    assert answer.status == 1 and answer.out.count("\n") == 1
    assert helper.get("ghcr.io").secret == "first-password"


def test_a_closed_stdin_is_treated_as_empty(helper):
    assert helper("get", stdin=None, preexec_fn=closing(0)).out == NO_SERVER
    assert helper("erase", stdin=None, preexec_fn=closing(0)).out == NO_SERVER
    assert helper("store", stdin=None, preexec_fn=closing(0)).status == 1
    assert helper("list", stdin=None, preexec_fn=closing(0)).out == "{}\n"


def test_an_answer_that_cannot_be_written_is_an_error_and_the_token_is_kept(helper, cloud):
    signed_in = cloud.environment(APP)
    with open("/dev/full", "wb") as full:
        answer = helper.get(ACME, env=signed_in, stdout=full)
    assert answer.status == 1 and "stdout" in answer.err
    assert helper.get(ACME, env=signed_in).requests == []


def test_a_closed_stdout_is_an_error_and_the_token_is_kept(helper, cloud):
    signed_in = cloud.environment(APP)
    answer = helper.get(ACME, env=signed_in, preexec_fn=closing(1))
    assert answer.status == 1 and "stdout" in answer.err
    assert helper.get(ACME, env=signed_in).requests == []


def test_a_closed_stderr_changes_nothing(helper, cloud):
    wrong = {**cloud.environment(APP), "AZURE_CLIENT_SECRET": "not-the-secret"}
    assert helper.get(ACME, env=wrong, preexec_fn=closing(2)).status == 1
    assert helper.get("reader.azurecr.io", env=cloud.environment(APP), preexec_fn=closing(2)).status == 0
    assert helper.get("ghcr.io", preexec_fn=closing(2)).out == NOT_FOUND


def test_with_all_descriptors_closed_no_file_is_opened_as_stdout(helper, cloud, home):
    signed_in = cloud.environment(APP)
    assert helper("get", stdin=None, env=signed_in, preexec_fn=closing(0, 1, 2)).status == 1
    with open(home.folder / "stdin", "w+b") as file:
        file.write(ACME.encode())
        file.seek(0)
        assert helper("get", stdin=file, env=signed_in, preexec_fn=closing(1, 2)).status == 1
    kept = helper.get(ACME, env=signed_in)
    assert kept.requests == [] and kept.login["ServerURL"] == ACME
    assert not [path for path, entry in home.files().items() if b"ServerURL" in entry[1]]


def test_a_closed_pipe_is_an_error_and_not_a_signal(helper, home):
    run = helper.start("version")
    run.stdout.close()
    run.stdin.close()
    assert run.wait(10) in (0, 1)
    ours, theirs = os.pipe()
    os.close(ours)
    assert helper("list", stdout=theirs).status == 1
    os.close(theirs)


def test_a_full_pipe_is_awaited_and_the_answer_is_complete(helper, files_only):
    secret = "0123456789abcdef" * 65536
    helper.store("ghcr.io", "developer", secret)
    ours, theirs = os.pipe()
    fcntl.fcntl(theirs, F_SETPIPE_SZ, 4096)
    os.set_blocking(theirs, False)
    run = helper.start("get", stdout=theirs)
    os.close(theirs)
    run.stdin.write(b"ghcr.io")
    run.stdin.close()
    read = b""
    while part := os.read(ours, 50_000):
        read += part
        time.sleep(0.0005)
    os.close(ours)
    run.stderr.close()
    assert run.wait(10) == 0 and json.loads(read)["Secret"] == secret


@pytest.fixture
def full():
    """The writing end of a pipe that is full and has no reader."""
    ours, theirs = os.pipe()
    fcntl.fcntl(theirs, F_SETPIPE_SZ, 4096)
    os.write(theirs, b"x" * 4096)
    yield theirs
    os.close(ours), os.close(theirs)


@pytest.mark.parametrize("verb, stdin", [("get", "ghcr.io"), ("list", ""), ("store", "{}")])
def test_a_short_answer_without_a_reader_times_out(helper, home, full, verb, stdin):
    """Neither a list nor an error waits for room without a limit."""
    home.config(timeout=2)
    answer = helper(verb, stdin=stdin, stdout=full)
    assert answer.status == 1 and answer.seconds < 20, answer
    assert "cannot write the answer to stdout" in answer.err


def test_a_cached_answer_without_a_reader_times_out(helper, full, cloud):
    assert helper.get(ACME, env=cloud.environment(APP)).status == 0
    answer = helper.get(ACME, env=cloud.environment(APP), stdout=full)
    assert answer.status == 1 and "cannot write the answer to stdout" in answer.err


def test_a_full_stderr_without_a_reader_does_not_delay_the_answer(helper, cloud):
    ours, theirs = os.pipe()
    fcntl.fcntl(theirs, F_SETPIPE_SZ, 4096)
    os.set_blocking(theirs, False)
    try:
        while os.write(theirs, b"x" * 512):
            pass
    except BlockingIOError:
        pass
    os.set_blocking(theirs, True)
    wrong = {**cloud.environment(APP), "AZURE_CLIENT_SECRET": "not-the-secret"}
    answer = helper.get(ACME, env=wrong, stderr=theirs)
    os.close(ours), os.close(theirs)
    assert answer.status == 1 and answer.out.count("\n") == 1 and answer.seconds < 10


def test_a_stdin_without_data_times_out(helper):
    runs = [helper.start(verb) for verb in ("get", "store", "erase")]
    begin = time.monotonic()
    runs[0].stdin.write(b"acme.azure")
    runs[0].stdin.flush()
    try:
        for run in runs:
            assert run.wait(15) == 1
            out = run.stdout.read().decode()
            assert out.count("\n") == 1 and "credentials not found" not in out
    finally:
        for run in runs:
            run.kill(), run.stdin.close(), run.stdout.close(), run.stderr.close(), run.wait()
    assert time.monotonic() - begin < 10


def test_a_list_does_not_wait_for_stdin(helper):
    run = helper.start("list")
    try:
        assert run.wait(3) == 0 and run.stdout.read() == b"{}\n"
    finally:
        run.kill()
        run.communicate()


def test_a_slow_writer_is_awaited(helper, files_only):
    run = helper.start("get")
    for letter in b"ghcr.io\n":
        run.stdin.write(bytes([letter]))
        run.stdin.flush()
        time.sleep(0.05)
    out, _ = run.communicate(timeout=10)
    assert out.decode() == NOT_FOUND


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_waiting_get_at_once(helper, cloud, home, number):
    """Also if the caller blocked the signal, as some do."""
    signed_in = cloud.environment(APP)
    cloud.fault("hang", service="acr", host=ACME, path="/oauth2/exchange", count=1)
    run = helper.start("get", env=signed_in,
                       preexec_fn=lambda: signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT}))
    run.stdin.write(ACME.encode())
    run.stdin.close()
    run.stdin = None
    assert cloud.wait_for(service="entra"), "it never asked Entra"
    time.sleep(0.3)
    run.send_signal(number)
    begin = time.monotonic()
    out, _ = run.communicate(timeout=10)
    assert time.monotonic() - begin < 1 and run.returncode != 0 and out.count(b"\n") <= 1 and b"{" not in out
    assert home.temporary_files() == []
    again = helper.get(ACME, env=signed_in)
    assert again.status == 0 and again.seconds < 5


def test_inherited_ignored_signals_do_not_matter(helper, cloud):
    def ignore():
        for number in (signal.SIGCHLD, signal.SIGPIPE, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
    assert helper.get(ACME, env=cloud.environment(APP), preexec_fn=ignore).status == 0
    assert helper.list(preexec_fn=ignore).login == {ACME: "00000000-0000-0000-0000-000000000000"}


def test_many_writers_to_one_stderr_do_not_mix_their_lines(helper, cloud, home):
    path = home.folder / "stderr"
    wrong = {**cloud.environment(APP), "AZURE_CLIENT_SECRET": "not-the-secret"}
    with open(path, "ab") as file:
        def one():
            subprocess.run([str(home.program), "get"], input=ACME.encode(), env={**home.env, **wrong},
                           stdout=subprocess.DEVNULL, stderr=file, check=False)
        threads = [threading.Thread(target=one) for _ in range(8)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
    explanations = path.read_text().split("docker-credential-acr: ")
    assert explanations[0] == "" and len(explanations) > 1
    for one in explanations[1:]:
        lines = one.splitlines()
        assert (one.startswith("the client secret") and one.count("Why: ") == 1 and lines[-1].startswith("All checks: ")
                or one.startswith("as explained a moment ago: ") and len(lines) == 1), one


@pytest.mark.parametrize("arguments", [["--help"], ["configure", "--help"], ["explain", "no-role"], ["explain", "--rules"], ["status"], ["version"], ["configure"]],
                         ids=" ".join)
def test_a_page_whose_reader_closes_the_pipe_ends_without_an_error(helper, home, arguments):
    """As with `| head -1`: no signal and no message about the pipe."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        ran = subprocess.run([str(home.program), *arguments], env=home.env, stdin=subprocess.DEVNULL, stdout=writer, stderr=subprocess.PIPE, check=False)
    finally:
        os.close(writer)
    assert ran.stderr == b"" and ran.returncode >= 0


@pytest.mark.parametrize("verb, expects", [("get", "a server such as"), ("erase", "a server such as"), ("store", "a JSON object with"),
                                           ("kubelet", "a CredentialProviderRequest")])
def test_a_verb_typed_on_a_terminal_says_at_once_what_it_waits_for(home, verb, expects):
    ours, theirs = pty.openpty()
    with subprocess.Popen([str(home.program), verb], env=home.env, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as ran:
        ready, _, _ = select.select([ran.stderr], [], [], 3)
        assert ready and expects.encode() in os.read(ran.stderr.fileno(), 4096)
        os.write(ours, b"ghcr.io\n\x04")
        assert ran.wait(20) in (0, 1)
    os.close(ours)
    os.close(theirs)


def test_a_program_that_writes_slowly_gets_no_hint_about_terminals(home):
    with subprocess.Popen([str(home.program), "get"], env=home.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as ran:
        time.sleep(0.5)
        out, err = ran.communicate(b"ghcr.io\n", timeout=20)
    assert out == b"credentials not found in native keychain\n" and err == b""
