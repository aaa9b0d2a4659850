# SPDX-License-Identifier: Apache-2.0
"""Which servers are Azure registries, with the whole program. For every other name, no connection is opened and no name is
looked up, whoever is signed in: the catch-all server gets no request."""
import subprocess
from pathlib import Path

import pytest
from client import APP
from homes import NOT_FOUND, give_away

UNIT = Path(__file__).resolve().parent.parent / "unit"

X = "x.azurecr.io"
FOREIGN = [
    "docker.io", "https://index.docker.io/v1/", "mcr.microsoft.com", "mcrprod.azurecr.io", "ghcr.io", "localhost:5000",
    "azurecr.io", ".azurecr.io", "fooazurecr.io", "xazurecr.io", "evil-azurecr.io", "x.eastus.data.azurecr.io",
    "quay.io/team/app", "registry.example", "azurecr.io.", "x.azurecr.de.example", "x.notazurecr.io", "169.254.169.254",
]
HOSTILE = [
    "x.azurecr.io.attacker.com", "x.azurecr.io@evil.com", "user@x.azurecr.io", "x.azurecr.io:443@evil.com",
    "evil.com/x.azurecr.io", "evil.com?x.azurecr.io", "evil.com#x.azurecr.io", "evil.com\\@x.azurecr.io", "x.azurecr.io.",
    "x.azurecr.io..", "x..azurecr.io", "-x.azurecr.io", "x-.azurecr.io", "x.azurecr.io%2eevil.com", "x.azurecr.io%00",
    "x.azurecr.io%0d%0a", "x.azurecr.io:0443", "x.azurecr.io:65536", "x.azurecr.io:80", "x.azurecr.io:8443",
    "x.azurecr.io:", "http://x.azurecr.io", "ftp://x.azurecr.io", "file://x.azurecr.io", "//x.azurecr.io",
    "https:/x.azurecr.io", "https:///x.azurecr.io", "https://", "https://https://x.azurecr.io", "HTTPS:x.azurecr.io",
    "x.azurecr\u3002io", "x\uff0eazurecr.io", "x.azurecr.\u0131o", "\u0445.azurecr.io", "x.azurecr.io\u200b", "[::1]",
    "[::1].azurecr.io", "0x7f.1", "2852039166", "127.0.0.1", "a" * 64 + ".azurecr.io", "a." * 120 + "azurecr.io",
    "a" * 8000 + ".azurecr.io", "x.azurecr.io evil.com", "x azurecr.io", "x.azurecr.io,evil.com", "x.azurecr.io;evil.com",
    "x.azurecr.io|evil.com", "$(x).azurecr.io", "`x`.azurecr.io", "*.azurecr.io", "x_y.azurecr.io", "x.azurecr.io\\evil.com",
    "https://x.azurecr.io@evil.com/", "https://evil.com\\.azurecr.io", "https://x.azurecr.io?@evil.com",
    "https://x.azurecr.io#@evil.com", "x.evil.azurecr.io", "x.eastus.geo.evil.azurecr.io", "x.azurecr.io:443:443",
    "\ufeffx.azurecr.io", "../x.azurecr.io", "{\"ServerURL\":\"x.azurecr.io\"}",
]


@pytest.mark.parametrize("name", FOREIGN + HOSTILE, ids=lambda name: ascii(name)[1:40])
def test_a_host_outside_azure_is_never_looked_up_or_contacted(helper, cloud, name):
    answer = helper.get(name, env=cloud.environment(APP))
    assert answer.status == 1 and answer.out == NOT_FOUND, answer
    assert answer.err == "" and answer.requests == [], answer


@pytest.mark.parametrize("name", HOSTILE[:12], ids=lambda name: ascii(name)[1:40])
def test_a_login_for_a_host_outside_azure_is_kept_under_its_verbatim_name(helper, cloud, home, name):
    home.config(keychain="file")
    signed_in = cloud.environment(APP)
    stored = helper.store(name, "developer", "some-password", env=signed_in)
    assert stored.status == 0 and stored.err == "" and stored.requests == [], stored
    answer = helper.get(name, env=signed_in)
    assert answer.login == {"ServerURL": name, "Username": "developer", "Secret": "some-password"}
    assert helper.list(env=signed_in).login == {name: "developer"}
    assert helper.get(X, env=signed_in).login["Username"] == "00000000-0000-0000-0000-000000000000"
    assert helper.erase(name, env=signed_in).requests == [] and helper.get(name, env=signed_in).out == NOT_FOUND


