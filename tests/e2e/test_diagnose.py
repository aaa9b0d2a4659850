# SPDX-License-Identifier: Apache-2.0
"""`diagnose` in the stand-in cloud: every cause is provoked, and distinguished from all others.

A cause is a function that makes something fail (decorated with @cause and the expected rule); it returns the arguments
of diagnose, and may set variables in `env`. The matrix at the end does not run them again: it prints the results of the
tests before it.
"""
import contextlib
import fcntl
import json
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import termios
import time
from pathlib import Path

import pytest
from client import APP, CONTOSO, EXPIRED, FABRIKAM, NOBODY
from homes import Answer

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = json.loads((ROOT / "packaging/diagnose.schema.json").read_text(encoding="utf-8"))
ACME, ADMIN, PUBLIC = "acme.azurecr.io", "admin.azurecr.io", "public.azurecr.io"
ALIASES = {  # the errors of az acr check-health (learn.microsoft.com, container-registry-health-error-reference)
    "DOCKER_COMMAND_ERROR", "DOCKER_DAEMON_ERROR", "DOCKER_VERSION_ERROR", "DOCKER_PULL_ERROR", "HELM_COMMAND_ERROR",
    "HELM_VERSION_ERROR", "NOTARY_COMMAND_ERROR", "NOTARY_VERSION_ERROR", "CONNECTIVITY_DNS_ERROR", "CONNECTIVITY_SSL_ERROR",
    "CONNECTIVITY_FORBIDDEN_ERROR", "CONNECTIVITY_CHALLENGE_ERROR", "CONNECTIVITY_WWW_AUTHENTICATE_ERROR",
    "CONNECTIVITY_AAD_LOGIN_ERROR", "CONNECTIVITY_REFRESH_TOKEN_ERROR", "CONNECTIVITY_ACCESS_TOKEN_ERROR",
    "CONNECTIVITY_TOOMANYREQUESTS_ERROR", "LOGIN_SERVER_ERROR", "CMK_ERROR"}


class Diagnosis:
    """The output of --json."""

    def __init__(self, answer):
        self.answer, self.json = answer, json.loads(answer.out)
        self.checks = {check["id"]: check for subject in self.json["subjects"] for check in subject["checks"]}
        self.rules = [one["explanation"]["rule"] for one in self.json["causes"]]

    def verdict(self, check):
        return self.checks[check]["verdict"]

    @property
    def problems(self):
        return [check for check in self.checks if self.verdict(check) == "problem"]

    def __repr__(self):
        lines = [f"  {one['verdict']:8} {one['id']}: {one['line']}" for one in self.checks.values()]
        return "\n".join([f"{self.answer.status}: {self.rules}", *lines, self.answer.err])


def validate(document):
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.Draft202012Validator(SCHEMA).validate(document)


@pytest.fixture
def diagnose(helper, cloud, home, engine):
    """diagnose(arguments...) as the application, with an engine that responds; with as={} no identity is configured."""
    def run(*arguments, who=APP, env=None, status=None, **more):
        answer = helper("diagnose", "--json", *arguments, env={**(cloud.environment(who) if who else {}), **(env or {})}, **more)
        assert answer.status in (0, 1), answer
        found = Diagnosis(answer)
        validate(found.json)
        assert answer.status == (1 if found.problems else 0) and status in (None, answer.status), found
        assert not helper.secrets_in(answer.out), "secrets on stdout"
        return found
    return run


# ---- the causes ----

CAUSES = {}
FOUND = {}


def cause(rule, name=None):
    def add(function):
        CAUSES[name or function.__name__] = (rule, function)
        return function
    return add


class Stage:
    """The environment of a cause."""

    def __init__(self, home, cloud, helper):
        self.home, self.cloud, self.helper = home, cloud, helper
        self.env, self.who, self.status, self.undo = {}, APP, 1, contextlib.ExitStack()

    def program(self, name, *lines):
        """Installs a program with that name at the front of PATH."""
        folder = self.home.folder / "front"
        self.home.write(f"front/{name}", "#!/bin/sh\n" + "\n".join(lines) + "\n", mode=0o755)
        if not self.env.get("PATH"):
            self.env["PATH"] = f"{folder}:{self.home.env['PATH']}"

    def store(self, host, user, password):
        assert self.helper.store(host, user, password).status == 0


@cause("firewall")
def firewall(stage):
    stage.cloud.fault("firewall", host=ACME)
    return [f"{ACME}/app"]


@cause("no-role")
def no_role(stage):
    stage.who = NOBODY
    return [f"{ACME}/app"]


@cause("permission-missing")
def reader_only(stage):
    return ["reader.azurecr.io/app", "--action", "push"]


@cause("permission-missing-abac")
def abac(stage):
    """AcrPull in a registry with ABAC: the exchange works, and the token allows nothing."""
    with stage.cloud.changed_world() as world:
        world["registries"]["abac.azurecr.io"]["roles"]["app"] = ["metadata"]
    return ["abac.azurecr.io/app"]


@cause("wrong-tenant")
def wrong_tenant(stage):
    return ["partner.azurecr.io/app"]


@cause("entra-secret-expired")
def expired_secret(stage):
    stage.who = EXPIRED
    return [f"{ACME}/app"]


@cause("clock-skew")
def skewed_clock(stage):
    stage.cloud.fault("skew", service="acr", host=ACME)
    return [f"{ACME}/app"]


