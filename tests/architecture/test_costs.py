# SPDX-License-Identifier: Apache-2.0
"""The costs of a run, counted and never timed, compared with tests/bench/costs.json.

A change that increases one of them changes the figure in the same commit and says why:

    tests/bench/run --record
"""
import json
import shutil
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).resolve().parents[1] / "bench"
sys.path.insert(0, str(BENCH))

from costs import RECORD, Costs  # noqa: E402
from counts import compile_c, twin_of  # noqa: E402

pytestmark = pytest.mark.plain
MARGIN = 0.05
GOALS = {"instructions": 120_000, "system_calls": 25, "libraries": 3, "memory": 3 * 1024}


@pytest.fixture
def costs(home, cloud, tmp_path):
    if not twin_of(home.program).exists():
        pytest.skip("needs the empty twin that meson builds beside the program")
    for tool in ("valgrind", "strace", "cc"):
        if not shutil.which(tool):
            pytest.skip(f"needs {tool}")
    return Costs(home, cloud, compile_c("race", tmp_path, ["-O2"]), compile_c("bare", tmp_path))


@pytest.fixture
def recorded():
    return json.loads(RECORD.read_text())


def test_a_run_executes_no_more_instructions_than_recorded(costs, recorded):
    """Counted by callgrind. Fewer are allowed."""
    counted = costs.instructions()
    for work, figure in recorded["instructions"].items():
        assert counted[work] <= (1 + MARGIN) * figure, f"{work}: {counted[work]:,} instructions, recorded {figure:,}"
    assert counted["hit"] <= GOALS["instructions"]


def test_a_hit_makes_no_more_system_calls_than_recorded(costs, recorded):
    counted = costs.system_calls()
    assert all(counted[work] <= calls for work, calls in recorded["system_calls"].items()), counted
    assert counted["hit"] <= GOALS["system_calls"]


def test_a_hit_maps_no_more_libraries_than_recorded(costs, recorded):
    mapped = costs.libraries()
    assert all(set(mapped[work]) <= set(names) for work, names in recorded["libraries"].items()), mapped
    assert len(mapped["hit"]) <= GOALS["libraries"]


def test_a_hit_takes_no_more_memory_than_recorded(costs, recorded):
    """How much of libc the kernel maps around a page fault depends on its page cache: half as much again is noise."""
    peak = costs.memory()["hit"]
    assert peak <= recorded["memory"]["hit"] * 1.5, f"{peak} KiB"
    assert peak <= GOALS["memory"]


def test_a_get_without_a_cache_sends_the_recorded_requests_and_the_next_registry_needs_no_entra(costs, recorded):
    assert costs.requests() == recorded["requests"]


def test_the_keyring_gets_no_more_calls_than_recorded(costs, recorded):
    for tool in ("dbus-daemon", "dbus-monitor", "gnome-keyring-daemon"):
        if not shutil.which(tool):
            pytest.skip(f"needs {tool}")
    counted = costs.bus_calls()
    assert counted.keys() == recorded["bus_calls"].keys()
    for verb, calls in counted.items():
        assert 0 < calls <= recorded["bus_calls"][verb], f"{verb}: {calls} calls"
