# SPDX-License-Identifier: Apache-2.0
"""Runs packaging/recipes as far as possible here: the real commands, with the variables of each platform."""
import functools
import http.server
import json
import os
import re
import shlex
import shutil
import subprocess
import threading
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
    """The image that the recipes pull, in the registry that they use."""
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
    """shell(script, **variables) runs a script in a checkout with a Dockerfile and returns its output. Docker's
    configuration is not touched."""
    (home.folder / ".docker/config.json").unlink()
    home.write("checkout/Dockerfile", f"FROM {base}\nLABEL built=here\n")

    # apt-get prints what it would do; wget is that of the image in which the recipe for GitLab runs.
    home.write("stubs/sudo", '#!/bin/sh\nexec "$@"\n', mode=0o755)
    home.write("stubs/apt-get", '#!/bin/sh\nexec /usr/bin/apt-get --simulate "$@"\n', mode=0o755)
    (home.folder / "stubs/wget").symlink_to("/bin/busybox")
    path = f"{home.folder}/stubs:{home.env['PATH']}"

    def run(script, check=True, **variables):
        # A runner's shell is bash with these options.
        env = {**home.env, "PATH": path, "DOCKER_BUILDKIT": "0", "DOCKER_HOST": os.environ["DOCKER_HOST"], **variables}
        ran = subprocess.run(["bash", "-euo", "pipefail", "-c", script], env=env, cwd=home.folder / "checkout", capture_output=True,
                             text=True, check=False, timeout=120)
        assert not check or ran.returncode == 0, f"{script}\n{ran.stdout}\n{ran.stderr}"
        return ran
    return run


DEB = re.compile(r"https://\S+/(docker-credential-acr_[\d.]+_amd64\.deb)")


def address(text, package):
    """The URL of a local file that replaces the URL of the package in a recipe."""
    (found,) = DEB.finditer(text)
    assert found.group(1) == package.name, "a recipe names the version that there is"
    return f"file://{package}"


def installed(ran):
    return "Inst docker-credential-acr" in ran.stdout


def pushed(cloud):
    return [row for row in cloud.requests("acr", method="PUT") if "/manifests/" in row["path"] and row["status"] == 201]


def test_github_actions(shell, home, cloud, empty_package):
    home.registries(contoso={})
    flow = parse("github-actions.yml")[0]
    job = flow["jobs"]["image"]
    assert job["permissions"]["id-token"] == "write"
    steps = {step["name"]: step for step in job["steps"] if "run" in step}
    variables = {**cloud.github_environment(), "GITHUB_SHA": "0123abcd", "IMAGE": flow["env"]["IMAGE"], "RUNNER_TEMP": str(home.folder)}
    assert installed(shell(steps["Install"]["run"], **variables, PACKAGE=address(flow["env"]["PACKAGE"], empty_package)))
    for name in ("Configure", "Build and push"):
        shell(steps[name]["run"], **variables)
    assert pushed(cloud) and cloud.requests("github")
    last = steps["Find out what is wrong"]
    cloud.fault("firewall", service="acr")
    assert last["if"] == "failure()" and "[firewall]" in shell(last["run"], check=False, **variables).stdout


@pytest.fixture
def action(shell, home):
    """action(name, **inputs) runs a step of packaging/github-action as a runner does; returns its `if` too."""
    definition = yaml.safe_load((PACKAGING / "github-action/action.yml").read_text())
    steps = {step["name"]: step for step in definition["runs"]["steps"]}

    def run(name, check=True, **inputs):
        values = {key: value["default"] if "default" in value else None for key, value in definition["inputs"].items()}
        values.update(inputs)
        env = {key: re.sub(r"\${{ inputs\.(\w+) }}", lambda found: values[found.group(1)], text) for key, text in steps[name]["env"].items()}
        return shell(steps[name]["run"], check=check, **env, RUNNER_TEMP=str(home.folder), GITHUB_STEP_SUMMARY=str(home.folder / "summary"))
    run.steps = steps
    return run


def test_the_action_installs_only_a_file_with_the_given_checksum(action, empty_package):
    url, checksum = f"file://{empty_package}", (empty_package.parent / "SHA256SUMS").read_text().split()[0]
    assert installed(action("Install", package=url, sha256=checksum))
    assert installed(action("Install", package=str(empty_package)))
    for inputs in ({"package": url}, {"package": url, "sha256": "0" * 64}, {"package": str(empty_package), "sha256": "0" * 64}):
        refused = action("Install", check=False, **inputs)
        assert refused.returncode != 0 and not installed(refused), inputs


def test_the_action_configures_and_explains_a_failure(action, home, cloud):
    home.registries(contoso={})
    home.env.update(cloud.github_environment())
    action("Configure", registry="contoso.azurecr.io")
    assert json.loads((home.folder / ".docker/config.json").read_text())["credHelpers"] == {"contoso.azurecr.io": "acr"}
    assert action("Diagnose", registry="contoso.azurecr.io").returncode == 0
    (home.folder / "summary").unlink()
    assert action("Configure", check=False, registry="firewall.azurecr.io").returncode == 1
    failed = action("Diagnose", check=False, registry="firewall.azurecr.io")
    assert failed.returncode == 1 and "[firewall]" in failed.stdout
    assert (home.folder / "summary").read_text() == f"```text\n{failed.stdout}```\n"
    assert "failure()" in action.steps["Diagnose"]["if"]


