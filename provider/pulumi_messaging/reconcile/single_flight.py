"""Single flight: of several threads that need the same read, one makes it and the others wait for its answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class SingleFlightCache(Generic[K, T]):
    """A cache by key that is filled by single flight. A read that fails is not kept: the next caller reads again.

    Args:
        read: Reads the answer for a key.
        max_age: Seconds that an answer is kept, counted from the start of its read; None keeps it for ever.
        now: Seconds of a monotonic clock.
    """

    def __init__(
        self, read: Callable[[K], T], max_age: float | None = None, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._read = read
        self._max_age = max_age
        self._now = now
        self._answers: dict[K, tuple[float, T]] = {}
        self._locks: dict[K, threading.Lock] = {}

    def get(self, key: K, read: Callable[[K], T] | None = None) -> T:
        """The cached answer, else a new one, read by ``read`` where it is given."""
        with self._locks.setdefault(key, threading.Lock()):  # setdefault is atomic
            answer = self.peek(key)
            if answer is None:
                begun = self._now()
                answer = (read or self._read)(key)
                self._answers[key] = (begun, answer)
            return answer

    def peek(self, key: K) -> T | None:
        """The cached answer; None where there is none, or it is too old."""
        begun, answer = self._answers.get(key, (0.0, None))
        too_old = self._max_age is not None and self._now() - begun > self._max_age
        return None if too_old else answer


class Coalescer(Generic[K, T]):
    """Request coalescing by key: an answer is never older than the call, and one read serves all calls made before it.

    Calls made during a read share the next one, because the read under way may miss what they ask for.

    Args:
        read: Reads the answer for a key.
    """

    def __init__(self, read: Callable[[K], T]) -> None:
        self._read = read
        self._next: dict[K, Future[T]] = {}
        self._locks: dict[K, threading.Lock] = {}

    def get(self, key: K) -> T:
        """The answer of a read that begins after this call; if the read fails, all its callers get the error."""
        answer = self._next.setdefault(key, Future())
        with self._locks.setdefault(key, threading.Lock()):
            if not answer.done():  # then it is still the next one: only the thread that removes it, here, answers it
                del self._next[key]
                try:
                    answer.set_result(self._read(key))
                except BaseException as error:
                    answer.set_exception(error)
                    raise
        return answer.result()
