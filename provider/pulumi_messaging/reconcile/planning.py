"""What a diff already learns and refuses, without a request: a run that changes nothing loads no more than this."""

from __future__ import annotations

from pulumi_messaging.core.diff import Change, replacements
from pulumi_messaging.core.fields import Values
from pulumi_messaging.core.members import spelled, unpacked
from pulumi_messaging.errors import Refused
from pulumi_messaging.reconcile.ownership import Ownership


def guard(route_id: str, declared: Values, changes: tuple[Change, ...], held: Values) -> None:
    """Stop, in the preview already, what would end with another route than the one that is held.

    Raises:
        Refused: ``adopt`` names another route, or the account of an adopted route changes.
    """
    adopt = declared.get("adopt")
    if not isinstance(adopt, str):
        return
    if adopt != route_id:
        raise Refused(
            f'cannot adopt "{adopt}": the resource holds message route {route_id}; to take over the other one, '
            f"declare it under another resource name"
        )
    if replacements(changes, held):
        raise Refused(
            f"cannot move message route {route_id} to another account: it would be deleted and could not be adopted "
            f"again; remove adopt to let a new route be made, or keep account_id"
        )


def hold(ownership: Ownership, held: Values, declared: Values) -> None:
    """Tell which numbers a group of the state keeps, and which ones it is to let go."""
    numbers = declared.get("phoneNumbers")
    wanted = set(spelled(numbers)) if isinstance(numbers, str) else None
    members = list(unpacked(held["__numbers"]))
    keeps = [member for member in members if wanted is None or member.spelled in wanted]
    ownership.holds(*(member.number for member in keeps))
    if wanted is not None:
        ownership.leaves({member.number: member.former for member in members if member.spelled not in wanted})
