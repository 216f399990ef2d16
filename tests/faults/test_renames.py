"""A rename waits for a create of the name only where nobody knows what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_messaging.errors import ErrorAnswer, Refused
from tests.support.faults.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pulumi_messaging.reconcile.named.objects import NamedObjects


@dataclass
class Objects:
    """The named objects of one kind, on a machine that notes its creates; only waits take time."""

    world: World
    process: Callable[[], NamedObjects]  # the flows of a process of its own
    word: str
    settings: dict[str, Any]
    name: str
    update: str
    names: Callable[[], dict[str, str]]

    def given(self, name: str) -> dict[str, Any]:
        return {**self.settings, self.name: name, "onDestroy": "delete"}


def _routes(world: World) -> Objects:
    def names() -> dict[str, str]:
        return {row["MessageRouteId"]: row["RouteName"] for row in world.control("GET", "state")["routes"]}

    settings = {"messageUrl": "https://hooks.example.com/in", "messageUrlMethod": "POST"}
    return Objects(world, world.routes, "message route", settings, "routeName", "updateMessageRoute", names)


def _profiles(world: World) -> Objects:
    def names() -> dict[str, str]:
        rows = world.control("GET", "state")["profiles"]
        return {row["id"]: row["name"] for row in rows if row["name"] not in ("default", "alerts")}

    settings = {"whitelistedDestinations": ["US"]}
    return Objects(world, world.profiles, "messaging profile", settings, "name", "updateProfile", names)


@pytest.fixture(params=[_routes, _profiles], ids=["routes", "profiles"])
def objects(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Objects]:
    """Each kind of named objects."""
    made: Objects = request.param(World(notes=tmp_path))
    yield made
    made.world.close()


def test_a_name_that_another_object_was_just_given_is_refused_at_once(objects: Objects) -> None:
    """The list has that object already: it need not settle."""
    other, held = objects.process().create(objects.given("other"))
    mine, _ = objects.process().create(objects.given("mine"))

    with pytest.raises(Refused, match=f'cannot rename {objects.word} {other} to "mine": {mine} has this name already'):
        objects.process().update(other, held, objects.given("mine"))

    assert objects.world.time.elapsed == 0
    assert objects.names() == {other: "other", mine: "mine"}


def test_a_name_that_the_object_itself_had_a_moment_ago_is_given_at_once(objects: Objects) -> None:
    """There and back in three runs: what had the name has another one now, and the machine knows it."""
    mine, held = objects.process().create(objects.given("mine"))
    for name in ("new", "mine", "new"):
        held = objects.process().update(mine, held, objects.given(name))

    assert objects.world.time.elapsed == 0
    assert objects.names() == {mine: "new"}


@pytest.mark.parametrize("runs", [1, 2])
def test_a_name_that_was_given_up_a_moment_ago_is_free(objects: Objects, runs: int) -> None:
    """In the same run, whose list is older than that, and in the next one."""
    processes = [objects.process() for _ in range(runs)]
    first, firsts = processes[0].create(objects.given("a"))
    second, seconds = processes[0].create(objects.given("b"))

    firsts = processes[0].update(first, firsts, objects.given("c"))
    processes[-1].update(second, seconds, objects.given("a"))

    assert objects.world.time.elapsed == 0
    assert objects.names() == {first: "c", second: "a"}
    with pytest.raises(Refused, match=f"{second} has this name already"):
        processes[-1].update(first, firsts, objects.given("a"))


def test_a_name_that_is_given_back_is_taken_again(objects: Objects) -> None:
    """What a process remembers of a former name ends with the next rename."""
    process = objects.process()
    first, firsts = process.create(objects.given("a"))
    second, seconds = process.create(objects.given("b"))
    for name in ("c", "a"):
        firsts = process.update(first, firsts, objects.given(name))

    with pytest.raises(Refused, match=f"{first} has this name already"):
        process.update(second, seconds, objects.given("a"))
    assert objects.world.time.elapsed == 0


def test_a_rename_that_is_refused_gives_no_name_up(objects: Objects) -> None:
    """The object has its name still, for the next resource of the process as well."""
    process = objects.process()
    first, firsts = process.create(objects.given("a"))
    second, seconds = process.create(objects.given("b"))
    objects.world.control("POST", "faults", {"operation": objects.update, "kind": "400"})
    with pytest.raises(ErrorAnswer, match="answered 400"):
        process.update(first, firsts, objects.given("c"))

    with pytest.raises(Refused, match=f"{first} has this name already"):
        process.update(second, seconds, objects.given("a"))
