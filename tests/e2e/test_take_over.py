# SPDX-License-Identifier: Apache-2.0
"""`configure` imports logins from docker's own file and from other helpers, and --undo restores them: with a real
Secret Service, docker-credential-secretservice and docker-credential-pass."""
import base64
import json
import os
import pty
import shutil
import subprocess
import time

import pytest
from test_keychain import PROGRAM, UPSTREAM, desktop, pytestmark, session, within  # noqa: F401

pytestmark = [*pytestmark, pytest.mark.skipif(not shutil.which(UPSTREAM), reason=f"{UPSTREAM} is not installed")]

ADMIN, HUB = "admin.azurecr.io", "https://index.docker.io/v1/"
LOGINS = {ADMIN: ("admin", "admin-password-one"), HUB: ("me", "hub-p:ssword é"), "ghcr.io": ("you", "other-password")}
ACR = [PROGRAM, "configure", "--creds-store", "--no-check"]
AUTH = {key: {"auth": base64.b64encode(":".join(login).encode()).decode()} for key, login in LOGINS.items()}


@pytest.fixture
def person(desktop):  # noqa: F811
    """A user whose docker stores logins in its own file."""
    return Person(desktop)


class Person:
    def __init__(self, session):  # noqa: F811
        self.session, self.home = session, session.home
        self.config = self.home / ".docker/config.json"
        self.bin = self.home / "bin"
        self.bin.mkdir(mode=0o700)
        session.environment["PATH"] = f"{self.bin}:{os.path.dirname(PROGRAM)}:{os.environ['PATH']}"
        self.write({"auths": {**AUTH, "left.example": {}, "quay.io": {"email": "me@example.com"}}})

    def write(self, settings):
        self.config.parent.mkdir(exist_ok=True)
        self.config.write_text(json.dumps(settings))
        self.config.chmod(0o600)

    def read(self):
        return json.loads(self.config.read_text())

    def configure(self, *arguments, status=0):
        ran = self.session.run(*ACR, *arguments)
        assert ran.returncode == status, ran
        for _, secret in LOGINS.values():
            assert secret not in ran.stdout + ran.stderr
        self.judge_journal()
        return ran

    def undo(self, *arguments, status=0):
        ran = self.session.run(PROGRAM, "configure", "--undo", *arguments)
        assert ran.returncode == status, ran
        return ran

    def judge_journal(self):
        """There is no secret, plain or encoded, in any file that configure wrote for itself."""
        for path in (self.home / ".local/share/docker-credential-acr").rglob("*"):
            if path.is_file() and "logins" not in path.parts:
                text = path.read_bytes()
                for key, (_, secret) in LOGINS.items():
                    assert secret.encode() not in text and AUTH[key]["auth"].encode() not in text, path

    def stored(self):
        """The content of the Secret Service; the helper's own list includes docker's file."""
        return json.loads(self.session.run(UPSTREAM, "list").stdout) or {}

    def helper(self, name, text):
        path = self.bin / f"docker-credential-{name}"
        path.write_text("#!/bin/sh\n" + text)
        path.chmod(0o700)

    def answer(self, text, *arguments):
        """Runs it on a terminal and types this."""
        main, side = pty.openpty()
        run = subprocess.Popen([*ACR, *arguments], env=self.session.environment, stdin=side, stdout=side, stderr=side)
        os.close(side)
        os.write(main, text.encode())
        seen = b""
        while True:
            try:
                chunk = os.read(main, 4096)
            except OSError:
                break
            if not chunk:
                break
            seen += chunk
        os.close(main)
        return run.wait(), seen.decode()


# logins in docker's own file

