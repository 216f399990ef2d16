"""Routes that exist are taken over with evidence only, and what they were before is remembered."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pulumi_messaging.core.hidden import NOT_KNOWN
from pulumi_messaging.reconcile.process_lock import leave_behind
from tests.support.emulator.seed import ACCOUNT_KEY
from tests.support.faults.world import World
from tests.support.reconcile.routes import (
    ADOPTED,
    AUTOMATIC,
    NAME,
    NEW,
    OLD,
    OTHER,
    SETTINGS,
    Resource,
    process,
    stored,
    theirs,
    writes,
)

BEARER = {"messageAuthenticationType": "Bearer", "messagePasswordToken": "ours"}
EQUAL = {"RouteName": NAME, "MessageUrl": NEW}


# The automatic name --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "declared", "reason"),
    [
        ({"MessageUrl": OLD}, {}, "message_url not as declared"),
        ({"MessageRouteEnabled": False}, {"messageRouteEnabled": True}, "message_route_enabled not as declared"),
        ({"MessageAuthenticationType": "Bearer", "MessagePasswordToken": "ours"}, BEARER, "cannot be compared"),
        ({}, {"messagePasswordToken": ""}, "message_password_token cannot be compared"),
        (
            {"MessageAuthenticationType": "Bearer", "MessagePasswordToken": "theirs"},
            {},
            "message_authentication_type not as declared",
        ),
    ],
)
def test_the_automatic_name_alone_proves_nothing(
    world: World, route: Resource, before: dict[str, Any], declared: dict[str, Any], reason: str
) -> None:
    """A route that differs, or whose secret cannot be compared, is somebody else's: refused, with the way out."""
    was = theirs(world, **EQUAL | before)

    refused = route.up({**AUTOMATIC, **declared})

    assert reason in refused
    assert 'add adopt="MRID-theirs"' in refused
    assert writes(world) == []
    assert stored(world) == was


def test_equality_is_evidence(world: World, route: Resource) -> None:
    """A route with every declared value is taken over without a write: that is said, and it is kept at the end."""
    was = theirs(world, **EQUAL)

    assert route.up(AUTOMATIC) == ""

    assert route.outputs["__adopted"] == "equal"
    assert any("MRID-theirs" in line and "taken over" in line for line in world.said)
    world.said.clear()
    assert route.destroy() == ""
    assert writes(world) == []
    assert stored(world) == was
    assert any("not deleted" in line for line in world.said)


def test_equality_ends_in_a_deletion_where_that_was_asked_for(world: World, route: Resource) -> None:
    """The program may know better."""
    theirs(world, **EQUAL)
    assert route.up({**AUTOMATIC, "onDestroy": "delete"}) == ""

    assert route.destroy() == ""

    assert [operation for operation, _ in writes(world)] == ["deleteMessageRoute"]


@pytest.mark.parametrize("declared", [{}, BEARER], ids=["open", "secret"])
def test_our_own_create_that_was_cut_off_is_ours(world: World, declared: dict[str, Any]) -> None:
    """This machine's note of it is evidence, with a secret as well: it is made here, and deleted at the end."""
    world.control("POST", "faults", {"operation": "createMessageRoute", "kind": "reset", "position": "after"})
    world.control("POST", "faults", {"operation": "listMessageRoutes", "kind": "403", "skip": 1, "times": 9})
    assert Resource(world).up({**AUTOMATIC, **declared}) != ""
    world.control("DELETE", "faults")
    again = Resource(world)

    assert again.up({**AUTOMATIC, **declared}) == ""

    assert "__adopted" not in again.outputs
    assert any("note of its create" in line for line in world.said)
    assert again.destroy() == ""
    assert [operation for operation, _ in writes(world)].count("createMessageRoute") == 1
    assert world.control("GET", "state")["routes"] == []


# What is remembered --------------------------------------------------------------------------------------------------


