"""Look-ups of existing objects by a preview: shared, bounded in time, and only advice.

A preview reads what an `up` would take over, and says what that would overwrite. It never writes, claims nothing, and
its reads are its own: the lists that later operations of the process use are not touched. A look-up that fails is a
warning, because the `up` reads again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from pulumi_messaging.errors import (
    AccessDenied,
    ApiError,
    ConfigurationError,
    MessagingError,
    Problem,
    RateLimited,
)
from pulumi_messaging.reconcile.plan import Plan
from pulumi_messaging.reconcile.takeover import COUNTED, ONE_BY_ONE, TakeOverLines, refusal

if TYPE_CHECKING:
    from pulumi_messaging.api.clock import Clock
    from pulumi_messaging.api.transport import HttpApi
    from pulumi_messaging.core.diff import Change

# Seconds that all look-ups of a preview together may wait.
SECONDS: Final = 20.0
_REFUSALS: Final = range(400, 500)  # of one object; the vendor answers


class Budget:
    """Seconds that pass while at least one look-up is under way, for any thread."""

    def __init__(self, seconds: float) -> None:
        self._lock = threading.Lock()
        self._left = seconds
        self._begun = 0.0
        self._under_way = 0

    def used_up(self, clock: Clock) -> bool:
        """Whether no time is left."""
        with self._lock:
            return self._left - (clock.monotonic() - self._begun if self._under_way else 0.0) <= 0

    @property
    def latest(self) -> float:
        """The moment of the clock's ``monotonic`` at which the look-ups under way must end."""
        return self._begun + self._left

    @contextmanager
    def spending(self, clock: Clock) -> Iterator[None]:
        """Count the time of the block."""
        with self._lock:
            if not self._under_way:
                self._begun = clock.monotonic()
            self._under_way += 1
        try:
            yield
        finally:
            with self._lock:
                self._under_way -= 1
                if not self._under_way:
                    self._left -= clock.monotonic() - self._begun


class LookUps:
    """What the look-ups of one preview have in common, for any thread: time, lines, and what could not be looked at.

    Args:
        say: Writes one line for the user. No line is said twice.

    Attributes:
        lines: Says what an `up` will do.
        plan: Has it for the command line.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._lock = threading.Lock()
        self._said: set[str] = set()
        self._budget = Budget(SECONDS)
        self._given_up: set[HttpApi] = set()
        self._warnings = 0
        self._skipped = 0
        self.lines = TakeOverLines(self.say)
        self.plan = Plan()

    def say(self, line: str, what: str = "") -> None:
        """Say a line, unless it, or another line of the same ``what``, has been said."""
        with self._lock:
            new = (what or line) not in self._said
            self._said.add(what or line)
        if new:
            self._say(line)

    def warn(self, line: str) -> None:
        """Say why one object could not be looked up; after the first ones there is only a count."""
        self.plan.unsure(line)
        with self._lock:
            self._warnings += 1
            told = self._warnings <= ONE_BY_ONE
        if told:
            self.say(line)
        else:
            self._skip("they failed like those above")

    def unavailable(
        self, error: ConfigurationError, effect: str = "existing objects are not looked up before `pulumi up`"
    ) -> None:
        """Say that settings are missing or wrong, once for each vendor, with the first effect of it."""
        self.plan.unsure(error.short)
        self.say(f"{effect}: {error.short}", error.short)

    def latest(self) -> float:
        """The moment at which the requests of the look-ups under way must end."""
        return self._budget.latest

    def attempt(self, client: HttpApi, look: Callable[[], Iterable[Problem]]) -> tuple[Problem, ...]:
        """Look, and return why a take-over is impossible. A failure is a line; if it is the account's, the last one."""
        if client in self._given_up:
            self._skip("the look-up above failed")
        elif self._budget.used_up(client.clock):
            self._skip(f"a preview waits {SECONDS:.0f} s in all")
        else:
            with self._budget.spending(client.clock):
                try:
                    return tuple(look())
                except MessagingError as error:
                    self._fail(client, error)
        return ()

    def take_over(
        self,
        named: str,
        overwritten: Iterable[str],
        setting: str,
        changes: Collection[Change],
        each: Mapping[str, Collection[Change]] | None = None,
    ) -> Iterator[Problem]:
        """Say in a line each what a take-over will overwrite; yields the reason where ``setting`` forbids it.

        ``each`` has the changes by object, where these are several.
        """
        for name, own in {named: changes}.items() if each is None else each.items():
            self.plan.sends(name, own)
        reason = refusal(setting, named, changes)
        for text in overwritten:
            if reason:
                self.say(f"{named} is not as declared: {text}")
            elif setting and text:  # a value that is not known yet
                self.say(f"{named}: `pulumi up` compares {text}")
            else:
                self.lines.preview(named, text)
        if reason:
            yield Problem("", reason)

    def _fail(self, client: HttpApi, error: MessagingError) -> None:
        refused = isinstance(error, ApiError) and error.refuses(_REFUSALS)
        if refused and not isinstance(error, AccessDenied | RateLimited):
            self.warn(f"could not look at an existing object before `pulumi up`: {error}")
            return
        self.plan.unsure(str(error))
        with self._lock:
            first = client not in self._given_up
            self._given_up.add(client)
        if first:
            self.say(f"could not look at existing objects before `pulumi up`: {error}")
        else:
            self._skip("the look-up above failed")

    def _skip(self, reason: str) -> None:
        self.plan.unsure(f"it was not looked at: {reason}")
        with self._lock:
            self._skipped += 1
            skipped = self._skipped
        if skipped in (1, ONE_BY_ONE, *COUNTED):
            self.say(f"could not look at {skipped} more before `pulumi up` so far: {reason}")
