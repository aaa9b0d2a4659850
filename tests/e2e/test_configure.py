# SPDX-License-Identifier: Apache-2.0
"""docker, podman, skopeo and buildah use the configuration that `configure` writes."""
import json
import os
import time

import pytest
from client import APP
from clients import Client

ACME, ADMIN = "acme.azurecr.io", "admin.azurecr.io"


@pytest.fixture
def fresh(home):
    """Nothing is configured, and docker's configuration is not where podman would find it."""
    (home.folder / ".docker/config.json").unlink()
    storage = home.write("storage.conf", "[storage]\ndriver = \"vfs\"\n"
                         f"graphroot = \"{home.folder}/storage\"\nrunroot = \"{home.runtime}/containers\"\n")
    home.env.update(CONTAINERS_STORAGE_CONF=str(storage), TMPDIR=str(home.folder),
                    CONTAINERS_CONF=str(home.write("containers.conf", "[engine]\nlock_type = \"file\"\n")))
    return home


def refused(seen):
    """Denied by the registry; or a docker without any configuration tries a keyring that does not exist."""
    if "Cannot autolaunch D-Bus" in seen.text:
        return seen.status != 0
    return seen.status != 0 and ("unauthorized" in seen.text.lower() or "authentication required" in seen.text)


def test_docker_pushes_and_pulls_after_configure_and_not_after_undo(helper, fresh, docker, signed_in, published,
                                                                                   image):
    assert refused(docker("pull", published))
    made = helper("configure", ACME)
    assert made.status == 0 and f"{ACME} issued a login to service principal" in made.out, made
    docker.must("pull", published)
    docker.must("tag", published, image)
    docker.must("push", image)
    docker.must("rmi", image)
    assert helper("configure", "--undo").status == 0
    assert refused(docker("pull", published))


def test_docker_build_works_with_what_creds_store_sets(helper, fresh, docker, signed_in, published):
    fresh.registries(acme={})
    assert helper("configure", "--creds-store", "--no-check").status == 0
    fresh.write("context/Dockerfile", f"FROM {published}\nLABEL a=b\n")
    docker.must("build", "-q", "--no-cache", str(fresh.folder / "context"), env={"DOCKER_BUILDKIT": "0"})


def test_docker_login_and_undo_do_not_affect_each_other(helper, fresh, docker, signed_in, published):
    helper("configure", ACME, "--no-check")
    docker.must("login", ACME)
    assert helper("configure", "--undo").status == 0
    text = (fresh.folder / ".docker/config.json").read_text()
    assert "credHelpers" not in text and "auths" in text


def test_docker_keeps_its_logins_through_configure_and_undo(helper, fresh, docker, cloud, published):
    """Without an identity, docker pushes and pulls with the login in its own file, wherever that file is."""
    cloud.fault("reset", service="imds", at="connect")
    fresh.config(keychain="file")
    image = f"{ADMIN}/team/there-and-back:1"
    fresh.docker_config({"auths": {"old.example": {"auth": "bWU6cHc="}}})  # without any, docker chooses a helper itself
    docker.must("login", "-u", "admin", "--password-stdin", ADMIN, stdin="admin-password-one")
    before = json.loads((fresh.folder / ".docker/config.json").read_text())
    assert before["auths"][ADMIN]["auth"]
    made = helper("configure", "--creds-store", "--with-logins", "--insecure-storage", "--no-check")
    assert made.status == 0 and f"moved the login for {ADMIN}" in made.out, made
    assert json.loads((fresh.folder / ".docker/config.json").read_text())["auths"] == {ADMIN: {}, "old.example": {}}
    docker.must("tag", published, image)
    docker.must("push", image)
    time.sleep(1.1)
    docker.must("login", "-u", "me", "--password-stdin", "registry.example", stdin="some-password")
    undone = helper("configure", "--undo")
    assert undone.status == 0 and "registry.example stays in a file" in undone.out, undone
    after = json.loads((fresh.folder / ".docker/config.json").read_text())
    assert {key: after["auths"][key] for key in before["auths"]} == before["auths"] and "credsStore" not in after
    docker.must("rmi", image)
    docker.must("pull", image)


@pytest.mark.parametrize("name, arguments", [("skopeo", ["inspect"]), ("podman", ["pull", "-q"]), ("buildah", ["pull", "-q", "--policy", "always"])])
@pytest.mark.parametrize("how", [[ACME, "--podman"], ["--containers-registries"]], ids=["auth.json", "registries.conf"])
def test_podman_buildah_and_skopeo_use_the_helper(helper, fresh, cloud, signed_in, published, name, arguments, how):
    del fresh.env["DOCKER_CONFIG"]  # podman would look only there
    client = Client(fresh, cloud, name)
    target = f"docker://{published}" if name == "skopeo" else published
    assert refused(client(*arguments, target))
    assert helper("configure", "--no-check", *how).status == 0
    (fresh.folder / ".docker/config.json").unlink(missing_ok=True)  # podman reads that file too, but must not need it
    client.must(*arguments, target)
    assert helper("configure", "--undo").status == 0
    assert refused(client(*arguments, target))


def own_config(home):
    return home.folder / ".config/docker-credential-acr/config.json"