def test_former_values_of_all_managed_fields(world: World, route: Resource) -> None:
    """Those that differ, those that do not and those that are empty; of a password it is known only that it is not."""
    theirs(
        world, CallbackMessageUrl=OLD, MessageAuthenticationType="Basic", MessageUsername="u", MessagePasswordToken="p"
    )
    declared = {**ADOPTED, **BEARER, "callbackMessageUrl": "", "callbackMessageUsername": "ours", "inboundBypass": True}

    assert route.up(declared) == ""

    assert route.outputs["__adopted"] == "adopt"
    assert route.former == {
        "messageUrl": OLD,
        "messageUrlMethod": "POST",
        "messageAuthenticationType": "Basic",
        "messagePasswordToken": {"unknown": True},
        "callbackMessageUrl": OLD,
        "callbackMessageUsername": "",
        "inboundBypass": {"unknown": True},
    }
    (said,) = [line for line in world.said if "taken over" in line]
    assert f'message_url "{OLD}" -> "{NEW}"' in said
    assert "message_password_token [secret] -> [secret]" in said


def test_a_field_that_becomes_managed_later_is_remembered_then(world: World, route: Resource) -> None:
    """And a later change, or a refresh, forgets nothing."""
    theirs(world, CallbackMessageUrl=OLD)
    assert route.up(ADOPTED) == ""
    assert route.up({**ADOPTED, "callbackMessageUrl": NEW}) == ""
    assert route.up({**SETTINGS, "messageUrl": OTHER, "callbackMessageUrl": OTHER}) == ""
    route.refresh()

    assert route.former == {"messageUrl": OLD, "messageUrlMethod": "POST", "callbackMessageUrl": OLD}
    assert route.destroy() == ""
    assert (stored(world)["MessageUrl"], stored(world)["CallbackMessageUrl"]) == (OLD, OLD)


def test_a_route_made_here_remembers_nothing(world: World, route: Resource) -> None:
    """There was nothing before, and destroy deletes it."""
    assert route.up(AUTOMATIC) == ""
    assert not {"__adopted", "__former"} & route.outputs.keys()
    assert route.up({**AUTOMATIC, "callbackMessageUrl": OLD}) == ""
    assert route.destroy() == ""
    assert world.control("GET", "state")["routes"] == []


# Errors after the first write ----------------------------------------------------------------------------------------

UNREADABLE = {"operation": "getMessageRoute", "kind": "403", "skip": 0, "times": 9}


@pytest.mark.parametrize("kind", ["reset", "401", "200-html"])
@pytest.mark.parametrize("later", [False, True], ids=["take-over", "later field"])
def test_a_write_of_unknown_outcome_keeps_the_memory(world: World, route: Resource, kind: str, later: bool) -> None:
    """The answer is lost, and no read tells: the state has the route, its former values, and what is left to send."""
    was = theirs(world, CallbackMessageUrl=OLD)
    declared = {**ADOPTED, "callbackMessageUrl": NEW}
    if later:
        assert route.up(ADOPTED) == ""
    world.control("POST", "faults", {"operation": "updateMessageRoute", "kind": kind, "position": "after", "times": 99})
    world.control("POST", "faults", {**UNREADABLE, "skip": 1 if later else 0})

    failed = route.up(declared)

    assert failed.startswith("cannot update message route MRID-theirs: ")
    assert route.id == "MRID-theirs"
    assert route.former["callbackMessageUrl"] == OLD
    world.control("DELETE", "faults")
    assert "callback_message_url" in route.pending(declared)
    assert route.up(declared) == ""
    assert route.pending(declared) == []
    assert stored(world)["CallbackMessageUrl"] == NEW
    assert route.destroy() == ""
    assert stored(world) == was


@pytest.mark.parametrize("kind", ["400", "404", "409", "422"])
@pytest.mark.parametrize("later", [False, True], ids=["take-over", "later field"])
def test_a_refused_write_took_effect(world: World, route: Resource, kind: str, later: bool) -> None:
    """A gateway may answer so: a read shows it, and the state has what was before."""
    was = theirs(world, CallbackMessageUrl=OLD)
    declared = {**ADOPTED, "callbackMessageUrl": NEW}
    if later:
        assert route.up(ADOPTED) == ""
    world.control("POST", "faults", {"operation": "updateMessageRoute", "kind": kind, "position": "after", "times": 99})

    assert route.up(declared).startswith("cannot update message route MRID-theirs: ")

    world.control("DELETE", "faults")
    assert route.id == "MRID-theirs"
    assert route.destroy() == ""
    assert stored(world) == was


