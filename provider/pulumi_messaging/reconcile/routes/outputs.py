"""The outputs of a route: its values as the vendor showed them, and what the state has to remember beside them."""

from __future__ import annotations

from typing import Final

from pulumi_messaging.core.diff import live, managed, observe
from pulumi_messaging.core.fields import Value, Values
from pulumi_messaging.core.hidden import SECRETS
from pulumi_messaging.core.message_route import DECLARED_NAME, MESSAGE_ROUTE, SPELLED, MessageRouteFields
from pulumi_messaging.reconcile.reconciler import Reading
from pulumi_messaging.reconcile.routes.former import Former
from pulumi_messaging.reconcile.routes.writes import Answer, Written, respelled, spelled_in

_NAME: Final = MessageRouteFields.route_name.state
_KEPT_INPUTS: Final = (*MESSAGE_ROUTE.hidden, SECRETS)


def outputs_after(
    route_id: str, declared: Values, written: Written, former: Former, before: Values
) -> dict[str, Value]:
    """The outputs after a create, a take-over or an update.

    After a failed write, a field that was sent and is not shown keeps its old value, so that the next run sends it.

    Args:
        route_id: The route.
        declared: The checked inputs.
        written: The route after the write.
        former: What it was before it was taken over.
        before: The values before this write, for the name where nothing showed it.
    """
    unproved = {change.field.state: change.old for change in written.sent if change.field.state not in written.shown}
    values = {**declared, **live(MESSAGE_ROUTE, declared, written.shown), **(unproved if written.error else {})}
    found = written.spelled.get(_NAME) or written.shown.get(_NAME) or before.get(_NAME)
    spelled = {SPELLED: dict(written.spelled)} if written.spelled else {}
    values |= {**_names(values.get(_NAME), found), **former.outputs(), **spelled}
    values[MessageRouteFields.message_route_id.state] = route_id
    return {name: value for name, value in values.items() if value is not None}


def reading_of(route_id: str, held: Values, answer: Answer) -> Reading:
    """Inputs and outputs after a read; hidden outputs stay as they are."""
    observed = observe(MESSAGE_ROUTE, answer)
    current = live(MESSAGE_ROUTE, held, respelled(managed(MESSAGE_ROUTE, held), spelled_in(held), observed))
    inputs = current | {name: held[name] for name in _KEPT_INPUTS if name in held}
    kept = {name: value for name, value in held.items() if name != DECLARED_NAME}
    name = _names(current.get(_NAME), observed.get(_NAME) or held.get(_NAME))
    return Reading(inputs, {**kept, **current, **name, MessageRouteFields.message_route_id.state: route_id})


def _names(managed_name: Value, name: Value) -> dict[str, Value]:
    """The route's name as an output, and the managed one beside it where that is another text, or none."""
    if name is None:
        return {}
    return {_NAME: name} if name == managed_name else {_NAME: name, DECLARED_NAME: managed_name or ""}
