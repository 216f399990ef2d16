"""Differences and patches: pure functions from what is held, declared and observed to what would be sent.

Nothing here imports the engine or an HTTP library. "Held" are a resource's outputs as the state keeps them, "declared"
its checked inputs, "observed" an object as the vendor answers it, already mapped to state names.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from pulumi_messaging.core.fields import (
    UNKNOWN,
    Clear,
    Echo,
    Field,
    Kind,
    Output,
    Table,
    Value,
    Values,
    camel,
    normal,
    whole,
)


@dataclass(frozen=True, slots=True)
class Change:
    """One field that is not as declared. ``new`` is None where the program no longer manages it."""

    field: Field
    old: Value = dataclasses.field(repr=False)
    new: Value = dataclasses.field(repr=False)

    @property
    def handed_back(self) -> bool:
        """The argument was removed: nothing is sent, the remote value stays."""
        return self.new is None


def managed(table: Table, held: Values) -> dict[str, Value]:
    """The declared values a resource holds: state name → value."""
    former = held.get(table.former) if table.former else None
    values = {}
    for field in table.fields:
        if former is not None and field in table.settings:
            if field.state in former:
                values[field.state] = held.get(field.state, "")
        else:
            value = held.get(field.held) if field.held else None
            value = held.get(field.state) if value is None else value
            if value is not None:
                values[field.state] = value
    return values


def diff(table: Table, held: Values, declared: Values) -> tuple[Change, ...]:
    """What the program asks to be different from what the state holds."""
    old_values = managed(table, held)
    pairs = ((field, old_values.get(field.state), declared.get(field.state)) for field in table.fields)
    return tuple(Change(field, old, new) for field, old, new in pairs if not alike(field, new, old))


def replacements(changes: Iterable[Change], held: Values) -> tuple[str, ...]:
    """The changed fields that need a new object.

    An unknown value replaces nothing: the engine asks again with the real one, and with "unknown" it asks whether a
    dependent has to be replaced along with what it depends on. Neither does a field that becomes declared or is handed
    back: the object stays the same.
    """
    return tuple(
        change.field.state
        for change in changes
        if change.field.replaces
        and change.old is not None
        and change.new not in (None, UNKNOWN)
        and change.new not in tuple(held.get(camel(name)) for name in change.field.same_as)
    )


def patch(changes: Iterable[Change]) -> dict[str, Any]:
    """The body of an update: vendor key → value, for the changed managed settings and for nothing else.

    What names the object is never part of it: an object does not get another one by an update.
    """
    return {
        change.field.wire: _on_the_wire(change.field, change.new)
        for change in changes
        if change.field.wire is not None and not (change.field.replaces or change.field.held) and not change.handed_back
    }


def creation(table: Table, declared: Values) -> dict[str, Any]:
    """The body of a create: every declared setting that is not empty."""
    given = ((field, declared.get(field.state)) for field in table.settings)
    return {str(field.wire): _on_the_wire(field, value) for field, value in given if value is not None and value != ""}


def observe(table: Table, answer: Mapping[str, Any]) -> dict[str, Value]:
    """A vendor's object as state values: only what the answer really tells, never a secret."""
    observed: dict[str, Value] = {}
    for field in table.fields:
        if field.wire is None or field.secret or field.echo is Echo.NEVER:
            continue
        told = answer.get(field.wire)
        value = _from_the_wire(field, told)
        empty = told in (None, "") and (field.wire in answer or field.echo is Echo.ALWAYS)
        if value is None and empty and field.clear is not Clear.NO:
            value = ""
        if value is not None:
            observed[field.state] = value
    told = ((output.state, _from_the_wire(output, answer.get(output.wire))) for output in table.outputs)
    return observed | {name: value for name, value in told if value is not None}


def differences(table: Table, declared: Values, observed: Values) -> tuple[Change, ...]:
    """What is declared and not there: for adoption, where nothing is held yet.

    What the answer does not tell counts as different, so that secrets and fields the vendor may not return are sent.
    """
    wanted = ((field, observed.get(field.state), declared.get(field.state)) for field in table.settings)
    return tuple(
        Change(field, old, new) for field, old, new in wanted if new is not None and not alike(field, new, old)
    )


def live(table: Table, held: Values, observed: Values) -> dict[str, Value]:
    """The managed values as they are now, in the declared spelling wherever it still says the same."""
    current = {}
    for name, value in managed(table, held).items():
        field = table.row(name)
        seen = observed.get(name) if field in table.settings else None
        current[name] = value if seen is None else _current(field, value, seen)
    return current


def _current(field: Field, declared: Value, seen: Value) -> Value:
    """The value as it is now, of an object the declared keys."""
    if alike(field, declared, seen):
        return declared
    if not (field.keys and isinstance(declared, Mapping) and isinstance(seen, Mapping)):
        return seen
    keys = [key for key in field.keys if key.state in declared and key.state in seen]
    return {key.state: _current(key, declared[key.state], seen[key.state]) for key in keys}


def alike(field: Field, declared: Value, found: Value) -> bool:
    """Whether two values mean the same; objects are compared by the declared keys. An unknown value is unlike any."""
    if declared is None and found is None:
        return True
    if _has_unknown(declared) or _has_unknown(found):
        return False
    if field.keys and isinstance(declared, Mapping) and isinstance(found, Mapping):
        keys = [key for key in field.keys if key.state in declared]
        return all(alike(key, declared[key.state], found.get(key.state)) for key in keys)
    return bool(normal(field, declared) == normal(field, found))


def _has_unknown(value: Value) -> bool:
    if isinstance(value, dict):
        return any(map(_has_unknown, value.values()))
    return value is UNKNOWN or (isinstance(value, list | tuple) and UNKNOWN in value)


def _on_the_wire(field: Field, value: Value) -> Any:
    if value == "":
        return field.clear.value
    if field.kind in (Kind.STRINGS, Kind.CHOICES):
        return list(value)
    if field.kind is Kind.DECIMAL:
        return value if isinstance(value, str) else format(Decimal(str(whole(value))), "f")
    if field.keys:
        given = ((key, value.get(key.state)) for key in field.keys)
        return {key.wire: _on_the_wire(key, item) for key, item in given if item is not None}
    return whole(value)


def _from_the_wire(row: Field | Output, value: Any) -> Value:
    """Booleans come as true and as "true"; a value of another type than documented tells nothing."""
    if row.kind is Kind.BOOLEAN:
        spelled = {"true": True, "false": False}
        return spelled.get(value.lower()) if isinstance(value, str) else value if isinstance(value, bool) else None
    if row.kind in (Kind.STRINGS, Kind.CHOICES):
        return tuple(str(item) for item in value) if isinstance(value, list) else None
    if row.kind is Kind.OBJECT:
        return _keys_from_the_wire(row, value) if isinstance(value, dict) else None
    if row.kind in (Kind.INTEGER, Kind.NUMBER, Kind.DECIMAL):
        return _number_from_the_wire(row.kind, value)
    return value if isinstance(value, str) and value else None


def _keys_from_the_wire(row: Field | Output, value: dict[str, Any]) -> Value:
    if not (isinstance(row, Field) and row.keys):
        return value
    found = ((key.state, _from_the_wire(key, value.get(str(key.wire)))) for key in row.keys)
    return {name: item for name, item in found if item is not None}


def _number_from_the_wire(kind: Kind, value: Any) -> Value:
    """Numbers come as numbers and as texts."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    if not number.is_finite():
        return None
    return str(value) if kind is Kind.DECIMAL else whole(float(number))