@pytest.mark.parametrize("byte", [*range(0x21), 0x7f, *range(0x80, 0xa1), 0xc0, 0xed, 0xf5, 0xff])
def test_no_unusual_byte_in_a_name_leads_to_another_host(helper, cloud, byte):
    """White space at the end is ignored, as by other helpers."""
    odd = bytes([byte])
    signed_in = cloud.environment(APP)
    for name in (b"x" + odd + b".azurecr.io", b"x.azurecr" + odd + b".io", b"evil.com" + odd + b"x.azurecr.io"):
        answer = helper.get(name, env=signed_in)
        assert answer.status == 1 and answer.out.count("\n") == 1 and answer.requests == [], answer
    if odd not in b" \t\r\n":
        assert helper.get(b"x.azurecr.io" + odd, env=signed_in).status == 1


@pytest.mark.parametrize("variable", ["DOCKER_CREDENTIAL_ACR_HOSTS", "DOCKER_CREDENTIAL_ACR_AUDIENCE", "DOCKER_CREDENTIAL_ACR_AUTHORITY"])
def test_no_environment_variable_chooses_where_tokens_are_sent(helper, cloud, variable):
    signed_in = {**cloud.environment(APP), variable: "evil.example"}
    assert helper.get("evil.example", env=signed_in).requests == []
    answer = helper.get("x.azurecr.io", env=signed_in)
    assert {row["host"] for row in answer.requests} == {"x.azurecr.io", "login.microsoftonline.com"}
    assert {row["form"]["scope"] for row in answer.requests if row["service"] == "entra"} == {
        "https://containerregistry.azure.net/.default"}


@pytest.mark.parametrize("authority", ["https://evil.example/", "https://login.microsoftonline.com.evil.example",
                                       "https://evil.example@login.microsoftonline.com/", "http://login.microsoftonline.com"])
def test_an_authority_of_the_environment_must_belong_to_microsoft(helper, cloud, authority):
    answer = helper.get("x.azurecr.io", env={**cloud.environment(APP), "AZURE_AUTHORITY_HOST": authority})
    assert answer.status == 1 and answer.asked("entra") == 0, answer
    assert "evil.example" not in {row["host"] for row in answer.requests}


def test_a_host_in_the_config_of_the_user_is_accepted(helper, cloud, home):
    """A request is sent for it, and fails at the proxy."""
    home.config(hosts=["registry.contoso.internal"])
    answer = helper.get("registry.contoso.internal", env={**cloud.environment(APP), "HTTPS_PROXY": "http://127.0.0.1:9"})
    assert answer.status == 1 and answer.out != NOT_FOUND and "127.0.0.1:9" in answer.err


def test_a_config_of_another_user_adds_no_hosts(helper, cloud, home):
    give_away(home.config(hosts=["registry.contoso.internal"]))
    answer = helper.get("registry.contoso.internal", env=cloud.environment(APP))
    assert answer.status == 1 and answer.requests == []


@pytest.mark.plain
def test_no_host_outside_azure_in_the_corpus_of_the_unit_tests_is_contacted(helper, cloud, tmp_path):
    """The table is the one of the unit tests, tests/unit/hosts.h."""
    signed_in = cloud.environment(APP)
    for server, host in rows_of_the_corpus(tmp_path):
        if host is None and server == server.strip(b" \t\r\n"):
            answer = helper.get(server, env=signed_in)
            assert answer.status == 1 and answer.requests == [] and answer.out.count("\n") == 1, (server, answer)


def rows_of_the_corpus(folder):
    """Returns (bytes, host or None) for each row, from the compiler."""
    source = folder / "rows.c"
    source.write_text("""
        #include <stdio.h>
        #include "hosts.h"
        int main(void)
        {
            for (size_t i = 0; i < sizeof(host_rows) / sizeof(host_rows[0]); i++) {
                for (size_t at = 0; at < host_rows[i].length; at++)
                    printf("%02x", (unsigned char)host_rows[i].bytes[at]);
                printf(" %s\\n", host_rows[i].host ? host_rows[i].host : "-");
            }
        }""")
    subprocess.run(["cc", f"-I{UNIT}", "-o", folder / "rows", source], check=True)
    rows = subprocess.run([folder / "rows"], check=True, capture_output=True, text=True).stdout.splitlines()
    assert len(rows) > 100
    return [(bytes.fromhex(server), None if host == "-" else host) for server, _, host in (row.partition(" ") for row in rows)]


def test_the_exchange_is_sent_to_the_registry_with_any_challenge(helper, cloud):
    cloud.fault("realm", service="acr", host="x.azurecr.io", realm="https://evil.example/oauth2/token")
    answer = helper.get("x.azurecr.io", env=cloud.environment(APP))
    assert answer.status == 0
    assert {row["host"] for row in answer.requests} == {"x.azurecr.io", "login.microsoftonline.com"}
