"""A small model of an engine: the state it keeps, and the calls it makes of the real providers, one after the other.

As in Pulumi's: what a call answered is in the state when the call is over, and a call that failed or was cut off leaves
the state as it was. What does not depend on a failed resource is tried all the same; nothing is deleted after that.
A create that was cut off is remembered as a pending operation, with its inputs.
"""

from __future__ import annotations

import copy
import gc
import sys
from dataclasses import dataclass, field, replace
from typing import Any

from pulumi.dynamic import ConfigureRequest
from pulumi.dynamic.config import Config

from pulumi_messaging.composition import named_objects_of, number_account_of, numbers_of
from pulumi_messaging.core.message_route import ROUTES
from pulumi_messaging.core.number_messaging_group import TELNYX_NUMBERS
from pulumi_messaging.dynamic import MessageRouteProvider, NumberMessagingProvider
from pulumi_messaging.reconcile.named.objects import NamedObjects
from pulumi_messaging.reconcile.numbers.single import SingleNumbers
from pulumi_messaging.wiring import Wiring
from tests.support.stateful.world import UNSAVED, Accounts, Killed, Sent

Values = dict[str, Any]
Program = dict[str, Values]
ROUTE, NUMBER = "route", "number"


@dataclass
class Held:
    """A resource in the state."""

    id: str
    inputs: Values
    outputs: Values


@dataclass(frozen=True)
class Call:
    """A call of a provider, for whoever watches: what it was to do, and every request it made."""

    operation: str
    name: str
    held: Held | None
    declared: Values | None
    error: str | None
    sent: tuple[Sent, ...]


def kind(name: str) -> str:
    """The kind of the resource of this name."""
    return NUMBER if name.startswith("number") else ROUTE


def automatic(name: str) -> str:
    """The automatic name of a resource, as the program side makes it."""
    return f"{name}-0a1b2c3"


def _providers(accounts: Accounts) -> dict[str, Any]:
    """The real providers over these accounts, which share what the resources of one run hold."""

    def routes(wiring: Wiring, *where: Any) -> NamedObjects:
        ownership = wiring.ownership(ROUTES, *where)
        return named_objects_of(accounts.telegent_client(), ownership, accounts.attempts(), accounts.said.append)

    def numbers(wiring: Wiring, *where: Any) -> SingleNumbers:
        account = number_account_of(accounts.telnyx_client(), accounts.said.append)
        return numbers_of(account, wiring.ownership(TELNYX_NUMBERS, *where))

    wiring = Wiring(accounts.said.append)
    providers: dict[str, Any] = {ROUTE: MessageRouteProvider(), NUMBER: NumberMessagingProvider()}
    for name, connect in ((ROUTE, routes), (NUMBER, numbers)):
        providers[name].wiring = wiring  # the real one is of its process
        providers[name].resource = replace(providers[name].resource, connect=connect)
    return providers


class _Process:
    """A provider process: one provider of each kind, which know nothing of other processes."""

    def __init__(self, accounts: Accounts) -> None:
        self._providers = _providers(accounts)
        for provider in self._providers.values():
            provider.configure(ConfigureRequest(Config({}, "model")))
            # A provider changes its process; this process is not its own.
            del sys.tracebacklimit
            gc.unfreeze()

    def of(self, name: str) -> Any:
        return self._providers[kind(name)]


@dataclass
class Engine:
    """A stack: its state, its calls, and the errors it got."""

    accounts: Accounts
    state: dict[str, Held] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    # Name, route name and account of creates that were cut off.
    pending: set[tuple[str | None, ...]] = field(default_factory=set)

    def up(self, program: Program) -> list[str]:
        """Preview, then update."""
        preview = _Run(self, preview=True)
        if not preview.program(program):
            return preview.errors
        return self._run(lambda run: run.program(program) and run.delete([n for n in self.state if n not in program]))

    def refresh(self) -> list[str]:
        """Read everything."""
        return self._run(lambda run: run.read())

    def destroy(self) -> list[str]:
        """Delete everything."""
        return self._run(lambda run: run.delete(list(self.state)))

    def _run(self, work: Any) -> list[str]:
        self.calls = []
        run = _Run(self, preview=False)
        try:
            work(run)
        except Killed:
            run.errors.append("killed")
        self.told += run.errors
        return run.errors


