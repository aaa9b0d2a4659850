# SPDX-License-Identifier: Apache-2.0
"""The sign-in of this program: in a browser, with a device code, stored in a real keyring or in a file, used,
renewed, removed."""
import os
import pty
import re
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest
from client import APP, CONTOSO, FABRIKAM, USER
from homes import NOT_FOUND, as_user
from test_keychain import Session, hostile, wait_for

pytestmark = pytest.mark.usefixtures("no_keyring")
ACME, PARTNER = "acme.azurecr.io", "partner.azurecr.io"
BROWSER = Path(__file__).resolve().parents[1] / "cloud" / "browser"
PORTAL = Path(__file__).with_name("portal.py")
RESERVED = "docker-credential-acr://login/"


def put_browser(home, script=None):
    """Installs a browser for the user, the stand-in or a script of the test, and sets what `login` needs to open it."""
    program = home.folder / "bin" / "xdg-open"
    program.parent.mkdir(exist_ok=True)
    if script:
        program.write_text(script)
    else:
        shutil.copyfile(BROWSER, program)
    program.chmod(0o755)
    return {"PATH": f"{program.parent}:{home.env['PATH']}", "DISPLAY": ":9"}


@pytest.fixture
def browser(home):
    return put_browser(home)


@pytest.fixture
def keyring_session(home, tmp_path):
    """An unlocked gnome-keyring in the environment of this home."""
    if not shutil.which("gnome-keyring-daemon"):
        pytest.skip("gnome-keyring is not installed")
    session = Session(tmp_path)
    session.start_bus()
    session.start_keyring()
    home.env["DBUS_SESSION_BUS_ADDRESS"] = session.environment["DBUS_SESSION_BUS_ADDRESS"]
    yield session
    session.end()


def login(helper, *arguments, **more):
    return helper("login", *arguments, "--insecure-storage", **more)


def entra_grants(cloud):
    return [row["form"]["grant_type"] for row in cloud.requests("entra", method="POST") if "grant_type" in row["form"]]


# in a browser

def test_after_a_sign_in_with_a_browser_get_uses_that_account(helper, cloud, browser):
    answer = login(helper, ACME, env=browser)
    assert answer.status == 0, answer
    assert re.fullmatch(rf"Signed in to {ACME} as {USER.name}, stored unencrypted in a file; the registry accepted the sign-in\n"
                        r"The token expires at \d\d:\d\d\.\n", answer.out)
    assert "authorization_code" in entra_grants(cloud)
    asked = cloud.requests("entra", method="GET")[0]["query"]
    assert asked["code_challenge_method"] == "S256" and asked["prompt"] == "select_account"
    assert asked["redirect_uri"].startswith("http://localhost:")
    got = helper.get(ACME)
    assert got.status == 0 and not got.requests


def test_a_sign_in_declined_in_the_browser_fails(helper, home, browser):
    answer = login(helper, ACME, env={**browser, "STAND_IN_ANSWER": "no"})
    assert answer.status == 1 and answer.out == ""
    assert "declined" in answer.err
    assert not (home.data / "sign-ins").exists()


def test_without_a_registry_the_sign_in_is_for_all_registries(helper, cloud, browser):
    answer = login(helper, env=browser)
    assert answer.out == f"Signed in as {USER.name} for all registries, stored unencrypted in a file\n"
    assert answer.exchanges == 0
    assert helper.get(ACME).status == 0 and helper.get("reader.azurecr.io").status == 0


def test_the_page_says_that_it_can_be_closed_and_serves_no_other_request(helper, home):
    """This browser reads the page that the user sees at the end, and then sends another request."""
    seen = home.folder / "seen"
    env = put_browser(home, f'''#!/bin/sh
{BROWSER} "$1" > {seen}.page
port=$(printf %s "$1" | sed 's/.*localhost%3A\\([0-9]*\\).*/\\1/')
sleep 0.3
curl -s -m 3 "http://localhost:$port/" > {seen}.more; echo $? > {seen}.status
''')
    assert login(helper, ACME, env=env).status == 0
    until = time.monotonic() + 10
    while not (home.folder / "seen.status").exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert "You can close this window" in (home.folder / "seen.page").read_text()
    assert (home.folder / "seen.status").read_text().strip() != "0"


