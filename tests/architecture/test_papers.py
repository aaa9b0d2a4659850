# SPDX-License-Identifier: Apache-2.0
"""The documents of the project: forms are complete, links have targets, commands exist."""
import json
import os
import re
import subprocess
import xml.etree.ElementTree as tree
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
GITHUB = ROOT / ".github"
FORMS = sorted(set((GITHUB / "ISSUE_TEMPLATE").glob("*.yml")) - {GITHUB / "ISSUE_TEMPLATE/config.yml"})
PAPERS = sorted([*GITHUB.glob("*.md"), ROOT / "README.md", ROOT / "src/README.md", *(ROOT / "tests").rglob("README.md"),
                 *(ROOT / "packaging").rglob("*.md")])
KINDS = {"markdown", "textarea", "input", "dropdown", "checkboxes"}


# Only the files of the layout: other files there are not in the repository.
TOP = {"LICENSE", "README.md", "include", "meson.build", "meson_options.txt", "packaging", "src", "tests"}


def test_the_top_level_holds_what_the_layout_names():
    ran = subprocess.run(["git", "-C", ROOT, "ls-files"], capture_output=True, text=True, check=False)
    if ran.returncode:
        pytest.skip("not in a checkout: what is beside it may be somebody's build")
    assert {name.split("/")[0] for name in ran.stdout.splitlines() if not name.startswith(".")} == TOP


def named(paper):
    return str(paper.relative_to(ROOT))


@pytest.mark.parametrize("form", FORMS, ids=named)
def test_an_issue_form_has_the_fields_that_github_requires(form):
    """The fields of GitHub's form schema: https://docs.github.com/communities (syntax for issue forms)."""
    content = yaml.safe_load(form.read_text(encoding="utf-8"))
    assert content["name"] and content["description"] and content["body"]
    fields = [field for field in content["body"] if field["type"] != "markdown"]
    assert fields and {field["type"] for field in content["body"]} <= KINDS
    assert len({field["id"] for field in fields}) == len(fields)
    for field in fields:
        assert field["attributes"]["label"]
        assert (field["type"] == "dropdown") == ("options" in field["attributes"])


def test_an_issue_cannot_be_opened_without_a_form():
    assert yaml.safe_load((GITHUB / "ISSUE_TEMPLATE/config.yml").read_text(encoding="utf-8")) == {"blank_issues_enabled": False}


@pytest.mark.parametrize("form", FORMS, ids=named)
def test_a_form_asks_for_the_report_of_diagnose(form, helper):
    command = re.search(r"`docker-credential-acr (diagnose --report \S+) REGISTRY`", form.read_text(encoding="utf-8"))
    assert command
    assert command.group(1).split()[1] in helper("diagnose", "--help").out


@pytest.mark.parametrize("paper", PAPERS, ids=named)
def test_every_link_to_a_file_has_a_target(paper):
    text = re.sub(r"^```.*?^```", "", paper.read_text(encoding="utf-8"), flags=re.M | re.S)
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
        if "://" not in target:
            assert (paper.parent / target).exists(), target


def for_contributors():
    """Returns the commands of CONTRIBUTING.md, without comments."""
    text = (GITHUB / "CONTRIBUTING.md").read_text(encoding="utf-8")
    lines = [line for block in re.findall(r"^```sh\n(.*?)^```", text, re.M | re.S) for line in block.splitlines()]
    lines += re.findall(r"`((?:tests/bench/run|meson test -C) [^`]*)`", text)
    return [re.sub(r"\s+#.*$", "", line) for line in lines]


def test_every_named_script_for_contributors_exists():
    lines = [line for line in for_contributors() if line.startswith("tests/")]
    assert len(lines) >= 4
    for line in lines:
        script, *words = line.split()
        shown = subprocess.run([ROOT / script, "--help"], capture_output=True, text=True, check=True).stdout
        for word in words:
            assert re.search(rf"(?<![\w-]){word}(?![\w-])", shown), line


def test_the_documented_command_runs_one_unit_test(program):
    """In the current build, which links the tests of a folder, not each file of them."""
    lines = [line for line in for_contributors() if line.startswith("meson test")]
    build = program.parents[1]
    tests = json.loads(subprocess.run(["meson", "introspect", "--tests", build], capture_output=True, text=True, check=True).stdout)
    if not tests:
        pytest.skip("this build has no unit tests")
    names = {test["name"] for test in tests}
    files = {path.stem for path in (ROOT / "tests/unit").glob("*_*.c")}
    assert names <= files and files - names <= {"base_heap"}, "a file is not in tests/unit/meson.build"
    assert len({test["cmd"][0] for test in tests} - {str(build / "tests/unit/unit_base_heap")}) == len({name.split("_")[0] for name in files})
    assert lines
    for line in lines:
        words = [str(build) if word == "build" else word for word in line.split()]
        ran = subprocess.run([*words, "--no-rebuild"], capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        assert "--list" in words or "Ok:                 1" in ran.stdout, ran.stdout


@pytest.mark.parametrize("paper", [GITHUB / "CONTRIBUTING.md", ROOT / "tests/README.md"], ids=named)
def test_the_documented_commands_select_black_box_tests(paper):
    lines = re.findall(r"-- (?:/usr/bin/)?python3 (-m pytest .*)", paper.read_text(encoding="utf-8"))
    assert lines
    for line in lines:
        ran = subprocess.run(["/usr/bin/python3", *line.split(), "--collect-only", "-p", "no:cacheprovider"], cwd=ROOT, capture_output=True,
                             text=True, check=False)
        assert ran.returncode == 0 and "::" in ran.stdout, ran.stdout


@pytest.mark.plain
def test_the_recording_matches_the_current_output(program, engine, tmp_path):
    """Without the parts that change from run to run (numbers, times)."""
    made = tmp_path / "recording.svg"
    subprocess.run([ROOT / "tests/recording", made], env={**os.environ, "ACR_PROGRAM": str(program)}, check=True)

    def words(path):
        lines = [text.text or "" for text in tree.parse(path).getroot().iter("{http://www.w3.org/2000/svg}text")]
        return [line for line in lines if not re.search(r"[0-9a-f]{8}-|[0-9a-f]{12}|\dm[ ,]|Id: |size: |ss\. ", line)]
    shown = words(made)
    assert "docker-credential-acr: the network rules of firewall.azurecr.io do not allow" in shown
    assert shown == words(GITHUB / "recording.svg"), "run tests/recording again"
