"""Times in a vendor's headers: ``Retry-After``, ``x-ratelimit-reset``, ``Date``."""

from __future__ import annotations

import math
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Final

import httpx

from pulumi_messaging.api.clock import Clock
from pulumi_messaging.api.retry_table import Wait

# Above this a reset is a moment, not a span: the vendor's two pages show one each.
EPOCH: Final = 1e9
# And above this one in milliseconds, or finer: as seconds it would be the year 5138.
FINER: Final = 1e11
# The longest window of a limit that is believed. Vendors count by the minute. A later reset is in another unit, by
# another clock, or about another limit, and waiting for it would hold up a whole run.
LONGEST_WINDOW: Final = 300.0


def requested_wait(headers: httpx.Headers, wait: Wait, clock: Clock) -> float | None:
    """The seconds that the vendor asks to wait; None where it does not say, or ``wait`` does not look at headers."""
    if wait not in {Wait.RETRY_AFTER, Wait.RESET}:
        return None
    seconds = _seconds(headers.get("Retry-After", ""), vendor_now(headers, clock))
    if seconds is None and wait is Wait.RESET:
        seconds = until_reset(headers, clock)
        return None if seconds is None or seconds > LONGEST_WINDOW else seconds
    return seconds


def until_reset(headers: httpx.Headers, clock: Clock) -> float | None:
    """The seconds until the vendor counts anew, where it says so; more than ``LONGEST_WINDOW`` is not to be trusted."""
    return _seconds(headers.get("x-ratelimit-reset", ""), vendor_now(headers, clock))


def vendor_now(headers: httpx.Headers, clock: Clock) -> float:
    """Now by the vendor's clock (``Date``), else by ours: moments in its headers are those of its clock."""
    return _http_date(headers.get("Date", "")) or clock.now()


def _http_date(text: str) -> float | None:
    """An HTTP date, in any of its three spellings, as seconds since the epoch; without a zone it is GMT.

    https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7
    """
    try:
        date = parsedate_to_datetime(text)
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def _seconds(text: str, now: float) -> float | None:
    """A span, a moment since the epoch, or an HTTP date, as seconds from now; None for anything else."""
    try:
        value = float(text)
    except ValueError:
        at = _http_date(text)
        return None if at is None else max(0.0, at - now)
    if not math.isfinite(value) or value < 0:
        return None
    while value > FINER:
        value /= 1000
    return max(0.0, value - now) if value > EPOCH else value
