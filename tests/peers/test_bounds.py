"""A peer that sends too much, for too long, or other than it says: bounded memory and time, and an error of ours."""

from __future__ import annotations

import gzip
import time
import tracemalloc
import zlib
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_messaging.api.clock import Clock
from pulumi_messaging.api.telnyx import TelnyxClient
from pulumi_messaging.errors import (
    AccessDenied,
    ApiError,
    ErrorAnswer,
    MessagingError,
    NoAnswer,
    RateLimited,
    UnreadableAnswer,
)
from pulumi_messaging.settings import TelnyxSettings
from tests.support.clock import VirtualClock
from tests.support.peers.sockets import FAR_TOO_LONG, Peer, answer

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

MIB = 1024 * 1024
# An answer is kept once as bytes, once as text, and a piece of the connection besides.
MOST_MEMORY = 6 * MIB
# What the buffers of a connection on this machine take without anybody reading it.
BUFFERS = 16 * MIB
SECONDS = 0.5
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
PACKED = HEAD + b"Content-Encoding: gzip\r\n\r\n"
FOUND = b'{"data": {"id": "1", "phone_number": "+15550100001"}}'


def telnyx(peer: Peer, clock: Clock | None = None, seconds: float = 300.0) -> TelnyxClient:
    settings = TelnyxSettings("KEY-s3cr3t", f"http://127.0.0.1:{peer.port}/v2", timeout_seconds=seconds)
    return TelnyxClient(settings, clock=clock or VirtualClock().clock)


def failed(client: TelnyxClient) -> ApiError:
    """The error of one read; the memory it takes has a bound."""
    tracemalloc.start()
    try:
        with pytest.raises(ApiError) as error:
            client.retrieve_messaging("1")
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        client.close()
    assert most < MOST_MEMORY
    assert str(error.value).isprintable()
    return error.value


# Too much ------------------------------------------------------------------------------------------------------------


def _poured(head: bytes, content: bytes) -> Callable[[Peer, socket.socket], None]:
    def act(peer: Peer, connection: socket.socket) -> None:
        peer.send(connection, head)
        peer.pour(connection, content)

    return act


@pytest.mark.parametrize(
    "act",
    [
        pytest.param(_poured(HEAD + b"\r\n", b" " * 65536), id="until the connection ends"),
        pytest.param(_poured(CHUNKED, b"8000\r\n" + b" " * 32768 + b"\r\n"), id="in chunks"),
        pytest.param(_poured(HEAD + b"Content-Length: 99999999999\r\n\r\n", b" " * 65536), id="as long as it says"),
        pytest.param(_poured(PACKED, b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03" * 6000), id="as gzip that is none"),
    ],
)
def test_a_body_without_end_is_cut_off(listen: Callable[..., Peer], act: Any) -> None:
    """Of a body that does not end a megabyte is read, however it is framed, and the connection is given up."""
    peer = listen(act)

    error = failed(telnyx(peer))

    assert isinstance(error, UnreadableAnswer)
    assert "with more than 1024 KiB" in str(error) or "cannot be decompressed" in str(error)
    assert peer.sent < 3 * BUFFERS


def test_a_megabyte_is_read_and_one_byte_more_is_not(listen: Callable[..., Peer]) -> None:
    """The bound is exact."""
    padding = [MIB - len(FOUND), MIB - len(FOUND) + 1]
    bodies = iter([FOUND + b" " * more for more in padding])
    peer = listen(lambda peer, connection: peer.send(connection, answer(next(bodies))))
    client = telnyx(peer)

    assert client.retrieve_messaging("1")["id"] == "1"
    with pytest.raises(UnreadableAnswer, match="with more than 1024 KiB"):
        client.retrieve_messaging("1")

    client.close()
    assert len(peer.requests) == 2, "what is too long is not asked for again"


ZEROS = gzip.compress(bytes(64 * MIB), 1)


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", ZEROS),
        ("x-gzip", ZEROS),
        ("deflate", zlib.compress(bytes(32 * MIB), 1)),
        ("gzip, gzip", gzip.compress(ZEROS)),
        ("gzip,deflate,gzip", gzip.compress(ZEROS)),
        ("br", b"\x5b\xff\xff\x0f" * 99),
        ("zstd", b"\x28\xb5\x2f\xfd" * 99),
    ],
)
def test_a_small_body_that_would_grow_is_not_unpacked(listen: Callable[..., Peer], encoding: str, body: bytes) -> None:
    """A body that decompresses to a thousand times its size takes no more memory than any other, nested ones too."""
    peer = listen(
        lambda peer, connection: peer.send(connection, answer(body, "200 OK", f"Content-Encoding: {encoding}"))
    )

    error = failed(telnyx(peer))

    assert isinstance(error, UnreadableAnswer)
    assert "with more than 1024 KiB" in str(error) or "cannot be decompressed" in str(error)


@pytest.mark.parametrize(
    "endless",
    [
        pytest.param(b"\x00\x00\x00\xff\xff" * 9999, id="empty blocks"),
        pytest.param(b"\x03\x00" + bytes(65536), id="rest after the end"),
    ],
)
def test_a_compressed_body_that_grows_to_nothing_ends_too(listen: Callable[..., Peer], endless: bytes) -> None:
    """What is received counts as well as what is decompressed: a body may be endless and say nothing."""
    head = PACKED + b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03"
    error = failed(telnyx(listen(_poured(head, endless))))

    assert isinstance(error, UnreadableAnswer)
    assert "with more than 1024 KiB" in str(error)


