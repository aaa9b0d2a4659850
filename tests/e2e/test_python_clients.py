# SPDX-License-Identifier: Apache-2.0
"""docker-py, and docker-compose, which uses it."""
import json

import pytest
from clients import BASE, Client

PULL = """
import docker, sys
client = docker.from_env(version="auto")
client.images.pull(sys.argv[1])
"""
BUILD = """
import docker, sys
client = docker.from_env(version="auto")
client.images.build(path=sys.argv[1], pull=True)
"""


@pytest.fixture
def python(home, cloud, signed_in, published):
    pytest.importorskip("docker", reason="needs python3-docker")
    return Client(home, cloud, "/usr/bin/python3", "-c")


def test_docker_py_pulls(python, debian_docker, published):
    debian_docker("rmi", "-f", published)
    seen = python.must(PULL, published)
    assert seen.exchanges == 1 and seen.ours == []


def test_docker_py_builds_with_the_listed_logins(python, home):
    """It calls list, and get for each server: an empty answer (KeyError) or a single error would make it fail."""
    home.registries(acme={})
    home.write("context/Dockerfile", f"FROM {BASE}\nLABEL by=docker-py\n")
    python.must(BUILD, str(home.folder / "context"))


def test_docker_compose_pulls_and_builds(home, cloud, signed_in, published, debian_docker):
    compose = Client(home, cloud, "/usr/bin/docker-compose")
    if compose("version").status != 0:
        pytest.skip("needs docker-compose")
    home.registries(acme={})
    home.write("context/Dockerfile", f"FROM {BASE}\nLABEL by=compose\n")
    home.write("docker-compose.yml", json.dumps({"version": "3", "services": {
        "pulled": {"image": published}, "built": {"build": "context"}}}))
    debian_docker("rmi", "-f", published)
    compose.must("pull", "-q", "pulled")
    compose.must("build", "-q", "built", env={"DOCKER_BUILDKIT": "0", "COMPOSE_DOCKER_CLI_BUILD": "0"})
