"""Retries: the retry table decides, this module waits and stops.

The wait is the one that the vendor asks for, else a random part of 1 s doubling to 30 s; half a second where nothing
listens on this machine. It is never shorter than the vendor asks for, and never ends after the deadline. An attempt
without a response of the vendor itself is repeated while the retry budget lasts.
"""

from __future__ import annotations

import itertools
import math
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from pulumi_messaging.api.announce import Announcer
from pulumi_messaging.api.circuit_breaker import SHORTEST, TOLD_EVERY, CircuitBreaker
from pulumi_messaging.api.clock import Clock
from pulumi_messaging.api.rate_limit_headers import HeaderThrottle
from pulumi_messaging.api.retry_table import Outcome, Row, Wait
from pulumi_messaging.api.throttle import SPREAD
from pulumi_messaging.errors import ApiError

BRIEF: Final = 0.5
FIRST: Final = 1.0
LONGEST: Final = 30.0
# Without it, "Retry-After: 0" would cause a tight loop.
SHORTEST_REQUESTED: Final = 1.0


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt, with the value read from the answer or an error."""

    verdict: Row
    result: Any = field(default=None, repr=False)
    error: ApiError | None = None
    requested: float | None = None  # the seconds that the vendor asks to wait


class Retries:
    """Repeats the attempts of one vendor's calls."""

    def __init__(self, clock: Clock, breaker: CircuitBreaker, throttle: HeaderThrottle, announcer: Announcer) -> None:
        self._clock = clock
        self._breaker = breaker
        self._throttle = throttle
        self._announcer = announcer

    def run(self, action: str, deadline: float, attempt: Callable[[int], Attempt]) -> Attempt:
        """Attempt until the retry table, the deadline or the retry budget stops it, and return the last attempt.

        Its error is unclear also where an earlier attempt may have been carried out.
        """
        announce_at, unclear = -math.inf, False
        made: Counter[int] = Counter()  # attempts by row: each kind of failure has a bound of its own
        for number in itertools.count(1):
            last = _attempted(partial(attempt, number), unclear=unclear)
            row = last.verdict
            # The attempt itself has tried a new token.
            if last.error is None or row.wait in {Wait.NONE, Wait.NEW_TOKEN}:
                break
            unclear = last.error.unclear
            made[id(row)] += 1
            wait, left = self._wait(last, number), deadline - self._clock.monotonic()
            if row.alive is False:
                wait, left = self._until_given_up(last, wait, left)
            if wait > left or made[id(row)] >= row.attempts or (row.alive is False and not self._breaker.budget.take()):
                break
            if self._clock.monotonic() >= announce_at:
                purpose = f"before the next attempt to {action} (giving up in {math.ceil(left)} s)"
                if self._announcer.waiting(wait, last.error.reason, purpose):
                    announce_at = math.inf if row.alive else self._clock.monotonic() + TOLD_EVERY
            self._clock.sleep(wait)
        return last

    def _until_given_up(self, last: Attempt, wait: float, left: float) -> tuple[float, float]:
        """The wait and the seconds left, where the vendor does not respond: a last request comes before it is given up.

        A wait that the vendor asked for is not shortened.
        """
        patience = self._breaker.patience()
        if patience >= left:
            return wait, left
        wait = max(0.0, min(wait, patience - SHORTEST)) if last.requested is None else wait
        if wait > patience or patience <= SHORTEST:
            self._breaker.give_up()
            return math.inf, patience
        return wait, patience

    def _wait(self, last: Attempt, number: int) -> float:
        if last.verdict.wait is Wait.SHORT:
            return BRIEF
        # Calls that fail at the same time back off together: the vendor is what they have in common.
        failures = max(number, self._breaker.failures)
        backoff = random.uniform(0, min(LONGEST, FIRST * 2.0 ** min(failures - 1, 10)))  # noqa: S311
        wait = backoff if last.requested is None else max(SHORTEST_REQUESTED, last.requested)
        if last.verdict.wait is Wait.RESET:
            self._throttle.close(wait)
        return backoff if last.requested is None else wait + random.uniform(0, SPREAD)  # noqa: S311


def _attempted(attempt: Callable[[], Attempt], *, unclear: bool) -> Attempt:
    """Make an attempt. Its error is unclear also where an earlier one was, but a delete that finds nothing is clear."""
    try:
        made = attempt()
    except ApiError as error:  # of another request that this one needed
        error.unclear = error.unclear or unclear
        raise
    if made.error is not None:
        made.error.unclear = (made.error.unclear or unclear) and made.verdict.outcome is not Outcome.DONE
    return made
