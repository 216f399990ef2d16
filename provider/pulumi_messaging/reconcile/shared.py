"""Reads that several threads want at once: the first one asks, the others wait for the same answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Final, Generic, TypeVar

# How long a list is believed: long enough for what an engine asks in one go; an update an hour later must not act on
# what was true then. What a create remembers of before, and puts back one day, is no older than this either.
MAX_AGE: Final = 60.0
# What part of a caller's time a list may take that a read of its own can replace: enough for a rate limit's minute, and
# too little for so many failures in a row that nothing is asked any more.
PATIENCE: Final = 0.25
# Lists that fail although the client has repeated them are left alone for so long: nobody waits for them again.
REST: Final = 300.0

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class Shared(Generic[K, T]):
    """Answers by key, each read once and kept for ``seconds`` (None: for the life of the process).

    A read that fails is not kept: the next caller asks again.
    """

    def __init__(
        self, read: Callable[[K], T], seconds: float | None = None, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._read = read
        self._seconds = seconds
        self._now = now
        self._lock = threading.Lock()
        self._kept: dict[K, tuple[float, T]] = {}
        self._key_locks: dict[K, threading.Lock] = {}

    def get(self, key: K, read: Callable[[K], T] | None = None) -> T:
        """The answer for ``key``, read now (in this way) or a moment ago by another thread."""
        with self._lock:
            key_lock = self._key_locks.setdefault(key, threading.Lock())
        with key_lock:
            answer = self.peek(key)
            if answer is None:
                begun = self._now()
                answer = (read or self._read)(key)
                self._kept[key] = (begun, answer)
            return answer

    def peek(self, key: K) -> T | None:
        """The answer for ``key`` where there is one; nothing is read."""
        kept = self._kept.get(key)
        if kept is None or (self._seconds is not None and self._now() - kept[0] > self._seconds):
            return None
        return kept[1]


class Fresh(Generic[K, T]):
    """Answers by key that are never older than the question: one read serves all that came before it began.

    Those who come while it is under way need the next one, because it may have left out what they ask for.
    """

    def __init__(self, read: Callable[[K], T]) -> None:
        self._read = read
        self._lock = threading.Lock()
        self._next: dict[K, Future[T]] = {}
        self._key_locks: dict[K, threading.Lock] = {}

    def get(self, key: K) -> T:
        """The answer for ``key``, read from now on by this thread or another one, whose failure is then common."""
        with self._lock:
            answer = self._next.setdefault(key, Future())
            key_lock = self._key_locks.setdefault(key, threading.Lock())
        with key_lock:
            if not answer.done():
                with self._lock:
                    del self._next[key]
                try:
                    answer.set_result(self._read(key))
                except BaseException as error:
                    answer.set_exception(error)
                    raise
        return answer.result()
