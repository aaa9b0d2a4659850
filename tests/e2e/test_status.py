# SPDX-License-Identifier: Apache-2.0
"""`status`: what is stored and cached, which identities would be tried and why the others would not, without a
request."""
import json
import os
import pty
import re
import socket

import pytest
from client import APP, USER

pytestmark = pytest.mark.usefixtures("no_keyring")
ACME, READER, ADMIN = "acme.azurecr.io", "reader.azurecr.io", "admin.azurecr.io"
LONG = "contoso-e7ggejfuhzhgedc8.westeurope.geo.azurecr.io"
ROWS = ["login", "environment", "certificate", "workload-identity", "github-actions", "azure-pipelines",
        "managed-identity", "azure-cli", "azd"]


@pytest.fixture
def signed_in(home, cloud):
    home.env.update(cloud.environment(APP))


def test_it_shows_the_configuration_entry_that_applies(helper, home):
    path = home.config(tenant="global.example", registries={"ac*.azurecr.io": {"tenant": "pattern.example", "timeout": "20s"},
                                                            "acme.azurecr.io": {"client_id": "by-name"}})
    seen = helper("status", "acme.eastus.geo.azurecr.io", env={"DOCKER_CREDENTIAL_ACR_TIMEOUT": "10s"})
    lines = re.sub(r"\s+", " ", seen.out)
    assert f'"tenant" is pattern.example (from the entry ac*.azurecr.io in {path})' in lines, seen.out
    assert f'"client_id" is by-name (from the entry acme.azurecr.io in {path})' in lines
    assert '"timeout" is 10s (from the environment)' in lines
    assert f'"tenant" is global.example (from {path})' in re.sub(r"\s+", " ", helper("status", "other.azurecr.io").out)
    assert "by-name" not in helper("status").out
    row = {row["key"]: row for row in status(helper, "acme.azurecr.io")["settings"]}["tenant"]
    assert row == {"key": "tenant", "value": "pattern.example", "entry": "ac*.azurecr.io", "file": str(path)}
    assert "ac*" not in helper("list").out


def status(helper, *arguments, **more):
    answer = helper("status", *arguments, "--json", **more)
    assert answer.status == 0 and answer.err == "", answer
    assert not [row for row in answer.requests], answer
    return json.loads(answer.out)


def everything(helper, home):
    """One entry of each kind."""
    home.config(keychain="file")
    for server in (ACME, READER, LONG):
        assert helper.get(server).status == 0
    assert helper.store(ADMIN, "admin", "admin-password-one").status == 0
    assert helper.logout("public.azurecr.io").status == 0
    assert helper("login", "partner.azurecr.io", "--tenant", "fabrikam.com", "--insecure-storage").status == 0


def test_on_a_new_machine_there_is_nothing_to_show(helper):
    answer = helper("status")
    assert answer.status == 0 and answer.out.startswith("Nothing is stored or cached\n") and answer.err == ""
    assert status(helper)["tokens"] == []


def test_every_kind_has_its_row(helper, home, signed_in):
    everything(helper, home)
    seen = status(helper)
    tokens = {row["registry"]: row for row in seen["tokens"]}
    assert set(tokens) == {ACME, READER, LONG, "partner.azurecr.io"}
    acme = tokens[ACME]
    assert set(acme) == {"registry", "who", "source", "expires_in", "renewed_in", "in_force", "kept_in", "renewal_failed"}
    assert acme["source"] == "environment" and APP.client_id in acme["who"] and acme["in_force"] is True
    assert 10700 < acme["expires_in"] <= 10800 and 5300 < acme["renewed_in"] < 7100
    assert acme["kept_in"] == "runtime-folder" and acme["renewal_failed"] is None
    assert tokens["partner.azurecr.io"]["source"] == "login"
    assert seen["stored_logins"] == [{"registry": ADMIN, "username": "admin"}]
    assert seen["signed_out"] == ["public.azurecr.io"]
    sign_in, = seen["sign_ins"]
    assert sign_in["registry"] == "partner.azurecr.io" and sign_in["who"] == USER.name and sign_in["kept_in"] == "file"
    assert seen["version"] == 1 and seen["registry"] is None and seen["keychain"] is None


