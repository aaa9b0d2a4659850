# SPDX-License-Identifier: Apache-2.0
"""The costs that must not grow unnoticed: tests/architecture/test_costs.py compares them with costs.json."""
import json
import subprocess
from pathlib import Path

from client import APP
from counts import BusCalls, instructions, libraries, peak_memory, system_calls, twin_of
from session import Session

RECORD = Path(__file__).resolve().parent / "costs.json"
ACME, SECOND, FOREIGN = b"acme.azurecr.io", b"second.azurecr.io", b"https://registry.example.com"
LOGIN = json.dumps({"ServerURL": FOREIGN.decode(), "Username": "user", "Secret": "s" * 2000}).encode()


class Costs:
    def __init__(self, home, cloud, race, bare):
        self.program, self.home, self.cloud, self.race, self.bare = home.program, home, cloud, race, bare
        self.env = {**home.env, **cloud.environment(APP)}
        self.files = {**self.env, "DOCKER_CREDENTIAL_ACR_KEYCHAIN": "file"}
        self.must("get", ACME)
        self.must("store", LOGIN, self.files)

    def must(self, verb, stdin, env=None):
        return subprocess.run([self.program, verb], env=env or self.env, input=stdin, check=True, capture_output=True)

    def beyond(self, count, other, verb, stdin, env):
        return count([self.program, verb], env, stdin) - count([other], env, stdin)

    def instructions(self):
        """Instructions from main on. The last value is that of the empty twin minus that of a bare process, which is
        the loader."""
        def main(verb, stdin, env):
            return instructions([self.program, verb], env, stdin, inside="main")
        twin = twin_of(self.program)
        return {"hit": main("get", ACME, self.env),
                "foreign hit": main("get", FOREIGN, self.files),
                "store": main("store", LOGIN, self.files),
                "start": instructions([twin], self.env, ACME) - instructions([self.bare], self.env, b"")}

    def system_calls(self):
        def count(command, env, stdin):
            return sum(system_calls(command, env, stdin).values())
        return {"hit": self.beyond(count, twin_of(self.program), "get", ACME, self.env)}

    def requests(self):
        """The requests that a cold get sends to the cloud, and those of the next one with the same identity."""
        for path in (self.home.runtime / "docker-credential-acr").iterdir():
            path.unlink()
        asked = {}
        for name, server in (("cold get", ACME), ("cold get of the next registry", SECOND)):
            self.cloud.mark()
            self.must("get", server)
            asked[name] = sorted(f"{row['method']} {row['service']} {row['path'].rsplit('/', 1)[1]}"
                                 for row in self.cloud.requests() if row.get("method"))
        return asked

    def libraries(self):
        return {"hit": libraries(self.program)}

    def memory(self):
        """KiB; rounded, because the kernel counts in pages and batches."""
        stdin = self.home.write("stdin", ACME)
        return {"hit": round(peak_memory(self.race, [self.program, "get"], self.env, stdin) / 100) * 100}

    def bus_calls(self):
        counted = {}
        with Session(self.home.env) as address:
            env = {**self.home.env, "DBUS_SESSION_BUS_ADDRESS": address}
            for work, verb, stdin, status in (("store", "store", LOGIN, 0), ("get", "get", FOREIGN, 0), ("list", "list", b"", 0),
                                              ("get of nothing", "get", b"absent.example.com", 1), ("erase", "erase", FOREIGN, 0)):
                with BusCalls(env) as seen:
                    ran = subprocess.run([self.program, verb], env=env, input=stdin, capture_output=True, check=False)
                assert ran.returncode == status, ran
                counted[work] = seen.count
        return counted

    def all(self):
        return {name: getattr(self, name)() for name in ("instructions", "system_calls", "libraries", "memory", "bus_calls", "requests")}