def test_a_refused_password_may_be_there(world: World, route: Resource) -> None:
    """No answer shows it: it counts as written, and does not go to a URL of theirs."""
    theirs(world, MessageAuthenticationType="Bearer", MessagePasswordToken="theirs")
    assert route.up({**ADOPTED, "messageAuthenticationType": "Bearer"}) == ""
    world.control("POST", "faults", {"operation": "updateMessageRoute", "kind": "400", "position": "after"})

    assert route.up({**ADOPTED, **BEARER}) != ""

    assert route.destroy() == ""
    assert (stored(world)["MessageUrl"], stored(world)["MessagePasswordToken"]) == (NEW, "ours")
    assert any("left as it is in message_url" in line for line in world.said)


def test_a_refused_take_over_takes_nothing(world: World, route: Resource) -> None:
    """A clear no wrote nothing: there is no state, and the next run begins anew."""
    was = theirs(world)
    world.control("POST", "faults", {"operation": "updateMessageRoute", "kind": "400"})

    assert route.up(ADOPTED) != ""

    assert route.id == ""
    assert stored(world) == was
    assert route.up(ADOPTED) == ""
    assert route.former["messageUrl"] == OLD


def test_a_run_whose_engine_was_killed_after_the_write_leaves_a_note(world: World) -> None:
    """No state has the route, and its provider was left behind: our own value is not taken for the one from before."""
    was = theirs(world)
    left = process(world)
    assert Resource(world).up(ADOPTED, left) == ""
    leave_behind()
    again = Resource(world)

    assert again.up(ADOPTED) == ""

    assert again.former["messageUrl"] == OLD
    assert again.destroy() == ""
    assert stored(world) == was


def test_a_note_without_its_secret_knows_that_our_value_is_ours(world: World) -> None:
    """Notes are encrypted with AccountSecret: after its rotation the value from before is not known, and not ours."""
    theirs(world)
    left = process(world)
    assert Resource(world).up(ADOPTED, left) == ""
    leave_behind()
    rotated = "another secret of the same account"
    world.control("PATCH", f"telegent-keys/{ACCOUNT_KEY}", {"AccountSecret": rotated})
    world.telegent = replace(world.telegent, account_secret=rotated)
    again = Resource(world)

    assert again.up(ADOPTED) == ""

    assert again.former["messageUrl"] == NOT_KNOWN


# Routes that change hands --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("runs", [1, 2], ids=["one run", "two targeted runs"])
def test_a_route_that_another_resource_takes_over(world: World, runs: int) -> None:
    """Renamed without an alias, the new resource comes first: the old one leaves the route, and hands its memory on."""
    was = theirs(world)
    old, new = Resource(world), Resource(world)
    assert old.up(ADOPTED) == ""
    run = process(world)
    assert new.up(ADOPTED, run) == ""
    if runs == 2:
        run = process(world)
        assert new.up(ADOPTED, run) == ""
    writes(world)

    assert old.destroy(run) == ""

    assert writes(world) == []
    assert "left as it is for another resource of this program" in world.said[-1]
    assert new.destroy() == ""
    assert stored(world) == was


def test_a_password_of_ours_is_known_to_the_next_resource(world: World) -> None:
    """The new resource never declared it, and still it does not go to their URL."""
    theirs(world, MessageAuthenticationType="Bearer", MessagePasswordToken="theirs")
    old, new, run = Resource(world), Resource(world), process(world)
    assert old.up({**ADOPTED, **BEARER}) == ""
    assert new.up(ADOPTED, run) == ""
    assert old.destroy(run) == ""
    new.refresh()

    assert new.destroy() == ""

    assert (stored(world)["MessageUrl"], stored(world)["MessagePasswordToken"]) == (NEW, "ours")
    assert any("left as it is in message_url" in line for line in world.said)


def test_a_take_over_that_did_not_happen_is_not_said(world: World, route: Resource) -> None:
    """Telegent answered success and changed nothing: the error says so, and no line says the contrary."""
    theirs(world)
    shown = world.control("GET", "state")["routes"][0]
    world.control(
        "POST", "answers", {"operation": "updateMessageRoute", "status": 200, "body": shown, "effect": "none"}
    )

    assert "not as declared" in route.up(ADOPTED)
    assert [line for line in world.said if "taken over" in line] == []
