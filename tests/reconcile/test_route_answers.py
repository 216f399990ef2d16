"""The answer to a write is compared with everything declared, and the state has what was answered."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.faults.world import World
from tests.support.reconcile.routes import ADOPTED, NAME, NEW, OLD, OTHER, SETTINGS, Resource, stored, theirs, writes

GIVEN = {**SETTINGS, "routeName": "given", "callbackMessageUrl": OLD}
UPDATE = "updateMessageRoute"


def answer(world: World, operation: str, route_id: str, times: int = 1, **fields: Any) -> None:
    """Script answers to an operation that is not carried out."""
    body = {"MessageRouteId": route_id, "RouteName": "given", **fields}
    world.control("POST", "answers", {"operation": operation, "status": 200, "body": body, "times": times})


def test_a_stale_answer_is_settled_by_a_second_read(world: World, route: Resource) -> None:
    """The update was done, its answer shows what was before; a read after a moment shows it."""
    assert route.up(GIVEN) == ""
    world.control("PATCH", "settings", {"telegentEchoEnabledWrong": True})
    before = world.time.elapsed

    assert route.up({**GIVEN, "messageRouteEnabled": False}) == ""

    assert 0 < world.time.elapsed - before <= 10
    assert [operation for operation, _ in writes(world)].count(UPDATE) == 1
    assert route.outputs["messageRouteEnabled"] is False


def test_a_stale_answer_to_a_create(world: World, route: Resource) -> None:
    """The vendor's own sample sends true and shows false."""
    world.control("PATCH", "settings", {"telegentEchoEnabledWrong": True})
    assert route.up({**GIVEN, "messageRouteEnabled": True}) == ""
    assert route.outputs["messageRouteEnabled"] is True


def test_an_update_that_was_not_applied(world: World, route: Resource) -> None:
    """Success with the old value is an error, and the state has the old value: the next run sends it again."""
    assert route.up(GIVEN) == ""
    changed = {**GIVEN, "callbackMessageUrl": NEW}
    old = {"MessageUrl": NEW, "MessageUrlMethod": "POST", "CallbackMessageUrl": OLD}
    answer(world, UPDATE, route.id, **old)

    failed = route.up(changed)

    assert failed == (
        f"cannot update message route {route.id}: Telegent answered success, but not as declared: "
        "callback_message_url; run the command again, and ask Telegent if it stays so"
    )
    assert route.pending(changed) == ["callback_message_url"]
    assert route.up(changed) == ""
    assert route.pending(changed) == []


def test_a_field_that_another_write_reset_is_written_once_more(world: World, route: Resource) -> None:
    """One more update settles it, and it is said."""
    assert route.up(GIVEN) == ""
    world.control("PATCH", f"routes/{route.id}", {"CallbackMessageUrl": OTHER})
    writes(world)

    assert route.up({**GIVEN, "messageUrl": OTHER}) == ""

    assert writes(world) == [(UPDATE, {"MessageUrl": OTHER}), (UPDATE, {"CallbackMessageUrl": OLD})]
    assert any("callback_message_url changed with the update; written once more" in line for line in world.said)


def test_a_name_that_somebody_changed_is_not_written_unseen(world: World, route: Resource) -> None:
    """Another route may have it by now: the next run looks before it renames."""
    given = {**GIVEN, "routeName": "orders"}
    assert route.up(given) == ""
    world.control("PATCH", f"routes/{route.id}", {"RouteName": "before"})
    world.control("POST", "routes", {"RouteName": "orders"})
    writes(world)

    failed = route.up({**given, "messageUrl": OTHER})

    assert "not as declared: route_name" in failed
    assert writes(world) == [(UPDATE, {"MessageUrl": OTHER})]
    assert "has this name already" in route.up({**given, "messageUrl": OTHER})


@pytest.mark.parametrize("refreshed", [True, False])
@pytest.mark.parametrize("prefix", ["", "Callback"])
@pytest.mark.parametrize("kind", ["Basic", "Bearer"])
def test_credentials_that_somebody_removed(
    world: World, route: Resource, kind: str, prefix: str, *, refreshed: bool
) -> None:
    """The password goes with the authentication type: nothing shows that it is lost too."""
    user, password, kept = (
        f"{prefix}MessageUsername",
        f"{prefix}MessagePasswordToken",
        f"{prefix}MessageAuthenticationType",
    )
    credentials = {kept: kind, password: "ours"} | ({user: "me"} if kind == "Basic" else {})
    declared = GIVEN | {name[0].lower() + name[1:]: value for name, value in credentials.items()}
    assert route.up(declared) == ""
    world.control("PATCH", f"routes/{route.id}", dict.fromkeys((user, password, kept)))
    if refreshed:
        world.time.sleep(60)
        route.refresh()

    assert route.up({**declared, "messageUrl": OTHER}) == ""

    assert credentials.items() <= stored(world, route.id).items()


