# SPDX-License-Identifier: Apache-2.0
"""List and pull with azure-containerregistry, Microsoft's own client of a registry.

    python registry_client.py REGISTRY REPOSITORY TAG HOW    prints what it found as JSON

HOW: environment (azure-identity signs in), anonymous, or helper: the registry's token comes from docker-credential-acr.
"""
import hashlib
import json
import subprocess
import sys
from importlib.metadata import version

from azure.containerregistry import ContainerRegistryClient
from azure.identity import EnvironmentCredential


class Nobody:
    """Has no token of Entra ID, and is not asked for one."""

    def get_token(self, *_, **__):
        raise AssertionError("Entra ID was asked")

    def get_token_info(self, *_, **__):
        raise AssertionError("Entra ID was asked")


def of_helper(registry):
    """A client that redeems the refresh token which our helper gives to docker."""
    said = json.loads(subprocess.run(["docker-credential-acr", "get"], input=registry, text=True, check=True, capture_output=True).stdout)
    client = ContainerRegistryClient(registry, Nobody())
    client._auth_policy._exchange_client.get_refresh_token = lambda service, **_: said["Secret"]
    return client


def main(registry, repository, tag, how):
    client = {"environment": lambda: ContainerRegistryClient(registry, EnvironmentCredential()),
              "anonymous": lambda: ContainerRegistryClient(registry),
              "helper": lambda: of_helper(registry)}[how]()
    with client:
        manifest = client.get_manifest(repository, tag)
        layers = [layer["digest"] for layer in manifest.manifest["layers"]]
        pulled = ["sha256:" + hashlib.sha256(b"".join(client.download_blob(repository, layer))).hexdigest() for layer in layers]
        print(json.dumps({"repositories": list(client.list_repository_names()), "digest": manifest.digest,
                          "layers": layers, "pulled": pulled, "version": version("azure-containerregistry")}))


main(*sys.argv[1:])
