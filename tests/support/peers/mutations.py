"""Hostile answers: a good answer of a vendor with something wrong in its status, its headers, its bytes or its values.

Everything comes from the generator that is passed in: the same seed gives the same answers.
"""

from __future__ import annotations

import gzip
import json
import re
import zlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

JSON = ("Content-Type", "application/json")


@dataclass(frozen=True)
class Answer:
    """An HTTP response: `text` is the JSON that `body` was made from."""

    status: int
    text: str
    body: bytes
    headers: tuple[tuple[str, str], ...] = (JSON,)
    done: tuple[str, ...] = ()


def good(value: Any, status: int = 200) -> Answer:
    """An answer with nothing wrong."""
    text = json.dumps(value)
    return Answer(status, text, text.encode())


def literal(text: str) -> str:
    """Stands in a value for JSON that `json.dumps` would not write."""
    LITERALS.append(text)
    return f"@@{len(LITERALS) - 1}@@"


LITERALS: Final[list[str]] = []
_LITERAL: Final = re.compile('"@@([0-9]+)@@"')

STRINGS: Final = (
    "", " ", "\x00", "\x1b[31mred\x1b[0m", "a\r\nb", "\u202eevil", "\ud800", "x\udfffy", "../../v2/other", "?a=b",
    "#", "%2e%2e%2f", "..", ".", "MRID-../x", "MRID-" + "9" * 10_000, "\U0001f4a9", "ﬀ", "null", "true", "FALSE", "0",
    "-1", "1e9", "NaN", "<html>", "{}", "[]", "a" * 3_000, "é" * 300, "${jndi:ldap://x}", "%s%n{0}{x}", "MRID-\n",
    "+15550109999", "Deleted", "deleted\n", "2147483648", "١٢٣", "emulator-secret",
)  # fmt: skip
VALUES: Final = (
    None, True, False, 0, -1, 1, 2**31, 2**63, 2**64, 10**300, 10**400, 1.5, 1e308, [], {}, [[]], [{}], [None],
    [1, "a", None], {"": None}, {"data": {}}, {"id": {"id": 1}}, [["MRID-1"]], {"A2P": 1}, ["A2P", {"x": 1}],
    literal("NaN"), literal("-Infinity"), literal("1e999"), literal("-0.0"), literal("9" * 5_000),
    literal('"\\ud83d"'), literal('"\\udc00\\ud800"'), literal("[" * 90 + "]" * 90),
    literal('{"a":' * 400 + "1" + "}" * 400), literal("[" * 990 + "]" * 990),
)  # fmt: skip
STATUSES: Final = (
    200, 200, 200, 201, 202, 203, 204, 205, 206, 207, 226, 299, 300, 301, 302, 303, 304, 305, 307, 308, 399, 400, 401,
    402, 403, 404, 405, 406, 408, 409, 410, 411, 413, 414, 415, 418, 421, 422, 423, 425, 426, 429, 431, 451, 499, 500,
    501, 502, 503, 504, 505, 507, 511, 520, 599, 600, 777, 999,
)  # fmt: skip
NUMBERS: Final = (
    "", " ", "0", "-0", "1", "5", "-1", "1.5", "1e3", "1e400", "-1e400", "inf", "nan", "NaN", "0x10", "1_000", "٣",
    "9" * 30, "9" * 5_000, "1,2", "soon", "1800000005", "1e9", "99999999999", "Wed, 21 Oct 2026 07:28:00 GMT",
    "Wed, 21 Oct 9999 07:28:00 GMT", "Mon, 01 Jan 0001 00:00:00 GMT", "01 Jan 1970",
    "Wed, 21 Oct 2026 07:28:00 +9999", "Wed, 21 Oct 2026 99:99:99 GMT", ",", ", ,", "Wed, 21 Oct", "0 0 0 0 0",
    "1 Jan 99999999999 00:00:00 GMT", "Wed, 21 Oct 2026 07:28:00 -0000", "-", ":::", "1 Jan 1 0:0:0 +0000",
)  # fmt: skip
TYPES: Final = (
    "", " ", ";", "application/json; charset=utf-16", "application/json; charset=utf-7",
    "application/json; charset=idna", "application/json; charset=punycode", "application/json; charset=zlib",
    "application/json; charset=base64", "application/json; charset=undefined",
    "application/json; charset=unicode_escape", "application/json; charset=rot13", "application/json; charset=\x00",
    "application/json; charset=" + "x" * 2_000, "application/json; charset", "text/html", "text/plain",
    "TEXT/HTML; charset=latin-1", "application/problem+json", "multipart/form-data; boundary=", "image/png", "json",
    "a/b/c", "text/\x1b[31m", "application/json; charset=\xe9", "application/json; charset=mbcs",
    "application/json; charset=oem", "x" * 9_000,
)  # fmt: skip
ENCODINGS: Final = (
    "", "identity", "gzip", "deflate", "br", "zstd", "compress", "x-gzip", "gzip, gzip", "gzip,deflate,gzip", "GZIP",
    "gzip;q=1", ",", "identity, gzip", "\x00", "gzip " * 500, "aes128gcm", "utf-8",
)  # fmt: skip
LOCATIONS: Final = (
    "", "/", "//other.example/x", "https://other.example:99999/", "http://xn--0/", "http://[::1", "https://u:pa55@h/",
    "\x00", "javascript:1", "http://\xe9/", "https://xn--/", "http://" + "a" * 70_000, "../../", "?", "#",
    "http://%00/", "https:\\\\evil\\",
)  # fmt: skip
OTHERS: Final = (
    ("Set-Cookie", "a=b; Path=/"), ("Set-Cookie", "\x00=;;;"), ("Content-Length", "-1"), ("Content-Length", "1e9"),
    ("Content-Length", "5"), ("Transfer-Encoding", "chunked"), ("Transfer-Encoding", "gzip, chunked"),
    ("Connection", "close"), ("WWW-Authenticate", "Digest x"), ("WWW-Authenticate", 'Basic realm="'),
    ("Link", "<>; rel=next"), ("Link", "<"), ("Content-Range", "bytes 0-1/9"), ("Upgrade", "h2c"),
    ("X-" + "a" * 500, "b" * 9_000), ("Content-Disposition", 'attachment; filename="../../x"'), ("ETag", "\x00"),
    ("Age", "x"),
)  # fmt: skip


