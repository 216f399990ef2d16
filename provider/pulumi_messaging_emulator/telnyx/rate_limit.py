"""Telnyx's rate limit: requests in the minute that begins with the first one, kept in the store."""

from __future__ import annotations

import math
from http import HTTPStatus

from pulumi_messaging_emulator.store import Transaction
from pulumi_messaging_emulator.wire import Call, Refusal, Settings

_MINUTE = 60.0


def count_request(call: Call) -> None:
    """Count this request, or refuse it with 429; a refused request is not counted."""
    limit, name = call.settings["telnyxRequestsPerMinute"], call.operation.name
    if not limit:
        return
    used, end = _window(call.tx, name, call.settings, call.now)
    if used >= limit:
        wait = {"Retry-After": str(max(1, math.ceil(end - call.now)))} if call.settings["telnyxRetryAfter"] else {}
        raise Refusal(HTTPStatus.TOO_MANY_REQUESTS, "Too many requests.", "10011", headers=wait)
    row = (_bucket(name, call.settings), end - _MINUTE, used + 1)
    call.tx.run("INSERT OR REPLACE INTO windows VALUES (?, ?, ?)", row)


def rate_headers(tx: Transaction, operation: str | None, settings: Settings, now: float) -> dict[str, str]:
    """The rate-limit headers, which every answer has."""
    limit = settings["telnyxRequestsPerMinute"]
    if not settings["telnyxRateHeaders"] or not limit:
        return {}
    used, end = _window(tx, operation, settings, now)
    # Seconds to wait on one vendor page, a time on another.
    reset = math.ceil(end if settings["telnyxResetAsEpoch"] else max(1.0, end - now))
    return {
        "x-ratelimit-limit": str(limit),
        "x-ratelimit-remaining": str(max(0, limit - used)),
        "x-ratelimit-reset": str(reset),
    }


def _window(tx: Transaction, operation: str | None, settings: Settings, now: float) -> tuple[int, float]:
    """The number of requests in the current minute, and the end of that minute."""
    row = tx.run("SELECT start, used FROM windows WHERE bucket = ?", (_bucket(operation, settings),)).fetchone()
    start, used = row if row and 0 <= now - row[0] < _MINUTE else (now, 0)
    return used, start + _MINUTE


def _bucket(operation: str | None, settings: Settings) -> str:
    return f"telnyx {operation if settings['telnyxLimitPerEndpoint'] else ''}"
