"""A route is deleted before its replacement is made: its name is free again, whoever asks for the replacement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.scenarios.expected import URL

if TYPE_CHECKING:
    from tests.support.scenarios.world import World

ROUTE = {"message_url": URL, "message_url_method": "POST", "route_name": "given"}


@pytest.mark.parametrize("route", [ROUTE, {**ROUTE, "route_name": None}], ids=["given name", "automatic name"])
def test_every_way_of_the_cli(cli_world: World, route: dict[str, Any]) -> None:
    """`--replace`, a taint, a trigger and another account: each time one route of the name is left, a new one."""
    route = {name: value for name, value in route.items() if value is not None}

    def declare(trigger: str, account: str = "AID-emulator") -> None:
        arguments = {**route, "account_id": account, "opts": {"replacement_trigger": trigger}}
        cli_world.declare({"orders": arguments})

    def made() -> tuple[str, str]:
        (kept,) = (one for one in cli_world.control("GET", "state")["routes"])
        return kept["MessageRouteId"], kept["RouteName"]

    def up(*arguments: str) -> str:
        cli_world.engine.text("up", "--yes", "--skip-preview", *arguments)
        return made()[0]

    declare("1")
    ids = [up()]
    name = made()[1]
    urn = cli_world.state()["orders"]["urn"]
    ids.append(up("--replace", urn))
    cli_world.engine.text("state", "taint", urn, "--yes")
    ids.append(up())
    declare("2")
    ids.append(up())
    declare("2", "AID-emulator-2")
    ids.append(up())

    assert len({*ids}) == 5
    assert made()[1] == name


def test_a_word_of_the_program_wins(cli_world: World) -> None:
    """Where it wants the new route to be made first, the name is taken."""
    cli_world.declare({"orders": {**ROUTE, "opts": {"replacement_trigger": "1", "delete_before_replace": False}}})
    assert cli_world.up().ok

    cli_world.declare({"orders": {**ROUTE, "opts": {"replacement_trigger": "2", "delete_before_replace": False}}})

    assert any("the account has a route of this name already" in line for line in cli_world.up().errors)
