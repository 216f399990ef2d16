"""Updating and renaming a named object."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pulumi_messaging.api.failures import GONE
from pulumi_messaging.core.diff import Change, alike, diff, observe
from pulumi_messaging.core.fields import Field, Values
from pulumi_messaging.core.hidden import SENT
from pulumi_messaging.errors import MessagingError, NotFound, Refused
from pulumi_messaging.reconcile.named.former import Former
from pulumi_messaging.reconcile.named.writes import Answer, Changes, Declared, Writes, Written, spelled_in

if TYPE_CHECKING:
    from pulumi_messaging.core.named import Named
    from pulumi_messaging.reconcile.memory import Memory
    from pulumi_messaging.reconcile.named.calls import AccountId, Calls
    from pulumi_messaging.reconcile.named.names import Names
    from pulumi_messaging.reconcile.named.reads import Reads


class NameTaken(Refused):
    """Another object has the name that an object was to get."""


@dataclass(frozen=True, slots=True, repr=False)
class Updates:
    """Writes the changed fields of an object, and nothing else."""

    calls: Calls
    reads: Reads
    names: Names
    writes: Writes
    memory: Memory

    def update(self, object_id: str, held: Values, declared: Values, account_id: AccountId) -> tuple[Written, Former]:
        """Send the changed managed fields, or nothing if none differs; and what is known of the object from before."""
        changes = self.within_account(object_id, diff(self.calls.kind.table, _certain(self.calls.kind, held), declared))
        former = Former.of(self.calls.kind, held)
        declaring = tuple(change for change in changes if change.field.written and not change.handed_back)
        new = tuple(change for change in declaring if change.old is None)
        lacking = former.lacks(change.field for change in declaring)
        if lacking or not all(change.field.secret for change in new):
            observed = observe(self.calls.kind.table, self._read(object_id))
            former = former.remembering(lacking, self.memory.before((object_id,), observed))
            changes = tuple(filter(None, (_as_observed(change, observed) for change in changes)))
        with self.noting(object_id, declared, former if lacking else Former(self.calls.kind)):
            its = Declared(declared, spelled_in(held))
            written = self.apply(object_id, changes, its, account_id, proves=former.remembered)
        return written, former.settled(self.memory, object_id)

    def _read(self, object_id: str) -> Answer:
        """Read the object of an update; a 404 has the advice that it has as the answer to the update itself."""
        try:
            return self.calls.get(object_id)
        except NotFound as error:
            raise replace(error, advice=f"{GONE}; else {error.advice}") from None

    @contextmanager
    def noting(self, object_id: str, declared: Values, former: Former) -> Iterator[None]:
        """Note former values on this machine before their first write; an error means that nothing was written."""
        if not former.remembered:
            yield
            return
        noted = self.memory.about_to_write((object_id,), declared, former.values)
        try:
            yield
        except MessagingError:
            self.memory.withdraw((object_id,), noted)
            raise

    def within_account(self, object_id: str, changes: Changes) -> Changes:
        """The changes without that of the account. A declared account must be the object's: objects never move."""
        kind = self.calls.kind
        if kind.account_id and (account_id := _declared(kind.account_id, changes)):
            listed = self.reads.listed(account_id.new)
            if listed.complete and object_id not in listed.ids:
                raise Refused(
                    f'cannot manage {kind.word} {object_id} in account "{account_id.new}": that account does not list '
                    f"it; {GONE}; else remove account_id, or make a new {kind.noun} there under another resource name"
                )
        return tuple(change for change in changes if change.field is not kind.account_id)

    def apply(
        self, object_id: str, changes: Changes, declared: Declared, account_id: AccountId, *, proves: bool = False
    ) -> Written:
        """Send the changes; a new name must belong to no other object, nor to one that is being created.

        ``proves`` as for ``Writes.update``.

        Raises:
            NameTaken: Another object has the new name.
            Refused: It is not known whether one has.
            ApiError: The vendor refused the update, and did not apply it.
        """
        kind = self.calls.kind
        renaming = _declared(kind.name, changes)
        if renaming is None:
            return self.writes.update(object_id, changes, declared, proves=proves)
        with self.names.reserved(account_id, renaming.new, object_id) as reserved:
            if others := ", ".join(reserved.others):
                attempt = f'cannot rename {kind.word} {object_id} to "{renaming.new}"'
                if self.memory.ownership.renamed(reserved.others[0]):
                    raise NameTaken(
                        f"{attempt}: {others} has this name until this run has renamed it; run `pulumi up` again, or, "
                        f"if the two exchange their names, give one of them a third name first"
                    )
                raise NameTaken(f"{attempt}: {others} has this name already; give another {kind.name.name}")
            written = self.writes.update(object_id, changes, declared, proves=proves)
            if written.error is None or alike(renaming.field, renaming.new, written.shown.get(renaming.field.state)):
                self.names.renamed(account_id, renaming.old, renaming.new, object_id)
        return written


def _declared(field: Field, changes: Changes) -> Change | None:
    """The change of a field, unless it is handed back."""
    return next((change for change in changes if change.field is field and not change.handed_back), None)


def _certain(kind: Named, held: Values) -> Values:
    """A state without the values that a failed write may have replaced: they become managed anew."""
    sent = held.get(SENT, {})
    lost = {*sent, *([kind.name.held] if kind.name.state in sent else [])}
    return {name: value for name, value in held.items() if name not in lost}


def _as_observed(change: Change, observed: Values) -> Change | None:
    """A change of a field that becomes managed, from the value that it has; None where it has the declared one."""
    if change.old is not None or not change.field.written:
        return change
    live = observed.get(change.field.state)
    return None if alike(change.field, change.new, live) else replace(change, old=live)
