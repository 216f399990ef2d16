"""Bulk orders: one profile for many numbers, with few calls.

An order carries a profile and nothing else. Its answer lists numbers as success, pending and failed, without reasons.
What an order did to other settings that are declared is seen when its numbers are read back.
An order whose answer was lost is not placed again: a profile is an absolute value, so a read of the numbers decides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import ceil
from typing import Any, Final

from pulumi_messaging.core.fields import Values
from pulumi_messaging.errors import ApiError, ErrorAnswer, NotFound
from pulumi_messaging.reconcile.numbers.account import NumberAccount
from pulumi_messaging.reconcile.numbers.messaging_settings import Observed, observed, reset_by_write

# Above this many numbers, one call counts the numbers of the profile first; all are read only if the count is wrong.
READ_BACK: Final = 1000
# A refused order of more numbers is halved: it may be too long, or one number may be the cause.
SHORTEST: Final = 100
_REFUSALS: Final = (400, 413, 422)
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
    """The numbers that are not on the profile."""

    again: set[str] = field(default_factory=set)  # unknown to the vendor or never ordered: another order may set them
    singly: set[str] = field(default_factory=set)  # not set by a finished order, or not accepted in one
    failed: dict[str, str] = field(default_factory=dict)  # number → reason why nothing more can be done now
    reset: dict[str, Observed] = field(default_factory=dict)  # on the profile, but the order reset other settings


@dataclass(slots=True)
class _Order:
    order_id: str
    pending: set[str]
    failed: set[str]
    lost: bool = False  # the vendor does not know the order
    trouble: str = ""  # why it is not polled any more

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
        alone = all(len(wish) <= 1 for wish in wishes.values())
        counted = bool(profile_id) and alone and len(numbers) > READ_BACK
        try:
            before = self.account.client.count_profile_numbers(profile_id) if counted else None
        except NotFound as error:
            return Result(failed=dict.fromkeys(numbers, error.reason))
        except ApiError:
            before = None  # only a short cut is lost
        orders, refused, unknown = self._place(profile_id, numbers)
        orders = self._follow(orders, progress)
        for number in numbers:
            self.account.reads.wrote(number)
        failed = refused.union(*(order.failed for order in orders))
        pending = {number: order for order in orders for number in order.pending}
        expected = len(numbers) - len(failed | unknown) - len(pending)
        reset = dict[str, Observed]()
        if before is not None and self._count(profile_id) == before + expected:
            undone = failed | unknown | pending.keys()
        else:
            try:
                undone, reset = self._read_back(profile_id, wishes)
            except ApiError as error:
                return Result(failed=dict.fromkeys(numbers, f"ordered, but not read back: {error.reason}"))
        unknown |= {number for number, order in pending.items() if order.lost}
        idle = f"after {self.timeout_seconds:.0f} s without progress"
        stuck = {
            number: f"still pending in bulk order {pending[number].order_id} {pending[number].trouble or idle}"
            for number in pending.keys() & (undone - unknown)
        }
        return Result(undone & unknown, undone - unknown - stuck.keys(), stuck, reset)

    def _place(self, profile_id: str, numbers: Sequence[str]) -> tuple[list[_Order], set[str], set[str]]:
        """Place orders for the numbers: the orders, the refused numbers, and those whose order may be lost."""
        orders, refused, unknown = list[_Order](), set[str](), set[str]()
        waiting, limit, in_vain = list(numbers), self.limit, 0
        while waiting and in_vain < _IN_VAIN:
            part = waiting[:limit]
            try:
                answer = self.account.client.create_bulk_update(profile_id, part)
            except ApiError as error:
                if not isinstance(error, ErrorAnswer) or error.status not in _REFUSALS or error.unclear:
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
        return orders, refused.union(waiting) - unknown, unknown

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
            return _Order.of(self.account.client.retrieve_bulk_update(order.order_id))
        except ApiError as error:  # a read of the numbers tells more than another poll
            return replace(order, lost=isinstance(error, NotFound), trouble=f"which cannot be read: {error.reason}")

    def _count(self, profile_id: str) -> int | None:
        try:
            return self.account.client.count_profile_numbers(profile_id)
        except ApiError:
            return None

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
                if reset_by_write(wishes[number], now := observed(row)):
                    reset[number] = now
            if not left:
                break
        return left, reset
