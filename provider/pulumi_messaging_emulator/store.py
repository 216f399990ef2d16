"""The store: one SQLite file that several processes may use at once, and that may be deleted at any time.

One request is one transaction (`BEGIN IMMEDIATE`), so that every check and the write that follows it are atomic.
Objects are JSON documents; the columns beside them are the searched fields.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pulumi_messaging_emulator.accounts import ACCOUNT_IDS, ORGANIZATION_ID
from pulumi_messaging_emulator.json_schema import Json

BUSY_SECONDS = 30.0
MEMORY = ":memory:"


@dataclass(frozen=True)
class Table:
    """Documents of one kind.

    Attributes:
        key: Name of the key field.
        columns: Names of the searched fields.
        added: Fields that documents of an older version of the store lack, with their values.
    """

    name: str
    key: str
    columns: tuple[str, ...] = ()
    added: Json = field(default_factory=dict, hash=False)


ROUTES = Table("routes", "MessageRouteId", ("AccountId", "RouteName"))
TELEGENT_NUMBERS = Table(
    "telegent_numbers", "Number", ("MessageRouteId", "Status", "AccountId"), {"AccountId": ACCOUNT_IDS[0]}
)
NUMBERS = Table(
    "numbers",
    "id",
    ("phone_number", "messaging_profile_id", "type", "organization_id", "status"),
    {"status": "active"},
)
PROFILES = Table("profiles", "id", ("name", "organization_id"))
BULK_UPDATES = Table("bulk_updates", "order_id", (), {"_organization": ORGANIZATION_ID})
TELEGENT_KEYS = Table("telegent_keys", "AccountKey")
TELNYX_KEYS = Table("telnyx_keys", "key")
TABLES = (ROUTES, TELEGENT_NUMBERS, NUMBERS, PROFILES, BULK_UPDATES, TELEGENT_KEYS, TELNYX_KEYS)

_OTHER_TABLES = (
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "CREATE TABLE requests (id INTEGER PRIMARY KEY AUTOINCREMENT, operation TEXT, entry TEXT NOT NULL)",
    "CREATE TABLE answers (id INTEGER PRIMARY KEY AUTOINCREMENT, operation TEXT NOT NULL, script TEXT NOT NULL)",
    "CREATE TABLE hits (bucket TEXT NOT NULL, at REAL NOT NULL)",
    "CREATE INDEX hits_bucket ON hits (bucket, at)",
    "CREATE TABLE windows (bucket TEXT PRIMARY KEY, start REAL NOT NULL, used INTEGER NOT NULL)",
    "CREATE TABLE former (kind TEXT NOT NULL, key TEXT NOT NULL, at REAL, doc TEXT, PRIMARY KEY (kind, key))",
    "CREATE TABLE notes (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
)
_VERSION = 2
# The mark of our own files in the header of SQLite: "PMsg".
_APPLICATION_ID = 0x504D7367
# Of older versions, which had no mark: the version, and some of the tables.
_UNMARKED = (1, 2)
_UNMARKED_TABLES = {"meta", "settings", "requests", "answers", "routes", "telegent_numbers", "numbers", "profiles"}


class ForeignFileError(OSError):
    """A file belongs to another program; it was not touched."""


class Transaction:
    """Reads and writes of one request; it ends with the answer."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._run = connection.execute

    # Objects ---------------------------------------------------------------------------------------------------

    def get(self, table: Table, key: str) -> Json | None:
        """The object of this key, compared case-sensitively."""
        row = self._run(f"SELECT doc FROM {table.name} WHERE key = ?", (key,)).fetchone()  # noqa: S608 - a constant
        doc: Json | None = json.loads(row[0]) if row else None
        return doc

    def select(
        self,
        table: Table,
        where: Sequence[tuple[str, Sequence[Any]]] = (),
        *,
        order: str = "seq",
        limit: int = -1,
        offset: int = 0,
    ) -> list[Json]:
        """The objects that fulfil all conditions; a condition is SQL over the searched fields, and its values."""
        clause, values = _conditions(where)
        rows = self._run(
            f"SELECT doc FROM {table.name}{clause} ORDER BY {order} LIMIT ? OFFSET ?",  # noqa: S608
            (*values, limit, offset),
        )
        return [json.loads(row[0]) for row in rows]

    def count(self, table: Table, where: Sequence[tuple[str, Sequence[Any]]] = ()) -> int:
        """How many objects fulfil all conditions."""
        clause, values = _conditions(where)
        return int(self._run(f"SELECT COUNT(*) FROM {table.name}{clause}", values).fetchone()[0])  # noqa: S608

    def put(self, table: Table, doc: Json) -> None:
        """Create or replace an object; a replaced one keeps its place in lists."""
        names = ("key", *table.columns, "doc")
        columns = ", ".join(f'"{name}"' for name in names)
        updates = ", ".join(f'"{name}" = excluded."{name}"' for name in names[1:])
        self._run(
            f"INSERT INTO {table.name} ({columns}) VALUES ({', '.join('?' * len(names))}) "  # noqa: S608
            f"ON CONFLICT (key) DO UPDATE SET {updates}",
            (doc[table.key], *(doc.get(name) for name in table.columns), json.dumps(doc)),
        )

    def delete(self, table: Table, key: str) -> None:
        """Delete an object."""
        self._run(f"DELETE FROM {table.name} WHERE key = ?", (key,))  # noqa: S608

    # Former values, for stale reads and lists that lag ------------------------------------------------------------

    def remember(self, kind: str, key: str, at: float, doc: Json) -> None:
        """Keep an object as it was before a change."""
        self._run("INSERT OR REPLACE INTO former VALUES (?, ?, ?, ?)", (kind, key, at, json.dumps(doc)))

    def former(self, kind: str, since: float) -> dict[str, Json]:
        """Objects as they were before the changes made after a time, by key."""
        rows = self._run("SELECT key, doc FROM former WHERE kind = ? AND at > ?", (kind, since))
        return {row[0]: json.loads(row[1]) for row in rows}

    # Single values -------------------------------------------------------------------------------------------------

    def meta(self, name: str) -> str:
        """A value made with the store, such as its signing key."""
        return str(self._run("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()[0])

    def note(self, name: str) -> str | None:
        """A value noted under a name."""
        row = self._run("SELECT value FROM notes WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else None

    def set_note(self, name: str, value: str) -> None:
        """Note a value under a name."""
        self._run("INSERT OR REPLACE INTO notes VALUES (?, ?)", (name, value))

    def settings(self) -> Json:
        """The settings that differ from their defaults."""
        return {row[0]: json.loads(row[1]) for row in self._run("SELECT name, value FROM settings")}

    def set_setting(self, name: str, value: Any) -> None:
        """Set one setting; None puts it back to its default."""
        if value is None:
            self._run("DELETE FROM settings WHERE name = ?", (name,))
        else:
            self._run("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, json.dumps(value)))

    def run(self, sql: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        """One statement, for modules with a table of their own."""
        return self._run(sql, values)


class Store:
    """The file, opened once by each process and reopened when it was deleted or replaced."""

    def __init__(self, path: str | os.PathLike[str], seed: Callable[[Transaction], None]) -> None:
        self.path = os.fspath(path)
        self._seed = seed
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._identity: tuple[int, int] | None = None

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """One atomic step; an exception undoes it."""
        with self._lock:
            connection = self._open()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield Transaction(connection)
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def open(self) -> None:
        """Open the file now: a path that cannot be used is an error here."""
        with self._lock:
            self._open()

    def reset(self) -> None:
        """Fill the store with the seed data only, for every process that uses it."""
        with self._lock:
            _make(self._open(), self._seed, anew=True)

    def close(self) -> None:
        """Close the file; the next transaction opens it again."""
        with self._lock:
            self._shut()

    def _open(self) -> sqlite3.Connection:
        if self._connection is not None and self._identity == self._identify():
            return self._connection
        self._shut()
        deadline = time.monotonic() + BUSY_SECONDS
        while True:
            try:
                self._connection = self._connect()
            except sqlite3.OperationalError as error:
                # Two processes that turn a new file to WAL at the same time do not wait for each other by themselves.
                if "locked" not in str(error) or time.monotonic() > deadline:
                    raise
                time.sleep(0.01)
            else:
                self._identity = self._identify()
                return self._connection

    def _connect(self) -> sqlite3.Connection:
        if self.path != MEMORY:
            _prepare(Path(self.path))
        connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            if connection.execute("PRAGMA application_id").fetchone()[0] != _APPLICATION_ID:
                # Before WAL, so that the file itself has it at once.
                connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
            connection.execute("PRAGMA journal_mode = WAL")
            # Without syncing, a crash of the machine may lose the last requests; a killed process loses nothing.
            connection.execute("PRAGMA synchronous = OFF")
            if connection.execute("PRAGMA user_version").fetchone()[0] != _VERSION:
                _make(connection, self._seed, anew=False)
        except BaseException:
            connection.close()
            raise
        return connection

    def _shut(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _identify(self) -> tuple[int, int] | None:
        if self.path == MEMORY:
            return (0, 0)
        try:
            status = os.stat(self.path)  # noqa: PTH116 - on the path of every request
        except FileNotFoundError:
            return None
        return (status.st_dev, status.st_ino)


def _prepare(path: Path) -> None:
    """Make an empty file that only this user can read, or check that the existing one is ours, without opening it.

    Raises:
        ForeignFileError: It is another program's.
    """
    missing = [folder for folder in path.parents if not folder.exists()]
    for folder in reversed(missing):  # each for this user alone, whatever the umask
        folder.mkdir(mode=0o700, exist_ok=True)
    # SQLite gives its -wal and -shm files the permissions of the file.
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        header = os.read(descriptor, 100)
        application, version = header[68:72], int.from_bytes(header[60:64])
        marked = application == _APPLICATION_ID.to_bytes(4)
        unmarked = not any(application) and version in _UNMARKED and _has_our_tables(path)
        if header and not (marked or unmarked):
            raise ForeignFileError(f"{path} is another program's file")
        os.fchmod(descriptor, 0o600)
        for left in (f"{path}-wal", f"{path}-shm"):  # of a killed process of an older version
            with suppress(FileNotFoundError):
                os.chmod(left, 0o600)  # noqa: PTH101
    finally:
        os.close(descriptor)


def _has_our_tables(path: Path) -> bool:
    """Whether a file has the tables of a store; ``immutable`` neither locks nor writes anything."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
            return _UNMARKED_TABLES.issubset(_table_names(connection))
    except sqlite3.Error:
        return False


def _make(connection: sqlite3.Connection, seed: Callable[[Transaction], None], *, anew: bool) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Another process may have made the store since this one looked.
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if anew or version != _VERSION:
            kept = {} if anew or not version else _objects(connection)
            _drop_tables(connection)
            for statement in _schema():
                connection.execute(statement)
            seed(Transaction(connection))
            _put_back(connection, kept)
            connection.execute(f"PRAGMA user_version = {_VERSION}")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _objects(connection: sqlite3.Connection) -> dict[Table, list[Json]]:
    """The objects of a store of another version; its settings, plans and log do not outlive the change."""
    there = _table_names(connection)
    return {
        table: [
            {**table.added, **json.loads(doc)}
            for (doc,) in connection.execute(f"SELECT doc FROM {table.name} ORDER BY seq")  # noqa: S608 - a constant
        ]
        for table in TABLES
        if table.name in there
    }


def _put_back(connection: sqlite3.Connection, kept: dict[Table, list[Json]]) -> None:
    transaction = Transaction(connection)
    for table, docs in kept.items():
        connection.execute(f"DELETE FROM {table.name}")  # noqa: S608 - a constant
        for doc in docs:
            transaction.put(table, doc)


def _drop_tables(connection: sqlite3.Connection) -> None:
    for name in _table_names(connection):
        connection.execute(f'DROP TABLE "{name}"')


def _table_names(connection: sqlite3.Connection) -> list[str]:
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    return [name for (name,) in connection.execute(query)]


def _schema() -> Iterator[str]:
    for table in TABLES:
        columns = "".join(f', "{column}" TEXT' for column in table.columns)
        yield (
            f"CREATE TABLE {table.name} (seq INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE{columns}, "
            "doc TEXT NOT NULL)"
        )
        for column in table.columns:
            yield f'CREATE INDEX {table.name}_{column} ON {table.name} ("{column}")'
    yield from _OTHER_TABLES


def _conditions(where: Sequence[tuple[str, Sequence[Any]]]) -> tuple[str, list[Any]]:
    if not where:
        return "", []
    return " WHERE " + " AND ".join(sql for sql, _ in where), [value for _, values in where for value in values]
