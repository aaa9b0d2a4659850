# SPDX-License-Identifier: Apache-2.0
"""How the program is built: properties that a distribution checks before it ships a program."""
import json
import re
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.plain


@pytest.fixture(scope="module")
def readelf(program):
    return lambda *options: subprocess.run(["readelf", "-W", *options, program], check=True, capture_output=True,
                                           text=True).stdout


def test_it_is_position_independent(readelf):
    assert re.search(r"Type:\s+DYN", readelf("-h")) and "PIE" in readelf("-d")


def test_its_relocations_are_read_only_and_bound_at_start(readelf):
    assert "GNU_RELRO" in readelf("-l") and re.search(r"BIND_NOW|FLAGS_1.*NOW", readelf("-d"))


def test_no_segment_is_writable_and_executable(readelf):
    segments = re.findall(r"^\s+(\w+)\s+0x\S+ 0x\S+ 0x\S+ 0x\S+ 0x\S+ (\S*\s?\S*\s?\S*) 0x", readelf("-l"), re.M)
    assert segments and not [one for one in segments if "W" in one[1] and "E" in one[1]]
    stack = [flags for name, flags in segments if name == "GNU_STACK"]
    assert stack and "E" not in stack[0]


def test_it_uses_the_fortified_functions(readelf):
    symbols = readelf("--dyn-syms")
    assert "__stack_chk_fail" in symbols and re.search(r"__(v?s?n?printf|memcpy|read)_chk", symbols)


def notes(*files):
    """Returns the x86 features that an ELF file declares to the kernel: {"IBT", "SHSTK"}."""
    # It exits with 1 for an unknown note, such as the one that lists libraries that are loaded later.
    text = subprocess.run(["readelf", "-n", *files], check=False, capture_output=True, text=True).stdout
    return set(re.findall(r"\b(IBT|SHSTK)\b", "".join(re.findall(r"x86 feature: (.*)", text))))


def test_it_is_marked_for_a_shadow_stack(program, readelf):
    if "X86-64" not in readelf("-h"):
        pytest.skip("a property of x86-64")
    assert "SHSTK" in notes(program)


def test_it_is_marked_for_indirect_branches_if_the_start_files_are(program, readelf):
    """The mark would be wrong if the start files did not comply; the program's own code does."""
    if "X86-64" not in readelf("-h"):
        pytest.skip("a property of x86-64")
    start = [subprocess.run(["cc", f"-print-file-name={name}"], check=True, capture_output=True, text=True).stdout.strip()
             for name in ("Scrt1.o", "crti.o", "crtn.o", "crtbeginS.o", "crtendS.o")]
    assert ("IBT" in notes(program)) == all("IBT" in notes(file) for file in start)
    code = subprocess.run(["objdump", "-d", "--no-show-raw-insn", program], check=True, capture_output=True, text=True).stdout
    assert re.search(r"<main>:\n[^\n]*endbr64", code) or code.count("endbr64") > 100


def test_it_exports_only_what_the_loader_needs(readelf):
    """free and similar functions are replaced by ones that wipe, so libcurl and GLib use them, too; everything else is
    hidden."""
    exported = {row.split()[7].split("@")[0] for row in readelf("--dyn-syms").splitlines()
                if len(row.split()) > 7 and row.split()[4] == "GLOBAL" and row.split()[6].isdigit()}
    assert not [name for name in exported if name.startswith("acr_")], exported
    assert len(exported) < 12, exported


def test_it_lists_the_libraries_that_it_loads_later_for_packagers(program, tmp_path):
    """The .note.dlopen section (systemd.io/ELF_DLOPEN_METADATA): rpm and dpkg tools read dependencies from it."""
    section = tmp_path / "note"
    subprocess.run(["objcopy", "-O", "binary", "--only-section=.note.dlopen", "--set-section-flags", ".note.dlopen=alloc",
                    program, section], check=True)
    found = [json.loads(text) for text in re.findall(rb"\[\{.*?\}\]", section.read_bytes(), re.S)]
    names = {soname for rows in found for row in rows for soname in row["soname"]}
    assert {"libcurl.so.4", "libsecret-1.so.0"} <= names, names
    assert all({"feature", "description", "priority"} <= set(row) for rows in found for row in rows)


def test_it_contains_no_path_of_its_sources(program):
    assert str(Path(__file__).resolve().parents[2]).encode() not in program.read_bytes()