def test_logins_move_into_the_keychain_and_are_restored_by_undo(person):
    before = person.read()
    ran = person.configure("--with-logins")
    assert ran.stdout.count("moved the login") == 3, ran
    after = person.read()
    assert after["credsStore"] == "acr"
    assert after["auths"] == {**dict.fromkeys(AUTH, {}), "left.example": {}, "quay.io": {"email": "me@example.com"}}
    assert person.stored() == {server: login[0] for server, login in LOGINS.items()}
    for server, login in LOGINS.items():
        assert person.session.get(server) == login
    ran = person.undo()
    assert person.read() == before and person.stored() == {} and ran.stdout.count("moved the login") == 3, ran
    assert not (person.home / ".local/share/docker-credential-acr/configure").exists()


def test_other_members_of_an_entry_are_not_changed(person):
    entry = '{"n": 123456789012345678901234567890, "Auth": %s, "auth": %s}'
    encoded = json.dumps(AUTH["ghcr.io"]["auth"])
    person.config.write_text('{"auths": {"ghcr.io": %s}}' % (entry % (encoded, encoded)))
    person.configure("--with-logins")
    assert person.read()["auths"] == {"ghcr.io": {"n": 123456789012345678901234567890}}
    person.undo()
    assert person.read()["auths"] == {"ghcr.io": {"n": 123456789012345678901234567890, **AUTH["ghcr.io"]}}


def test_without_a_terminal_logins_stay_and_a_line_says_how_to_move_them(person):
    ran = person.configure()
    assert "--with-logins" in ran.stdout and "ghcr.io" in ran.stdout and HUB in ran.stdout, ran
    assert person.read()["auths"]["ghcr.io"] == AUTH["ghcr.io"]
    assert person.session.get("ghcr.io") == LOGINS["ghcr.io"], "it serves from where it is"
    assert person.configure("--with-logins").stdout.count("moved the login") == 3, "also when the rest is done already"
    assert person.read()["auths"]["ghcr.io"] == {}
    person.undo()
    assert {key: person.read()["auths"][key] for key in AUTH} == AUTH and "credsStore" not in person.read()


@pytest.mark.parametrize("typed, moved", [("y\n", True), ("n\n", False), ("\n", False)])
def test_on_a_terminal_the_user_is_asked(person, typed, moved):
    status, seen = person.answer(typed)
    assert status == 0 and "Move them to the keychain?" in seen, seen
    assert (person.read()["auths"]["ghcr.io"] == {}) == moved
    assert set(person.stored()) == (set(LOGINS) if moved else set())


def test_the_login_of_one_registry_can_be_moved(person):
    ran = person.session.run(PROGRAM, "configure", ADMIN, "--with-logins", "--no-check")
    assert ran.returncode == 0 and ran.stdout.count("moved the login") == 1, ran
    assert person.read()["auths"][ADMIN] == {} and person.read()["auths"]["ghcr.io"] == AUTH["ghcr.io"]
    assert person.session.get(ADMIN) == LOGINS[ADMIN]


def test_a_dry_run_moves_nothing(person):
    before = person.config.read_bytes()
    ran = person.configure("--with-logins", "--dry-run")
    assert "would be transferred" in ran.stdout and "ghcr.io" in ran.stdout and "run this command again" not in ran.stdout, ran
    assert person.config.read_bytes() == before and person.stored() == {}
    assert not list((person.home / ".local/share").rglob("*.json"))


def test_logins_are_moved_into_plain_files_only_with_an_option(person):
    person.session.environment["DOCKER_CREDENTIAL_ACR_KEYCHAIN"] = "file"
    before = person.read()["auths"]
    ran = person.configure("--with-logins", status=1)
    assert "continue to work" in ran.stderr and "--insecure-storage" in ran.stderr, ran
    assert person.read()["auths"] == before and not list((person.home / ".local/share").rglob("logins/*"))
    person.configure("--with-logins", "--insecure-storage")
    assert person.read()["auths"]["ghcr.io"] == {} and person.session.get("ghcr.io") == LOGINS["ghcr.io"]
    person.undo()
    assert person.read()["auths"] == before and not list((person.home / ".local/share").rglob("logins/*"))


