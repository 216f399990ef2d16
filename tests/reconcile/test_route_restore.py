"""on_destroy="restore" of a route that was taken over: what was there comes back where it is still ours."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.faults.world import World
from tests.support.reconcile.routes import (
    ADOPTED,
    AUTOMATIC,
    NEW,
    OLD,
    OTHER,
    SETTINGS,
    Resource,
    reads,
    stored,
    theirs,
    writes,
)

CALLBACK = {"callbackMessageUrl": NEW}
BASIC = {"messageAuthenticationType": "Basic", "messageUsername": "us", "messagePasswordToken": "ours"}
BEARER = {"messageAuthenticationType": "Bearer", "messagePasswordToken": "ours"}
THEIR_BEARER = {"MessageAuthenticationType": "Bearer", "MessagePasswordToken": "theirs"}
THEIR_BASIC = {"MessageAuthenticationType": "Basic", "MessageUsername": "them", "MessagePasswordToken": "theirs"}
UPDATE = "updateMessageRoute"


# What existed, what is declared beside the settings, and the one update at the end.
RESTORED: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any] | None]] = {
    "changed": ({}, {}, {"MessageUrl": OLD}),
    "equal": ({"MessageUrl": NEW}, {}, None),
    "several": (
        {"MessageUrlMethod": "GET", "MessageRouteEnabled": False},
        {"messageRouteEnabled": True},
        {"MessageUrl": OLD, "MessageUrlMethod": "GET", "MessageRouteEnabled": False},
    ),
    "was empty": ({}, CALLBACK, {"MessageUrl": OLD, "CallbackMessageUrl": None}),
    "cleared": (
        {"CallbackMessageUrl": OLD},
        {"callbackMessageUrl": ""},
        {"MessageUrl": OLD, "CallbackMessageUrl": OLD},
    ),
    "renamed": ({}, {"routeName": "ours"}, {"RouteName": "legacy", "MessageUrl": OLD}),
    "not shown": ({}, {"inboundBypass": True}, {"MessageUrl": OLD}),
    "type alone": (
        THEIR_BEARER,
        {"messageAuthenticationType": "None"},
        {"MessageUrl": OLD, "MessageAuthenticationType": "Bearer"},
    ),
    # A direction whose password we have sent is one whole.
    "password, none before": (
        {},
        BASIC,
        {
            "MessageUrl": OLD,
            "MessageAuthenticationType": None,
            "MessageUsername": None,
            "MessagePasswordToken": None,
        },
    ),
    "token, none before": (
        {"MessageAuthenticationType": "None"},
        BEARER,
        {"MessageUrl": OLD, "MessageAuthenticationType": "None", "MessagePasswordToken": None},
    ),
    "password, theirs before": (THEIR_BEARER, BEARER, None),
    "another kind before": (THEIR_BASIC, BEARER, None),
    "password cleared": (
        THEIR_BEARER,
        {"messageAuthenticationType": "", "messagePasswordToken": ""},
        None,
    ),
    "the other direction": (THEIR_BEARER, {**BEARER, **CALLBACK}, {"CallbackMessageUrl": None}),
    "callback direction": (
        {"CallbackMessageUrl": OLD, "CallbackMessageAuthenticationType": "Bearer", "CallbackMessagePasswordToken": "t"},
        {**CALLBACK, "callbackMessageAuthenticationType": "Bearer", "callbackMessagePasswordToken": "ours"},
        {"MessageUrl": OLD},
    ),
}
# Of these a line says what is left.
LEFT = {"not shown", "password, theirs before", "another kind before", "password cleared", "the other direction"}
LEFT |= {"callback direction"}


@pytest.mark.parametrize("case", RESTORED)
@pytest.mark.parametrize("refreshed", [False, True], ids=["at once", "after a refresh"])
def test_restored(world: World, route: Resource, case: str, refreshed: bool) -> None:
    """One update with the fields that go back, or no request beyond the read; the adopt= line may be gone by then."""
    before, declared, expected = RESTORED[case]
    theirs(world, **before)
    assert route.up({**ADOPTED, **declared}) == ""
    assert route.up({**SETTINGS, **declared}) == ""
    if refreshed:
        route.refresh()
    writes(world)
    world.said.clear()

    assert route.destroy() == ""

    assert writes(world) == ([] if expected is None else [(UPDATE, expected)])
    assert any("left as it is in" in line for line in world.said) == (case in LEFT), world.said
    # Never does our password go to their URL.
    ended = stored(world)
    assert not (ended["MessageUrl"] == OLD and ended["MessagePasswordToken"] == "ours")
    assert not (ended["CallbackMessageUrl"] == OLD and ended["CallbackMessagePasswordToken"] == "ours")


@pytest.mark.parametrize(
    ("edited", "expected"),
    [
        ({"MessageUrl": OTHER}, {"CallbackMessageUrl": None}),
        ({"CallbackMessageUrl": OTHER}, {"MessageUrl": OLD}),
    ],
)
def test_a_value_of_somebody_else_is_left(
    world: World, route: Resource, edited: dict[str, Any], expected: dict[str, Any]
) -> None:
    """Only what is still ours goes back."""
    theirs(world)
    assert route.up({**ADOPTED, **CALLBACK}) == ""
    writes(world)
    world.control("PATCH", "routes/MRID-theirs", edited)

    assert route.destroy() == ""

    assert writes(world) == [(UPDATE, expected)]


def test_a_direction_that_somebody_changed_in_part_is_left(world: World, route: Resource) -> None:
    """Its password was ours, and belongs to what stands there now."""
    theirs(world)
    assert route.up({**ADOPTED, **BASIC}) == ""
    writes(world)
    world.control("PATCH", "routes/MRID-theirs", {"MessageUsername": "somebody", "MessageUrl": OTHER})

    assert route.destroy() == ""

    assert writes(world) == []


def test_a_password_that_is_not_declared_any_more_is_still_ours(world: World, route: Resource) -> None:
    """Handed back, it stands there all the same."""
    theirs(world, **THEIR_BEARER)
    assert route.up({**ADOPTED, **BEARER}) == ""
    assert route.up(SETTINGS) == ""
    writes(world)

    assert route.destroy() == ""

    assert writes(world) == []
    assert "left as it is in message_url" in world.said[-1]


def test_a_former_name_that_is_taken_by_now_is_left(world: World, route: Resource) -> None:
    """The rest goes back."""
    theirs(world)
    assert route.up({**ADOPTED, "routeName": "ours"}) == ""
    world.control("POST", "routes", {"RouteName": "legacy"})
    writes(world)

    assert route.destroy() == ""

    assert writes(world) == [(UPDATE, {"MessageUrl": OLD})]
    assert any("route_name" in line and "has this name already" in line for line in world.said)


def test_a_former_name_is_put_back_once_a_list_shows_whether_it_is_free(world: World, route: Resource) -> None:
    """A list that is shorter than its count shows nothing: nothing is put back, and the route stays in the state."""
    was = theirs(world)
    assert route.up({**ADOPTED, "routeName": "ours"}) == ""
    short = {"operation": "listMessageRoutes", "body": {"TotalRoutes": 7, "Results": []}, "times": 9}
    world.control("POST", "answers", short)
    writes(world)

    assert route.destroy().startswith("cannot tell which names are free: ")
    assert writes(world) == []

    world.control("DELETE", "answers")
    assert route.destroy() == ""
    assert stored(world) == was


def test_a_route_that_is_gone_is_done(world: World, route: Resource) -> None:
    """Nothing is left to put back."""
    theirs(world)
    assert route.up(ADOPTED) == ""
    world.control("DELETE", "routes/MRID-theirs")

    assert route.destroy() == ""


def test_nothing_to_put_back_costs_one_read(world: World, route: Resource) -> None:
    """No write, and nothing else."""
    theirs(world, MessageUrl=NEW)
    assert route.up(ADOPTED) == ""
    reads(world)

    assert route.destroy() == ""

    assert reads(world) == ["getMessageRoute"]


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"onDestroy": "restore"}, "this program made it"),
        ({"adopt": "MRID-theirs", "onDestroy": "delete"}, "is not known"),
    ],
    ids=["made here", "adopted by an earlier version"],
)
def test_nothing_is_known_from_before(world: World, route: Resource, state: dict[str, Any], words: str) -> None:
    """The route is left as it is, and that is said."""
    was = theirs(world)
    route.id, route.outputs = "MRID-theirs", {**SETTINGS, "messageRouteId": "MRID-theirs", **state}

    assert route.destroy() == ""

    assert writes(world) == []
    assert stored(world) == was
    assert "left as it is" in world.said[-1]
    assert words in world.said[-1]


def test_former_values_that_telegent_refuses(world: World, route: Resource) -> None:
    """One line that names the fields and the way out; the route stays as it is, and in the state."""
    theirs(world)
    assert route.up(ADOPTED) == ""
    world.control("POST", "faults", {"operation": "updateMessageRoute", "kind": "400"})

    refused = route.destroy()

    assert refused.startswith("cannot restore message_url of message route MRID-theirs: Telegent answered 400")
    assert 'on_destroy="disable" or "retain"' in refused
    assert route.destroy() == ""
    assert stored(world)["MessageUrl"] == OLD


def test_an_answer_to_a_restore_is_compared(world: World, route: Resource) -> None:
    """Success that put nothing back is an error."""
    was = theirs(world)
    assert route.up(ADOPTED) == ""
    same = {"MessageRouteId": "MRID-theirs", "MessageUrl": NEW}
    world.control("POST", "answers", {"operation": "updateMessageRoute", "status": 200, "body": same})
    world.control(
        "POST", "answers", {"operation": "getMessageRoute", "skip": 1, "status": 200, "body": same, "times": 9}
    )

    assert "not as declared: message_url" in route.destroy()

    world.control("DELETE", "answers")
    assert route.destroy() == ""
    assert stored(world) == was


def test_a_state_without_its_hidden_keys_deletes_nobody_s_route(world: World, route: Resource) -> None:
    """Edited by hand: ``adopt`` still says that the route was there before, and what it was is not known."""
    was = theirs(world)
    assert route.up(ADOPTED) == ""
    ours = {**was, "MessageUrl": NEW}
    route.outputs = {name: value for name, value in route.outputs.items() if not name.startswith("__")}

    assert route.destroy() == ""

    assert stored(world) == ours
    assert "left as it is, what it was before the take-over is not known" in world.said[-1]


@pytest.mark.parametrize("policy", [{}, {"onDestroy": "delete"}], ids=["absent", "declared"])
def test_a_route_made_here_is_deleted_although_adopt_names_it(
    world: World, route: Resource, policy: dict[str, str]
) -> None:
    """An ``adopt`` with the resource's own id sends nothing, and the route was not there before."""
    assert route.up(AUTOMATIC) == ""
    assert route.up({**AUTOMATIC, "adopt": route.id, **policy}) == ""
    route.refresh()

    assert route.destroy() == ""

    assert [operation for operation, _ in writes(world)] == ["createMessageRoute", "deleteMessageRoute"]


def test_a_direction_that_was_handed_back_in_part_is_left(world: World, route: Resource) -> None:
    """The authentication is not managed any more, so our password stays, and nobody is said to have changed it."""
    theirs(world)
    assert route.up({**ADOPTED, **BEARER}) == ""
    assert route.up(ADOPTED) == ""

    assert route.destroy() == ""

    assert stored(world)["MessageUrl"] == NEW
    assert world.said[-1].endswith("a part of it has been changed since, or is not managed any more")
