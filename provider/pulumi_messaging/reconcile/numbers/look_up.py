"""Numbers in a preview: what an `up` will overwrite of single numbers, and of the numbers that a group gets."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from pulumi_messaging.core.diff import Change, differences
from pulumi_messaging.core.fields import UNKNOWN, Values
from pulumi_messaging.core.members import spelled
from pulumi_messaging.core.number_messaging import NUMBER_MESSAGING
from pulumi_messaging.core.number_messaging_group import GROUP_ID, NUMBER_MESSAGING_GROUP
from pulumi_messaging.errors import NotFound, Problem
from pulumi_messaging.reconcile.numbers.messaging_settings import (
    NUMBER_ID,
    PHONE_NUMBER,
    PHONE_NUMBERS,
    Observed,
    name_of,
    observed,
)
from pulumi_messaging.reconcile.takeover import HIDDEN, overwrites, secrets_of
from pulumi_messaging.text import listed

if TYPE_CHECKING:
    from pulumi_messaging.api.telnyx import TelnyxClient
    from pulumi_messaging.reconcile.look_ups import LookUps
    from pulumi_messaging.reconcile.numbers.reads import NumberReads

# Numbers in one line, and lines of one group: its values may all differ.
_NAMED: Final = 5
_LINES: Final = 20
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
        look = partial(self._single, number, declared)
        return self.look_ups.attempt(self.client, look, hides=bool(secrets_of(declared)))

    def group(self, former: Values, declared: Values, _replaced: Values | None) -> tuple[Problem, ...]:
        """The numbers that a group gets."""
        look = partial(self._group, added(former, declared), declared)
        return self.look_ups.attempt(self.client, look, hides=bool(secrets_of(declared)))

    def _single(self, number: str, declared: Values) -> Iterator[Problem]:
        secret = secrets_of(declared)
        try:
            found = observed(self.reads.one(number))
        except NotFound:
            self.look_ups.warn(f"number {HIDDEN if PHONE_NUMBER in secret else number} is not found yet; {_CHECK}")
            return
        changes = differences(NUMBER_MESSAGING, declared, found)
        named, setting = f"number {_named(found, secret)}", self.client.settings.equal_only
        yield from self.look_ups.take_over(named, [overwrites(changes, secret)], setting, changes)

    def _group(self, numbers: list[str], declared: Values) -> Iterator[Problem]:
        group_id, secret = declared[GROUP_ID], secrets_of(declared)
        rows = self.reads.many(numbers)
        if missing := sorted(set(numbers) - rows.keys()):
            some = HIDDEN if PHONE_NUMBERS in secret else listed(missing, _NAMED)
            self.look_ups.warn(f"{group_id}: not found yet, {len(missing)} of {_count(numbers)}: {some}; {_CHECK}")
        equal = list[str]()
        written: dict[str, tuple[Change, list[str]]] = {}  # a change in words → the numbers that it is made to
        for found in map(observed, rows.values()):
            changes, named = differences(NUMBER_MESSAGING_GROUP, declared, found), _named(found, secret)
            equal += [] if changes else [named]
            for change in changes:
                written.setdefault(overwrites((change,), secret), (change, []))[1].append(named)
        if equal:
            self.look_ups.lines.preview(f"{group_id}: {_count(equal)}", "", "exist and are taken over")
        if written:
            texts = _by_change({text: names for text, (_, names) in written.items()})
            changed = [change for change, _ in written.values()]
            yield from self.look_ups.take_over(group_id, texts, self.client.settings.equal_only, changed)


def _by_change(numbers: Mapping[str, list[str]]) -> list[str]:
    """Each change with its numbers, the change of most numbers first."""
    texts = sorted(numbers, key=lambda text: (-len(numbers[text]), text))
    lines = [f"{text} for {_count(numbers[text])}: {listed(sorted(numbers[text]), _NAMED)}" for text in texts[:_LINES]]
    rest = len(texts) - _LINES
    return [*lines, f"{rest} more values"] if rest > 0 else lines


def _named(found: Observed, secret: Collection[str]) -> str:
    """The E.164 of a number; where the program gives it as a secret, its numeric id."""
    return str(found[NUMBER_ID]) if {PHONE_NUMBER, PHONE_NUMBERS} & set(secret) else name_of(found)


def _count(numbers: Collection[str]) -> str:
    return f"{len(numbers)} number{'' if len(numbers) == 1 else 's'}"
