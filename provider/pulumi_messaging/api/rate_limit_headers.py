"""The throttle by the vendor's rate-limit headers, for all threads of a process.

``x-ratelimit-remaining`` and ``x-ratelimit-reset`` are kept by endpoint, because the vendor limits each of them. A
request still counts against every endpoint, because the account may have one limit for all. Where the answers look like
one limit for all, one that is used up stops all endpoints: other processes may have used it. Requests under way are
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

    def same_time(self, known: RateLimitWindow) -> bool:
        """Whether both may end at the same moment, each as the vendor wrote it at any moment since its request left."""
        return (
            self.until - self.took < known.until + SAME_WINDOW and known.until - known.took < self.until + SAME_WINDOW
        )

    def follows(self, known: RateLimitWindow) -> bool:
        """Whether the vendor wrote this after the known window: its request left when the known answer was there."""
        return self.answered - self.took >= known.answered

    def beside(self, other: RateLimitWindow) -> bool:
        """Whether it was written after another endpoint's window, and ends with that: it may be the same."""
        return self.follows(other) and abs(self.until - other.until) <= SAME_WINDOW

    def older(self, known: RateLimitWindow) -> bool:
        """Whether the vendor may have written this before the known window: answers overtake each other.

        The fewer requests remain, or the later the window ends, the newer it is. An answer to a request that left after
        the known answer had arrived is always newer.
        """
        if self.follows(known):
            return False
        if self.same_time(known):
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
        self._separate = False  # whether the answers have shown that endpoints have limits of their own
        self._one_limit = False  # whether they look like one limit
        self._under_way = 0

    def enter(self, endpoint: str) -> float:
        """0 when the request may go, and ``leave`` must follow; else the seconds after which to ask again."""
        with self._lock:
            now = self._clock.monotonic()
            self._windows = {name: window for name, window in self._windows.items() if window.until > now}
            used_up = {name: window.until for name, window in self._windows.items() if window.remaining < 1}
            opens = max(used_up.values(), default=now) if self._one_limit else used_up.get(endpoint, now)
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

    def leave(self, endpoint: str, headers: httpx.Headers | None, left: float = math.inf) -> None:
        """End a request that left at a moment; ``headers`` are those of its answer, where there is one."""
        with self._lock:
            self._under_way -= 1
            window = None if headers is None else self._window(headers, left)
            known = self._windows.get(endpoint)
            if headers is None or window is None or (known is not None and window.older(known)):
                return
            spared = (count_of(headers.get("x-ratelimit-limit")) or 0) // 10
            window.remaining -= self._under_way + max(0, min(SPARED, spared))
            others = [other for name, other in self._windows.items() if name != endpoint and window.beside(other)]
            self._separate |= any(window.stated >= other.stated for other in others)  # a request did not count there
            self._one_limit = not self._separate and (self._one_limit or bool(others))
            self._windows[endpoint] = window

    def close(self, seconds: float) -> None:
        """Let nothing through for some seconds."""
        with self._lock:
            self._closed_until = max(self._closed_until, self._clock.monotonic() + seconds)

    def _window(self, headers: httpx.Headers, left: float) -> RateLimitWindow | None:
        remaining, reset = count_of(headers.get("x-ratelimit-remaining")), until_reset(headers, self._clock)
        if remaining is None or reset is None:
            return None
        if reset > LONGEST_WINDOW:
            if remaining < 1:
                self._warn(reset)
            return None
        now = self._clock.monotonic()  # of both: a thread may have been held up since the answer came
        return RateLimitWindow(remaining, now + reset, remaining, max(0.0, now - left), now)

    def _warn(self, reset: float) -> None:
        """Say once that requests go on; a 429 of the vendor is obeyed."""
        if not self._warned:
            self._warned = True
            say(
                f"{self._vendor} says that it allows no more requests for {math.ceil(reset)} s; more than "
                f"{LONGEST_WINDOW:.0f} s is not believed, and requests go on until one is refused"
            )
