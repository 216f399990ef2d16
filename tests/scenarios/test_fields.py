"""Scenarios 2 and 3: every field of both resources alone, and the three states of every field."""

from __future__ import annotations

from typing import Any

from pulumi_messaging.core.fields import Clear, camel
from pulumi_messaging.core.message_route import MESSAGE_ROUTE
from pulumi_messaging.core.number_messaging import NUMBER_MESSAGING
from tests.support.emulator.seed import ALERTS, DEFAULT, FOURTH_ID
from tests.support.scenarios.expected import CREATE, URL, ordered, patch, update

MINIMAL = {"message_url": URL, "message_url_method": "POST"}
# Credentials that a route must have for an authentication type to be changed to.
BASIC = {"message_username": "user", "message_password_token": "one"}
CALLBACK = {"callback_message_username": "user", "callback_message_password_token": "one"}

# Field → arguments it needs beside it, value before, value after.
ROUTE_CHANGES: dict[str, tuple[dict[str, Any], Any, Any]] = {
    "message_url": ({}, URL, f"{URL}/2"),
    "message_url_method": ({}, "POST", "GET"),
    "route_name": ({}, "before", "after"),
    "message_route_enabled": ({}, True, False),
    "message_authentication_type": (BASIC, "Bearer", "Basic"),
    "message_username": ({}, "before", "after"),
    "message_password_token": ({}, "secret-before", "secret-after"),
    "callback_message_url": ({}, URL, f"{URL}/2"),
    "callback_message_url_method": ({}, "POST", "GET"),
    "callback_message_authentication_type": (CALLBACK, "Basic", "Bearer"),
    "callback_message_username": ({}, "before", "after"),
    "callback_message_password_token": ({}, "secret-before", "secret-after"),
    "inbound_bypass": ({}, False, True),
    "outbound_bypass": ({}, True, False),
    "intelligent_route_enabled": ({}, False, True),
}
NUMBER_CHANGES: dict[str, tuple[dict[str, Any], Any, Any]] = {
    "messaging_profile_id": ({}, DEFAULT, ALERTS),
    "messaging_product": ({}, "A2P", "P2P"),
    "tags": ({}, ["a", "b"], ["b", "c"]),
}


def wire(field: str) -> str:
    table = NUMBER_MESSAGING if field in NUMBER_CHANGES else MESSAGE_ROUTE
    return str(table.row(camel(field)).wire)


def shown(field: str, value: Any) -> Any:
    """A value as the request log has it."""
    return "[secret]" if field.endswith(("username", "password_token")) and value else value


def numbers(world: Any) -> dict[str, tuple[str, str]]:
    """A number of its own for every field of a number: E.164 and id."""
    made = {field: (f"+1555012000{place}", f"140000000000000000{place}") for place, field in enumerate(NUMBER_CHANGES)}
    made["phone_number"] = ("+15550120008", "1400000000000000008")
    products = {"eligible_messaging_products": ["A2P", "P2P"]}
    # A product can be changed only while the number is on a profile.
    profile = {"messaging_product": {"messaging_profile_id": DEFAULT}}
    world.control(
        "POST",
        "numbers",
        [
            {"id": one, "phone_number": number, **products, **profile.get(field, {})}
            for field, (number, one) in made.items()
        ],
    )
    return made


