"""What the error says when it cannot be found out what became of a write."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_messaging.errors import ApiError, MessagingError
from tests.support.faults.operations import NAME, OPERATIONS, ROUTE, populate
from tests.support.faults.rules import TELEGENT
from tests.support.faults.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

NUMBER = {"phoneNumber": "+15550100001", "tags": ("ours",), "onDestroy": "retain"}


@pytest.fixture
def world() -> Iterator[World]:
    """One account at each vendor."""
    with closing(World()) as made:
        yield made


@pytest.mark.parametrize(
    ("name", "request_", "told"),
    [
        ("update route", "updateMessageRoute", "cannot update message route <id>: Telegent answered 503 "),
        ("delete route", "deleteMessageRoute", "cannot delete message route <id>: Telegent answered 503 "),
        ("update profile", "updateProfile", "cannot update messaging profile <id>: Telnyx answered 503"),
        ("delete profile", "deleteProfile", "cannot delete messaging profile <id>: Telnyx answered 503"),
        (
            "create number",
            "updateMessaging",
            "cannot update messaging settings of number +15550100002 (1293384261075731502): Telnyx answered 503",
        ),
        (
            "create routed number",
            "updateNumber",
            "cannot update the message route of number +15550200001: Telegent answered 503 ",
        ),
        ("create group", "updateMessaging", "2 of 2 numbers are not as they should be (the service has a problem; "),
        (
            "create routed group",
            "updateNumber",
            "3 of 3 numbers are not as they should be (the service has a problem; ",
        ),
    ],
    ids=lambda value: "" if " are not " in value or value.startswith("cannot ") else value,
)
def test_the_error_is_about_the_write_and_not_about_the_read_that_was_refused(
    world: World, name: str, request_: str, told: str
) -> None:
    """After so many failures no read is sent either: the error tells which write is unclear, and why."""
    populate(world)
    operation = OPERATIONS[name]
    state = operation.begin(world)
    world.control("POST", "faults", {"operation": request_, "kind": "503", "position": "after", "times": 99})

    with pytest.raises(MessagingError) as failed:
        operation.act(world, state)

    text, vendor = str(failed.value), "Telegent" if request_ in TELEGENT else "Telnyx"
    assert text.startswith(told.replace("<id>", state[0] if state else ""))
    assert f", and what became of it could not be read: {vendor} is out of reach " in text
    assert getattr(failed.value, "unclear", True)


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


@pytest.mark.parametrize(
    ("kind", "create", "listed", "short"),
    [
        ("route", "createMessageRoute", "listMessageRoutes", {"TotalRoutes": 7, "Results": []}),
        ("profile", "createProfile", "listProfiles", {"data": [], "meta": {"total_results": 7}}),
    ],
    ids=["route", "profile"],
)
def test_a_list_that_is_not_complete_does_not_tell_that_nothing_was_made(
    world: World, kind: str, create: str, listed: str, short: Any
) -> None:
    """A create whose answer was lost is not sent again when its object may be among those that the list leaves out."""
    world.control("POST", "faults", {"operation": create, "kind": "reset", "position": "before"})
    world.control("POST", "answers", {"operation": listed, "skip": 1, "body": short})

    with pytest.raises(ApiError) as failed:
        OPERATIONS[f"create {kind}"].act(world, None)

    sent = [entry for entry in world.control("GET", "requests") if entry["operation"] == create]
    assert len(sent) == 1
    assert failed.value.unclear
    assert str(failed.value).startswith("cannot create messag")
    assert f" {kind} {NAME}: the connection to " in str(failed.value)
    assert f"{kind}s is shorter than it says" in str(failed.value)


def test_a_route_that_was_made_and_not_recorded_is_not_made_again(tmp_path: Path) -> None:
    """The engine is killed when the answer is there; the next run's list lags: it waits, and finds the route."""
    with closing(World(notes=tmp_path)) as world:
        made, _ = world.routes().create(ROUTE)
        world.control("PATCH", "settings", {"telegentListLagSeconds": 10})

        assert world.routes().create(ROUTE)[0] == made