def test_a_code_with_another_state_is_not_accepted(helper, home, cloud):
    """A process that knows the port responds first, with its own code."""
    env = put_browser(home, f'''#!/bin/sh
port=$(printf %s "$1" | sed 's/.*localhost%3A\\([0-9]*\\).*/\\1/')
for path in "/?code=stolen&state=x" "/?code=stolen" "/favicon.ico" "/"; do
	curl -s -o /dev/null -w '%{{http_code}}\\n' "http://localhost:$port$path" >> {home.folder}/statuses
done
exec {BROWSER} "$1"
''')
    answer = login(helper, ACME, env=env)
    assert answer.status == 0, answer
    assert (home.folder / "statuses").read_text().split() == ["404"] * 4
    codes = [row["form"]["code"] for row in cloud.requests("entra", method="POST") if "code" in row["form"]]
    assert len(codes) == 1 and codes[0] != "stolen"


def test_a_forged_code_does_not_end_the_wait(helper, home, cloud):
    """A process that saw the state in the arguments of the browser responds first."""
    env = put_browser(home, f"""#!/bin/sh
port=$(printf %s "$1" | sed 's/.*localhost%3A\\([0-9]*\\).*/\\1/')
state=$(printf %s "$1" | sed 's/.*[?&]state=\\([^&]*\\).*/\\1/')
curl -s -o /dev/null "http://127.0.0.1:$port/?code=made-up&state=$state"
exec {BROWSER} "$1"
""")
    answer = login(helper, ACME, env=env)
    assert answer.status == 0, answer
    assert "still waiting" in answer.err
    codes = [row["form"]["code"] for row in cloud.requests("entra", method="POST") if "code" in row["form"]]
    assert len(codes) == 2 and codes[0] == "made-up"


def test_five_wrong_codes_end_the_wait(helper, home, cloud):
    env = put_browser(home, f"""#!/bin/sh
port=$(printf %s "$1" | sed 's/.*localhost%3A\\([0-9]*\\).*/\\1/')
state=$(printf %s "$1" | sed 's/.*[?&]state=\\([^&]*\\).*/\\1/')
for code in one two three four five six; do
	curl -s "http://127.0.0.1:$port/?code=$code&state=$state" >> {home.folder}/pages
done
""")
    answer = login(helper, ACME, env=env)
    assert answer.status == 1 and answer.err.count("still waiting") == 4, answer
    assert [row["form"]["code"] for row in cloud.requests("entra", method="POST")] == ["one", "two", "three", "four", "five"]
    until = time.monotonic() + 5
    while (home.folder / "pages").read_text().count("Not signed in") < 5 and time.monotonic() < until:
        time.sleep(0.05)
    # The user is not told to return to a terminal where nothing happened.
    assert (home.folder / "pages").read_text().count("Not signed in") == 5
    assert "Signed in" not in (home.folder / "pages").read_text()


def test_another_user_who_reads_the_address_cannot_complete_the_sign_in(helper, home, cloud):
    """The other user has the state, and a code that Entra ID issued for this request."""
    env = put_browser(home, f"""#!/bin/sh
{" ".join(as_user(5))} {BROWSER} "$1" > /dev/null 2>&1
exec {BROWSER} "$1"
""")
    answer = login(helper, ACME, env=env)
    assert answer.status == 0 and "the response of a browser that runs as uid 5 is not accepted" in answer.err, answer
    assert "still waiting" not in answer.err
    assert len(cloud.requests("entra", path="/organizations/oauth2/v2.0/authorize")) >= 2
    assert entra_grants(cloud).count("authorization_code") == 1


# through the desktop portal

@pytest.fixture
def portal(home, tmp_path):
    """A function that starts the stand-in for a portal and returns the file to which it writes the URLs."""
    session = Session(tmp_path)
    session.start_bus()
    home.env["DBUS_SESSION_BUS_ADDRESS"] = session.environment["DBUS_SESSION_BUS_ADDRESS"]

    def begin(behavior):
        log = tmp_path / "opened"
        log.touch()
        session.start("/usr/bin/python3", str(PORTAL), behavior, str(BROWSER), str(log))
        wait_for(lambda: "true" in session.gdbus("org.freedesktop.DBus", "/org/freedesktop/DBus",
                                                 "org.freedesktop.DBus.NameHasOwner", "org.freedesktop.portal.Desktop"))
        return log
    yield begin
    session.end()


