# SPDX-License-Identifier: Apache-2.0
"""Text from outside cannot control a terminal: from services, files, variables, arguments, annotations, pipes."""
import json
import os
import pty
import re
import subprocess
from pathlib import Path

import pytest
from client import APP

ACME = "acme.azurecr.io"
HOSTILE = "\x1b]0;title\x07\x1b[2J\u009b2J\u202e\u2066\r"
STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
KUBELET = {"kind": "CredentialProviderRequest", "apiVersion": "credentialprovider.kubelet.k8s.io/v1", "image": f"{ACME}/app:1"}


def look(*answers):
    for answer in answers:
        for stream, text in (("stdout", answer.out), ("stderr", answer.err)):
            found = STEERING.search(text)
            assert not found, (stream, text[max(0, found.start() - 80):found.end() + 20])


def test_arguments_are_shown_without_control_characters(helper):
    bad = "x" + HOSTILE
    for arguments in ([bad], ["login", bad], ["logout", bad], ["diagnose", bad], ["renew", bad], ["configure", bad],
                      ["status", bad], ["explain", "--" + bad], ["explain", "/" + bad], ["get", "--" + bad], ["help", bad],
                      ["diagnose", "--action", bad], ["login", "--tenant", bad]):
        look(helper(*arguments))


@pytest.mark.parametrize("name", ["AZURE_AUTHORITY_HOST", "AZURE_TOKEN_CREDENTIALS", "AZURE_TENANT_ID", "AZURE_FEDERATED_TOKEN_FILE",
                                  "AZURE_CLIENT_CERTIFICATE_PATH", "DOCKER_CREDENTIAL_ACR_IDENTITY", "https_proxy", "SSL_CERT_FILE"])
def test_variables_are_shown_without_control_characters(helper, cloud, name):
    env = {**cloud.environment(APP), "DOCKER_CREDENTIAL_ACR_LOG": "debug", name: "/x" + HOSTILE}
    look(helper.get("variables.azurecr.io", env=env), helper("status", env=env), helper("diagnose", ACME, env=env))


@pytest.mark.parametrize("config", [{"tenant" + HOSTILE: "x"}, {"tenant": HOSTILE}, {"registries": {ACME + HOSTILE: 1}}, {"hosts": ["a" + HOSTILE]}])
@pytest.mark.parametrize("ascii_only", [True, False])
def test_the_configuration_is_shown_without_control_characters(helper, home, cloud, config, ascii_only):
    folder = Path(home.env["HOME"]) / ".config" / "docker-credential-acr"
    folder.mkdir(parents=True)
    text = json.dumps(config, ensure_ascii=ascii_only)
    (folder / "config.json").write_text(text)
    look(helper.get(ACME, env=cloud.environment(APP)), helper("status"), helper("diagnose", ACME))


def test_the_docker_config_is_shown_without_control_characters(helper, home):
    folder = Path(home.env["HOME"]) / ".docker"
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(json.dumps({"credsStore": "x" + HOSTILE, "credHelpers": {ACME: "y" + HOSTILE},
                                                    "auths": {"ghcr.io" + HOSTILE: {"auth": "eDp5"}}}, ensure_ascii=False))
    look(helper("diagnose", ACME), helper("diagnose", "--json", ACME), helper("configure", "--dry-run", ACME),
         helper("configure", "--dry-run", "--replace", ACME))
    report = home.folder / "report"
    helper("diagnose", "--report", str(report), ACME)
    assert report.exists() and not STEERING.search(report.read_text())


def test_annotations_and_images_are_shown_without_control_characters(helper):
    for change in ({"apiVersion": "x" + HOSTILE}, {"image": f"{ACME}/{HOSTILE}"}, {"kind": HOSTILE},
                   {"serviceAccountToken": "x", "serviceAccountAnnotations": {"kubernetes.azure.com/acr-client-id": "c" + HOSTILE,
                                                                              "kubernetes.azure.com/acr-tenant-id": "t" + HOSTILE}}):
        look(helper("kubelet", stdin=json.dumps({**KUBELET, **change})))


def test_services_are_quoted_without_control_characters(helper, cloud):
    cloud.fault("error", service="acr", status=403, body=json.dumps({"errors": [{"code": "DENIED", "message": "no " + HOSTILE}]}))
    look(helper.get("quoted.azurecr.io", env={**cloud.environment(APP), "DOCKER_CREDENTIAL_ACR_LOG": "debug"}))


def test_a_list_of_logins_keeps_its_text_and_escapes_control_characters(helper):
    server, user = "ghcr.io/\u009b2J\u202e", "u\x1b[2J\u009b"
    stored = helper("store", stdin=json.dumps({"ServerURL": server, "Username": user, "Secret": "s\x1b\u202e"}))
    assert stored.status == 0, stored
    listed, got = helper("list"), helper("get", stdin=server)
    look(stored, listed, got, helper("status"))
    assert json.loads(listed.out)[server] == user
    assert json.loads(got.out) == {"ServerURL": server, "Username": user, "Secret": "s\x1b\u202e"}


def test_explain_passes_through_only_text_and_colors(helper):
    text = f"\x1b[31munauthorized\x1b[0m: {ACME}/app{HOSTILE.replace(chr(13), '')} authentication required gar\u00e7on\r\n"
    answer = helper("explain", stdin=text)
    assert "\x1b[31munauthorized\x1b[0m" in answer.out and "gar\u00e7on\r\n" in answer.out
    assert not STEERING.search(answer.out.replace("\x1b[31m", "").replace("\x1b[0m", "").replace("\r\n", "\n"))


def test_on_a_terminal_only_colors_of_the_helper_are_printed(home, program, cloud):
    """The same pages, on a terminal with colors."""
    folder = Path(home.env["HOME"]) / ".docker"
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(json.dumps({"credsStore": "x" + HOSTILE, "credHelpers": {ACME: "y" + HOSTILE}}))
    ours, theirs = pty.openpty()
    process = subprocess.Popen([program, "diagnose", ACME + HOSTILE], env={**home.env, "TERM": "xterm"}, stdin=subprocess.DEVNULL,
                               stdout=theirs, stderr=subprocess.DEVNULL)
    os.close(theirs)
    shown = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:
            break
        if not piece:
            break
        shown += piece
    process.wait()
    os.close(ours)
    text = shown.decode().replace("\r\n", "\n")
    assert "\x1b[1m" in text
    found = STEERING.search(re.sub("\x1b\\[[0-9;]*m", "", text))
    assert not found, text[max(0, found.start() - 80):found.end() + 20]
