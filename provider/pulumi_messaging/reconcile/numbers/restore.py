"""Putting back a number's former settings, or taking it off its profile or route, as ``on_destroy`` says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from pulumi_messaging.core.diff import Change, alike, managed
from pulumi_messaging.core.fields import Clear, Field, Kind, Table, Value, Values
from pulumi_messaging.core.hidden import NOT_KNOWN
from pulumi_messaging.core.numbers import ON_DESTROY

# Values of ``on_destroy``.
RESTORE: Final = "restore"
RETAIN: Final = "retain"


def instead(table: Table, policy: str) -> str:
    """The advice where the vendor does not take what a policy of ``on_destroy`` sends."""
    others = [other for other in table.row(ON_DESTROY).choices if policy == RESTORE != other] or [RETAIN]
    return "set on_destroy=" + " or ".join(f'"{other}"' for other in others)


def no_way_back(table: Table, former: Values, policy: str) -> tuple[str, ...]:
    """The names of fields that were empty before, which a restore leaves as they are: the vendor documents no way."""
    fields = [field for field in table.settings if field.clear is Clear.ON_REQUEST] if policy == RESTORE else []
    return tuple(field.name for field in fields if former.get(field.state) == "")


def off(table: Table) -> str:
    """The policy of ``on_destroy`` that takes a number off what it is on."""
    return next(policy for policy in table.row(ON_DESTROY).choices if policy not in (RESTORE, RETAIN))


def restoration(table: Table, ours: Sequence[Values], found: Values, former: Values, policy: str) -> tuple[Change, ...]:
    """The changes that ``on_destroy`` makes to a number; a value that somebody has changed since is left alone.

    Args:
        table: The fields.
        ours: The values that the resource gave the number: its outputs, and those of a write of unknown outcome.
        found: The number's settings now.
        former: The values before they were managed.
        policy: ``restore``, or the one that takes the number off what it is on.
    """
    goal = former if policy == RESTORE else {str(table.assignment): ""}
    return tuple(
        Change(field, found.get(field.state), wished)
        for field in _still_ours(table, ours, found)
        if field.state in goal
        and (wished := _former(field, goal[field.state]) if policy == RESTORE else "") is not None
        and not alike(field, wished, found.get(field.state, ""))
    )


def unrestorable(table: Table, ours: Sequence[Values], found: Values, former: Values, policy: str) -> tuple[Field, ...]:
    """The fields that a restore leaves as they are, although the value is still ours: nothing can be put back."""
    if policy != RESTORE:
        return ()
    return tuple(
        field
        for field in _still_ours(table, ours, found)
        if _former(field, former.get(field.state)) is None and found.get(field.state)
    )


def _still_ours(table: Table, ours: Sequence[Values], found: Values) -> Iterator[Field]:
    held = [managed(table, values) for values in ours]
    for field in table.settings:
        values = [values[field.state] for values in held if field.state in values]
        if any(alike(field, value, found.get(field.state, "")) for value in values):
            yield field


def _former(field: Field, value: Value) -> Value:
    """The value to put back; None where there is none, or the vendor cannot take it."""
    if value == NOT_KNOWN:
        return None
    if value == "" and not field.clearable:
        return () if field.kind is Kind.STRINGS else None
    return value