def test_with_a_locked_keychain_no_login_is_moved(person):
    person.configure("--with-logins")
    moved = person.config.read_bytes()
    person.session.lock()
    ran = person.undo(status=1)
    assert "nothing was changed" in ran.stderr and person.config.read_bytes() == moved, ran


def test_another_login_for_the_same_server_is_not_replaced(person):
    assert person.session.store("ghcr.io", "you", "newer-password").returncode == 0
    ran = person.configure("--with-logins")
    assert "ghcr.io stays" in ran.stdout, ran
    assert person.read()["auths"]["ghcr.io"] == AUTH["ghcr.io"]
    assert person.session.get("ghcr.io") == ("you", "newer-password")
    person.undo()
    assert person.session.get("ghcr.io") == ("you", "newer-password")


def test_a_login_that_the_registry_denies_stays(person):
    person.write({"auths": {ADMIN: {"auth": base64.b64encode(b"admin:wrong").decode()}, "ghcr.io": AUTH["ghcr.io"]}})
    ran = person.configure("--with-logins")
    assert f"{ADMIN} stays" in ran.stdout and person.read()["auths"][ADMIN] != {}, ran
    assert person.read()["auths"]["ghcr.io"] == {}


def test_undo_restores_the_current_logins_and_reports_added_ones(person):
    person.configure("--with-logins")
    time.sleep(1.1)
    assert person.session.store("ghcr.io", "you", "renewed-password").returncode == 0
    assert person.session.store("new.example", "somebody", "new-password").returncode == 0
    assert person.session.ask("erase", HUB).returncode == 0
    ran = person.undo()
    assert "new.example stays in the Secret Service" in ran.stdout and "ghcr.io stays" not in ran.stdout, ran
    auths = person.read()["auths"]
    assert base64.b64decode(auths["ghcr.io"]["auth"]) == b"you:renewed-password" and auths[HUB] == {}
    assert person.stored() == {"new.example": "somebody"}


def test_undo_keeps_later_changes_of_another_program(person):
    person.configure("--with-logins")
    settings = person.read()
    settings["auths"]["ghcr.io"] = {"auth": base64.b64encode(b"x:y").decode()}
    person.write(settings)
    ran = person.undo()
    assert person.read()["auths"]["ghcr.io"] == settings["auths"]["ghcr.io"] and "ghcr.io stays" in ran.stdout, ran
    assert person.session.get("ghcr.io") == LOGINS["ghcr.io"]


def test_undo_reports_moved_logins_whose_file_is_gone(person):
    person.configure("--with-logins")
    person.config.unlink()
    ran = person.undo()
    assert ran.stdout.count("stays in the Secret Service") == 3 and set(person.stored()) == set(LOGINS), ran


def test_a_dry_run_of_undo_announces_every_login_and_restores_none(person):
    person.helper("odd", LIST + GOOD)
    person.write({"auths": {"ghcr.io": AUTH["ghcr.io"]}, "credsStore": "odd"})
    person.configure("--replace", "--with-logins")
    before, stored = person.config.read_bytes(), person.stored()
    ran = person.undo("--dry-run")
    lines = [line for line in ran.stdout.splitlines() if line.startswith(("moved the login", "removed the copy"))]
    assert len(lines) == 3 and all(line.endswith("(dry run)") for line in lines), ran
    assert person.config.read_bytes() == before and person.stored() == stored
    assert "(dry run)" not in person.undo().stdout and person.stored() == {}


def test_undo_does_not_report_logins_that_docker_never_requested(person):
    person.write({"credsStore": "secretservice"})
    assert person.session.run(PROGRAM, "configure", ADMIN, "--no-check").returncode == 0
    assert person.session.store("new.example", "somebody", "new-password", UPSTREAM).returncode == 0
    assert "new.example" not in person.undo().stdout


