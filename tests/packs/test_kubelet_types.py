# SPDX-License-Identifier: Apache-2.0
"""Our answer to kubelet, read by the Go types that Kubernetes publishes (k8s.io/kubelet), and theirs read by us."""
import json
import os
import shutil
from pathlib import Path

import pytest
from client import CONTOSO, KUBERNETES, WORKLOAD, Cloud  # noqa: F401
from conftest import run

GO = shutil.which("go", path=os.environ.get("PATH", "") + ":/usr/local/go/bin")
HERE = Path(__file__).resolve().parent / "kubelet"
# Runs inside the cloud, where tokens can be minted: request from kubelet's types, answer from us.
INSIDE = """
import subprocess, sys
from client import CONTOSO, KUBERNETES, WORKLOAD, Cloud
types, program, node, pod = sys.argv[1:]
more = []
if pod == "pod":
    token = Cloud.from_environment().federated_token(issuer=KUBERNETES, subject="system:serviceaccount:default:builder")
    more = [token, WORKLOAD.client_id, CONTOSO]
request = subprocess.run([types, "request", "acme.azurecr.io/team/app:1", *more], capture_output=True, check=True).stdout
sys.exit(subprocess.run([program, "kubelet", node], input=request).returncode)
"""


@pytest.fixture(scope="module")
def types(tmp_path_factory):
    """The program of kubelet/main.go."""
    if not GO:
        pytest.skip("no Go here")
    made = tmp_path_factory.mktemp("go") / "kubelet-types"
    ran = run(GO, "build", "-o", made, ".", cwd=HERE, env={**os.environ, "GOFLAGS": "-mod=mod", "GOTOOLCHAIN": "local"})
    if ran.status:
        pytest.skip(f"Go cannot build against k8s.io/kubelet here: {ran.err.strip().splitlines()[-1:]}")
    return made


@pytest.mark.parametrize("who", ["node", "pod"])
def test_kubelets_own_types_read_our_answer_strictly(types, in_cloud, tmp_path, who):
    program = os.environ.get("ACR_PROGRAM") or pytest.skip("ACR_PROGRAM does not say where the program is")
    node = tmp_path / "azure.json"
    node.write_text(json.dumps({"tenantId": CONTOSO, "useManagedIdentityExtension": True}))
    env = {**os.environ, "HOME": str(tmp_path), "PYTHONPATH": str(HERE.parents[1] / "cloud"), "PYTHONDONTWRITEBYTECODE": "1"}
    answer = in_cloud("/usr/bin/python3", "-c", INSIDE, types, program, node, who, env=env)
    assert answer.status == 0, answer
    read = run(types, "response", input=answer.out)
    lines = read.out.splitlines()
    assert read.status == 0 and 7000 < int(lines[0].split()[2]) < 10000, read
    assert '*.azurecr.* "" 0' in lines
    assert [line for line in lines if line.startswith('acme.azurecr.io "00000000-0000-0000-0000-000000000000" ')]
