"""Scenario: a route, its numbers and who is on it, in one program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.scenarios.expected import CREATE, DELETE, URL
from tests.support.scenarios.subjects import tells

if TYPE_CHECKING:
    from tests.support.scenarios.runs import Run
    from tests.support.scenarios.world import World

MOVE = "POST /v1.0/numbers/update"
A, B, C = "+15550200001", "+15550200002", "+15550200003"


def program(policy: str) -> dict[str, Any]:
    ours = {"message_route_id": "${orders.message_route_id}", "on_destroy": policy}
    return {
        "orders": {"message_url": URL, "message_url_method": "POST"},
        "hotline": {"number": A, **ours},
        "stores": {"numbers": [B, C], **ours},
    }


def written(run: Run) -> list[str]:
    """Method and path of each write, in the order of time."""
    writes = (CREATE, MOVE, DELETE)
    return [what for line in run.sequence for what in writes if line.startswith(f"{what} ")]


def routes(world: World) -> list[str | None]:
    return [row["MessageRouteId"] for row in world.control("GET", "state")["telegentNumbers"]]


def test_a_route_and_its_numbers_are_made_and_taken_down_in_order(world: World) -> None:
    """The route comes first and goes last; numbers that were on none keep it from being deleted, which says how."""
    world.declare(program("restore"))
    up = world.up()
    assert up.ok, up.text
    assert written(up) == [CREATE, MOVE, MOVE, MOVE]
    assert tells(up.text, A, "had no message_route_id before")
    assert world.up().requests == ()

    refused = world.destroy()
    assert not refused.ok
    assert tells(refused.text, "3 number(s) still use it", A, 'on_destroy="detach"')
    assert set(routes(world)) == {world.id_of("orders")}

    world.declare(program("detach"))
    up = world.up()
    assert up.ok, up.text
    assert up.writes == []
    destroy = world.destroy()
    assert destroy.ok, destroy.text
    assert written(destroy) == [MOVE, MOVE, MOVE, DELETE]
    assert routes(world) == [None, None, None]
