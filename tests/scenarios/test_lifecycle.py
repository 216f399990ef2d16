"""Scenario 1: three routes and four numbers, from nothing to nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.support.emulator.seed import (
    ALERTS,
    DEFAULT,
    FIRST,
    FIRST_ID,
    FOURTH,
    FOURTH_ID,
    SECOND,
    SECOND_ID,
    THIRD,
    THIRD_ID,
)
from tests.support.scenarios.expected import CREATE, DELETE, PAGE, URL, automatic, each, ordered, patch, update

ROOT = Path(__file__).parents[2]
SECRETS = ("pass-of-support", "receipts-of-support", "token-of-alerts")
RESOURCES = {
    "orders": {"message_url": URL, "message_url_method": "POST"},
    "support": {
        "route_name": "support-dev",
        "message_url": f"{URL}/support",
        "message_url_method": "POST",
        "message_route_enabled": True,
        "message_authentication_type": "Basic",
        "message_username": "telegent",
        "message_password_token": SECRETS[0],
        "callback_message_url": f"{URL}/support/receipts",
        "callback_message_url_method": "POST",
        "callback_message_authentication_type": "Basic",
        "callback_message_username": "receipts",
        "callback_message_password_token": SECRETS[1],
        "inbound_bypass": False,
        "outbound_bypass": False,
        "intelligent_route_enabled": True,
        "account_id": "AID-emulator-2",
        "on_destroy": "disable",
    },
    "alerts": {
        "message_url": f"{URL}/alerts",
        "message_url_method": "GET",
        "callback_message_url": f"{URL}/alerts/receipts",
        "callback_message_url_method": "POST",
        "callback_message_authentication_type": "Bearer",
        "callback_message_password_token": SECRETS[2],
    },
    "assigned": {"phone_number": FIRST, "messaging_profile_id": DEFAULT},
    "product": {"phone_number": THIRD, "messaging_product": "P2P"},
    "by-id": {"phone_number": FOURTH_ID, "messaging_profile_id": ALERTS, "on_destroy": "unassign"},
    "by-number": {"phone_number": SECOND, "messaging_profile_id": ALERTS, "tags": ["campaign", "dev"]},
}
SUPPORT = {
    "RouteName": "support-dev",
    "MessageUrl": f"{URL}/support",
    "MessageUrlMethod": "POST",
    "MessageRouteEnabled": True,
    "MessageAuthenticationType": "Basic",
    "MessageUsername": "[secret]",
    "MessagePasswordToken": "[secret]",
    "CallbackMessageUrl": f"{URL}/support/receipts",
    "CallbackMessageUrlMethod": "POST",
    "CallbackMessageAuthenticationType": "Basic",
    "CallbackMessageUsername": "[secret]",
    "CallbackMessagePasswordToken": "[secret]",
    "InboundBypass": False,
    "OutboundBypass": False,
    "IntelligentRouteEnabled": True,
    "AccountId": "AID-emulator-2",
}
BEARER = {
    "RouteName": automatic("alerts"),
    "MessageUrl": f"{URL}/alerts",
    "MessageUrlMethod": "GET",
    "CallbackMessageUrl": f"{URL}/alerts/receipts",
    "CallbackMessageUrlMethod": "POST",
    "CallbackMessageAuthenticationType": "Bearer",
    "CallbackMessagePasswordToken": "[secret]",
}
MINIMAL = {"RouteName": automatic("orders"), "MessageUrl": URL, "MessageUrlMethod": "POST"}
CREATES = ordered(
    (CREATE, MINIMAL),
    (CREATE, SUPPORT),
    (CREATE, BEARER),
    patch(FIRST_ID, messaging_profile_id=DEFAULT),
    patch(SECOND_ID, messaging_profile_id=ALERTS, tags=["campaign", "dev"]),
    patch(THIRD_ID, messaging_product="P2P"),
    patch(FOURTH_ID, messaging_profile_id=ALERTS),
)

# Reads: the names of each account, and the number that comes first, by the name it was declared with.
LISTS = ["GET /v1.0/account/message/routes", "GET /v1.0/account/message/routes?AccountId=AID-emulator-2"]
# The first number is read alone: an E.164 by the filtered list, which would show two numbers of it.
FIRST_READS = {
    f"GET /v2/phone_numbers/{FOURTH_ID}/messaging",
    *(f"{PAGE}&filter[phone_number]={number}" for number in (FIRST, SECOND, THIRD)),
}


def test_lifecycle(world: Any) -> None:
    """One exact write per resource; again: nothing; refresh and preview: nothing; destroy does what was promised."""
    before = world.numbers()
    world.declare(RESOURCES)

    preview = world.preview()
    assert preview.ok, preview.text
    assert preview.writes == []
    # What is new to the state is looked up: the names of each account, the first number alone, the others on one page.
    assert sorted(read for read in preview.reads if read not in FIRST_READS) == sorted([*LISTS, PAGE])
    assert len(preview.reads) == 4
    assert preview.ops == each(RESOURCES, "create")
    assert world.routes() == {}

    up = world.up()
    assert up.ok, up.text
    assert up.ops == each(RESOURCES, "create")
    assert up.writes == CREATES
    # The names of an account are listed before its first create and after each wave of creates; the first number is
    # read by the name it was declared with, the others are on one page.
    shared = [read for read in up.reads if read not in FIRST_READS]
    assert {*shared} == {*LISTS, PAGE}
    assert [shared.count(read) for read in (LISTS[1], PAGE)] == [2, 1]
    assert 2 <= shared.count(LISTS[0]) <= 3, "two creates, in one wave or in two"
    assert len(up.reads) == len(shared) + 1
    assert up.tokens == ("<emulator>/v1.0/account/message/routes", "<emulator>/v1.0/message/routes")
    stored = world.routes()
    assert stored["<orders>"] == MINIMAL | {"AccountId": "AID-emulator", "MessageRouteEnabled": True}
    secrets = {"MessagePasswordToken": SECRETS[0], "CallbackMessagePasswordToken": SECRETS[1]}
    users = {"MessageUsername": "telegent", "CallbackMessageUsername": "receipts"}
    assert stored["<support>"] == SUPPORT | users | secrets
    own = {"AccountId": "AID-emulator", "MessageRouteEnabled": True, "CallbackMessagePasswordToken": SECRETS[2]}
    assert stored["<alerts>"] == BEARER | own
    assert world.numbers() == before | {
        FIRST: (DEFAULT, "A2P", ()),
        SECOND: (ALERTS, "A2P", ("campaign", "dev")),
        THIRD: (DEFAULT, "P2P", ()),
        FOURTH: (ALERTS, "A2P", ()),
    }
    assert not [secret for secret in SECRETS if secret in up.text + world.raw_state()]

    again = world.up()
    assert again.ok
    assert again.ops == {}
    assert again.requests == again.tokens == ()

    kept = world.state()
    refresh = world.refresh()
    assert refresh.ok, refresh.text
    assert refresh.ops == {}
    assert refresh.writes == []
    assert world.state() == kept
    preview = world.preview()
    assert preview.ops == preview.diffs == {}
    assert preview.requests == preview.tokens == ()

    destroy = world.destroy()
    assert destroy.ok, destroy.text
    assert destroy.ops == each(RESOURCES, "delete")
    assert destroy.writes == ordered(
        (DELETE, {"MessageRouteId": "<orders>"}),
        (DELETE, {"MessageRouteId": "<alerts>"}),
        update("support", MessageRouteEnabled=False),
        patch(FIRST_ID, messaging_profile_id=""),
        patch(SECOND_ID, messaging_profile_id=DEFAULT, tags=[]),
        patch(THIRD_ID, messaging_product="A2P"),
        patch(FOURTH_ID, messaging_profile_id=""),
    )
    assert world.numbers() == before
    assert world.routes() == {"<support>": stored["<support>"] | {"MessageRouteEnabled": False}}
    assert not [record for record in world.state().values() if record["type"].startswith("pulumi-python:")]


def test_state_of_a_route_and_a_number(world: Any) -> None:
    """Inputs and outputs in state are the declared values in camelCase, what only the vendor knows, and no more."""
    world.declare({"alerts": RESOURCES["alerts"], "by-id": RESOURCES["by-id"]})
    assert world.up().ok
    state = world.state()
    inputs = state["alerts"]["inputs"]
    assert inputs.pop("__provider") == state["alerts"]["outputs"].pop("__provider")
    assert inputs == {
        "__autoname": automatic("alerts"),
        "routeName": automatic("alerts"),
        "messageUrl": f"{URL}/alerts",
        "messageUrlMethod": "GET",
        "callbackMessageUrl": f"{URL}/alerts/receipts",
        "callbackMessageUrlMethod": "POST",
        "callbackMessageAuthenticationType": "Bearer",
        "callbackMessagePasswordToken": "[secret]",
    }
    assert state["alerts"]["outputs"] == inputs | {"messageRouteId": "<alerts>", "__account": "<account>"}
    assert state["alerts"]["id"] == "<alerts>"

    number = state["by-id"]
    assert number["inputs"].pop("__provider") == number["outputs"].pop("__provider")
    assert number["inputs"] == {
        "phoneNumber": FOURTH_ID,
        "messagingProfileId": ALERTS,
        "onDestroy": "unassign",
    }
    features = {"domestic_two_way": True, "international_inbound": True, "international_outbound": False}
    assert number["outputs"] == {
        "phoneNumberId": FOURTH_ID,
        "phoneNumber": FOURTH,
        "countryCode": "US",
        "type": "longcode",
        "trafficType": "A2P",
        "eligibleMessagingProducts": ["A2P"],
        "features": {"sms": features, "mms": features | {"international_inbound": False}},
        "tags": [],
        "messagingProfileId": ALERTS,
        "messagingProduct": "A2P",
        "onDestroy": "unassign",
        "__phoneNumber": FOURTH_ID,
        "__account": "<account>",
        "__former": {"messagingProfileId": ""},
    }
    assert number["id"] == FOURTH_ID


def test_automatic_names_are_pinned() -> None:
    """The automatic name of a resource is the same for ever: users' accounts hold routes of these names."""
    assert automatic("orders") == "orders-9e1644e"


def test_dev_stack_on_the_embedded_emulator(world: Any) -> None:
    """The dev stack as it is in the repository: three routes and four numbers in process, then nothing at all."""
    world.copy(ROOT, "__main__.py", "stacks")
    world.project("name: messaging\nruntime: python\nstackConfigDir: stacks\n")
    up = world.up()
    assert up.ok, up.text
    assert len(up.ops) == 7
    assert len(up.writes) == 7
    assert sorted(world.routes()) == ["<alerts>", "<orders>", "<support>"]
    again = world.up()
    assert again.ops == {}
    assert again.requests == again.tokens == ()
    assert again.outputs == {
        "routes": {name: f"<{name}>" for name in ("alerts", "orders", "support")},
        "numbers": {ALERTS: [SECOND, FOURTH], DEFAULT: [FIRST, THIRD]},
    }
    assert world.refresh().ops == {}
    assert world.preview().ops == {}
    assert world.destroy().ok
    assert sorted(world.routes()) == ["<support>"]