def test_a_self_hosted_ci_server_is_written_to_the_configuration_and_removed_by_undo(helper, fresh, cloud):
    server = "github.contoso.com"
    job = {**cloud.github_environment(), "ACTIONS_ID_TOKEN_REQUEST_URL": f"https://{server}/t",
           "DOCKER_CREDENTIAL_ACR_IDENTITY": "github-actions"}
    told = helper.get(ACME, env=job)
    assert told.status == 1 and f"configure --ci-host {server}" in " ".join(told.err.split()), told
    assert f'{{"ci_hosts":"{server}"}}' in told.err and "/docker-credential-acr/config.json" in told.err
    for host, value in ((server, server), (server, server), ("tfs.contoso.com", f"{server},tfs.contoso.com")):
        assert helper("configure", "--ci-host", host).status == 0
        assert f'"ci_hosts": "{value}"' in own_config(fresh).read_text()
    assert helper("configure", "--undo", "--ci-host", server).status == 0
    assert not own_config(fresh).exists()


def test_a_list_of_ci_servers_and_an_invalid_name_are_not_changed(helper, fresh):
    fresh.config(ci_hosts=["github.contoso.com"])
    before = own_config(fresh).read_text()
    assert helper("configure", "--ci-host", "tfs.contoso.com").status == 1
    for wrong in ("https://tfs.contoso.com", "*.contoso.com", "a,b", "x:8080", ""):
        assert helper("configure", "--ci-host", wrong).status != 0
    assert own_config(fresh).read_text() == before


def test_systemctl_gets_no_secret_of_a_job(helper, home, cloud):
    home.write("run/systemd/private", "")
    home.write(".config/systemd/user/docker-credential-acr-renew.timer", "[Timer]\n")
    home.write("bin/systemctl", f"#!/bin/sh\nenv >{home.folder}/systemctl\n", mode=0o755)
    secrets = {"AZURE_FEDERATED_TOKEN": cloud.federated_token(), "CIRCLE_OIDC_TOKEN_V2": "secret-of-circle", **cloud.environment(APP)}
    done = helper("configure", "--timer", "--no-check", env={**secrets, "PATH": f"{home.folder}/bin:{os.environ['PATH']}",
                                                             "XDG_RUNTIME_DIR": f"{home.folder}/run"})
    shown = (home.folder / "systemctl").read_text()
    assert done.status == 0 and f"XDG_RUNTIME_DIR={home.folder}/run" in shown, (done, shown)
    for secret in secrets:
        assert secret not in shown


OWN = ".config/docker-credential-acr/config.json"


@pytest.mark.parametrize("before", [None, "{}", '{\n  "timeout": "20s"\n}\n',
                                    '{"registries":{"other.azurecr.io":{"tenant":"x"}}}',
                                    '{\n    "registries": {\n        "acme.azurecr.io": {\n            "tenant": "y.example"\n        }\n    }\n}\n'])
def test_the_tenant_identity_and_client_of_a_registry_are_written_and_removed_by_undo(helper, fresh, cloud, before):
    path = fresh.folder / OWN
    if before is not None:
        fresh.write(OWN, before)
    made = helper("configure", ACME, "--tenant", "contoso.example", "--identity", "azure-cli,environment", "--client-id", APP.client_id,
                  "--no-check")
    assert made.status == 0 and str(path) in made.out, made
    written = json.loads(path.read_text())
    assert written["registries"][ACME] == {"tenant": "contoso.example", "identity": "azure-cli,environment", "client_id": APP.client_id}
    assert not before or all(written.get(key) for key in json.loads(before) if key == "timeout")
    seen = " ".join(helper("status", ACME).out.split())
    assert f'"tenant" is contoso.example (from the entry {ACME} in {path})' in seen
    assert "nothing to change" in helper("configure", ACME, "--tenant", "contoso.example", "--no-check").out
    assert helper("configure", "--undo").status == 0
    assert (json.loads(path.read_text()) if path.exists() else None) == (json.loads(before) if before else None)


def test_undo_keeps_later_changes_to_the_entry_of_the_registry(helper, fresh):
    path = fresh.folder / OWN
    assert helper("configure", ACME, "--tenant", "contoso.example", "--no-check").status == 0
    written = json.loads(path.read_text())
    written["registries"][ACME]["timeout"] = "20s"
    path.write_text(json.dumps(written))
    assert helper("configure", "--undo").status == 0
    assert json.loads(path.read_text()) == {"registries": {ACME: {"timeout": "20s"}}}


def test_a_written_tenant_takes_effect_at_once(helper, fresh, cloud):
    made = helper("configure", ACME, "--tenant", "wrong.example", env=cloud.environment(APP))
    assert "wrong.example" in made.out + made.err, "the check signs in there"


@pytest.mark.parametrize("wrong", [["--tenant", "t"], [ACME, "--tenant", ""], [ACME, "--identity", "azure"], [ACME, "--identity", "auto,azd"],
                                   [ACME, "--identity", ""], [ACME, "--client-id", "a\nb"]])
def test_a_setting_that_is_invalid_in_the_configuration_is_not_written(helper, fresh, wrong):
    answer = helper("configure", *wrong, "--no-check")
    assert answer.status == 2 and not (fresh.folder / OWN).exists(), answer


def test_a_setting_that_is_a_list_is_not_changed(helper, fresh):
    fresh.write(OWN, json.dumps({"registries": {ACME: {"identity": ["azd"]}}}))
    answer = helper("configure", ACME, "--identity", "azure-cli", "--no-check")
    assert answer.status == 1 and "identity" in answer.err
    assert json.loads((fresh.folder / OWN).read_text()) == {"registries": {ACME: {"identity": ["azd"]}}}
