# SPDX-License-Identifier: Apache-2.0
"""packaging/recipes, run as far as their parts exist here: the real commands, with the variables of each platform."""
import json
import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest
from client import APP, DEPLOYER, KUBERNETES, Cloud
from clients import LOCAL
from homes import Home

yaml = pytest.importorskip("yaml")
PACKAGING = Path(__file__).resolve().parents[2] / "packaging"
RECIPES = PACKAGING / "recipes"
BASE = "contoso.azurecr.io/samples/base:1"


def parse(name):
    return list(yaml.safe_load_all((RECIPES / name).read_text()))


@pytest.fixture(scope="module")
def base(program, published):
    """The image that the recipes pull, in the registry that they name."""
    home = Home(program)
    try:
        env = {**home.env, **Cloud.from_environment().environment(APP)}
        subprocess.run(["docker", "tag", LOCAL, BASE], env=env, check=True)
        subprocess.run(["docker", "push", "-q", BASE], env=env, check=True, capture_output=True)
        yield BASE
    finally:
        home.remove()


@pytest.fixture
def shell(home, base):
    """shell(script, **variables) runs a script in a checkout with a Dockerfile; its output. Docker's config is untouched."""
    (home.folder / ".docker/config.json").unlink()
    home.write("checkout/Dockerfile", f"FROM {base}\nLABEL built=here\n")

    def run(script, check=True, **variables):
        # A runner's shell is bash with these.
        env = {**home.env, "DOCKER_BUILDKIT": "0", "DOCKER_HOST": os.environ["DOCKER_HOST"], **variables}
        ran = subprocess.run(["bash", "-euo", "pipefail", "-c", script], env=env, cwd=home.folder / "checkout", capture_output=True,
                             text=True, check=False, timeout=120)
        assert not check or ran.returncode == 0, f"{script}\n{ran.stdout}\n{ran.stderr}"
        return ran
    return run


def pushed(cloud):
    return [row for row in cloud.requests("acr", method="PUT") if "/manifests/" in row["path"] and row["status"] == 201]


def test_github_actions(shell, home, cloud):
    home.registries(contoso={})
    flow = parse("github-actions.yml")[0]
    assert flow["permissions"]["id-token"] == "write"
    steps = [step["run"] for step in flow["jobs"]["image"]["steps"] if "run" in step and step["name"] != "Install"]
    for step in steps:
        shell(step, **cloud.github_environment(), GITHUB_SHA="0123abcd", IMAGE=flow["env"]["IMAGE"])
    assert pushed(cloud) and cloud.requests("github")


def test_azure_pipelines(shell, home, cloud):
    home.registries(contoso={})
    flow = parse("azure-pipelines.yml")[0]
    task = [step for step in flow["steps"] if step.get("task") == "AzureCLI@2"][0]
    assert "SYSTEM_ACCESSTOKEN" in task["env"]
    shell(task["inputs"]["inlineScript"], **cloud.pipelines_environment(), BUILD_BUILDID="7", IMAGE=flow["variables"]["image"])
    assert pushed(cloud) and cloud.requests("pipelines")


def test_gitlab_ci(shell, home, cloud):
    home.registries(contoso={})
    job = parse("gitlab-ci.yml")[0]["image"]
    project = str(home.folder / "checkout")
    variables = {name: value.replace("$CI_PROJECT_DIR", project) for name, value in job["variables"].items()}
    token = cloud.federated_token(issuer=KUBERNETES, subject="system:serviceaccount:default:builder",
                                  audience=job["id_tokens"]["AZURE_ID_TOKEN"]["aud"])
    for line in job["before_script"] + job["script"] + job["after_script"]:
        shell(line, **variables, CI_PROJECT_DIR=project, AZURE_ID_TOKEN=token, CI_COMMIT_SHORT_SHA="0123abcd")
    assert pushed(cloud) and not Path(variables["AZURE_FEDERATED_TOKEN_FILE"]).exists()


