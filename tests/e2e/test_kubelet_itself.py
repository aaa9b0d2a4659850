# SPDX-License-Identifier: Apache-2.0
"""kubelet itself: the types that Kubernetes publishes (k8s.io/kubelet), and the part of kubelet that calls
credential providers (k8s.io/kubernetes), with the configuration in packaging/kubelet."""
import json
import re
import subprocess
from pathlib import Path

import pytest
from client import CONTOSO, KUBERNETES, WORKLOAD
from clients import needed

CONFIG = Path(__file__).resolve().parents[2] / "packaging/kubelet/credential-provider-config.yaml"
IMAGE = "acme.azurecr.io/team/app:1"
WAYS = [("v1", "node"), ("v1", "pod"), ("v1beta1", "node")]  # v1beta1 does not support service accounts
NOBODY = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def node(home):
    return home.write("azure.json", json.dumps({"tenantId": CONTOSO, "useManagedIdentityExtension": True}))


@pytest.fixture
def pod(cloud):
    """What kubelet passes for a pod: the token of its service account, and the annotations of that account."""
    token = cloud.federated_token(issuer=KUBERNETES, subject="system:serviceaccount:default:builder")
    return [token, WORKLOAD.client_id, CONTOSO]


def ran(*command, **more):
    return subprocess.run([str(word) for word in command], capture_output=True, check=False, timeout=120, **more)


@pytest.mark.parametrize("version, who", WAYS)
def test_the_types_of_kubelet_parse_the_answer_strictly(home, cloud, helper, node, pod, version, who):
    types = needed("kubelet-types")
    request = ran(types, "request", version, IMAGE, *(pod if who == "pod" else []))
    assert request.returncode == 0, request
    answer = helper("kubelet", str(node), stdin=request.stdout)
    assert answer.status == 0, answer
    read = ran(types, "response", version, input=answer.out.encode())
    lines = read.stdout.decode().splitlines()
    assert read.returncode == 0 and 7000 < int(lines[0].split()[2]) < 10000, read
    assert '*.azurecr.* "" 0' in lines
    assert [line for line in lines if line.startswith(f'acme.azurecr.io "{NOBODY}" ')]


def test_the_strict_parser_rejects_invalid_answers():
    types = needed("kubelet-types")
    good = {"kind": "CredentialProviderResponse", "apiVersion": "credentialprovider.kubelet.k8s.io/v1",
            "cacheKeyType": "Registry", "cacheDuration": "1h0m0s", "auth": {}}
    for text, status in ((json.dumps(good), 0), (json.dumps(good) + "{}", 1), (json.dumps({**good, "more": 1}), 1),
                         (json.dumps({**good, "cacheKeyType": "Host"}), 1), (json.dumps({**good, "cacheDuration": "1 h"}), 1)):
        assert ran(types, "response", "v1", input=text.encode()).returncode == status, text


@pytest.mark.parametrize("version, who", WAYS)
def test_kubelet_runs_the_helper_with_the_configuration_of_the_package(home, cloud, program, node, pod, version, who):
    """kubelet starts the plugin, caches its response, and finds the login for the image."""
    kubelet = needed("kubelet-pull")
    text = CONFIG.read_text().replace("/etc/kubernetes/azure.json", str(node))
    text = text.replace("credentialprovider.kubelet.k8s.io/v1\n", f"credentialprovider.kubelet.k8s.io/{version}\n")
    if who == "pod":
        head, attributes = text.split("    # tokenAttributes:")
        text = head + "    tokenAttributes:" + re.sub(r"(?m)^    # ", "    ", attributes)
    config = home.write("provider.yaml", text)
    folder = home.folder / "plugins"
    folder.mkdir()
    (folder / "acr-credential-provider").symlink_to(program)
    pulled = ran(kubelet, config, folder, IMAGE, *(pod if who == "pod" else []), env=home.env)
    lines = pulled.stdout.decode().splitlines()
    assert pulled.returncode == 0 and lines and lines[0].startswith(f'"{NOBODY}" '), pulled
    assert int(lines[0].split()[1]) > 100
    assert ran(kubelet, config, folder, "docker.io/library/busybox:1", env=home.env).returncode == 3
