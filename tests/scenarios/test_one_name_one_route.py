"""Scenario 15: no account gets two routes of one name, whoever asks, and however late the list is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.scenarios import outside
from tests.support.scenarios.expected import CREATE, DELETE, URL, automatic

if TYPE_CHECKING:
    from tests.support.scenarios.pair import Worlds

MINIMAL = {"message_url": URL, "message_url_method": "POST"}
# With other values: a route with ours would be that of a create that was refused and carried out all the same.
THEIRS = {"MessageRouteId": "MRID-theirs", "MessageUrl": "https://theirs.example.com/in"}
GIVEN = {"account_id": "AID-emulator"}
NAMES = pytest.mark.parametrize("name", [{}, {"route_name": "given"}], ids=["automatic", "given"])


@pytest.mark.parametrize("accounts", [({}, GIVEN), (GIVEN, {})], ids=["default first", "given first"])
def test_default_and_given_account(worlds: Worlds, accounts: tuple[dict[str, str], dict[str, str]]) -> None:
    """A name in the default account is the same name in that account when it is given."""
    world = worlds()
    one, two = ({**MINIMAL, "route_name": "one", **account} for account in accounts)
    world.declare({"one": one, "two": {**two, "opts": {"depends_on": ["one"]}}})

    up = world.up()

    assert not up.ok
    assert [route["RouteName"] for route in world.routes().values()] == ["one"]


@NAMES
def test_name_taken_meanwhile(worlds: Worlds, name: dict[str, str]) -> None:
    """The create has to wait, and somebody takes the name meanwhile: the name is looked for again before it is sent."""
    world = worlds()
    wanted = name.get("route_name", automatic("it"))
    theirs = [{"path": "routes", "body": {**THEIRS, "RouteName": wanted}}]
    fault = {"operation": "createMessageRoute", "kind": "429-retry-after", "seconds": 1, "calls": theirs}
    world.control("POST", "faults", fault)
    world.declare({"it": {**MINIMAL, **name}})

    up = world.up()

    assert not up.ok
    assert "MRID-theirs" in " ".join(up.errors)
    assert [what for what, _ in up.writes] == [CREATE]
    assert [route["RouteName"] for route in world.routes().values()] == [wanted]


@NAMES
def test_two_machines_at_once(worlds: Worlds, name: dict[str, str]) -> None:
    """Two routes of one name are seen after the create: an error names both, ours stays ours, nothing is deleted."""
    world = worlds()
    wanted = name.get("route_name", automatic("it"))
    theirs = [{"path": "routes", "body": {**THEIRS, "RouteName": wanted}}]
    world.control("POST", "faults", {"operation": "createMessageRoute", "calls": theirs})
    world.declare({"it": {**MINIMAL, **name}})

    up = world.up()

    assert not up.ok
    assert len(world.routes()) == 2
    assert [one for one in ("MRID-theirs", "<it>") if one not in " ".join(up.errors)] == []
    world.control("DELETE", "routes/MRID-theirs")
    again = world.up()
    assert again.ok, again.text
    assert not [what for what, _ in [*up.writes, *again.writes] if what == DELETE]
    assert list(world.routes()) == ["<it>"]


def test_a_wave_of_creates_costs_one_list_more(worlds: Worlds) -> None:
    """One list before the first create, at most one look after each wave of four: never one for each route."""
    world = worlds()
    world.declare({f"route-{index}": MINIMAL for index in range(8)})

    up = world.up()

    assert up.ok, up.text
    assert len(world.routes()) == 8
    assert len(up.reads) <= 1 + 8 // 4


def test_killed_in_a_container_that_is_thrown_away(worlds: Worlds) -> None:
    """A fresh container finds the route of a create that was cut off, though the list shows it late: no second one.

    It knows nothing of that create, so it waits for one settled list: this scenario takes 15 seconds.
    """
    world = worlds()
    outside.fresh_container(world)
    world.settings(telegentListLagSeconds=14)
    url = {"MessageUrl": URL, "MessageUrlMethod": "POST"}
    world.declare({"it": MINIMAL})
    world.add_route(MessageRouteId="MRID-cut-off", RouteName=automatic("it"), **url)

    up = world.up()

    assert up.ok, up.text
    assert "waiting 15 s until Telegent's list shows every message route" in up.text
    assert up.writes == []
    assert list(world.routes()) == ["<it>"]
