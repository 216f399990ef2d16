"""`Engine`: one project and stack, and what can be done with them."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from pulumi_messaging_engine.deployment import Deployment
from pulumi_messaging_engine.errors import ClosedError, StepError
from pulumi_messaging_engine.events import Diagnostic, Event, Result, Started
from pulumi_messaging_engine.monitor import Server
from pulumi_messaging_engine.plugin import Plugin
from pulumi_messaging_engine.processes import Child, ThreadProgram, child_environment, start_program
from pulumi_messaging_engine.project import ConfigValue, Project
from pulumi_messaging_engine.resources import STACK_TYPE
from pulumi_messaging_engine.secrets import Crypter, passphrase_of
from pulumi_messaging_engine.state import Pending, State, locked, stored_salt
from pulumi_messaging_engine.update import Update
from pulumi_messaging_engine.values import Secret, plain

STATE_FOLDER: Final = ".pulumi-local"
_SHORTEST_SECRET: Final = 3  # shorter ones are not searched for in output
_GRACE_SECONDS: Final = 5.0


@dataclass
class Engine:
    """Runs the program of a project against one stack, without the Pulumi CLI.

    Args:
        project: The project; `Project.load(folder)` reads it.
        stack: Name of the stack.
        state_dir: Folder for the state; absent: `.pulumi-local` in the project's folder.
        config: Configuration that replaces values of the stack's.
        environment: Environment variables that replace those of this process.
        program: Program that replaces the project's `__main__.py`: a function, or `module:name`. A function that can
            be imported runs in a child process; another one runs in a thread, with Pulumi settings of its own.
        on_event: Called for every event of a run, one at a time.

    Every method raises `EngineError` when a run cannot start: a malformed file, a wrong passphrase, a locked stack. A
    run that fails gives a `Result` with `ok` false.
    """

    project: Project
    stack: str
    state_dir: Path | None = None
    config: Mapping[str, Any] | None = field(default=None, repr=False)
    environment: Mapping[str, str] | None = field(default=None, repr=False)
    program: Callable[[], object] | str | None = None
    on_event: Callable[[Event], None] | None = field(default=None, repr=False)

    @property
    def state_file(self) -> Path:
        """File of the stack's state: a deployment that `pulumi stack import --file` accepts."""
        folder = Path(self.state_dir) if self.state_dir else self.project.folder / STATE_FOLDER
        return folder / self.project.name / f"{self.stack}.json"

    def preview(self, *, refresh: bool = False) -> Result:
        """Show the steps of an `up`; with `refresh`, those after reading every resource first."""
        return self._run("update", preview=True, refresh=refresh)

    def up(self, *, refresh: bool = False) -> Result:
        """Make the resources equal to what the program declares; with `refresh`, read every resource first."""
        return self._run("update", refresh=refresh)

    def refresh(self, *, preview: bool = False, clear_pending_creates: bool = False) -> Result:
        """Read every resource and record the result; the program does not run.

        `clear_pending_creates` also removes creations from the state whose run was interrupted.
        """
        return self._run("refresh", preview=preview, refresh=True, clear_pending_creates=clear_pending_creates)

    def destroy(self, *, preview: bool = False) -> Result:
        """Delete every resource; the program does not run."""
        return self._run("destroy", preview=preview)

    def outputs(self, *, show_secrets: bool = False) -> dict[str, Any]:
        """Give the stack's outputs in the state; secrets read `[secret]` without `show_secrets`."""
        state, _ = self._open()
        stack = next((resource for resource in state.resources.values() if resource.type == STACK_TYPE), None)
        return {
            key: plain(value, secret=None if show_secrets else "[secret]")
            for key, value in (stack.outputs if stack else {}).items()
        }

    def export(self) -> dict[str, Any]:
        """Give the state as `pulumi stack export` prints it."""
        return self._open()[0].export()

    def _environment(self) -> dict[str, str]:
        return {**os.environ, **(self.environment or {})}

    def _open(self) -> tuple[State, dict[str, ConfigValue]]:
        settings = self.project.stack_settings(self.stack)
        salt = settings.salt or stored_salt(self.state_file)
        crypter = Crypter(passphrase_of(self._environment(), self.project.folder), salt)
        config = settings.resolve(crypter, self.config)
        return State(self.state_file, crypter), config

    def _run(
        self, action: str, *, preview: bool = False, refresh: bool = False, clear_pending_creates: bool = False
    ) -> Result:
        started = time.monotonic()
        with contextlib.nullcontext() if preview else locked(self.state_file):
            state, config = self._open()
            run = _Run(self, action, state, config, preview=preview)
            if not preview:
                state.open_journal()
                # As in the CLI, an undecided creation stays in the state, other undecided operations do not.
                run.undecided = state.undecided
                state.undecided = [
                    item for item in state.undecided if item.kind == "creating" and not clear_pending_creates
                ]
            return run.go(refresh=refresh, started=started)


