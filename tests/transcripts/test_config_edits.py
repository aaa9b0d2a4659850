# SPDX-License-Identifier: Apache-2.0
"""`configure` member by member: what it keeps, what it restores, and which files it does not change."""
import json
import os
import pty
import random
import select
import signal
import stat
import subprocess
import time

import pytest
from client import APP
from homes import give_away, has

CONFIG = ".docker/config.json"
WITH_OTHERS = """{
\t"auths": {
\t\t"ghcr.io": {}
\t},
\t"HttpHeaders": {
\t\t"User-Agent": "Docker-Client/20.10 \\u0026 more"
\t},
\t"psFormat": "table {{.ID}}",
\t"number": 1.50e3
}"""


def configure(helper, *arguments, **more):
    return helper("configure", "--no-check", *arguments, **more)


def text_of(home, path=CONFIG):
    return (home.folder / path).read_bytes().decode()


def test_every_other_member_is_kept_and_undo_removes_only_changes_of_configure(helper, home):
    home.write(CONFIG, WITH_OTHERS)
    assert configure(helper, "acme.azurecr.io").status == 0
    assert text_of(home) == WITH_OTHERS[:-2] + ',\n\t"credHelpers": {\n\t\t"acme.azurecr.io": "acr"\n\t}\n}'
    assert configure(helper, "reader.azurecr.io", "--creds-store").status == 0
    assert json.loads(text_of(home))["credHelpers"] == {"acme.azurecr.io": "acr", "reader.azurecr.io": "acr"}
    assert configure(helper, "--undo").status == 0
    assert text_of(home) == WITH_OTHERS


def test_undo_keeps_what_docker_login_wrote_later(helper, home):
    home.write(CONFIG, WITH_OTHERS)
    configure(helper, "acme.azurecr.io")
    since = json.loads(text_of(home))
    since["auths"]["quay.io"] = {}
    since["credHelpers"]["gcr.io"] = "gcloud"
    home.write(CONFIG, json.dumps(since, indent="\t"))
    assert configure(helper, "--undo").status == 0
    del since["credHelpers"]["acme.azurecr.io"]
    assert json.loads(text_of(home)) == since


def journal(home):
    return next((home.data / "configure").glob("*.json"))


def with_password(password):
    return json.dumps({"auths": {"ghcr.io": {"auth": password}}, "HttpHeaders": {"X-Token": password}}, indent="\t")


def test_the_journal_contains_nothing_about_a_password(helper, home):
    """There is not even a hash from which it could be guessed: for another password of that length the file is the same."""
    written = []
    for password in ("ZGV2OmNhbmFyeS1wYXNzd29yZA==", "ZGV2Om90aGVyLWh1bnRlci10d28="):
        home.write(CONFIG, with_password(password))
        assert configure(helper, "acme.azurecr.io").status == 0
        written.append(journal(home).read_bytes())
        assert password.encode() not in written[-1]
        assert configure(helper, "--undo").status == 0
        assert text_of(home) == with_password(password)
    assert written[0] == written[1]


@pytest.mark.parametrize("password", ["bmV3ZXI6", "a-much-longer-one-than-that-which-was-there-before"])
def test_undo_keeps_a_password_that_was_changed_later(helper, home, password):
    home.write(CONFIG, with_password("b2xkZXI6"))
    assert configure(helper, "acme.azurecr.io").status == 0
    home.write(CONFIG, text_of(home).replace("b2xkZXI6", password))
    assert configure(helper, "--undo").status == 0
    assert json.loads(text_of(home)) == json.loads(with_password(password))


# A journal as 0.1.0 wrote it: the members, the edits of the text, and a hash of the result, here of another file.
FIRST_JOURNAL = {"version": 1, "kind": "json", "made": False, "made_folder": None, "own_folder": None, "changes": [{
    "puts": [{"outer": "credHelpers", "key": "acme.azurecr.io", "value": "acr", "before": None, "outer_made": True},
             {"outer": None, "key": "credsStore", "value": "acr", "before": "pass", "outer_made": False}],
    "splices": [{"at": 51, "removed": "", "inserted": ',\n\t"credHelpers": {\n\t\t"acme.azurecr.io": "acr"\n\t}'},
                {"at": 100, "removed": "pass", "inserted": "acr"}],
    "after": "00000000000000ff"}]}
