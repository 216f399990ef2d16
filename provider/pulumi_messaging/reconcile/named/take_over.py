"""Taking over an object that exists: by ``adopt``, or by its automatic name where there is evidence that it is ours.

An automatic name alone proves nothing: all do-it-yourself backends share one organization name, stacks are renamed and
resources are moved.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pulumi_messaging.core.diff import differences, observe
from pulumi_messaging.core.fields import Values, normal
from pulumi_messaging.core.hidden import BY_ARGUMENT, BY_EQUALITY, MADE_HERE, secrets_of
from pulumi_messaging.core.named import Named
from pulumi_messaging.errors import Refused
from pulumi_messaging.reconcile.named.former import Former
from pulumi_messaging.reconcile.named.writes import Declared, Written
from pulumi_messaging.reconcile.takeover import TakeOverLines, overwrites, refuse_overwrite
from pulumi_messaging.text import brief

if TYPE_CHECKING:
    from pulumi_messaging.reconcile.memory import Memory
    from pulumi_messaging.reconcile.named.calls import AccountId, Calls, Row
    from pulumi_messaging.reconcile.named.create_notes import NoteOfCreate
    from pulumi_messaging.reconcile.named.reads import Reads
    from pulumi_messaging.reconcile.named.update import Updates
    from pulumi_messaging.reconcile.ownership import Ownership

# Why an object is taken over; empty where the program names it.
REASONS: Final = {
    BY_ARGUMENT: "",
    BY_EQUALITY: 'it has the automatic name and all declared values; destroy keeps it unless on_destroy="delete"',
    MADE_HERE: "this machine has a note of its create, which was cut off",
}


def is_as_declared(kind: Named, declared: Values, row: Row) -> bool:
    """Whether no value that an answer shows of an object differs from the declared one."""
    return not _different(kind, declared, row)


def _different(kind: Named, declared: Values, row: Row) -> list[str]:
    changes = differences(kind.table, declared, observe(kind.table, row))
    return [change.field.name for change in changes if change.old is not None and not change.field.update_only]


def _undeclared_authentication(kind: Named, declared: Values, row: Row) -> list[str]:
    observed = observe(kind.table, row)
    types = [direction.authentication for direction in kind.directions]
    return [each.name for each in types if declared.get(each.state) is None and normal(each, observed.get(each.state))]


def unequal(kind: Named, declared: Values, row: Row) -> str:
    """Why an object is not certainly as declared: fields that differ, or passwords, which cannot be compared."""
    # With authentication that the program does not declare, it has a password of somebody who made it.
    different = _different(kind, declared, row) or _undeclared_authentication(kind, declared, row)
    if different:
        return f"{', '.join(different)} not as declared"
    passwords = [field.name for field in kind.table.fields if field.secret and declared.get(field.state) is not None]
    return f"{', '.join(passwords)} cannot be compared" if passwords else ""


def ground_by_name(kind: Named, object_id: str, declared: Values, row: Row, note: NoteOfCreate | None) -> str:
    """Why an object of the automatic name may be taken over: MADE_HERE or BY_EQUALITY.

    Raises:
        Refused: There is no evidence that this resource made it.
    """
    if note is not None and note.matches(kind, row):
        return MADE_HERE
    reason = unequal(kind, declared, row)
    if not reason:
        return BY_EQUALITY
    raise Refused(
        f'cannot create {kind.word} "{declared[kind.name.state]}": {object_id} has this automatic '
        f"name already, and nothing shows that this resource made it (no note of its create on this machine, "
        f'{reason}); to manage that one, add adopt="{object_id}"; else give a {kind.name.name}'
    )


def named(kind: Named, object_id: str, row: Row, secret: Collection[str]) -> str:
    """An object in messages: id and name; only the id where the program gives a name as a secret."""
    name = row.get(str(kind.name.wire))
    hidden = not isinstance(name, str) or kind.name.state in secret
    return f"{kind.word} {object_id}" if hidden else f'{kind.word} {object_id} "{brief(name)}"'


@dataclass(frozen=True, slots=True, repr=False)
class TakeOvers:
    """Takes existing objects over, says so, and remembers what they were before."""

    calls: Calls
    reads: Reads
    updates: Updates
    ownership: Ownership
    memory: Memory
    lines: TakeOverLines

    def by_argument(self, object_id: str, declared: Values, account_id: AccountId) -> tuple[Written, Former]:
        """Take over the object that ``adopt`` names."""
        return self._take_over(object_id, declared, account_id, lambda _row: BY_ARGUMENT)

    def by_name(
        self, object_id: str, declared: Values, account_id: AccountId, note: NoteOfCreate | None
    ) -> tuple[Written, Former]:
        """Take over the object that has the automatic name, where there is evidence for it."""
        kind = self.calls.kind
        return self._take_over(
            object_id, declared, account_id, lambda row: ground_by_name(kind, object_id, declared, row, note)
        )

    def _take_over(
        self, object_id: str, declared: Values, account_id: AccountId, ground: Callable[[Row], str]
    ) -> tuple[Written, Former]:
        """Claim the object, remember what it is, and send what differs.

        Raises:
            Refused: Another resource has the object, or it may not be taken over; nothing was sent.
            ApiError: The object cannot be read, or the vendor refused the update and did not apply it.
        """
        kind = self.calls.kind
        with self.ownership.claiming(object_id) as claiming:
            if not claiming.claim(object_id):
                raise Refused(
                    f"cannot take over {kind.word} {object_id}: another resource of this program has it; "
                    f"declare it once, or give this resource a {kind.name.name} of its own"
                )
            row = self.reads.one(object_id, account_id, declared)
            how, observed = ground(row), observe(kind.table, row)
            changes = self.updates.within_account(object_id, differences(kind.table, declared, observed))
            taken = named(kind, object_id, row, secrets_of(declared))
            if how != MADE_HERE:
                refuse_overwrite(self.calls.place.equal_only, taken, changes)
            managed = (field for field in kind.table.settings if declared.get(field.state) is not None)
            former = Former(kind, how).remembering(managed, self.memory.before((object_id,), observed))
            with self.updates.noting(object_id, declared, former if changes else Former(kind)):
                written = self.updates.apply(
                    object_id, changes, Declared(declared), account_id, proves=former.remembered
                )
        if written.error is None:
            self.lines.done(taken, overwrites(written.sent, secrets_of(declared)), REASONS[how])
        return written if written.sent else Written(observed), former.settled(self.memory, object_id)