def mutated(random: Random, answer: Answer) -> Answer:
    """The answer with one to three things wrong."""
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        change = random.choice(CHANGES)
        answer = change(random, answer)
        answer = replace(answer, done=(*answer.done, change.__name__))
    return answer


# Values --------------------------------------------------------------------------------------------------------------


def another_value(random: Random, answer: Answer) -> Answer:
    """One value of the body is another one."""
    return _at_a_place(random, answer, lambda holder, key: _put(holder, key, _hostile(random)))


def no_value(random: Random, answer: Answer) -> Answer:
    """One key or row is missing."""
    return _at_a_place(random, answer, lambda holder, key: holder.pop(key))


def another_key(random: Random, answer: Answer) -> Answer:
    """One key is spelled in another way."""
    spelling = random.choice(
        (str.lower, str.upper, str.swapcase, lambda key: key + " ", lambda key: random.choice(STRINGS))
    )

    def rename(holder: Any, key: Any) -> None:
        if isinstance(key, str):
            holder[spelling(key)] = holder.pop(key)

    return _at_a_place(random, answer, rename)


def one_more(random: Random, answer: Answer) -> Answer:
    """There is a row or a key that nobody expects."""

    def add(holder: Any, key: Any) -> None:
        if isinstance(holder, list):
            holder.insert(key, random.choice((json.loads(json.dumps(holder[key])), _hostile(random))))
        else:
            name = random.choice(
                ("Successful", "successful", "Data", "data", "Results", "errors", "Message", "meta", "token", "")
            )
            holder[name] = _hostile(random)

    return _at_a_place(random, answer, add)


def wrapped(random: Random, answer: Answer) -> Answer:
    """The body is inside of something, or is something else."""
    value = json.loads(answer.text)
    name = random.choice(("Data", "data", "result", "errors", "", "Results"))
    return _value(answer, random.choice(({name: value}, [value], [value] * 3, {name: [value]}, _hostile(random))))


def another_error(random: Random, answer: Answer) -> Answer:
    """A body as errors have it, with any status."""
    words = random.choice((*STRINGS, *VALUES))
    body = random.choice(
        (
            {"errors": [{"code": words, "title": words, "detail": words, "source": words}]},
            {"errors": {"$.x": words, "y": [words, words]}, "title": words, "detail": words},
            {"StatusCode": words, "Message": words},
            {"Successful": False, "Message": words},
            {"error": words},
            words,
        )
    )
    return replace(_value(answer, body), status=random.choice(STATUSES))


# Bytes ---------------------------------------------------------------------------------------------------------------


def cut(random: Random, answer: Answer) -> Answer:
    """The body ends too early."""
    return _bytes(answer, answer.body[: random.randrange(len(answer.body) + 1)])


def flipped(random: Random, answer: Answer) -> Answer:
    """Some bytes are other ones."""
    body = bytearray(answer.body)
    for _ in range(random.randrange(1, 9)):
        if body:
            body[random.randrange(len(body))] = random.randrange(256)
    return _bytes(answer, bytes(body))


def inserted(random: Random, answer: Answer) -> Answer:
    """There are bytes that do not belong there."""
    body = answer.body
    place = random.choice((0, len(body), random.randrange(len(body) + 1)))
    extra = random.choice(
        (
            b"\x00", b"\xef\xbb\xbf", b"\xff", b"\xed\xa0\x80", b"{", b"}", b",", b'"', b"\\", b"//", b"<html>",
            b" " * 99, b"[" * 3_000, b"\\ud800", b"\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", random.randbytes(20),
        )
    )  # fmt: skip
    return _bytes(answer, body[:place] + extra + body[place:])