def test_json_reports_the_result_for_each_login(person):
    ran = person.configure("--with-logins", "--json")
    rows = {row["server"]: row["state"] for row in json.loads(ran.stdout)["logins"]}
    assert rows == dict.fromkeys(LOGINS, "moved")


def test_a_file_that_cannot_be_written_keeps_every_login_where_it_was(person):
    person.write({"auths": {key: AUTH[key] for key in (HUB, "ghcr.io")}})
    before = person.config.read_bytes()
    person.session.environment["XDG_DATA_HOME"] = "/proc/nothing"
    ran = person.session.run(*ACR, "--with-logins")
    assert ran.returncode == 1 and person.config.read_bytes() == before, ran
    assert person.stored() == {}


@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
def test_a_disk_that_fails_after_the_file_is_in_place_loses_no_login(person):
    """Docker's file then has only {} for the server, although writing it reported an error."""
    person.session.environment["DOCKER_CREDENTIAL_ACR_KEYCHAIN"] = "file"
    for number in range(1, 9):
        person.write({"auths": {"ghcr.io": AUTH["ghcr.io"]}})
        person.session.run("strace", "-f", "-o", "/dev/null", "-e", "trace=fsync", "-e", f"inject=fsync:error=EIO:when={number}",
                           *ACR, "--with-logins", "--insecure-storage")
        assert person.session.get("ghcr.io") == LOGINS["ghcr.io"], number
        person.undo()
        assert person.read() == {"auths": {"ghcr.io": AUTH["ghcr.io"]}}, number


def spoil(person, server):
    """Nothing can be stored for this server: a directory is in the place of its file."""
    person.session.environment["DOCKER_CREDENTIAL_ACR_KEYCHAIN"] = "file"
    assert person.session.store(server, "u", "some-password").returncode == 0
    [path] = (person.home / ".local/share").rglob("logins/*")
    path.unlink()
    path.mkdir()
    return path


@pytest.mark.parametrize("server", ["ghcr.io", HUB])
def test_if_one_login_cannot_be_kept_none_is_moved(person, server):
    path, before = spoil(person, server), person.read()["auths"]
    ran = person.configure("--with-logins", "--insecure-storage", status=1)
    assert "continue to work" in ran.stderr and "moved the login" not in ran.stdout, ran
    assert person.read()["auths"] == before and list(path.parent.iterdir()) == [path]


# another helper

def test_logins_of_secretservice_are_found_without_moving(person):
    person.write({"credsStore": "secretservice"})
    for server, login in LOGINS.items():
        assert person.session.store(server, *login, UPSTREAM).returncode == 0
    person.configure("--replace", "--with-logins")
    assert person.session.get("ghcr.io") == LOGINS["ghcr.io"]
    person.undo()
    assert person.read() == {"credsStore": "secretservice"}
    assert set(json.loads(person.session.run(UPSTREAM, "list").stdout)) == set(LOGINS), "none of it was a copy"


def test_sign_ins_of_the_helper_are_not_logins_of_secretservice(person):
    person.write({"credsStore": "secretservice"})
    for key in ("docker-credential-acr://login/_default", "ghcr.io"):
        assert person.session.store(key, "me", "some-password", UPSTREAM).returncode == 0
    ran = person.configure("--replace")
    assert "ghcr.io" in ran.stdout and "login/_default" not in ran.stdout, ran


def test_logins_of_secretservice_are_copied_into_files_only_with_an_option(person):
    person.write({"credsStore": "secretservice"})
    assert person.session.store("ghcr.io", *LOGINS["ghcr.io"], UPSTREAM).returncode == 0
    person.session.environment["DOCKER_CREDENTIAL_ACR_KEYCHAIN"] = "file"
    ran = person.configure("--replace", "--with-logins", status=1)
    assert "nothing was changed" in ran.stderr and person.read() == {"credsStore": "secretservice"}, ran
    assert not list((person.home / ".local/share").rglob("logins/*"))
    person.configure("--replace", "--with-logins", "--insecure-storage")
    assert person.session.get("ghcr.io") == LOGINS["ghcr.io"]
    assert "removed the copy" in person.undo().stdout
    assert not list((person.home / ".local/share").rglob("logins/*"))


