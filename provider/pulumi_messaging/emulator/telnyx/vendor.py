"""What every Telnyx call goes through before its handler, and the shape of Telnyx's answers and errors."""

from __future__ import annotations

import math
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from pulumi_messaging.emulator import limits, shapes, switches
from pulumi_messaging.emulator.telnyx import errors, replay
from pulumi_messaging.emulator.telnyx.paging import check_query
from pulumi_messaging.emulator.wire import Answer, Refusal

if TYPE_CHECKING:
    from pulumi_messaging.emulator.store import Transaction
    from pulumi_messaging.emulator.wire import Call, Json, Request, Settings

NAME = "telnyx"
PREFIX = "/v2"
_DROPS = ("updateMessaging", "updateProfile", "updatePhoneNumber")
_HTML = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


def normalised(path: str, settings: Settings) -> str:  # noqa: ARG001 - Telnyx has one spelling
    """The path as the route table writes it."""
    return path


def supported(name: str, settings: Settings) -> bool:  # noqa: ARG001 - Telnyx has all of them
    """Says whether an operation exists at all under these settings."""
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
    """Runs the handler, with the faults that are asked for."""
    answer = replay.replayed(call)
    drop = call.operation.name in _DROPS and switches.take_one(call.tx, call.settings, "telnyxDropAfterUpdate")
    return replace(answer, broken="closed" if drop else "")


def unsuccessful(name: str) -> Answer:  # noqa: ARG001 - one answer for all operations
    """A 200 that says no."""
    return Answer(body=errors.body(Refusal(HTTPStatus.OK, "The request could not be carried out.", "10007"), {}))


def rate_headers(tx: Transaction, name: str | None, settings: Settings, now: float) -> dict[str, str]:
    """The rate headers of every answer, whatever it says."""
    limit = settings["telnyxRequestsPerMinute"]
    if not settings["telnyxRateHeaders"] or not limit:
        return {}
    used, end = limits.fixed(tx, _bucket(name, settings), now, count=False)
    # One vendor page calls it seconds to wait, another shows a time.
    reset = math.ceil(end if settings["telnyxResetAsEpoch"] else max(1.0, end - now))
    return {
        "x-ratelimit-limit": str(limit),
        "x-ratelimit-remaining": str(max(0, limit - used)),
        "x-ratelimit-reset": str(reset),
    }


def refused(refusal: Refusal, settings: Settings) -> Answer:
    """An `errors` list; as a gateway's HTML where that is asked for."""
    if settings["telnyxHtmlErrors"] and refusal.status == settings["telnyxFailStatus"]:
        return Answer(refusal.status, text=_HTML, headers={"Content-Type": "text/html"})
    return Answer(refusal.status, errors.body(refusal, settings), refusal.headers)


def unknown_path(request: Request, settings: Settings) -> Refusal:  # noqa: ARG001 - one answer for all paths
    """An unknown path."""
    return Refusal(HTTPStatus.NOT_FOUND, "There is no such path.", "10005")


def wrong_method(allowed: list[str], settings: Settings) -> Refusal:
    """A known path with another method."""
    status = settings["telnyxWrongMethodStatus"]
    return Refusal(status, "The method is not allowed.", "10015", headers={"Allow": ", ".join(allowed)})


def _check_key(call: Call) -> None:
    kind, _, key = call.request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or key.strip() != call.credentials.telnyx_key:
        raise Refusal(HTTPStatus.UNAUTHORIZED, "The API key is missing or unknown.", "10009")
    call.account = call.credentials.telnyx_key


def _bucket(name: str | None, settings: Settings) -> str:
    return f"telnyx {name if settings['telnyxLimitPerEndpoint'] else ''}"


def _count(call: Call) -> None:
    limit = call.settings["telnyxRequestsPerMinute"]
    if not limit:
        return
    bucket = _bucket(call.operation.name, call.settings)
    used, end = limits.fixed(call.tx, bucket, call.now, count=False)
    if used >= limit:
        wait = {"Retry-After": str(max(1, math.ceil(end - call.now)))} if call.settings["telnyxRetryAfter"] else {}
        raise Refusal(HTTPStatus.TOO_MANY_REQUESTS, "Too many requests.", "10011", headers=wait)
    limits.fixed(call.tx, bucket, call.now, count=True)


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
        # Telnyx's own end-to-end results: the settings are not reachable through this door.
        raise errors.unprocessable("messaging_profile_id is not reachable here.", "10027", "/messaging_profile_id")
    found = shapes.problem(_relaxed(call, schema, body), body)
    if found:
        raise errors.of_problem(found, settings)
    return body


def _relaxed(call: Call, schema: Json, body: Json) -> Json:
    """The schema as the settings soften it."""
    settings, properties = call.settings, dict(schema["properties"])
    if settings["telnyxEmptyProduct"] == "keep" and body.get("messaging_product") == "":
        properties["messaging_product"] = {}
    null_profile = "messaging_profile_id" in body and body["messaging_profile_id"] is None
    if null_profile and settings["telnyxBulkNullProfile"] == "keep":
        properties["messaging_profile_id"] = {}
    return {**schema, "properties": properties, "additionalProperties": bool(settings["telnyxLenientBody"])}
