"""The throttle by the vendor's rate-limit headers, for all threads of a process.

``x-ratelimit-remaining`` and ``x-ratelimit-reset`` are kept by endpoint, because the vendor limits each of them.
A request still counts against every endpoint, because the account may have one limit for all. Requests under way are
subtracted, because the vendor may not have counted them yet. A few requests are left for other processes, which learn
of this process's requests only from their own answers. A 429 stops all requests.
"""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass
from typing import Final

import httpx

from pulumi_messaging.api.announce import say
from pulumi_messaging.api.bodies import count_of
from pulumi_messaging.api.clock import Clock
from pulumi_messaging.api.header_times import LONGEST_WINDOW, until_reset

# The resets of one window differ by their rounding to seconds.
SAME_WINDOW: Final = 2.0
# A provider process makes four requests at once; of a small limit a tenth is left.
SPARED: Final = 4


@dataclass(slots=True)
class RateLimitWindow:
    """The window of one endpoint, as the headers of an answer describe it. Moments are the clock's ``monotonic``."""

    stated: int  # the remaining requests, as the headers state them
    until: float  # the end of the window
    remaining: int  # the remaining requests by now
    took: float  # seconds between request and answer
    answered: float  # the moment of the answer

    def older(self, known: RateLimitWindow) -> bool:
        """Whether the vendor may have written this before the known window: answers overtake each other.

        The vendor wrote it at any moment since its request left: the fewer requests remain, or the later the window
        ends, the newer it is. An answer to a request that left after the known answer had arrived is always newer.
        """
        if self.answered - self.took >= known.answered:
            return False
        if self.until - self.took < known.until + SAME_WINDOW and known.until - known.took < self.until + SAME_WINDOW:
            return self.stated > known.stated
        return self.until < known.until


class HeaderThrottle:
    """Lets requests through while the vendor's headers leave room for them."""

    def __init__(self, clock: Clock, vendor: str) -> None:
        self._clock = clock
        self._vendor = vendor
        self._warned = False
        self._lock = threading.Lock()
        self._closed_until = -math.inf
        self._windows: dict[str, RateLimitWindow] = {}
        self._under_way = 0

    def enter(self, endpoint: str) -> float:
        """0 when the request may go, and ``leave`` must follow; else the seconds after which to ask again."""
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
        """The seconds for which a 429 still stops all requests."""
        return max(0.0, self._closed_until - self._clock.monotonic())

    def leave(self, endpoint: str, headers: httpx.Headers | None, took: float = 0.0) -> None:
        """End a request that took some seconds; ``headers`` are those of its answer, where there is one."""
        with self._lock:
            self._under_way -= 1
            window = None if headers is None else self._window(headers, took)
            known = self._windows.get(endpoint)
            if headers is None or window is None or (known is not None and window.older(known)):
                return
            spared = (count_of(headers.get("x-ratelimit-limit")) or 0) // 10
            window.remaining -= self._under_way + max(0, min(SPARED, spared))
            self._windows[endpoint] = window

    def close(self, seconds: float) -> None:
        """Let nothing through for some seconds."""
        with self._lock:
            self._closed_until = max(self._closed_until, self._clock.monotonic() + seconds)

    def _window(self, headers: httpx.Headers, took: float) -> RateLimitWindow | None:
        remaining, reset = count_of(headers.get("x-ratelimit-remaining")), until_reset(headers, self._clock)
        if remaining is None or reset is None:
            return None
        if reset > LONGEST_WINDOW:
            if remaining < 1:
                self._warn(reset)
            return None
        now = self._clock.monotonic()
        return RateLimitWindow(remaining, now + reset, remaining, took, now)

    def _warn(self, reset: float) -> None:
        """Say once that requests go on; a 429 of the vendor is obeyed."""
        if not self._warned:
            self._warned = True
            say(
                f"{self._vendor} says that it allows no more requests for {math.ceil(reset)} s; more than "
                f"{LONGEST_WINDOW:.0f} s is not believed, and requests go on until one is refused"
            )
