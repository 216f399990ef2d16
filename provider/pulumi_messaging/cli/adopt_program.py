"""A program of declarations: typed, formatted, and the same for the same declarations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Final

from pulumi_messaging.core.fields import Field, Kind, Value
from pulumi_messaging.core.tables import NAMED
from pulumi_messaging.estate.declarations import Declaration
from pulumi_messaging.estate.objects import without_user
from pulumi_messaging.text import brief, is_unseen

_WIDTH: Final = 88  # of a line, as formatters have it by default
_INDENT: Final = "    "
_TITLE: Final = '"""Objects that existed before this program, as `pulumi-messaging adopt` found them."""'


def program(resources: Sequence[Declaration]) -> str:
    """The text of a module that declares the resources; those that the checks refuse are comments."""
    variables = {each.object_id: _variable(each) for each in resources if each.object_id and not each.problem}
    blocks = [[*each.notes(attrgetter("name")), *_commented(each, _statement(each, variables))] for each in resources]
    classes = sorted({each.table.resource for each in resources if not each.problem})
    config = ["config = pulumi.Config()"] if any(each.passwords and not each.problem for each in resources) else []
    imports = (["import pulumi"] if config else []) + _import(classes)
    parts = [[_TITLE], imports, config, *blocks]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _variable(resource: Declaration) -> str:
    """The variable of a route or profile; names of resources hold hyphens, and no underscore."""
    return f"{NAMED[resource.table.resource].noun}_{resource.name.replace('-', '_')}"


def _import(classes: Sequence[str]) -> list[str]:
    if not classes:
        return []
    line = f"from pulumi_messaging import {', '.join(classes)}"
    if len(line) <= _WIDTH:
        return [line]
    return ["from pulumi_messaging import (", *(f"{_INDENT}{name}," for name in classes), ")"]


def _commented(resource: Declaration, lines: Iterable[str]) -> Iterator[str]:
    return (f"# {line}" for line in lines) if resource.problem else iter(lines)


def _statement(resource: Declaration, variables: Mapping[str, str]) -> Iterator[str]:
    given = f"{variables[resource.object_id]} = " if resource.object_id in variables else ""
    yield f"{given}{resource.table.resource}("
    yield f"{_INDENT}{literal(resource.name)},"
    for row, value in resource.rows:
        yield from _argument(row, value, variables if row.written else {})
    for row in resource.table.fields:
        if row.state in resource.passwords:
            yield from _wrapped(f"{row.name}=config.get_secret(", [literal(resource.key(row.state))], ")")
        if left_out := resource.left_out.get(row.state):
            yield f"{_INDENT}# Refused: {brief(left_out.reason)}."
            yield from (f"{_INDENT}# {line.strip()}" for line in _argument(row, left_out.value, {}))
    yield ")"


def _argument(row: Field, value: Value, variables: Mapping[str, str]) -> Iterator[str]:
    """The lines of an argument; the id of an object of the program becomes its output."""
    if row.kind in (Kind.UUID, Kind.ROUTE_ID) and value in variables:
        yield f"{_INDENT}{row.name}={variables[value]}.id,"
    elif isinstance(value, Mapping):
        items = [f"{literal(key.name)}: {_plain(key, value[key.state])}" for key in row.keys if key.state in value]
        yield from _wrapped(f"{row.name}={{", items, "}")
    elif isinstance(value, tuple):
        yield from _wrapped(f"{row.name}=[", list(map(literal, value)), "]")
    else:
        yield f"{_INDENT}{row.name}={_plain(row, value)},"


def _wrapped(opening: str, items: Sequence[str], closing: str) -> Iterator[str]:
    """Items in brackets: on one line where they fit, else on one each."""
    line = f"{_INDENT}{opening}{', '.join(items)}{closing},"
    if len(line) <= _WIDTH and line.isascii():
        yield line
        return
    yield f"{_INDENT}{opening}"
    yield from (f"{_INDENT * 2}{item}," for item in items)
    yield f"{_INDENT}{closing},"


def _plain(row: Field, value: Value) -> str:
    if row.kind is Kind.URL:
        value = without_user(value)
    return literal(value) if isinstance(value, str) else repr(list(value) if isinstance(value, tuple) else value)


def literal(text: str) -> str:
    """A string literal as formatters write it: in the quotes that need fewer escapes, and with nothing unseen."""
    quote = "'" if text.count('"') > text.count("'") else '"'
    escaped = text.replace("\\", "\\\\").replace(quote, f"\\{quote}")
    shown = (char.encode("unicode_escape").decode() if is_unseen(char) else char for char in escaped)
    return f"{quote}{''.join(shown)}{quote}"
