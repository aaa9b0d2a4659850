# SPDX-License-Identifier: Apache-2.0
"""Images in the folder where docker-registry stores them: adds images or removes parts of them without its
knowledge."""
import gzip
import hashlib
import io
import json
import os
import platform
import tarfile

DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
GO_NAMES = {"x86_64": "amd64", "aarch64": "arm64"}
HERE = GO_NAMES.get(platform.machine(), platform.machine())
ELSEWHERE = "s390x" if HERE != "s390x" else "amd64"


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def image(architecture=HERE, content="hello", layers=1):
    """(manifest, {digest: blob}) of an image with one file in each layer."""
    packed = []
    for number in range(layers):
        tar = io.BytesIO()
        with tarfile.open(fileobj=tar, mode="w") as archive:
            archive.addfile(tarfile.TarInfo(f"{content}-{number}" if number else content))
        packed.append(tar.getvalue())
    blobs = [gzip.compress(tar, mtime=0) for tar in packed]
    config = json.dumps({"architecture": architecture, "os": "linux", "config": {"Cmd": ["/hello"]},
                         "rootfs": {"type": "layers", "diff_ids": [digest(tar) for tar in packed]}}).encode()
    manifest = json.dumps({
        "schemaVersion": 2, "mediaType": DOCKER_MANIFEST,
        "config": {"mediaType": "application/vnd.docker.container.image.v1+json", "size": len(config), "digest": digest(config)},
        "layers": [{"mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip", "size": len(blob), "digest": digest(blob)}
                   for blob in blobs]}).encode()
    return manifest, {digest(blob): blob for blob in (config, *blobs)}


def index(manifests, kind=OCI_INDEX):
    """The index of {architecture: manifest}."""
    return json.dumps({"schemaVersion": 2, "mediaType": kind, "manifests": [
        {"mediaType": DOCKER_MANIFEST, "size": len(manifest), "digest": digest(manifest),
         "platform": {"architecture": architecture, "os": "linux"}} for architecture, manifest in manifests.items()]}).encode()


class Contents:
    """The content of one login server; `folder` is docker-registry's rootdirectory."""

    def __init__(self, folder):
        self.root = os.path.join(folder, "docker/registry/v2")

    def blob(self, which):
        """The path of the bytes of a blob or manifest."""
        return os.path.join(self.root, "blobs/sha256", which[7:9], which[7:], "data")

    def put(self, repository, manifest, blobs=(), tag=None):
        """Add a manifest with its blobs and its tag; return its digest."""
        which = digest(manifest)
        self._write(self.blob(which), manifest)
        self._link(repository, "_manifests/revisions/sha256", which)
        for one in blobs:
            self._write(self.blob(one), blobs[one])
            self._link(repository, "_layers/sha256", one)
        if tag:
            self._write(os.path.join(self._repository(repository), f"_manifests/tags/{tag}/current/link"), which.encode())
            self._link(repository, f"_manifests/tags/{tag}/index/sha256", which)
        return which

    def put_image(self, repository, tag=None, **what):
        return self.put(repository, *image(**what), tag=tag)

    def put_index(self, repository, tag, *architectures, kind=OCI_INDEX):
        """Add an index and its images; return {architecture: digest}."""
        made = {architecture: image(architecture, content=repository) for architecture in architectures}
        self.put(repository, index({architecture: manifest for architecture, (manifest, _) in made.items()}, kind), tag=tag)
        return {architecture: self.put(repository, manifest, blobs) for architecture, (manifest, blobs) in made.items()}

    def parts(self, which):
        """The digests of an image's config and layers."""
        with open(self.blob(which), "rb") as file:
            manifest = json.load(file)
        return [manifest["config"]["digest"], *[layer["digest"] for layer in manifest["layers"]]]

    def drop_manifest(self, repository, which):
        os.unlink(os.path.join(self._repository(repository), "_manifests/revisions/sha256", which[7:], "link"))

    def drop_blob(self, repository, which):
        """Remove a blob so that the registry does not know it any more."""
        os.unlink(os.path.join(self._repository(repository), "_layers/sha256", which[7:], "link"))

    def lose_blob(self, which):
        """Remove a blob from the storage only: the registry still lists it."""
        os.unlink(self.blob(which))

    def _repository(self, name):
        return os.path.join(self.root, "repositories", name)

    def _link(self, repository, folder, which):
        self._write(os.path.join(self._repository(repository), folder, which[7:], "link"), which.encode())

    @staticmethod
    def _write(path, data):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(data)