def blocks(answer):
    """The lines below each registry."""
    found, name = {}, None
    for line in answer.out.split("\n\n")[0].splitlines():
        if line.startswith(" "):
            found[name].append(line)
        else:
            name = line
            found.setdefault(name, [])
    return {name: " ".join(" ".join(lines).split()) for name, lines in found.items()}


def test_each_registry_is_one_block_with_identity_source_and_expiry(helper, home, signed_in):
    everything(helper, home)
    answer = helper("status")
    assert all(len(line) <= 80 for line in answer.out.splitlines()) and "\033" not in answer.out
    assert answer.out.split("\n\n")[0].splitlines().count("partner.azurecr.io") == 1  # a token and a sign-in
    told = blocks(answer)
    assert set(told) == {ACME, READER, LONG, ADMIN, "public.azurecr.io", "partner.azurecr.io"}, answer
    assert re.search(rf"token of service principal {APP.client_id}, .*, from environment, expires in \w+ \w+, renews in \w+ \w+, "
                     "stored in the runtime-folder", told[ACME]), told
    assert told[ADMIN] == "stored login of admin" and "signed out: no identity is used" in told["public.azurecr.io"]
    assert "sign-in of" in told["partner.azurecr.io"] and "token of" in told["partner.azurecr.io"]


def test_the_identities_agree_with_the_stored_tokens(helper, home, signed_in):
    everything(helper, home)
    assert "(not used for public.azurecr.io, which is signed out)" in " ".join(helper("status", "public.azurecr.io").out.split())
    assert f"(not used for {ADMIN}, which has a stored login)" in " ".join(helper("status", ADMIN).out.split())
    assert "Identities in order of precedence for " + ACME in " ".join(helper("status", ACME).out.split())


def test_identities_of_other_environments_are_shown_only_when_asked(helper, home, cloud):
    short, whole = helper("status").out, helper("status", "--all").out
    assert "github-actions" not in short and "workload-identity" not in short and "azure-cli" in short and "managed-identity" in short
    count = len([line for line in whole.splitlines() if re.match("[+-] ", line)]) - len(re.findall("^[+-] ", short, re.M))
    assert f"{count} more are not set up here: --all shows them" in short and "more are not" not in whole
    assert all(re.search(f"^[+-] {name} ", whole, re.M) for name in ROWS), whole
    assert [row["identity"] for row in status(helper)["chain"]] == ROWS  # programs get all of them


def test_one_registry_is_shown_in_full(helper, home, signed_in):
    everything(helper, home)
    answer = helper("status", LONG)
    assert APP.client_id in answer.out and "Identities in order of precedence for " + LONG in answer.out
    assert READER not in answer.out and "admin" not in answer.out
    seen = status(helper, ACME)
    assert [row["registry"] for row in seen["tokens"]] == [ACME] and seen["stored_logins"] == []


def test_no_secret_is_ever_shown(helper, home, signed_in):
    everything(helper, home)
    secret = helper.get(ACME).secret
    for answer in (helper("status"), helper("status", "--json"), helper("status", ACME)):
        assert not helper.secrets_in(answer.out + answer.err) and secret not in answer.out


def test_the_chain_says_of_each_identity_what_it_would_do(helper, home, cloud):
    seen = status(helper)["chain"]
    assert [row["identity"] for row in seen] == ROWS
    states = {row["identity"]: row["state"] for row in seen}
    assert {states[name] for name in ROWS} - {"absent"} == {"asks"}  # this may be an Azure machine
    assert all(row["why"] for row in seen)
    home.env.update(cloud.environment(APP))
    assert helper("login", "--insecure-storage").status == 0
    home.write(".azure/azureProfile.json", "{broken")
    chain = {row["identity"]: row for row in status(helper)["chain"]}
    assert chain["login"]["state"] == "ready" and USER.name in chain["login"]["why"]
    assert chain["environment"] == {"identity": "environment", "state": "asks",
                                    "why": "would request a token from login.microsoftonline.com", "id": "prospect-asks"}
    assert chain["azure-cli"]["state"] == "unavailable"


