"""Scenario 12: accounts by name. Every object is reached with the credentials of its own account only."""

from __future__ import annotations

from typing import Any

from tests.support.emulator.seed import ALERTS, FIRST, FIRST_ID, SECOND, SECOND_ID
from tests.support.scenarios.expected import CREATE, DELETE, UPDATE, URL, patch

EU = {"account": "eu"}
ROUTE = {"message_url": URL, "message_url_method": "POST", "route_name": "orders"}
NUMBER = {"phone_number": FIRST, "messaging_profile_id": ALERTS}
WRITE = f"200 PATCH /v2/phone_numbers/{FIRST_ID}/messaging"
READ = f"200 GET /v2/phone_numbers/{FIRST_ID}/messaging"


def done(run: Any) -> Any:
    assert run.ok, run.text
    return run


def writes(asked: list[str]) -> list[str]:
    """What is not a read; each answer must be a success."""
    assert {one.partition(" ")[0] for one in asked} <= {"200"}, asked
    return [one.partition(" ")[2] for one in asked if " GET " not in one]


def routes(world: Any) -> list[tuple[str, str]]:
    return [(one["RouteName"], one["MessageUrlMethod"]) for one in world.of_account("eu", "GET", "state")["routes"]]


def test_two_accounts_in_one_program(world: Any) -> None:
    """Equal objects in both: made, changed, refreshed and destroyed; no change, no request."""
    number, of_number = patch(FIRST_ID)[0], {"tags": ["a"]}
    world.open_account("eu")

    def declare(**changes: Any) -> None:
        route, settings = {**ROUTE, **changes}, {**NUMBER, **(of_number if changes else {})}
        ours = {"route": route, "number": settings}
        world.declare(ours | {f"{name}-eu": {**given, **EU} for name, given in ours.items()})

    declare()
    assert [what for what, _ in done(world.up()).writes] == [number, CREATE]
    assert writes(world.asked_of("eu")) == [number, CREATE]
    assert world.inputs("route-eu")["account"] == world.outputs("number-eu")["account"] == "eu"
    assert "account" not in world.outputs("route")

    unchanged = done(world.up())
    assert unchanged.ops == {}
    assert unchanged.requests == unchanged.tokens == ()
    assert world.asked_of("eu") == []

    declare(message_url_method="GET")
    assert [what for what, _ in done(world.up()).writes] == [number, UPDATE]
    assert writes(world.asked_of("eu")) == [number, UPDATE]

    world.of_account("eu", "PATCH", f"numbers/{FIRST}", {"tags": ["drifted"]})
    assert done(world.refresh()).diffs == {"number-eu": ("~tags",)}
    assert writes(world.asked_of("eu")) == []

    world.declare()
    assert [what for what, _ in done(world.destroy()).writes] == [number, DELETE]
    assert writes(world.asked_of("eu")) == [number, DELETE]
    assert routes(world) == []


def test_another_account_replaces(world: Any) -> None:
    """The old object is let go with the old account's credentials, and the new one made with the new one's."""
    world.open_account("eu")
    there = {"messaging_profile_id": ALERTS, "tags": ["there"]}
    world.of_account("eu", "PATCH", f"numbers/{FIRST}", there)
    group = {"phone_numbers": [SECOND], "messaging_profile_id": ALERTS}

    def declare(**account: Any) -> None:
        resources = {"route": ROUTE, "number": {**NUMBER, "tags": ["ours"]}, "group": group}
        world.declare({name: {**given, **account} for name, given in resources.items()})

    declare()
    done(world.up())
    assert world.asked_of("eu") == []

    declare(**EU)
    moved = done(world.up())
    assert moved.diffs == dict.fromkeys(("route", "number", "group"), ("+account",))
    assert set(moved.ops["route"]) == set(moved.ops["number"]) == {"create-replacement", "delete-replaced", "replace"}
    assert world.routes() == {}
    assert world.numbers()[FIRST] == (None, "A2P", ())
    assert routes(world) == [("orders", "POST")]
    second = f"PATCH /v2/phone_numbers/{SECOND_ID}/messaging"
    assert writes(world.asked_of("eu")) == [patch(FIRST_ID)[0], second, CREATE]

    declare()
    back = done(world.up())
    assert back.diffs == dict.fromkeys(("route", "number", "group"), ("-account",))
    assert routes(world) == []
    numbers = {one["phone_number"]: one for one in world.of_account("eu", "GET", "state")["numbers"]}
    assert {name: numbers[FIRST][name] for name in there} == there


def test_the_settings_of_an_account_are_needed_when_it_is_used(world: Any) -> None:
    """A refresh and a destroy name what is missing; they get the configuration of the last `up`, or the environment."""
    world.open_account("eu", "telnyx-eu_apiKey")
    world.declare({"number": {**NUMBER, **EU}})

    preview, failed = world.preview(), world.up()

    assert "existing objects are not looked up before `pulumi up`: telnyx-eu:apiKey not set" in preview.text
    assert failed.errors == (
        (
            'Telnyx account "eu" cannot be used: telnyx-eu:apiKey not set: run `pulumi config set --secret '
            "telnyx-eu:apiKey`, or set TELNYX_EU_API_KEY in the environment"
        ),
    )
    assert world.asked_of("eu") == []
    assert failed.requests == ()
