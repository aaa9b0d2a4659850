# SPDX-License-Identifier: Apache-2.0
"""docker shows only the one line on stdout if `get` fails. `explain` gives the same explanation for that line as
`get`."""
import json

import pytest
from client import APP, EXPIRED, NOBODY

DOCKER = "error getting credentials - err: exit status 1, out: `%s`\n"
CASES = {  # the fault -> the rules that may explain the line
    "firewall": ({"firewall"}, "firewall.azurecr.io", APP, None),
    "no role": ({"no-role"}, "norole.azurecr.io", APP, None),
    "nobody's role": ({"no-role"}, "acme.azurecr.io", NOBODY, None),
    "expired": ({"entra-secret-expired"}, "acme.azurecr.io", EXPIRED, None),
    "wrong secret": ({"entra-secret-invalid"}, "acme.azurecr.io", APP, {"AZURE_CLIENT_SECRET": "none-of-it"}),
    "no such name": ({"dns-name-not-found"}, "nosuch.azurecr.io", APP, None),
}


@pytest.mark.parametrize("case", CASES)
def test_explain_recognizes_the_line_on_stdout(helper, cloud, case):
    rules, host, who, env = CASES[case]
    refused = helper.get(host, env={**cloud.environment(who), "DOCKER_CREDENTIAL_ACR_IDENTITY": "environment", **(env or {})})
    assert refused.status == 1 and refused.out.count("\n") == 1, refused
    told = helper("explain", "--json", stdin=DOCKER % refused.out.strip())
    found = {one["rule"] for one in json.loads(told.out)["explanations"]} if told.status == 0 else set()
    assert found == rules, f"{refused.out}{told}"
