"""Telegent as a `Vendor`: the checks before every handler, and the shapes of errors."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from pulumi_messaging_emulator.json_schema import Json, find_problem
from pulumi_messaging_emulator.settings import take_one
from pulumi_messaging_emulator.store import Transaction
from pulumi_messaging_emulator.telegent import schemas, tokens
from pulumi_messaging_emulator.telegent.rate_limit import count_request
from pulumi_messaging_emulator.wire import Answer, Call, Refusal, Settings

NAME = "telegent"
PREFIX = "/v1.0"
_WRITES = ("createMessageRoute", "updateMessageRoute", "deleteMessageRoute", "updateNumber")


def normalised(path: str, settings: Settings) -> str:
    """The path as the table of operations has it: the specification writes OAuth2, all samples oauth2."""
    if path == "/v1.0/OAuth2/tokens":
        return tokens.TOKEN_PATH
    doubled = path.startswith("/v1.0/v1.0/") and settings["telegentDoubledPrefix"] == "accept"
    return path.removeprefix("/v1.0") if doubled else path


def gate(call: Call) -> None:
    """Token, scope, limit, content type and body, in this order."""
    if call.settings["telegentFailStatus"]:
        raise Refusal(call.settings["telegentFailStatus"], "A failure was asked for (telegentFailStatus).")
    if not call.operation.public:
        claims, call.key = tokens.verify(call)
        count_request(call, call.key["AccountIds"][0], str(claims["jti"]))
    _check_query(call)
    if call.operation.body is not None:
        call.body = _body(call, call.operation.body)


def carry_out(call: Call) -> Answer:
    """Call the handler, with the faults that the settings ask for."""
    name = call.operation.name
    if name in _WRITES and call.settings["telegentUnsuccessful"]:
        return unsuccessful(name)
    answer = call.operation.handler(call)
    drop = name == "createMessageRoute" and take_one(call.tx, call.settings, "telegentDropAfterCreate")
    return replace(answer, broken="closed" if drop else "")


def unsuccessful(name: str) -> Answer:
    """A 200 whose body reports a failure."""
    if name == "createToken":
        return Answer(body=tokens.UNSUCCESSFUL)
    return Answer(body={"Successful": False, "Message": "The request could not be carried out."})


def rate_headers(_tx: Transaction, _operation: str | None, _settings: Settings, _now: float) -> dict[str, str]:
    """No headers: Telegent documents none."""
    return {}


def refused(refusal: Refusal, settings: Settings) -> Answer:
    """`StatusCode` and `Message` and no other key; settings select the other documented shapes."""
    shape = settings["telegentErrorShape"]
    if shape == "text":
        return Answer(refusal.status, text=refusal.words, headers=refusal.headers)
    if shape == "problem":
        body: Json = {
            "Type": "about:blank",
            "Title": HTTPStatus(refusal.status).phrase,
            "Status": refusal.status,
            "Errors": {"$": [refusal.words]},
            "Detail": refusal.words,
            "TraceId": uuid.uuid4().hex,
        }
    else:
        body = {"StatusCode": refusal.status, "Message": refusal.words}
    headers = {"Content-Type": settings["telegentErrorType"], **refusal.headers}
    return Answer(refusal.status, text=json.dumps(body), headers=headers)


def unknown_path() -> Refusal:
    """The refusal of a path without operations."""
    return Refusal(HTTPStatus.NOT_FOUND, "The resource was not found.")


def wrong_method(allowed: list[str], _settings: Settings) -> Refusal:
    """The refusal of a known path with another method."""
    return Refusal(HTTPStatus.METHOD_NOT_ALLOWED, "The method is not allowed.", headers={"Allow": ", ".join(allowed)})


def _check_query(call: Call) -> None:
    for name, schema in call.operation.query.items():
        if name not in call.query:
            continue
        value: Any = call.query[name]
        if schema.get("type") == "integer":
            # Digits only, and few of them: Python refuses to parse thousands.
            value = int(value) if value.isascii() and value.isdigit() and len(value) <= len("2147483647") else value
        found = find_problem(schema, value, (name,))
        if found:
            raise Refusal(HTTPStatus.BAD_REQUEST, f"{found.name} {found.words}.")


def _body(call: Call, schema: Json) -> Json:
    if call.settings["telegentContentTypeChecked"] and not call.request.has_json_type():
        raise Refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "The content type must be application/json.")
    try:
        body = call.request.json()
    except ValueError:
        raise Refusal(HTTPStatus.BAD_REQUEST, "The body is not valid JSON.") from None
    found = find_problem(_relaxed(schema, body, call.settings), body)
    if found:
        raise Refusal(HTTPStatus.BAD_REQUEST, f"{found.name} {found.words}.")
    return dict(body)


def _relaxed(schema: Json, body: Any, settings: Settings) -> Json:
    """The schema without the rules that the settings switch off."""
    if not isinstance(body, dict):
        return schema
    properties = dict(schema["properties"])
    for name, value in body.items():
        optional = name in properties and name not in schema["required"]
        if optional and name in schemas.ROUTE_FIELDS and _tolerated(name, value, settings):
            properties[name] = {}
    lenient = settings["telegentLenientBody"]
    return {**schema, "properties": properties, "additionalProperties": bool(lenient)}


def _tolerated(name: str, value: Any, settings: Settings) -> bool:
    if value == "":
        return name in schemas.CLEARABLE and settings["telegentEmptyText"] != "refuse"
    if value is not None:
        return False
    if name in schemas.BOOLEANS:
        return bool(settings["telegentNullBoolean"] == "keep")
    return name in schemas.REQUIRED and settings["telegentNullRequired"] == "keep"
