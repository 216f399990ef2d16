"""Taking over a route that exists: by ``adopt``, or by its automatic name where there is evidence that it is ours.

An automatic name alone proves nothing: all do-it-yourself backends share one organization name, stacks are renamed and
resources are moved.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pulumi_messaging.core.diff import differences, observe
from pulumi_messaging.core.fields import Values, normal
from pulumi_messaging.core.hidden import secrets_of
from pulumi_messaging.core.message_route import (
    BY_ARGUMENT,
    BY_EQUALITY,
    DIRECTIONS,
    MESSAGE_ROUTE,
    MessageRouteFields,
)
from pulumi_messaging.errors import Refused
from pulumi_messaging.reconcile.routes.former import Former
from pulumi_messaging.reconcile.routes.writes import Declared, Written
from pulumi_messaging.reconcile.takeover import TakeOverLines, overwrites, refuse_overwrite
from pulumi_messaging.text import brief

if TYPE_CHECKING:
    from pulumi_messaging.reconcile.memory import Memory
    from pulumi_messaging.reconcile.ownership import Ownership
    from pulumi_messaging.reconcile.routes.create_notes import NoteOfCreate
    from pulumi_messaging.reconcile.routes.reads import Account, RouteReads
    from pulumi_messaging.reconcile.routes.update import RouteUpdates

Row = Mapping[str, Any]

MADE_HERE: Final = ""  # in place of a value of the hidden output ADOPTED
# Why a route is taken over; empty where the program names it.
REASONS: Final = {
    BY_ARGUMENT: "",
    BY_EQUALITY: 'it has the automatic name and all declared values; destroy keeps it unless on_destroy="delete"',
    MADE_HERE: "this machine has a note of its create, which was cut off",
}


def is_as_declared(declared: Values, row: Row) -> bool:
    """Whether no value that an answer shows of a route differs from the declared one."""
    return not _different(declared, row)


def _different(declared: Values, row: Row) -> list[str]:
    changes = differences(MESSAGE_ROUTE, declared, observe(MESSAGE_ROUTE, row))
    return [change.field.name for change in changes if change.old is not None]


def _undeclared_authentication(declared: Values, row: Row) -> list[str]:
    observed = observe(MESSAGE_ROUTE, row)
    kinds = [direction.authentication for direction in DIRECTIONS]
    return [kind.name for kind in kinds if declared.get(kind.state) is None and normal(kind, observed.get(kind.state))]


def unequal(declared: Values, row: Row) -> str:
    """Why a route is not certainly as declared: fields that differ, or passwords, which cannot be compared."""
    # With authentication that the program does not declare, a route has a password of somebody who made it.
    different = _different(declared, row) or _undeclared_authentication(declared, row)
    if different:
        return f"{', '.join(different)} not as declared"
    passwords = [field.name for field in MESSAGE_ROUTE.fields if field.secret and declared.get(field.state) is not None]
    return f"{', '.join(passwords)} cannot be compared" if passwords else ""


def ground_by_name(route_id: str, declared: Values, row: Row, note: NoteOfCreate | None) -> str:
    """Why a route of the automatic name may be taken over: MADE_HERE or BY_EQUALITY.

    Raises:
        Refused: There is no evidence that this resource made it.
    """
    if note is not None and note.matches(row):
        return MADE_HERE
    reason = unequal(declared, row)
    if not reason:
        return BY_EQUALITY
    raise Refused(
        f'cannot create message route "{declared[MessageRouteFields.route_name.state]}": {route_id} has this automatic '
        f"name already, and nothing shows that this resource made it (no note of its create on this machine, "
        f'{reason}); to manage that one, add adopt="{route_id}"; else give a route_name'
    )


def named_route(route_id: str, row: Row, secret: Collection[str]) -> str:
    """A route in messages: id and name; only the id where the program gives a name as a secret."""
    name = row.get(str(MessageRouteFields.route_name.wire))
    hidden = not isinstance(name, str) or MessageRouteFields.route_name.state in secret
    return f"message route {route_id}" if hidden else f'message route {route_id} "{brief(name)}"'


@dataclass(frozen=True, slots=True, repr=False)
class RouteTakeOvers:
    """Takes existing routes over, says so, and remembers what they were before."""

    reads: RouteReads
    updates: RouteUpdates
    ownership: Ownership
    memory: Memory
    lines: TakeOverLines
    equal_only: str  # the key that refuses take-overs with a write, where it is set

    def by_argument(self, route_id: str, declared: Values, account: Account) -> tuple[Written, Former]:
        """Take over the route that ``adopt`` names."""
        return self._take_over(route_id, declared, account, lambda _row: BY_ARGUMENT)

    def by_name(
        self, route_id: str, declared: Values, account: Account, note: NoteOfCreate | None
    ) -> tuple[Written, Former]:
        """Take over the route that has the automatic name, where there is evidence for it."""
        return self._take_over(route_id, declared, account, lambda row: ground_by_name(route_id, declared, row, note))

    def _take_over(
        self, route_id: str, declared: Values, account: Account, ground: Callable[[Row], str]
    ) -> tuple[Written, Former]:
        """Claim the route, remember what it is, and send what differs.

        Raises:
            Refused: Another resource has the route, or it may not be taken over; nothing was sent.
            ApiError: The route cannot be read, or the vendor refused the update and did not apply it.
        """
        with self.ownership.claiming(route_id) as claiming:
            if not claiming.claim(route_id):
                raise Refused(
                    f"cannot take over message route {route_id}: another resource of this program has it; "
                    f"declare it once, or give this resource a route_name of its own"
                )
            row = self.reads.one(route_id, account, declared)
            how, observed = ground(row), observe(MESSAGE_ROUTE, row)
            changes = self.updates.within_account(route_id, differences(MESSAGE_ROUTE, declared, observed))
            named = named_route(route_id, row, secrets_of(declared))
            if how != MADE_HERE:
                refuse_overwrite(self.equal_only, named, changes)
            managed = (field for field in MESSAGE_ROUTE.settings if declared.get(field.state) is not None)
            former = Former(how).remembering(managed, self.memory.before((route_id,), observed))
            with self.updates.noting(route_id, declared, former if changes else Former()):
                written = self.updates.apply(route_id, changes, Declared(declared), account)
        if written.error is None:
            self.lines.done(named, overwrites(written.sent, secrets_of(declared)), REASONS[how])
        return written if written.sent else Written(observed), former.settled(self.memory, route_id)
