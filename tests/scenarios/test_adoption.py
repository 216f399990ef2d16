"""Scenario 5: what exists is taken over, and never made twice."""

from __future__ import annotations

from typing import Any

from tests.support.emulator.seed import ALERTS, DEFAULT, FIRST, SECOND, SECOND_ID, THIRD, THIRD_ID
from tests.support.scenarios.expected import CREATE, DELETE, UPDATE, URL, automatic, ordered, patch

MINIMAL = {"message_url": URL, "message_url_method": "POST"}
THEIRS = {"MessageUrl": URL, "MessageUrlMethod": "POST"}


def test_adoption_of_routes(world: Any) -> None:
    """The adopt= id takes a route over, and the automatic name one that is equal: the differences are sent alone."""
    world.add_route(MessageRouteId="MRID-equal", RouteName="legacy-equal", **THEIRS)
    world.add_route(
        MessageRouteId="MRID-other",
        RouteName="legacy-other",
        MessageUrl="https://old.example.com/",
        MessageUrlMethod="POST",
        MessageUsername="kept",
        MessagePasswordToken="kept-too",
    )
    world.add_route(MessageRouteId="MRID-cut-off", RouteName=automatic("cut-off"), **THEIRS)
    password = {"message_authentication_type": "Bearer", "message_password_token": "secret-token"}
    world.add_route(
        MessageRouteId="MRID-secret",
        RouteName="legacy-secret",
        MessageAuthenticationType="Bearer",
        MessagePasswordToken="secret-token",
        **THEIRS,
    )
    resources = {
        "equal": {**MINIMAL, "adopt": "MRID-equal"},
        "other": {**MINIMAL, "adopt": "MRID-other", "route_name": "renamed"},
        "cut-off": MINIMAL,
        "secret": {**MINIMAL, **password, "adopt": "MRID-secret"},
    }
    world.declare(resources)
    up = world.up()
    assert up.ok, up.text
    assert up.writes == ordered(
        (UPDATE, {"MessageRouteId": "<other>", "MessageUrl": URL, "RouteName": "renamed"}),
        (UPDATE, {"MessageRouteId": "<secret>", "MessagePasswordToken": "[secret]"}),
    )
    stored = world.routes()
    assert stored.keys() == {"<equal>", "<other>", "<cut-off>", "<secret>"}
    assert stored["<equal>"]["RouteName"] == "legacy-equal"
    assert stored["<other>"]["MessagePasswordToken"] == "kept-too"
    assert "routeName" not in world.inputs("equal")
    assert world.inputs("cut-off")["routeName"] == automatic("cut-off")
    assert world.up().requests == ()
    assert world.refresh().ops == {}

    # adopt has done its work: without it nothing is sent, with another id the preview is an error.
    world.declare({**resources, "other": {**resources["other"], "adopt": "MRID-else"}})
    preview = world.preview()
    assert not preview.ok
    assert preview.errors == (
        (
            'cannot adopt "MRID-else": the resource holds message route <other>; to take over the other one, '
            "declare it under another resource name"
        ),
    )
    assert preview.requests == ()
    world.declare({**resources, "equal": MINIMAL})
    up = world.up()
    assert up.diffs == {"equal": ("-adopt",)}
    assert up.requests == up.tokens == ()


def test_a_given_name_that_exists_is_refused(world: Any) -> None:
    """The line names the route found and the adopt= to write; no second route of one name is ever made."""
    world.add_route(MessageRouteId="MRID-theirs", RouteName="support", **THEIRS)
    world.declare({"mine": {**MINIMAL, "route_name": "support"}})
    up = world.up()
    assert not up.ok
    assert up.errors == (
        (
            'cannot create message route "support": the account has a route of this name already (MRID-theirs); '
            'to manage that one, add adopt="MRID-theirs"; else give another route_name'
        ),
    )
    assert up.writes == []

    world.declare({"mine": {**MINIMAL, "route_name": "support", "adopt": "MRID-theirs"}})
    up = world.up()
    assert up.ok, up.text
    assert up.writes == []
    assert list(world.routes()) == ["<mine>"]

    # Neither by another resource, nor by a rename, nor by an adoption.
    world.add_route(MessageRouteId="MRID-taken", RouteName="taken", **THEIRS)
    world.declare({"mine": {**MINIMAL, "route_name": "taken"}})
    up = world.up()
    assert up.errors == (
        'cannot rename message route <mine> to "taken": MRID-taken has this name already; give another route_name',
    )
    assert up.writes == []

    world.add_route(MessageRouteId="MRID-other", RouteName="other", **THEIRS)
    adopted = {**MINIMAL, "route_name": "taken", "adopt": "MRID-other"}
    world.declare({"mine": {**MINIMAL, "route_name": "support", "adopt": "MRID-theirs"}, "adopted": adopted})
    up = world.up()
    assert up.errors == (
        'cannot rename message route MRID-other to "taken": MRID-taken has this name already; give another route_name',
    )
    assert up.writes == []


