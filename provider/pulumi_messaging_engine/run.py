"""A run from its beginning to its `Result`: the program, the provider process, interruptions, and secrets in output."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from pulumi_messaging_engine.deployment import Deployment
from pulumi_messaging_engine.errors import ClosedError, StepError
from pulumi_messaging_engine.events import Diagnostic, Event, Result, Started, Step
from pulumi_messaging_engine.monitor import Server
from pulumi_messaging_engine.options import Options
from pulumi_messaging_engine.plugin import Plugin
from pulumi_messaging_engine.processes import Child, ThreadProgram, child_environment, start_program
from pulumi_messaging_engine.project import ConfigValue, Project
from pulumi_messaging_engine.resources import Resource
from pulumi_messaging_engine.run_program import ProgramDestroy, ProgramRefresh
from pulumi_messaging_engine.secrets import Mask
from pulumi_messaging_engine.state import Pending, State
from pulumi_messaging_engine.update import Update
from pulumi_messaging_engine.values import Secret

_GRACE_SECONDS: Final = 5.0
_KINDS: Final = {  # by action, and whether the program runs for it too
    ("update", False): Update,
    ("update", True): Update,
    ("refresh", False): Deployment,
    ("refresh", True): ProgramRefresh,
    ("destroy", False): Deployment,
    ("destroy", True): ProgramDestroy,
}


class Run:
    """One run: a preview, an update, a refresh or a destroy."""

    def __init__(
        self,
        action: str,
        state: State,
        config: dict[str, ConfigValue],
        options: Options,
        *,
        project: Project,
        stack: str,
        program: Callable[[], object] | str | None,
        environment: Mapping[str, str],
        preview: bool,
        on_event: Callable[[Event], None] | None,
    ) -> None:
        """`action` is update, refresh or destroy; the other arguments are those of an `Engine` and its methods."""
        environment = child_environment(environment, project.python, project.virtualenv)
        if program is not None:
            # The child imports the modules that this process can import, such as a test's.
            environment["PYTHONPATH"] = os.pathsep.join(path or os.getcwd() for path in sys.path)  # noqa: PTH109
        self.action, self.preview, self.options = action, preview, options
        self.project, self.stack, self.program, self.on_event = project, stack, program, on_event
        self.state, self.config, self.environment = state, config, environment
        self.diagnostics: list[Diagnostic] = []
        self.undecided: list[Pending] = []
        self._mask = Mask(secret for value in config.values() for secret in value.secrets)
        self.plugin = Plugin(project.python, str(project.folder), environment, project.name, self._on_line)
        values = {key: Secret(value.text) if value.secret else value.text for key, value in config.items()}
        self.deployment = _KINDS[action, options.run_program](
            project.name,
            stack,
            state,
            self.plugin,
            config=values,
            emit=self._emit,
            preview=preview,
            options=options,
            refresh_only=action == "refresh",
        )

    def go(self, started: float) -> Result:
        """Execute the run, which began at `started` of the monotonic clock."""
        deployment = self.deployment
        config = {key: "[secret]" if value.secret else value.text for key, value in self.config.items()}
        self._emit(Started(self.action, self.preview, self.stack, deployment.stack_urn, config))
        with _interruptible():
            try:
                self._warn_of_pending()
                with contextlib.suppress(StepError, ClosedError):
                    self._work()
                if deployment.step_failed:
                    deployment.report("error", f"{'preview' if self.preview else self.action} failed")
            except KeyboardInterrupt:
                self._wind_down()
                raise
            finally:
                self.plugin.stop()
                if not self.preview:
                    self.state.save()
        result = Result(
            ok=not deployment.errors,
            operations=tuple(deployment.operations),
            diagnostics=tuple(self.diagnostics),
            error=self._mask.text(_one_line(deployment.errors[0])) if deployment.errors else None,
            duration=time.monotonic() - started,
            raw_outputs=deployment.outputs,
        )
        self._emit(result)
        return result

    def _wind_down(self) -> None:
        """Let running calls end after Ctrl-C; a second Ctrl-C ends them and leaves their operations pending."""
        self.deployment.close()
        self.plugin.cancel()
        self.deployment.report(
            "error", f"{self.action} canceled: waiting for running operations; interrupt again to leave them"
        )
        try:
            self.deployment.drain()
        except KeyboardInterrupt:
            self.plugin.stop()
            self.deployment.drain()

    def _work(self) -> None:
        if self.action == "refresh" and not isinstance(self.deployment, Update):  # also where it fails
            stack = self.state.resources.get(self.deployment.stack_urn)
            self.deployment.outputs = dict(stack.outputs) if stack else {}
        if self.options.refresh and (self.action == "destroy" or not self.options.run_program):
            self.deployment.refresh_all()
        if isinstance(self.deployment, Update):
            self.deployment.refuse_unknown(self.options.replace)
            self._update(self.deployment)
        elif self.action == "destroy":
            self.deployment.destroy()

    def _update(self, deployment: Update) -> None:
        with Server(deployment) as server:
            program = start_program(
                self.program,
                self.project,
                self.config,
                stack=self.stack,
                monitor=server.address,
                preview=self.preview,
                environment=self.environment,
                on_line=self._on_line,
            )
            try:
                threading.Thread(target=_watch, args=(program, server.program_done), daemon=True).start()
                server.program_done.wait()
                deployment.drain()
                status = program.wait(0)
                if status and not deployment.errors:
                    deployment.fail(f"an unhandled error occurred: program exited with non-zero exit code: {status}")
                with contextlib.suppress(StepError, ClosedError):
                    if not deployment.closed:
                        deployment.after_program()
                deployment.finish_outputs()
                server.release()
                program.wait(_GRACE_SECONDS)
            finally:
                server.release()
                program.stop()

    def _on_line(self, line: str) -> None:
        if line:
            self.deployment.report("info", line)

    def _emit(self, event: Event) -> None:
        if isinstance(event, Diagnostic):
            event = replace(event, text=self._mask.text(event.text))
            self.diagnostics.append(event)
        if self.on_event is not None:
            self.on_event(self._masked(event) if self._mask.secrets else event)

    def _masked(self, event: Event) -> Event:
        """Mask the values that a display shows."""
        if isinstance(event, Step):
            return replace(event, old=self._masked_resource(event.old), new=self._masked_resource(event.new))
        return replace(event, raw_outputs=self._mask.value(event.raw_outputs)) if isinstance(event, Result) else event

    def _masked_resource(self, resource: Resource | None) -> Resource | None:
        if resource is None:
            return None
        inputs, outputs = self._mask.value(resource.inputs), self._mask.value(resource.outputs)
        return replace(resource, inputs=inputs, outputs=outputs)

    def _warn_of_pending(self) -> None:
        if self.options.refresh or not self.undecided:
            return
        lines = [f"  * {item.resource.urn}, interrupted while {item.kind}" for item in self.undecided]
        text = (
            f"Attempting to deploy or update resources with {len(lines)} pending operations from previous "
            "deployment.\n"
            + "\n".join(lines)
            + "\nThese resources are in an unknown state: an earlier run was interrupted while it waited for the "
            "operations to complete: look at the vendor whether they did. A refresh reads the resources and clears "
            "operations other than creations; creations are cleared on request only."
        )
        self.deployment.report("warning", text)


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    """Let SIGTERM interrupt as Ctrl-C does, so that the children end and the state is written."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    former = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, former)


def _watch(program: Child | ThreadProgram, done: threading.Event) -> None:
    """Wait for the program: one that crashes does not report its end to the monitor."""
    program.wait()
    done.set()


def _one_line(error: Diagnostic) -> str:
    lines = [line.strip() for line in error.text.splitlines() if line.strip()]
    text = lines[-1] if "Traceback (most recent call last)" in error.text else " ".join(lines)
    return f"{error.urn.split('::', 3)[3]}: {text}" if error.urn else text
