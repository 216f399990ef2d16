"""Waves of creates: the creates that are under way at the same time share one look at the list after them.

The list after one wave is the list before the next one, so that a wave costs one list. A wave is as large as the number
of creates that the engine makes at once.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pulumi_messaging.reconcile.named.calls import AccountId
    from pulumi_messaging.reconcile.named.reads import Listed

# A provider process has four threads.
_AT_ONCE: Final = 4
# Seconds that a look waits for creates in flight, and for creates that are about to begin. It is real time: those
# creates go on in other threads.
_LONGEST: Final = 2.0
_QUIET: Final = 0.2


class Waves:
    """The waves of one process, for any thread.

    Args:
        request_list: Requests an account's list, and calls its second argument when the request may leave.
    """

    def __init__(self, request_list: Callable[[AccountId, Callable[[], None]], Listed]) -> None:
        self._request_list = request_list
        self._changed = threading.Condition()
        self._in_flight = 0
        self._moved = 0.0  # the last time that a create began or ended
        self._looks: dict[AccountId, Future[Listed]] = {}  # that have not left yet
        self._lookers: Counter[AccountId] = Counter()
        self._locks: dict[AccountId, threading.Lock] = {}

    @contextmanager
    def creating(self) -> Iterator[None]:
        """A create is in flight."""
        self._count(1)
        try:
            yield
        finally:
            self._count(-1)

    def look(self, account_id: AccountId) -> Listed:
        """The account's list, requested after this call; those who call before it leaves share it.

        Raises:
            ApiError: It cannot be read.
        """
        with self._changed:
            look = self._looks.setdefault(account_id, Future())
            self._lookers[account_id] += 1
            self._count(0)
        with self._locks.setdefault(account_id, threading.Lock()):  # setdefault is atomic
            if not look.done():  # then nobody has requested it
                try:
                    listed = self._request_list(account_id, lambda: self._leave(account_id, look))
                except BaseException as error:
                    self._close(account_id, look)
                    look.set_exception(error)
                    raise
                look.set_result(listed)
        return look.result()

    def _count(self, creates: int) -> None:
        with self._changed:  # reentrant
            self._in_flight += creates
            self._moved = time.monotonic()
            self._changed.notify_all()

    def _leave(self, account_id: AccountId, look: Future[Listed]) -> None:
        """Wait for the creates in flight, so that the list shows them too; then nobody joins any more."""
        until = time.monotonic() + _LONGEST
        with self._changed:
            while self._looks.get(account_id) is look and (wait := min(until - time.monotonic(), self._unready())) > 0:
                self._changed.wait(wait)
        self._close(account_id, look)

    def _unready(self) -> float:
        """The seconds after which the wave may be complete; 0 when it is."""
        if self._in_flight:
            return _LONGEST
        # A provider's process answers no call in its main thread: there, creates follow each other.
        if self._lookers.total() >= _AT_ONCE or threading.current_thread() is threading.main_thread():
            return 0.0
        return self._moved + _QUIET - time.monotonic()

    def _close(self, account_id: AccountId, look: Future[Listed]) -> None:
        with self._changed:
            if self._looks.get(account_id) is look:
                del self._looks[account_id], self._lookers[account_id]