@hostile
def test_with_a_portal_the_address_is_in_no_command_line_argument(helper, home, portal):
    opened = portal("opens")
    env = put_browser(home, f"#!/bin/sh\necho \"$1\" > {home.folder}/started\n")
    answer = login(helper, ACME, env=env)
    assert answer.status == 0, answer
    assert opened.read_text().count("/oauth2/v2.0/authorize?") == 1
    assert not (home.folder / "started").exists()


@hostile
@pytest.mark.parametrize("behavior", ["fails", "silent"])
def test_if_the_portal_opens_nothing_the_browser_is_started(helper, home, portal, behavior):
    opened = portal(behavior)
    answer = login(helper, ACME, env=put_browser(home))
    assert answer.status == 0 and answer.seconds < 20, answer
    assert opened.read_text().count("/oauth2/v2.0/authorize?") == 1


@hostile
def test_a_configured_browser_takes_precedence_over_the_portal(helper, home, portal):
    opened = portal("opens")
    env = put_browser(home)
    answer = login(helper, ACME, env={**env, "BROWSER": f"{home.folder}/bin/xdg-open"})
    assert answer.status == 0 and opened.read_text() == "", answer


def test_the_browser_inherits_no_secret_and_no_descriptor(helper, home, cloud):
    env = put_browser(home, f'''#!/bin/sh
env > {home.folder}/env; ls -l /proc/$$/fd > {home.folder}/fds; ps -o pgid=,sid= -p $$ > {home.folder}/group
exec {BROWSER} "$1"
''')
    secrets = {**cloud.environment(APP), "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "secret-of-actions", "MY_PASSWORD": "hunter-two",
               "DOCKER_AUTH_CONFIG": "secret-of-docker", "XAUTHORITY": "/needed"}
    assert login(helper, env={**env, **secrets}).status == 0
    shown = (home.folder / "env").read_text()
    assert "/needed" in shown and "DISPLAY" in shown
    for secret in (APP.secret, "secret-of-actions", "hunter-two", "secret-of-docker"):
        assert secret not in shown
    descriptors = (home.folder / "fds").read_text()
    assert "socket:" not in descriptors and "pipe:" not in descriptors
    group, session = (home.folder / "group").read_text().split()
    assert int(session) != os.getsid(0) and int(group) != os.getpgrp()


def test_a_browser_in_a_folder_that_others_can_write_is_not_started(helper, home):
    env = put_browser(home, f"#!/bin/sh\ntouch {home.folder}/ran\n")
    (home.folder / "bin" / "xdg-open").chmod(0o777)
    answer = login(helper, ACME, env={**env, "PATH": f"{home.folder}/bin:."})
    # A device code instead, which the user of the stand-in enters.
    assert answer.status == 0 and "enter the code" in answer.err
    assert not (home.folder / "ran").exists()


def test_a_termination_signal_leaves_nothing_behind(helper, home):
    env = put_browser(home, "#!/bin/sh\nexit 0\n")
    run = helper.start("login", ACME, "--insecure-storage", env=env)
    time.sleep(0.5)
    run.send_signal(signal.SIGINT)
    out, err = run.communicate(timeout=5)
    assert run.returncode == -signal.SIGINT
    assert out == b"" and b"https://login.microsoftonline.com/" in err
    assert not home.data.exists()


# with a device code

def test_without_a_display_a_code_is_shown(helper, cloud):
    answer = login(helper, ACME)
    assert answer.status == 0 and answer.out.startswith("Signed in to")
    assert re.search(r"open https://microsoft\.com/devicelogin in any browser and enter the code \w+", answer.err)
    assert cloud.requests("entra", path="/organizations/oauth2/v2.0/devicecode")


def test_the_device_code_can_be_requested(helper, cloud, browser):
    assert login(helper, ACME, "--device-code", env=browser).status == 0
    assert not cloud.requests("entra", method="GET")


