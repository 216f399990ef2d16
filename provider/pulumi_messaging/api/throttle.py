"""The throttle of a client: the vendor's rate-limit headers, then the account's requests a minute."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import Final

import httpx

from pulumi_messaging.api.announce import Announcer
from pulumi_messaging.api.clock import Clock
from pulumi_messaging.api.limiter import Limiter, TooLate, Turn
from pulumi_messaging.api.rate_limit_headers import HeaderThrottle
from pulumi_messaging.api.retry_table import Failure

# Jitter, in seconds, for waiters that share a moment.
SPREAD: Final = 1.0


@dataclass(eq=False, slots=True)
class NotSent(Exception):
    """A request was not sent."""

    failure: Failure
    reason: str


@dataclass(frozen=True, slots=True)
class Place:
    """A request that has passed the throttle, and the moment when it left."""

    endpoint: str
    turn: Turn | None
    left: float


class Throttle:
    """The throttle of one client.

    Args:
        vendor: As people write it.
        clock: Time; its ``sleep`` returns a true value when the client is closed.
        announcer: Announces waits.
        limiter: Limits the requests a minute; None: only the headers do.
        namespace: Of the account's configuration keys; "": the vendor's own.
    """

    def __init__(
        self, vendor: str, clock: Clock, announcer: Announcer, limiter: Limiter | None, namespace: str = ""
    ) -> None:
        self.by_headers = HeaderThrottle(clock, vendor)
        self._vendor = vendor
        self._namespace = namespace or vendor.lower()
        self._clock = clock
        self._announcer = announcer
        self._limiter = limiter

    def enter(self, endpoint: str, action: str, deadline: float) -> Place:
        """Wait until a request may leave; ``leave`` must follow.

        Raises:
            NotSent: It may not leave before the deadline, or the client was closed.
        """
        announced = False
        while wait := self.by_headers.enter(endpoint):
            wait += random.uniform(0, SPREAD)  # noqa: S311
            reason = f"{self._vendor} allows no more requests for the moment"
            announced = self._wait(wait, reason, deadline, "" if announced else f"to {action}") or announced
        try:
            return Place(endpoint, self._turn(action, deadline), self._clock.monotonic())
        except BaseException:
            self.by_headers.leave(endpoint, None)
            raise

    def leave(self, place: Place, headers: httpx.Headers | None) -> None:
        """End a request; ``headers`` are those of its answer, where there is one."""
        self.by_headers.leave(place.endpoint, headers, place.left)
        if self._limiter is not None and place.turn is not None:
            self._limiter.done(place.turn)

    def used(self) -> tuple[int, int] | None:
        """The requests of the last minute, and the limit for them; None without one."""
        return None if self._limiter is None else (self._limiter.used(), self._limiter.limit)

    def close(self) -> None:
        """Close the limiter's store."""
        if self._limiter is not None:
            self._limiter.close()

    def _turn(self, action: str, deadline: float) -> Turn | None:
        limiter = self._limiter
        if limiter is None:
            return None
        per_minute = f"{limiter.limit} requests a minute ({self._namespace}:requestsPerMinute)"
        reason = f"{self._vendor}'s {per_minute} are used"
        try:
            turn = limiter.ask(deadline)
            try:
                self._await_turn(limiter, turn, reason, f"to {action}", deadline)
            except BaseException:
                limiter.give_back(turn)
                raise
        except TooLate as late:
            raise self._too_late(late.seconds, reason) from None
        return turn

    def _await_turn(self, limiter: Limiter, turn: Turn, reason: str, purpose: str, deadline: float) -> None:
        if turn.ahead:
            purpose += f" ({turn.ahead} requests from this machine are queued ahead)"
        announced = False
        while wait := self.by_headers.closed() or (0.0 if turn.may_leave else limiter.leave(turn, deadline)):
            turn.may_leave = False  # the request leaves later than the store has recorded
            announced = self._wait(wait, reason, deadline, "" if announced else purpose) or announced

    def _wait(self, wait: float, reason: str, deadline: float, purpose: str) -> bool:
        """Wait. Returns True if the wait has a purpose and is long: it has been announced."""
        if self._clock.monotonic() + wait > deadline:
            raise self._too_late(wait, reason)
        announced = purpose != "" and self._announcer.waiting(wait, reason, purpose)
        if self._clock.sleep(wait):
            raise NotSent(Failure.INTERRUPTED, "interrupted")
        return announced

    def _too_late(self, seconds: float, reason: str) -> NotSent:
        after = f"{reason} for {math.ceil(seconds)} s, longer than {self._namespace}:timeoutSeconds leaves"
        return NotSent(Failure.NO_TURN, after)