class _Run:
    def __init__(
        self, engine: Engine, action: str, state: State, config: dict[str, ConfigValue], *, preview: bool
    ) -> None:
        project = engine.project
        environment = child_environment(engine._environment(), project.python, project.virtualenv)  # noqa: SLF001
        if engine.program is not None:
            # The child imports the modules that this process can import, such as a test's.
            environment["PYTHONPATH"] = os.pathsep.join(path or os.getcwd() for path in sys.path)  # noqa: PTH109
        self.engine, self.action, self.preview = engine, action, preview
        self.state, self.config, self.environment = state, config, environment
        self.diagnostics: list[Diagnostic] = []
        self.undecided: list[Pending] = []
        secrets = {each.text for each in config.values() if each.secret and len(each.text) >= _SHORTEST_SECRET}
        self._secrets = sorted(secrets, key=len, reverse=True)
        self.plugin = Plugin(project.python, str(project.folder), environment, project.name, self._on_line)
        values = {key: Secret(value.text) if value.secret else value.text for key, value in config.items()}
        self.deployment = (Update if action == "update" else Deployment)(
            project.name,
            engine.stack,
            state,
            self.plugin,
            config=values,
            emit=self._emit,
            preview=preview,
            refresh_only=action == "refresh",
        )

    def go(self, *, refresh: bool, started: float) -> Result:
        deployment = self.deployment
        self._emit(Started(self.action, self.preview, self.engine.stack, deployment.stack_urn))
        with _interruptible():
            try:
                self._warn_of_pending(refresh=refresh)
                with contextlib.suppress(StepError, ClosedError):
                    self._work(refresh=refresh)
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
            error=_one_line(deployment.errors[0]) if deployment.errors else None,
            duration=time.monotonic() - started,
            raw_outputs=deployment.outputs,
        )
        self._emit(result)
        return result

    def _wind_down(self) -> None:
        """Let running calls end after Ctrl-C; a second Ctrl-C ends them and leaves their operations pending."""
        self.deployment.close()
        self.deployment.report(
            "error", f"{self.action} canceled: waiting for running operations; interrupt again to leave them"
        )
        try:
            self.deployment.drain()
        except KeyboardInterrupt:
            self.plugin.stop()
            self.deployment.drain()

    def _work(self, *, refresh: bool) -> None:
        if refresh:
            self.deployment.refresh_all()
        if isinstance(self.deployment, Update):
            self._update(self.deployment)
        elif self.action == "destroy":
            self.deployment.delete_all(list(self.state.resources.values()))
        elif self.action == "refresh":
            stack = self.state.resources.get(self.deployment.stack_urn)
            self.deployment.outputs = dict(stack.outputs) if stack else {}

    def _update(self, deployment: Update) -> None:
        with Server(deployment) as server:
            program = start_program(
                self.engine.program,
                self.engine.project,
                self.config,
                stack=self.engine.stack,
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
                        deployment.delete_unregistered()
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
            event = replace(event, text=self._redacted(event.text))
            self.diagnostics.append(event)
        if self.engine.on_event is not None:
            self.engine.on_event(event)

    def _redacted(self, text: str) -> str:
        """Replace the secrets of the configuration."""
        for secret in self._secrets:
            text = text.replace(secret, "[secret]")
        return text

    def _warn_of_pending(self, *, refresh: bool) -> None:
        if refresh or not self.undecided:
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
