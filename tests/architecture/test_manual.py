# SPDX-License-Identifier: Apache-2.0
"""The manual and --help have the same commands, options, identities and settings, and man reports no warning about the
pages."""
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2]
MANUAL = SOURCE / "packaging/man"
PAGES = sorted(MANUAL.glob("*.scd"))


def help_of(program, *command):
    return subprocess.run([program, *command, "--help"], capture_output=True, text=True, check=True, env={}).stdout


def commands_of(program):
    """Returns the rows of the two lists of commands in --help."""
    text = help_of(program)
    lists = re.findall(r"^Commands[^\n]*:\n((?:  [^\n]*\n)+)", text, re.M)
    assert len(lists) == 2, text
    return [name for rows in lists for name in re.findall(r"^  (\S+)", rows, re.M)]


def plain(page):
    """Returns the source of a page without scdoc's escapes and emphasis."""
    return re.sub(r"\\(.)", r"\1", (MANUAL / page).read_text()).replace("*", "").replace("_", " ")


def test_every_command_and_option_of_help_is_in_the_manual(program):
    text = plain("docker-credential-acr.1.scd")
    for command in commands_of(program):
        assert re.search(rf"^{command}\b", text, re.M), f"the manual lacks {command}"
        for option in re.findall(r"^  --([a-z-]+)", help_of(program, command), re.M):
            assert re.search(rf"--{option}\b", text), f"the manual lacks {command} --{option}"


def test_every_option_of_the_manual_is_in_help(program):
    known = {option for command in commands_of(program) for option in re.findall(r"--([a-z-]+)", help_of(program, command))}
    told = set(re.findall(r"\*--([a-z-]+)\*", (MANUAL / "docker-credential-acr.1.scd").read_text()))
    assert told <= known | {"help", "version"}, f"only in the manual: {sorted(told - known)}"


def test_a_page_begins_with_a_first_setup(program, helper, home):
    """Its commands are those of the README or of docker, and its configuration is valid."""
    readme = (SOURCE / "README.md").read_text(encoding="utf-8")
    for page in ("docker-credential-acr.1.scd", "docker-credential-acr-config.5.scd"):
        text = (MANUAL / page).read_text(encoding="utf-8")
        assert re.findall(r"^# (.*)$", text, re.M)[:3] == ["NAME", "SYNOPSIS", "FIRST SET-UP"]
        part = text.split("# FIRST SET-UP\n", 1)[1].split("\n# ")[0]
        blocks = re.findall(r"^```\n(.*?)^```", part, re.M | re.S)
        assert blocks
        for block in blocks:
            if block.startswith("{"):
                home.config(**json.loads(block))
                seen = helper("status")
                assert seen.status == 0 and not seen.err and "azure-cli" in seen.out, seen
                continue
            for line in block.splitlines():
                assert line in readme, line


def test_every_command_of_the_manual_is_in_help(program):
    source = (MANUAL / "docker-credential-acr.1.scd").read_text()
    part = source[source.index("# COMMANDS FOR DOCKER"):source.index("# WHAT GET ANSWERS")]
    told = re.findall(r"^\*([a-z]+)\*", part, re.M)
    assert sorted(told) == sorted(commands_of(program))


def test_the_identities_are_the_same(program):
    rows = re.search(r"^Identities[^\n]*:\n((?:  [^\n]*\n)+)", help_of(program), re.M).group(1)
    names = [row.split()[0] for row in rows.splitlines() if row[2] != " "]  # a summary may continue on the next line
    for page in ("docker-credential-acr.1.scd", "docker-credential-acr-config.5.scd"):
        for name in names:
            assert name in plain(page), f"{page} lacks {name}"


def test_the_settings_are_those_of_the_table():
    table = " ".join((SOURCE / "src/base/settings.c").read_text().split())
    keys = set(re.findall(r'\{ ?"([a-z_]+)", ?ACR_SETTING', table))
    page = (MANUAL / "docker-credential-acr-config.5.scd").read_text()
    part = page[page.index("# KEYS"):page.index("# ENVIRONMENT")]
    told = {key for line in re.findall(r"^\*.*$", part, re.M) for key in re.findall(r"\*([a-z_]+)\*", line)}
    assert keys and told == keys | {"registries"}
    for choice in re.findall(r'ACR_SETTING_CHOICE, ?"([^"]+)"', table):
        assert all(f"_{word}_" in part for word in choice.split("|")), choice
    in_files_only = set(re.findall(r'\{ ?"([a-z_]+)", ?[A-Z_]+, ?[^,]+, ?true,', table))
    variables = set(re.findall(r"DOCKER_CREDENTIAL_ACR_([A-Z_]+)\*", page[page.index("# ENVIRONMENT"):]))
    assert variables == {key.upper() for key in keys - in_files_only}


def warnings(source, made):
    """Returns the warnings of man about a page."""
    if not shutil.which("scdoc"):
        pytest.skip("no scdoc here")
    made.write_bytes(subprocess.run(["scdoc"], input=source, capture_output=True, check=True).stdout)
    read = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", str(made)], capture_output=True, text=True,
                          check=True, env={**os.environ, "LC_ALL": "C.UTF-8", "MANROFFSEQ": "", "MANWIDTH": "80"})
    return read.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_man_reports_no_warning(page, tmp_path):
    assert warnings(page.read_bytes(), tmp_path / page.stem) == ""


def test_the_page_of_causes_has_every_rule_and_no_warning(program, tmp_path):
    made = subprocess.run([MANUAL / "causes", program], capture_output=True, check=True).stdout
    rules = json.loads(subprocess.run([program, "explain", "--rules"], capture_output=True, check=True, env={}).stdout)
    assert [rule["rule"] for rule in rules] == re.findall(r"^\*([a-z0-9-]+)\*$", made.decode(), re.M)
    assert warnings(made, tmp_path / "docker-credential-acr-causes.7") == ""
