# SPDX-License-Identifier: Apache-2.0
"""skopeo, podman and buildah: they read credHelpers, never credsStore, and the same helper works for them."""
import json

import pytest
from clients import Client

ACME, ADMIN = "acme.azurecr.io", "admin.azurecr.io"


@pytest.fixture
def containers(home, cloud, signed_in, published):
    """A home in which these clients keep all their data: containers("skopeo") is a Client."""
    config = home.write("containers/auth.json", json.dumps({"credHelpers": {ACME: "acr", ADMIN: "acr"}}))
    storage = home.write("containers/storage.conf", "[storage]\ndriver = \"vfs\"\n"
                         f"graphroot = \"{home.folder}/containers/storage\"\nrunroot = \"{home.runtime}/containers\"\n")
    env = {"REGISTRY_AUTH_FILE": str(config), "CONTAINERS_STORAGE_CONF": str(storage),
           "TMPDIR": str(home.folder), "CONTAINERS_CONF": str(home.write("containers/containers.conf", "[engine]\nlock_type = \"file\"\n"))}
    return lambda name: Client(home, cloud, name, env=env)


def test_skopeo_inspects_and_copies(containers, home, published, image):
    skopeo = containers("skopeo")
    seen = skopeo.must("inspect", f"docker://{published}")
    assert json.loads(seen.out)["Name"] == published.rsplit(":", 1)[0] and seen.err == "" and seen.exchanges == 1
    skopeo.must("copy", "-q", f"docker://{published}", f"docker://{image}")
    skopeo.must("copy", "-q", f"docker://{image}", f"dir:{home.folder}/copied")
    assert (home.folder / "copied/manifest.json").exists()


@pytest.mark.parametrize("name", ["podman", "buildah"])
def test_podman_and_buildah_pull_and_push(containers, published, image, name):
    client = containers(name)
    seen = client.must("pull", "-q", published)
    assert seen.ours == [] and seen.exchanges == 1
    client.must("tag", published, image)
    client.must("push", *(["-q"] if name == "buildah" else []), image)
    containers("skopeo").must("inspect", f"docker://{image}")


@pytest.mark.parametrize("name", ["skopeo", "podman", "buildah"])
def test_a_login_with_a_password_is_kept_by_the_helper_and_removed_by_logout(containers, home, helper, name):
    client = containers(name)
    client.must("login", "-u", "admin", "--password-stdin", ADMIN, stdin="admin-password-one")
    assert helper.get(ADMIN).secret == "admin-password-one"
    assert "admin-password-one" not in (home.folder / "containers/auth.json").read_text()
    assert client.must("login", "--get-login", ADMIN).out.strip() == "admin"
    client.must("logout", ADMIN)
    assert helper.list().login == {}


@pytest.mark.parametrize("name", ["skopeo", "podman", "buildah"])
def test_a_login_without_a_password_uses_the_identity(containers, name):
    seen = containers(name).must("login", ACME)
    assert "Existing credentials are valid" in seen.out


def test_logout_without_a_stored_login_succeeds(containers):
    """podman 4.3 crashes with a stack overflow if an erase fails."""
    seen = containers("podman")("logout", ADMIN)
    assert "goroutine" not in seen.text and "stack overflow" not in seen.text


def test_podman_shows_the_reason_of_a_denial(containers, published):
    seen = containers("podman")("pull", "-q", published, env={"AZURE_CLIENT_SECRET": "not-the-secret"})
    assert seen.status != 0 and "AADSTS7000215" in seen.err and "out: `" in seen.err
