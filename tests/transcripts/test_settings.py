# SPDX-License-Identifier: Apache-2.0
"""Settings have their documented effect, or a message says that they have none."""
import json

import pytest
from client import APP

ACME, SILENT = "acme.azurecr.io", "hang.azurecr.io"


@pytest.mark.plain
@pytest.mark.parametrize("name", [SILENT, SILENT.upper()])
def test_a_timeout_of_one_registry_applies_only_to_it(helper, home, cloud, name):
    home.config(registries={name: {"timeout": "2s"}})
    answer = helper.get(SILENT, env=cloud.environment(APP))
    assert answer.status == 1 and answer.seconds < 4
    home.config(timeout="2s", registries={name: {"timeout": "5s"}})
    answer = helper.get(SILENT, env=cloud.environment(APP))
    assert answer.status == 1 and 4 < answer.seconds < 8


def of_pod():
    return json.dumps({"apiVersion": "credentialprovider.kubelet.k8s.io/v1", "kind": "CredentialProviderRequest", "image": f"{SILENT}/team/app"})


BEYOND_GET = {
    "renew": lambda helper, cloud: helper("renew", SILENT, env=cloud.environment(APP)),
    "store": lambda helper, cloud: helper.store(SILENT, "token1", "password"),
    "kubelet": lambda helper, cloud: helper("kubelet", stdin=of_pod(), env=cloud.environment(APP)),
    "login": lambda helper, cloud: helper("login", SILENT, "--insecure-storage"),
}


@pytest.mark.plain
@pytest.mark.parametrize("command", BEYOND_GET)
def test_a_timeout_of_one_registry_applies_to_every_command_that_uses_it(helper, home, cloud, command):
    """Also if it is longer than that for all registries."""
    waiting = 2 if command == "login" else 0  # until the user has entered the code
    home.config(registries={SILENT: {"timeout": "2s"}})
    answer = BEYOND_GET[command](helper, cloud)
    assert 1 < answer.seconds < 5 + waiting, answer
    home.config(timeout="2s", registries={SILENT: {"timeout": "6s"}})
    answer = BEYOND_GET[command](helper, cloud)
    assert 5 < answer.seconds < 9 + waiting, answer


@pytest.mark.plain
def test_registries_that_are_renewed_together_each_have_their_own_timeout(helper, home, cloud):
    """A registry with a longer timeout is not ended at the timeout of the others, and one with a shorter timeout is ended
    at its own."""
    slow = "delay4.azurecr.io"
    home.config(timeout="1s", registries={slow: {"timeout": "20s"}})
    answer = helper("renew", SILENT, slow, env=cloud.environment(APP))
    rows = dict(line.split(None, 1) for line in answer.out.splitlines() if ".azurecr.io" in line)
    assert rows[slow].startswith("renewed") and rows[SILENT].startswith("failed"), answer


@pytest.mark.parametrize("settings", [{"timeout": 0}, {"timeout": "0s"}, {"registries": {ACME: {"timeout": 0}}}])
def test_a_timeout_of_zero_is_ignored_with_a_warning(helper, home, cloud, settings):
    home.config(**settings)
    answer = helper.get(ACME, env=cloud.environment(APP))
    assert answer.status == 0 and '"timeout" is 0' in answer.err


@pytest.mark.parametrize("value", ["0", "0s", "0m"])
def test_a_timeout_of_zero_in_the_environment_is_ignored_with_a_warning(helper, cloud, value):
    answer = helper.get(ACME, env={**cloud.environment(APP), "DOCKER_CREDENTIAL_ACR_TIMEOUT": value})
    assert answer.status == 0 and 'DOCKER_CREDENTIAL_ACR_TIMEOUT: "timeout" is 0' in answer.err


@pytest.mark.parametrize("settings, name", [
    ({"hosts": "hub.example, hub2.example"}, " hub2.example"), ({"hosts": ["hub2.example:443"]}, "hub2.example:443"),
    ({"hosts": ["https://hub2.example"]}, "https://hub2.example"), ({"hosts": ["hub"]}, "hub"),
    ({"registries": {"https://acme.azurecr.io": {"username": "x"}}}, "https://acme.azurecr.io"),
    ({"registries": {"acme.azurecr.io:443": {"username": "x"}}}, "acme.azurecr.io:443"),
    ({"registries": {"acme.azurecr.io ": {}}}, "acme.azurecr.io "), ({"registries": {"acme": {"username": "x"}}}, "acme"),
    ({"registries": {"acme.azurecr.io/team": {}}}, "acme.azurecr.io/team")])
