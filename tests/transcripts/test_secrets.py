# SPDX-License-Identifier: Apache-2.0
"""No secret appears on stderr, next to an answer, in an argument, or in a file that is not its store, even with all details.
Every run of every test is searched for the secrets of tests/cloud/world.json and for anything that looks like a token
(homes.py); here each kind of run is repeated with DOCKER_CREDENTIAL_ACR_LOG=debug."""
import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from client import APP, AWKWARD, NOBODY, NULL_GUID
from homes import JWT

ACME, ADMIN = "acme.azurecr.io", "admin.azurecr.io"
DEBUG = {"DOCKER_CREDENTIAL_ACR_LOG": "debug"}


def every_way(helper, cloud, home):
    """Returns (name, answer) of one run of each kind."""
    signed_in = {**cloud.environment(APP), **DEBUG}
    wrong = {**signed_in, "AZURE_CLIENT_SECRET": "canary-of-a-wrong-secret"}
    home.canaries |= {"canary-of-a-wrong-secret", "canary-of-a-login", "canary-in-the-config", "canary-in-a-request",
                      "canary-of-a-proxy", "Y2FuYXJ5LW9mLWEtcHJveHk"}
    yield "miss", helper.get(ACME, env=signed_in)
    yield "hit", helper.get(ACME, env=signed_in)
    home.age(7300)
    yield "renewal", helper.get(ACME, env=signed_in)
    home.age(7300)
    cloud.fault("html", service="acr", host=ACME)
    yield "old token", helper.get(ACME, env=signed_in)
    cloud.no_faults()
    yield "wrong secret", helper.get("reader.azurecr.io", env=wrong)
    yield "remembered", helper.get("reader.azurecr.io", env=wrong)
    yield "no role", helper.get(ACME, env={**cloud.environment(NOBODY), **DEBUG})
    yield "odd letters", helper.get(ACME, env={**cloud.environment(AWKWARD), **DEBUG})
    yield "managed", helper.get(ACME, env={**DEBUG, "AZURE_TOKEN_CREDENTIALS": "ManagedIdentityCredential"})
    for name in ("firewall", "truncated", "badjson", "crlftoken", "bigtoken", "nultoken", "notjwt", "otheraud", "expired",
                 "redirect", "reset60", "selfsigned", "nosuch", "error500"):
        yield name, helper.get(f"{name}.azurecr.io", env={**signed_in, "DOCKER_CREDENTIAL_ACR_TIMEOUT": "1s"})
    yield "proxy", helper.get("p.azurecr.io", env={**signed_in, "HTTPS_PROXY": "http://user:canary-of-a-proxy@127.0.0.1:9"})
    cloud.no_faults()
    yield "login", helper.store(ADMIN, "admin", "admin-password-one", env=DEBUG)
    yield "wrong login", helper.store(ADMIN, "admin", "canary-of-a-login", env=DEBUG)
    yield "stored", helper.get(ADMIN, env=DEBUG)
    yield "token back", helper.store("back.azurecr.io", NULL_GUID, cloud.registry_token("back.azurecr.io"), env=DEBUG)
    yield "old token back", helper.store("back.azurecr.io", NULL_GUID, cloud.registry_token("back.azurecr.io", age=20000), env=DEBUG)
    yield "other server", helper.store("ghcr.io", "developer", "canary-of-a-login", env=DEBUG)
    yield "list", helper.list(env=DEBUG)
    yield "half a request", helper("store", stdin='{"ServerURL":"ghcr.io","Username":"u","Secret":"canary-in-a-request', env=DEBUG)
    yield "wrong type", helper("store", stdin='{"ServerURL":"ghcr.io","Username":"u","Secret":["canary-in-a-request"]}', env=DEBUG)
    yield "as a server", helper.get("https://user:canary-in-a-request@acme.azurecr.io/\x01", env=DEBUG)
    yield "erase", helper.erase(ACME, env=signed_in)
    yield "logout", helper.logout(ACME, env=signed_in)
    home.write(".config/docker-credential-acr/config.json", '{"client_secret": "canary-in-the-config", "tenant": }')
    yield "broken config", helper.get(ACME, env=signed_in)
    home.config(client_secret="canary-in-the-config")
    yield "unknown key", helper.get(ACME, env=signed_in)


def test_no_situation_prints_a_secret_or_leaves_one_behind(helper, cloud, home):
    """Helper.judge searches each run. The files on the disk are searched at the end."""
    seen = dict(every_way(helper, cloud, home))
    assert sum("debug:" in answer.err for answer in seen.values()) > 5, "nothing was told: the search finds nothing"
    for what, answer in seen.items():
        assert not re.search(r"[A-Za-z0-9_-]{60,}\.?", answer.err), f"{what}: this looks like a token\n{answer}"
    for path, entry in home.files().items():
        found = helper.secrets_in(path) + (helper.secrets_in(entry[1].decode("utf-8", "replace")) if isinstance(entry, tuple) else [])
        if found:
            assert path.startswith((str(home.runtime), str(home.data / "logins"), str(home.folder / ".config"))), (path, found)
            assert entry[0] & 0o777 == 0o600, path


def test_a_service_that_repeats_the_request_is_not_quoted(helper, cloud):
    cloud.fault("error", service="acr", status=400, body=json.dumps(
        {"errors": [{"code": "UNAUTHORIZED", "message": f"cannot take {cloud.entra_token()}"}]}))
    answer = helper.get(ACME, env={**cloud.environment(APP), **DEBUG})
    assert answer.status == 1


