# SPDX-License-Identifier: Apache-2.0
"""`diagnose` with regional endpoints: those in the settings of a registry, and one that is given as an argument."""
import pytest
from client import CHINA
from test_diagnose import ACME, diagnose  # noqa: F401

EAST, WEST = "acme.eastus.geo.azurecr.io", "acme.westeurope.geo.azurecr.io"
CHECK = "regional-endpoints"


@pytest.fixture
def regions(cloud):
    with cloud.changed_world() as world:
        world["registries"][ACME]["regions"] = ["eastus", "westeurope"]


def test_each_regional_endpoint_is_asked_once_without_a_credential(diagnose, cloud, regions):
    found = diagnose(ACME)
    assert (found.verdict(CHECK), found.checks[CHECK]["line"]) == ("ok", "responding: 2 of 2")
    for host in (EAST, WEST):
        asked = cloud.requests("acr", host=host)
        assert [row["path"] for row in asked] == ["/v2/"] and "authorization" not in asked[0]["headers"]
        assert any(line.startswith(f"{host} responds (10.99.0.10") for line in found.checks[CHECK]["details"]), found.checks[CHECK]


@pytest.mark.parametrize("fault, said", [("nosuch", "cannot resolve"), ("refused", "refused"), ("dropped", "timed out"),
                                         ("selfsigned", "certificate"), ("firewall", "network rules")])
def test_an_endpoint_that_does_not_answer_is_a_warning_with_an_explanation(diagnose, cloud, regions, fault, said):
    path = {"path": "/v2/"} if fault == "firewall" else {}
    cloud.fault(fault, host=WEST, **path)
    found = diagnose(ACME)
    check = found.checks[CHECK]
    assert check["verdict"] == "warning" and check["line"].startswith(f"the request to {WEST} failed: ") and said in check["line"], check
    assert f"{EAST} responds (10.99.0.10)" in check["details"]


def test_without_a_problem_the_explanation_names_the_endpoint(diagnose, cloud, home, regions, published):
    home.docker_config({"credsStore": "acr"})
    cloud.fault("dropped", host=WEST)
    found = diagnose("acme.azurecr.io/samples/base:1", status=0)
    assert found.rules == ["regional-endpoint-blocked"], found
    assert WEST in found.json["causes"][0]["explanation"]["what"]


def test_a_regional_endpoint_is_checked_like_any_registry(diagnose, cloud, regions, published):
    found = diagnose(f"{EAST}/samples/base:1")
    assert not [one for one in found.problems if one not in ("wiring", "podman", "helper-path")], found
    for check in ("dns", "connection", "challenge", "exchange", "access", "settings", CHECK):
        assert found.verdict(check) == "ok", (check, found)


def test_an_endpoint_that_the_registry_does_not_have_is_reported(diagnose, cloud, regions):
    wrong = "acme.northeurope.geo.azurecr.io"
    cloud.fault("nosuch", host=wrong)
    found = diagnose(wrong, status=1)
    assert found.verdict(CHECK) == "problem" and found.rules[0] == "regional-endpoint-unknown", found
    assert f"{wrong} is not a regional endpoint of {ACME}" in found.json["causes"][0]["explanation"]["what"]


def test_an_enabled_endpoint_that_does_not_answer_is_not_unknown(diagnose, cloud, regions):
    cloud.fault("nosuch", host=EAST)
    found = diagnose(EAST, status=1)
    assert found.verdict(CHECK) != "problem" and "regional-endpoint-unknown" not in found.rules, found


def test_an_endpoint_that_answers_is_not_unknown_even_if_the_settings_omit_it(diagnose, cloud):
    found = diagnose(EAST)
    assert found.verdict(CHECK) == "skipped" and "regional-endpoint-unknown" not in found.rules, found


def test_only_regional_endpoints_of_the_registry_are_asked(diagnose, cloud):
    with cloud.changed_world() as world:
        world["registries"][ACME] |= {"regions": ["eastus"], "regional_hosts": [ACME, "reader.eastus.geo.azurecr.io", EAST]}
    found = diagnose(ACME)
    assert (found.verdict(CHECK), found.checks[CHECK]["line"]) == ("ok", "responding: 1 of 1"), found
    assert not cloud.requests("acr", host="reader.eastus.geo.azurecr.io")


def test_a_registry_without_regional_endpoints_is_ok(diagnose):
    found = diagnose(ACME)
    assert found.verdict(CHECK) == "skipped" and found.checks[CHECK]["line"] == "none are enabled"


def test_a_cloud_without_the_newest_api_version_shows_settings_but_no_endpoints(diagnose, cloud):
    with cloud.changed_world() as world:
        world["registries"]["acme.azurecr.cn"]["regions"] = ["chinaeast2"]
    found = diagnose("acme.azurecr.cn", who=CHINA)
    assert found.verdict("settings") == "ok" and found.verdict(CHECK) == "skipped", found
    assert found.checks[CHECK]["line"] == "this cloud does not report regional endpoints"
    asked = [row for row in cloud.requests("arm") if row["path"].endswith("/registries/acme")]
    assert [(row["query"]["api-version"], row["status"]) for row in asked] == [("2026-11-01", 400), ("2025-11-01", 400), ("2023-07-01", 200)]
