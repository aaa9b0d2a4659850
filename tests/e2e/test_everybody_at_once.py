# SPDX-License-Identifier: Apache-2.0
"""Many processes in one home, checked against a model: two identities with registries in common, a user who signs in
and out, kubelet, two processes that configure Docker, and two containers that share the home, one of them with another
boot clock. Clocks jump.

Each of them has its own registries, for which the program must answer like a dictionary. For a registry that two
identities have in common, each must get its own token.
"""
import base64
import json
import multiprocessing
import random
import subprocess
import tempfile
import time
from pathlib import Path

import pytest
from client import APP, AWKWARD, MACHINE, USER
from homes import NOT_FOUND, memory_folder, needs

pytestmark = pytest.mark.plain
COMMON = ("common1.azurecr.io", "common2.azurecr.io")
NODE = "node.azurecr.io"
CONTAINER = ["unshare", "--mount", "--pid", "--fork", "--mount-proc"]
JUMPS = [{"CLOCK_WALL": "-86400"}, {"CLOCK_WALL": "9000"}, {"CLOCK_BOOT": "9000"}, {"CLOCK_BOOT": "90000", "CLOCK_WALL": "90000"}]


def whose(token):
    body = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))["sub"]


class Actor:
    """Performs a number of random actions and records each answer that differs from the model."""

    def __init__(self, name, home, env=None, prefix=()):
        self.name, self.home, self.prefix, self.wrong = name, home, prefix, []
        self.program, self.env, self.chance = str(home.program), {**home.env, **(env or {})}, random.Random(name)
        self.own = [f"{name}{number}.azurecr.io" for number in range(3)]

    def run(self, *arguments, stdin="", env=None):
        ran = subprocess.run([*self.prefix, self.program, *arguments], input=stdin.encode(), env={**self.env, **(env or {})},
                             capture_output=True, check=False, timeout=60)
        return ran.returncode, ran.stdout.decode().strip(), ran.stderr.decode()

    def see(self, sound, *what):
        if not sound:
            self.wrong.append(f"{self.name}: {what!r}"[:600])

    def work(self, times, answers):
        try:
            for count in range(times):
                self.act(count)
            self.end()
        except Exception as problem:  # must be reported, or the test would wait for this process
            self.wrong.append(f"{self.name}: {problem!r}")
        answers.put(self.wrong)

    def end(self):
        """The final checks."""


class Identity(Actor):
    """The service principal of a pipeline: it always gets its own tokens."""

    def __init__(self, name, home, principal, env, clock, prefix=()):
        super().__init__(name, home, env, prefix)
        self.principal, self.clock = principal, clock

    def get(self, registry, env=None):
        status, out, err = self.run("get", stdin=registry, env=env)
        self.see(status == 0 and whose(json.loads(out)["Secret"]) == self.principal.object_id, "get", registry, env, status, out, err)

    def act(self, _):
        registry = self.chance.choice([*self.own, *COMMON])
        what = self.chance.randrange(10)
        if what < 6:
            self.get(registry)
        elif what < 8:
            self.get(registry, {"LD_PRELOAD": str(self.clock), **self.chance.choice(JUMPS)})
        elif what < 9:
            status, out, err = self.run("erase", stdin=registry)
            self.see(status == 0, "erase", registry, status, out, err)
        else:
            status, out, err = self.run("renew", "--force", registry)
            self.see(status == 0, "renew", registry, status, out, err)

    def end(self):
        for registry in (*self.own, *COMMON):
            self.get(registry)


class Person(Actor):
    """Signs in to registries and out of them. For a registry to which it never signed in, the identity of the
    machine is used."""

    def __init__(self, name, home):
        super().__init__(name, home)
        self.answers = dict.fromkeys(self.own, MACHINE.object_id)

    def act(self, count):
        registry = self.chance.choice(self.own)
        if count % 3 == 0:
            status, out, err = self.run("login", registry, "--device-code", "--insecure-storage")
            self.see(status == 0, "login", registry, status, out, err)
            self.answers[registry] = USER.object_id
        elif count % 3 == 1:
            status, out, err = self.run("logout", registry)
            self.see(status == 0, "logout", registry, status, out, err)
            self.answers[registry] = None
        self.end()

    def end(self):
        for registry, who in self.answers.items():
            status, out, err = self.run("get", stdin=registry)
            if who:
                self.see(status == 0 and whose(json.loads(out)["Secret"]) == who, "get", registry, status, out, err)
            else:
                self.see((status, out) == (1, NOT_FOUND.strip()), "get", registry, status, out, err)
        status, out, err = self.run("status", "--json")
        seen = {row["registry"] for row in json.loads(out)["sign_ins"]}
        expected = {registry for registry, who in self.answers.items() if who == USER.object_id}
        self.see(seen == expected, "status", expected, seen, err)


