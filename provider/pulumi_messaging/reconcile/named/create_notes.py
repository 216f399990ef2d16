"""Notes of creates on this machine: what a process that is killed leaves of a create.

A provider process that is killed leaves a create of unknown outcome. The vendor may even apply it later, because the
process can outlive the engine that started it. So a note is written before each create. The next run waits for a
process that still creates, and for the list to settle after one that died; and the note is evidence that an object
of this name is ours, as long as it has the values that were sent.
"""

from __future__ import annotations

import itertools
import json
import os
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal
from hashlib import sha256
from hmac import compare_digest, digest
from io import FileIO
from pathlib import Path
from typing import Any, Final

from filelock import lock_descriptor

from pulumi_messaging.core.diff import observe
from pulumi_messaging.core.fields import Echo, Field, Value, Values, normal
from pulumi_messaging.core.hidden import secrets_of
from pulumi_messaging.core.named import Named
from pulumi_messaging.errors import ApiError, Refused
from pulumi_messaging.private_files import make_private
from pulumi_messaging.reconcile.named.idempotent_create import SETTLED
from pulumi_messaging.reconcile.process_lock import ProcessLock

# Seconds: a single create of a process that outlives its engine ends within its own time limit.
_LONGEST_CREATE: Final = 330.0
_POLL: Final = 0.05
# Seconds that a note is evidence: a run that was cut off is repeated sooner.
_LONGEST_EVIDENCE: Final = 7 * 24 * 3600.0
# Bytes of a file: a note is one line, written in place over the one before it.
_WIDTH: Final = 1024
_KEY_BYTES = _DIGEST_BYTES = 16


@dataclass(frozen=True, slots=True)
class NoteOfCreate:
    """A create of this machine, without any value in clear.

    Attributes:
        at: Epoch seconds when it was sent, or when it returned.
        made: Whether it returned an id.
        process: The process that sent it (``ProcessLock.name``).
        key: Key of the digests, in hex.
        sent: State name → digest of the value that was sent. The object's name and secrets are not among them.
    """

    at: float
    made: bool = False
    process: str = ""
    key: str = ""
    sent: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, kind: Named, declared: Values, at: float, process: str) -> NoteOfCreate:
        """The note of a create that is about to send the declared values."""
        key, hidden = secrets.token_hex(_KEY_BYTES), secrets_of(declared)
        given = (one for row in _noted(kind) if row.state not in hidden for one in _parts(row, declared.get(row.state)))
        sent = {path: _digest(key, row, value) for path, row, value in given if value is not None and value != ""}
        return cls(at, process=process, key=key, sent=sent)

    def matches(self, kind: Named, answer: Mapping[str, Any]) -> bool:
        """Whether an object still has the values that were sent, as far as an answer shows them."""
        observed = observe(kind.table, answer)
        shown = [one for row in _noted(kind) for one in _parts(row, observed.get(row.state), whole=True)]
        found = [(path, row, value) for path, row, value in shown if path in self.sent]
        return 0 < len(found) == len(self.sent) and all(itertools.starmap(self._agrees, found))

    def _agrees(self, path: str, row: Field, value: Value) -> bool:
        if value is None and row.echo is Echo.MAYBE:  # the answer does not show it
            return True
        return compare_digest(self.sent[path], _digest(self.key, row, value))


def _noted(kind: Named) -> Iterator[Field]:
    """The fields of a note; the name is in its key, and what only updates take was not sent."""
    return (row for row in kind.compared.values() if row is not kind.name and not row.update_only)


def _parts(row: Field, value: Value, *, whole: bool = False) -> Iterator[tuple[str, Field, Value]]:
    """A value, or those of an object's keys: the vendor adds keys of its own. With ``whole`` also the absent ones."""
    given = value if isinstance(value, Mapping) else {}
    for key in row.keys:
        if whole or key.state in given:
            yield f"{row.state}.{key.state}", key, given.get(key.state)
    if not row.keys:
        yield row.state, row, value


def _digest(key: str, row: Field, value: Value) -> str:
    folded = normal(row, value)
    folded = folded.normalize() if isinstance(folded, Decimal) else folded  # 10, 10.0 and 10.00 are one number
    return digest(key.encode(), repr((row.state, folded)).encode(), "sha256").hex()[: 2 * _DIGEST_BYTES]


class Attempt:
    """A create whose note is locked.

    Attributes:
        uncertain: Whether an earlier attempt may have made the object, so that an older list proves nothing.
        noted: The note of an earlier create, where it is evidence.
    """

    def __init__(
        self,
        *,
        uncertain: bool = False,
        noted: NoteOfCreate | None = None,
        write: Callable[[NoteOfCreate | None], None] = lambda _: None,
    ) -> None:
        self.uncertain = uncertain
        self.noted = noted
        self.sent: NoteOfCreate | None = None
        self._write = write

    def sending(self, note: NoteOfCreate) -> None:
        """Write the note of a create that is about to be sent."""
        self.sent = note
        self._write(note)


