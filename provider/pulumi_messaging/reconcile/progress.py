"""How far long work is: a line now and then, with what is left and about how long it will take."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from typing import Final

_EVERY: Final = 5.0


class Progress:
    """Counts what is done; any thread may. Work that takes less than a few seconds is not told of.

    Args:
        total: How many there are to do.
        purpose: What is done, in front of the figures.
        say: Tells the user one line.
        now: Seconds that only go up.
    """

    def __init__(self, total: int, purpose: str, say: Callable[[str], None], now: Callable[[], float]) -> None:
        self._total = total
        self._purpose = purpose
        self._say = say
        self._now = now
        self._lock = threading.Lock()
        self._done = 0
        self._begun = self._told = now()

    def done(self, count: int = 1) -> None:
        """So many more are done, or have failed; none is news too when it goes on for long."""
        with self._lock:
            self._done += count
            now = self._now()
            if now - self._told < _EVERY:
                return
            self._told = now
            left = max(0, self._total - self._done)
            text = f"{self._purpose}: {self._done} of {self._total} numbers done, {left} left"
            if self._done:
                text += f", about {math.ceil((now - self._begun) / self._done * left)} s"
        self._say(text)
