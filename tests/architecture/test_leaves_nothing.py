# SPDX-License-Identifier: Apache-2.0
"""The suite touches nothing of whoever runs it: tests that start clients and make files, in a home and a folder for temporary
files that are empty before, and after."""
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parents[1]
# Each kind of test that once left something: az in ~/.azure, homes of explain, an engine's client, a desktop's session.
TESTS = [("rules/test_explain.py", "file"), ("rules/test_remedies.py", "usage"), ("e2e/test_pasted.py", ""),
         ("e2e/test_azure_cli.py", "without_starting_az"), ("e2e/test_keychain.py", "schema_of_docker"),
         ("transcripts/test_disk.py", "files_are_private"), ("transcripts/test_escapes.py", "")]


def traces(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


@pytest.fixture
def theirs():
    """With short names: sockets are made below."""
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