def test_two_resources_of_one_given_name(world: Any) -> None:
    """Of two new resources with one given name one is made; the other is refused, whatever runs in parallel."""
    twins = {name: {**MINIMAL, "route_name": "one-name"} for name in ("a", "b")}
    world.declare({"a": twins["a"], "b": {**twins["b"], "opts": {"depends_on": ["a"]}}})
    up = world.up()
    assert not up.ok
    assert len(up.errors) == 1
    assert 'cannot create message route "one-name": another resource of this program has just made one' in up.errors[0]
    assert up.writes == [(CREATE, {"RouteName": "one-name", **THEIRS})]


def test_the_name_is_kept(world: Any) -> None:
    """Neither an alias nor a dropped route_name renames a route."""
    world.declare({"old": MINIMAL, "named": {**MINIMAL, "route_name": "given"}})
    assert world.up().ok
    world.declare({"new": {**MINIMAL, "opts": {"aliases": ["old"]}}, "named": MINIMAL})
    up = world.up()
    assert up.ok, up.text
    assert up.writes == []
    assert up.requests == ()
    assert sorted(route["RouteName"] for route in world.routes().values()) == ["given", automatic("old")]
    assert world.inputs("new")["routeName"] == automatic("old")
    assert world.inputs("named")["routeName"] == "given"
    assert world.preview().ops == {}


def test_numbers_that_match_are_not_written(world: Any) -> None:
    """A number whose settings are as declared is taken over without a write; one of another profile is announced."""
    world.edit_number(THIRD_ID, tags=["b", "a"], messaging_product="P2P")
    world.declare(
        {
            "free": {"phone_number": FIRST, "messaging_profile_id": "", "messaging_product": "A2P"},
            "same": {"phone_number": THIRD, "tags": ["a", "b", "a"], "messaging_profile_id": DEFAULT},
        }
    )
    up = world.up()
    assert up.ok, up.text
    assert up.writes == []
    assert world.up().requests == ()

    world.declare({"taken": {"phone_number": SECOND, "messaging_profile_id": ALERTS}})
    up = world.up()
    assert up.writes == [patch(SECOND_ID, messaging_profile_id=ALERTS)]
    line = f'number {SECOND}: taken over, overwrote messaging_profile_id "{DEFAULT}" -> "{ALERTS}"'
    assert line in up.text
    assert world.numbers()[THIRD] == (DEFAULT, "P2P", ("b", "a"))


def test_renamed_without_an_alias(world: Any) -> None:
    """A resource renamed without an alias: the old one's delete leaves alone what the new one took over."""
    world.declare(
        {
            "old-number": {"phone_number": FIRST, "messaging_profile_id": DEFAULT},
            "old-route": {**MINIMAL, "route_name": "kept"},
            "old-auto": MINIMAL,
        }
    )
    assert world.up().ok
    world.relabel("old-route", "new-route")
    world.declare(
        {
            "new-number": {"phone_number": FIRST, "messaging_profile_id": DEFAULT},
            "new-route": {**MINIMAL, "route_name": "kept", "adopt": "<new-route>"},
            "new-auto": MINIMAL,
        }
    )
    up = world.up()
    assert up.ok, up.text
    assert up.ops == {
        **{key: ["create"] for key in ("new-number", "new-route", "new-auto")},
        **{key: ["delete"] for key in ("old-number", "old-route", "old-auto")},
    }
    # The automatic name belongs to the resource name: another name is another route.
    new_auto = {"RouteName": automatic("new-auto"), **THEIRS}
    assert up.writes == ordered((CREATE, new_auto), (DELETE, {"MessageRouteId": "<old-auto>"}))
    assert world.numbers()[FIRST] == (DEFAULT, "A2P", ())
    assert sorted(world.routes()) == ["<new-auto>", "<new-route>"]
    assert f"number {FIRST}: left as it is" in up.text
    assert "message route <new-route>: left as it is" in up.text
