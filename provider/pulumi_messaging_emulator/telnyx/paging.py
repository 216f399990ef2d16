"""Pages and filters of Telnyx lists."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from pulumi_messaging_emulator.json_schema import Json, Problem, find_problem
from pulumi_messaging_emulator.store import Table
from pulumi_messaging_emulator.telnyx import schemas
from pulumi_messaging_emulator.wire import Answer, Call, Refusal, ok

Condition = tuple[str, Sequence[Any]]
_DEFAULTS = {"page[number]": 1, "page[size]": 20}
_LONGEST = 9


def page(
    call: Call, table: Table, where: Sequence[Condition], render: Callable[[Call, Json], Json], order: str = "seq"
) -> Answer:
    """One page of the objects that fulfil all conditions, with full integer meta."""
    number, size = _bounds(call)
    total = call.tx.count(table, where)
    docs = call.tx.select(table, where, order=order, limit=size, offset=(number - 1) * size)
    meta = {
        "page_number": number,
        "page_size": size,
        "total_pages": math.ceil(total / size),
        "total_results": total,
    }
    return ok({"data": [render(call, doc) for doc in docs], "meta": meta})


def check_query(call: Call) -> None:
    """Refuse unknown filters, and wrong values of known parameters."""
    for name, text in call.query.items():
        schema = call.operation.query.get(name)
        if schema is None:
            if name.startswith("filter"):
                raise Refusal(400, f"There is no filter {name!r} here.", "10031", parameter=name)
            continue
        if name in schemas.PAGE and call.settings["telnyxPageOutOfRange"] == "clamp":
            continue
        found = find_problem(schema, _number(text) if schema.get("type") == "integer" else text)
        if found:
            raise _refusal(name, found)


def contains(column: str, text: str) -> Condition:
    """A condition: the field contains the text."""
    return f'instr("{column}", ?) > 0', (text,)


def _refusal(name: str, found: Problem) -> Refusal:
    if name in schemas.PAGE:
        return Refusal(422, f"{name} {found.words}.", "10033", parameter=name)
    return Refusal(400, f"{name} {found.words}.", "10031", parameter=name)


def _bounds(call: Call) -> tuple[int, int]:
    values = []
    for name, default in _DEFAULTS.items():
        given = _number(call.query.get(name, str(default)))
        number = given if isinstance(given, int) else default
        schema = schemas.PAGE[name]
        values.append(min(max(number, schema["minimum"]), schema["maximum"]))
    return values[0], values[1]


def _number(text: str) -> int | str:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST else text
