"""Pending creates of this machine: a note for each create, written before the request is sent.

A provider process that is killed leaves a create of unknown outcome. The vendor may even apply it later, because the
process can outlive the engine that started it. The note tells the next run: it waits for a process that still creates,
and for the vendor's list to settle after one that died.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from io import FileIO
from pathlib import Path
from typing import Final

from filelock import lock_descriptor

from pulumi_messaging.errors import ApiError, MessagingError, Refused
from pulumi_messaging.reconcile.routes.idempotent_create import SETTLED

# Seconds: a single create of a process that outlives its engine ends within its own time limit.
_LONGEST_CREATE: Final = 330.0
_POLL: Final = 0.05
# A note holds the epoch seconds when an attempt began, or "made" and those when it made the object, or blanks.
_WIDTH: Final = 24
_MADE: Final = b"made "


class PendingCreates:
    """The notes of creates, one small file each, locked while its create is under way.

    Args:
        folder: Folder of the files; None, or a folder that cannot be written: nothing is noted.
        now: Seconds since the epoch.
        sleep: Waits a number of seconds.
    """

    def __init__(
        self, folder: Path | None, now: Callable[[], float] = time.time, sleep: Callable[[float], object] = time.sleep
    ) -> None:
        self._folder = folder
        self._now = now
        self._sleep = sleep

    @contextmanager
    def noted(self, *identity: str | None) -> Iterator[bool]:
        """Note a create and lock it on this machine: whether an earlier attempt may have made the object meanwhile.

        An attempt that was cut off is reported when the vendor's list has had the time to show its object.

        Raises:
            Refused: Another process holds the lock for longer than a create can take.
        """
        note = self._note(identity, os.O_CREAT)
        if note is None:
            yield False
            return
        with note:  # closing the file releases the lock
            waited = not _locked(note, 0)
            if waited and not _locked(note, _LONGEST_CREATE):
                raise Refused(
                    f'cannot create "{identity[-1]}": another process of this machine has been creating it for '
                    f"{_LONGEST_CREATE:.0f} s; end that process, then run `pulumi up` again"
                )
            begun = self._unaccounted(note)
            if begun is not None:
                self._sleep(min(SETTLED, max(0.0, begun + SETTLED - self._now())))
            _write(note, str(self._now()))
            try:
                yield waited or begun is not None
            except MessagingError as error:
                if not (isinstance(error, ApiError) and error.unclear):
                    _write(note, "")
                raise
            # The engine may be killed before it records the object, and the list may still lack it.
            _write(note, f"{_MADE.decode()}{self._now()}")

    def forget(self, *identity: str | None) -> None:
        """Clear a note: the object is gone, and another one may be created at once."""
        note = self._note(identity)
        if note is not None:
            with note:
                if _locked(note, 0):
                    _write(note, "")

    def _unaccounted(self, note: FileIO) -> float | None:
        """Epoch seconds of an attempt whose object the list may not show yet; None where there is none."""
        begun, made = _begun(note)
        return None if begun is None or (made and begun + SETTLED <= self._now()) else begun

    def _note(self, identity: Sequence[str | None], flags: int = 0) -> FileIO | None:
        """The file of an identity; None where there is none or nothing can be written."""
        if self._folder is None:
            return None
        path = self._folder / sha256(repr(identity).encode()).hexdigest()[:32]
        with suppress(OSError):
            try:
                return _opened(path, flags)
            except FileNotFoundError:
                if flags & os.O_CREAT:
                    self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                    return _opened(path, flags)
        return None


def _opened(path: Path, flags: int) -> FileIO:
    return FileIO(path, "r+", opener=lambda name, usual: os.open(name, usual | flags, mode=0o600))


def _locked(note: FileIO, seconds: float) -> bool:
    """Whether the lock was free within so many seconds; a file system without locks counts as free."""
    until = time.monotonic() + seconds
    with suppress(OSError):
        while not lock_descriptor(note.fileno(), blocking=False):
            if time.monotonic() >= until:
                return False
            time.sleep(_POLL)
    return True


def _begun(note: FileIO) -> tuple[float | None, bool]:
    """Epoch seconds of the last attempt, and whether it made the object; a torn note counts as begun just now."""
    text = note.read().strip()
    made = text.startswith(_MADE)
    try:
        return float(text.removeprefix(_MADE)) if text else None, made
    except ValueError:
        return os.fstat(note.fileno()).st_mtime, False


def _write(note: FileIO, text: str) -> None:
    """Overwrite in place: truncating the file first costs milliseconds on some file systems."""
    with suppress(OSError):  # a full disk
        note.seek(0)
        note.write(text.ljust(_WIDTH).encode())
