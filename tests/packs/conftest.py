# SPDX-License-Identifier: Apache-2.0
"""What the tests of packages, of recipes and of what only the network can give share. They run outside the
stand-in cloud (they fetch from Debian's mirror and the Go module proxy) and step into it to sign in."""
import atexit
import functools
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2]
CLOUD = SOURCE / "tests/cloud/cloud"
VERSION = re.search(r"version: '([^']+)'", (SOURCE / "meson.build").read_text()).group(1)
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


@functools.lru_cache
def source_as_it_was():
    """A copy, so that what is built twice is the same source even if it is being edited."""
    folder = Path(tempfile.mkdtemp(prefix="acr-source-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)

    def ignore(place, names):
        return [name for name in names if name in (".git", "__pycache__") or (Path(place) == SOURCE and name.startswith("build"))]
    shutil.copytree(SOURCE, folder / "source", ignore=ignore)
    return folder / "source"


def build(script, output, *more, source=None):
    """Run packaging/build-...; the paths of what it built."""
    source = source or source_as_it_was()
    output.mkdir(exist_ok=True, parents=True)
    return [Path(line) for line in must(source / "packaging" / script, "--output", output, *more).out.splitlines()]


def same_bytes(some, others):
    return [Path(path).read_bytes() for path in some] == [Path(path).read_bytes() for path in others]


@pytest.fixture
def in_cloud():
    """in_cloud("curl", "https://acme.azurecr.io/v2/") runs a command inside the stand-in cloud."""
    return lambda *command, docker=False, **more: run(CLOUD, "run", *(["--docker"] if docker else []), "--", *command, **more)


@pytest.fixture(scope="session")
def next_version(tmp_path_factory):
    """The source under the next version, to upgrade to."""
    tree = tmp_path_factory.mktemp("next") / "source"
    shutil.copytree(source_as_it_was(), tree)
    for path, old, new in (("meson.build", f"version: '{VERSION}'", f"version: '{VERSION}.1'"),
                           ("packaging/CHANGELOG.md", "# Changes\n", f"# Changes\n\n## {VERSION}.1 (2026-11-25)\n\n- Another one.\n")):
        text = (tree / path).read_text()
        assert old in text
        (tree / path).write_text(text.replace(old, new, 1))
    return tree


@pytest.fixture(scope="session")
def base(built):
    """A minimal Debian to copy; see chroots.py."""
    from chroots import debian
    if os.geteuid() != 0:
        pytest.skip("needs root for a chroot")
    if not shutil.which("debootstrap"):
        pytest.skip("no debootstrap here (tests/install pack)")
    return debian(built / "debian")


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """A folder for what is built, kept between tests of one run; ACR_PACKS names one to keep it longer."""
    kept = os.environ.get("ACR_PACKS")
    if kept:
        Path(kept).mkdir(parents=True, exist_ok=True)
        return Path(kept)
    return tmp_path_factory.mktemp("packs")
