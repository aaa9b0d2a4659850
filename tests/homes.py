# SPDX-License-Identifier: Apache-2.0
"""The machine of a user for one test, and the program as docker runs it there.

A Home has a HOME, the XDG folders, a runtime folder in memory, docker's config and a PATH that begins with the program. A
Helper runs the program in it, and checks every run for what must always be true: no secret is on stderr or next to an answer,
the time limit is kept, and a verb that fails prints one line.
"""
import functools
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import pytest
from client import WORLD, Cloud

NAME = "docker-credential-acr"
NOT_FOUND = "credentials not found in native keychain\n"
NO_SERVER = "no credentials server URL\n"
NO_USERNAME = "no credentials username\n"
NOBODY = 65534
BUDGET = 31  # seconds: the default of "timeout", and one second to start and end

PROTOCOL = ("get", "store", "erase", "list", "version")
# The settings of sanitizers; no other variable of the caller is passed on.
PASSED_ON = ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "DOCKER_HOST")
JWT = re.compile(r"eyJ[A-Za-z0-9_-]{8,}")


def world_secrets():
    """Returns every password and secret of world.json."""
    found = [one["secret"] for one in WORLD.principals.values() if "secret" in one]
    found += [one["password"] for one in WORLD.principals.values() if "password" in one]
    for registry in WORLD.registries.values():
        found += registry.get("admin", {}).get("passwords", [])
        found += [word for token in registry.get("tokens", {}).values() for word in token["passwords"]]
    return found


