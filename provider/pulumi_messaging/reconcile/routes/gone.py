"""Confirming that a message route is gone: a 404 counts only where the account's list confirms it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulumi_messaging.core.fields import Values
from pulumi_messaging.core.message_route import ACCOUNT, MessageRouteFields
from pulumi_messaging.errors import Refused

if TYPE_CHECKING:
    from pulumi_messaging.reconcile.routes.names import RouteNames
    from pulumi_messaging.reconcile.routes.reads import Account, RouteReads


@dataclass(frozen=True, slots=True, repr=False)
class GoneConfirmation:
    """Confirms that routes are gone. Under another ``fingerprint`` of host and credentials a 404 proves nothing."""

    reads: RouteReads
    names: RouteNames
    fingerprint: str

    def confirm(self, route_id: str, held: Values, account: Account) -> None:
        """Return if the account's list does not have the route either.

        Raises:
            Refused: The list has it or is incomplete, or the route was made with other credentials.
            ApiError: The list cannot be read.
        """
        if self.is_listed(route_id, held, account):
            raise Refused(
                f"cannot find message route {route_id}: Telegent answered 404 although the account's list has it; "
                f"run the same command again, and ask Telegent if it stays so"
            )
        self.record(route_id, held, account)

    def record(self, route_id: str, held: Values, account: Account) -> None:
        """Record that the route is gone: another one of its name may be made at once."""
        self.names.deleted(account, held.get(MessageRouteFields.route_name.state), route_id)

    def is_listed(self, route_id: str, held: Values, account: Account) -> bool:
        """Whether the account's list has the route; raises as ``confirm``."""
        if held.get(ACCOUNT, self.fingerprint) != self.fingerprint:
            raise Refused(
                f"cannot find message route {route_id}: it was made with another telegent:accountKey or base URL; "
                f"use the credentials it was made with (nothing was changed)"
            )
        return self.reads.is_listed(route_id, account)
