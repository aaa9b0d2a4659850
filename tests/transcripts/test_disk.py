# SPDX-License-Identifier: Apache-2.0
"""Home directories that are missing, not accessible, full or damaged. A fault of the cache never fails a get; a store
reports its failure."""
import os
import resource
import stat
import subprocess
import threading
import time

import pytest
from client import APP
from homes import NAME, NOT_FOUND, give_away, needs

ACME = "acme.azurecr.io"
XDG = ("XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME")


@pytest.fixture
def signed_in(cloud):
    return cloud.environment(APP)


def mounted(script, command='exec "$0" "$@"'):
    """Returns a prefix that runs the program ("$0") with its own mounts."""
    needs("mounts")
    return ["unshare", "-m", "--propagation", "private", "sh", "-ec", f"{script}\n{command}"]


def read_only(*folders):
    return "".join(f"mount --bind {one} {one}\nmount -o remount,ro,bind {one}\n" for one in folders)


def full(folder, size):
    """Moves the files of the folder to a file system of that size, which has no room for more."""
    return f"""
        mkdir -p {folder}
        kept=$(mktemp -d /run/kept.XXXXXX)
        cp -a {folder}/. $kept/
        mount -t tmpfs -o size={size},mode=0700 tmpfs {folder}
        cp -a $kept/. {folder}/
        rm -r $kept
        dd if=/dev/zero of={folder}/filler bs=4k 2>/dev/null || true
        """


def test_without_a_home_directory_a_get_is_served_and_a_store_is_an_error(helper, signed_in, keyring):
    without = ("HOME", "DOCKER_CONFIG", *XDG)
    assert helper.get(ACME, env=signed_in, without=without).status == 0
    assert helper.get("ghcr.io", without=without).out == NOT_FOUND
    assert helper.list(without=without).status == 0
    answer = helper.store("ghcr.io", "developer", "first-password", without=without)
    assert answer.status == 1 and answer.out.count("\n") == 1 and "home" in answer.out


@pytest.mark.parametrize("value", ["", "relative/home", "/nonexistent/home"])
def test_an_invalid_home_directory_does_not_fail_a_get(helper, signed_in, home, keyring, value, tmp_path):
    answer = helper.get(ACME, env={**signed_in, "HOME": value}, without=("DOCKER_CONFIG", *XDG), cwd=tmp_path)
    assert answer.status == 0 and answer.err == ""
    assert list(tmp_path.iterdir()) == [] and not os.path.exists("/nonexistent")


def test_without_a_runtime_folder_the_next_cache_is_used(helper, signed_in, keyring):
    without = ("XDG_RUNTIME_DIR",)
    assert helper.get(ACME, env=signed_in, without=without).exchanges == 1
    assert helper.get(ACME, env=signed_in, without=without).requests == []
    assert helper.erase(ACME, env=signed_in, without=without).status == 0
    assert [name for name in keyring() if "entry_" in name] == []


@pytest.mark.parametrize("wrong", ["open to all", "missing", "relative", "a file", "of somebody else"])
def test_an_invalid_runtime_folder_is_not_written_to(helper, signed_in, home, keyring, wrong):
    folder = home.folder / "runtime"
    if wrong != "missing":
        folder.mkdir(mode=0o700)
    if wrong == "open to all":
        folder.chmod(0o777)
    if wrong == "a file":
        folder.rmdir()
        folder.write_text("")
    if wrong == "of somebody else":
        give_away(folder)
    value = os.path.relpath(folder, home.folder) if wrong == "relative" else str(folder)
    answer = helper.get(ACME, env={**signed_in, "XDG_RUNTIME_DIR": value}, cwd=home.folder)
    assert answer.status == 0 and answer.err == ""
    assert not folder.is_dir() or list(folder.iterdir()) == []


def test_stored_files_are_private(helper, signed_in, home):
    """Whatever the umask and the modes of the folders were before."""
    helper.get(ACME, env=signed_in, preexec_fn=lambda: os.umask(0))
    helper.store("ghcr.io", "developer", "first-password", preexec_fn=lambda: os.umask(0))
    made = [path for top in (home.runtime, home.data) for path in top.rglob("*")]
    assert made
    for path in made:
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), f"{path} has mode {mode:o}"


def test_with_a_read_only_home_directory_gets_are_served_and_stores_fail(helper, home, signed_in):
    prefix = mounted(read_only(home.folder))
    before = home.snapshot()
    assert helper.get(ACME, env=signed_in, prefix=prefix).exchanges == 1
    again = helper.get(ACME, env=signed_in, prefix=prefix)
    assert again.status == 0 and again.exchanges == 0, "the runtime folder can still be written"
    answer = helper.store("ghcr.io", "developer", "first-password", prefix=prefix)
    assert answer.status == 1 and "Read-only" in answer.out and answer.out.count("\n") == 1
    assert helper.erase("ghcr.io", prefix=prefix).status == 0
    assert {path for path in home.snapshot() if path.startswith(str(home.folder))} == set(before)


def test_with_only_read_only_folders_a_get_is_served_without_a_cache(helper, home, signed_in):
    home.config(cache="file")
    prefix = mounted(read_only(home.folder, home.runtime))
    for _ in range(2):
        answer = helper.get(ACME, env=signed_in, prefix=prefix)
        assert answer.status == 0 and answer.exchanges == 1 and answer.err == ""


