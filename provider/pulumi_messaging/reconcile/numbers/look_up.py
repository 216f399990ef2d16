"""Numbers in a preview: what an `up` will overwrite of single numbers, and of the numbers that a group gets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from pulumi_messaging.core.diff import differences
from pulumi_messaging.core.fields import UNKNOWN, Values
from pulumi_messaging.core.hidden import secrets_of
from pulumi_messaging.core.members import spelled
from pulumi_messaging.core.numbers import GROUP_ID, NumberResources
from pulumi_messaging.errors import NotFound, Problem
from pulumi_messaging.reconcile.numbers.taken_over import NAMED, TakenOver, counted
from pulumi_messaging.reconcile.numbers.vendor import equal_only, present
from pulumi_messaging.reconcile.takeover import overwrites, refusal
from pulumi_messaging.text import listed

if TYPE_CHECKING:
    from pulumi_messaging.api.telegent import TelegentClient
    from pulumi_messaging.api.telnyx import TelnyxClient
    from pulumi_messaging.reconcile.look_ups import LookUps
    from pulumi_messaging.reconcile.numbers.reads import NumberReads
    from pulumi_messaging.reconcile.numbers.vendor import NumberApi


def added(resources: NumberResources, former: Values, declared: Values) -> list[str]:
    """The declared numbers of a group that its last inputs lack; none as long as they are not known."""
    numbers, before = declared.get(resources.numbers), former.get(resources.numbers)
    if not isinstance(numbers, str):
        return []
    had = set(spelled(before)) if isinstance(before, str) else set()
    return [number for number in spelled(numbers) if number not in had]


@dataclass(frozen=True, slots=True, repr=False)
class NumberLookUps:
    """The look-ups in one account."""

    client: TelegentClient | TelnyxClient
    api: NumberApi
    reads: NumberReads  # of the look-ups alone
    look_ups: LookUps

    def single(self, _former: Values, declared: Values, _replaced: Values | None) -> tuple[Problem, ...]:
        """The number of a resource that is new to the state."""
        number = declared[self.api.resources.number]
        if number is UNKNOWN:
            return ()
        return self.look_ups.attempt(self.client, partial(self._single, number, declared))

    def group(self, former: Values, declared: Values, _replaced: Values | None) -> tuple[Problem, ...]:
        """The numbers that a group gets."""
        numbers = added(self.api.resources, former, declared)
        return self.look_ups.attempt(self.client, partial(self._group, numbers, declared))

    def _single(self, number: str, declared: Values) -> Iterator[Problem]:
        secret = secrets_of(declared)
        try:
            found = self.api.observed(self.reads.one(number))
        except NotFound:
            self.look_ups.warn(f"number {number} is not found yet; check that it is {present(self.api)}")
            return
        changes = differences(self.api.resources.single, declared, found)
        number = f"number {self.api.resources.name_of(found)}"
        yield from self.look_ups.take_over(number, [overwrites(changes, secret)], equal_only(self.api), changes)

    def _group(self, numbers: list[str], declared: Values) -> Iterator[Problem]:
        group_id, secret = declared[GROUP_ID], secrets_of(declared)
        rows = self.reads.many(numbers, look_up=True)
        if missing := sorted(set(numbers) - rows.keys()):
            some = f"{len(missing)} of {counted(numbers)}: {listed(missing, NAMED)}"
            self.look_ups.warn(f"{group_id}: not found yet, {some}; check that each is {present(self.api)}")
        taken = TakenOver(secret)
        for found in map(self.api.observed, rows.values()):
            changes = differences(self.api.resources.group, declared, found)
            taken.add(self.api.resources.name_of(found), changes)
        setting = equal_only(self.api)
        if taken.equal and not refusal(setting, group_id, taken.changes):
            exist = "exists and is" if len(taken.equal) == 1 else "exist and are"
            self.look_ups.lines.preview(group_id, "", f"{counted(taken.equal)} {exist} taken over")
        each = {f"number {name}": changes for name, changes in taken.each.items()}
        yield from self.look_ups.take_over(group_id, taken.overwritten, setting, taken.changes, each)