@pytest.fixture
def with_pass(person):
    """docker-credential-pass with a real pass and gpg, and a separate key."""
    folder = os.environ.get("ACR_PASS", "")
    if not (shutil.which("pass") or folder) or not shutil.which("docker-credential-pass"):
        pytest.skip("pass is not installed (a docker without a config would choose it): ACR_PASS names its folder")
    person.session.environment["PATH"] += f":{folder}" if folder else ""
    person.session.environment["GNUPGHOME"] = str(person.home / ".gnupg")
    (person.home / ".gnupg").mkdir(mode=0o700)
    run = person.session.run
    assert run("gpg", "--batch", "--pinentry-mode", "loopback", "--passphrase", "", "--quick-gen-key", "me@example.com").returncode == 0
    assert run("pass", "init", "me@example.com").returncode == 0
    person.write({"credsStore": "pass"})
    for server, login in LOGINS.items():
        assert person.session.store(server, *login, "docker-credential-pass").returncode == 0
    yield person
    run("gpgconf", "--kill", "all")


def test_logins_of_pass_are_copied_and_undo_removes_the_copies(with_pass):
    ran = with_pass.configure("--replace", "--with-logins")
    assert ran.stdout.count("copied the login") == 3, ran
    for server, login in LOGINS.items():
        assert with_pass.session.get(server) == login
    ran = with_pass.undo()
    assert ran.stdout.count("removed the copy") == 3 and with_pass.read() == {"credsStore": "pass"}, ran
    assert set(json.loads(with_pass.session.run("docker-credential-pass", "list").stdout)) == set(LOGINS)
    assert with_pass.stored() == {}


def test_without_an_option_pass_keeps_its_logins_and_they_are_listed(with_pass):
    ran = with_pass.configure(status=1)
    assert "--replace" in ran.stderr and "configure REGISTRY" in ran.stderr and with_pass.read() == {"credsStore": "pass"}
    ran = with_pass.configure("--replace")
    assert "docker-credential-pass has logins that Docker no longer uses" in ran.stdout and "ghcr.io" in ran.stdout
    assert with_pass.stored() == {}


def test_on_a_terminal_the_user_is_asked_about_copies(with_pass):
    status, seen = with_pass.answer("y\ny\n")
    assert status == 0 and "Copy them to the keychain?" in seen, seen
    assert with_pass.session.get("ghcr.io") == LOGINS["ghcr.io"]


LIST = """if [ "$1" = list ]; then echo '{"a.example":"u","b.example":"u"}'; exit; fi; read server; """
GOOD = """echo "{\\"ServerURL\\":\\"$server\\",\\"Username\\":\\"u\\",\\"Secret\\":\\"secret-of-$server\\"}" """
BAD = {
    "garbage for list": "echo hello", "no object": "echo '[]'", "numbers": """echo '{"a.example":7}'""", "fails": "echo broken; exit 1",
    "silent": "exit 3", "one fails": LIST + f'[ "$server" = b.example ] && {{ echo locked; exit 1; }}; {GOOD}',
    "one is garbage": LIST + f'[ "$server" = b.example ] && {{ echo "{{"; exit; }}; {GOOD}',
    "one is empty": LIST + """echo '{"ServerURL":"x","Username":"u","Secret":""}'""",
    "too much": "yes '{' | head -c 3000000",
}


