# SPDX-License-Identifier: Apache-2.0
"""Which identity is used on a machine, and which services get its secrets: the first identities of the chain, with the
whole program."""
import base64
import contextlib
import json
import subprocess
import threading
import time

import homes
import pytest
from client import ACR_AUDIENCE, APP, AWKWARD, CHINA, DEPLOYER, EXPIRED, GOV, MACHINE, NOBODY, PARTNER, USER, WORKLOAD
from homes import NOT_FOUND

ACME = "acme.azurecr.io"
MANAGED = {"AZURE_TOKEN_CREDENTIALS": "ManagedIdentityCredential"}


def who(answer):
    """Returns the object ID of the identity that a token was issued to."""
    payload = answer.secret.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["sub"]


def entra(answer):
    return [row for row in answer.requests if row["service"] == "entra"]


@pytest.mark.parametrize("principal", [APP, AWKWARD], ids=["plain-secret", "secret-of-odd-letters"])
def test_a_service_principal_of_the_environment_signs_in(helper, cloud, principal):
    answer = helper.get(ACME, env=cloud.environment(principal))
    assert answer.status == 0 and answer.err == "" and who(answer) == principal.object_id
    [row] = entra(answer)
    assert row["path"] == f"/{principal.tenant_id}/oauth2/v2.0/token"
    assert row["form"]["scope"] == ACR_AUDIENCE + "/.default" and row["form"]["client_secret"] == principal.secret
    assert answer.asked("imds") == 0


def test_the_exchange_sends_the_registry_only_what_it_needs(helper, cloud):
    answer = helper.get(ACME, env=cloud.environment(APP))
    [row] = [row for row in answer.requests if row.get("path") == "/oauth2/exchange"]
    assert set(row["form"]) <= {"grant_type", "service", "tenant", "access_token"}
    assert row["form"]["grant_type"] == "access_token" and row["form"]["service"] == ACME
    assert row["tls"] in ("TLSv1.2", "TLSv1.3") and "authorization" not in row["headers"] and "cookie" not in row["headers"]
    secrets = [row for row in answer.requests if APP.secret in str(row) and row["host"] != "login.microsoftonline.com"]
    assert secrets == []


def test_every_request_has_one_accept_header(helper, cloud):
    """The servers join repeated fields, so one value means one header."""
    answers = [helper.get(ACME, env=env) for env in (
        cloud.environment(APP), MANAGED, cloud.app_service_environment(), cloud.app_service_environment(old=True),
        cloud.arc_environment(), cloud.github_environment(), cloud.pipelines_environment())]
    asked = [row for answer in answers for row in answer.requests if "headers" in row]
    assert {row["service"] for row in asked} >= {"entra", "imds", "appservice", "arc", "github", "pipelines", "acr"}
    assert [row for row in asked if row["headers"].get("accept") != "application/json"] == []


def test_a_managed_identity_of_the_machine_signs_in(helper, cloud):
    answer = helper.get(ACME, env=MANAGED)
    assert answer.status == 0 and answer.err == "" and who(answer) == MACHINE.object_id
    assert answer.asked("entra") == 0 and answer.asked("imds") == 1
    assert helper.get(ACME, env=MANAGED).requests == []


@pytest.mark.parametrize("how", ["environment", "config"])
def test_a_managed_identity_is_chosen_by_its_client_id(helper, home, cloud, how):
    if how == "config":
        home.config(registries={ACME: {"identity": "managed-identity", "client_id": DEPLOYER.client_id}})
    answer = helper.get(ACME, env={**MANAGED, "AZURE_CLIENT_ID": DEPLOYER.client_id} if how == "environment" else {})
    assert answer.status == 0 and who(answer) == DEPLOYER.object_id


