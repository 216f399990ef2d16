"""When a request is repeated, and how long to wait before.

Repeated is only what is safe to repeat: a request that was not sent; a 429, which was not carried out; and, for calls
that give the same result when made twice, a lost answer and the vendors' passing failures. The wait is what the vendor
asks for (``Retry-After``, on a 429 also ``x-ratelimit-reset``), else 1 s doubling to 30 s with jitter.
"""

from __future__ import annotations

import math
import random
import sys
import threading
import time
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import tenacity

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from pulumi_messaging.api.transport import Attempt, Call

ATTEMPTS = 5
DEADLINE = 300.0
LONGEST = 30.0
ANNOUNCED = 3.0
# Above this a reset is a moment, not a span: the vendor's two pages show one each.
EPOCH = 1e9
# A vendor that asks for no wait at all would be asked again without end.
SHORTEST = 1.0
TOO_MANY = 429


@dataclass(frozen=True, slots=True)
class Clock:
    """Time, as the clients see it; a test gives its own."""

    now: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], object] = field(default=time.sleep)


def told_wait(response: httpx.Response, clock: Clock) -> float | None:
    """The seconds a vendor asks to wait, or None where it does not say."""
    now = moment(response.headers.get("Date", "")) or clock.now()
    wait = _seconds(response.headers.get("Retry-After", ""), now)
    if wait is None and response.status_code == TOO_MANY:
        wait = _seconds(response.headers.get("x-ratelimit-reset", ""), now)
    return wait


def moment(text: str) -> float | None:
    """An HTTP date as seconds since the epoch."""
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        return None


def _seconds(text: str, now: float) -> float | None:
    try:
        value = float(text)
    except ValueError:
        at = moment(text)
        return None if at is None else max(0.0, at - now)
    if not math.isfinite(value) or value < 0:
        return None
    return max(0.0, value - now) if value > EPOCH else value


class Retries:
    """Repeats attempts of one vendor's calls, and announces long waits once."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._announced_until = -math.inf
        self._lock = threading.Lock()
        self._backoff = tenacity.wait_exponential_jitter(initial=SHORTEST, max=LONGEST, jitter=1)

    def run(self, call: Call, attempt: Callable[[], Attempt]) -> Attempt:
        """Attempts until one is not worth repeating, the attempts are used up or the deadline would pass."""
        deadline = self._clock.monotonic() + DEADLINE
        announced = False

        def wait(state: tenacity.RetryCallState) -> float:
            told = _result(state).wait
            if told is None:
                return self._backoff(state)
            # Those who were told the same moment come back spread over a second.
            return max(SHORTEST, told) + random.uniform(0, 1)  # noqa: S311

        def stop(state: tenacity.RetryCallState) -> bool:
            used_up = state.attempt_number >= ATTEMPTS and _result(state).status != TOO_MANY
            return used_up or self._clock.monotonic() + state.upcoming_sleep > deadline

        def announce(state: tenacity.RetryCallState) -> None:
            nonlocal announced
            if state.upcoming_sleep > ANNOUNCED and not announced:
                announced = True
                self._announce(call, _result(state), state.upcoming_sleep)

        return tenacity.Retrying(
            sleep=self._sleep,
            retry=lambda state: _result(state).again,
            wait=wait,
            stop=stop,
            before_sleep=announce,
            retry_error_callback=_result,
        )(attempt)

    def _sleep(self, seconds: float) -> None:
        self._clock.sleep(seconds)

    def _announce(self, call: Call, last: Attempt, seconds: float) -> None:
        """One line on stderr, unless another call of this vendor just said that it waits as long."""
        now = self._clock.monotonic()
        with self._lock:
            if now + seconds <= self._announced_until + ANNOUNCED:
                return
            self._announced_until = now + seconds
        wait = f"waiting {math.ceil(seconds)} s before the next attempt to {call.action}"
        sys.stderr.write(f"pulumi-messaging: {last.reason}; {wait}\n")
        sys.stderr.flush()


def _result(state: tenacity.RetryCallState) -> Attempt:
    assert state.outcome is not None
    result: Attempt = state.outcome.result()
    return result
