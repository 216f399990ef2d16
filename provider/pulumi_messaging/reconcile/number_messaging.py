"""The life of a Telnyx number's messaging settings: the number itself exists before and after.

Vendor page: developers.telnyx.com, "Update the messaging profile and/or messaging product of a phone number".
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from pulumi_messaging.core.diff import Change, diff, differences, live
from pulumi_messaging.core.fields import Value, Values
from pulumi_messaging.core.number_messaging import NUMBER_MESSAGING
from pulumi_messaging.errors import ErrorAnswer, NotFound, Refused
from pulumi_messaging.reconcile.number_reads import number_reads
from pulumi_messaging.reconcile.number_settings import (
    PURCHASE_WAITS,
    Observed,
    ineligible,
    name_of,
    observed,
    send,
    still_ours,
)
from pulumi_messaging.reconcile.numbers.planning import managed_already, owner_of
from pulumi_messaging.reconcile.ownership import Ownership
from pulumi_messaging.reconcile.reconciler import Reading
from pulumi_messaging.reconcile.shown import shown

if TYPE_CHECKING:
    from pulumi_messaging.api.telnyx import TelnyxClient


class NumberMessagings:
    """The numbers of one API key, for all threads of a process.

    Args:
        client: The vendor's API.
        ownership: Which numbers the resources of this run hold.
        say: Tells the user one line (stderr of the provider process).
        sleep: Waits a number of seconds.
    """

    def __init__(
        self,
        client: TelnyxClient,
        ownership: Ownership,
        say: Callable[[str], None],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._reads = number_reads(client)
        self._ownership = ownership
        self._say = say
        self._sleep = sleep

    def create(self, declared: Values) -> tuple[str, dict[str, Value]]:
        """Remember what is there, then send what differs from the declaration, or nothing.

        Raises:
            Refused: The number is not in the account, or may not have the product.
            NotApplied: The vendor said yes and the settings are not as declared.
            ApiError: The vendor could not be asked, or refused.
        """
        since = self._ownership.moment
        current = self._find(declared["phoneNumber"], PURCHASE_WAITS)
        number_id = current["phoneNumberId"]
        if not self._ownership.take(number_id, name_of(current), owner=owner_of(number_id, declared)):
            raise managed_already(name_of(current), number_id)
        if self._ownership.put_back(since, number_id, name_of(current)):
            current = observed(self._client.retrieve_messaging(number_id))
        changes = differences(NUMBER_MESSAGING, declared, current)
        self._say_taken(current, changes)
        after = self._apply(current, changes)
        former = _former(declared, self._ownership.inherited(name_of(current)), current)
        return number_id, _outputs(after, declared, former)

    def read(self, number_id: str, held: Values) -> Reading | None:
        """The settings as they are now; None when the account's numbers confirm that the number left it.

        Raises:
            Refused: The account lists the number although its settings are not found.
            ApiError: The vendor could not be asked.
        """
        try:
            found = observed(self._reads.one(number_id))
        except NotFound:
            self._confirm_gone(number_id, held)
            return None
        current = live(NUMBER_MESSAGING, held, found)
        kept = {name: value for name, value in held.items() if name.startswith("__")}
        outputs = {name: value for name, value in current.items() if name != "phoneNumber"}
        return Reading(current, {**found, **outputs, **_as_declared(found, current), **kept})

    def update(self, number_id: str, held: Values, declared: Values) -> dict[str, Value]:
        """Send the changed managed settings, and nothing when none has to be sent.

        Raises:
            Refused: The number may not have the product.
            NotApplied: The vendor said yes and the settings are not as declared.
            ApiError: The vendor could not be asked, or refused.
        """
        changes = _written(diff(NUMBER_MESSAGING, held, declared))
        current = {name: value for name, value in held.items() if not name.startswith("__")}
        current["phoneNumberId"] = number_id
        if any(change.old is None or change.field.state == "messagingProduct" for change in changes):
            # What becomes managed is remembered as it is now, and not written if it is right already. Eligibility for a
            # product changes by itself, so the state's word for it may be out of date.
            current = self._find(number_id)
            newly = {change.field.state: change.new for change in changes if change.old is None}
            different = {change.field.state for change in differences(NUMBER_MESSAGING, newly, current)}
            changes = tuple(c for c in changes if c.old is not None or c.field.state in different)
        after = self._apply(current, changes)
        return _outputs(after, declared, _former(declared, held["__former"], current))

    def delete(self, number_id: str, held: Values) -> None:
        """Do what ``on_destroy`` says, only where the value is still ours; a number that left the account is done.

        Raises:
            Refused: The former settings cannot be put back.
            ApiError: The vendor could not be asked.
        """
        names = {number_id, held.get("phoneNumber", number_id)}
        with self._ownership.undoing(owner_of(number_id, held), names) as free:
            if free == names:
                self._undo(number_id, held)
                return
        self._say(
            f"number {held.get('phoneNumber', number_id)}: left as it is, another resource of this program has "
            f"taken it over (an alias would have kept its former settings: pulumi.ResourceOptions(aliases=[...]))"
        )

    def _undo(self, number_id: str, held: Values) -> None:
        policy = held.get("onDestroy", "restore")
        if policy == "retain":
            return
        try:
            found = observed(self._client.retrieve_messaging(number_id))
        except NotFound:
            self._confirm_gone(number_id, held)
            return
        goal = held.get("__former", {}) if policy == "restore" else {"messagingProfileId": ""}
        changes = tuple(still_ours(NUMBER_MESSAGING, held, found, goal))
        try:
            self._apply(found | {"phoneNumberId": number_id}, changes, eligible=False)
        except ErrorAnswer as error:
            if policy != "restore" or error.status not in (400, 404, 422):
                raise
            former = shown(", ".join(f"{change.field.name} {change.new!r}" for change in changes))
            raise Refused(
                f"cannot restore {former} of number {name_of(found)}: {error.reason}; the number was left as it is; "
                f'set on_destroy="unassign" or "retain", run `pulumi up`, then destroy'
            ) from None

    def _find(self, number: str, waits: tuple[float, ...] = ()) -> Observed:
        """The current settings; with ``waits``, also those of a number that was bought a moment ago."""
        read: Callable[[str], dict[str, Any]] = self._reads.one
        for wait in (*waits, None):
            try:
                return observed(read(number))
            except NotFound as error:
                if wait is None:
                    raise Refused(
                        f"cannot find number {number}: {error.reason}; check that the number belongs to the account "
                        f"of telnyx:apiKey and is enabled for messaging; after a purchase, run `pulumi up` again in a "
                        f"minute"
                    ) from None
                if wait == waits[0]:
                    self._say(
                        f"number {number}: not found; trying again for {sum(waits):.0f} s in case it was just bought"
                    )
                self._sleep(wait)
                read = self._client.retrieve_messaging
        raise AssertionError  # the last wait is None

    def _apply(self, current: Observed, changes: Iterable[Change], *, eligible: bool = True) -> Observed:
        """Send the changes, if there are any, and compare the answer with the wish."""
        changes = tuple(changes)
        if eligible and (reason := ineligible(current, changes)):
            raise Refused(reason)
        return send(self._client, self._reads, current, changes)

    def _say_taken(self, current: Observed, changes: Iterable[Change]) -> None:
        for change in changes:
            if change.field.state == "messagingProfileId" and change.old:
                self._say(
                    f"number {name_of(current)}: messaging profile {shown(change.old)} -> {change.new or '(none)'} "
                    f"(taken from another profile)"
                )

    def _confirm_gone(self, number_id: str, held: Values) -> None:
        phone_number = held.get("phoneNumber", "")
        listed = self._client.list_phone_numbers(phone_number) if phone_number else ()
        if any(row.get("id") == number_id or row.get("phone_number") == phone_number for row in listed):
            raise Refused(
                f"cannot read messaging settings of number {phone_number}: Telnyx answered 404 although the account "
                f"lists the number; run the same command again, and ask Telnyx if it stays so"
            )


def _former(declared: Values, known: Values, current: Values) -> dict[str, Value]:
    """The values to put back: those known from before, and for what becomes managed now those that are there."""
    names = [field.state for field in NUMBER_MESSAGING.settings if declared.get(field.state) is not None]
    return {name: known.get(name, current.get(name, "")) for name in names}


def _written(changes: Iterable[Change]) -> tuple[Change, ...]:
    return tuple(c for c in changes if c.field in NUMBER_MESSAGING.settings and not c.handed_back)


def _outputs(found: Values, declared: Values, former: dict[str, Value]) -> dict[str, Value]:
    kept = {name: value for name, value in declared.items() if name != "phoneNumber"}
    return {**found, **kept, **_as_declared(found, declared), "__former": former}


def _as_declared(found: Values, declared: Values) -> dict[str, Value]:
    """The number as the program has it, where the vendor's word for it is another: a numeric id, a former number."""
    number = declared.get("phoneNumber")
    return {} if number in (None, found.get("phoneNumber")) else {"__phoneNumber": number}
