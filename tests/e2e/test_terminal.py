# SPDX-License-Identifier: Apache-2.0
"""Types commands into a tmux of 80 columns and 24 lines: the remedy is still visible when the command has ended."""
import json
import os
import re
import shlex
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from client import APP, EXPIRED, NOBODY
from test_diagnose import CAUSES, Stage

ACME = "acme.azurecr.io"
STORED = '{"ServerURL":"admin.azurecr.io","Username":"admin","Secret":"not-the-password"}'
COMMANDS = [  # command, user, and text that must be on the screen: problem and remedy in English and French
    (f"docker-credential-acr diagnose {ACME}/app", EXPIRED, "has expired", "a expiré", "az ad app credential reset"),
    (f"echo {ACME} | docker-credential-acr get", EXPIRED, "has expired", "a expiré", "az ad app credential reset"),
    (f"echo {ACME} | docker-credential-acr get", NOBODY, "denied access to", "a refusé l'accès", "az role assignment create"),
    (f"docker pull {ACME}/app", EXPIRED, "has expired", "a expiré", "az ad app credential reset"),
    (f"echo '{STORED}' | docker-credential-acr store", NOBODY, "nothing was changed", "a rejeté", "docker-credential-acr login admin.azurecr.io"),
    (f"docker push {ACME}/nothing-here 2>&1 | docker-credential-acr explain; echo unauthorized: Application not registered "
     f"with AAD for {ACME} | docker-credential-acr explain", NOBODY, "[app-not-registered]", "[app-not-registered]", "az ad sp list"),
]

pytestmark = [pytest.mark.usefixtures("engine", "no_keyring"), pytest.mark.skipif(not shutil.which("tmux"), reason="no tmux here")]


@pytest.fixture
def screen(home):
    """screen(command, env) returns what the terminal shows when the command has ended."""
    tmux = ["tmux", "-L", "acr", "-f", "/dev/null", "-u"]
    env = {**home.env, "TERM": "xterm", "TMUX_TMPDIR": str(home.runtime)}

    def typed(command, more):
        env.update(more)
        subprocess.run([*tmux, "new-session", "-d", "-x", "80", "-y", "24", f"{command}; printf %s END; read wait"],
                       env=env, check=True)
        seen, deadline = "", time.monotonic() + 40
        while "END" not in seen and time.monotonic() < deadline:
            time.sleep(0.1)
            seen = subprocess.run([*tmux, "capture-pane", "-p"], env=env, capture_output=True, text=True, check=False).stdout
        assert "END" in seen and all(len(line) <= 80 for line in seen.splitlines()), seen
        return seen
    yield typed
    subprocess.run([*tmux, "kill-server"], env=env, check=False)


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("command, who, english, french, remedy", COMMANDS)
def test_the_explanation_is_on_the_last_screen(screen, cloud, language, command, who, english, french, remedy):
    seen = screen(command, {**cloud.environment(who), "LC_ALL": "C.UTF-8", "LANGUAGE": language})
    assert remedy in seen and (french if language == "fr" else english) in seen, seen


@pytest.mark.parametrize("name", CAUSES)
def test_what_to_do_about_each_cause_is_on_the_last_screen(screen, home, cloud, helper, name):
    """The command lines of the matrix of causes: the page begins with the verdict and does not scroll."""
    stage = Stage(home, cloud, helper)
    with stage.undo:
        arguments = CAUSES[name][1](stage)
        env = {**(cloud.environment(stage.who) if stage.who else {}), **stage.env}
        told = json.loads(helper("diagnose", "--json", *arguments, env=env).out)["causes"][0]["explanation"]
        seen = screen(" ".join([str(home.program), "diagnose", *arguments]), env)
    assert re.match(r"\S+( \(\w+\))?: (1 problem|no problem found)", seen) and f"[{told['rule']}]" in seen, seen
    step = told["steps"][0]
    first = (step["command"] or step["say"]).split("\n")[0]
    assert " ".join(first.split()[:3]) in " ".join(seen.replace("\\\n", " ").split()), seen


DIAGNOSE, MISSING = "docker-credential-acr diagnose", {"fault": ("reset", {"service": "imds", "at": "connect"})}
CAPTURES = {  # command, user, fault, and output that must still be visible (the command itself is shown, too)
    "diagnose-healthy": (f"{DIAGNOSE} {ACME}/app", APP, {}, [f"{ACME}/app (pull): no problem found"]),
    "diagnose-firewall": (f"{DIAGNOSE} firewall.azurecr.io/app", APP, {}, ["[firewall]", "az acr network-rule add"]),
    "diagnose-no-role": (f"{DIAGNOSE} {ACME}/app", NOBODY, {}, ["[no-role]", "az role assignment create"]),
    "diagnose-offline": (f"unshare -n {DIAGNOSE} {ACME}/app", APP, {}, ["[offline]"]),
    "diagnose-bare-name": (f"{DIAGNOSE} reader", APP, {}, ["reader.azurecr.io: no problem found"]),
    "diagnose-not-signed-in": (f"{DIAGNOSE} {ACME}", None, MISSING, ["[not-signed-in]", f"docker-credential-acr login {ACME}"]),
    "docker-pull-no-role": (f"docker pull {ACME}/app", NOBODY, {}, ["denied access to", "az role assignment create"]),
    "docker-pull-expired": (f"docker pull {ACME}/app", EXPIRED, {}, ["has expired", "az ad app credential reset"]),
    "docker-pull-again": (f"docker pull {ACME}/app >/dev/null 2>&1; docker pull {ACME}/app", NOBODY, {}, ["[no-role]"]),
    "status": (f"echo {ACME} | docker-credential-acr get >/dev/null; docker-credential-acr status", APP, {},
               [f"\n{ACME}\n  token of service principal", "Identities in order of precedence"]),
    "status-registry": (f"echo {ACME} | docker-credential-acr get >/dev/null; docker-credential-acr status {ACME}", APP, {},
                        ["token of service principal", f"Identities in order of precedence for {ACME}"]),
    "status-new-machine": ("docker-credential-acr status", None, MISSING, ["Nothing is stored or cached", "Identities in order of precedence"]),
    "configure": ("docker-credential-acr configure", APP, {}, ["configure has not changed any file."]),
    "configure-registry": (f"docker-credential-acr configure {ACME}", APP, {}, [".docker/config.json: changed", "This helper is set up."]),
}


@pytest.mark.parametrize("name", CAPTURES)
def test_no_important_line_has_scrolled_away(screen, cloud, name):
    """With ACR_CAPTURES=DIRECTORY the screens are also written to that directory for inspection."""
    command, who, wrong, seen_at_the_end = CAPTURES[name]
    if wrong:
        kind, where = wrong["fault"]
        cloud.fault(kind, **where)
    seen = screen(f"echo '$' {shlex.quote(command)}; {command}", cloud.environment(who) if who else {})
    if "ACR_CAPTURES" in os.environ:
        Path(os.environ["ACR_CAPTURES"], f"{name}.txt").write_text(seen, encoding="utf-8")
    assert not [words for words in seen_at_the_end if words not in seen], seen
