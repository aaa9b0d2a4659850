# SPDX-License-Identifier: Apache-2.0
"""The README: every command in it is run, every output in it is the current one, and it is short.

For the two commands that run this test, and the scripts that build packages, only --help is run; tests/packs runs the latter.
"""
import json
import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest
from client import APP
from homes import NAME, needs

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
VERSION = re.search(r"version: '([^']+)'", (ROOT / "meson.build").read_text(encoding="utf-8")).group(1)
# Text that differs in every run: the ID of a request.
CHANGES = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.M | re.S)


def inline():
    """Returns the code spans of sentences and tables."""
    return re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", README, flags=re.M | re.S))


def without_comment(line):
    return re.sub(r"\s+#.*$", "", line).strip()


# The command lines of the sh blocks, without comments, and those within sentences.
COMMANDS = [line for block in blocks("sh") for line in map(without_comment, block.splitlines()) if line]
COMMANDS += [code for code in inline() if re.match(rf"(sudo |{NAME} |tests/|packaging/build)", code)]
RELEASE = next(block for block in blocks("sh") if "RELEASE=" in block)
SCRIPTS = [line for line in COMMANDS if re.match(r"(sudo )?(tests|packaging)/", line)]
MESON = [line for line in COMMANDS if "meson" in line]
APT = [line for line in COMMANDS if "apt-get" in line]
OURS = [line for line in COMMANDS if line.startswith(f"{NAME} ")]


def run(*command, **more):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, **more)


def test_it_is_short():
    assert len(README.splitlines()) <= 130
    assert max(map(len, README.splitlines())) <= 180


def test_every_command_is_run_by_a_test_of_this_file():
    covered = {*SCRIPTS, *MESON, *APT, *OURS, *map(without_comment, RELEASE.splitlines())}
    assert [line for line in COMMANDS if line not in covered] == []
    assert {"tests/demo", "tests/run", "packaging/build-deb", "packaging/build-rpm", "packaging/build-bundle"} <= set(SCRIPTS)
    assert len(MESON) == 2 and len(APT) == 2 and len(OURS) >= 6


def test_every_json_example_is_valid():
    pieces = blocks("json") + [code for code in inline() if code.startswith("{")]
    assert len(pieces) >= 2
    for text in pieces:
        json.loads(text)


@pytest.mark.parametrize("line", SCRIPTS)
def test_every_named_script_exists_and_has_help(line):
    words = [word for word in shlex.split(line) if word != "sudo"]
    ran = run(ROOT / words[0], "--help", cwd="/")
    assert ran.returncode == 0 and Path(words[0]).name in ran.stdout
    for option in (word for word in words[1:] if word.startswith("--")):
        assert option in ran.stdout


def test_a_release_is_downloaded_verified_and_installed(empty_package, tmp_path):
    script = re.sub(r"^RELEASE=\S+", f"RELEASE=file://{empty_package.parent}", RELEASE, flags=re.M)
    assert script != RELEASE
    script = script.replace("sudo apt-get install", "apt-get install --simulate")
    ran = run("sh", "-euc", script, cwd=tmp_path)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert f"{empty_package.name}: OK" in ran.stdout and f"Inst {NAME} ({VERSION} local-deb [amd64])" in ran.stdout
    # Another file with this name is not installed.
    (tmp_path / "release").mkdir()
    (tmp_path / "release" / empty_package.name).write_bytes(b"another")
    (tmp_path / "release/SHA256SUMS").write_bytes((empty_package.parent / "SHA256SUMS").read_bytes())
    ran = run("sh", "-euc", script.replace(str(empty_package.parent), str(tmp_path / "release")), cwd=tmp_path)
    assert ran.returncode == 1 and "FAILED" in ran.stdout and "Inst" not in ran.stdout


def test_the_documented_command_removes_the_package(tmp_path):
    (line,) = [line for line in APT if "remove" in line]
    status = tmp_path / "status"
    status.write_text(f"Package: {NAME}\nStatus: install ok installed\nVersion: {VERSION}\nArchitecture: amd64\n"
                      "Maintainer: nobody <nobody@example.org>\nDescription: empty\n")
    words = [word for word in shlex.split(line) if word != "sudo"]
    ran = run(words[0], "--simulate", "-o", f"Dir::State::status={status}", *words[1:])
    assert ran.returncode == 0 and f"Remv {NAME}" in ran.stdout, ran


