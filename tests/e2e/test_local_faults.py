# SPDX-License-Identifier: Apache-2.0
"""A fault of this machine at any call of a cold get: it is said to be one or lived with, and whoever asks again is served."""
import json
import re
import subprocess
from collections import Counter

import pytest
from client import APP
from homes import NOT_FOUND

ACME = "acme.azurecr.io"
CALLS = "openat,socket,connect,newfstatat,clone3"
MOST = 14  # of one call: a sample of those that are made more often
pytestmark = pytest.mark.plain


@pytest.fixture
def signed_in(home, cloud):
    home.env.update(cloud.environment(APP), DOCKER_CREDENTIAL_ACR_CACHE="file")


def counted(home):
    """How often the program itself makes each call in a cold get, after the libraries that the loader maps."""
    trace = home.folder / "trace"
    subprocess.run(["strace", "-f", "-e", f"trace={CALLS}", "-o", trace, home.program, "get"], env=home.env, input=ACME.encode(),
                   capture_output=True, check=True)
    rows = re.findall(r"^(\d+) +(\w+)\(", trace.read_text(), re.M)
    return Counter(name for _, name in rows)


@pytest.mark.parametrize("call, errors", [
    ("socket", "EACCES EMFILE ENFILE ENOMEM ENOBUFS"), ("connect", "EACCES EPERM EINTR"), ("openat", "EMFILE ENFILE EACCES ENOMEM"),
    ("newfstatat", "ENOMEM EIO"), ("clone3", "EAGAIN")])
def test_a_fault_of_this_machine_is_not_remembered_against_a_service(helper, home, signed_in, figures, call, errors):
    count = counted(home)[call]
    tried = refused = 0
    for number in range(1, count + 1, max(1, count // MOST)):
        for error in errors.split():
            helper.erase(ACME)
            answer = helper.get(ACME, prefix=["strace", "-f", "-o", "/dev/null", "-e", f"trace={call}",
                                              "-e", f"inject={call}:error={error}:when={number}"])
            if answer.status == 127:  # the loader could not start it
                continue
            assert answer.status in (0, 1), (number, error, answer)
            assert answer.out != NOT_FOUND, (number, error, answer)
            again = helper.get(ACME)
            assert again.status == 0, (number, error, answer, again)
            tried, refused = tried + 1, refused + answer.status
    figures(f"{call}: {tried} faults, refused: {refused}")


def test_a_machine_without_descriptors_says_so_and_remembers_nothing(helper, signed_in):
    answer = helper.get(ACME, prefix=["prlimit", "--nofile=5"])
    assert answer.status == 1 and answer.out != NOT_FOUND, answer
    again = helper.get(ACME)
    assert again.status == 0 and json.loads(again.out)["Secret"], (answer, again)