@pytest.mark.parametrize(
    "act",
    [
        pytest.param(_poured(HEAD, b"X-Many: more\r\n" * 999), id="many"),
        pytest.param(_poured(HEAD, b"x" * 65536), id="a long one"),
        pytest.param(_poured(b"HTTP/1.1 200 ", b"O" * 65536), id="a long status line"),
        pytest.param(_poured(CHUNKED, b"0" * 65536), id="a long chunk size"),
        pytest.param(_poured(CHUNKED + b"0\r\n", b"X-Trailer: more\r\n" * 999), id="trailers"),
    ],
)
def test_headers_without_end_are_cut_off(listen: Callable[..., Peer], act: Any) -> None:
    """Headers that do not end are no answer."""
    peer = listen(act)

    error = failed(telnyx(peer))

    assert isinstance(error, NoAnswer)
    assert "ended before the answer was complete" in str(error)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("401 Unauthorized", AccessDenied),
        ("429 Too Many Requests", RateLimited),
        ("422 No", ErrorAnswer),
        ("418 No", ErrorAnswer),
    ],
)
@pytest.mark.parametrize("head", [b"\r\n", b"Content-Encoding: gzip\r\n\r\n", b"Content-Encoding: br\r\n\r\n"])
def test_an_error_is_told_by_its_status_whatever_its_body_is(
    listen: Callable[..., Peer], status: str, kind: type[ErrorAnswer], head: bytes
) -> None:
    """An error with an endless body, or one that cannot be decompressed, is the error that its status says."""
    peer = listen(_poured(f"HTTP/1.1 {status}\r\nRetry-After: 400\r\n".encode() + head, b"KEY-s3cr3t " * 999))

    error = failed(telnyx(peer))

    assert type(error) is kind
    assert "KEY-s3cr3t" not in str(error)
    assert len(peer.requests) == 1


# Too slow ------------------------------------------------------------------------------------------------------------


def _dripped(head: bytes, content: bytes) -> Callable[[Peer, socket.socket], None]:
    def act(peer: Peer, connection: socket.socket) -> None:
        peer.send(connection, head)
        peer.drip(connection, content)

    return act


SLOW = {
    "headers": _dripped(b"HTTP/1.1 200 OK\r\n", b"X-Slow: x\r\n"),
    "body": _dripped(HEAD + b"Content-Length: 9999\r\n\r\n", b" "),
    "chunks": _dripped(CHUNKED, b"1\r\n \r\n"),
    "many chunks": _poured(CHUNKED, b"1\r\n \r\n" * 999),
    "chunk extension": _dripped(CHUNKED + b"1;", b"x"),
    "trailers": _dripped(CHUNKED + b"0\r\n", b"X-Slow: x\r\n"),
    "empty blocks": _dripped(PACKED + b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", b"\x00\x00\x00\xff\xff"),
    "an error's body": _dripped(b"HTTP/1.1 422 No\r\nContent-Length: 9999\r\n\r\n", b"x"),
    "announcements": _poured(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 99),
    "slow announcements": _dripped(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
}


@pytest.mark.parametrize("act", [pytest.param(act, id=name) for name, act in SLOW.items()])
def test_an_answer_that_drips_ends_with_the_time_of_its_call(listen: Callable[..., Peer], act: Any) -> None:
    """A byte now and then does not hold a call: the time that a call may take bounds all of it."""
    client = telnyx(listen(act), Clock(), SECONDS)
    began = time.monotonic()

    with pytest.raises(NoAnswer, match=r"did not answer in time; .*run the command again"):
        client.retrieve_messaging("1")

    client.close()
    assert time.monotonic() - began < FAR_TOO_LONG / 2


# Other than it says --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("length", "kind"), [(len(FOUND) + 5, NoAnswer), (len(FOUND) - 5, UnreadableAnswer), (0, UnreadableAnswer)]
)
def test_a_length_that_is_wrong(listen: Callable[..., Peer], length: int, kind: type[MessagingError]) -> None:
    """A body that is shorter or longer than it says is no answer, or not JSON."""
    peer = listen(lambda peer, connection: peer.send(connection, answer(FOUND, length=length)))

    assert isinstance(failed(telnyx(peer)), kind)


@pytest.mark.parametrize("lengths", ["-1", "1e3", "5, 7", "", "5\r\nContent-Length: 7", "9" * 30])
def test_a_length_that_is_none(listen: Callable[..., Peer], lengths: str) -> None:
    """A length that is no number, or two, ends in an error of ours."""
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {lengths}\r\n\r\n".encode()
    peer = listen(lambda peer, connection: peer.send(connection, head + FOUND))

    assert isinstance(failed(telnyx(peer)), ApiError)


def test_what_comes_after_an_answer_is_not_the_next_answer(listen: Callable[..., Peer]) -> None:
    """Bytes behind an answer are not read as the answer of the next request over the same connection."""
    other = FOUND.replace(b"0001", b"0009")

    def act(peer: Peer, connection: socket.socket) -> None:
        kept_open = HEAD + b"Content-Length: %d\r\n\r\n" % len(FOUND)
        peer.send(connection, kept_open + FOUND + kept_open + other)
        if connection.recv(65536):
            peer.send(connection, kept_open + FOUND)

    client = telnyx(listen(act))

    told = [client.retrieve_messaging("1")["phone_number"] for _ in range(3)]

    client.close()
    assert told == ["+15550100001"] * 3
