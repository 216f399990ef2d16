"""The numbers of a group as inputs and as state: two texts, each short, each canonical.

Inputs hold one number a line, sorted, each once, with their count: an engine shows two such texts as lines added and
removed. Outputs hold numbers that differ in nothing else as one text, so that the former values of many numbers are
stored once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from pulumi_messaging.core.fields import Values

_LABEL: Final = re.compile(r"\{[0-9]+ numbers?:( !!str)?|\}|\(changed\)")  # the lines of inputs that hold no number
_LEFT: Final = "(left the account)"  # behind a number that a refresh found gone


class Standing(StrEnum):
    """The last known relation of a number to its declaration."""

    DONE = ""
    OPEN = "open"  # not as declared yet, or unknown
    DRIFTED = "drifted"  # changed elsewhere, found at a refresh
    GONE = "gone"  # not in the account at a refresh


@dataclass(frozen=True, slots=True)
class Member:
    """One number of a group."""

    spelled: str  # as declared: E.164 or numeric id
    number: str  # E.164
    number_id: str = ""  # the numeric id, where it is kept
    former: Values = field(default_factory=dict)  # found before they were managed; a missing setting is not known
    standing: Standing = Standing.DONE
    # DRIFTED: the values found in place of the declared ones. OPEN: values that this group set and may still be there.
    now: Values = field(default_factory=dict)

    @property
    def has_left(self) -> bool:
        """Whether it left the account, so that another number may come to its E.164; a numeric id is never reused."""
        return self.standing is Standing.GONE and self.spelled == self.number

    @property
    def name(self) -> str:
        """The member in messages: its E.164, followed by the numeric id where that is declared."""
        return self.number if self.spelled == self.number else f"{self.number} ({self.spelled})"

    @property
    def line(self) -> str:
        """The member's line in inputs: the declared number, followed by what differs, if anything."""
        if self.standing is Standing.GONE:
            return f"{self.spelled} {_LEFT}"
        if self.standing is Standing.OPEN:
            return f"{self.spelled} (not as declared yet)"
        found = " ".join(f"{name}={_compact(value)}" for name, value in sorted(self.now.items()))
        return f"{self.spelled} {found}".rstrip()


def canonical(lines: Iterable[str]) -> str:
    """Sorted lines, each once: the declared numbers as programs send them, and as they are compared."""
    return "".join(f"{line}\n" for line in sorted(set(lines)))


def labelled(lines: Iterable[str]) -> str:
    """The numbers as inputs hold them: YAML, of which an engine shows the value, their count and the first in a row.

    It would show any other text of several lines as one, with its line breaks as escapes.
    """
    lines = set(lines)
    title = "1 number: !!str" if len(lines) == 1 else f"{len(lines)} numbers:"
    return f"{{{title}\n{canonical(lines)}}}\n"


def changed(lines: Iterable[str]) -> str:
    """The same, but no YAML: engines show the lines that differ from those of the former text."""
    return f"{labelled(lines)}(changed)\n"


def one_a_line(text: str) -> list[str]:
    """The numbers of a text that a program may have given; a ValueError is the reason to refuse it."""
    if any(" " in line and "=" not in line and "(" not in line for line in unlabelled(text).splitlines()):
        raise ValueError("must hold one number a line")
    return spelled(text)


def unlabelled(text: str) -> str:
    """The lines of numbers alone, with the drift that a refresh writes behind them."""
    return canonical(line for line in text.splitlines() if line.strip() and not _LABEL.fullmatch(line))


def there(text: str) -> list[str]:
    """The lines of a text, without those of numbers that left the account: no program declares these."""
    return [line for line in unlabelled(text).splitlines() if not line.endswith(_LEFT)]


def spelled(text: str) -> list[str]:
    """The numbers of a text, without those that left the account."""
    return [line.split(None, 1)[0] for line in there(text)]


def shown(members: Iterable[Member]) -> str:
    """The members as inputs hold them after a refresh, for comparison with the declared numbers."""
    lines = [member.line for member in members]
    return (changed if any(" " in line for line in lines) else labelled)(lines)


def packed(members: Iterable[Member]) -> tuple[dict[str, Any], ...]:
    """The members as outputs hold them: one entry for all that differ in the number only."""
    groups: dict[tuple[str, str, str], list[Member]] = {}
    texts: dict[int, str] = {}  # by identity: most members share one object
    members = list(members)
    for member in members:
        for values in (member.former, member.now):
            if id(values) not in texts:
                texts[id(values)] = _compact(values)
        key = (member.standing, texts[id(member.former)], texts[id(member.now)])
        groups.setdefault(key, []).append(member)
    return tuple(_group(alike) for _, alike in sorted(groups.items()))


def _group(alike: list[Member]) -> dict[str, Any]:
    first = alike[0]
    more = {"former": dict(first.former), "now": dict(first.now), "standing": first.standing.value}
    numbers = " ".join(sorted(map(_token, alike)))
    return {"numbers": numbers, **{name: value for name, value in more.items() if value}}


def _token(member: Member) -> str:
    other = member.number_id if member.spelled == member.number else member.number
    return f"{member.spelled}={other}" if other and other != member.spelled else member.spelled


def unpacked(groups: Iterable[Mapping[str, Any]]) -> Iterator[Member]:
    """The members of packed outputs."""
    for group in groups:
        former, now = group.get("former", {}), group.get("now", {})
        standing = Standing(group.get("standing", ""))
        for token in group["numbers"].split():
            declared, _, other = token.partition("=")
            number, number_id = (declared, other) if declared.startswith("+") else (other or declared, declared)
            yield Member(declared, number, number_id, former, standing, now)


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
