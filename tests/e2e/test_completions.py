# SPDX-License-Identifier: Apache-2.0
"""Completions, each requested from a real shell: commands, options, and the registries in docker's configuration and
in the cache."""
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from client import APP

FOLDER = Path(__file__).resolve().parents[2] / "packaging/completions"
BASH = r"""
source /usr/share/bash-completion/bash_completion 2>/dev/null; source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
$(complete -p docker-credential-acr | sed 's/.*-F \([^ ]*\).*/\1/')
printf '%s\n' "${COMPREPLY[@]}"
"""


def ask_bash(home, *words):
    ran = subprocess.run(["bash", "--norc", "-c", BASH, "-", FOLDER / "docker-credential-acr.bash", "docker-credential-acr", *words],
                         env=home.env, capture_output=True, text=True, check=True)
    assert ran.stderr == ""
    return ran.stdout.split()


def ask_fish(home, *words):
    ran = subprocess.run(["fish", "-N", "-c", f"source {FOLDER}/docker-credential-acr.fish; complete -C "
                          f"'docker-credential-acr {' '.join(words)}'"], env=home.env, capture_output=True, text=True, check=True)
    assert ran.stderr == ""
    return [line.split("\t")[0] for line in ran.stdout.splitlines()]


def listed_by_zsh(home, *words, pause=0.7):
    """zsh completes only in a terminal: its own module creates one, and the list is read from it."""
    script = rf"""
    zmodload zsh/zpty
    zpty z zsh -f -i
    zpty -w z "PS1=; unsetopt zle_bracketed_paste; fpath=({FOLDER} \$fpath); autoload -Uz compinit; compinit -u -D; LISTMAX=0"
    zpty -w z "zstyle ':completion:*' list-prompt ''; zstyle ':completion:*' format ''; setopt NO_list_packed NO_list_types NO_beep no_always_last_prompt"
    zpty -w z "bindkey '^I' list-choices; stty -echo; COLUMNS=200 LINES=200; print READY"
    sleep {pause}
    zpty -n -w z $'docker-credential-acr {' '.join(words)}\t'
    sleep {pause}
    zpty -n -w z $'\x15print -r END''-OF-LIST\n'
    sleep {pause}
    local text line
    while zpty -r -t z line; do text+=$line; done
    print -r -- $text
    zpty -d z
    """
    ran = subprocess.run(["zsh", "-f", "-c", script], env={**home.env, "TERM": "dumb"}, capture_output=True, text=True, check=True, timeout=60)
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]|\r", "", ran.stdout.split("READY")[-1])


def ask_zsh(home, *words):
    return re.findall(r"(?<![\w-])-{0,2}[a-z0-9][a-z0-9.-]*", listed_by_zsh(home, *words))


SHELLS = {"bash": ask_bash, "zsh": ask_zsh, "fish": ask_fish}


@pytest.fixture(params=SHELLS)
def ask(request, home):
    if not shutil.which(request.param):
        pytest.skip(f"no {request.param} here")
    return lambda *words: SHELLS[request.param](home, *words)


def test_commands_are_completed(ask, program):
    text = subprocess.run([program, "--help"], capture_output=True, text=True, check=True).stdout
    commands = re.findall(r"^  ([a-z]+) ", "".join(re.findall(r"^Commands[^\n]*:\n((?:  [^\n]*\n)+)", text, re.M)), re.M)
    assert {"get", "configure", "kubelet"} <= set(commands)
    assert set(commands) <= set(ask(""))
    assert "configure" in ask("conf") and "get" not in ask("conf")


def test_completion_does_not_depend_on_the_language_of_help(ask, home):
    home.env["LANGUAGE"] = "fr"
    assert {"get", "configure", "kubelet", "login"} <= set(ask(""))
    assert {"--creds-store", "--containers-registries"} <= set(ask("configure", "--c"))


def described(home, *words):
    """The rows of --help: the name of a command or an option, and its description on one line."""
    text = subprocess.run([home.program, *words, "--help"], env=home.env, capture_output=True, text=True, check=True).stdout
    text = re.sub(r"\n {9,}", " ", text)
    if not words:
        text = "\n".join(text.split("\n\n")[2:4])
    return dict(re.findall(r"^  (?:-., )?((?:--)?[a-z-]+)(?: \S+)?  +(.*)$", text, re.M))


def offered_by_fish(home, words):
    ran = subprocess.run(["fish", "-N", "-c", f"source {FOLDER}/docker-credential-acr.fish; complete -C "
                          f"'docker-credential-acr {words}'"], env=home.env, capture_output=True, text=True, check=True)
    return dict(line.split("\t") for line in ran.stdout.splitlines() if "\t" in line)


def offered_by_zsh(home, words):
    # Names with the same description are in one row.
    for pause in 0.7, 5:  # a busy machine needs longer
        rows = re.findall(r"^(\S+(?: +\S+)*?) +-- (.*?)\s*$", listed_by_zsh(home, *words.split(" "), pause=pause), re.M)
        if rows:
            break
    return {name: text for names, text in rows for name in names.split()}


OFFERED = {"fish": offered_by_fish, "zsh": offered_by_zsh}


@pytest.mark.parametrize("language, first", [("en", "find out why"), ("fr", "")])
@pytest.mark.parametrize("name", OFFERED)
def test_every_command_and_option_has_a_description(name, language, first, home):
    if not shutil.which(name):
        pytest.skip(f"no {name} here")
    home.env["LANGUAGE"] = language
    commands = described(home)
    assert len(commands) >= 13 and commands["diagnose"].startswith(first)
    assert OFFERED[name](home, "") == commands
    for command in commands:
        options = described(home, command)
        assert "--help" in options and OFFERED[name](home, f"{command} --") == options, command


def test_options_of_the_command_are_completed(ask):
    offered = ask("configure", "--c")
    assert {"--creds-store", "--containers-registries"} <= set(offered) and "--tenant" not in offered
    assert "--registry-mirror" in ask("kubelet", "--r")


def test_registries_of_the_docker_config_and_of_the_cache_are_completed(ask, home, helper, cloud):
    home.docker_config({"credHelpers": {"fabrikam.azurecr.io": "acr", "gcr.io": "gcloud"}, "auths": {"old.azurecr.cn": {}}})
    assert helper.get("acme.azurecr.io", env=cloud.environment(APP)).status == 0
    cloud.mark()
    offered = set(ask("logout", ""))
    assert {"fabrikam.azurecr.io", "old.azurecr.cn", "acme.azurecr.io"} <= offered and "gcr.io" not in offered
    assert cloud.requests(everything=True) == []


def test_the_value_of_an_option_is_not_treated_as_a_registry(ask, home):
    home.docker_config({"credHelpers": {"fabrikam.azurecr.io": "acr"}})
    assert "fabrikam.azurecr.io" not in ask("login", "--tenant", "")


def test_files_are_completed_where_a_file_is_expected(ask, home, monkeypatch):
    home.write("here/azure.json", "{}")
    monkeypatch.chdir(home.folder / "here")
    assert "azure.json" in ask("kubelet", "az")
