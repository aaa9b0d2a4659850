# SPDX-License-Identifier: Apache-2.0
"""A decision of the user remains in force if its file becomes unusable: an error names the file, and no verb treats it as "no
decision"."""
import json
import os

import pytest
from client import APP, WORLD
from homes import NOT_FOUND

ACME = "acme.azurecr.io"
HIDDEN = "decision"


@pytest.fixture
def signed_in(cloud):
    return cloud.environment(APP)


@pytest.fixture(autouse=True)
def files_only(home):
    home.config(keychain="file")


def check_line(record):
    check = 0xCBF29CE484222325  # FNV-1a, as src/store/serialize.c has it
    for byte in record:
        check = (check ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return f"check {check:016x}\n".encode()


def newer(path):
    record = path.read_bytes().replace(b" 1\n", b" 2\n", 1)
    record = record[: record.rindex(b"check ")]
    path.write_bytes(record + check_line(record))


def link(path):
    path.rename(path.parent.parent / HIDDEN)
    path.symlink_to(path.parent.parent / HIDDEN)


BROKEN = {
    "garbage": lambda path: path.write_bytes(b"\0" * 50),
    "empty": lambda path: path.write_bytes(b""),
    "cut": lambda path: path.write_bytes(path.read_bytes()[:-5]),
    "writable": lambda path: path.chmod(0o620),
    "link": link,
    "folder": lambda path: (path.unlink(), path.mkdir()),
    "fifo": lambda path: (path.unlink(), os.mkfifo(path, 0o600)),
    "newer": newer,
}


def state(home):
    return home.data / "registries" / ACME


@pytest.fixture(params=BROKEN)
def broken(request, helper, home, signed_in):
    """Signs out, then damages the file of that decision; returns its path."""
    assert helper.get(ACME, env=signed_in).status == 0
    assert helper.logout(ACME, env=signed_in).status == 0
    BROKEN[request.param](state(home))
    return request.param


def names_the_file(answer, home):
    """A line may break before and after the path, but not within it."""
    return str(state(home)) in answer.out + answer.err and answer.status != 0 and not answer.exchanges


def test_get_names_the_damaged_file_and_returns_no_token(helper, home, signed_in, broken):
    answer = helper.get(ACME, env=signed_in)
    assert names_the_file(answer, home), answer
    told = " ".join(answer.err.split())
    assert any(command in told for command in ("docker-credential-acr logout", "chmod 600", "rm /")), answer


def test_renew_fetches_no_token_either(helper, home, signed_in, broken):
    assert names_the_file(helper("renew", ACME, env=signed_in), home)


def test_list_omits_the_registry_and_says_why(helper, home, signed_in, broken):
    home.config(keychain="file", registries={ACME: {}, "other.azurecr.io": {}})
    answer = helper.list(env=signed_in)
    assert list(answer.login) == ["other.azurecr.io"], answer
    assert str(state(home)) in answer.err.replace("\n  ", ""), answer


def test_status_and_diagnose_report_it(helper, home, signed_in, broken):
    assert str(state(home)) in json.loads(helper("status", "--json", env=signed_in).out)["decisions"]
    assert str(state(home)) in helper("status", env=signed_in).out.replace("\n  ", "")
    told = json.loads(helper("diagnose", "--json", ACME, env=signed_in, timeout=90).out)
    assert str(state(home)) in json.dumps(told)


def test_erase_removes_the_tokens_and_keeps_the_decision(helper, home, signed_in, broken):
    before = os.lstat(state(home)).st_ino
    assert names_the_file(helper.erase(ACME, env=signed_in), home)
    assert os.lstat(state(home)).st_ino == before and not home.entries()


def test_logout_and_store_replace_it_unless_a_newer_version_wrote_it(helper, home, signed_in, broken):
    if broken == "folder":
        state(home).rmdir()
        state(home).write_bytes(b"")
    before = state(home).read_bytes() if broken == "newer" else b""
    out, stored = helper.logout(ACME, env=signed_in), helper.store("admin.azurecr.io", "admin", "admin-password-one")
    assert stored.status == 0
    if broken == "newer":
        assert names_the_file(out, home) and state(home).read_bytes() == before
        kept = helper.store(ACME, "admin", "any-password-at-all")
        assert names_the_file(kept, home) and state(home).read_bytes() == before
        assert not kept.requests
    else:
        assert out.status == 0 and state(home).is_file() and not state(home).is_symlink()
        assert helper.get(ACME, env=signed_in).out == NOT_FOUND


@pytest.mark.parametrize("mode", [0o644, 0o604, 0o640, 0o444])
def test_a_file_that_others_could_read_is_used_and_made_private_with_a_notice(helper, home, signed_in, mode):
    helper.logout(ACME, env=signed_in)
    state(home).chmod(mode)
    answer = helper.get(ACME, env=signed_in)
    assert answer.out == NOT_FOUND and answer.exchanges == 0, answer
    assert state(home).stat().st_mode & 0o777 == 0o600


def test_a_stored_login_takes_precedence_with_a_notice_that_its_file_was_not_private(helper, home, signed_in):
    helper.store("admin.azurecr.io", "admin", "admin-password-one")
    (home.data / "registries/admin.azurecr.io").chmod(0o644)
    answer = helper.get("admin.azurecr.io", env=signed_in)
    assert answer.login["Username"] == "admin" and "0600" in answer.err, answer
    assert helper.get("admin.azurecr.io", env=signed_in).err == ""


def test_a_second_hard_link_to_the_file_is_allowed(helper, home, signed_in):
    helper.logout(ACME, env=signed_in)
    os.link(state(home), home.folder / "second")
    assert helper.get(ACME, env=signed_in).out == NOT_FOUND


@pytest.mark.parametrize("how", BROKEN)
def test_no_other_identity_replaces_a_sign_in_that_cannot_be_read(helper, home, signed_in, cloud, how):
    assert helper("login", "--device-code", "--insecure-storage", ACME).status == 0
    own = home.data / "sign-ins" / ACME
    BROKEN[how](own)
    home.runtime.joinpath("docker-credential-acr").rename(home.runtime / "away")
    for answer in (helper.get(ACME, env=signed_in), helper("renew", ACME, env=signed_in)):
        assert answer.status == 1 and answer.exchanges == 0 and str(own) in answer.out + answer.err, answer
    assert str(own) in json.dumps(json.loads(helper("status", "--json", env=signed_in).out))
    again = helper.logout(ACME, env=signed_in)
    if how == "newer":
        assert again.status == 1 and own.exists(), again
        assert helper("login", "--device-code", "--insecure-storage", ACME).status == 1
    elif how != "folder":
        assert again.status == 0 and not os.path.lexists(own), again


def test_a_login_is_not_kept_if_the_decision_cannot_be_written(helper, home, cloud):
    """An error that says "not stored" would be wrong if the login is returned."""
    folder = home.data / "registries"
    folder.mkdir(parents=True, mode=0o700)
    folder.chmod(0o755)
    password = WORLD.registries["admin.azurecr.io"]["admin"]["passwords"][0]
    assert helper.store("admin.azurecr.io", "admin", password).status == 1
    assert [path for path in home.files() if "/logins/" in path] == []


def test_signing_in_for_all_lists_the_registries_that_stay_signed_out(helper, cloud):
    assert helper("logout", "acme.azurecr.io").status == 0
    answer = helper("login", "--insecure-storage", timeout=60)
    assert answer.status == 0 and "login acme.azurecr.io" in answer.out
    assert helper.get("acme.azurecr.io").status == 1
    assert helper("login", "acme.azurecr.io", "--insecure-storage", timeout=60).status == 0
    assert "login acme.azurecr.io" not in helper("login", "--insecure-storage", timeout=60).out


def test_a_device_code_sign_in_continues_after_a_busy_service(helper, cloud):
    cloud.fault("throttle", service="entra", path="/organizations/oauth2/v2.0/token", count=4, retry_after=1)
    assert helper("login", "acme.azurecr.io", "--insecure-storage", timeout=90).status == 0
