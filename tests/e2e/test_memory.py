# SPDX-License-Identifier: Apache-2.0
"""Out of memory at any allocation, of the program or of a library: status 1, the old state or the new one, no
failure is remembered, no secret is shown."""
import json
import subprocess
from pathlib import Path

import pytest
from client import APP
from every_command import EVERY, Stage

ACME, READER = "acme.azurecr.io", "reader.azurecr.io"
OLD, NEW = "old-password-of-a-test", "new-password-of-a-test" * 50
SOURCE = Path(__file__).with_name("fail_allocation.c")
OUT_OF_MEMORY = "docker-credential-acr: out of memory\n"
pytestmark = pytest.mark.plain
APART = {"get", "get-cached", "store", "erase", "configure", "undo"}  # rows with a separate test here


@pytest.fixture(scope="session")
def preloaded(tmp_path_factory):
    built = tmp_path_factory.mktemp("memory") / "fail_allocation.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-fno-builtin", "-o", built, SOURCE], check=True)
    return built


@pytest.fixture
def failing(helper, home, plain_program, preloaded, figures):
    """failing(most, *arguments, stdin=...) yields each point with its answer; at most `most` of them, evenly
    distributed. Each is checked like every run: a signal, a secret in the output, or a second line fails the test."""
    home.program = plain_program
    log = home.folder / "allocations"

    def run(at, arguments, stdin, env):
        log.unlink(missing_ok=True)
        answer = helper(*arguments, stdin=stdin, env={
            **(env or {}), "LD_PRELOAD": str(preloaded), "FAIL_AT": str(at), "FAIL_LOG": str(log)})
        rows = [tuple(map(int, row.split())) for row in log.read_text().splitlines()]
        # A forked child continues to count.
        return answer, max(count for count, _ in rows), any(failed for _, failed in rows)

    def each(most, *arguments, stdin=b"", env=None, before=lambda: None, fine=(0,)):
        for _ in range(2):  # the first run stores what it finds out
            before()
            answer, count, _ = run(0, arguments, stdin, env)
            assert answer.status in fine, answer
        points = range(1, count + 1, max(1, count // most))
        met = 0
        for at in points:
            before()
            answer, _, failed = run(at, arguments, stdin, env)
            # Status 0 is right if no allocation failed, or if one failed in a child that is not essential.
            assert answer.status == 1 or (answer.status == 0 and OUT_OF_MEMORY not in answer.out), (at, answer)
            assert answer.status == 0 or answer.out or answer.err, (at, answer)
            met += failed
            yield at, answer
        figures(f"{arguments[0]}: {len(points)} of {count} allocations, failed: {met}")
        assert met > 0.9 * len(points)
    return each


def request(secret, server="ghcr.io"):
    return json.dumps({"ServerURL": server, "Username": "developer", "Secret": secret})


def test_a_store_without_memory_leaves_the_old_login_or_the_new(helper, home, failing):
    home.config(keychain="file")
    home.canaries |= {OLD, NEW}
    seen = set()
    for at, answer in failing(1000, "store", stdin=request(NEW), before=lambda: helper("store", stdin=request(OLD))):
        login = helper.get("ghcr.io").login
        assert login["Username"] == "developer" and login["Secret"] in (OLD, NEW), at
        assert answer.status == 1 or login["Secret"] == NEW, at
        seen.add(login["Secret"])
    assert OLD in seen


def test_an_erase_without_memory_leaves_the_login_or_none(helper, home, failing):
    home.config(keychain="file")
    home.canaries.add(OLD)
    for at, answer in failing(1000, "erase", stdin="ghcr.io", before=lambda: helper("store", stdin=request(OLD))):
        left = helper.get("ghcr.io")
        assert left.out.startswith("credentials not found") or (answer.status == 1 and left.secret == OLD), at


def test_a_cache_hit_without_memory_is_one_line_and_keeps_the_token(helper, cloud, failing):
    signed_in = cloud.environment(APP)
    token = helper.get(ACME, env=signed_in).secret
    for at, answer in failing(1000, "get", stdin=ACME, env=signed_in):
        assert answer.out == OUT_OF_MEMORY or answer.secret == token, (at, answer)
    assert helper.get(ACME, env=signed_in).secret == token


def test_a_cache_miss_without_memory_is_not_remembered(helper, cloud, failing):
    """Including libraries: DNS, TLS, JSON. The next get succeeds."""
    signed_in = cloud.environment(APP)
    for at, answer in failing(250, "get", stdin=ACME, env=signed_in,
                              before=lambda: helper.erase(ACME, env=signed_in)):
        assert answer.status == 0 or answer.out == OUT_OF_MEMORY, (at, answer)
        again = helper.get(ACME, env=signed_in)
        assert again.status == 0 and again.err == "", (at, again)


def test_a_change_of_the_docker_config_without_memory_can_be_undone(helper, home, failing):
    path = home.folder / ".docker/config.json"
    before = json.loads(path.read_text())
    for at, _ in failing(700, "configure", ACME, before=lambda: helper("configure", "--undo")):
        json.loads(path.read_text())
        undone = helper("configure", "--undo")
        assert json.loads(path.read_text()) == before, (at, undone)


def test_an_undo_without_memory_can_be_repeated(helper, home, failing):
    path = home.folder / ".docker/config.json"
    before = json.loads(path.read_text())
    for at, _ in failing(700, "configure", "--undo", before=lambda: helper("configure", ACME)):
        json.loads(path.read_text())
        undone = helper("configure", "--undo")
        assert json.loads(path.read_text()) == before, (at, undone)


@pytest.mark.parametrize("most", [12, pytest.param(400, marks=pytest.mark.long)])
@pytest.mark.parametrize("row", [row for row in EVERY if row.name not in APART], ids=repr)
def test_any_command_without_memory_loses_nothing_and_can_be_run_again(helper, home, cloud, failing, row, most):
    stage = Stage(row, helper, home, cloud)
    for at, answer in failing(most, *stage.arguments, stdin=row.stdin, before=stage.put_back, fine=row.fine):
        stage.judge(at, answer)
