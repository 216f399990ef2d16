"""So many requests in any minute, for all threads and all processes of a user on this machine.

The store is one SQLite table of requests, in the order in which they asked. A request leaves when the one that is
``limit`` places before it, and all before that one, are a window old; it reserves that moment when it asks, so that
turns come in order, whoever asks. A row's time is first the moment planned, then the moment of leaving, and at last the
moment of the answer: the vendor has counted the request by then, however long it was on its way. An answer within half
the margin that is added to each window need not be noted. So the vendor never sees more than ``limit`` requests in a
window, and a process that is killed costs no more than the turns it reserved.

Each step is one statement or one ``BEGIN IMMEDIATE`` transaction, which SQLite makes atomic between processes and
undoes when a process is killed in it. Times are those of ``CLOCK_MONOTONIC``, which all processes share since boot and
nobody can set. There is no secret in the store: an account is the hash of its host and its key.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pulumi_messaging.api.limiter_store import Store

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from pulumi_messaging.api.clock import Clock

MINUTE: Final = 60.0
# A killed process leaves the moment of leaving behind; this is how much later its request may have arrived. An answer
# that is not noted leaves half of it, for a vendor's clock that does not run as ours does.
MARGIN: Final = 0.5
# A moment planned further ahead than this is not one of ours: a restored file, or a machine without a boot id.
HORIZON: Final = 86_400.0
FORGOTTEN: Final = 86_400.0
BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")

FORGET_OTHERS: Final = """
DELETE FROM requests WHERE CASE WHEN boot = :boot THEN at < :now - :forgotten ELSE wall < :wall - :forgotten END
"""
# With each eighth turn twice as many as came since: a long table gets shorter, and costs no more than a short one.
# The last row stays: the next number follows it.
FORGET_EACH: Final = 8
FORGET_OLD: Final = """
DELETE FROM requests WHERE account = :account AND boot = :boot AND (at < :old OR at > :horizon) AND number IN (
    SELECT number FROM requests WHERE account = :account AND boot = :boot AND number < :last ORDER BY number LIMIT 16
)
"""
LAST: Final = "SELECT max(number) FROM requests WHERE account = :account AND boot = :boot"
LATEST: Final = """
SELECT max(at) FROM requests WHERE account = :account AND boot = :boot AND number <= :number AND at < :horizon
"""
AHEAD: Final = """
SELECT count(*) FROM requests WHERE account = :account AND boot = :boot AND number < :number AND at > :now
"""
ADD: Final = "INSERT INTO requests (account, boot, number, at, wall) VALUES (:account, :boot, :number, :at, :wall)"
READ: Final = "SELECT at FROM requests WHERE account = :account AND boot = :boot AND number = :number"
MOVE: Final = "UPDATE requests SET at = :at WHERE account = :account AND boot = :boot AND number = :number"
REMOVE: Final = "DELETE FROM requests WHERE account = :account AND boot = :boot AND number = :number"


def account_of(*parts: str) -> str:
    """What an account is called in the store."""
    return sha256("\n".join(parts).encode()).hexdigest()[:32]


@dataclass(slots=True)
class Turn:
    """A request's place in the order; ``ahead`` counts those before it that had not left when it asked.

    ``come`` is true where there were none: the request may leave at once, without asking again. ``at`` is the time of
    its row.
    """

    number: int
    ahead: int = 0
    come: bool = False
    at: float = 0.0


class TooLate(Exception):
    """The turn would come after the deadline; ``seconds`` from now."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds


class Limiter:
    """The limit of one account.

    Args:
        limit: Requests in a window.
        account: Its name in the store: ``account_of``.
        folder: Where the store is; None for a machine that has no place for it.
        say: Tells the user one line, here that the limit is kept for this process only.
        clock: Time, the same for all processes that share the store.
        window: In seconds.
        margin: Added to the window.
    """

    def __init__(
        self,
        limit: int,
        account: str,
        folder: Path | None,
        say: Callable[[str], object],
        clock: Clock,
        *,
        window: float = MINUTE,
        margin: float = MARGIN,
    ) -> None:
        self.limit = limit
        self._window = window + margin
        self._unnoted = margin / 2
        self._clock = clock
        self._key = {"account": account, "boot": _boot()}
        self._store = Store(folder, say, self._forget_others)

    def close(self) -> None:
        """Close the store."""
        self._store.close()

    def ask(self, deadline: float) -> Turn:
        """Reserve a turn.

        Raises:
            TooLate: It would come after the deadline; nothing is reserved.
        """

        def step(store: sqlite3.Connection) -> Turn:
            now = self._clock.monotonic()
            turn = Turn(self._next(store))
            if turn.number % FORGET_EACH == 0:
                self._run(store, FORGET_OLD, last=turn.number - 1, old=now - self._window, horizon=now + HORIZON)
            due = self._due(store, turn, now)
            if due > deadline:
                raise TooLate(due - now)
            turn.come = due <= now
            if not turn.come:
                turn.ahead = int(self._one(store, AHEAD, number=turn.number, now=now) or 0)
            turn.at = due
            self._run(store, ADD, number=turn.number, at=due, wall=time.time())
            return turn

        return self._store.run(step)

    def leave(self, turn: Turn, deadline: float) -> float:
        """0 when the request leaves now; else the seconds after which to ask again.

        Raises:
            TooLate: The turn would come after the deadline.
        """

        def step(store: sqlite3.Connection) -> float:
            now = self._clock.monotonic()
            planned = self._one(store, READ, number=turn.number)
            if planned is None or planned < now - self._window:
                # Slept through its turn by a whole window, as a stopped process does: others have taken it for over.
                turn.number = self._next(store)
                self._run(store, ADD, number=turn.number, at=now, wall=time.time())
            due = self._due(store, turn, now)
            if due > deadline:
                raise TooLate(due - now)
            turn.at = due
            self._run(store, MOVE, number=turn.number, at=due)
            return due - now

        return self._store.run(step)

    def done(self, turn: Turn) -> None:
        """The request is over: the vendor has counted it by now."""
        now = self._clock.monotonic()
        if now > turn.at + self._unnoted:
            self._store.change(MOVE, {**self._key, "number": turn.number, "at": now})

    def give_back(self, turn: Turn) -> None:
        """The request is not made."""
        self._store.change(REMOVE, {**self._key, "number": turn.number})

    def _next(self, store: sqlite3.Connection) -> int:
        return int(self._one(store, LAST) or 0) + 1

    def _due(self, store: sqlite3.Connection, turn: Turn, now: float) -> float:
        """When a turn comes."""
        latest = self._one(store, LATEST, number=turn.number - self.limit, horizon=now + HORIZON)
        return now if latest is None else max(now, latest + self._window)

    def _forget_others(self, store: sqlite3.Connection) -> None:
        """What former boots and accounts no longer in use have left behind."""
        self._run(store, FORGET_OTHERS, now=self._clock.monotonic(), wall=time.time(), forgotten=FORGOTTEN)

    def _run(self, store: sqlite3.Connection, query: str, **values: float) -> None:
        store.execute(query, {**self._key, **values})

    def _one(self, store: sqlite3.Connection, query: str, **values: float) -> float | None:
        row = store.execute(query, {**self._key, **values}).fetchone()
        value: float | None = row[0] if row else None
        return value


def _boot() -> str:
    """What tells this boot from the last one; where the system has no such id, implausible times are ignored."""
    try:
        return BOOT_ID.read_text().strip()
    except OSError:
        return ""
