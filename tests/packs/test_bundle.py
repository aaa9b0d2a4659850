# SPDX-License-Identifier: Apache-2.0
"""The bundle and its image: used where there is nothing else, not even a C library, a home or a place to write."""
import json
import os
import re
import shutil
import subprocess

import pytest
from chroots import Root
from client import APP
from conftest import SOURCE, VERSION, build, must, run, same_bytes

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root for a chroot")
HOME = "/opt/docker-credential-acr"
PROGRAM = f"{HOME}/bin/docker-credential-acr"
OWN_CERTIFICATES = f"{HOME}/etc/ssl/certs/ca-certificates.crt"
SIGNED_IN = {"AZURE_TENANT_ID": APP.tenant_id, "AZURE_CLIENT_ID": APP.client_id, "AZURE_CLIENT_SECRET": APP.secret}


@pytest.fixture(scope="module")
def bundle(built):
    """The archive, and the image where buildah is there."""
    return build("build-bundle", built / "bundle")


@pytest.fixture(scope="module")
def foreign(built):
    return build("build-bundle", built / "bundle", "--arch", "arm64")


def unpack(archive, folder):
    folder.mkdir()
    must("tar", "-C", folder, "-xf", archive)
    return Root(folder)


def login_of(seen):
    assert seen.status == 0 and seen.err == "", seen
    return json.loads(seen.out)


def test_it_signs_in_as_user_nobody_in_an_empty_read_only_root(bundle, tmp_path):
    root = unpack(bundle[0], tmp_path / "root")
    assert sorted(os.listdir(root.folder)) == ["opt"]
    seen = root.in_cloud(PROGRAM, "get", input="acme.azurecr.io", env={**SIGNED_IN, "HOME": "/nonexistent"}, bare=OWN_CERTIFICATES)
    assert login_of(seen)["ServerURL"] == "acme.azurecr.io"


def test_certificates_of_the_system_take_precedence_over_those_of_the_bundle(bundle, tmp_path):
    root = unpack(bundle[0], tmp_path / "root")
    for place in ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"):
        seen = root.in_cloud(PROGRAM, "get", input="acme.azurecr.io", env=SIGNED_IN, bare=place)
        assert login_of(seen)["Secret"], place
        shutil.rmtree(root.folder / "etc")


def test_it_contains_all_that_it_loads_and_needs_nothing_newer(bundle, tmp_path):
    root = unpack(bundle[0], tmp_path / "root")
    libraries = {path.name for path in (root.folder / HOME[1:] / "lib").iterdir()}
    for path in [root.folder / PROGRAM[1:], *(root.folder / HOME[1:] / "lib").iterdir()]:
        needed = re.findall(r"NEEDED.*\[(.*)\]", must("readelf", "-d", path).out)
        assert set(needed) <= libraries, (path, set(needed) - libraries)
    assert {"libcurl.so.4", "libjson-c.so.5", "libcrypto.so.3", "libc.so.6"} <= libraries


def test_two_builds_are_identical(bundle, built):
    assert same_bytes(bundle, build("build-bundle", built / "bundle-again"))


def test_the_image_runs_and_its_folder_can_be_copied_into_another_image(bundle, in_cloud, tmp_path):
    if len(bundle) < 2:
        pytest.skip("no buildah here")
    (tmp_path / "Dockerfile").write_text("FROM scratch\nCOPY --from=acr:1 /opt /opt\nCOPY ca.crt /etc/ssl/certs/ca-certificates.crt\n"
                                         f"ENTRYPOINT [\"{PROGRAM}\"]\n")
    script = f"""
        skopeo copy -q oci-archive:{bundle[1]} docker-archive:{tmp_path}/image.tar:acr:1
        docker load -q -i {tmp_path}/image.tar
        rm {tmp_path}/image.tar
        docker run --rm --network none --read-only acr:1
        cp /etc/ssl/certs/ca-certificates.crt {tmp_path}/ca.crt
        docker build -q -t mine:1 {tmp_path} >/dev/null
        printf acme.azurecr.io | docker run --rm -i --network host --read-only --user 65532:65532 \\
            -e AZURE_TENANT_ID -e AZURE_CLIENT_ID -e AZURE_CLIENT_SECRET mine:1 get
    """
    seen = in_cloud("sh", "-euc", script, docker=True, env={**os.environ, **SIGNED_IN, "DOCKER_BUILDKIT": "0", "HOME": str(tmp_path)})
    assert seen.status == 0 and f" {VERSION}\n" in seen.out and '"ServerURL":"acme.azurecr.io"' in seen.out, seen


def test_the_bundle_for_arm64_signs_in_too(foreign, tmp_path):
    emulator = shutil.which("qemu-aarch64-static")
    if not emulator:
        pytest.skip("no qemu-aarch64-static here (tests/install cross)")
    root = unpack(foreign[0], tmp_path / "root")
    shutil.copy(emulator, root.folder / "emulator")
    assert f" {VERSION}\n" in run("chroot", root.folder, "/emulator", PROGRAM, "version").out
    seen = root.in_cloud("/emulator", PROGRAM, "get", input="acme.azurecr.io", env=SIGNED_IN, bare=OWN_CERTIFICATES)
    assert '"ServerURL":"acme.azurecr.io"' in seen.out and seen.status == 0, seen


def test_both_architectures_need_at_most_glibc_2_34(bundle, foreign, tmp_path):
    for number, archive in enumerate((bundle[0], foreign[0])):
        root = unpack(archive, tmp_path / str(number))
        text = subprocess.run(["readelf", "-W", "--dyn-syms", root.folder / PROGRAM[1:]], capture_output=True, text=True, check=True).stdout
        found = [int(minor) for minor in re.findall(r"GLIBC_2\.(\d+)", text)]
        assert found and max(found) <= 34


def test_the_changelog_has_the_version_that_is_built():
    assert VERSION in (SOURCE / "packaging/CHANGELOG.md").read_text()
