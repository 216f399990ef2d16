"""The rate limiter: a number of requests in any minute, for all threads and processes of a user on this machine.

The store is one SQLite table of requests, in the order in which they asked. A request leaves when the request that is
``limit`` places before it, and all earlier ones, are a window old; it reserves that moment when it asks, so that turns
come in order. A row's time is first the planned moment, then the moment of leaving, and at last the moment of the
answer, when the vendor has certainly counted the request. So the vendor never sees more than ``limit`` requests in a
window, and a killed process costs no more than the turns it reserved.

Each step is one transaction, which SQLite makes atomic between processes and undoes when a process is killed in it.
Times are those of ``CLOCK_MONOTONIC``, which all processes share, and which setting the time of day does not move. The
store holds no secret: an account is the hash of its host and its key.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pulumi_messaging.api.clock import Clock
from pulumi_messaging.api.limiter_store import Store
from pulumi_messaging.settings import TIMEOUT_SECONDS

if TYPE_CHECKING:
    import sqlite3

MINUTE: Final = 60.0
# Seconds added to the window. A request may arrive up to half of this later than its row says, because an answer that
# comes so soon is not recorded; the other half covers the difference between the vendor's clock and ours. The
# request of a killed process, which records no answer, may arrive all of this later.
MARGIN: Final = 0.5
# Rows of other boots and of accounts out of use are kept for this long.
DAY: Final = 86_400.0
# A larger number is no row of ours; SQLite could not store the next one.
MOST_NUMBERS: Final = 2**53
BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS requests (
    account TEXT NOT NULL, boot TEXT NOT NULL, number INTEGER NOT NULL, at REAL NOT NULL, wall REAL NOT NULL,
    PRIMARY KEY (account, boot, number)
) WITHOUT ROWID
"""
FORGET_OTHERS: Final = """
DELETE FROM requests WHERE CASE WHEN boot = :boot THEN at < :now - :forgotten ELSE wall < :wall - :forgotten END
"""
# Deletes rows before the one that decides when the request leaves. The last row stays: the next number follows it.
FORGET_OLD: Final = """
DELETE FROM requests WHERE account = :account AND boot = :boot AND number < :number AND (at < :old OR at > :horizon)
"""
LAST: Final = "SELECT max(number) FROM requests WHERE account = :account AND boot = :boot AND number < :most"
LATEST: Final = """
SELECT max(at) FROM requests WHERE account = :account AND boot = :boot AND number <= :number AND at < :horizon
"""
AHEAD: Final = """
SELECT count(*) FROM requests
WHERE account = :account AND boot = :boot AND number < :number AND at > :now AND at < :horizon
"""
USED: Final = "SELECT count(*) FROM requests WHERE account = :account AND boot = :boot AND at > :old AND at <= :now"
BRING_BACK: Final = """
UPDATE requests SET at = :explained WHERE account = :account AND boot = :boot AND number <= :number AND at > :explained
"""
ADD: Final = "INSERT INTO requests (account, boot, number, at, wall) VALUES (:account, :boot, :number, :at, :wall)"
READ: Final = "SELECT at FROM requests WHERE account = :account AND boot = :boot AND number = :number"
MOVE: Final = "UPDATE requests SET at = :at WHERE account = :account AND boot = :boot AND number = :number"
REMOVE: Final = "DELETE FROM requests WHERE account = :account AND boot = :boot AND number = :number"


def account_of(*parts: str) -> str:
    """The name of an account in the store: a hash."""
    return sha256("\n".join(parts).encode()).hexdigest()[:32]


@dataclass(slots=True)
class Turn:
    """A request's place in the order."""

    number: int  # in the store
    ahead: int = 0  # the requests before it that had not left when it asked
    may_leave: bool = False  # at once, without asking again
    at: float = 0.0  # the time of its row


@dataclass(eq=False, slots=True)
class TooLate(Exception):
    """The turn would come after the deadline, ``seconds`` from now."""

    seconds: float


