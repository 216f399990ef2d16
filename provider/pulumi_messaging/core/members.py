"""The numbers of a group as inputs and as state: two texts, each short, each canonical.

Inputs hold one number a line, sorted, each once: an engine shows two such texts as lines added and removed. Outputs
hold the numbers that have all but the spelling in common as one text, so that what is remembered of many numbers is
stored once. Standard library only.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Values = Mapping[str, Any]


class Standing(StrEnum):
    """How a number stands to the declaration, as far as is known."""

    DONE = ""
    OPEN = "open"  # what was to be done is not, or nobody knows
    DRIFTED = "drifted"  # found otherwise at a refresh
    GONE = "gone"  # not in the account at a refresh


@dataclass(frozen=True, slots=True)
class Member:
    """One number of a group.

    Attributes:
        spelled: As it is declared: E.164 or numeric id.
        number: E.164.
        number_id: The numeric id, where it is kept.
        former: The values found before they were managed; a managed field that is missing here is not known.
        standing: How it stands to the declaration.
        now: Of a number that drifted, the values found in place of the declared ones; of one that is open, the values
            that this group set before and that may still be there.
    """

    spelled: str
    number: str
    number_id: str = ""
    former: Values = field(default_factory=dict)
    standing: Standing = Standing.DONE
    now: Values = field(default_factory=dict)

    @property
    def line(self) -> str:
        """The member as inputs show it: a declared number and nothing else where it is as declared."""
        if self.standing is Standing.OPEN:
            return f"{self.spelled} (not as declared yet)"
        found = " ".join(f"{name}={_compact(value)}" for name, value in sorted(self.now.items()))
        return f"{self.spelled} {found}".rstrip()


def canonical(numbers: Iterable[str]) -> str:
    """The declared numbers as inputs hold them."""
    return "".join(f"{number}\n" for number in sorted(set(numbers)))


def one_a_line(text: str) -> list[str]:
    """The numbers of a text that a program may have given.

    Raises:
        ValueError: A line holds more than a number and what a refresh says behind it.
    """
    if any(" " in line and "=" not in line and "(" not in line for line in text.splitlines()):
        raise ValueError("must hold one number a line")
    return spelled(text)


def spelled(text: str) -> list[str]:
    """The numbers of such a text; what a refresh says behind a number is not part of it."""
    return [line.split(None, 1)[0] for line in text.splitlines() if line.strip()]


def shown(members: Iterable[Member]) -> str:
    """The members as inputs hold them after a refresh: in this form they are compared with the declared numbers."""
    return canonical(member.line for member in members if member.standing is not Standing.GONE)


def packed(members: Iterable[Member]) -> tuple[dict[str, Any], ...]:
    """The members as outputs hold them: alike ones together."""
    groups: dict[tuple[str, str, str], list[Member]] = {}
    texts: dict[int, str] = {}  # most members share one object

    def text(values: Values) -> str:
        if id(values) not in texts:
            texts[id(values)] = _compact(values)
        return texts[id(values)]

    members = list(members)
    for member in members:
        groups.setdefault((member.standing, text(member.former), text(member.now)), []).append(member)
    return tuple(_group(alike) for _, alike in sorted(groups.items()))


def unpacked(groups: Iterable[Mapping[str, Any]]) -> Iterator[Member]:
    """The members of such outputs."""
    for group in groups:
        former, now = group.get("former", {}), group.get("now", {})
        standing = Standing(group.get("standing", ""))
        for token in group["numbers"].split():
            said, _, other = token.partition("=")
            number, number_id = (said, other) if said.startswith("+") else (other or said, said)
            yield Member(said, number, number_id, former, standing, now)


def _group(alike: list[Member]) -> dict[str, Any]:
    numbers = " ".join(sorted(map(_token, alike)))
    first = alike[0]
    more = {"former": dict(first.former), "now": dict(first.now), "standing": first.standing.value}
    return {"numbers": numbers, **{name: value for name, value in more.items() if value}}


def _token(member: Member) -> str:
    other = member.number_id if member.spelled == member.number else member.number
    return f"{member.spelled}={other}" if other and other != member.spelled else member.spelled


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
