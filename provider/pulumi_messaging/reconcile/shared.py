"""Reads that several threads want at once: the first one asks, the others wait for the same answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class Shared(Generic[K, T]):
    """Answers by key, each read once and kept for ``seconds`` (None: for the life of the process).

    A read that fails is not kept: the next caller asks again.
    """

    def __init__(self, read: Callable[[K], T], seconds: float | None = None) -> None:
        self._read = read
        self._seconds = seconds
        self._lock = threading.Lock()
        self._kept: dict[K, tuple[float, T]] = {}
        self._key_locks: dict[K, threading.Lock] = {}

    def get(self, key: K) -> T:
        """The answer for ``key``, read now or a moment ago by another thread."""
        with self._lock:
            key_lock = self._key_locks.setdefault(key, threading.Lock())
        with key_lock:
            kept = self._kept.get(key)
            if kept is None or (self._seconds is not None and time.monotonic() - kept[0] > self._seconds):
                kept = self._kept[key] = (time.monotonic(), self._read(key))
            return kept[1]
