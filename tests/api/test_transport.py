"""The transport under both clients: what is sent, and how what comes back is read."""

from __future__ import annotations

import gzip
from typing import Any

import httpx
import pytest

from pulumi_messaging import __version__
from pulumi_messaging.api.telnyx import TelnyxClient
from pulumi_messaging.errors import (
    ErrorAnswer,
    NoAnswer,
    UnreadableAnswer,
)
from tests.support.api.vendor import TELNYX, Vendor, answer, failed_read, raw, telnyx
from tests.support.clock import VirtualClock


def test_requests_name_this_package() -> None:
    """Every request carries the package and its version as its user agent."""
    vendor = Vendor([{"data": {}}])

    telnyx(vendor).retrieve_messaging("1")

    assert vendor.requests[0].headers["User-Agent"] == f"pulumi-messaging/{__version__}"


@pytest.mark.parametrize(
    "content",
    [
        b'\xef\xbb\xbf{"data": {"id": "1"}}',
        '{"data": {"id": "1"}}'.encode("utf-16"),
        b'{"data": {"id": "0"}, "data": {"id": "0", "id": "1"}}',
    ],
)
def test_json_is_read_leniently(content: bytes) -> None:
    """A byte order mark is no error, and of duplicate keys the last one counts."""
    vendor = Vendor([raw(200, content, "text/json")])

    assert telnyx(vendor).retrieve_messaging("1") == {"id": "1"}


@pytest.mark.parametrize(
    "charset",
    ["idna", "zlib", "base64", "rot13", "undefined", "punycode", "utf-7", "utf-16", "\x00", "\xe9", "none", ""],
)
@pytest.mark.parametrize("status", [200, 400])
def test_the_character_set_of_an_answer_is_not_looked_at(charset: str, status: int) -> None:
    """Nobody but the body says how it is encoded: a name in a header chooses none of Python's codecs."""
    headers = [(b"Content-Type", f"application/json; charset={charset}".encode("latin-1"))]
    body = b'{"data": {"id": "1"}, "errors": [{"title": "Words"}]}'
    vendor = Vendor([lambda _: httpx.Response(status, headers=headers, content=body)])

    if status == 200:
        assert telnyx(vendor).retrieve_messaging("1") == {"id": "1"}
    else:
        with pytest.raises(ErrorAnswer, match='Telnyx answered 400 "Words"'):
            telnyx(vendor).retrieve_messaging("1")


def test_headers_may_hold_any_bytes() -> None:
    """A header of an answer with bytes outside ASCII changes nothing."""
    headers = [(b"X-Who", b"\xe9\xff"), (b"Retry-After", "٣".encode()), (b"Content-Type", b"application/json")]
    vendor = Vendor([lambda _: httpx.Response(200, headers=headers, content=b'{"data": {"id": "1"}}')])

    assert telnyx(vendor).retrieve_messaging("1") == {"id": "1"}


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ('"\\ud83d cut"', "\ufffd cut"),
        ('"\\ud83d\\ude00 whole"', "\U0001f600 whole"),
        ('{"\\udc00": ["\\ud800"]}', {"\ufffd": ["\ufffd"]}),
        ("[1.5, -2, 12345678901234567890]", [1.5, -2, 12345678901234567890]),
        ("[" * 20 + "]" * 20, None),
    ],
)
def test_characters_and_numbers_are_whole(text: str, read_as: Any) -> None:
    """Half a character becomes a replacement character, so that what is read can be kept in a state."""
    vendor = Vendor([raw(200, f'{{"data": {{"x": {text}}}}}', "application/json")])

    value = telnyx(vendor).retrieve_messaging("1")["x"]

    assert read_as is None or value == read_as


@pytest.mark.parametrize("text", ["NaN", "-Infinity", "1e999", "9" * 400, "[" * 40 + "]" * 40, "[" * 990 + "]" * 990])
def test_what_no_engine_can_keep_is_no_json(text: str) -> None:
    """Numbers that are none or fit nowhere, and endless nesting, are broken JSON."""
    error = failed_read(raw(200, f'{{"data": {{"x": {text}}}}}', "application/json"))

    assert isinstance(error, UnreadableAnswer)
    assert "200 with broken JSON" in str(error)


