# SPDX-License-Identifier: Apache-2.0
"""A table of all verbs and commands, with the results that are allowed if this machine fails during a run: for
test_faults.py and test_memory.py.

A row prepares a home once. Before each fault that home is restored; after it, `holds` checks what the run left, and
then the command runs again without a fault and has to succeed.
"""
import base64
import json
import os

from client import APP, USER, WORLD
from homes import NOT_FOUND

ACME, READER, ADMIN, OTHER = "acme.azurecr.io", "reader.azurecr.io", "admin.azurecr.io", "ghcr.io"
MOVED, MOVE = "moved.test", ("configure", "--creds-store", "--with-logins", "--insecure-storage", "--no-check")
OLD, NEW = "old-password-of-a-test", "new-password-of-a-test" * 50
FIRST, SECOND = WORLD.registries[ADMIN]["admin"]["passwords"]
REPORT = f"Error response from daemon: Get \"https://{ACME}/v2/\": unauthorized: authentication required\n"
IMAGE = {"kind": "CredentialProviderRequest", "apiVersion": "credentialprovider.kubelet.k8s.io/v1", "image": f"{ACME}/app:1"}


def login(server, username, secret):
    return json.dumps({"ServerURL": server, "Username": username, "Secret": secret})


class Row:
    """A command; `stdin` and `arguments` may be functions of the home. `about`: the server whose login it may
    change."""

    def __init__(self, name, arguments, stdin="", prepare=None, holds=None, fine=(0,), about=None):
        self.name, self.arguments, self.stdin, self.fine = name, arguments, stdin, fine
        self.prepare, self.holds, self.about = prepare, holds, about

    def __repr__(self):
        return self.name


class Stage:
    """The home of a row, which can be restored."""

    def __init__(self, row, helper, home, cloud):
        self.row, self.helper, self.home, self.cloud = row, helper, home, cloud
        home.env.update(cloud.environment(APP), DOCKER_CREDENTIAL_ACR_CACHE="file")
        home.config(keychain="file")
        home.canaries |= {OLD, NEW, FIRST, SECOND}
        self.kept = {"other.test": "kept-by-somebody", OTHER: OLD, ADMIN: FIRST}
        for server, secret in self.kept.items():
            assert helper.store(server, "admin", secret).status == 0
        self.cached = {READER: helper.get(READER).secret}
        if row.prepare:
            row.prepare(self)
        self.arguments = row.arguments(self) if callable(row.arguments) else row.arguments
        self.before = dict(self.look())

    def look(self):
        """Each file and directory with its content. The inode and the time matter, because a cached token is found
        by them."""
        for top in (self.home.folder, self.home.runtime):
            for path in sorted(top.rglob("*")):
                status = path.lstat()
                yield path, (status.st_ino, status.st_mtime_ns, status.st_mode, path.read_bytes() if path.is_file() else None)

    def put_back(self):
        """Restore the home: files that have not changed are left alone."""
        self.home.end()
        now = dict(self.look())
        for path in sorted(set(now) - set(self.before), reverse=True):
            path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
        for path, was in self.before.items():
            if was[3] is None:
                path.mkdir(exist_ok=True)
            elif now.get(path, (None,))[:2] != was[:2]:
                path.write_bytes(was[3])
                os.utime(path, ns=(was[1], was[1]))
            path.chmod(was[2] & 0o7777)

    def run(self, **more):
        return self.helper(*self.arguments, stdin=self.row.stdin, **more)

    def judge(self, point, answer):
        """After a run with a fault, or one that was killed there (None): nothing is lost, nothing is remembered."""
        for server, secret in self.kept.items():
            if server != self.row.about:
                assert self.helper.get(server).secret == secret, (point, server)
        for server, secret in self.cached.items():
            assert self.helper.get(server).secret == secret, (point, server)
        for path, (mode, _) in ((path, entry) for path, entry in self.home.files().items() if isinstance(entry, tuple)):
            if "/docker-credential-acr/" in path:
                assert not mode & 0o077, (point, path, oct(mode))
        if self.row.holds:
            self.row.holds(self, point, answer)
        again = self.run()
        assert again.status in self.row.fine, (point, again)
        return again


# what must hold after each run; `ran` is None if it was killed

def done(ran):
    return ran is not None and ran.status == 0


def got(stage, point, ran):
    answer = stage.helper.get(ACME)
    assert answer.status == 0 and answer.err == "", (point, answer)
    assert not ran or (ran.secret if ran.status == 0 else ran.out != NOT_FOUND), (point, ran)


def found(stage, point, ran):
    assert not ran or (ran.secret == OLD if ran.status == 0 else ran.out != NOT_FOUND), (point, ran)


def stored(server, old, new):
    def holds(stage, point, ran):
        secret = stage.helper.get(server).secret
        assert secret in (old, new) and (secret == new or not done(ran)), (point, ran)
    return holds


def erased(server, old):
    def holds(stage, point, ran):
        answer = stage.helper.get(server)
        there = answer.status == 0 and answer.secret == old
        assert not (there and done(ran)), (point, "said to be erased, and is there")
        assert there or answer.status == 0 or answer.out == NOT_FOUND, (point, answer)
    return holds


def listed(stage, point, ran):
    """All of it, or the part that can be read and a warning about the rest."""
    if done(ran):
        names = json.loads(ran.out)
        assert {READER, "other.test", OTHER, ADMIN} <= set(names) or "not listed" in ran.err, (point, ran)


