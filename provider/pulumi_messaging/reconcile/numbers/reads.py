"""Reads of many numbers' settings with few calls, for any thread.

``read_strategy`` decides on the next request, ``row_cache`` keeps the rows of lists, this module sends the requests.

A list is a picture of a moment. Its row is used once and for ``MAX_AGE`` seconds at most, and never after a later write
of ours to that number. A number that the pages lack is read singly: only the vendor's 404 shows that it is not there.

A single read of an E.164 answers with one number, also where the account has two of it. So a number that a resource
begins to manage is looked up in a list that is filtered by its E.164, for the same one call.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Final

from pulumi_messaging.errors import ApiError, NotFound
from pulumi_messaging.reconcile.lists import COOLDOWN, DEADLINE_SHARE, MAX_AGE, WriteOrder
from pulumi_messaging.reconcile.numbers.listed_numbers import two_numbers
from pulumi_messaging.reconcile.numbers.read_strategy import AT_ONCE, Kind, Situation, Tally, next_request
from pulumi_messaging.reconcile.numbers.row_cache import RowCache
from pulumi_messaging.reconcile.numbers.vendor import Row

if TYPE_CHECKING:
    from pulumi_messaging.api.clock import Clock
    from pulumi_messaging.core.numbers import NumberResources
    from pulumi_messaging.reconcile.numbers.vendor import NumberApi

# With more numbers left than this, a list's error is raised; with fewer, the numbers are read singly.
FEW: Final = 20


@dataclass(slots=True, eq=False)
class _Search:
    """The numbers of one caller."""

    wanted: dict[str, None]  # from a list, in the caller's order
    many: bool
    deadline: float | None = None
    look_up: bool = False  # a single E.164 is looked up by the filter
    unlisted: dict[str, None] = field(default_factory=dict)  # numbers that need a single read
    found: dict[str, Row] = field(default_factory=dict)
    absent: dict[str, NotFound] = field(default_factory=dict)
    twice: dict[str, frozenset[str]] = field(default_factory=dict)  # E.164 that several numbers have → their ids

    def skip_lists(self, numbers: Iterable[str]) -> None:
        """Leave those of these numbers that are still wanted to single reads."""
        for number in [number for number in numbers if number in self.wanted]:
            del self.wanted[number]
            self.unlisted[number] = None


@dataclass(slots=True, eq=False)
class _Round:
    """The searches that share requests, and the rows of the lists requested since it began."""

    begun: float
    resources: NumberResources
    rows: RowCache
    tally: Tally = field(default_factory=Tally)
    searches: list[_Search] = field(default_factory=list)

    def join(self, search: _Search) -> None:
        """Give a search the rows that are there; it gets others when they arrive."""
        self.searches.append(search)
        self._answer(search, list(search.wanted))
        search.skip_lists([number for number in search.wanted if self.rows.used(number)])

    def add(self, rows: Sequence[Row], valid: Callable[[Row], bool]) -> None:
        """Give rows to the searches that wait for them, or keep them."""
        for row in rows:  # all before the first answer: two of them may have one E.164
            self.rows.add(row, valid=valid(row))
        for search in self.searches:
            self._answer(
                search, [name for row in rows for name in self.resources.names_of_row(row) if name in search.wanted]
            )

    def _answer(self, search: _Search, numbers: Iterable[str]) -> None:
        for number in numbers:
            if ids := self.rows.ids(number):
                search.twice[number] = ids
                search.wanted.pop(number, None)
                continue
            row = self.rows.use(number)
            if row is not None:
                search.found[number] = row
                del search.wanted[number]
                self.tally = replace(self.tally, hits=self.tally.hits + 1)


class NumberReads:
    """Reads of the numbers of one account; ``timeout_seconds`` is the time limit of one number's read."""

    def __init__(self, api: NumberApi, *, clock: Clock, timeout_seconds: float) -> None:
        self._api = api
        self._resources = api.resources
        self._now = clock.monotonic
        self._timeout_seconds = timeout_seconds
        self._changed = threading.Condition()  # guards the fields below; notified of each page
        self._round = self._new_round()
        self._order = WriteOrder()
        self._list_failure: tuple[float, ApiError] | None = None  # end of the cooldown, error
        self._filters = api.filters

    def one(self, number: str) -> Row:
        """Read the settings of a number, named by its numeric id, or look it up by its E.164.

        Raises:
            NotFound: The vendor has no settings of such a number.
            Refused: The account lists it under two ids.
            ApiError: The vendor cannot be asked.
        """
        deadline = self._now() + self._timeout_seconds
        search = _Search({number: None}, many=False, deadline=deadline, look_up=True)
        self._run(search)
        if search.absent:
            raise search.absent[number]
        return search.found[number]

    def many(
        self, numbers: Collection[str], progress: Callable[[int], None] = lambda _: None, *, look_up: bool = False
    ) -> dict[str, Row]:
        """Read the settings of numbers, named as for ``one``: name → row, without those that are not in the account.

        Args:
            numbers: The numbers.
            progress: Called with the number of rows found since its last call.
            look_up: Whether one number alone is looked up by its E.164, as by ``one``; several are so anyway.

        Raises:
            Refused: The account lists one of them under two ids.
            ApiError: The vendor cannot be asked.
        """
        wanted = dict.fromkeys(numbers)
        many = len(wanted) > 1
        search = _Search(wanted, many=many, look_up=look_up and not many)
        self._run(search, progress)
        return {number: search.found[number] for number in numbers if number in search.found}

    def wrote(self, number: str) -> None:
        """Record that a write of a number has ended, also a failed one: older lists prove nothing about it."""
        with self._changed:
            self._order.wrote(number)
            self._round.rows.discard(number)

    def _run(self, search: _Search, progress: Callable[[int], None] = lambda _: None) -> None:
        with self._changed:
            # After a write, several numbers are read back by new pages, and one number by a single read.
            read_back = search.many and any(map(self._round.rows.used, search.wanted))
            if read_back or self._now() - self._round.begun > MAX_AGE:
                self._round = self._new_round()
            round_ = self._round
            round_.join(search)
        reported = 0
        try:
            while calls := self._next_calls(round_, search):
                if len(calls) == 1:
                    calls[0]()
                else:
                    with ThreadPoolExecutor(AT_ONCE) as pool:
                        list(pool.map(lambda call: call(), calls))
                progress(len(search.found) - reported)
                reported = len(search.found)
        finally:
            with self._changed:
                round_.searches.remove(search)
        for number, ids in search.twice.items():
            raise two_numbers(number, ids)

    def _new_round(self) -> _Round:
        return _Round(self._now(), self._resources, RowCache(self._resources))

    def _next_calls(self, round_: _Round, search: _Search) -> list[Callable[[], None]]:
        """Wait for pages under way, then return the caller's next calls; none when the search is complete."""
        with self._changed:
            while left := [*search.unlisted, *search.wanted]:
                situation = Situation(
                    wanted=len(search.wanted),
                    many=search.many,
                    lists=self._failure() is None,
                    filters=self._filters and all(number.startswith("+") for number in search.wanted),
                    waiting=sum(len(each.wanted) for each in round_.searches),
                    tally=round_.tally,
                )
                kind, most = next_request(situation)
                if kind is Kind.PAGES:
                    first = round_.tally.requested + 1
                    round_.tally = round_.tally.request(most)
                    return [partial(self._page, round_, search, page) for page in range(first, first + most)]
                if kind is Kind.FILTER:
                    return [partial(self._filtered, round_, search, list(search.wanted)[:most])]
                if kind is Kind.SINGLES:
                    return self._singles(round_, search, left[:most], len(left))
                self._changed.wait()
            return []

    def _singles(self, round_: _Round, search: _Search, numbers: Sequence[str], left: int) -> list[Callable[[], None]]:
        failure = self._failure()
        if failure and left > FEW:
            raise failure
        for number in numbers:
            search.unlisted.pop(number, None)
            search.wanted.pop(number, None)
        round_.tally = replace(round_.tally, singles=round_.tally.singles + len(numbers))
        return [partial(self._single, search, number) for number in numbers]

    def _single(self, search: _Search, number: str) -> None:
        look_up = search.look_up and self._filters and number.startswith("+")
        row = self._looked_up(search, number) if look_up else None
        if row is None:
            try:
                row = self._api.read(number, search.deadline)
            except NotFound as error:
                search.absent[number] = error
                return
            if look_up:  # the number is there, and the filter did not bring it
                self._filters = False
        search.found[number] = self._round.rows.trimmed(row)

    def _looked_up(self, search: _Search, number: str) -> Row | None:
        """The row of an E.164 in a list filtered by it, or one of several; None where the list does not tell."""
        found = self._filtered_by([number], self._list_deadline(search))
        named = ((*self._resources.names_of_row(row), row) for row in found)
        rows = {number_id: row for number_id, phone_number, row in named if number_id and phone_number == number}
        if len(rows) > 1:
            search.twice[number] = frozenset(rows)
        return next(iter(rows.values()), None)

    def _page(self, round_: _Round, search: _Search, number: int) -> None:
        begun, page = self._order.begin(), None
        try:
            page = self._api.page(number, deadline=self._list_deadline(search))
        except ApiError as error:
            self._list_failure = (self._now() + COOLDOWN, error)
        finally:
            with self._changed:
                if page is None:
                    round_.tally = round_.tally.fail()
                else:
                    self._add(round_, page.rows, begun)
                    round_.tally = round_.tally.arrive(number, empty=not page.rows, full=page.full, pages=page.pages)
                self._changed.notify_all()

    def _filtered(self, round_: _Round, search: _Search, numbers: list[str]) -> None:
        begun = self._order.begin()
        rows = self._filtered_by(numbers)
        with self._changed:
            self._add(round_, rows, begun)
            if rows and self._filters:
                search.skip_lists(numbers)
            else:
                self._filters = False  # the vendor does not know this form of the filter

    def _filtered_by(self, numbers: Sequence[str], deadline: float | None = None) -> list[Row]:
        """The rows of a list filtered by E.164 numbers; none where it fails."""
        try:
            rows = self._api.page(numbers=numbers, deadline=deadline).rows
        except ApiError:
            self._filters = False
            return []
        if not {self._resources.names_of_row(row)[1] for row in rows} <= {*numbers}:
            self._filters = False  # the vendor ignores the filter
        return rows

    def _list_deadline(self, search: _Search) -> float | None:
        """The deadline of a list: one that fails late leaves time for a single read of the number."""
        return search.deadline and self._now() + DEADLINE_SHARE * self._timeout_seconds

    def _add(self, round_: _Round, rows: Iterable[Row], begun: int) -> None:
        # Without an id the number cannot be managed by the row.
        named = [row for row in rows if self._resources.names_of_row(row)[0]]
        round_.add(named, lambda row: self._order.unchanged(begun, *self._resources.names_of_row(row)))

    def _failure(self) -> ApiError | None:
        """The error of a list, during its cooldown."""
        until, error = self._list_failure or (0.0, None)
        return error if self._now() < until else None
