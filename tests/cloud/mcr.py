# SPDX-License-Identifier: Apache-2.0
"""The part of mcr.microsoft.com that `az acr check-health` uses: one small image that docker pulls without a login."""
from http1 import Answer
from images import DOCKER_MANIFEST, digest, image

IMAGE, BLOBS = image("amd64")


def answer(request):
    name, _, which = request.path.removeprefix("/v2/").rpartition("/")
    if request.path in ("/v2", "/v2/"):
        return Answer(200, "{}", {"Docker-Distribution-Api-Version": "registry/2.0"}, "application/json")
    if name == "mcr/hello-world/manifests" and which in ("latest", digest(IMAGE)):
        return Answer(200, IMAGE, {"Docker-Content-Digest": digest(IMAGE)}, DOCKER_MANIFEST)
    if name == "mcr/hello-world/blobs" and which in BLOBS:
        return Answer(200, BLOBS[which], {"Docker-Content-Digest": which}, "application/octet-stream")
    return Answer(404, '{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}', kind="application/json")
