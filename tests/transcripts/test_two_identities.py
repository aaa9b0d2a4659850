# SPDX-License-Identifier: Apache-2.0
"""Two identities of one user, in two shells of one session: an error of one does not affect the other."""
import time

import pytest
from client import APP, AWKWARD

ACME = "acme.azurecr.io"
NEAR_THE_END = 7300  # seconds, of 10800
ACR, ARM = "https://containerregistry.azure.net/.default", "https://management.azure.com/.default"


@pytest.fixture
def first(cloud):
    return cloud.environment(APP)


@pytest.fixture
def second(cloud):
    return cloud.environment(AWKWARD)


def scopes(answer):
    return [request["form"]["scope"] for request in answer.requests if request["service"] == "entra"]


def no_audience(cloud, count=1):
    """The tenant has no service principal of Azure Container Registry."""
    cloud.fault("entra", service="entra", code=500011, error="invalid_resource", count=count,
                text="The resource principal named https://containerregistry.azure.net was not found in the tenant")


def test_an_expired_secret_does_not_stop_the_renewal_of_the_other_identity(helper, home, cloud, first, second):
    tokens = [helper.get(ACME, env=who).secret for who in (first, second)]
    home.age(NEAR_THE_END)
    cloud.fault("entra", service="entra", code=7000222, error="invalid_client", text="The provided client secret keys are expired.",
                count=1)
    answer = helper.get(ACME, env=second)
    assert answer.secret == tokens[1] and "could not be renewed" in answer.err
    cloud.no_faults()
    answer = helper.get(ACME, env=first)
    assert answer.secret != tokens[0] and answer.exchanges == 1 and answer.err == ""


def test_a_failed_background_renewal_is_reported_for_its_identity(helper, home, cloud, first, second):
    for who in (first, second):
        helper.get(ACME, env=who)
    home.age(7100)
    cloud.fault("entra", service="entra", code=7000222, error="invalid_client", text="The provided client secret keys are expired.",
                count=1)
    helper.get(ACME, env=second)
    assert cloud.wait_for(1, service="entra")
    time.sleep(1)
    cloud.no_faults()
    assert "7000222" in helper("status", ACME, env=second).out
    assert "7000222" not in helper("status", ACME, env=first).out
    cloud.mark()
    assert helper.get(ACME, env=first).err == ""
    assert cloud.wait_for(1, service="acr", path="/oauth2/exchange")


def test_a_missing_audience_is_remembered_only_for_the_identity_that_met_it(helper, cloud, first, second):
    no_audience(cloud)
    assert scopes(helper.get(ACME, env=first)) == [ACR, ARM]
    assert scopes(helper.get(ACME, env=second)) == [ACR]


def test_if_a_registry_denies_arm_tokens_the_registry_audience_is_requested_again(helper, cloud, first):
    """What is remembered about the tenant is out of date."""
    no_audience(cloud)
    helper.get(ACME, env=first)
    cloud.no_faults()
    cloud.fault("acronly", service="acr", host=ACME)
    answer = helper("renew", ACME, env=first)
    assert answer.status == 0 and scopes(answer) == [ARM, ACR] and answer.exchanges == 2
    assert scopes(helper("renew", ACME, env=first)) == [ACR]


def test_a_registry_that_denies_arm_tokens_is_retried_at_most_once(helper, cloud, first):
    no_audience(cloud)
    helper.get(ACME, env=first)
    cloud.no_faults()
    no_audience(cloud, count=9)
    cloud.fault("acronly", service="acr", host=ACME)
    answer = helper("renew", ACME, env=first)
    assert answer.status == 1 and answer.exchanges <= 2


def test_a_denial_of_one_identity_is_not_reported_to_the_other(helper, cloud, first, second):
    cloud.fault("norole", service="acr", host=ACME)
    mine, other = (helper.get(ACME, env=who) for who in (first, second))
    assert mine.status == other.status == 1
    again = helper.get(ACME, env=first)
    assert again.requests == [] and second["AZURE_CLIENT_ID"] not in again.err
    assert second["AZURE_CLIENT_ID"] in other.err and first["AZURE_CLIENT_ID"] not in other.err
