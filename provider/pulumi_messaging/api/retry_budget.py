"""The retry budget of one vendor: it bounds the extra load that retries put on a vendor in trouble."""

from __future__ import annotations

import threading
from typing import Final

ALLOWANCE: Final = 10


class RetryBudget:
    """Ten retries, common to all calls of a client: each retry takes one, each answer of the vendor gives one back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._left = ALLOWANCE

    @property
    def empty(self) -> bool:
        """Whether no retry is left."""
        return self._left == 0

    def refill(self) -> None:
        """Give one retry back."""
        with self._lock:
            self._left = min(ALLOWANCE, self._left + 1)

    def take(self) -> bool:
        """Take a retry; False where none is left."""
        with self._lock:
            if not self._left:
                return False
            self._left -= 1
            return True
