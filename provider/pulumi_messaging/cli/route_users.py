"""The numbers that use routes and profiles: from the live accounts where there are credentials, else from the state."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Final, TypeVar

from pulumi_messaging.cli.sides import Numbers, Side
from pulumi_messaging.core.fields import Table
from pulumi_messaging.core.message_route import MESSAGE_ROUTE
from pulumi_messaging.errors import ConfigurationError, NotFound
from pulumi_messaging.estate.reading import read_numbers
from pulumi_messaging.reconcile.routes.in_use import Inventory, RouteUsers
from pulumi_messaging.wiring import Wiring

if TYPE_CHECKING:
    from pulumi_messaging.api.telegent import TelegentClient
    from pulumi_messaging.api.telnyx import TelnyxClient
    from pulumi_messaging.settings import Get

C = TypeVar("C")

# The settings with which a number names its route or its profile.
_OF_ROUTES, _OF_PROFILES = "messageRouteId", "messagingProfileId"
_MISSING: Final = "TELEGENT_ACCOUNT_KEY and TELEGENT_ACCOUNT_SECRET are not both set"
_NOT_COUNTED: Final = "numbers of routes that the state does not hold are not counted"
_NOT_COUNTED_ON_PROFILES: Final = "numbers on profiles that the state does not hold are not counted"


class ObjectNumbers:
    """Gives the numbers that use a route or a profile, with their origin: ``live``, ``state``, or ``unknown``.

    One walk through the inventory serves all routes; an object that is not asked for costs no request.

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

    def __call__(self, table: Table, object_id: str) -> Numbers:
        """The numbers of an object of a resource with this table.

        Raises:
            MessagingError: The account cannot be read.
        """
        if table.resource == MESSAGE_ROUTE.resource:
            live = self._on_route(object_id)
            return self._in_state(_OF_ROUTES, object_id) if live is None else live
        live = self._on_profile(object_id)
        return self._in_state(_OF_PROFILES, object_id) if live is None else live

    def close(self) -> None:
        """Close the connections."""
        self._wiring.close()

    def _in_state(self, named_by: str, object_id: str) -> Numbers:
        users = Numbers(known=self._has_state, origin="state" if self._has_state else "unknown")
        for side in self._sides:
            if side.has_numbers and object_id in (side.held.get(named_by), side.inputs.get(named_by)):
                users |= side.numbers
        return users

    def _on_route(self, route_id: str) -> Numbers | None:
        """The numbers in the inventory; None where nobody can be asked, or where these credentials see others only."""
        if self._telegent is None:
            return None
        users = self._inventory.of(route_id)
        if not users.certain and route_id not in self._routes:
            self._say(f"message route {route_id}: it is not in the account of TELEGENT_ACCOUNT_KEY; {_NOT_COUNTED}")
            return None
        # A number whose row shows no readable route may be on this one.
        rows = (*users.certain, *users.possible)
        return Numbers(frozenset(rows), nameless=len(rows) - len(set(rows)), origin="live")

    def _on_profile(self, profile_id: str) -> Numbers | None:
        """The numbers on a profile; None as for routes."""
        if self._telnyx is None:
            return None
        try:
            numbers = read_numbers(self._telnyx, messaging_profile_id=profile_id)
        except NotFound:
            told = f"messaging profile {profile_id}: it is not in the account of TELNYX_API_KEY"
            self._say(f"{told}; {_NOT_COUNTED_ON_PROFILES}")
            return None
        return Numbers(frozenset(each.number for each in numbers), origin="live")

    @cached_property
    def _telegent(self) -> TelegentClient | None:
        return self._client(self._wiring.telegent_client, f"the inventory was not read: {_MISSING}; {_NOT_COUNTED}")

    @cached_property
    def _telnyx(self) -> TelnyxClient | None:
        missing = f"numbers on profiles were not read: TELNYX_API_KEY is not set; {_NOT_COUNTED_ON_PROFILES}"
        return self._client(self._wiring.telnyx_client, missing)

    def _client(self, make: Callable[[Get, Mapping[str, str]], C], missing: str) -> C | None:
        try:
            return make(lambda _: None, self._environ)
        except ConfigurationError as error:
            if error.short == str(error):  # it is wrong, not missing
                raise
            self._say(missing)
            return None

    @cached_property
    def _inventory(self) -> Inventory:
        assert self._telegent is not None
        return RouteUsers(self._telegent).inventory()

    @cached_property
    def _routes(self) -> frozenset[object]:
        assert self._telegent is not None
        return frozenset(row.get("MessageRouteId") for row in self._telegent.list_message_routes().routes)
