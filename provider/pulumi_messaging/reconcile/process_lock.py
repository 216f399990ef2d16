"""Whether the process that wrote a note still lives.

An engine that ends normally ends its provider, an engine that is killed leaves it behind. So a note whose work is done
matters only as long as its writer lives: then the engine may have been killed before it stored the result.

Each process locks a file of its own for its life. A lock, unlike a process id, is never used again by another process,
and containers that share a folder see it.
"""

from __future__ import annotations

import secrets
from contextlib import suppress
from io import FileIO
from pathlib import Path
from typing import Final

from filelock import lock_descriptor

_NAME_BYTES: Final = 8


class ProcessLock:
    """The lock of this process in a folder; None, or a folder that cannot be written: no process counts as living."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = None if folder is None else folder / "processes"
        self._file: FileIO | None = None
        self._name = ""

    def name(self) -> str:
        """The name of this process, for a note; "" where it cannot be locked. The lock ends with the process."""
        if self._folder is not None and self._file is None:
            with suppress(OSError):
                self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                self._drop_ended(self._folder)
                name = secrets.token_hex(_NAME_BYTES)
                file = FileIO(self._folder / name, "w")
                lock_descriptor(file.fileno(), blocking=False)
                self._file, self._name = file, name
        return self._name

    def lives(self, name: str) -> bool:
        """Whether another process of this name still lives; this process is no witness for itself."""
        return bool(name) and name != self._name and self._folder is not None and not _ended(self._folder / name)

    def _drop_ended(self, folder: Path) -> None:
        for path in folder.iterdir():
            if _ended(path):
                path.unlink(missing_ok=True)


def _ended(path: Path) -> bool:
    """Whether no process locks the file."""
    try:
        with FileIO(path, "r+") as file:
            return lock_descriptor(file.fileno(), blocking=False)
    except FileNotFoundError:
        return True
    except OSError:
        return False
