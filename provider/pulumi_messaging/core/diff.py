"""Differences and patches: pure functions over what a state holds, a program declares, and a vendor answers.

"Held" are a resource's outputs in the state, "declared" its checked inputs, "observed" an object of the vendor under
state names.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from pulumi_messaging.core.fields import (
    SETS,
    UNKNOWN,
    Clear,
    Echo,
    Field,
    Kind,
    Output,
    Table,
    Value,
    Values,
    normal,
    sorted_set,
    whole,
)

# Vendors answer one boolean as true in one row and as "true" in another.
_BOOLEANS: Final = {"true": True, "false": False, "1": True, "0": False}


@dataclass(frozen=True, slots=True)
class Change:
    """One field that is not as declared. ``new`` is None where the program no longer manages it."""

    field: Field
    old: Value = dataclasses.field(repr=False)
    new: Value = dataclasses.field(repr=False)

    @property
    def handed_back(self) -> bool:
        """Whether the argument was removed: nothing is sent, the remote value stays."""
        return self.new is None


def managed(table: Table, held: Values) -> dict[str, Value]:
    """The declared values that a resource holds: state name → value."""
    former = held.get(table.former) if table.former else None
    values = {}
    for field in table.fields:
        if former is not None and field in table.settings:
            value = held.get(field.state, "") if field.state in former else None
        else:
            declared = held.get(field.held) if field.held else None
            value = held.get(field.state) if declared is None else declared or None
        if value is not None:
            values[field.state] = value
    return values


def diff(table: Table, held: Values, declared: Values) -> tuple[Change, ...]:
    """The differences between the declared values and those that the state holds."""
    return _changes(table.fields, managed(table, held), declared)


def differences(table: Table, declared: Values, observed: Values) -> tuple[Change, ...]:
    """The differences between the declared settings and an observed object that is to be adopted.

    A value that is not observed counts as different, so that secrets and fields that answers leave out are sent.
    """
    return tuple(change for change in _changes(table.settings, observed, declared) if not change.handed_back)


def _changes(fields: Iterable[Field], old: Values, new: Values) -> tuple[Change, ...]:
    pairs = ((field, old.get(field.state), new.get(field.state)) for field in fields)
    return tuple(Change(field, before, after) for field, before, after in pairs if not alike(field, after, before))


def replacements(changes: Iterable[Change], held: Values) -> tuple[str, ...]:
    """The changed fields that need a new object.

    An unknown value replaces nothing: the engine asks again with the real one. A field that becomes declared or is
    handed back replaces nothing either: the object stays the same. Without an account, the default one is meant.
    """
    return tuple(
        change.field.state
        for change in changes
        if change.field.replaces
        and (change.field.kind is Kind.ACCOUNT or None not in (change.old, change.new))
        and change.new is not UNKNOWN
        and change.new not in [held.get(name) for name in change.field.other_names]
    )


def patch(changes: Iterable[Change]) -> dict[str, Any]:
    """The body of an update: vendor key → changed value, without the fields that name the object."""
    return {
        str(change.field.wire): _on_the_wire(change.field, change.new)
        for change in changes
        if change.field.written and not change.field.replaces and not change.handed_back
    }


def creation(table: Table, declared: Values) -> dict[str, Any]:
    """The body of a create: every declared setting that is not empty and that creates take."""
    given = ((field, declared.get(field.state)) for field in table.settings if not field.update_only)
    return {str(field.wire): _on_the_wire(field, value) for field, value in given if value is not None and value != ""}


def observe(table: Table, answer: Mapping[str, Any]) -> dict[str, Value]:
    """The state values of a vendor's object, without secrets and without fields that the answer does not show."""
    observed: dict[str, Value] = {}
    for field in table.fields:
        if field.wire is None or field.secret or field.echo is Echo.NEVER:
            continue
        found = answer.get(field.wire)
        value = _from_the_wire(field, found)
        if value is None and found in (None, "") and (field.wire in answer or field.echo is Echo.ALWAYS):
            value = _empty(field)
        observed[field.state] = value
    observed |= {output.state: _from_the_wire(output, answer.get(output.wire)) for output in table.outputs}
    return {name: value for name, value in observed.items() if value is not None}