LEFT_BY_FIRST = {"credsStore": "acr", "auths": {"ghcr.io": {"auth": "eDp5"}}, "credHelpers": {"acme.azurecr.io": "acr"}}


def with_a_journal_of_0_1_0(helper, home):
    """In the same file: the name of a journal has not changed since 0.1.0."""
    configure(helper, "acme.azurecr.io")
    journal(home).write_text(json.dumps({**FIRST_JOURNAL, "path": str(home.folder / CONFIG)}))
    home.write(CONFIG, json.dumps(LEFT_BY_FIRST))


def test_undo_works_with_a_journal_of_0_1_0(helper, home):
    with_a_journal_of_0_1_0(helper, home)
    assert configure(helper, "--undo").status == 0
    assert json.loads(text_of(home)) == {"credsStore": "pass", "auths": LEFT_BY_FIRST["auths"]}
    assert not list(home.data.rglob("*.json"))


def test_a_journal_of_0_1_0_keeps_its_changes_and_loses_its_hash_with_the_next_change(helper, home):
    with_a_journal_of_0_1_0(helper, home)
    configure(helper, "reader.azurecr.io")
    assert "00000000000000ff" not in journal(home).read_text()
    assert configure(helper, "--undo").status == 0
    assert json.loads(text_of(home)) == {"credsStore": "pass", "auths": LEFT_BY_FIRST["auths"]}


@pytest.mark.parametrize("before", ["", "unqualified-search-registries = ['docker.io']\n"])
def test_undo_with_a_journal_of_0_1_0_restores_the_drop_in(helper, home, before):
    path = ".config/containers/registries.conf.d/99-docker-credential-acr.conf"
    configure(helper, "--containers-registries")
    left = text_of(home, path)
    journal(home).write_text(json.dumps({
        "version": 1, "path": str(home.folder / path), "kind": "toml", "made": not before, "made_folder": None, "own_folder": None,
        "changes": [{"puts": [], "splices": [{"at": 0, "removed": before, "inserted": left}], "after": "00000000000000ff"}]}))
    assert configure(helper, "--undo").status == 0
    assert (text_of(home, path) if (home.folder / path).exists() else "") == before


def test_undo_keeps_a_registry_that_was_assigned_to_another_helper_later(helper, home):
    home.write(CONFIG, "{}")
    configure(helper, "acme.azurecr.io")
    home.write(CONFIG, text_of(home).replace('"acr"', '"acr-env"'))
    assert configure(helper, "--undo").status == 0
    assert json.loads(text_of(home)) == {"credHelpers": {"acme.azurecr.io": "acr-env"}}


def test_undo_leaves_no_file_where_none_existed(helper, home):
    (home.folder / CONFIG).unlink()
    (home.folder / ".docker").rmdir()
    before = sorted(home.folder.rglob("*"))
    made = configure(helper, "acme.azurecr.io", "--creds-store", "--podman", "--containers-registries")
    assert made.status == 0, made
    assert len(home.snapshot()) > 3
    assert configure(helper, "--undo").status == 0
    assert sorted(home.folder.rglob("*")) == before


def test_undo_can_be_limited_to_one_kind_of_file(helper, home):
    configure(helper, "acme.azurecr.io", "--podman")
    assert configure(helper, "--undo", "--podman").status == 0
    assert not (home.folder / ".config/containers/auth.json").exists()
    assert "acme.azurecr.io" in text_of(home)
    assert configure(helper, "--undo").status == 0
    assert json.loads(text_of(home)) == {"credsStore": "acr"}


