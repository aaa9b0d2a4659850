# SPDX-License-Identifier: Apache-2.0
"""Logins in a real Secret Service: gnome-keyring on a separate bus, and buses that misbehave.

The helper finds what docker-credential-secretservice stored, and the reverse; "locked", "no response" and "absent" are
distinguished. ACR_PROGRAM is the program under test. Every session has its own HOME, runtime directory, bus and
keyring; no network is needed, because none of the servers is an Azure registry.
"""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import time

import pytest
from homes import NOBODY, as_user

PROGRAM = os.environ.get("ACR_PROGRAM", "")
SERVER = "registry.example.com"
NOT_FOUND = "credentials not found in native keychain"
UPSTREAM = "docker-credential-secretservice"

pytestmark = [
    pytest.mark.skipif(not PROGRAM, reason="ACR_PROGRAM does not name the program"),
    pytest.mark.skipif(not shutil.which("gnome-keyring-daemon"), reason="gnome-keyring is not installed"),
]

BUS_WITHOUT_SERVICES = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path={path}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
<allow own="*"/></policy></busconfig>
"""


class Session:
    """The session of a user: an environment, and the processes that were started in it."""

    def __init__(self, folder):
        self.folder = folder
        self.home = folder / "home"
        self.runtime = folder / "run"
        self.home.mkdir()
        self.runtime.mkdir(mode=0o700)
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "XDG_RUNTIME_DIR": str(self.runtime),
            # The kernel keyring belongs to the user, not to this session: other tests may use it.
            "DOCKER_CREDENTIAL_ACR_CACHE": "file",
        }
        self.processes = []

    def start(self, *command, **options):
        process = subprocess.Popen(command, env=self.environment, stderr=subprocess.DEVNULL, **options)
        self.processes.append(process)
        return process

    def end(self):
        for process in reversed(self.processes):
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGCONT)
            process.kill()
            process.wait()

    def start_bus(self):
        """A bus without any services: everything that responds on it was started here."""
        path = self.folder / "bus.sock"
        config = self.folder / "bus.conf"
        config.write_text(BUS_WITHOUT_SERVICES.format(path=path))
        self.start("dbus-daemon", f"--config-file={config}", "--nofork")
        wait_for(path.exists)
        self.environment["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path={path}"

    def start_keyring(self, password=b"password"):
        daemon = self.start("gnome-keyring-daemon", "--foreground", "--components=secrets",
                            *(["--unlock"] if password else []),
                            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        daemon.stdin.write(password or b"")
        daemon.stdin.close()
        self.wait_for_service()
        return daemon

    def wait_for_service(self):
        wait_for(lambda: "true" in self.gdbus("org.freedesktop.DBus", "/org/freedesktop/DBus",
                                              "org.freedesktop.DBus.NameHasOwner", "org.freedesktop.secrets"))

    def gdbus(self, destination, path, method, *arguments):
        return self.run("gdbus", "call", "--session", "--timeout", "5", "-d", destination, "-o", path,
                        "-m", method, *arguments).stdout

    def lock(self):
        self.gdbus("org.freedesktop.secrets", "/org/freedesktop/secrets", "org.freedesktop.Secret.Service.Lock",
                   "['/org/freedesktop/secrets/collection/login']")

    def run(self, *command, stdin=""):
        return subprocess.run(command, env=self.environment, input=stdin, capture_output=True, text=True,
                              timeout=60, check=False)

    def ask(self, verb, stdin="", program=PROGRAM):
        return self.run(program, verb, stdin=stdin)

    def store(self, server, username, secret, program=PROGRAM):
        login = json.dumps({"ServerURL": server, "Username": username, "Secret": secret})
        return self.ask("store", login, program)

    def get(self, server, program=PROGRAM):
        answer = self.ask("get", server, program)
        assert answer.returncode == 0, answer
        login = json.loads(answer.stdout)
        assert login["ServerURL"] == server
        return login["Username"], login["Secret"]

    def logins(self, program=PROGRAM):
        answer = self.ask("list", "", program)
        assert answer.returncode == 0, answer
        return json.loads(answer.stdout)

    def files(self):
        """All files below HOME, except those of the keyring itself and an empty marker that the keyring has a login."""
        return sorted(str(path.relative_to(self.home)) for path in self.home.rglob("*")
                      if path.is_file() and "keyrings" not in path.parts
                      and not ("in-secret-service" in path.parts and path.stat().st_size == 0))


def wait_for(condition, seconds=10):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)


@pytest.fixture
def session(tmp_path):
    """No bus at all, as in a container, in cron, or over ssh."""
    session = Session(tmp_path)
    yield session
    session.end()


@pytest.fixture
def desktop(session):
    """An unlocked keyring."""
    session.start_bus()
    session.keyring = session.start_keyring()
    return session


@contextlib.contextmanager
def within(seconds):
    begun = time.monotonic()
    yield
    assert time.monotonic() - begun < seconds


HOSTILE = pathlib.Path(__file__).with_name("hostile_secret_service.py")
hostile = pytest.mark.skipif(
    subprocess.run(["/usr/bin/python3", "-c", "import dbus, gi"], capture_output=True, check=False).returncode != 0,
    reason="python3-dbus and python3-gi are not installed")
upstream = pytest.mark.skipif(not shutil.which(UPSTREAM), reason=f"{UPSTREAM} is not installed")


# ---- interoperation in both directions ----


@upstream
def test_what_secretservice_stored_is_found_and_listed(desktop):
    for server in (SERVER, "https://index.docker.io/v1/", f"{SERVER}/team/app"):
        assert desktop.store(server, "user", "s\u00e9cret 🔑", UPSTREAM).returncode == 0
        assert desktop.get(server) == ("user", "s\u00e9cret 🔑")
    assert desktop.logins() == {
        SERVER: "user", "https://index.docker.io/v1/": "user", f"{SERVER}/team/app": "user"}


@upstream
def test_what_we_store_is_found_and_listed_by_secretservice(desktop):
    assert desktop.store(SERVER, "<token>", "s\u00e9cret 🔑").returncode == 0
    assert desktop.get(SERVER, UPSTREAM) == ("<token>", "s\u00e9cret 🔑")
    assert desktop.logins(UPSTREAM) == {SERVER: "<token>"}
    assert desktop.files() == [], "a login was kept outside the keyring"


@upstream
def test_each_erases_what_the_other_stored(desktop):
    desktop.store(SERVER, "user", "secret", UPSTREAM)
    assert desktop.ask("erase", SERVER).returncode == 0
    assert desktop.ask("get", SERVER, UPSTREAM).stdout.strip() == NOT_FOUND
    desktop.store(SERVER, "user", "secret")
    assert desktop.ask("erase", SERVER, UPSTREAM).returncode == 0
    assert desktop.ask("get", SERVER).stdout == NOT_FOUND + "\n"


@upstream
def test_the_newest_of_several_users_is_found_and_storing_removes_the_others(desktop):
    desktop.store(SERVER, "old", "one", UPSTREAM)
    time.sleep(1.1)  # the times of items are in seconds
    desktop.store(SERVER, "new", "two", UPSTREAM)
    assert desktop.get(SERVER) == ("new", "two")
    assert desktop.logins() == {SERVER: "new"}
    desktop.store(SERVER, "newest", "three")
    assert desktop.get(SERVER) == ("newest", "three")
    assert desktop.get(SERVER, UPSTREAM) == ("newest", "three")
    items = desktop.run("secret-tool", "search", "--all", "docker_cli", "1")
    assert (items.stdout + items.stderr).count("attribute.username") == 1


def test_items_use_the_schema_of_docker(desktop):
    desktop.store(SERVER, "user", "secret")
    found = desktop.run("secret-tool", "search", "--all", "server", SERVER)
    lines = sorted((found.stdout + found.stderr).splitlines())
    assert f"label = {SERVER}" in lines
    assert [line for line in lines if line.startswith(("attribute.", "schema"))] == [
        "attribute.docker_cli = 1", "attribute.label = Docker Credentials",
        f"attribute.server = {SERVER}", "attribute.username = user", "schema = io.docker.Credentials"]


def test_a_secret_of_a_megabyte_is_read_back(desktop):
    secret = "0123456789abcdef" * 65536
    assert desktop.store(SERVER, "user", secret).returncode == 0
    assert desktop.get(SERVER) == ("user", secret)


def test_a_real_keychain_passes_the_contract_tests(desktop):
    contract = pathlib.Path(PROGRAM).resolve().parent.parent / "tests/unit/unit_store_keychain_contract"
    if not contract.exists():
        pytest.skip("the unit tests are not built beside the program")
    answer = desktop.run(str(contract))
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "secret-service: what_is_kept_is_found_until_it_is_dropped" in answer.stdout + answer.stderr
    assert "skipped" not in answer.stdout


# ---- locked, no response, absent ----


def test_an_unlocked_keyring_without_the_login_means_not_found(desktop):
    answer = desktop.ask("get", SERVER)
    assert (answer.returncode, answer.stdout, answer.stderr) == (1, NOT_FOUND + "\n", "")
    assert desktop.logins() == {}
    assert desktop.ask("erase", SERVER).returncode == 0


def assert_locked(session, word="locked"):
    """`get` reports that and not "not found"; `store` and `erase` fail; nothing is written."""
    with within(4):
        answer = session.ask("get", SERVER)
    assert answer.returncode == 1
    assert word in answer.stderr.lower(), answer.stderr
    with within(4):
        answer = session.store(SERVER, "user", "secret")
    assert answer.returncode == 1
    assert word in (answer.stdout + answer.stderr).lower()
    with within(4):
        answer = session.ask("erase", SERVER)
    assert answer.returncode == 1
    assert word in (answer.stdout + answer.stderr).lower()
    assert not any("logins" in path for path in session.files()), "a file was written beside a locked keyring"


def test_a_locked_keyring_is_not_treated_as_empty(desktop):
    desktop.store(SERVER, "user", "secret")
    desktop.lock()
    assert_locked(desktop)


def test_a_keyring_that_was_never_unlocked_is_not_treated_as_empty(desktop):
    desktop.store(SERVER, "user", "secret")
    desktop.keyring.kill()
    desktop.keyring.wait()
    desktop.start_keyring(password=None)
    assert_locked(desktop)


def test_a_wrong_password_leaves_the_keyring_locked(desktop):
    desktop.store(SERVER, "user", "secret")
    desktop.keyring.kill()
    desktop.keyring.wait()
    desktop.start_keyring(password=b"wrong")
    assert_locked(desktop)


def test_a_login_is_found_again_after_unlocking(desktop):
    desktop.store(SERVER, "user", "secret")
    desktop.lock()
    assert desktop.ask("get", SERVER).returncode == 1
    desktop.keyring.kill()
    desktop.keyring.wait()
    desktop.start_keyring()
    assert desktop.get(SERVER) == ("user", "secret")


def test_a_logout_with_a_locked_keyring_signs_out(desktop):
    """The decision is stored first: an error says that the keyring could not be changed, and no login in it is used."""
    desktop.environment["DOCKER_CREDENTIAL_ACR_VERIFY_ON_STORE"] = "false"
    for registry in ("acme.azurecr.io", "empty.azurecr.io"):
        if registry == "acme.azurecr.io":
            assert desktop.store(registry, "user", "secret").returncode == 0
        desktop.lock()
        answer = desktop.run(PROGRAM, "logout", registry)
        assert answer.returncode == 1 and "locked" in answer.stdout + answer.stderr
        answer = desktop.ask("get", registry)
        assert answer.returncode == 1 and answer.stdout == "credentials not found in native keychain\n"


def test_a_login_that_docker_logout_cannot_reach_is_reported_as_kept(desktop):
    """Over ssh there is no session bus. A reported success would be wrong, because the desktop continues to use the
    login."""
    desktop.environment["DOCKER_CREDENTIAL_ACR_VERIFY_ON_STORE"] = "false"
    registry = "acme.azurecr.io"
    assert desktop.store(registry, "user", "secret").returncode == 0
    bus = desktop.environment.pop("DBUS_SESSION_BUS_ADDRESS")
    answer = desktop.ask("erase", registry)
    assert answer.returncode == 1 and "cannot reach" in answer.stdout
    desktop.environment["DBUS_SESSION_BUS_ADDRESS"] = bus
    assert desktop.get(registry) == ("user", "secret")
    desktop.environment.pop("DBUS_SESSION_BUS_ADDRESS")
    assert desktop.run(PROGRAM, "logout", registry).returncode == 0
    desktop.environment["DBUS_SESSION_BUS_ADDRESS"] = bus
    assert desktop.ask("get", registry).returncode == 1 and registry not in desktop.logins()
    assert desktop.ask("erase", registry).returncode == 0
    assert desktop.ask("erase", registry).returncode == 0, "nothing to forget is no error"


@contextlib.contextmanager
def over_ssh(desktop):
    """The same user without a session bus."""
    bus = desktop.environment.pop("DBUS_SESSION_BUS_ADDRESS")
    yield
    desktop.environment["DBUS_SESSION_BUS_ADDRESS"] = bus


@pytest.mark.parametrize("known", ["stored here", "found here", "stored over ssh since"])
def test_a_login_of_any_server_that_docker_logout_cannot_reach_is_reported_as_kept(desktop, known):
    if known == "found here":
        desktop.store(SERVER, "user", "secret", UPSTREAM if shutil.which(UPSTREAM) else PROGRAM)
        assert desktop.get(SERVER) == ("user", "secret")
    else:
        assert desktop.store(SERVER, "user", "secret").returncode == 0
    with over_ssh(desktop):
        if known == "stored over ssh since":
            assert desktop.store(SERVER, "user", "newer").returncode == 0
        answer = desktop.ask("erase", SERVER)
        assert answer.returncode == 1 and SERVER in answer.stdout and "cannot reach" in answer.stdout
        assert desktop.ask("get", SERVER).returncode == 1
        assert desktop.ask("erase", "ghcr.io").returncode == 0, "nothing is known of this one"
    assert desktop.get(SERVER) == ("user", "secret")
    assert desktop.ask("erase", SERVER).returncode == 0
    with over_ssh(desktop):
        assert desktop.ask("erase", SERVER).returncode == 0, "it is gone"


def test_a_login_that_the_desktop_no_longer_has_is_not_reported_as_kept(desktop):
    """Another program removed it; a lookup on the desktop shows that."""
    assert desktop.store(SERVER, "user", "secret").returncode == 0
    assert desktop.run("env", f"XDG_DATA_HOME={desktop.folder}/other", PROGRAM, "erase", stdin=SERVER).returncode == 0
    assert desktop.ask("get", SERVER).returncode == 1
    with over_ssh(desktop):
        assert desktop.ask("erase", SERVER).returncode == 0


@pytest.mark.parametrize("server", [SERVER, "acme.azurecr.io"])
def test_a_login_that_was_changed_over_ssh_moves_into_the_keyring(desktop, server):
    """Otherwise each session would use its own password, and one of them is outdated."""
    desktop.environment["DOCKER_CREDENTIAL_ACR_VERIFY_ON_STORE"] = "false"
    assert desktop.store(server, "joe", "old").returncode == 0
    with over_ssh(desktop):
        answer = desktop.store(server, "joe", "new")
        assert answer.returncode == 0 and "replaces" in answer.stderr
        assert desktop.get(server) == ("joe", "new")
    desktop.lock()
    assert desktop.ask("get", server).returncode == 1, "a locked keyring may have a newer one"
    desktop.keyring.kill()
    desktop.keyring.wait()
    desktop.start_keyring()
    assert desktop.get(server) == ("joe", "new")
    assert not any("logins" in path for path in desktop.files()), "it stays in a file"
    assert desktop.get(server) == ("joe", "new")
    with over_ssh(desktop):
        answer = desktop.ask("get", server)
        assert answer.returncode == 1 and "new" not in answer.stdout
        # The store that contains the login is used, and no other.
        assert server == SERVER or "Secret Service" in answer.stderr
    assert desktop.get(server) == ("joe", "new")


@upstream
def test_an_older_file_does_not_replace_a_newer_login_in_the_keyring(desktop):
    with over_ssh(desktop):
        assert desktop.store(SERVER, "joe", "old").returncode == 0
    time.sleep(1.1)  # the times of items are in seconds
    assert desktop.store(SERVER, "joe", "new", UPSTREAM).returncode == 0
    assert desktop.get(SERVER) == ("joe", "new")
    assert desktop.get(SERVER, UPSTREAM) == ("joe", "new")


IN_ANOTHER_COLLECTION = """
import dbus, sys
bus = dbus.SessionBus()
service = dbus.Interface(bus.get_object("org.freedesktop.secrets", "/org/freedesktop/secrets"),
                         "org.freedesktop.Secret.Service")
