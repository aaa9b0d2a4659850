# SPDX-License-Identifier: Apache-2.0
"""No environment variable adds a trusted host, audience or authority, and none makes another one trusted."""
import re
from pathlib import Path

import pytest
from client import APP

HOST = "contoso.azurecr.io"
ROOT = Path(__file__).resolve().parents[2]
EVIL = ("https://evil.example/t", "http://evil.example/t", "https://evil.example", "evil.example", "https://com", "http://10.9.8.7/t")

# Variables whose value is a URL or host to send requests to: all that are needed to make the identity send one, and the
# identity.
ENDPOINTS = {
    "ACTIONS_ID_TOKEN_REQUEST_URL": ("github-actions", lambda cloud: cloud.github_environment()),
    "SYSTEM_OIDCREQUESTURI": ("azure-pipelines", lambda cloud: cloud.pipelines_environment()),
    "IDENTITY_ENDPOINT": ("managed-identity", lambda cloud: cloud.app_service_environment()),
    "MSI_ENDPOINT": ("managed-identity", lambda cloud: cloud.app_service_environment(old=True)),
    "IMDS_ENDPOINT": ("managed-identity", lambda cloud: cloud.arc_environment()),
    "AZURE_AUTHORITY_HOST": ("environment", lambda cloud: cloud.environment(APP)),
}
# Variables that select the host in other programs.
OTHERS = ("GITHUB_SERVER_URL", "GITHUB_API_URL", "ACTIONS_RUNTIME_URL", "SYSTEM_COLLECTIONURI", "SYSTEM_TEAMFOUNDATIONCOLLECTIONURI",
          "AZURE_POD_IDENTITY_AUTHORITY_HOST", "AZURE_REGIONAL_AUTHORITY_NAME", "AZURE_ENVIRONMENT", "AZURE_KUBERNETES_TOKEN_PROXY",
          "ARM_CLOUD_METADATA_URL", "ARM_ENVIRONMENT", "ARM_METADATA_HOSTNAME", "ARM_OIDC_REQUEST_URL", "ARM_MSI_ENDPOINT", "MSI_ENDPOINT",
          "IDENTITY_ENDPOINT", "IMDS_ENDPOINT", "AZURE_AUTHORITY_HOST", "AZURE_SCOPE", "AZURE_RESOURCE",
          "DOCKER_CREDENTIAL_ACR_HOSTS", "DOCKER_CREDENTIAL_ACR_CI_HOSTS", "DOCKER_CREDENTIAL_ACR_AUTHORITY",
          "DOCKER_CREDENTIAL_ACR_AUDIENCE")
# Variables that select the account, or a path on this machine; nothing is sent to their value.
ELSEWHERE = {
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "GITHUB_ACTIONS", "SYSTEM_ACCESSTOKEN", "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID",
    "AZURESUBSCRIPTION_CLIENT_ID", "AZURESUBSCRIPTION_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_CLIENT_SECRET",
    "AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_CLIENT_CERTIFICATE_PASSWORD", "AZURE_CLIENT_SEND_CERTIFICATE_CHAIN",
    "AZURE_FEDERATED_TOKEN_FILE", "AZURE_FEDERATED_TOKEN", "AZD_GITLAB_FEDERATED_TOKEN", "AZURE_TOKEN_CREDENTIALS", "AZURE_CONFIG_DIR", "AZD_CONFIG_DIR", "AZURE_DEV_COLLECT_TELEMETRY",
    "DEFAULT_IDENTITY_CLIENT_ID", "IDENTITY_HEADER", "IDENTITY_SERVER_THUMBPRINT", "MSI_SECRET", "DOCKER_CREDENTIAL_ACR_",
    "DOCKER_CREDENTIAL_ACR_LOG", "DOCKER_CREDENTIAL_ACR_IDENTITY", "AZURE_CLOUD_NAME",
}


@pytest.mark.parametrize("value", EVIL)
@pytest.mark.parametrize("variable", ENDPOINTS)
def test_no_variable_chooses_where_requests_are_sent(helper, cloud, variable, value):
    """The fixture `helper` fails the test if a host outside of Azure is contacted."""
    identity, provide = ENDPOINTS[variable]
    vouching = {"GITHUB_SERVER_URL": value, "SYSTEM_COLLECTIONURI": value, "DOCKER_CREDENTIAL_ACR_CI_HOSTS": "evil.example"}
    for more in ({}, vouching):
        env = {**provide(cloud), **more, variable: value, "DOCKER_CREDENTIAL_ACR_IDENTITY": identity}
        answer = helper.get(HOST, env=env)
        assert (answer.status != 0) == (variable != "IMDS_ENDPOINT"), answer


@pytest.mark.parametrize("variable", OTHERS)
def test_a_variable_that_other_programs_use_changes_no_host(helper, cloud, variable):
    for value in EVIL[:3]:
        helper.get(HOST, env={**cloud.environment(APP), variable: value})
        helper.get(HOST, env={**cloud.github_environment(), variable: value, "DOCKER_CREDENTIAL_ACR_IDENTITY": "github-actions"})


@pytest.mark.parametrize("proxy", ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"])
@pytest.mark.parametrize("old", [False, True], ids=["IDENTITY_HEADER", "MSI_SECRET"])
def test_the_secret_of_an_endpoint_is_not_sent_through_a_proxy(helper, cloud, proxy, old):
    env = {**cloud.app_service_environment(old=old), proxy: "http://127.0.0.1:9", "no_proxy": "azurecr.io",
           "DOCKER_CREDENTIAL_ACR_IDENTITY": "managed-identity"}
    assert helper.get(HOST, env=env).login


def test_every_variable_of_an_identity_is_in_a_table_of_this_file():
    read = set()
    for path in set((ROOT / "src/identity").glob("*.c")) - {ROOT / "src/identity/run_cli.c"}:  # passed to az and azd
        read |= set(re.findall(r'"[?#]?([A-Z][A-Z0-9]*_[A-Z0-9_]+)"', path.read_text()))
    known = set(ENDPOINTS) | set(OTHERS) | ELSEWHERE
    assert sorted(read - known) == []