def test_cloud_init(shell, home, cloud):
    recipe = parse("cloud-init.yaml")[0]
    settings = json.loads(recipe["write_files"][0]["content"])
    assert recipe["write_files"][0]["path"] == "/etc/docker-credential-acr/config.json" and settings["client_id"] == DEPLOYER.client_id
    home.config(**settings)
    for words in recipe["runcmd"]:
        if words[0] == "systemctl":
            assert (PACKAGING / "systemd" / words[-1].replace("@root", "@")).exists()
            continue
        words = [word.replace("HOME=/root", f"HOME={home.folder}") for word in words]
        shell(shlex.join(words))
    assert cloud.requests("imds")


def test_node(shell, home, cloud, tmp_path):
    said = shell(f"{RECIPES}/node.sh {tmp_path}").stdout
    folder, config = (re.search(rf"--image-credential-provider-{what}=(\S+)", said).group(1) for what in ("bin-dir", "config"))
    provider = yaml.safe_load((tmp_path / config[1:]).read_text())["providers"][0]
    link = tmp_path / folder[1:] / provider["name"]
    node = home.write("azure.json", json.dumps({"useManagedIdentityExtension": True, "userAssignedIdentityID": DEPLOYER.client_id}))
    request = {"kind": "CredentialProviderRequest", "apiVersion": provider["apiVersion"], "image": "contoso.azurecr.io/app"}
    answer = subprocess.run([link, *(str(node) if word.endswith("azure.json") else word for word in provider["args"])], env=home.env,
                            input=json.dumps(request), capture_output=True, text=True, check=True).stdout
    assert "contoso.azurecr.io" in json.loads(answer)["auth"]


def test_podman_rootless(shell, home, cloud):
    said = shell(f"{RECIPES}/podman-rootless.sh contoso.azurecr.io", **cloud.environment(APP))
    assert said.stdout.splitlines()[-1].startswith("contoso.azurecr.io/samples/base sha256:")
    assert (home.folder / ".config/containers/auth.json").exists()


def blocks(page):
    """Title of each part, and its commands."""
    parts = re.split(r"^## ", (RECIPES / page).read_text(), flags=re.M)[1:]
    return {part.split("\n")[0]: "".join(re.findall(r"^```sh\n(.*?)^```", part, re.M | re.S)) for part in parts}


@pytest.mark.parametrize("title, before", [
    ("From `az acr login`", {"auths": {"contoso.azurecr.io": {"auth": "eDp5"}}}),
    ("From docker-credential-acr-env", {"credHelpers": {"contoso.azurecr.io": "acr-env"}}),
    ("From docker-credential-secretservice", {"credsStore": "secretservice"})], ids=["az", "acr-env", "secretservice"])
def test_migration_there_and_back(shell, home, cloud, base, title, before):
    home.registries(contoso={})
    config = home.docker_config(before)
    parts = blocks("migration.md")
    shell(parts[title], **cloud.environment(APP))
    after_logout = config.read_bytes()
    shell(f"docker pull {base}", **cloud.environment(APP))
    assert '"acr"' in after_logout.decode()
    shell(parts["Back"])
    wanted = {"auths": {}} if "auths" in before else before
    assert json.loads(config.read_text()) == wanted


def test_the_old_name_of_acr_env_does_as_a_link(shell, home, cloud):
    (home.folder / "bin").mkdir()
    (home.folder / "bin/docker-credential-acr-env").symlink_to(home.program)
    said = shell("printf contoso.azurecr.io | docker-credential-acr-env get", PATH=f"{home.folder}/bin:/usr/bin:/bin", **cloud.environment(APP))
    assert '"Secret":"eyJ' in said.stdout


def test_kaniko_names_the_folder_of_the_bundle():
    """kaniko itself is not here; what it copies is tried in tests/packs."""
    text = (RECIPES / "kaniko.Dockerfile").read_text()
    assert "PATH=/opt/docker-credential-acr/bin:" in text and 'home=/opt/$name' in (PACKAGING / "build-bundle").read_text()
    account, config, job = parse("kaniko.yaml")
    assert json.loads(config["data"]["config.json"]) == {"credHelpers": {"contoso.azurecr.io": "acr"}}
    assert job["spec"]["template"]["spec"]["serviceAccountName"] == account["metadata"]["name"]


def test_every_recipe_is_in_the_list_and_says_what_was_run():
    listed = (RECIPES / "README.md").read_text()
    for path in RECIPES.iterdir():
        assert path.name == "README.md" or f"({path.name})" in listed, path.name
