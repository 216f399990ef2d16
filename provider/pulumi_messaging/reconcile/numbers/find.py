"""Whether numbers are in the account; a number bought a moment ago has no settings for a while."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pulumi_messaging.errors import NotFound, Refused
from pulumi_messaging.reconcile.numbers.members import name_to_read
from pulumi_messaging.reconcile.numbers.read_strategy import AT_ONCE
from pulumi_messaging.reconcile.numbers.settings import Observed, observed
from pulumi_messaging.reconcile.numbers.texts import by_reason, some
from pulumi_messaging.reconcile.progress import Progress

if TYPE_CHECKING:
    from pulumi_messaging.api.clock import Clock
    from pulumi_messaging.api.telnyx import TelnyxClient
    from pulumi_messaging.core.members import Member
    from pulumi_messaging.reconcile.numbers.reads import NumberReads
    from pulumi_messaging.reconcile.numbers.row_cache import Row

# Seconds between the reads of a number that was just bought; public clients wait about as long in all.
PURCHASE_WAITS: Final = (2.0, 4.0, 6.0, 8.0)
# Missing numbers that are read once more each, for the vendor's own words.
_EXPLAINED: Final = 5


@dataclass(frozen=True, slots=True, repr=False)
class NumberFinder:
    """Finds numbers. ``say`` writes one line for the user."""

    client: TelnyxClient
    reads: NumberReads
    say: Callable[[str], None]
    clock: Clock

    def one(self, number: str, waits: Sequence[float] = ()) -> Observed:
        """The settings of a number, read again after each of these waits (seconds) as long as it is not found."""
        read: Callable[[str], Row] = self.reads.one
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
                    self.say(
                        f"number {number}: not found; trying again for {sum(waits):.0f} s in case it was just bought"
                    )
                self.clock.sleep(wait)
                read = self.client.retrieve_messaging
        raise AssertionError  # the last wait is None

    def all(self, numbers: Sequence[str]) -> dict[str, Observed]:
        """The settings of numbers, after a wait for those just bought; each must be in the account."""
        rows = self.rows(numbers)
        for wait in PURCHASE_WAITS:
            missing = [number for number in numbers if number not in rows]
            if not missing:
                break
            if wait == PURCHASE_WAITS[0]:
                self.say(
                    f"not found: {some(missing)}; trying again for {sum(PURCHASE_WAITS):.0f} s in case they were "
                    f"just bought"
                )
            self.clock.sleep(wait)
            rows |= self.reads.many(missing)
        missing = [number for number in numbers if number not in rows]
        if missing:
            reasons = "; ".join(by_reason(self._why_missing(missing), self.say))
            raise Refused(
                f"cannot find {len(missing)} of {len(numbers)} numbers, so nothing was sent: {reasons}; check that "
                f"they belong to the account of telnyx:apiKey and are enabled for messaging; after a purchase, run "
                f"`pulumi up` again in a minute"
            )
        return {number: observed(row) for number, row in rows.items()}

    def rows(self, numbers: Collection[str]) -> dict[str, Row]:
        """The vendor's settings objects of those numbers that it finds."""
        progress = Progress(len(numbers), "reading", self.say, self.clock.monotonic)
        return self.reads.many(numbers, progress.done)

    def is_listed(self, phone_number: str, number_id: str | None = None) -> bool:
        """Whether the account's list has a number for whose settings the vendor answers 404."""
        listed = self.client.list_phone_numbers(phone_number)
        return any(
            row.get("phone_number") == phone_number or (number_id and row.get("id") == number_id) for row in listed
        )

    def members(self, members: Sequence[Member]) -> tuple[dict[str, Observed], set[str]]:
        """Settings of members, by declared number; and the declared numbers without settings that the account lists."""
        rows = self.rows([name_to_read(member) for member in members])
        found = {member.spelled: observed(rows[name]) for member in members if (name := name_to_read(member)) in rows}
        missing = [member for member in members if member.spelled not in found]
        if not missing:
            return found, set()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            listed = pool.map(self.is_listed, [member.number for member in missing])
            return found, {member.spelled for member, there in zip(missing, listed, strict=True) if there}

    def _why_missing(self, numbers: Sequence[str]) -> dict[str, str]:
        reasons = dict.fromkeys(numbers, "not in the account")
        for number in sorted(numbers)[:_EXPLAINED]:
            try:
                self.client.retrieve_messaging(number)
            except NotFound as error:
                reasons[number] = error.reason
        return reasons
