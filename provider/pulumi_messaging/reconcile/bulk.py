"""Bulk orders: one profile for many numbers, by few calls.

An order carries a profile and nothing else, and answers success, pending and failed by number, without reasons. It is
never placed twice because its answer was lost: what it sets is absolute, so reading the numbers back decides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from pulumi_messaging.errors import ApiError, ErrorAnswer, NotFound

if TYPE_CHECKING:
    from pulumi_messaging.api.telnyx import TelnyxClient
    from pulumi_messaging.reconcile.number_reads import NumberReads

# Up to here the numbers are read back at once; above, the count of their profile is asked first: one call, which
# tells whether every number has come there. Only where it does not agree are all of them read.
READ_BACK: Final = 1000
# A refused order of more numbers than this is halved: it may be too long, or one number may spoil it.
SHORTEST: Final = 100
_REFUSALS: Final = (400, 413, 422)
# After so many short orders that are refused, and not one that is not, it is not for the numbers.
_IN_VAIN: Final = 5
_FIRST_POLL: Final = 0.25
_LONGEST_POLL: Final = 15.0
# Reading back until what was ordered shows: how long that takes is not documented.
_LOOKS: Final = (0.0, 1.0, 2.0, 4.0)


@dataclass(slots=True)
class Result:
    """What became of the numbers that are not on the profile.

    Attributes:
        again: Nobody knows of them, or they were never ordered: they may be ordered again.
        singly: Their order is done and they are not, or they cannot be ordered.
        reasons: Those that nothing more can be done for now, with the reason.
    """

    again: set[str] = field(default_factory=set)
    singly: set[str] = field(default_factory=set)
    reasons: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Order:
    order_id: str
    pending: set[str]
    failed: set[str]
    lost: bool = False  # the vendor does not know of it
    trouble: str = ""  # why it is not followed any more

    @property
    def open(self) -> bool:
        """Whether there is something to ask for."""
        return bool(self.pending) and not self.trouble

    @classmethod
    def told(cls, answer: Mapping[str, Any]) -> _Order:
        return cls(str(answer["order_id"]), set(map(str, answer["pending"])), set(map(str, answer["failed"])))


class Orders:
    """Places bulk orders and follows them.

    Args:
        client: The vendor's API.
        reads: The account's numbers.
    """

    def __init__(self, client: TelnyxClient, reads: NumberReads) -> None:
        self._client = client
        self._reads = reads
        self._clock = client.clock
        self.limit = client.settings.bulk_limit
        # How long an order may stand still.
        self._patience = client.settings.timeout_seconds

    def assign(self, profile_id: str, numbers: Sequence[str], done: Callable[[int], None]) -> Result:
        """Put numbers (E.164), none of which is there, on a profile, or with "" take them off theirs.

        Args:
            profile_id: The profile.
            numbers: Each once.
            done: Is told how many more have been settled.
        """
        counted = bool(profile_id) and len(numbers) > READ_BACK
        try:
            before = self._client.count_profile_numbers(profile_id) if counted else None
        except NotFound as error:
            return Result(reasons=dict.fromkeys(numbers, error.reason))
        except ApiError:
            before = None  # only a short cut is lost
        orders, spoilt, unknown = self._place(profile_id, numbers)
        orders = self._follow(orders, done)
        for number in numbers:
            self._reads.wrote(number)
        failed = spoilt.union(*(order.failed for order in orders))
        pending = {number: order for order in orders for number in order.pending}
        expected = len(numbers) - len(failed | unknown) - len(pending)
        if before is not None and self._count(profile_id) == before + expected:
            undone = failed | unknown | pending.keys()
        else:
            try:
                undone = self._undone(profile_id, numbers)
            except ApiError as error:
                return Result(reasons=dict.fromkeys(numbers, f"ordered, but not read back: {error.reason}"))
        unknown |= {number for number, order in pending.items() if order.lost}
        pending = {number: order for number, order in pending.items() if number in undone - unknown}
        reasons = {number: self._still(order) for number, order in pending.items()}
        return Result(undone & unknown, undone - unknown - reasons.keys(), reasons)

    def _still(self, order: _Order) -> str:
        why = order.trouble or f"after {self._patience:.0f} s without progress"
        return f"still pending in bulk order {order.order_id} {why}"

    def _place(self, profile_id: str, numbers: Sequence[str]) -> tuple[list[_Order], set[str], set[str]]:
        """Place the orders: these, the numbers of those that were refused, and of those nobody knows of."""
        orders, spoilt, unknown = list[_Order](), set[str](), set[str]()
        waiting, limit, in_vain = list(numbers), self.limit, 0
        while waiting and in_vain < _IN_VAIN:
            part = waiting[:limit]
            try:
                answer = self._client.create_bulk_update(profile_id, part)
            except ApiError as error:
                if not isinstance(error, ErrorAnswer) or error.status not in _REFUSALS or error.unclear:
                    # Lost on its way, or the vendor is out of reach: no more orders before the list has been asked.
                    unknown.update(waiting)
                    break
                if len(part) > SHORTEST:
                    limit = (len(part) + 1) // 2
                    continue
                spoilt.update(part)
                in_vain += not orders
            else:
                orders.append(_Order.told(answer))
            waiting = waiting[len(part) :]
        if not (spoilt or unknown):
            self.limit = limit  # what was refused was too long
        return orders, spoilt.union(waiting) - unknown, unknown

    def _follow(self, orders: list[_Order], done: Callable[[int], None]) -> list[_Order]:
        """Poll the orders until nothing is pending, or nothing has moved for too long."""
        wait, moved = _FIRST_POLL, self._clock.monotonic()
        while any(order.open for order in orders) and self._clock.monotonic() - moved < self._patience:
            if self._clock.sleep(wait):
                break  # interrupted
            before = sum(len(order.pending) for order in orders)
            orders = [self._asked(order) if order.open else order for order in orders]
            settled = max(0, before - sum(len(order.pending) for order in orders))
            done(settled)
            if settled:
                wait, moved = _FIRST_POLL, self._clock.monotonic()
            else:
                wait = min(2 * wait, _LONGEST_POLL)
        return orders

    def _asked(self, order: _Order) -> _Order:
        try:
            return _Order.told(self._client.retrieve_bulk_update(order.order_id))
        except ApiError as error:  # whatever it is, reading the numbers back says more than asking again
            return replace(order, lost=isinstance(error, NotFound), trouble=f"which cannot be read: {error.reason}")

    def _count(self, profile_id: str) -> int | None:
        try:
            return self._client.count_profile_numbers(profile_id)
        except ApiError:
            return None

    def _undone(self, profile_id: str, numbers: Sequence[str]) -> set[str]:
        """The numbers that the account's lists do not show on the profile, also after a while."""
        left = set(numbers)
        for wait in _LOOKS:
            self._clock.sleep(wait)
            for number, row in self._reads.many(sorted(left)).items():
                if str(row.get("messaging_profile_id") or "").lower() == profile_id.lower():
                    left.discard(number)
                else:
                    self._reads.wrote(number)
            if not left:
                break
        return left


def orders_needed(numbers: int, limit: int) -> int:
    """How many orders so many numbers take."""
    return -(-numbers // limit)