def read_exactly(text):
    """Parses JSON without any loss: numbers remain digits, members keep their order and their duplicates."""
    return json.loads(text, object_pairs_hook=tuple, parse_int=lambda digits: ("number", digits),
                      parse_float=lambda digits: ("number", digits))


def odd_json(pick, depth=0):
    """Returns a JSON value with content that parsers may change: large numbers, escapes, white space."""
    space = pick.choice(["", "", " ", "\n\t", "\r\n  "])
    kind = pick.random()
    if depth > 2 or kind < .5:
        return pick.choice(['"x"', '"\\u00e9}{é\\/"', '"a\\\\b\\u0000c"', '"\\ud83d\\ude00"', '"\\ud800"', '"\x7f"', '""', "1", "-0", "1.50e3",
                            "9223372036854775808", "123456789012345678901234567890", "-1E400", "0.1000", "true", "null"])
    if kind < .75:
        names = pick.sample(['"a"', '"b\\u0000"', '"{"', '"\\"["', '""', '"A"'], pick.randrange(4))
        return "{" + ",".join(f"{space}{name}{space}:{space}{odd_json(pick, depth + 1)}" for name in names) + space + "}"
    return "[" + ",".join(space + odd_json(pick, depth + 1) + space for _ in range(pick.randrange(3))) + space + "]"


def odd_config(pick):
    members = {name: odd_json(pick) for name in pick.sample(["auths", "psFormat", "\\u0000", "é", "HttpHeaders", "z"], pick.randrange(5))}
    hosts = pick.sample(['"gcr.io": "gcr"', '"b.azurecr.io": "acr"', '"acme.azurecr.io": "pass"', '"acme.azurecr.io": null'], 2)
    for name, values in ((pick.choice(["credHelpers", "credhelpers"]), ["null", "{}", "{ }", "{" + hosts[0] + "}", "{" + hosts[1] + "}"]),
                         (pick.choice(["credsStore", "CREDSSTORE", "creds\\u0053tore"]), ['"acr"', '""', '"p\\u0061ss"', "null"])):
        if pick.random() < .7:
            members[name] = pick.choice(values)
    rows = [f'"{name}"{pick.choice(["", " "])}:{pick.choice(["", " "])}{members[name]}' for name in pick.sample(list(members), len(members))]
    space = pick.choice(["", " ", "\n", "\n\t", "\n  ", "\r\n"])
    return "{" + ",".join(space + row for row in rows) + space + "}" + pick.choice(["", "\n"])


def set_by_us(pairs, values):
    """Returns the pairs with these members set, each in its place or at the end."""
    folded = {name.lower(): place for place, (name, _) in enumerate(pairs)}
    for name, value in values:
        place = folded.get(name.lower(), len(pairs))
        pairs = *pairs[:place], (pairs[place][0] if place < len(pairs) else name, value), *pairs[place + 1:]
    return pairs


def test_other_members_are_the_same_for_another_parser_and_undo_restores_them(helper, home):
    pick = random.Random(20)
    for _ in range(60):
        text = odd_config(pick)
        home.write(CONFIG, text)
        before = read_exactly(text)
        made = configure(helper, "acme.azurecr.io", "--creds-store", "--replace")
        assert made.status == 0, (text, made)
        helpers = next((value for name, value in before if name.lower() == "credhelpers"), None) or ()
        wanted = set_by_us(before, [("credHelpers", set_by_us(helpers, [("acme.azurecr.io", "acr")])), ("credsStore", "acr")])
        assert read_exactly(text_of(home)) == wanted, text
        assert configure(helper, "--undo").status == 0, text
        assert read_exactly(text_of(home)) == before, text


@pytest.mark.parametrize("text", ['{"credsStore": "a", "credsStore": "b"}', '{"credHelpers": {}, "CredHelpers": {}}', '{"auths": {}, "AUTHS": {}}',
                                  '{"credHelpers": {"gcr.io": "a", "gcr.io": "b"}}', '{"auths": {"a": [{"b": 1, "b": 2}]}}',
                                  '{"credsStore": "a", "creds\\u0053tore": "b"}'])
