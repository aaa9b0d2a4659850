# SPDX-License-Identifier: Apache-2.0
"""Runs the *.t files of this folder and compares the output byte for byte. script.py describes the format."""
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
