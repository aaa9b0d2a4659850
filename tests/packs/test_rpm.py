# SPDX-License-Identifier: Apache-2.0
"""The RPM: built, examined, installed with rpm --root, upgraded, removed."""
import re
import shutil

import pytest
from chroots import differences
from client import APP
from conftest import SOURCE, VERSION, build, must, run, same_bytes

NAME = "docker-credential-acr"
SIGNED_IN = {"AZURE_TENANT_ID": APP.tenant_id, "AZURE_CLIENT_ID": APP.client_id, "AZURE_CLIENT_SECRET": APP.secret}
# What RHEL 9 has (json-c 0.14, curl 7.76, glibc 2.34), beside the files that any rpm-based system has.
RHEL_9 = re.compile(r"libc\.so\.6\((GLIBC_2\.([0-9]|[12][0-9]|3[0-4])(\.[0-9]+)*)?\)\(64bit\)|libcurl\.so\.4\(\)\(64bit\)|"
                    r"libjson-c\.so\.5\(\)\(64bit\)|ca-certificates|rtld\(GNU_HASH\)|/bin/sh|rpmlib\(.*")


def rpm(output, **more):
    return build("build-rpm", output, **more)[0]


@pytest.fixture(scope="module")
def package(built):
    return rpm(built / "rpm")


def test_rpmlint_reports_nothing(package):
    if not shutil.which("rpmlint"):
        pytest.skip("no rpmlint here (tests/install pack)")
    seen = run("rpmlint", "-c", SOURCE / "packaging/rpm/rpmlint.toml", package)
    assert seen.status == 0 and "0 errors, 0 warnings" in seen.out, seen


def test_two_builds_are_identical(package, built):
    assert same_bytes([package], [rpm(built / "rpm-again")])


def test_it_depends_only_on_packages_of_rhel_9(package):
    for line in must("rpm", "-qpR", package).out.splitlines():
        assert RHEL_9.fullmatch(line.split(" ")[0]), line
    assert "libsecret-1.so.0()(64bit)" in must("rpm", "-qp", "--recommends", package).out


def test_install_use_and_removal_leave_nothing_behind(package, next_version, base, built, tmp_path):
    root = base.copy(tmp_path / "root")
    # What dnf would bring; Debian's names for it.
    root.must("apt-get", "install", "-y", "-q", "--no-install-recommends", "libcurl4", "libjson-c5")
    # Folders of the packages `filesystem` and `systemd`.
    for folder in ("usr/lib/systemd/user", "usr/lib/systemd/system", "usr/share/licenses", "usr/share/locale/fr/LC_MESSAGES",
                   "usr/share/bash-completion/completions", "usr/share/zsh/site-functions", "usr/share/fish/vendor_completions.d",
                   "usr/share/man/man1", "usr/share/man/man5", "usr/share/man/man7"):
        (root.folder / folder).mkdir(parents=True, exist_ok=True)
    must("rpm", "--root", root.folder, "--initdb")
    before = root.snapshot()
    must("rpm", "--root", root.folder, "--nodeps", "-i", package)
    seen = root.in_cloud("sh", "-euc", f"{NAME} configure acme.azurecr.io; printf acme.azurecr.io | {NAME} get", env=SIGNED_IN)
    assert seen.status == 0 and f"docker finds /usr/bin/{NAME}" in seen.out and '"Secret":"eyJ' in seen.out, seen
    root.must(NAME, "configure", "--system", "--containers-registries", "--no-check")
    must("rpm", "--root", root.folder, "--nodeps", "-U", rpm(built / "rpm-newer", source=next_version))
    assert root.must(NAME, "version").out.endswith(f" {VERSION}.1\n")
    root.must(NAME, "configure", "--undo")
    root.must(NAME, "configure", "--system", "--undo")
    timer = root.folder / "etc/systemd/user/timers.target.wants" / f"{NAME}-renew.timer"
    timer.parent.mkdir(parents=True)
    timer.symlink_to(f"/usr/lib/systemd/user/{timer.name}")
    said = must("rpm", "--root", root.folder, "--nodeps", "-e", NAME)
    assert not timer.is_symlink() and f"{NAME} configure --undo" in said.out + said.err
    left = [row for row in differences(before, root.snapshot())
            if not row[2:].startswith(("root/.cache", "root/.local", "var/lib/rpm", "root/.rpmdb", "usr/lib/sysimage"))]
    assert left == []
