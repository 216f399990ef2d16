"""Requests a minute, kept by all threads and processes of a machine: on a virtual clock, and with real processes."""

from __future__ import annotations

import heapq
import itertools
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from api_script import VirtualClock

from pulumi_messaging.api.clock import Clock
from pulumi_messaging.api.limiter import BOOT_ID, FILE, Limiter, TooLate, Turn, account_of

if TYPE_CHECKING:
    from collections.abc import Callable

WORKER = Path(__file__).parent / "limiter_worker.py"
FAR = 1e9


class Machine:
    """A store and a virtual clock; every limiter is a process of its own."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self.time = VirtualClock()
        self.time.elapsed = 1000.0
        self.said: list[str] = []
        self.limiters: list[Limiter] = []

    def limiter(self, limit: int = 3, account: str = "a") -> Limiter:
        made = Limiter(limit, account, self.folder, self.said.append, self.time.clock)
        self.limiters.append(made)
        return made

    def request(self, limiter: Limiter, deadline: float = FAR) -> float:
        """Make a request whose answer comes at once; the moment at which it left."""
        turn = limiter.ask(deadline)
        while wait := limiter.leave(turn, deadline):
            self.time.sleep(wait)
        limiter.done(turn)
        return self.time.elapsed - 1000


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    machine = Machine(tmp_path / "cache" / "pulumi-messaging")
    yield machine
    for limiter in machine.limiters:
        limiter.close()


def busiest(moments: list[float], window: float) -> int:
    """The most requests in any window."""
    moments = sorted(moments)
    most = first = 0
    for last, moment in enumerate(moments):
        while moment - moments[first] >= window:
            first += 1
        most = max(most, last - first + 1)
    return most


def fairness(counts: list[int]) -> float:
    """Jain's index: 1 when all have the same."""
    return sum(counts) ** 2 / (len(counts) * sum(count**2 for count in counts))


# On a virtual clock


def test_a_limit_is_a_sliding_minute(machine: Machine) -> None:
    """As many as the limit leave at once, and each next one a minute and the margin after the one it replaces."""
    limiter = machine.limiter(3)
    left = []
    for pause in (0, 10, 10, 0, 0, 0, 0):
        machine.time.elapsed += pause
        left.append(machine.request(limiter))

    assert left == pytest.approx([0, 10, 20, 60.5, 70.5, 80.5, 121])


def test_processes_share_a_limit(machine: Machine) -> None:
    """What one process has used is not there for the next one, at the same time or after it."""
    first = machine.limiter(3)
    assert [machine.request(first) for _ in range(2)] == [0, 0]
    first.close()
    second, third = machine.limiter(3), machine.limiter(3)

    assert machine.request(second) == 0
    assert machine.request(third) == pytest.approx(60.5)


def test_accounts_do_not_share_a_limit(machine: Machine) -> None:
    """Another account, or another host, has requests of its own."""
    one, other = machine.limiter(1, "a"), machine.limiter(1, "b")

    assert [machine.request(one), machine.request(other)] == [0, 0]
    assert account_of("https://h", "DID-1") != account_of("https://h", "DID-2")
    assert account_of("https://h", "DID-1") != account_of("https://g", "DID-1")
    assert account_of("https://h", "DID-1") == account_of("https://h", "DID-1")


def test_turns_come_in_the_order_of_asking(machine: Machine) -> None:
    """Who asks first leaves first, whichever process it is, and is told how many are before it."""
    limiters = [machine.limiter(1) for _ in range(3)]
    machine.request(limiters[0])

    turns = [(limiter, limiter.ask(FAR)) for limiter in (limiters[1], limiters[2], limiters[0])]

    assert [turn.ahead for _, turn in turns] == [0, 1, 2]
    assert [limiter.leave(turn, FAR) for limiter, turn in turns] == pytest.approx([60.5, 121, 181.5])


def test_the_minute_begins_with_the_answer(machine: Machine) -> None:
    """A request that was long on its way may have arrived late: what it blocks is blocked from its answer on."""
    limiter = machine.limiter(1)
    slow = limiter.ask(FAR)
    assert limiter.leave(slow, FAR) == 0
    following = limiter.ask(FAR)
    machine.time.elapsed += 20
    limiter.done(slow)

    assert limiter.leave(following, FAR) == pytest.approx(60.5)


def test_a_turn_after_the_deadline_is_not_taken(machine: Machine) -> None:
    """It is refused with the seconds it would have taken, and reserves nothing."""
    limiter = machine.limiter(1)
    machine.request(limiter)

    for _ in range(2):
        with pytest.raises(TooLate) as late:
            limiter.ask(machine.time.elapsed + 30)
        assert late.value.seconds == pytest.approx(60.5)
    assert machine.request(limiter) == pytest.approx(60.5)


