"""An idempotent create over an API that has no idempotency keys.

A create may have been applied although its answer was lost, or although a gateway in front of the vendor refused it
(429, 401, 403). The vendor's list decides: it is read until it has settled, and the create is sent again only if the
list does not show the object.

A provider process that is killed leaves a create of unknown outcome too. The vendor may even apply it later, because
the process can outlive the engine that started it. So a note on this machine is written before each create. The next
run waits for a process that still creates, and for the list to settle after one that died.
"""

from __future__ import annotations

import math
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

from filelock import lock_descriptor

from pulumi_messaging.errors import AccessDenied, ApiError, MessagingError, RateLimited, Refused

if TYPE_CHECKING:
    from pulumi_messaging.api.clock import Clock

# Seconds after a create in which the vendor's list may still lack the object, because the list lags or the create is
# applied late. No vendor page documents it; the last look is not made earlier.
SETTLED: Final = 15.0
_LOOKS: Final = (0.0, 1.0, 3.0, 7.0, SETTLED)
# Attempts before giving up, by kind of failure: a fresh token that was refused stays refused, while a rate limit that
# others have used up frees up within a minute.
_LOST, _DENIED, _LIMITED = 4, 2, 5
# Seconds: a single create of a process that outlives its engine ends within its own time limit.
_LONGEST_CREATE: Final = 330.0
_POLL: Final = 0.05
# A note holds the epoch seconds when an attempt began, or "made" and those when it made the object, or blanks.
_WIDTH: Final = 24
_MADE: Final = b"made "


@dataclass(frozen=True, slots=True)
class Candidate:
    """An object that appeared since the create was sent; ``ours`` when its values are the declared ones."""

    object_id: str
    ours: bool


def create_once(send: Callable[[], str], look: Callable[[], Sequence[Candidate]], clock: Clock) -> str:
    """Send a create until it has certainly been applied once, and return the id of the object.

    Args:
        send: Sends the create and returns the new id.
        look: Reads the vendor's list.
        clock: The time that waits go by.

    Raises:
        Refused: Several objects appeared, or one with other values: none is certainly ours.
        ApiError: The create was refused, or its outcome cannot be read.
    """
    failures: Counter[int] = Counter()
    while True:
        try:
            return send()
        except ApiError as error:
            if not error.unclear:
                raise
            lost = error
        allowed = _DENIED if isinstance(lost, AccessDenied) else _LIMITED if isinstance(lost, RateLimited) else _LOST
        failures[allowed] += 1
        try:
            found = _settled(look, clock)
        except MessagingError as error:
            raise lost.unsettled(error.reason if isinstance(error, ApiError) else str(error)) from None
        if len(found) == 1 and found[0].ours:
            return found[0].object_id
        if found:
            ids = ", ".join(candidate.object_id for candidate in found)
            raise Refused(
                f"cannot {lost.action}: {lost.reason}; {ids} appeared meanwhile and none is certainly ours: "
                f'keep one with adopt="{found[0].object_id}" and delete the others'
            )
        if failures[allowed] == allowed:
            raise lost


def _settled(look: Callable[[], Sequence[Candidate]], clock: Clock) -> Sequence[Candidate]:
    """The first objects that the list shows; none if it has settled without any."""
    begun = clock.monotonic()
    for moment, following in zip(_LOOKS, (*_LOOKS[1:], math.inf), strict=True):
        passed = clock.monotonic() - begun
        if passed >= following:  # a slow look: the next one replaces those it has overtaken
            continue
        clock.sleep(max(0.0, moment - passed))
        if found := look():
            return found
    return ()


class PendingCreates:
    """The notes of creates on this machine, one small file each, locked while its create is under way.

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
        """Note a create and lock it on this machine. Yields whether an earlier attempt may have made the object.

        After an attempt that was cut off, this waits until the vendor's list has had time to show the object.

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
            begun = self._cut_off(note)
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

    def _cut_off(self, note: FileIO) -> float | None:
        """Epoch seconds of an attempt whose object the list may not show yet; None where there is none."""
        text = note.read().strip()
        if not text:
            return None
        try:
            begun = float(text.removeprefix(_MADE))
        except ValueError:  # a torn note
            return os.fstat(note.fileno()).st_mtime
        return None if text.startswith(_MADE) and begun + SETTLED <= self._now() else begun

    def _note(self, identity: Sequence[str | None], flags: int = 0) -> FileIO | None:
        """The file of an identity; None where there is none or nothing can be written."""
        if self._folder is None:
            return None
        path = self._folder / sha256(repr(identity).encode()).hexdigest()[:32]
        with suppress(OSError):
            if flags & os.O_CREAT:
                self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            return FileIO(path, "r+", opener=lambda name, usual: os.open(name, usual | flags, mode=0o600))
        return None


def _locked(note: FileIO, seconds: float) -> bool:
    """Try to lock for these seconds; False if the lock stays taken. A file system without locks counts as free."""
    until = time.monotonic() + seconds
    with suppress(OSError):
        while not lock_descriptor(note.fileno(), blocking=False):
            if time.monotonic() >= until:
                return False
            time.sleep(_POLL)
    return True


def _write(note: FileIO, text: str) -> None:
    """Overwrite in place: truncating the file first costs milliseconds on some file systems."""
    with suppress(OSError):  # a full disk
        note.seek(0)
        note.write(text.ljust(_WIDTH).encode())
