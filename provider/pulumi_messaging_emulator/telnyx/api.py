"""Telnyx as a `Vendor`: the checks before every handler, rate headers, and the shape of errors."""

from __future__ import annotations

import math
from dataclasses import replace
from http import HTTPStatus

from pulumi_messaging_emulator import rate_limits
from pulumi_messaging_emulator.json_schema import Json, find_problem
from pulumi_messaging_emulator.settings import take_one
from pulumi_messaging_emulator.store import Transaction
from pulumi_messaging_emulator.telnyx import errors, idempotency_key
from pulumi_messaging_emulator.telnyx.paging import check_query
from pulumi_messaging_emulator.wire import Answer, Call, Refusal, Settings

NAME = "telnyx"
PREFIX = "/v2"
_DROPS = ("updateMessaging", "updateProfile", "updatePhoneNumber")
_HTML = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


def normalised(path: str, _settings: Settings) -> str:
    """The path as it is: Telnyx has one spelling."""
    return path


def supported(_operation: str, _settings: Settings) -> bool:
    """True: every operation exists under all settings."""
    return True


def gate(call: Call) -> None:
    """Key, limit, query, content type and body, in this order."""
    if call.settings["telnyxFailStatus"]:
        raise Refusal(call.settings["telnyxFailStatus"], "A failure was asked for (telnyxFailStatus).", "10007")
    _check_key(call)
    _count(call)
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


def rate_headers(tx: Transaction, operation: str | None, settings: Settings, now: float) -> dict[str, str]:
    """The rate-limit headers, which every answer has."""
    limit = settings["telnyxRequestsPerMinute"]
    if not settings["telnyxRateHeaders"] or not limit:
        return {}
    used, end = rate_limits.fixed(tx, _bucket(operation, settings), now, count=False)
    # Seconds to wait on one vendor page, a time on another.
    reset = math.ceil(end if settings["telnyxResetAsEpoch"] else max(1.0, end - now))
    return {
        "x-ratelimit-limit": str(limit),
        "x-ratelimit-remaining": str(max(0, limit - used)),
        "x-ratelimit-reset": str(reset),
    }


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
    if kind.lower() != "bearer" or key.strip() != call.credentials.telnyx_key:
        raise Refusal(HTTPStatus.UNAUTHORIZED, "The API key is missing or unknown.", "10009")


def _bucket(name: str | None, settings: Settings) -> str:
    return f"telnyx {name if settings['telnyxLimitPerEndpoint'] else ''}"


def _count(call: Call) -> None:
    limit = call.settings["telnyxRequestsPerMinute"]
    if not limit:
        return
    bucket = _bucket(call.operation.name, call.settings)
    used, end = rate_limits.fixed(call.tx, bucket, call.now, count=False)
    if used >= limit:
        wait = {"Retry-After": str(max(1, math.ceil(end - call.now)))} if call.settings["telnyxRetryAfter"] else {}
        raise Refusal(HTTPStatus.TOO_MANY_REQUESTS, "Too many requests.", "10011", headers=wait)
    rate_limits.fixed(call.tx, bucket, call.now, count=True)


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
    null_profile = "messaging_profile_id" in body and body["messaging_profile_id"] is None
    if null_profile and settings["telnyxBulkNullProfile"] == "keep":
        properties["messaging_profile_id"] = {}
    return {**schema, "properties": properties, "additionalProperties": bool(settings["telnyxLenientBody"])}