def test_azure_pipelines(shell, home, cloud, empty_package):
    home.registries(contoso={})
    flow = parse("azure-pipelines.yml")[0]
    install, task = flow["steps"]
    assert "SYSTEM_ACCESSTOKEN" in task["env"] and task["task"] == "AzureCLI@2"
    variables = {**cloud.pipelines_environment(), "BUILD_BUILDID": "7", "IMAGE": flow["variables"]["image"],
                 "AGENT_TEMPDIRECTORY": str(home.folder), "PACKAGE": address(flow["variables"]["package"], empty_package)}
    assert installed(shell(install["script"], **variables))
    shell(task["inputs"]["inlineScript"], **variables)
    assert pushed(cloud) and cloud.requests("pipelines")


@pytest.fixture
def served(home):
    """The URL of the bundle, which contains the program under test."""
    folder = home.folder / "served"
    (folder / "opt/docker-credential-acr/bin").mkdir(parents=True)
    shutil.copy(home.program, folder / "opt/docker-credential-acr/bin")
    subprocess.run(["tar", "-C", folder, "-czf", folder / "bundle.tar.gz", "opt"], check=True)
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/bundle.tar.gz"
        server.shutdown()


@pytest.mark.needs("mounts")
def test_gitlab_ci(shell, home, cloud, served):
    home.registries(contoso={})
    flow = parse("gitlab-ci.yml")[0]
    job = flow["image"]
    assert job["image"].startswith("docker:") and job["services"] and re.search(r"docker-credential-acr-[\d.]+-amd64\.tar\.gz$", flow["variables"]["BUNDLE"])
    project = str(home.folder / "checkout")
    variables = {name: value.replace("$CI_PROJECT_DIR", project) for name, value in {**flow["variables"], **job["variables"]}.items()}
    token = cloud.federated_token(issuer=KUBERNETES, subject="system:serviceaccount:default:builder",
                                  audience=job["id_tokens"]["AZURE_FEDERATED_TOKEN"]["aud"])
    # A runner combines these two; the program is found only where the bundle put it.
    script = "\n".join(job["before_script"] + ["command -v docker-credential-acr"] + job["script"])
    variables.update(CI_PROJECT_DIR=project, AZURE_FEDERATED_TOKEN=token, CI_COMMIT_SHORT_SHA="0123abcd", BUNDLE=served)
    ran = shell(f"unshare -m bash -euc {shlex.quote('mount -t tmpfs tmpfs /opt; ' + script)}", **variables)
    assert "/opt/docker-credential-acr/bin/docker-credential-acr" in ran.stdout.splitlines()
    assert pushed(cloud)


def test_cloud_init(shell, home, cloud, empty_package):
    recipe = parse("cloud-init.yaml")[0]
    settings = json.loads(recipe["write_files"][0]["content"])
    assert recipe["write_files"][0]["path"] == "/etc/docker-credential-acr/config.json" and settings["client_id"] == DEPLOYER.client_id
    home.config(**settings)
    install, *others = recipe["runcmd"]
    install = [word.replace("/run/", f"{home.folder}/") for word in install]
    assert installed(shell(shlex.join([*install[:-1], address(install[-1], empty_package)])))
    for words in others:
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
    """The title of each part, and its commands."""
    parts = re.split(r"^## ", (RECIPES / page).read_text(), flags=re.M)[1:]
    return {part.split("\n")[0]: "".join(re.findall(r"^```sh\n(.*?)^```", part, re.M | re.S)) for part in parts}


@pytest.mark.parametrize("title, before", [
    ("From `az acr login`", {"auths": {"contoso.azurecr.io": {"auth": "eDp5"}}}),
    ("From docker-credential-acr-env", {"credHelpers": {"contoso.azurecr.io": "acr-env"}}),
    ("From docker-credential-secretservice", {"credsStore": "secretservice"}),
    ("From Docker Desktop or the keychain of macOS", {"credsStore": "desktop"})], ids=["az", "acr-env", "secretservice", "desktop"])
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


def test_the_old_name_of_acr_env_works_as_a_link(shell, home, cloud):
    (home.folder / "bin").mkdir()
    (home.folder / "bin/docker-credential-acr-env").symlink_to(home.program)
    said = shell("printf contoso.azurecr.io | docker-credential-acr-env get", PATH=f"{home.folder}/bin:/usr/bin:/bin", **cloud.environment(APP))
    assert '"Secret":"eyJ' in said.stdout


def test_kaniko_names_the_folder_of_the_bundle():
    """kaniko itself is not available here; tests/packs tests the files that it copies."""
    text = (RECIPES / "kaniko.Dockerfile").read_text()
    assert "PATH=/opt/docker-credential-acr/bin:" in text and 'home=/opt/$name' in (PACKAGING / "build-bundle").read_text()
    account, config, job = parse("kaniko.yaml")
    assert json.loads(config["data"]["config.json"]) == {"credHelpers": {"contoso.azurecr.io": "acr"}}
    assert job["spec"]["template"]["spec"]["serviceAccountName"] == account["metadata"]["name"]


def test_every_recipe_is_listed_and_says_what_was_tested():
    listed = (RECIPES / "README.md").read_text()
    for path in RECIPES.iterdir():
        assert path.name == "README.md" or f"({path.name})" in listed, path.name
