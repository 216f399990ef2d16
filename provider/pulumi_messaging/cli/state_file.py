"""The objects that a stack's state holds."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Self

from pulumi_messaging.cli.exported import EXPORT, TOKEN, Resource, malformed, read_export
from pulumi_messaging.core.declared import account_of
from pulumi_messaging.core.inventory_row import folded_id
from pulumi_messaging.core.members import spelled, unpacked
from pulumi_messaging.core.message_route import MESSAGE_ROUTE
from pulumi_messaging.core.messaging_profile import MESSAGING_PROFILE
from pulumi_messaging.core.numbers import MEMBERS
from pulumi_messaging.core.tables import NUMBERS
from pulumi_messaging.estate.objects import MessageRouteInfo, MessagingProfileInfo, NumberInfo
from pulumi_messaging_engine.errors import EngineError
from pulumi_messaging_engine.values import SIGNATURE

# Class of resources → the kind of objects that they hold.
_KINDS: Final[Mapping[str, object]] = {
    MESSAGE_ROUTE.resource: MessageRouteInfo,
    MESSAGING_PROFILE.resource: MessagingProfileInfo,
    **{table.resource: vendor for vendor, its in NUMBERS.items() for table in (its.single, its.group)},
}
# Class of groups → the argument with their numbers.
_GROUPS: Final = {its.group.resource: its.numbers for its in NUMBERS.values()}


class StateFile:
    """The ids and numbers that the resources of a state hold in one account.

    Attributes:
        names: Class of resources → names, those of every account.
    """

    def __init__(self, held: set[tuple[object, str]], names: Mapping[str, Collection[str]]) -> None:
        self._held = held
        self.names = names

    @classmethod
    def read(cls, path: Path, account: str = "") -> Self:
        """Read a file; ``account`` is the account's name, as resources give it, "" for the default one.

        Raises:
            EngineError: It cannot be read, is no state, or hides the numbers of a group.
        """
        held: set[tuple[object, str]] = set()
        names: dict[str, set[str]] = {}
        for resource in read_export(path):
            names.setdefault(resource.type.removeprefix(TOKEN), set()).add(resource.urn.rpartition("::")[2])
            if account_of(resource.inputs or {}) != account:
                continue
            try:
                held.update(_held(resource))
            except (ValueError, LookupError, TypeError, AttributeError):
                raise malformed(path, resource.urn) from None
        return cls(held, names)

    def has(self, found: MessageRouteInfo | MessagingProfileInfo | NumberInfo) -> bool:
        """Whether a resource of the state holds the object."""
        if isinstance(found, NumberInfo):
            return not self._held.isdisjoint({(found.vendor, found.number), (found.vendor, found.id)})
        object_id = found.message_route_id if isinstance(found, MessageRouteInfo) else found.id
        return (type(found), folded_id(object_id)) in self._held


def _held(resource: Resource) -> Iterator[tuple[object, str]]:
    """The objects of one resource: its own, or the numbers of a group, by id and number as far as it has them."""
    name = resource.type.removeprefix(TOKEN)
    kind = _KINDS.get(name)
    if kind is None:
        return
    if argument := _GROUPS.get(name):
        yield from ((kind, number) for number in _numbers(resource, argument))
    elif resource.id:
        yield kind, folded_id(resource.id)


def _numbers(resource: Resource, argument: str) -> Iterator[str]:
    inputs, outputs = resource.inputs or {}, resource.outputs or {}
    declared = _clear(resource, inputs.get(argument, ""))
    yield from spelled(declared) if isinstance(declared, str) else declared
    # Numbers in clear, whose former settings are secrets: what is declared tells enough.
    for member in unpacked(_clear(resource, outputs.get(MEMBERS, ()), ())):
        yield from filter(None, (member.number, member.number_id))


def _clear(resource: Resource, value: Any, instead: Any = None) -> Any:
    """A value of the state in clear, or ``instead`` where the state hides it."""
    if isinstance(value, dict) and SIGNATURE in value:
        if "plaintext" not in value and instead is not None:
            return instead
        if "plaintext" not in value:
            raise EngineError(f"the state hides the numbers of {resource.urn}: {EXPORT} with --show-secrets")
        return json.loads(value["plaintext"])
    return value