def test_the_demo_shows_push_and_pull(tmp_path):
    needs("users")
    ran = run(ROOT / "tests/demo", "--no-install", cwd=tmp_path)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "Downloaded newer image for contoso.azurecr.io/demo/hello" in ran.stdout
    assert '"Username":"00000000-0000-0000-0000-000000000000"' in ran.stdout


def test_the_documented_commands_install_it(tmp_path):
    for line in MESON:
        words = [word for word in shlex.split(line) if word != "sudo"]
        words = [str(tmp_path / "build") if word == "build" else word for word in words]
        words += [] if words[1] == "setup" else ["--destdir", str(tmp_path / "root")]
        ran = run(*words, cwd=ROOT)
        assert ran.returncode == 0, ran.stdout + ran.stderr
    there = {path.name for path in (tmp_path / "root").rglob("*") if path.is_file()}
    assert {"docker-credential-acr", "docker-credential-acr.1", "LICENSE"} <= {name.removesuffix(".gz") for name in there}


@pytest.mark.parametrize("line", OURS)
def test_every_command_for_people_runs(line, helper, home, cloud):
    words = shlex.split(line)[1:]
    if "--undo" in words:
        assert helper("configure", "contoso.azurecr.io", "--no-check", env=cloud.environment(APP)).status == 0
    answer = helper(*words, env=cloud.environment(APP))
    assert answer.status in (0, 1), answer
    assert answer.out + answer.err or words[0] == "logout", answer
    assert "unknown" not in answer.err and "usage" not in answer.err.lower(), answer


def test_the_identities_match_those_in_help(program):
    rows = re.findall(r"^\| `([a-z-]+)` \| (.*) \|$", README, re.M)
    text = run(program, "--help").stdout.split("Identities", 1)[1]
    assert [name for name, _ in rows] == re.findall(r"^  ([a-z-]+) ", text, re.M)
    for name, needs in rows:
        part = re.search(rf"^  {name} (.*(?:\n {{4,}}.*)*)", text, re.M).group(1)
        for variable in re.findall(r"\b(?:AZURE|SYSTEM)_[A-Z_]+", part):
            assert variable in needs, name


def as_shown(shown, printed):
    """Returns whether the output has the lines shown, one after the other; "..." is any number of lines."""
    pattern = "".join(r"(?:.*\n)*?" if line == "..." else "^" + re.escape(line) + r"\n" for line in shown)
    return re.search(pattern, printed, re.M) is not None


def test_three_dots_replace_only_whole_lines():
    assert as_shown(["a", "...", "c"], "0\na\nb\nb\nc\nd\n") and as_shown(["...", "c"], "c\n")
    assert not as_shown(["a", "...", "c"], "a\nb\n") and not as_shown(["a", "c"], "a\nb\nc\n") and not as_shown(["a"], "ba\nab\n")


@pytest.mark.plain
def test_examples_match_the_real_output(program, home, cloud, engine):
    """Each console block: its commands in a new home directory, and their output on both streams."""
    home.registries(contoso={})
    env = {**home.env, **cloud.environment(APP), "DOCKER_HOST": os.environ["DOCKER_HOST"], "COLUMNS": "80"}
    home.docker_config({"credsStore": "acr"})
    image = "contoso.azurecr.io/app:latest"
    archive = subprocess.run(["tar", "-C", "/bin", "-c", "busybox"], check=True, capture_output=True).stdout
    subprocess.run(["docker", "import", "-", image], input=archive, env=env, check=True, capture_output=True)
    for words in (["docker", "push", image], ["docker", "rmi", image], [program, "logout"]):
        subprocess.run(words, env=env, check=True, capture_output=True)
    shown = [part.splitlines() for block in blocks("console") for part in re.split(r"^\$ ", block, flags=re.M)[1:]]
    assert len(shown) >= 3
    for command, *lines in shown:
        ran = subprocess.run(["sh", "-c", command], env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        printed = CHANGES.sub("ID", ran.stdout)
        assert as_shown([CHANGES.sub("ID", line) for line in lines], printed), f"README shows another output of {command}:\n{printed}"
