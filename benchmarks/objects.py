"""What the benchmarks declare: half routes, half numbers, each with the arguments a real one has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["route", "number", "group"]

# The two profiles of a fresh emulator: a number moves from one to the other with each generation.
PROFILES = ("7d0c4c1e-5a51-4a51-9f4e-0c7b3f0a1d22", "c4a1f0de-2b6d-4c0e-8f57-6a9d2b1c4e10")
# A group is put on the one; some of its numbers were on the other before. A generation later a few are exchanged.
FORMER = PROFILES[0]
CHANGED = 3


@dataclass(frozen=True, slots=True)
class Declared:
    """One object as a program declares it: its resource name and its arguments."""

    kind: Kind
    name: str
    arguments: dict[str, Any]


def route(index: int, generation: int) -> Declared:
    """A route; another generation has another webhook."""
    url = f"https://hooks.example.com/{generation}/inbound/{index:05d}"
    arguments = {
        "message_url": url,
        "message_url_method": "POST",
        "message_route_enabled": True,
        "message_authentication_type": "None",
        "on_destroy": "delete",
    }
    return Declared("route", f"route-{index:05d}", arguments)


def number(index: int, generation: int) -> Declared:
    """A number; another generation has another messaging profile."""
    arguments = {
        "phone_number": phone_number(index),
        "messaging_profile_id": PROFILES[generation % 2],
        "on_destroy": "restore",
    }
    return Declared("number", f"number-{index:05d}", arguments)


def group(count: int, generation: int) -> Declared:
    """A group of numbers; another generation has lost its first ones and has others in their place."""
    first = 0 if generation == 1 else CHANGED
    arguments = {
        "phone_numbers": [phone_number(index) for index in range(first, first + count)],
        "messaging_profile_id": PROFILES[1],
        "on_destroy": "restore",
    }
    return Declared("group", "group", arguments)


def mixed(count: int, generation: int) -> list[Declared]:
    """As many routes as numbers."""
    return [(number if index % 2 else route)(index, generation) for index in range(count)]


def routes(count: int, generation: int) -> list[Declared]:
    """Routes only."""
    return [route(index, generation) for index in range(count)]


def phone_number(index: int) -> str:
    """The number of an index, one that a fresh emulator does not have."""
    return f"+1555777{index:04d}"
