"""Telnyx's bulk orders: one profile for many numbers, with few calls.

An order carries a profile and nothing else. Its answer lists numbers as success, pending and failed, without reasons.
Nothing but the numbers themselves proves what an order did, to their profile and to other settings that are declared:
they are read back.
An order whose answer was lost is not placed again: a profile is an absolute value, so a read of the numbers decides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import ceil
from typing import TYPE_CHECKING, Any, Final

from pulumi_messaging.core.fields import Values
from pulumi_messaging.errors import ApiError, NotFound
from pulumi_messaging.reconcile.numbers.account import NumberAccount
from pulumi_messaging.reconcile.numbers.reports import Failure
from pulumi_messaging.reconcile.numbers.vendor import Observed

if TYPE_CHECKING:
    from pulumi_messaging.api.telnyx import TelnyxClient


# A refused order of more numbers is halved: it may be too long, or one number may be the cause.
SHORTEST: Final = 100
_REFUSALS: Final = (400, 404, 413, 422)
# Stop after five refused short orders with none accepted: the numbers are not the cause.
_IN_VAIN: Final = 5
_FIRST_POLL: Final = 0.25
_LONGEST_POLL: Final = 15.0
# Waits before each look at the numbers: the vendor does not document how soon an order shows.
_LOOKS: Final = (0.0, 1.0, 2.0, 4.0)
# Calls of one order, with its polls; and the numbers that one list reads back.
_CALLS: Final = 3
_LISTED: Final = 200


def calls_of(numbers: int, limit: int) -> int:
    """About how many calls orders for so many numbers take, with at most ``limit`` numbers in one order."""
    return _CALLS * ceil(numbers / limit) + ceil(numbers / _LISTED)


@dataclass(slots=True)
class Result:
    """The numbers that are not on the profile, by E.164."""

    again: set[str] = field(default_factory=set)  # unknown to the vendor or never ordered: another order may set them
    singly: set[str] = field(default_factory=set)  # not set by a finished order, or not accepted in one
    failed: dict[str, Failure] = field(default_factory=dict)  # nothing more can be done now
    reset: dict[str, Observed] = field(default_factory=dict)  # on the profile, but the order reset other settings


@dataclass(slots=True)
class _Order:
    order_id: str
    pending: set[str]
    failed: set[str]
    lost: bool = False  # the vendor does not know the order
    trouble: str = ""  # why it is not polled any more
    advice: str = ""

    @classmethod
    def of(cls, answer: Mapping[str, Any]) -> _Order:
        return cls(str(answer["order_id"]), set(map(str, answer["pending"])), set(map(str, answer["failed"])))

    @property
    def open(self) -> bool:
        return bool(self.pending) and not self.trouble


@dataclass(slots=True, repr=False)
class BulkOrders:
    """Places bulk orders and follows them."""

    account: NumberAccount
    client: TelnyxClient
    timeout_seconds: float  # without progress; then an order is given up
    limit: int  # the most numbers in one order; falls when the vendor refuses an order as too long

    def assign(self, profile_id: str, wishes: Mapping[str, Values], progress: Callable[[int], None]) -> Result:
        """Put numbers (E.164, none there yet) on a profile, or take them off theirs with ``""``.

        Args:
            profile_id: The profile.
            wishes: The settings that each number is to have afterwards, the profile among them.
            progress: Called with the number of further numbers that are settled.
        """
        numbers = list(wishes)
        orders, unknown = self._place(profile_id, numbers)
        orders = self._follow(orders, progress)
        for number in numbers:
            self.account.reads.wrote(number)
        try:
            undone, reset = self._read_back(profile_id, wishes)
        except ApiError as error:
            unread = Failure(f"ordered, but not read back: {error.reason}", error.advice)
            return Result(failed=dict.fromkeys(numbers, unread))
        pending = {number: order for order in orders for number in order.pending}
        unknown |= {number for number, order in pending.items() if order.lost}
        stuck = {number: self._stuck(pending[number]) for number in pending.keys() & (undone - unknown)}
        return Result(undone & unknown, undone - unknown - stuck.keys(), stuck, reset)

    def _stuck(self, order: _Order) -> Failure:
        setting = self.client.settings.key("telnyx:timeoutSeconds")
        trouble = order.trouble or f"after {self.timeout_seconds:.0f} s without progress"
        advice = order.advice or f"raise {setting}, or run the command again later"
        return Failure(f"still pending in bulk order {order.order_id} {trouble}", advice)

    def _place(self, profile_id: str, numbers: Sequence[str]) -> tuple[list[_Order], set[str]]:
        """Place orders for the numbers: the orders, and the numbers whose order may be lost."""
        orders, refused, unknown = list[_Order](), set[str](), set[str]()
        waiting, limit, in_vain = list(numbers), self.limit, 0
        while waiting and in_vain < _IN_VAIN:
            part = waiting[:limit]
            try:
                answer = self.client.create_bulk_update(profile_id, part)
            except ApiError as error:
                if error.unclear or not error.refuses(_REFUSALS):
                    unknown.update(waiting)  # no more orders before a read of the numbers
                    break
                if len(part) > SHORTEST:
                    limit = (len(part) + 1) // 2
                    continue
                refused.update(part)
                in_vain += not orders
            else:
                orders.append(_Order.of(answer))
            waiting = waiting[len(part) :]
        if not (refused or unknown):
            self.limit = limit  # the length was the cause of the refusals
        return orders, unknown

    def _follow(self, orders: list[_Order], progress: Callable[[int], None]) -> list[_Order]:
        """Poll the orders until none is pending, or none moves for too long."""
        clock = self.account.clock
        wait, moved = _FIRST_POLL, clock.monotonic()
        while any(order.open for order in orders) and clock.monotonic() - moved < self.timeout_seconds:
            if clock.sleep(wait):
                break  # interrupted
            before = sum(len(order.pending) for order in orders)
            orders = [self._poll(order) if order.open else order for order in orders]
            settled = max(0, before - sum(len(order.pending) for order in orders))
            progress(settled)
            wait, moved = (_FIRST_POLL, clock.monotonic()) if settled else (min(2 * wait, _LONGEST_POLL), moved)
        return orders

    def _poll(self, order: _Order) -> _Order:
        try:
            return _Order.of(self.client.retrieve_bulk_update(order.order_id))
        except ApiError as error:  # a read of the numbers tells more than another poll
            trouble = f"which cannot be read: {error.reason}"
            return replace(order, lost=isinstance(error, NotFound), trouble=trouble, advice=error.advice)

    def _read_back(self, profile_id: str, wishes: Mapping[str, Values]) -> tuple[set[str], dict[str, Observed]]:
        """The numbers that the account's lists do not show on the profile, after a few looks; and those reset."""
        left, reset = set(wishes), dict[str, Observed]()
        for wait in _LOOKS:
            self.account.clock.sleep(wait)
            for number, row in self.account.reads.many(sorted(left)).items():
                if str(row.get("messaging_profile_id") or "").lower() != profile_id.lower():
                    self.account.reads.wrote(number)
                    continue
                left.discard(number)
                if self.account.resources.reset_by_write(wishes[number], now := self.account.api.observed(row)):
                    reset[number] = now
            if not left:
                break
        return left, reset
