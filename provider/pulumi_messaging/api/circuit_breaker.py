"""The circuit breaker and the retry budget of one vendor, common to all calls of a client.

The budget bounds the extra load that retries put on a vendor in trouble. The breaker opens when the budget is empty and
the last requests in a row got no response from the vendor itself: from then on calls fail without being sent, except
one every half minute, which finds out whether the vendor is back.
"""

from __future__ import annotations

import threading
from typing import Final

from pulumi_messaging.api.clock import Clock

REST: Final = 30.0
ALLOWANCE: Final = 10


class RetryBudget:
    """Ten retries, common to all calls of a client: each retry takes one, each answer of the vendor gives one back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.left = ALLOWANCE

    def refill(self) -> None:
        """Give one retry back."""
        with self._lock:
            self.left = min(ALLOWANCE, self.left + 1)

    def take(self) -> bool:
        """Take a retry; False where none is left."""
        with self._lock:
            if not self.left:
                return False
            self.left -= 1
            return True


class CircuitBreaker:
    """Stops requests to a vendor that no longer responds."""

    def __init__(self, clock: Clock) -> None:
        self.budget = RetryBudget()
        self.failures = 0  # requests in a row without a response of the vendor itself
        self.last = ""  # the reason of the last of them
        self._clock = clock
        self._lock = threading.Lock()
        self._open = False
        self._next_try = 0.0

    def allows(self) -> bool:
        """Whether a request may be sent now."""
        with self._lock:
            now = self._clock.monotonic()
            if self._open and now < self._next_try:
                return False
            self._next_try = now + REST
            return True

    def responded(self) -> None:
        """Record a response: it closes the breaker."""
        self.budget.refill()
        with self._lock:
            self.failures = 0
            self._open = False

    def failed(self, reason: str) -> None:
        """Record a request without a response."""
        with self._lock:
            self.failures += 1
            self.last = reason
            if not self.budget.left and self.failures > ALLOWANCE:
                self._open = True
                self._next_try = self._clock.monotonic() + REST
