# SPDX-License-Identifier: Apache-2.0
"""Plays *.t of this folder: whole runs of the program, byte for byte. The format is in script.py."""
from pathlib import Path

import pytest
import script

CASES = [pytest.param(case, id=case.sentence.replace(" ", "-")) for path in sorted(Path(__file__).parent.glob("*.t"))
         for case in script.read(path)]


@pytest.mark.parametrize("case", CASES)
def test_transcript(case, home, helper, cloud, request):
    if any("diagnose" in step.arguments for step in case.steps):
        request.getfixturevalue("engine")
    script.play(case, home, helper, cloud)
