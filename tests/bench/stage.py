# SPDX-License-Identifier: Apache-2.0
"""The environment of the benchmarks: a home in the stand-in cloud with a session bus, a keyring, and all other
helpers signed in."""
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "cloud")]

from client import APP, Cloud  # noqa: E402
from counts import compile_c, twin_of  # noqa: E402
from homes import NAME, Home  # noqa: E402
from race import Racer, race  # noqa: E402
from session import Session  # noqa: E402

ACME, SECOND = "acme.azurecr.io", "second.azurecr.io"
FOREIGN, ABSENT = "https://registry.example.com", "https://absent.example.com"
SECRET_SERVICE = "/usr/bin/docker-credential-secretservice"
ENTRA = f"https://login.microsoftonline.com/{APP.tenant_id}/oauth2/v2.0/token"
SECRET = "s" * 2000

SECOND_HAND = """\
token=$(curl -sS {entra} -d grant_type=client_credentials -d client_id={app.client_id} \\
  -d client_secret={app.secret} -d scope=https://containerregistry.azure.net/.default |
  sed 's/.*"access_token": *"\\([^"]*\\)".*/\\1/')
curl -sS https://{host}/oauth2/exchange -d grant_type=access_token -d service={host} -d "access_token=$token"
"""


def installed(program, build):
    """A copy of the program: the pages of a newly linked file are scattered in memory, which makes its start 3 %
    slower."""
    folder = Path(build) / "installed"
    folder.mkdir(exist_ok=True)
    return Path(shutil.copy(program, folder))


class Stage:
    def __init__(self, program, build, patience=1.0):
        self.patience = patience
        self.race_program = compile_c("race", build, ["-O2"])
        self.program = installed(program, build)
        self.bare = installed(compile_c("bare", build), build)
        self.twin = installed(twin_of(program), build)
        self.home = Home(self.program)
        self.cloud = Cloud.from_environment()
        self.env = {**self.home.env, **self.cloud.environment(APP), "AZURE_CORE_COLLECT_TELEMETRY": "0",
                    "AZURE_CONFIG_DIR": str(self.home.folder / "azure")}
        self.session = Session(self.env)
        self.env["DBUS_SESSION_BUS_ADDRESS"] = self.session.__enter__()
        self.kept = self.home.runtime / NAME
        self.stdin = {}
        for name, text in (("acme", ACME), ("second", SECOND), ("foreign", FOREIGN), ("absent", ABSENT), ("nothing", ""),
                           ("login", json.dumps({"ServerURL": FOREIGN, "Username": "user", "Secret": SECRET}))):
            self.stdin[name] = self.home.write(f"stdin/{name}", text)
        self.trust = f"--cacert {self.cloud.path('ca.pem')} --capath /etc/ssl/certs"

    def close(self):
        self.session.__exit__()
        self.cloud.no_faults()
        self.home.remove()

    # what the racers need

    def sign_az_in(self):
        if not os.path.exists(self.env["AZURE_CONFIG_DIR"] + "/azureProfile.json"):
            self.cloud.az_login(self.env["AZURE_CONFIG_DIR"], "--service-principal", "-u", APP.client_id, "-p", APP.secret,
                                "--tenant", APP.tenant_id)

    def two_curls(self):
        """What a script would do: a token from Entra ID, then the exchange, with curl."""
        return self.home.write("two-curls", SECOND_HAND.format(entra=ENTRA, app=APP, host=ACME))

    def must(self, *command, stdin=None, env=None):
        ran = subprocess.run([str(word) for word in command], env={**self.env, **(env or {})}, check=False, capture_output=True,
                             input=Path(stdin).read_bytes() if stdin else b"")
        if ran.returncode:
            raise RuntimeError(f"{command} ended with {ran.returncode}: {ran.stdout!r} {ran.stderr!r}")
        return ran.stdout

    def forget(self):
        shutil.rmtree(self.kept, ignore_errors=True)

    # racers

    def ours(self, verb, stdin, name=None, program=None, **more):
        return Racer(name or f"{NAME} {verb}", program or self.program, verb, stdin=self.stdin[stdin], **more)

    def theirs(self, verb, stdin, **more):
        return Racer(f"docker-credential-secretservice {verb}", SECRET_SERVICE, verb, stdin=self.stdin[stdin], **more)

    def bare_process(self, stdin="acme", **more):
        return Racer("a bare C process", self.bare, stdin=self.stdin[stdin], **more)

    def cold(self, stdin="acme", keep_token=False, bus=False, **more):
        """A get without a cached token; with `keep_token`, only the Entra tokens are cached. Runs without a session
        bus, as in CI, or with one, where the keyring is searched first."""
        names = ("entry_*", "note_*") if keep_token else ("*",)
        return self.ours("get", stdin, name=f"{NAME} get, cold", empty=[self.kept / name for name in names],
                         env={} if bus else {"DBUS_SESSION_BUS_ADDRESS": None}, **more)

    def race(self, rounds, *racers):
        return race(self.race_program, max(3, round(rounds * self.patience)), racers, self.env)

    def far(self, milliseconds):
        """Sets the latency of all connections from now on; 0 removes it."""
        self.cloud.no_faults()
        if milliseconds:
            self.cloud.fault("rtt", ms=milliseconds)

    def exchanges(self):
        return len(self.cloud.requests("acr", path="/oauth2/exchange"))
