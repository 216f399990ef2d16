"""Updating and renaming a message route.

Vendor page: docs.telegent.com, "Update Message Route".
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pulumi_messaging.api.failures import GONE
from pulumi_messaging.core.diff import Change, alike, diff, observe
from pulumi_messaging.core.fields import Field, Values
from pulumi_messaging.core.message_route import MESSAGE_ROUTE, MessageRouteFields
from pulumi_messaging.errors import MessagingError, NotFound, Refused
from pulumi_messaging.reconcile.routes.former import Former
from pulumi_messaging.reconcile.routes.writes import Answer, Changes, Declared, RouteWrites, Written, spelled_in

if TYPE_CHECKING:
    from pulumi_messaging.api.telegent import TelegentClient
    from pulumi_messaging.reconcile.memory import Memory
    from pulumi_messaging.reconcile.routes.names import RouteNames
    from pulumi_messaging.reconcile.routes.reads import Account, RouteReads


@dataclass(frozen=True, slots=True, repr=False)
class RouteUpdates:
    """Writes the changed fields of a route, and nothing else."""

    client: TelegentClient
    reads: RouteReads
    names: RouteNames
    writes: RouteWrites
    memory: Memory

    def update(self, route_id: str, held: Values, declared: Values, account: Account) -> tuple[Written, Former]:
        """Send the changed managed fields, or nothing if none differs; and what is known of the route from before."""
        changes = self.within_account(route_id, diff(MESSAGE_ROUTE, held, declared))
        former = Former.of(held)
        declaring = tuple(change for change in changes if change.field.written and not change.handed_back)
        new = tuple(change for change in declaring if change.old is None)
        lacking = former.lacks(change.field for change in declaring)
        if lacking or not all(change.field.secret for change in new):
            observed = observe(MESSAGE_ROUTE, self._read(route_id))
            former = former.remembering(lacking, self.memory.before((route_id,), observed))
            changes = tuple(filter(None, (_as_observed(change, observed) for change in changes)))
        with self.noting(route_id, declared, former if lacking else Former()):
            written = self.apply(route_id, changes, Declared(declared, spelled_in(held)), account)
        return written, former.settled(self.memory, route_id)

    def _read(self, route_id: str) -> Answer:
        """Read the route of an update; a 404 has the advice that it has as the answer to the update itself."""
        try:
            return self.client.get_message_route(route_id)
        except NotFound as error:
            raise replace(error, advice=f"{GONE}; else {error.advice}") from None

    @contextmanager
    def noting(self, route_id: str, declared: Values, former: Former) -> Iterator[None]:
        """Note former values on this machine before their first write; an error means that nothing was written."""
        if not former.remembered:
            yield
            return
        self.memory.about_to_write((route_id,), declared, former.values)
        try:
            yield
        except MessagingError:
            self.memory.withdraw((route_id,))
            raise

    def within_account(self, route_id: str, changes: Changes) -> Changes:
        """The changes without that of the account. A declared account must be the route's: routes never move."""
        if account := _declared(MessageRouteFields.account_id, changes):
            listed = self.reads.listed(account.new)
            if listed.complete and route_id not in listed.ids:
                raise Refused(
                    f'cannot manage message route {route_id} in account "{account.new}": that account does not list '
                    f"it; {GONE}; else remove account_id, or make a new route there under another resource name"
                )
        return tuple(change for change in changes if change.field is not MessageRouteFields.account_id)

    def apply(self, route_id: str, changes: Changes, declared: Declared, account: Account) -> Written:
        """Send the changes; a new name must belong to no other route, nor to one that is being created.

        Raises:
            Refused: Another route has the new name.
            ApiError: The vendor refused the update, and did not apply it.
        """
        renaming = _declared(MessageRouteFields.route_name, changes)
        if renaming is None:
            return self.writes.update(route_id, changes, declared)
        with self.names.reserved(account, renaming.new, route_id) as reserved:
            if reserved.others:
                raise Refused(
                    f'cannot rename message route {route_id} to "{renaming.new}": '
                    f"{', '.join(reserved.others)} has this name already; give another route_name"
                )
            written = self.writes.update(route_id, changes, declared)
            if written.error is None or alike(renaming.field, renaming.new, written.shown.get(renaming.field.state)):
                self.names.renamed(account, renaming.old, renaming.new, route_id)
        return written


def _declared(field: Field, changes: Changes) -> Change | None:
    """The change of a field, unless it is handed back."""
    return next((change for change in changes if change.field is field and not change.handed_back), None)


def _as_observed(change: Change, observed: Values) -> Change | None:
    """A change of a field that becomes managed, from the value that it has; None where it has the declared one."""
    if change.old is not None or not change.field.written:
        return change
    live = observed.get(change.field.state)
    return None if alike(change.field, change.new, live) else replace(change, old=live)
