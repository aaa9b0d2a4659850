# SPDX-License-Identifier: Apache-2.0
"""Each client at a registry that allows anonymous pull and at one that does not: with a role, with an identity
without a role, and without an identity. What works without the helper works with it, and errors are explained."""
import json
import subprocess

import pytest
from client import APP, NOBODY, Cloud
from clients import LOCAL, Client, dockerfile, needed
from homes import Home

PUBLIC, PRIVATE = "public.azurecr.io", "acme.azurecr.io"
IMAGE = "team/anybody:1"
ROLE, DENIED, NOBODY_IS_SIGNED_IN = "role", "denied", "nobody"


@pytest.fixture(scope="module")
def images(program, published):
    """The same image in both registries."""
    home = Home(program)
    try:
        env = {**home.env, **Cloud.from_environment().environment(APP)}
        for host in (PUBLIC, PRIVATE):
            subprocess.run(["docker", "tag", LOCAL, f"{host}/{IMAGE}"], env=env, check=True)
            subprocess.run(["docker", "push", "-q", f"{host}/{IMAGE}"], env=env, check=True, capture_output=True)
            subprocess.run(["docker", "rmi", "-f", f"{host}/{IMAGE}"], env=env, check=True, capture_output=True)
        yield
    finally:
        home.remove()


def docker(home, cloud, image):
    client = Client(home, cloud, "/usr/bin/docker")
    seen = client("pull", "-q", image)
    client("rmi", "-f", image)
    return seen


def buildkit(home, cloud, image):
    folder = dockerfile(home, f"FROM {image}", "LABEL public=test")
    return Client(home, cloud, "/usr/bin/docker")("build", "--pull", "--no-cache", "-q", folder, env={"DOCKER_BUILDKIT": "1"})


def containers(home, cloud, *command):
    config = home.write("containers/auth.json", json.dumps({"credHelpers": {PUBLIC: "acr", PRIVATE: "acr"}}))
    storage = home.write("containers/storage.conf", "[storage]\ndriver = \"vfs\"\n"
                         f"graphroot = \"{home.folder}/containers/storage\"\nrunroot = \"{home.runtime}/containers\"\n")
    return Client(home, cloud, *command, env={
        "REGISTRY_AUTH_FILE": str(config), "CONTAINERS_STORAGE_CONF": str(storage), "TMPDIR": str(home.folder),
        "CONTAINERS_CONF": str(home.write("containers/containers.conf", "[engine]\nlock_type = \"file\"\n"))})


CLIENTS = {
    "docker": docker,
    "buildkit": buildkit,
    "skopeo": lambda home, cloud, image: containers(home, cloud, "skopeo")("inspect", f"docker://{image}"),
    "podman": lambda home, cloud, image: containers(home, cloud, "podman")("pull", "-q", image),
    "crane": lambda home, cloud, image: Client(home, cloud, needed("crane"))("manifest", image),
    "oras": lambda home, cloud, image: Client(home, cloud, needed("oras"))("manifest", "fetch", image),
}


@pytest.mark.parametrize("host", [PUBLIC, PRIVATE], ids=["public", "private"])
@pytest.mark.parametrize("who", [ROLE, DENIED, NOBODY_IS_SIGNED_IN])
@pytest.mark.parametrize("name", CLIENTS)
def test_a_client_has_access_if_it_would_have_it_without_the_helper_or_has_a_role(home, cloud, images, name, who, host):
    if who == NOBODY_IS_SIGNED_IN:
        cloud.fault("reset", service="imds", at="connect")
    else:
        home.env.update({**cloud.environment(APP if who == ROLE else NOBODY), "AZURE_TOKEN_CREDENTIALS": "EnvironmentCredential"})
    seen = CLIENTS[name](home, cloud, f"{host}/{IMAGE}")
    assert (seen.status == 0) == (host == PUBLIC or who == ROLE), seen
    if host == PRIVATE and who == DENIED:
        assert "az role assignment create" in seen.text, seen
    if host == PUBLIC and who != DENIED:
        assert seen.ours == [], seen
