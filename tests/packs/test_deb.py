# SPDX-License-Identifier: Apache-2.0
"""The Debian package: built, examined, and lived with in a clean Debian until nothing of it is left."""
import json
import os
import re
import shutil
import subprocess

import pytest
from chroots import differences
from client import APP
from conftest import VERSION, build, must, run, same_bytes

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root for a chroot")
SIGNED_IN = {"AZURE_TENANT_ID": APP.tenant_id, "AZURE_CLIENT_ID": APP.client_id, "AZURE_CLIENT_SECRET": APP.secret}
NAME = "docker-credential-acr"


def deb(output, **more):
    return build("build-deb", output, **more)[0]


@pytest.fixture(scope="module")
def package(built):
    return deb(built / "deb")


def test_lintian_reports_nothing(package):
    seen = run("lintian", "--fail-on", "error,warning", "--pedantic", package)
    assert seen.status == 0 and "W:" not in seen.out and "E:" not in seen.out, seen


def test_two_builds_are_identical(package, built):
    assert same_bytes([package], [deb(built / "again")])


def test_the_checksum_is_in_a_file_beside_the_package(package):
    must("sha256sum", "-c", "SHA256SUMS", cwd=os.path.dirname(package))


def test_it_depends_on_the_libraries_that_the_program_loads_later(package, tmp_path):
    """The ELF note of each library that is loaded on first use, against the package's relations."""
    must("dpkg", "-x", package, tmp_path)
    must("objcopy", "-O", "binary", "--only-section=.note.dlopen", "--set-section-flags", ".note.dlopen=alloc",
         tmp_path / "usr/bin" / NAME, tmp_path / "notes")
    notes = re.findall(rb'"soname":\["([^"]+)".*?"priority":"(\w+)"', (tmp_path / "notes").read_bytes())
    assert len(notes) >= 3
    field = {b"required": "Depends", b"recommended": "Recommends", b"suggested": "Suggests"}
    for soname, priority in notes:
        library = subprocess.run(["dpkg", "-S", f"*/{soname.decode()}"], capture_output=True, text=True, check=True).stdout
        owner = library.split(":")[0]
        assert owner in must("dpkg-deb", "-f", package, field[priority]).out, (soname, owner)


def test_it_needs_at_most_glibc_2_34(package, tmp_path):
    must("dpkg", "-x", package, tmp_path)
    wanted = re.findall(r"GLIBC_2\.(\d+)", must("objdump", "-T", tmp_path / "usr/bin" / NAME).out)
    assert wanted and max(map(int, wanted)) <= 34


CONFIGURE = f"{NAME} configure --creds-store acme.azurecr.io\n"
LIFE = f"""
printf acme.azurecr.io | {NAME} get
tar -C /etc -c debian_version | docker import - $IMAGE
docker push $IMAGE
docker rmi $IMAGE
docker pull $IMAGE
{NAME} diagnose $IMAGE
"""
# Each cloud has keys of its own, and the kernel keyring is the machine's: what another cloud gave is forgotten.
FORGET = f"{NAME} logout\n"
AGAIN = f"""
docker rmi $IMAGE
docker pull $IMAGE
printf acme.azurecr.io | {NAME} get
{NAME} logout
"""
# A package does not touch a home: there stay locks and notes, such as which registry was of use, and after a logout no token.
THE_PERSONS = f"root/.cache/{NAME}", f"root/.local/share/{NAME}"