def test_a_turn_that_is_put_off_beyond_the_deadline_is_refused(machine: Machine) -> None:
    """A turn within the deadline may be put off by a late answer before it."""
    limiter = machine.limiter(1)
    slow = limiter.ask(FAR)
    limiter.leave(slow, FAR)
    deadline = machine.time.elapsed + 61
    turn = limiter.ask(deadline)
    machine.time.elapsed += 20
    limiter.done(slow)

    with pytest.raises(TooLate):
        limiter.leave(turn, deadline)


def test_a_turn_that_is_given_back_costs_nothing_afterwards(machine: Machine) -> None:
    """A request that is not made leaves its turn to the next one."""
    limiter = machine.limiter(1)
    limiter.give_back(limiter.ask(FAR))

    assert machine.request(limiter) == 0


def test_who_sleeps_through_a_turn_takes_another_one(machine: Machine) -> None:
    """A process that was stopped for more than a minute may find its turn used by others, and queues again."""
    sleeper, other = machine.limiter(1), machine.limiter(1)
    turn = sleeper.ask(FAR)
    machine.time.elapsed += 100
    machine.request(other)

    assert sleeper.leave(turn, FAR) == pytest.approx(60.5)


def test_a_clock_that_is_set_changes_nothing(machine: Machine) -> None:
    """The time of day may jump: only time that passes counts."""
    limiter = machine.limiter(1)
    machine.request(limiter)
    for jump in (-1e9, 1e9):
        machine.time.epoch += jump
        with pytest.raises(TooLate):
            machine.limiter(1).ask(machine.time.elapsed + 60)

    assert machine.request(limiter) == pytest.approx(60.5)


def test_another_boot_begins_anew(machine: Machine) -> None:
    """What was noted before a reboot, by a clock that began again since, holds nobody up."""
    limiter = machine.limiter(1)
    machine.request(limiter)
    limiter.close()
    assert machine.folder is not None
    with sqlite3.connect(machine.folder / FILE) as store:
        store.execute("UPDATE requests SET boot = 'another', at = at + 500")
    store.close()

    assert machine.request(machine.limiter(1)) == 0


@pytest.mark.skipif(not BOOT_ID.exists(), reason="this system has no boot id")
def test_the_boot_is_noted_with_each_request(machine: Machine) -> None:
    """A moment of CLOCK_MONOTONIC says nothing without the boot it counts from."""
    machine.request(machine.limiter(1))
    assert machine.folder is not None
    store = sqlite3.connect(machine.folder / FILE)

    assert store.execute("SELECT DISTINCT boot FROM requests").fetchall() == [(BOOT_ID.read_text().strip(),)]
    store.close()


def test_an_absurd_moment_is_ignored(machine: Machine) -> None:
    """A row that lies days ahead, as on a system without a boot id after a reboot, holds nobody up."""
    limiter = machine.limiter(1)
    machine.request(limiter)
    limiter.close()
    assert machine.folder is not None
    with sqlite3.connect(machine.folder / FILE) as store:
        store.execute("UPDATE requests SET at = at + 1e6")
    store.close()

    assert machine.request(machine.limiter(1)) == 0


def test_the_table_does_not_grow(machine: Machine) -> None:
    """Rows that no longer count go with the next ones; those of accounts out of use with the next process."""
    limiter = machine.limiter(50)
    for _ in range(500):
        machine.request(limiter)
    machine.request(machine.limiter(50, "b"))
    assert machine.folder is not None
    store = sqlite3.connect(machine.folder / FILE)
    counted = "SELECT count(*) FROM requests WHERE account = ?"
    assert store.execute(counted, ("a",)).fetchone()[0] <= 100

    machine.time.elapsed += 2 * 86_400
    machine.request(machine.limiter(50, "b"))

    assert store.execute(counted, ("a",)).fetchone()[0] == 0
    store.close()


def test_a_limit_out_of_reach_is_cheap(tmp_path: Path) -> None:
    """Ten thousand requests within their minute cost no more each than the first ones."""
    limiter = Limiter(1_000_000, "a", tmp_path, print, Clock())

    def cost(requests: int) -> float:
        began = time.process_time()
        for _ in range(requests):
            turn = limiter.ask(FAR * FAR)
            assert limiter.leave(turn, FAR * FAR) == 0
            limiter.done(turn)
        return (time.process_time() - began) / requests

    first = cost(300)
    cost(3000)
    last = cost(300)
    limiter.close()

    assert last < 3 * first


