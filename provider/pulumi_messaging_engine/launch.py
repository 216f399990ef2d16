"""Starting the program: in a child process or, for a function that cannot be imported, in a thread of this one."""

from __future__ import annotations

import contextvars
import importlib
import json
import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any, Protocol

from pulumi_messaging_engine.child import Child

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pulumi_messaging_engine.project import Project
    from pulumi_messaging_engine.stack_settings import ConfigValue


class Running(Protocol):
    """A program that has been started."""

    def wait(self, seconds: float | None = None) -> int | None:
        """Wait for the end; gives the exit status, or None after `seconds`."""

    def stop(self) -> None:
        """End it, if it can be ended."""


def import_path(program: Callable[[], object]) -> str | None:
    """Give `module:name` of a function that a new process can import; None for a local one or one of `__main__`."""
    module, name = getattr(program, "__module__", None), getattr(program, "__qualname__", "")
    if not module or module == "__main__" or not name.isidentifier():
        return None
    found = getattr(importlib.import_module(module), name, None)
    return f"{module}:{name}" if found is program else None


class ProcessProgram:
    """The program in a child process: the project's `__main__.py`, or `module:name`."""

    def __init__(
        self,
        project: Project,
        program: str,
        settings: Mapping[str, Any],
        environment: Mapping[str, str],
        config: Mapping[str, ConfigValue],
        *,
        on_line: Callable[[str], None],
    ) -> None:
        command = [project.python, "-u", "-m", "pulumi_messaging_engine.language_host", json.dumps(settings), program]
        secret_keys = [key for key, value in config.items() if value.secret]
        variables = {
            **environment,
            "PULUMI_CONFIG": json.dumps({key: value.text for key, value in config.items()}),
            "PULUMI_CONFIG_SECRET_KEYS": json.dumps(secret_keys),
        }
        self._child = Child(command, str(project.folder), variables, on_line)
        self._child.pump()

    def wait(self, seconds: float | None = None) -> int | None:
        """Wait for the end; gives the exit status, or None after `seconds`."""
        try:
            return self._child.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def stop(self) -> None:
        """End the process, if it still runs."""
        self._child.stop()


class ThreadProgram:
    """A function in a thread with Pulumi settings of its own: the SDK keeps them in context variables."""

    def __init__(
        self,
        program: Callable[[], object],
        settings: Mapping[str, Any],
        config: Mapping[str, ConfigValue],
    ) -> None:
        from pulumi_messaging_engine.language_host import run_program  # noqa: PLC0415  loads Pulumi's runtime

        self._status: int | None = None

        def run() -> None:
            status = 1
            try:
                status = run_program(
                    program,
                    **settings,
                    config={key: value.text for key, value in config.items()},
                    secret_keys=[key for key, value in config.items() if value.secret],
                )
            except SystemExit as error:
                status = error.code if isinstance(error.code, int) else int(error.code is not None)
            finally:
                self._status = status

        self._thread = threading.Thread(target=lambda: contextvars.Context().run(run), name="program", daemon=True)
        self._thread.start()

    def wait(self, seconds: float | None = None) -> int | None:
        """Wait for the end; gives the exit status, or None after `seconds`."""
        self._thread.join(seconds)
        return self._status

    def stop(self) -> None:
        """Do nothing: a thread that waits for the monitor ends when the monitor is gone."""


def search_path() -> str:
    """Give this process's module search path, for children that import modules of a test."""
    return os.pathsep.join(path or os.getcwd() for path in sys.path)  # noqa: PTH109
