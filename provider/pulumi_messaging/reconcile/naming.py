"""Naming many numbers in texts that people read: alike ones together, the first of them in the text, all on stderr."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

# Enough to see what it is about; an error of thousands of numbers would not be read, nor fit into every terminal.
_NAMED: Final = 20
_ON_A_LINE: Final = 100


def some(numbers: Iterable[str]) -> str:
    """The first numbers, and how many more there are."""
    numbers = sorted(numbers)
    more = f" and {len(numbers) - _NAMED} more" if len(numbers) > _NAMED else ""
    return f"{', '.join(numbers[:_NAMED])}{more}"


def by_reason(reasons: Mapping[str, str], say: Callable[[str], None]) -> tuple[str, ...]:
    """One line for each reason with its numbers; what does not fit there is said, number by number."""
    alike: dict[str, list[str]] = {}
    for number, reason in reasons.items():
        # A reason may name its number: then it is that number's own.
        alike.setdefault(reason, []).append(number)
    for reason, numbers in alike.items():
        if len(numbers) > _NAMED:
            numbers = sorted(numbers)  # noqa: PLW2901
            for at in range(0, len(numbers), _ON_A_LINE):
                say(f"{reason}: {' '.join(numbers[at : at + _ON_A_LINE])}")
    lines = [f"{some(numbers)}: {reason}" for reason, numbers in sorted(alike.items(), key=lambda item: item[1][0])]
    for line in lines[_NAMED:]:
        say(line)
    more = len(lines) - _NAMED
    return (*lines[:_NAMED], f"and {more} more reasons, each said above with its numbers") if more > 0 else tuple(lines)