@pytest.mark.parametrize("seed", range(30))
def test_the_vendor_never_sees_more_than_the_limit(tmp_path: Path, seed: int) -> None:  # noqa: C901 - a simulation
    """Random callers of three processes, with slow answers, cut-off calls and stopped processes: no window over it."""
    dice = random.Random(seed)
    machine = Machine(tmp_path)
    limit = dice.choice([1, 2, 5, 10])
    processes = [machine.limiter(limit) for _ in range(3)]
    arrived: list[float] = []
    # (moment, order, what to do next): the callers' steps, each at its time.
    steps: list[tuple[float, int, Callable[[], None]]] = []
    order = iter(range(1_000_000))

    def later(seconds: float, step: Callable[[], None]) -> None:
        heapq.heappush(steps, (machine.time.elapsed + seconds, next(order), step))

    def ask(process: Limiter) -> None:
        turn = process.ask(FAR)
        if dice.random() < 0.03:
            process.give_back(turn)
        elif dice.random() >= 0.02:  # else the process is killed
            leave(process, turn)

    def leave(process: Limiter, turn: Turn) -> None:
        wait = process.leave(turn, FAR)
        if wait:
            stopped = dice.choice([0, 0, 0, 0, 0.1, 5, 90])
            later(wait + stopped, lambda: leave(process, turn))
            return
        # A request that is lost with its process arrives within the margin; another one before its answer is there.
        answered = dice.random() > 0.05
        latency = dice.uniform(0, dice.choice([0.1, 1, 30])) if answered else 0.4
        arrived.append(machine.time.elapsed + latency * dice.random())
        if answered:
            later(latency, lambda: process.done(turn))

    for _ in range(40 * limit):
        later(dice.uniform(0, 600), lambda: ask(dice.choice(processes)))
    while steps:
        moment, _, step = heapq.heappop(steps)
        machine.time.elapsed = max(machine.time.elapsed, moment)
        step()
    for process in processes:
        process.close()

    assert len(arrived) > 30 * limit
    assert busiest(arrived, 60.0) <= limit


# The store


def test_a_store_that_cannot_be_written_is_said_once_and_the_limit_kept_by_the_process(tmp_path: Path) -> None:
    """With a file where the folder should be, one line is said, and this process keeps the limit."""
    (tmp_path / "file").write_text("")
    machine = Machine(tmp_path / "file" / "pulumi-messaging")
    limiter = machine.limiter(2)

    assert [machine.request(limiter) for _ in range(3)] == pytest.approx([0, 0, 60.5])
    limiter.close()
    assert len(machine.said) == 1
    assert machine.said[0].startswith(f"{tmp_path}/file/pulumi-messaging/{FILE} cannot be used: ")
    assert machine.said[0].endswith(
        "; the limit of requests a minute is kept by this process alone, and another one at the same time may exceed it"
    )


def test_a_machine_without_a_place_for_the_store_says_so() -> None:
    """Without HOME and XDG_CACHE_HOME the limit is kept by the process alone."""
    machine = Machine(None)
    limiter = machine.limiter(1)

    assert [machine.request(limiter) for _ in range(2)] == pytest.approx([0, 60.5])
    limiter.close()
    assert machine.said == [
        (
            "neither XDG_CACHE_HOME nor HOME is set; the limit of requests a minute is kept by this process alone, "
            "and another one at the same time may exceed it"
        )
    ]


@pytest.mark.parametrize("content", [b"no database at all, " * 100, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_store_is_made_anew(machine: Machine, content: bytes) -> None:
    """A file that is no store, as after a power cut, is replaced, and shared again."""
    assert machine.folder is not None
    machine.folder.mkdir(parents=True)
    (machine.folder / FILE).write_bytes(content)

    assert machine.request(machine.limiter(1)) == 0
    assert machine.request(machine.limiter(1)) == pytest.approx(60.5)
    assert machine.said == []


def test_a_store_that_is_removed_is_made_anew(machine: Machine) -> None:
    """Whoever clears the cache in the middle of a run loses the memory of a minute, and nothing else."""
    limiter = machine.limiter(1)
    machine.request(limiter)
    assert machine.folder is not None
    for file in machine.folder.iterdir():
        file.unlink()

    machine.request(limiter)
    with pytest.raises(TooLate):
        machine.limiter(1).ask(machine.time.elapsed + 60)
    assert machine.said == []


def test_the_store_holds_no_name_of_an_account(machine: Machine) -> None:
    """Neither host nor key stand in the file."""
    machine.request(machine.limiter(1, account_of("https://api.telegent.com/v1.0", "DID-canary")))
    assert machine.folder is not None

    written = b"".join(file.read_bytes() for file in machine.folder.iterdir())

    assert b"canary" not in written
    assert b"telegent" not in written


def test_the_folder_is_the_users_own(machine: Machine) -> None:
    """Nobody else may look into it."""
    machine.request(machine.limiter(1))
    assert machine.folder is not None

    assert machine.folder.stat().st_mode & 0o077 == 0


# Real processes


def worker(folder: Path, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, str(WORKER), str(folder), *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


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
    assert machine.folder is not None
    command = [sys.executable, "-c", HALF_DONE, str(machine.folder / FILE)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as victim:
        assert victim.stdout is not None
        assert victim.stdout.readline() == "in the middle\n"
        victim.kill()

    assert machine.request(limiter) == pytest.approx(60.5)
    assert machine.said == []
