"""The body of an answer: JSON, or what it is instead."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pulumi_messaging.api.failures import one_line

if TYPE_CHECKING:
    import httpx


def parsed(content: bytes) -> Any:
    """JSON, with or without a byte order mark; of duplicate keys the last one counts."""
    try:
        return json.loads(content)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def content_type(response: httpx.Response) -> str:
    """The type that an answer says it has, for display."""
    return one_line(response.headers.get("Content-Type", "").partition(";")[0]) or "no content type"


def is_html(response: httpx.Response) -> bool:
    """Whether an answer is a web page, whatever it says."""
    return "html" in content_type(response).lower() or response.content.lstrip()[:1] == b"<"


def not_json(response: httpx.Response) -> str:
    """What a success is that is not JSON."""
    if not response.content.strip():
        return f"{response.status_code} with an empty body"
    kind = content_type(response)
    if "json" in kind.lower():
        return f"{response.status_code} with broken JSON"
    return f"{response.status_code} with {kind} instead of JSON"
