"""Rate windows, kept in the store: several processes on one store share one limit, as they share an account."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pulumi_messaging.emulator.store import Transaction

MINUTE = 60.0


def rolling(tx: Transaction, bucket: str, limit: int, now: float) -> int:
    """Counts a request in any 60 seconds; answers 0, or the seconds to wait when it is one too many.

    A refused request does not count.
    """
    tx.run("DELETE FROM hits WHERE bucket = ? AND at <= ?", (bucket, now - MINUTE))
    used, oldest = tx.run("SELECT COUNT(*), MIN(at) FROM hits WHERE bucket = ?", (bucket,)).fetchone()
    if used >= limit:
        return max(1, math.ceil(float(oldest) + MINUTE - now))
    tx.run("INSERT INTO hits VALUES (?, ?)", (bucket, now))
    return 0


def fixed(tx: Transaction, bucket: str, now: float, *, count: bool) -> tuple[int, float]:
    """Counts a request in the minute that its first request began; answers what is used, and when the minute ends."""
    row = tx.run("SELECT start, used FROM windows WHERE bucket = ?", (bucket,)).fetchone()
    start, used = row if row and 0 <= now - row[0] < MINUTE else (now, 0)
    if count:
        used += 1
        tx.run("INSERT OR REPLACE INTO windows VALUES (?, ?, ?)", (bucket, start, used))
    return used, start + MINUTE
