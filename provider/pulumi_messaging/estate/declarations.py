"""Declarations of the objects of an estate, such that the first `up` of them has nothing to write.

What an object has is declared; what it leaves empty is not managed. Passwords are not: no answer shows them. What the
checks of the resources refuse is kept apart, with the reason.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

from pulumi_messaging.core.check import check
from pulumi_messaging.core.declared import ACCOUNT_ROW
from pulumi_messaging.core.diff import observe
from pulumi_messaging.core.fields import Field, Table, Value, Values
from pulumi_messaging.core.message_route import ROUTES
from pulumi_messaging.core.messaging_profile import PROFILES
from pulumi_messaging.core.named import WITH_CREDENTIALS, Named
from pulumi_messaging.core.numbers import NumberResources
from pulumi_messaging.core.spelling import folded_name
from pulumi_messaging.core.tables import NAMED, NUMBERS
from pulumi_messaging.errors import Problem
from pulumi_messaging.estate.names import slug, unique
from pulumi_messaging.estate.objects import NumberInfo, Vendor
from pulumi_messaging.estate.reading import Estate
from pulumi_messaging.text import brief

_ADOPT: Final = ROUTES.adopt.state  # of every kind
# Password → the authentication that needs it.
_AUTHENTICATION: Final = {each.password.state: each.authentication.state for each in ROUTES.directions}

# Resource class → names that are in use.
Taken = Mapping[str, Collection[str]]
# Of resources → id or key, with the wanted name and a longer one → name.
Namer = Callable[[Table, Mapping[str, tuple[str, str]]], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A value that the checks refuse, and why."""

    value: Value = field(repr=False)
    reason: str


@dataclass(frozen=True, slots=True)
class Declaration:
    """A resource.

    Attributes:
        table: Its class.
        object_id: Id of the route or profile; empty for numbers.
        name: Name of the resource.
        arguments: State name → value.
        passwords: State names of the passwords that the object has, but no answer shows.
        left_out: State name → what is refused.
        twice: Whether the account has the object's name twice, so that it is not declared.
        problem: Why the whole is refused; empty: it is not.
    """

    table: Table
    object_id: str
    name: str
    arguments: Mapping[str, Value] = field(repr=False)
    passwords: tuple[str, ...] = ()
    left_out: Mapping[str, LeftOut] = field(default_factory=dict)
    twice: bool = False
    problem: str = ""

    @property
    def rows(self) -> Iterator[tuple[Field, Value]]:
        """The arguments in the order of a program, with ``adopt`` first."""
        for row in sorted(self.table.fields, key=lambda row: row.state != _ADOPT):
            if row.state in self.arguments:
                yield row, self.arguments[row.state]

    def notes(self, spell: Callable[[Field], str]) -> Iterator[str]:
        """What a reader is told above the resource; ``spell`` gives an argument's name there."""
        if self.problem:
            yield f"# Refused: {brief(self.problem)}."
        if self.twice:
            kind = NAMED[self.table.resource]
            yield f"# Another {kind.noun} has the same name: {spell(kind.name)} is not declared."

    def key(self, password: str) -> str:
        """The configuration key of a password; no name of a resource holds a capital letter."""
        return f"{self.name}-{password}"


@dataclass(frozen=True, slots=True)
class Declarations:
    """The declarations of an estate, and how many numbers of it have nothing to declare."""

    resources: tuple[Declaration, ...] = ()
    unassigned: int = 0


def declared(
    shown: Estate, whole: Estate, rows: Mapping[str, Mapping[str, Any]], taken: Taken, account: str = ""
) -> Declarations:
    """Declare a part of an estate.

    Args:
        shown: The part.
        whole: The estate, whose names count.
        rows: Id of each route and profile of the part → the vendor's row, with all its fields.
        taken: Names of resources that the program has already.
        account: Name of the account; "" is the default one.
    """

    def name(table: Table, wanted: Mapping[str, tuple[str, str]]) -> Mapping[str, str]:
        return unique(wanted, taken.get(table.resource, ()), account)

    resources: list[Declaration] = []
    for kind, names, listed in zip((ROUTES, PROFILES), _names(whole), _names(shown), strict=True):
        twice = Counter(map(folded_name, names.values()))
        named = name(kind.table, _named(listed, kind.noun))
        resources += (
            _object(kind, object_id, own, rows[object_id], twice=twice[folded_name(listed[object_id])] > 1)
            for object_id, own in named.items()
        )
    numbers = tuple(dict.fromkeys(shown.numbers))
    assigned = [number for number in numbers if number.assigned_to]
    often = Counter((number.vendor, number.number) for number in set(whole.numbers))
    resources += _of_numbers(assigned, often, {**_names(whole)[0], **_names(whole)[1]}, name)
    if account:
        of_account = {ACCOUNT_ROW.state: account}
        resources = [replace(each, arguments={**each.arguments, **of_account}) for each in resources]
    return Declarations(tuple(map(_accepted, sorted(resources, key=_place))), len(numbers) - len(assigned))


def _names(estate: Estate) -> tuple[dict[str, str], dict[str, str]]:
    """The names of routes, and those of profiles, by id."""
    routes = {each.message_route_id: each.route_name or "" for each in estate.routes}
    return routes, {each.id: each.name or "" for each in estate.profiles}


def _place(resource: Declaration) -> tuple[bool, str, str]:
    """Objects before the numbers that are on them, each by class and name."""
    return _ADOPT not in resource.arguments, resource.table.resource, resource.name


