"""Numbers in messages: one by its name, many of them grouped by reason and cut off in the text, whole on stderr."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Enough to recognize the problem; nobody reads an error of thousands of numbers, and not every terminal holds it.
_NAMED: Final = 20
_ON_A_LINE: Final = 100


def some(numbers: Iterable[str]) -> str:
    """The first numbers, and how many others there are."""
    return listed(sorted(numbers), _NAMED)


def listed(items: Sequence[str], most: int, separator: str = ", ", last: str = " and ") -> str:
    """At most ``most`` items, and the number of the others: ``a, b and 3 more``."""
    rest = len(items) - most
    return separator.join(items[:most]) + (f"{last}{rest} more" if rest > 0 else "")


def by_reason(reasons: Mapping[str, str], say: Callable[[str], None]) -> tuple[str, ...]:
    """One line for each reason with its numbers; ``say`` writes what does not fit, with all numbers.

    A reason may contain its number: then it is that number's own.
    """
    alike: dict[str, list[str]] = {}
    for number in sorted(reasons):
        alike.setdefault(reasons[number], []).append(number)
    for reason, numbers in alike.items():
        if len(numbers) > _NAMED:
            for at in range(0, len(numbers), _ON_A_LINE):
                say(f"{reason}: {' '.join(numbers[at : at + _ON_A_LINE])}")
    lines = [f"{some(numbers)}: {reason}" for reason, numbers in alike.items()]
    for line in lines[_NAMED:]:
        say(line)
    more = len(lines) - _NAMED
    return (*lines[:_NAMED], f"and {more} more reasons, each said above with its numbers") if more > 0 else tuple(lines)
