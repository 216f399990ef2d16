"""Rows of the account's list, each kept until its first use."""

from __future__ import annotations

from typing import Any, Final

from pulumi_messaging.core.numbers import NumberResources
from pulumi_messaging.reconcile.numbers.vendor import Row

_ABSENT: Final = object()


class RowCache:
    """Rows by either name of their number. A used row leaves a mark: the number has to be read anew.

    A large account has tens of thousands of rows: a row is a tuple, and equal values are one object.
    """

    def __init__(self, resources: NumberResources) -> None:
        self._resources = resources
        # The vendor's keys that a resource needs.
        self._kept = tuple(dict.fromkeys(resources.wires.values()))
        self._rows: dict[str, tuple[Any, ...] | None] = {}  # by id; None: used, or not true any more
        self._ids: dict[str, str] = {}  # by E.164
        self._twice: dict[str, set[str]] = {}  # the ids of an E.164 that has several
        self._values: dict[str, Any] = {}  # by their text

    def trimmed(self, row: Row) -> Row:
        """The keys of a row that a resource needs."""
        return {name: row[name] for name in self._kept if name in row}

    def add(self, row: Row, *, valid: bool) -> None:
        """Keep a row; one that is not valid only connects the names of its number."""
        number_id, phone_number = self._resources.names_of_row(row)
        names = number_id, phone_number
        values = tuple(self._shared(names, row.get(name, _ABSENT)) for name in self._kept)
        self._rows[number_id] = values if valid else None
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
        return {name: value for name, value in zip(self._kept, values, strict=True) if value is not _ABSENT}

    def used(self, number: str) -> bool:
        """Whether the number's row has been used or discarded."""
        return self._rows.get(self._ids.get(number, number), _ABSENT) is None

    def discard(self, number: str) -> None:
        """Mark the row of a number as not true any more."""
        self._rows[self._ids.get(number, number)] = None

    def _shared(self, names: tuple[str, str], value: Any) -> Any:
        if value is None or value is _ABSENT or value in names:
            return value
        return self._values.setdefault(repr(value), value)
