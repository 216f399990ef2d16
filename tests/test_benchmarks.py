"""The benchmarks run: each command at a tiny size, its figures and goals. How fast anything is, is not looked at."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent


def measured(name: str, objects: int, *only: str) -> dict[str, dict[str, Any]]:
    """The figures of a benchmark by what they are, from its own command; no Pulumi CLI is on its PATH."""
    options = [option for part in only for option in ("--only", part)]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", name, "--objects", str(objects), "--rounds", "1", "--json", *options],
        cwd=ROOT,
        env={**os.environ, "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout, done.stderr[-2000:]
    figures = json.loads(done.stdout)[name]
    assert done.returncode == int(any(figure["met"] is False for figure in figures))
    assert all(figure["measured"] and (figure["met"] is None) == (not figure["goal"]) for figure in figures)
    return {figure["what"]: figure for figure in figures}


def test_requests_and_payload_meet_their_goals() -> None:
    """Counts and bytes do not depend on the machine, so their goals are met at any size."""
    for name in ("requests", "payload"):
        figures = measured(name, 4)
        goals = [figure for figure in figures.values() if figure["goal"]]
        assert goals
        assert all(figure["met"] for figure in goals), goals


def test_the_way_of_an_account_into_code_writes_nothing() -> None:
    """At any size."""
    writes = [figure["measured"] for what, figure in measured("adopt", 30).items() if what.endswith(": writes")]
    assert writes == ["0"] * 4


def test_overhead_compares_equal_outputs() -> None:
    """All contenders hold outputs of the same size, and each of ours is compared with the one that only stores them."""
    figures = measured("overhead", 4)
    sizes = figures["bytes of all inputs and outputs"]["measured"].split(", ")
    counts = {int(size.rpartition(": ")[2]) for size in sizes if ": " in size}
    # The mark of an account has two letters more for the embedded emulator.
    assert counts <= {min(counts), min(counts) + 4 * len("emulator") - 4 * len("vendor")}
    apis = ("plain API", "emulator, TCP", "emulator, embedded")
    compared = [what for what, figure in figures.items() if figure["goal"]]
    assert compared == [f"{name} / stores only" for name in apis] + [
        f"{name}: CPU of a resource without a change, beyond stores only" for name in apis
    ]


def test_overhead_of_chosen_contenders() -> None:
    """With contenders chosen only these run, beside the one that everything is compared with."""
    figures = measured("overhead-local-engine", 2, "plain API")
    assert list(figures) == [
        *(f"{name}: {what}" for name in ("stores only", "plain API") for what in ("wall s", "CPU")),
        "plain API / stores only",
    ]


def test_overhead_with_the_cli_says_that_it_was_skipped() -> None:
    """Without a Pulumi CLI on PATH the comparison through it says so, and nothing is missed."""
    assert list(measured("overhead-cli", 4)) == ["skipped"]


@pytest.mark.parametrize(
    ("name", "goals"), [("memory", 2), ("emulator", 1), ("startup", 2), ("local-engine", 4), ("group", 9)]
)
def test_a_benchmark_gives_its_figures(name: str, goals: int) -> None:
    """Each figure of the README comes out of its command, with its goal."""
    figures = measured(name, 2)
    assert sum(bool(figure["goal"]) for figure in figures.values()) == goals
