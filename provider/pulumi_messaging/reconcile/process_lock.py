"""Whether the process that wrote a note still lives.

An engine that ends normally ends its provider, an engine that is killed leaves it behind. So a note whose work is done
matters only as long as its writer lives: then the engine may have been killed before it stored the result.

Each process locks a file of its own for its life. A lock, unlike a process id, is never used again by another process,
and containers that share a folder see it.
"""

from __future__ import annotations

import os
import secrets
import threading
import time
import weakref
from contextlib import suppress
from io import FileIO
from pathlib import Path
from typing import Final

from filelock import lock_descriptor

_NAME_BYTES: Final = 8
# Seconds after which the file of a process is certainly locked.
_YOUNG: Final = 60.0


class ProcessLock:
    """The lock of this process in a folder, for any thread; None, or a folder without locks: no process lives."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = None if folder is None else folder / "processes"
        self._lock = threading.Lock()
        self._name = ""

    def name(self) -> str:
        """The name of this process, for a note; "" where it cannot be locked. The lock ends with the process."""
        with self._lock, suppress(OSError):
            if self._folder is not None and not self._name:
                self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                _drop_ended(self._folder)
                name = secrets.token_hex(_NAME_BYTES)
                file = os.open(self._folder / name, os.O_RDWR | os.O_CREAT, 0o600)
                weakref.finalize(self, os.close, file)
                if lock_descriptor(file, blocking=False):
                    self._name = name
        return self._name

    def lives(self, name: str) -> bool:
        """Whether another process of this name still lives; this process is no witness for itself."""
        if not name or name == self._name or self._folder is None:
            return False
        with suppress(OSError), FileIO(self._folder / name, "r+") as file:
            return not lock_descriptor(file.fileno(), blocking=False)
        return False


def _drop_ended(folder: Path) -> None:
    """Remove the files that no process locks."""
    for path in folder.iterdir():
        with suppress(OSError), FileIO(path, "r+") as file:
            if time.time() - path.stat().st_mtime > _YOUNG and lock_descriptor(file.fileno(), blocking=False):
                path.unlink()