def test_duplicate_names_are_an_error(helper, home, text):
    """Parsers treat them differently."""
    home.write(CONFIG, text)
    refused(helper, home, "several members named")
    assert text_of(home) == text


def test_names_that_differ_only_in_case_are_different_if_docker_distinguishes_them(helper, home):
    home.write(CONFIG, '{"HttpHeaders": {"x-a": "1", "X-A": "2"}, "credHelpers": {"ACME.azurecr.io": "pass"}}')
    assert configure(helper, "acme.azurecr.io").status == 0
    assert configure(helper, "reader.azurecr.io").status == 0
    assert configure(helper, "--undo").status == 0
    assert json.loads(text_of(home))["credHelpers"] == {"ACME.azurecr.io": "pass"}


def test_the_file_is_formatted_as_docker_writes_it_or_keeps_its_indentation(helper, home):
    for text, indent in (('{"a":[ ],"b":{"c" : [1,2]}}', "\t"), ('{\n  "a": [],\n  "b": {"c": [1, 2]}\n}\n', "  ")):
        home.write(CONFIG, text)
        assert configure(helper, "acme.azurecr.io").status == 0
        wanted = {**json.loads(text), "credHelpers": {"acme.azurecr.io": "acr"}}
        assert text_of(home) == json.dumps(wanted, indent=indent) + ("\n" if text.endswith("\n") else "")
        assert configure(helper, "--undo").status == 0
        assert text_of(home) == json.dumps(json.loads(text), indent=indent) + ("\n" if text.endswith("\n") else "")


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o660])
def test_mode_and_group_are_kept(helper, home, mode):
    path = home.write(CONFIG, "{}", mode)
    if has("users"):
        give_away(path, owner=0, group=12)
    before = path.stat()
    configure(helper, "acme.azurecr.io")
    after = path.stat()
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)


def test_a_new_file_is_private(helper, home):
    (home.folder / CONFIG).unlink()
    configure(helper, "acme.azurecr.io", "--podman")
    for path in (CONFIG, ".config/containers/auth.json"):
        assert stat.S_IMODE((home.folder / path).stat().st_mode) == 0o600


def test_a_link_stays_a_link(helper, home):
    (home.folder / CONFIG).unlink()
    target = home.write("dotfiles/docker.json", "{}")
    (home.folder / CONFIG).symlink_to("../dotfiles/docker.json")
    assert configure(helper, "acme.azurecr.io").status == 0
    assert (home.folder / CONFIG).is_symlink() and "acme.azurecr.io" in target.read_text()
    assert configure(helper, "--undo").status == 0
    assert (home.folder / CONFIG).is_symlink() and target.read_text() == "{}"


def refused(helper, home, words, **more):
    before = home.snapshot()
    answer = configure(helper, "acme.azurecr.io", **more)
    assert answer.status == 1 and words in answer.err and answer.err.count("\n") == 1, answer
    assert home.snapshot() == before


def test_a_read_only_file_is_an_error(helper, home):
    home.write(CONFIG, "{}", 0o400)
    refused(helper, home, "is read-only (mode 0400)")


def test_a_kubernetes_secret_is_an_error(helper, home):
    (home.folder / CONFIG).unlink()
    home.write(".docker/..2026_01_01/config.json", "{}")
    (home.folder / ".docker/..data").symlink_to("..2026_01_01")
    (home.folder / CONFIG).symlink_to("..data/config.json")
    refused(helper, home, "is mounted from a Kubernetes secret")


def test_a_file_with_several_hard_links_is_an_error(helper, home):
    os.link(home.folder / CONFIG, home.folder / "backup.json")
    refused(helper, home, "hard links")


def test_a_dangling_link_is_an_error(helper, home):
    (home.folder / CONFIG).unlink()
    (home.folder / CONFIG).symlink_to("nowhere")
    refused(helper, home, "does not exist")


