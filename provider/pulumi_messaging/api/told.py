"""What a vendor's headers say about time."""

from __future__ import annotations

import math
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

from pulumi_messaging.api.outcomes import Wait

if TYPE_CHECKING:
    import httpx

    from pulumi_messaging.api.clock import Clock

# Above this a reset is a moment, not a span: the vendor's two pages show one each.
EPOCH: Final = 1e9
# And above this one in milliseconds, or finer: as seconds it would be the year 5138.
FINER: Final = 1e11
# The longest window of a limit that is believed. Vendors count by the minute; what is further off is in another unit,
# by another clock, or about another limit, and it would hold up a whole run.
LONGEST_WINDOW: Final = 300.0


def told_wait(headers: httpx.Headers, wait: Wait, clock: Clock) -> float | None:
    """The seconds a vendor asks to wait, or None where it does not say or is not to be asked."""
    if wait not in {Wait.RETRY_AFTER, Wait.RESET}:
        return None
    now = vendors_now(headers, clock)
    told = seconds_told(headers.get("Retry-After", ""), now)
    if told is None and wait is Wait.RESET:
        told = reset_told(headers, clock)
        return None if told is None or told > LONGEST_WINDOW else told
    return told


def reset_told(headers: httpx.Headers, clock: Clock) -> float | None:
    """The seconds until the vendor counts anew, where it tells them; above ``LONGEST_WINDOW`` they are not trusted."""
    return seconds_told(headers.get("x-ratelimit-reset", ""), vendors_now(headers, clock))


def vendors_now(headers: httpx.Headers, clock: Clock) -> float:
    """Now by the vendor's clock where it tells it: a moment in its headers is one of that clock."""
    return moment(headers.get("Date", "")) or clock.now()


def moment(text: str) -> float | None:
    """An HTTP date as seconds since the epoch."""
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        return None


def seconds_told(text: str, now: float) -> float | None:
    """A span, a moment since the epoch, or an HTTP date, as seconds from now; None for anything else."""
    try:
        value = float(text)
    except ValueError:
        at = moment(text)
        return None if at is None else max(0.0, at - now)
    if not math.isfinite(value) or value < 0:
        return None
    while value > FINER:
        value /= 1000
    return max(0.0, value - now) if value > EPOCH else value
