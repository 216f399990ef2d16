"""Counters of rate limits, kept in the store: the processes of one store share one limit, as they share an account."""

from __future__ import annotations

import math

from pulumi_messaging_emulator.store import Transaction

MINUTE = 60.0


def rolling(tx: Transaction, bucket: str, limit: int, now: float) -> int:
    """Count a request in a rolling minute: 0, or the seconds to wait. A refused request is not counted."""
    tx.run("DELETE FROM hits WHERE bucket = ? AND at <= ?", (bucket, now - MINUTE))
    used, oldest = tx.run("SELECT COUNT(*), MIN(at) FROM hits WHERE bucket = ?", (bucket,)).fetchone()
    if used >= limit:
        return max(1, math.ceil(float(oldest) + MINUTE - now))
    tx.run("INSERT INTO hits VALUES (?, ?)", (bucket, now))
    return 0


def fixed(tx: Transaction, bucket: str, now: float, *, count: bool) -> tuple[int, float]:
    """The requests in the minute that began with its first request, and the end of that minute."""
    row = tx.run("SELECT start, used FROM windows WHERE bucket = ?", (bucket,)).fetchone()
    start, used = row if row and 0 <= now - row[0] < MINUTE else (now, 0)
    if count:
        used += 1
        tx.run("INSERT OR REPLACE INTO windows VALUES (?, ?, ?)", (bucket, start, used))
    return used, start + MINUTE