def test_the_metadata_service_is_never_asked_through_a_proxy(helper, cloud):
    proxies = {name: "http://127.0.0.1:9" for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY")}
    assert helper.get(ACME, env={**MANAGED, **proxies, "no_proxy": ".azurecr.io,login.microsoftonline.com"}).asked("imds") == 1


@contextlib.contextmanager
def silence(seconds=None):
    """Connections to the metadata service get no response, as on most networks; or only for a moment."""
    rule, ended = ["INPUT", "-d", "169.254.169.254", "-j", "DROP"], threading.Event()

    def end():
        if not ended.is_set():
            ended.set()
            subprocess.run(["iptables", "-D", *rule], check=True)

    subprocess.run(["iptables", "-I", *rule], check=True)
    timer = threading.Timer(seconds or 60, end)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        end()


drops_packets = pytest.mark.needs("packets")


@drops_packets
def test_a_missing_metadata_service_costs_little_time_and_is_remembered(helper, home):
    """The first run waits for two attempts, the next ones not at all; later, one waits as long as a working service needs."""
    with silence():
        first = helper.get(ACME)
        assert first.out == NOT_FOUND and first.seconds < 2.5
        assert helper.get("reader.azurecr.io").seconds < 0.2
        home.age_notes(21)
        again = helper.get("reader.azurecr.io")
        assert again.out == NOT_FOUND and again.seconds < 0.8
    home.age_notes(21)
    assert who(helper.get(ACME)) == MACHINE.object_id


def test_an_absent_metadata_service_is_not_asked_again_for_minutes(helper, home, cloud):
    cloud.fault("reset", service="imds", at="connect")
    assert helper.get(ACME).out == NOT_FOUND
    cloud.no_faults()
    home.age_notes(250)
    assert helper.get(ACME).out == NOT_FOUND
    home.age_notes(60)
    assert who(helper.get(ACME)) == MACHINE.object_id


def sign_in_to_az(home, cloud):
    """Installs an az with a signed-in user."""
    token, end = cloud.entra_token(USER), int(time.time()) + 3000
    home.write(".azure/azureProfile.json", json.dumps({"subscriptions": [
        {"id": "1", "tenantId": USER.tenant_id, "isDefault": True, "environmentName": "AzureCloud",
         "user": {"name": USER.name, "type": "user"}}]}))
    answer = json.dumps({"accessToken": token, "expires_on": end, "tenant": USER.tenant_id})
    home.write("bin/az", f"#!/bin/sh\necho '{answer}'\n", 0o755)
    home.env["PATH"] = f"{home.folder}/bin:/usr/bin:/bin"


@drops_packets
def test_a_metadata_service_that_connects_slowly_is_used_before_az(helper, home, cloud):
    sign_in_to_az(home, cloud)
    with silence(0.5):
        answer = helper.get(ACME)
    assert who(answer) == MACHINE.object_id and answer.err == ""


@pytest.mark.parametrize("seconds", [0.6, 2])
def test_a_metadata_service_that_answers_slowly_is_used_before_az(helper, home, cloud, seconds):
    sign_in_to_az(home, cloud)
    cloud.fault("delay", service="imds", seconds=seconds)
    answer = helper.get(ACME)
    assert who(answer) == MACHINE.object_id and answer.err == ""


def test_a_metadata_service_that_accepts_the_connection_is_present(helper, home, cloud):
    """It does not answer in time, on a machine whose maker cannot be read: the fallback is reported and kept for a short time."""
    sign_in_to_az(home, cloud)
    cloud.fault("hang", service="imds")
    first = helper.get(ACME)
    assert who(first) == USER.object_id and "managed-identity" in first.err and USER.name in first.err
    cloud.no_faults()
    home.age(301)
    assert who(helper.get(ACME)) == MACHINE.object_id


@drops_packets
def test_a_metadata_service_that_answered_once_is_not_absent_after_a_timeout(helper, home, cloud):
    assert who(helper.get(ACME)) == MACHINE.object_id
    sign_in_to_az(home, cloud)
    with silence():
        answer = helper.get("reader.azurecr.io")
    assert who(answer) == USER.object_id and "managed-identity" in answer.err and answer.seconds < 6
    home.age(301)
    assert who(helper.get("reader.azurecr.io")) == MACHINE.object_id


def test_a_metadata_service_that_does_not_answer_does_not_use_all_the_time(helper, cloud):
    cloud.fault("hang", service="imds")
    answer = helper.get(ACME, env={"DOCKER_CREDENTIAL_ACR_TIMEOUT": "12s"})
    assert answer.status == 1 and answer.seconds < 10 and "before anybody was asked" not in answer.err


def test_a_wrong_secret_ends_the_chain(helper, cloud):
    """With the identity of the machine instead, another account would push without notice."""
    answer = helper.get(ACME, env={**cloud.environment(APP), "AZURE_CLIENT_SECRET": "not-the-secret"})
    assert answer.status == 1 and answer.asked("imds") == 0 and answer.exchanges == 0
    assert "AADSTS7000215" in answer.err and "AADSTS7000215" in answer.out and answer.out.count("\n") == 1


def half_set_up(cloud, home):
    secret = {"AZURE_CLIENT_SECRET": APP.secret, "AZURE_TENANT_ID": APP.tenant_id}
    pipelines = cloud.pipelines_environment()
    both = {"AZURE_CLIENT_ID": APP.client_id, "AZURE_TENANT_ID": APP.tenant_id}
    return {
        "a misspelt client": {**secret, "AZURE_CLIENTID": APP.client_id},
        "a certificate without a client": {"AZURE_CLIENT_CERTIFICATE_PATH": str(home.folder / "none.pem"), "AZURE_TENANT_ID": APP.tenant_id},
        "a missing certificate": {**both, "AZURE_CLIENT_CERTIFICATE_PATH": str(home.folder / "none.pem")},
        "a step without the job's token": {name: value for name, value in pipelines.items() if name != "SYSTEM_ACCESSTOKEN"},
        "a missing token file": {**both, "AZURE_FEDERATED_TOKEN_FILE": str(home.folder / "none")},
        "an identity binding": {**both, "AZURE_KUBERNETES_TOKEN_PROXY": "https://10.0.0.1"},
        "a job without id-token: write": {**both, "GITHUB_ACTIONS": "true"},
    }


def test_an_incomplete_explicit_identity_is_an_error_and_never_the_managed_identity(helper, home, cloud):
    for case, environment in half_set_up(cloud, home).items():
        answer = helper.get(ACME, env=environment)
        assert answer.status == 1 and answer.exchanges == 0 and answer.out != NOT_FOUND, (case, answer)


def test_a_job_on_a_self_hosted_runner_uses_the_managed_identity_of_the_same_client_id(helper, cloud):
    both = {"AZURE_CLIENT_ID": DEPLOYER.client_id, "AZURE_TENANT_ID": DEPLOYER.tenant_id}
    answer = helper.get(ACME, env={**both, "GITHUB_ACTIONS": "true"})
    assert answer.status == 0 and who(answer) == DEPLOYER.object_id


def test_a_fallback_during_a_transient_failure_is_reported_and_kept_for_a_short_time(helper, home, cloud):
    """IMDS fails for a minute, and a user is signed in to az."""
    sign_in_to_az(home, cloud)
    cloud.fault("error", service="imds", status=500)
    first = helper.get(ACME)
    assert who(first) == USER.object_id and "managed-identity" in first.err and "user" in first.err
    cloud.no_faults()
    home.age(301)
    assert who(helper.get(ACME)) == MACHINE.object_id
    # While the machine's token is valid, no other identity replaces it.
    home.age(8000)
    cloud.fault("error", service="imds", status=500)
    assert who(helper.get(ACME)) == MACHINE.object_id


def test_the_next_job_of_a_runner_does_not_get_the_token_of_the_previous_one(helper, home, cloud):
    """The federated token file remains in place, because its subject is part of the cache key."""
    path = home.folder / "token"
    environment = cloud.workload_environment(path)
    assert helper.get(ACME, env=environment).exchanges == 1
    cloud.workload_environment(path)
    assert helper.get(ACME, env=environment).requests == [], "written anew for the same subject"
    cloud.federated_token(subject="system:serviceaccount:other:branch", file=path)
    assert helper.get(ACME, env=environment).status == 1
    path.unlink()
    assert helper.get(ACME, env=environment).status == 1


# The variable with a CI job's OIDC token, and the setting that names it if it is not a known one.
OIDC_VARIABLES = {"AZURE_FEDERATED_TOKEN": {}, "AZD_GITLAB_FEDERATED_TOKEN": {},
                  "CIRCLE_OIDC_TOKEN_V2": {"federated_token_variable": "CIRCLE_OIDC_TOKEN_V2"},
                  "BITBUCKET_STEP_OIDC_TOKEN": {"federated_token_variable": "BITBUCKET_STEP_OIDC_TOKEN"}}


def job_with_token(cloud, variable, **token):
    return {"AZURE_TENANT_ID": WORKLOAD.tenant_id, "AZURE_CLIENT_ID": WORKLOAD.client_id, variable: cloud.federated_token(**token)}


@pytest.mark.parametrize("variable", OIDC_VARIABLES)
def test_the_oidc_token_of_a_job_is_read_from_a_variable(helper, home, cloud, variable):
    home.config(**OIDC_VARIABLES[variable])
    assert who(helper.get(ACME, env=job_with_token(cloud, variable))) == WORKLOAD.object_id
    assert helper.get(ACME, env=job_with_token(cloud, variable)).requests == [], "another job with the same subject"
    other = helper.get(ACME, env=job_with_token(cloud, variable, subject="system:serviceaccount:other:branch"))
    assert other.status == 1 and other.exchanges == 0 and "AADSTS700213" in other.err


def test_the_environment_can_name_the_variable_too(helper, cloud):
    env = job_with_token(cloud, "TFC_WORKLOAD_IDENTITY_TOKEN")
    assert helper.get(ACME, env=env).asked("entra") == 0, "nothing names it"
    env["DOCKER_CREDENTIAL_ACR_FEDERATED_TOKEN_VARIABLE"] = "TFC_WORKLOAD_IDENTITY_TOKEN"
    assert who(helper.get(ACME, env=env)) == WORKLOAD.object_id


def test_a_file_with_a_token_takes_precedence_over_variables(helper, home, cloud):
    env = {**cloud.workload_environment(home.folder / "token"),
           "AZURE_FEDERATED_TOKEN": cloud.federated_token(subject="system:serviceaccount:other:branch")}
    assert who(helper.get(ACME, env=env)) == WORKLOAD.object_id


@pytest.mark.parametrize("value", ["hunter2-is-the-password", "two words", "a.b.c", "eyJhbGciOiJub25lIn0.e30.x"])
@pytest.mark.parametrize("variable", OIDC_VARIABLES)
def test_a_value_that_is_not_an_oidc_token_is_neither_sent_nor_shown(helper, home, cloud, variable, value):
    home.config(**OIDC_VARIABLES[variable])
    answer = helper.get(ACME, env={**job_with_token(cloud, variable), variable: value})
    assert answer.status == 1 and answer.asked("entra") == answer.exchanges == 0 and variable in answer.err, answer
    assert value not in answer.out + answer.err


@pytest.mark.parametrize("language", ["en_US.UTF-8", "fr_FR.UTF-8"])
def test_an_incomplete_job_identity_never_becomes_the_managed_identity(helper, home, cloud, language):
    job = job_with_token(cloud, "AZURE_FEDERATED_TOKEN")
    for missing in ("AZURE_CLIENT_ID", "AZURE_TENANT_ID"):
        answer = helper.get(ACME, env={**job, missing: "", "LC_ALL": language})
        assert answer.status == 1 and answer.exchanges == 0 and missing in answer.err, answer
    home.config(federated_token_variable="CIRCLE_OIDC_TOKEN_V2")
    answer = helper.get(ACME, env={**job, "LC_ALL": language})
    assert answer.status == 1 and answer.exchanges == 0 and "CIRCLE_OIDC_TOKEN_V2" in answer.err, answer


def test_an_invalid_variable_name_is_a_config_error(helper, home):
    home.config(federated_token_variable="$CIRCLE_OIDC_TOKEN_V2")
    answer = helper.get(ACME)
    assert answer.status == 1 and "is not the name of an environment variable" in " ".join(answer.err.split())


def test_an_expired_secret_is_reported_with_the_message_of_entra(helper, cloud):
    answer = helper.get(ACME, env=cloud.environment(EXPIRED))
    assert answer.status == 1 and "AADSTS7000222" in answer.err


def test_a_denial_is_remembered_only_for_this_identity(helper, cloud):
    wrong = {**cloud.environment(APP), "AZURE_CLIENT_SECRET": "not-the-secret"}
    first = helper.get(ACME, env=wrong)
    again = helper.get(ACME, env=wrong)
    assert again.status == 1 and again.requests == [] and again.out == first.out and "AADSTS7000215" in again.out
    assert helper.get(ACME, env=cloud.environment(AWKWARD)).status == 0


def test_after_an_identity_without_a_role_the_next_one_is_used_and_named(helper, home, cloud):
    """A denial by the registry does not end the chain; if a later identity works, a notice names the identities once."""
    home.config(registries={ACME: {"identity": ["environment", "managed-identity"]}})
    with cloud.changed_world() as world:
        world["principals"]["deployer"]["client_id"] = NOBODY.client_id
    env = cloud.environment(NOBODY)
    answer = helper.get(ACME, env=env)
    assert who(answer) == DEPLOYER.object_id
    assert answer.err.count("\n") == 1 and ACME in answer.err
    assert helper.get(ACME, env=env).err == ""


def test_a_configured_identity_takes_precedence_over_the_environment(helper, home, cloud):
    home.config(registries={ACME: {"identity": "managed-identity"}})
    answer = helper.get(ACME, env={name: value for name, value in cloud.environment(APP).items() if name != "AZURE_CLIENT_ID"})
    assert who(answer) == MACHINE.object_id and answer.asked("entra") == 0


@pytest.mark.parametrize("name", ["VisualStudioCodeCredential", "visualstudiocredential", "AzurePowerShellCredential", "BrokerCredential",
                                  "InteractiveBrowserCredential"])
def test_a_credential_that_only_sdks_have_is_skipped_with_a_note(helper, home, cloud, name):
    env = {**cloud.environment(APP), "AZURE_TOKEN_CREDENTIALS": name}
    answer = helper.get(ACME, env=env)
    assert who(answer) == APP.object_id
    assert "AZURE_TOKEN_CREDENTIALS is" in answer.err and "which only Azure SDKs support: it is skipped" in answer.err
    home.config(registries={ACME: {"identity": "environment"}})
    assert "AZURE_TOKEN_CREDENTIALS" not in helper.get(ACME, env=env).err, "the configuration takes precedence"


@pytest.mark.parametrize("words, served", [("EnvironmentCredential", APP), ("ManagedIdentityCredential", DEPLOYER)])
def test_azure_token_credentials_chooses_the_identity(helper, cloud, words, served):
    env = {**cloud.environment(APP), "AZURE_TOKEN_CREDENTIALS": words}
    if words == "ManagedIdentityCredential":
        env["AZURE_CLIENT_ID"] = DEPLOYER.client_id
    assert who(helper.get(ACME, env=env)) == served.object_id


@pytest.mark.parametrize("server, principal, authority", [
    ("acme.azurecr.cn", CHINA, {"login.chinacloudapi.cn", "login.partner.microsoftonline.cn"}),
    ("acme.azurecr.us", GOV, {"login.microsoftonline.us"}), ("partner.azurecr.io", PARTNER, {"login.microsoftonline.com"})])
def test_each_cloud_has_its_own_authority(helper, cloud, server, principal, authority):
    answer = helper.get(server, env=cloud.environment(principal))
    assert answer.status == 0 and who(answer) == principal.object_id
    assert len({row["host"] for row in entra(answer)} & authority) == 1


def test_in_a_tenant_without_the_acr_audience_the_arm_audience_is_tried_with_a_notice(helper, cloud):
    body = {"error": "invalid_resource", "error_codes": [500011], "error_description":
            "AADSTS500011: The resource principal named https://containerregistry.azure.net was not found in the tenant."}
    cloud.fault("error", service="entra", status=400, body=json.dumps(body), count=1)
    answer = helper.get(ACME, env=cloud.environment(APP))
    assert answer.status == 0, answer
    assert [row["form"]["scope"] for row in entra(answer)] == [
        "https://containerregistry.azure.net/.default", "https://management.azure.com/.default"]
    assert answer.err.count("\n") == 1


def test_az_is_not_started_without_a_sign_in(helper, home, cloud):
    """Starting az would take a quarter of a second for nothing."""
    cloud.fault("reset", service="imds", at="connect")
    home.write("bin/az", "#!/bin/sh\ntouch $HOME/az-was-started\nexit 1\n", 0o755)
    answer = helper.get(ACME, env={"PATH": f"{home.folder}/bin:{home.env['PATH']}"})
    assert answer.out == NOT_FOUND and not (home.folder / "az-was-started").exists()


def test_an_unprivileged_user_is_served_like_root(helper, home, cloud, somebody_else):
    answer = helper.get(ACME, env=cloud.environment(APP), prefix=somebody_else)
    assert answer.status == 0 and answer.err == ""
    assert home.entries()[0].stat().st_uid == homes.NOBODY


@pytest.mark.parametrize("script", ["echo 'Traceback (most recent call last)' >&2; exit 1", "echo boom >&2; exit 3", "kill -9 $$", "echo nonsense"])
def test_a_denial_by_the_registry_is_reported_and_remembered_even_if_a_later_identity_fails(helper, home, cloud, script):
    """A broken az is not the cause and is left out: the cause is that the network rules do not allow it."""
    home.write(".azure/azureProfile.json", json.dumps({"subscriptions": [{
        "id": "5b5c0470-0000-4000-8000-000000000001", "isDefault": True, "tenantId": APP.tenant_id,
        "environmentName": "AzureCloud", "user": {"name": "developer@contoso.com", "type": "user"}}]}))
    home.write("bin/az", f"#!/bin/sh\necho x >> {home.folder}/az-started\n{script}\n", 0o755)
    env = {**cloud.environment(APP), "PATH": f"{home.folder}/bin:/usr/bin:/bin"}
    cloud.fault("firewall", service="acr", host=ACME)
    cloud.fault("reset", service="imds", at="connect")
    first = helper.get(ACME, env=env)
    assert first.status == 1 and "status 403" in first.out
    assert "azure-cli" not in first.err
    second = helper.get(ACME, env=env)
    assert second.out == first.out and second.requests == []
    assert (home.folder / "az-started").read_text().count("x") == 1


def test_the_command_in_an_explanation_asks_again_at_once(helper, cloud):
    """After a new role assignment there is no need to wait until the denial is forgotten."""
    env = cloud.environment(APP)
    cloud.fault("firewall", service="acr", host=ACME)
    told = helper.get(ACME, env=env)
    [command] = [line for line in told.err.splitlines() if line.startswith("After a change: ")]
    cloud.no_faults()
    again = helper.get(ACME, env=env)
    assert again.status == 1 and again.requests == []
    assert again.err == f"docker-credential-acr: as explained a moment ago: {again.out}"
    assert helper(*command.split()[4:], env=env).status == 0
    assert helper.get(ACME, env=env).status == 0


@pytest.mark.parametrize("env, advice", [({"GITHUB_ACTIONS": "true"}, "id-token: write"),
                                         ({"TF_BUILD": "True"}, "service connection"),
                                         ({"GITLAB_CI": "true"}, "id_tokens"),
                                         ({"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, "workload identity"),
                                         ({"DOCKER_CREDENTIAL_ACR_IDENTITY": "managed-identity"}, "managed identity")])
@pytest.mark.parametrize("verb", ["get", "diagnose"])
def test_without_an_interactive_session_no_sign_in_is_suggested(helper, cloud, verb, env, advice):
    cloud.fault("reset", service="imds", at="connect")
    told = helper.get("acme.azurecr.io", env=env) if verb == "get" else helper("diagnose", "acme.azurecr.io", env=env)
    said = told.err if verb == "get" else told.out
    assert "az login" not in said and "docker-credential-acr login" not in said, told
    assert advice in " ".join(said.split()), told


def test_on_a_terminal_a_sign_in_is_suggested(helper, cloud):
    cloud.fault("reset", service="imds", at="connect")
    assert "az login, or docker-credential-acr login acme.azurecr.io" in helper.get("acme.azurecr.io").err
