"""The body of an answer: JSON, or what it is instead.

What an answer says of itself decides little here: its character set is not looked at (a name in a header would choose
among all codecs of Python, of which some fail and some decompress), and JSON holds what every engine can keep: finite
numbers, whole characters, a few levels.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, Final

from pulumi_messaging.api.failures import one_line

if TYPE_CHECKING:
    from pulumi_messaging.api.calls import Reply

# Both vendors' answers have up to five.
MOST_LEVELS: Final = 32
# What fits into a double, as engines keep numbers.
MOST_DIGITS: Final = 300


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
    """The type that an answer says it has, for display."""
    return one_line(reply.headers.get("Content-Type", "").partition(";")[0]) or "no content type"


def is_html(reply: Reply) -> bool:
    """Whether an answer is a web page, whatever it says."""
    return "html" in content_type(reply).lower() or reply.content.lstrip()[:1] == b"<"


def not_json(reply: Reply) -> str:
    """What a success is that is not JSON."""
    if not reply.content.strip():
        return f"{reply.status} with an empty body"
    kind = content_type(reply)
    if "json" in kind.lower():
        return f"{reply.status} with broken JSON"
    return f"{reply.status} with {kind} instead of JSON"


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
