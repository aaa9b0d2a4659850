# SPDX-License-Identifier: Apache-2.0
"""Any user can run the tests: a right that not every user has is a row of homes.RIGHTS, and a test that needs it is skipped with
the reason in that row. "Am I root" is the wrong question: root of a user namespace with one user cannot act as another user."""
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
# The table itself, code that creates namespaces, and tests that only root runs.
OTHERS = {TESTS / "homes.py", Path(__file__).resolve(), *(TESTS / "cloud").glob("*"), *(TESTS / "packs").glob("*")}
OWN_WAY = re.compile(r"\bos\.(?:geteuid|seteuid|setuid|setresuid)\b|\bos\.l?chown\(|\bsetpriv\W+f?\W*--reuid|\bshutil\.chown\(")


@pytest.mark.parametrize("file", sorted(set(TESTS.rglob("*.py")) - OTHERS), ids=lambda file: str(file.relative_to(TESTS)))
def test_no_test_checks_its_own_user_id(file):
    assert not OWN_WAY.findall(file.read_text(encoding="utf-8"))


def test_a_missing_right_skips_the_test_with_a_reason(monkeypatch):
    import homes
    monkeypatch.setitem(homes.RIGHTS, "wings", ("to fly needs wings", lambda: False))
    with pytest.raises(pytest.skip.Exception, match="to fly needs wings"):
        homes.needs("wings")
