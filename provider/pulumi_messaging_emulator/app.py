"""The WSGI application: the way of one request from bytes to a vendor's operation and back."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import Any

from pulumi_messaging_emulator import control, fault_plan, operations, page, request_log, seed_data
from pulumi_messaging_emulator.accounts import FIXED, Credentials
from pulumi_messaging_emulator.fault_kinds import AFTER, BEFORE, Fault
from pulumi_messaging_emulator.settings import DEFAULTS, UNLIMITED, load
from pulumi_messaging_emulator.store import (
    NUMBERS,
    PROFILES,
    TELEGENT_KEYS,
    TELEGENT_NUMBERS,
    TELNYX_KEYS,
    Store,
    Transaction,
)
from pulumi_messaging_emulator.telegent import api as telegent
from pulumi_messaging_emulator.telnyx import api as telnyx
from pulumi_messaging_emulator.wire import BREAKS, Answer, Call, Refusal, Request, Settings, Vendor, ok

_VENDORS: tuple[Vendor, ...] = (telegent, telnyx)
_ON_PURPOSE = "the emulator ended the connection on purpose"
_ELSEWHERE = (
    "Nothing is here: Telegent is under /v1.0, Telnyx under /v2, the control surface under /_emulator, a page at /."
)


class Emulator:
    """Both vendors' APIs over one store; a WSGI application.

    Args:
        store: File that keeps the state; it is made when it does not exist. `:memory:` keeps the state in this object.
        now: The time, in seconds since the epoch.
        sleep: Waits before a late answer, in process.
        credentials: The first keys of a fresh store.
        unlimited: Whether Telegent has no rate limit, unless one is set.
    """

    def __init__(
        self,
        store: str | os.PathLike[str],
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], object] = time.sleep,
        credentials: Credentials = FIXED,
        *,
        unlimited: bool = False,
    ) -> None:
        self._store = Store(store, partial(seed_data.seed, credentials=credentials))
        self._now = now
        self._sleep = sleep
        self._defaults = UNLIMITED if unlimited else DEFAULTS

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request.

        Raises:
            ConnectionDropped: A fault ends the connection without an answer.
        """
        answer = self.in_time(Request.from_environ(environ), lambda early: self._sleep(early.delay))
        if answer.broken and answer.broken != "half":
            raise BREAKS[answer.broken](_ON_PURPOSE)
        headers, content = answer.payload()
        start_response(answer.line, list(headers.items()))
        return _half(content) if answer.broken else [content]

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Call the control surface without a transport, as `control.request` has it.

        Raises:
            ValueError: The control surface refuses the call; the text gives the reason.
        """
        answer = self.answer(control.request(method, path, body))
        if answer.status != HTTPStatus.OK:
            raise ValueError(answer.body["error"])
        return answer.body

    def in_time(self, request: Request, wait: Callable[[Answer], object]) -> Answer:
        """The answer to one request, after every delay; `wait` is called with each answer that is not due yet."""
        answer = self.answer(request)
        while answer.delay or answer.postponed:
            wait(answer)
            answer = self.answer(request, postponed=True) if answer.postponed else replace(answer, delay=0.0)
        return answer

    def answer(self, request: Request, *, postponed: bool = False) -> Answer:
        """The answer to one request, whose effects are stored; `postponed`: its fault is over."""
        if request.path == f"{control.PREFIX}/reset" and request.method == "POST":
            self._store.reset()
            return ok({})
        if request.path == page.PATH and request.method in ("GET", "HEAD"):
            return page.answer()
        with self._store.transaction() as tx:
            settings = load(tx, self._defaults)
            now = self._now() + settings["clockOffsetSeconds"]
            if request.path.startswith(f"{control.PREFIX}/"):
                return control.respond(tx, request, now)
            return self._vendor_answer(tx, request, settings, now, postponed=postponed)

    def describe(self) -> list[str]:
        """Lines for a person: accounts, profiles, numbers."""
        with self._store.transaction() as tx:
            profiles = tx.select(PROFILES, limit=5)
            numbers = tx.select(NUMBERS, limit=10)
            telegent_numbers = tx.select(TELEGENT_NUMBERS, limit=10)
            pairs, keys = tx.select(TELEGENT_KEYS, limit=5), tx.select(TELNYX_KEYS, limit=5)
        return [
            *(
                f"Telegent  AccountKey {doc['AccountKey']}  AccountSecret {doc['AccountSecret']}  "
                f"AccountId {' or '.join(doc['AccountIds'])}"
                for doc in pairs
            ),
            f"Telegent  numbers {', '.join(doc['Number'] for doc in telegent_numbers)}",
            *(f"Telnyx    key {doc['key']}" for doc in keys),
            *(f"Telnyx    messaging profile {doc['id']} ({doc['name']})" for doc in profiles),
            *(f"Telnyx    number {doc['phone_number']} (id {doc['id']})" for doc in numbers),
        ]

    def open(self) -> None:
        """Open the store's file now, so that a file that cannot be used is an error here."""
        self._store.open()

    def close(self) -> None:
        """Close the store's file; a later request opens it again."""
        self._store.close()

    def _vendor_answer(
        self, tx: Transaction, request: Request, settings: Settings, now: float, *, postponed: bool
    ) -> Answer:
        vendor = next((one for one in _VENDORS if request.path.startswith(f"{one.PREFIX}/")), None)
        if vendor is None:
            answer, name = Answer(HTTPStatus.NOT_FOUND, {"error": _ELSEWHERE}), None
        else:
            answer, name = self._operation_answer(vendor, tx, request, settings, now, postponed=postponed)
        if answer.postponed:
            return answer
        place = {"vendor": vendor.NAME if vendor else None, "operation": name}
        request_log.record(tx, request, answer, place, keep=settings["requestLogKeep"], now=now)
        return replace(answer, delay=answer.delay + settings["latencySeconds"])

    def _operation_answer(
        self, vendor: Vendor, tx: Transaction, request: Request, settings: Settings, now: float, *, postponed: bool
    ) -> tuple[Answer, str | None]:
        match = operations.find(request.method, vendor.normalised(request.path, settings))
        operation = match.operation
        if operation is None or not settings.get(operation.needs, True):
            allowed = [name for name in match.allowed if not operation]
            refusal = vendor.wrong_method(allowed, settings) if match.allowed else vendor.unknown_path()
            refused = vendor.refused(refusal, settings)
            return refused.with_headers(vendor.rate_headers(tx, None, settings, now)), None
        call = Call(request, operation, match.parameters, tx, settings, now)
        fault = None if postponed else fault_plan.take(tx, operation.name)
        if fault is None:
            return _carried_out(vendor, call), operation.name
        if fault.position == BEFORE:
            _call_meanwhile(call, fault)
        if fault.postpones:
            return Answer(delay=fault.wait, postponed=True), operation.name
        answer = fault.answer(vendor, call, partial(_carried_out, vendor))
        if fault.position == AFTER:
            _call_meanwhile(call, fault)
        return answer, operation.name


application = Emulator


def _call_meanwhile(call: Call, fault: Fault) -> None:
    """Make the control calls of a planned fault."""
    for given in fault.calls:
        asked = control.request(given.get("method", "POST"), given["path"], given.get("body"))
        answer = control.respond(call.tx, asked, call.now)
        if answer.status != HTTPStatus.OK:
            raise ValueError(f"planned call {asked.method} {asked.path}: {answer.body['error']}")


def _half(content: bytes) -> Iterator[bytes]:
    yield content[: len(content) // 2]
    raise BREAKS["half"](_ON_PURPOSE)


def _carried_out(vendor: Vendor, call: Call) -> Answer:
    try:
        vendor.gate(call)
        answer = vendor.carry_out(call)
    except Refusal as refusal:
        answer = vendor.refused(refusal, call.settings)
    return answer.with_headers(vendor.rate_headers(call.tx, call.operation.name, call.settings, call.now))
