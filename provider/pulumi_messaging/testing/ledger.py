"""The book of one run: what was reported, which steps were taken, whether new ones may start."""

from __future__ import annotations

import contextlib
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from pulumi_messaging.testing.errors import ClosedError, StepError
from pulumi_messaging.testing.events import Diagnostic, Operation, Severity, Step
from pulumi_messaging.testing.plugin import Diff, ProviderError
from pulumi_messaging.testing.values import changed_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pulumi_messaging.testing.state import Resource


class Ledger:
    """Steps of several threads; each is announced, taken, and noted. After a failure no new one is started."""

    def __init__(self, emit: Callable[[Step | Diagnostic], None]) -> None:
        self.operations: list[Operation] = []
        self.errors: list[Diagnostic] = []
        self.closed = False
        self.step_failed = False  # rather than that the program or a declaration is wrong
        self._emit = emit
        self._lock = threading.RLock()
        self._idle = threading.Condition(self._lock)
        self._active = 0

    def report(self, severity: Severity, text: str, urn: str = "") -> None:
        """A message for the user."""
        diagnostic = Diagnostic(severity, text.rstrip(), urn)
        with self._lock:
            if severity == "error":
                self.errors.append(diagnostic)
            self._emit(diagnostic)

    def fail(self, text: str, urn: str = "") -> None:
        """An error: no new step is started after it."""
        self.report("error", text, urn)
        self.close()

    def close(self) -> None:
        """From here on no new step is started."""
        with self._lock:
            self.closed = True

    @contextlib.contextmanager
    def working(self) -> Iterator[None]:
        """Counts as work in progress, which `drain` waits for."""
        with self._lock:
            self._active += 1
        try:
            yield
        finally:
            with self._lock:
                self._active -= 1
                self._idle.notify_all()

    def drain(self) -> None:
        """Waits until no step runs."""
        with self._idle:
            # In slices, because a wait without end cannot be interrupted by Ctrl-C.
            while self._active:
                self._idle.wait(0.2)

    def ensure_open(self) -> None:
        """Raises ClosedError if an earlier step failed or the run was interrupted."""
        if self.closed:
            raise ClosedError

    def step(
        self, op: str, old: Resource | None, new: Resource | None, act: Callable[[], None], diff: Diff | None = None
    ) -> None:
        """Takes one step: `act` does it and records it in the state."""
        self.ensure_open()
        event = Step("begin", op, old, new, diff.replaces if diff else (), self._changes(op, old, new))
        shown = not event.resource.is_provider
        if shown:
            self._tell(event)
        started = time.monotonic()
        try:
            act()
        except ProviderError as error:
            self.step_failed = True
            self.fail(str(error), event.resource.urn)
            self._tell(replace(event, phase="failed", seconds=time.monotonic() - started))
            raise StepError from None
        if shown:
            self.record(event, time.monotonic() - started)

    def _tell(self, event: Step) -> None:
        with self._lock:
            self._emit(event)

    def record(self, event: Step, seconds: float, *, op: str | None = None) -> None:
        """Notes a step that has been taken; `op` where the outcome has another name than the step."""
        resource = event.resource
        diffs = event.diffs or self._changes(event.op, event.old, event.new)
        with self._lock:
            operation = Operation(op or event.op, resource.urn, resource.type, resource.name, diffs, event.replaces)
            self.operations.append(operation)
            self._emit(replace(event, phase="end", op=op or event.op, diffs=diffs, seconds=seconds))

    @staticmethod
    def _changes(op: str, old: Resource | None, new: Resource | None) -> tuple[str, ...]:
        if old is None or new is None:
            return ()
        keys = () if op == "same" else changed_keys(old.inputs, new.inputs)
        return (*keys, "~protect") if old.protect is not new.protect else keys
