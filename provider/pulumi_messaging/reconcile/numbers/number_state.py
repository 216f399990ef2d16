"""What the state holds of a single number: pure functions over its outputs, its declaration and what was read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_messaging.core.diff import alike, managed
from pulumi_messaging.core.hidden import SECRETS

if TYPE_CHECKING:
    from pulumi_messaging.core.fields import Table, Value, Values
    from pulumi_messaging.core.numbers import NumberResources


def outputs(resources: NumberResources, found: Values, declared: Values) -> dict[str, Value]:
    """The settings as answered, in the declared spelling wherever it means the same."""
    fields = {field.state: field for field in resources.single.settings}
    kept = {
        name: value
        for name, value in declared.items()
        if name != resources.number and (name not in fields or alike(fields[name], value, found.get(name, "")))
    }
    return {**found, **kept, **as_declared(resources, found, declared)}


def as_declared(resources: NumberResources, found: Values, declared: Values) -> dict[str, Value]:
    """The declared spelling, kept when it differs from the vendor's: a numeric id, or a former number."""
    number, hidden = declared.get(resources.number), spelling(resources)
    return {} if not hidden or number in (None, found.get(resources.number)) else {hidden: number}


def spelling(resources: NumberResources) -> str:
    """The hidden output with the declared spelling of the number; empty where there is one only."""
    return resources.single.row(resources.number).held or ""


def former_of(table: Table, declared: Values, known: Values, current: Values) -> dict[str, Value]:
    """The values to restore: the known ones, and for settings that become managed the current ones."""
    names = [field.state for field in table.settings if declared.get(field.state) is not None]
    return {name: known.get(name, current.get(name, "")) for name in names}


def kept(table: Table, held: Values, found: Values) -> dict[str, Value]:
    """The managed settings as they are before a restore: it changes some of them, and must not reset the others."""
    values = {name: found[name] for name in managed(table, held) if name in found}
    return {**values, SECRETS: held.get(SECRETS, ())}