def test_a_declined_device_code_is_reported(helper, cloud):
    cloud.fault("declined", service="entra")
    answer = login(helper, ACME)
    assert answer.status == 1 and "declined" in answer.err


def test_a_slow_device_code_sign_in_is_awaited(helper, cloud):
    cloud.fault("pending", service="entra", count=6)
    answer = login(helper, ACME)
    assert answer.status == 0, answer
    assert entra_grants(cloud).count("urn:ietf:params:oauth:grant-type:device_code") >= 3


@pytest.mark.parametrize("fault, more", [("transient", {}), ("throttle", {"retry_after": 1}), ("error", {"status": 503})])
def test_an_entra_id_that_is_busy_for_a_while_does_not_end_the_wait(helper, cloud, fault, more):
    """400 temporarily_unavailable, 429 and 503, more often than one request is retried."""
    cloud.fault(fault, service="entra", path="/organizations/oauth2/v2.0/token", count=4, **more)
    answer = login(helper, ACME, timeout=60)
    assert answer.status == 0 and answer.out.startswith("Signed in to"), answer
    assert len(cloud.requests("entra", path="/organizations/oauth2/v2.0/token")) >= 5


def no_audience(cloud, path, **more):
    """The error of a tenant in which the service principal of Azure Container Registry does not exist or is
    disabled."""
    cloud.fault("entra", service="entra", path=path, code=500011, error="invalid_resource", status=400, count=1,
                text="The resource principal named https://containerregistry.azure.net was not found in the tenant", **more)


def scopes(cloud, path):
    return [row["form"]["scope"].split("/.default")[0] for row in cloud.requests("entra", path=path)]


AUDIENCES = ["https://containerregistry.azure.net", "https://management.azure.com"]


def test_in_a_tenant_without_the_registry_audience_the_arm_audience_is_requested(helper, cloud):
    """With a device code: rejected when the code is requested, and again when the sign-in is used."""
    no_audience(cloud, "/organizations/oauth2/v2.0/devicecode")
    no_audience(cloud, f"/{CONTOSO}/oauth2/v2.0/token")
    answer = login(helper, ACME)
    assert answer.status == 0 and answer.out.startswith("Signed in to"), answer
    assert scopes(cloud, "/organizations/oauth2/v2.0/devicecode") == AUDIENCES
    assert scopes(cloud, f"/{CONTOSO}/oauth2/v2.0/token") == AUDIENCES
    assert "Azure Resource Manager" in answer.err
    assert helper.get(ACME).status == 0


def test_in_a_browser_the_arm_audience_is_requested_too(helper, cloud, browser):
    no_audience(cloud, "/organizations/oauth2/v2.0/token")
    answer = login(helper, env=browser)
    assert answer.status == 0 and answer.out.startswith("Signed in as"), answer
    assert scopes(cloud, "/organizations/oauth2/v2.0/token") == AUDIENCES
    assert helper.get(ACME).status == 0


