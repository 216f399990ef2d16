"""Bounds around every request: the moment it may leave, its duration, and the size of its answer.

The peer decides how an answer looks, so all of it is bounded: the whole duration (a peer may send a byte now and then),
the size before and after decompression, and the size of each decompressed piece.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass

import httpx

from pulumi_messaging.api.bodies import Reply
from pulumi_messaging.api.call import Call
from pulumi_messaging.api.circuit_breaker import SHORTEST, CircuitBreaker
from pulumi_messaging.api.clock import Clock
from pulumi_messaging.api.network import UNTIL
from pulumi_messaging.api.retry_table import Failure
from pulumi_messaging.api.throttle import NotSent, Throttle
from pulumi_messaging.api.words import one_line

ANSWER_SECONDS = 120.0
KEPT_WORDS = 64 * 1024
ENCODINGS = "gzip"
REDIRECTS = range(300, 400)
GARBLED = "with a body that cannot be decompressed"


@dataclass(eq=False, slots=True)
class NotKept(Exception):
    """An answer is not kept; ``text`` follows "answered"."""

    failure: Failure
    text: str


@dataclass(eq=False, slots=True)
class Exchange:
    """What is known of a request and its answer so far."""

    left: float | None = None  # the moment of the clock's ``monotonic``; None: it has not been sent
    status: int | None = None
    headers: httpx.Headers | None = None


class Bounded:
    """Sends a request when the throttle lets it, and reads its answer: decompressed, up to a size, within a time."""

    def __init__(
        self,
        inner: httpx.BaseTransport,
        timeout: httpx.Timeout,
        clock: Clock,
        throttle: Throttle,
        breaker: CircuitBreaker,
    ) -> None:
        self._inner = inner
        self._breaker = breaker
        self._timeout = timeout.as_dict()
        self._clock = clock
        self._throttle = throttle

    def send(self, request: httpx.Request, call: Call, deadline: float, exchange: Exchange) -> Reply:
        """Send a request of a call with a deadline, a moment of the clock's ``monotonic``, and fill in the exchange.

        Raises:
            NotSent: It was not sent.
            NotKept: Its answer is not kept.
            httpx.TransportError: No complete answer came.
        """
        place = self._throttle.enter(call.endpoint, call.action, deadline)
        try:
            if call.before is not None:
                call.before()
            now = self._clock.monotonic()
            left = deadline - now
            if left <= 0 and self._breaker.in_outage:
                raise NotSent(Failure.NOT_ANSWERING, "no earlier request got a usable answer")
            if left <= 0:
                raise NotSent(Failure.NO_TURN, "the time for the call was used up by waiting")
            left = min(left, max(SHORTEST, self._breaker.patience()))
            request.extensions["timeout"] = {
                phase: left if seconds is None else min(left, seconds) for phase, seconds in self._timeout.items()
            }
            request.extensions[UNTIL] = until = now + min(left, ANSWER_SECONDS)
            exchange.left = now
            with self._breaker.sending():
                return self._read(request, call.longest, until, exchange)
        finally:
            self._throttle.leave(place, exchange.headers)

    def _read(self, request: httpx.Request, longest: int, until: float, exchange: Exchange) -> Reply:
        response = self._inner.handle_request(request)
        exchange.status, exchange.headers = response.status_code, response.headers
        try:
            return Reply(response.status_code, response.headers, self._kept(response, longest, until))
        finally:
            response.close()

    def _kept(self, response: httpx.Response, longest: int, until: float) -> bytes:
        # Refused here: httpx parses the location even where it does not follow it, and fails on a malformed one.
        if response.status_code in REDIRECTS:
            raise NotKept(Failure.REDIRECT, _redirect(response))
        if not response.is_error:
            return self._body(response, longest, until)
        try:
            return self._body(response, KEPT_WORDS, until)
        except NotKept:  # the body of an error only adds words: its own faults must not hide the status
            return b""

    def _body(self, response: httpx.Response, longest: int, until: float) -> bytes:
        """The whole body, decompressed."""
        too_long = NotKept(Failure.TOO_LONG, f"with more than {longest // 1024} KiB")
        if response.is_stream_consumed:  # a transport in process has read it already
            if len(response.content) > longest:
                raise too_long
            return response.content
        unpack = _unpacking(response.headers.get("Content-Encoding", ""))
        body, came = bytearray(), 0
        for raw in response.iter_raw():
            came += len(raw)
            body += unpack(raw, longest + 1)
            if max(came, len(body)) > longest:
                raise too_long
            if self._clock.monotonic() > until:
                raise httpx.ReadTimeout("the answer takes too long")
        return bytes(body)

    def close(self) -> None:
        """Close the inner transport."""
        self._inner.close()


def _unpacking(encoding: str) -> Callable[[bytes, int], bytes]:
    """The function that decompresses a body piece by piece, each piece only up to a size.

    Only the encodings that the request offers are decompressed, and only once. A name that is no encoding ("utf-8") is
    a mistake of the sender, and is ignored.
    """
    named = encoding.strip().lower()
    if named in {"br", "zstd", "compress"} or "," in named:
        raise NotKept(Failure.GARBLED, GARBLED)
    if named not in {"gzip", "x-gzip", "deflate"}:
        return lambda raw, _most: raw
    either = zlib.decompressobj(zlib.MAX_WBITS | 32)  # gzip or zlib, recognized by the first bytes

    def unpack(raw: bytes, most: int) -> bytes:
        try:
            return b"" if either.eof else either.decompress(raw, most)
        except zlib.error:
            raise NotKept(Failure.GARBLED, GARBLED) from None

    return unpack


def _redirect(response: httpx.Response) -> str:
    """The description of a redirect, with the host only: a location may carry credentials."""
    try:
        # In ASCII: a host of other letters may look like another host.
        host = httpx.URL(response.headers.get("Location", "")).raw_host.decode()
    except (httpx.InvalidURL, UnicodeError):
        host = ""
    target = f" to {one_line(host)}" if host else ""
    return f"{response.status_code}, a redirect{target}, which was not followed"
