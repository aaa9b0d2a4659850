# SPDX-License-Identifier: Apache-2.0
"""A cached get is the hot path: which libraries it loads, which system calls it makes, and what it leaves in memory."""
import re
import subprocess

import pytest
from client import APP

ACME = "acme.azurecr.io"
pytestmark = pytest.mark.plain
HEAVY = ("libcurl", "libsecret", "libglib", "libgio", "libgobject", "libcrypto", "libssl", "libdbus")
LIGHT = {"libc.so.6", "libjson-c.so.5", "libkeyutils.so.1", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1", "linux-vdso.so.1"}


@pytest.fixture
def hit(helper, cloud):
    """Runs a cached get with another program: hit(["strace", ...])."""
    signed_in = cloud.environment(APP)
    assert helper.get(ACME, env=signed_in).status == 0

    def run(prefix=(), **more):
        answer = helper.get(ACME, env={**signed_in, **more}, prefix=list(prefix))
        assert answer.status == 0 and answer.requests == []
        return answer
    return run


def calls_of(trace):
    """Returns the system calls of the program itself, without those of the loader: from the first read of stdin on."""
    lines = [line for line in trace.read_text().splitlines() if re.match(r"(\d+ +)?\w+\(", line)]
    names = [re.search(r"(\w+)\(", line)[1] for line in lines]
    begin = next(at for at, name in enumerate(names) if name == "prctl")
    return lines, names[begin:]


def test_the_program_is_linked_to_no_heavy_library(program):
    listed = subprocess.run(["readelf", "-dW", program], check=True, capture_output=True, text=True).stdout
    needed = set(re.findall(r"\(NEEDED\).*\[(.*)\]", listed))
    assert needed <= LIGHT, needed


def loaded(answer):
    """Returns the libraries that the loader initialized, from LD_DEBUG=files."""
    return {path.rsplit("/", 1)[1] for path in re.findall(r"calling init: (\S+)", answer.err)}


def test_a_hit_loads_no_heavy_library_and_a_miss_does(helper, cloud, hit):
    light = loaded(hit(LD_DEBUG="files"))
    assert any(name.startswith("libc.so") for name in light)
    assert not [name for name in light if name.startswith(HEAVY)], light
    heavy = loaded(helper.get("reader.azurecr.io", env={**cloud.environment(APP), "LD_DEBUG": "files"}))
    assert any(name.startswith("libcurl") for name in heavy)
    assert not [name for name in heavy if name.startswith(("libsecret", "libglib"))], "there is no bus to speak to"


def test_a_hit_opens_few_files_and_no_socket(hit, home):
    trace = home.folder / "trace"
    hit(["strace", "-f", "-o", str(trace)])
    lines, names = calls_of(trace)
    assert "socket" not in names and "connect" not in names
    assert not {"fork", "vfork", "clone", "clone3", "execve"} & set(names)
    opened = [line for line in lines if "openat(" in line and str(home.folder.parent) in line or str(home.runtime) in line]
    assert len([line for line in opened if "= -1" not in line and "openat(" in line]) <= 2, opened


def test_a_hit_makes_no_more_system_calls_than_this(hit, home):
    """Each takes a microsecond, and an unexpected one may be a mistake."""
    trace = home.folder / "trace"
    hit(["strace", "-f", "-o", str(trace)])
    _, names = calls_of(trace)
    counted = {name: names.count(name) for name in sorted(set(names))}
    assert len(names) <= 32, counted


def test_a_hit_writes_nothing(hit, home):
    before = home.snapshot()
    stamps = {path: path.stat().st_mtime_ns for path in home.entries()}
    hit()
    assert home.snapshot() == before and stamps == {path: path.stat().st_mtime_ns for path in home.entries()}


def test_a_hit_writes_its_answer_with_one_call(hit, home):
    trace = home.folder / "trace"
    hit(["strace", "-e", "trace=write,writev,pwritev2", "-o", str(trace)])
    assert len([line for line in trace.read_text().splitlines() if re.match(r"(p?writev?2?)\(1,", line)]) == 1
