# SPDX-License-Identifier: Apache-2.0
"""What the tests of packages, of recipes and of what only the network can give share. They run outside the
stand-in cloud (they fetch from Debian's mirror and the Go module proxy) and step into it to sign in."""
import os
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2]
CLOUD = SOURCE / "tests/cloud/cloud"
sys.path[:0] = [str(SOURCE / "tests/cloud")]


class Ran:
    """What came of a command."""

    def __init__(self, ran):
        self.status, self.out, self.err = ran.returncode, ran.stdout, ran.stderr

    def __repr__(self):
        return f"exit {self.status}\n  stdout: {self.out}\n  stderr: {self.err}"


def run(*command, **more):
    more = {"capture_output": True, "text": True, "timeout": 280, **more}
    return Ran(subprocess.run([str(word) for word in command], check=False, **more))


def must(*command, **more):
    ran = run(*command, **more)
    assert ran.status == 0, f"{command}: {ran}"
    return ran


@pytest.fixture
def in_cloud():
    """in_cloud("curl", "https://acme.azurecr.io/v2/") runs a command inside the stand-in cloud."""
    return lambda *command, docker=False, **more: run(CLOUD, "run", *(["--docker"] if docker else []), "--", *command, **more)


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """A folder for what is built, kept between tests of one run; ACR_PACKS names one to keep it longer."""
    kept = os.environ.get("ACR_PACKS")
    if kept:
        Path(kept).mkdir(parents=True, exist_ok=True)
        return Path(kept)
    return tmp_path_factory.mktemp("packs")