@pytest.mark.parametrize(
    ("content", "content_type", "reason"),
    [
        (b'{"data": {', "application/json", "200 with broken JSON"),
        (b"\xff\xfe\xfa", "application/json", "200 with broken JSON"),
        (b"[" * 200_000, "application/json", "200 with broken JSON"),
        (b"", "application/json", "200 with an empty body"),
        (b" \r\n", "text/plain", "200 with an empty body"),
        (b"OK", "text/plain", "200 with text/plain instead of JSON"),
        (b'{"data": []}', "application/json", "without a data object"),
        (b"[]", "application/json", "without a data object"),
        (b"null", "application/json", "without a data object"),
    ],
)
def test_an_answer_that_cannot_be_read_says_why(content: bytes, content_type: str, reason: str) -> None:
    """Broken JSON, no body, another type and another shape are unreadable answers; a read is tried three times."""
    vendor = Vendor([raw(200, content, content_type)])

    with pytest.raises(UnreadableAnswer) as failed:
        telnyx(vendor).retrieve_messaging("1")

    assert reason in str(failed.value)
    assert len(vendor.requests) == 3


def test_a_compressed_answer_is_read() -> None:
    """An answer that came compressed is decompressed, and its length is what was decompressed."""
    vendor = Vendor([_compressed(b'{"data": {"id": "1"}}')])

    assert telnyx(vendor).retrieve_messaging("1") == {"id": "1"}


@pytest.mark.parametrize("size", [1024 * 1024, 16 * 1024 * 1024])
def test_an_answer_that_is_too_long_is_cut_off(size: int) -> None:
    """An object of more than a megabyte is not read, and a small body that grows to it is not either."""
    body = b'{"data": "' + b"x" * size + b'"}'

    plain, packed = failed_read(raw(200, body, "application/json")), failed_read(_compressed(body))

    for error in (plain, packed):
        assert isinstance(error, UnreadableAnswer)
        assert "with more than 1024 KiB" in str(error)


def test_a_list_may_be_longer_than_an_object() -> None:
    """The bound of a list leaves room for some ten thousand rows."""
    rows = [{"id": str(index), "phone_number": "+15550100001", "note": "x" * 10_000} for index in range(200)]

    assert len(telnyx(Vendor([{"data": rows, "meta": {"total_pages": 1}}])).list_phone_numbers("+15550100001")) == 200


def test_a_body_that_cannot_be_decompressed_is_unreadable() -> None:
    """A wrong content encoding is an unreadable answer."""
    body = httpx.Headers({"Content-Encoding": "gzip", "Content-Type": "application/json"})

    error = failed_read(lambda _: httpx.Response(200, headers=body, stream=httpx.ByteStream(b"not gzip")))

    assert isinstance(error, UnreadableAnswer)
    assert "cannot be decompressed" in str(error)


def test_an_answer_that_drips_is_given_up() -> None:
    """Bytes that keep coming too slowly do not hold a call for ever: it has a time of its own."""
    time = VirtualClock()

    class Drip(httpx.SyncByteStream):
        def __iter__(self) -> Any:
            while True:
                time.elapsed += 20
                yield b"x"

    client = TelnyxClient(TELNYX, httpx.MockTransport(lambda _: httpx.Response(200, stream=Drip())), clock=time.clock)

    with pytest.raises(NoAnswer, match="did not answer in time"):
        client.retrieve_messaging("1")

    assert time.elapsed < 600


def test_cookies_are_not_kept() -> None:
    """A cookie set by an answer is not sent back with the next request."""
    vendor = Vendor([answer(200, {"data": {}}, Set_Cookie="session=1")])
    client = telnyx(vendor)

    client.retrieve_messaging("1")
    client.retrieve_messaging("1")

    assert "Cookie" not in vendor.requests[1].headers


def _compressed(content: bytes) -> Any:
    packed = gzip.compress(content)
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json", "Content-Length": str(len(packed))}
    return lambda _: httpx.Response(200, headers=headers, stream=httpx.ByteStream(packed))
