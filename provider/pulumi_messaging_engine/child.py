"""Child processes of the engine: the program and the provider."""

from __future__ import annotations

import os
import subprocess
import threading
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import IO

_STOP_SECONDS: Final = 5.0


class Child:
    """A child process; each line of its output is passed to `on_line`."""

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
        self._on_line = on_line
        self._pumps: list[threading.Thread] = []

    def pump(self) -> None:
        """Start to forward output."""
        for stream in (self.process.stdout, self.process.stderr):
            assert stream is not None
            thread = threading.Thread(target=self._forward, args=(stream,), daemon=True)
            thread.start()
            self._pumps.append(thread)

    def _forward(self, stream: IO[str]) -> None:
        with stream:
            for line in stream:
                self._on_line(line.rstrip("\n"))

    def stop(self) -> None:
        """End the process if it still runs, and wait until its output has been forwarded."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        for thread in self._pumps:
            thread.join(_STOP_SECONDS)
        if not self._pumps:
            for stream in (self.process.stdout, self.process.stderr):
                assert stream is not None
                stream.close()


def child_environment(base: Mapping[str, str], python: str, virtualenv: str | None) -> dict[str, str]:
    """Build the environment of a child: as given, with the project's virtual environment first on PATH."""
    environment = dict(base)
    if virtualenv:
        folder = os.path.dirname(python)  # noqa: PTH120  a symbolic link must not be followed
        environment["PATH"] = os.pathsep.join([folder, environment.get("PATH", "")])
        environment["PULUMI_RUNTIME_VIRTUALENV"] = os.path.dirname(folder)  # noqa: PTH120
        environment.pop("PYTHONHOME", None)
    return environment
