"""Filters of the estate: what a team that shares an account with others calls its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from pulumi_messaging.core.inventory_row import folded_id
from pulumi_messaging.core.spelling import folded_name
from pulumi_messaging.errors import ConfigurationError
from pulumi_messaging.estate.objects import NumberInfo, Vendor
from pulumi_messaging.estate.reading import VENDORS, Estate


@dataclass(frozen=True, slots=True)
class Filters:
    """What is shown of an estate. Of several values of one filter, one must fit; of several filters, all must.

    Attributes:
        names: Names of routes and profiles, or patterns with ``*`` and ``?``.
        profiles: Ids or names (patterns) of profiles; without ``routes``, Telegent is left out.
        routes: Ids or names (patterns) of routes; without ``profiles`` and ``tags``, Telnyx is left out.
        numbers: Patterns of numbers, or parts of them.
        tags: Tags of Telnyx numbers; without ``routes``, Telegent is left out.
        unassigned: Only numbers that are on no route or profile.

    Raises:
        ConfigurationError: A value is empty.
    """

    names: Sequence[str] = ()
    profiles: Sequence[str] = ()
    routes: Sequence[str] = ()
    numbers: Sequence[str] = ()
    tags: Sequence[str] = ()
    unassigned: bool = False

    def __post_init__(self) -> None:
        for option in ("name", "profile", "route", "number", "tag"):
            if not all(map(str.strip, getattr(self, f"{option}s"))):
                raise ConfigurationError(f"a value of --{option} is empty: give one, or leave the option out")

    @property
    def vendors(self) -> Sequence[Vendor]:
        """The vendors that the filters speak of."""
        telnyx = bool(self.profiles or self.tags)
        if telnyx == bool(self.routes):
            return VENDORS
        return ("telnyx",) if telnyx else ("telegent",)

    def of(self, estate: Estate) -> Estate:
        """The part of the estate that fits; where numbers are chosen, the routes and profiles are those they are on."""
        names = {folded_id(each.message_route_id): each.route_name for each in estate.routes}
        names |= {folded_id(each.id): each.name for each in estate.profiles}
        numbers = tuple(number for number in estate.numbers if self._chooses(number, names))
        used = {folded_id(number.assigned_to) for number in numbers if number.assigned_to}
        any_route = not (self.numbers or self.unassigned)
        any_profile = any_route and not self.tags
        return Estate(
            routes=tuple(
                each
                for each in estate.routes
                if self._fits(each.message_route_id, each.route_name, self.routes)
                and (any_route or folded_id(each.message_route_id) in used)
            ),
            profiles=tuple(
                each
                for each in estate.profiles
                if self._fits(each.id, each.name, self.profiles) and (any_profile or folded_id(each.id) in used)
            ),
            numbers=numbers,
        )

    def _chooses(self, number: NumberInfo, names: Mapping[str, str | None]) -> bool:
        """Whether a number fits; ``names`` are those of routes and profiles by id."""
        on = number.assigned_to
        if self.unassigned and on is not None:
            return False
        if self.numbers and not any(_is_part(part, number.number) for part in self.numbers):
            return False
        if self.tags and number.vendor == "telnyx" and not {*self.tags} & {*number.tags}:
            return False
        wanted = self.routes if number.vendor == "telegent" else self.profiles
        if not (self.names or wanted):
            return True
        return on is not None and self._fits(on, names.get(folded_id(on)), wanted)

    def _fits(self, object_id: str, name: str | None, wanted: Sequence[str]) -> bool:
        """Whether a route or a profile fits."""
        by_name = not self.names or _is_named(name, self.names)
        return by_name and (not wanted or folded_id(object_id) in map(folded_id, wanted) or _is_named(name, wanted))


def _is_named(name: str | None, patterns: Sequence[str]) -> bool:
    text = folded_name(name or "")
    return any(_fits_pattern(text, pattern) for pattern in map(folded_name, patterns))


def _is_part(pattern: str, number: str) -> bool:
    return _fits_pattern(number, pattern) if {"*", "?"} & {*pattern} else pattern in number


def _fits_pattern(text: str, pattern: str) -> bool:
    """Whether a pattern describes a text; a bracket means itself: names such as "[prod] orders" have it."""
    return fnmatchcase(text, pattern.replace("[", "[[]"))
