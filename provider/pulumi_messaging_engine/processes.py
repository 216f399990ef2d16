"""The engine's child processes, and the start of the program: in a child or, if it cannot be imported, in a thread."""

from __future__ import annotations

import contextlib
import contextvars
import importlib
import json
import os
import selectors
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from typing import IO, Final

from pulumi_messaging_engine.errors import EngineError
from pulumi_messaging_engine.language_host import run_program
from pulumi_messaging_engine.project import ConfigValue, Project

_STOP_SECONDS: Final = 5.0
_POLL_SECONDS: Final = 0.2


class Child:
    """A child process; `pump` starts to pass each line of its output to `on_line`."""

    def __init__(
        self, command: list[str], folder: str, environment: Mapping[str, str], on_line: Callable[[str], None]
    ) -> None:
        # A process group of its own: Ctrl-C reaches the engine first, which lets running calls finish.
        self.process = subprocess.Popen(  # noqa: S603  this engine's own command
            command,
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            process_group=0,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        self.stdout = self.process.stdout
        self._streams = (self.stdout, self.process.stderr)
        self._on_line = on_line
        self._pumps: list[threading.Thread] = []

    def first_line(self, seconds: float, given_up: Callable[[], bool]) -> str | None:
        """Wait for the first line of its output; None if there is none after `seconds`, or the wait is given up."""
        until = time.monotonic() + seconds
        with selectors.DefaultSelector() as selector:
            selector.register(self.stdout, selectors.EVENT_READ)
            while not selector.select(_POLL_SECONDS):
                if given_up() or time.monotonic() > until:
                    return None
        return self.stdout.readline().strip()

    def pump(self) -> None:
        """Start to forward output."""
        self._pumps = [threading.Thread(target=self._forward, args=(stream,), daemon=True) for stream in self._streams]
        for thread in self._pumps:
            thread.start()

    def _forward(self, stream: IO[str]) -> None:
        with stream:
            for line in stream:
                self._on_line(line.rstrip("\n"))

    def wait(self, seconds: float | None = None) -> int | None:
        """Wait for the end; gives the exit status, or None after `seconds`."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def stop(self) -> None:
        """End the process, if it still runs, with those that it started; wait until its output has been forwarded."""
        if self.process.poll() is None:
            self._signal(signal.SIGTERM)
            if self.wait(_STOP_SECONDS) is None:
                self._signal(signal.SIGKILL)
                self.process.wait()
        for thread in self._pumps:
            thread.join(_STOP_SECONDS)
        if not self._pumps:
            for stream in self._streams:
                stream.close()

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)


def child_environment(base: Mapping[str, str], python: str, virtualenv: str | None) -> dict[str, str]:
    """Build the environment of a child: as given, with the project's virtual environment first on PATH."""
    environment = {**base, "PYTHONIOENCODING": "utf-8"}  # as `Child` reads it, whatever this process writes
    if virtualenv:
        folder = os.path.dirname(python)  # noqa: PTH120  a symbolic link must not be followed
        environment["PATH"] = os.pathsep.join([folder, environment.get("PATH", "")])
        environment["PULUMI_RUNTIME_VIRTUALENV"] = os.path.dirname(folder)  # noqa: PTH120
        environment.pop("PYTHONHOME", None)
    return environment


def start_program(
    program: Callable[[], object] | str | None,
    project: Project,
    config: Mapping[str, ConfigValue],
    *,
    stack: str,
    monitor: str,
    preview: bool,
    environment: Mapping[str, str],
    on_line: Callable[[str], None],
) -> Child | ThreadProgram:
    """Start the program; None is the project's `__main__.py`."""
    values = {key: value.text for key, value in config.items()}
    secrets = [key for key, value in config.items() if value.secret]
    settings = {"organization": "organization", "project": project.name, "stack": stack, "dry_run": preview}
    settings["root_directory"] = str(project.folder)
    path = _import_path(program) if callable(program) else program or "."
    if callable(program) and path is None:
        return ThreadProgram(lambda: run_program(program, monitor, settings, values, secrets))
    host = "pulumi_messaging_engine.language_host"
    command = [project.python, "-u", "-m", host, monitor, json.dumps(settings), str(path)]
    given = {"PULUMI_CONFIG": json.dumps(values), "PULUMI_CONFIG_SECRET_KEYS": json.dumps(secrets)}
    try:
        child = Child(command, str(project.folder), {**environment, **given}, on_line)
    except OSError as error:  # the system limits the size of an environment variable, for the Pulumi CLI too
        raise EngineError(f"the program cannot be started with the stack's configuration: {error.strerror}") from None
    child.pump()
    return child


def _import_path(program: Callable[[], object]) -> str | None:
    """Give `module:name` of a function that a new process can import; None for a local one or one of `__main__`."""
    module, name = getattr(program, "__module__", None), getattr(program, "__qualname__", "")
    if not module or module == "__main__" or not name.isidentifier():
        return None
    found = getattr(importlib.import_module(module), name, None)
    return f"{module}:{name}" if found is program else None


class ThreadProgram:
    """A function in a thread with Pulumi settings of its own: the SDK keeps them in context variables."""

    def __init__(self, run: Callable[[], int]) -> None:
        self._run = run
        self._status: int | None = None
        self._thread = threading.Thread(
            target=contextvars.Context().run, args=(self._main,), name="program", daemon=True
        )
        self._thread.start()

    def _main(self) -> None:
        status = 1
        try:
            status = self._run()
        except SystemExit as error:
            status = error.code if isinstance(error.code, int) else int(error.code is not None)
        finally:
            self._status = status

    def wait(self, seconds: float | None = None) -> int | None:
        """Wait for the end; gives the exit status, or None after `seconds`."""
        self._thread.join(seconds)
        return self._status

    def stop(self) -> None:
        """Do nothing: a thread that waits for the monitor ends when the monitor is gone."""
