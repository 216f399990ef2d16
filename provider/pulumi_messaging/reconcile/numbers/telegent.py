"""The numbers of a Telegent account: which message route each is on.

The vendor's pages contradict each other: a number may come without its plus, a route's id in another case, no route as
null or as empty text; a row that shows no readable route is not used, and its number is read singly.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import ceil
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple

from pulumi_messaging.api.bodies import text_of
from pulumi_messaging.api.telegent import COMPLETE
from pulumi_messaging.core.diff import observe
from pulumi_messaging.core.inventory_row import folded_id, route_values
from pulumi_messaging.core.number_route import NUMBER_ROUTE
from pulumi_messaging.core.number_route_group import TELEGENT_NUMBERS
from pulumi_messaging.errors import ApiError, ErrorAnswer, NotApplied, NotFound, UnreadableAnswer
from pulumi_messaging.reconcile.lists import MAX_AGE
from pulumi_messaging.reconcile.numbers.listed_numbers import is_live
from pulumi_messaging.reconcile.numbers.reports import REFUSALS
from pulumi_messaging.reconcile.numbers.vendor import account_key
from pulumi_messaging.reconcile.single_flight import SingleFlightCache

if TYPE_CHECKING:
    from pulumi_messaging.api.telegent import TelegentClient
    from pulumi_messaging.core.diff import Change
    from pulumi_messaging.core.fields import Values
    from pulumi_messaging.core.numbers import NumberResources
    from pulumi_messaging.reconcile.numbers.vendor import Observed, Row

_NUMBER, _ROUTE, _TNID, _STATUS = "Number", "MessageRouteId", "Tnid", "Status"
# Seconds before each further read of a number whose order is under way.
_ORDER_WAITS: Final = (1.0, 2.0, 4.0, 8.0, 15.0, 15.0, 15.0)
_AGAIN: Final = "run the command again later, and ask Telegent if it stays so"
_FAILED: Final = 200  # the status of the answer that tells of a failed order
_BLANKS: Final = str.maketrans("", "", " ()-.\u00a0")


class _Page(NamedTuple):
    rows: list[Row]
    pages: int | None
    full: bool


@dataclass(slots=True, repr=False)
class TelegentNumbers:
    """A ``NumberApi``."""

    client: TelegentClient
    resources: ClassVar[NumberResources] = TELEGENT_NUMBERS
    filters: ClassVar[bool] = False
    # The most rows that a page had, which the vendor does not document. Of two threads one may lose its value, which
    # costs requests and no row.
    _page_size: int = field(init=False, default=0)
    _inventory: SingleFlightCache[None, list[Row]] = field(init=False)

    def __post_init__(self) -> None:
        self._inventory = SingleFlightCache(lambda _: list(self._listed()), MAX_AGE, self.client.clock.monotonic)

    def read(self, number: str, deadline: float | None = None) -> Row:
        """As for ``NumberApi``, as all of these: the number's details."""
        row = _row(self.client.get_number(number, deadline))
        if row.setdefault(_NUMBER, number) != number or not isinstance(row.get(_ROUTE, ""), str):
            what = "with another number" if row[_NUMBER] != number else "with a MessageRouteId that is no text"
            raise UnreadableAnswer(f"read number {number}", f"Telegent answered {what}", "ask Telegent about it")
        return row

    def page(self, page: int = 1, _numbers: Collection[str] = (), *, deadline: float | None = None) -> _Page:
        """A page of the inventory."""
        found = self.client.list_inventory_page(page, deadline)
        self._page_size = max(self._page_size, len(found.rows))
        pages = None
        if found.total is not None:
            pages = ceil(found.total / self._page_size) if self._page_size else 0
        rows = filter(_shows_route, map(_row, found.rows))
        return _Page([row for row in rows if is_live({"status": row.get(_STATUS)})], pages, full=bool(found.rows))

    def write(self, number_id: str, changes: Mapping[str, Any], _named: str) -> Row:
        """Follow the order to its end. That a number has left its route is proved by a read, and by no answer."""
        route = changes[_ROUTE]
        try:
            order = self.client.update_number(number_id, route)
        except ErrorAnswer as error:
            raise self._explained(error, route) from None
        status = text_of(order.get("UpdateOrderStatus")).strip()
        if status and not status.casefold().startswith(COMPLETE):
            return self._followed(number_id, route, text_of(order.get("UpdateOrderId")), status)
        return _row(order) if route is not None else {}

    def listed(self, number: str) -> Sequence[Row]:
        """The inventory is read whole: the vendor has no filter by number."""
        return [row for row in self._inventory.get(None) if row["phone_number"] == number]

    def knows(self, assignment: str) -> bool:
        """A message route."""
        try:
            self.client.get_message_route(assignment)
        except NotFound:
            return False
        return True

    @staticmethod
    def observed(row: Row) -> Observed:
        """As the rows of the table say."""
        return observe(NUMBER_ROUTE, row)

    def refusal(self, _current: Values, _changes: Iterable[Change]) -> str | None:
        """The vendor alone knows which routes a number may be on."""
        return None

    def _followed(self, number: str, route: str | None, order: str, status: str) -> Row:
        """The number once it is on the route that an order puts it on."""
        followed = 0.0
        for wait in _ORDER_WAITS:
            if self.client.clock.sleep(wait):
                break
            followed += wait
            try:
                row = self.read(number)
            except ApiError:  # the error of the read that decides what became of the order says why
                break
            if folded_id(row.get(_ROUTE) or "") == folded_id(route or ""):
                return row
        raise NotApplied(
            f"update the message route of number {number}",
            f"Telegent's update order{f' {order}' if order else ''} is {status} after {followed:.0f} s",
            _AGAIN,
            unclear=True,
        )

    def _explained(self, error: ErrorAnswer, route: str | None) -> ErrorAnswer:
        """A refusal, with the advice where the route is the cause of it."""
        if not error.refuses((*REFUSALS, _FAILED)):
            return error
        if route is None:
            return replace(error, advice='the vendor does not document this: set on_destroy="restore" or "retain"')
        try:
            known = self.knows(route)
        except ApiError:
            return error
        if known:
            return replace(error, advice=_AGAIN) if error.status == _FAILED else error
        advice = f"the account of {account_key(self)} has no message route {route}: correct message_route_id"
        return replace(error, advice=advice)

    def _listed(self) -> Iterator[Row]:
        for row in map(_row, self.client.list_inventory()):
            if number := row.get(_NUMBER):
                yield {"id": number, "phone_number": number, "status": row.get(_STATUS)}


def _row(answer: Mapping[str, Any]) -> Row:
    """A row or an answer with one spelling of its keys, and of the number."""
    by_name = {"".join(key.split()).casefold(): value for key, value in answer.items()}
    row: Row = {name: by_name[name.casefold()] for name in (_TNID, _STATUS) if name.casefold() in by_name}
    if number := _e164(text_of(by_name.get("number") or by_name.get("phonenumber"))):
        row[_NUMBER] = number
    for value in route_values(answer):
        row[_ROUTE] = "" if value is None else value.strip() if isinstance(value, str) else value
    return row


def _shows_route(row: Row) -> bool:
    """Whether a row names its number, and a route in a spelling that can be sent back, or none."""
    route = row.get(_ROUTE)
    return bool(row.get(_NUMBER)) and isinstance(route, str) and (not route or route.startswith("MRID-"))


def _e164(number: str) -> str:
    digits = number.translate(_BLANKS).removeprefix("+")
    return f"+{digits}" if digits.isascii() and digits.isdigit() else ""
