"""The plan of faults (`/_emulator/faults`): the requests that fail, and how.

A plan is a list of faults, each for the next requests of an operation, or a seed and a rate: then a part of all
requests fails, the same ones in every run. Faults that fired are counted. Scripted answers (`/_emulator/answers`) wait
in the same list.

A fault may have `calls`, with or without a kind: control calls that are made right before or after the request, as by
another client. So a route can be created between a list and the create that follows it, or a write can lose its answer
and every read after it fail.
"""

from __future__ import annotations

import json
import random
from http import HTTPStatus
from typing import Any

from pulumi_messaging_emulator import operations
from pulumi_messaging_emulator.fault_kinds import AFTER, BEFORE, KINDS, PLANNED, POSITIONS, Fault
from pulumi_messaging_emulator.json_schema import Json, find_problem, object_schema
from pulumi_messaging_emulator.store import Transaction
from pulumi_messaging_emulator.wire import Answer, Refusal

ANY = "*"
_OPERATION: Json = {"type": "string", "enum": [*operations.NAMES, ANY]}
_KIND: Json = {"type": "string", "enum": PLANNED}
_POSITION: Json = {"type": "string", "enum": POSITIONS}
_FROM_NOW: Json = {"type": "number", "minimum": 0}
_QUEUED: Json = {
    "operation": _OPERATION,
    "times": {"type": "integer", "minimum": 1},
    "skip": {"type": "integer", "minimum": 0},
}
_CALL: Json = object_schema({"method": {"type": "string"}, "path": {"type": "string"}, "body": {}}, required=["path"])
FAULT: Json = object_schema(
    {
        **_QUEUED,
        "kind": _KIND,
        "position": _POSITION,
        "seconds": _FROM_NOW,
        # What another client does right before or after the request: calls of this control surface.
        "calls": {"type": "array", "items": _CALL, "minItems": 1},
    },
    required=["operation"],
)
RANDOM: Json = object_schema(
    {
        "seed": {"type": ["integer", "string"]},
        "rate": {"type": "number", "minimum": 0, "maximum": 1},
        "kinds": {"type": "array", "items": _KIND, "minItems": 1},
        "operations": {"type": "array", "items": {"type": "string", "enum": operations.NAMES}, "minItems": 1},
        "positions": {"type": "array", "items": _POSITION, "minItems": 1},
        "seconds": _FROM_NOW,
    },
    required=["seed", "rate"],
)
SCRIPT: Json = object_schema(
    {
        **_QUEUED,
        "status": {"type": "integer", "minimum": 200, "maximum": 599},
        "headers": {"type": "object"},
        "body": {},
        "text": {"type": "string"},
        "effect": {"type": "string", "enum": ["none", "applied"]},
        "dropConnection": {"type": "boolean"},
        "delaySeconds": _FROM_NOW,
    },
    required=["operation"],
)
_FAULT_DEFAULTS: Json = {"kind": "none", "position": BEFORE, "times": 1, "skip": 0}
_RANDOM_DEFAULTS: Json = {"kinds": list(PLANNED), "operations": list(operations.NAMES), "positions": list(POSITIONS)}
_SCRIPT_DEFAULTS: Json = {
    "times": 1,
    "skip": 0,
    "status": 200,
    "headers": {},
    "effect": "none",
    "dropConnection": False,
    "delaySeconds": 0,
}
# Notes of the store: the random plan with its draws so far, and how often each fault fired.
_RANDOM_NOTE, _FIRED_NOTE = "random faults", "fired faults"


def add(tx: Transaction, wish: Any) -> Json:
    """Add a fault or a list of them behind the others, or set the random plan."""
    if isinstance(wish, dict) and "rate" in wish:
        _check(RANDOM, wish)
        tx.set_note(_RANDOM_NOTE, json.dumps({**_RANDOM_DEFAULTS, **wish, "drawn": {}}))
    else:
        faults = wish if isinstance(wish, list) else [wish]
        for fault in faults:
            _check(FAULT, fault)
            if not fault.keys() & {"kind", "calls"}:
                raise Refusal(HTTPStatus.BAD_REQUEST, "kind or calls is required.")
        for fault in faults:
            _queue(tx, {**_FAULT_DEFAULTS, **fault})
    return planned(tx)


def planned(tx: Transaction) -> Json:
    """The faults that still wait, the random plan, the faults that fired, and every kind."""
    drawing = json.loads(tx.note(_RANDOM_NOTE) or "null")
    fired = json.loads(tx.note(_FIRED_NOTE) or "{}")
    return {
        "plan": [entry for entry in _queued(tx) if "kind" in entry],
        "random": drawing and {name: value for name, value in drawing.items() if name != "drawn"},
        "fired": [
            {**dict(zip(("operation", "kind", "position"), name.split(), strict=True)), "times": times}
            for name, times in sorted(fired.items())
        ],
        "kinds": {name: KINDS[name].meaning for name in PLANNED},
    }


