"""Creating exactly one object with an API that has no idempotency.

Two things can hide whether a create took effect. Its answer is lost, or is a no that passes by waiting or with a new
token (429, 401, 403) and may be a gateway's: then a list decides, read until it has settled, and only when the object
is not there is the create sent again. Or the process is killed: then nobody knows that it was sent, and it may even
commit later, because a provider process outlives the engine that started it. So an attempt is noted on this machine,
under a lock, before it is sent: the next run waits for a process that still creates, and for the list to settle after
one that died.
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

# How long after a create the vendor's list may still lack it, because it is late or because the create is carried out
# late. No vendor page says; the last look begins no earlier. The moments count from the end of the create.
SETTLED: Final = 15.0
_LOOKS: Final = (0.0, 1.0, 3.0, 7.0, SETTLED)
# How often a create may end in one way before that is its end: a no to a fresh token will not become a yes, while a
# limit that is used up by others passes in a minute or so.
_LOST, _DENIED, _LIMITED = 4, 2, 5
# An orphaned provider's single create ends within its own deadline.
_LONGEST_CREATE: Final = 330.0
_POLL: Final = 0.05
# Of a note: seconds since the epoch when an attempt was begun, or when it made the object, or blank.
_WIDTH: Final = 24
_MADE: Final = b"made "


@dataclass(frozen=True, slots=True)
class Candidate:
    """An object that was not there before and may be the one that was asked for; ``ours`` when its values agree."""

    object_id: str
    ours: bool


def create_once(
    send: Callable[[], str],
    look: Callable[[], Sequence[Candidate]],
    clock: Clock,
) -> str:
    """Send a create until it is certain that it took effect once; the id of the object.

    Raises:
        Refused: Several objects, or one with other values, appeared: none is certainly ours.
        ApiError: The create was refused, or its outcome cannot be found out.
    """
    ends: Counter[int] = Counter()
    while True:
        try:
            return send()
        except ApiError as error:
            if not error.unclear:
                raise
            lost = error
        allowed = _attempts(lost)
        ends[allowed] += 1
        try:
            found = settled(look, clock)
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
        if ends[allowed] == allowed:
            raise lost


def _attempts(lost: ApiError) -> int:
    if isinstance(lost, AccessDenied):
        return _DENIED
    return _LIMITED if isinstance(lost, RateLimited) else _LOST


def settled(look: Callable[[], Sequence[Candidate]], clock: Clock) -> Sequence[Candidate]:
    """What appears until the list can be believed: the first time that anything does, else nothing."""
    begun = clock.monotonic()
    for moment, following in zip(_LOOKS, (*_LOOKS[1:], math.inf), strict=True):
        passed = clock.monotonic() - begun
        if passed >= following:  # a look that took long: the next one stands for all that it has overtaken
            continue
        clock.sleep(max(0.0, moment - passed))
        if found := look():
            return found
    return ()


class Attempts:
    """The creates of this machine that were begun and are not accounted for, one small file each.

    Args:
        folder: Where the files are; None where nothing can be written: then nothing is noted.
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
        """Hold the one right of this machine to create an object; tells whether it may have been created meanwhile.

        An attempt that was cut off is reported only when the vendor's list has had the time to show its object.

        Raises:
            Refused: Another process holds the right for longer than a create can take.
        """
        note = self._note(identity, os.O_CREAT)
        if note is None:
            yield False
            return
        with note:  # closing it frees the lock
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
            # The engine may be killed before it has recorded this, and the list may still lack the object.
            _write(note, f"{_MADE.decode()}{self._now()}")

    def forget(self, *identity: str | None) -> None:
        """The object is gone, so another one may be created at once."""
        note = self._note(identity)
        if note is not None:
            with note:
                if _locked(note, 0):
                    _write(note, "")

    def _unaccounted(self, note: FileIO) -> float | None:
        """When an attempt that is not accounted for was begun, or a create took effect that the list may still lack."""
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
    """Whether the note's lock was to be had within so many seconds; where there are no locks nobody has it."""
    until = time.monotonic() + seconds
    with suppress(OSError):
        while not lock_descriptor(note.fileno(), blocking=False):
            if time.monotonic() >= until:
                return False
            time.sleep(_POLL)
    return True


def _begun(note: FileIO) -> tuple[float | None, bool]:
    """When the last attempt was begun, or ended with an object; a torn note counts as one begun just now."""
    text = note.read().strip()
    made = text.startswith(_MADE)
    try:
        return float(text.removeprefix(_MADE)) if text else None, made
    except ValueError:
        return os.fstat(note.fileno()).st_mtime, False


def _write(note: FileIO, text: str) -> None:
    """Written over what is there: a file that is cut to nothing first costs milliseconds on some file systems."""
    with suppress(OSError):  # a full disk
        note.seek(0)
        note.write(text.ljust(_WIDTH).encode())
