"""Taking over a message route that exists: declared with ``adopt``, or found under our automatic name."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from pulumi_messaging.core.diff import differences, observe
from pulumi_messaging.core.fields import Values
from pulumi_messaging.core.message_route import AUTOMATIC_NAME, MESSAGE_ROUTE, MessageRouteFields
from pulumi_messaging.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulumi_messaging.reconcile.ownership import Ownership
    from pulumi_messaging.reconcile.routes.reads import Account, RouteReads
    from pulumi_messaging.reconcile.routes.update import Changes, RouteUpdates


@dataclass(frozen=True, slots=True, repr=False)
class RouteAdoption:
    """Takes over routes."""

    reads: RouteReads
    updates: RouteUpdates
    ownership: Ownership

    def adopt(self, declared: Values, account: Account) -> str:
        """Take over the route that ``adopt`` names, and send what differs: its id."""
        route_id = declared[MessageRouteFields.adopt.state]
        return self._take_over(route_id, declared, account, partial(self.updates.apply, account=account))

    def recover(self, found: tuple[str, ...], declared: Values, account: Account) -> str:
        """Take over the route that a cut-off run of this resource made, and send what differs: its id.

        Args:
            found: The routes that have the declared name, which the caller has claimed.
            declared: The declaration.
            account: Account of the route.

        Raises:
            Refused: No automatic name proves that a route is ours, or several have it.
            ApiError: The vendor refused, or cannot be asked.
        """
        return self._take_over(self._ours(found, declared), declared, account, self.updates.send)

    def _ours(self, found: tuple[str, ...], declared: Values) -> str:
        name, ids = declared[MessageRouteFields.route_name.state], ", ".join(found)
        if self.ownership.claimed(found[0]):
            raise Refused(
                f'cannot create message route "{name}": another resource of this program has just made one of this '
                f"name ({ids}); give one of them another route_name"
            )
        if declared.get(AUTOMATIC_NAME) != name:
            raise Refused(
                f'cannot create message route "{name}": the account has a route of this name already ({ids}); '
                f'to manage that one, add adopt="{found[0]}"; else give another route_name'
            )
        if len(found) > 1:
            raise Refused(
                f'cannot create message route "{name}": {len(found)} routes have this automatic name ({ids}); '
                f'keep one with adopt="MRID-…" and delete the others'
            )
        return found[0]

    def _take_over(
        self, route_id: str, declared: Values, account: Account, send: Callable[[str, Changes], None]
    ) -> str:
        if not self.ownership.claim(route_id, route_id):
            raise Refused(
                f"cannot take over message route {route_id}: another resource of this program has it; "
                f"declare it once, or give this resource a route_name of its own"
            )
        observed = observe(MESSAGE_ROUTE, self.reads.one(route_id, account, declared))
        changes = differences(MESSAGE_ROUTE, declared, observed)
        send(route_id, self.updates.within_account(route_id, changes))
        return route_id
