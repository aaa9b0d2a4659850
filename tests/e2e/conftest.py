# SPDX-License-Identifier: Apache-2.0
"""Shared by the tests with real clients: one docker engine, one image in the cloud's registry."""
import shutil
import subprocess
import uuid

import pytest
from client import APP, Cloud
from clients import BASE, LOCAL, Client, docker_clients, needed
from homes import Home


@pytest.fixture(scope="session")
def published(program, engine, tmp_path_factory):
    """BASE exists in acme.azurecr.io, pushed by docker with this helper only."""
    root = tmp_path_factory.mktemp("base")
    (root / "bin").mkdir()
    shutil.copy("/bin/busybox", root / "bin/busybox")
    archive = subprocess.run(["tar", "-C", root, "-c", "bin"], check=True, capture_output=True).stdout
    home = Home(program)
    try:
        env = {**home.env, **Cloud.from_environment().environment(APP)}
        subprocess.run(["docker", "import", "-", LOCAL], input=archive, env=env, check=True, capture_output=True)
        subprocess.run(["docker", "tag", LOCAL, BASE], env=env, check=True)
        subprocess.run(["docker", "push", BASE], env=env, check=True, capture_output=True)
        yield BASE
    finally:
        home.remove()


@pytest.fixture(params=docker_clients() or ["docker"], ids=lambda path: "docker-of-" + path.split("/")[-2])
def docker(request, home, cloud, published):
    """Each docker client of this machine, with the engine of the cloud."""
    return Client(home, cloud, request.param)


@pytest.fixture
def from_go(home, cloud):
    """from_go("crane") is a client that is built from a Go module."""
    return lambda name, env=None: Client(home, cloud, needed(name), env=env)


@pytest.fixture
def debian_docker(home, cloud, published):
    """Debian's docker client, which has BuildKit built in."""
    return Client(home, cloud, "/usr/bin/docker")


@pytest.fixture
def signed_in(home, cloud):
    """The environment contains a service principal."""
    home.env.update(cloud.environment(APP))


@pytest.fixture
def image():
    """A name that no other test uses."""
    return f"acme.azurecr.io/team/app:{uuid.uuid4().hex[:12]}"
