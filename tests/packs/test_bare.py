# SPDX-License-Identifier: Apache-2.0
"""The build scripts in a bare Debian, which has neither a compiler nor sudo: what they install, say and build is enough."""
import os
import shutil

import pytest
from conftest import VERSION, run, source_as_it_was

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root for a chroot")
NAME = "docker-credential-acr"
# The command that installs each, as the script prints it, and where the program is then.
INSTALL = {"build-deb": ("sudo apt-get install", "/usr/bin"), "build-bundle": ("sudo tar -C / -xzf", f"/opt/{NAME}/bin"),
           "build-rpm": ("sudo dnf install", None)}


# As a machine or a container has them.
MOUNTED = 'mount --bind "$0" "$0"; cd "$0"; mount -t proc proc "$0/proc"; mount --rbind /dev "$0/dev"; exec chroot "$0" "$@"'


class Bare:
    def __init__(self, root):
        self.root, self.folder = root, root.folder
        shutil.copyfile("/etc/resolv.conf", self.folder / "etc/resolv.conf")
        shutil.copytree(source_as_it_was(), self.folder / "source")

    def run(self, *command):
        return run("unshare", "-m", "bash", "-euc", MOUNTED, self.folder, *command, env=self.root.environment(None), timeout=900)

    def must(self, *command):
        ran = self.run(*command)
        assert ran.status == 0, f"{command}: {ran}"
        return ran


@pytest.fixture
def bare(base, tmp_path):
    yield Bare(base.copy(tmp_path / "root"))
    shutil.rmtree(tmp_path / "root")


@pytest.mark.parametrize("script", INSTALL)
def test_the_printed_commands_build_and_install_a_package(bare, script):
    ran = bare.must(f"/source/packaging/{script}")
    command, folder = INSTALL[script]
    (line,) = [line for line in ran.err.splitlines() if line.startswith("To install it: ")]
    assert line.startswith(f"To install it: {command} /")
    assert all((bare.folder / path[1:]).exists() for path in ran.out.splitlines()) and len(ran.out.splitlines()) == (2 if "bundle" in script else 1)
    if not folder:
        bare.must("rpm", "-qp", line.split()[-1])
        return
    words = line.removeprefix("To install it: sudo ").split()
    bare.must("env", "DEBIAN_FRONTEND=noninteractive", *words[:1], *(["-y"] if "apt-get" in words else []), *words[1:])
    assert bare.must(f"{folder}/{NAME}", "version").out.endswith(f" {VERSION}\n")


def test_without_root_and_sudo_it_prints_what_to_install(bare):
    ran = bare.run("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "/source/packaging/build-deb", "--output", "/tmp/out")
    assert ran.status == 1 and "as root: apt-get install gcc " in ran.err and " build-essential " in ran.err, ran
