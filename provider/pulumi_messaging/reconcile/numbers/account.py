"""Finds and writes numbers of a Telnyx account; a 404 right after a purchase is retried for a bounded time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pulumi_messaging.core.diff import Change, patch
from pulumi_messaging.core.fields import normal
from pulumi_messaging.errors import ApiError, NotApplied, NotFound, Refused
from pulumi_messaging.reconcile.numbers.messaging_settings import NUMBER_ID, Observed, full_name, observed, plain
from pulumi_messaging.reconcile.numbers.read_strategy import AT_ONCE
from pulumi_messaging.reconcile.numbers.reports import Progress, by_reason, some

if TYPE_CHECKING:
    from pulumi_messaging.api.clock import Clock
    from pulumi_messaging.api.telnyx import TelnyxClient
    from pulumi_messaging.core.members import Member
    from pulumi_messaging.reconcile.accounts import AccountEvidence
    from pulumi_messaging.reconcile.numbers.reads import NumberReads
    from pulumi_messaging.reconcile.numbers.row_cache import Row

# Seconds between the reads of a number that was just bought; public clients wait about as long in all.
PURCHASE_WAITS: Final = (2.0, 4.0, 6.0, 8.0)
# Missing numbers that are read once more each, for the vendor's own words.
_EXPLAINED: Final = 5


@dataclass(frozen=True, slots=True, repr=False)
class NumberAccount:
    """The numbers of one API key, and how their work waits and reports."""

    client: TelnyxClient
    reads: NumberReads  # shared by single numbers and groups
    clock: Clock
    say: Callable[[str], None]  # writes one line for the user (stderr of the provider process)
    evidence: AccountEvidence

    def find(self, number: str, waits: Sequence[float] = ()) -> Observed:
        """The settings of a number, read again after each of these waits (seconds) as long as it is not found."""
        read, left = self.reads.one, list(waits)
        while True:
            try:
                return observed(read(number))
            except NotFound as error:
                if not left:
                    raise Refused(
                        f"cannot find number {number}: {error.reason}; check that the number belongs to the account "
                        f"of telnyx:apiKey and is enabled for messaging; after a purchase, run `pulumi up` again in a "
                        f"minute"
                    ) from None
            if len(left) == len(waits):
                self.say(f"number {number}: not found; trying again for {sum(waits):.0f} s in case it was just bought")
            self.clock.sleep(left.pop(0))
            read = self.client.retrieve_messaging

    def find_all(self, numbers: Sequence[str]) -> dict[str, Observed]:
        """The settings of numbers, after a wait for those just bought; each must be in the account."""
        rows, left = self._rows(numbers), list(PURCHASE_WAITS)
        while missing := [number for number in numbers if number not in rows]:
            if not left:
                reasons = "; ".join(by_reason(self._why_missing(missing), self.say))
                raise Refused(
                    f"cannot find {len(missing)} of {len(numbers)} numbers, so nothing was sent: {reasons}; check that "
                    f"they belong to the account of telnyx:apiKey and are enabled for messaging; after a purchase, run "
                    f"`pulumi up` again in a minute"
                )
            if len(left) == len(PURCHASE_WAITS):
                waits = f"{sum(left):.0f} s in case they were just bought"
                self.say(f"not found: {some(missing)}; trying again for {waits}")
            self.clock.sleep(left.pop(0))
            rows |= self.reads.many(missing)
        return {number: observed(row) for number, row in rows.items()}

    def members(self, members: Sequence[Member]) -> tuple[dict[str, Observed], set[str]]:
        """Settings of members, by declared number; and the declared numbers without settings that the account lists."""
        names = {member.spelled: member.number_id or member.number for member in members}
        rows = self._rows(names.values())
        found = {spelled: observed(rows[name]) for spelled, name in names.items() if name in rows}
        missing = [member for member in members if member.spelled not in found]
        if not missing:
            return found, set()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            listed = pool.map(self.is_listed, [member.number for member in missing])
            return found, {member.spelled for member, there in zip(missing, listed, strict=True) if there}

    def is_listed(self, number: str, number_id: str | None = None) -> bool:
        """Whether the account's list has a number for whose settings the vendor answers 404."""
        rows = self.client.list_phone_numbers(number)
        return any(row.get("phone_number") == number or (number_id and row.get("id") == number_id) for row in rows)

    def write(self, current: Observed, changes: tuple[Change, ...], _declared: object = None) -> Observed:
        """Send the changes of one number, if there are any, and compare the answer with them: the settings now."""
        if not changes:
            return current
        answer, lost = self._send(current, changes)
        after = observed(answer)
        for change in changes:
            field, seen = change.field, after.get(change.field.state, "")
            if normal(field, seen) != normal(field, change.new):
                raise lost or NotApplied(
                    f"update messaging settings of number {full_name(current)}",
                    f'Telnyx answered success, but {field.name} is "{plain(seen)}" and not "{plain(change.new)}"',
                    "run `pulumi up` again, and ask Telnyx if it stays so",
                )
        return current | after

    def _send(self, current: Observed, changes: tuple[Change, ...]) -> tuple[Row, ApiError | None]:
        """The settings after an update, and the error of an update whose outcome is unclear."""
        number_id, lost = current[NUMBER_ID], None
        try:
            answer = self.client.update_messaging(number_id, patch(changes), full_name(current))
            if all(change.field.wire in answer for change in changes):
                return answer, None
        except ApiError as error:
            if not error.unclear:
                raise
            lost = error
        finally:
            self.reads.wrote(number_id)
        try:  # a read shows the fields that the answer lacks
            return self.client.retrieve_messaging(number_id), lost
        except ApiError as error:
            alone = error.during(f"read messaging settings of number {full_name(current)}")
            raise lost.unsettled(error.reason) if lost else alone from None

    def progress(self, total: int, purpose: str) -> Progress:
        """A new progress of work on so many numbers, with this account's clock and messages."""
        return Progress(total, purpose, self.say, self.clock.monotonic)

    def _rows(self, numbers: Collection[str]) -> dict[str, Row]:
        return self.reads.many(numbers, self.progress(len(numbers), "reading").done)

    def _why_missing(self, numbers: Sequence[str]) -> dict[str, str]:
        reasons = dict.fromkeys(numbers, "not in the account")
        for number in sorted(numbers)[:_EXPLAINED]:
            try:
                self.client.retrieve_messaging(number)
            except NotFound as error:
                reasons[number] = error.reason
        return reasons