def test_a_field_that_is_reset_again_is_an_error(world: World, route: Resource) -> None:
    """Never success with a wrong state; the state has what was answered."""
    assert route.up(GIVEN) == ""
    reset = {"MessageUrl": OTHER, "MessageUrlMethod": "POST", "CallbackMessageUrl": None}
    answer(world, UPDATE, route.id, times=9, **reset)
    answer(world, "getMessageRoute", route.id, times=9, **reset)
    writes(world)

    failed = route.up({**GIVEN, "messageUrl": OTHER})

    assert "not as declared: callback_message_url" in failed
    assert len(writes(world)) == 2
    assert route.outputs["messageUrl"] == OTHER
    assert route.outputs["callbackMessageUrl"] == ""


def test_a_create_that_is_not_as_declared_keeps_its_route(world: World, route: Resource) -> None:
    """The route was made: an error, with its id and its values for the state."""
    declared = {**GIVEN, "messageRouteEnabled": False}
    reset = {"MessageUrl": NEW, "MessageUrlMethod": "POST", "CallbackMessageUrl": OLD, "MessageRouteEnabled": True}
    made = world.control("POST", "routes", {"MessageRouteId": "MRID-made", "RouteName": "made"})["MessageRouteId"]
    answer(world, "createMessageRoute", made, **reset)
    answer(world, "getMessageRoute", made, times=9, **reset)

    failed = route.up(declared)

    assert failed.startswith("cannot create message route given: Telegent answered success, but not as declared: ")
    assert route.id == "MRID-made"
    assert route.pending(declared) == ["message_route_enabled"]


def test_two_machines_that_make_one_name_at_once(world: World, route: Resource) -> None:
    """Ours is kept, nothing is deleted, and the error names both."""
    world.control("PATCH", "settings", {"telegentListLagSeconds": 0})
    twin = {"path": "routes", "body": {"MessageRouteId": "MRID-twin", "RouteName": "given"}}
    world.control("POST", "faults", {"operation": "createMessageRoute", "kind": "delay", "seconds": 0, "calls": [twin]})

    failed = route.up(GIVEN)

    assert "MRID-twin" in failed
    assert route.id in failed
    assert len(world.control("GET", "state")["routes"]) == 2
    assert route.up(GIVEN) == ""


# Names ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("declared", "name"),
    [
        ({**SETTINGS, "__autoname": NAME}, NAME),
        (GIVEN, "given"),
        (ADOPTED, "legacy"),
        ({**ADOPTED, "routeName": "x"}, "x"),
    ],
    ids=["automatic", "given", "adopted", "adopted and renamed"],
)
def test_route_name_is_the_name_that_the_route_has(
    world: World, route: Resource, declared: dict[str, Any], name: str
) -> None:
    """After create, update and refresh, without a difference in any preview."""
    theirs(world)
    for step in (lambda: route.up(declared), route.refresh, lambda: route.up({**declared, "messageUrl": OTHER})):
        step()
        assert route.outputs["routeName"] == name
    route.refresh()
    assert route.pending({**declared, "messageUrl": OTHER}) == []


def test_a_state_without_the_name_gets_it(world: World, route: Resource) -> None:
    """Adopted by an earlier version without a route_name: an update or a refresh brings it, and no preview shows it."""
    theirs(world)
    held = {**ADOPTED, "messageUrl": OLD, "messageRouteId": "MRID-theirs", "onDestroy": "delete"}
    for bring in (route.refresh, lambda: route.up({**ADOPTED, "messageUrl": NEW})):
        world.control("PATCH", "routes/MRID-theirs", {"MessageUrl": OLD})
        route.id, route.inputs, route.outputs = "MRID-theirs", {}, held
        bring()
        assert route.outputs["routeName"] == "legacy"
        assert route.pending({**ADOPTED, "messageUrl": route.outputs["messageUrl"]}) == []


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"messageUrl": "https://Hooks.Example.com"}, {"MessageUrl": "https://hooks.example.com/"}),
        ({"messageUrl": "https://hooks.example.com/in"}, {"MessageUrl": "https://hooks.example.com/in/"}),
        ({"routeName": "SMS Prod"}, {"RouteName": "sms prod"}),
    ],
    ids=["equal", "slash", "case"],
)
def test_another_spelling_is_said_once(
    world: World, route: Resource, sent: dict[str, Any], kept: dict[str, Any]
) -> None:
    """Neither a second write nor a difference follows, in this run or a later one."""
    declared = {**SETTINGS, "routeName": "given", **sent}
    spelled = {"RouteName": "given", "MessageUrl": NEW, "MessageUrlMethod": "POST", **kept}
    made = world.control("POST", "routes", {"MessageRouteId": "MRID-made", **spelled, "RouteName": "hidden"})
    answer(world, "createMessageRoute", made["MessageRouteId"], **spelled)
    answer(world, "getMessageRoute", made["MessageRouteId"], times=9, **spelled)

    assert route.up(declared) == ""

    assert [line for line in world.said if "another spelling" in line] != []
    world.control("DELETE", "answers")
    world.control("PATCH", "routes/MRID-made", spelled)
    world.said.clear()
    writes(world)
    assert route.pending(declared) == []
    route.refresh()
    assert route.pending(declared) == []
    assert route.up({**declared, "callbackMessageUrl": OLD}) == ""
    assert writes(world) == [(UPDATE, {"CallbackMessageUrl": OLD})]
    assert world.said == []
