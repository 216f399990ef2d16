"""The numbers that use a message route, which guard it against deletion.

The guard fails closed: a row of the inventory in which no route can be read may be of a number on this route. Key and
id are read as the vendor's pages spell them, which differ in case.

Vendor pages: docs.telegent.com, "List Inventory", "Number Details".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pulumi_messaging.core.inventory_row import Row, folded_id, routes_in
from pulumi_messaging.errors import ApiError
from pulumi_messaging.reconcile.single_flight import Coalescer, SingleFlightCache

if TYPE_CHECKING:
    from pulumi_messaging.api.telegent import TelegentClient

_NAMES: Final = ("Number", "Tnid", "TNID", "Iccid")


@dataclass(frozen=True, slots=True)
class Inventory:
    """The account's numbers by the route that they use, and those that may use any: their rows show no readable one."""

    users: Mapping[str, Sequence[str]]  # by route id, in one spelling
    possible: tuple[str, ...]

    def on(self, route_id: str) -> tuple[str, ...]:
        """The numbers that certainly use a route."""
        return tuple(self.users.get(folded_id(route_id), ()))


class RouteUsers:
    """Looks the users of routes up; for any thread. One walk through the inventory serves all deletes that wait."""

    def __init__(self, client: TelegentClient) -> None:
        self._ordered = client.ordered
        self._read = _details_of(client)
        self._inventories: Coalescer[None, tuple[Row, ...]] = Coalescer(lambda _: client.list_inventory())
        self._details: SingleFlightCache[str, Row] = SingleFlightCache(self._read)

    def inventory(self) -> Inventory:
        """The users of all routes, by an inventory that is read after this call.

        Raises:
            ApiError: The inventory cannot be read.
        """
        users: dict[str, list[str]] = {}
        possible = []
        for row in self._inventories.get(None):
            routes = routes_in(row)
            if not routes and (name := _name(row)):
                # The list may be a summary. Details are asked for once, unless this process moves the number.
                moved = not self._ordered.isdisjoint((name, f"+{name}"))
                routes = routes_in(self._read(name) if moved else self._details.get(name))
            name = _name(row) or "a number without a name"
            for route in filter(None, routes):
                users.setdefault(route, []).append(name)
            if not routes or None in routes:
                possible.append(name)
        return Inventory(users, tuple(possible))


def _name(row: Row) -> str:
    return next((str(row[name]) for name in _NAMES if row.get(name)), "")


def _details_of(client: TelegentClient) -> Callable[[str], Row]:
    def details(number: str) -> Row:
        try:
            return client.get_number(number)
        except ApiError:
            return {}

    return details