def _named(names: Mapping[str, str], instead: str) -> dict[str, tuple[str, str]]:
    """The wanted names of resources and the longer ones, from names of objects by id."""
    wanted = {object_id: slug(name) or instead for object_id, name in names.items()}
    return {
        object_id: (name, f"{name}-{slug(object_id.removeprefix('MRID-'))[:8]}") for object_id, name in wanted.items()
    }


def _object(kind: Named, object_id: str, name: str, row: Mapping[str, Any], *, twice: bool) -> Declaration:
    """The declaration of a route or profile, which is taken over by its id."""
    table, found = kind.table, observe(kind.table, row)
    given = {each.state: found[each.state] for each in table.settings if found.get(each.state) not in (None, "", ())}
    if twice:
        given.pop(kind.name.state, None)
    passwords = [
        each.password.state for each in kind.directions if given.get(each.authentication.state) in WITH_CREDENTIALS
    ]
    return Declaration(table, object_id, name, {_ADOPT: object_id, **given}, tuple(passwords), twice=twice)


class _Alike(NamedTuple):
    """The settings that numbers have in common; a number that cannot be declared is alone."""

    vendor: Vendor
    settings: tuple[tuple[str, Value], ...]
    alone: str = ""
    problem: str = ""

    @property
    def resources(self) -> NumberResources:
        """The classes of one number and of a group."""
        return NUMBERS[self.vendor]


def _of_numbers(
    numbers: Sequence[NumberInfo], often: Mapping[tuple[Vendor, str], int], named: Mapping[str, str], name: Namer
) -> Iterator[Declaration]:
    """The declarations of numbers: one resource for all that are alike; ``often`` counts each number's entries."""
    members: dict[_Alike, list[str]] = defaultdict(list)
    for number in numbers:
        alike = _Alike(number.vendor, tuple(_settings(number)))
        twice = often[number.vendor, number.number] > 1
        spelled = _spelled(alike.resources, number, twice)
        if twice or not spelled:
            problem = f"the account lists {number.number} twice: declare the one you mean" if twice else ""
            alike = alike._replace(alone=spelled or number.number, problem=problem)
        members[alike].append(spelled or number.number)
    tables = {
        alike: alike.resources.single if len(spelled) == 1 else alike.resources.group
        for alike, spelled in members.items()
    }
    for table in dict.fromkeys(tables.values()):
        own = {repr(alike): alike for alike in members if tables[alike] is table}
        wanted = {key: _wanted(alike, members[alike], named) for key, alike in own.items()}
        for key, given in name(table, wanted).items():
            yield _number_resource(table, given, own[key], sorted(members[own[key]]))


def _settings(number: NumberInfo) -> Iterator[tuple[str, Value]]:
    for row in NUMBERS[number.vendor].single.settings:
        value = getattr(number, row.name)
        if value:
            yield row.state, tuple(sorted(value)) if isinstance(value, tuple) else value


def _spelled(resources: NumberResources, number: NumberInfo, ambiguous: bool) -> str:
    """The number as a resource names it: E.164 if that is one and only this number's, else its id; empty: neither."""
    name = resources.number
    for text in (number.id,) if ambiguous else (number.number, number.id):
        if all(problem.property != name for problem in check(resources.single, {name: text})):
            return text
    return ""


def _wanted(alike: _Alike, numbers: Sequence[str], named: Mapping[str, str]) -> tuple[str, str]:
    """The wanted name and the longer one of one number, or of several alike."""
    target, *others = alike.settings
    base = f"number-{slug(numbers[0])}" if len(numbers) == 1 else slug(named.get(target[1], "")) or "numbers"
    return base, slug(f"{base} {others}") if others else f"{base}-{slug(target[1].removeprefix('MRID-'))[:8]}"


def _number_resource(table: Table, name: str, alike: _Alike, numbers: Sequence[str]) -> Declaration:
    its = alike.resources
    named = {its.number: numbers[0]} if table is its.single else {its.numbers: tuple(numbers)}
    return Declaration(table, "", name, {**named, **dict(alike.settings)}, problem=alike.problem)


def _accepted(resource: Declaration) -> Declaration:
    """The declaration without the optional arguments that the checks refuse, or with the problem of the whole."""
    if resource.problem:
        return resource
    kept, left_out = dict(resource.arguments), dict(resource.left_out)
    while problems := check(resource.table, kept, spell=str, quotes=False):
        reasons = "; ".join(f"{each.property} {each.reason}" for each in problems)
        name = _culprit(resource.table, kept, problems[0])
        if name is None:
            return replace(resource, problem=reasons)
        left_out[name] = LeftOut(kept.pop(name), f"{problems[0].property} {problems[0].reason}")
    passwords = tuple(name for name in resource.passwords if _AUTHENTICATION[name] in kept)
    return replace(resource, arguments=kept, left_out=left_out, passwords=passwords)


def _culprit(table: Table, given: Values, problem: Problem) -> str | None:
    """The optional argument without which there is no such problem."""
    optional = [row for row in table.fields if row.state in given and not row.required and row.state != _ADOPT]
    named = [row for row in optional if row.name == problem.property.partition(".")[0]]
    for row in named or optional:
        rest = {name: value for name, value in given.items() if name != row.state}
        if problem not in check(table, rest, spell=str, quotes=False):
            return row.state
    return None