class Limiter:
    """The limit of one account.

    Args:
        limit: Requests in a window.
        account: Its name in the store, from ``account_of``.
        folder: The folder of the store; None for a machine that has no place for it.
        say: Shows the user one line, if the limit can only be kept for this process.
        clock: Time, the same for all processes that share the store.
        longest: In seconds, of an operation. No request plans its turn further ahead, so no such row is believed: the
            machine has no boot id or its file was restored.
        window: In seconds.
        margin: In seconds, added to the window.
    """

    def __init__(
        self,
        limit: int,
        account: str,
        folder: Path | None,
        say: Callable[[str], object],
        clock: Clock,
        *,
        longest: float = TIMEOUT_SECONDS,
        window: float = MINUTE,
        margin: float = MARGIN,
    ) -> None:
        self.limit = limit
        self._window = window + margin
        self._longest = longest
        self._unnoted = margin / 2
        self._clock = clock
        self._key = {"account": account, "boot": _boot()}
        self._store = Store(folder, say, self._opened)

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
            first = turn.number - self.limit
            self._run(store, FORGET_OLD, number=first, old=now - self._window, horizon=now + self._longest)
            due = self._due(store, turn, now)
            if due > deadline:
                raise TooLate(due - now)
            turn.at, turn.may_leave = due, due <= now
            turn.ahead = 0 if turn.may_leave else self._ahead(store, turn, now)
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
                # A suspended process asks a whole window too late: other processes may have used the turn.
                turn.number = self._next(store)
                self._run(store, ADD, number=turn.number, at=now, wall=time.time())
            due = self._due(store, turn, now)
            if due > deadline:
                raise TooLate(due - now)
            turn.at = due
            self._run(store, MOVE, number=turn.number, at=due)
            return due - now

        return self._store.run(step)

    def used(self) -> int:
        """The requests that count in the window that ends now, of all processes of this machine."""
        now = self._clock.monotonic()
        return self._store.run(lambda store: int(self._one(store, USED, old=now - self._window, now=now) or 0))

    def done(self, turn: Turn) -> None:
        """End a request: the vendor has counted it by now."""
        now = self._clock.monotonic()
        if now > turn.at + self._unnoted:
            self._store.run(lambda store: self._run(store, MOVE, number=turn.number, at=now))

    def give_back(self, turn: Turn) -> None:
        """Give back the turn of a request that is not made."""
        self._store.run(lambda store: self._run(store, REMOVE, number=turn.number))

    def _next(self, store: sqlite3.Connection) -> int:
        return int(self._one(store, LAST, most=MOST_NUMBERS) or 0) + 1

    def _ahead(self, store: sqlite3.Connection, turn: Turn, now: float) -> int:
        """The number of earlier requests that have not left."""
        return int(self._one(store, AHEAD, number=turn.number, now=now, horizon=now + self._longest) or 0)

    def _due(self, store: sqlite3.Connection, turn: Turn, now: float) -> float:
        """The moment of a turn: never later than the requests ahead of it account for, whatever their rows say."""
        latest = self._one(store, LATEST, number=turn.number - self.limit, horizon=now + self._longest)
        if latest is None or latest + self._window <= now:
            return now
        explained = now + self._ahead(store, turn, now) // self.limit * self._window
        if latest > explained:
            self._run(store, BRING_BACK, number=turn.number - self.limit, explained=explained)
        return min(latest, explained) + self._window

    def _opened(self, store: sqlite3.Connection) -> None:
        """Make the table, and delete the rows of former boots and of accounts no longer in use."""
        store.execute(SCHEMA)
        self._run(store, FORGET_OTHERS, now=self._clock.monotonic(), wall=time.time(), forgotten=DAY)

    def _run(self, store: sqlite3.Connection, query: str, **values: float) -> None:
        store.execute(query, {**self._key, **values})

    def _one(self, store: sqlite3.Connection, query: str, **values: float) -> float | None:
        row = store.execute(query, {**self._key, **values}).fetchone()
        return row[0] if row else None


def _boot() -> str:
    """The id of this boot of the machine; "" where the system has none."""
    try:
        return BOOT_ID.read_text().strip()
    except OSError:
        return ""
