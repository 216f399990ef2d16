"""Reading many numbers' settings with few calls: singly, or by pages of the account's list, whichever is fewer.

The engine asks for one number after the other and never says how many will come, so the cheaper way is not known
beforehand. It is found as one decides between renting and buying: the first number is read singly; the second one
takes the first page, which tells how many there are; then single reads go on until they have cost as much as the
remaining pages would. That is never more than twice the smaller of "one call a number" and "one call a page". A page
that has answered several numbers has paid for the next one, which makes a program in the account's order cheap.

A page is a picture of a moment. What a list says is therefore believed for a minute only, never if it was asked for
before a write of ours ended, and once: who asks for the same number again gets a read of its own. A number that the
pages lack is read singly: only the vendor's 404 tells that it is not there.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from pulumi_messaging.core.number_messaging import NUMBER_MESSAGING
from pulumi_messaging.errors import ApiError, NotFound
from pulumi_messaging.reconcile.lists import COOLDOWN, DEADLINE_SHARE, MAX_AGE

if TYPE_CHECKING:
    from pulumi_messaging.api.telnyx import Page, TelnyxClient

Row = dict[str, Any]

# How many hits a page must have had on average before the next one is taken on trust.
PAID: Final = 4
AT_ONCE: Final = 4
# Numbers that one filter names: the longest that keep the URL below 4 KiB, which every proxy passes.
FILTERED: Final = 200
# With more than so many numbers left, a list that fails is an error and not as many single reads.
FEW: Final = 20

_KEPT: Final = tuple(
    dict.fromkeys(
        [field.wire for field in NUMBER_MESSAGING.fields if field.wire is not None]
        + [output.wire for output in NUMBER_MESSAGING.outputs]
    )
)
_ABSENT: Final = object()
_Packed = tuple[Any, ...]


class _Search:
    """The numbers that one caller still wants, and those found."""

    def __init__(self, numbers: Iterable[str], deadline: float | None = None) -> None:
        self.missing = dict.fromkeys(numbers)
        self.deadline = deadline
        self.known = len(self.missing) > 1
        self.unlisted: dict[str, None] = {}
        self.found: dict[str, Row] = {}


class _Round:
    """What was listed since a moment, for all who ask within the next minute."""

    def __init__(self, begun: float) -> None:
        self.begun = begun
        self.asked = 0
        self.singles = 0
        self.hits = 0  # since a page was last taken
        self.taken = 0  # pages, those under way included
        self.under_way = 0
        self.last: int | None = None  # how many pages there are, once a page has told
        self.searches: list[_Search] = []
        self._rows: dict[str, _Packed | None] = {}  # by id; None: handed out or written to
        self._ids: dict[str, str] = {}  # by phone number
        self._same: dict[str, Any] = {}

    def begin(self, search: _Search) -> None:
        """Give a search what is there of what it wants; the rest comes when it is listed."""
        self.searches.append(search)
        self.asked += len(search.missing)
        for number in list(search.missing):
            number_id = self._ids.get(number, number)
            packed = self._rows.get(number_id)
            if packed is not None:
                self._rows[number_id] = None
                self._hand_over(search, number, _unpacked(packed))
            elif self.spent(number):
                search.unlisted[number] = None

    def spent(self, number: str) -> bool:
        """Whether the list's word for a number has been used up."""
        number_id = self._ids.get(number, number)
        return number_id in self._rows and self._rows[number_id] is None

    def wrote(self, number: str) -> None:
        """What is kept of this number is not true any more."""
        self._rows[self._ids.get(number, number)] = None

    @property
    def left(self) -> int:
        """How many pages nobody has taken."""
        return max(0, (self.last or 0) - self.taken)

    def take(self, pages: int) -> range:
        """The next pages, for the caller to fetch."""
        if pages:
            self.taken += pages
            self.under_way += pages
            self.hits = 0
        return range(self.taken - pages + 1, self.taken + 1)

    def listed(self, row: Row, *, believed: bool) -> None:
        """Hand a row of a list to who waits for it, or keep it; one that is not believed only tells who it is."""
        number_id, phone_number = row["id"], row.get("phone_number", "")
        packed = tuple(self._shared(name, row.get(name, _ABSENT)) for name in _KEPT) if believed else None
        for search in self.searches:
            for number in (number_id, phone_number):
                if packed is not None and number in search.missing:
                    self._hand_over(search, number, _unpacked(packed))
                    packed = None
        self._rows[number_id] = packed
        self._ids[phone_number] = number_id

    def paged(self, number: int, page: Page) -> None:
        """Learn from a page how many there are."""
        if not page.rows:
            self.last = min(number - 1, self.last or number)  # the count was too high
        elif page.pages is not None:
            self.last = max(page.pages, self.taken)
        else:  # nobody tells: one more, as long as they come full
            self.last = max(self.last or 0, number + page.full)

    def _hand_over(self, search: _Search, number: str, row: Row) -> None:
        search.found[number] = row
        del search.missing[number]
        self.hits += 1

    def _shared(self, name: str, value: Any) -> Any:
        """Of equal values one is kept; a number's own names are no other's."""
        if value is None or value is _ABSENT or name in ("id", "phone_number"):
            return value
        return self._same.setdefault(repr(value), value)