class _Run:
    """One run of an engine, with a provider process of its own."""

    def __init__(self, engine: Engine, *, preview: bool) -> None:
        self.errors: list[str] = []
        self._engine = engine
        self._state = engine.state
        self._preview = preview
        self._process = _Process(engine.accounts)

    def program(self, program: Program) -> bool:
        for name, declared in program.items():
            self._register(name, declared)
        return not self.errors

    def read(self) -> None:
        for name, held in list(self._state.items()):
            result = self._call("read", name, held, None, held.id, held.outputs)
            if result is not None and not result.id:
                del self._state[name]
            elif result is not None:
                self._state[name] = Held(held.id, result.inputs, result.outs)

    def delete(self, names: list[str]) -> None:
        for name in reversed(names):
            held = self._state[name]
            if self._call("delete", name, held, None, held.id, held.outputs) is not None:
                del self._state[name]

    def _register(self, name: str, declared: Values) -> None:
        held = self._state.get(name)
        news = {**declared, "__provider": "payload"}
        if kind(name) == ROUTE and "routeName" not in declared:
            news["__autoname"] = automatic(name)
        checked = self._call("check", name, held, declared, held.inputs if held else {}, news)
        if checked is None:
            return
        self.errors += [f"{name}: {failure.property} {failure.reason}" for failure in checked.failures]
        if checked.failures:
            return
        inputs = checked.inputs
        if held is not None:
            diff = self._call("diff", name, held, inputs, held.id, held.outputs, inputs)
            if diff is None or not diff.changes:
                return
            if not diff.replaces:
                self._update(name, held, inputs)
                return
            assert diff.delete_before_replace
            if self._preview or self._call("delete", name, held, None, held.id, held.outputs) is None:
                return
            del self._state[name]
        if not self._preview:
            result = self._call("create", name, None, inputs, inputs)
            if result is not None:
                self._engine.pending.discard(_pending(name, inputs))
                self._state[name] = Held(result.id, inputs, result.outs)

    def _update(self, name: str, held: Held, inputs: Values) -> None:
        if self._preview:
            return
        result = self._call("update", name, held, inputs, held.id, held.outputs, inputs)
        if result is not None:
            self._state[name] = Held(held.id, inputs, result.outs)

    def _call(self, operation: str, name: str, held: Held | None, declared: Values | None, *given: Any) -> Any:
        """The result of a provider's method; None where it failed. The given values are the provider's own."""
        wire = self._engine.accounts.wire
        wire.sent.clear()
        error, result = None, None
        try:
            result = getattr(self._process.of(name), operation)(*copy.deepcopy(given))
            if operation == "delete":
                result = True
            self._unsaved(operation)
        except Killed:
            error = "killed"
            if operation == "create" and declared is not None:
                self._engine.pending.add(_pending(name, declared))
            raise
        except Exception as failure:  # noqa: BLE001 - the engine shows whatever it is
            error = str(failure)
            self.errors.append(error)
        finally:
            call = Call(operation, name, held, declared, error, tuple(wire.sent))
            self._engine.calls.append(call)
        return result

    def _unsaved(self, operation: str) -> None:
        kill = self._engine.accounts.wire.kill
        if kill is None or kill.mode != UNSAVED or operation in ("check", "diff"):
            return
        if not kill.at:
            raise Killed
        kill.at -= 1


def _pending(name: str, declared: Values) -> tuple[str | None, ...]:
    return name, declared.get("routeName"), declared.get("accountId")
