"""The next request of a search for numbers: single reads, pages of the account's list, or a filtered list.

The engine asks for one number after the other and never says how many will follow: the ski rental problem. The first
number is read singly; the second one requests the first page, which has the number of pages; then single reads go on
until they have cost as many calls as the remaining pages would. The sum is at most twice the smaller of "one call a
number" and "one call a page". A page that has answered several numbers has paid for the next one, which makes a program
in the account's order cheap.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from math import ceil
from typing import Final, NamedTuple

# Numbers that a page must have answered before the next one is requested on trust.
PAID: Final = 4
# Requests at the same time.
AT_ONCE: Final = 4
# Numbers in one filter: the URL stays below 4 KiB, which every proxy accepts.
FILTERED: Final = 200


@dataclass(frozen=True, slots=True)
class Tally:
    """The requests of all searches since a moment, and their results."""

    singles: int = 0  # numbers read singly
    hits: int = 0  # numbers answered by lists since the last page was requested
    requested: int = 0  # pages
    under_way: int = 0  # pages without an answer yet
    pages: int | None = None  # of the account's list; None before the first page has arrived

    @property
    def left(self) -> int:
        """Pages that nobody has requested; the first page counts as one as long as nothing is known."""
        return max(0, (1 if self.pages is None else self.pages) - self.requested)

    def request(self, pages: int) -> Tally:
        """The tally after a request for so many more pages."""
        return replace(self, requested=self.requested + pages, under_way=self.under_way + pages, hits=0)

    def fail(self) -> Tally:
        """The tally after a request for a page that has failed."""
        return replace(self, under_way=self.under_way - 1)

    def arrive(self, page: int, *, empty: bool, full: bool, pages: int | None) -> Tally:
        """The tally after the arrival of a page; ``full`` as a page can be, ``pages`` by its own count."""
        if empty:
            total = min(page - 1, self.pages or page)  # an earlier count was too high
        elif pages is not None:
            total = max(pages, self.requested)
        else:  # without a count: one more page after each full one
            total = max(self.pages or 0, page + full)
        return replace(self, under_way=self.under_way - 1, pages=total)


class Situation(NamedTuple):
    """A search at the moment of its decision."""

    wanted: int  # numbers of the search that a list may bring
    many: bool  # whether the search is for several numbers; else others may follow
    lists: bool  # whether lists may be requested: not after one has failed
    filters: bool  # whether the vendor's filter takes the wanted numbers
    waiting: int  # numbers that all searches together want from lists
    tally: Tally


class Kind(Enum):
    """Kinds of requests."""

    SINGLES = "single reads"
    PAGES = "the next pages of the list"
    FILTER = "a list filtered by wanted numbers"
    WAIT = "none: pages under way may bring the wanted numbers"


def next_request(situation: Situation) -> tuple[Kind, int]:
    """Decide on the next request of a search that lacks numbers, and how many: pages, or at most so many numbers."""
    tally = situation.tally
    if situation.lists and situation.wanted:
        calls = ceil(situation.wanted / FILTERED)
        cheaper = calls == 1 if tally.pages is None else calls < tally.left
        if situation.many and situation.filters and cheaper:
            return Kind.FILTER, FILTERED
        if pages := _worth(situation):
            return Kind.PAGES, pages
    if situation.wanted and tally.under_way:
        return Kind.WAIT, 0
    return Kind.SINGLES, 4 * AT_ONCE


def _worth(situation: Situation) -> int:
    """The number of pages to request in place of further single reads."""
    tally = situation.tally
    if not situation.many and tally == Tally():
        return 0  # the first number of all
    if tally.pages is None:
        return tally.left
    if tally.singles >= tally.pages - 1 or situation.waiting >= tally.left:
        return min(tally.left, AT_ONCE if situation.many else 1)
    trusted = not situation.many and tally.hits >= PAID and not tally.under_way
    return min(tally.left, int(trusted))
