"""Telnyx as a `Vendor`: the checks before every handler, and the shape of errors."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus

from pulumi_messaging_emulator.json_schema import Json, find_problem
from pulumi_messaging_emulator.settings import take_one
from pulumi_messaging_emulator.store import TELNYX_KEYS
from pulumi_messaging_emulator.telnyx import errors, idempotency_key, rate_limit, schemas
from pulumi_messaging_emulator.telnyx.paging import check_query
from pulumi_messaging_emulator.wire import Answer, Call, Refusal, Settings

NAME = "telnyx"
PREFIX = "/v2"
rate_headers = rate_limit.rate_headers
_DROPS = ("updateMessaging", "updateProfile", "updatePhoneNumber")
_HTML = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


def normalised(path: str, _settings: Settings) -> str:
    """The path as it is: Telnyx has one spelling."""
    return path


def gate(call: Call) -> None:
    """Key, limit, query, content type and body, in this order."""
    if call.settings["telnyxFailStatus"]:
        raise Refusal(call.settings["telnyxFailStatus"], "A failure was asked for (telnyxFailStatus).", "10007")
    _check_key(call)
    rate_limit.count_request(call)
    check_query(call)
    if call.operation.body is not None:
        call.body = _body(call, call.operation.body)


def carry_out(call: Call) -> Answer:
    """Call the handler, with the faults that the settings ask for."""
    answer = idempotency_key.replayed(call)
    drop = call.operation.name in _DROPS and take_one(call.tx, call.settings, "telnyxDropAfterUpdate")
    return replace(answer, broken="closed" if drop else "")


def unsuccessful(_operation: str) -> Answer:
    """A 200 whose body reports a failure."""
    return Answer(body=errors.body(Refusal(HTTPStatus.OK, "The request could not be carried out.", "10007"), {}))


def refused(refusal: Refusal, settings: Settings) -> Answer:
    """An `errors` list, or the HTML of a gateway (`telnyxHtmlErrors`)."""
    if settings["telnyxHtmlErrors"] and refusal.status == settings["telnyxFailStatus"]:
        return Answer(refusal.status, text=_HTML, headers={"Content-Type": "text/html"})
    return Answer(refusal.status, errors.body(refusal, settings), refusal.headers)


def unknown_path() -> Refusal:
    """The refusal of a path without operations."""
    return Refusal(HTTPStatus.NOT_FOUND, "There is no such path.", "10005")


def wrong_method(allowed: list[str], settings: Settings) -> Refusal:
    """The refusal of a known path with another method."""
    status = settings["telnyxWrongMethodStatus"]
    return Refusal(status, "The method is not allowed.", "10015", headers={"Allow": ", ".join(allowed)})


def _check_key(call: Call) -> None:
    kind, _, key = call.request.headers.get("authorization", "").partition(" ")
    known = call.tx.get(TELNYX_KEYS, key.strip()) if kind.lower() == "bearer" else None
    if known is None:
        raise Refusal(HTTPStatus.UNAUTHORIZED, "The API key is missing or unknown.", "10009")
    call.key = known


def _body(call: Call, schema: Json) -> Json:
    settings = call.settings
    if settings["telnyxContentTypeChecked"] and not call.request.has_json_type():
        raise Refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "The content type must be application/json.", "10015")
    try:
        body = call.request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Refusal(settings["telnyxBadBodyStatus"], "The body must be a JSON object.", "10015")
    if call.operation.name == "updatePhoneNumber" and "messaging_profile_id" in body:
        # Telnyx's own end-to-end tests found that this operation does not change messaging settings.
        raise errors.unprocessable("messaging_profile_id is not reachable here.", "10027", "/messaging_profile_id")
    found = find_problem(_relaxed(call, schema, body), body)
    if found:
        raise errors.of_problem(found, settings)
    return body


def _relaxed(call: Call, schema: Json, body: Json) -> Json:
    """The schema without the rules that the settings switch off."""
    settings, properties = call.settings, dict(schema["properties"])
    if settings["telnyxEmptyProduct"] == "keep" and body.get("messaging_product") == "":
        properties["messaging_product"] = {}
    if settings["telnyxAllDestinations"] == "accept" and "whitelisted_destinations" in properties:
        properties["whitelisted_destinations"] = schemas.ALL_DESTINATIONS
    null_profile = "messaging_profile_id" in body and body["messaging_profile_id"] is None
    if null_profile and settings["telnyxBulkNullProfile"] == "keep":
        properties["messaging_profile_id"] = {}
    return {**schema, "properties": properties, "additionalProperties": bool(settings["telnyxLenientBody"])}
