# SPDX-License-Identifier: Apache-2.0
"""The Debian package and the RPM for arm64: built here by the cross compiler, examined, and run by qemu in a root of that
architecture for a real `get`. (The bundle's own tests are in test_bundle.py.)"""
import os
import re
import shutil

import pytest
from chroots import Root
from client import APP
from conftest import SOURCE, VERSION, build, must, run, same_bytes

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root for a chroot")
NAME = "docker-credential-acr"
SIGNED_IN = {"AZURE_TENANT_ID": APP.tenant_id, "AZURE_CLIENT_ID": APP.client_id, "AZURE_CLIENT_SECRET": APP.secret}
SCRIPTS = {"deb": "build-deb", "rpm": "build-rpm"}


def package(kind, output):
    return build(SCRIPTS[kind], output, "--arch", "arm64")[0]


@pytest.fixture(scope="module", params=SCRIPTS)
def kind(request):
    return request.param


@pytest.fixture(scope="module")
def built_package(kind, built):
    return package(kind, built / f"{kind}-arm64")


@pytest.fixture(scope="module")
def foreign(tmp_path_factory):
    """Debian's packages for arm64 that the program and its libraries need, unpacked."""
    folder = tmp_path_factory.mktemp("arm64")
    must("bash", "-euc", f'packaging={SOURCE}/packaging architecture=arm64 machine=amd64 work={folder} name={NAME}; . "$packaging/cross.sh"')
    return Root(folder / "sysroot")


def test_two_builds_are_identical(kind, built_package, built):
    assert same_bytes([built_package], [package(kind, built / f"{kind}-arm64-again")])


def test_it_depends_on_the_same_packages_as_the_other_architecture(kind, built_package, built):
    native = build(SCRIPTS[kind], built / kind)[0]

    def wanted(path):
        if kind == "deb":
            return must("dpkg-deb", "-f", path, "Depends", "Recommends", "Suggests").out
        names = must("rpm", "-qpR", path).out.splitlines()
        return {re.sub(r"\(GLIBC_[0-9.]+\)", "", name) for name in names if not name.startswith("ld-linux")}
    assert wanted(built_package) == wanted(native)


def test_lint_reports_nothing(kind, built_package):
    if kind == "deb":
        seen = run("lintian", "--fail-on", "error,warning", "--pedantic", built_package)
        assert seen.status == 0 and "W:" not in seen.out and "E:" not in seen.out, seen
    elif shutil.which("rpmlint"):
        seen = run("rpmlint", "-c", SOURCE / "packaging/rpm/rpmlint.toml", built_package)
        assert seen.status == 0 and "0 errors, 0 warnings" in seen.out, seen


def test_it_signs_in_after_unpacking(kind, built_package, foreign, tmp_path):
    root = foreign.copy(tmp_path / "root")
    if kind == "deb":
        must("dpkg", "-x", built_package, root.folder)
    else:
        must("sh", "-euc", 'rpm2cpio "$0" | (cd "$1" && cpio -idmu --quiet)', built_package, root.folder)
    shutil.copy(shutil.which("qemu-aarch64-static"), root.folder / "emulator")
    program = f"/usr/bin/{NAME}"
    assert run("chroot", root.folder, "/emulator", program, "version").out.endswith(f" {VERSION}\n")
    seen = root.in_cloud("/emulator", program, "get", input="acme.azurecr.io", env=SIGNED_IN, bare="/etc/ssl/certs/ca-certificates.crt")
    assert seen.status == 0 and '"ServerURL":"acme.azurecr.io"' in seen.out and '"Secret":"eyJ' in seen.out, seen
    assert (root.folder / "usr/share/man/man7" / f"{NAME}-causes.7.gz").exists(), "printed by the program itself"
    symbols = [int(minor) for minor in re.findall(r"GLIBC_2\.(\d+)", must("readelf", "-W", "--dyn-syms", root.folder / program[1:]).out)]
    assert symbols and max(symbols) <= 34
