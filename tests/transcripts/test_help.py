# SPDX-License-Identifier: Apache-2.0
"""Every --help fits a terminal of 80 columns."""
import re

import pytest

def as_text(out):
    return out.decode() if isinstance(out, bytes) else out


COMMANDS = ["get", "store", "erase", "list", "version", "login", "logout", "renew", "status", "configure", "diagnose",
            "explain", "kubelet"]


def test_help_lists_all_commands(helper):
    text = as_text(helper("--help").out)
    assert set(re.findall(r"^  ([a-z]+)  ", "".join(re.findall(r"^Commands[^\n]*:\n((?:  [^\n]*\n)+)", text, re.M)), re.M)) == set(COMMANDS)


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("command", [None, *COMMANDS])
def test_no_line_of_help_is_wider_than_80_columns(helper, command, language):
    ran = helper(*([command] if command else []), "--help", env={"LC_ALL": "C.UTF-8", "LANGUAGE": language})
    assert ran.status == 0 and ran.out
    assert [line for line in as_text(ran.out).splitlines() if len(line) > 80] == []


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_a_command_says_what_it_does_in_a_full_sentence(helper, command, language):
    ran = helper(command, "--help", env={"LC_ALL": "C.UTF-8", "LANGUAGE": language})
    summary = as_text(ran.out).split("\n\n")[1]
    assert summary[0].isupper() and summary.endswith("."), summary
