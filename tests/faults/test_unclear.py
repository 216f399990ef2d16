"""What the error says when it cannot be found out what became of a write."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pulumi_messaging.errors import ApiError, Unfinished
from tests.support.faults.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

OLD, NEW = "https://hooks.example.com/old", "https://hooks.example.com/new"
NAME = "it-0123456"
ROUTE = {"routeName": NAME, "__autoname": NAME, "messageUrl": OLD, "messageUrlMethod": "POST", "onDestroy": "delete"}
NUMBER = {"phoneNumber": "+15550100001", "tags": ("ours",), "onDestroy": "retain"}


@pytest.fixture
def world() -> Iterator[World]:
    """One account at each vendor."""
    with closing(World()) as made:
        yield made


def test_the_error_is_about_the_update_and_not_about_the_read_that_was_refused(world: World) -> None:
    """After so many failures no read is sent either: the error tells which update is unclear, and why."""
    routes = world.routes()
    route_id, held = routes.create(ROUTE)
    world.control(
        "POST", "faults", {"operation": "updateMessageRoute", "kind": "503", "position": "after", "times": 99}
    )

    with pytest.raises(ApiError) as failed:
        routes.update(route_id, held, {**ROUTE, "messageUrl": NEW})

    assert failed.value.unclear
    assert str(failed.value).startswith(f"cannot update message route {route_id}: Telegent answered 503 ")
    assert ", and what became of it could not be read: Telegent is out of reach " in str(failed.value)


def test_the_same_with_a_delete(world: World) -> None:
    """Only the list could tell that the route is gone."""
    route_id, held = world.routes().create(ROUTE)
    world.control(
        "POST", "faults", {"operation": "deleteMessageRoute", "kind": "503", "position": "after", "times": 99}
    )

    with pytest.raises(ApiError) as failed:
        world.routes().delete(route_id, held)

    assert str(failed.value).startswith(f"cannot delete message route {route_id}: Telegent answered 503 ")
    assert ", and what became of it could not be read: Telegent is out of reach " in str(failed.value)


def test_the_same_with_a_number(world: World) -> None:
    """At the other vendor as well."""
    world.control("POST", "faults", {"operation": "updateMessaging", "kind": "503", "position": "after", "times": 99})

    with pytest.raises(Unfinished) as failed:
        world.numbers().create(NUMBER)

    assert str(failed.value).startswith(
        "cannot update messaging settings of number +15550100001 (1293384261075731501): Telnyx answered"
    )
    assert ", and what became of it could not be read: Telnyx is out of reach " in str(failed.value)


@pytest.mark.parametrize(("known", "named"), [("+15550100001", "+15550100001 (1293384261075731501)"), (None, None)])
def test_a_write_that_fails_names_the_number_where_it_is_known(world: World, known: str | None, named: str) -> None:
    """People know it by its digits, the vendor's support by its id."""
    number_id = "1293384261075731501"
    _, held = world.numbers().create({**NUMBER, "phoneNumber": number_id})
    held = {**held, "phoneNumber": known or number_id}
    world.control("POST", "faults", {"operation": "updateMessaging", "kind": "400"})

    with pytest.raises(ApiError) as failed:
        world.numbers().update(number_id, held, {**NUMBER, "phoneNumber": number_id, "tags": ("other",)})

    assert failed.value.action == f"update messaging settings of number {named or number_id}"


def test_a_list_that_is_not_complete_does_not_tell_that_nothing_was_made(world: World) -> None:
    """A create whose answer was lost is not sent again when its route may be among those that the list leaves out."""
    routes = world.routes()
    world.control("POST", "faults", {"operation": "createMessageRoute", "kind": "reset", "position": "before"})
    short = {"TotalRoutes": 7, "Results": []}
    world.control("POST", "answers", {"operation": "listMessageRoutes", "skip": 1, "body": short})

    with pytest.raises(ApiError) as failed:
        routes.create(ROUTE)

    sent = [entry for entry in world.control("GET", "requests") if entry["operation"] == "createMessageRoute"]
    assert len(sent) == 1
    assert failed.value.unclear
    assert str(failed.value).startswith(f"cannot create message route {NAME}: the connection to ")
    assert "list of message routes is shorter than it says" in str(failed.value)


def test_a_route_that_was_made_and_not_recorded_is_not_made_again(tmp_path: Path) -> None:
    """The engine is killed when the answer is there; the next run's list lags: it waits, and finds the route."""
    world = World(notes=tmp_path)
    try:
        made, _ = world.routes().create(ROUTE)
        world.control("PATCH", "settings", {"telegentListLagSeconds": 10})

        assert world.routes().create(ROUTE)[0] == made
    finally:
        world.close()