def test_a_name_that_matches_no_registry_is_a_warning(helper, home, cloud, settings, name):
    home.config(**settings)
    answer = helper.get(ACME, env=cloud.environment(APP))
    assert answer.status == 0 and f'"{name}", which matches no registry' in answer.err


def test_names_that_can_match_cause_no_warning(helper, home, cloud):
    home.config(hosts=["Hub.example", "registry.contoso.com"], registries={ACME: {}, "ACME2.azurecr.io": {"timeout": "20s"}})
    answer = helper.get(ACME, env=cloud.environment(APP))
    assert answer.status == 0 and answer.err == ""


@pytest.mark.needs("mounts")
@pytest.mark.parametrize("others, believed", [("", True), ("kim:x:1000:0::/:/bin/sh\n", False)], ids=["alone", "shared"])
def test_a_group_that_can_write_the_configuration_must_have_only_the_owner(helper, home, tmp_path, others, believed):
    """Users whose primary group it is count as well: /etc/group does not list them."""
    home.registries(contoso={}).chmod(0o660)
    users, groups = tmp_path / "passwd", tmp_path / "group"
    users.write_text("root:x:0:0::/root:/bin/sh\n" + others)
    groups.write_text("root:x:0:\n")
    answer = helper.list(prefix=["unshare", "--mount", "sh", "-ec", f'mount --bind {users} /etc/passwd\nmount --bind {groups} /etc/group\nexec "$@"', "sh"])
    if believed:
        assert answer.status == 0 and "contoso.azurecr.io" in answer.login, answer
    else:
        assert answer.status == 1 and "config.json" in answer.out and "group" in answer.out, answer


@pytest.mark.parametrize("env, asked", [({}, 1), ({"AZURE_TOKEN_CREDENTIALS": "AzureCliCredential"}, 0), ({"AZURE_TOKEN_CREDENTIALS": "dev"}, 0),
                                        ({"AZURE_TOKEN_CREDENTIALS": "prod"}, 1), ({"DOCKER_CREDENTIAL_ACR_IDENTITY": "none"}, 0),
                                        ({"DOCKER_CREDENTIAL_ACR_IDENTITY": "azure-cli, environment"}, 1)])
def test_registries_are_discovered_with_the_identities_that_get_would_use(helper, cloud, env, asked):
    answer = helper("configure", "--discover", "--dry-run", env={**cloud.environment(APP), **env})
    assert answer.asked("entra") == asked


def check(answer, name):
    def find(node):
        if isinstance(node, dict):
            if name in (node.get("id"), node.get("check")):
                return node
            node = list(node.values())
        return next((found for item in node if (found := find(item))), None) if isinstance(node, list) else None
    return find(json.loads(answer.out))


@pytest.mark.parametrize("text, verdict, wiring", [
    ("", "ok", "problem"), (" \n", "ok", "problem"), ('{"credsstore": "acr"}', "ok", "ok"), ('{"CredsStore": "acr"}', "ok", "ok"),
    ('{"CREDHELPERS": {"acme.azurecr.io": "acr"}}', "ok", "ok"), ('{"credsStore": "acr", "credsstore": "other"}', "ok", "problem"),
    ("{", "problem", "skipped")])
def test_diagnose_parses_the_docker_config_as_docker_parses_it(helper, home, cloud, text, verdict, wiring):
    """Go's encoding/json ignores the case of keys, and docker treats an empty file as no configuration."""
    home.write(".docker/config.json", text)
    home.write("bin/docker", "#!/bin/sh\nexit 1\n", 0o755)
    env = {**cloud.environment(APP), "PATH": f"{home.folder}/bin:{home.env['PATH']}"}
    answer = helper("diagnose", ACME, "--json", env=env)
    assert check(answer, "docker-config")["verdict"] == verdict
    assert check(answer, "wiring")["verdict"] == wiring
