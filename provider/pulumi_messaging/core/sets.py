"""Sets in a state: sorted, so that a refresh never shows an order, beside the declared order where that differs."""

from __future__ import annotations

from pulumi_messaging.core.fields import SETS, Field, Output, Table, Value, Values, sorted_set
from pulumi_messaging.core.hidden import ORDER


def with_sorted_sets(table: Table, outputs: Values) -> dict[str, Value]:
    """Outputs as a state keeps them."""
    rows: tuple[Field | Output, ...] = (*table.fields, *table.outputs)
    given = {row.state: outputs[row.state] for row in rows if row.kind in SETS and row.state in outputs}
    kept = {name: sorted_set(items) for name, items in given.items() if items != ""}
    order = {name: items for name, items in given.items() if tuple(items) != kept.get(name, ())}
    return {**outputs, **kept, **({ORDER: order} if order else {})}


def in_declared_order(held: Values) -> Values:
    """Outputs of a state with their sets as they were declared, which is what a refresh compares with."""
    if ORDER not in held:
        return held
    return {name: value for name, value in held.items() if name != ORDER} | dict(held[ORDER])
