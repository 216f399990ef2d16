"""How many requests a vendor's own headers leave, for all threads of a process.

``x-ratelimit-remaining`` and ``x-ratelimit-reset`` of each answer are kept by endpoint, because the vendor's page says
that limits are; a request counts against every endpoint, because they may as well be one for the account. Requests
under way count as not yet counted by the vendor. A few are left for other processes, which know of this one's requests
only by their own answers, and for the next one, whose first requests know nothing. A 429 closes the gate for all.
"""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pulumi_messaging.api.announce import say
from pulumi_messaging.api.told import LONGEST_WINDOW, reset_told

if TYPE_CHECKING:
    import httpx

    from pulumi_messaging.api.clock import Clock


# Two answers of one window tell resets that differ by their rounding to seconds.
SAME_WINDOW: Final = 2.0
# A provider process makes four requests at once; of a small limit a tenth has to do.
SPARED: Final = 4


@dataclass(slots=True)
class _Window:
    """What an answer told of an endpoint, and what is left of it now."""

    told: int
    until: float
    remaining: int
    took: float
    answered: float

    def older(self, known: _Window) -> bool:
        """Whether this may have been told before what is known: answers overtake each other.

        The vendor wrote it at any moment since its request left, so the less it leaves, or the later its window, the
        newer it is. What was asked for after the answer that is known has arrived is newer whatever it tells.
        """
        if self.answered - self.took >= known.answered:
            return False
        if self.until - self.took < known.until + SAME_WINDOW and known.until - known.took < self.until + SAME_WINDOW:
            return self.told > known.told
        return self.until < known.until


class Gate:
    """Lets requests through while the vendor has room for them.

    Args:
        clock: Time.
        vendor: As people write it.
    """

    def __init__(self, clock: Clock, vendor: str) -> None:
        self._clock = clock
        self._vendor = vendor
        self._doubted = False
        self._lock = threading.Lock()
        self._closed_until = -math.inf
        self._windows: dict[str, _Window] = {}
        self._under_way = 0

    def enter(self, endpoint: str) -> float:
        """0 when the request may go, which ``leave`` must follow; else the seconds after which to ask again."""
        with self._lock:
            now = self._clock.monotonic()
            self._windows = {name: window for name, window in self._windows.items() if window.until > now}
            own = self._windows.get(endpoint)
            opens = own.until if own is not None and own.remaining < 1 else now
            wait = max(opens, self._closed_until) - now
            if wait > 0:
                return wait
            for window in self._windows.values():
                window.remaining -= 1
            self._under_way += 1
            return 0

    def closed(self) -> float:
        """The seconds for which a 429 closes the gate."""
        return max(0.0, self._closed_until - self._clock.monotonic())

    def leave(self, endpoint: str, headers: httpx.Headers | None, took: float = 0.0) -> None:
        """The request is over; ``headers`` are those of its answer, where there is one, after so many seconds."""
        with self._lock:
            self._under_way -= 1
            if headers is None or (told := self._told(headers, took)) is None:
                return
            known = self._windows.get(endpoint)
            if known is not None and told.older(known):
                return
            told.remaining -= self._under_way + _spared(headers)
            self._windows[endpoint] = told

    def close(self, seconds: float) -> None:
        """Let nothing through for some seconds."""
        with self._lock:
            self._closed_until = max(self._closed_until, self._clock.monotonic() + seconds)

    def _told(self, headers: httpx.Headers, took: float) -> _Window | None:
        try:
            remaining = int(headers["x-ratelimit-remaining"])
        except (KeyError, ValueError):
            return None
        reset = reset_told(headers, self._clock)
        if reset is not None and reset > LONGEST_WINDOW:
            if remaining < 1:
                self._doubt(reset)
            return None
        now = self._clock.monotonic()
        return None if reset is None else _Window(remaining, now + reset, remaining, took, now)

    def _doubt(self, reset: float) -> None:
        """Say once that requests go on; should the vendor refuse one, its 429 is obeyed."""
        if not self._doubted:
            self._doubted = True
            say(
                f"{self._vendor} says that it allows no more requests for {math.ceil(reset)} s; more than "
                f"{LONGEST_WINDOW:.0f} s is not believed, and requests go on until one is refused"
            )


def _spared(headers: httpx.Headers) -> int:
    """How many requests of a window are left for others."""
    try:
        return max(0, min(SPARED, int(headers.get("x-ratelimit-limit", "")) // 10))
    except ValueError:
        return 0
