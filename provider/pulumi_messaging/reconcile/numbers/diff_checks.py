"""Checks made during diff, without a request and without loading a client."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from pulumi_messaging.core.diff import diff, managed, replacements
from pulumi_messaging.core.fields import UNKNOWN, Table, Value, Values
from pulumi_messaging.core.hidden import FORMER, NOT_KNOWN, SECRETS, SENT
from pulumi_messaging.core.members import Member, Standing, canonical, spelled, unpacked
from pulumi_messaging.core.numbers import GROUP_ID, MEMBERS, NumberResources
from pulumi_messaging.errors import Refused
from pulumi_messaging.reconcile.numbers.reports import some
from pulumi_messaging.reconcile.ownership import Ownership, Past


def hold_number(
    resources: NumberResources, ownership: Ownership, number_id: str, held: Values, declared: Values
) -> None:
    """Record the number of a resource of the state, or that the resource hands it over; refuse a number kept twice."""
    if declared[resources.number] is UNKNOWN:
        return
    table, owner = resources.single, owner_of(resources, number_id, held)
    names = (held.get(resources.number, number_id), number_id)
    former: Values = held.get(FORMER, {})
    if replacements(diff(table, held, declared), held):
        past = Past((managed(table, held),), former)
        ownership.hold(owner, {}, dict.fromkeys(names, past))
    elif ownership.hold(owner, dict.fromkeys(names, former)):
        raise managed_already(*names)


def hold_group(resources: NumberResources, ownership: Ownership, group_id: str, held: Values, declared: Values) -> None:
    """Record the numbers that a group of the state keeps, and those that it hands over; refuse numbers kept twice."""
    if not isinstance(declared[resources.numbers], str):
        return  # not known yet
    wanted, there = set(spelled(declared[resources.numbers])), []
    for member in unpacked(held[MEMBERS]):
        if member.has_left:  # a value of ours on the number that is there now: nobody knows what was before
            ownership.remember((member.number,), Past(written(member, held), {}, for_owner=False))
        else:
            there.append(member)
    members = {name: member for member in there for name in (member.number, member.number_id) if name}
    keeps = {name: member for name, member in members.items() if member.spelled in wanted}
    hands_over = {
        name: Past(written(member, held), member.former) for name, member in members.items() if name not in keeps
    }
    if others := ownership.hold(group_id, {name: member.former for name, member in keeps.items()}, hands_over):
        raise managed_twice(keeps[name].spelled for name in others)


def seen_number(resources: NumberResources, ownership: Ownership, inputs: Values) -> None:
    """Record that a resource of the state has written a number; its diff or its delete says what stood there before."""
    number = inputs.get(resources.number)
    if isinstance(number, str):
        ownership.remember((number,), Past((inputs,), {}, for_owner=False, to_come=True))


def seen_group(resources: NumberResources, ownership: Ownership, inputs: Values) -> None:
    """The same for the numbers of a group of the state."""
    numbers = inputs.get(resources.numbers)
    if isinstance(numbers, str):
        ownership.remember(spelled(numbers), Past((inputs,), {}, for_owner=False, to_come=True))


def written(member: Member, held: Values) -> tuple[Values, ...]:
    """The values that a group gave to a member; an open one may still have those set before."""
    return (held, {**held, **member.now}) if member.standing is Standing.OPEN else (held,)


def remembered(table: Table, member: Member, held: Values) -> Values:
    """The former values of the settings that a group manages, with a mark for each that is not known."""
    names = [field.state for field in table.settings]
    missing = [name for name in names if held.get(name) is not None and name not in member.former]
    return {**member.former, **dict.fromkeys(missing, NOT_KNOWN)} if missing else member.former


def owner_of(resources: NumberResources, number_id: str, held: Values) -> str:
    """The key of a single number's resource, its declared spelling: no program has two resources with the same one."""
    return str(managed(resources.single, held).get(resources.number, number_id))


def managed_already(number: str, number_id: str) -> Refused:
    """The error for a number of another resource."""
    known = f" (numeric id {number_id})" if number_id != number else ""
    return Refused(
        f"cannot manage number {number}: another resource of this program manages it already{known}; declare it once"
    )


def managed_twice(numbers: Iterable[str]) -> Refused:
    """The error for numbers of a group that other resources have."""
    return Refused(
        f"cannot manage {some(set(numbers))}: another resource of this program manages them already; "
        f"declare each number once"
    )


def unsettled_number(
    resources: NumberResources, number_id: str, held: Values, declared: Values, names: Collection[str]
) -> Iterator[Values]:
    """The declaration of settings that become managed, or whose last write is not known, for a look at the number."""
    if names or SENT in held:
        kept = _settings(resources.single) if SENT in held else names
        yield {**_some(declared, kept), resources.number: number_id}


def unsettled_group(
    resources: NumberResources, _group_id: str, held: Values, declared: Values, names: Collection[str]
) -> Iterator[Values]:
    """The same of a group: all numbers where settings become managed, and those that are not as declared."""
    numbers = declared[resources.numbers]
    if not isinstance(numbers, str):
        return
    if names:
        yield _some(declared, {*names, resources.numbers})
    restless = [each.spelled for each in unpacked(held[MEMBERS]) if each.standing is not Standing.DONE]
    if again := {*spelled(numbers)}.intersection(restless):
        yield {**_some(declared, _settings(resources.group)), resources.numbers: canonical(again)}


def _settings(table: Table) -> frozenset[str]:
    return frozenset(row.state for row in table.settings)


def _some(declared: Values, names: Collection[str]) -> dict[str, Value]:
    return {name: value for name, value in declared.items() if name in names or name in (SECRETS, GROUP_ID)}
