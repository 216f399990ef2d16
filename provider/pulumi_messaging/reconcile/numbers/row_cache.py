"""Rows of the account's list, each kept until its first use."""

from __future__ import annotations

from typing import Any, Final

from pulumi_messaging.core.number_messaging import NUMBER_MESSAGING

Row = dict[str, Any]

# The vendor's keys that a resource needs.
_KEPT: Final = (
    *(field.wire for field in NUMBER_MESSAGING.fields if field.wire is not None),
    *(output.wire for output in NUMBER_MESSAGING.outputs),
)
_ABSENT: Final = object()


def trimmed(row: Row) -> Row:
    """The keys of a row that a resource needs."""
    return {name: row[name] for name in _KEPT if name in row}


def names_of(row: Row) -> tuple[str, str]:
    """The names of a row's number: its numeric id and its E.164, ``""`` where the row lacks it."""
    return row.get("id", ""), row.get("phone_number", "")


class RowCache:
    """Rows by either name of their number. A used row leaves a mark: the number has to be read anew.

    A large account has tens of thousands of rows: a row is a tuple, and equal values are one object.
    """

    def __init__(self) -> None:
        self._rows: dict[str, tuple[Any, ...] | None] = {}  # by id; None: used, or not true any more
        self._ids: dict[str, str] = {}  # by E.164
        self._twice: dict[str, set[str]] = {}  # the ids of an E.164 that has several
        self._values: dict[str, Any] = {}  # by their text

    def add(self, row: Row, *, valid: bool) -> None:
        """Keep a row; one that is not valid only connects the names of its number."""
        number_id, phone_number = names_of(row)
        self._rows[number_id] = tuple(self._shared(name, row.get(name, _ABSENT)) for name in _KEPT) if valid else None
        other = self._ids.setdefault(phone_number, number_id)
        if other != number_id and phone_number:
            self._twice.setdefault(phone_number, {other}).add(number_id)

    def ids(self, number: str) -> frozenset[str]:
        """The ids of an E.164 under which several numbers were listed; else none."""
        return frozenset(self._twice.get(number, ()))

    def use(self, number: str) -> Row | None:
        """The row of a number at its first use; else None."""
        number_id = self._ids.get(number, number)
        values = self._rows.get(number_id)
        if values is None:
            return None
        self._rows[number_id] = None
        return {name: value for name, value in zip(_KEPT, values, strict=True) if value is not _ABSENT}

    def used(self, number: str) -> bool:
        """Whether the number's row has been used or discarded."""
        return self._rows.get(self._ids.get(number, number), _ABSENT) is None

    def discard(self, number: str) -> None:
        """Mark the row of a number as not true any more."""
        self._rows[self._ids.get(number, number)] = None

    def _shared(self, name: str, value: Any) -> Any:
        if value is None or value is _ABSENT or name in ("id", "phone_number"):
            return value
        return self._values.setdefault(repr(value), value)