class Kubelet(Actor):
    """The identity of its node is in azure.json; it never gets tokens of a user's sign-in or of another identity in
    the home."""

    def act(self, _):
        registry = self.chance.choice([NODE, *COMMON])
        status, out, err = self.run("kubelet", str(self.home.folder / "azure.json"), stdin=json.dumps({
            "kind": "CredentialProviderRequest", "apiVersion": "credentialprovider.kubelet.k8s.io/v1", "image": f"{registry}/app:1"}))
        self.see(status == 0 and whose(json.loads(out)["auth"][registry]["password"]) == AWKWARD.object_id, registry, status, out, err)


class Configurer(Actor):
    """Adds one registry after the other to Docker's file, which is complete at any time and loses none."""

    named = frozenset()

    def act(self, count):
        registry = f"{self.name}-{count}.azurecr.io"
        status, out, err = self.run("configure", registry, "--no-check")
        self.see(status == 0, "configure", registry, status, out, err)
        self.named |= {registry}
        settings = json.loads((self.home.folder / ".docker/config.json").read_text())
        self.see(settings.get("credsStore") == "acr" and settings.get("mine") == "kept", "lost what was there", settings)
        self.see(self.named <= set(settings["credHelpers"]), "lost what was named", self.named - set(settings["credHelpers"]))


def all_at_once(actors, times):
    answers, begun = multiprocessing.Queue(), time.monotonic()
    processes = [multiprocessing.Process(target=actor.work, args=(times, answers)) for actor in actors]
    for process in processes:
        process.start()
    wrong = [line for _ in processes for line in answers.get(timeout=1200)]
    for process in processes:
        process.join()
    assert not wrong, "\n".join(wrong)
    return f"{len(actors)} at once, {times} things each in {time.monotonic() - begun:.0f} s, wrong answers: 0"


@pytest.fixture(scope="module")
def clock(tmp_path_factory):
    library = tmp_path_factory.mktemp("clock") / "clock.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, Path(__file__).with_name("clock.c")], check=True)
    return library


@pytest.mark.parametrize("times", [9, pytest.param(150, marks=pytest.mark.long)])
def test_nobody_is_answered_as_somebody_else_and_nothing_is_lost(helper, home, cloud, clock, times, figures):
    needs("mounts")
    home.config(keychain="file")
    before = {"credsStore": "acr", "mine": "kept"}
    home.docker_config(before)
    home.write("azure.json", json.dumps({"cloud": "AzurePublicCloud", "tenantId": AWKWARD.tenant_id,
                                         "aadClientId": AWKWARD.client_id, "aadClientSecret": AWKWARD.secret}))
    app, other = cloud.environment(APP), cloud.environment(AWKWARD)
    with tempfile.TemporaryDirectory(prefix="acr-runtime-", dir=memory_folder()) as runtime:
        inside = {"XDG_RUNTIME_DIR": runtime}
        actors = [Identity("first", home, APP, app, clock), Identity("second", home, AWKWARD, other, clock),
                  Identity("inside", home, APP, {**app, **inside}, clock, CONTAINER),
                  Identity("later", home, AWKWARD, {**other, "DOCKER_CREDENTIAL_ACR_CACHE": "file"}, clock,
                           [*CONTAINER, "--time", "--boottime", "100000"]),
                  Person("person", home), Kubelet("kubelet", home), Configurer("one", home), Configurer("two", home)]
        figures(all_at_once(actors, times))
    assert helper("configure", "--undo").status == 0
    assert json.loads((home.folder / ".docker/config.json").read_text()) == before
    assert not home.temporary_files()


class Undoer(Actor):
    """Repeatedly undoes the configuration; registries that others add meanwhile can be undone as well."""

    def act(self, count):
        what = ("configure", f"{self.name}-{count}.azurecr.io", "--no-check") if self.chance.random() < 0.6 else ("configure", "--undo")
        status, out, err = self.run(*what)
        self.see(status == 0, *what, status, out, err)
        settings = json.loads((self.home.folder / ".docker/config.json").read_text())
        self.see(settings.get("credsStore") == "acr" and settings.get("mine") == "kept", "lost what was there", settings)


@pytest.mark.parametrize("times", [40, pytest.param(1000, marks=pytest.mark.long)])
def test_what_several_configure_and_undo_at_once_can_be_undone(helper, home, times, figures):
    before = {"credsStore": "acr", "mine": "kept"}
    home.docker_config(before)
    figures(all_at_once([Undoer(name, home) for name in ("one", "two", "three")], times))
    assert helper("configure", "--undo").status == 0
    assert json.loads((home.folder / ".docker/config.json").read_text()) == before
    assert not home.temporary_files()
