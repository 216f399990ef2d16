"""The rate limiter's table of requests: each step is atomic between processes, even if one of them is killed."""

from __future__ import annotations

import contextlib
import itertools
import os
import random
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from pulumi_messaging.private_files import make_private

if TYPE_CHECKING:
    import sqlite3

T = TypeVar("T")

FILE: Final = "limits.db"
BUSY_SECONDS: Final = 10.0
# A step takes a tenth of a millisecond. A longer wait means that the lock holder is suspended.
OFTEN: Final = 0.0003
SELDOM: Final = 0.01


class Store:
    """The table, in a file of this user on this machine, else in the memory of this process.

    Args:
        folder: The folder of the file; None for a machine that has no place for it.
        say: Shows the user one line, if the table can only be kept in memory.
        opened: Called first with each new connection, within a transaction.
    """

    def __init__(
        self, folder: Path | None, say: Callable[[str], object], opened: Callable[[sqlite3.Connection], None]
    ) -> None:
        self._file = None if folder is None else folder / FILE
        self._say = say
        self._opened = opened
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._alone = False
        self._closed = False

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._closed = True
            self._disconnect()

    def run(self, step: Callable[[sqlite3.Connection], T]) -> T:
        """Do one atomic step."""
        import sqlite3  # noqa: PLC0415

        with self._lock:
            try:
                for _ in range(0 if self._alone else 2):  # a removed or damaged file is made again
                    try:
                        return _transaction(self._connected(), step)
                    except (OSError, sqlite3.Error) as error:
                        self._disconnect()
                        # Subclasses mean a wrong statement or trouble with the machine, not a damaged file.
                        if type(error) is sqlite3.DatabaseError and self._file is not None:
                            with contextlib.suppress(OSError):
                                self._file.unlink()
                        reason = str(error)
                if not self._alone:
                    self._alone = True
                    self._say_alone(reason)
                return _transaction(self._connected(), step)
            finally:
                if self._closed:  # the step of a request that outlived its client
                    self._disconnect()

    def _connected(self) -> sqlite3.Connection:
        self._connection = self._connection or self._connect()
        return self._connection

    def _connect(self) -> sqlite3.Connection:
        import sqlite3  # noqa: PLC0415

        if self._alone:
            place = ":memory:"
        elif self._file is None:
            raise OSError("neither XDG_CACHE_HOME nor HOME is set")
        else:
            make_private(self._file.parent)
            place = str(self._file)
            os.close(os.open(place, os.O_RDWR | os.O_CREAT, 0o600))  # SQLite's journal gets the same permissions
        # Transactions are started by hand; this object's lock lets one thread in at a time.
        connection = sqlite3.connect(place, timeout=0, isolation_level=None, check_same_thread=False)
        try:
            # After a power cut the lost rows are of a former boot.
            _execute_when_free(connection, "PRAGMA synchronous = OFF")
            _execute_when_free(connection, "PRAGMA journal_mode = PERSIST")
            _transaction(connection, self._opened)
        except BaseException:
            connection.close()
            raise
        return connection

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _say_alone(self, reason: str) -> None:
        place = "" if self._file is None else f"{self._file} cannot be used: "
        self._say(
            f"{place}{reason}; the limit of requests a minute is kept by this process alone, "
            f"and another one at the same time may exceed it"
        )


def _transaction(connection: sqlite3.Connection, step: Callable[[sqlite3.Connection], T]) -> T:
    _execute_when_free(connection, "BEGIN IMMEDIATE")
    try:
        result = step(connection)
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    _execute_when_free(connection, "COMMIT")
    return result


def _execute_when_free(connection: sqlite3.Connection, statement: str) -> None:
    """Execute a statement once no other process holds the lock.

    SQLite itself tries again after up to 0.1 s. That is too seldom: the process that has the lock would get all turns.
    """
    import sqlite3  # noqa: PLC0415

    until = time.monotonic() + BUSY_SECONDS
    for seconds in itertools.chain(itertools.repeat(OFTEN, 100), itertools.repeat(SELDOM)):
        try:
            connection.execute(statement)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
        else:
            return
        time.sleep(random.uniform(0, seconds))  # noqa: S311
