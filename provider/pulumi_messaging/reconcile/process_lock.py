"""Whether the process that wrote a note was left behind by its engine.

An engine that ends normally ends its provider, an engine that is killed leaves it behind. So a note whose work is done
matters only if its writer was left behind: then the engine may have been killed before it stored the result. So does a
note of a call that was under way when the run was cancelled: after a second Ctrl-C the engine drops its answer.

Each process locks a file of its own for its life. A lock, unlike a process id, is never used again by another process,
and containers that share a folder see it. A process that finds its engine gone says so in the file, and ends. While a
call is under way, the file has the names of its notes whose work is done: a process that is killed leaves these behind.
"""

from __future__ import annotations

import os
import secrets
import threading
import time
import weakref
from collections.abc import Callable
from contextlib import suppress
from io import FileIO
from pathlib import Path
from typing import Final

from filelock import lock_descriptor

from pulumi_messaging.private_files import make_private

_NAME_BYTES: Final = 8
_LEFT_BEHIND: Final = "left behind"
# Seconds that a process counts as left behind: an older one does not come from the last run.
_LONGEST: Final = 7 * 24 * 3600.0
# Seconds after which the file of a process that lives is certainly locked.
_YOUNG: Final = 60.0
# Seconds in which a process finds out that its engine is gone, and ends.
PATIENCE: Final = 8.0
_POLL: Final = 0.1
_LOCKS: Final = weakref.WeakSet["ProcessLock"]()


def leave_behind() -> None:
    """Record that this process, which is about to end, was left behind by its engine."""
    for lock in list(_LOCKS):
        lock.leave_behind()


def cancel() -> None:
    """Record that the engine may end without the results of the calls that are under way."""
    for lock in list(_LOCKS):
        lock.cancel()


class ProcessLock:
    """The lock of this process in a folder, for any thread; None, or a folder without locks: no process lives."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = None if folder is None else folder / "processes"
        self._lock = threading.Lock()
        self._files: dict[str, int] = {}  # by the names of this process
        self._ends: list[Callable[[], object]] = []  # they close the files
        self._name = ""
        self._is_cancelled = False
        self._running: set[str] = set()
        self._held: dict[str, None] = {}  # names of notes, in order
        self._width = len(_LEFT_BEHIND)  # of the text in the file: truncating costs milliseconds on some file systems
        self._is_left_behind = False
        _LOCKS.add(self)

    def name(self) -> str:
        """The name of this process, for a note; "" where it cannot be locked. The lock ends with the process."""
        with self._lock, suppress(OSError):
            if self._folder is not None and not self._name:
                make_private(self._folder)
                _drop_ended(self._folder)
                name = secrets.token_hex(_NAME_BYTES)
                file = os.open(self._folder / name, os.O_RDWR | os.O_CREAT, 0o600)
                self._ends.append(weakref.finalize(self, os.close, file))
                if lock_descriptor(file, blocking=False):
                    self._files[name], self._name = file, name
                    if self._is_cancelled:
                        self._write(file, _LEFT_BEHIND)
        return self._name

    def hold(self, note: str) -> str:
        """The name of this process, for a note whose work is done in a call that goes on until ``release``."""
        name = self.name()
        with self._lock:
            self._held[note] = None
            self._list_held()
        return name

    def release(self, note: str) -> None:
        """Record that a call returns to the engine."""
        with self._lock:
            if note in self._held:
                del self._held[note]
                self._list_held()

    def _list_held(self) -> None:
        if self._name and not (self._is_left_behind or self._is_cancelled):
            self._write(self._files[self._name], " ".join(self._held))

    def _write(self, file: int, text: str) -> None:
        self._width = max(self._width, len(text))
        with suppress(OSError):  # a full disk
            os.pwrite(file, text.ljust(self._width).encode(), 0)

    def left_behind(self, name: str, note: str = "") -> bool:
        """Whether another process left a note behind. One that lives may be about to find out, so this waits for it."""
        if not name or name in self._files or self._folder is None:
            return False
        path, until = self._folder / name, time.monotonic() + (0 if name in self._running else PATIENCE)
        with suppress(OSError):
            while (ended := _ended(path, note)) is None and time.monotonic() < until:
                time.sleep(_POLL)
            if ended is None:
                self._running.add(name)  # it is waited for once
            return ended is False
        return False

    def close(self) -> None:
        """Count as ended, if not as left behind."""
        with self._lock:
            for end in self._ends:
                end()
            self._ends, self._files, self._name = [], {}, ""

    def leave_behind(self) -> None:
        """Record that this process was left behind by its engine."""
        self._is_left_behind = True
        for file in self._files.values():
            self._write(file, _LEFT_BEHIND)

    def cancel(self) -> None:
        """Count as left behind in what is noted from now on, under another name."""
        with self._lock:
            self._is_cancelled, self._name = True, ""

    def kept(self, name: str) -> bool:
        """Whether a note that this process has done outlives it."""
        return self._is_left_behind or name not in self._files or (self._is_cancelled and name == self._name)


def _drop_ended(folder: Path) -> None:
    for path in folder.iterdir():
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > _YOUNG and _ended(path, None):
                path.unlink()


def _ended(path: Path, note: str | None) -> bool | None:
    """Whether a process has ended, and has not left a note behind, or any note; None if it lives.

    Raises:
        OSError: The file is not there, or nothing can be locked.
    """
    with FileIO(path, "r+") as file:
        lives = not lock_descriptor(file.fileno(), blocking=False)
        young = time.time() - path.stat().st_mtime <= _LONGEST
        text = file.read().decode().strip() if young else ""
        if text == _LEFT_BEHIND:
            return False
        if lives:
            return None
        return not text if note is None else note not in text.split()
