# SPDX-License-Identifier: Apache-2.0
"""A real docker engine and its clients, with only {"credsStore": "acr"} or one credHelpers entry in config.json."""
import base64
import json
import subprocess

import pytest
from client import APP, NULL_GUID
from clients import BASE, LOCAL, dockerfile

ACME, ADMIN = "acme.azurecr.io", "admin.azurecr.io"


@pytest.fixture(params=["credsStore", "credHelpers"])
def configured(request, home):
    home.docker_config({"credsStore": "acr"} if request.param == "credsStore" else {"credHelpers": {ACME: "acr", ADMIN: "acr"}})
    return request.param


def forget(docker, *images):
    """Removes images from this machine, so that a build or a pull must contact the registry."""
    docker("rmi", "-f", *images)


def test_push_and_pull_need_nothing_but_the_helper(docker, configured, signed_in, published, image):
    docker.must("tag", LOCAL, image)
    pushed = docker.must("push", image)
    forget(docker, image)
    pulled = docker.must("pull", image)
    assert pushed.err == pulled.err == "" and pushed.exchanges == 1 and pulled.exchanges == 0


def test_a_pull_still_works_three_hours_later(docker, signed_in, home, published):
    docker.must("pull", published)
    home.age(10900)
    assert docker.must("pull", published).exchanges == 1


def test_a_pull_without_any_identity_is_anonymous_and_says_why(docker, cloud, published):
    cloud.fault("reset", service="imds", at="connect")
    forget(docker, published)
    seen = docker("pull", published)
    assert seen.status != 0 and "unauthorized" in seen.err and seen.ours and ACME in "".join(seen.ours)


def test_a_pull_with_a_wrong_secret_shows_the_explanation(docker, cloud, published):
    seen = docker("pull", published, env={**cloud.environment(APP), "AZURE_CLIENT_SECRET": "not-the-secret"})
    assert seen.status != 0 and "AADSTS7000215" in seen.err


def test_a_push_without_push_permission_is_denied_by_the_registry_and_not_by_the_helper(docker, signed_in, published):
    docker.must("tag", LOCAL, "reader.azurecr.io/team/app:1")
    seen = docker("push", "reader.azurecr.io/team/app:1")
    assert seen.status != 0 and seen.ours == [] and "denied" in seen.err + seen.out


# builds

CLASSIC, BUILDKIT = {"DOCKER_BUILDKIT": "0"}, {"DOCKER_BUILDKIT": "1"}


def test_a_classic_build_without_a_cache_works_if_the_config_names_the_registry(docker, home, signed_in, published):
    home.registries(acme={})
    forget(docker, published)
    seen = docker.must("build", "-q", dockerfile(home, f"FROM {BASE}", 'RUN ["/bin/busybox", "true"]'), env=CLASSIC)
    assert seen.ours == []


def test_a_classic_build_works_if_the_registry_worked_before(docker, home, signed_in, published):
    docker.must("pull", published)
    forget(docker, published)
    docker.must("build", "-q", dockerfile(home, f"FROM {BASE}", "LABEL warm=yes"), env=CLASSIC)


def test_one_denied_registry_does_not_break_a_classic_build(docker, home, helper, signed_in, published):
    """If get fails for one listed server, docker drops all credentials, so that server must not be listed."""
    home.registries(acme={}, partner={"identity": "environment"})
    assert helper.get("partner.azurecr.io").status == 1
    forget(docker, published)
    docker.must("build", "-q", dockerfile(home, f"FROM {BASE}", "LABEL spoilt=no"), env=CLASSIC)


def test_a_classic_build_keeps_the_logins_of_the_docker_config(docker, home, cloud, helper, published):
    """It knows registries only from the helper: it calls list once, then get for each, and drops all if one fails."""
    auth = lambda login: {"auth": base64.b64encode(login.encode()).decode()}
    image = f"{ADMIN}/team/app:1"
    home.docker_config({"credHelpers": {ADMIN: "acr"}, "auths": {ADMIN: auth("admin:admin-password-one")}})
    docker.must("tag", LOCAL, image)
    docker.must("push", image)
    forget(docker, image)
    home.docker_config({"credsStore": "acr", "auths": {
        ADMIN: auth("admin:admin-password-one"), "ghcr.io": auth("me:some-password"), "https://index.docker.io/v1/": auth("me:other-password"),
        "left.example": {}, "broken.example": {"auth": "!!!"}, "gone.azurecr.io": auth("<token>:")}})
    assert set(helper.list().login) == {ADMIN, "ghcr.io", "https://index.docker.io/v1/"}
    docker.must("build", "-q", dockerfile(home, f"FROM {image}", "LABEL auths=yes"), env=CLASSIC)