def test_the_search_for_secrets_detects_them(helper, cloud):
    """The search finds a secret."""
    token = helper.get(ACME, env=cloud.environment(APP)).secret
    assert helper.secrets_in(f"debug: {token}") and helper.secrets_in(APP.secret) and JWT.search(token)


@pytest.mark.plain
def test_no_secret_is_an_argument_or_in_the_environment_of_a_child(helper, cloud, home):
    trace = home.folder / "trace"
    home.write("bin/az", "#!/bin/sh\nexit 1\n", 0o755)
    home.write(".azure/azureProfile.json", '{"subscriptions": [{"id": "5b5c0470-0000-4000-8000-000000000001", "isDefault": true, '
               '"state": "Enabled", "environmentName": "AzureCloud", "tenantId": "c0470500-0000-4000-8000-000000000001", '
               '"user": {"name": "developer@contoso.com", "type": "user"}}]}')
    env = {**cloud.environment(APP), "PATH": f"{home.folder}/bin:{home.env['PATH']}",
           "DOCKER_CREDENTIAL_ACR_IDENTITY": "azure-cli,environment"}
    helper.get(ACME, env=env, prefix=["strace", "-f", "-v", "-s", "8192", "-e", "trace=execve", "-o", str(trace)])
    runs = [line for line in trace.read_text().splitlines() if "execve(" in line]
    for line in runs[1:]:
        assert APP.secret not in line and not JWT.search(line), line


@pytest.mark.plain
def test_a_process_that_holds_secrets_cannot_be_read_or_dumped(helper, home, cloud, somebody_else):
    """As an ordinary user, because root may read everything: its files in /proc belong to root while it is not dumpable."""
    cloud.fault("hang", service="acr", host=ACME, path="/oauth2/exchange", seconds=5)
    run = subprocess.Popen([*somebody_else, str(home.program), "get"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, env={**home.env, **cloud.environment(APP)})
    try:
        run.stdin.write(ACME.encode())
        run.stdin.close()
        run.stdin = None
        assert cloud.wait_for(1, service="entra")
        with open(f"/proc/{run.pid}/limits", encoding="ascii") as file:
            core = next(line for line in file if line.startswith("Max core file size"))
        assert core.split()[4:6] == ["0", "0"]
        assert os.stat(f"/proc/{run.pid}/environ").st_uid == 0 and "65534" in Path(f"/proc/{run.pid}/status").read_text()
    finally:
        run.kill()
        run.communicate()


def test_no_variable_makes_a_library_log_the_keys_of_a_connection(helper, cloud, home):
    for name in ("SSLKEYLOGFILE", "GNUTLS_KEYLOGFILE", "QLOGDIR"):
        keys = home.folder / name
        answer = helper.get(ACME, env={**cloud.environment(APP), name: str(keys), "DOCKER_CREDENTIAL_ACR_CACHE": "none"})
        assert answer.status == 0 and answer.exchanges == 1, answer
        assert not keys.exists(), name


MODULE = """
#include <stdio.h>
__attribute__((constructor)) static void loaded(void) { FILE *file = fopen("%s", "w"); if (file) fclose(file); }
int OSSL_provider_init(void *core, void *in, void **out, void **context) { return 0; }
"""


@pytest.mark.plain
def test_openssl_loads_no_module_named_by_a_variable_of_the_user(helper, cloud, home):
    """Its configuration belongs to root: in a folder that others can write to it is not read."""
    ran, source, module, config = (home.folder / name for name in ("ran", "module.c", "module.so", "openssl.cnf"))
    source.write_text(MODULE % ran)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", module, source], check=True)
    config.write_text(f"openssl_conf=i\n[i]\nproviders=p\n[p]\nforeign=f\ndefault=d\n[d]\nactivate=1\n[f]\nmodule={module}\nactivate=1\n")
    answer = helper.get(ACME, env={**cloud.environment(APP), "OPENSSL_CONF": str(config)})
    assert answer.status == 0, answer
    assert not ran.exists()
    # Without that check the file is read, so this test can fail.
    subprocess.run(["openssl", "list", "-providers"], env={"OPENSSL_CONF": str(config), "PATH": os.environ["PATH"]}, capture_output=True, check=False)
    assert ran.exists()


@pytest.mark.parametrize("url", ["http://user:{}@127.0.0.1:9", "http://user:{}%40127.0.0.1:9", "http://user:{}", "user:{}", "user:{}@127.0.0.1:9",
                                 "http://user:a@b/{}@127.0.0.1:9", "socks5://user:{}%40h:1", "http:/user:{}@127.0.0.1:9", "htp://u:{}@127.0.0.1:9",
                                 "http://127.0.0.1:9/?{}", "http://{}:x@127.0.0.1:9 trailing"])
@pytest.mark.parametrize("name", ["https_proxy", "ALL_PROXY"])
def test_a_proxy_password_is_never_shown_with_any_form_of_the_url(helper, cloud, home, url, name):
    password = "canary-of-a-proxy-password"
    home.canaries.add(password)
    env = {**cloud.environment(APP), **DEBUG, name: url.format(password)}
    report = home.folder / "report"
    answers = [helper.get(ACME, env=env), helper("diagnose", ACME, env=env), helper("diagnose", "--json", ACME, env=env),
               helper("diagnose", "--report", str(report), ACME, env=env)]
    for answer in answers:
        assert password not in answer.out + answer.err
    assert password not in report.read_text()
