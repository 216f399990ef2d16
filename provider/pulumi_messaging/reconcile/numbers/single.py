"""The reconciler of single numbers: their settings; the number itself exists before and after.

Vendor pages: developers.telnyx.com, "Update the messaging profile and/or messaging product of a phone number";
docs.telegent.com, "Number Details", "Update Number".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pulumi_messaging.core.diff import Change, alike, diff, differences, live, managed
from pulumi_messaging.core.fields import Field, Value, Values
from pulumi_messaging.core.hidden import ACCOUNT, FORMER, NOT_KNOWN, SECRETS, SENT, secrets_of, written_in
from pulumi_messaging.core.numbers import ON_DESTROY, NumberResources
from pulumi_messaging.errors import ApiError, NotFound, Refused, Unfinished
from pulumi_messaging.reconcile.memory import Memory
from pulumi_messaging.reconcile.numbers import number_state
from pulumi_messaging.reconcile.numbers.account import PURCHASE_WAITS, NumberAccount
from pulumi_messaging.reconcile.numbers.diff_checks import managed_already, owner_of
from pulumi_messaging.reconcile.numbers.reports import REFUSALS, naming, quoted
from pulumi_messaging.reconcile.numbers.restore import (
    RESTORE,
    RETAIN,
    instead,
    no_way_back,
    off,
    restoration,
    unrestorable,
)
from pulumi_messaging.reconcile.numbers.vendor import equal_only
from pulumi_messaging.reconcile.ownership import Ownership
from pulumi_messaging.reconcile.reconciler import Reading
from pulumi_messaging.reconcile.takeover import overwrites, refuse_overwrite

if TYPE_CHECKING:
    from pulumi_messaging.core.fields import Table
    from pulumi_messaging.reconcile.accounts import AccountEvidence
    from pulumi_messaging.reconcile.numbers.vendor import Observed

# Hidden outputs that a read keeps, each as the state has it or not at all.
_HIDDEN: Final = (ACCOUNT, FORMER, SENT, SECRETS)
Changes = tuple[Change, ...]


@dataclass(frozen=True, slots=True, repr=False)
class SingleNumbers:
    """The numbers of one account, for all threads of a process.

    Raises:
        Refused: The number is not in the account, may not have the settings, or another resource has it; or the former
            settings cannot be restored.
        Unfinished: The settings were sent, and are not as declared or not known; the outputs remember the former ones.
        ApiError: The vendor refused, or cannot be asked; nothing was changed.
    """

    account: NumberAccount
    ownership: Ownership
    memory: Memory

    @property
    def evidence(self) -> AccountEvidence:
        """The account behind the credentials."""
        return self.account.evidence

    @property
    def _resources(self) -> NumberResources:
        return self.account.resources

    @property
    def _table(self) -> Table:
        return self.account.resources.single

    def create(self, declared: Values) -> tuple[str, dict[str, Value]]:
        """Remember the settings found, then send those that differ from the declaration, if any: id and outputs."""
        named = declared[self._resources.number]
        with self.ownership.claiming(named) as claiming:
            claiming.begin_reads()
            current = self.account.find(named, PURCHASE_WAITS)
            number, number_id = self._resources.name_of(current), current[self._resources.number_id]
            if not claiming.claim(number_id, number):
                raise managed_already(number, number_id)
            if claiming.restored(number_id, number):
                current = self.account.api.observed(self.account.api.read(number_id))
            before = self.memory.before((number, number_id), current)
            changes, secret = differences(self._table, declared, current), secrets_of(declared)
            taken = f"number {number}"
            refuse_overwrite(equal_only(self.account.api), taken, changes)
        former = number_state.former_of(self._table, declared, before, current)
        outputs = self._write(current, changes, declared, former)
        self.account.lines.done(taken, overwrites(changes, secret))
        self._say_unknown(outputs)
        for name in no_way_back(self._table, outputs[FORMER], declared.get(ON_DESTROY, RESTORE)):
            self.account.say(
                f'number {number}: it had no {name} before, so on_destroy="{RESTORE}" will leave it where it is; '
                f'"{off(self._table)}" takes it off'
            )
        return number_id, outputs

    def read(self, number_id: str, held: Values) -> Reading | None:
        """Read the settings; None when the number has left the account."""
        try:
            found = self._read(number_id, held)
        except NotFound:
            self.account.confirm_left(number_id, held)
            return None
        if self._resources.bought_again(held, found):
            number = self._resources.name_of(found)
            self.account.say(f"number {number}: it was bought again, and is another number; `pulumi up` takes it over")
            return None
        current = live(self._table, held, found)
        outputs = {name: value for name, value in current.items() if name != self._resources.number}
        hidden = {name: held[name] for name in (*_HIDDEN, number_state.spelling(self._resources)) if name in held}
        if FORMER in hidden:
            hidden[FORMER] = self._remembered(number_id, held)
        return Reading(
            current, {**found, **outputs, **number_state.as_declared(self._resources, found, current), **hidden}
        )

    def update(self, number_id: str, held: Values, declared: Values) -> dict[str, Value]:
        """Send the changed managed settings, or nothing if none differs: the outputs."""
        try:
            current, changes = self._changes(number_id, held, declared)
            return self._write(current, changes, declared, self._former(number_id, held, declared, current), held)
        except NotFound as error:
            self._confirm_found(number_id, held)
            raise error from None

    def delete(self, number_id: str, held: Values) -> None:
        """Carry out ``on_destroy``, only where the value is still ours; a number that left the account is done."""
        number, owner = held.get(self._resources.number, number_id), owner_of(self._resources, number_id, held)
        with self.ownership.restoring(owner, {number_id, number}, held.get(FORMER)) as free:
            names = self._names(number_id, held)
            ours = [managed(self._table, values) for values in written_in(held)]
            former = self._remembered(number_id, held, *ours)
            if free == {number_id, number} and not self.ownership.declared_elsewhere(*names):
                found = self._restore(number_id, held, former)
                self.memory.put_back(names, former, found, *ours)
                return
            kept = self.memory.hand_over(names, former, *ours)
        self.account.say(f"number {number}: left as it is for another resource of this program{kept.value}")

    def _changes(self, number_id: str, held: Values, declared: Values) -> tuple[Observed, Changes]:
        """The settings before an update, and those to send; read where the state cannot know them."""
        current = {name: value for name, value in held.items() if not name.startswith("__")}
        current |= {self._resources.number_id: number_id}
        changes = tuple(
            change
            for change in diff(self._table, held, declared)
            if change.field in self._table.settings and not change.handed_back
        )
        if SENT in held:  # what became of the last write is not known
            current = self._read(number_id, held)
            return current, differences(self._table, declared, current)
        if any(change.old is None or change.field.state in self._resources.volatile for change in changes):
            # A setting that becomes managed is remembered as it is now, and sent only if it differs. What a volatile
            # one may be set to is out of date in the state.
            current = self._read(number_id, held)
            changes = tuple(
                change
                for change in changes
                if change.old is not None or not alike(change.field, change.new, current.get(change.field.state))
            )
        return current, changes

    def _read(self, number_id: str, held: Values) -> Observed:
        with naming({number_id: held.get(self._resources.number, "")}):
            found = self.account.api.observed(self.account.reads.one(number_id))
        self.evidence.found(number_id)
        return found

    def _read_now(self, number_id: str, held: Values) -> Observed:
        """The settings by a read of their own: the last list may be older than another resource's write."""
        with naming({number_id: held.get(self._resources.number, "")}):
            return self.account.api.observed(self.account.api.read(number_id))

    def _former(self, number_id: str, held: Values, declared: Values, current: Observed) -> dict[str, Value]:
        """The values to restore after an update: those of the state, and of settings that become managed those now."""
        known = self._remembered(number_id, held)
        if any(name not in known for name in self.memory.settings if declared.get(name) is not None):
            known = {**self.memory.before(self._names(number_id, held), current), **known}
        return number_state.former_of(self._table, declared, known, current)

    def _remembered(self, number_id: str, held: Values, *ours: Values) -> Values:
        """The former values of a resource; a state without any (edited by hand) knows none. ``ours`` as for Memory."""
        unknown = {name: NOT_KNOWN for name in self.memory.settings if held.get(name) is not None}
        return self.memory.corrected(self._names(number_id, held), held.get(FORMER, unknown), *ours)

    def _write(
        self, current: Observed, changes: Changes, declared: Values, former: Values, held: Values | None = None
    ) -> dict[str, Value]:
        """Send the changes, and return the outputs; where it failed after a change, the error has them.

        ``held`` are the outputs of the state; None for a number that is new to it.
        """
        if reason := self.account.api.refusal(current, changes):
            raise Refused(reason)
        number_id = current[self._resources.number_id]
        names = self._names(number_id, current)
        first = held is None or former.keys() - held.get(FORMER, {}).keys()
        noted = self.memory.about_to_write(names, declared, former) if changes and first else ()
        written = self.account.attempt(current, changes, declared)
        error = written.error
        if error is not None and written.unchanged:
            self.memory.withdraw(names, noted)
            raise error
        if held is not None and self._resources.bought_again(held, written.settings):
            former = dict.fromkeys(former, NOT_KNOWN)
            self.account.say(
                f"number {self._resources.name_of(written.settings)}: it was bought again, and is another number, "
                f"whose former settings are not known: a destroy would leave it as it is"
            )
        outputs = {
            **number_state.outputs(self._resources, written.settings, declared),
            FORMER: self.memory.settle(names, former),
        }
        if held is None:
            outputs[ACCOUNT] = str(self.evidence.mark_of(number_id))
        else:
            if changes and error is None:
                self.evidence.found(number_id)
            outputs |= self.evidence.state_mark(held, number_id)
        if error is None:
            return outputs
        if written.sent:
            outputs[SENT] = written.sent
        raise Unfinished(f"cannot {error.action}", number_id, outputs, (f"{error.reason}; {error.advice}",)) from None

    def _say_unknown(self, outputs: Values) -> None:
        """Say which former values nobody knows; the resource that hands them on later in this run says so itself."""
        unknown = {name for name, value in outputs[FORMER].items() if value == NOT_KNOWN}
        unknown -= self.memory.awaited(self._names(outputs[self._resources.number_id], outputs))
        names = [field.name for field in self._table.settings if field.state in unknown]
        if names:
            self.account.say(
                f"number {self._resources.name_of(outputs)}: the former {', '.join(names)} is not known now, and a "
                f"destroy would leave it as it is"
            )

    def _confirm_found(self, number_id: str, held: Values) -> None:
        """Say so if the number of an update is gone; a 404 may also be about the profile or route that was sent."""
        try:
            self._read_now(number_id, held)
        except NotFound as error:
            self.account.confirm_left(number_id, held)
            raise Refused(
                f"cannot update {self._resources.settings} of number {self._full_name(number_id, held)}: "
                f"{error.reason}, and the account does not have it any more; run `pulumi up --refresh`: it leaves the "
                f"state, and a number that was bought again is taken over under its new id"
            ) from None

    def _restore(self, number_id: str, held: Values, former: Values) -> Values:
        """Carry out ``on_destroy``: the settings before, as far as they were read."""
        policy = held.get(ON_DESTROY, RESTORE)
        if policy == RETAIN:
            return {}
        try:
            found = self._read_now(number_id, held)
        except NotFound:
            self.account.confirm_left(number_id, held)
            return {}
        self.evidence.found(number_id)
        if self._resources.bought_again(held, found):
            self.account.say(f"number {self._resources.name_of(found)}: left as it is, because it was bought again")
            return found
        ours = written_in(held)
        changes = restoration(self._table, ours, found, former, policy)
        left = unrestorable(self._table, ours, found, former, policy)
        self._say_left(self._resources.name_of(found), left, lacking=FORMER not in held)
        try:
            self.account.write(
                found | {self._resources.number_id: number_id}, changes, number_state.kept(self._table, held, found)
            )
        except ApiError as error:
            if not error.refuses(REFUSALS):
                raise
            secret = secrets_of(held)
            values = ", ".join(f"{one.field.name} {quoted(one.field, one.new, secret)}" for one in changes)
            raise Refused(
                f"cannot restore {values} of number {self._resources.name_of(found)}: {error.reason}; the number was "
                f"left as it is; {instead(self._table, policy)}, run `pulumi up`, then destroy"
            ) from None
        return found

    def _say_left(self, number: str, left: Sequence[Field], *, lacking: bool) -> None:
        """Say what a restore leaves; a state without former values does not tell which settings were declared."""
        if lacking and left:
            self.account.say(f"number {number}: settings left as they are, because the state lacks their former values")
            return
        for field in left:
            self.account.say(
                f"number {number}: {field.name} left as it is, because its former value is not known or cannot be set"
            )

    def _names(self, number_id: str, held: Values) -> tuple[str, str]:
        return held.get(self._resources.number, number_id), number_id

    def _full_name(self, number_id: str, held: Values) -> str:
        number = held.get(self._resources.number, number_id)
        return self._resources.full_name({self._resources.number: number, self._resources.number_id: number_id})
