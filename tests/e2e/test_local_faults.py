# SPDX-License-Identifier: Apache-2.0
"""Faults of this machine, at any call of a cold get and when a file, a library or the session bus is used: they are
reported as such or tolerated, never treated as "not found" or as the response of a service, and the next run
succeeds."""
import json
import re
import shutil
import subprocess
from collections import Counter

import pytest
from client import APP
from homes import NOT_FOUND
from test_keychain import PROGRAM, SERVER, Session

ACME, PUBLIC = "acme.azurecr.io", "public.azurecr.io"
CALLS = "openat,socket,connect,newfstatat,clone3"
MOST = 14  # calls with the same name: a sample if there are more
pytestmark = pytest.mark.plain


@pytest.fixture
def signed_in(home, cloud):
    home.env.update(cloud.environment(APP), DOCKER_CREDENTIAL_ACR_CACHE="file")


def counted(home):
    """How often the program itself makes each call in a cold get, after the loader has mapped the libraries."""
    trace = home.folder / "trace"
    subprocess.run(["strace", "-f", "-e", f"trace={CALLS}", "-o", trace, home.program, "get"], env=home.env, input=ACME.encode(),
                   capture_output=True, check=True)
    rows = re.findall(r"^(\d+) +(\w+)\(", trace.read_text(), re.M)
    return Counter(name for _, name in rows)


@pytest.mark.parametrize("call, errors", [
    ("socket", "EACCES EMFILE ENFILE ENOMEM ENOBUFS"), ("connect", "EACCES EPERM EINTR"), ("openat", "EMFILE ENFILE EACCES ENOMEM"),
    ("newfstatat", "ENOMEM EIO"), ("clone3", "EAGAIN")])
