"""Scenario 14: state is what the vendor answered: fields that another write reset, other spellings, other types.

Also a state that lacks the hidden keys, as somebody with an editor leaves it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.emulator.seed import DEFAULT, FIRST, FIRST_ID, THIRD
from tests.support.scenarios.expected import URL
from tests.support.scenarios.subjects import ALL, tells

if TYPE_CHECKING:
    from tests.support.scenarios.pair import Worlds

MINIMAL = {"message_url": URL, "message_url_method": "POST"}


@pytest.mark.parametrize("kind", ["number", "group"])
def test_product_that_a_profile_change_reset(worlds: Worlds, kind: str) -> None:
    """A field that another write reset is written once more; where that resets the first one, it is an error."""
    world = worlds()
    number = {"phone_number": THIRD} if kind == "number" else {"phone_numbers": [THIRD]}
    p2p = {**number, "messaging_product": "P2P"}
    world.declare({"it": {**p2p, "messaging_profile_id": DEFAULT}})
    assert world.up().ok
    profile = world.control("POST", "profiles", {"name": "other"})["id"]
    world.settings(telnyxProfileResetsProduct=True)
    world.declare({"it": {**p2p, "messaging_profile_id": profile}})

    up = world.up()

    assert up.ok, up.text
    assert world.numbers()[THIRD][:2] == (profile, "P2P")
    assert world.preview().ops == {}
    world.settings(telnyxProductResetsProfile=True)
    world.declare({"it": {**p2p, "messaging_profile_id": DEFAULT}})
    never = world.up()
    assert not never.ok
    assert "messaging_pro" in " ".join(never.errors)
    assert len(never.writes) <= 3


ROUTES = {
    "url": {**MINIMAL, "message_url": "https://Hooks.Example.com:443"},
    "callback": {**MINIMAL, "callback_message_url": "https://hooks.example.com/cb"},
    "name": {**MINIMAL, "route_name": "SMS   Prod"},
}


def test_another_spelling_of_the_same_value(worlds: Worlds) -> None:
    """A host in lower case, a name with its blanks folded: no drift, and a change sends what was changed only."""
    world = worlds()
    world.settings(telegentUrlSpelling="normal", telegentNameSpelling="folded")
    world.declare(ROUTES)

    up = world.up()

    assert up.ok, up.text
    assert len(up.writes) == 3
    for run in (world.preview(), world.refresh(), world.up()):
        assert run.ok, run.text
        assert run.ops == {}
        assert run.writes == []
    world.declare({name: {**route, "message_username": "user"} for name, route in ROUTES.items()})
    changed = world.up()
    assert changed.ok, changed.text
    assert [body.keys() for _, body in changed.writes] == [{"MessageRouteId", "MessageUsername"}] * 3


def test_another_value_than_was_sent(worlds: Worlds) -> None:
    """A path with one more slash, a name in lower case: said; no second write and no second route follows."""
    world = worlds()
    world.settings(telegentUrlSpelling="slash", telegentNameSpelling="lower")
    world.declare(ROUTES)

    up = world.up()
    again = world.up()

    assert up.ok, up.text
    for name in ROUTES:
        assert tells(up.text, f"<{name}>", "another spelling"), up.text
    assert len(up.writes) == 3
    assert again.ok, again.text
    assert again.writes == []
    assert len(world.routes()) == 3


def test_values_in_other_types(worlds: Worlds) -> None:
    """MessageRouteEnabled as 0 or 1 and tags as null are the same values; tags removed elsewhere are drift."""
    world = worlds()
    world.settings(telegentEnabledAs="number", telnyxNoTagsAs="null")
    off, tags = {**MINIMAL, "message_route_enabled": False}, {"phone_number": FIRST, "tags": ["b", "a"]}
    world.declare({"off": off, "tags": tags, "none": {"phone_number": THIRD, "tags": []}})
    up = world.up()
    assert up.ok, up.text
    assert world.refresh().ops == {}
    assert world.preview().ops == {}

    world.edit_number(FIRST_ID, tags=[])

    assert world.refresh().ops == {"tags": ["update"]}
    again = world.up()
    assert [body for _, body in again.writes] == [{"tags": ["b", "a"]}]
    assert world.refresh().ops == {}


def test_state_without_hidden_keys(worlds: Worlds) -> None:
    """Edited by hand, or of an older version: every operation works, or says in one line what is missing."""
    world = worlds()
    ALL.exist(world)
    world.declare(ALL.taking())
    assert world.up().ok
    world.edit_state(_without_hidden_keys)
    world.declare(ALL.taking("other"))

    for run in (world.preview(), world.refresh(), world.up(), world.destroy()):
        assert "KeyError" not in run.text
        assert run.ok or run.errors
        assert not [error for error in run.errors if "\n" in error]


def _without_hidden_keys(deployment: dict[str, Any]) -> None:
    for record in deployment["resources"]:
        for side in ("inputs", "outputs"):
            kept = record.get(side) or {}
            record[side] = {key: kept[key] for key in kept if key == "__provider" or not key.startswith("__")}
