"""Scenario 4: changed or deleted elsewhere."""

from __future__ import annotations

from typing import Any

from tests.support.emulator.seed import ALERTS, DEFAULT, FIRST, FIRST_ID, FOURTH, FOURTH_ID, SECOND, SECOND_ID
from tests.support.scenarios.expected import CREATE, URL, each, ordered, patch, update

ROUTES: dict[str, Any] = {
    "full": {
        "message_url": URL,
        "message_url_method": "POST",
        "message_route_enabled": True,
        "message_authentication_type": "Basic",
        "message_username": "user",
        "message_password_token": "the-password",
        "callback_message_url": f"{URL}/receipts",
        "callback_message_url_method": "POST",
    },
    "small": {"message_url": URL, "message_url_method": "POST"},
    "cleared": {"message_url": URL, "message_url_method": "POST", "callback_message_url": ""},
}
NUMBERS: dict[str, Any] = {
    "profile": {"phone_number": FIRST, "messaging_profile_id": DEFAULT},
    "tags": {"phone_number": SECOND, "tags": ["a", "b"]},
    "unassigned": {"phone_number": FOURTH, "messaging_profile_id": ""},
}


def test_changed_elsewhere(world: Any) -> None:
    """A refresh shows what changed field by field; the next up sends those fields only, and nothing unmanaged."""
    world.declare(ROUTES | NUMBERS)
    assert world.up().ok
    world.edit_route(
        "full",
        MessageUrl="https://elsewhere.example.com/",
        MessageUsername=None,
        MessagePasswordToken="another-password",
        MessageRouteEnabled=False,
        CallbackMessageUrlMethod=None,
        CallbackMessageAuthenticationType="Bearer",
        CallbackMessagePasswordToken="theirs",
        InboundBypass=True,
    )
    world.edit_route("small", CallbackMessageUrl=f"{URL}/theirs", MessageUsername="theirs", MessageRouteEnabled=False)
    world.edit_route("cleared", CallbackMessageUrl=f"{URL}/theirs")
    world.edit_number(FIRST_ID, messaging_profile_id=None, tags=["theirs"])
    world.edit_number(SECOND_ID, tags=["b", "c"], messaging_profile_id=ALERTS)
    world.edit_number(FOURTH_ID, messaging_profile_id=ALERTS)

    # A plain preview asks nobody, so it cannot know.
    assert world.preview().ops == {}

    drift = {
        "full": ("~callbackMessageUrlMethod", "~messageRouteEnabled", "~messageUrl", "~messageUsername"),
        "cleared": ("~callbackMessageUrl",),
        "profile": ("~messagingProfileId",),
        "tags": ("~tags",),
        "unassigned": ("~messagingProfileId",),
    }
    refresh = world.refresh()
    assert refresh.ok, refresh.text
    assert refresh.diffs == drift
    assert refresh.ops == each(drift, "update")
    assert refresh.writes == []
    assert world.inputs("full")["messageUrl"] == "https://elsewhere.example.com/"
    assert world.inputs("full")["messageUsername"] == ""
    assert world.inputs("tags")["tags"] == ["b", "c"]
    assert "callbackMessageUrl" not in world.inputs("small")
    assert "the-password" not in refresh.text + world.raw_state()
    assert "another-password" not in refresh.text + world.raw_state()

    preview = world.preview()
    assert preview.diffs == drift
    assert preview.requests == ()
    up = world.up()
    assert up.ok, up.text
    assert up.diffs == drift
    assert up.writes == ordered(
        update(
            "full",
            MessageUrl=URL,
            MessageUsername="[secret]",
            MessageRouteEnabled=True,
            CallbackMessageUrlMethod="POST",
        ),
        update("cleared", CallbackMessageUrl=None),
        patch(FIRST_ID, messaging_profile_id=DEFAULT),
        patch(SECOND_ID, tags=["a", "b"]),
        patch(FOURTH_ID, messaging_profile_id=""),
    )
    routes, numbers = world.routes(), world.numbers()
    assert routes["<full>"]["CallbackMessagePasswordToken"] == "theirs"
    assert routes["<full>"]["InboundBypass"] is True
    assert routes["<full>"]["MessageUsername"] == "user"
    assert routes["<small>"]["CallbackMessageUrl"] == f"{URL}/theirs"
    assert routes["<small>"]["MessageRouteEnabled"] is False
    assert numbers[FIRST] == (DEFAULT, "A2P", ("theirs",))
    assert numbers[SECOND] == (ALERTS, "A2P", ("a", "b"))
    assert world.preview(refresh=True).ops == {}


def test_flags_are_compared_only_where_they_are_returned(world: Any) -> None:
    """A flag that the vendor does not return shows no drift; where it is returned it shows, and is corrected alone."""
    world.declare({"flags": {"message_url": URL, "message_url_method": "POST", "inbound_bypass": True}})
    assert world.up().ok
    world.edit_route("flags", InboundBypass=False)
    assert world.preview(refresh=True).ops == {}
    world.settings(telegentReturnFlags=True)
    assert world.refresh().diffs == {"flags": ("~inboundBypass",)}
    assert world.up().writes == [update("flags", InboundBypass=True)]


def test_deleted_elsewhere(world: Any) -> None:
    """What is gone leaves the state at a refresh and is made anew by the next up; a number that left is an error."""
    world.declare({"small": ROUTES["small"], "profile": NUMBERS["profile"]})
    assert world.up().ok
    name = world.inputs("small")["routeName"]
    world.drop_route("small")
    world.drop_number(FIRST_ID)

    refresh = world.refresh()
    assert refresh.ok, refresh.text
    assert refresh.ops == {"small": ["delete"], "profile": ["delete"]}
    # Each 404 is believed only when the account's list confirms it.
    assert "GET /v1.0/account/message/routes" in refresh.reads
    assert any(read.startswith("GET /v2/phone_numbers?filter[phone_number]=") for read in refresh.reads)
    assert not {"small", "profile"} & world.state().keys()

    assert world.preview().ops == {"small": ["create"], "profile": ["create"]}
    world.declare({"small": ROUTES["small"]})
    up = world.up()
    assert up.writes == [(CREATE, {"RouteName": name, "MessageUrl": URL, "MessageUrlMethod": "POST"})]
    assert list(world.routes()) == ["<small>"]


def test_a_short_list_drops_nothing(world: Any) -> None:
    """A 404 beside a list that is shorter than it says is an error in one line, and the route stays in the state."""
    world.declare({"small": ROUTES["small"]})
    assert world.up().ok
    world.drop_route("small")
    world.settings(telegentListShort=True)
    refresh = world.refresh()
    assert not refresh.ok
    assert len(refresh.errors) == 1
    assert "cannot tell whether message route <former small> is gone" in refresh.errors[0]
    assert "small" in world.state()
