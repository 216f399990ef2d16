"""Another spelling of the same value is no drift, in whichever answer it comes."""

from __future__ import annotations

from typing import Any

from tests.support.emulator.seed import ALERTS, FIRST, FIRST_ID, THIRD, THIRD_ID
from tests.support.scenarios.expected import patch

ROUTE = {
    "message_url": "https://Hooks.Example.com:443/In/%c3%bc?a=%7e",
    "message_url_method": "POST",
    "route_name": "Two  words",
    "callback_message_url": "https://hooks.example.com",
}
KEPT = {
    "MessageUrl": "https://hooks.example.com/In/%C3%BC?a=~",
    "RouteName": "Two words",
    "CallbackMessageUrl": "https://HOOKS.example.com/",
}
NUMBERS = {
    "tagged": {"phone_number": FIRST, "tags": ["two", "one"]},
    "product": {"phone_number": THIRD, "messaging_profile_id": ALERTS},
}


def test_the_vendor_keeps_another_spelling(world: Any) -> None:
    """A refresh and an `up` show and send nothing; the state has the declared spelling, and outputs sorted sets."""
    world.declare({"orders": ROUTE, **NUMBERS})
    assert world.up().ok
    declared = {name: world.outputs("orders")[name] for name in ("messageUrl", "callbackMessageUrl")}
    world.edit_route("orders", **KEPT)
    world.edit_number(FIRST_ID, tags=["one", "two"])
    world.edit_number(THIRD_ID, eligible_messaging_products=["P2P", "A2P"], tags=["b", "a"])

    for run in (world.refresh(), world.preview(), world.up()):
        assert run.ok
        assert run.ops == {}
        assert run.writes == []

    assert {name: world.outputs("orders")[name] for name in declared} == declared
    assert (world.inputs("tagged")["tags"], world.outputs("tagged")["tags"]) == (["two", "one"], ["one", "two"])
    assert world.outputs("product")["tags"] == ["a", "b"]
    assert world.outputs("product")["eligibleMessagingProducts"] == ["A2P", "P2P"]


def test_tags_that_read_as_null_are_removed_tags(world: Any) -> None:
    """Removed elsewhere: a refresh shows it, and an `up` puts them back. An answer without the key tells nothing."""
    world.declare({"tagged": NUMBERS["tagged"]})
    assert world.up().ok
    found = world.control("GET", "state")["numbers"][0]
    without = {name: value for name, value in found.items() if name != "tags"}
    for body, shown in ((without, {}), ({**found, "tags": None}, {"tagged": ("~tags",)})):
        world.script(operation="retrieveMessaging", body={"data": body})
        refresh = world.refresh()
        assert refresh.ok, refresh.text
        assert refresh.diffs == shown

    assert world.up().writes == [patch(FIRST_ID, tags=["two", "one"])]