def docker_config(stage):
    return json.loads((stage.home.folder / ".docker/config.json").read_text())


def configured(stage, point, ran):
    given = docker_config(stage).get("credHelpers", {}).get(ACME)
    assert given in (None, "acr") and (given or not done(ran)), (point, ran)
    stage.helper("configure", "--undo")
    assert docker_config(stage) == stage.before_configure, point


def moved(stage, point, ran):
    """In docker's own file, in the keychain, or in both: never in neither."""
    assert stage.helper.get(MOVED).secret == OLD, (point, ran)
    assert not done(ran) or docker_config(stage)["auths"][MOVED] == {}, (point, ran)
    assert stage.helper("configure", "--undo").status == 0, point
    assert docker_config(stage) == stage.before_configure, point
    assert stage.helper.get(MOVED).secret == OLD, point


def moved_back(stage, point, ran):
    assert stage.helper.get(MOVED).secret == OLD, (point, ran)
    assert stage.helper("configure", "--undo").status == 0, point
    assert docker_config(stage) == stage.before_configure, (point, ran)
    assert stage.helper(*MOVE).status == 0, point


def undone(stage, point, ran):
    now = docker_config(stage)
    assert not done(ran) or now == stage.before_configure, (point, ran)
    stage.helper("configure", "--undo")
    assert docker_config(stage) == stage.before_configure, point
    assert stage.helper("configure", ACME).status == 0, point


def signed_in(stage, point, ran):
    seen = json.loads(stage.helper("status", "--json").out)["sign_ins"]
    assert len(seen) <= 1 and (seen or not done(ran)), (point, ran)
    assert not seen or seen[0]["who"] == USER.name, point


def signed_out(stage, point, ran):
    answer = stage.helper.get(ACME)
    assert answer.out == NOT_FOUND or (answer.status == 0 and not done(ran)), (point, ran, answer)


def signed_out_everywhere(stage, point, ran):
    seen = json.loads(stage.helper("status", "--json").out)["sign_ins"]
    assert not (seen and done(ran)), (point, ran)


def renewed(stage, point, ran):
    answer = stage.helper.get(ACME)
    assert answer.status == 0 and not answer.exchanges and answer.err == "", (point, answer)
    assert not done(ran) or answer.secret != stage.old, (point, ran)


def pulled(stage, point, ran):
    """A login, or an error: never "not found", with which docker would continue anonymously."""
    for one in (ran, stage.run()):
        assert not done(one) or json.loads(one.out)["auth"][ACME]["password"], (point, one)
    assert done(one) and one.err == "", (point, one)


# the preparation of each home

def configure_first(stage):
    stage.before_configure = docker_config(stage)
    assert stage.helper("configure", ACME).status == 0


def write_auths(stage):
    auth = base64.b64encode(f"admin:{OLD}".encode()).decode()
    stage.home.docker_config({"auths": {MOVED: {"auth": auth}}})
    note_config(stage)


def move_first(stage):
    write_auths(stage)
    assert stage.helper(*MOVE).status == 0


def note_config(stage):
    stage.before_configure = docker_config(stage)


def sign_in_first(stage):
    assert stage.helper("login", ACME, "--device-code", "--insecure-storage").status == 0


def sign_in_and_keep_nothing(stage):
    """The cache is removed with the sign-ins."""
    sign_in_first(stage)
    stage.cached.clear()


def warm(stage):
    stage.old = stage.helper.get(ACME).secret


def write_azure_json(stage):
    stage.home.write("azure.json", json.dumps({"cloud": "AzurePublicCloud", "tenantId": APP.tenant_id,
                                               "aadClientId": APP.client_id, "aadClientSecret": APP.secret}))


def node(stage):
    return ("kubelet", str(stage.home.folder / "azure.json"))


EVERY = [
    Row("get", ("get",), ACME, holds=got),
    Row("get-cached", ("get",), ACME, warm, got),
    Row("get-stored", ("get",), OTHER, holds=found),
    Row("store", ("store",), login(OTHER, "admin", NEW), holds=stored(OTHER, OLD, NEW), about=OTHER),
    Row("store-azure", ("store",), login(ADMIN, "admin", SECOND), holds=stored(ADMIN, FIRST, SECOND), about=ADMIN),
    Row("erase", ("erase",), OTHER, holds=erased(OTHER, OLD), about=OTHER),
    Row("erase-azure", ("erase",), ADMIN, holds=erased(ADMIN, FIRST), about=ADMIN),
    Row("list", ("list",), holds=listed),
    Row("configure", ("configure", ACME), prepare=note_config, holds=configured),
    Row("undo", ("configure", "--undo"), prepare=configure_first, holds=undone),
    Row("move-logins", MOVE, prepare=write_auths, holds=moved),
    Row("undo-move", ("configure", "--undo"), prepare=move_first, holds=moved_back),
    Row("login", ("login", ACME, "--device-code", "--insecure-storage"), holds=signed_in),
    Row("logout", ("logout", ACME), prepare=sign_in_first, holds=signed_out),
    Row("logout-all", ("logout",), prepare=sign_in_and_keep_nothing, holds=signed_out_everywhere),
    Row("renew", ("renew", ACME), prepare=warm, holds=renewed),
    Row("kubelet", node, json.dumps(IMAGE), write_azure_json, pulled),
    Row("status", ("status", "--json"), prepare=warm),
    Row("explain", ("explain",), REPORT),
    Row("diagnose", ("diagnose", ACME), fine=(0, 1)),
]
