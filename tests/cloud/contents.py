# SPDX-License-Identifier: Apache-2.0
"""Responses of a registry for images that cannot be pulled, and the location of their layers.

Errors of docker-registry are translated into those of Azure Container Registry, see "Accuracy" in README.md.
"""
import os
import re
import uuid

from http1 import Answer, as_json
from images import Contents

DISALLOWED = ("The operation is disallowed on this registry, repository or image. View troubleshooting steps at "
              "https://aka.ms/acr/faq/#why-does-my-pull-or-push-request-fail-with-disallowed-operation")
VISIT = "authentication required, visit https://aka.ms/acr/authorization for more information."
PART = re.compile(r"/v2/(?P<name>.+)/(?P<kind>manifests|blobs|tags)/(?P<which>[^/]+)\Z")
DATA = re.compile(r"/[0-9a-f]{32}//docker/registry/v2/blobs/sha256/[0-9a-f]{2}/(?P<hex>[0-9a-f]{64})/data\Z")
STORE = "0123456789abcdef0123456789abcdef"
# fault: the error of a cache rule, selected by "says"
CACHE_RULE = {
    "credentials": (401, "UNAUTHORIZED", "authentication required with source registry for cache rule 'docker-io' "
                    "For more information, please visit https://aka.ms/acr/cache"),
    "denied": (403, "DENIED", "requested access to pull from source 'docker.io/library/{name}' for cache rule 'docker-io-rule' "
               "has been denied."),
    "throttled": (429, "TOOMANYREQUESTS", "too many requests to source registry for cache rule 'docker-io'. CorrelationId: {id}"),
    "unauthorized": (401, "UNAUTHORIZED", VISIT + " CorrelationId: {id}"),
}


def refusal(request):
    """The error that the active fault causes for a manifest request; None if there is none."""
    found = PART.match(request.path)
    if not found or found["kind"] != "manifests" or request.method not in ("GET", "HEAD"):
        return None
    name, which, kind = found["name"], found["which"], request.fault.kind
    if kind == "quarantined":
        return _error(405, "REGISTRY_DISALLOWED_OPERATION", "The operation is disallowed.", {}) if ":" in which else unknown(name, which)
    if kind == "locked":
        return _error(405, "REGISTRY_DISALLOWED_OPERATION", DISALLOWED, {})
    if kind == "cacherule":
        status, code, text = CACHE_RULE[request.fault.get("says", "credentials")]
        return _error(status, code, text.format(name=name, id=uuid.uuid4()), None)
    return None


def unknown(name, which):
    if ":" in which:
        return _error(404, "MANIFEST_UNKNOWN", f"manifest {which} is not found", {"Name": name, "Revision": which})
    return _error(404, "MANIFEST_UNKNOWN", f'manifest tagged by "{which}" is not found', {"Tag": which})


def in_azure_words(request, answer):
    """The response of docker-registry as Azure registries return it."""
    found = PART.match(request.path)
    if not found or answer.status != 404:
        return answer
    # The body is a stream. If a manifest in an index is missing, the error contains its digest.
    said = b"" if request.method == "HEAD" else b"".join([answer.body] if isinstance(answer.body, bytes) else answer.body)
    name, which = found["name"], found["which"]
    if found["kind"] == "manifests":
        revision = re.search(rb"revision=(sha256:[0-9a-f]{64})", said)
        made = unknown(name, revision[1].decode() if revision else which)
    elif found["kind"] == "tags":
        made = _error(404, "NAME_UNKNOWN", "repository name not known to registry", {"name": name})
    else:
        made = _error(404, "BLOB_UNKNOWN", "blob unknown to registry", which)
    made.headers["Docker-Distribution-Api-Version"] = "registry/2.0"
    return made


def redirect(request, registry, folder, host):
    """Redirect to the data endpoint, if the registry has its own: {"data_endpoint": "eastus"}."""
    found, region = PART.match(request.path), registry.get("data_endpoint")
    if not found or not region or found["kind"] != "blobs" or request.method not in ("GET", "HEAD"):
        return None
    which = found["which"]
    known = os.path.join(folder, "data/docker/registry/v2/repositories", found["name"], "_layers/sha256", which[7:], "link")
    if not os.path.exists(known):
        return None
    label, _, suffix = host.partition(".")
    where = f"https://{label}.{region}.data.{suffix}/{STORE}//docker/registry/v2/blobs/sha256/{which[7:9]}/{which[7:]}/data"
    return Answer(307, b"", {"Location": where + "?se=2026-12-31T00%3A00%3A00Z&sig=" + "s" * 600 + "&sp=r&spr=https&sr=b&sv=2018-03-28"})


def data(request, folder):
    """The data endpoint: the storage of the registry, which accepts a signed URL and no token."""
    found = DATA.match(request.path)
    if not found:
        return Answer(404, "", kind="text/html")
    if "authorization" in request.headers or "sig" not in request.query:
        return _storage_error(403, "AuthenticationFailed", "Server failed to authenticate the request. Make sure the value of "
                              "Authorization header is formed correctly including the signature.")
    if request.fault.kind == "storagedenied":
        return _storage_error(403, "AuthorizationFailure", "This request is not authorized to perform this operation.")
    try:
        with open(Contents(os.path.join(folder, "data")).blob("sha256:" + found["hex"]), "rb") as file:
            content = file.read()
    except FileNotFoundError:
        return _storage_error(404, "BlobNotFound", "The specified blob does not exist.")
    headers = {"Server": "Windows-Azure-Blob/1.0 Microsoft-HTTPAPI/2.0", "x-ms-blob-type": "BlockBlob"}
    if request.headers.get("range") == "bytes=0-0":
        return Answer(206, content[:1], {**headers, "Content-Range": f"bytes 0-0/{len(content)}"}, "application/octet-stream")
    return Answer(200, content, headers, "application/octet-stream")


def _storage_error(status, code, text):
    body = (f'\ufeff<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code><Message>{text}\nRequestId:{uuid.uuid4()}\n'
            "Time:2026-11-30T12:00:00.0000000Z</Message></Error>")
    return Answer(status, body, {"Server": "Windows-Azure-Blob/1.0 Microsoft-HTTPAPI/2.0", "x-ms-error-code": code}, "application/xml")


def _error(status, code, text, detail):
    return as_json({"errors": [{"code": code, "message": text, "detail": detail}]}, status)