def test_stdin_stdout_and_a_terminal_are_not_needed(helper):
    with subprocess.Popen([str(helper.home.program), "login", ACME, "--insecure-storage"], env=helper.home.env,
                          stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
        assert run.wait(timeout=30) == 0
    assert helper.get(ACME).status == 0


def test_another_tenant_can_be_chosen(helper, cloud):
    """The user is a guest in fabrikam, where the partner's registry accepts guests."""
    answer = login(helper, PARTNER, "--tenant", "fabrikam.com")
    assert answer.status == 0, answer
    assert cloud.requests("entra", path="/fabrikam.com/oauth2/v2.0/devicecode")
    assert {row["path"].split("/")[1] for row in cloud.requests("entra")} == {"fabrikam.com", FABRIKAM}
    assert helper.get(PARTNER).status == 0


def test_a_configured_client_is_used(helper, home, cloud):
    own = "12345678-0000-4000-8000-000000000000"
    home.registries(acme={"client_id": own})
    assert login(helper, ACME).status == 0
    assert {row["form"]["client_id"] for row in cloud.requests("entra")} == {own}


# the output is correct

def test_a_denial_by_the_registry_is_reported_and_the_sign_in_kept(helper, cloud):
    cloud.fault("norole", service="acr", host=ACME)
    answer = login(helper, ACME)
    assert answer.status == 1 and answer.out == ""
    assert f"signed in as {USER.name}, and the sign-in is stored" in answer.err
    cloud.no_faults()
    assert helper("renew", ACME).status == 0
    assert helper.get(ACME).status == 0


def test_a_rejection_by_entra_is_reported_with_its_code(helper, cloud):
    cloud.fault("entra", service="entra", code=53003, error="access_denied", text="Access has been blocked.")
    answer = login(helper, ACME)
    assert answer.status == 1 and "53003" in answer.err


def test_a_stored_login_that_takes_precedence_is_reported(helper):
    host = "admin.azurecr.io"
    helper.home.config(keychain="file")
    assert helper.store(host, "admin", "admin-password-one").status == 0
    answer = login(helper, host)
    assert answer.status == 0 and f"docker logout {host}" in answer.out
    assert helper.get(host).login["Username"] == "admin"


def test_signing_in_ends_the_signed_out_state(helper, cloud):
    signed_in = cloud.environment(APP)
    helper.logout(ACME)
    assert helper.get(ACME, env=signed_in).out == NOT_FOUND
    assert login(helper, ACME).status == 0
    assert helper.get(ACME).status == 0


def test_an_argument_that_is_not_an_azure_registry_is_wrong_usage(helper):
    answer = login(helper, "ghcr.io")
    assert answer.status == 2 and "ghcr.io" in answer.err and not answer.requests


# storage

def test_without_a_keyring_nothing_is_kept_and_no_sign_in_is_started(helper, home, browser):
    answer = helper("login", ACME, env=browser)
    assert answer.status == 1 and "--insecure-storage" in answer.err
    assert not answer.requests and not home.data.exists()


def test_with_a_keyring_no_file_contains_the_token(helper, home, cloud, keyring_session):
    answer = helper("login", ACME)
    assert answer.status == 0 and "stored in the Secret Service" in answer.out, answer
    issued = [row for row in cloud.requests("entra", method="POST") if row["form"].get("grant_type") == "refresh_token"]
    token = issued[-1]["form"]["refresh_token"]
    for path, entry in home.files().items():
        assert not isinstance(entry, tuple) or token.encode() not in entry[1], path
    home.age(9000)
    assert helper.get(ACME).status == 0


def test_list_and_get_do_not_expose_the_sign_in(helper, keyring_session):
    assert helper("login").status == 0
    assert helper.list().login == {}
    answer = helper.get(RESERVED + "default")
    assert answer.status == 1 and answer.out == NOT_FOUND
    assert helper.erase(RESERVED + "default").status == 0
    assert helper.store(RESERVED + "default", "someone", "other-password").status == 1
    assert helper.get(ACME).status == 0


def test_each_use_returns_a_new_refresh_token_which_is_kept(helper, home, cloud):
    assert login(helper, ACME).status == 0
    for _ in range(3):
        home.age(9000)
        assert helper.get(ACME).status == 0
    used = [row["form"]["refresh_token"] for row in cloud.requests("entra") if "refresh_token" in row["form"]]
    assert len(used) == 4 and len(set(used)) == 4


def test_an_expired_sign_in_says_how_to_sign_in_again(helper, home, cloud):
    assert login(helper, ACME).status == 0
    cloud.fault("entra", service="entra", code=700082, error="invalid_grant", text="The refresh token has expired.")
    home.age(20000)
    answer = helper.get(ACME, env=cloud.environment(APP))
    assert answer.status == 1
    assert f"docker-credential-acr login {ACME}" in answer.out
    # An identity that was configured explicitly is not replaced by another one.
    assert "client_credentials" not in entra_grants(cloud)


def test_a_locked_keyring_is_reported_and_no_other_identity_is_tried(helper, home, cloud, keyring_session):
    assert helper("login", ACME).status == 0
    home.age(20000)
    keyring_session.lock()
    cloud.mark()
    answer = helper.get(ACME)
    assert answer.status == 1 and "lock" in (answer.out + answer.err).lower()
    assert not cloud.requests("entra")
    # An identity in the environment of this process is used, and a notice says what it replaces.
    named = helper.get(ACME, env=cloud.environment(APP))
    assert named.status == 0 and APP.client_id in named.err and "keychain is locked" in named.err, named


def test_without_a_sign_in_no_keyring_is_needed(helper, home, cloud):
    """A bus that does not respond would cost two seconds."""
    path = home.folder / "silent"
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(path))
        silent.listen()
        home.config(keychain="file")
        answer = helper.get(ACME, env={**cloud.environment(APP), "DBUS_SESSION_BUS_ADDRESS": f"unix:path={path}"})
    assert answer.status == 0 and answer.seconds < 1.5


