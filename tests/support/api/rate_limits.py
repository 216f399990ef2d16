"""Answers with rate-limit headers, and a vendor that keeps its limit strictly."""

from __future__ import annotations

import dataclasses
import threading
import time

import httpx

from pulumi_messaging.api.clock import Clock
from pulumi_messaging.api.telnyx import TelnyxClient
from tests.support.api.vendor import TELNYX

FOUND = {"data": {"record_type": "messaging_settings"}}


def headers(remaining: object, reset: object, **others: str) -> httpx.Headers:
    return httpx.Headers({"x-ratelimit-remaining": str(remaining), "x-ratelimit-reset": str(reset), **others})


def told(remaining: object, reset: object, **others: str) -> object:
    return lambda _: httpx.Response(200, json=FOUND, headers=headers(remaining, reset, **others))


FASTER = 200


def fast() -> Clock:
    """Real time, two hundred times as fast: a minute passes in 0.3 s."""
    return Clock(monotonic=lambda: time.monotonic() * FASTER, sleep=lambda seconds: time.sleep(seconds / FASTER))


class Strict:
    """A vendor with fixed windows, one for the account or one for each endpoint, that counts what it refuses."""

    def __init__(self, limit: int, *, per_endpoint: bool = False) -> None:
        self.clock = fast()
        self.began = self.clock.monotonic()
        self.limit, self.window, self.refused = limit, 60.0, 0
        self._per_endpoint = per_endpoint
        self.used: dict[tuple[str, int], int] = {}
        self._lock = threading.Lock()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        with self._lock:
            elapsed = self.clock.monotonic() - self.began
            number = int(elapsed // self.window)
            key = (request.method if self._per_endpoint else "", number)
            left = self.limit - self.used.get(key, 0)
            self.refused += left < 1
            self.used[key] = self.used.get(key, 0) + (left > 0)
            reset = (number + 1) * self.window - elapsed
        told = headers(max(0, left - 1), f"{reset:.3f}", **{"x-ratelimit-limit": str(self.limit)})
        return httpx.Response(200 if left > 0 else 429, json=FOUND, headers=told)

    def client(self) -> TelnyxClient:
        settings = dataclasses.replace(TELNYX, timeout_seconds=86_400.0)
        return TelnyxClient(settings, httpx.MockTransport(self), clock=self.clock)


def work(client: TelnyxClient, number: int) -> None:
    if number % 2:
        client.retrieve_messaging(str(number))
    else:
        client.update_messaging(str(number), {"tags": []})
