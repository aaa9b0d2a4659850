# SPDX-License-Identifier: Apache-2.0
"""azidentity, Microsoft's library for Go, signs in with each identity, and its requests are compared with those of the
helper.

Works like test_azure_identity.py; allowed differences are in a separate table in tests/clients/README.md.
"""
import subprocess

import pytest
from clients import needed
from test_azure_identity import SOURCES, Theirs, allowed, forbidden, sign_in_both

pytestmark = pytest.mark.long

ROWS = allowed("What may differ from azidentity")
USED, RAN = [], set()
# MSAL for Go opens the browser itself; DeviceCodeCredential and all others are constructed as in Python.
OF_GO = [source for source in SOURCES if source != "browser"]
NAMES = {"AzureCliCredential": "AzureCLICredential", "AzureDeveloperCliCredential": "AzureDeveloperCLICredential"}


class OfGo(Theirs):
    def command(self):
        return needed("azidentity"), NAMES.get(self.credential, self.credential)


@pytest.mark.parametrize("source", OF_GO)
def test_requests_match_those_of_azidentity(source, program, cloud):
    needed("azidentity")
    theirs, ours = sign_in_both(source, program, cloud, OfGo)
    assert len(theirs) > 1 and len(ours) > 1, "somebody asked nobody"
    RAN.add(source)
    assert not (left := forbidden(source, theirs, ours, ROWS, USED)), "\n".join(left)


def test_every_allowed_difference_from_azidentity_occurs():
    if RAN != set(OF_GO):
        pytest.skip("needs all sources in the same run")
    assert [row for row in ROWS if row not in USED] == []


def test_the_go_version_is_reported(figures):
    ran = subprocess.run([needed("azidentity"), "versions"], check=True, capture_output=True, text=True).stdout
    assert "sdk/azidentity v1." in ran
    figures(ran.strip().replace("\n", ", "))
