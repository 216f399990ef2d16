"""The two sides of a step: a resource as the state has it, and as the program declares it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from pulumi_messaging.core.declared import account_of
from pulumi_messaging.core.fields import NUMBER, NUMBERS, UNKNOWN, Kind, Table, Value, Values
from pulumi_messaging.core.hidden import FORMER, secrets_of
from pulumi_messaging.core.members import Member, Standing, spelled, unpacked
from pulumi_messaging.core.message_route import MessageRouteFields
from pulumi_messaging.core.numbers import MEMBERS
from pulumi_messaging.text import HIDDEN

# Stand for a secret, now and before: unequal, and valid for a field of any kind.
_NOW: Final = "0"
_BEFORE: Final = "1"


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers that a step touches.

    Attributes:
        names: E.164 or numeric id; none of a number that the program gave as a secret.
        nameless: The number of further ones.
        known: Whether that is all of them.
        origin: ``declared``, or for the numbers that use an object ``state`` or ``live``; ``unknown`` without both.
    """

    names: frozenset[str] = frozenset()
    nameless: int = 0
    known: bool = True
    origin: str = "declared"

    @property
    def count(self) -> int:
        """How many are known."""
        return len(self.names) + self.nameless

    def without(self, names: Iterable[str]) -> Numbers:
        """Without the numbers of these names."""
        return replace(self, names=self.names.difference(names))

    def __or__(self, other: Numbers) -> Numbers:
        return Numbers(
            self.names | other.names, self.nameless + other.nameless, self.known and other.known, self.origin
        )


class Side:
    """One side of a step: a resource as the state has it, or as the program declares it.

    Secrets come as ``[secret]``. They are replaced by values that can be compared, and their names are kept.

    Attributes:
        id: The object's id; empty for one that is to be created.
        account: The name of the object's account; empty for the default one.
        inputs: What the program declares.
        held: The outputs in the state.
        hidden: State names of the fields whose values must not be shown.
        members: The numbers of a group in the state; None where they are secrets, and for other resources.
        numbers: The numbers that the resource declares.
        names: All known names of the objects that it has: numbers, ids, and a route or profile that it adopts.
    """

    def __init__(
        self, table: Table, object_id: str, inputs: Values, outputs: Values, *, retained: bool = False
    ) -> None:
        self.table, self.id, self.retained = table, object_id, retained
        self.account = account_of(inputs) or account_of(outputs)
        hidden: set[str] = {row.state for row in table.fields if row.secret}
        hidden |= secrets_of(inputs) | secrets_of(outputs)
        self.inputs = {name: _comparable(name, value, hidden) for name, value in inputs.items()}
        held = {name: _comparable(name, value, hidden) for name, value in outputs.items()}
        if outputs.get(FORMER) == HIDDEN:
            settings = [row.state for row in table.settings if inputs.get(row.state) is not None]
            held[FORMER] = dict.fromkeys(settings, _BEFORE)
            hidden |= {*settings}
        self.held: Values = held
        self.hidden: frozenset[str] = frozenset(hidden)
        self.members: tuple[Member, ...] | None = None
        if isinstance(held.get(MEMBERS), list | tuple):
            self.members = tuple(unpacked(held[MEMBERS]))
        self.numbers = self._numbers()
        self.names = self._names()

    def row(self, *kinds: Kind) -> str | None:
        """The state name of the field of such a kind, if the resource has one."""
        return next((row.state for row in self.table.fields if row.kind in kinds), None)

    def declared(self, name: str | None) -> Value:
        """A declared value; None where it is a secret or not known yet."""
        value = self.inputs.get(name) if name and name not in self.hidden else None
        return None if value is UNKNOWN else value

    @property
    def has_numbers(self) -> bool:
        """Whether it is a resource of numbers, and not of an object that numbers use."""
        return self.row(*NUMBER, *NUMBERS) is not None

    def named(self, names: Iterable[str]) -> Numbers:
        """These numbers, without their names where they are secrets."""
        names = frozenset(names)
        secret = self.hidden & {self.row(*NUMBER), self.row(*NUMBERS)}
        return Numbers(nameless=len(names)) if secret else Numbers(names)

    def shown(self, names: Iterable[str]) -> tuple[str, ...]:
        """The names of numbers as far as they may be shown, sorted."""
        return tuple(sorted(self.named(names).names))

    def _numbers(self) -> Numbers:
        if one := self.row(*NUMBER):
            name = self.declared(one) or self.id
            if not isinstance(name, str):
                raise TypeError(one)
            return Numbers(frozenset({name})) if name else Numbers(nameless=1)
        if self.members is not None:
            return self.named(member.spelled for member in self.members if member.standing is not Standing.GONE)
        text = self.inputs.get(self.row(*NUMBERS) or "")
        if isinstance(text, str) and text != _NOW:
            return self.named(spelled(text))
        return Numbers(known=False)

    def _names(self) -> frozenset[str]:
        given = (self.id, self.declared(self.row(*NUMBER)), self.declared(MessageRouteFields.adopt.state))
        members = (name for member in self.members or () for name in names_of(member))
        return frozenset(filter(None, (*given, *self.numbers.names, *members)))


def names_of(member: Member) -> tuple[str, ...]:
    """All names of a member that are known."""
    return tuple(filter(None, (member.spelled, member.number, member.number_id)))


def _comparable(name: str, value: Value, hidden: set[str]) -> Value:
    """The value of a property, with the names of those that hold a secret added to ``hidden``."""
    if name == FORMER and isinstance(value, Mapping):
        return {key: _masked(key, item, hidden, _BEFORE) for key, item in value.items()}
    if name == MEMBERS and isinstance(value, list):
        return [_member(entry, hidden) for entry in value]
    return _masked(name, value, hidden, _NOW)


def _member(entry: Any, hidden: set[str]) -> Any:
    """An entry of packed members, whose former values may be secrets."""
    parts = {"former": _BEFORE, "now": _NOW}
    return {
        name: {key: _masked(key, item, hidden, parts[name]) for key, item in part.items()} if name in parts else part
        for name, part in entry.items()
    }


def _masked(name: str, value: Value, hidden: set[str], instead: str) -> Value:
    if HIDDEN not in _leaves(value):
        return value
    hidden.add(name)
    return instead


def _leaves(value: Value) -> Iterator[Value]:
    if isinstance(value, Mapping):
        for item in value.values():
            yield from _leaves(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _leaves(item)
    else:
        yield value