def test_a_file_of_another_user_is_an_error_that_names_it(helper, home):
    give_away(home.folder / CONFIG, owner=1)
    refused(helper, home, "belongs to daemon: run this as daemon")
    give_away(home.folder / CONFIG, owner=0)
    (home.folder / CONFIG).unlink()
    give_away(home.folder / ".docker", owner=1)
    refused(helper, home, "belongs to daemon")


@pytest.mark.needs("mounts")
@pytest.mark.parametrize("what, words", [(".docker", "read-only file system"), (CONFIG, "a mount point")])
def test_a_mount_is_an_error(helper, home, what, words):
    path = str(home.folder / what)
    mount = f"mount --bind {path} {path}" + ("" if what == CONFIG else f" && mount -o remount,bind,ro {path}")
    refused(helper, home, words, prefix=("unshare", "-m", "sh", "-c", mount + ' && exec "$@"', "-"))


def test_a_config_that_changes_meanwhile_is_not_overwritten(helper, home):
    """strace stops the program before the rename; meanwhile docker writes the file."""
    if os.environ.get("ACR_SANITIZED"):
        pytest.skip("not for a sanitizer's build")
    home.write(CONFIG, "{}")
    run = subprocess.Popen(
        ["strace", "-f", "-o", "/dev/null", "-e", "trace=fsync", "-e", "inject=fsync:delay_enter=1500000",
         str(home.program), "configure", "--no-check", "acme.azurecr.io"],
        env=home.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 20
    while not list((home.folder / ".docker").glob(".docker-credential-acr-*")) and time.monotonic() < deadline:
        time.sleep(0.05)
    home.write(CONFIG, '{"auths": {"quay.io": {}}}')
    _, err = run.communicate(timeout=60)
    assert run.returncode == 1 and "another program just changed" in err
    assert text_of(home) == '{"auths": {"quay.io": {}}}'
    assert not list((home.folder / ".docker").glob(".docker-credential-acr-*"))


def on_a_terminal(home, answer, *arguments, question=b"[y/N]"):
    """Runs configure on a terminal and answers its question; returns its output and its exit status."""
    child, terminal = pty.fork()
    if child == 0:
        os.execve(home.program, [str(home.program), "configure", "--no-check", *arguments], home.env)
    shown, answered = b"", False
    while True:
        if not select.select([terminal], [], [], 20)[0]:
            os.kill(child, signal.SIGKILL)
            break
        try:
            some = os.read(terminal, 4096)
        except OSError:
            break
        shown += some
        if not answered and question in shown:
            os.write(terminal, answer)
            answered = True
        if not some:
            break
    return shown.decode(), os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_the_user_is_asked_before_another_helper_loses_a_registry(helper, home):
    other = '{"credHelpers": {"acme.azurecr.io": "acr-env"}}'
    home.write(CONFIG, other)
    shown, status = on_a_terminal(home, b"\n", "acme.azurecr.io")
    assert "Assign it to docker-credential-acr instead? [y/N]" in shown and status == 1
    assert text_of(home) == other
    shown, status = on_a_terminal(home, b"y\n", "acme.azurecr.io")
    assert status == 0 and json.loads(text_of(home)) == json.loads(other.replace("acr-env", "acr"))


@pytest.mark.parametrize("answer, chosen", [(b"2, 6\n", ["acme.azurecr.io", "reader.azurecr.io"]), (b"9\n", None), (b"\n", None),
                                            (b"all\n", ["abac", "acme", "admin", "contoso", "public", "reader"])], ids=["two", "none-such", "none", "all"])
def test_the_user_chooses_from_the_registries_found(helper, home, cloud, answer, chosen):
    home.env.update(cloud.environment(APP))
    home.write(CONFIG, "{}")
    shown, status = on_a_terminal(home, answer, "--discover", question=b"or all): ")
    if chosen is None:
        assert status == 1 and text_of(home) == "{}", shown
        return
    assert status == 0 and "  2  acme.azurecr.io" in shown
    assert list(json.loads(text_of(home))["credHelpers"]) == [name if "." in name else f"{name}.azurecr.io" for name in chosen]


def test_another_program_of_the_same_name_earlier_in_path_is_reported(helper, home):
    impostor = home.write("bin/docker-credential-acr", "#!/bin/sh\necho acr-env 1.0\n", 0o755)
    answer = helper("configure", "--creds-store", env={"PATH": f"{impostor.parent}:{home.env['PATH']}"})
    assert answer.status == 1 and f"docker would run {impostor}, another program" in answer.err
    answer = helper("configure", "--creds-store", env={"PATH": "/usr/bin:/bin"})
    assert answer.status == 1 and "docker will not find it" in answer.err


def test_the_existing_helpers_of_podman_stay_in_its_list(helper, home):
    home.write(".config/containers/registries.conf", "# mine\nunqualified-search-registries = ['docker.io']\n"
               "credential-helpers = [\n  'containers-auth.json', # first, not \"another\" or 'a third'\n  \"secretservice\",\n]\n[[registry]]\n")
    path = ".config/containers/registries.conf.d/99-docker-credential-acr.conf"
    assert configure(helper, "--containers-registries").status == 0
    assert 'credential-helpers = ["containers-auth.json", "secretservice", "acr"]\n' in text_of(home, path)
    assert "nothing to change" in configure(helper, "--containers-registries").out
    home.write(path, text_of(home, path) + "# a remark\n")
    assert configure(helper, "--undo").status == 0
    assert text_of(home, path).endswith('["containers-auth.json", "secretservice"]\n# a remark\n')


def test_the_timer_is_enabled_and_disabled_with_a_link_for_systemd(helper, home):
    unit = home.write(".config/systemd/user/docker-credential-acr-renew.timer", "[Timer]\nOnCalendar=hourly\n")
    link = home.folder / ".config/systemd/user/timers.target.wants/docker-credential-acr-renew.timer"
    assert configure(helper, "--timer").status == 0
    assert os.readlink(link) == str(unit)
    assert "nothing to change" in configure(helper, "--timer").out
    assert configure(helper, "--undo", "--timer").status == 0
    assert not link.parent.exists() and unit.exists()


# killed writers

def test_a_temporary_file_of_a_killed_configure_is_removed_even_without_a_change(helper, home):
    home.write(CONFIG, WITH_OTHERS)
    assert configure(helper, "acme.azurecr.io").status == 0
    for again in (["acme.azurecr.io"], ["--undo"]):
        left = home.write(".docker/.docker-credential-acr-0123456789abcdef", WITH_OTHERS)
        other = home.write(".docker/.tmp-0123456789abcdef", "another program's")
        assert configure(helper, *again).status == 0
        assert not left.exists() and other.exists()


def test_a_report_replaces_a_file_that_others_could_read_and_does_not_block(helper, home):
    report = home.write("report.txt", "old", mode=0o644)
    helper("diagnose", "--report", str(report), timeout=90)
    assert "a diagnosis" in report.read_text() and report.stat().st_mode & 0o777 == 0o600
    pipe = home.folder / "pipe"
    os.mkfifo(pipe, 0o644)
    link = home.folder / "link"
    link.symlink_to(report)
    before = report.read_bytes()
    for path in (pipe, link):
        answer = helper("diagnose", "--report", str(path), timeout=90)
        assert answer.status == 1 and "not a regular file" in answer.err, answer
    assert stat.S_ISFIFO(pipe.lstat().st_mode) and link.is_symlink() and report.read_bytes() == before


def test_undo_removes_the_entry_from_a_podman_file_of_any_name(helper, home):
    path = home.folder / "podman-login.json"
    env = {"REGISTRY_AUTH_FILE": str(path)}
    assert helper("configure", "acme.azurecr.io", "--podman", "--no-check", env=env).status == 0
    assert "acme.azurecr.io" in path.read_text()
    assert helper("configure", "--undo", "--podman", env=env).status == 0
    assert not path.exists()
    assert "acme.azurecr.io" in (home.folder / ".docker/config.json").read_text()
