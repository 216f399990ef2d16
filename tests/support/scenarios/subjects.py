"""The resources of the scenarios that hold for all of them, one class each, and casts of them.

A scenario is written once, over a `Cast`: each of its resources manages one value of something that existed before, and
the scenario compares what they have at the vendor. All of them play in one world where a run succeeds; where it is
refused, each plays alone, because an engine ends a run at the first error.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from tests.support.emulator.seed import FIRST, FOURTH, SECOND

if TYPE_CHECKING:
    from tests.support.scenarios.world import World

THEIRS, THEIR_PROFILE = "MRID-theirs", "abcdef01-2b6d-4c0e-8f57-6a9d2b1c4e10"
# Profiles that no other emulator has.
_PROFILES = ("former", "ours", "other")


class Subject(ABC):
    """One kind of resource.

    Attributes:
        values: Three values: the former one, ours, and that of a later program or of somebody else.
        field: Python name of the argument that has the value.
        vendor: Prefix of the vendor's configuration keys.
        write: The operation that changes the value.
        reads: The operations that read it.
    """

    values: ClassVar[dict[str, str]]
    field: ClassVar[str]
    vendor: ClassVar[str]
    write: ClassVar[str]
    reads: ClassVar[tuple[str, ...]]

    @property
    def name(self) -> str:
        """The name of the resource."""
        return type(self).__name__.lower()

    @abstractmethod
    def exists(self, world: World) -> None:
        """The object is there, with its former value."""

    @abstractmethod
    def taking(self, value: str) -> dict[str, Any]:
        """The arguments of a resource that takes the object over and manages the value."""

    @abstractmethod
    def edit(self, world: World, **fields: Any) -> None:
        """Somebody else changes the object; fields as the vendor calls them."""

    @abstractmethod
    def set(self, world: World, value: str) -> None:
        """Somebody else changes the value."""

    @abstractmethod
    def drop(self, world: World) -> None:
        """Somebody else deletes the object."""

    @abstractmethod
    def stored(self, world: World) -> list[str | None]:
        """The value of each object at the vendor."""


class Route(Subject):
    """A message route that is adopted."""

    values: ClassVar[dict[str, str]] = {name: f"https://{name}.example.com/in" for name in _PROFILES}
    field, vendor, write = "message_url", "telegent", "updateMessageRoute"
    reads = ("getMessageRoute", "listMessageRoutes")

    def exists(self, world: World) -> None:
        url = {"MessageUrl": self.values["former"], "MessageUrlMethod": "POST"}
        world.add_route(MessageRouteId=THEIRS, RouteName="legacy", **url)

    def taking(self, value: str) -> dict[str, Any]:
        return {"adopt": THEIRS, "message_url": value, "message_url_method": "POST"}

    def edit(self, world: World, **fields: Any) -> None:
        world.control("PATCH", f"routes/{THEIRS}", fields)

    def set(self, world: World, value: str) -> None:
        self.edit(world, MessageUrl=value)

    def drop(self, world: World) -> None:
        world.control("DELETE", f"routes/{THEIRS}")

    def stored(self, world: World) -> list[str | None]:
        routes = world.control("GET", "state")["routes"]
        return [route["MessageUrl"] for route in routes if route["MessageRouteId"] == THEIRS]


class Profile(Subject):
    """A messaging profile that is adopted."""

    values: ClassVar[dict[str, str]] = {name: f"https://{name}.example.com/profile" for name in _PROFILES}
    field, vendor, write = "webhook_url", "telnyx", "updateProfile"
    reads = ("retrieveProfile", "listProfiles")

    def exists(self, world: World) -> None:
        adopted = {"id": THEIR_PROFILE, "name": "legacy", "webhook_url": self.values["former"]}
        world.control("POST", "profiles", {**adopted, "whitelisted_destinations": ["US"]})

    def taking(self, value: str) -> dict[str, Any]:
        return {"adopt": THEIR_PROFILE, "whitelisted_destinations": ["US"], "webhook_url": value}

    def edit(self, world: World, **fields: Any) -> None:
        world.control("PATCH", f"profiles/{THEIR_PROFILE}", fields)

    def set(self, world: World, value: str) -> None:
        self.edit(world, webhook_url=value)

    def drop(self, world: World) -> None:
        world.control("DELETE", f"profiles/{THEIR_PROFILE}")

    def stored(self, world: World) -> list[str | None]:
        profiles = world.control("GET", "state")["profiles"]
        return [profile["webhook_url"] for profile in profiles if profile["id"] == THEIR_PROFILE]


class Number(Subject):
    """The messaging settings of one number."""

    values: ClassVar[dict[str, str]] = {
        name: f"{digit}-3333-4333-8333-333333333333"
        for name, digit in zip(_PROFILES, ("0" * 8, "1" * 8, "2" * 8), strict=True)
    }
    field, vendor, write = "messaging_profile_id", "telnyx", "updateMessaging"
    reads = ("retrieveMessaging", "listMessaging")
    numbers: tuple[str, ...] = (FIRST,)

    def exists(self, world: World) -> None:
        there = {profile["id"] for profile in world.control("GET", "state")["profiles"]}
        for name, profile in self.values.items():
            if profile not in there:
                world.control("POST", "profiles", {"id": profile, "name": name})
        self.set(world, self.values["former"])

    def taking(self, value: str) -> dict[str, Any]:
        return {"phone_number": self.numbers[0], "messaging_profile_id": value}

    def edit(self, world: World, **fields: Any) -> None:
        for number in self.numbers:
            world.edit_number(number, **fields)

    def set(self, world: World, value: str) -> None:
        self.edit(world, messaging_profile_id=value)

    def drop(self, world: World) -> None:
        for number in self.numbers:
            world.drop_number(number)

    def stored(self, world: World) -> list[str | None]:
        rows = world.control("GET", "state")["numbers"]
        live = [row for row in rows if row["status"] == "active"]
        return [row["messaging_profile_id"] for row in live if row["phone_number"] in self.numbers]


class Group(Number):
    """The messaging settings of a group of two numbers."""

    numbers = (SECOND, FOURTH)

    def taking(self, value: str) -> dict[str, Any]:
        return {"phone_numbers": [*self.numbers], "messaging_profile_id": value}


class RoutedNumber(Subject):
    """The message route of one Telegent number."""

    values: ClassVar[dict[str, str]] = {name: f"MRID-{name}" for name in _PROFILES}
    field, vendor, write = "message_route_id", "telegent", "updateNumber"
    reads = ("getNumber", "listInventory")
    numbers: tuple[str, ...] = ("+15550200001",)

    def exists(self, world: World) -> None:
        there = {route["MessageRouteId"] for route in world.control("GET", "state")["routes"]}
        for name, route in self.values.items():
            if route not in there:
                world.add_route(MessageRouteId=route, RouteName=name)
        self.set(world, self.values["former"])

    def taking(self, value: str) -> dict[str, Any]:
        return {"number": self.numbers[0], "message_route_id": value}

    def edit(self, world: World, **fields: Any) -> None:
        for number in self.numbers:
            world.control("PATCH", f"telegent-numbers/{number}", fields)

    def set(self, world: World, value: str) -> None:
        self.edit(world, MessageRouteId=value)

    def drop(self, world: World) -> None:
        for number in self.numbers:
            world.control("DELETE", f"telegent-numbers/{number}")

    def stored(self, world: World) -> list[str | None]:
        rows = world.control("GET", "state")["telegentNumbers"]
        return [row["MessageRouteId"] for row in rows if row["Number"] in self.numbers]


class RoutedGroup(RoutedNumber):
    """The message route of a group of two Telegent numbers."""

    numbers = ("+15550200002", "+15550200003")

    def taking(self, value: str) -> dict[str, Any]:
        return {"numbers": [*self.numbers], "message_route_id": value}


class Cast:
    """Some of the resources, in one world."""

    def __init__(self, *subjects: Subject) -> None:
        self.subjects = subjects

    @property
    def names(self) -> list[str]:
        """The resources' names."""
        return [one.name for one in self.subjects]

    @property
    def numbers(self) -> list[str]:
        """The phone numbers of all."""
        return [number for one in self.subjects if isinstance(one, Number) for number in one.numbers]

    def exist(self, world: World) -> None:
        """The objects are there, with their former values."""
        for one in self.subjects:
            one.exists(world)

    def taking(self, which: str = "ours", *, rename: str = "", **more: Any) -> dict[str, Any]:
        """The resources, by name, with further arguments; `rename` follows each name."""
        return {one.name + rename: {**one.taking(one.values[which]), **more} for one in self.subjects}

    def set(self, world: World, which: str) -> None:
        """Somebody else changes the values."""
        for one in self.subjects:
            one.set(world, one.values[which])

    def drop(self, world: World) -> None:
        """Somebody else deletes the objects."""
        for one in self.subjects:
            one.drop(world)

    def values(self, world: World) -> dict[str, str]:
        """What each resource has at the vendor: the name of its value, or the values as they are."""
        return {one.name: self._named(one, one.stored(world)) for one in self.subjects}

    def have(self, which: str) -> dict[str, str]:
        """What `values` gives when each resource has that value."""
        return dict.fromkeys(self.names, which)

    @staticmethod
    def _named(one: Subject, found: list[str | None]) -> str:
        names = {value: name for name, value in one.values.items()}
        alike = names.get(found[0] or "") if len(set(found)) == 1 else None
        return alike or repr(found)


SUBJECTS: tuple[Subject, ...] = (Route(), Profile(), Number(), Group(), RoutedNumber(), RoutedGroup())
ALL = Cast(*SUBJECTS)
NUMBERS = Cast(*(one for one in SUBJECTS if isinstance(one, Number)))


def each(cast: Cast = ALL) -> pytest.MarkDecorator:
    """Run a scenario for each of these resources alone."""
    alone = [Cast(one) for one in cast.subjects]
    return pytest.mark.parametrize("cast", alone, ids=cast.names)


def tells(text: str, *words: str) -> bool:
    """Whether one line has all these words."""
    return any(all(word in line for word in words) for line in text.splitlines())
