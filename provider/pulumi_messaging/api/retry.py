"""Makes a request again as its verdict says: ``outcomes`` decides, this module waits and stops.

The wait is what the vendor asks for, else a random part of 1 s doubling to 30 s. It is never shorter than told and
never ends after the deadline. What is no sign of life is repeated while the vendor's retry budget lasts (``health``).
"""

from __future__ import annotations

import math
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import tenacity

from pulumi_messaging.api.outcomes import Outcome, Wait
from pulumi_messaging.api.pace import SPREAD
from pulumi_messaging.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulumi_messaging.api.announce import Announcer
    from pulumi_messaging.api.clock import Clock
    from pulumi_messaging.api.gate import Gate
    from pulumi_messaging.api.health import Health
    from pulumi_messaging.api.outcomes import Row

FIRST: Final = 1.0
LONGEST: Final = 30.0
# A vendor that asks for no wait at all would be asked again without end.
SHORTEST_TOLD: Final = 1.0


@dataclass(frozen=True, slots=True)
class Attempt:
    """What one attempt came to: its verdict, and a result or an error.

    Attributes:
        verdict: The row of the table.
        result: What was read from the answer.
        error: What it is told as, where it failed.
        told: The seconds the vendor asks to wait.
    """

    verdict: Row
    result: Any = field(default=None, repr=False)
    error: ApiError | None = None
    told: float | None = None

    @property
    def again(self) -> bool:
        """Whether the request is made again; a new token was tried where the request was authenticated."""
        return self.verdict.wait not in {Wait.NONE, Wait.NEW_TOKEN}


class Retries:
    """Repeats the attempts of one vendor's calls."""

    def __init__(self, clock: Clock, health: Health, gate: Gate, announcer: Announcer) -> None:
        self._clock = clock
        self._health = health
        self._gate = gate
        self._announcer = announcer

    def run(self, action: str, deadline: float, attempt: Callable[[], Attempt]) -> Attempt:
        """Attempts until one is not to be repeated, or may not be any more.

        The error of the last one is unclear as well where an earlier one may have been carried out.
        """
        announced = unclear = False
        ends: Counter[int] = Counter()  # by row: what passes does not use up the patience with something else

        def once() -> Attempt:
            nonlocal unclear
            try:
                made = attempt()
            except ApiError as error:  # of another request that this one needed
                error.unclear = error.unclear or unclear
                raise
            if made.error is not None:
                unclear = made.error.unclear = unclear or made.error.unclear
                if made.verdict.outcome is Outcome.DONE:  # a delete made twice: what is gone is gone
                    made.error.unclear = False
            return made

        first = [once()]  # the usual case needs none of what follows
        if not first[0].again:
            return first[0]

        def stop(state: tenacity.RetryCallState) -> bool:
            verdict = _result(state).verdict
            ends[id(verdict)] += 1
            late = self._clock.monotonic() + state.upcoming_sleep > deadline
            if late or ends[id(verdict)] >= verdict.attempts:
                return True
            return verdict.alive is False and not self._health.retry()

        def before_sleep(state: tenacity.RetryCallState) -> None:
            nonlocal announced
            last = _result(state)
            if not announced and last.error is not None:
                left = math.ceil(deadline - self._clock.monotonic())
                purpose = f"before the next attempt to {action} (giving up in {left} s)"
                announced = self._announcer.waiting(state.upcoming_sleep, last.error.reason, purpose)

        return tenacity.Retrying(
            sleep=self._sleep,
            retry=lambda state: _result(state).again,
            wait=self._wait,
            stop=stop,
            before_sleep=before_sleep,
            retry_error_callback=_result,
        )(lambda: first.pop() if first else once())

    def _wait(self, state: tenacity.RetryCallState) -> float:
        last = _result(state)
        # Calls that fail at the same time back off together: what they have in common is the vendor.
        failures = max(state.attempt_number, self._health.failures)
        backoff = random.uniform(0, min(LONGEST, FIRST * 2.0 ** min(failures - 1, 10)))  # noqa: S311
        told = backoff if last.told is None else max(SHORTEST_TOLD, last.told)
        if last.verdict.wait is Wait.RESET:
            self._gate.close(told)
        return backoff if last.told is None else told + random.uniform(0, SPREAD)  # noqa: S311

    def _sleep(self, seconds: float) -> None:
        self._clock.sleep(seconds)


def _result(state: tenacity.RetryCallState) -> Attempt:
    assert state.outcome is not None
    result: Attempt = state.outcome.result()
    return result
