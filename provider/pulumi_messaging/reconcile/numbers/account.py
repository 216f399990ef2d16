"""Finds and writes numbers of an account; a 404 right after a purchase is retried for a bounded time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from pulumi_messaging.core.hidden import FORMER, secrets_of
from pulumi_messaging.errors import NotFound, Refused
from pulumi_messaging.reconcile.numbers.listed_numbers import (
    contradicts,
    is_live,
    proves_account,
    status_of,
    two_numbers,
)
from pulumi_messaging.reconcile.numbers.one_write import OneWrite, Written
from pulumi_messaging.reconcile.numbers.read_strategy import AT_ONCE
from pulumi_messaging.reconcile.numbers.reports import Progress, by_reason, naming, some
from pulumi_messaging.reconcile.numbers.vendor import present
from pulumi_messaging.text import brief

if TYPE_CHECKING:
    from pulumi_messaging.api.clock import Clock
    from pulumi_messaging.core.diff import Change
    from pulumi_messaging.core.fields import Values
    from pulumi_messaging.core.members import Member
    from pulumi_messaging.core.numbers import NumberResources
    from pulumi_messaging.reconcile.accounts import AccountEvidence
    from pulumi_messaging.reconcile.numbers.reads import NumberReads
    from pulumi_messaging.reconcile.numbers.vendor import NumberApi, Observed, Row
    from pulumi_messaging.reconcile.takeover import TakeOverLines

# Seconds between the reads of a number that was just bought; public clients wait about as long in all.
PURCHASE_WAITS: Final = (2.0, 4.0, 6.0, 8.0)
# Missing numbers that are read once more each, for the vendor's own words.
_EXPLAINED: Final = 5
_NOTHING: Final[Mapping[str, Member]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, repr=False)
class NumberAccount:
    """The numbers of one account, and how their work waits and reports."""

    api: NumberApi
    reads: NumberReads  # shared by single numbers and groups
    clock: Clock
    say: Callable[[str], None]  # writes one line for the user (stderr of the provider process)
    evidence: AccountEvidence
    lines: TakeOverLines  # says what is overwritten

    @property
    def resources(self) -> NumberResources:
        """The resources of these numbers."""
        return self.api.resources

    @property
    def advice_if_left(self) -> str:
        """The advice where numbers of a group are not there: a refresh alone leaves them declared."""
        numbers = self.resources.group.python_names[self.resources.numbers]
        return f"if they left the account, leave them out of {numbers} and run `pulumi up --refresh`"

    @property
    def still_listed(self) -> str:
        """The reason why a number is not taken for gone."""
        return f"{self.resources.vendor} answered 404 for the settings although the account lists the number"

    @property
    def ask_again(self) -> str:
        """The advice where the vendor contradicts itself."""
        return f"run the same command again, and ask {self.resources.vendor} if it stays so"

    def find(self, number: str, waits: Sequence[float] = ()) -> Observed:
        """The settings of a number, read again after each of these waits (seconds) as long as it is not found."""
        read, ahead = self.reads.one, list(waits)
        while True:
            try:
                return self.api.observed(read(number))
            except NotFound as error:
                if not ahead:
                    raise Refused(
                        f"cannot find number {number}: {error.reason}{self._standing(number)}; check that the number "
                        f"is {present(self.api)}; after a purchase, run `pulumi up` again in a minute"
                    ) from None
            if len(ahead) == len(waits):
                self.say(f"number {number}: not found; trying again for {sum(waits):.0f} s in case it was just bought")
            self.clock.sleep(ahead.pop(0))
            read = self.api.read

    def find_all(self, numbers: Sequence[str], held: Mapping[str, Member] = _NOTHING) -> dict[str, Observed]:
        """The settings of declared numbers, after a wait for those just bought; each must be in the account.

        ``held`` are the members of the state, which were not bought just now.
        """
        names = {number: held[number].name if number in held else number for number in numbers}
        rows, ahead = self._rows(numbers, look_up=True), list(PURCHASE_WAITS)
        while missing := [number for number in numbers if number not in rows]:
            if not ahead or all(number in held for number in missing):
                why = {names[number]: reason for number, reason in self._why_missing(missing).items()}
                reasons = "; ".join(by_reason(why, self.say))
                gone = f"{self.advice_if_left}; else " if any(number in held for number in missing) else ""
                raise Refused(
                    f"cannot find {len(missing)} of {len(numbers)} numbers, so nothing was sent: {reasons}; {gone}"
                    f"check that they are {present(self.api)}; after a purchase, run `pulumi up` again in a minute"
                )
            if len(ahead) == len(PURCHASE_WAITS):
                waits = f"{sum(ahead):.0f} s in case they were just bought"
                self.say(f"not found: {some(missing)}; trying again for {waits}")
            self.clock.sleep(ahead.pop(0))
            rows |= self.reads.many(missing)
        return {number: self.api.observed(row) for number, row in rows.items()}

    def members(self, members: Sequence[Member]) -> tuple[dict[str, Observed], set[str]]:
        """Settings of members, by declared number; and the declared numbers without settings that the account lists."""
        names = {member.spelled: member.number_id or member.number for member in members}
        with naming({member.number_id: member.number for member in members}):
            rows = self._rows(names.values())
        found = {spelled: self.api.observed(rows[name]) for spelled, name in names.items() if name in rows}
        for settings in found.values():
            self.evidence.found(settings[self.resources.number_id])
        missing = [member for member in members if member.spelled not in found]
        if not missing:
            return found, set()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            doubtful = pool.map(self._is_doubtful, missing)
            return found, {member.spelled for member, doubt in zip(missing, doubtful, strict=True) if doubt}

    def _is_doubtful(self, member: Member) -> bool:
        return contradicts(self.api.listed(member.number), member.number, member.number_id)

    def confirm_gone(self, held: Values, attempt: str, object_id: str, *, listed: bool = False) -> None:
        """Return if a 404 for numbers of the state can mean that they are gone.

        Args:
            held: The outputs of their resource.
            attempt: The operation with its object, for the error.
            object_id: The resource's id.
            listed: Whether rows of the account's list show that the account is theirs.

        Raises:
            Refused: They belong to another account, or nothing shows that they belong to this one.
            ApiError: The vendor cannot be asked.
        """
        self.evidence.confirm_gone(
            held, attempt, object_id, lambda: listed, self._show_account, lambda: self._has_assignment(held)
        )

    def confirm_left(self, number_id: str, held: Values) -> None:
        """Return if a number of the state, for whose settings the vendor answers 404, has left the account.

        Raises:
            Refused: The account lists the number, or as for ``confirm_gone``.
            ApiError: The vendor cannot be asked.
        """
        number = held.get(self.resources.number, "")
        rows = self.api.listed(number) if number else ()
        if contradicts(rows, number, number_id):
            raise Refused(
                f"cannot read {self.resources.settings} of number {number}: {self.resources.vendor} answered 404 "
                f"although the account lists the number; {self.ask_again}"
            )
        listed = proves_account(rows, number, number_id)
        self.confirm_gone(held, f"find number {number or number_id}", number_id, listed=listed)

    def write(self, current: Observed, changes: tuple[Change, ...], declared: Values) -> Observed:
        """Send the changes of one number, if there are any: the settings now, which are as declared.

        Raises:
            ApiError: They are not.
        """
        written = self._one_write(declared).write(current, changes, declared)
        if written.error is not None:
            raise written.error
        return written.settings

    def attempt(self, current: Observed, changes: tuple[Change, ...], declared: Values) -> Written:
        """The same, with a failure as a result: the settings as last answered are part of it, also after a refusal."""
        return self._one_write(declared, proves=True).write(current, changes, declared)

    def _one_write(self, declared: Values, *, proves: bool = False) -> OneWrite:
        return OneWrite(self.api, self.reads, self.clock, secrets_of(declared), proves)

    def progress(self, total: int, purpose: str) -> Progress:
        """A new progress of work on so many numbers, with this account's clock and messages."""
        return Progress(total, purpose, self.say, self.clock.monotonic)

    def _rows(self, numbers: Collection[str], *, look_up: bool = False) -> dict[str, Row]:
        return self.reads.many(numbers, self.progress(len(numbers), "reading").done, look_up=look_up)

    def _why_missing(self, numbers: Sequence[str]) -> dict[str, str]:
        reasons = dict.fromkeys(numbers, "not in the account")
        for number in sorted(numbers)[:_EXPLAINED]:
            try:
                self.api.read(number)
            except NotFound as error:
                reasons[number] = f"{error.reason}{self._standing(number)}"
        return reasons

    def _standing(self, number: str) -> str:
        """The status of a number without settings, in the words of the account's list; empty where it has none."""
        listed = self.api.listed(number) if number.startswith("+") else ()
        rows = [row for row in listed if row.get("phone_number") == number]
        live = [row for row in rows if is_live(row)]
        ids = {str(row.get("id")) for row in live}
        if len(ids) > 1:
            raise two_numbers(number, ids)
        statuses = dict.fromkeys(filter(None, map(status_of, live or rows)))
        return f" (the account lists it as {brief(', '.join(statuses))})" if statuses else ""

    def _show_account(self) -> bool:
        """List numbers, any of which may show the account's identity; that alone is no evidence."""
        self.api.page()
        return False

    def _has_assignment(self, held: Values) -> bool:
        """Whether the account has a profile or route that the state of a resource holds."""
        name = str(self.resources.single.assignment)
        known = (held.get(name), (held.get(FORMER) or {}).get(name))
        return any(self.api.knows(value) for value in {value for value in known if value and isinstance(value, str)})
