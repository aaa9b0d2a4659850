# SPDX-License-Identifier: Apache-2.0
"""The workflows, the action and the recipe for GitHub Actions: they pass the linter, have few permissions, and run what the
README says."""
import os
import re
import subprocess
from pathlib import Path

import pytest

yaml = pytest.importorskip("yaml")
ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml")) + [ROOT / "packaging/recipes/github-actions.yml"]
ACTION = ROOT / "packaging/github-action/action.yml"
ALL = [*WORKFLOWS, ACTION]


def read(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def linter(name):
    """Returns a program that tests/clients/build downloaded."""
    path = Path(os.environ.get("ACR_CLIENTS") or Path(os.environ.get("ACR_BUILD", "/nowhere")) / "clients") / name
    if not os.access(path, os.X_OK):
        pytest.skip(f"no {name} here (tests/clients/build)")
    return path


def lint(*command):
    ran = subprocess.run([str(word) for word in command], cwd=ROOT, capture_output=True, text=True, check=False)
    return ran.returncode, ran.stdout + ran.stderr


def test_actionlint_reports_nothing(tmp_path):
    program = linter("actionlint")
    status, said = lint(program, "-no-color", *WORKFLOWS)
    assert status == 0, said
    broken = tmp_path / "broken.yml"
    broken.write_text(WORKFLOWS[0].read_text().replace("runs-on:", "runs-in:", 1))
    assert lint(program, "-no-color", broken)[0] == 1


def test_zizmor_reports_nothing(tmp_path):
    program = linter("zizmor/bin/zizmor")
    options = "--offline", "--no-progress", "--pedantic"
    status, said = lint(program, *options, *ALL)
    assert status == 0, said
    broken = tmp_path / "broken.yml"
    broken.write_text(WORKFLOWS[0].read_text().replace("permissions: {}", "permissions: write-all", 1))
    assert lint(program, *options, broken)[0] != 0


def test_one_job_runs_the_command_of_the_readme_on_pull_requests():
    flow = read(ROOT / ".github/workflows/test.yml")
    assert "pull_request" in flow[True]  # "on" is a truth value in YAML 1.1
    commands = [step["run"] for job in flow["jobs"].values() for step in job["steps"] if "run" in step]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert commands and all(re.search(rf"^{re.escape(command)} ", readme, re.M) for command in commands)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_job_has_only_named_rights_and_pins_its_actions(path):
    flow = read(path)
    assert flow["permissions"] == {}
    for job in flow["jobs"].values():
        assert job["permissions"] and "write-all" not in str(job["permissions"])
        for step in job["steps"]:
            assert "uses" not in step or re.fullmatch(r"[\w.-]+/[\w.-]+@[0-9a-f]{40}", step["uses"]), step


def test_packages_for_a_tag_are_built_by_existing_scripts():
    flow = read(ROOT / ".github/workflows/packages.yml")
    assert flow[True] == {"push": {"tags": ["v*"]}}
    steps = {step["name"]: step["run"] for job in flow["jobs"].values() for step in job["steps"] if "run" in step}
    scripts = re.findall(r"packaging/[\w-]+", steps["Build the packages"])
    assert len(scripts) == 3 and all(os.access(ROOT / script, os.X_OK) for script in scripts)


@pytest.mark.parametrize("tag, status", [("v{}", 0), ("v{}.1", 1), ("v", 1)])
def test_a_tag_that_differs_from_the_version_builds_nothing(tag, status):
    flow = read(ROOT / ".github/workflows/packages.yml")
    (check,) = [step["run"] for step in flow["jobs"]["build"]["steps"] if step.get("name") == "Check that the tag is the version"]
    version = re.search(r"version: '([^']+)'", (ROOT / "meson.build").read_text()).group(1)
    ran = subprocess.run(["bash", "-euo", "pipefail", "-c", check], cwd=ROOT, check=False,
                         env={**os.environ, "GITHUB_REF_NAME": tag.format(version)})
    assert ran.returncode == status
