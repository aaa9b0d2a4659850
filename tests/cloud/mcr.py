# SPDX-License-Identifier: Apache-2.0
"""mcr.microsoft.com, as far as `az acr check-health` asks: one small image that docker pulls without a login."""
import gzip
import hashlib
import io
import json
import tarfile

from http1 import Answer

MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"


def _digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def _image():
    """(manifest, {digest: blob}) of an image with one file in it."""
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("hello"))
    layer = gzip.compress(tar.getvalue(), mtime=0)
    config = json.dumps({"architecture": "amd64", "os": "linux", "config": {"Cmd": ["/hello"]},
                         "rootfs": {"type": "layers", "diff_ids": [_digest(tar.getvalue())]}}).encode()
    manifest = json.dumps({
        "schemaVersion": 2, "mediaType": MANIFEST,
        "config": {"mediaType": "application/vnd.docker.container.image.v1+json", "size": len(config),
                   "digest": _digest(config)},
        "layers": [{"mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip", "size": len(layer),
                    "digest": _digest(layer)}]}).encode()
    return manifest, {_digest(blob): blob for blob in (config, layer)}


IMAGE, BLOBS = _image()


def answer(request):
    name, _, which = request.path.removeprefix("/v2/").rpartition("/")
    if request.path in ("/v2", "/v2/"):
        return Answer(200, "{}", {"Docker-Distribution-Api-Version": "registry/2.0"}, "application/json")
    if name == "mcr/hello-world/manifests" and which in ("latest", _digest(IMAGE)):
        return Answer(200, IMAGE, {"Docker-Content-Digest": _digest(IMAGE)}, MANIFEST)
    if name == "mcr/hello-world/blobs" and which in BLOBS:
        return Answer(200, BLOBS[which], {"Docker-Content-Digest": which}, "application/octet-stream")
    return Answer(404, '{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}', kind="application/json")
