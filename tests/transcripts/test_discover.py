# SPDX-License-Identifier: Apache-2.0
"""`configure --discover`: the registries that the identity can see, with their regional endpoints if the cloud reports
them."""
import json

import pytest
from client import APP, CHINA
from test_config_edits import CONFIG, on_a_terminal, text_of

ACME = "acme.azurecr.io"
REGIONAL = ["acme.eastus.geo.azurecr.io", "acme.westeurope.geo.azurecr.io"]
OTHERS = [f"{name}.azurecr.io" for name in ("admin", "contoso", "public", "reader")]


@pytest.fixture
def regions(cloud):
    with cloud.changed_world() as world:
        world["registries"][ACME]["regions"] = ["westeurope", "eastus"]


def versions(cloud):
    """Returns the versions of the registries API in the requests, in order."""
    return [row["query"]["api-version"] for row in cloud.requests("arm") if row["path"].endswith("/registries")]


def test_regional_endpoints_are_listed_after_their_registry(helper, cloud, regions):
    answer = helper("configure", "--discover", env=cloud.environment(APP))
    assert answer.out.split() == ["abac.azurecr.io", ACME, *REGIONAL, *OTHERS] and answer.err == ""
    assert versions(cloud) == ["2026-11-01"]


def test_json_has_regional_endpoints_in_their_own_list(helper, cloud, regions):
    answer = helper("configure", "--discover", "--json", env=cloud.environment(APP))
    assert json.loads(answer.out) == {"registries": ["abac.azurecr.io", ACME, *OTHERS], "regional_endpoints": REGIONAL}


def test_choosing_a_registry_includes_its_regional_endpoints_and_undo_removes_them(helper, home, cloud, regions):
    home.env.update(cloud.environment(APP))
    home.write(CONFIG, '{"auths": {}}')
    shown, status = on_a_terminal(home, b"2 3\n", "--discover", question=b"or all): ")
    assert status == 0, shown
    lines = shown.splitlines()
    begin = lines.index("  2  acme.azurecr.io")
    assert lines[begin + 1:begin + 4] == [f"       {REGIONAL[0]}", f"       {REGIONAL[1]}", "  3  admin.azurecr.io"]
    assert json.loads(text_of(home))["credHelpers"] == {host: "acr" for host in (ACME, *REGIONAL, "admin.azurecr.io")}
    assert helper("configure", "--undo").status == 0
    assert json.loads(text_of(home)) == {"auths": {}}


def test_an_older_api_version_is_used_if_the_cloud_rejects_the_newest(helper, cloud):
    with cloud.changed_world() as world:
        world["registries"]["acme.azurecr.cn"]["regions"] = ["chinaeast2"]
    env = {**cloud.environment(CHINA), "AZURE_AUTHORITY_HOST": "https://login.chinacloudapi.cn"}
    answer = helper("configure", "--discover", env=env)
    assert answer.out == "acme.azurecr.cn\n" and answer.err == ""
    assert versions(cloud) == ["2026-11-01", "2025-11-01", "2023-07-01"]


def test_a_denial_does_not_lead_to_an_older_api_version(helper, cloud):
    cloud.fault("error", service="arm", path="/subscriptions/", status=403)
    answer = helper("configure", "--discover", env=cloud.environment(APP))
    assert answer.status == 1 and len(versions(cloud)) == 1


@pytest.mark.parametrize("host", ["evil.example", "other.eastus.geo.azurecr.io", "acme.eastus.data.azurecr.io", "acme.azurecr.io.evil.com",
                                  "acme.eastus.geo.azurecr.cn", ACME])
def test_a_host_that_is_not_an_endpoint_of_the_registry_is_omitted(helper, cloud, host):
    with cloud.changed_world() as world:
        world["registries"][ACME] |= {"regions": ["eastus"], "regional_hosts": [host, REGIONAL[0]]}
    answer = helper("configure", "--discover", env=cloud.environment(APP))
    assert answer.out.split() == ["abac.azurecr.io", ACME, REGIONAL[0], *OTHERS]


def test_disabled_endpoints_are_omitted(helper, cloud):
    with cloud.changed_world() as world:
        world["registries"][ACME]["regional_hosts"] = [REGIONAL[0]]
    assert helper("configure", "--discover", env=cloud.environment(APP)).out.split() == ["abac.azurecr.io", ACME, *OTHERS]