def test_a_fault_of_this_machine_is_not_remembered_against_a_service(helper, home, signed_in, figures, call, errors):
    count = counted(home)[call]
    tried = refused = 0
    for number in range(1, count + 1, max(1, count // MOST)):
        for error in errors.split():
            helper.erase(ACME)
            answer = helper.get(ACME, prefix=["strace", "-f", "-o", "/dev/null", "-e", f"trace={call}",
                                              "-e", f"inject={call}:error={error}:when={number}"])
            if answer.status == 127:  # the loader could not start it
                continue
            assert answer.status in (0, 1), (number, error, answer)
            assert answer.out != NOT_FOUND, (number, error, answer)
            again = helper.get(ACME)
            assert again.status == 0, (number, error, answer, again)
            tried, refused = tried + 1, refused + answer.status
    figures(f"{call}: {tried} faults, refused: {refused}")


def test_a_lack_of_descriptors_is_reported_and_not_remembered(helper, signed_in):
    answer = helper.get(ACME, prefix=["prlimit", "--nofile=5"])
    assert answer.status == 1 and answer.out != NOT_FOUND, answer
    again = helper.get(ACME)
    assert again.status == 0 and json.loads(again.out)["Secret"], (answer, again)


def failing(paths, call, error):
    """A command prefix for the program: the call fails for these paths, also in its children."""
    return ["strace", "-f", "-o", "/dev/null", *(word for path in paths for word in ("-P", str(path))),
            "-e", f"trace={call}", "-e", f"inject={call}:error={error}"]


def library(soname):
    """All paths at which the loader looks for the library."""
    listed = subprocess.run(["/sbin/ldconfig", "-p"], capture_output=True, text=True, check=True).stdout
    path = re.search(rf"^\s*{re.escape(soname)} \(.*=> (\S+)$", listed, re.M)[1].removeprefix("/usr")
    return [path, f"/usr{path}"]


FAULTS = "EMFILE ENFILE ENOMEM EACCES EINTR EIO".split()


@pytest.mark.parametrize("error", FAULTS)
@pytest.mark.parametrize("sonames", [("libjson-c.so.5",), ("libcurl.so.4", "libcurl-gnutls.so.4")])
def test_a_library_that_cannot_be_loaded_is_named_and_no_request_is_sent(helper, signed_in, sonames, error):
    answer = helper.get(ACME, prefix=failing([path for name in sonames for path in library(name)], "openat", error))
    assert answer.status == 1 and sonames[0] in answer.out and "not installed" not in answer.out, answer
    assert answer.requests == [], answer
    assert helper.get(ACME).status == 0


def test_a_folder_that_cannot_be_listed_is_not_treated_as_empty(helper, home, signed_in):
    """An incomplete list is an error: a command may report that everything was undone, signed out or listed only if
    it saw everything."""
    home.config(keychain="file")
    path = home.folder / ".docker/config.json"
    before = json.loads(path.read_bytes())
    assert helper.store("ghcr.io", "person", "password-of-a-person").status == 0
    assert helper("login", ACME, "--device-code", "--insecure-storage").status == 0
    assert helper("configure", ACME).status == 0

    def fault(arguments, folder):
        return helper(*arguments, prefix=failing([home.data / folder], "getdents64", "EIO"))
    assert fault(("configure", "--undo"), "configure").status == 1 and json.loads(path.read_bytes()) != before
    assert helper("configure", "--undo").status == 0 and json.loads(path.read_bytes()) == before
    answer = fault(("list",), "logins")
    assert answer.status == 1 or "not listed" in answer.err, answer
    answer = fault(("logout",), "sign-ins")
    assert answer.status == 1 and str(home.data / "sign-ins") in answer.out + answer.err, answer
    assert helper("logout").status == 0 and not json.loads(helper("status", "--json").out)["sign_ins"]


def test_list_reports_a_login_that_cannot_be_read(helper, home):
    home.config(keychain="file")
    for server in ("ghcr.io", "quay.io"):
        assert helper.store(server, "person", "password-of-a-person").status == 0
    answer = helper.list(prefix=failing([home.data / "logins/quay.io"], "openat", "EIO"))
    assert json.loads(answer.out) == {"ghcr.io": "person"} and "not listed" in answer.err, answer


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_unreadable_ca_certificates_are_not_reported_as_a_service_fault(helper, home, signed_in, variable):
    there = home.write("trust/ca.pem", "")
    there = there.parent if variable == "SSL_CERT_DIR" else there
    nowhere = home.folder / "nowhere"
    for path, prefix in ((nowhere, ()), (there, failing([there], "access", "EIO"))):
        answer = helper.get(ACME, env={variable: str(path)}, prefix=prefix)
        assert answer.status == 1 and f"{path}, which {variable} names" in answer.out, answer
        assert answer.requests == [], answer
    assert helper.get(ACME).status == 0


@pytest.mark.parametrize("error", FAULTS)
@pytest.mark.parametrize("path", [".azd/auth.json", ".azure/azureProfile.json"])
def test_a_sign_in_that_cannot_be_read_is_not_treated_as_missing(helper, home, cloud, path, error):
    cloud.fault("reset", service="imds", at="connect")
    answer = helper.get(ACME, prefix=failing([home.write(path, "{}")], "openat", error))
    assert answer.status == 1 and answer.out != NOT_FOUND and path in answer.out, answer
    assert path not in helper.get(ACME).out


@pytest.fixture
def desktop(tmp_path):
    """An unlocked keyring with one login."""
    if not shutil.which("gnome-keyring-daemon"):
        pytest.skip("gnome-keyring is not installed")
    session = Session(tmp_path)
    try:
        session.start_bus()
        session.start_keyring()
        assert session.store(SERVER, "user", "kept").returncode == 0
        yield session
    finally:
        session.end()


@pytest.mark.parametrize("error", FAULTS)
@pytest.mark.parametrize("reached, call", [
    ("the bus", "newfstatat"), (None, "socket"), (None, "connect"), ("libgio-2.0.so.0", "openat"),
    ("libsecret-1.so.0", "openat"), (None, "pipe2"), (None, "clone,clone3,fork")])
def test_an_unreachable_keyring_is_not_treated_as_empty(desktop, reached, call, error):
    """Nor as missing: otherwise a login would be stored in a file, or read from one."""
    if (call, error) == ("newfstatat", "EACCES"):
        pytest.skip("a folder that is closed to us is another user's")
    bus = desktop.environment["DBUS_SESSION_BUS_ADDRESS"].removeprefix("unix:path=")
    paths = [] if not reached else [bus] if reached == "the bus" else library(reached)
    for verb, asked in (("get", SERVER), ("store", json.dumps({"ServerURL": SERVER, "Username": "user", "Secret": "new"}))):
        answer = desktop.run(*failing(paths, call, error), PROGRAM, verb, stdin=asked)
        assert answer.returncode == 1 and answer.stdout.strip() != NOT_FOUND.strip(), answer
        assert not [name for name in desktop.files() if "logins" in name], desktop.files()
    assert desktop.get(SERVER) == ("user", "kept")


@pytest.mark.parametrize("error", ["EACCES", "EPERM", "ENOBUFS"])
def test_an_unreachable_registry_is_not_remembered_as_not_public(helper, home, error):
    """For a public registry without an identity: once the registry can be reached, no sign-in is suggested."""
    home.config(identity="none")
    answer = helper.get(PUBLIC, prefix=failing([], "connect", f"{error}:when=1"))  # not the one of the DNS lookup
    assert "nobody is signed in" in answer.err, answer
    again = helper.get(PUBLIC)
    assert again.out == NOT_FOUND and not again.err and again.requests, (answer, again)
