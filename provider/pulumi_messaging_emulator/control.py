"""The control surface under /_emulator/: for tests and people, never for clients. It asks for no credentials."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from pulumi_messaging_emulator import fault_plan, openapi, request_log, seed_data, settings, store
from pulumi_messaging_emulator.json_schema import Json
from pulumi_messaging_emulator.store import Table, Transaction
from pulumi_messaging_emulator.telegent.routes import new_route
from pulumi_messaging_emulator.view import view
from pulumi_messaging_emulator.wire import JSON_TYPE, Answer, Refusal, Request, ok, parsed

PREFIX = "/_emulator"


def request(method: str, path: str, body: Any = None) -> Request:
    """A control request that comes over no transport; `path` follows `/_emulator/` and may have a query."""
    path, _, query = path.partition("?")
    content = b"" if body is None else json.dumps(body).encode()
    headers = {"content-type": JSON_TYPE}
    return Request(method, f"{PREFIX}/{path}", parsed(query), query, None, headers, content)


def respond(tx: Transaction, request: Request, now: float) -> Answer:
    """Answer one control request; the application itself answers /_emulator/reset."""
    try:
        return ok(_respond(tx, request, now))
    except Refusal as refusal:
        return Answer(refusal.status, {"error": refusal.words}, refusal.headers)


def _state(tx: Transaction) -> Json:
    """The stored values, secrets in clear text."""
    return {name: [seed_data.public(doc) for doc in tx.select(table)] for name, table in _STATE.items()}


def _respond(tx: Transaction, request: Request, now: float) -> Any:
    parts = request.path.removeprefix(f"{PREFIX}/").split("/", 1)
    fixed = _FIXED.get(parts[0]) if len(parts) == 1 else None
    if fixed:
        _allow(request, fixed)
        return fixed[request.method](tx, request)
    if parts[0] not in _PATHS:
        raise Refusal(HTTPStatus.NOT_FOUND, f"No such control path; there are: {', '.join([*_FIXED, *_PATHS])}, reset.")
    table, make = _PATHS[parts[0]]
    if len(parts) == 1:
        _allow(request, ["POST"])
        return _create(tx, table, make, _json(request), now)
    _allow(request, ["PATCH", "DELETE"])
    doc = _existing(tx, table, parts[1])
    if request.method == "DELETE":
        tx.delete(table, doc[table.key])
        return seed_data.public(doc)
    return _edit(tx, table, doc, _json(request))


def _create(tx: Transaction, table: Table, make: Callable[[Json, float], Json], given: Any, now: float) -> Any:
    """Create one object or a list of them, as given."""
    many = given if isinstance(given, list) else [given]
    docs = [make(_object(one), now) for one in many]
    for doc in docs:
        if tx.get(table, doc[table.key]) is not None:
            raise Refusal(HTTPStatus.CONFLICT, f"{doc[table.key]} exists.")
        tx.put(table, doc)
    shown = [seed_data.public(doc) for doc in docs]
    return shown if isinstance(given, list) else shown[0]


def _edit(tx: Transaction, table: Table, doc: Json, changes: Any) -> Json:
    """Change an object without the vendor's checks, as a foreign edit."""
    known = {**doc, **dict.fromkeys(_EXTRA.get(table.name, ()))}
    unknown = [name for name in _object(changes) if name not in known or name == table.key]
    if unknown:
        raise Refusal(HTTPStatus.BAD_REQUEST, f"Cannot change {', '.join(unknown)} of {table.name}.")
    changed = {**doc, **changes}
    tx.put(table, changed)
    return seed_data.public(changed)


def _existing(tx: Transaction, table: Table, key: str) -> Json:
    doc = tx.get(table, key)
    if doc is None and table is store.NUMBERS:
        # A number that was bought again is the newest one.
        doc = next(iter(tx.select(table, [('"phone_number" = ?', (key,))], order="seq DESC", limit=1)), None)
    if doc is None:
        raise Refusal(HTTPStatus.NOT_FOUND, f"There is no {key} among {table.name}.")
    return doc