def encoded(random: Random, answer: Answer) -> Answer:
    """The same text in another encoding of characters."""
    text = answer.body.decode("latin-1")
    return _bytes(
        answer, text.encode(random.choice(("utf-16", "utf-16-le", "utf-32", "utf-32-be", "utf-7", "utf-8-sig")))
    )


def compressed(random: Random, answer: Answer) -> Answer:
    """The body is compressed, or says that it is."""
    body = answer.body
    pack = random.choice(
        (
            gzip.compress,
            zlib.compress,
            lambda raw: gzip.compress(gzip.compress(raw)),
            lambda raw: gzip.compress(raw)[:-5],
            bytes,
        )
    )
    headers = (*answer.headers, ("Content-Encoding", random.choice(ENCODINGS)))
    return replace(answer, body=pack(body), headers=headers)


def replaced(random: Random, answer: Answer) -> Answer:
    """The body is something else altogether."""
    body = random.choice(
        (
            b"", b" ", b"\n", b"null", b"0", b'""', b"[]", b"{}", b"OK", b"<html><title>x</title></html>",
            b"<?xml version='1.0'?><a/>", b"[" * 100_000, b'{"a":' * 100_000, b"\x1f\x8b", b"\x00" * 50, b"9" * 9_999,
            b'"' + b"x" * 200_000 + b'"', random.randbytes(200), b'{"Message": "emulator-secret"}', b"\xff\xfe",
            b"PK\x03\x04", b"event: x\ndata: {}\n\n", b"{}{}", b"{'a': 1}",
        )
    )  # fmt: skip
    return _bytes(answer, body)


def doubled(random: Random, answer: Answer) -> Answer:
    """A key stands twice, with another value each time."""
    body = answer.body
    key = random.choice((b"MessageRouteId", b"data", b"id", b"Results", b"token", b"PhoneNumbers", b"TotalRoutes"))
    extra = b'"%s": %s, ' % (key, json.dumps(random.choice(STRINGS)).encode())
    place = body.find(b"{") + 1
    end = body.rfind(b"}")
    return _bytes(
        answer, random.choice((body[:place] + extra + body[place:], body[:end] + b", " + extra[:-2] + body[end:]))
    )


# The rest ------------------------------------------------------------------------------------------------------------


def another_status(random: Random, answer: Answer) -> Answer:
    """Any status with the body of a good answer."""
    return replace(answer, status=random.choice(STATUSES))


def another_header(random: Random, answer: Answer) -> Answer:
    """Headers that say what they should not."""
    number = random.choice(NUMBERS)
    header = random.choice(
        (
            ("Retry-After", number),
            ("x-ratelimit-reset", number),
            ("x-ratelimit-remaining", number),
            ("x-ratelimit-limit", number),
            ("Date", number),
            ("Content-Type", random.choice(TYPES)),
            ("Content-Encoding", random.choice(ENCODINGS)),
            ("Location", random.choice(LOCATIONS)),
            random.choice(OTHERS),
        )
    )
    kept = answer.headers if random.random() < 0.3 else tuple(h for h in answer.headers if h[0] != header[0])
    return replace(answer, headers=(*kept, header))


def told_to_wait(random: Random, answer: Answer) -> Answer:
    """A limit, with headers about time."""
    names = ("Retry-After", "x-ratelimit-reset", "x-ratelimit-remaining", "x-ratelimit-limit", "Date")
    headers = tuple((name, random.choice(NUMBERS)) for name in random.sample(names, random.randrange(1, 5)))
    return replace(answer, status=random.choice((429, 429, 503, 409, 200)), headers=(*answer.headers, *headers))


CHANGES: Final[tuple[Callable[[Random, Answer], Answer], ...]] = (
    another_value, another_value, another_value, no_value, no_value, another_key, one_more, wrapped, another_error,
    cut, flipped, inserted, encoded, compressed, replaced, doubled, another_status, another_header, another_header,
    told_to_wait, told_to_wait, told_to_wait,
)  # fmt: skip


def _bytes(answer: Answer, body: bytes) -> Answer:
    return replace(answer, body=body)


def _hostile(random: Random) -> Any:
    return random.choice(VALUES) if random.random() < 0.6 else random.choice(STRINGS)


def _put(holder: Any, key: Any, value: Any) -> None:
    holder[key] = value


def _at_a_place(random: Random, answer: Answer, change: Callable[[Any, Any], object]) -> Answer:
    """Change the value at a place found by going down at random."""
    value = json.loads(answer.text)
    holder = value
    while isinstance(holder, (dict, list)) and holder:
        key = random.choice(list(holder)) if isinstance(holder, dict) else random.randrange(len(holder))
        inner = holder[key]
        if not isinstance(inner, (dict, list)) or not inner or random.random() < 0.2:
            change(holder, key)
            break
        holder = inner
    return _value(answer, value)


def _value(answer: Answer, value: Any) -> Answer:
    text = json.dumps(value)
    return replace(answer, text=text, body=_LITERAL.sub(lambda found: LITERALS[int(found[1])], text).encode())
