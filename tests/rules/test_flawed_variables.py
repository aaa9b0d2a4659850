# SPDX-License-Identifier: Apache-2.0
"""`get` in a job or shell with variables that cannot be intended: it names the variable and what is wrong with it, and never
prints its value."""
import os
import subprocess

import pytest

OFFLINE = ["unshare", "--net", "--map-root-user"]
ID = "11111111-2222-3333-4444-555555555555"
BOTH = {"AZURE_CLIENT_ID": ID, "AZURE_TENANT_ID": ID}
WHOLE = {**BOTH, "AZURE_CLIENT_SECRET": "whisper~0"}

pytestmark = pytest.mark.skipif(subprocess.run([*OFFLINE, "true"], capture_output=True, check=False).returncode != 0,
                                reason="a network of its own is not to be had here")


def get(program, home, language="", **env):
    ran = subprocess.run([*OFFLINE, str(program), "get"], input="contoso.azurecr.io", capture_output=True, text=True, timeout=60, check=False,
                         env={"HOME": str(home), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "LANGUAGE": language, **env})
    assert ran.returncode == 1
    return ran.stdout, " ".join(ran.stderr.split())


@pytest.mark.parametrize("value, flaw", [
    ("", "it is empty"),
    (f'"{ID}"', "there are quotes around its value"),
    ("$(TENANT)", "was not expanded"),
    ("${{ secrets.TENANT }}", "was not expanded"),
    ("${TENANT}", "was not expanded"),
    ("$TENANT", "was not expanded"),
    ("%TENANT%", "was not expanded"),
    ("***", "a mask such as ***"),
    ("<tenant>", "a mask such as ***"),
    (f" {ID}", "a blank or a line end"),
    (f"{ID}\n", "a blank or a line end"),
])
def test_a_variable_with_an_invalid_value_is_reported(program, tmp_path, value, flaw):
    out, err = get(program, tmp_path, **{**WHOLE, "AZURE_TENANT_ID": value})
    assert "[variable-unusable]" in out
    assert "the variable AZURE_TENANT_ID is set and cannot be used: " in err and flaw in err
    assert "whisper" not in out + err


@pytest.mark.parametrize("value", ["a$b", "~x8Q", "100%", "<", "$lower", "a b"])
def test_a_variable_with_a_possible_value_is_not_reported(program, tmp_path, value):
    out, err = get(program, tmp_path, **{**WHOLE, "AZURE_CLIENT_SECRET": value, "AZURE_TENANT_ID": "no tenant"})
    assert "AZURE_CLIENT_SECRET" not in err and "variable-unusable" not in out


def test_a_variable_of_another_identity_is_not_reported(program, tmp_path):
    """The identity that fails does not read SYSTEM_ACCESSTOKEN."""
    out, _ = get(program, tmp_path, **{**WHOLE, "AZURE_TENANT_ID": "no tenant", "SYSTEM_ACCESSTOKEN": "$(System.AccessToken)"})
    assert "[setting-invalid]" in out


def test_a_network_failure_is_not_blamed_on_a_variable(program, tmp_path):
    out, err = get(program, tmp_path, **{**WHOLE, "AZURE_CLIENT_ID": "$(CLIENT)"})
    assert "[offline]" in out and "this machine is offline" in err


@pytest.mark.parametrize("job", [{"CI": "true"}, {"GITLAB_CI": "true"}, {"JENKINS_URL": "x"}])
def test_a_job_without_its_secret_is_told_which_one_is_missing(program, tmp_path, job):
    _, err = get(program, tmp_path, **BOTH, **job)
    assert "neither AZURE_CLIENT_SECRET nor AZURE_FEDERATED_TOKEN_FILE is" in err and "az login" not in err


def test_without_an_identity_an_empty_variable_is_reported(program, tmp_path):
    _, err = get(program, tmp_path, AZURE_CLIENT_ID="", AZURE_TENANT_ID=ID, GITHUB_ACTIONS="true")
    assert "AZURE_CLIENT_ID cannot be used: it is empty" in err and "id-token: write" in err
    _, err = get(program, tmp_path, "fr", AZURE_CLIENT_ID="", AZURE_TENANT_ID=ID, GITHUB_ACTIONS="true")
    assert "AZURE_CLIENT_ID est inutilisable : elle est vide" in err.replace("\u00a0", " ").replace("\u202f", " ")


def test_a_job_without_the_permission_is_told_which_one_is_missing(program, tmp_path):
    out, err = get(program, tmp_path, **BOTH, GITHUB_ACTIONS="true")
    assert "[github-token-unavailable]" in out and "permissions: { id-token: write, contents: read }" in err
    out, err = get(program, tmp_path, TF_BUILD="True", AZURESUBSCRIPTION_SERVICE_CONNECTION_ID="x", AZURESUBSCRIPTION_CLIENT_ID=ID,
                   AZURESUBSCRIPTION_TENANT_ID=ID)
    assert "[pipelines-token-unavailable]" in out and "SYSTEM_ACCESSTOKEN: $(System.AccessToken)" in err