@pytest.mark.parametrize("how", BAD)
def test_a_faulty_helper_loses_no_login_and_leaves_no_partial_change(person, how):
    person.helper("odd", BAD[how])
    person.write({"credsStore": "odd", "auths": {"ghcr.io": AUTH["ghcr.io"]}})
    before = person.config.read_bytes()
    ran = person.configure("--replace", "--with-logins", status=1)
    assert "nothing was changed" in ran.stderr and "configure REGISTRY" in ran.stderr and "docker-credential-odd" in ran.stderr, ran
    assert "secret-of" not in ran.stdout + ran.stderr and ran.stdout.count("copied") == 0, ran
    assert person.config.read_bytes() == before
    assert person.stored() == {}


@pytest.mark.parametrize("server", ["a.example", "b.example"])
def test_if_one_copy_cannot_be_kept_none_is_kept(person, server):
    person.helper("odd", LIST + GOOD)
    person.write({"credsStore": "odd"})
    path = spoil(person, server)
    ran = person.configure("--replace", "--with-logins", "--insecure-storage", status=1)
    assert "nothing was changed" in ran.stderr and person.read() == {"credsStore": "odd"}, ran
    assert list(path.parent.iterdir()) == [path]


def test_a_helper_that_hangs_times_out(person):
    person.helper("odd", "sleep 600")
    person.write({"credsStore": "odd"})
    with within(40):
        ran = person.configure("--replace", "--with-logins", status=1)
    assert "nothing was changed" in ran.stderr and person.read() == {"credsStore": "odd"}, ran


def test_a_helper_that_is_not_installed_is_replaced_and_reported(person):
    person.write({"credsStore": "desktop"})
    ran = person.configure("--replace", "--with-logins")
    assert "docker-credential-desktop is not installed" in ran.stdout and person.read()["credsStore"] == "acr", ran
    person.undo()
    assert person.read() == {"credsStore": "desktop"}


def test_registries_with_their_own_helper_keep_it(person):
    person.helper("odd", LIST + GOOD)
    person.write({"credsStore": "odd", "credHelpers": {"b.example": "odd"}})
    person.configure("--replace", "--with-logins")
    assert person.session.get("a.example") == ("u", "secret-of-a.example")
    assert set(person.stored()) == {"a.example"}


def test_one_registry_is_moved_with_its_login_and_the_others_stay(person):
    person.helper("odd", """if [ "$1" = list ]; then echo '{"admin.azurecr.io":"admin","b.example":"u"}'; exit; fi; read server
[ "$server" = admin.azurecr.io ] || exit 1; echo '{"ServerURL":"admin.azurecr.io","Username":"admin","Secret":"admin-password-one"}'""")
    person.write({"credsStore": "odd"})
    ran = person.session.run(PROGRAM, "configure", ADMIN, "--with-logins", "--no-check")
    assert ran.returncode == 0 and f"copied the login for {ADMIN}" in ran.stdout and "b.example" not in ran.stdout, ran
    assert person.read() == {"credsStore": "odd", "credHelpers": {ADMIN: "acr"}} and person.session.get(ADMIN) == LOGINS[ADMIN]
    assert "removed the copy" in person.undo().stdout and person.stored() == {}


def test_a_copy_is_kept_if_the_helper_no_longer_has_the_login(person):
    person.helper("odd", LIST + GOOD)
    person.write({"credsStore": "odd"})
    person.configure("--replace", "--with-logins")
    person.helper("odd", f"""{LIST} [ "$server" = a.example ] && {{ echo 'credentials not found in native keychain'; exit 1; }}; {GOOD}""")
    ran = person.undo()
    assert "a.example stays in the Secret Service" in ran.stdout and set(person.stored()) == {"a.example"}, ran


def test_a_signed_out_registry_stays_signed_out(person):
    assert person.session.run(PROGRAM, "logout", ADMIN).returncode == 0
    ran = person.configure("--with-logins")
    assert f"{ADMIN} stays" in ran.stdout and person.read()["auths"][ADMIN] == AUTH[ADMIN], ran
    assert person.session.ask("get", ADMIN).returncode == 1
