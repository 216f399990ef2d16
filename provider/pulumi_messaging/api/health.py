"""The retry budget of one vendor, common to all calls of a client, and what follows when it is used up.

Every answer of the vendor gives a retry, everything that is no sign of life costs one where it is tried again. A
vendor that does not answer at all has soon used up what there was: from then on calls fail without being sent, except
one every half minute, which finds out whether the vendor is back.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pulumi_messaging.api.clock import Clock

ALLOWANCE: Final = 10
REST: Final = 30.0


class Health:
    """What the last answers say about a vendor."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._left = ALLOWANCE
        self._failures = 0
        self._last = ""
        self._silent = False
        self._next_try = 0.0

    @property
    def failures(self) -> int:
        """How many requests in a row got no sign of life."""
        return self._failures

    @property
    def last(self) -> str:
        """What the last one of them came to."""
        return self._last

    def may_ask(self) -> bool:
        """Whether a request may be sent now."""
        with self._lock:
            now = self._clock.monotonic()
            if self._silent and now < self._next_try:
                return False
            self._next_try = now + REST
            return True

    def answered(self) -> None:
        """The vendor gave a sign of life."""
        with self._lock:
            self._left = min(ALLOWANCE, self._left + 1)
            self._failures = 0
            self._silent = False

    def failed(self, reason: str) -> None:
        """A request got no sign of life."""
        with self._lock:
            self._failures += 1
            self._last = reason
            if not self._left and self._failures > ALLOWANCE:
                self._silent = True
                self._next_try = self._clock.monotonic() + REST

    def retry(self) -> bool:
        """Take a retry, if there is one."""
        with self._lock:
            if not self._left:
                return False
            self._left -= 1
            return True
