# SPDX-License-Identifier: Apache-2.0
"""valgrind finds no leak and no invalid access: in a cached get, a get without a cache, a denial, a store and a list. In a build
without the wiping free(), which valgrind cannot replace."""
from pathlib import Path

import pytest
from client import APP

ACME = "acme.azurecr.io"
pytestmark = pytest.mark.plain
VALGRIND = ["valgrind", "-q", "--error-exitcode=99", "--leak-check=full", "--show-leak-kinds=definite,indirect,possible",
            "--errors-for-leak-kinds=definite,indirect,possible", "--trace-children=no", "--child-silent-after-fork=yes"]
# Memory that other libraries keep until the end is suppressed, see valgrind.supp.
VALGRIND.append(f"--suppressions={Path(__file__).with_name('valgrind.supp')}")


@pytest.fixture
def watched(helper, home, plain_program):
    home.program = plain_program
    home.config(timeout=100)  # seconds, because valgrind is slow
    return {"prefix": VALGRIND, "timeout": 120}


@pytest.fixture
def signed_in(cloud):
    return cloud.environment(APP)


def test_a_get_leaks_nothing_miss_or_hit(helper, watched, signed_in):
    miss = helper.get(ACME, env=signed_in, **watched)
    assert miss.status == 0 and miss.err == "" and miss.exchanges == 1
    hit = helper.get(ACME, env=signed_in, **watched)
    assert hit.status == 0 and hit.err == "" and hit.requests == []


def test_a_refusal_leaks_nothing(helper, watched, signed_in):
    for _ in range(2):
        answer = helper.get(ACME, env={**signed_in, "AZURE_CLIENT_SECRET": "not-the-secret"}, **watched)
        assert answer.status == 1 and "==" not in answer.err, answer


def test_stores_lists_and_erases_leak_nothing(helper, home, watched):
    home.config(keychain="file", timeout=100, registries={ACME: {"identity": ["azure-cli", "environment"]}})
    assert helper.store("ghcr.io", "developer", "some-password", **watched).status == 0
    assert helper.get("ghcr.io", **watched).status == 0
    assert helper.list(**watched).status == 0
    assert helper.erase("ghcr.io", **watched).status == 0
    assert helper("store", stdin='{"ServerURL": [], "x": "', **watched).status == 1


def test_a_managed_identity_and_a_login_leak_nothing(helper, watched):
    assert helper.get(ACME, env={"AZURE_TOKEN_CREDENTIALS": "ManagedIdentityCredential"}, **watched).status == 0
    assert helper.store("admin.azurecr.io", "admin", "admin-password-one", **watched).status == 0
