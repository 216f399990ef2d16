"""Numbers that go from one resource to another, or whose resource is replaced: not written, and put back in the end."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.emulator.seed import ALERTS, DEFAULT, FIRST, SECOND, SECOND_ID, THIRD
from tests.support.scenarios.world import World

NUMBERS = [f"+1555030000{last}" for last in range(9)]  # all of them on the profile "default"


def group(*numbers: str, **more: Any) -> dict[str, Any]:
    return {"phone_numbers": list(numbers), "messaging_profile_id": ALERTS, **more}


def single(number: str, **more: Any) -> dict[str, Any]:
    return {"phone_number": number, "messaging_profile_id": ALERTS, **more}


def add_numbers(world: Any) -> None:
    rows = [{"phone_number": number, "messaging_profile_id": DEFAULT, "tags": []} for number in NUMBERS]
    world.control("POST", "numbers", rows)


def written(world: World) -> list[Any]:
    """The writes since the log was cleared."""
    return [entry for entry in world.control("GET", "requests") if entry["method"] in ("PATCH", "POST")]


def test_moves(world: Any) -> None:
    """Into a group, out of one, between two, renamed without alias: one `up` without a write; destroy puts all back."""
    add_numbers(world)
    into, out, between, renamed, *stay = NUMBERS
    world.declare(
        {
            "into": single(into),
            "a": group(out, between, stay[0]),
            "b": group(stay[1]),
            "old": single(renamed),
            "old-group": group(stay[2], stay[3]),
        }
    )
    assert world.up().ok
    world.declare(
        {
            "a": group(stay[0]),
            "b": group(into, between, stay[1], opts={"depends_on": ["a"]}),
            "out": single(out, opts={"depends_on": ["a"]}),
            "new": single(renamed),
            "new-group": group(stay[2], stay[3]),
        }
    )

    moved = world.up()

    assert moved.ok, moved.text
    assert moved.writes == []
    assert world.preview().ops == {}
    assert world.destroy().ok
    assert {number: world.numbers()[number][0] for number in NUMBERS} == dict.fromkeys(NUMBERS, DEFAULT)


@pytest.mark.parametrize("how", ["--replace", "taint"])
def test_replaced(cli_world: World, how: str) -> None:
    """`--replace` and `pulumi state taint` make each resource anew over the numbers that it has."""
    add_numbers(cli_world)
    cli_world.declare({"one": single(NUMBERS[0]), "all": group(*NUMBERS[1:])})
    assert cli_world.up().ok
    urns = [cli_world.state()[name]["urn"] for name in ("one", "all")]
    cli_world.control("DELETE", "requests")

    if how == "taint":
        cli_world.engine.text("state", "taint", *urns, "--yes")  # type: ignore[attr-defined]
    arguments = [word for urn in urns for word in (how, urn)] if how == "--replace" else []
    said = cli_world.engine.text("up", "--yes", "--skip-preview", *arguments)  # type: ignore[attr-defined]

    assert written(cli_world) == []
    assert "run `pulumi refresh` here" in said
    assert cli_world.refresh().ok
    assert cli_world.destroy().ok
    profiles = {number: found[0] for number, found in cli_world.numbers().items()}
    assert {number: profiles[number] for number in NUMBERS} == dict.fromkeys(NUMBERS, DEFAULT)


@pytest.mark.parametrize("target", ["one", "two"])
def test_moved_by_targets(cli_world: World, target: str) -> None:
    """A run of the new resource alone, or of the old one, and then of all: the number is never written."""
    before, after = {"one": group(FIRST, SECOND)}, {"one": group(FIRST), "two": single(SECOND_ID)}
    cli_world.declare(before)
    assert cli_world.up().ok
    cli_world.declare(after)
    cli_world.control("DELETE", "requests")

    cli_world.engine.text("up", "--yes", "--skip-preview", "--target", f"**::{target}")  # type: ignore[attr-defined]
    cli_world.engine.text("up", "--yes", "--skip-preview")  # type: ignore[attr-defined]

    assert written(cli_world) == []
    assert cli_world.destroy().ok
    assert cli_world.numbers()[SECOND][0] == DEFAULT


def test_moved_while_the_program_runs_beside_a_refresh(cli_world: World) -> None:
    """`--refresh --run-program`: its diffs come after checks, and are not taken for the program's."""
    cli_world.declare({"one": group(FIRST, SECOND), "two": group(THIRD)})
    assert cli_world.up().ok
    cli_world.declare({"one": group(FIRST), "two": group(SECOND, THIRD)})
    cli_world.control("DELETE", "requests")

    cli_world.engine.text("preview", "--refresh", "--run-program")  # type: ignore[attr-defined]
    cli_world.engine.text("refresh", "--yes", "--run-program")  # type: ignore[attr-defined]
    cli_world.engine.text("up", "--yes", "--refresh", "--run-program")  # type: ignore[attr-defined]

    assert written(cli_world) == []
    assert cli_world.preview().ops == {}
    cli_world.engine.text("destroy", "--yes", "--run-program")  # type: ignore[attr-defined]
    assert cli_world.numbers()[SECOND][0] == DEFAULT
