"""Requests a minute, kept by all threads and processes of a machine, on a virtual clock."""

from __future__ import annotations

import heapq
import random
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pulumi_messaging.api.clock import Clock
from pulumi_messaging.api.limiter import Limiter, TooLate, Turn, account_of
from tests.support.api.limiter import FAR, Machine, busiest

if TYPE_CHECKING:
    from collections.abc import Callable


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


@pytest.mark.parametrize(("answered", "following"), [(0.0, 60.5), (0.25, 60.5), (0.26, 60.76), (3.0, 63.5)])
def test_an_answer_within_half_the_margin_is_not_noted(machine: Machine, answered: float, following: float) -> None:
    """The margin covers what the vendor may have counted by then; a later answer is what the minute begins with."""
    first, second = machine.limiter(1), machine.limiter(1)
    turn = first.ask(FAR)
    machine.time.elapsed += answered
    first.done(turn)

    assert machine.request(second) == pytest.approx(following)


def test_a_request_that_waited_for_its_turn_is_judged_by_the_moment_it_left(machine: Machine) -> None:
    """Its answer came at once, however long ago it asked."""
    limiter = machine.limiter(1)

    assert [machine.request(limiter) for _ in range(3)] == pytest.approx([0, 60.5, 121])


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
