"""Reading many message routes with one call: the account's list, where it tells all that is compared."""

from __future__ import annotations

import threading
from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from pulumi_messaging.core.fields import Echo
from pulumi_messaging.core.message_route import MESSAGE_ROUTE
from pulumi_messaging.errors import ApiError, Refused
from pulumi_messaging.reconcile.shared import MAX_AGE, PATIENCE, REST, Fresh, Shared

if TYPE_CHECKING:
    from pulumi_messaging.api.telegent import RouteList, TelegentClient

Row = dict[str, Any]
Account = str | None

_COMPARED: Final = {
    field.state: field
    for field in MESSAGE_ROUTE.settings
    if field.wire is not None and not field.secret and field.echo is not Echo.NEVER
}


@dataclass(frozen=True, slots=True)
class Listed:
    """The routes of an account at a moment.

    Attributes:
        begun: Its place among the lists and writes of this process.
        complete: False where the vendor says that there are others.
        ids: Of all routes.
        names: Route name → ids.
        rows: By id, until somebody asks for them.
    """

    begun: int
    complete: bool
    ids: frozenset[str]
    names: dict[str, tuple[str, ...]]
    rows: dict[str, Row]


class RouteReads:
    """The message routes of one set of credentials; any thread may ask.

    What a list says of a route is believed for a minute, once, and never if it was asked for before a write of ours
    ended. A route that the list lacks, or does not tell enough of, is read singly.
    """

    def __init__(self, client: TelegentClient) -> None:
        self._client = client
        self._now = client.clock.monotonic
        self._seconds = client.settings.timeout_seconds
        self._lock = threading.Lock()
        self._ticks = count(1)
        self._written: dict[str, int] = {}
        self._failed: dict[Account, tuple[float, ApiError]] = {}
        self._told: dict[str, bool] = {}  # what lists leave out: whether a single read has it
        self._listed: Shared[Account, Listed] = Shared(self._list, MAX_AGE, self._now)
        self._fresh: Fresh[Account, RouteList] = Fresh(client.list_message_routes)

    def listed(self, account: Account) -> Listed:
        """The account's routes, as they were at most a minute ago."""
        return self._listed.get(account)

    def listed_now(self, account: Account) -> RouteList:
        """The account's routes, asked for after this call; many callers share one."""
        return self._fresh.get(account)

    def one(self, route_id: str, account: Account, compared: Collection[str]) -> Row:
        """A route of which at least the fields of these state names are told, as far as the vendor tells them.

        Raises:
            NotFound: The vendor has no such route.
            ApiError: The vendor could not be asked.
        """
        now = self._now()
        deadline = now + self._seconds
        row = self._row(route_id, account, now + PATIENCE * self._seconds)
        if row is None:
            return self._client.get_message_route(route_id, deadline)
        missing = [field for name in compared if (field := _COMPARED.get(name)) and field.wire not in row]
        # A missing key means empty only in an answer that is known to be whole; a list may be a summary.
        if all(field.echo is Echo.MAYBE and self._told.get(str(field.wire)) is False for field in missing):
            return row
        answer = self._client.get_message_route(route_id, deadline)
        self._told.update((str(field.wire), field.wire in answer) for field in missing)
        return answer

    def lists(self, route_id: str, account: Account) -> bool:
        """Whether the account's list has a route that a request for it does not find.

        A list that was read anyhow after the last write to the route may confirm that it is gone; that it is there, or
        that it is not, is otherwise for a list of now to say.

        Raises:
            Refused: The list is shorter than it says.
            ApiError: It cannot be read, or could not a moment ago.
        """
        if failure := self._failure(account):
            raise failure
        known = self._listed.peek(account)
        if known and known.complete and route_id not in known.ids and self._written.get(route_id, 0) < known.begun:
            return False
        listed = self.listed_now(account)
        if any(route.get("MessageRouteId") == route_id for route in listed.routes):
            return True
        if not listed.complete:
            raise Refused(
                f"cannot tell whether message route {route_id} is gone: Telegent does not find it, "
                f"and the account's list is shorter than it says; run the same command again (nothing was changed)"
            )
        return False

    def wrote(self, route_id: str) -> None:
        """A route was changed, or may have been: what was listed up to now is not believed.

        To be called when a write has ended, whatever became of it.
        """
        self._written[route_id] = next(self._ticks)

    def _row(self, route_id: str, account: Account, deadline: float) -> Row | None:
        """What the list tells of a route; None where it has to be read singly."""
        with self._lock:
            if self._failure(account):
                return None
            try:
                listed = self._listed.get(account, partial(self._list, deadline=deadline))
            except ApiError as error:  # not the last word: the route itself may be readable
                self._failed[account] = (self._now() + REST, error)
                return None
            row = listed.rows.pop(route_id, None)
            return row if self._written.get(route_id, 0) < listed.begun else None

    def _failure(self, account: Account) -> ApiError | None:
        until, error = self._failed.get(account, (0.0, None))
        return error if self._now() < until else None

    def _list(self, account: Account, deadline: float | None = None) -> Listed:
        begun = next(self._ticks)
        listed = self._client.list_message_routes(account, deadline)
        rows = {str(route["MessageRouteId"]): route for route in listed.routes}
        names: dict[str, tuple[str, ...]] = {}
        for route_id, route in rows.items():
            name = route.get("RouteName")
            if isinstance(name, str):
                names[name] = (*names.get(name, ()), route_id)
        return Listed(begun, listed.complete, frozenset(rows), names, rows)
