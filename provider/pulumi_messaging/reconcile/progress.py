"""Progress of long work: now and then a line with the numbers that are left, and about how long they take."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from typing import Final

_EVERY: Final = 5.0  # seconds between two lines; shorter work is silent


class Progress:
    """Counts finished numbers, for any thread.

    Args:
        total: Numbers of the work.
        purpose: The work, in front of the figures.
        say: Writes one line for the user.
        now: Seconds of a monotonic clock.
    """

    def __init__(self, total: int, purpose: str, say: Callable[[str], None], now: Callable[[], float]) -> None:
        self._total = total
        self._purpose = purpose
        self._say = say
        self._now = now
        self._lock = threading.Lock()
        self._done = 0
        self._begun = self._last_line = now()

    def done(self, count: int = 1) -> None:
        """Count numbers that are done or have failed; with 0, a line appears if the last one is long ago."""
        with self._lock:
            self._done += count
            now = self._now()
            if now - self._last_line < _EVERY:
                return
            self._last_line = now
            left = max(0, self._total - self._done)
            text = f"{self._purpose}: {self._done} of {self._total} numbers done, {left} left"
            if self._done:
                text += f", about {math.ceil((now - self._begun) / self._done * left)} s"
        self._say(text)
