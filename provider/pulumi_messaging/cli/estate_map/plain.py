"""The map as text and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

from pulumi_messaging.cli.estate_map.model import Entry, Group, Map, counted, ranges

TITLE: Final = "Who receives what"
MADE_BY: Final = "pulumi-messaging map"  # stands near the beginning of each form
_NOT_KNOWN: Final = "not known"


def as_text(drawn: Map) -> str:
    """A paragraph for each receiver, then the numbers without one; numbers in a row as one line."""
    parts = [[f"{TITLE}: {drawn.source} ({MADE_BY})", summary(drawn)]]
    parts += [list(_entry(each)) for each in drawn.entries]
    parts += [[heading(each), *_numbers(each)] for each in drawn.groups]
    return "\n\n".join("\n".join(lines) for lines in parts) + "\n"


def summary(drawn: Map) -> str:
    """How many numbers, receivers and marks there are, in one line."""
    kinds = [each.receiver.kind for each in drawn.entries]
    counts = [counted(drawn.numbers, "number"), *(counted(kinds.count(kind), kind) for kind in sorted(set(kinds)))]
    marks = [f"{count:,} {mark}" for mark, count in drawn.marked().items()]
    return ", ".join(counts) + (f"; {', '.join(marks)}" if marks else "")


def heading(group: Group) -> str:
    """What numbers without a receiver have in common."""
    account = f" in account {group.account}" if group.account else ""
    return f"{group.vendor.capitalize()} numbers{account} {group.place.value}"


def facts(entry: Entry) -> list[tuple[str, str]]:
    """What is known of a receiver beside its name: label and value."""
    found = entry.receiver
    no_authentication = _NOT_KNOWN if found.vendor == "telegent" and found.found else None
    named = (
        ("id", found.id if found.name else None),
        ("account", found.account),
        ("messages to", _NOT_KNOWN if found.url is None else found.url),
        ("authentication", found.authentication or no_authentication),
        ("receipts to", found.callback_url),
    )
    return [(label, value) for label, value in named if value]


def _entry(entry: Entry) -> Iterator[str]:
    found = entry.receiver
    yield f"{found.kind} {found.title}{''.join(f' [{mark}]' for mark in entry.marks)}"
    yield from (f"  {label}: {value}" for label, value in facts(entry))
    yield from _numbers(entry)


def _numbers(part: Entry | Group) -> Iterator[str]:
    if part.numbers:
        yield f"  {counted(len(part.numbers), 'number')}:"
    yield from (f"    {written}" for written in in_rows(part.numbers))
    yield from (f"  {note}" for note in part.notes)


def in_rows(numbers: Sequence[str]) -> list[str]:
    """Sorted numbers, those in a row as one text."""
    return [first if count == 1 else f"{first} to {last} ({count:,})" for first, last, count in ranges(numbers)]


def as_json(drawn: Map) -> str:
    """One object for programs."""
    whole = {
        "made_by": MADE_BY,
        "source": drawn.source,
        "numbers": drawn.numbers,
        "receivers": list(map(_receiver, drawn.entries)),
        "without_receiver": list(map(_group, drawn.groups)),
    }
    return json.dumps(whole, indent=2) + "\n"


def _receiver(entry: Entry) -> dict[str, Any]:
    found = entry.receiver
    return {
        "kind": found.kind,
        "vendor": found.vendor,
        "account": found.account or None,
        "id": found.id,
        "name": found.name,
        "enabled": found.enabled,
        "authentication": found.authentication,
        "url": found.url or None,
        "callback_url": found.callback_url or None,
        "marks": list(entry.marks),
        "numbers": list(entry.numbers),
        "notes": list(entry.notes),
    }


def _group(group: Group) -> dict[str, Any]:
    return {
        "vendor": group.vendor,
        "account": group.account or None,
        "place": group.place.name.lower(),
        "numbers": list(group.numbers),
        "notes": list(group.notes),
    }
