"""Steps of a run: execution with events and diagnostics, and the record in the state before, after and on failure."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from typing import Final

from pulumi_messaging_engine.errors import ClosedError, StepError
from pulumi_messaging_engine.events import Diagnostic, Operation, Severity, Step
from pulumi_messaging_engine.plugin import Diff, ProviderError
from pulumi_messaging_engine.resources import Resource, now
from pulumi_messaging_engine.secrets import copy_secret_marks, keep_ciphertexts
from pulumi_messaging_engine.state import State
from pulumi_messaging_engine.values import changed_keys, equal

_KINDS: Final = {"create": "creating", "update": "updating", "delete": "deleting"}


class StepExecutor:
    """Executes steps of several threads, with an event before and after each; after a failure no new step starts."""

    def __init__(self, emit: Callable[[Step | Diagnostic], None]) -> None:
        self.operations: list[Operation] = []
        self.errors: list[Diagnostic] = []
        self.closed = False
        self.step_failed = False  # the cause is a step, not the program or a declaration
        self._emit = emit
        self._lock = threading.RLock()
        self._idle = threading.Condition(self._lock)
        self._active = 0

    def report(self, severity: Severity, text: str, urn: str = "") -> None:
        """Emit a message for the user."""
        diagnostic = Diagnostic(severity, text.rstrip(), urn)
        with self._lock:
            if severity == "error":
                self.errors.append(diagnostic)
            self._emit(diagnostic)

    def fail(self, text: str, urn: str = "") -> None:
        """Emit an error; no new step starts after it."""
        self.report("error", text, urn)
        self.close()

    def close(self) -> None:
        """Let no new step start from here on."""
        with self._lock:
            self.closed = True

    @contextlib.contextmanager
    def working(self) -> Iterator[None]:
        """Count as work in progress, which `drain` waits for."""
        with self._lock:
            self._active += 1
        try:
            yield
        finally:
            with self._lock:
                self._active -= 1
                self._idle.notify_all()

    def drain(self) -> None:
        """Wait until no step runs."""
        with self._idle:
            # In slices, because a wait without end cannot be interrupted by Ctrl-C.
            while self._active:
                self._idle.wait(0.2)

    def ensure_open(self) -> None:
        """Raise ClosedError if an earlier step failed or the run was interrupted."""
        if self.closed:
            raise ClosedError

    def step(
        self, op: str, old: Resource | None, new: Resource | None, act: Callable[[], None], diff: Diff | None = None
    ) -> None:
        """Execute one step: `act` does it and records it in the state; an error of the provider is a StepError."""
        self.ensure_open()
        event = Step("begin", op, old, new, diff.replaces if diff else (), _changes(op, old, new))
        is_shown = not event.resource.is_provider
        if is_shown:
            self._emit_locked(event)
        started = time.monotonic()
        try:
            act()
        except ProviderError as error:
            self.step_failed = True
            self.fail(str(error), event.resource.urn)
            self._emit_locked(replace(event, phase="failed", seconds=time.monotonic() - started))
            raise StepError from None
        if is_shown:
            self.finish(event, time.monotonic() - started)

    def _emit_locked(self, event: Step) -> None:
        with self._lock:
            self._emit(event)

    def finish(self, event: Step, seconds: float, *, op: str | None = None) -> None:
        """Add a finished step to the operations; `op` names its outcome where that differs from the step."""
        resource = event.resource
        diffs = event.diffs or _changes(event.op, event.old, event.new)
        with self._lock:
            operation = Operation(op or event.op, resource.urn, resource.type, resource.name, diffs, event.replaces)
            self.operations.append(operation)
            self._emit(replace(event, phase="end", op=op or event.op, diffs=diffs, seconds=seconds))


def _changes(op: str, old: Resource | None, new: Resource | None) -> tuple[str, ...]:
    if old is None or new is None:
        return ()
    keys = () if op == "same" else changed_keys(old.inputs, new.inputs)
    options = [name for name in ("protect", "taint") if getattr(old, name) is not getattr(new, name)]
    return (*keys, *(f"~{name}" for name in options))


@contextlib.contextmanager
def pending(state: State, op: str, resource: Resource) -> Iterator[None]:
    """Record the operation as pending during a provider call; it stays pending if this process ends first."""
    state.begin(_KINDS[op.partition("-")[0]], resource)  # a part of a replacement is one of the three
    try:
        yield
    except ProviderError as error:
        if not error.abandoned:
            state.commit(end=resource.urn)
        raise


@contextlib.contextmanager
def pending_write(
    state: State, op: str, new: Resource, old: Resource | None, also: list[Resource] | None = None
) -> Iterator[None]:
    """Record a create or an update as `pending` does, and also its result after a partial failure.

    `also` are other resources to record with it. As in the CLI, the inputs of an update that failed in part are the
    old ones.
    """
    with pending(state, op, new):
        try:
            yield
        except ProviderError as error:
            if error.unfinished is not None:
                part = error.unfinished
                copy_secret_marks(part.outputs, new.inputs)
                new.id, new.outputs, new.init_errors = part.id, part.outputs, part.reasons
                new.created, new.modified = old.created if old else now(), now()
                new.mark_secret_outputs()
                if op == "update" and old is not None:
                    new.inputs = old.inputs
                record(state, new, old, also)
            raise


def record(state: State, new: Resource, old: Resource | None, also: list[Resource] | None = None) -> None:
    """Record the resource if it differs from its old state, and other resources with it."""
    drop = []
    if old is not None:
        keep_ciphertexts(new.inputs, old.inputs)
        keep_ciphertexts(new.outputs, old.outputs)
        if old.urn != new.urn:
            drop = [old.urn]
            also = [*(also or []), *_renamed(state, old.urn, new.urn)]
        elif not also and _same_record(new, old):
            state.commit(end=new.urn)
            return
    state.commit(put=[*(also or []), replace(new)], drop=drop, end=new.urn)


def _renamed(state: State, old: str, new: str) -> list[Resource]:
    """List the resources that refer to the URN `old`, with references to the URN `new` instead."""
    users = [each for each in state.resources.values() if old in each.needs() and each.urn != new]
    return [each.with_references(lambda urn: new if urn == old else urn) for each in users]


def _same_record(new: Resource, old: Resource) -> bool:
    names = [field.name for field in fields(Resource) if field.name not in {"created", "modified"}]
    return all(equal(getattr(new, name), getattr(old, name)) for name in names)
