# SPDX-License-Identifier: Apache-2.0
"""Passes every command of every remedy to the program that it is for, and checks what no remedy may do.

The programs run without a network, in a separate home directory, so that they can only parse their arguments. az is checked by
its own parser with ACR_LONG=1 (az_parser.py).
"""
import json
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
OFFLINE = ["unshare", "--net", "--map-root-user"]
# Values for facts that are not known, if a program checks their form.
STAND_INS = {"registry": "contoso.azurecr.io", "near_miss": "contoso.azurecr.io", "repository": "team/app", "name": "contoso",
             "tenant": "contoso.example", "address": "10.0.0.4", "client_ip": "203.0.113.7", "client_id": "11111111-2222-3333-4444-555555555555",
             "user": "kim", "role": "AcrPull", "assignee": "kim@contoso.example", "issuer": "https://issuer.example", "subject": "repo:contoso/app:ref:refs/heads/main",
             "scope": "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/contoso", "server": "contoso",
             "cloud": "AzureCloud", "authority": "login.microsoftonline.com", "file": "/usr/bin/file", "host": "contoso"}
PROGRAMS = ("docker-credential-acr", "docker", "podman", "kubectl", "helm", "az")
WRONG = {  # messages of programs about invalid arguments
    "docker": r"unknown flag|unknown shorthand|unknown command|is not a docker command|requires (?:exactly|at least|at most)|accepts at most|invalid reference format|See 'docker|flag needs an argument",
    "podman": r"unknown flag|unknown shorthand|unrecognized command|unknown command|accepts|requires|flag needs an argument|invalid reference format",
    "kubectl": r"unknown flag|unknown shorthand|unknown command|must specify|exactly one NAME|required flag|flag needs an argument|error: unexpected",
    "helm": r"unknown flag|unknown shorthand|unknown command|requires|accepts|flag needs an argument",
}


def filled(command):
    command = re.sub(r"\{--([a-z_]+)\}", lambda m: f"--{m[1]} {STAND_INS[m[1]]}", command)
    return re.sub(r"\{([a-z_]+)\}", lambda m: STAND_INS[m[1]], command)


def simple_commands(line):
    """Returns the commands of a shell line, each as its words: of a pipeline, of a list, of $( ) and after NAME=value."""
    for inner in re.findall(r"\$\(([^()]*)\)", line):
        yield from simple_commands(inner)
    line = re.sub(r"\$\([^()]*\)", "VALUE", line)
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;<>")
    lexer.whitespace_split = True
    words = []
    for word in [*lexer, ";"]:
        if word and set(word) <= set("|&;"):
            yield words
            words = []
        else:
            words.append(word)


def strip(words):
    """Removes redirections, assignments and a leading sudo."""
    kept = []
    for at, word in enumerate(words):
        redirected = at > 0 and set(words[at - 1]) <= set("<>")
        if not set(word) <= set("<>") and not redirected:
            kept.append(word)
    while kept and (re.fullmatch(r"[A-Z_a-z]+=.*", kept[0]) or kept[0] in ("sudo", "time", "export", "read")):
        kept.pop(0)
    return kept


def commands(explain, program):
    """Yields (rule, words) of every command of `program` in every remedy."""
    for rule in explain.rules():
        for step in rule["steps"]:
            if not any(name in step["command"] for name in PROGRAMS):
                continue
            for words in simple_commands(filled(step["command"]).replace("\\\n", " ").replace("\n", " ; ") if "'{" not in step["command"]
                                         else filled(step["command"]).replace("\n", " ")):
                words = strip(words)
                if words and words[0] == program:
                    yield rule["rule"], words


