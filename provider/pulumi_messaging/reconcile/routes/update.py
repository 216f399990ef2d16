"""Updating and renaming a message route.

Vendor page: docs.telegent.com, "Update Message Route".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulumi_messaging.core.diff import Change, diff, differences, observe, patch
from pulumi_messaging.core.fields import Field, Values
from pulumi_messaging.core.message_route import MESSAGE_ROUTE, MessageRouteFields
from pulumi_messaging.errors import ApiError, Refused

if TYPE_CHECKING:
    from pulumi_messaging.api.telegent import TelegentClient
    from pulumi_messaging.reconcile.routes.names import RouteNames
    from pulumi_messaging.reconcile.routes.reads import Account, RouteReads

Changes = tuple[Change, ...]


@dataclass(frozen=True, slots=True, repr=False)
class RouteUpdates:
    """Writes the changed fields of a route, and nothing else."""

    client: TelegentClient
    reads: RouteReads
    names: RouteNames

    def update(self, route_id: str, held: Values, declared: Values, account: Account) -> None:
        """Send the changed managed fields, or nothing if none differs."""
        changes = self.within_account(route_id, diff(MESSAGE_ROUTE, held, declared))
        self.apply(route_id, self._without_equal(route_id, changes), account)

    def within_account(self, route_id: str, changes: Changes) -> Changes:
        """The changes without that of the account. A declared account must be the route's: routes never move."""
        if account := _declared(MessageRouteFields.account_id, changes):
            listed = self.reads.listed(account.new)
            if listed.complete and route_id not in listed.ids:
                raise Refused(
                    f'cannot manage message route {route_id} in account "{account.new}": that account does not list '
                    f"it; remove account_id, or make a new route there under another resource name"
                )
        return tuple(change for change in changes if change.field is not MessageRouteFields.account_id)

    def apply(self, route_id: str, changes: Changes, account: Account) -> None:
        """Send the changes; a new name must belong to no other route, nor to one that is being created."""
        renaming = _declared(MessageRouteFields.route_name, changes)
        if renaming is None:
            self.send(route_id, changes)
            return
        with self.names.reserved(account, renaming.new, route_id) as reserved:
            if reserved.others:
                raise Refused(
                    f'cannot rename message route {route_id} to "{renaming.new}": '
                    f"{', '.join(reserved.others)} has this name already; give another route_name"
                )
            self.send(route_id, changes)
            self.names.renamed(account, renaming.old, renaming.new, route_id)

    def send(self, route_id: str, changes: Changes) -> None:
        """Send an update; if its answer is lost, a read that shows every value sent settles it."""
        body = patch(changes)
        if not body:
            return
        try:
            self.client.update_message_route(route_id, body)
        except ApiError as error:
            if not error.unclear:
                raise
            lost = error
        else:
            return
        finally:
            self.reads.wrote(route_id)
        sent = [change for change in changes if not change.handed_back]
        try:
            missing = self._missing(route_id, sent)
        except ApiError as error:
            raise lost.unsettled(error.reason) from None
        if missing:
            raise lost

    def _without_equal(self, route_id: str, changes: Changes) -> Changes:
        """The changes without fields that become managed and already have the declared value."""
        new = [change for change in changes if change.old is None and change.field.wire and not change.field.secret]
        missing = self._missing(route_id, new) if new else set()
        return tuple(change for change in changes if change not in new or change.field.state in missing)

    def _missing(self, route_id: str, changes: Iterable[Change]) -> set[str]:
        """The state names of those changes that a read does not show."""
        declared = {change.field.state: change.new for change in changes}
        observed = observe(MESSAGE_ROUTE, self.client.get_message_route(route_id))
        return {change.field.state for change in differences(MESSAGE_ROUTE, declared, observed)}


def _declared(field: Field, changes: Changes) -> Change | None:
    """The change of a field, unless it is handed back."""
    return next((change for change in changes if change.field is field and not change.handed_back), None)