class NumberReads:
    """The messaging settings of the numbers of one API key; any thread may ask.

    Args:
        client: The vendor's API.
    """

    def __init__(self, client: TelnyxClient) -> None:
        self._client = client
        self._now = client.clock.monotonic
        self._seconds = client.settings.timeout_seconds
        self._changed = threading.Condition()
        self._round = _Round(self._now())
        self._ticks = count(1)  # tells what began before what, however coarse the clock is
        self._written: dict[str, int] = {}
        self._lists_rest_until = 0.0
        self._list_error: ApiError | None = None
        self._filters = True

    def one(self, number: str) -> Row:
        """The settings of a number, named by its numeric id or as E.164.

        Raises:
            NotFound: The vendor has no settings of such a number.
            ApiError: The vendor could not be asked.
        """
        search = _Search((number,), self._now() + self._seconds)
        missing: list[NotFound] = []
        self._search(search, missing.append)
        if missing:
            raise missing[0]
        return search.found[number]

    def many(self, numbers: Collection[str], told: Callable[[int], None] = lambda _: None) -> dict[str, Row]:
        """The settings of these numbers, each under the name it was asked for; those not in the account are left out.

        ``told`` is told how many more have been found.

        Raises:
            ApiError: The vendor could not be asked.
        """
        search = _Search(numbers)
        self._search(search, lambda _: None, told)
        return {number: search.found[number] for number in numbers if number in search.found}

    def wrote(self, number: str) -> None:
        """Settings were changed, or may have been: what was asked for before now is not believed.

        To be called when a write has ended, whatever became of it.
        """
        with self._changed:
            self._written[number] = next(self._ticks)
            self._round.wrote(number)

    def _search(
        self, search: _Search, not_found: Callable[[NotFound], None], told: Callable[[int], None] = lambda _: None
    ) -> None:
        with self._changed:
            round_ = self._round_for(search)
            round_.begin(search)
        found = 0
        try:
            while steps := self._next(round_, search, not_found):
                if len(steps) == 1:
                    steps[0]()
                else:
                    with ThreadPoolExecutor(AT_ONCE) as pool:
                        for _ in pool.map(lambda step: step(), steps):
                            pass
                told(len(search.found) - found)
                found = len(search.found)
        finally:
            with self._changed:
                round_.searches.remove(search)

    def _round_for(self, search: _Search) -> _Round:
        now = self._now()
        # Read back after a write, a set of numbers needs new pages; a single one does not.
        stale = search.known and any(map(self._round.spent, search.missing))
        if stale or now - self._round.begun > MAX_AGE:
            self._round = _Round(now)
        return self._round

    def _next(self, round_: _Round, search: _Search, not_found: Callable[[NotFound], None]) -> list[Callable[[], None]]:
        """What the caller is to do now, having waited for what others do; nothing when all is found."""
        with self._changed:
            while True:
                if not search.missing:
                    return []
                pages, filtered = self._lists(round_, search)
                if pages:
                    return [partial(self._page, round_, search, number) for number in pages]
                if filtered:
                    return [partial(self._filtered, round_, search, filtered)]
                if not round_.under_way or search.missing.keys() <= search.unlisted.keys():
                    return self._singles(round_, search, not_found)
                self._changed.wait()

    def _lists(self, round_: _Round, search: _Search) -> tuple[range, list[str]]:
        """The pages to take now, and the numbers to filter for; neither: wait for those under way, or read singly."""
        wanted = [number for number in search.missing if number not in search.unlisted]
        if self._lists_rest() or round_.asked == 1 or not wanted:
            return range(0), []
        if search.known and self._filters and all(number.startswith("+") for number in wanted):
            calls = -(-len(wanted) // FILTERED)
            if calls < round_.left if round_.last is not None else calls == 1:
                return range(0), wanted[:FILTERED]
        return round_.take(self._worth(round_, search)), []

    @staticmethod
    def _worth(round_: _Round, search: _Search) -> int:
        """How many pages to take rather than read on singly."""
        if round_.last is None:
            return 0 if round_.taken else 1
        waiting = sum(len(other.missing) for other in round_.searches)
        if round_.singles >= round_.last - 1 or waiting >= round_.left:
            return min(round_.left, AT_ONCE if search.known else 1)
        trusted = not search.known and round_.hits >= PAID and not round_.under_way
        return min(round_.left, int(trusted))

    def _singles(
        self, round_: _Round, search: _Search, not_found: Callable[[NotFound], None]
    ) -> list[Callable[[], None]]:
        if self._lists_rest() and self._list_error and len(search.missing) > FEW:
            raise self._list_error
        numbers = list(search.missing)[: 4 * AT_ONCE]
        for number in numbers:
            del search.missing[number]
        round_.singles += len(numbers)
        return [partial(self._single, search, number, not_found) for number in numbers]

    def _single(self, search: _Search, number: str, not_found: Callable[[NotFound], None]) -> None:
        try:
            row = self._client.retrieve_messaging(number, search.deadline)
        except NotFound as error:
            not_found(error)
        else:
            search.found[number] = {name: row[name] for name in _KEPT if name in row}

    def _page(self, round_: _Round, search: _Search, number: int) -> None:
        begun, page = next(self._ticks), None
        # A list that does not come leaves time for a read of the number itself.
        deadline = self._now() + DEADLINE_SHARE * self._seconds if search.deadline is not None else None
        try:
            page = self._client.list_messaging(number, deadline=deadline)
        except ApiError as error:
            self._lists_failed(error)
        finally:
            with self._changed:
                round_.under_way -= 1
                if page is not None:
                    self._listed(round_, page.rows, begun)
                    round_.paged(number, page)
                self._changed.notify_all()

    def _filtered(self, round_: _Round, search: _Search, numbers: list[str]) -> None:
        begun = next(self._ticks)
        try:
            rows = self._client.list_messaging(numbers=numbers).rows
        except ApiError:
            self._filters = False
            return
        with self._changed:
            others = {row.get("phone_number") for row in rows}.difference(numbers)
            if others or not rows:
                self._filters = False  # not known to this vendor, or not as a list: its answer tells of no absence
            else:
                search.unlisted.update(dict.fromkeys(numbers))
            self._listed(round_, rows, begun)

    def _listed(self, round_: _Round, rows: Iterable[Row], begun: int) -> None:
        for row in rows:
            # A row without an id is nothing to manage by: a read of its own tells more.
            if row.get("id"):
                written = max(self._written.get(row.get(name, ""), 0) for name in ("id", "phone_number"))
                round_.listed(row, believed=written < begun)

    def _lists_rest(self) -> bool:
        return self._now() < self._lists_rest_until

    def _lists_failed(self, error: ApiError) -> None:
        with self._changed:
            self._lists_rest_until = self._now() + COOLDOWN
            self._list_error = error


def _unpacked(packed: _Packed) -> Row:
    return {name: value for name, value in zip(_KEPT, packed, strict=True) if value is not _ABSENT}


_SHARED: weakref.WeakValueDictionary[int, NumberReads] = weakref.WeakValueDictionary()
_SHARED_LOCK = threading.Lock()


def number_reads(client: TelnyxClient) -> NumberReads:
    """The reads that all who use a client share, for as long as somebody does."""
    with _SHARED_LOCK:
        reads = _SHARED.get(id(client))  # an id is not given again while the reads hold their client
        if reads is None:
            reads = _SHARED[id(client)] = NumberReads(client)
        return reads
