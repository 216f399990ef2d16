"""Telnyx's errors: codes, titles, and the code of each kind of problem."""

from __future__ import annotations

from http import HTTPStatus

from pulumi_messaging_emulator.json_schema import Json, Problem
from pulumi_messaging_emulator.wire import Refusal, Settings

TITLES = {
    "10003": "Invalid URL",
    "10004": "Missing required parameter",
    "10005": "Resource not found",
    "10007": "Unexpected error",
    "10009": "Authentication failed",
    "10010": "Authorization failed",
    "10011": "Too many requests",
    "10012": "Duplicate",
    "10015": "Bad Request",
    "10016": "Phone number must be in +E.164 format",
    "10017": "Associated resource does not exist",
    "10026": "Invalid type",
    "10027": "Unprocessable",
    "10031": "Invalid filter",
    "10032": "Invalid enum",
    "10033": "Out of range",
    "10036": "Being processed",
    "40158": "Delete failed",
    "40324": "Messaging product type change failed",
    "40331": "Missing whitelisted destinations",
}
# The code of a refusal without one.
OF_STATUS = {400: "10015", 401: "10009", 403: "10010", 404: "10005", 409: "10036", 422: "10027", 429: "10011"}
OTHER = "10007"
DOCS = "https://developers.telnyx.com/docs/overview/errors/"
_CODES = {"required": "10004", "type": "10026", "enum": "10032", "range": "10033"}


def not_found(words: str, pointer: str = "/id") -> Refusal:
    """404: missing, or of another organization."""
    return Refusal(HTTPStatus.NOT_FOUND, words, "10005", pointer=pointer)


def unprocessable(words: str, code: str = "10027", pointer: str = "", status: int = 422) -> Refusal:
    """422, or the status of a setting."""
    return Refusal(status, words, code, pointer=pointer)


def of_problem(found: Problem, settings: Settings) -> Refusal:
    """The refusal of a body that violates its schema."""
    field = found.path[0] if found.path else ""
    words = f"{found.name} {found.words}."
    if field == "whitelisted_destinations" and found.kind in ("required", "items"):
        return Refusal(HTTPStatus.BAD_REQUEST, words, "40331", pointer=found.pointer)
    if field.startswith("webhook_") and found.kind == "pattern":
        return Refusal(HTTPStatus.BAD_REQUEST, words, "10003", pointer=found.pointer)
    if found.kind == "type":
        return unprocessable(words, "10026", found.pointer, settings["telnyxWrongTypeStatus"])
    if field in ("numbers", "phone_numbers") and found.kind == "pattern":
        return unprocessable(words, "10016", found.pointer)
    if field == "messaging_profile_id" and found.kind == "pattern":
        return unprocessable(words, "10027", found.pointer, settings["telnyxMalformedProfileStatus"])
    return unprocessable(words, _CODES.get(found.kind, "10027"), found.pointer)


def body(refusal: Refusal, settings: Settings) -> Json:
    """The error body: code as text, title, and the place of the problem."""
    code = refusal.code or OF_STATUS.get(refusal.status, OTHER)
    error: Json = {"code": int(code) if settings.get("telnyxIntegerErrorCodes") else code, "title": TITLES[code]}
    error["detail"] = refusal.words
    source = {"pointer": refusal.pointer, "parameter": refusal.parameter}
    if any(source.values()):
        error["source"] = {name: value for name, value in source.items() if value}
    return {"errors": [{**error, "meta": {"url": DOCS + code}}]}