@cause("captive-portal")
def captive_portal(stage):
    stage.cloud.fault("html", host=ACME)
    return [f"{ACME}/app"]


@cause("certificate-untrusted")
def tls_interception(stage):
    stage.cloud.fault("selfsigned", host=ACME)
    return [f"{ACME}/app"]


@cause("private-endpoint-unreachable")
def private_address(stage):
    return ["dropped.azurecr.io/app"]


@cause("token-audience")
def arm_audience_off(stage):
    with stage.cloud.changed_world() as world:
        world["registries"][ACME]["arm_audience"] = False
    stage.home.registries(acme={"audience": "https://management.azure.com"})
    return [f"{ACME}/app"]


@cause("role-mode-changed")
def switched_to_abac(stage):
    stage.helper.home.env.update(stage.cloud.environment(APP))
    assert stage.helper.get(ACME).status == 0
    time.sleep(1.1)  # times in tokens are in seconds
    stage.cloud.fault("revoked", host=ACME, before=int(time.time()))
    return [f"{ACME}/app"]


@cause("stored-admin-rejected")
def admin_user_off(stage):
    stage.store(ADMIN, "admin", "admin-password-one")
    with stage.cloud.changed_world() as world:
        del world["registries"][ADMIN]["admin"]
    return [f"{ADMIN}/samples/app"]


@cause("stored-token-rejected")
def scope_map_token_expired(stage):
    stage.store(ADMIN, "puller", "puller-password-one")
    with stage.cloud.changed_world() as world:
        world["registries"][ADMIN]["tokens"]["puller"]["disabled"] = True
    return [f"{ADMIN}/samples/app"]


@cause("permission-missing-scope-map")
def scope_map_too_narrow(stage):
    stage.store(ADMIN, "puller", "puller-password-one")
    return [f"{ADMIN}/samples/app", "--action", "push"]


@cause("stored-login-blocks-anonymous")
def anonymous_blocked_by_a_login(stage):
    with stage.cloud.changed_world() as world:
        world["registries"][PUBLIC]["tokens"] = {"puller": {"passwords": ["puller-password-two"], "scopes": {"*": ["pull"]}}}
    stage.store(PUBLIC, "puller", "puller-password-two")
    with stage.cloud.changed_world() as world:
        del world["registries"][PUBLIC]["tokens"]
    stage.who = None
    stage.cloud.fault("reset", service="imds", at="connect")
    return [f"{PUBLIC}/app"]


@cause("registry-settings-unreadable")
def settings_not_to_be_seen(stage):
    """A user whose roles cover images only: not a problem, but a hint how to see the settings."""
    stage.who, stage.status = None, 0
    stage.cloud.fault("reset", service="imds", at="connect")
    assert stage.helper("login", "--device-code", "--insecure-storage").status == 0
    return ["hidden.azurecr.io/app"]


@cause("not-signed-in")
def nobody_signed_in(stage):
    stage.who = None
    stage.cloud.fault("reset", service="imds", at="connect")
    return [f"{ACME}/app"]


@cause("signed-out")
def signed_out(stage):
    assert stage.helper.logout(ACME).status == 0
    return [f"{ACME}/app"]


@cause("dns-name-not-found")
def no_such_registry(stage):
    return ["nosuch.azurecr.io/app"]


@cause("dns-server-timeout")
def silent_name_server(stage):
    stage.cloud.fault("silent", host=ACME)
    return [f"{ACME}/app"]


@cause("server-typo")
def near_miss(stage):
    return ["acme.azurercr.io/app"]


@cause("server-short-name")
def bare_name(stage):
    """An image without a registry: docker looks for it on Docker Hub, so the name is not completed."""
    return ["acme/app"]


@cause("server-uppercase")
def capitals(stage):
    return ["Acme.azurecr.io/app"]


@cause("image-name-uppercase")
def capitals_in_an_image(stage):
    return [f"{ACME}/Team/App:1"]


@cause("server-microsoft")
def microsofts_own(stage):
    return ["mcr.microsoft.com/hello-world"]


@cause("server-not-acr")
def not_of_azure(stage):
    return ["ghcr.io/acme/app"]


@cause("throttled")
def throttled(stage):
    stage.cloud.fault("throttle", host=ACME, retry_after=30)
    return [f"{ACME}/app"]


@cause("registry-unavailable")
def registry_down(stage):
    stage.cloud.fault("error", host=ACME, path="/v2/")
    return [f"{ACME}/app"]


@cause("proxy-forbidden")
def proxy_forbids(stage):
    stage.cloud.fault("proxy", host=ACME)
    return [f"{ACME}/app"]


@cause("proxy-authentication-required")
def proxy_wants_a_password(stage):
    stage.env["HTTPS_PROXY"] = "http://proxy.example:3128"
    stage.cloud.fault("proxyauth", service="proxy")
    return [f"{ACME}/app"]


@cause("challenge-invalid")
def a_realm_elsewhere(stage):
    stage.cloud.fault("realm", host=ACME)
    return [f"{ACME}/app"]


@cause("certificate-time")
def certificate_expired(stage):
    stage.cloud.fault("expiredcert", host=ACME)
    return [f"{ACME}/app"]


@cause("certificate-name-mismatch")
def certificate_of_another(stage):
    stage.cloud.fault("wronghost", host=ACME)
    return [f"{ACME}/app"]


