# SPDX-License-Identifier: Apache-2.0
"""The suite changes nothing outside: tests that start clients and create files run with a home directory and a temporary
directory that are empty before and after."""
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parents[1]
# Tests of each kind that once left files: az in ~/.azure, homes of explain, a client of an engine, a desktop session.
TESTS = [("rules/test_explain.py", "file"), ("rules/test_remedies.py", "usage"), ("e2e/test_pasted.py", ""),
         ("e2e/test_azure_cli.py", "without_starting_az"), ("e2e/test_keychain.py", "schema_of_docker"),
         ("transcripts/test_disk.py", "files_are_private"), ("transcripts/test_escapes.py", "")]


def traces(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


@pytest.fixture
def theirs():
    """The names are short because sockets are created below."""
    made = [Path(tempfile.mkdtemp(prefix="h")), Path(tempfile.mkdtemp(prefix="t"))]
    yield made
    for folder in made:
        shutil.rmtree(folder)


@pytest.mark.plain
@pytest.mark.parametrize("path, words", TESTS, ids=[path for path, _ in TESTS])
def test_the_tests_leave_no_file_in_the_home_or_temporary_directory(program, theirs, path, words):
    home, temporary = theirs
    ran = subprocess.run([sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "--rootdir", HERE, HERE / path, "-k", words],
                         env={**os.environ, "HOME": str(home), "TMPDIR": str(temporary)}, capture_output=True, text=True, check=False)
    assert ran.returncode == 0 and " passed" in ran.stdout, ran.stdout
    assert traces(home) == [] and traces(temporary) == []
