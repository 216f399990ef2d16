"""The numbers that use message routes: from the live inventory where there are credentials, else from the state."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Final

from pulumi_messaging.cli.sides import Numbers, Side
from pulumi_messaging.errors import ConfigurationError
from pulumi_messaging.reconcile.routes.in_use import Inventory, RouteUsers
from pulumi_messaging.wiring import Wiring

if TYPE_CHECKING:
    from pulumi_messaging.api.telegent import TelegentClient

NAMED_BY: Final = "messageRouteId"  # the setting with which a number names its route
_MISSING: Final = "TELEGENT_ACCOUNT_KEY and TELEGENT_ACCOUNT_SECRET are not both set"
_NOT_COUNTED: Final = "numbers of routes that the state does not hold are not counted"


class RouteNumbers:
    """Gives the numbers that use a route, with their origin: ``live``, ``state``, or ``unknown`` without both.

    One walk through the inventory serves all routes; a route that is not asked for costs no request.

    Args:
        sides: The resources of the state and of the preview.
        has_state: Whether a whole state is among them.
        environ: Environment variables, which may hold credentials.
        say: Writes one line for the user.
    """

    def __init__(
        self, sides: Iterable[Side], environ: Mapping[str, str], say: Callable[[str], None], *, has_state: bool
    ) -> None:
        self._sides, self._environ, self._say, self._has_state = tuple(sides), environ, say, has_state
        self._wiring = Wiring(say)

    def __call__(self, route_id: str) -> Numbers:
        """The numbers of a route.

        Raises:
            MessagingError: The inventory cannot be read.
        """
        live = self._live(route_id)
        return self._in_state(route_id) if live is None else live

    def close(self) -> None:
        """Close the connections."""
        self._wiring.close()

    def _in_state(self, route_id: str) -> Numbers:
        users = Numbers(known=self._has_state, origin="state" if self._has_state else "unknown")
        for side in self._sides:
            if side.has_numbers and route_id in (side.held.get(NAMED_BY), side.inputs.get(NAMED_BY)):
                users |= side.numbers
        return users

    def _live(self, route_id: str) -> Numbers | None:
        """The numbers in the inventory; None where nobody can be asked, or where these credentials see others only."""
        if self._client is None:
            return None
        users = self._inventory.of(route_id)
        if not users.certain and route_id not in self._routes:
            self._say(f"message route {route_id}: it is not in the account of TELEGENT_ACCOUNT_KEY; {_NOT_COUNTED}")
            return None
        # A number whose row shows no readable route may be on this one.
        rows = (*users.certain, *users.possible)
        return Numbers(frozenset(rows), nameless=len(rows) - len(set(rows)), origin="live")

    @cached_property
    def _client(self) -> TelegentClient | None:
        try:
            return self._wiring.telegent_client(lambda _: None, self._environ)
        except ConfigurationError as error:
            if error.short == str(error):  # it is wrong, not missing
                raise
            self._say(f"the inventory was not read: {_MISSING}; {_NOT_COUNTED}")
            return None

    @cached_property
    def _inventory(self) -> Inventory:
        assert self._client is not None
        return RouteUsers(self._client).inventory()

    @cached_property
    def _routes(self) -> frozenset[object]:
        assert self._client is not None
        return frozenset(row.get("MessageRouteId") for row in self._client.list_message_routes().routes)
