"""Tells the user about a vendor that takes requests and does not answer, while calls wait for it."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pulumi_messaging.api.announce import say
from pulumi_messaging.api.circuit_breaker import PATIENCE, TOLD_EVERY, CircuitBreaker


class OutageTeller:
    """A thread that says every ``TOLD_EVERY`` seconds how long a vendor has not answered; it ends when no call waits.

    Args:
        vendor: As people write it.
        breaker: Knows since when requests have been awaiting a response.
        closed: Waits, and returns True when the client is closed.
    """

    def __init__(self, vendor: str, breaker: CircuitBreaker, closed: Callable[[float], bool]) -> None:
        self._vendor = vendor
        self._breaker = breaker
        self._closed = closed
        self._lock = threading.Lock()
        self._calls = 0
        self._runs = False

    @contextmanager
    def call(self) -> Iterator[None]:
        """A call that may have to wait."""
        with self._lock:
            self._calls += 1
            begins, self._runs = not self._runs, True
        if begins:
            threading.Thread(target=self._watch, daemon=True).start()
        try:
            yield
        finally:
            with self._lock:
                self._calls -= 1

    def _goes_on(self) -> bool:
        closed = self._closed(1.0)
        with self._lock:
            self._runs = self._calls > 0 and not closed
            return self._runs

    def _watch(self) -> None:
        told = 0
        while self._goes_on():
            silence = self._breaker.silence()
            if silence >= TOLD_EVERY * (told + 1):
                told = int(silence // TOLD_EVERY)
                left = math.ceil(PATIENCE - silence)
                if left > 0:
                    say(f"{self._vendor} has not answered for {silence:.0f} s; giving up in {left} s")
            elif 0 < silence < TOLD_EVERY:  # another outage; 0: no request is under way, which happens in one, too
                told = 0