# removal

def test_logout_of_a_registry_removes_its_sign_in(helper, home):
    assert login(helper, ACME).status == 0
    answer = helper.logout(ACME)
    assert answer.status == 0 and answer.out.count("\n") == 1
    assert helper.get(ACME).out == NOT_FOUND
    assert not list((home.data / "sign-ins").iterdir()) and not list((home.data / "logins").iterdir())


def test_logout_without_a_registry_removes_every_sign_in_and_token(helper, home, cloud):
    assert login(helper).status == 0
    assert login(helper, PARTNER, "--tenant", "fabrikam.com").status == 0
    assert helper.get(ACME).status == 0
    answer = helper("logout")
    assert answer.out.startswith("Removed 2 sign-ins of this helper\nRemoved the tokens for 2 registries\n")
    assert not list((home.data / "logins").iterdir()) and not home.entries()
    cloud.mark()
    # Nothing is signed out: another identity is used at once.
    assert helper.get(ACME, env=cloud.environment(APP)).status == 0
    assert entra_grants(cloud) == ["client_credentials"]


def test_logout_removes_the_sign_in_from_the_keyring(helper, keyring_session):
    assert helper("login").status == 0
    assert RESERVED in keyring_session.ask("list", program="docker-credential-secretservice").stdout
    assert helper("logout").status == 0
    assert RESERVED not in keyring_session.ask("list", program="docker-credential-secretservice").stdout


def test_a_token_from_before_the_sign_in_is_not_served_after_it(helper, cloud):
    signed_in = cloud.environment(APP)
    before = helper.get(ACME, env=signed_in).secret
    assert login(helper, env=signed_in).status == 0
    after = helper.get(ACME, env=signed_in)
    assert after.secret != before and "refresh_token" in entra_grants(cloud)


def test_a_sign_in_for_one_registry_is_not_used_for_another(helper, cloud):
    assert login(helper, ACME).status == 0
    cloud.mark()
    assert helper.get("reader.azurecr.io").status == 0  # the identity of the machine
    assert not cloud.requests("entra")


def test_a_bare_name_is_completed_to_its_login_server(helper, browser):
    answer = login(helper, "Contoso", env=browser)
    assert answer.status == 0 and answer.out.startswith("Signed in to contoso.azurecr.io as "), answer
    assert "docker-credential-acr: using the registry contoso.azurecr.io\n" in answer.err


def test_a_sign_in_for_a_registry_covers_its_regional_endpoints(helper, cloud):
    """As signing out does, even if another identity is available."""
    regional = "acme.westeurope.geo.azurecr.io"
    assert login(helper, ACME, env=cloud.environment(APP)).status == 0
    answer = helper.get(regional, env=cloud.environment(APP))
    assert answer.status == 0 and "refresh_token" in entra_grants(cloud) and "client_credentials" not in entra_grants(cloud)
    assert helper("logout", ACME).status == 0
    assert helper.get(regional, env=cloud.environment(APP)).out == NOT_FOUND


def test_help_lists_all_options(helper):
    answer = helper("login", "--help")
    assert answer.status == 0
    for option in ("--tenant TENANT", "--device-code", "--insecure-storage"):
        assert option in answer.out


def test_the_device_code_is_shown_on_a_terminal(helper, home):
    """On a separate terminal, with ^C at the end."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(str(home.program), ["docker-credential-acr", "login", "--device-code", "--insecure-storage"], home.env)
    seen, until = b"", time.monotonic() + 20
    while b"Signed in" not in seen and time.monotonic() < until:
        try:
            seen += os.read(terminal, 4096)
        except OSError:
            break
    assert b"enter the code" in seen and b"Signed in as" in seen
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    os.close(terminal)
