"""The WSGI application: one adapter from bytes to a vendor's operation and back."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from pulumi_messaging.emulator import control, fault_plan, fresh, index, journal, switches
from pulumi_messaging.emulator.store import NUMBERS, PROFILES, TELEGENT_NUMBERS, Store
from pulumi_messaging.emulator.telegent import vendor as telegent
from pulumi_messaging.emulator.telnyx import vendor as telnyx
from pulumi_messaging.emulator.wire import BREAKS, Answer, Call, Refusal, Request, ok

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator
    from types import ModuleType

    from pulumi_messaging.emulator.fresh import Credentials
    from pulumi_messaging.emulator.store import Transaction
    from pulumi_messaging.emulator.wire import Settings

_VENDORS: tuple[Any, ...] = (telegent, telnyx)
_ON_PURPOSE = "the emulator ended the connection on purpose"
_ELSEWHERE = "Nothing is here: Telegent is under /v1.0, Telnyx under /v2, the control surface under /_emulator."


class Emulator:
    """Both vendors' APIs over one store; a WSGI application.

    Args:
        store: The file that keeps the state.
        now: The time, in seconds since the epoch.
        sleep: What an answer that is to be late waits with in process.
        credentials: What opens its accounts.
    """

    def __init__(
        self,
        store: str | os.PathLike[str],
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], object] = time.sleep,
        credentials: Credentials = fresh.FIXED,
    ) -> None:
        self._store = Store(store, fresh.seed)
        self._credentials = credentials
        self._now = now
        self._sleep = sleep

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answers one request; raises `ConnectionDropped` where an answer is to be lost."""
        answer = self.in_time(Request.from_environ(environ), lambda early: self._sleep(early.delay))
        if answer.broken and answer.broken != "half":
            raise BREAKS[answer.broken](_ON_PURPOSE)
        headers, content = answer.payload()
        start_response(answer.line, list(headers.items()))
        return _half(content) if answer.broken else [content]

    def in_time(self, request: Request, wait: Callable[[Answer], object]) -> Answer:
        """The answer to one request at the time it is to be sent, or its connection to be broken."""
        answer = self.answer(request)
        while answer.delay or answer.postponed:
            wait(answer)
            answer = self.answer(request, postponed=True) if answer.postponed else replace(answer, delay=0.0)
        return answer

    def answer(self, request: Request, *, postponed: bool = False) -> Answer:
        """The answer to one request, after everything it does is stored; `postponed`: its fault is over."""
        if request.path == f"{control.PREFIX}/reset" and request.method == "POST":
            self._store.reset()
            return ok({})
        with self._store.transaction() as tx:
            settings = switches.load(tx)
            now = self._now() + settings["clockOffsetSeconds"]
            if request.path.startswith(f"{control.PREFIX}/"):
                return control.respond(tx, request, now)
            return self._vendor_answer(tx, request, settings, now, postponed=postponed)

    def describe(self) -> list[str]:
        """What a person needs to know to use it: accounts, profiles, numbers."""
        with self._store.transaction() as tx:
            profiles = tx.select(PROFILES, limit=5)
            numbers = tx.select(NUMBERS, limit=10)
            telegent_numbers = tx.select(TELEGENT_NUMBERS, limit=10)
        ids, opened = " or ".join(fresh.ACCOUNT_IDS), self._credentials
        return [
            f"Telegent  AccountKey {opened.account_key}  AccountSecret {opened.account_secret}  AccountId {ids}",
            f"Telegent  numbers {', '.join(doc['Number'] for doc in telegent_numbers)}",
            f"Telnyx    key {opened.telnyx_key}",
            *(f"Telnyx    messaging profile {doc['id']} ({doc['name']})" for doc in profiles),
            *(f"Telnyx    number {doc['phone_number']} (id {doc['id']})" for doc in numbers),
        ]

    def open(self) -> None:
        """Opens the store's file now, so that a path that cannot be used is told at once."""
        self._store.open()

    def close(self) -> None:
        """Closes the store's file; a later request opens it again."""
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
        journal.record(tx, request, answer, place, keep=settings["requestLogKeep"], now=now)
        return replace(answer, delay=answer.delay + settings["latencySeconds"])

    def _operation_answer(
        self, vendor: ModuleType, tx: Transaction, request: Request, settings: Settings, now: float, *, postponed: bool
    ) -> tuple[Answer, str | None]:
        match = index.find(request.method, vendor.normalised(request.path, settings))
        operation = match.operation
        if operation is None or not vendor.supported(operation.name, settings):
            wrong = vendor.wrong_method([name for name in match.allowed if not operation], settings)
            refusal = wrong if match.allowed else vendor.unknown_path(request, settings)
            refused: Answer = vendor.refused(refusal, settings)
            return refused.with_headers(vendor.rate_headers(tx, None, settings, now)), None
        call = Call(request, operation, match.parameters, tx, settings, now, self._credentials)
        fault = None if postponed else fault_plan.take(tx, operation.name)
        if fault is None:
            return _carried_out(vendor, call), operation.name
        if fault.postpones:
            return Answer(delay=fault.wait, postponed=True), operation.name
        return fault.answer(vendor, call, partial(_carried_out, vendor)), operation.name


def application(
    store: str | os.PathLike[str],
    now: Callable[[], float] = time.time,
    sleep: Callable[[float], object] = time.sleep,
    credentials: Credentials = fresh.FIXED,
) -> Emulator:
    """The emulator over a store file, which is made when it is not there (`:memory:` keeps it in this object)."""
    return Emulator(store, now, sleep, credentials)


def _half(content: bytes) -> Iterator[bytes]:
    yield content[: len(content) // 2]
    raise BREAKS["half"](_ON_PURPOSE)


def _carried_out(vendor: ModuleType, call: Call) -> Answer:
    try:
        vendor.gate(call)
        answer: Answer = vendor.carry_out(call)
    except Refusal as refusal:
        answer = vendor.refused(refusal, call.settings)
    return answer.with_headers(vendor.rate_headers(call.tx, call.operation.name, call.settings, call.now))
