"""A destroy ends two resources of the state at once that have one object, after a rename that stopped halfway."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from pulumi_messaging.reconcile.ownership import Ownership
from tests.support.emulator.seed import ALERTS, DEFAULT
from tests.support.faults.world import World
from tests.support.reconcile.groups import Account, Stack, phone
from tests.support.reconcile.routes import ADOPTED, OTHER, Resource, process, stored, theirs


def test_of_two_that_let_an_object_go_one_waits() -> None:
    """By any of its names, and for nobody else."""
    ownership, entered, leave = Ownership(), threading.Event(), threading.Event()

    def first() -> None:
        with ownership.restoring("group", {"+1", "+2"}):
            entered.set()
            leave.wait(5)

    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(first)
        assert entered.wait(5)
        second = pool.submit(lambda: ownership.alone(("+2",)).__enter__())
        with ownership.alone(("+3",)):
            assert not second.done()
        leave.set()
        one.result(5)
        second.result(5)


@pytest.mark.parametrize("round_", range(3))
def test_the_former_values_of_a_route_come_back(world: World, route: Resource, round_: int) -> None:
    """In whichever order the threads come."""
    was = theirs(world)
    renamed = Resource(world)
    assert route.up(ADOPTED) == ""
    assert renamed.up({**ADOPTED, "messageUrl": OTHER}) == ""
    run = process(world)

    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(lambda one: one.destroy(run), (route, renamed)))

    assert told == ["", ""]
    assert stored(world) == was


@pytest.mark.parametrize("round_", range(3))
def test_the_former_values_of_a_number_come_back(account: Account, round_: int) -> None:
    """Of a group, as of a number of its own."""
    number = phone(0)
    was = account.profiles([number])
    stacks = [Stack(account), Stack(account, "renamed")]
    for stack, profile in zip(stacks, (ALERTS, DEFAULT), strict=True):
        assert stack.up([number], profile) == ""
    ownership = Ownership()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda stack: account.groups(ownership).delete(stack.name, stack.outputs), stacks))

    assert account.profiles([number]) == was