def test_every_field_changed_alone(world: Any) -> None:
    """The preview names exactly the changed field, and exactly its key is sent beside the id; an id change replaces."""
    every = {field.name for table in (MESSAGE_ROUTE, NUMBER_MESSAGING) for field in table.fields}
    # Of these, ``account`` has a scenario of its own, because a second account has settings of its own.
    own = {"account_id", "phone_number", "on_destroy", "adopt", "account"}
    assert {*ROUTE_CHANGES, *NUMBER_CHANGES, *own} == every
    made = numbers(world)
    world.add_route(MessageRouteId="MRID-adopted", RouteName="adopted", MessageUrl=URL, MessageUrlMethod="POST")

    def declared(after: bool) -> dict[str, Any]:
        found = {
            f"{field}-it": {**MINIMAL, **more, field: pair[after]} for field, (more, *pair) in ROUTE_CHANGES.items()
        }
        for field, (more, *pair) in NUMBER_CHANGES.items():
            found[f"{field}-it"] = {"phone_number": made[field][0], **more, field: pair[after]}
        found["account"] = {**MINIMAL, "account_id": ("AID-emulator", "AID-emulator-2")[after]}
        found["number"] = {"phone_number": (made["phone_number"][0], FOURTH_ID)[after], "tags": ["mine"]}
        found["policy"] = {**MINIMAL, "on_destroy": ("delete", "retain")[after]}
        found["adopted"] = MINIMAL if after else {**MINIMAL, "adopt": "MRID-adopted"}
        return found

    world.declare(declared(after=False))
    assert world.up().ok
    world.declare(declared(after=True))
    preview = world.preview()
    assert preview.ok, preview.text
    # The new side of a replacement is looked up, and nothing else.
    assert preview.writes == []
    assert preview.reads == [
        "GET /v1.0/account/message/routes?AccountId=AID-emulator-2",
        f"GET /v2/phone_numbers/{FOURTH_ID}/messaging",
    ]
    fields = [*ROUTE_CHANGES, *NUMBER_CHANGES]
    # Of a secret the preview tells that it changed: the resource is updated, no name, no value.
    secret = {field for field in fields if field.endswith("password_token")}
    assert all(preview.ops[f"{field}-it"] == ["update"] for field in fields)
    assert preview.diffs == {
        **{f"{field}-it": (f"~{camel(field)}",) for field in fields if field not in secret},
        "account": ("~accountId",),
        "number": ("~phoneNumber",),
        "policy": ("~onDestroy",),
        "adopted": ("-adopt",),
    }
    assert {name for name, ops in preview.ops.items() if "replace" in ops} == {"account", "number"}
    assert not [text for text in ("secret-before", "secret-after") if text in preview.text]

    up = world.up()
    assert up.ok, up.text
    assert up.ops == preview.ops
    assert {item.name: item.replaces for item in up.operations if item.op == "replace"} == {
        "account": ("accountId",),
        "number": ("phoneNumber",),
    }
    account = world.state()["account"]["inputs"]["routeName"]
    assert up.writes == ordered(
        *(
            update(f"{field}-it", **{wire(field): shown(field, after)})
            for field, (_, _, after) in ROUTE_CHANGES.items()
        ),
        *(patch(made[field][1], **{wire(field): after}) for field, (_, _, after) in NUMBER_CHANGES.items()),
        ("POST /v1.0/message/routes/delete", {"MessageRouteId": "<account>"}),
        (CREATE, {"RouteName": account, "MessageUrl": URL, "MessageUrlMethod": "POST", "AccountId": "AID-emulator-2"}),
        patch(made["phone_number"][1], tags=[]),
        patch(FOURTH_ID, tags=["mine"]),
    )
    stored = world.routes()
    assert {field: stored[f"<{field}-it>"][wire(field)] for field in ROUTE_CHANGES} == {
        field: after for field, (_, _, after) in ROUTE_CHANGES.items()
    }
    # The old object goes first: created first, the new one would be the old one, found again by its name.
    deleted = next(place for place, text in enumerate(up.sequence) if "/delete" in text and "<account>" in text)
    made_anew = next(place for place, text in enumerate(up.sequence) if text.startswith(CREATE + " "))
    assert deleted < made_anew
    assert world.preview().ops == {}


# Resource → the argument in its three states. Authentication needs its token, and cannot be emptied beside one.
STATES: dict[str, dict[str, dict[str, Any]]] = {
    field: {"empty": {field: ""}, "value": {field: value}}
    for field, value in {
        "message_username": "user",
        "message_password_token": "a-secret",
        "callback_message_url": f"{URL}/callback",
        "callback_message_url_method": "GET",
        "callback_message_username": "user",
        "callback_message_password_token": "a-secret",
    }.items()
}
for _prefix in ("message", "callback_message"):
    _kind, _token = f"{_prefix}_authentication_type", f"{_prefix}_password_token"
    STATES[_kind] = {"empty": {_kind: "", _token: ""}, "value": {_kind: "Bearer", _token: "a-secret"}}
FLAT = {
    "message_route_enabled": False,
    "inbound_bypass": True,
    "outbound_bypass": True,
    "intelligent_route_enabled": True,
}


def body(arguments: dict[str, Any]) -> dict[str, Any]:
    return {wire(field): shown(field, None if value == "" else value) for field, value in arguments.items()}


