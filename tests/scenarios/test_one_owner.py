"""Scenario 10: one object, one owner, whichever way the program names it and in whichever order the engine goes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.emulator.seed import ALERTS, DEFAULT, FIRST, FIRST_ID, SECOND, THIRD
from tests.support.scenarios.subjects import THEIRS
from tests.support.scenarios.world import World

OLD, NEW = "https://old.example.com/in", "https://new.example.com/in"


def group(*numbers: str, **more: Any) -> dict[str, Any]:
    return {"phone_numbers": list(numbers), "messaging_profile_id": ALERTS, **more}


def test_another_name_of_a_number_that_is_held(world: Any) -> None:
    """A new resource that names a held number by its id and comes first is refused, in this run and the next preview.

    The way out costs nothing: what is removed from the program leaves the number to the other one.
    """
    number = {"phone_number": FIRST, "messaging_profile_id": ALERTS}
    world.declare({"number": number})
    assert world.up().ok
    world.declare({"group": group(FIRST_ID), "number": {**number, "opts": {"depends_on": ["group"]}}})

    refused = world.up()
    preview = world.preview()

    said = f"cannot manage number {FIRST}: another resource of this program manages it already"
    assert not refused.ok
    assert said in " ".join(refused.errors)
    assert not preview.ok
    assert f"cannot manage {FIRST}" in preview.text or said in preview.text
    world.declare({"number": number})
    removed = world.up()
    assert removed.ok, removed.text
    assert removed.writes == []
    assert world.numbers()[FIRST][0] == ALERTS


@pytest.mark.parametrize("new", [{"adopt": THEIRS, "message_url": NEW}, {}], ids=["adopt", "equal"])
def test_route_that_is_held(world: World, new: dict[str, Any]) -> None:
    """A new resource that takes over a held route and comes first: the other one is refused, in the next preview too.

    The way out costs nothing: what is removed from the program leaves the route to the other one.
    """
    route = {"message_url": OLD, "message_url_method": "POST"}
    (_adopted if new else _held_under_another_name)(world, route)
    world.declare({"it": {**route, **new}, "held": {**route, "opts": {"depends_on": ["it"]}}})

    refused = world.up()
    preview = world.preview()

    for run in (refused, preview):
        assert not run.ok
        assert "twice: another resource of this program has it" in " ".join(run.errors)
    world.declare({"it": {**route, **new}})
    removed = world.up()
    assert removed.ok, removed.text
    assert removed.writes == []
    assert [one["MessageUrl"] for one in world.routes().values()] == [new.get("message_url", OLD)]


def _adopted(world: World, route: dict[str, Any]) -> None:
    world.add_route(
        MessageRouteId=THEIRS, RouteName="legacy", MessageUrl="https://theirs.example.com", MessageUrlMethod="POST"
    )
    world.declare({"held": {**route, "adopt": THEIRS}})
    assert world.up().ok


def _held_under_another_name(world: World, route: dict[str, Any]) -> None:
    for declared in ({"it": route}, {"held": {**route, "opts": {"aliases": ["it"]}}}):
        world.declare(declared)
        assert world.up().ok


def test_group_that_failed_to_let_go(world: Any) -> None:
    """The other group has the number since the run that failed: the run that succeeds leaves it there."""
    for groups in ({"giver": group(FIRST, SECOND)}, {"giver": group(FIRST, SECOND), "taker": group(THIRD)}):
        world.declare(groups)
        assert world.up().ok
    world.declare({"giver": group(FIRST, messaging_product="P2P"), "taker": group(SECOND, THIRD)})
    failed = world.up()
    assert not failed.ok
    assert "cannot set messaging_product" in failed.errors[0]

    world.declare({"giver": group(FIRST), "taker": group(SECOND, THIRD)})
    again = world.up()

    assert again.ok, again.text
    assert again.writes == []
    assert world.numbers()[SECOND][0] == ALERTS
    assert world.destroy().ok
    assert world.numbers()[SECOND][0] == DEFAULT


def test_move_in_a_run_that_refreshes(cli_world: World) -> None:
    """`pulumi up --refresh` compares with the old program first; who has which number is what the new one says."""
    cli_world.declare({"giver": group(FIRST, SECOND), "taker": group(THIRD)})
    assert cli_world.up().ok
    cli_world.declare({"giver": group(FIRST), "taker": group(SECOND, THIRD)})

    cli_world.engine.text("up", "--yes", "--skip-preview", "--refresh")  # type: ignore[attr-defined]

    assert cli_world.preview().ops == {}
    assert cli_world.inputs("taker")["phoneNumbers"] == f"{{2 numbers:\n{SECOND}\n{THIRD}\n}}\n(changed)\n"
