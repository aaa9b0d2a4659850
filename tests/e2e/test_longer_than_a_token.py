# SPDX-License-Identifier: Apache-2.0
"""Operations that take longer than a token is valid: a push, which must continue when its access token expires, and
pulls, when the refresh token expires.

docker calls the helper once, when a push begins, and exchanges the refresh token whenever an access token expires. The
refresh token must be valid as long as the push takes: `min_validity` ensures that. If the response has no lifetime, the
daemon assumes 60 seconds, which determines the duration of this test.
"""
import os
import tarfile
import time
import uuid

import pytest

ACME = "acme.azurecr.io"
pytestmark = [pytest.mark.plain, pytest.mark.long]
ASKED_AGAIN, ACCESS, REFRESH = 65, 70, 30  # seconds


def test_docker_exchanges_the_refresh_token_again_in_the_middle_of_a_push(debian_docker, home, signed_in, cloud, figures):
    home.docker_config({"credsStore": "acr"})
    docker, repository = debian_docker, f"team/long-{uuid.uuid4().hex[:12]}"
    image = f"{ACME}/{repository}:1"
    (home.folder / "layer").write_bytes(os.urandom(100_000))  # a layer that the registry does not have
    with tarfile.open(home.folder / "layer.tar", "w") as archive:
        archive.add(home.folder / "layer", "layer")
    cloud.fault("short", service="acr", host=ACME, path="/oauth2/token", seconds=ACCESS)
    uploads = {"service": "acr", "host": ACME, "path": f"/v2/{repository}/blobs/uploads/"}
    cloud.fault("delay", **uploads, seconds=ASKED_AGAIN, count=1)
    cloud.fault("delay", **uploads, seconds=4, count=2)
    docker.must("import", str(home.folder / "layer.tar"), image)
    begin = time.monotonic()
    pushed = docker.must("push", image, timeout=240)
    seconds = time.monotonic() - begin
    asked = [request for request in pushed.requests if request.get("path") == "/oauth2/token"]
    figures(f"a push of {seconds:.0f} s with access tokens of {ACCESS} s: {len(asked)} access tokens, {pushed.exchanges} refresh token")
    assert seconds > ACCESS and pushed.err == ""
    assert len(asked) >= 2 and pushed.exchanges == 1
    assert {request["status"] for request in asked} == {200}


def test_pulls_with_tokens_of_thirty_seconds_never_fail(debian_docker, home, signed_in, cloud, published, figures):
    """One hour with ACR_THOROUGH=1, otherwise long enough for the token to be renewed more than once."""
    home.docker_config({"credsStore": "acr"})
    home.env["DOCKER_CREDENTIAL_ACR_CACHE"] = "file"
    cloud.fault("short", service="acr", host=ACME, path="/oauth2/exchange", seconds=REFRESH)
    until, pulls = time.monotonic() + (3600 if os.environ.get("ACR_THOROUGH") else 1.5 * REFRESH), 0
    cloud.mark()
    while time.monotonic() < until:
        debian_docker("rmi", "-f", published)
        pulled = debian_docker.must("pull", published)
        assert pulled.err == "", pulled
        pulls += 1
        time.sleep(0.2)
    exchanges = len(cloud.requests("acr", path="/oauth2/exchange"))
    figures(f"pulls: {pulls}, exchanges: {exchanges}, failures: 0")
    assert 2 <= exchanges < pulls / 2
