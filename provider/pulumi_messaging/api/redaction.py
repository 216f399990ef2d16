"""Redaction: secrets that a vendor's words repeat are replaced by ``[secret]``.

The rows of the resources' tables say which fields of a request are secret. An answer may repeat a secret whole or in
part, and escaped for JSON, a URL or HTML: these characters are replaced. In base64 or hexadecimal, the whole encoded
run is replaced; where the run is broken into lines that hide the secret, the whole text is withheld.
"""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any, Final
from urllib.parse import unquote, unquote_plus, urlsplit

from pulumi_messaging.core.fields import Kind, Table
from pulumi_messaging.text import one_blank, printable

HIDDEN: Final = "[secret]"
# As many characters of a secret in a row give it away as the whole of it does.
PART: Final = 12
# A shorter secret may be part of a common word: only a word of its own is replaced.
SHORT: Final = 6
# The shortest values of a URL's query, and parts of its path, that may be tokens.
QUERY_VALUE: Final = 6
PATH_PART: Final = 16
# More of a text than is ever shown; a vendor may send a megabyte.
READ: Final = 4096
# Escapes within escapes: a body, quoted in a message, quoted in a log line, put into a URL.
ESCAPES: Final = 4
# Base64 within base64: a token in base64, in a body in base64, in a log line in base64.
ENCODINGS: Final = 3

# JSON in JSON doubles the backslashes each time: up to 32 of them are one escape.
_CHARACTER: Final = re.compile(
    r"(?P<percent>(?:%[0-9A-Fa-f]{2})+)|(?P<entity>&#?\w+;)|(?P<utf16>(?:\\{1,32}u[0-9A-Fa-f]{4})+)"
    r"|(?P<hex>\\{1,32}x[0-9A-Fa-f]{2})|(?P<blank>\\{1,32}[nrtbf])|(?P<escaped>\\{1,32}[^ux\\])|(?P<plain>.)",
    re.DOTALL,
)
_MEANING: Final[dict[str | None, Callable[[str], str]]] = {
    "percent": unquote,
    "entity": html.unescape,
    "utf16": lambda text: bytes.fromhex(re.sub(r"\\+u", "", text)).decode("utf-16-be", "replace"),
    "hex": lambda text: bytes.fromhex(text[-2:]).decode("latin-1"),
    "blank": lambda _: " ",
    "escaped": lambda text: text[-1],
    "plain": printable,
}
_BASE64: Final = re.compile(r"[A-Za-z0-9+/_-]{12,}")
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


def without(text: str, secrets: Iterable[str]) -> str:
    """The beginning of a text, ``READ`` characters, with every secret and every long part of a secret replaced."""
    text, sought = text[:READ], _sought(frozenset(secrets))
    if not text.strip() or not sought.parts | sought.words:
        return text
    hidden = bytearray(len(text))
    for start, end in _places(text, sought):
        hidden[start:end] = b"\1" * (end - start)
    runs = groupby(zip(text, hidden, strict=True), key=itemgetter(1))
    text = "".join(HIDDEN if hide else "".join(char for char, _ in run) for hide, run in runs)
    return HIDDEN if any(_encodes(run, sought) for run in _BASE64.findall("".join(text.split()))) else text


@dataclass(frozen=True, slots=True)
class _Sought:
    """The parts that give secrets away, the shorter ones that do so in encoded text, and secrets that may be words."""

    parts: frozenset[str] = field(repr=False)
    fragments: frozenset[str] = field(repr=False)
    words: frozenset[str] = field(repr=False)


@lru_cache(maxsize=64)
def _sought(secrets: frozenset[str]) -> _Sought:
    spelled = [form for secret in secrets for form in (one_blank(secret), *(layer for layer, _ in _layers(secret)))]
    forms = frozenset(form for each in spelled if (form := each.replace("+", " ")).strip())
    long = [form for form in forms if len(form) >= SHORT]
    return _Sought(_windows(long, PART), _windows(long, SHORT), forms.difference(long))


def _windows(texts: Iterable[str], length: int) -> frozenset[str]:
    starts = ((text, start) for text in texts for start in range(max(1, len(text) - length + 1)))
    return frozenset(text[start : start + length] for text, start in starts)


def _layers(text: str) -> Iterator[tuple[str, list[tuple[int, int]]]]:
    """The text, then without its escapes, then without the escapes below them, each with its characters' places."""
    places = [(at, at + 1) for at in range(len(text))]
    yield text, places
    for _ in range(ESCAPES):
        found = [(_MEANING[each.lastgroup](each[0]), each.start(), each.end()) for each in _CHARACTER.finditer(text)]
        plain = "".join(meaning for meaning, _, _ in found)
        if plain == text:
            return
        places = [(places[start][0], places[end - 1][1]) for meaning, start, end in found for _ in meaning]
        text = plain
        yield text, places


def _places(text: str, sought: _Sought) -> Iterator[tuple[int, int]]:
    """The places of secrets in a text, as they are, escaped or encoded."""
    lengths = {len(part) for part in sought.parts}
    words = re.compile("|".join(rf"(?<!\w){re.escape(word)}(?!\w)" for word in sought.words) or "(?!)")
    for layer, places in _layers(text):
        plain = layer.replace("+", " ")  # a blank in a form
        starts = ((start, start + length) for start in range(len(plain)) for length in lengths)
        spans = [(start, end) for start, end in starts if plain[start:end] in sought.parts and end <= len(plain)]
        spans += [found.span() for found in words.finditer(plain)]
        spans += [run.span() for run in _BASE64.finditer(layer) if _encodes(run[0], sought)]
        yield from ((places[start][0], places[end - 1][1]) for start, end in spans)


def _encodes(run: str, sought: _Sought, encodings: int = ENCODINGS) -> bool:
    """Whether a run of letters and digits holds a part of a secret in base64 or hexadecimal."""
    layers = [layer for decoded in _decoded(run) for layer, _ in _layers(decoded)]
    if any(part in layer.replace("+", " ") for layer in layers for part in sought.fragments):
        return True
    inner = (run for layer in layers for run in _BASE64.findall(layer)) if encodings > 1 else ()
    return any(_encodes(run, sought, encodings - 1) for run in inner)


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
