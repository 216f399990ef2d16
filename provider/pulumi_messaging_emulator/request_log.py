"""The request log, with secrets and credentials redacted."""

from __future__ import annotations

import json
import re
from typing import Any

from pulumi_messaging_emulator.json_schema import Json
from pulumi_messaging_emulator.store import Transaction
from pulumi_messaging_emulator.wire import Answer, Request

SECRET = "[secret]"  # noqa: S105 - replaces a secret
# A list of its own, because the emulator shares no code with the clients.
SECRET_FIELDS = (
    "AccountKey",
    "AccountSecret",
    "MessageUsername",
    "CallbackMessageUsername",
    "MessagePasswordToken",
    "CallbackMessagePasswordToken",
    "PortOutPin",
    "QrActivationLink",
    "v1_secret",
    "external_pin",
    "token",
)
_TEXT_LIMIT = 500
# User name and password of a webhook's URL; its query may hold a token.
_URL_USER = re.compile(r"""(https?://)[^\s"'<>/?#]+@""", re.IGNORECASE)
_URL_QUERY = re.compile(r"""(https?://[^\s"'<>?#]*[?#])[^\s"'<>]+""", re.IGNORECASE)
# A secret in a body that is not JSON: name, separator, and everything up to the next delimiter.
_IN_TEXT = re.compile(rf"""((?:{"|".join(SECRET_FIELDS)})["']?\s*[:=]\s*)("[^"]*"?|'[^']*'?|[^\s,;&}}]+)""")


def record(tx: Transaction, request: Request, answer: Answer, place: Json, *, keep: int, now: float) -> None:
    """Log one vendor request; `status` is null when no answer was begun."""
    entry = {
        "method": request.method,
        "path": request.path,
        "query": redacted(request.query),
        "body": _body(request),
        "status": int(answer.status) if answer.broken in ("", "half") else None,
        **place,
        "target": request.target and _redacted_text(request.target),
        "at": round(now, 3),
    }
    cursor = tx.run("INSERT INTO requests (operation, entry) VALUES (?, ?)", (place["operation"], json.dumps(entry)))
    tx.run("DELETE FROM requests WHERE id <= ?", ((cursor.lastrowid or 0) - keep,))


def entries(tx: Transaction, query: dict[str, str]) -> list[Json]:
    """The log in the order of time; `vendor`, `operation` and `method` select."""
    found = [json.loads(row[0]) for row in tx.run("SELECT entry FROM requests ORDER BY id")]
    wanted = {name: query[name] for name in ("vendor", "operation", "method") if name in query}
    return [entry for entry in found if all(entry[name] == value for name, value in wanted.items())]


def latest(tx: Transaction, most: int) -> list[Json]:
    """The last entries, newest first, each with an id that no other has."""
    found = tx.run("SELECT id, entry FROM requests ORDER BY id DESC LIMIT ?", (most,))
    return [{"id": row[0], **json.loads(row[1])} for row in found]


def clear(tx: Transaction, query: dict[str, str]) -> list[Json]:
    """Delete all entries; returns those that the query selects."""
    found = entries(tx, query)
    tx.run("DELETE FROM requests")
    return found


def redacted(value: Any) -> Any:
    """The value with every secret replaced; null and "" are no secrets and stay."""
    if isinstance(value, dict):
        return {name: _field(name, item) for name, item in value.items()}
    if isinstance(value, list):
        return [redacted(item) for item in value]
    return _redacted_urls(value) if isinstance(value, str) else value


def _field(name: str, value: Any) -> Any:
    return SECRET if name in SECRET_FIELDS and value not in (None, "") else redacted(value)


def _body(request: Request) -> Any:
    if not request.body:
        return None
    try:
        return redacted(request.json())
    except ValueError:
        text = request.body.decode("utf-8", "replace")
        return _redacted_text(text)[:_TEXT_LIMIT]


def _redacted_text(text: str) -> str:
    return _IN_TEXT.sub(rf"\1{SECRET}", _redacted_urls(text))


def _redacted_urls(text: str) -> str:
    return _URL_QUERY.sub(rf"\1{SECRET}", _URL_USER.sub(rf"\1{SECRET}@", text)) if "://" in text else text
