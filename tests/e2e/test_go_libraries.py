# SPDX-License-Identifier: Apache-2.0
"""The newest libraries with which Go programs call a helper: docker-credential-helpers/client, docker/cli,
go-containerregistry and oras-go get the same results from this helper as from docker-credential-secretservice,
including the kinds of errors."""
import json
import os
import shutil
import subprocess

import pytest
from client import APP
from clients import Client, needed
from test_keychain import NOT_FOUND, PROGRAM, SERVER, UPSTREAM, Session, desktop, session  # noqa: F401

pytestmark = [pytest.mark.long, pytest.mark.skipif(not PROGRAM, reason="ACR_PROGRAM does not name the program")]

NOTHING = {"username": "", "secret": "", "token": "", "error": "", "kind": ""}
WITHOUT = {"get without a server": "err: no credentials server URL, out: `no credentials server URL`",  # known to the library
           "store without a user name": "out: `no credentials username`",
           "store without a server": "out: `no credentials server URL`",
           "erase without a server": "out: `no credentials server URL`"}


def got(**members):
    return {**NOTHING, **members}


@pytest.fixture(params=["acr", "secretservice"])
def libraries(request, desktop):  # noqa: F811
    """libraries(): what each library gets from this helper; both helpers have to return the same."""
    program = {"acr": PROGRAM, "secretservice": shutil.which(UPSTREAM)}[request.param]
    if not program:
        pytest.skip(f"needs {UPSTREAM}")
    desktop.environment["PATH"] = f"{os.path.dirname(program)}:{desktop.environment['PATH']}"
    (desktop.home / ".docker").mkdir()
    (desktop.home / ".docker/config.json").write_text(json.dumps({"credsStore": request.param}))

    def run(server=SERVER):
        ran = desktop.run(needed("libraries"), request.param, server)
        assert ran.returncode == 0, ran
        return json.loads(ran.stdout)
    run.store = lambda username, secret: desktop.store(SERVER, username, secret, program)
    return run


def test_a_login_is_the_same_for_all_libraries(libraries):
    libraries.store("developer", "password one")
    answer = libraries()
    assert answer["docker-credential-helpers"] == got(username="developer", secret="password one")
    assert answer["docker/cli"] == answer["go-containerregistry"] == answer["oras-go"] == answer["docker-credential-helpers"]
    assert answer["docker-credential-helpers, list"] == {SERVER: "developer"}


def test_an_identity_token_is_recognized_by_all_libraries(libraries):
    libraries.store("<token>", "identity token one")
    answer = libraries()
    assert answer["docker-credential-helpers"] == got(username="<token>", secret="identity token one")
    assert answer["docker/cli"]["token"] == answer["go-containerregistry"]["token"] == answer["oras-go"]["token"] == "identity token one"


def test_a_missing_login_is_an_error_only_for_the_library_that_reports_not_found(libraries):
    answer = libraries()
    assert answer["docker-credential-helpers"] == got(error=NOT_FOUND, kind="not found")
    assert answer["docker/cli"] == answer["oras-go"] == NOTHING and answer["go-containerregistry"] == "anonymous"
    assert answer["docker-credential-helpers, list"] == {}


@pytest.mark.parametrize("what", WITHOUT)
def test_an_incomplete_request_has_the_error_of_the_protocol(libraries, what):
    said = libraries()[f"docker-credential-helpers, {what}"]
    assert said["kind"] == "other" and said["error"].endswith(WITHOUT[what]), said


@pytest.fixture
def of_ours(home, cloud):
    return Client(home, cloud, needed("libraries"), "acr")


def test_an_azure_registry_has_a_login_for_all_libraries(of_ours, cloud):
    of_ours.helper.secrets_in = lambda text: []  # the results are printed
    seen = of_ours.must("everyone.azurecr.io", env=cloud.environment(APP))
    answer = json.loads(seen.out)
    first = answer["docker-credential-helpers"]
    assert first["username"] == "00000000-0000-0000-0000-000000000000" and first["secret"].startswith("eyJ") and not first["error"]
    assert answer["docker/cli"] == answer["go-containerregistry"] == answer["oras-go"] == first
    assert seen.exchanges == 1, "the second, third and fourth were not served by the cache"


def test_a_denial_is_an_error_for_all_libraries_and_never_not_found(of_ours, cloud):
    answer = json.loads(of_ours.must("everyone.azurecr.io", env={**cloud.environment(APP), "AZURE_CLIENT_SECRET": "not-the-secret"}).out)
    for library in ("docker-credential-helpers", "docker/cli", "go-containerregistry", "oras-go"):
        assert isinstance(answer[library], dict) and answer[library]["kind"] == "other" and not answer[library]["secret"], answer
        assert "client secret" in answer[library]["error"], answer[library]


def test_the_library_versions_are_reported(figures):
    ran = subprocess.run([needed("libraries"), "versions"], check=True, capture_output=True, text=True).stdout.split("\n")
    assert len(ran) == 5
    figures(", ".join(ran[:-1]))
