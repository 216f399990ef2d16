"""Bounds around every request, whatever carries it: when it may leave, how long it takes, how much of it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from pulumi_messaging.api.calls import SENDING, Sending
from pulumi_messaging.api.failures import one_line
from pulumi_messaging.api.outcomes import Failure
from pulumi_messaging.api.pace import NotMade

if TYPE_CHECKING:
    from pulumi_messaging.api.clock import Clock
    from pulumi_messaging.api.pace import Pace

ANSWER_SECONDS = 120.0
REDIRECTS = range(300, 400)


class NotKept(Exception):
    """An answer that is not kept; the text says why."""

    def __init__(self, failure: Failure, text: str) -> None:
        super().__init__(text)
        self.failure = failure


class BoundedTransport(httpx.BaseTransport):
    """Sends a request when it may leave, and reads its answer whole.

    Decompressed, up to the call's size and within a time; redirects are refused, cookies dropped.
    """

    def __init__(self, inner: httpx.BaseTransport, clock: Clock, pace: Pace) -> None:
        self._inner = inner
        self._clock = clock
        self._pace = pace

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request through the inner transport."""
        sending: Sending = request.extensions[SENDING]
        call, headers = sending.call, None
        place = self._pace.enter(call.endpoint, call.action, sending.deadline)
        try:
            left = sending.deadline - self._clock.monotonic()
            if left <= 0:
                raise NotMade(Failure.NO_TURN, "the time for the call was used up by waiting")
            phases = request.extensions.get("timeout", {})
            request.extensions["timeout"] = {
                phase: left if seconds is None else min(left, seconds) for phase, seconds in phases.items()
            }
            response = self._read(request, call.longest, min(left, ANSWER_SECONDS))
            headers = response.headers
            return response
        finally:
            self._pace.over(place, headers)

    def _read(self, request: httpx.Request, longest: int, seconds: float) -> httpx.Response:
        deadline = self._clock.monotonic() + seconds
        response = self._inner.handle_request(request)
        response.request = request
        body = bytearray()
        try:
            # Refused here: httpx reads the location even where it does not follow it, and fails on a malformed one.
            if response.status_code in REDIRECTS:
                raise NotKept(Failure.REDIRECT, _redirect(response))
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > longest:
                    raise NotKept(Failure.TOO_LONG, f"with more than {longest // 1024} KiB")
                if self._clock.monotonic() > deadline:
                    raise httpx.ReadTimeout("the answer takes too long", request=request)
        except httpx.DecodingError:
            raise NotKept(Failure.GARBLED, "with a body that cannot be decompressed") from None
        finally:
            response.close()
        gone = {"content-encoding", "content-length", "transfer-encoding", "set-cookie"}
        headers = [(name, value) for name, value in response.headers.multi_items() if name.lower() not in gone]
        return httpx.Response(response.status_code, headers=headers, content=bytes(body))

    def close(self) -> None:
        """Close the inner transport."""
        self._inner.close()


def _redirect(response: httpx.Response) -> str:
    """Names the redirect's host only: a location may carry credentials."""
    try:
        host = httpx.URL(response.headers.get("Location", "")).host
    except httpx.InvalidURL:
        host = ""
    target = f" to {one_line(host)}" if host else ""
    return f"{response.status_code}, a redirect{target}, which was not followed"