def test_install_use_and_removal_leave_nothing_behind(package, next_version, base, built, tmp_path):
    """Install, configure, sign in, push, pull, diagnose, upgrade, pull, undo, remove, purge: the file system is as it was."""
    root = base.copy(tmp_path / "root")
    shutil.copy("/usr/bin/docker", root.folder / "usr/local/bin/docker")
    before = root.snapshot()
    root.install(package)
    assert not list(root.folder.glob("usr/lib/*/libsecret*")), "what is only recommended was not installed"
    env = {**SIGNED_IN, "IMAGE": "acme.azurecr.io/packaged/app:1"}
    seen = root.in_cloud("sh", "-euc", FORGET + CONFIGURE + LIFE, docker=True, env=env)
    assert seen.status == 0 and f"docker finds /usr/bin/{NAME}" in seen.out, seen
    assert '"Secret":"eyJ' in seen.out and "Downloaded newer image" in seen.out
    assert re.search(r"^\d+ checks in .* s; use --verbose", seen.out, re.MULTILINE) and "problem" not in seen.out, seen
    config = json.loads((root.folder / "root/.docker/config.json").read_text())
    assert config["credsStore"] == "acr" and config["credHelpers"] == {"acme.azurecr.io": "acr"}
    assert root.must(NAME, "version").out.endswith(f" {VERSION}\n")
    root.install(deb(built / "newer", source=next_version))
    assert root.must(NAME, "version").out.endswith(f" {VERSION}.1\n")
    seen = root.in_cloud("sh", "-euc", FORGET + LIFE + AGAIN, docker=True, env=env)
    assert seen.status == 0 and seen.out.count("Downloaded newer image") == 2, seen
    root.must(NAME, "configure", "--undo")
    root.must("apt-get", "remove", "-y", "-q", NAME)
    root.must("apt-get", "purge", "-y", "-q", NAME)
    root.must("apt-get", "autoremove", "--purge", "-y", "-q")
    left = [row[2:] for row in differences(before, root.snapshot())]
    assert [path for path in left if not any(f"{mine}/".startswith(f"{path}/") or path.startswith(f"{mine}/")
                                             for mine in THE_PERSONS)] == []
    files = [root.folder / path for path in left if (root.folder / path).is_file()]
    assert files and not any(b"eyJ" in path.read_bytes() for path in files)


SYSTEM = f"var/lib/{NAME}", f"etc/{NAME}/config.json", f"etc/containers/registries.conf.d/99-{NAME}.conf"
OF_A_HOME = "root/.docker/config.json", f"root/.config/{NAME}/config.json", "root/.config/containers/registries.conf.d/50-own.conf"


def test_a_purge_removes_system_files_and_nothing_in_a_home_directory(package, base, tmp_path):
    root = base.copy(tmp_path / "root")
    root.install(package)
    root.must(NAME, "configure", "--system", "--containers-registries", "--ci-host", "github.contoso.com", "--no-check")
    root.must(NAME, "configure", "--creds-store", "--no-check")
    for path in OF_A_HOME[1:]:
        (root.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (root.folder / path).write_text("{}")
    assert all((root.folder / path).exists() for path in (*SYSTEM, *OF_A_HOME))
    assert (root.folder / SYSTEM[2]).stat().st_mode & 0o777 == 0o644
    said = root.must("apt-get", "remove", "-y", "-q", NAME).out
    assert f"{NAME} configure --undo" in said, "nobody is told how to undo"
    assert all((root.folder / path).exists() for path in (*SYSTEM, *OF_A_HOME)), "removed, not purged"
    root.must("apt-get", "purge", "-y", "-q", NAME)
    assert [path for path in SYSTEM if (root.folder / path).exists()] == []
    assert all((root.folder / path).exists() for path in OF_A_HOME)


def test_removal_disables_the_timers_and_an_upgrade_does_not(package, next_version, base, built, tmp_path):
    root = base.copy(tmp_path / "root")
    root.install(package)
    links = [root.folder / "etc/systemd/user/timers.target.wants" / f"{NAME}-renew.timer",
             root.folder / "etc/systemd/system/timers.target.wants" / f"{NAME}-renew@root.timer"]
    other = root.folder / "etc/systemd/system/timers.target.wants/other.timer"
    for link in (*links, other):
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(f"/usr/lib/systemd/system/{link.name}")
    said = root.install(deb(built / "newer", source=next_version)).out
    assert all(link.is_symlink() for link in links) and "--undo" not in said
    root.must("apt-get", "remove", "-y", "-q", NAME)
    assert not any(link.is_symlink() for link in links) and other.is_symlink()


def test_every_link_between_its_pages_has_a_target(package, tmp_path):
    must("dpkg", "-x", package, tmp_path)
    pages = list((tmp_path / "usr/share/doc" / NAME).rglob("*.md"))
    assert {"README.md", "migration.md"} <= {page.name for page in pages}
    for page in pages:
        text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
            assert "://" in target or (page.parent / target).exists(), (page.name, target)
    readme = (tmp_path / "usr/share/doc" / NAME / "README.md").read_text(encoding="utf-8")
    assert "](recipes" in readme and "tests/run" not in readme and readme.endswith("\n")
