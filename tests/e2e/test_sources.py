# SPDX-License-Identifier: Apache-2.0
"""Every identity in a real push: docker pushes with nothing else in its environment or home."""
import uuid

import pytest
from client import APP, CERTIFICATE, CONTOSO, DEPLOYER
from clients import LOCAL, Client

AS_APP = ("--service-principal", "-u", APP.client_id, "-p", APP.secret, "--tenant", CONTOSO)


def az(cloud, home, *how):
    cloud.az_login(home.folder / ".azure", *how)
    return {"AZURE_CORE_COLLECT_TELEMETRY": "0"}


# identity: (its name in the output of `status`, the function that sets it up)
SOURCES = {
    "a service principal's secret": ("environment", lambda cloud, home: cloud.environment(APP)),
    "a service principal's certificate": ("certificate", lambda cloud, home: cloud.environment(CERTIFICATE)),
    "a Kubernetes service account": ("workload-identity", lambda cloud, home: cloud.workload_environment(home.folder / "token")),
    "a GitHub Actions job": ("github-actions", lambda cloud, home: cloud.github_environment()),
    "an Azure Pipelines job": ("azure-pipelines", lambda cloud, home: cloud.pipelines_environment()),
    "a VM": ("managed-identity", lambda cloud, home: {}),
    "a VM's user-assigned identity": ("managed-identity", lambda cloud, home: {"AZURE_CLIENT_ID": DEPLOYER.client_id}),
    "App Service": ("managed-identity", lambda cloud, home: cloud.app_service_environment()),
    "App Service of the older generation": ("managed-identity", lambda cloud, home: cloud.app_service_environment(old=True)),
    "Azure Arc": ("managed-identity", lambda cloud, home: cloud.arc_environment()),
    "az as a person": ("azure-cli", lambda cloud, home: az(cloud, home)),
    "az as a service principal": ("azure-cli", lambda cloud, home: az(cloud, home, *AS_APP)),
    "az as a managed identity": ("azure-cli", lambda cloud, home: az(cloud, home, "--identity")),
}


@pytest.mark.parametrize("source", SOURCES)
def test_each_source_pushes(source, home, cloud, published):
    name, provide = SOURCES[source]
    image = f"everyone.azurecr.io/{uuid.uuid4().hex[:12]}/app:1"
    home.config(registries={"everyone.azurecr.io": {"identity": name}})
    docker = Client(home, cloud, "/usr/bin/docker", env=provide(cloud, home))
    docker.must("tag", LOCAL, image)
    seen = docker.must("push", image)
    docker("rmi", image)
    assert seen.exchanges == 1 and seen.ours == [], seen


def test_after_az_account_set_a_token_of_the_other_tenant_is_requested(home, cloud, helper):
    """Two subscriptions of one user: the cache key changes with the selected subscription."""
    env = az(cloud, home)
    cloud.fault("reset", service="imds", at="connect")
    first = helper.get("everyone.azurecr.io", env=env)
    profile = home.folder / ".azure/azureProfile.json"
    again = helper.get("everyone.azurecr.io", env=env)
    assert first.status == again.status == 0 and again.requests == []
    profile.write_bytes(profile.read_bytes() + b"\n")  # as `az account set` does: it rewrites the file
    assert helper.get("everyone.azurecr.io", env=env).exchanges == 1


def machine_with_tag(tag):
    """Simulates a machine with this asset tag in its firmware."""
    return ("unshare", "-m", "sh", "-c",
            "mount -t tmpfs none /sys/class && mkdir -p /sys/class/dmi/id && "
            f"echo {tag} > /sys/class/dmi/id/chassis_asset_tag && exec \"$@\"", "sh")


def test_without_an_identity_on_another_clouds_machine_no_metadata_service_is_asked(helper):
    """Only the registry is asked, once an hour, whether it accepts anonymous clients."""
    for expected in (1, 0):
        answer = helper.get("everyone.azurecr.io", prefix=machine_with_tag("Another maker"))
        assert answer.status == 1 and answer.out == "credentials not found in native keychain\n"
        assert answer.asked("imds") == answer.asked("entra") == answer.exchanges == 0
        assert (answer.asked("acr") > 0) == bool(expected), answer


def test_an_azure_machine_asks_its_metadata_service_at_once(helper):
    answer = helper.get("everyone.azurecr.io", prefix=machine_with_tag("7783-7084-3265-9085-8269-3286-77"))
    assert answer.status == 0 and answer.asked("imds") == 1 and answer.exchanges == 1
