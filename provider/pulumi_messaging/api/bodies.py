"""Answers and their bodies: JSON, or a description of the body that is not JSON.

The answer's own headers decide little. The character set is ignored: a name in a header could choose any codec of
Python, and some of these fail or decompress. Values are limited to what every engine can keep: finite numbers, whole
characters, a few levels.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from pulumi_messaging.api.words import one_line

# Both vendors' answers have up to five.
MOST_LEVELS: Final = 32
# A double holds numbers of up to 308 digits, and engines keep doubles.
MOST_DIGITS: Final = 300


@dataclass(frozen=True, slots=True)
class Reply:
    """A complete HTTP answer: status, headers, and the decompressed body."""

    status: int
    headers: httpx.Headers = field(repr=False)
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """A successful answer: status, JSON value, the bytes of that value, headers."""

    status: int
    value: Any = field(repr=False)
    content: bytes = field(repr=False)
    headers: httpx.Headers = field(repr=False)

    @property
    def text(self) -> str:
        """The body as text, for a search."""
        return decoded(self.content)


def parsed(content: bytes) -> Any:
    """JSON, with or without a byte order mark; of duplicate keys the last one counts.

    Bytes that are no characters become replacement characters, and so do halves of surrogate pairs, which services
    that cut text leave behind.

    Raises:
        ValueError: It is not JSON.
    """
    text = content.decode(json.detect_encoding(content), "replace")
    try:
        value = json.loads(text, parse_float=_finite, parse_int=_integer, parse_constant=_finite)
        _check_levels(value, 1)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return _with_whole_characters(value) if "\\ud" in text.lower() else value


def decoded(content: bytes) -> str:
    """The text of a body that is not JSON."""
    return content.decode("utf-8", "replace")


def content_type(reply: Reply) -> str:
    """The content type that an answer declares, for display."""
    return one_line(reply.headers.get("Content-Type", "").partition(";")[0]) or "no content type"


def is_html(reply: Reply) -> bool:
    """Whether an answer is a web page, whatever type it declares."""
    return "html" in content_type(reply).lower() or reply.content.lstrip()[:1] == b"<"


def not_json(reply: Reply) -> str:
    """The description of a successful answer that is not JSON."""
    if not reply.content.strip():
        return f"{reply.status} with an empty body"
    kind = content_type(reply)
    if "json" in kind.lower():
        return f"{reply.status} with broken JSON"
    return f"{reply.status} with {kind} instead of JSON"


def text_of(value: Any) -> str:
    """A scalar of a JSON body as text; "" for anything else."""
    return str(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""


def count_of(value: Any) -> int | None:
    """A total, which may come as text; None where there is none."""
    try:
        return None if isinstance(value, bool) else int(value)
    except (TypeError, ValueError, OverflowError):
        return None


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _integer(text: str) -> int:
    if len(text) > MOST_DIGITS:
        raise ValueError(text)
    return int(text)


def _check_levels(value: Any, level: int) -> None:
    if level > MOST_LEVELS:
        raise ValueError("nested too deeply")
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for each in inner:
        if isinstance(each, (dict, list)):
            _check_levels(each, level + 1)


def _with_whole_characters(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_with_whole_characters(each) for each in value]
    if isinstance(value, dict):
        return {_with_whole_characters(name): _with_whole_characters(each) for name, each in value.items()}
    return value
