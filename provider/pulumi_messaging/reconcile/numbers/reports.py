"""Many numbers in messages: some by name, failures by reason, and the progress of long work."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

from pulumi_messaging.api.words import without_request_id
from pulumi_messaging.core.fields import Field, Value
from pulumi_messaging.errors import ApiError
from pulumi_messaging.text import HIDDEN, brief, listed

# Enough to recognize the problem; nobody reads an error of thousands of numbers, and not every terminal holds it.
_NAMED: Final = 20
_ON_A_LINE: Final = 100
# The vendor does not take a value, or does not know the profile or route; a number itself was read before.
REFUSALS: Final = (400, 404, 422)
_EVERY: Final = 5.0  # seconds between two lines of progress; shorter work is silent


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a number is not as it should be, and the next step; ``refused``: the vendor does not take the value."""

    reason: str
    advice: str
    refused: bool = False

    @classmethod
    def of(cls, error: ApiError) -> Failure:
        """The failure of one call."""
        return cls(error.reason, error.advice, error.refuses(REFUSALS))

    def advising(self, advice: str) -> Failure:
        """With this advice where the vendor does not take the value: another error has its own."""
        return replace(self, advice=advice) if self.refused else self


def plain(value: Value) -> str:
    """A setting's value in messages; the items of a list as ``a, b``."""
    return brief(", ".join(map(str, value)) if isinstance(value, list | tuple) else value)


def quoted(field: Field, value: Value, secret: Collection[str]) -> str:
    """A setting's value in quotation marks; hidden where the program gives the argument as a secret."""
    return HIDDEN if field.state in secret else f'"{plain(value)}"'


@contextmanager
def naming(numbers: Mapping[str, str]) -> Iterator[None]:
    """Give an error of a number that a call named by its id the E.164 beside it; ``numbers`` has id → E.164."""
    try:
        yield
    except ApiError as error:
        action, _, number_id = error.action.rpartition(" ")
        if numbers.get(number_id, number_id) in ("", number_id):  # not known, or the id as well
            raise
        raise error.during(f"{action} {numbers[number_id]} ({number_id})") from None


def advised(failures: Iterable[Failure]) -> str:
    """Each advice once, in brackets: many numbers fail for one cause."""
    advice = "; ".join(dict.fromkeys(failure.advice for failure in failures if failure.advice))
    return f" ({advice})" if advice else ""


def some(numbers: Iterable[str]) -> str:
    """The first numbers, and how many others there are."""
    return listed(sorted(numbers), _NAMED)


def by_reason(reasons: Mapping[str, str], say: Callable[[str], None]) -> tuple[str, ...]:
    """One line for each reason with its numbers; ``say`` writes all numbers of a line that is cut off."""
    alike: dict[str, list[str]] = {}
    first: dict[str, str] = {}  # of the requests that failed for one reason, the first one's id is enough
    for number in sorted(reasons):
        reason = first.setdefault(without_request_id(reasons[number]), reasons[number])
        alike.setdefault(reason, []).append(number)
    for reason, numbers in alike.items():
        for at in range(0, len(numbers) if len(numbers) > _NAMED else 0, _ON_A_LINE):
            say(f"{reason}: {' '.join(numbers[at : at + _ON_A_LINE])}")
    lines = [f"{some(numbers)}: {reason}" for reason, numbers in alike.items()]
    for line in lines[_NAMED:]:
        say(line)
    more = len(lines) - _NAMED
    return (
        (*lines[:_NAMED], f"and {more} more reasons, each shown above with its numbers") if more > 0 else tuple(lines)
    )


class Progress:
    """Counts finished numbers, for any thread, and reports every few seconds how many are left and for how long."""

    def __init__(self, total: int, purpose: str, say: Callable[[str], None], now: Callable[[], float]) -> None:
        self._total = total
        self._purpose = purpose
        self._say = say
        self._now = now
        self._lock = threading.Lock()
        self._done = 0
        self._begun = self._last_line = now()

    def done(self, count: int = 1) -> None:
        """Count numbers that are done or have failed; 0 only reports, if the last report is long ago."""
        with self._lock:
            self._done += count
            now = self._now()
            if now - self._last_line < _EVERY:
                return
            self._last_line = now
            left = max(0, self._total - self._done)
            text = f"{self._purpose}: {self._done} of {self._total} numbers done, {left} left"
            if self._done:
                text += f", about {math.ceil((now - self._begun) / self._done * left)} s"
        self._say(text)
