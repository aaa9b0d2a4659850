# SPDX-License-Identifier: Apache-2.0
"""The fixtures of every black-box test: the program, the cloud, a separate home, and a helper to run it with.

    def test_a_second_get_sends_no_request(helper, cloud):
        signed_in = cloud.environment(APP)
        assert helper.get("acme.azurecr.io", env=signed_in).status == 0
        assert helper.get("acme.azurecr.io", env=signed_in).requests == []

See README.md in this folder.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path[:0] = [str(HERE), str(HERE / "cloud")]

from client import Cloud  # noqa: E402
from homes import NAME, NOBODY, Helper, Home, as_user, give_away, needs  # noqa: E402


def settle(folder):
    """The home and the temporary directory of everything that the tests start, so that they use none of the user's."""
    os.chmod(folder, 0o755)  # tests as another user
    for name, mode in (("home", 0o700), ("t", 0o1777)):
        os.mkdir(f"{folder}/{name}")
        os.chmod(f"{folder}/{name}", mode)
    os.environ.update(HOME=f"{folder}/home", TMPDIR=f"{folder}/t")
    tempfile.tempdir = None


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    config.acr_folder = tempfile.mkdtemp(prefix="acr-")
    settle(config.acr_folder)
    if config.option.basetemp is None:  # pytest would keep its last three
        config.option.basetemp = f"{config.acr_folder}/pytest"
    config.addinivalue_line("markers", "long: takes minutes, or a client that does: for tests/run long")
    config.addinivalue_line("markers", "needs(what): takes a right that not every user has (homes.RIGHTS)")
    config.addinivalue_line("markers", "plain: looks at memory, time or system calls: not for a sanitizer's build")


def pytest_unconfigure(config):
    shutil.rmtree(getattr(config, "acr_folder", ""), ignore_errors=True)


def pytest_collection_modifyitems(config, items):
    if os.environ.get("ACR_SANITIZED"):
        for item in items:
            if item.get_closest_marker("plain"):
                item.add_marker(pytest.mark.skip(reason="not for a sanitizer's build"))
    if not os.environ.get("ACR_LONG"):  # not selected, so not counted as skipped
        later = [item for item in items if item.get_closest_marker("long")]
        config.hook.pytest_deselected(items=later)
        items[:] = [item for item in items if item not in later]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    for mark in item.iter_markers("needs"):
        needs(mark.args[0])


@pytest.fixture(scope="session")
def plain_program(tmp_path_factory):
    """The program with libc's own allocator, for tools that replace it. Built once, in $ACR_BUILD, where tests/run keeps
    its builds."""
    folder = Path(os.environ.get("ACR_BUILD") or tmp_path_factory.mktemp("build")) / "valgrind"
    if not (folder / "build.ninja").exists():
        made = subprocess.run(["meson", "setup", folder, HERE.parent, "-Dwiping_free=false", "-Dtests=false",
                               "-Doptimization=1"], capture_output=True, text=True, check=False)
        assert made.returncode == 0, made.stdout
    built = subprocess.run(["ninja", "-C", folder], capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout[-3000:]
    return folder / "src" / NAME


FIGURES = []


@pytest.fixture
def figures(request):
    """figures(text) adds a line of results to the end of the run."""
    return lambda text: FIGURES.append(f"{request.node.name}: {text}")


def pytest_terminal_summary(terminalreporter):
    if FIGURES:
        terminalreporter.section("figures")
        for line in FIGURES:
            terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def program():
    """The program at $ACR_PROGRAM, under its own name."""
    path = os.environ.get("ACR_PROGRAM")
    if not path:
        pytest.skip("ACR_PROGRAM does not say where the program is")
    assert os.path.basename(path) == NAME and os.access(path, os.X_OK), f"{path} is not {NAME}"
    return Path(path)


@pytest.fixture
def cloud():
    """The stand-in cloud that this process runs in, without faults and without recorded requests."""
    if "CLOUD_DIR" not in os.environ:
        pytest.skip("needs the cloud around it: tests/cloud/cloud run -- ...")
    here = Cloud.from_environment()
    here.no_faults()
    here.mark()
    yield here
    here.no_faults()
    here.the_world_as_it_was()


@pytest.fixture(scope="session")
def engine():
    """Requires a docker engine that responds."""
    if "DOCKER_HOST" not in os.environ:
        pytest.skip("needs a docker engine: tests/cloud/cloud run --docker -- ...")


@pytest.fixture
def home(program):
    """A separate machine for this test."""
    here = Home(program)
    yield here
    here.remove()


@pytest.fixture
def helper(home, cloud):
    """Runs the program in that home; see homes.py."""
    return Helper(home, cloud)


@pytest.fixture
def somebody_else(home):
    """A prefix that runs the program as an ordinary user, in this home, from a folder that everyone can read."""
    give_away(home.runtime, home.folder, *home.folder.rglob("*"))
    folder = tempfile.mkdtemp(prefix="acr-program-")
    os.chmod(folder, 0o755)
    copy = shutil.copy(home.program, folder)
    yield [*as_user(NOBODY), "sh", "-c", f'shift; exec {copy} "$@"', "sh"]
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def empty_package(tmp_path_factory):
    """A Debian package with this name and version and without content, to test commands of curl and apt-get."""
    folder = tmp_path_factory.mktemp("release")
    version = re.search(r"version: '([^']+)'", (HERE.parent / "meson.build").read_text(encoding="utf-8")).group(1)
    (folder / "tree/DEBIAN").mkdir(parents=True)
    (folder / "tree/DEBIAN/control").write_text(f"Package: {NAME}\nVersion: {version}\nArchitecture: amd64\nDescription: empty\n"
                                                "Maintainer: nobody <nobody@example.org>\n", encoding="utf-8")
    subprocess.run(["dpkg-deb", "--build", "--root-owner-group", folder / "tree", folder], check=True, capture_output=True)
    (made,) = folder.glob("*.deb")
    sums = subprocess.run(["sha256sum", made.name], cwd=folder, check=True, capture_output=True).stdout
    (folder / "SHA256SUMS").write_bytes(sums)
    return made


@pytest.fixture
def no_keyring(home):
    """The kernel keyring belongs to the user, not to this home: other tests may use it."""
    home.env["DOCKER_CREDENTIAL_ACR_CACHE"] = "file"


@pytest.fixture
def keyring():
    """Returns a function that lists the helper's keys in the user's kernel keyring, which is cleared before and after the
    test."""
    def keyctl(*words):
        return subprocess.run(["keyctl", *words], capture_output=True, text=True, check=False).stdout

    def ours():
        described = {key: keyctl("rdescribe", key) for key in keyctl("rlist", "@u").split()}
        return {key: text for key, text in described.items() if NAME in text}

    def clear():
        for key in ours():
            keyctl("unlink", key, "@u")
    clear()
    yield lambda: list(ours().values())
    clear()
