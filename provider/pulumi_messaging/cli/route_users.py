"""The numbers that use routes and profiles: from the live accounts where there are credentials, else from the state."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Final, TypeVar

from pulumi_messaging.cli.sides import Numbers, Side
from pulumi_messaging.core.fields import Table
from pulumi_messaging.core.message_route import MESSAGE_ROUTE
from pulumi_messaging.core.number_messaging import NumberMessagingFields
from pulumi_messaging.core.number_route import NumberRouteFields
from pulumi_messaging.errors import ConfigurationError, NotFound
from pulumi_messaging.estate.reading import read_numbers
from pulumi_messaging.reconcile.routes.in_use import Inventory, RouteUsers
from pulumi_messaging.settings import CREDENTIALS, variable
from pulumi_messaging.wiring import Wiring

if TYPE_CHECKING:
    from pulumi_messaging.api.telegent import TelegentClient
    from pulumi_messaging.api.telnyx import TelnyxClient
    from pulumi_messaging.settings import Get

C = TypeVar("C")

# The settings with which a number names its route or its profile.
_OF_ROUTES: Final = NumberRouteFields.message_route_id.state
_OF_PROFILES: Final = NumberMessagingFields.messaging_profile_id.state
_NOT_COUNTED: Final = "numbers of routes that the state does not hold are not counted"
_NOT_COUNTED_ON_PROFILES: Final = "numbers on profiles that the state does not hold are not counted"


class ObjectNumbers:
    """Gives the numbers that use a route or a profile, with their origin: ``live``, ``state``, or ``unknown``.

    One walk through an account's inventory serves all its routes; an object that is not asked for costs no request.

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
        self._accounts: dict[str, _Account] = {}

    def __call__(self, table: Table, object_id: str, account: str) -> Numbers:
        """The numbers of an object of a resource with this table, in the account of this name.

        Raises:
            MessagingError: The account cannot be read.
        """
        asked = self._accounts.setdefault(account, _Account(account, self._wiring, self._environ, self._say))
        if table.resource == MESSAGE_ROUTE.resource:
            named_by, live = _OF_ROUTES, asked.on_route(object_id)
        else:
            named_by, live = _OF_PROFILES, asked.on_profile(object_id)
        return self._in_state(named_by, object_id, account) if live is None else live

    def close(self) -> None:
        """Close the connections."""
        self._wiring.close()

    def _in_state(self, named_by: str, object_id: str, account: str) -> Numbers:
        users = Numbers(known=self._has_state, origin="state" if self._has_state else "unknown")
        for side in self._sides:
            named = (side.held.get(named_by), side.inputs.get(named_by))
            if side.has_numbers and side.account == account and object_id in named:
                users |= side.numbers
        return users


class _Account:
    """The numbers of one account, each list read once; None where nobody can be asked, or is asked in vain."""

    def __init__(self, name: str, wiring: Wiring, environ: Mapping[str, str], say: Callable[[str], None]) -> None:
        self._name, self._wiring, self._environ, self._say = name, wiring, environ, say

    def on_route(self, route_id: str) -> Numbers | None:
        """The numbers on a route, by the inventory."""
        if self._telegent is None:
            return None
        certain = self._inventory.on(route_id)
        if not certain and route_id not in self._routes:
            key = self._variable("telegent:accountKey")
            self._say(f"message route {route_id}: it is not in the account of {key}; {_NOT_COUNTED}")
            return None
        # A number whose row shows no readable route may be on this one.
        rows = (*certain, *self._inventory.possible)
        return Numbers(frozenset(rows), nameless=len(rows) - len(set(rows)), origin="live")

    def on_profile(self, profile_id: str) -> Numbers | None:
        """The numbers on a profile, by its own list."""
        if self._telnyx is None:
            return None
        try:
            numbers = read_numbers(self._telnyx, messaging_profile_id=profile_id)
        except NotFound:
            told = f"messaging profile {profile_id}: it is not in the account of {self._variable('telnyx:apiKey')}"
            self._say(f"{told}; {_NOT_COUNTED_ON_PROFILES}")
            return None
        return Numbers(frozenset(each.number for each in numbers), origin="live")

    @cached_property
    def _telegent(self) -> TelegentClient | None:
        names = " and ".join(map(self._variable, CREDENTIALS["telegent"]))
        missing = f"the inventory was not read: {names} are not both set; {_NOT_COUNTED}"
        return self._client(self._wiring.telegent_client, missing)

    @cached_property
    def _telnyx(self) -> TelnyxClient | None:
        missing = f"numbers on profiles were not read: {self._variable('telnyx:apiKey')} is not set"
        return self._client(self._wiring.telnyx_client, f"{missing}; {_NOT_COUNTED_ON_PROFILES}")

    def _variable(self, key: str) -> str:
        return variable(key, self._name)

    def _client(self, make: Callable[[Get, Mapping[str, str], str], C], missing: str) -> C | None:
        try:
            return make(lambda _: None, self._environ, self._name)
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
