# SPDX-License-Identifier: Apache-2.0
"""No decision of the program depends on its own texts.

`get` and `diagnose` run with every cause of the matrix twice, in English and in a nonsense language (pseudo.py). The
result, the status and the suggested commands must be the same: a rule or a check that searches for one of the program's
own sentences does not find it.
"""
import re
import shutil

import pytest
from client import Cloud
from homes import Helper, Home
from pseudo import PseudoLanguage, noise
from test_diagnose import CAUSES, Diagnosis, Stage

pytestmark = [pytest.mark.plain, pytest.mark.skipif(not shutil.which("msgen"), reason="gettext's tools are not here")]


@pytest.fixture(scope="module")
def pseudo(program, tmp_path_factory):
    return PseudoLanguage(tmp_path_factory.mktemp("pseudo"), program)


def commands(page):
    """The commands to paste: they are indented by four more columns than the text below the last heading, and a long
    one continues on the next line."""
    below = re.search(rf"^(?:What to do:|{re.escape(noise('What to do:'))}).*\n((?:  .*\n)*)", page, re.M)
    joined = re.sub(r" \\\n +", " ", below[1] if below else "")
    return [line.strip() for line in joined.splitlines() if line.startswith("    ")]


def of_get(answer):
    """The parts that a program or a user acts on."""
    marks = re.findall(r"\[([a-z0-9-]+)\]", answer.out), re.findall(r"\[([a-z0-9-]+)\]", answer.err)
    return {"status": answer.status, "ids": marks, "commands": commands(answer.err),
            "links": re.findall(r"^https://\S+$", answer.err, re.M)}


def of_diagnose(found):
    return {"status": found.answer.status,
            "verdicts": {name: check["verdict"] for name, check in found.checks.items()},
            "ids": [(name, check.get("facts", {}).get("error")) for name, check in found.checks.items()],
            "rules": found.rules,
            "commands": [[step["command"] for step in cause["explanation"]["steps"]] for cause in found.json["causes"]],
            "links": [cause["explanation"]["link"] for cause in found.json["causes"]]}


def meet(cause, program, environment):
    """Provokes the cause in a separate environment."""
    home, cloud = Home(program), Cloud.from_environment()
    home.env.update(environment)
    stage = Stage(home, cloud, Helper(home, cloud))
    try:
        with stage.undo:
            words = CAUSES[cause][1](stage)
            env = {**(cloud.environment(stage.who) if stage.who else {}), **stage.env}
            got = stage.helper.get(words[0].split("/")[0], env=env)
            found = Diagnosis(stage.helper("diagnose", "--json", *words, env=env))
    finally:
        home.remove()
        cloud.no_faults()
        cloud.the_world_as_it_was()
    return got, found, str(home.folder), str(home.runtime)


def alike(value, paths):
    """The same value without the names of directories that differ in each run."""
    if isinstance(value, str):
        return re.sub("|".join(map(re.escape, paths)), "HOME", value)
    if isinstance(value, dict):
        return {key: alike(one, paths) for key, one in value.items()}
    return [alike(one, paths) for one in value] if isinstance(value, (list, tuple)) else value


@pytest.mark.parametrize("cause", CAUSES)
def test_a_cause_is_the_same_in_the_pseudo_language(cause, pseudo, cloud, engine):
    english, noisy = meet(cause, pseudo.program, {}), meet(cause, pseudo.program, pseudo.env)
    for kind, taken in ((0, of_get), (1, of_diagnose)):
        told = [alike(taken(one[kind]), one[2:]) for one in (english, noisy)]
        # With longer texts, a brief explanation has room for fewer steps.
        room = min(len(one["commands"]) for one in told) if kind == 0 else None
        for one in told:
            one["commands"] = one["commands"][:room]
        assert told[0] == told[1], f"{english[kind]}\n{noisy[kind]}"


# Words that are in nearly every English sentence and in no nonsense word.
ENGLISH = re.compile(r"\b(the|is|not|and|with|for|was|this|that|are|cannot|from|which|it)\b", re.IGNORECASE)
SAID = {  # what a user may see without any network; {} is the home directory
    "help": ["--help"], "login": ["login", "--help"], "logout": ["logout", "--help"], "renew-help": ["renew", "--help"],
    "status-help": ["status", "--help"], "configure-help": ["configure", "--help"], "diagnose-help": ["diagnose", "--help"],
    "explain-help": ["explain", "--help"], "get-help": ["get", "--help"], "store-help": ["store", "--help"],
    "erase-help": ["erase", "--help"], "list-help": ["list", "--help"], "version-help": ["version", "--help"],
    "command": ["signin"], "option": ["login", "--frobnicate"], "argument": ["status", "a", "b"],
    "status": ["status"], "status-of": ["status", "acme.azurecr.io"], "status-foreign": ["status", "ghcr.io"],
    "renew": ["renew"], "renew-one": ["renew", "acme.azurecr.io"], "logout-all": ["logout"], "logout-one": ["logout", "acme.azurecr.io"],
    "configure": ["configure", "acme.azurecr.io", "--dry-run"], "configure-foreign": ["configure", "ghcr.io"],
    "configure-nothing": ["configure"], "configure-again": ["configure", "acme.azurecr.io", "--no-check"],
    "undo": ["configure", "--undo"], "explain-unknown": ["explain", "frobnicate"], "explain-list": ["explain", "--list"],
    "explain-page": ["explain", "firewall"], "get": ["get"], "diagnose": ["diagnose", "acme.azurecr.io", "--verbose"]}


def prose(text):
    """The text for people: without commands, options, lines of a file, IDs, and text that docker compares."""
    lines = [line for line in text.splitlines() if not re.match(r"    \S|[-+ @]", line) or re.match(r"  \S|[-+] \w", line)]
    return "\n".join(re.sub(r"^[a-z0-9]+(-[a-z0-9]+)+ | --[a-z-]+|\[[a-z0-9-]+\]", "", line) for line in lines if not re.match(
        r"docker-credential-acr: unknown action|https://|credentials not found in native keychain", line))


@pytest.mark.parametrize("name", SAID)
def test_no_english_is_left_in_the_pseudo_language(name, pseudo, home, cloud):
    home.program, helper = pseudo.program, Helper(home, cloud)
    home.env.update(pseudo.env)
    cloud.fault("reset", service="imds", at="connect")
    answer = helper(*SAID[name], stdin="acme.azurecr.io")
    left = ENGLISH.findall(prose(answer.out + answer.err))
    assert not left, f"{left}\n{answer}"
