"""A rename waits for a create of the name only where nobody knows what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pulumi_messaging.errors import ErrorAnswer, Refused
from tests.support.faults.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SETTINGS = {"messageUrl": "https://hooks.example.com/in", "messageUrlMethod": "POST", "onDestroy": "delete"}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A machine that notes its creates; each `routes()` is a process of its own, and only waits take time."""
    made = World(notes=tmp_path)
    yield made
    made.close()


def given(name: str) -> dict[str, Any]:
    return {**SETTINGS, "routeName": name}


def names(world: World) -> dict[str, str]:
    return {route["MessageRouteId"]: route["RouteName"] for route in world.control("GET", "state")["routes"]}


def test_a_name_that_another_route_was_just_given_is_refused_at_once(world: World) -> None:
    """The list has that route already: it need not settle."""
    other, held = world.routes().create(given("other"))
    mine, _ = world.routes().create(given("mine"))

    with pytest.raises(Refused, match=f'cannot rename message route {other} to "mine": {mine} has this name already'):
        world.routes().update(other, held, given("mine"))

    assert world.time.elapsed == 0
    assert names(world) == {other: "other", mine: "mine"}


def test_a_name_that_the_route_itself_had_a_moment_ago_is_given_at_once(world: World) -> None:
    """There and back in three runs: what had the name has another one now, and the machine knows it."""
    mine, held = world.routes().create(given("mine"))
    for name in ("new", "mine", "new"):
        held = world.routes().update(mine, held, given(name))

    assert world.time.elapsed == 0
    assert names(world) == {mine: "new"}


@pytest.mark.parametrize("runs", [1, 2])
def test_a_name_that_was_given_up_a_moment_ago_is_free(world: World, runs: int) -> None:
    """In the same run, whose list is older than that, and in the next one."""
    processes = [world.routes() for _ in range(runs)]
    first, firsts = processes[0].create(given("a"))
    second, seconds = processes[0].create(given("b"))

    firsts = processes[0].update(first, firsts, given("c"))
    processes[-1].update(second, seconds, given("a"))

    assert world.time.elapsed == 0
    assert names(world) == {first: "c", second: "a"}
    with pytest.raises(Refused, match=f"{second} has this name already"):
        processes[-1].update(first, firsts, given("a"))


def test_a_name_that_is_given_back_is_taken_again(world: World) -> None:
    """What a process remembers of a former name ends with the next rename."""
    routes = world.routes()
    first, firsts = routes.create(given("a"))
    second, seconds = routes.create(given("b"))
    for name in ("c", "a"):
        firsts = routes.update(first, firsts, given(name))

    with pytest.raises(Refused, match=f"{first} has this name already"):
        routes.update(second, seconds, given("a"))
    assert world.time.elapsed == 0


def test_a_rename_that_is_refused_gives_no_name_up(world: World) -> None:
    """The route has its name still, for the next resource of the process as well."""
    routes = world.routes()
    first, firsts = routes.create(given("a"))
    second, seconds = routes.create(given("b"))
    world.control("POST", "faults", {"operation": "updateMessageRoute", "kind": "400"})
    with pytest.raises(ErrorAnswer, match="answered 400"):
        routes.update(first, firsts, given("c"))

    with pytest.raises(Refused, match=f"{first} has this name already"):
        routes.update(second, seconds, given("a"))
