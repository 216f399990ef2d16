"""The guard of a delete: a route in use is not deleted, however the inventory spells it."""

from __future__ import annotations

from typing import Any, cast

import pytest

from pulumi_messaging.api.telegent import TelegentClient
from pulumi_messaging.errors import UnreadableAnswer
from pulumi_messaging.reconcile.routes.in_use import RouteUsers
from tests.support.reconcile.number_routes import NUMBER as MOVED
from tests.support.reconcile.number_routes import OURS
from tests.support.reconcile.telegent_numbers import TelegentAccount

ROUTE = "MRID-5b0c1d2e"
NUMBER = "+15550100001"


class Vendor:
    """An inventory, and the details of its numbers."""

    def __init__(self, *rows: dict[str, Any], details: dict[str, Any] | None = None) -> None:
        self.rows = rows
        self.details = details
        self.asked: list[str] = []
        self.ordered: set[str] = set()

    def list_inventory(self) -> tuple[dict[str, Any], ...]:
        self.asked.append("inventory")
        return self.rows

    def get_number(self, number: str) -> dict[str, Any]:
        self.asked.append(number)
        if self.details is None:
            raise UnreadableAnswer("read number", "Telegent answered 404", "look")
        return self.details

    def users(self) -> RouteUsers:
        return RouteUsers(cast("TelegentClient", self))


def used(users: RouteUsers) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The numbers that use the route, and those that may."""
    inventory = users.inventory()
    return inventory.on(ROUTE), inventory.possible


@pytest.mark.parametrize(
    "row",
    [
        {"MessageRouteId": ROUTE},
        {"MessageRouteID": ROUTE},
        {"messageRouteId": ROUTE},
        {" messagerouteid ": ROUTE},
        {"MessageRouteId": ROUTE.lower()},
        {"MessageRouteId": f" {ROUTE} "},
        {"MessageRoute": {"MessageRouteId": ROUTE}},
        {"MessageRouteId": None, "messageRouteId": ROUTE},
    ],
)
def test_a_number_on_the_route_is_found_in_every_spelling(row: dict[str, Any]) -> None:
    vendor = Vendor({"Number": NUMBER, **row})

    assert used(vendor.users()) == ((NUMBER,), ())
    assert vendor.asked == ["inventory"]


@pytest.mark.parametrize("route", [None, "", " ", "MRID-another"])
def test_a_number_on_no_route_or_on_another_one_is_none(route: str | None) -> None:
    assert used(Vendor({"Number": NUMBER, "MessageRouteId": route}).users()) == ((), ())


@pytest.mark.parametrize("row", [{"MessageRouteId": 7}, {"MessageRouteId": [ROUTE]}, {"VoiceRouteId": ROUTE}, {}])
def test_a_row_without_a_readable_route_protects_every_route(row: dict[str, Any]) -> None:
    assert used(Vendor({"Number": NUMBER, **row}).users()) == ((), (NUMBER,))


@pytest.mark.parametrize(
    ("details", "expected"),
    [
        ({"MessageRouteId": ROUTE}, ((NUMBER,), ())),
        ({"MessageRouteId": None}, ((), ())),
        ({}, ((), (NUMBER,))),
    ],
)
def test_details_decide_where_the_inventory_is_a_summary(details: dict[str, Any], expected: object) -> None:
    """They are asked for once, however many routes are deleted."""
    vendor = Vendor({"Number": NUMBER}, details=details)
    users = vendor.users()

    assert [used(users), used(users)] == [expected, expected]
    assert vendor.asked.count(NUMBER) == 1


@pytest.mark.parametrize("spelled", [NUMBER, NUMBER.removeprefix("+")])
def test_details_of_a_number_that_this_process_has_moved_are_asked_for_again(spelled: str) -> None:
    """However the list spells it: a destroy puts it back on a route that may be the next one to go."""
    vendor = Vendor({"Number": spelled}, details={"MessageRouteId": None})
    users = vendor.users()
    assert used(users) == ((), ())

    vendor.ordered.add(NUMBER)
    vendor.details = {"MessageRouteId": ROUTE}

    assert used(users) == ((spelled,), ())


def test_the_client_knows_which_numbers_it_has_moved(telegent: TelegentAccount) -> None:
    client = telegent.client()

    client.update_number(MOVED, OURS)

    assert client.ordered == {MOVED}


def test_each_delete_reads_the_inventory_afresh() -> None:
    """A number that was moved onto the route a second ago counts."""
    vendor = Vendor({"Number": NUMBER, "MessageRouteId": None})
    users = vendor.users()
    assert used(users) == ((), ())

    vendor.rows = ({"Number": NUMBER, "MessageRouteId": ROUTE},)

    assert used(users) == ((NUMBER,), ())