def test_identities_that_the_config_excludes_are_shown_for_that_registry(helper, home):
    home.registries(acme={"identity": ["azure-cli", "managed-identity"]})
    chain = status(helper, ACME)["chain"]
    assert [row["identity"] for row in chain[:2]] == ["azure-cli", "managed-identity"]
    assert {row["state"] for row in chain[2:]} == {"left-out"} and "config" in chain[2]["why"]
    assert "left-out" not in {row["state"] for row in status(helper, READER)["chain"]}


def test_a_config_with_an_unknown_identity_is_reported_and_the_rest_is_shown(helper, home, signed_in):
    helper.get(ACME)
    home.config(identity="azure-cil")
    seen = status(helper)
    assert "azure-cil" in seen["chain_error"] and seen["chain"] == []
    assert re.fullmatch("[a-z-]+", seen["chain_error_id"]) and "azure-cil" in helper("status").out


def test_each_reason_has_its_id_in_every_language(helper):
    english, french = (status(helper, env={"LANGUAGE": language}) for language in ("", "fr"))
    assert english == french  # output for programs is not translated
    assert all(re.fullmatch("[a-z-]+", row["id"]) for row in english["chain"]), english


def test_a_token_of_another_identity_is_shown_as_unused(helper, cloud):
    assert helper.get(ACME, env=cloud.environment(APP)).status == 0
    token, = status(helper)["tokens"]
    assert token["in_force"] is False
    assert "not used: another identity is in use" in blocks(helper("status"))[ACME]


def test_no_process_is_started_for_the_chain(helper, home, cloud):
    tool = home.write("bin/az", f"#!/bin/sh\ntouch {home.folder}/ran\n", 0o755)
    home.write(".azure/azureProfile.json", json.dumps({"subscriptions": [{
        "id": "s", "isDefault": True, "tenantId": APP.tenant_id, "environmentName": "AzureCloud",
        "user": {"name": USER.name, "type": "user"}}]}))
    chain = {row["identity"]: row for row in status(helper, env={"PATH": f"{tool.parent}:{home.env['PATH']}"})["chain"]}
    assert chain["azure-cli"] == {"identity": "azure-cli", "state": "asks", "why": f"would run {tool}", "id": "prospect-runs"}
    assert not (home.folder / "ran").exists()


def test_status_does_not_mark_a_possible_azure_machine_as_another(helper, home):
    """If status recorded that there is no metadata service, that would be used for five minutes."""
    status(helper)
    assert helper.get(ACME).asked("imds") == 1


def test_an_unreachable_keyring_is_reported_and_everything_else_is_shown(helper, home, signed_in):
    helper.get(ACME)
    path = home.folder / "silent"
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(path))
        silent.listen()
        answer = helper("status", env={"DBUS_SESSION_BUS_ADDRESS": f"unix:path={path}"})
    assert answer.status == 0 and answer.seconds < 4
    assert ACME in answer.out and "Stored logins are not shown" in answer.out


def on_a_terminal(home, env):
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(str(home.program), ["docker-credential-acr", "status"], {**home.env, **env})
    seen = b""
    while True:
        try:
            more = os.read(terminal, 4096)
        except OSError:
            more = b""
        if not more:
            break
        seen += more
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    return seen


def test_color_is_used_only_on_terminals_and_no_color_is_respected(home, cloud):
    assert b"\033[1m" in on_a_terminal(home, {"TERM": "xterm"})
    assert b"\033" not in on_a_terminal(home, {"TERM": "xterm", "NO_COLOR": "1"})
    assert b"\033" not in on_a_terminal(home, {"TERM": "dumb"})


def test_an_argument_that_is_not_an_azure_registry_is_wrong_usage(helper):
    answer = helper("status", "ghcr.io")
    assert answer.status == 2 and answer.out == ""
