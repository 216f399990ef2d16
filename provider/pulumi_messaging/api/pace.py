"""When a request may leave: not while the vendor's own limits or the account's requests a minute are used up."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pulumi_messaging.api.gate import Gate
from pulumi_messaging.api.limiter import TooLate
from pulumi_messaging.api.outcomes import Failure

if TYPE_CHECKING:
    import httpx

    from pulumi_messaging.api.announce import Announcer
    from pulumi_messaging.api.clock import Clock
    from pulumi_messaging.api.limiter import Limiter, Turn

# Those who wait for the same moment come spread over a second.
SPREAD: Final = 1.0


class NotMade(Exception):
    """The request was not sent; ``failure`` and ``reason`` say why."""

    def __init__(self, failure: Failure, reason: str) -> None:
        super().__init__()
        self.failure = failure
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Place:
    """A request's place in both orders, and the moment when it left."""

    endpoint: str
    turn: Turn | None
    left: float


class Pace:
    """What all requests of one client pass through.

    Args:
        vendor: As people write it.
        clock: Time; its sleep tells when it was interrupted.
        announcer: Tells of long waits.
        limiter: Requests a minute, where they are limited beforehand.
    """

    def __init__(self, vendor: str, clock: Clock, announcer: Announcer, limiter: Limiter | None) -> None:
        self.gate = Gate(clock, vendor)
        self._vendor = vendor
        self._clock = clock
        self._announcer = announcer
        self._limiter = limiter

    def enter(self, endpoint: str, action: str, deadline: float) -> Place:
        """Wait until a request may leave; ``over`` must follow.

        Raises:
            NotMade: It may not before the deadline, or the client was closed.
        """
        told = False
        while wait := self.gate.enter(endpoint):
            wait += random.uniform(0, SPREAD)  # noqa: S311
            reason = f"{self._vendor} allows no more requests for the moment"
            self._check(wait, reason, deadline)
            told = told or self._announcer.waiting(wait, reason, f"to {action}")
            self._sleep(wait)
        try:
            return Place(endpoint, self._turn(action, deadline), self._clock.monotonic())
        except BaseException:
            self.gate.leave(endpoint, None)
            raise

    def over(self, place: Place, headers: httpx.Headers | None) -> None:
        """The request is over; ``headers`` are those of its answer, where there is one."""
        self.gate.leave(place.endpoint, headers, self._clock.monotonic() - place.left)
        if self._limiter is not None and place.turn is not None:
            self._limiter.done(place.turn)

    def close(self) -> None:
        """Close the limiter's store."""
        if self._limiter is not None:
            self._limiter.close()

    def _turn(self, action: str, deadline: float) -> Turn | None:
        limiter = self._limiter
        if limiter is None:
            return None
        reason = (
            f"{self._vendor}'s {limiter.limit} requests a minute ({self._vendor.lower()}:requestsPerMinute) are used"
        )
        try:
            turn = limiter.ask(deadline)
        except TooLate as late:
            raise self._too_late(late.seconds, reason) from None
        before = f" ({turn.ahead} requests of this machine are before it)" if turn.ahead else ""
        told = False
        try:
            while wait := self.gate.closed() or (0.0 if turn.come else limiter.leave(turn, deadline)):
                turn.come = False  # it has not left at the moment that the store has of it
                self._check(wait, reason, deadline)
                told = told or self._announcer.waiting(wait, reason, f"to {action}{before}")
                self._sleep(wait)
        except TooLate as late:
            limiter.give_back(turn)
            raise self._too_late(late.seconds, reason) from None
        except BaseException:
            limiter.give_back(turn)
            raise
        return turn

    def _check(self, wait: float, reason: str, deadline: float) -> None:
        if self._clock.monotonic() + wait > deadline:
            raise self._too_late(wait, reason)

    def _too_late(self, seconds: float, reason: str) -> NotMade:
        after = f"{reason} for {math.ceil(seconds)} s, longer than {self._vendor.lower()}:timeoutSeconds leaves"
        return NotMade(Failure.NO_TURN, after)

    def _sleep(self, seconds: float) -> None:
        if self._clock.sleep(seconds):
            raise NotMade(Failure.INTERRUPTED, "interrupted")
