"""Numbers that are taken over, in messages: of a group in counts, with the first numbers of each change by name."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Final

from pulumi_messaging.core.diff import Change
from pulumi_messaging.reconcile.takeover import TakeOverLines, overwrites
from pulumi_messaging.text import listed

NAMED: Final = 5  # in one line
_LINES: Final = 20  # of one group: its numbers may all have had another value


def counted(numbers: Collection[str]) -> str:
    """``1 number``, ``2 numbers``."""
    return f"{len(numbers)} number{'' if len(numbers) == 1 else 's'}"


@dataclass(slots=True)
class TakenOver:
    """Numbers that a group takes over.

    Attributes:
        secret: The state names of the arguments that the program gives as secrets.
        equal: The numbers that are as declared.
        written: What is overwritten, in words → the numbers.
        each: The changes by number.
    """

    secret: Collection[str]
    equal: list[str] = field(default_factory=list)
    written: dict[str, list[str]] = field(default_factory=dict)
    each: dict[str, tuple[Change, ...]] = field(default_factory=dict, repr=False)

    def add(self, number: str, changes: Iterable[Change]) -> None:
        """Add a number with what it gets."""
        changes = tuple(changes)
        self.each[number] = changes
        self.equal += [] if changes else [number]
        for change in changes:
            self.written.setdefault(overwrites((change,), self.secret), []).append(number)

    @property
    def changes(self) -> list[Change]:
        """All changes."""
        return [change for changes in self.each.values() for change in changes]

    @property
    def overwritten(self) -> list[str]:
        """Each change with its numbers, the change of most numbers first."""
        texts = sorted(self.written, key=lambda text: (-len(self.written[text]), text))
        lines = [f"{text} for {self._some(self.written[text])}" for text in texts[:_LINES]]
        rest = len(texts) - _LINES
        return [*lines, f"{rest} more values"] if rest > 0 else lines

    def say(self, lines: TakeOverLines, group_id: str) -> None:
        """Say what a run has overwritten for a group."""
        if self.equal:
            lines.done(f"{group_id}: {counted(self.equal)}", "")
        for text in self.overwritten:
            lines.done(group_id, text)

    @staticmethod
    def _some(numbers: list[str]) -> str:
        return f"{counted(numbers)}: {listed(sorted(numbers), NAMED)}"
