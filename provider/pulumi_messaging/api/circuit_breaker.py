"""The circuit breaker and the retry budget of one vendor, common to all calls of a client.

The budget bounds the extra load that retries put on a vendor in trouble. The breaker opens when the last requests in a
row got no response from the vendor itself, and either the budget is empty or the outage has lasted for ``PATIENCE``:
from then on calls fail without being sent, except one every half minute, which finds out whether the vendor is back.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from pulumi_messaging.api.clock import Clock

REST: Final = 30.0
ALLOWANCE: Final = 10
# Seconds of an outage, and requests without a response in it, after which the vendor is given up. A whole command ends
# within 90 s, although the look-ups of its preview may have waited 20 s and the engine starts all processes twice.
PATIENCE: Final = 60.0
A_FEW: Final = 3
# Seconds between two lines about a vendor that does not respond.
TOLD_EVERY: Final = 20.0
# The least that a request gets, to find out whether a vendor is back.
SHORTEST: Final = 5.0


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
        self._awaited = 0  # requests under way
        self._since: float | None = None  # when the first request after the last response was sent

    @property
    def in_outage(self) -> bool:
        """Whether a request was sent and no later one has got a response, so far."""
        with self._lock:
            return self._since is not None

    def patience(self) -> float:
        """The seconds that another request may wait for a response."""
        with self._lock:
            if self._since is None or self.failures < A_FEW - 1:
                return math.inf
            return self._since + PATIENCE - self._clock.monotonic()

    def give_up(self) -> None:
        """Open the breaker."""
        with self._lock:
            self._open = True
            self._next_try = self._clock.monotonic() + REST

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
            self._since = None

    @contextmanager
    def sending(self) -> Iterator[None]:
        """Record that a request is sent now, and that its answer is awaited."""
        with self._lock:
            self._since = self._clock.monotonic() if self._since is None else self._since
            self._awaited += 1
        try:
            yield
        finally:
            with self._lock:
                self._awaited -= 1

    def silence(self) -> float:
        """The seconds for which requests have been awaiting a response."""
        with self._lock:
            return 0.0 if self._since is None or not self._awaited else self._clock.monotonic() - self._since

    def failed(self, reason: str) -> None:
        """Record a request without a response."""
        with self._lock:
            now = self._clock.monotonic()
            self.failures += 1
            self.last = reason
            spent = not self.budget.left and self.failures > ALLOWANCE
            over = self._since is not None and now - self._since >= PATIENCE
            if spent or (over and self.failures >= A_FEW):
                self._open = True
                self._next_try = now + REST
