"""A settings file of declarations, as ``stackfile`` reads it: YAML whose texts are all in quotes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any, Final

from pulumi_messaging.core.fields import Field, Kind, Value
from pulumi_messaging.estate.declarations import Declaration
from pulumi_messaging.estate.objects import without_user
from pulumi_messaging.stackfile import KEYS
from pulumi_messaging.text import brief, is_unseen

_KEYS: Final = {table.resource: key for key, table in KEYS.items()}
_INDENT: Final = "  "


def settings(resources: Sequence[Declaration]) -> str:
    """The text of a stack's settings with the resources; those that the checks refuse are comments."""
    lines = ["# Objects that existed before this stack, as `pulumi-messaging adopt` found them.", "config:"]
    for name, key in _KEYS.items():
        own = [each for each in resources if each.table.resource == name]
        if own:
            empty = " {}" if all(each.problem for each in own) else ""
            lines.append(f"{_INDENT}{key}:{empty}")
        for each in own:
            lines += (f"{_INDENT * 2}{line}" for line in _entry(each))
    return "\n".join(lines) + "\n"


def password_key(resource: Declaration, password: str) -> str:
    """The path of a password in the configuration."""
    return f"{_KEYS[resource.table.resource]}.{resource.name}.{password}"


def _entry(resource: Declaration) -> Iterator[str]:
    yield from resource.notes(attrgetter("state"))
    comment = "# " if resource.problem else ""
    yield f"{comment}{_text(resource.name)}:"
    for row, value in resource.rows:
        yield from (f"{comment}{_INDENT}{line}" for line in _argument(row, value))
    for state, left_out in resource.left_out.items():
        yield f"{_INDENT}# Refused: {brief(left_out.reason)}."
        yield from (f"{_INDENT}# {line}" for line in _argument(resource.table.row(state), left_out.value))


def _argument(row: Field, value: Value) -> Iterator[str]:
    if isinstance(value, tuple):
        yield f"{row.state}:"
        yield from (f"{_INDENT}- {_text(item)}" for item in value)
    else:
        yield f"{row.state}: {_text(without_user(value) if row.kind is Kind.URL else value)}"


def _text(value: Any) -> str:
    """A value as JSON, which is YAML too; unseen characters as escapes, which YAML has like Python."""
    text = json.dumps(dict(value) if isinstance(value, Mapping) else value, ensure_ascii=False)
    return "".join(char.encode("unicode_escape").decode() if is_unseen(char) else char for char in text)