@cause("entra-blocked")
def entra_silent(stage):
    stage.cloud.fault("hang", service="entra", at="connect")
    return [f"{ACME}/app"]


@cause("docker-version-mismatch")
def too_old_a_docker(stage):
    stage.program("docker", 'echo "Docker version 17.12.1-ce, build 7390fc6"')
    return [f"{ACME}/app"]


@cause("helper-shadowed")
def shadowing_helper(stage):
    stage.program("docker-credential-acr", 'echo "docker-credential-acr (github.com/contoso/acr) v0.8.0"')
    return [f"{ACME}/app"]


@cause("helper-not-found")
def helper_not_on_the_path(stage):
    stage.env["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin"
    return [f"{ACME}/app"]


@cause("helper-leaks-tokens", "leaking_helper")
def leaking_helper(stage):
    stage.program("docker-credential-acr-env", "exit 1")
    stage.home.docker_config({"credsStore": "acr", "credHelpers": {"partner.azurecr.io": "acr-env"}})
    return [f"{ACME}/app"]


@cause("other-helper-not-found")
def helper_of_docker_desktop(stage):
    stage.home.docker_config({"credsStore": "desktop.exe", "credHelpers": {ACME: "acr"}})
    return [f"{ACME}/app"]


@cause("helper-config-missing")
def helper_not_named(stage):
    stage.home.docker_config({})
    return [f"{ACME}/app"]


@cause("helper-config-other")
def another_helper_named(stage):
    stage.program("docker-credential-other", "exit 1")
    stage.home.docker_config({"credsStore": "other"})
    return [f"{ACME}/app"]


@cause("helper-config-auths")
def auths_entry_in_the_way(stage):
    stage.home.docker_config({"auths": {ACME: {"auth": "cHVsbGVyOm9sZC1wYXNzd29yZA=="}}})
    return [f"{ACME}/app"]


@cause("helper-config-lost")
def creds_store_lost(stage):
    stage.home.docker_config({})
    assert stage.helper("configure", "--creds-store", "--no-check").status == 0
    stage.home.docker_config({"auths": {}})
    return [f"{ACME}/app"]


@cause("docker-config-invalid")
def docker_config_broken(stage):
    stage.home.write(".docker/config.json", '{"credsStore": "acr"')
    return [f"{ACME}/app"]


@cause("config-invalid")
def own_config_broken(stage):
    stage.home.write(".config/docker-credential-acr/config.json", '{"identity": ')
    return [f"{ACME}/app"]


@cause("docker-auth-config-rejected")
def auth_variable_refused(stage):
    stage.env["DOCKER_AUTH_CONFIG"] = json.dumps({"auths": {ACME: {"auth": "cHVsbGVyOm9sZC1wYXNzd29yZA=="}}})
    return [f"{ACME}/app"]


@cause("machine-unsafe-file")
def data_folder_open_to_others(stage):
    folder = stage.home.data
    folder.mkdir(parents=True)
    folder.chmod(0o777)
    return [f"{ACME}/app"]


@cause("github-token-unavailable")
def github_without_permission(stage):
    stage.env["GITHUB_ACTIONS"] = "true"
    stage.env.update({"AZURE_CLIENT_ID": APP.client_id, "AZURE_TENANT_ID": CONTOSO})
    stage.who = None
    return [f"{PUBLIC}/app"]


@cause("docker-not-running")
def real_engine_stopped(stage):
    """A separate engine that responds and is then stopped."""
    folder = Path(stage.home.runtime) / "engine"
    folder.mkdir(mode=0o700)
    socket = folder / "docker.sock"
    # Without a separate network it would remove the bridge of the other engine.
    engine = subprocess.Popen(["unshare", "-n", "dockerd", "-H", f"unix://{socket}", "--data-root", folder / "data", "--exec-root", folder / "exec",
                               "-p", folder / "pid", "--iptables=false", "--bridge=none", "--storage-driver=vfs"],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    stage.undo.callback(lambda: engine.poll() is None and os.killpg(engine.pid, signal.SIGKILL))
    stage.env["DOCKER_HOST"] = f"unix://{socket}"
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and engine.poll() is None:
        ran = stage.helper("diagnose", "--json", env=stage.env)
        if Diagnosis(ran).verdict("docker-engine") == "ok":
            break
        time.sleep(0.3)
    else:
        pytest.skip("no second engine can be started here")
    engine.send_signal(signal.SIGTERM)
    engine.wait(20)
    return [f"{ACME}/app"]


@pytest.mark.parametrize("name", CAUSES)
def test_a_cause_is_distinguished_from_all_others(name, diagnose, home, cloud, helper):
    rule, provoke = CAUSES[name]
    stage = Stage(home, cloud, helper)
    with stage.undo:
        arguments = provoke(stage)
        found = diagnose(*arguments, who=stage.who, env=stage.env, status=stage.status)
    FOUND[name] = found.rules
    assert found.rules == [rule], found
    assert found.answer.seconds < 30, found.answer.seconds


def test_every_cause_is_reported_only_as_itself(capsys):
    if not FOUND:
        pytest.skip("runs behind the tests of the causes")
    rules = list(dict.fromkeys(CAUSES[name][0] for name in FOUND))
    others = sorted({rule for found in FOUND.values() for rule in found} - set(rules))
    wide = max(map(len, FOUND))
    with capsys.disabled():
        print(f"\n{len(FOUND)} causes; rows: provoked, columns: explained, in the order of the rows")
        for name, found in FOUND.items():
            cells = "".join(" X" if rule in found else " ." for rule in rules + others)
            print(f"{name:>{wide}}{cells}  {CAUSES[name][0]}")
    wrong = {name: found for name, found in FOUND.items() if found != [CAUSES[name][0]]}
    assert not wrong and not others


# ---- results if everything works ----

def test_a_working_registry_is_reported_within_ten_seconds_without_a_problem(diagnose):
    found = diagnose(f"{ACME}/app", status=0)
    assert found.problems == [] and found.rules == [] and found.answer.seconds < 10, found


def test_every_error_of_az_acr_check_health_is_an_alias(diagnose):
    found = diagnose(f"{ACME}/app")
    assert {alias for check in found.checks.values() for alias in check["aliases"]} == ALIASES


def test_permissions_are_read_from_the_access_claim(diagnose):
    assert "pull,push,delete" in diagnose(f"{ACME}/app").checks["access"]["line"]
    assert diagnose("reader.azurecr.io/app", status=0).checks["access"]["line"] == "allowed: pull on app"


def test_a_denied_identity_is_a_warning_if_the_next_one_works(diagnose):
    found = diagnose(f"{ACME}/app", who=NOBODY, env={"AZURE_TOKEN_CREDENTIALS": "prod"})
    assert found.verdict("exchange") in ("warning", "problem")


def test_on_a_public_registry_a_denial_is_not_a_problem(diagnose, cloud):
    found = diagnose(f"{PUBLIC}/app", who=NOBODY, status=0)
    assert found.verdict("exchange") == "warning" and "anonymous pull is allowed" in found.checks["anonymous"]["line"]


def test_the_tenant_of_the_registry_is_found_without_sending_the_secret(diagnose, cloud):
    diagnose("partner.azurecr.io/app")
    tried = [row for row in cloud.requests("acr", path="/oauth2/token") if "authorization" in row["headers"]]
    import base64
    logins = [base64.b64decode(row["headers"]["authorization"].split()[1]).decode() for row in tried]
    assert f"{APP.client_id}:docker-credential-acr-diagnose" in logins and not any(APP.secret in login for login in logins)


def test_a_user_s_other_tenants_are_tried(diagnose, home, cloud):
    """az is signed in to contoso, and the registry accepts the user as a guest of fabrikam."""
    if not shutil.which("az"):
        pytest.skip("no az here")
    cloud.fault("reset", service="imds", at="connect")
    cloud.az_login(home.folder / ".azure")
    found = diagnose("partner.azurecr.io/app", who=None, status=1)
    assert found.rules == ["wrong-tenant-user"], found
    assert FABRIKAM in found.json["causes"][0]["explanation"]["why"]
    command = f"docker-credential-acr configure partner.azurecr.io --tenant {FABRIKAM}"
    assert command in [step["command"] for step in found.json["causes"][0]["explanation"]["steps"]], found


def test_a_token_for_azure_resource_manager_is_sent_only_to_its_endpoint(diagnose, cloud):
    diagnose(f"{ACME}/app")
    for row in cloud.requests():
        bearer = row.get("headers", {}).get("authorization", "")
        if row["service"] == "arm":
            assert row["host"] == "management.azure.com" and bearer.startswith("Bearer ")
    assert cloud.requests("arm") and not cloud.trapped()


def test_the_data_endpoint_is_contacted_without_a_credential(diagnose, cloud, published):
    where = "acme.eastus.data.azurecr.io"
    cloud.fault("redirect", host=ACME, path="/v2/samples/base/blobs/", location=f"https://{where}/blob?sig=secret")
    found = diagnose("acme.azurecr.io/samples/base:1", status=0)
    assert where in found.checks["data-endpoint"]["line"]
    asked = cloud.requests(host=where)
    assert asked and not any("authorization" in row["headers"] for row in asked)
    assert [row["query"] for row in asked if row["path"] == "/"] == [{}]


def test_a_data_endpoint_behind_a_firewall_is_reported(diagnose, cloud, published):
    where = "acme.eastus.data.azurecr.io"
    cloud.fault("redirect", host=ACME, path="/v2/samples/base/blobs/", location=f"https://{where}/blob")
    cloud.fault("dropped", host=where)
    found = diagnose("acme.azurecr.io/samples/base:1", status=1)
    assert found.rules == ["data-endpoint-blocked"] and where in found.checks["data-endpoint"]["line"]


# ---- this machine ----

def test_no_file_is_left_behind_or_changed(diagnose, home):
    """Except for the token of Entra ID, which is cached in memory as by any `get`."""
    before = home.snapshot()
    diagnose(f"{ACME}/app")
    assert {path: entry for path, entry in home.snapshot().items() if "/token_" not in path} == before
    assert not home.data.exists()


def test_without_an_argument_every_known_registry_is_checked(keyring, diagnose, home, cloud, helper):
    home.docker_config({"credsStore": "acr", "credHelpers": {"reader.azurecr.io": "acr", "ghcr.io": "other"},
                        "auths": {"https://abac.azurecr.io": {}}})
    home.registries(first={})
    assert helper.get("second.azurecr.io", env=cloud.environment(APP)).status == 0
    found = diagnose()
    assert {subject.get("registry") for subject in found.json["subjects"]} == {
        None, "reader.azurecr.io", "abac.azurecr.io", "first.azurecr.io", "second.azurecr.io"}


def test_without_any_known_registry_only_the_machine_is_checked(keyring, diagnose):
    found = diagnose(who=None)
    assert [subject["about"] for subject in found.json["subjects"]] == ["machine"]


def test_the_docker_context_selects_the_engine(diagnose, home):
    host = os.environ["DOCKER_HOST"]
    home.write(".docker/contexts/meta/0123/meta.json", json.dumps({"Name": "cloud", "Endpoints": {"docker": {"Host": host}}}))
    home.docker_config({"credsStore": "acr", "currentContext": "cloud"})
    found = diagnose(without=["DOCKER_HOST"])
    assert found.verdict("docker-engine") == "ok" and host in found.checks["docker-engine"]["line"], found


def test_a_helm_config_that_uses_another_store_first_is_a_warning(diagnose, home):
    """helm chooses docker-credential-secretservice by itself, unless its configuration is set."""
    for name, line in (("helm", "echo v3.22.0"), ("docker-credential-secretservice", "exit 1")):
        home.write(f"front/{name}", f"#!/bin/sh\n{line}\n", mode=0o755)
    env = {"PATH": f"{home.folder}/front:{home.env['PATH']}"}
    told = diagnose(env=env).checks["helm"]
    assert told["verdict"] == "warning" and "docker-credential-" in told["line"] and "HELM_REGISTRY_CONFIG" in told["line"]
    env["HELM_REGISTRY_CONFIG"] = f"{home.folder}/.docker/config.json"
    assert diagnose(env=env).verdict("helm") == "ok"
    del env["HELM_REGISTRY_CONFIG"]
    home.write(".config/helm/registry/config.json", '{"auths": {}}')
    assert diagnose(env=env).verdict("helm") == "ok"


def test_a_login_in_the_docker_config_beside_the_helper_is_a_warning(diagnose, home):
    home.docker_config({"credsStore": "acr", "auths": {ACME: {"auth": "cHVsbGVyOm9sZC1wYXNzd29yZA=="}}})
    assert diagnose(f"{ACME}/app", status=0).verdict("auths-entry") == "warning"


@pytest.mark.parametrize("text, verdict, words", [
    ('{"auths":{"acme.azurecr.io":{"auth":"QQ==","email":"x"}}}', "warning", "ignores the variable"),
    ('{"credHelpers":{"acme.azurecr.io":"acr"}}', "warning", "ignores the variable"),
    ("{", "warning", "not valid JSON"),
    ('{"auths":{"other.azurecr.io":{"auth":"QTpC"}}}', "ok", "does not contain this registry")])
def test_docker_auth_config_is_parsed_as_strictly_as_docker_parses_it(diagnose, text, verdict, words):
    check = diagnose(f"{ACME}/app", env={"DOCKER_AUTH_CONFIG": text}).checks["auth-variable"]
    assert check["verdict"] == verdict and words in check["line"]


def test_buildx_configs_for_the_registry_are_found(diagnose, home):
    home.write(f".docker/buildx/config/{ACME}/team/app@pull/config.json", "{}")
    check = diagnose(f"{ACME}/app").checks["buildx-config"]
    assert check["verdict"] == "warning" and "team/app@pull" in check["details"][0]


@pytest.mark.parametrize("path, content, words", [
    (".config/containers/auth.json", {"credHelpers": {ACME: "acr"}}, "use this helper"),
    (".config/containers/auth.json", {"auths": {ACME: {"auth": "QTpC"}}}, "a login that is stored in"),
    (".config/containers/registries.conf", 'credential-helpers = ["containers-auth.json", "acr"]\n', "use this helper")])
def test_podman_files_are_parsed_as_podman_parses_them(diagnose, home, path, content, words):
    if not shutil.which("podman", path=home.env["PATH"]):
        pytest.skip("no podman here")
    home.write(path, content if isinstance(content, str) else json.dumps(content))
    assert words in diagnose(f"{ACME}/app").checks["podman"]["line"]


def test_a_failed_renewal_is_reported(diagnose, home, cloud, helper):
    signed_in = cloud.environment(APP)
    assert helper.get(ACME, env=signed_in).status == 0
    home.age(7200)
    cloud.fault("norole", host=ACME)
    helper("renew", ACME, env=signed_in)
    cloud.no_faults()
    assert "the last renewal failed" in diagnose(f"{ACME}/app").checks["renewal"]["line"]


def test_a_real_pull_reports_the_message_of_docker(diagnose, published):
    good = diagnose("--pull", published)
    assert good.verdict("pull") == "ok", good
    bad = diagnose("--pull", "partner.azurecr.io/app:1")
    assert bad.verdict("pull") == "problem" and bad.rules, bad


def test_in_a_pipeline_the_settings_of_pipelines_are_checked(diagnose, cloud):
    assert diagnose(env=cloud.github_environment(), who=None).verdict("pipeline") == "ok"
    assert diagnose(env=cloud.pipelines_environment(), who=None).verdict("pipeline") == "ok"
    named = {"GITLAB_CI": "true", "DOCKER_AUTH_CONFIG": '{"credHelpers":{"acme.azurecr.io":"acr"}}'}
    assert "allowed_docker_credential_helpers" in diagnose(env=named, who=None).checks["pipeline"]["line"]


def test_a_secret_service_is_tested_by_storing_and_reading(diagnose, home):
    """With a separate session bus and gnome-keyring; nothing of the test login remains."""
    if not shutil.which("gnome-keyring-daemon"):
        pytest.skip("no gnome-keyring here")
    script = ('eval "$(printf %s pw | gnome-keyring-daemon --unlock --components=secrets 2>/dev/null)"; '
              '"$0" diagnose --json; secret-tool search --all docker_cli 1 2>&1 | grep -c invalid; '
              'kill "$(pgrep -n -u "$(id -u)" gnome-keyring-d)"')
    ran = subprocess.run(["dbus-run-session", "--", "bash", "-c", script, str(home.program)], env=home.env, capture_output=True,
                         text=True, timeout=60, check=False)
    first, rest = ran.stdout.split("\n", 1)
    checks = {check["id"]: check for check in json.loads(first)["subjects"][0]["checks"]}
    assert "secret-service" in checks["keychain"]["line"] and checks["keychain"]["verdict"] == "ok", checks["keychain"]
    assert rest.strip() == "0"


# ---- output ----

@pytest.mark.parametrize("arguments", [
    ["--action", "steal", f"{ACME}/app"], ["--action", "push", ACME], ["--repository", "app"], ["--action", "push"],
    ["--show-home", ACME], [ACME, "two"], ["--nonsense"]])
def test_wrong_usage_is_status_2_and_sends_no_request(helper, arguments):
    answer = helper("diagnose", *arguments)
    assert answer.status == 2 and answer.out == "" and answer.err and answer.requests == []


def test_a_pipe_gets_plain_text_and_no_progress(helper, cloud, engine):
    answer = helper("diagnose", f"{ACME}/app", env={**cloud.environment(APP), "TERM": "xterm"})
    assert answer.status == 0 and answer.err == "" and "\033" not in answer.out and "\r" not in answer.out
    assert all(len(line) <= 80 for line in answer.out.splitlines() if "/" not in line)


def on_a_terminal(home, *arguments, env=None, columns=80, kill=None):
    """The output that is sent to a terminal. With kill=(PATTERN, SIGNAL) the signal is sent when the pattern
    appears, and the status is returned too."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    run = subprocess.Popen([str(home.program), *arguments], stdin=follower, stdout=follower, stderr=follower,
                           env={**home.env, "TERM": "xterm", **(env or {})}, close_fds=True)
    os.close(follower)
    seen, killed = b"", False
    while select.select([leader], [], [], 40)[0]:
        try:
            got = os.read(leader, 65536)
        except OSError:
            break
        seen += got
        if kill and not killed and re.search(kill[0], seen.decode(errors="replace"), re.DOTALL):
            run.send_signal(kill[1])
            killed = True
    run.wait(5)
    os.close(leader)
    return (seen.decode(), run.returncode) if kill else seen.decode()


def test_a_terminal_gets_progress_and_color_unless_no_color_is_set(home, cloud, engine):
    env = cloud.environment(APP)
    seen = on_a_terminal(home, "diagnose", f"{ACME}/app", env=env)
    assert re.search(r"\r\033\[K\d+/\d+ checks; waiting for \w+", seen) and "\033[32m" in seen
    plain = on_a_terminal(home, "diagnose", f"{ACME}/app", env={**env, "NO_COLOR": "1"})
    assert "\033[32m" not in plain and "\033[1m" not in plain


def page(helper, cloud, *arguments, who=APP, env=None):
    answer = helper("diagnose", *arguments, env={**(cloud.environment(who) if who else {}), **(env or {})})
    return answer.out.splitlines(), answer


AREAS = ["docker", "configuration", "network", "identity", "rights"]


def areas_of(lines):
    """The lines of the areas, which follow each other."""
    return [line.split()[0] for line in lines if re.match(rf"({'|'.join(AREAS)})  +\d", line)]


def test_without_a_problem_the_output_has_the_verdict_and_a_line_for_each_area(helper, cloud, engine):
    lines, answer = page(helper, cloud, f"{ACME}/app")
    assert answer.status == 0 and len(lines) <= 15, answer
    assert lines[0].startswith(f"{ACME}/app (pull): no problem found") and areas_of(lines) == AREAS, answer
    assert re.fullmatch(r"\d+ checks in \d+\.\d s; use --verbose to show all", lines[-1])
    told = json.loads(helper("diagnose", "--json", f"{ACME}/app", env=cloud.environment(APP)).out)
    checks = [check for subject in told["subjects"] for check in subject["checks"]]
    for area in AREAS:
        count = sum(check["area"] == area and check["verdict"] == "ok" for check in checks)
        line = next(line for line in lines if line.startswith(area + "  "))
        assert f"{count} ok" in line, (line, checks)


def test_a_problem_is_shown_above_the_areas_and_skipped_checks_are_one_line(helper, cloud, engine):
    cloud.fault("firewall", host=ACME)
    lines, answer = page(helper, cloud, f"{ACME}/app")
    text = "\n".join(lines)
    assert answer.status == 1 and lines[0].startswith(f"{ACME}/app (pull): 1 problem") and len(lines) <= 24, answer
    assert "[firewall]" in lines[1] + lines[2] and text.index("az acr network-rule add") < text.index("\ndocker  ")
    assert "explain firewall" in text and "1 failed (firewall)" in text and areas_of(lines) == AREAS
    assert len(re.findall(r'checks? skipped because the "firewall" check failed', text)) == 1
    assert "ContainerRegistryLoginEvents" not in text and "  ok  " not in text


def test_verbose_shows_every_check_and_the_query_for_an_owner(helper, cloud, engine):
    told = json.loads(helper("diagnose", "--json", f"{ACME}/app", env=cloud.environment(NOBODY)).out)
    lines, answer = page(helper, cloud, "--verbose", f"{ACME}/app", who=NOBODY)
    for check in [check for subject in told["subjects"] for check in subject["checks"]]:
        assert any(line.startswith(f"  {check['verdict']:8} {check['title']}") for line in lines), (check, answer)
    text = answer.out
    assert text.index("[no-role]") < text.index("This machine") < text.index("ContainerRegistryLoginEvents")
    assert 'skipped because the "token exchange" check failed' in " ".join(text.split())
    assert "\n".join(page(helper, cloud, "-v", f"{ACME}/app", who=NOBODY)[0][:2]) == "\n".join(lines[:2])


def test_quiet_shows_the_verdict_and_a_line_for_each_problem(helper, home, cloud, engine):
    assert page(helper, cloud, "--quiet", f"{ACME}/app")[0] == [f"{ACME}/app (pull): no problem found, 3 warnings"]
    cloud.fault("firewall", host=ACME)
    home.docker_config({"credsStore": "acr", "credHelpers": {"one.example": "no-such-helper"}})
    lines, answer = page(helper, cloud, "--quiet", f"{ACME}/app")
    assert answer.status == 1 and len(lines) == 3 and lines[0].startswith(f"{ACME}/app (pull): 2 problems"), answer
    assert [re.search(r" \[([a-z-]+)\]$", line)[1] for line in lines[1:]] == ["firewall", "other-helper-not-found"]


def test_the_first_of_several_problems_is_explained_and_each_other_is_one_line(helper, home, cloud, engine):
    cloud.fault("firewall", host=ACME)
    home.docker_config({"credsStore": "acr", "credHelpers": {"one.example": "no-such-helper"}})
    home.data.mkdir(parents=True)
    home.data.chmod(0o777)
    lines, answer = page(helper, cloud, f"{ACME}/app")
    assert lines[0].startswith(f"{ACME}/app (pull): 3 problems") and "az acr network-rule add" in answer.out
    others = lines[lines.index("Other problems (docker-credential-acr explain ID):") + 1:][:3]
    assert [re.search(r"\[(.*)\]$", line)[1] for line in others[:2]] == ["other-helper-not-found", "machine-unsafe-file"]
    assert others[2].startswith("docker  ") and all(len(line) <= 80 for line in lines), answer
    assert helper("explain", "machine-unsafe-file").status == 0


def test_each_of_several_registries_has_a_verdict_and_areas(helper, home, cloud, engine):
    home.docker_config({"credHelpers": {ACME: "acr", "reader.azurecr.io": "acr"}})
    cloud.fault("firewall", host=ACME)
    lines, answer = page(helper, cloud)
    assert answer.status == 1 and [line.split(",")[0] for line in lines[:3]] == [
        "This machine: no problem found", f"{ACME}: 1 problem", "reader.azurecr.io: no problem found"], answer
    for host in (ACME, "reader.azurecr.io"):
        below = lines[lines.index(host) + 1:]
        assert areas_of(below[:(below + [""]).index("")]) == AREAS[1:], answer


@pytest.mark.parametrize("columns", [60, 100])
def test_the_output_is_as_wide_as_the_terminal(home, cloud, engine, columns):
    cloud.fault("firewall", host=ACME)
    seen = on_a_terminal(home, "diagnose", f"{ACME}/app", env={**cloud.environment(APP), "NO_COLOR": "1"}, columns=columns)
    lines = [line.rpartition("\033[K")[2] for line in seen.splitlines()]
    wide = [len(line) for line in lines if " az " not in line]
    assert max(wide) <= columns and max(wide) > columns - 12, seen


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_progress_line_is_removed_when_a_signal_ends_the_program(home, cloud, engine, number):
    """It shows what it waits for: a registry that accepts connections and does not respond."""
    cloud.fault("hang", host=ACME)
    seen, status = on_a_terminal(home, "diagnose", f"{ACME}/app", env=cloud.environment(APP), kill=(r"waiting for [^\r]*\r.*connection", number))
    assert status == -number and re.search(r"waiting for [^\r]*connection", seen) and seen.endswith("\r\033[K"), seen


def test_a_missing_file_is_not_reported_as_ok(diagnose, home):
    (home.folder / ".docker/config.json").unlink()
    found = diagnose(who=None)
    for check in ("docker-config", "own-config", "folders"):
        assert found.verdict(check) == "skipped" and "does not exist" in found.checks[check]["line"], found
    home.docker_config({"credsStore": "acr"})
    home.config()
    home.data.mkdir(parents=True)
    home.data.chmod(0o700)
    found = diagnose(who=None)
    assert {found.verdict(check) for check in ("docker-config", "own-config", "folders")} == {"ok"}, found


def test_it_speaks_french(helper, cloud, engine):
    answer = helper("diagnose", f"{ACME}/app", env={**cloud.environment(EXPIRED), "LANGUAGE": "fr"})
    assert "Que faire" in answer.out and "1 problème" in answer.out and "\nréseau " in answer.out, answer.out


def test_json_has_the_same_keys_and_verdicts_in_every_language(diagnose, cloud):
    english, french = diagnose(f"{ACME}/app", who=EXPIRED), diagnose(f"{ACME}/app", who=EXPIRED, env={"LANGUAGE": "fr"})
    assert {one: english.verdict(one) for one in english.checks} == {one: french.verdict(one) for one in french.checks}
    assert english.rules == french.rules


def test_explain_accepts_the_facts_of_a_check(diagnose, helper):
    found = diagnose(f"{ACME}/app", who=EXPIRED)
    facts = next(check["facts"] for check in found.checks.values() if check["verdict"] == "problem")
    answer = helper("explain", "--facts", stdin=json.dumps(facts))
    assert "has expired" in answer.out


# ---- the report ----

def report(helper, home, cloud, *options, who=APP):
    path = home.folder / "report.txt"
    answer = helper("diagnose", "--report", str(path), *options, f"{ACME}/app", env=cloud.environment(who))
    assert path.stat().st_mode & 0o777 == 0o600
    text = path.read_text(encoding="utf-8")
    assert not helper.secrets_in(text)
    return answer, text


def test_a_report_contains_no_secret_home_directory_or_address(helper, home, cloud, engine):
    _, text = report(helper, home, cloud, who=NOBODY)
    assert str(home.folder) not in text and not re.search(r"\b\d{1,3}(\.\d{1,3}){3}\b", text)
    assert "[address 1]" in text and "~/.docker/config.json" in text and "az role assignment create" in text
    validate(json.loads(text.splitlines()[-1]))


def test_a_report_keeps_the_values_that_the_user_chooses(helper, home, cloud, engine):
    _, text = report(helper, home, cloud, "--show-home", "--show-addresses")
    assert str(home.folder) in text and "10.99.0.10" in text


def test_a_report_that_cannot_be_written_is_an_error(helper, home, cloud, engine):
    answer = helper("diagnose", "--report", "/nonexistent/report.txt", f"{ACME}/app", env=cloud.environment(APP))
    assert answer.status == 1 and "cannot write the report" in answer.err


def test_a_report_does_not_follow_a_link(helper, home, cloud, engine):
    target = home.write("target", "untouched")
    (home.folder / "report.txt").symlink_to(target)
    answer = helper("diagnose", "--report", str(home.folder / "report.txt"), env=cloud.environment(APP))
    assert answer.status == 1 and target.read_text() == "untouched"


# ---- time ----

def test_without_any_answer_it_ends_within_thirty_seconds(diagnose, cloud):
    """DNS, Entra ID, the engine: none of them responds."""
    cloud.fault("silent", host=ACME)
    cloud.fault("hang", service="entra")
    cloud.fault("hang", service="imds")
    found = diagnose(f"{ACME}/app", status=1, env={"DOCKER_HOST": "tcp://10.99.0.12:2375"})
    assert found.answer.seconds < 30 and found.verdict("docker-engine") == "problem"


def test_a_registry_that_accepts_connections_and_does_not_answer_is_reported_in_time(diagnose, cloud):
    cloud.fault("hang", host=ACME)
    found = diagnose(f"{ACME}/app", status=1)
    assert found.answer.seconds < 30 and found.verdict("connection") == "problem"


# ---- settings that cannot be found ----

HIDDEN = "hidden.azurecr.io"  # nobody may read the settings of this registry


def sees(cloud, subscriptions, **more):
    with cloud.changed_world() as world:
        world["tenants"]["contoso"].update(other_subscriptions=subscriptions, **more)


def settings_of(diagnose, helper, host):
    """As a user, because a missing role would be reported for a user."""
    assert helper("login", "--device-code", "--insecure-storage").status == 0
    found = diagnose(host, who=None, timeout=60)
    return found, found.checks["settings"]["verdict"], found.checks["settings"]["line"]


def test_a_registry_in_the_last_of_many_subscriptions_is_found(diagnose, helper, cloud):
    sees(cloud, 30)
    found, verdict, line = settings_of(diagnose, helper, ACME)
    assert verdict == "ok" and "admin user" in line, found


def test_if_all_subscriptions_were_searched_the_role_is_named(diagnose, helper, cloud):
    sees(cloud, 30)
    found, verdict, line = settings_of(diagnose, helper, HIDDEN)
    assert verdict == "warning" and "Reader" in line, found


@pytest.mark.plain
@pytest.mark.parametrize("why, words", [
    ("no time", r"not found in [1-9]\d* of 31 subscriptions"), ("more pages", r"not found in 4 of 4\+ subscriptions"),
    ("throttled", "429"), ("down", "503"), ("list", "503")])
def test_if_not_all_subscriptions_were_searched_no_role_is_reported_missing(diagnose, helper, cloud, why, words):
    """Too slow for all subscriptions, a list of several pages, or a response that does not show a missing role."""
    sees(cloud, 30 if why == "no time" else 3, more_pages=why == "more pages")
    one = "/subscriptions/00000001-0000-4000-8000-000000000000/resources"
    if why == "no time":
        cloud.fault("delay", service="arm", path="/subscriptions/", seconds=0.7)
    if why == "throttled":
        cloud.fault("throttle", service="arm", path=one, retry_after=60)
    if why in ("down", "list"):
        cloud.fault("error", service="arm", path=one if why == "down" else "/subscriptions", status=503)
    found, verdict, line = settings_of(diagnose, helper, HIDDEN)
    assert verdict == "skipped" and re.search(words, line) and "Reader" not in line, found
    assert "registry-settings-unreadable" not in found.rules, found
