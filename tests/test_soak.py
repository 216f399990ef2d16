"""Each part of the soak runs, small, and meets its goals."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize(
    ("part", "size", "goals"), [("creates", 60, 5), ("kills", 1, 7), ("limits", 20, 3), ("cycles", 1, 3)]
)
def test_a_part_meets_its_goals(part: str, size: int, goals: int) -> None:
    """Through its own command, whose status says the same as its figures."""
    done = subprocess.run(
        [sys.executable, "-m", "soak", part, "--size", str(size), "--json"],
        cwd=ROOT,
        env={**os.environ, "PYTHONWARNINGS": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout, done.stderr[-2000:]
    figures = json.loads(done.stdout)[part]
    missed = [figure for figure in figures if figure["met"] is False]
    assert not missed
    assert done.returncode == 0
    assert sum(bool(figure["goal"]) for figure in figures) == goals


def test_a_missed_goal_is_told_by_the_status() -> None:
    """Creates among which too few faults fire are no success."""
    done = subprocess.run(
        [sys.executable, "-m", "soak", "creates", "--size", "1", "--seed", "0"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "missed" in done.stdout
    assert done.returncode == 1
