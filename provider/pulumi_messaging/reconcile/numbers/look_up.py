"""Numbers in a preview: what an `up` will overwrite of single numbers, and of the numbers that a group gets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from pulumi_messaging.core.diff import differences
from pulumi_messaging.core.fields import UNKNOWN, Values
from pulumi_messaging.core.hidden import secrets_of
from pulumi_messaging.core.members import spelled
from pulumi_messaging.core.number_messaging import NUMBER_MESSAGING
from pulumi_messaging.core.number_messaging_group import GROUP_ID, NUMBER_MESSAGING_GROUP
from pulumi_messaging.errors import NotFound, Problem
from pulumi_messaging.reconcile.numbers.messaging_settings import PHONE_NUMBER, PHONE_NUMBERS, name_of, observed
from pulumi_messaging.reconcile.numbers.taken_over import NAMED, TakenOver, counted
from pulumi_messaging.reconcile.takeover import overwrites, refusal
from pulumi_messaging.text import listed

if TYPE_CHECKING:
    from pulumi_messaging.api.telnyx import TelnyxClient
    from pulumi_messaging.reconcile.look_ups import LookUps
    from pulumi_messaging.reconcile.numbers.reads import NumberReads

_CHECK: Final = "check that the account of telnyx:apiKey has it and that it is enabled for messaging"


def added(former: Values, declared: Values) -> list[str]:
    """The declared numbers of a group that its last inputs lack; none as long as they are not known."""
    numbers, before = declared.get(PHONE_NUMBERS), former.get(PHONE_NUMBERS)
    if not isinstance(numbers, str):
        return []
    had = set(spelled(before)) if isinstance(before, str) else set()
    return [number for number in spelled(numbers) if number not in had]


@dataclass(frozen=True, slots=True, repr=False)
class NumberLookUps:
    """The look-ups in one account."""

    client: TelnyxClient
    reads: NumberReads  # of the look-ups alone
    look_ups: LookUps

    def single(self, _former: Values, declared: Values, _replaced: Values | None) -> tuple[Problem, ...]:
        """The number of a resource that is new to the state."""
        number = declared[PHONE_NUMBER]
        if number is UNKNOWN:
            return ()
        return self.look_ups.attempt(self.client, partial(self._single, number, declared))

    def group(self, former: Values, declared: Values, _replaced: Values | None) -> tuple[Problem, ...]:
        """The numbers that a group gets."""
        return self.look_ups.attempt(self.client, partial(self._group, added(former, declared), declared))

    def _single(self, number: str, declared: Values) -> Iterator[Problem]:
        secret = secrets_of(declared)
        try:
            found = observed(self.reads.one(number))
        except NotFound:
            self.look_ups.warn(f"number {number} is not found yet; {_CHECK}")
            return
        changes = differences(NUMBER_MESSAGING, declared, found)
        setting = self.client.settings.equal_only
        number = f"number {name_of(found)}"
        yield from self.look_ups.take_over(number, [overwrites(changes, secret)], setting, changes)

    def _group(self, numbers: list[str], declared: Values) -> Iterator[Problem]:
        group_id, secret = declared[GROUP_ID], secrets_of(declared)
        rows = self.reads.many(numbers, look_up=True)
        if missing := sorted(set(numbers) - rows.keys()):
            some = f"{len(missing)} of {counted(numbers)}: {listed(missing, NAMED)}"
            self.look_ups.warn(f"{group_id}: not found yet, {some}; {_CHECK}")
        taken = TakenOver(secret)
        for found in map(observed, rows.values()):
            taken.add(found, differences(NUMBER_MESSAGING_GROUP, declared, found))
        setting = self.client.settings.equal_only
        if taken.equal and not refusal(setting, group_id, taken.changes):
            exist = "exists and is" if len(taken.equal) == 1 else "exist and are"
            self.look_ups.lines.preview(group_id, "", f"{counted(taken.equal)} {exist} taken over")
        yield from self.look_ups.take_over(group_id, taken.overwritten, setting, taken.changes)
