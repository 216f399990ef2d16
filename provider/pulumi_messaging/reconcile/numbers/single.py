"""The reconciler of single numbers: their messaging settings; the number itself exists before and after.

Vendor page: developers.telnyx.com, "Update the messaging profile and/or messaging product of a phone number".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pulumi_messaging.core.diff import Change, alike, diff, differences, live, managed
from pulumi_messaging.core.fields import Field, Value, Values
from pulumi_messaging.core.hidden import ACCOUNT, FORMER, NOT_KNOWN, SECRETS, secrets_of
from pulumi_messaging.core.number_messaging import DECLARED_NUMBER, NUMBER_MESSAGING, SENT
from pulumi_messaging.errors import ErrorAnswer, NotFound, Refused, Unfinished
from pulumi_messaging.reconcile.memory import Memory
from pulumi_messaging.reconcile.numbers import messaging_settings as settings
from pulumi_messaging.reconcile.numbers.account import PURCHASE_WAITS, NumberAccount
from pulumi_messaging.reconcile.numbers.diff_checks import managed_already, owner_of
from pulumi_messaging.reconcile.numbers.messaging_settings import NUMBER_ID, ON_DESTROY, PHONE_NUMBER, PRODUCT, Observed
from pulumi_messaging.reconcile.numbers.reports import REFUSALS, naming
from pulumi_messaging.reconcile.numbers.restore import RESTORE, RETAIN, instead, restoration, unrestorable
from pulumi_messaging.reconcile.ownership import Ownership
from pulumi_messaging.reconcile.reconciler import Reading
from pulumi_messaging.reconcile.takeover import overwrites, refuse_overwrite

if TYPE_CHECKING:
    from pulumi_messaging.reconcile.accounts import AccountEvidence

# Hidden outputs that a read keeps, each as the state has it or not at all.
_HIDDEN: Final = (ACCOUNT, FORMER, DECLARED_NUMBER, SENT, SECRETS)
_SETTINGS: Final = {field.state: field for field in NUMBER_MESSAGING.settings}
Changes = tuple[Change, ...]


@dataclass(frozen=True, slots=True, repr=False)
class NumberMessagings:
    """The numbers of one API key, for all threads of a process.

    Raises:
        Refused: The number is not in the account, may not have the product, or another resource has it; or the former
            settings cannot be restored.
        Unfinished: The settings were sent, and are not as declared or not known; the outputs remember the former ones.
        ApiError: Telnyx refused, or cannot be asked; nothing was changed.
    """

    account: NumberAccount
    ownership: Ownership
    memory: Memory

    @property
    def evidence(self) -> AccountEvidence:
        """The account behind the API key."""
        return self.account.evidence

    def create(self, declared: Values) -> tuple[str, dict[str, Value]]:
        """Remember the settings found, then send those that differ from the declaration, if any: id and outputs."""
        with self.ownership.claiming(declared[PHONE_NUMBER]) as claiming:
            claiming.begin_reads()
            current = self.account.find(declared[PHONE_NUMBER], PURCHASE_WAITS)
            number, number_id = settings.name_of(current), current[NUMBER_ID]
            if not claiming.claim(number_id, number):
                raise managed_already(number, number_id)
            if claiming.restored(number_id, number):
                current = settings.observed(self.account.client.retrieve_messaging(number_id))
            before = self.memory.before((number, number_id), current)
            changes, secret = differences(NUMBER_MESSAGING, declared, current), secrets_of(declared)
            taken = f"number {number}"
            refuse_overwrite(self.account.client.settings.equal_only, taken, changes)
        former = _former(declared, before, current)
        outputs = self._write(current, changes, declared, former)
        self.account.lines.done(taken, overwrites(changes, secret))
        self._say_unknown(outputs)
        return number_id, outputs

    def read(self, number_id: str, held: Values) -> Reading | None:
        """Read the settings; None when the number has left the account."""
        try:
            found = self._read(number_id, held)
        except NotFound:
            self.account.confirm_left(number_id, held)
            return None
        current = live(NUMBER_MESSAGING, held, found)
        outputs = {name: value for name, value in current.items() if name != PHONE_NUMBER}
        hidden = {name: held[name] for name in _HIDDEN if name in held}
        if FORMER in hidden:
            hidden[FORMER] = self._remembered(number_id, held)
        return Reading(current, {**found, **outputs, **_as_declared(found, current), **hidden})

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
        number = held.get(PHONE_NUMBER, number_id)
        with self.ownership.restoring(owner_of(number_id, held), {number_id, number}, held.get(FORMER)) as free:
            names, ours = _names(number_id, held), [managed(NUMBER_MESSAGING, values) for values in _ours(held)]
            former = self._remembered(number_id, held)
            if free == {number_id, number} and not self.ownership.declared_elsewhere(*names):
                found = self._restore(number_id, held, former)
                self.memory.put_back(names, former, found, *ours)
                return
            kept = self.memory.hand_over(names, former, *ours)
        self.account.say(f"number {number}: left as it is for another resource of this program{kept.value}")

    def _changes(self, number_id: str, held: Values, declared: Values) -> tuple[Observed, Changes]:
        """The settings before an update, and those to send; read where the state cannot know them."""
        current = {name: value for name, value in held.items() if not name.startswith("__")} | {NUMBER_ID: number_id}
        changes = tuple(
            change
            for change in diff(NUMBER_MESSAGING, held, declared)
            if change.field in NUMBER_MESSAGING.settings and not change.handed_back
        )
        if SENT in held:  # what became of the last write is not known
            current = self._read(number_id, held)
            return current, differences(NUMBER_MESSAGING, declared, current)
        if any(change.old is None or change.field.state == PRODUCT for change in changes):
            # A setting that becomes managed is remembered as it is now, and sent only if it differs. The state's
            # eligible products may be out of date: Telnyx changes them by itself.
            current = self._read(number_id, held)
            changes = tuple(
                change
                for change in changes
                if change.old is not None or not alike(change.field, change.new, current.get(change.field.state))
            )
        return current, changes

    def _read(self, number_id: str, held: Values) -> Observed:
        with naming({number_id: held.get(PHONE_NUMBER, "")}):
            found = settings.observed(self.account.reads.one(number_id))
        self.evidence.found(number_id)
        return found

    def _read_now(self, number_id: str, held: Values) -> Observed:
        """The settings by a read of their own: the last list may be older than another resource's write."""
        with naming({number_id: held.get(PHONE_NUMBER, "")}):
            return settings.observed(self.account.client.retrieve_messaging(number_id))

    def _former(self, number_id: str, held: Values, declared: Values, current: Observed) -> dict[str, Value]:
        """The values to restore after an update: those of the state, and of settings that become managed those now."""
        known = self._remembered(number_id, held)
        if any(name not in known for name in _SETTINGS if declared.get(name) is not None):
            known = {**self.memory.before(_names(number_id, held), current), **known}
        return _former(declared, known, current)

    def _remembered(self, number_id: str, held: Values) -> Values:
        """The former values of a resource; a state without any (edited by hand) knows none."""
        unknown = {name: NOT_KNOWN for name in _SETTINGS if held.get(name) is not None}
        return self.memory.corrected(_names(number_id, held), held.get(FORMER, unknown))

    def _write(
        self, current: Observed, changes: Changes, declared: Values, former: Values, held: Values | None = None
    ) -> dict[str, Value]:
        """Send the changes: the outputs; where it failed after a change, the error has them. New: ``held`` is None."""
        if reason := settings.ineligible(current, changes):
            raise Refused(reason)
        number_id = current[NUMBER_ID]
        names = _names(number_id, current)
        if changes and (held is None or former.keys() - held.get(FORMER, {}).keys()):
            self.memory.about_to_write(names, declared, former)
        written = self.account.attempt(current, changes, declared)
        error = written.error
        if error is not None and written.unchanged:
            self.memory.withdraw(names)
            raise error
        outputs = {**_outputs(written.settings, declared), FORMER: self.memory.settle(names, former)}
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
        unknown -= self.memory.awaited(_names(outputs[NUMBER_ID], outputs))
        names = [field.name for field in NUMBER_MESSAGING.settings if field.state in unknown]
        if names:
            self.account.say(
                f"number {settings.name_of(outputs)}: the former {', '.join(names)} is not known now, and a destroy "
                f"would leave it as it is"
            )

    def _confirm_found(self, number_id: str, held: Values) -> None:
        """Say so if the number of an update is gone; a 404 may also be about the profile that was sent."""
        try:
            self._read_now(number_id, held)
        except NotFound as error:
            self.account.confirm_left(number_id, held)
            raise Refused(
                f"cannot update messaging settings of number {held.get(PHONE_NUMBER, number_id)} ({number_id}): "
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
        ours = _ours(held)
        changes = restoration(NUMBER_MESSAGING, ours, found, former, policy)
        left = unrestorable(NUMBER_MESSAGING, ours, found, former, policy)
        self._say_left(settings.name_of(found), left, lacking=FORMER not in held)
        try:
            self.account.write(found | {NUMBER_ID: number_id}, changes, _kept(held, found))
        except ErrorAnswer as error:
            if error.status not in REFUSALS:
                raise
            secret = secrets_of(held)
            values = ", ".join(f"{one.field.name} {settings.quoted(one.field, one.new, secret)}" for one in changes)
            raise Refused(
                f"cannot restore {values} of number {settings.name_of(found)}: {error.reason}; the number was left as "
                f"it is; {instead(policy)}, run `pulumi up`, then destroy"
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


def _kept(held: Values, found: Values) -> dict[str, Value]:
    """The managed settings as they are before a restore: it changes some of them, and must not reset the others."""
    kept = {name: found[name] for name in managed(NUMBER_MESSAGING, held) if name in found}
    return {**kept, SECRETS: held.get(SECRETS, ())}


def _ours(held: Values) -> tuple[Values, ...]:
    """The values that the resource gave its number: those in the state, or those of a write of unknown outcome."""
    return (held, {**held, **held[SENT]}) if SENT in held else (held,)


def _names(number_id: str, held: Values) -> tuple[str, str]:
    return held.get(PHONE_NUMBER, number_id), number_id


def _former(declared: Values, known: Values, current: Values) -> dict[str, Value]:
    """The values to restore: the known ones, and for settings that become managed the current ones."""
    names = [name for name in _SETTINGS if declared.get(name) is not None]
    return {name: known.get(name, current.get(name, "")) for name in names}


def _outputs(found: Values, declared: Values) -> dict[str, Value]:
    """The settings as answered, in the declared spelling wherever it means the same."""
    kept = {
        name: value
        for name, value in declared.items()
        if name != PHONE_NUMBER and (name not in _SETTINGS or alike(_SETTINGS[name], value, found.get(name, "")))
    }
    return {**found, **kept, **_as_declared(found, declared)}


def _as_declared(found: Values, declared: Values) -> dict[str, Value]:
    """The declared spelling, kept when it differs from the vendor's: a numeric id, or a former number."""
    number = declared.get(PHONE_NUMBER)
    return {} if number in (None, found.get(PHONE_NUMBER)) else {DECLARED_NUMBER: number}