def test_three_states_of_every_route_field(world: Any) -> None:
    """Absent is never sent, "" is sent as null, a value as it is, and a removed argument is shown and not sent."""
    clearable = {field.name for field in MESSAGE_ROUTE.fields if field.clear is not Clear.NO}
    assert {name for states in STATES.values() for name in states["value"]} == clearable
    secret = {name for name in clearable if name.endswith("password_token")}

    def declare(state: str) -> Any:
        flat = FLAT if state == "value" else {}
        routes = {f"{name}-it": {**MINIMAL, **states.get(state, {})} for name, states in STATES.items()}
        world.declare(routes | {f"{name}-it": {**MINIMAL, name: flat[name]} if flat else MINIMAL for name in FLAT})
        run = world.up()
        assert run.ok, run.text
        return run

    def signs(sign: str, *, flat: bool) -> dict[str, tuple[str, ...]]:
        unnamed = secret if sign == "~" else set()  # a preview tells that a secret changed, not which one
        found = {
            f"{name}-it": tuple(sorted(f"{sign}{camel(one)}" for one in states["value"] if one not in unnamed))
            for name, states in STATES.items()
            if set(states["value"]) - unnamed
        }
        return found | ({f"{name}-it": (f"{sign}{camel(name)}",) for name in FLAT} if flat else {})

    absent = declare("absent")
    required = {"RouteName", "MessageUrl", "MessageUrlMethod"}
    assert [set(sent) for _, sent in absent.writes] == [required for _ in (*STATES, *FLAT)]

    # What is empty already is not emptied again; a secret is never compared, so it is sent.
    empty = declare("empty")
    assert empty.diffs == signs("+", flat=False)
    assert empty.writes == ordered(
        *(
            update(f"{name}-it", **body({one: "" for one in states["empty"] if one in secret}))
            for name, states in STATES.items()
            if secret & set(states["empty"])
        )
    )

    value = declare("value")
    assert value.diffs == signs("~", flat=False) | {f"{name}-it": (f"+{camel(name)}",) for name in FLAT}
    assert value.writes == ordered(
        *(update(f"{name}-it", **body(states["value"])) for name, states in STATES.items()),
        *(update(f"{name}-it", **body({name: given})) for name, given in FLAT.items()),
    )

    stored = world.routes()
    wished = [(name, one, given) for name, states in STATES.items() for one, given in states["value"].items()]
    assert [stored[f"<{name}-it>"][wire(one)] for name, one, _ in wished] == [given for *_, given in wished]
    removed = declare("removed")
    assert removed.diffs == signs("-", flat=True)
    assert removed.requests == removed.tokens == ()
    assert world.routes() == stored
    assert world.preview().ops == {}

    # What becomes managed again and has its value already is not sent, except what the vendor does not show.
    again = declare("value")
    unseen = {"inbound_bypass", "outbound_bypass", "intelligent_route_enabled"}
    assert again.writes == ordered(
        *(
            update(f"{name}-it", **body({one: given for one, given in states["value"].items() if one in secret}))
            for name, states in STATES.items()
            if secret & set(states["value"])
        ),
        *(update(f"{name}-it", **body({name: FLAT[name]})) for name in unseen),
    )
    cleared = declare("empty")
    assert cleared.writes == ordered(
        *(update(f"{name}-it", **body(states["empty"])) for name, states in STATES.items())
    )
    assert not [
        route for name, route in world.routes().items() if name.removeprefix("<")[:-4] in STATES and len(route) != 5
    ]


def test_three_states_of_every_number_field(world: Any) -> None:
    """Absent is never sent, the profile's "" unassigns, [] removes all tags, a removed argument is not sent."""
    made = numbers(world)
    other = "given"  # every number manages something, else there would be no resource

    def declare(**given: Any) -> Any:
        companions = {"messaging_profile_id": {"tags": [other]}, "messaging_product": {"tags": [other]}}
        companions["tags"] = {"messaging_profile_id": DEFAULT}
        world.declare(
            {
                f"{field}-it": {
                    "phone_number": made[field][0],
                    **companions[field],
                    **({field: given[field]} if field in given else {}),
                }
                for field in NUMBER_CHANGES
            }
        )
        run = world.up()
        assert run.ok, run.text
        return run

    profile, product, tags = (made[field][1] for field in NUMBER_CHANGES)
    absent = declare()
    assert absent.writes == ordered(
        patch(profile, tags=[other]), patch(product, tags=[other]), patch(tags, messaging_profile_id=DEFAULT)
    )
    empty = declare(messaging_profile_id="", tags=[])
    assert empty.diffs == {"messaging_profile_id-it": ("+messagingProfileId",), "tags-it": ("+tags",)}
    assert empty.writes == []
    value = declare(messaging_profile_id=ALERTS, messaging_product="P2P", tags=["x"])
    assert value.writes == ordered(
        patch(profile, messaging_profile_id=ALERTS), patch(product, messaging_product="P2P"), patch(tags, tags=["x"])
    )
    removed = declare()
    assert removed.diffs == {f"{field}-it": (f"-{camel(field)}",) for field in NUMBER_CHANGES}
    assert removed.requests == ()
    assert declare(messaging_profile_id=ALERTS, messaging_product="P2P", tags=["x"]).writes == []
    cleared = declare(messaging_profile_id="", tags=[])
    assert cleared.writes == ordered(patch(profile, messaging_profile_id=""), patch(tags, tags=[]))
