# SPDX-License-Identifier: Apache-2.0
"""A user or a job that signed in with a real az: docker then works without further configuration."""
import json
import re
import shutil

import pytest
from client import APP, CONTOSO, USER
from clients import Client
from homes import NOT_FOUND, give_away

ACME = "acme.azurecr.io"
AS_APP = ("--service-principal", "-u", APP.client_id, "-p", APP.secret, "--tenant", CONTOSO)


@pytest.fixture(scope="module")
def sessions(tmp_path_factory):
    """az is slow: each sign-in happens once, and tests use copies."""
    return {}, tmp_path_factory


@pytest.fixture
def az(home, cloud, sessions):
    """Sign in: az(AS_APP), or az() for a user. Managed identities are disabled."""
    made, folders = sessions

    def sign_in(*how):
        if how not in made:
            folder = folders.mktemp("azure")
            cloud.az_login(folder, *how)
            made[how] = folder
        shutil.copytree(made[how], home.folder / ".azure", dirs_exist_ok=True)
        cloud.fault("reset", service="imds", at="connect")
        home.env["AZURE_CORE_COLLECT_TELEMETRY"] = "0"
        return Client(home, cloud, "az")
    return sign_in


def spy_on_az(home):
    """A program az before the real one on PATH that records when it is started."""
    home.write("bin/az", '#!/bin/sh\necho "$@" >> $HOME/az-was-started\nexec /usr/bin/az "$@"\n', 0o755)
    home.env["PATH"] = f"{home.folder}/bin:{home.env['PATH']}"
    return home.folder / "az-was-started"


def test_after_az_login_with_a_service_principal_docker_pulls(az, docker, published):
    az(*AS_APP)
    docker("rmi", "-f", published)
    seen = docker.must("pull", published)
    assert seen.exchanges == 1 and seen.ours == []


def test_after_az_login_of_a_person_docker_pulls(az, debian_docker, published):
    az()
    debian_docker("rmi", "-f", published)
    assert debian_docker.must("pull", published).exchanges == 1


def test_a_service_principal_session_is_used_without_starting_az(az, helper, home):
    az(*AS_APP)
    started = spy_on_az(home)
    assert helper.get(ACME).status == 0
    assert not started.exists()


def test_a_user_session_is_used_and_the_second_get_sends_no_request(az, helper, home):
    az()
    first = helper.get(ACME)
    assert first.status == 0 and first.err == "" and first.exchanges == 1
    started = spy_on_az(home)
    env = {"PATH": home.env["PATH"].split(":", 1)[1]}
    assert helper.get(ACME, env=env).requests == [] and not started.exists()


EXTENSION = """import os
open(os.environ["HOME"] + "/ran-as", "w").write(str(os.getuid()))
from azure.cli.core import AzCommandsLoader
class Loader(AzCommandsLoader):
    def load_command_table(self, args): return {}
    def load_arguments(self, command): pass
COMMAND_LOADER_CLS = Loader
"""


def install_extension(home):
    """Python code that az loads from ~/.azure/cliextensions, whichever user runs it."""
    home.write(".azure/cliextensions/evil/azext_evil/__init__.py", EXTENSION)
    home.write(".azure/cliextensions/evil/azext_evil/azext_metadata.json", '{"azext.minCliCoreVersion": "2.0.0"}')
    home.write(".azure/cliextensions/evil/evil-1.0.dist-info/METADATA", "Metadata-Version: 2.0\nName: evil\nVersion: 1.0\n")
    home.write(".azure/cliextensions/evil/evil-1.0.dist-info/metadata.json",
               '{"name": "evil", "version": "1.0", "azext.minCliCoreVersion": "2.0.0"}')
    home.write(".azure/cliextensions/evil/evil-1.0.dist-info/top_level.txt", "azext_evil\n")
    return home.folder / "ran-as"


def test_root_in_another_users_home_starts_no_program_of_that_user_and_says_what_to_do(az, helper, home):
    az()
    ran = install_extension(home)
    index = home.folder / ".azure/commandIndex.json"  # without it, az searches all extensions
    (home.folder / ".azure/msal_token_cache.json").write_text("{}")
    index.unlink(missing_ok=True)
    helper.get(ACME)
    assert ran.read_text() == "0", "the extension works: az as the owner of the folder loads it"
    ran.unlink()
    index.unlink(missing_ok=True)
    give_away(home.folder / ".azure")
    answer = helper.get("reader.azurecr.io")
    assert answer.status == 1 and not ran.exists()
    assert "belongs to uid 65534, but this program runs as root, so az is not started with it" in " ".join(answer.err.split())


def test_after_az_logout_the_old_token_is_never_served(az, helper):
    """A well-known bug of such helpers: they return the token of the previous account."""
    client = az()
    assert helper.get(ACME).status == 0
    client.must("logout", "--username", USER.name)
    assert helper.get(ACME).out == NOT_FOUND


def test_another_account_gets_its_own_token(az, helper):
    az()
    person = helper.get(ACME).secret
    az(*AS_APP)
    answer = helper.get(ACME)
    assert answer.exchanges == 1 and answer.secret != person


def test_an_expired_refresh_token_is_reported_with_how_to_sign_in(az, helper, cloud, home):
    az()
    path = home.folder / ".azure/msal_token_cache.json"
    cache = json.loads(path.read_text())
    cache["AccessToken"] = {}
    for entry in cache["RefreshToken"].values():
        entry["secret"] = cloud.user_refresh_token(life=-10)
    path.write_text(json.dumps(cache))
    answer = helper.get(ACME)
    assert answer.status == 1 and re.search(r"AADSTS70\d+", answer.err) and re.search("az login|sign in", answer.err)


def test_az_acr_login_stores_through_the_helper_and_leaves_no_login_behind(az, home, helper, debian_docker, cloud, published):
    client = az(*AS_APP)
    seen = client.must("acr", "login", "-n", "acme")
    assert "Login Succeeded" in seen.text
    assert not list((home.data / "logins").glob("*"))
    served = helper.get(ACME)
    assert served.status == 0 and served.requests == []
    home.age(10900)
    assert helper.get(ACME).exchanges == 1, "three hours later the session serves"