class PendingCreates:
    """The notes of creates on this machine, one small file each, locked while its create is under way.

    Args:
        kind: The kind of the objects.
        folder: Folder of the files; None, or a folder that cannot be written: nothing is noted.
        now: Seconds since the epoch.
        sleep: Waits a number of seconds.
        pause: The same in real time, for other processes; returns a true value where it was interrupted.

    Attributes:
        nothing_known: Whether an earlier run could not have left a note: the folder is new or cannot be written.
    """

    def __init__(
        self,
        kind: Named,
        folder: Path | None,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], object] = time.sleep,
        pause: Callable[[float], object] = time.sleep,
    ) -> None:
        self._kind = kind
        self._folder = folder
        self._now = now
        self._sleep = sleep
        self._pause = pause
        self._process = ProcessLock(folder)
        self.nothing_known = folder is None or not os.access(folder, os.R_OK | os.W_OK | os.X_OK)

    def note_of(self, declared: Values) -> NoteOfCreate:
        """The note of a create that this process is about to send."""
        return NoteOfCreate.of(self._kind, declared, self._now(), self._process.name())

    @contextmanager
    def noted(self, *identity: str | None, taken: bool = False) -> Iterator[Attempt]:
        """Lock the note of a create on this machine, and keep it up to date with what becomes of the create.

        After an attempt that was cut off, this waits until the vendor's list has had time to show the object. Where an
        object has the name already (``taken``), this waits for nothing: a note is evidence of it or not.

        Raises:
            Refused: Another process holds the lock for longer than a create can take.
        """
        file = self._file(identity, 0 if taken else os.O_CREAT)
        if file is None:
            yield Attempt()
            return
        with file:  # closing the file releases the lock
            waited = not self._locked(file, 0)
            if waited and taken:
                yield Attempt()
                return
            if waited and not self._locked(file, _LONGEST_CREATE):
                raise Refused(
                    f"cannot create the {self._kind.word}: another process of this machine has been creating one of "
                    f"its name for {_LONGEST_CREATE:.0f} s; end that process, then run `pulumi up` again"
                )
            note = _read(file)
            unsettled = not taken and self._settle(note)
            attempt = Attempt(
                uncertain=waited or unsettled, noted=self._evidence(note, identity), write=lambda new: _write(file, new)
            )
            try:
                yield attempt
            except ApiError as error:
                if attempt.sent is not None and not error.unclear:
                    _write(file, None)
                raise
            if done := attempt.sent or attempt.noted:
                # The engine may be killed before it records the object, and the list may still lack it.
                at = self._now() if attempt.sent else done.at
                process = self._process.hold(_file_name(identity)) if done.sent else self._process.name()
                _write(file, replace(done, at=at, made=True, process=process))

    def returned(self, *identity: str | None) -> None:
        """Record that the engine gets what a create made: until then, a process that is killed leaves evidence."""
        self._process.release(_file_name(identity))

    def noted_before(self, *identity: str | None) -> NoteOfCreate | None:
        """The note of a create, where it is evidence; it is neither locked nor changed."""
        file = self._file(identity)
        if file is None:
            return None
        with file:
            return self._evidence(_read(file), identity)

    def forget(self, *identity: str | None) -> None:
        """Clear a note: the object is gone, and another one may be created at once."""
        file = self._file(identity)
        if file is not None:
            with file:
                if self._locked(file, 0):
                    _write(file, None)

    def _settle(self, note: NoteOfCreate | None) -> bool:
        """Wait until the list has had time to show what a create made; False where no create is that young or open."""
        left = 0.0 if note is None else note.at + SETTLED - self._now()
        if note is None or (note.made and left <= 0):
            return False
        self._sleep(min(SETTLED, max(0.0, left)))
        return True

    def _evidence(self, note: NoteOfCreate | None, identity: Sequence[str | None]) -> NoteOfCreate | None:
        """The note where its create was cut off, or returned to an engine that may have been killed."""
        if note is None or not note.sent or self._now() - note.at > _LONGEST_EVIDENCE:
            return None
        return note if not note.made or self._process.left_behind(note.process, _file_name(identity)) else None

    def _locked(self, note: FileIO, seconds: float) -> bool:
        """Try to lock for these seconds; False if the lock stays taken. A file system without locks counts as free.

        So does an interruption, after which nothing is sent.
        """
        until = time.monotonic() + seconds
        with suppress(OSError):
            while not lock_descriptor(note.fileno(), blocking=False):
                if time.monotonic() >= until:
                    return False
                if self._pause(_POLL):
                    break
        return True

    def _file(self, identity: Sequence[str | None], flags: int = 0) -> FileIO | None:
        """The file of an identity; None where there is none or nothing can be written."""
        if self._folder is None:
            return None
        path = self._folder / _file_name(identity)
        with suppress(OSError):
            if flags & os.O_CREAT:
                make_private(self._folder)
            return FileIO(path, "r+", opener=lambda name, usual: os.open(name, usual | flags, mode=0o600))
        return None


def _file_name(identity: Sequence[str | None]) -> str:
    return sha256(repr(identity).encode()).hexdigest()[:32]


def _read(file: FileIO) -> NoteOfCreate | None:
    """The note of a file; None for blanks. One that cannot be read is a create that began when it was written."""
    file.seek(0)
    text = file.read().decode(errors="replace").partition("\n")[0].strip()
    if not text:
        return None
    try:
        note = json.loads(text)
        sent = {str(name): str(value) for name, value in note["sent"].items()}
        return NoteOfCreate(float(note["at"]), note["made"] is True, str(note["process"]), str(note["key"]), sent)
    except (ValueError, KeyError, TypeError, AttributeError):  # torn
        return NoteOfCreate(os.fstat(file.fileno()).st_mtime)


def _write(file: FileIO, note: NoteOfCreate | None) -> None:
    """Overwrite in place: truncating the file first costs milliseconds on some file systems."""
    text = "" if note is None else json.dumps(asdict(note))
    with suppress(OSError):  # a full disk
        file.seek(0)
        file.write(f"{text}\n".ljust(_WIDTH).encode())
