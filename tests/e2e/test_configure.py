# SPDX-License-Identifier: Apache-2.0
"""What `configure` writes is what docker, podman, skopeo and buildah really go by."""
import os

import pytest
from client import APP
from clients import Client

ACME = "acme.azurecr.io"


@pytest.fixture
def fresh(home):
    """Nothing is set up for anybody, and docker's config is not where podman could find it."""
    (home.folder / ".docker/config.json").unlink()
    storage = home.write("storage.conf", "[storage]\ndriver = \"vfs\"\n"
                         f"graphroot = \"{home.folder}/storage\"\nrunroot = \"{home.runtime}/containers\"\n")
    home.env.update(CONTAINERS_STORAGE_CONF=str(storage), TMPDIR=str(home.folder),
                    CONTAINERS_CONF=str(home.write("containers.conf", "[engine]\nlock_type = \"file\"\n")))
    return home


def refused(seen):
    """By the registry; or a docker without any config asks a keyring that is not there."""
    if "Cannot autolaunch D-Bus" in seen.text:
        return seen.status != 0
    return seen.status != 0 and ("unauthorized" in seen.text.lower() or "authentication required" in seen.text)


def test_docker_pushes_and_pulls_once_the_registry_is_named_and_no_more_after_undo(helper, fresh, docker, signed_in, published,
                                                                                   image):
    assert refused(docker("pull", published))
    made = helper("configure", ACME)
    assert made.status == 0 and f"{ACME} gives a login: service principal" in made.out, made
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


def test_docker_login_and_undo_leave_each_other_alone(helper, fresh, docker, signed_in, published):
    helper("configure", ACME, "--no-check")
    docker.must("login", ACME)
    assert helper("configure", "--undo").status == 0
    text = (fresh.folder / ".docker/config.json").read_text()
    assert "credHelpers" not in text and "auths" in text


@pytest.mark.parametrize("name, arguments", [("skopeo", ["inspect"]), ("podman", ["pull", "-q"]), ("buildah", ["pull", "-q", "--policy", "always"])])
@pytest.mark.parametrize("how", [[ACME, "--podman"], ["--containers-registries"]], ids=["auth.json", "registries.conf"])
def test_podman_and_its_kin_find_us(helper, fresh, cloud, signed_in, published, name, arguments, how):
    del fresh.env["DOCKER_CONFIG"]  # podman would look there and nowhere else
    client = Client(fresh, cloud, name)
    target = f"docker://{published}" if name == "skopeo" else published
    assert refused(client(*arguments, target))
    assert helper("configure", "--no-check", *how).status == 0
    (fresh.folder / ".docker/config.json").unlink(missing_ok=True)  # podman reads that too, but it must not need it
    client.must(*arguments, target)
    assert helper("configure", "--undo").status == 0
    assert refused(client(*arguments, target))


def own_config(home):
    return home.folder / ".config/docker-credential-acr/config.json"


def test_a_ci_server_of_ones_own_is_written_into_our_configuration_and_taken_out_again(helper, fresh, cloud):
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


def test_a_list_of_ci_servers_and_a_wrong_name_are_left_alone(helper, fresh):
    fresh.config(ci_hosts=["github.contoso.com"])
    before = own_config(fresh).read_text()
    assert helper("configure", "--ci-host", "tfs.contoso.com").status == 1
    for wrong in ("https://tfs.contoso.com", "*.contoso.com", "a,b", "x:8080", ""):
        assert helper("configure", "--ci-host", wrong).status != 0
    assert own_config(fresh).read_text() == before


def test_systemctl_gets_none_of_a_jobs_secrets(helper, home, cloud):
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
