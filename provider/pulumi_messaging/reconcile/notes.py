"""Notes on this machine of what the engine's state does not hold yet, or cannot get.

A killed run leaves nothing in the engine's state: its objects would look as if they had always had the new values. And
an object may go to a resource whose state cannot get its former values any more. So they are noted. A note never
decides alone: it says what stood before certain values of ours, and matters only where these are found.

A note whose work is done is needed until the engine has stored the result. An engine that ends normally has stored it,
and ends this process: then the note is removed. A killed engine leaves the process behind, and the note counts; so does
the note of a call that was under way when the engine was cancelled.
"""

from __future__ import annotations

import json
import os
import time
import weakref
from collections.abc import Callable, Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from pulumi_messaging.private_files import make_private, open_private
from pulumi_messaging.reconcile.process_lock import ProcessLock

# Seconds that the note of a run that was cut off is used: an older one does not come from the last run.
LONGEST: Final = 7 * 24 * 3600.0
_DONE: Final = "done"


class NoteFiles:
    """Small files in a folder of the user's cache, one for each identity.

    Args:
        folder: The cache folder; None, or a folder that cannot be written, notes nothing.
        now: Seconds since the epoch.
    """

    def __init__(self, folder: Path | None, now: Callable[[], float] = time.time) -> None:
        self._folder = folder
        self._process = ProcessLock(folder)
        self._names: dict[str, set[str]] = {}  # by kind: the files that are there; most numbers have none
        self._done: set[Path] = set()
        self._end = weakref.finalize(self, _end, self._done, self._process)  # at the latest when this process ends
        self.now = now

    def close(self) -> None:
        """Remove the notes that are done, as the end of this process does; nothing is noted after it."""
        self._end()

    def read(self, kind: str, *identity: str) -> dict[str, Any]:
        """A note that counts; an empty one where there is none that can be read."""
        if self._folder is None or (name := _file_name(identity)) not in self._there(kind):
            return {}
        with suppress(OSError, ValueError):
            note = json.loads((self._folder / kind / name).read_text(encoding="utf-8"))
            if isinstance(note, dict) and (_DONE not in note or self._process.left_behind(str(note[_DONE]))):
                return note
        return {}

    def write(self, note: Mapping[str, Any], kind: str, *identity: str) -> bool:
        """Replace a note, an empty one by nothing; False where it could not be written."""
        if self._folder is None:
            return not note
        there, name = self._there(kind), _file_name(identity)
        file = self._folder / kind / name
        try:
            if not note:
                if name in there:
                    file.unlink(missing_ok=True)
                return True
            make_private(file.parent)
            new = file.with_suffix(f".{os.getpid()}")
            with open_private(new) as written:
                json.dump(note, written)
            new.replace(file)
            there.add(name)
        except OSError:
            return False
        (self._done.add if _DONE in note else self._done.discard)(file)
        return True

    def done(self, kind: str, *identity: str) -> None:
        """Record that the engine gets what the note was written for."""
        if note := self.read(kind, *identity):
            self.write({**note, _DONE: self._process.name()}, kind, *identity)

    def _there(self, kind: str) -> set[str]:
        """The names of the files of a kind, as they were when this process first looked, and its own."""
        if kind not in self._names and self._folder is not None:
            try:
                self._names[kind] = {file.name for file in (self._folder / kind).iterdir()}
            except OSError:
                self._names[kind] = set()
        return self._names[kind]


def _end(files: set[Path], process: ProcessLock) -> None:
    """Remove the notes that this process has done, and no newer ones of others, unless it was left behind."""
    for file in files:
        with suppress(OSError, ValueError):
            if not process.kept(json.loads(file.read_text(encoding="utf-8")).get(_DONE, "")):
                file.unlink()
    process.close()


def _file_name(identity: tuple[str, ...]) -> str:
    return f"{sha256(repr(identity).encode()).hexdigest()[:32]}.json"


def sealed(identity: tuple[str, ...], text: str) -> str:
    """The hash of a text, which may be secret; without the identity, which holds the API key, nobody can guess it."""
    return sha256(repr((*identity, text)).encode()).hexdigest()[:24]
