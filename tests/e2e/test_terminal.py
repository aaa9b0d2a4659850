# SPDX-License-Identifier: Apache-2.0
"""Typed into a tmux of 80 columns and 24 lines: what to do is still to be read when the command has ended."""
import os
import shutil
import subprocess
import time

import pytest
from client import EXPIRED, NOBODY

ACME = "acme.azurecr.io"
SECRET = "az ad app credential reset"
ROLE = "az role assignment create"
COMMANDS = [  # what is typed, by whom, and what must be on the screen, in English and in French
    (f"docker-credential-acr diagnose {ACME}/app", EXPIRED, SECRET, "has expired", "a expiré"),
    (f"docker-credential-acr diagnose {ACME}/app", NOBODY, ROLE, "Somebody who may", "Qui peut"),
    (f"echo {ACME} | docker-credential-acr get", EXPIRED, SECRET, "has expired", "a expiré"),
    (f"echo {ACME} | docker-credential-acr get", NOBODY, ROLE, "gives you no", "ne vous donne"),
    (f"docker pull {ACME}/app", EXPIRED, SECRET, "has expired", "a expiré"),
    (f"docker push {ACME}/nothing-here 2>&1 | docker-credential-acr explain; echo unauthorized: Application not registered "
     f"with AAD for {ACME} | docker-credential-acr explain", NOBODY, "az ad sp list", "knows nobody", "ne connaît personne"),
]


@pytest.fixture
def screen(home, cloud):
    """screen(command, who, env) is what stands on the terminal when the command has ended."""
    if not shutil.which("tmux"):
        pytest.skip("no tmux here")
    tmux = ["tmux", "-L", "acr", "-f", "/dev/null", "-u"]
    env = {**home.env, "TERM": "xterm", "TMUX_TMPDIR": str(home.runtime)}

    def typed(command, who, more):
        env.update(cloud.environment(who), **more)
        subprocess.run([*tmux, "new-session", "-d", "-x", "80", "-y", "24", f"{command}; printf %s END; read wait"],
                       env=env, check=True)
        seen, deadline = "", time.monotonic() + 30
        while "END" not in seen and time.monotonic() < deadline:
            time.sleep(0.2)
            seen = subprocess.run([*tmux, "capture-pane", "-p"], env=env, capture_output=True, text=True, check=False).stdout
        return seen
    yield typed
    subprocess.run([*tmux, "kill-server"], env=env, check=False)


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("command, who, remedy, english, french", COMMANDS)
def test_the_explanation_is_on_the_last_screen(screen, language, command, who, remedy, english, french):
    if "DOCKER_HOST" not in os.environ:
        pytest.skip("needs a docker engine: tests/cloud/cloud run --docker -- ...")
    seen = screen(command, who, {"LC_ALL": "C.UTF-8", "LANGUAGE": language})
    assert "END" in seen, seen
    assert remedy in seen and (french if language == "fr" else english) in seen, seen
    assert all(len(line) <= 80 for line in seen.splitlines())
