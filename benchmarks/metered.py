"""The emulator with a meter and storms, in a process of its own: ``python -m benchmarks.metered STORE``.

The meter counts the bytes of every request of a vendor's client, headers included. A storm begins with the nth request
and refuses everything for some seconds with 429, whose headers tell how long it still lasts; each refusal is a fault
of the emulator's own plan.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from dataclasses import replace
from typing import Any

from pulumi_messaging_emulator.app import Emulator
from pulumi_messaging_emulator.server import Server
from pulumi_messaging_emulator.wire import Answer, Request, ok

PATH = "/_emulator/meter"
_VENDORS = ("/v1.0/", "/v2/")


class Metered(Emulator):
    """An emulator that knows how many bytes it was sent."""

    def __init__(self, store: str | os.PathLike[str]) -> None:
        super().__init__(store)
        self._guard = threading.Lock()
        self._bytes = self._requests = 0
        self._storm: dict[str, Any] = {}
        self._over = 0.0

    def answer(self, request: Request, *, postponed: bool = False) -> Answer:
        """What the emulator answers, or what is asked of the meter."""
        if request.path == PATH:
            return ok(self._respond(request))
        if postponed or not request.path.startswith(_VENDORS):
            return super().answer(request, postponed=postponed)
        with self._guard:
            self._bytes += _size(request)
            self._requests += 1
            left = self._left()
            if left > 0:
                # Under the guard, so that the fault meets this request and no other.
                fault = {"operation": "*", "kind": self._storm["kind"], "seconds": left}
                plan = json.dumps(fault).encode()
                super().answer(replace(request, method="POST", path="/_emulator/faults", body=plan))
                return super().answer(request)
        return super().answer(request)

    def _left(self) -> float:
        """The seconds that a storm still lasts."""
        if not self._storm or self._requests <= self._storm["after"]:
            return 0.0
        self._over = self._over or time.monotonic() + self._storm["seconds"]
        return self._over - time.monotonic()

    def _respond(self, request: Request) -> Any:
        """GET: the bytes so far. POST {kind, after, seconds}: a storm to come. DELETE: everything from nought."""
        with self._guard:
            if request.method == "POST":
                self._storm, self._requests, self._over = request.json(), 0, 0.0
            elif request.method == "DELETE":
                self._bytes = self._requests = 0
            return {"bytes": self._bytes}


def _size(request: Request) -> int:
    head = f"{request.method} {request.target} HTTP/1.1\r\n\r\n"
    lines = sum(len(name) + len(value) + len(": \r\n") for name, value in request.headers.items() if value)
    return len(head) + lines + len(request.body)


def main(store: str) -> None:
    """Print the port, and serve until standard input is closed."""
    emulator = Metered(store)
    emulator.open()
    with Server(emulator, "127.0.0.1", 0) as server:
        print(server.port, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1])
