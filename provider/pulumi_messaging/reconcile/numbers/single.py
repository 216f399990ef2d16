"""The reconciler of single numbers: their messaging settings; the number itself exists before and after.

Vendor page: developers.telnyx.com, "Update the messaging profile and/or messaging product of a phone number".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pulumi_messaging.core.diff import Change, alike, diff, differences, live, managed
from pulumi_messaging.core.fields import Value, Values
from pulumi_messaging.core.hidden import FORMER
from pulumi_messaging.core.number_messaging import DECLARED_NUMBER, NUMBER_MESSAGING
from pulumi_messaging.errors import ErrorAnswer, NotFound, Refused
from pulumi_messaging.reconcile.numbers import messaging_settings as settings
from pulumi_messaging.reconcile.numbers.account import PURCHASE_WAITS, NumberAccount
from pulumi_messaging.reconcile.numbers.diff_checks import managed_already, owner_of
from pulumi_messaging.reconcile.numbers.memory import Memory
from pulumi_messaging.reconcile.numbers.messaging_settings import NUMBER_ID, ON_DESTROY, PHONE_NUMBER, PRODUCT, Observed
from pulumi_messaging.reconcile.numbers.restore import RESTORE, RETAIN, restoration
from pulumi_messaging.reconcile.ownership import Ownership
from pulumi_messaging.reconcile.reconciler import Reading
from pulumi_messaging.text import brief

_HIDDEN: Final = (FORMER, DECLARED_NUMBER)


@dataclass(frozen=True, slots=True, repr=False)
class NumberMessagings:
    """The numbers of one API key, for all threads of a process.

    Raises:
        Refused: The number is not in the account, may not have the product, or another resource has it; or the former
            settings cannot be restored.
        NotApplied: Telnyx answered success, and the settings are not as declared.
        ApiError: Telnyx refused, or cannot be asked.
    """

    account: NumberAccount
    ownership: Ownership
    memory: Memory

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
        changes = differences(NUMBER_MESSAGING, declared, current)
        if move := settings.profile_move(changes):
            self.account.say(f"number {settings.name_of(current)}: {move}")
        former = _former(declared, before, current)
        if changes:
            self.memory.about_to_write((number, number_id), declared, former)
        after = self._write(current, changes)
        return number_id, _outputs(after, declared, self.memory.settle((number, number_id), former))

    def read(self, number_id: str, held: Values) -> Reading | None:
        """Read the settings; None when the account's list confirms that the number left it."""
        try:
            found = settings.observed(self.account.reads.one(number_id))
        except NotFound:
            self._confirm_gone(number_id, held)
            return None
        current = live(NUMBER_MESSAGING, held, found)
        outputs = {name: value for name, value in current.items() if name != PHONE_NUMBER}
        hidden = {name: held[name] for name in _HIDDEN if name in held}
        if FORMER in hidden:
            hidden[FORMER] = self.memory.corrected(_names(number_id, held), held[FORMER])
        return Reading(current, {**found, **outputs, **_as_declared(found, current), **hidden})

    def update(self, number_id: str, held: Values, declared: Values) -> dict[str, Value]:
        """Send the changed managed settings, or nothing if none differs: the outputs."""
        changes = tuple(
            change
            for change in diff(NUMBER_MESSAGING, held, declared)
            if change.field in NUMBER_MESSAGING.settings and not change.handed_back
        )
        current = {name: value for name, value in held.items() if name not in _HIDDEN} | {NUMBER_ID: number_id}
        if any(change.old is None or change.field.state == PRODUCT for change in changes):
            # A setting that becomes managed is remembered as it is now, and sent only if it differs. The state's
            # eligible products may be out of date: Telnyx changes them by itself.
            current = self.account.find(number_id)
            changes = tuple(
                change
                for change in changes
                if change.old is not None or not alike(change.field, change.new, current.get(change.field.state))
            )
        after = self._write(current, changes)
        names = _names(number_id, held)
        former = _former(declared, self.memory.corrected(names, held[FORMER]), current)
        return _outputs(after, declared, self.memory.settle(names, former))

    def delete(self, number_id: str, held: Values) -> None:
        """Carry out ``on_destroy``, only where the value is still ours; a number that left the account is done."""
        number = held.get(PHONE_NUMBER, number_id)
        with self.ownership.restoring(owner_of(number_id, held), {number_id, number}) as free:
            names, ours = _names(number_id, held), managed(NUMBER_MESSAGING, held)
            former = self.memory.corrected(names, held.get(FORMER, {}))
            if free == {number_id, number} and not self.ownership.declared_elsewhere(*names):
                self._restore(number_id, {**held, FORMER: former})
                self.memory.put_back(names, former, ours)
                return
            kept = self.memory.hand_over(names, former, ours)
        self.account.say(f"number {number}: left as it is for another resource of this program{kept.value}")

    def _restore(self, number_id: str, held: Values) -> None:
        policy = held.get(ON_DESTROY, RESTORE)
        if policy == RETAIN:
            return
        try:
            found = settings.observed(self.account.client.retrieve_messaging(number_id))
        except NotFound:
            self._confirm_gone(number_id, held)
            return
        changes = restoration(NUMBER_MESSAGING, held, found, held.get(FORMER, {}), policy)
        try:
            self.account.write(found | {NUMBER_ID: number_id}, changes)
        except ErrorAnswer as error:
            if policy != RESTORE or error.status not in (400, 404, 422):
                raise
            former = brief(", ".join(f'{change.field.name} "{settings.plain(change.new)}"' for change in changes))
            raise Refused(
                f"cannot restore {former} of number {settings.name_of(found)}: {error.reason}; the number was left as "
                f'it is; set on_destroy="unassign" or "retain", run `pulumi up`, then destroy'
            ) from None

    def _write(self, current: Observed, changes: tuple[Change, ...]) -> Observed:
        if reason := settings.ineligible(current, changes):
            raise Refused(reason)
        return self.account.write(current, changes)

    def _confirm_gone(self, number_id: str, held: Values) -> None:
        phone_number = held.get(PHONE_NUMBER, "")
        if phone_number and self.account.is_listed(phone_number, number_id):
            raise Refused(
                f"cannot read messaging settings of number {phone_number}: Telnyx answered 404 although the account "
                f"lists the number; run the same command again, and ask Telnyx if it stays so"
            )


def _names(number_id: str, held: Values) -> tuple[str, str]:
    return held.get(PHONE_NUMBER, number_id), number_id


def _former(declared: Values, known: Values, current: Values) -> dict[str, Value]:
    """The values to restore: the known ones, and for settings that become managed the current ones."""
    names = [field.state for field in NUMBER_MESSAGING.settings if declared.get(field.state) is not None]
    return {name: known.get(name, current.get(name, "")) for name in names}


def _outputs(found: Values, declared: Values, former: dict[str, Value]) -> dict[str, Value]:
    kept = {name: value for name, value in declared.items() if name != PHONE_NUMBER}
    return {**found, **kept, **_as_declared(found, declared), FORMER: former}


def _as_declared(found: Values, declared: Values) -> dict[str, Value]:
    """The declared spelling, kept when it differs from the vendor's: a numeric id, or a former number."""
    number = declared.get(PHONE_NUMBER)
    return {} if number in (None, found.get(PHONE_NUMBER)) else {DECLARED_NUMBER: number}
