"""Deleting a message route: the policies of ``on_destroy``.

Vendor pages: docs.telegent.com, "List Inventory"; the delete is documented in the specification only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pulumi_messaging.core.diff import Change
from pulumi_messaging.core.fields import Values
from pulumi_messaging.core.message_route import MessageRouteFields
from pulumi_messaging.errors import ApiError, ErrorAnswer, NotFound, Refused
from pulumi_messaging.reconcile.shown import shown
from pulumi_messaging.reconcile.single_flight import SingleFlightCache

if TYPE_CHECKING:
    from pulumi_messaging.api.telegent import TelegentClient
    from pulumi_messaging.reconcile.routes.gone import GoneConfirmation
    from pulumi_messaging.reconcile.routes.reads import Account, RouteReads
    from pulumi_messaging.reconcile.routes.update import RouteUpdates

_INVENTORY_SECONDS: Final = 30.0
_NUMBERS_SHOWN: Final = 10
_NO_SUCH_ROUTE: Final = (404, 405)  # 405: an account without the delete endpoint


class RouteDeletion:
    """Carries out ``on_destroy``."""

    def __init__(
        self, client: TelegentClient, reads: RouteReads, updates: RouteUpdates, gone: GoneConfirmation
    ) -> None:
        self._client = client
        self._reads = reads
        self._updates = updates
        self._gone = gone
        # One walk through the account's numbers serves all routes that are deleted.
        self._inventory = SingleFlightCache[None, tuple[dict[str, Any], ...]](
            lambda _: client.list_inventory(), _INVENTORY_SECONDS
        )

    def delete(self, route_id: str, held: Values, account: Account) -> None:
        """Delete, disable or leave the route, as ``on_destroy`` says; a route that is gone is deleted."""
        policy = held.get(MessageRouteFields.on_destroy.state, "delete")
        if policy == "retain":
            return
        if policy == "disable":
            self._disable(route_id, held, account)
        else:
            self._refuse_in_use(route_id)
            self._delete(route_id, held, account)

    def _disable(self, route_id: str, held: Values, account: Account) -> None:
        disabled = Change(MessageRouteFields.message_route_enabled, None, new=False)
        try:
            self._updates.send(route_id, (disabled,))
        except NotFound:
            self._gone.confirm(route_id, held, account)

    def _delete(self, route_id: str, held: Values, account: Account) -> None:
        """Delete; where the answer does not show whether it was done, the list decides."""
        try:
            self._client.delete_message_route(route_id)
        except ApiError as error:
            answer = error if isinstance(error, ErrorAnswer) and not error.of_another else None
            no_such_route = answer is not None and answer.status in _NO_SUCH_ROUTE
            if not (no_such_route or error.unclear):
                raise
            failure = error
        else:
            self._gone.record(route_id, held, account)
            return
        finally:
            self._reads.wrote(route_id)
        try:
            still_there = self._gone.is_listed(route_id, held, account)
        except ApiError as error:
            raise failure.unsettled(error.reason) from None
        if still_there:
            if not no_such_route:
                raise failure
            raise Refused(
                f"cannot delete message route {route_id}: {failure.reason}, and the route still exists; "
                f'set on_destroy="disable" (or "retain"), run `pulumi up`, then destroy'
            )
        self._gone.record(route_id, held, account)

    def _refuse_in_use(self, route_id: str) -> None:
        users = [shown(row.get("Number")) for row in self._inventory.get(None) if row.get("MessageRouteId") == route_id]
        if users:
            more = f" and {len(users) - _NUMBERS_SHOWN} more" if len(users) > _NUMBERS_SHOWN else ""
            raise Refused(
                f"cannot delete message route {route_id}: {len(users)} number(s) still use it "
                f"({', '.join(users[:_NUMBERS_SHOWN])}{more}); move them to another route first, "
                f'or set on_destroy="disable" or "retain" and run `pulumi up`'
            )