def memory_folder():
    """Returns a folder in memory for runtime folders, as session managers create them; None if there is none."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def succeeds(*command):
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def is_root_of_all():
    """Is this user root of the machine, and not of a user namespace with one user, as in a cloud that root did not start?"""
    return os.geteuid() == 0 and int(Path("/proc/self/uid_map").read_text(encoding="ascii").split()[2]) > NOBODY


# The rights that a test may need and not every user has. No other code in the tests checks who runs them.
RIGHTS = {
    "users": ("to be another user, or to make a file theirs, needs root", is_root_of_all),
    "mounts": ("to mount needs root", lambda: succeeds("unshare", "--mount", "true")),
    "packets": ("to drop packets needs root", lambda: succeeds("iptables", "--list", "--numeric")),
}


@functools.cache
def has(what):
    return RIGHTS[what][1]()


def needs(what):
    """Skips this test with the reason if the right is missing; @pytest.mark.needs(what) does that before the test starts."""
    if not has(what):
        pytest.skip(RIGHTS[what][0])


def give_away(*paths, owner=NOBODY, group=None):
    """Makes another user the owner of these files."""
    needs("users")
    for path in paths:
        os.chown(path, owner, owner if group is None else group)


def as_user(number):
    """Returns a prefix that runs a command as another user."""
    needs("users")
    return ["setpriv", f"--reuid={number}", f"--regid={number}", "--clear-groups"]


class Home:
    def __init__(self, program):
        self.program = Path(program)
        self.folder = Path(tempfile.mkdtemp(prefix="acr-home-"))
        self.runtime = Path(tempfile.mkdtemp(prefix="acr-runtime-", dir=memory_folder()))
        self.canaries = set(world_secrets())
        self.env = {
            "HOME": str(self.folder), "PATH": f"{self.program.parent}:/usr/sbin:/usr/bin:/sbin:/bin",
            "LC_ALL": "C.UTF-8", "DOCKER_CONFIG": str(self.folder / ".docker"),
            "XDG_RUNTIME_DIR": str(self.runtime), "XDG_CONFIG_HOME": str(self.folder / ".config"),
            "XDG_DATA_HOME": str(self.folder / ".local/share"), "XDG_CACHE_HOME": str(self.folder / ".cache"),
            **{name: os.environ[name] for name in PASSED_ON if name in os.environ}}
        self.docker_config({"credsStore": "acr"})

    def end(self):
        """Kills processes that still run with this home, such as a background renewal."""
        mark = f"HOME={self.folder}".encode()
        for number in filter(str.isdigit, os.listdir("/proc")):
            try:
                if mark in Path("/proc", number, "environ").read_bytes().split(b"\0") and int(number) != os.getpid():
                    os.kill(int(number), signal.SIGKILL)
            except OSError:
                pass

    def remove(self):
        self.end()
        for folder in (self.folder, self.runtime):
            subprocess.run(["chmod", "-R", "u+rwX", str(folder)], stderr=subprocess.DEVNULL, check=False)
            shutil.rmtree(folder, ignore_errors=True)

    def write(self, path, text, mode=0o600):
        """Writes a file below HOME (or with an absolute path), and creates its folders."""
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        target.write_bytes(text if isinstance(text, bytes) else text.encode())
        target.chmod(mode)
        return target

    def config(self, **settings):
        """Writes the helper's own config.json."""
        return self.write(f".config/{NAME}/config.json", json.dumps(settings))

    def docker_config(self, settings):
        return self.write(".docker/config.json", json.dumps(settings))

    def registries(self, **settings):
        """Adds registries to the helper's configuration, as a user does for a classic build without a cache:
        registries(acme={})."""
        return self.config(registries={f"{name}.azurecr.io": value for name, value in settings.items()})

    @property
    def data(self):
        return self.folder / ".local/share" / NAME

    def files(self):
        """Returns every file of HOME and the runtime folder: path -> (mode, bytes), or the target of a link."""
        seen = {}
        for top in (self.folder, self.runtime):
            for path in sorted(top.rglob("*")):
                if path.is_symlink():
                    seen[str(path)] = os.readlink(path)
                elif path.is_file():
                    seen[str(path)] = (path.stat().st_mode, path.read_bytes())
        return seen

    def snapshot(self):
        """Returns the files to compare before and after a run: not locks, which have no content, and not notes (of a denial, of a
        notice), which expire within minutes."""
        return {path: entry for path, entry in self.files().items()
                if not os.path.basename(path).startswith(("lock_", "note_"))}

    def entries(self):
        """Returns the cached tokens in the runtime folder."""
        return sorted((self.runtime / NAME).glob("entry_*"))

    def age(self, seconds):
        """Makes every cached token this much older, as if it came from an earlier boot."""
        assert self.entries(), "nothing is cached"
        for path in self.entries():
            record = path.read_bytes()
            record = re.sub(rb"(?<=\nwall )\d+", lambda at: str(int(at[0]) - seconds).encode(), record)
            record = re.sub(rb"(?<=\nboot-id 36 )\S+", b"00000000-0000-4000-8000-000000000000", record)
            self._write_record(path, record)

    def age_notes(self, seconds):
        """Makes notes, which are kept for seconds or minutes, this much older."""
        for path in (self.runtime / NAME).glob("note_*"):
            record = re.sub(rb"(?<=\nboot )\d+", lambda at: str(int(at[0]) - 1000 * seconds).encode(), path.read_bytes())
            self._write_record(path, record)

    @staticmethod
    def _write_record(path, record):
        record = record[: record.rindex(b"check ")]
        check = 0xCBF29CE484222325  # FNV-1a, as src/store/serialize.c has it
        for byte in record:
            check = (check ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
        path.write_bytes(record + f"check {check:016x}\n".encode())

    def temporary_files(self):
        """Returns the temporary files that killed writers leave (src/base/replace_file.c)."""
        return [path for path in self.files() if re.search(r"/\.docker-credential-acr-[^/]*$", path)]


class Answer:
    """The result of a run of the program."""

    def __init__(self, status, out, err, seconds, requests):
        self.status, self.raw = status, out
        self.out, self.err = out.decode("utf-8", "replace"), err.decode("utf-8", "replace")
        self.seconds, self.requests = seconds, requests

    @property
    def login(self):
        """The login that `get` returned, or the object that `list` returned."""
        assert self.status == 0, self
        return json.loads(self.out)

    @property
    def secret(self):
        return self.login["Secret"]

    def asked(self, service, path=None):
        """Returns the number of requests to a service: asked("acr", "/oauth2/exchange")."""
        return len([row for row in self.requests if row["service"] == service and path in (None, row.get("path"))])

    @property
    def exchanges(self):
        return self.asked("acr", "/oauth2/exchange")

    def __repr__(self):
        lines = "".join(f"\n    {row['service']} {row.get('method', '')} {row.get('host')} {row.get('path', '')} "
                        f"{row.get('status', '')}" for row in self.requests if row["service"] != "dns")
        return f"exit {self.status}\n  stdout: {self.out!r}\n  stderr: {self.err}\n  asked:{lines or ' nobody'}\n"


class Helper:
    def __init__(self, home, cloud):
        self.home, self.cloud = home, cloud

    def __call__(self, *arguments, stdin=b"", env=None, without=(), prefix=(), timeout=60, **popen):
        """Runs the program. `env` is added to the environment of the home, `without` is removed from it; `prefix` is a program that runs
        it (strace). `stdin` is text, bytes, a file, or None for the stdin of this process."""
        whole = {name: value for name, value in {**self.home.env, **(env or {})}.items() if name not in without}
        stdin = stdin.encode() if isinstance(stdin, str) else stdin
        log = Cloud(self.cloud.folder)
        log.mark()
        begin, began = time.monotonic(), time.time()
        if stdin is not None:
            popen["stdin" if hasattr(stdin, "fileno") else "input"] = stdin
        popen = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **popen}
        ran = subprocess.run([*prefix, str(self.home.program), *arguments], env=whole, timeout=timeout, check=False, **popen)
        answer = Answer(ran.returncode, ran.stdout or b"", ran.stderr or b"", time.monotonic() - begin,
                        [row for row in log.requests(everything=True) if row.get("began", began) >= began])
        self.judge(arguments, answer, proxied=any(name.lower().endswith("_proxy") for name in whole))
        return answer

    def judge(self, arguments, answer, proxied=False):
        """Checks what must be true of every run. With a proxy in its environment, a run may end before it sends a request
        to the proxy."""
        secrets = self.secrets_in(answer.err) + (self.secrets_in(answer.out) if answer.status else [])
        assert not secrets, f"secrets were shown: {secrets}\n{answer}"
        assert answer.seconds < BUDGET, f"took {answer.seconds:.1f} s\n{answer}"
        assert answer.status >= 0, f"ended by signal {-answer.status}\n{answer}"
        astray = [row for row in answer.requests
                  if row["service"] == "trap" and not (proxied and row.get("event") == "said nothing")]
        assert not astray, f"went astray: {astray}\n{answer}"
        if arguments[:1] and arguments[0] in PROTOCOL and answer.status:
            assert answer.status == 1, answer
            assert answer.out.count("\n") <= 1, f"more than one line\n{answer}"

    def secrets_in(self, text):
        return [word for word in self.home.canaries if word in text] + JWT.findall(text)

    # the verbs, with the input that docker passes

    def get(self, server, **more):
        return self("get", stdin=server, **more)

    def erase(self, server, **more):
        return self("erase", stdin=server, **more)

    def list(self, **more):
        return self("list", stdin="unused", **more)

    def store(self, server, username, secret, **more):
        if len(secret) > 5:
            self.home.canaries.add(secret)
        return self("store", stdin=json.dumps({"ServerURL": server, "Username": username, "Secret": secret}) + "\n", **more)

    def logout(self, server, **more):
        return self("logout", server, **more)

    def start(self, *arguments, env=None, **popen):
        """Starts a run without waiting for it; returns a Popen with pipes."""
        popen = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **popen}
        return subprocess.Popen([str(self.home.program), *arguments], env={**self.home.env, **(env or {})}, **popen)

    def many(self, count, server, env=None):
        """Runs `count` gets at once; returns their answers in the order in which they were started."""
        runs = [self.start("get", env=env) for _ in range(count)]
        for run in runs:
            run.stdin.write(server.encode())
            run.stdin.close()
            run.stdin = None
        answers = []
        for run in runs:
            out, err = run.communicate(timeout=60)
            answers.append(Answer(run.returncode, out, err, 0, []))
            self.judge(("get",), answers[-1])
        return answers
