# SPDX-License-Identifier: Apache-2.0
"""What the program never reads, sends, shows or starts, and who never gets a token."""
import fcntl
import os
import shutil
import subprocess
import time

import pytest
from client import APP
from homes import give_away

ACME = "acme.azurecr.io"
GENUINE = "login.microsoftonline.com"


@pytest.fixture
def signed_in(cloud):
    return cloud.environment(APP)


def test_the_netrc_file_of_the_user_is_never_sent(helper, home, signed_in):
    """The log of the stand-in cloud has the headers that a service received."""
    logins = "".join(f"{whom} login netrc-person password canary-of-netrc\n"
                     for whom in (f"machine {ACME}", f"machine {GENUINE}", "default"))
    home.write(".netrc", logins)
    home.write("_netrc", logins)
    home.canaries.add("canary-of-netrc")
    answer = helper.get(ACME, env=signed_in)
    assert answer.status == 0 and answer.exchanges == 1, answer
    assert not [row for row in answer.requests if "authorization" in row.get("headers", {})], answer.requests


@pytest.mark.parametrize("variable", ["AZURE_CLIENT_SECRET", "AZURE_CLIENT_ID", "AZURE_TENANT_ID"])
def test_a_line_end_in_a_variable_adds_no_second_header(helper, signed_in, variable):
    answer = helper.get(ACME, env={**signed_in, variable: signed_in[variable] + "\r\nX-Injected: yes"})
    assert answer.status == 1, answer
    assert not [row for row in answer.requests if "x-injected" in row.get("headers", {})], answer.requests


@pytest.mark.parametrize("value", ["secret\r\nX-Injected: yes", "secret\nX-Injected: yes"], ids=["crlf", "lf"])
def test_a_line_end_in_a_secret_header_is_an_error_before_a_request_is_sent(helper, value):
    answer = helper.get(ACME, env={"IDENTITY_ENDPOINT": "http://127.0.0.1:9/token", "IDENTITY_HEADER": value,
                                   "AZURE_TOKEN_CREDENTIALS": "ManagedIdentityCredential"})
    assert answer.status == 1 and "control character" in answer.out + answer.err, answer


@pytest.mark.parametrize("password", ["p@ss/word", "pass/canary@word", "p:ss?canary#word", "p ss%canary", "canary@", "p@ss@canary"])
@pytest.mark.parametrize("variable", ["https_proxy", "HTTPS_PROXY", "all_proxy"])
def test_no_part_of_a_proxy_password_is_shown(helper, signed_in, variable, password):
    """The messages of libcurl do not show it either, although they quote what they cannot parse."""
    for command in (("get",), ("diagnose", ACME))[:1 + (variable == "https_proxy")]:
        answer = helper(*command, stdin=ACME, env={
            **signed_in, variable: f"http://user:{password}@127.0.0.1:9", "DOCKER_CREDENTIAL_ACR_LOG": "debug",
            "DOCKER_CREDENTIAL_ACR_TIMEOUT": "2s"})
        shown = answer.out + answer.err
        pieces = ("p@ss", "ss/word", "@word", "canary", "ss%", "p:ss", "p ss", "user:", "ss@")
        assert not [piece for piece in pieces if piece in shown], answer


def test_a_store_waits_for_another_store_of_the_same_registry(helper, home):
    """Two at once could leave the decision of one and the login of the other. The test acts as the other one: it holds the
    lock."""
    home.config(keychain="file", verify_on_store=False)
    folder = home.runtime / "docker-credential-acr"
    folder.mkdir(mode=0o700)
    lock = os.open(folder / f"lock_{ACME}", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    store = helper.start("store")
    store.stdin.write(b'{"ServerURL": "%s", "Username": "person", "Secret": "first-password"}\n' % ACME.encode())
    store.stdin.close()
    time.sleep(1)
    before = [path for path in home.files() if "/logins/" in path or "/registries/" in path]
    waited = store.poll() is None
    os.close(lock)
    assert store.wait(20) == 0
    assert waited and not before
    assert helper.get(ACME).login["Username"] == "person"


@pytest.mark.plain
def test_a_program_that_is_set_uid_does_nothing(helper, home, tmp_path):
    program = tmp_path / "helper"
    shutil.copy(home.program, program)
    give_away(program)
    program.chmod(0o4755)
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == 0 and folder != folder.parent and str(folder).startswith("/tmp/"):
            folder.chmod(0o755)
    ran = subprocess.run([program, "version"], capture_output=True, env=home.env, check=False)
    assert ran.returncode == 1 and ran.stdout == b"" and ran.stderr == b"", ran
    program.chmod(0o755)
    assert subprocess.run([program, "version"], capture_output=True, env=home.env, check=False).returncode == 0
