"""Checks made during diff, without a request and without loading a client."""

from __future__ import annotations

from collections.abc import Iterable

from pulumi_messaging.core.diff import diff, managed, replacements
from pulumi_messaging.core.fields import UNKNOWN, Values
from pulumi_messaging.core.members import spelled, unpacked
from pulumi_messaging.core.number_messaging import NUMBER_MESSAGING
from pulumi_messaging.errors import Refused
from pulumi_messaging.reconcile.naming import some
from pulumi_messaging.reconcile.ownership import Ownership


def hold_number(ownership: Ownership, number_id: str, held: Values, declared: Values) -> None:
    """Tell which number a resource of the state keeps, or that it is to let go of it.

    Raises:
        Refused: Another resource keeps it too.
    """
    if declared["phoneNumber"] is UNKNOWN:
        return
    number = held.get("phoneNumber", number_id)
    leaving = replacements(diff(NUMBER_MESSAGING, held, declared), held)
    if leaving:
        ownership.leaves({number: held["__former"]})
    if ownership.holds(owner_of(number_id, held), () if leaving else (number_id, number)):
        raise managed_already(number, number_id)


def managed_already(number: str, number_id: str) -> Refused:
    """The error for a number that another resource has."""
    return Refused(
        f"cannot manage number {number}: another resource of this program manages it already "
        f"(numeric id {number_id}); declare it once"
    )


def owner_of(number_id: str, held: Values) -> str:
    """Two resources of one number have declared it in different ways, or the program would have refused them."""
    return f"{number_id} {managed(NUMBER_MESSAGING, held).get('phoneNumber')}"


def hold_group(ownership: Ownership, group_id: str, held: Values, declared: Values) -> None:
    """Tell which numbers a group of the state keeps, and which ones it is to let go.

    Raises:
        Refused: Another resource keeps some of them too.
    """
    numbers = declared["phoneNumbers"]
    if not isinstance(numbers, str):
        return  # not known yet
    wanted = set(spelled(numbers))
    members = list(unpacked(held["__numbers"]))
    keeps = [member for member in members if member.spelled in wanted]
    ownership.leaves({member.number: member.former for member in members if member.spelled not in wanted})
    names = {name: member.spelled for member in keeps for name in (member.number, member.number_id) if name}
    others = ownership.holds(group_id, names)
    if others:
        raise Refused(managed_twice({names[name] for name in others}))


def managed_twice(numbers: Iterable[str]) -> str:
    """That these numbers have another owner, in words."""
    return (
        f"cannot manage {some(numbers)}: another resource of this program manages them already; "
        f"declare each number once"
    )
