# SPDX-License-Identifier: Apache-2.0
"""azure-containerregistry, Microsoft's client library for registries, lists and pulls in the stand-in cloud."""
import json
import subprocess
from pathlib import Path

import pytest
from client import APP
from clients import LOCAL, Client, needed

pytestmark = pytest.mark.long

DRIVER = Path(__file__).resolve().parent.parent / "clients/azure-containerregistry/registry_client.py"
PRIVATE, PUBLIC = "everyone.azurecr.io", "public.azurecr.io"


@pytest.fixture
def sdk(home, cloud):
    """sdk(registry, how): what the client found in the registry."""
    python = Client(home, cloud, needed("azure-containerregistry/bin/python3"), str(DRIVER),
                    env={"REQUESTS_CA_BUNDLE": "/etc/ssl/certs/ca-certificates.crt"})

    def run(registry, how, env=None):
        seen = python.must(registry, "sdk/app", "1", how, env=env)
        return json.loads(seen.out), seen
    return run


@pytest.fixture
def stored(home, cloud, published):
    """stored(registry): pushes the image; returns its digest."""
    env = {**home.env, **cloud.environment(APP)}

    def push(registry):
        image = f"{registry}/sdk/app:1"
        for words in (("tag", LOCAL, image), ("push", "-q", image)):
            subprocess.run(["/usr/bin/docker", *words], env=env, check=True, capture_output=True)
        told = subprocess.run(["/usr/bin/docker", "inspect", "-f", "{{json .RepoDigests}}", image], env=env, check=True, capture_output=True)
        [digest] = [one.split("@")[1] for one in json.loads(told.stdout) if one.startswith(f"{registry}/sdk/app@")]
        return digest
    return push


def right(found, digest):
    assert found["digest"] == digest and "sdk/app" in found["repositories"]
    assert found["layers"] and found["pulled"] == found["layers"]


def test_it_lists_and_pulls_with_azure_identity(sdk, stored, cloud):
    digest = stored(PRIVATE)
    found, seen = sdk(PRIVATE, "environment", env=cloud.environment(APP))
    right(found, digest)
    assert seen.exchanges > 0 and {row["form"]["grant_type"] for row in seen.requests if row.get("path") == "/oauth2/exchange"} == {"access_token"}


def test_it_lists_and_pulls_with_the_token_of_the_helper(sdk, stored, cloud, figures):
    digest = stored(PRIVATE)
    found, seen = sdk(PRIVATE, "helper", env=cloud.environment(APP))
    right(found, digest)
    redeemed = {row["form"]["grant_type"] for row in seen.requests if row.get("path") == "/oauth2/token"}
    assert redeemed == {"refresh_token"} and seen.exchanges <= 1
    figures(f"azure-containerregistry {found['version']}")


def test_a_public_registry_allows_listing_and_pulling_anonymously(sdk, stored):
    digest = stored(PUBLIC)
    found, seen = sdk(PUBLIC, "anonymous")
    right(found, digest)
    assert seen.exchanges == 0 and {row["form"]["grant_type"] for row in seen.requests if row.get("path") == "/oauth2/token"} == {"password"}
