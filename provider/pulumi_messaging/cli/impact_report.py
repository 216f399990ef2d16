"""The report of an impact: JSON, Markdown, a table for a terminal, and plain lines for a pipe.

Names, ids and values come from a program and from vendors. Nothing of them is markup in any of these forms.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pulumi_messaging.cli.impacts import Impact, total
from pulumi_messaging.cli.sides import Numbers
from pulumi_messaging.cli.touches import Left, PutBack
from pulumi_messaging.core.fields import Value
from pulumi_messaging.text import brief, cut, listed, one_blank

_SIGNS: Final = {"create": "+", "update": "~", "replace": "+-", "delete": "-"}
_COLOURS: Final = {"create": "green", "update": "yellow", "replace": "magenta", "delete": "red"}
_ORIGINS: Final = {"live": " in the live inventory", "state": " in the state", "declared": "", "unknown": ""}
_NAMED: Final = 10  # numbers that a line names
_LINES: Final = 20  # about one change
_LONGEST_COMMENT: Final = 60_000  # characters; GitHub takes 65,536
# What Markdown, HTML, tables, mathematics, emoji, mentions, references to issues and links begin with. An underscore
# between letters means nothing.
_MARKUP: Final = re.compile(r"[#$&*<>@\[\\\]`|~]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|:(?=\S)|(?<=www)\.", re.IGNORECASE)


def as_json(impacts: Sequence[Impact]) -> str:
    """One object; ``complete`` is false where further numbers may be touched."""
    whole = total(impacts)
    report = {"numbers": whole.count, "complete": whole.known, "changes": list(map(_change, impacts))}
    return json.dumps(report, indent=2)


def _change(impact: Impact) -> dict[str, Any]:
    step, touch = impact.step, impact.touch
    numbers, end = touch.numbers, touch.end
    return {
        "urn": step.urn,
        "id": step.id,
        "op": step.op,
        "resource": step.table.resource,
        "numbers": numbers.count,
        "complete": numbers.known,
        "numbers_from": numbers.origin,
        "phone_numbers": sorted(numbers.names),
        "applies": "at once",
        "fields": list(touch.fields),
        "secret_fields": list(touch.secret),
        "handed_back": list(touch.handed_back),
        "on_destroy": end.policy or None,
        "outcome": end.outcome or None,
        "puts_back": [dataclasses.asdict(part) for part in end.put_back],
        "leaves": [dataclasses.asdict(part) for part in end.left],
    }


def show(impacts: Sequence[Impact], console: Console | None = None) -> None:
    """Print a table in a terminal, and plain lines elsewhere."""
    console = console or Console(highlight=False)
    if console.is_terminal and impacts:
        console.print(_table(impacts))
        console.print(Text(_sum(impacts)))
    else:
        console.print(Text("\n".join(_plain(impacts))), soft_wrap=True)


def _table(impacts: Sequence[Impact]) -> Table:
    table = Table()
    for column in ("change", "numbers", "what happens"):
        table.add_column(column, overflow="fold")  # an id stays whole
    for impact in impacts:
        title = Text(_title(impact), style=_COLOURS[impact.step.op])
        table.add_row(title, Text(_count(impact.touch.numbers)), Text("\n".join(_details(impact))))
    return table


def _plain(impacts: Sequence[Impact]) -> Iterator[str]:
    for impact in impacts:
        yield f"{_title(impact)}: {_count(impact.touch.numbers)}"
        yield from (f"    {line}" for line in _details(impact))
    yield _sum(impacts)


def as_markdown(impacts: Sequence[Impact]) -> str:
    """A paragraph and a table, for a comment on a pull request; rows that do not fit into one are counted."""
    lines = [f"**{_sum(impacts)}**"]
    if impacts:
        lines += ["", "| change | numbers | what happens |", "| --- | ---: | --- |"]
    length, more = 0, 0
    for row in map(_row, impacts):
        if length + len(row) > _LONGEST_COMMENT:
            more += 1
            continue
        length += len(row)
        lines.append(row)
    return "\n".join([*lines, *([f"| and {_plural(more, 'more change')} | | |"] if more else [])])


def _row(impact: Impact) -> str:
    cells = _title(impact), _count(impact.touch.numbers), *_details(impact)
    title, numbers, *details = map(_escaped, cells)
    return f"| {title} | {numbers} | {'<br>'.join(details)} |"


def _escaped(text: str) -> str:
    """The text as Markdown that shows it, in whatever place of a line."""
    # The word joiner ends a mention: the entity becomes its character before mentions are looked for.
    return _MARKUP.sub(lambda match: f"&#{ord(match[0])};" + ("&#8288;" if match[0] in "@#" else ""), text)


def _title(impact: Impact) -> str:
    step = impact.step
    named = brief(f"{step.table.resource} {step.name}")
    return f"{_SIGNS[step.op]} {named}{f' ({brief(step.id)})' if step.id else ''}"


def _sum(impacts: Sequence[Impact]) -> str:
    if not impacts:
        return "No message route and no number changes."
    numbers = total(impacts)
    return f"{_count(numbers)} touched by {_plural(len(impacts), 'change')}, at once."


def _count(numbers: Numbers) -> str:
    if not (numbers.known or numbers.count):
        return "numbers not known"
    at_least = "" if numbers.known else "at least "
    return f"{at_least}{_plural(numbers.count, 'number')}{_ORIGINS[numbers.origin]}"


def _plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _details(impact: Impact) -> list[str]:
    lines = list(_all_details(impact))
    rest = len(lines) - _LINES
    return [*lines[:_LINES], *([f"and {rest} more lines, which --json has"] if rest > 0 else [])]


def _all_details(impact: Impact) -> Iterator[str]:
    touch, end = impact.touch, impact.touch.end
    if touch.fields:
        yield f"changes {', '.join(touch.fields)}"
    if touch.secret:
        yield f"may change {', '.join(touch.secret)}: a secret, which no preview shows"
    if touch.handed_back:
        yield f"hands back {', '.join(touch.handed_back)}: nothing is sent, the value stays"
    if touch.numbers.names:
        yield f"touches {_named(sorted(touch.numbers.names))}"
    ends = [f'on_destroy "{brief(end.policy)}"'] if end.policy else []
    if ends or end.outcome:
        yield ": ".join([*ends, *([end.outcome] if end.outcome else [])])
    yield from map(_put_back, end.put_back)
    yield from map(_left, end.left)


def _put_back(part: PutBack) -> str:
    return f"puts back {part.field} {_value(part.value)}{_of(part.numbers)}"


def _left(part: Left) -> str:
    return f"leaves {', '.join(part.fields) or 'it'} as it is{_of(part.numbers)}: {part.reason}"


def _of(numbers: Sequence[str]) -> str:
    return f" of {_named(numbers)}" if numbers else ""


def _named(numbers: Sequence[str]) -> str:
    return listed([cut(one_blank(number), 40) for number in numbers], _NAMED)


def _value(value: Value) -> str:
    if value in ("", [], None):
        return "(none)"
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{brief(", ".join(map(str, value)) if isinstance(value, list) else value)}"'
