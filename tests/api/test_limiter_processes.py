"""Requests a minute, kept by real processes: several threads each, slow answers, and SIGKILL at any moment."""

from __future__ import annotations

import itertools
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pulumi_messaging.api.limiter_store import FILE
from tests.support.api.limiter import Machine, busiest, fairness

ROOT = Path(__file__).parents[2]
WORKER = "tests.support.api.limiter_worker"


def worker(folder: Path, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", WORKER, str(folder), *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def arrivals(process: subprocess.Popen[str]) -> list[float]:
    out, err = process.communicate(timeout=60)
    assert err == ""
    return [float(line) for line in out.split()]


def test_two_processes_of_four_threads_share_fairly_and_fully(tmp_path: Path) -> None:
    """Over several windows: never over the limit, both as often, and at least nine tenths of what it allows."""
    limit, window = 60, 1.5
    processes = [worker(tmp_path, "a", limit, window, 0.01, 4, 6, 0.02) for _ in range(2)]
    counts = [arrivals(process) for process in processes]
    moments = sorted(counts[0] + counts[1])

    assert busiest(moments, window) <= limit
    together = [[moment for moment in each if moment >= max(map(min, counts))] for each in counts]
    assert fairness([len(each) for each in together]) >= 0.95
    windows = (len(moments) - 1) // limit
    assert windows >= 3
    assert windows * window / (moments[windows * limit] - moments[0]) >= 0.9


def test_requests_that_are_long_on_their_way_do_not_exceed_the_limit(tmp_path: Path) -> None:
    """With answers that take up to a third of a window, far beyond the margin, the vendor still sees no more."""
    limit, window = 30, 1.0
    processes = [worker(tmp_path, "a", limit, window, 0.005, 4, 5, 0.3) for _ in range(2)]
    moments = [moment for process in processes for moment in arrivals(process)]

    assert len(moments) > 2 * limit
    assert busiest(moments, window) <= limit


def test_killed_processes_neither_block_nor_break_the_limit(tmp_path: Path) -> None:
    """While processes are killed with SIGKILL at any moment, those that live go on, within the limit."""
    limit, window, margin = 50, 0.5, 0.5
    dice = random.Random(4)
    survivor = worker(tmp_path, "a", limit, window, margin, 2, 6, 0.0)
    moments: list[float] = []
    for _ in range(8):
        victim = worker(tmp_path, "a", limit, window, margin, 4, 60, 0.0)
        time.sleep(0.25 + dice.uniform(0, 0.3))
        victim.send_signal(signal.SIGKILL)
        out, err = victim.communicate(timeout=10)
        assert err == ""
        moments += [float(line) for line in out.split("\n")[:-1]]
    lived = arrivals(survivor)

    assert busiest(moments + lived, window) <= limit
    assert max(later - earlier for earlier, later in itertools.pairwise(lived)) < 4 * (window + margin)


HALF_DONE = """
import sqlite3, sys, time
store = sqlite3.connect(sys.argv[1], isolation_level=None)
store.execute("PRAGMA journal_mode = PERSIST")
store.execute("PRAGMA cache_spill = 1")
store.execute("BEGIN IMMEDIATE")
store.execute("UPDATE requests SET at = at + 30")
print("in the middle", flush=True)
time.sleep(60)
"""


def test_a_process_killed_within_a_step_undoes_it(machine: Machine) -> None:
    """The lock of a process that dies in a transaction is free at once, and nothing of the transaction stays."""
    limiter = machine.limiter(1)
    machine.request(limiter)
    command = [sys.executable, "-c", HALF_DONE, str(machine.store / FILE)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as victim:
        assert victim.stdout is not None
        assert victim.stdout.readline() == "in the middle\n"
        victim.kill()

    assert machine.request(limiter) == pytest.approx(60.5)
    assert machine.said == []