def test_a_full_disk_fails_no_get(helper, home, signed_in):
    home.config(cache="file")
    assert helper.store("ghcr.io", "developer", "first-password").status == 0
    prefix = mounted(full(home.folder / ".local/share", "32k") + full(home.folder / ".cache", "4k") + full(home.runtime, "4k"))
    answer = helper.get(ACME, env=signed_in, prefix=prefix)
    assert answer.status == 0 and answer.exchanges == 1
    assert helper.get("ghcr.io", prefix=prefix).secret == "first-password"


def test_with_a_full_disk_a_store_fails_and_the_old_login_is_kept(helper, home):
    home.config(keychain="file")
    assert helper.store("ghcr.io", "developer", "first-password").status == 0
    home.canaries.add("second-password")
    home.write("request", '{"ServerURL":"ghcr.io","Username":"developer","Secret":"second-password%s"}' % ("x" * 9000))
    prefix = mounted(full(home.folder / ".local/share", "32k"), """
        "$0" store < "$HOME/request" > "$HOME/said" 2>&1 && exit 9
        echo ghcr.io | "$0" get""")
    answer = helper(prefix=prefix)
    assert answer.status == 0 and answer.secret == "first-password"
    said = (home.folder / "said").read_text()
    assert "No space left" in said and "second-password" not in said


@pytest.mark.needs("mounts")
def test_a_runtime_folder_that_became_read_only_does_not_hide_a_renewed_token(helper, home, signed_in):
    assert helper.get(ACME, env=signed_in).exchanges == 1
    home.age(7300)
    for command in (["mount", "--bind", home.runtime, home.runtime], ["mount", "-o", "remount,ro,bind", home.runtime]):
        subprocess.run(command, check=True)
    try:
        assert helper.get(ACME, env=signed_in).exchanges == 1
        assert helper.get(ACME, env=signed_in).requests == []
    finally:
        subprocess.run(["umount", home.runtime], check=True)


def test_a_file_size_limit_is_an_error_like_a_full_disk_and_not_a_signal(helper, signed_in):
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))
    assert helper.get(ACME, env={**signed_in, "DOCKER_CREDENTIAL_ACR_CACHE": "file"}, preexec_fn=limit).status == 0
    answer = helper.store("ghcr.io", "developer", "first-password", preexec_fn=limit)
    assert answer.status == 1 and answer.out.count("\n") == 1
    assert helper.get("ghcr.io").out == NOT_FOUND


def empty(path):
    path.write_bytes(b"")


def half(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def garbage(path):
    path.write_bytes(os.urandom(4096))


def one_bit(path):
    bytes_ = bytearray(path.read_bytes())
    bytes_[len(bytes_) // 2] ^= 1
    path.write_bytes(bytes_)


def huge(path):
    os.truncate(path, 10 << 30)


def a_link(path):
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


def two_names(path):
    os.link(path, path.with_name("second-name"))


def a_fifo(path):
    path.unlink()
    os.mkfifo(path, 0o600)


def a_folder(path):
    path.unlink()
    path.mkdir(0o700)


def readable_by_all(path):
    path.chmod(0o644)


def somebody_elses(path):
    give_away(path)


@pytest.mark.parametrize("spoil", [empty, half, garbage, one_bit, huge, a_link, two_names, a_fifo, a_folder,
                                   readable_by_all, somebody_elses], ids=lambda one: one.__name__.replace("_", "-"))
def test_a_damaged_cache_entry_is_not_used_and_fails_nothing(helper, signed_in, home, keyring, spoil):
    helper.get(ACME, env=signed_in)
    [entry] = home.entries()
    spoil(entry)
    answer = helper.get(ACME, env=signed_in)
    assert answer.status == 0 and answer.exchanges == 1 and answer.seconds < 5
    assert answer.err == ""


def test_two_parallel_stores_leave_one_complete_login(helper, home):
    home.config(keychain="file")
    threads = [threading.Thread(target=helper.store, args=("ghcr.io", f"user{n}", f"password-of-{n}" * 500))
               for n in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    login = helper.get("ghcr.io").login
    number = login["Username"].removeprefix("user")
    assert login["Secret"] == f"password-of-{number}" * 500
    assert list(helper.list().login) == ["ghcr.io"] and home.temporary_files() == []


def test_parallel_stores_of_different_servers_lose_none(helper, home):
    home.config(keychain="file")
    threads = [threading.Thread(target=helper.store, args=(f"registry{n}.example", "developer", f"password-of-{n}"))
               for n in range(16)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert len(helper.list().login) == 16
    assert helper.get("registry7.example").secret == "password-of-7"


def test_plaintext_storage_is_reported_once_an_hour_and_can_be_disabled(helper, home):
    first = helper.store("ghcr.io", "developer", "first-password")
    assert first.status == 0 and first.err.count("\n") == 1 and "Secret Service" in first.err
    assert helper.store("ghcr.io", "developer", "second-password").err == ""
    home.config(keychain="secret-service")
    refused = helper.store("quay.io", "developer", "third-password")
    assert refused.status == 1 and refused.out.count("\n") == 1
    assert not [path for path, entry in home.files().items() if b"third-password" in entry[1]]


def test_a_wrong_clock_of_the_machine_does_not_matter(helper, cloud):
    """The lifetime of a token does not depend on the difference between the clocks: that of the registry is 15 minutes fast."""
    cloud.fault("skew", service="acr", seconds=900)
    signed_in = cloud.environment(APP)
    assert helper.get(ACME, env=signed_in).status == 0
    time.sleep(0.01)
    assert helper.get(ACME, env=signed_in).requests == []