def _empty(field: Field) -> Value:
    """The value that an answer's null stands for; None where the field cannot be empty."""
    if field.kind in SETS:
        return ()
    return None if field.clear is Clear.NO else ""


def live(table: Table, held: Values, observed: Values) -> dict[str, Value]:
    """The managed values as observed, in the declared spelling wherever it means the same."""
    current = {}
    for name, value in managed(table, held).items():
        field = table.row(name)
        seen = observed.get(name) if field in table.settings else None
        current[name] = value if seen is None else _current(field, value, seen)
    return current


def _current(field: Field, declared: Value, seen: Value) -> Value:
    """The observed value; of an object the declared keys."""
    if alike(field, declared, seen):
        return declared
    if not (field.keys and isinstance(declared, Mapping) and isinstance(seen, Mapping)):
        return seen
    keys = [key for key in field.keys if key.state in declared and key.state in seen]
    return {key.state: _current(key, declared[key.state], seen[key.state]) for key in keys}


def alike(field: Field, declared: Value, found: Value) -> bool:
    """Whether two values mean the same; objects compare by the declared keys. An unknown value equals none."""
    if declared is None and found is None:
        return True
    if has_unknown(declared) or has_unknown(found):
        return False
    if field.keys and isinstance(declared, Mapping) and isinstance(found, Mapping):
        keys = [key for key in field.keys if key.state in declared]
        return all(alike(key, declared[key.state], found.get(key.state)) for key in keys)
    return bool(normal(field, declared) == normal(field, found))


def has_unknown(value: Value) -> bool:
    """Whether a value is not known yet, in whole or in part."""
    if isinstance(value, dict):
        return any(map(has_unknown, value.values()))
    return value is UNKNOWN or (isinstance(value, list | tuple) and UNKNOWN in value)


def _on_the_wire(field: Field, value: Value) -> Any:
    if value == "":
        return None if field.clear is Clear.ON_REQUEST else field.clear.value
    if field.kind in SETS:
        return list(value)
    if field.kind is Kind.DECIMAL:
        return value if isinstance(value, str) else format(Decimal(str(whole(value))), "f")
    if field.keys:
        given = ((key, value.get(key.state)) for key in field.keys)
        return {key.wire: _on_the_wire(key, item) for key, item in given if item is not None}
    return whole(value)


def _from_the_wire(row: Field | Output, value: Any) -> Value:
    """The value in an answer, or None for a value of another type than documented."""
    if row.kind is Kind.BOOLEAN:
        return _BOOLEANS.get(str(value).lower())
    if row.kind in SETS:
        return sorted_set(value) if isinstance(value, list) else None
    if isinstance(row, Field) and row.keys and isinstance(value, dict):
        found = ((key.state, _in_object(key, value.get(str(key.wire)))) for key in row.keys)
        return {name: item for name, item in found if item is not None}
    if row.kind is Kind.OBJECT:
        return value if isinstance(value, dict) else None
    if row.kind in (Kind.INTEGER, Kind.NUMBER, Kind.DECIMAL):
        return _number_from_the_wire(row.kind, value)
    return value if isinstance(value, str) and value else None


def _in_object(key: Field, value: Any) -> Value:
    """The value of an object's key; an empty text is one where the key can be empty."""
    found = _from_the_wire(key, value)
    return "" if found is None and value in (None, "") and key.clear is not Clear.NO else found


def _number_from_the_wire(kind: Kind, value: Any) -> Value:
    """The number in an answer; it may come as a text."""
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    if not number.is_finite():
        return None
    return str(value) if kind is Kind.DECIMAL else whole(float(number))
