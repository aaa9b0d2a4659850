# SPDX-License-Identifier: Apache-2.0
"""Calls and includes go only to lower layers; a heavy library has one file; only the front writes to stdout."""
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted([*ROOT.glob("src/**/*.[ch]"), *ROOT.glob("src/**/*.def"), *ROOT.glob("include/acr/*.h")])
CODE = [path for path in SOURCES if path.suffix == ".c"]
# From the lowest layer up. Layers of the same height do not use each other.
HEIGHT = {"base": 0, "http": 1, "store": 1, "registry": 2, "identity": 3, "broker": 4, "explain": 5, "front": 6, "configure": 7,
          "kubelet": 7, "diagnose": 7}
# The layer that implements a header of include/acr.
SEAM = {"app": "base", "error": "base", "message": "base", "who": "base", "secret": "base", "config": "base", "http": "http", "store": "store", "portal": "store",
        "registry": "registry", "arm": "registry", "token": "registry", "identity": "identity", "sign_in": "store", "login": "identity", "broker": "broker",
        "rule": "explain", "check": "diagnose", "command": "front"}
# Libraries that are loaded at first use: the prefixes of their headers, and the layer that may include them.
HEAVY = {"curl/": "http", "libsecret/": "store", "glib": "store", "gio/": "store", "openssl/": "identity"}
# What a file may use directly, and why.
MAY = {"bus_child.c": {"environ"},  # the forked child shows GLib an environment of its own
       "replace_file.c": {"time("}}  # the age of a file, by the clock that stamped it


def layer(path):
    """Returns the layer of a source or of a header in include/acr; None for main.c, which is above all layers."""
    parts = path.relative_to(ROOT).parts
    if parts[0] == "include":
        return SEAM.get(path.stem)
    return parts[1] if len(parts) > 2 else None


def includes(path):
    text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.S)
    return re.findall(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', text, re.M)


def bare(path):
    """Returns the code without comments and strings."""
    return re.sub(r'/\*.*?\*/|"(\\.|[^"\\])*"', "", path.read_text(encoding="utf-8"), flags=re.S)


def name_of(path):
    return str(path.relative_to(ROOT))


def test_every_source_belongs_to_a_layer_and_every_interface_to_one():
    lost = [name_of(path) for path in SOURCES if layer(path) not in HEIGHT and path.name != "main.c"]
    assert not lost, f"add them to HEIGHT or SEAM: {lost}"


def test_includes_only_go_to_lower_layers():
    upward = []
    for path in SOURCES:
        here = layer(path)
        for name in includes(path) if here else []:
            folder, _, file = name.partition("/")
            other = SEAM.get(file[:-2]) if folder == "acr" else folder
            if other in HEIGHT and other != here and HEIGHT[other] >= HEIGHT[here]:
                upward.append(f"{name_of(path)} ({here}) includes {name} ({other})")
    assert not upward, upward


@pytest.mark.parametrize("prefix", HEAVY)
def test_a_heavy_library_is_named_only_in_its_layer(prefix):
    users = {name_of(path) for path in SOURCES for name in includes(path) if name.startswith(prefix)}
    assert all(user.startswith(f"src/{HEAVY[prefix]}/") for user in users), users


@pytest.mark.parametrize("prefix", ["curl/", "libsecret/", "openssl/"])
def test_a_heavy_library_has_one_file(prefix):
    """And the header of that file, which declares the functions that it loads."""
    users = {path.stem for path in SOURCES if any(name.startswith(prefix) for name in includes(path))}
    assert len(users) <= 1, users


def test_only_the_front_writes_to_stdout():
    """No other layer uses stdio, or the descriptor that docker reads."""
    stdio = re.compile(r"\b(?:printf|puts|putchar|vprintf|fprintf|fputs|fwrite|perror)\s*\(|\bstdout\b")
    found = {name_of(path): stdio.findall(bare(path)) + re.findall(r"app->out\b(?!\s*=[^=])", bare(path))
             for path in CODE if HEIGHT.get(layer(path), 9) < HEIGHT["front"] or path.parent.name == "checks"}
    assert not {name: words for name, words in found.items() if words}


def test_only_the_app_uses_environment_clock_and_programs_of_the_process():
    """The environment, the clock, other programs: tests replace them."""
    found = {}
    for path in CODE:
        words = set(re.findall(r"\b(?:getenv|secure_getenv|time|gettimeofday|system|popen)\s*\(|\benviron\b", bare(path)))
        if path.name != "main.c" and (words := words - MAY.get(path.name, set())):
            found[name_of(path)] = words
    assert not found


@pytest.mark.parametrize("call, file", [("mkdir", "folder.c"), ("mkdirat", "folder.c"), ("mkdtemp", "folder.c"),
                                        ("execve", "process.c"), ("execveat", "process.c"), ("fexecve", "process.c")])
def test_calls_that_need_a_check_are_in_one_file(call, file):
    """The file that creates folders checks their owner; the file that starts programs checks who can write them."""
    users = {path.name for path in CODE if re.search(rf"\b{call}\s*\(", bare(path))}
    assert users <= {file}, users


def test_only_one_file_starts_programs():
    others = re.compile(r"\b(?:execl|execlp|execle|execv|execvp|execvpe|posix_spawn|posix_spawnp|wordexp)\s*\(")
    assert not {name_of(path): others.findall(bare(path)) for path in CODE if others.search(bare(path))}


def test_a_file_has_one_purpose():
    long = {name_of(path): size for path in CODE if (size := len(path.read_text(encoding="utf-8").splitlines())) > 400}
    assert not long


def test_a_file_states_its_license_and_its_purpose():
    mute = []
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        if path.suffix != ".def" and (not text.startswith("/* SPDX-License-Identifier: Apache-2.0 */\n") or text.count("/*") < 2):
            mute.append(name_of(path))
    assert not mute


def test_a_header_names_existing_files():
    """In the headings above declarations: "---- edit.c: ... ----"."""
    lost = [f"{name_of(path)}: {name}" for path in SOURCES if path.suffix == ".h"
            for heading in re.findall(r"/\* ---- (.*?) ---- \*/", path.read_text(encoding="utf-8"), re.S)
            for name in re.findall(r"\w+\.c\b", heading) if not (path.parent / name).exists()]
    assert not lost


def test_every_file_is_built(program):
    """src/meson.build lists files or takes them from the rows of tables: a file that is in neither is never compiled."""
    database = program.parent.parent / "compile_commands.json"
    if not database.exists():
        pytest.skip("the program does not lie in a build folder")
    built = {row["file"].rpartition("/src/")[2] for row in json.loads(database.read_text(encoding="utf-8"))}
    lost = {name_of(path).removeprefix("src/") for path in CODE} - built
    assert not lost


def test_only_the_chain_asks_an_identity():
    """One file decides which identities are tried, in which order, and what a failure means for the next one."""
    asking = [name_of(path) for path in SOURCES if re.search(r"(->|\.)acquire\(", path.read_text())]
    assert asking and all(name.startswith("src/identity/") for name in asking), asking
