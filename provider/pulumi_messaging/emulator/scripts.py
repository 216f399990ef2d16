"""Scripted answers: the next answers of an operation, said beforehand.

`effect` says what happens to the request: `"none"` = it is not carried out; `"applied"` = it is carried out, and this
answer is sent in place of the real one. `dropConnection` sends nothing at all.
"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from pulumi_messaging.emulator import index, shapes
from pulumi_messaging.emulator.wire import Answer, Refusal

if TYPE_CHECKING:
    from pulumi_messaging.emulator.store import Transaction
    from pulumi_messaging.emulator.wire import Json

ANY = "*"
SCHEMA: Json = {
    "type": "object",
    "properties": {
        "operation": {"type": "string", "enum": [*index.NAMES, ANY]},
        "times": {"type": "integer", "minimum": 1},
        "skip": {"type": "integer", "minimum": 0},
        "status": {"type": "integer", "minimum": 200, "maximum": 599},
        "headers": {"type": "object"},
        "body": {},
        "text": {"type": "string"},
        "effect": {"type": "string", "enum": ["none", "applied"]},
        "dropConnection": {"type": "boolean"},
        "delaySeconds": {"type": "number", "minimum": 0},
    },
    "required": ["operation"],
    "additionalProperties": False,
}
_DEFAULTS: Json = {
    "times": 1,
    "skip": 0,
    "status": 200,
    "headers": {},
    "effect": "none",
    "dropConnection": False,
    "delaySeconds": 0,
}


def add(tx: Transaction, script: Any) -> Json:
    """Adds a script behind those of the same operation."""
    found = shapes.problem(SCHEMA, script)
    if found:
        raise Refusal(HTTPStatus.BAD_REQUEST, f"{found.name} {found.words}.")
    if "body" in script and "text" in script:
        raise Refusal(HTTPStatus.BAD_REQUEST, "Either body (JSON) or text, not both.")
    full = {**_DEFAULTS, **script}
    if not all(isinstance(value, str) for value in full["headers"].values()):
        raise Refusal(HTTPStatus.BAD_REQUEST, "headers must be texts by name.")
    tx.run("INSERT INTO answers (operation, script) VALUES (?, ?)", (full["operation"], json.dumps(full)))
    return full


def pending(tx: Transaction) -> list[Json]:
    """The scripts that still wait."""
    return [json.loads(row[0]) for row in tx.run("SELECT script FROM answers ORDER BY id")]


def clear(tx: Transaction) -> None:
    """Forgets all scripts."""
    tx.run("DELETE FROM answers")


def take(tx: Transaction, operation: str) -> Json | None:
    """Uses up one answer of the oldest script of this operation; None when there is none, or it skips this request."""
    query = "SELECT id, script FROM answers WHERE operation IN (?, ?) ORDER BY id LIMIT 1"
    row = tx.run(query, (operation, ANY)).fetchone()
    if row is None:
        return None
    script: Json = json.loads(row[1])
    counter = "skip" if script["skip"] else "times"
    left = {**script, counter: script[counter] - 1}
    if left["times"]:
        tx.run("UPDATE answers SET script = ? WHERE id = ?", (json.dumps(left), row[0]))
    else:
        tx.run("DELETE FROM answers WHERE id = ?", (row[0],))
    return None if counter == "skip" else script


def answer(script: Json) -> Answer:
    """The scripted answer; without body and text it has an empty body."""
    text = script.get("text", None if "body" in script else "")
    return Answer(
        status=script["status"],
        body=script.get("body"),
        text=text,
        headers=script["headers"],
        dropped=script["dropConnection"],
        delay=script["delaySeconds"],
    )