def _make_number(given: Json, now: float) -> Json:
    created_at = given.get("created_at", seed_data.timestamp(now))
    return seed_data.number({"created_at": created_at, "_purchasedAt": now, **_having(given, "phone_number")})


def _make_telegent_number(given: Json, _now: float) -> Json:
    return seed_data.telegent_number(_having(given, "Number"))


def _make_route(given: Json, now: float) -> Json:
    url = {"MessageUrl": "https://hooks.example.com/in", "MessageUrlMethod": "POST"}
    return new_route({"RouteName": f"foreign-{uuid.uuid4().hex[:7]}", **url, **given}, now)


def _make_profile(given: Json, now: float) -> Json:
    return seed_data.profile({"whitelisted_destinations": ["US"], **_having(given, "name")}, seed_data.timestamp(now))


def _make_telegent_key(given: Json, _now: float) -> Json:
    return seed_data.telegent_key(_having(given, "AccountKey"))


def _make_telnyx_key(given: Json, _now: float) -> Json:
    return seed_data.telnyx_key(_having(given, "key"))


def _having(given: Json, name: str) -> Json:
    if not isinstance(given.get(name), str):
        raise Refusal(HTTPStatus.BAD_REQUEST, f"{name} is required.")
    return given


def _object(value: Any) -> Json:
    if not isinstance(value, dict):
        raise Refusal(HTTPStatus.BAD_REQUEST, "The body must be a JSON object.")
    return value


def _json(request: Request) -> Any:
    try:
        return request.json()
    except ValueError:
        raise Refusal(HTTPStatus.BAD_REQUEST, "The body is not valid JSON.") from None


def _allow(request: Request, methods: Iterable[str]) -> None:
    if request.method not in methods:
        allowed = ", ".join(methods)
        raise Refusal(HTTPStatus.METHOD_NOT_ALLOWED, f"Allowed: {allowed}.", headers={"Allow": allowed})


_STATE = {
    "routes": store.ROUTES,
    "numbers": store.NUMBERS,
    "profiles": store.PROFILES,
    "telegentNumbers": store.TELEGENT_NUMBERS,
    "bulkUpdates": store.BULK_UPDATES,
}
_PATHS: dict[str, tuple[Table, Callable[[Json, float], Json]]] = {
    "routes": (store.ROUTES, _make_route),
    "numbers": (store.NUMBERS, _make_number),
    "profiles": (store.PROFILES, _make_profile),
    "telegent-numbers": (store.TELEGENT_NUMBERS, _make_telegent_number),
    "telegent-keys": (store.TELEGENT_KEYS, _make_telegent_key),
    "telnyx-keys": (store.TELNYX_KEYS, _make_telnyx_key),
}
# Optional fields that a new object does not have.
_EXTRA = {"profiles": ("daily_spend_limit",), "telegent_numbers": ("CnamFirstName", "CnamLastName")}
_FIXED: dict[str, dict[str, Callable[[Transaction, Request], Any]]] = {
    "requests": {
        "GET": lambda tx, request: request_log.entries(tx, request.query),
        "DELETE": lambda tx, request: request_log.clear(tx, request.query),
    },
    "settings": {
        "GET": lambda tx, _: settings.load(tx),
        "PATCH": lambda tx, request: settings.change(tx, _object(_json(request))),
    },
    "answers": {
        "GET": lambda tx, _: fault_plan.scripted(tx),
        "POST": lambda tx, request: fault_plan.script(tx, _json(request)),
        "DELETE": lambda tx, _: fault_plan.forget_scripts(tx),
    },
    "faults": {
        "GET": lambda tx, _: fault_plan.planned(tx),
        "POST": lambda tx, request: fault_plan.add(tx, _json(request)),
        "DELETE": lambda tx, _: fault_plan.forget(tx),
    },
    "state": {"GET": lambda tx, _: _state(tx)},
    "view": {"GET": lambda tx, request: view(tx, request.query.get("find", ""))},
    "openapi.json": {"GET": lambda tx, _: openapi.describe(settings.load(tx))},
}
