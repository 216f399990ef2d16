"""Our own secrets in the words of others: found whole, in part and encoded, and replaced.

An error of a vendor may repeat what was sent to it: as it was, cut off in the middle, or escaped for JSON, a URL, HTML
or base64. Each of these is replaced where it stands. What is wrapped in several of them, so that nobody can tell where
it stands, costs the whole text.
"""

from __future__ import annotations

import base64
import binascii
import html
import json
import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, quote_plus, unquote_plus, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

HIDDEN: Final = "[secret]"
# So many characters of a secret in a row give it away as the whole of it does.
PART: Final = 12
# A shorter secret may be part of a common word: it is looked for as a word of its own.
SHORT: Final = 6
# A value of a URL's query that is worth hiding, and a part of its path that looks like a token rather than a name.
QUERY_VALUE: Final = 6
PATH_PART: Final = 16
# More of a text than anybody is shown; a vendor may send a megabyte.
READ: Final = 4096
ROUNDS: Final = 3

_URL_SAFE: Final = str.maketrans("+/", "-_")
_STANDARD: Final = str.maketrans("-_", "+/")
_BASE64: Final = re.compile(r"[A-Za-z0-9+/_-]{12,}")
_HEX: Final = re.compile(r"(?:[0-9A-Fa-f]{2}){8,}")
_ESCAPE: Final = re.compile(r'\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|(["\\/]))')
_PERCENT: Final = re.compile(r"%[0-9A-F]{2}")


@dataclass(frozen=True, slots=True)
class _Sought:
    """What a text is searched for: parts of secrets as they are, parts of them encoded, and very short secrets."""

    plain: frozenset[str] = field(repr=False)
    encoded: frozenset[str] = field(repr=False)
    words: frozenset[str] = field(repr=False)


def without(text: str, secrets: Iterable[str]) -> str:
    """The beginning of a text with every secret, and every long part of one, replaced."""
    text, sought = text[:READ], _sought(frozenset(secrets))
    if not text.strip() or not sought.encoded | sought.words:
        return text
    text = _without_words(_without_parts(text, sought.encoded), sought.words)
    readings = "\n".join(_readings(text))
    return HIDDEN if any(part in readings for part in sought.plain) else text


@lru_cache(maxsize=64)
def _sought(secrets: frozenset[str]) -> _Sought:
    plain = {form for secret in secrets if secret.strip() for form in (secret, printable(secret), one_blank(secret))}
    encoded = {form for secret in plain for form in _written(secret)}
    return _Sought(_parts(plain), _parts(encoded), frozenset(form for form in encoded if len(form) < SHORT))


def url_secrets(url: str) -> tuple[str, ...]:
    """What may be a token in a URL: the values in its query, and what in its path looks like one."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return (url,)
    pairs = [pair.partition("=") for tail in (parts.query, parts.fragment) for pair in re.split("[&;]", tail)]
    found = [text for name, _, value in pairs if len(text := value or name) >= QUERY_VALUE]
    found += [part for part in parts.path.split("/") if len(part) >= PATH_PART]
    return tuple(dict.fromkeys((*found, *map(unquote_plus, found))))


def printable(text: str) -> str:
    """The text with white space as blanks, and without control, format, surrogate and unassigned characters."""
    # Format characters hide and reorder text: a secret split by one would be found by the reader only.
    blanks = "".join(" " if char.isspace() else char for char in text)
    return "".join(char for char in blanks if unicodedata.category(char)[0] != "C")


def one_blank(text: str) -> str:
    """The printable text with one blank wherever there are several, and none at its ends."""
    return " ".join(printable(text).split())


def _parts(secrets: Iterable[str]) -> frozenset[str]:
    """The parts that give a secret away; a short secret is one itself, unless it may be a mere word."""
    starts = ((secret, start) for secret in secrets for start in range(max(1, len(secret) - PART + 1)))
    return frozenset(part for secret, start in starts if len(part := secret[start : start + PART]) >= SHORT)


def _written(secret: str) -> Iterator[str]:
    """A secret as it is, and as it stands in JSON, URLs, HTML, hexadecimal and base64."""
    content = secret.encode("utf-8", "surrogatepass")
    quoted = {quote(content, safe=""), quote(content), quote_plus(content)}
    in_json = json.dumps(secret)[1:-1]
    yield from {secret, in_json, in_json.replace("/", "\\/"), json.dumps(secret, ensure_ascii=False)[1:-1]}
    yield from {json.dumps(in_json)[1:-1], html.escape(secret), html.escape(secret, quote=False)}
    yield from quoted | {_PERCENT.sub(lambda found: found[0].lower(), text) for text in quoted}
    if len(secret) >= SHORT:
        yield from {content.hex(), content.hex().upper()}
        for ahead in range(3):
            yield from _in_base64(content, ahead)


def _in_base64(content: bytes, ahead: int) -> Iterator[str]:
    """The characters of base64 that depend on nothing but the content, where ``ahead`` bytes stand before it."""
    encoded = base64.b64encode(b"\0" * ahead + content).decode()
    sure = encoded[-(-ahead * 8 // 6) : (ahead + len(content)) * 8 // 6]
    if len(sure) > SHORT:
        yield from {sure, sure.translate(_URL_SAFE)}


def _without_parts(text: str, parts: frozenset[str]) -> str:
    lengths = sorted({len(part) for part in parts})
    covered = bytearray(len(text))
    for start in range(len(text)):
        for length in lengths:
            if text[start : start + length] in parts:
                covered[start : start + length] = b"\x01" * min(length, len(text) - start)
    kept, end = [], 0
    for found in re.finditer(rb"\x01+", covered):
        kept += [text[end : found.start()], HIDDEN]
        end = found.end()
    return "".join([*kept, text[end:]])


def _without_words(text: str, words: Iterable[str]) -> str:
    for word in sorted(words, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", HIDDEN, text)
    return text


def _readings(text: str) -> set[str]:
    """What a text says to those who take off escapes, one after the other."""
    known, new = {text}, {text}
    for _ in range(ROUNDS):
        new = {reading for one in new for decode in _DECODERS for reading in decode(one)} - known
        known |= new
    return known


def _from_escapes(text: str) -> Iterator[str]:
    yield _ESCAPE.sub(lambda found: found[3] or chr(int(found[1] or found[2], 16)), text)


def _from_base64(text: str) -> Iterator[str]:
    """Runs that may be base64, read from each of four places on: a run may begin before what was encoded."""
    for found in _BASE64.finditer(text):
        for start in range(4):
            run = found[0][start:].translate(_STANDARD)
            yield _text(base64.b64decode(run[: len(run) // 4 * 4] + _padded(run[len(run) // 4 * 4 :])))


def _padded(rest: str) -> str:
    return rest + "=" * (4 - len(rest)) if len(rest) > 1 else ""


def _from_hex(text: str) -> Iterator[str]:
    for found in _HEX.finditer(text):
        yield _text(binascii.unhexlify(found[0]))


def _text(content: bytes) -> str:
    return content.decode("utf-8", "replace")


_DECODERS: Final[tuple[Callable[[str], Iterable[str]], ...]] = (
    lambda text: (unquote_plus(text),),
    lambda text: (html.unescape(text),),
    lambda text: (printable(text),),
    _from_escapes,
    _from_base64,
    _from_hex,
)
