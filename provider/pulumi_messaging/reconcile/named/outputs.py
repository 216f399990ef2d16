"""The outputs of a named object: its values as the vendor showed them, and what the state remembers beside them."""

from __future__ import annotations

from pulumi_messaging.core.diff import alike, live, managed, observe
from pulumi_messaging.core.fields import Value, Values
from pulumi_messaging.core.hidden import ADOPTED, MADE_HERE, SECRETS, SENT, SPELLED
from pulumi_messaging.core.named import Named
from pulumi_messaging.reconcile.named.former import Former
from pulumi_messaging.reconcile.named.writes import Answer, Written, respelled, spelled_in
from pulumi_messaging.reconcile.reconciler import Reading


def outputs_after(
    object_id: str, declared: Values, written: Written, former: Former, before: Values
) -> dict[str, Value]:
    """The outputs after a create, a take-over or an update.

    After a failed write, a field that was sent and is not shown keeps its old value, and ``SENT`` has the other one
    that the object may have. A password does not stay: no answer tells which one it is, so the next run sends it.

    Args:
        object_id: The object.
        declared: The checked inputs.
        written: The object after the write.
        former: What it was before it was taken over.
        before: The values before this write, for the name where nothing showed it.
    """
    values = {**declared, **live(former.kind.table, declared, written.shown), **_unproved(written)}
    kind, name = former.kind, former.kind.name.state
    found = written.spelled.get(name) or written.shown.get(name) or before.get(name)
    spelled = {SPELLED: dict(written.spelled)} if written.spelled else {}
    # Beside `adopt` without a mark, as in states of earlier versions, a route counts as one that was there before.
    made_here = {ADOPTED: MADE_HERE} if kind.adopt.state in declared else {}
    values |= {**_names(kind, values.get(name), found), **made_here, **former.outputs(), **spelled}
    values |= _id(kind, object_id)
    return {name: value for name, value in values.items() if value is not None}


def _unproved(written: Written) -> dict[str, Value]:
    """What the state has of the fields that were sent, and that nothing shows after a failed write."""
    if not written.error:
        return {}
    shown, sent = written.shown, [change for change in written.sent if not change.field.secret]
    may_have = {
        each.field.state: each.new for each in sent if not alike(each.field, each.new, shown.get(each.field.state))
    }
    old = {change.field.state: None if change.field.secret else change.old for change in written.sent}
    unseen = {name: value for name, value in old.items() if name not in shown}
    return {**unseen, SENT: may_have} if may_have else unseen


def reading_of(kind: Named, object_id: str, held: Values, answer: Answer) -> Reading:
    """Inputs and outputs after a read; hidden outputs stay as they are."""
    table, name = kind.table, kind.name.state
    observed = observe(table, answer)
    current = live(table, held, respelled(managed(table, held), spelled_in(held), observed))
    inputs = current | {name: held[name] for name in (*table.hidden, SECRETS) if name in held}
    kept = {name: value for name, value in held.items() if name != kind.name.held}
    names = _names(kind, current.get(name), observed.get(name) or held.get(name))
    return Reading(inputs, {**kept, **current, **names, **_id(kind, object_id)})


def _id(kind: Named, object_id: str) -> dict[str, Value]:
    return {kind.id_output.state: object_id} if kind.id_output else {}


def _names(kind: Named, managed_name: Value, name: Value) -> dict[str, Value]:
    """The object's name as an output, and the managed one beside it where that is another text, or none."""
    if name is None:
        return {}
    shown = {kind.name.state: name}
    return shown if name == managed_name else {**shown, str(kind.name.held): managed_name or ""}