def forget(tx: Transaction) -> Json:
    """Delete plan and counts; returns them."""
    found = planned(tx)
    tx.run("DELETE FROM answers WHERE json_extract(script, '$.kind') IS NOT NULL")
    tx.run("DELETE FROM notes WHERE name IN (?, ?)", (_RANDOM_NOTE, _FIRED_NOTE))
    return found


def script(tx: Transaction, wish: Any) -> Json:
    """Add a scripted answer behind those that wait for the same operation."""
    _check(SCRIPT, wish)
    if "body" in wish and "text" in wish:
        raise Refusal(HTTPStatus.BAD_REQUEST, "Either body (JSON) or text, not both.")
    full = {**_SCRIPT_DEFAULTS, **wish}
    if not all(isinstance(value, str) for value in full["headers"].values()):
        raise Refusal(HTTPStatus.BAD_REQUEST, "headers must be texts by name.")
    _queue(tx, full)
    return full


def scripted(tx: Transaction) -> list[Json]:
    """The scripted answers that still wait."""
    return [entry for entry in _queued(tx) if "kind" not in entry]


def forget_scripts(tx: Transaction) -> list[Json]:
    """Delete the scripted answers; returns them."""
    found = scripted(tx)
    tx.run("DELETE FROM answers WHERE json_extract(script, '$.kind') IS NULL")
    return found


def take(tx: Transaction, operation: str) -> Fault | None:
    """Remove and return the fault of this request: the oldest one of the list, else one that is drawn."""
    fault = _next(tx, operation) or _drawn(tx, operation)
    if fault:
        fired = json.loads(tx.note(_FIRED_NOTE) or "{}")
        name = f"{operation} {fault.name} {fault.position}"
        tx.set_note(_FIRED_NOTE, json.dumps({**fired, name: fired.get(name, 0) + 1}))
    return fault


def _next(tx: Transaction, operation: str) -> Fault | None:
    query = "SELECT id, script FROM answers WHERE operation IN (?, ?) ORDER BY id LIMIT 1"
    row = tx.run(query, (operation, ANY)).fetchone()
    if row is None:
        return None
    entry: Json = json.loads(row[1])
    counter = "skip" if entry["skip"] else "times"
    left = {**entry, counter: entry[counter] - 1}
    if left["times"]:
        tx.run("UPDATE answers SET script = ? WHERE id = ?", (json.dumps(left), row[0]))
    else:
        tx.run("DELETE FROM answers WHERE id = ?", (row[0],))
    if counter == "skip":
        return None
    return _of_script(entry) if "kind" not in entry else _of_plan(entry)


def _drawn(tx: Transaction, operation: str) -> Fault | None:
    """Draw a fault from the seed and the number of requests of this operation; the order of threads does not matter."""
    drawing = json.loads(tx.note(_RANDOM_NOTE) or "null")
    if drawing is None or operation not in drawing["operations"]:
        return None
    nth = drawing["drawn"].get(operation, 0)
    drawing["drawn"][operation] = nth + 1
    tx.set_note(_RANDOM_NOTE, json.dumps(drawing))
    dice = random.Random(f"{drawing['seed']} {operation} {nth}")  # noqa: S311 - the same in every run
    if dice.random() >= drawing["rate"]:
        return None
    return Fault(dice.choice(drawing["kinds"]), dice.choice(drawing["positions"]), drawing.get("seconds"))


def _of_plan(entry: Json) -> Fault:
    return Fault(entry["kind"], entry["position"], entry.get("seconds"), calls=tuple(entry.get("calls", ())))


def _of_script(entry: Json) -> Fault:
    """The fault of a scripted answer; without body and text it has an empty body."""
    given = Answer(
        status=entry["status"],
        body=entry.get("body"),
        text=entry.get("text", None if "body" in entry else ""),
        headers=entry["headers"],
        broken="closed" if entry["dropConnection"] else "",
        delay=entry["delaySeconds"],
    )
    return Fault("scripted", AFTER if entry["effect"] == "applied" else BEFORE, given=given)


def _check(schema: Json, value: Any) -> None:
    found = find_problem(schema, value)
    if found:
        raise Refusal(HTTPStatus.BAD_REQUEST, f"{found.name} {found.words}.")


def _queue(tx: Transaction, entry: Json) -> None:
    tx.run("INSERT INTO answers (operation, script) VALUES (?, ?)", (entry["operation"], json.dumps(entry)))


def _queued(tx: Transaction) -> list[Json]:
    return [json.loads(row[0]) for row in tx.run("SELECT script FROM answers ORDER BY id")]
