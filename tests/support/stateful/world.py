"""Accounts whose clients may be killed: a request of theirs is the last thing that they do."""

from __future__ import annotations

import json
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.support.clock import VirtualClock
from tests.support.faults.world import Wire, World

WRITES = {
    ("POST", "/v1.0/message/routes"): "createMessageRoute",
    ("POST", "/v1.0/message/routes/update"): "updateMessageRoute",
    ("POST", "/v1.0/message/routes/delete"): "deleteMessageRoute",
}
BEFORE, AFTER, LATE, UNSAVED = "before", "after", "late", "unsaved"


class Killed(BaseException):
    """The process is no more; no code of it runs after this but what an operating system does for it."""


@dataclass
class Kill:
    """The end of a process, at one of its requests or, unsaved, at one of its results.

    `at` counts requests, `writes` only the writing ones. The request is not sent, or is carried out all the same, at
    once or when `seconds` have passed: a provider process outlives its engine.
    """

    mode: str
    at: int
    writes: bool = True
    seconds: float = 10.0


@dataclass(frozen=True)
class Sent:
    """A request as it left."""

    operation: str
    path: str
    body: Any


class Time(VirtualClock):
    """Virtual time in which something may be due."""

    def __init__(self) -> None:
        super().__init__()
        self.due: list[tuple[float, Any]] = []

    def sleep(self, seconds: float) -> None:
        end = self.elapsed + seconds
        while self.due and min(at for at, _ in self.due) <= end:
            first = min(self.due, key=lambda entry: entry[0])
            self.due.remove(first)
            self.elapsed = max(self.elapsed, first[0])
            first[1]()
        self.elapsed = max(self.elapsed, end)


class KillingWire(Wire):
    """A wire that keeps what was sent, and at one end of which a process may die."""

    def __init__(self, emulator: Any, time: Time) -> None:
        super().__init__(emulator)
        self._time = time
        self.sent: list[Sent] = []
        self.kill: Kill | None = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content) if request.content else None
        path = request.url.path
        operation = "updateMessaging" if request.method == "PATCH" else WRITES.get((request.method, path), "")
        self.sent.append(Sent(operation, f"{request.method} {path}", body))
        kill = self.kill
        if kill is None or kill.mode == UNSAVED or (kill.writes and not operation):
            return super().handle_request(request)
        if kill.at:
            kill.at -= 1
            return super().handle_request(request)
        self.kill = None
        if kill.mode == AFTER:
            self._carry_out(request)
        if kill.mode == LATE:
            self._time.due.append((self._time.elapsed + kill.seconds, lambda: self._carry_out(request)))
        raise Killed

    def _carry_out(self, request: httpx.Request) -> None:
        with suppress(httpx.TransportError):  # nobody is there to notice
            super().handle_request(request)


@dataclass
class Accounts(World):
    """Both vendors' accounts, used by one machine after another process of it."""

    time: Time = field(default_factory=Time)

    def __post_init__(self) -> None:
        super().__post_init__()
        folder = tempfile.TemporaryDirectory()
        self.notes = Path(folder.name)
        self._closing.append(folder.cleanup)

    def connected(self, emulator: Any) -> KillingWire:
        self.wire = KillingWire(emulator, self.time)
        return self.wire