_, session = service.OpenSession("plain", dbus.String("", variant_level=1))
collection = bus.get_object("org.freedesktop.secrets", "/org/freedesktop/secrets/collection/session")
attributes = {"xdg:schema": "io.docker.Credentials", "label": "Docker Credentials", "docker_cli": "1",
              "server": sys.argv[1], "username": sys.argv[2]}
properties = {"org.freedesktop.Secret.Item.Label": "x",
              "org.freedesktop.Secret.Item.Attributes": dbus.Dictionary(attributes, signature="ss")}
secret = (session, dbus.ByteArray(b""), dbus.ByteArray(sys.argv[3].encode()), "text/plain")
print(collection.CreateItem(properties, secret, False, dbus_interface="org.freedesktop.Secret.Collection"))
"""


@hostile
def test_of_one_user_in_two_collections_the_newest_login_is_found(desktop):
    def store_elsewhere(secret):
        answer = desktop.run("/usr/bin/python3", "-c", IN_ANOTHER_COLLECTION, SERVER, "user", secret)
        assert answer.returncode == 0, answer.stderr

    assert desktop.store(SERVER, "user", "one").returncode == 0
    time.sleep(1.1)  # the times of items are in seconds
    store_elsewhere("two")
    assert desktop.get(SERVER) == ("user", "two")
    # Storing leaves one, in the user's default collection.
    assert desktop.store(SERVER, "user", "three").returncode == 0
    assert desktop.get(SERVER) == ("user", "three")
    store_elsewhere("four")
    time.sleep(1.1)
    assert desktop.store(SERVER, "user", "five").returncode == 0
    assert desktop.get(SERVER) == ("user", "five")
    items = desktop.run("secret-tool", "search", "--all", "docker_cli", "1")
    assert (items.stdout + items.stderr).count("attribute.username") == 1


def test_a_service_that_hangs_times_out(desktop):
    desktop.store(SERVER, "user", "secret")
    desktop.keyring.send_signal(signal.SIGSTOP)
    assert_locked(desktop, "does not respond")
    desktop.keyring.send_signal(signal.SIGCONT)


def test_a_bus_that_does_not_answer_times_out(session):
    path = session.folder / "silent"
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(path))
        silent.listen(8)
        session.environment["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path={path}"
        assert_locked(session, "does not respond")


# ---- a hostile service ----


def get_from(session, answer):
    session.start_bus()
    session.start("/usr/bin/python3", str(HOSTILE), answer, SERVER)
    session.wait_for_service()
    with within(4):
        return session.ask("get", SERVER)


@hostile
def test_another_implementation_of_the_secret_service_works(session):
    answer = get_from(session, "honest")
    assert json.loads(answer.stdout) == {"ServerURL": SERVER, "Username": "user", "Secret": "secret"}


@hostile
def test_a_newer_login_that_the_service_does_not_take_stays_in_its_file(session):
    """Otherwise it would be lost: the service has an older one and stores nothing."""
    assert session.store(SERVER, "user", "newer").returncode == 0
    for _ in range(2):
        answer = get_from(session, "honest") if "DBUS_SESSION_BUS_ADDRESS" not in session.environment else session.ask("get", SERVER)
        assert json.loads(answer.stdout)["Secret"] == "newer", answer
    assert any("logins" in path for path in session.files())


@hostile
def test_an_item_for_another_server_is_never_served(session):
    answer = get_from(session, "another-server")
    assert (answer.returncode, answer.stdout) == (1, NOT_FOUND + "\n")


@hostile
def test_an_empty_secret_is_not_a_login(session):
    answer = get_from(session, "nothing")
    assert (answer.returncode, answer.stdout) == (1, NOT_FOUND + "\n")


@hostile
@pytest.mark.parametrize("answer", ["huge", "dies", "errors"])
def test_a_service_with_invalid_answers_is_not_treated_as_empty(session, answer):
    result = get_from(session, answer)
    assert result.returncode == 1
    assert NOT_FOUND not in result.stdout
    assert result.stdout.count("\n") == 1, "one line for the client"
    assert "\x1b" not in result.stdout + result.stderr, "what a service says must not steer the terminal"


# ---- absent ----


def assert_files(session):
    """Each login is in its own file that only the user can read, and all verbs find it."""
    answer = session.ask("get", SERVER)
    assert (answer.returncode, answer.stdout) == (1, NOT_FOUND + "\n")
    assert session.store(SERVER, "user", "secret \u00e9\n").returncode == 0
    folder = session.home / ".local/share/docker-credential-acr/logins"
    assert [path.name for path in folder.iterdir()] == [SERVER]
    assert (folder / SERVER).stat().st_mode & 0o777 == 0o600
    assert session.get(SERVER) == ("user", "secret \u00e9\n")
    assert session.logins() == {SERVER: "user"}
    assert session.ask("erase", SERVER).returncode == 0
    assert list(folder.iterdir()) == []
    assert session.ask("get", SERVER).stdout == NOT_FOUND + "\n"


def test_without_a_session_bus_logins_are_kept_in_files(session):
    assert_files(session)


def test_on_a_bus_without_a_service_logins_are_kept_in_files(session):
    session.start_bus()
    assert_files(session)


def test_a_missing_socket_is_not_a_bus(session):
    session.environment["DBUS_SESSION_BUS_ADDRESS"] = "unix:path=/nonexistent/bus"
    assert_files(session)


@pytest.mark.parametrize("address", ["unix:abstract={name}", "unix:abstract={name},guid=00112233445566778899aabbccddeeff",
                                     "unix:path={own};unix:abstract={name}"])
def test_no_login_is_sent_to_the_bus_of_another_user(session, address):
    """The abstract socket name of a session that has ended is free, and any user can listen on it."""
    name = f"acr-foreign-{os.getpid()}"
    heard = session.folder / "heard"
    heard.touch()
    heard.chmod(0o666)
    session.folder.chmod(0o755)
    listener = session.start(*as_user(NOBODY), sys.executable, "-c", f"""
