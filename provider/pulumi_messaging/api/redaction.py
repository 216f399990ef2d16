"""Redaction: secrets that a vendor's words repeat are replaced by ``[secret]``.

The rows of the resources' tables say which fields of a request are secret. A secret, or a long part of it, is replaced
where a text repeats it as it is, in one usual spelling, or in a run of base64 or hexadecimal. Where a secret shows only
after more decoding, the whole text is withheld.
"""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final
from urllib.parse import quote, quote_plus, unquote, unquote_plus, urlsplit

from pulumi_messaging.core.fields import Kind, Table
from pulumi_messaging.text import HIDDEN, SHORT, one_blank, printable

# A part of a secret of this length gives it away, as the whole secret does.
PART: Final = 12
# Under escapes or encodings a shorter part does: an escape may count as several characters, and a run may begin in it.
FRAGMENT: Final = 8
# The shortest values of a URL's query, and parts of its path, that may be tokens.
QUERY_VALUE: Final = 6
PATH_PART: Final = 16
# Characters of a text that are searched. Fewer are ever shown, and a vendor may send a megabyte.
READ: Final = 4096
# Layers of escapes and encodings: a token in base64, in a body in base64, quoted in a log line, put into a URL.
LAYERS: Final = 5

# JSON in JSON doubles the backslashes each time: all of them are one escape.
_ESCAPE: Final = re.compile(r"\\+(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|(.))", re.DOTALL)
_RUN: Final = re.compile(r"[A-Za-z0-9+/_-]{12,}")
_STANDARD: Final = str.maketrans("-_", "+/")
_HEXADECIMAL: Final = re.compile(r"(?:[0-9A-Fa-f]{2}){6,}")


def sent_secrets(body: Mapping[str, Any], tables: Iterable[Table]) -> Iterator[str]:
    """The secrets in a request's body: fields whose row says ``secret`` or ``redact``, and tokens in URLs."""
    for row in (row for table in tables for row in table.fields):
        for text in _texts(body.get(row.wire or "")):
            if row.secret or row.redact:
                yield text
            elif row.kind is Kind.URL:
                yield from url_secrets(text)


def url_secrets(url: str) -> tuple[str, ...]:
    """The parts of a URL that may be tokens: values of its query and fragment, and long parts of its path."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return (url,)
    pairs = [pair.partition("=") for tail in (parts.query, parts.fragment) for pair in re.split("[&;]", tail)]
    found = [text for name, _, value in pairs if len(text := value or name) >= QUERY_VALUE]
    found += [part for part in parts.path.split("/") if len(part) >= PATH_PART]
    return tuple(dict.fromkeys((*found, *map(unquote_plus, found))))


def without_secrets(text: str, secrets: Iterable[str]) -> str:
    """The beginning of a text, ``READ`` characters, with every secret and every long part of a secret replaced."""
    text, (parts, fragments, whole) = text[:READ], _sought(frozenset(secrets))
    hidden = list(text)
    for start, end in (*_places(text, parts), *(found.span() for found in whole.finditer(text.replace("+", " ")))):
        hidden[start:end] = "\0" * (end - start)
    text = re.sub("\0+", HIDDEN, "".join(hidden))
    text = _RUN.sub(lambda run: HIDDEN if _shows(run[0], fragments) else run[0], text)
    return HIDDEN if whole.search(_unescaped(text)) or _shows(text, fragments) else text


@lru_cache(maxsize=64)
def _sought(secrets: frozenset[str]) -> tuple[frozenset[str], frozenset[str], re.Pattern[str]]:
    """The parts that give secrets away, the fragments that do so under escapes, and a pattern of whole secrets."""
    forms = {one_blank(secret) for secret in secrets if secret.strip()}
    for _ in range(LAYERS):
        forms |= {_unescaped(form) for form in forms}
    words = (r"(?<!\w)", r"(?!\w)")
    whole = {
        re.escape(spelled.replace("+", " ")).join(words if len(form) < SHORT else ("", ""))
        for form in filter(str.strip, forms)
        for spelled in (form, quote(form, safe=""), quote_plus(form), json.dumps(form)[1:-1])
    }
    pattern = re.compile("|".join(sorted(whole, key=len, reverse=True)) or "(?!)")
    return _windows(forms, PART), _windows(forms, FRAGMENT), pattern


def _windows(texts: Iterable[str], length: int) -> frozenset[str]:
    starts = ((text, start) for text in texts if len(text) >= SHORT for start in range(max(1, len(text) - length + 1)))
    return frozenset(text[start : start + length].replace("+", " ") for text, start in starts)


def _places(text: str, parts: frozenset[str]) -> Iterator[tuple[int, int]]:
    text = text.replace("+", " ")  # a blank in a form
    for length in {len(part) for part in parts}:
        for start in range(len(text) - length + 1):
            if text[start : start + length] in parts:
                yield start, start + length


def _shows(text: str, fragments: frozenset[str], layers: int = LAYERS) -> bool:
    """Whether a text holds a fragment of a secret under some layers of escapes and encodings."""
    if not fragments or not layers:
        return False
    runs = _RUN.findall(text) + _RUN.findall("".join(text.split()))  # an encoder may break lines
    inner = {_unescaped(text), *(decoded for run in runs for decoded in _decoded(run))} - {text}
    return any(any(_places(each, fragments)) or _shows(each, fragments, layers - 1) for each in inner)


def _unescaped(text: str) -> str:
    """A text without one layer of the escapes of JSON, URLs and HTML."""
    text = _ESCAPE.sub(_character, text).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return printable(html.unescape(unquote(text)))


def _character(escape: re.Match[str]) -> str:
    code = escape[1] or escape[2]
    return chr(int(code, 16)) if code else " " if escape[3] in "nrtbf" else escape[3]


def _decoded(run: str) -> Iterator[str]:
    """A run of letters and digits from base64, from each of four places on, and from hexadecimal."""
    for start in range(4):  # other words may stand directly before the encoded text
        data = run[start:].translate(_STANDARD)
        data = data[:-1] if len(data) % 4 == 1 else data
        yield base64.b64decode(data + "=" * (-len(data) % 4)).decode("utf-8", "replace")
    for digits in _HEXADECIMAL.findall(run):
        yield bytes.fromhex(digits).decode("utf-8", "replace")


def _texts(value: Any) -> Iterator[str]:
    """The texts and numbers of a JSON value."""
    if isinstance(value, (str, int, float)) and not isinstance(value, bool):
        yield str(value)
    for each in value.values() if isinstance(value, Mapping) else value if isinstance(value, (list, tuple)) else ():
        yield from _texts(each)