def test_a_buildkit_build_without_a_cache_works_without_a_message(debian_docker, home, configured, signed_in, published):
    debian_docker("builder", "prune", "-af")
    forget(debian_docker, published)
    seen = debian_docker.must("build", "--progress=plain", dockerfile(home, f"FROM {BASE}", 'RUN ["/bin/busybox", "true"]'), env=BUILDKIT)
    assert seen.ours == [] and seen.exchanges == 1


def test_a_denied_buildkit_build_shows_the_reason_and_asks_entra_once(debian_docker, home, cloud, published):
    """BuildKit asks two to eight times; the denial is remembered."""
    debian_docker("builder", "prune", "-af")
    forget(debian_docker, published)
    seen = debian_docker("build", "--progress=plain", "--no-cache", dockerfile(home, f"FROM {BASE}", "LABEL refused=yes"),
                         env={**BUILDKIT, **cloud.environment(APP), "AZURE_CLIENT_SECRET": "not-the-secret"})
    assert seen.status != 0 and "AADSTS7000215" in seen.err
    assert len([row for row in seen.requests if row["service"] == "entra"]) == 1


# login and logout

def test_login_without_arguments_uses_the_identity_and_stores_no_login(docker, configured, home, signed_in):
    seen = docker.must("login", ACME)
    assert "Login Succeeded" in seen.text and "existing credentials" in seen.text and seen.ours == []
    assert not (home.data / "logins").exists() or not list((home.data / "logins").iterdir())


def test_a_login_with_a_password_is_kept_and_used_and_removed_by_logout(docker, configured, home, helper, published):
    image = f"{ADMIN}/team/app:1"
    docker.must("login", "-u", "admin", "--password-stdin", ADMIN, stdin="admin-password-one")
    assert helper.get(ADMIN).login["Username"] == "admin"
    docker.must("tag", LOCAL, image)
    docker.must("push", image)
    docker.must("logout", ADMIN)
    assert helper.get(ADMIN, env={"AZURE_TOKEN_CREDENTIALS": "EnvironmentCredential"}).status == 1
    assert helper.list().login == {}


def test_a_wrong_password_keeps_the_previous_login(docker, helper):
    docker.must("login", "-u", "admin", "--password-stdin", ADMIN, stdin="admin-password-one")
    assert docker("login", "-u", "admin", "--password-stdin", ADMIN, stdin="not-the-password").status != 0
    assert helper.get(ADMIN).secret == "admin-password-one"


def test_logout_says_how_to_sign_out_completely(docker, configured, helper, signed_in, published):
    docker.must("pull", published)
    seen = docker.must("logout", ACME)
    assert len(seen.ours) == 1 and f"docker-credential-acr logout {ACME}" in seen.ours[0]
    docker.must("pull", published)
    assert helper.logout(ACME).status == 0
    assert docker("pull", published).status != 0, "anonymous now"


def test_login_to_another_registry_uses_the_helper_and_sends_no_request_to_azure(docker, home, helper):
    home.config(keychain="file")
    docker.must("login", "-u", "developer", "--password-stdin", "registry.example", stdin="some-password")
    assert helper.get("registry.example").login == {"ServerURL": "registry.example", "Username": "developer", "Secret": "some-password"}
    docker.must("logout", "registry.example")
    assert helper.list().login == {}


def test_login_leaves_no_secret_in_the_docker_config(docker, home):
    docker.must("login", "-u", "admin", "--password-stdin", ADMIN, stdin="admin-password-one")
    config = json.loads((home.folder / ".docker/config.json").read_text())
    assert config["credsStore"] == "acr" and not any(config["auths"].values())


def test_eight_parallel_pulls_cause_one_exchange(docker, home, cloud, signed_in, published):
    runs = [subprocess.Popen([docker.command[0], "pull", "-q", published], env=home.env, stdout=subprocess.DEVNULL,
                             stderr=subprocess.PIPE) for _ in range(8)]
    for run in runs:
        _, err = run.communicate(timeout=60)
        assert run.returncode == 0, err
    assert len(cloud.requests("acr", path="/oauth2/exchange")) == 1


def test_the_user_name_that_docker_sends_is_the_null_guid(docker, cloud, signed_in, published):
    forget(docker, published)
    docker.must("pull", published)
    accounts = {row["query"].get("account") for row in cloud.requests("acr", path="/oauth2/token")}
    assert accounts == {NULL_GUID}
