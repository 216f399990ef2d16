"""Limits on the use of a vendor's list, the same for named objects and numbers."""

from __future__ import annotations

from itertools import count
from typing import Final

# Seconds that a list is used: long enough for the reads of one run, too short for an update an hour later. The former
# values that a create records are no older either.
MAX_AGE: Final = 60.0
# Share of the caller's time limit that a list request may use before a single read replaces it: enough to wait for the
# next minute of a rate limit, too little to open the circuit breaker.
DEADLINE_SHARE: Final = 0.25
# Seconds without a further list request after one failed, retries included.
COOLDOWN: Final = 300.0


class WriteOrder:
    """The order of reads and writes in this process, independent of the clock's resolution; for any thread.

    A list proves nothing about an object that we wrote after the list was requested.
    """

    def __init__(self) -> None:
        self._moments = count(1)
        self._written: dict[str, int] = {}

    def begin(self) -> int:
        """The moment at which a read begins."""
        return next(self._moments)

    def wrote(self, name: str) -> None:
        """Record the end of a write, or of an attempt to write, of the object with this name."""
        self._written[name] = next(self._moments)

    def unchanged(self, begun: int, *names: str) -> bool:
        """Whether no write of the object with these names ended since a read began."""
        return all(self._written.get(name, 0) < begun for name in names)
