"""Checks made during diff, without a request and without loading a client."""

from __future__ import annotations

from pulumi_messaging.core.diff import Change, replacements
from pulumi_messaging.core.fields import Values
from pulumi_messaging.core.message_route import MessageRouteFields
from pulumi_messaging.errors import Refused
from pulumi_messaging.reconcile.ownership import Ownership
from pulumi_messaging.reconcile.routes.former import Former


def hold_route(ownership: Ownership, route_id: str, held: Values, declared: Values) -> None:
    """Record the route of a resource of the state, what it remembers of it, and that this run renames it.

    Raises:
        Refused: Another resource has taken the route over, in this run or in an earlier one. The state does not show
            whose a route is; but two resources remember different values.
    """
    former = Former.of(held).values
    if ownership.recorded(route_id) not in (None, former):
        raise Refused(
            f"cannot manage message route {route_id} twice: another resource of this program has it; leave one of the "
            f"two out of the program, then run `pulumi up`, which leaves the route as it is for the other one"
        )
    ownership.hold(route_id, {route_id: former})
    name = MessageRouteFields.route_name.state
    if isinstance(declared.get(name), str) and declared[name] != held.get(name):
        ownership.rename(route_id)


def guard_route(route_id: str, declared: Values, changes: tuple[Change, ...], held: Values) -> None:
    """Refuse a change that would end with another route than the one held.

    Raises:
        Refused: ``adopt`` names another route, or the account of an adopted route changes.
    """
    adopt = declared.get(MessageRouteFields.adopt.state)
    if not isinstance(adopt, str):
        return
    if adopt != route_id:
        raise Refused(
            f'cannot adopt "{adopt}": the resource holds message route {route_id}; to take over the other one, '
            f"declare it under another resource name"
        )
    if replacements(changes, held):
        raise Refused(
            f"cannot move message route {route_id} to another account: a route stays in its account, and adopt "
            f"names this one; remove adopt to let a new route be made there, or keep account_id"
        )
