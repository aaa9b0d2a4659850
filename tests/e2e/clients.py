# SPDX-License-Identifier: Apache-2.0
"""The real clients, each in the home of a user: a call runs a command and returns what the user would see."""
import os
import subprocess

import pytest
from homes import Helper

LOCAL = "local/base:1"  # in the engine from the first test that needs it on, and never removed
BASE = "acme.azurecr.io/samples/base:1"  # in the cloud's registry from the first test that needs it on


class Seen:
    """The result of a command: its status, and the output that the user saw."""

    def __init__(self, ran, requests):
        self.status, self.out, self.err, self.requests = ran.returncode, ran.stdout, ran.stderr, requests

    @property
    def text(self):
        return self.out + self.err

    @property
    def ours(self):
        """The lines of stderr that the helper wrote."""
        return [line for line in self.err.splitlines() if "docker-credential-acr:" in line]

    @property
    def exchanges(self):
        return len([row for row in self.requests if row.get("path") == "/oauth2/exchange"])

    def __repr__(self):
        return f"exit {self.status}\n  stdout: {self.out}\n  stderr: {self.err}"


class Client:
    """client("pull", image): runs the command, and searches its output for secrets."""

    def __init__(self, home, cloud, *command, env=None):
        self.home, self.cloud, self.command, self.env = home, cloud, command, env or {}
        self.helper = Helper(home, cloud)

    def __call__(self, *arguments, stdin=None, env=None, timeout=90):
        before = len(self.cloud.requests(everything=True))
        ran = subprocess.run([*self.command, *arguments], input=stdin, capture_output=True, text=True, timeout=timeout, check=False,
                             env={**self.home.env, **self.env, **(env or {})}, cwd=self.home.folder)
        seen = Seen(ran, self.cloud.requests(everything=True)[before:])
        secrets = self.helper.secrets_in(seen.text)
        assert not secrets, f"secrets were shown: {secrets}\n{seen}"
        return seen

    def must(self, *arguments, **more):
        seen = self(*arguments, **more)
        assert seen.status == 0, seen
        return seen


def built(name):
    """The path of a client that tests/clients/build built; $ACR_CLIENTS is a directory with other versions of the
    same names."""
    return os.path.join(os.environ.get("ACR_CLIENTS") or os.path.join(os.environ.get("ACR_BUILD", ""), "clients"), name)


def needed(name):
    """The same, for a test that requires the client."""
    if not os.access(built(name), os.X_OK):
        pytest.skip(f"needs {name}: tests/clients/build")
    return built(name)


def docker_clients():
    """Debian's docker, and newer versions: those that tests/clients/build built, or those in a given directory."""
    return [path for path in ("/usr/bin/docker", built("docker"), "/usr/local/bin/docker") if os.access(path, os.X_OK)]


def dockerfile(home, *lines):
    """A directory with a Dockerfile to build."""
    folder = home.folder / "context"
    home.write("context/Dockerfile", "\n".join(lines) + "\n")
    return str(folder)
