"""The reconciler of single numbers: their messaging settings; the number itself exists before and after.

Vendor page: developers.telnyx.com, "Update the messaging profile and/or messaging product of a phone number".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from pulumi_messaging.core.diff import Change, diff, differences, live
from pulumi_messaging.core.fields import Value, Values
from pulumi_messaging.core.number_messaging import DECLARED_NUMBER, FORMER, NUMBER_MESSAGING
from pulumi_messaging.errors import ErrorAnswer, NotFound, Refused
from pulumi_messaging.reconcile.numbers.find import PURCHASE_WAITS, NumberFinder
from pulumi_messaging.reconcile.numbers.planning import managed_already, owner_of
from pulumi_messaging.reconcile.numbers.restore import RESTORE, RETAIN, restoration
from pulumi_messaging.reconcile.numbers.settings import Observed, ineligible, name_of, observed, profile_moves, write
from pulumi_messaging.reconcile.numbers.state import NUMBER_ID, ON_DESTROY, PHONE_NUMBER, PRODUCT
from pulumi_messaging.reconcile.reconciler import Reading
from pulumi_messaging.text import brief

if TYPE_CHECKING:
    from pulumi_messaging.api.clock import Clock
    from pulumi_messaging.api.telnyx import TelnyxClient
    from pulumi_messaging.reconcile.numbers.reads import NumberReads
    from pulumi_messaging.reconcile.ownership import Ownership

_HIDDEN: Final = (FORMER, DECLARED_NUMBER)


class NumberMessagings:
    """The numbers of one API key, for all threads of a process.

    Args:
        client: The vendor's API.
        reads: The account's numbers, shared with groups.
        ownership: Which numbers the resources of this run hold.
        say: Writes one line for the user (stderr of the provider process).
        clock: The time that waits go by.
    """

    def __init__(
        self,
        client: TelnyxClient,
        reads: NumberReads,
        ownership: Ownership,
        say: Callable[[str], None],
        *,
        clock: Clock,
    ) -> None:
        self._client = client
        self._reads = reads
        self._finder = NumberFinder(client, reads, say, clock)
        self._ownership = ownership
        self._say = say

    def create(self, declared: Values) -> tuple[str, dict[str, Value]]:
        """Remember the settings found, then send those that differ from the declaration, if any: id and outputs.

        Raises:
            Refused: The number is not in the account, may not have the product, or another resource has it.
            NotApplied: Telnyx answered success, and the settings are not as declared.
            ApiError: Telnyx refused, or cannot be asked.
        """
        with self._ownership.claiming(declared[PHONE_NUMBER]) as claiming:
            claiming.begin_reads()
            current = self._finder.one(declared[PHONE_NUMBER], PURCHASE_WAITS)
            number, number_id = name_of(current), current[NUMBER_ID]
            if not claiming.claim(number_id, number):
                raise managed_already(number, number_id)
            if claiming.restored(number_id, number):
                current = observed(self._client.retrieve_messaging(number_id))
            handed_over = self._ownership.handed_over(number)
        changes = differences(NUMBER_MESSAGING, declared, current)
        for old, new in profile_moves(changes):
            self._say(
                f"number {name_of(current)}: messaging profile {brief(old)} -> {new or '(none)'} "
                f"(taken from another profile)"
            )
        after = self._write(current, changes)
        return number_id, _outputs(after, declared, _former(declared, handed_over, current))

    def read(self, number_id: str, held: Values) -> Reading | None:
        """Read the settings; None when the account's list confirms that the number left it.

        Raises:
            Refused: The account lists the number although its settings are not found.
            ApiError: Telnyx cannot be asked.
        """
        try:
            found = observed(self._reads.one(number_id))
        except NotFound:
            self._confirm_gone(number_id, held)
            return None
        current = live(NUMBER_MESSAGING, held, found)
        outputs = {name: value for name, value in current.items() if name != PHONE_NUMBER}
        hidden = {name: held[name] for name in _HIDDEN if name in held}
        return Reading(current, {**found, **outputs, **_as_declared(found, current), **hidden})

    def update(self, number_id: str, held: Values, declared: Values) -> dict[str, Value]:
        """Send the changed managed settings, or nothing if none differs: the outputs.

        Raises:
            Refused: The number may not have the product.
            NotApplied: Telnyx answered success, and the settings are not as declared.
            ApiError: Telnyx refused, or cannot be asked.
        """
        changes = _to_send(diff(NUMBER_MESSAGING, held, declared))
        current = {name: value for name, value in held.items() if name not in _HIDDEN} | {NUMBER_ID: number_id}
        if any(change.old is None or change.field.state == PRODUCT for change in changes):
            # A setting that becomes managed is remembered as it is now, and sent only if it differs. The state's
            # eligible products may be out of date: Telnyx changes them by itself.
            current = self._finder.one(number_id)
            newly = {change.field.state: change.new for change in changes if change.old is None}
            different = {change.field.state for change in differences(NUMBER_MESSAGING, newly, current)}
            changes = tuple(c for c in changes if c.old is not None or c.field.state in different)
        after = self._write(current, changes)
        return _outputs(after, declared, _former(declared, held[FORMER], current))

    def delete(self, number_id: str, held: Values) -> None:
        """Carry out ``on_destroy``, only where the value is still ours; a number that left the account is done.

        Raises:
            Refused: The former settings cannot be written.
            ApiError: Telnyx cannot be asked.
        """
        number = held.get(PHONE_NUMBER, number_id)
        with self._ownership.restoring(owner_of(number_id, held), {number_id, number}) as free:
            if free == {number_id, number}:
                self._restore(number_id, held)
                return
        self._say(
            f"number {number}: left as it is, another resource of this program has "
            f"taken it over (an alias would have kept its former settings: pulumi.ResourceOptions(aliases=[...]))"
        )

    def _restore(self, number_id: str, held: Values) -> None:
        policy = held.get(ON_DESTROY, RESTORE)
        if policy == RETAIN:
            return
        try:
            found = observed(self._client.retrieve_messaging(number_id))
        except NotFound:
            self._confirm_gone(number_id, held)
            return
        changes = restoration(NUMBER_MESSAGING, held, found, held.get(FORMER, {}), policy)
        try:
            write(self._client, self._reads, found | {NUMBER_ID: number_id}, changes)
        except ErrorAnswer as error:
            if policy != RESTORE or error.status not in (400, 404, 422):
                raise
            former = brief(", ".join(f"{change.field.name} {change.new!r}" for change in changes))
            raise Refused(
                f"cannot restore {former} of number {name_of(found)}: {error.reason}; the number was left as it is; "
                f'set on_destroy="unassign" or "retain", run `pulumi up`, then destroy'
            ) from None

    def _write(self, current: Observed, changes: tuple[Change, ...]) -> Observed:
        if reason := ineligible(current, changes):
            raise Refused(reason)
        return write(self._client, self._reads, current, changes)

    def _confirm_gone(self, number_id: str, held: Values) -> None:
        phone_number = held.get(PHONE_NUMBER, "")
        if phone_number and self._finder.is_listed(phone_number, number_id):
            raise Refused(
                f"cannot read messaging settings of number {phone_number}: Telnyx answered 404 although the account "
                f"lists the number; run the same command again, and ask Telnyx if it stays so"
            )


def _former(declared: Values, known: Values, current: Values) -> dict[str, Value]:
    """The values to restore: the known ones, and for settings that become managed the current ones."""
    names = [field.state for field in NUMBER_MESSAGING.settings if declared.get(field.state) is not None]
    return {name: known.get(name, current.get(name, "")) for name in names}


def _to_send(changes: Iterable[Change]) -> tuple[Change, ...]:
    return tuple(c for c in changes if c.field in NUMBER_MESSAGING.settings and not c.handed_back)


def _outputs(found: Values, declared: Values, former: dict[str, Value]) -> dict[str, Value]:
    kept = {name: value for name, value in declared.items() if name != PHONE_NUMBER}
    return {**found, **kept, **_as_declared(found, declared), FORMER: former}


def _as_declared(found: Values, declared: Values) -> dict[str, Value]:
    """The declared spelling, kept when it differs from the vendor's: a numeric id, or a former number."""
    number = declared.get(PHONE_NUMBER)
    return {} if number in (None, found.get(PHONE_NUMBER)) else {DECLARED_NUMBER: number}
