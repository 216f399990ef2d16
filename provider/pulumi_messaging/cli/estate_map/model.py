"""The map: receivers, and the numbers whose messages they receive. No field of it holds a secret."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal

from pulumi_messaging.cli.estate_map.urls import shown_url
from pulumi_messaging.core.inventory_row import folded_id
from pulumi_messaging.estate.objects import Vendor
from pulumi_messaging.estate.reading import VENDORS
from pulumi_messaging.text import HIDDEN, brief

Kind = Literal["message route", "messaging profile"]

KINDS: Final[Mapping[Vendor, Kind]] = {"telegent": "message route", "telnyx": "messaging profile"}
NO_AUTHENTICATION: Final = "None"
MARKS: Final = ("disabled", "unauthenticated", "not encrypted", "without URL", "unknown", "without numbers")
BAD: Final = MARKS[:4]  # what may be a mistake


class Place(Enum):
    """Where a number is that is on no route or profile that is known."""

    NOWHERE = "on no route or profile"
    NOT_KNOWN = "whose place is not known"


_Key = tuple[Vendor, str, str | Place]  # vendor, account, and id of a receiver in one spelling


@dataclass(frozen=True, slots=True)
class Receiver:
    """A message route or a messaging profile.

    Attributes:
        vendor: The vendor that has it.
        id: Its id.
        name: Its name, if it has one that is known.
        enabled: Whether it is in use; None where that is not known.
        authentication: How the vendor authenticates at ``url``: ``None``, ``Basic``, ``Bearer`` or ``[secret]``; None
            where that is not known, and of a profile, whose calls Telnyx signs.
        url: The webhook that receives inbound messages, with what may be secret hidden; empty where there is
            none, None where that is not known.
        callback_url: The webhook that receives delivery receipts, likewise, or None.
        account: The name of the account in the program; empty for the default one.
        found: Whether it is among what was read; else only numbers name it.
    """

    vendor: Vendor
    id: str
    name: str | None = None
    enabled: bool | None = None
    authentication: str | None = None
    url: str | None = None
    callback_url: str | None = None
    account: str = ""
    found: bool = True

    @property
    def kind(self) -> Kind:
        """What it is."""
        return KINDS[self.vendor]

    @property
    def title(self) -> str:
        """Its name, or else its id."""
        return self.name or self.id

    @property
    def marks(self) -> Iterator[str]:
        """Those of ``MARKS`` that a receiver has by itself."""
        if self.enabled is False:
            yield "disabled"
        if self.authentication == NO_AUTHENTICATION and self.url:
            yield "unauthenticated"
        if any(url and url.startswith("http:") for url in (self.url, self.callback_url)):
            yield "not encrypted"
        if not self.found:
            yield "unknown"
        elif self.url == "":
            yield "without URL"


@dataclass(frozen=True, slots=True)
class Entry:
    """A receiver with its numbers, sorted; ``notes`` tell of numbers that are not shown."""

    receiver: Receiver
    numbers: Sequence[str]
    notes: Sequence[str] = ()

    @property
    def marks(self) -> tuple[str, ...]:
        """Those of the receiver, and ``without numbers``."""
        return (*self.receiver.marks, *(() if self.numbers or self.notes else ("without numbers",)))


@dataclass(frozen=True, slots=True)
class Group:
    """Numbers without a receiver."""

    vendor: Vendor
    place: Place
    numbers: Sequence[str]
    notes: Sequence[str] = ()
    account: str = ""


@dataclass(frozen=True, slots=True)
class Numbers:
    """Numbers at one place, as a source has them.

    Attributes:
        vendor: The vendor that has them.
        on: The id of the route or profile, or where else they are.
        numbers: E.164, or Telnyx's numeric ids.
        note: Tells of numbers that are not shown.
        account: The name of the account in the program; empty for the default one.
    """

    vendor: Vendor
    on: str | Place
    numbers: Iterable[str] = ()
    note: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True)
class Map:
    """Who receives what: ``source`` tells where that was read."""

    source: str
    entries: Sequence[Entry]
    groups: Sequence[Group]

    @classmethod
    def of(cls, source: str, receivers: Iterable[Receiver], numbers: Iterable[Numbers]) -> Map:
        """The map of these objects, in a fixed order; a number that is named twice is where it was named last."""
        known = {_key(each.vendor, each.account, each.id): each for each in receivers}
        places: dict[tuple[Vendor, str, str], _Key] = {}
        notes: dict[_Key, list[str]] = defaultdict(list)
        for part in numbers:
            key = _key(part.vendor, part.account, part.on)
            if isinstance(part.on, str):
                known.setdefault(key, Receiver(part.vendor, brief(part.on), account=part.account, found=False))
            places.update(((part.vendor, part.account, brief(number)), key) for number in part.numbers)
            notes[key] += [part.note] if part.note else []
        at: dict[_Key, list[str]] = defaultdict(list)
        for (_, _, number), key in sorted(places.items(), key=lambda each: each[0]):
            at[key].append(number)
        return cls(source, _entries(known, at, notes), _groups(at, notes))

    @property
    def numbers(self) -> int:
        """How many numbers are shown."""
        return sum(len(each.numbers) for each in self.entries) + sum(len(each.numbers) for each in self.groups)

    def marked(self) -> dict[str, int]:
        """How many receivers have each mark."""
        counts = Counter(mark for entry in self.entries for mark in entry.marks)
        return {mark: counts[mark] for mark in MARKS if counts[mark]}


def _key(vendor: Vendor, account: str, on: str | Place) -> _Key:
    return vendor, account, on if isinstance(on, Place) else folded_id(on)


def _entries(
    known: Mapping[_Key, Receiver], at: Mapping[_Key, Sequence[str]], notes: Mapping[_Key, Sequence[str]]
) -> tuple[Entry, ...]:
    ordered = sorted(
        known.items(), key=lambda each: (each[1].kind, each[1].title.casefold(), each[1].id, each[1].account)
    )
    return tuple(Entry(receiver, at.get(key, ()), notes.get(key, ())) for key, receiver in ordered)


def _groups(at: Mapping[_Key, Sequence[str]], notes: Mapping[_Key, Sequence[str]]) -> tuple[Group, ...]:
    accounts = sorted({account for _, account, _ in (*at, *notes)})
    keys = [(vendor, account, place) for place in Place for vendor in VENDORS for account in accounts]
    found = (Group(key[0], key[2], at.get(key, ()), notes.get(key, ()), key[1]) for key in keys)
    return tuple(group for group in found if group.numbers or group.notes)


def shown(value: object) -> str | None:
    """A text of a vendor or a state, printable and on one line; None for an empty one."""
    return brief(value) if isinstance(value, str) and value else None


def shown_webhook(value: object) -> str:
    """A URL as a map shows it; empty where there is none."""
    if not isinstance(value, str) or not value:
        return ""
    return HIDDEN if value == HIDDEN else brief(shown_url(value))


def ranges(numbers: Sequence[str]) -> list[tuple[str, str, int]]:
    """Sorted numbers as first, last and count of each row without a gap."""
    found: list[tuple[str, str, int]] = []
    for number in numbers:
        if found and _follows(found[-1][1], number):
            found[-1] = (found[-1][0], number, found[-1][2] + 1)
        else:
            found.append((number, number, 1))
    return found


def _follows(before: str, number: str) -> bool:
    digits = before[1:].isdecimal() and number[1:].isdecimal()
    return (
        digits and len(before) == len(number) and before[0] == number[0] == "+" and int(before[1:]) + 1 == int(number)
    )


def counted(count: int, noun: str) -> str:
    """A count with its noun: ``1,200 numbers``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
