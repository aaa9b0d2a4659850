# SPDX-License-Identifier: Apache-2.0
"""The README, taken at its word: every command in it is run (or, for the two that run this, asked for its help)."""
import json
import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest
from client import APP

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.M | re.S)


def commands():
    """The command lines of the sh blocks, without comments."""
    for block in blocks("sh"):
        for line in block.splitlines():
            line = re.sub(r"\s+#.*$", "", line).strip()
            if line and not line.startswith("#"):
                yield line


COMMANDS = list(commands())


def test_there_are_commands_to_try():
    assert any(line.startswith("tests/demo") for line in COMMANDS) and any(line.startswith("tests/run") for line in COMMANDS)


@pytest.mark.parametrize("text", blocks("json"))
def test_every_piece_of_json_is_json(text):
    json.loads(text)


@pytest.mark.parametrize("line", [line for line in COMMANDS if re.match(r"(sudo )?(tests|packaging)/", line)])
def test_every_script_that_is_named_is_there_and_explains_itself(line):
    words = [word for word in shlex.split(line) if word != "sudo"]
    ran = subprocess.run([ROOT / words[0], "--help"], capture_output=True, text=True, check=False, cwd="/")
    assert ran.returncode == 0 and Path(words[0]).name in ran.stdout
    for option in (word for word in words[1:] if word.startswith("--")):
        assert option in ran.stdout


def test_the_demo_shows_push_and_pull(tmp_path):
    if os.geteuid() != 0:
        pytest.skip("a docker engine needs root")
    ran = subprocess.run([ROOT / "tests/demo", "--no-install"], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "Downloaded newer image for contoso.azurecr.io/demo/hello" in ran.stdout
    assert '"Username":"00000000-0000-0000-0000-000000000000"' in ran.stdout


def test_it_is_installed_by_the_commands_that_are_given(tmp_path):
    lines = [line for line in COMMANDS if "meson" in line]
    assert len(lines) == 2
    for line in lines:
        words = [word for word in shlex.split(line) if word != "sudo"]
        words = [str(tmp_path / "build") if word == "build" else word for word in words]
        words += [] if words[1] == "setup" else ["--destdir", str(tmp_path / "root")]
        ran = subprocess.run(words, capture_output=True, text=True, check=False, cwd=ROOT)
        assert ran.returncode == 0, ran.stdout + ran.stderr
    there = {path.name for path in (tmp_path / "root").rglob("*") if path.is_file()}
    assert {"docker-credential-acr", "docker-credential-acr.1", "LICENSE"} <= {name.removesuffix(".gz") for name in there}


@pytest.mark.parametrize("line", [line for line in COMMANDS if "docker-credential-acr" in line and "meson" not in line])
def test_every_command_for_people_runs(line, helper, home, cloud):
    part = next(part for part in line.split("|") if "docker-credential-acr" in part)
    words = shlex.split(part)[1:]
    stdin = b"unauthorized: authentication required for contoso.azurecr.io/app" if "|" in line else b""
    answer = helper(*words, stdin=stdin, env=cloud.environment(APP))
    assert answer.status in (0, 1) and answer.out, answer
    assert "unknown" not in answer.err and "usage" not in answer.err.lower(), answer
