"""The WSGI application: one adapter from bytes to a vendor's operation and back."""

from __future__ import annotations

import time
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from pulumi_messaging.emulator import control, fresh, index, journal, scripts, switches
from pulumi_messaging.emulator.store import NUMBERS, PROFILES, TELEGENT_NUMBERS, Store
from pulumi_messaging.emulator.telegent import vendor as telegent
from pulumi_messaging.emulator.telnyx import vendor as telnyx
from pulumi_messaging.emulator.wire import Answer, Call, ConnectionDropped, Refusal, Request, ok

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable
    from types import ModuleType

    from pulumi_messaging.emulator.store import Transaction
    from pulumi_messaging.emulator.wire import Settings

_VENDORS: tuple[Any, ...] = (telegent, telnyx)
_ELSEWHERE = "Nothing is here: Telegent is under /v1.0, Telnyx under /v2, the control surface under /_emulator."


class Emulator:
    """Both vendors' APIs over one store; a WSGI application."""

    def __init__(self, store: str | os.PathLike[str]) -> None:
        self._store = Store(store, fresh.seed)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answers one request; raises `ConnectionDropped` where an answer is to be lost."""
        answer = self.answer(Request.from_environ(environ))
        if answer.delay:
            time.sleep(answer.delay)
        if answer.dropped:
            raise ConnectionDropped("the emulator dropped the connection on purpose")
        headers, content = answer.payload()
        start_response(_status_line(answer.status), list(headers.items()))
        return [content]

    def answer(self, request: Request) -> Answer:
        """The answer to one request, after everything it does is stored."""
        if request.path == f"{control.PREFIX}/reset" and request.method == "POST":
            self._store.reset()
            return ok({})
        with self._store.transaction() as tx:
            settings = switches.load(tx)
            now = time.time() + settings["clockOffsetSeconds"]
            if request.path.startswith(f"{control.PREFIX}/"):
                return control.respond(tx, request, now)
            return _vendor_answer(tx, request, settings, now)

    def describe(self) -> list[str]:
        """What a person needs to know to use it: accounts, profiles, numbers."""
        with self._store.transaction() as tx:
            profiles = tx.select(PROFILES, limit=5)
            numbers = tx.select(NUMBERS, limit=10)
            telegent_numbers = tx.select(TELEGENT_NUMBERS, limit=10)
        ids = " or ".join(fresh.ACCOUNT_IDS)
        return [
            f"Telegent  AccountKey {fresh.ACCOUNT_KEY}  AccountSecret {fresh.ACCOUNT_SECRET}  AccountId {ids}",
            f"Telegent  numbers {', '.join(doc['Number'] for doc in telegent_numbers)}",
            f"Telnyx    key {fresh.TELNYX_KEY}",
            *(f"Telnyx    messaging profile {doc['id']} ({doc['name']})" for doc in profiles),
            *(f"Telnyx    number {doc['phone_number']} (id {doc['id']})" for doc in numbers),
        ]

    def open(self) -> None:
        """Opens the store's file now, so that a path that cannot be used is told at once."""
        self._store.open()

    def close(self) -> None:
        """Closes the store's file; a later request opens it again."""
        self._store.close()


def application(store: str | os.PathLike[str]) -> Emulator:
    """The emulator over a store file, which is made when it is not there (`:memory:` keeps it in this object)."""
    return Emulator(store)


def _vendor_answer(tx: Transaction, request: Request, settings: Settings, now: float) -> Answer:
    vendor = next((one for one in _VENDORS if request.path.startswith(f"{one.PREFIX}/")), None)
    if vendor is None:
        answer, name = Answer(HTTPStatus.NOT_FOUND, {"error": _ELSEWHERE}), None
    else:
        answer, name = _operation_answer(vendor, tx, request, settings, now)
    place = {"vendor": vendor.NAME if vendor else None, "operation": name}
    journal.record(tx, request, answer, place, keep=settings["requestLogKeep"], now=now)
    return replace(answer, delay=answer.delay + settings["latencySeconds"])


def _operation_answer(
    vendor: ModuleType, tx: Transaction, request: Request, settings: Settings, now: float
) -> tuple[Answer, str | None]:
    match = index.find(request.method, vendor.normalised(request.path, settings))
    operation = match.operation
    if operation is None or not vendor.supported(operation.name, settings):
        wrong = vendor.wrong_method([name for name in match.allowed if not operation], settings)
        refusal = wrong if match.allowed else vendor.unknown_path(request, settings)
        refused: Answer = vendor.refused(refusal, settings)
        return refused.with_headers(vendor.rate_headers(tx, None, settings, now)), None
    script = scripts.take(tx, operation.name)
    if script and script["effect"] == "none":
        return scripts.answer(script), operation.name
    call = Call(request, operation, match.parameters, tx, settings, now)
    answer = _carried_out(vendor, call)
    if script:
        return scripts.answer(script), operation.name
    return answer.with_headers(vendor.rate_headers(tx, operation.name, settings, now)), operation.name


def _carried_out(vendor: ModuleType, call: Call) -> Answer:
    try:
        vendor.gate(call)
        answer: Answer = vendor.carry_out(call)
    except Refusal as refusal:
        refused: Answer = vendor.refused(refusal, call.settings)
        return refused
    return answer


def _status_line(status: int) -> str:
    try:
        return f"{int(status)} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"{status} Unknown"
