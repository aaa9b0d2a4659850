# SPDX-License-Identifier: Apache-2.0
"""If no user can sign in, no remedy asks for it; if a cluster is not AKS, no remedy has a command of AKS."""
import json
import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
ROWS = re.findall(r'\bSITUATION\(\s*"([^"]+)",\s*(UNATTENDED|JOB|CLUSTER),\s*"((?:[^"\\]|\\.)*)",\s*"([^"]*)"',
                  (ROOT / "src/explain/situations.def").read_text())
DENIED = ('Error response from daemon: Head "https://contoso.azurecr.io/v2/web/manifests/1": unauthorized: '
          "authentication required, visit https://aka.ms/acr/authorization for more information.\n")
CLUSTER = ('  Warning  Failed  3s  kubelet  Failed to pull image "contoso.azurecr.io/web:1": failed to authorize: failed to fetch '
           "anonymous token: unexpected status from GET request to https://contoso.azurecr.io/oauth2/token: 401 Unauthorized\n")
INTERACTIVE = re.compile(r"az login(?!.*(--identity|--allow-no-subscriptions|--service-principal))|az logout|az account clear|docker-credential-acr login|azd auth login")


def commands(found):
    return [step["command"] for one in found for step in one["steps"]]


def words():
    return [(name, kind, word) for name, kind, marks, _ in ROWS for word in marks.split("|") if word]


def test_the_table_can_be_read():
    assert len(ROWS) >= 10 and len(words()) >= 30


def test_on_a_terminal_a_sign_in_is_suggested(explain):
    assert any(INTERACTIVE.search(command) for command in commands(explain.json({"text": DENIED})))
    assert any("az aks" in command for command in commands(explain.json({"text": CLUSTER})))


@pytest.mark.parametrize("name, kind, word", words())
def test_a_log_of_a_situation_gets_its_remedy(explain, name, kind, word):
    found = explain.json({"text": f"some line {word}\n" + (DENIED if kind != "CLUSTER" else CLUSTER)})
    assert found and found[0]["facts"]["situation"] == name
    wrong = INTERACTIVE if kind != "CLUSTER" else re.compile("az aks")
    assert not [command for command in commands(found) if wrong.search(command)]


@pytest.mark.parametrize("name, variable", [(name, names.split("|")[0]) for name, _, _, names in ROWS if names])
def test_a_process_in_a_situation_gets_its_remedy(explain, name, variable):
    told = explain.run("--json", text=DENIED, **{variable: "true"}).stdout.decode()
    assert f'"situation":"{name}"' in told and not INTERACTIVE.search(told)


def test_no_rule_suggests_a_sign_in_without_an_interactive_session(explain):
    """Every step of every rule in every situation: the command and the sentence."""
    asking = [rule["rule"] for rule in explain.rules() if INTERACTIVE.search(str(rule["steps"]))]
    assert len(set(asking)) > 20
    wrong = []
    for rule in sorted(set(asking)):
        for name, *_ in ROWS:
            found = explain.json({"facts": {"rule": rule, "situation": name, "registry": "contoso.azurecr.io", "tenant": "contoso.example"}})
            assert found and found[0]["rule"] == rule and found[0]["steps"], (rule, name)
            wrong += [f"{rule} in {name}: {step}" for step in found[0]["steps"] if INTERACTIVE.search(f"{step['say']} {step['command']}")]
    assert not wrong, "\n".join(wrong)


# ---- diagnose ----

OFFLINE = ["unshare", "--net", "--map-root-user"]


def diagnosed(program, home, **env):
    """Returns the causes that diagnose finds in a process without a network and without a sign-in."""
    ran = subprocess.run([*OFFLINE, str(program), "diagnose", "--json", "contoso.azurecr.io"], capture_output=True, text=True, timeout=120, check=False,
                         env={"HOME": str(home), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", **env})
    return {one["explanation"]["rule"]: one["explanation"] for one in json.loads(ran.stdout)["causes"]}


needs_unshare = pytest.mark.skipif(subprocess.run([*OFFLINE, "true"], capture_output=True, check=False).returncode != 0,
                                   reason="a network of its own is not to be had here")


@needs_unshare
def test_diagnose_asks_a_person_to_sign_in(program, tmp_path):
    assert INTERACTIVE.search(str(diagnosed(program, tmp_path)["not-signed-in"]["steps"]))


@needs_unshare
@pytest.mark.parametrize("name, variable", [(name, names.split("|")[0]) for name, _, _, names in ROWS if names])
def test_diagnose_gives_the_remedy_of_its_situation(explain, program, tmp_path, name, variable):
    causes = diagnosed(program, tmp_path, **{variable: "true"})
    here = explain.json({"facts": {"rule": "not-signed-in", "situation": name, "registry": "contoso.azurecr.io"}})[0]
    assert causes["not-signed-in"]["steps"] == here["steps"]
    for rule, cause in causes.items():
        assert not INTERACTIVE.search(str(cause["steps"])), rule


@needs_unshare
@pytest.mark.parametrize("job", ["", "CI", "GITHUB_ACTIONS"])
def test_a_check_that_asks_no_identity_knows_the_situation_too(program, tmp_path, job):
    """With sudo, if docker is configured only for the user: the remedy is a sign-in as root, but not in a CI job."""
    config = tmp_path / "kim/.docker/config.json"
    config.parent.mkdir(parents=True)
    config.write_text('{"credHelpers": {"contoso.azurecr.io": "acr"}}')
    users = tmp_path / "passwd"
    users.write_text(f"root:x:0:0::/root:/bin/sh\nkim:x:1000:1000::{tmp_path}/kim:/bin/sh\n")
    ran = subprocess.run([*OFFLINE, "--mount", "sh", "-c", 'mount --bind "$1" /etc/passwd && exec "$2" diagnose --json contoso.azurecr.io', "sh",
                          str(users), str(program)], capture_output=True, text=True, timeout=120, check=False,
                         env={"HOME": str(tmp_path), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "SUDO_USER": "kim", **({job: "true"} if job else {})})
    causes = {one["explanation"]["rule"]: one["explanation"] for one in json.loads(ran.stdout)["causes"]}
    assert bool(INTERACTIVE.search(str(causes["sudo-home"]["steps"]))) == (job == "")


@needs_unshare
def test_diagnose_calls_a_machine_without_a_network_offline(program, tmp_path):
    causes = diagnosed(program, tmp_path)
    assert "offline" in causes and "dns-name-not-found" not in causes


@pytest.mark.parametrize("name", [name for name, kind, *_ in ROWS if kind == "JOB"])
def test_no_remedy_starts_an_engine_on_the_machine_of_a_job(explain, name):
    word = next(words.split("|")[0] for found, _, words, _ in ROWS if found == name)
    lost = "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?\n"
    assert any("systemctl start docker" in command for command in commands(explain.json({"text": lost})))
    found = explain.json({"text": f"some line {word}\n{lost}"})
    assert found and not [command for command in commands(found) if "systemctl" in command]