def offline(words, home, **env):
    return subprocess.run([*OFFLINE, *words], capture_output=True, text=True, timeout=60, check=False, stdin=subprocess.DEVNULL,
                          env={"HOME": str(home), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", **env})


def can_unshare():
    return subprocess.run([*OFFLINE, "true"], capture_output=True, check=False).returncode == 0


def understands(explain, program, path, home, judge, **env):
    seen, wrong = set(), []
    for rule, words in commands(explain, program):
        if tuple(words) in seen:
            continue
        seen.add(tuple(words))
        if words[1:2] == ["buildx"] and offline([path, "buildx", "version"], home).returncode:
            continue
        ran = offline([path, *words[1:]], home, **env)
        if judge(ran):
            wrong.append(f"{rule}: {' '.join(words)}\n{ran.stderr.strip()[:300]}")
    assert seen, f"no remedy names {program}"
    assert not wrong, "\n".join(wrong)


pytestmark = pytest.mark.skipif(not can_unshare(), reason="a network of its own is not to be had here")


def test_every_command_of_ours_in_a_remedy_is_valid_usage(explain, program, tmp_path):
    def usage(ran):
        return ran.returncode == 2 or "--help)" in ran.stderr or "unknown action" in ran.stdout
    understands(explain, "docker-credential-acr", str(program), tmp_path, usage, DOCKER_CREDENTIAL_ACR_KEYCHAIN="file",
                DOCKER_CREDENTIAL_ACR_TIMEOUT="1s")


@pytest.mark.parametrize("client", ["docker", "podman", "kubectl", "helm"])
def test_every_command_of_a_client_in_a_remedy_is_understood_by_it(explain, client, tmp_path):
    path = shutil.which(client)
    if not path:
        pytest.skip(f"no {client}")
    understands(explain, client, path, tmp_path, lambda ran: re.search(WRONG[client], ran.stderr + ran.stdout),
                DOCKER_HOST="unix:///nonexistent.sock", DOCKER_CONFIG=str(tmp_path), KUBECONFIG="/nonexistent", HELM_CACHE_HOME=str(tmp_path))


@pytest.mark.skipif(not os.environ.get("ACR_LONG"), reason="long: ACR_LONG=1")
def test_every_az_command_in_a_remedy_is_accepted_by_the_parser_of_az(explain, tmp_path):
    path = shutil.which("az") or pytest.skip("no az")
    lines = sorted({shlex.join(words[1:]) for _, words in commands(explain, "az")})
    newer = [line.split(";")[0] for line in (HERE / "newer-az.txt").read_text().splitlines() if line and not line.startswith("#")]
    version = subprocess.run([path, "version", "--output", "tsv", "--query", '"azure-cli"'], capture_output=True, text=True, check=True,
                             env={**os.environ, "AZURE_CONFIG_DIR": str(tmp_path)}).stdout
    known = [line for line in lines if version >= "2.91" or not any(is_newer(line, one) for one in newer)]
    ran = subprocess.run([*OFFLINE, "/usr/bin/python3", str(HERE / "az_parser.py"), path], input="\n".join(known), text=True, capture_output=True,
                         timeout=600, check=False, env={"HOME": str(tmp_path), "AZURE_CONFIG_DIR": str(tmp_path), "PATH": os.environ["PATH"]})
    assert ran.returncode == 0 and ran.stdout.count("\n") == 0, ran.stdout + ran.stderr
    assert len(known) > 50


def is_newer(line, one):
    words = [word for word in one.split() if not word.startswith("-")]
    return line.split()[:len(words)] == words and all(word in line.split() for word in one.split() if word.startswith("-"))


# ---- what no remedy may do ----

FORBIDDEN = {
    r"create-for-rbac": "an application of that name loses its passwords",
    r"chmod (?:-R )?(?:0?777|a\+rw)": "opens a file to everybody",
    r"/24\b": "allows addresses of others",
    r"--admin-enabled true": "switches one password for everybody on",
    r"authentication-as-arm update": "undoes a hardening of the registry",
    r"--data-endpoint-enabled true": "switches every client of the registry over",
    r"appRoleAssignmentRequired=false|accountEnabled=true": "undoes what an administrator decided",
    r"admin-consent": "grants all that an application asks for",
    r"--write-enabled true|--delete-enabled true": "removes a lock that protects released images",
    r"snap remove|docker (?:system|volume) prune|docker volume rm": "deletes images and volumes",
    r"\bsudo rm\b|\brm -rf\b|apt-get remove": "removes what others may need",
    r"--preserve-env=": "gives root's programs files of a person",
    r"\b(?:NO_PROXY|no_proxy)=(?![\"']?\$)": "overwrites the proxy's exceptions",
    r"az config set": "a lasting setting for every registry",
    r"--anonymous-pull-enabled true|--public-network-enabled true|--default-action Allow": "opens the registry",
    r"--allow-insecure|--insecure\b|--tls-verify=false|curl [^|]*(?:-k\b|--insecure)|insecure-registries": "switches certificate checks off",
    r"curl [^|\n]*\| *(?:sudo )?(?:ba)?sh": "runs what a server sends",
    r"<<<|\btype -a\b": "works in bash only",
    r"az vm identity assign(?!.*--identities)": "changes the identity of every program of the machine",
    r"az config": "a lasting setting",
}
SECRET = {  # prints a secret, unless the output goes into a variable or a program
    r"--expose-token": r"=\$\([^)]*--expose-token",
    r"az acr credential show": r"az acr credential show[^\n]*\| docker login [^\n]*--password-stdin",
    r"az acr token credential generate": r"credential generate[^\n]*\| docker login [^\n]*--password-stdin",
    r"az ad app credential reset(?![^\n]*--cert)": r"=\$\(az ad app credential reset",
    r"printenv|\becho \"?\$\w*(?:PASSWORD|SECRET|TOKEN)|\bcat [^\n]*(?:config|auth)\.json": r"(?!)",
    r"--password[ =]|--docker-password| -p ": r"(?!)",
}


def lines_of(explain):
    for rule in explain.rules():
        for step in rule["steps"]:
            yield rule["rule"], step["command"]


def test_no_remedy_is_destructive(explain):
    found = [f"{rule}: {why}: {command}" for rule, command in lines_of(explain) for words, why in FORBIDDEN.items() if re.search(words, command)]
    assert not found, "\n".join(found)


def test_no_remedy_prints_a_secret_on_a_screen_or_into_a_log(explain):
    found = [f"{rule}: {command}" for rule, command in lines_of(explain) for words, hidden in SECRET.items()
             if re.search(words, command) and not re.search(hidden, command)]
    assert not found, "\n".join(found)


def test_every_remedy_with_a_role_names_who_can_assign_it(explain):
    """Assigning a role needs a permission that an identity without a role does not have."""
    for rule in explain.rules():
        told = " ".join(step["say"] + " " for step in rule["steps"]) + rule["why"]
        if "az role assignment create" in " ".join(step["command"] for step in rule["steps"]):
            assert re.search(r"Owner|User Access Administrator", told) or "administrator" in told, rule["rule"]


def test_a_new_role_for_a_managed_identity_needs_no_lookup_in_graph(explain):
    for rule, command in lines_of(explain):
        if "--assignee-object-id" in command:
            assert "--assignee-principal-type" in command, rule


def test_a_remedy_says_that_a_new_role_takes_time(explain):
    """A registry caches permissions for up to ten minutes; a user who tries again at once thinks that the role was wrong."""
    for rule in explain.rules():
        told = " ".join(step["say"] + " " for step in rule["steps"]) + rule["why"]
        if "az role assignment create" in " ".join(step["command"] for step in rule["steps"]):
            assert "10 minutes" in told, rule["rule"]


OBJECT = "99999999-8888-7777-6666-555555555555"


@pytest.mark.parametrize("facts, options", [
    ({"object": OBJECT, "client_id": "11111111-2222-3333-4444-555555555555"}, f"--assignee-object-id {OBJECT} --assignee-principal-type ServicePrincipal"),
    ({"object": OBJECT, "user": "kim@contoso.example"}, f"--assignee-object-id {OBJECT} --assignee-principal-type User"),
    ({"user": "kim@contoso.example"}, "--assignee kim@contoso.example"),
    ({}, "--assignee-object-id OBJECT-ID --assignee-principal-type ServicePrincipal"),
])
def test_a_role_is_assigned_by_the_object_id_where_it_is_known(explain, facts, options):
    """With a name, az calls Microsoft Graph, which denies access to many users who can assign roles."""
    commands = [line for one in explain.json({"facts": {"rule": "no-role", "registry": "contoso.azurecr.io", **facts}})
                for step in one["steps"] for line in step["command"].splitlines()]
    assert any(f"az role assignment create {options} --role" in line for line in commands), commands


def test_if_the_text_has_the_object_id_no_lookup_in_graph_is_needed(explain):
    text = (f"(AuthorizationFailed) The client 'kim@contoso.example' with object id '{OBJECT}' does not have authorization to perform action "
            "'Microsoft.ContainerRegistry/registries/read' over scope '/subscriptions/s/resourceGroups/g/providers/"
            "Microsoft.ContainerRegistry/registries/contoso' or the scope is invalid.")
    found = explain.json({"text": text})
    assert f"--assignee-object-id {OBJECT} --assignee-principal-type User" in json.dumps(found)


def test_a_step_that_inspects_changes_nothing(explain):
    """A block that shows and changes something is pasted as a whole, and so changes something."""
    looks = r"^az [a-z -]*\b(?:show|list|show-usage) --"
    changes = r"^az (?!account )[a-z -]*\b(?:update|delete|add|remove|reset|set) --"
    for rule, command in lines_of(explain):
        plain = re.sub(r"\$\([^()]*\)", "", command)
        assert not (re.search(looks, plain, re.M) and re.search(changes, plain, re.M)), f"{rule}: {command}"