import socket
bus = socket.socket(socket.AF_UNIX)
bus.bind("\\0{name}")
bus.listen()
print("ready", flush=True)
while True:
    client = bus.accept()[0]
    client.settimeout(2)
    try:
        while said := client.recv(4096):
            open("{heard}", "ab").write(said)
            client.sendall(b"OK 0123456789abcdef0123456789abcdef\\r\\n")
    except OSError:
        pass
""", stdout=subprocess.PIPE, cwd="/")
    assert listener.stdout.readline() == b"ready\n"
    session.environment["DBUS_SESSION_BUS_ADDRESS"] = address.format(name=name, own=session.folder / "dead")
    assert_files(session)
    assert heard.read_bytes() == b""


def test_no_bus_is_ever_started(session):
    """GLib would run dbus-launch if DISPLAY is set."""
    trap = session.folder / "bin"
    trap.mkdir()
    (trap / "dbus-launch").write_text(f"#!/bin/sh\ntouch {session.folder}/launched\n")
    (trap / "dbus-launch").chmod(0o755)
    session.environment["PATH"] = f"{trap}:{session.environment['PATH']}"
    session.environment["DISPLAY"] = ":77"
    for address in ("", "autolaunch:", f"unixexec:path={trap}/dbus-launch"):
        session.environment["DBUS_SESSION_BUS_ADDRESS"] = address
        session.store(SERVER, "user", "secret")
        session.ask("get", SERVER)
        session.ask("list")
    assert not (session.folder / "launched").exists()


def test_a_login_from_a_file_is_still_found_on_the_desktop(session):
    assert session.store(SERVER, "headless", "one").returncode == 0
    session.start_bus()
    session.start_keyring()
    assert session.get(SERVER) == ("headless", "one")
    assert session.logins() == {SERVER: "headless"}
    assert session.store(SERVER, "desktop", "two").returncode == 0
    assert session.get(SERVER) == ("desktop", "two")
    assert session.files() == [], "the older login stayed behind in a file"


def test_the_config_can_disable_files(session):
    session.environment["DOCKER_CREDENTIAL_ACR_KEYCHAIN"] = "secret-service"
    answer = session.store(SERVER, "user", "secret")
    assert answer.returncode == 1
    assert session.files() == []


def test_a_service_that_appears_is_used_by_the_next_store(session):
    """That there was no service is remembered for a minute, but never used for a change."""
    session.start_bus()
    assert session.ask("get", SERVER).returncode == 1
    session.start_keyring()
    assert session.store(SERVER, "user", "secret").returncode == 0
    assert session.files() == []
    assert session.get(SERVER) == ("user", "secret")
