"""Scenario 13: what was there before the program is put back at the end, whatever happened in between.

Most scenarios are played by every resource of the list in `subjects`: each ends with its former value at the vendor.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.scenarios.expected import CREATE, DELETE, URL
from tests.support.scenarios.moves import MOVING, program
from tests.support.scenarios.subjects import ALL, NUMBERS, THEIRS, Cast, Group, Route, each

if TYPE_CHECKING:
    from tests.support.scenarios.pair import Worlds
    from tests.support.scenarios.runs import Run
    from tests.support.scenarios.world import World

MINIMAL = {"message_url": URL, "message_url_method": "POST"}
BEARER = {"message_authentication_type": "Bearer", "message_password_token": "ours"}


def taken(worlds: Worlds, cast: Cast) -> World:
    """A world whose program has taken over what existed."""
    world: World = worlds()
    cast.exist(world)
    world.declare(cast.taking())
    up = world.up()
    assert up.ok, up.text
    assert cast.values(world) == cast.have("ours")
    return world


def restored(world: World, cast: Cast) -> None:
    """Destroy puts back what was there before the program, and deletes nothing."""
    destroyed = world.destroy()
    assert destroyed.ok, destroyed.text
    assert not [what for what, _ in destroyed.writes if what == DELETE]
    assert cast.values(world) == cast.have("former")


def settled(run: Run, world: World, cast: Cast) -> None:
    """The run succeeded, the values are ours, and nothing is left to do."""
    assert run.ok, run.text
    assert cast.values(world) == cast.have("ours")
    assert world.preview().ops == {}


# The end -------------------------------------------------------------------------------------------------------------


def test_restored_in_the_end(worlds: Worlds) -> None:
    """After changes and refreshes, and by a removal from the program; a value that is not ours any more is left."""
    world = taken(worlds, ALL)
    world.declare(ALL.taking("other"))
    for run in (world.up(), world.refresh()):
        assert run.ok, run.text
    restored(world, ALL)

    world.declare(ALL.taking())
    assert world.up().ok
    world.declare({})
    removed = world.up()
    assert removed.ok, removed.text
    assert ALL.values(world) == ALL.have("former")

    world.declare(ALL.taking())
    assert world.up().ok
    ALL.set(world, "other")
    assert world.destroy().ok
    assert ALL.values(world) == ALL.have("other")


def test_policies_of_an_adopted_route(worlds: Worlds) -> None:
    """Restore is the default, also when `adopt=` is gone; delete can be asked for; a route made here is deleted."""
    cast = Cast(Route())
    world = taken(worlds, cast)
    without = {key: value for key, value in cast.taking()["route"].items() if key != "adopt"}
    world.declare({"route": without, "made": {**MINIMAL, "route_name": "made"}})
    assert world.up().ok
    destroyed = world.destroy()
    assert destroyed.ok, destroyed.text
    assert [route["RouteName"] for route in world.routes().values()] == ["legacy"]
    assert cast.values(world) == cast.have("former")

    world.declare(cast.taking(on_destroy="delete"))
    assert world.up().ok
    assert world.destroy().ok
    assert world.routes() == {}


@pytest.mark.parametrize(
    "before", [{}, {"MessageAuthenticationType": "Bearer", "MessagePasswordToken": "theirs"}], ids=["open", "secret"]
)
def test_our_password_goes_to_nobody(worlds: Worlds, before: dict[str, str]) -> None:
    """URL, method and credentials of a direction are one whole: their URL never gets our password."""
    world = worlds()
    old = {"MessageUrl": "https://old.example.com/in", "MessageUrlMethod": "GET", "CallbackMessageUrl": URL, **before}
    world.add_route(MessageRouteId=THEIRS, RouteName="legacy", **old)
    (was,) = world.routes().values()
    world.declare({"it": {**MINIMAL, **BEARER, "callback_message_url": f"{URL}/2", "adopt": THEIRS}})
    assert world.up().ok

    destroyed = world.destroy()

    assert destroyed.ok, destroyed.text
    (now,) = world.routes().values()
    assert now["CallbackMessageUrl"] == URL
    if before:
        # The old password is not known: the direction is left as it is, and that is said.
        assert (now["MessageUrl"], now["MessagePasswordToken"]) == (URL, "ours")
        assert "left as it is" in destroyed.text
    else:
        assert now == was


# Errors after the write ----------------------------------------------------------------------------------------------


@each()
def test_lost_answer(worlds: Worlds, cast: Cast) -> None:
    """The write was done, its answer is lost, and no read tells: the next run goes on, and knows what was before."""
    world = worlds()
    cast.exist(world)
    one = cast.subjects[0]
    down = [{"path": "faults", "body": [{"operation": read, "kind": "403", "times": 20} for read in one.reads]}]
    world.control("POST", "faults", {"operation": one.write, "kind": "200-cut", "position": "after", "calls": down})
    world.declare(cast.taking())

    world.up()
    assert one.values["ours"] in one.stored(world)
    world.control("DELETE", "faults")
    again = world.up()

    settled(again, world, cast)
    restored(world, cast)


def test_stale_answer(worlds: Worlds) -> None:
    """The answer to the write shows what was before it: a second read settles it, and nothing is forgotten."""
    world = worlds()
    ALL.exist(world)
    world.settings(telegentStaleAnswerSeconds=60, telnyxStaleAnswerSeconds=60)
    world.declare(ALL.taking())

    up = world.up()

    settled(up, world, ALL)
    world.settings(telegentStaleAnswerSeconds=0, telnyxStaleAnswerSeconds=0)
    restored(world, ALL)


def test_partial_application(worlds: Worlds) -> None:
    """One number of a group is written and the next one is refused: what was written is remembered."""
    group = Group()
    cast, world = Cast(group), worlds()
    cast.exist(world)
    world.control("POST", "faults", {"operation": group.write, "kind": "403", "skip": 1})
    world.declare(cast.taking())
    partial = world.up()
    assert not partial.ok
    assert sorted(map(str, group.stored(world))) == sorted(group.values[which] for which in ("former", "ours"))

    again = world.up()

    settled(again, world, cast)
    restored(world, cast)


# Replacement ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["replace", "taint", "trigger"])
def test_replaced(worlds: Worlds, how: str) -> None:
    """`--replace`, `state taint`, `replacement_trigger`: a new resource of the same object, and what was before."""
    world = taken(worlds, ALL)
    if how == "taint":
        for name in ALL.names:
            world.taint(name)
    if how == "trigger":
        world.declare(ALL.taking(opts={"replacement_trigger": ["1"]}))
        assert world.up().ok
        world.declare(ALL.taking(opts={"replacement_trigger": ["2"]}))

    up = world.up(**({"replace": ALL.names} if how == "replace" else {}))

    settled(up, world, ALL)
    assert all(any("replace" in op for op in up.ops[name]) for name in ALL.names)
    assert "not known now" not in up.text
    restored(world, ALL)


def test_replaced_with_a_given_name(worlds: Worlds) -> None:
    """A route of a given name can be replaced: the name is free when the new one is made."""
    world = worlds()
    world.declare({"it": {**MINIMAL, "route_name": "given"}})
    assert world.up().ok

    replaced = world.up(replace=["it"])

    assert replaced.ok, replaced.text
    assert [what for what, _ in replaced.writes] == [CREATE, DELETE]
    assert [route["RouteName"] for route in world.routes().values()] == ["given"]


# Moves ---------------------------------------------------------------------------------------------------------------


def test_renamed_without_an_alias(worlds: Worlds) -> None:
    """The new resource takes over what the old one lets go of, in one run, with its memory of before."""
    world = taken(worlds, ALL)
    world.declare(ALL.taking(rename="-renamed"))

    up = world.up()

    settled(up, world, ALL)
    assert up.writes == []
    assert {name for name in world.state() if not name.startswith(("scenario", "default"))} == {
        f"{name}-renamed" for name in ALL.names
    }
    restored(world, ALL)


EVERY_WAY: dict[str, dict[str, Any]] = {
    "plain": {},
    "refresh": {"refresh": True},
    "run-program": {"refresh": True, "run_program": True},
}


@pytest.mark.parametrize("how", EVERY_WAY)
def test_moved_in_one_run(worlds: Worlds, how: str) -> None:
    """A number that moves between single and group, either way, keeps its value without a write, and its memory."""
    cast, world = Cast(*MOVING), worlds()
    cast.exist(world)
    world.declare(program(MOVING, 0))
    assert world.up().ok
    world.declare(program(MOVING, 1))

    up = world.up(**EVERY_WAY[how])

    settled(up, world, cast)
    assert up.writes == []
    restored(world, cast)


@pytest.mark.parametrize("side", [0, 1], ids=["giver", "taker"])
def test_moved_under_target(worlds: Worlds, side: int) -> None:
    """A run for one side of a move only, and the rest later: the memory of before comes along."""
    moves = [move for move in MOVING if move.name in ("single-to-group", "group-to-single")]
    cast, world = Cast(*moves), worlds()
    cast.exist(world)
    world.declare(program(moves, 0))
    assert world.up().ok
    world.declare(program(moves, 1))

    world.up(targets=[move.holders[side] for move in moves])
    rest = world.up()

    settled(rest, world, cast)
    restored(world, cast)


def test_notes_of_another_time_decide_nothing(worlds: Worlds) -> None:
    """What a machine noted in a life that ended is no memory of the next one."""
    world = taken(worlds, NUMBERS)
    restored(world, NUMBERS)
    NUMBERS.set(world, "other")
    world.declare(NUMBERS.taking(rename="-again"))
    assert world.up().ok

    assert world.destroy().ok

    assert NUMBERS.values(world) == NUMBERS.have("other")
