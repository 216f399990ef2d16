"""Former values of a group's numbers, noted on this machine until the engine's state certainly has them.

A killed run leaves nothing in the engine's state: its numbers would look as if they had always had the new values. So
the former values are noted before the first write. The next run of the group on this machine uses the note for every
number that has the noted new values and is not in its state.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from pulumi_messaging.core.members import Member, packed, unpacked

# Seconds that a note is used: an older one does not come from the last run.
_LONGEST: Final = 7 * 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Note:
    """The settings that a run was about to write, and the former values of each number."""

    wish: Mapping[str, Any]
    _former: Mapping[str, Mapping[str, Any]]
    _identity: tuple[str, ...]

    def before(self, number: str) -> Mapping[str, Any]:
        """The noted former values of a number (E.164)."""
        return self._former.get(_sealed(self._identity, number), {})


def _sealed(identity: tuple[str, ...], number: str) -> str:
    """The hash of a number, which may be secret; without the identity, which holds the API key, nobody can guess it."""
    return sha256(repr((*identity, number)).encode()).hexdigest()[:24]


_NOTHING: Final = Note({}, {}, ())


class GroupNotes:
    """The notes of groups, one small file each in a folder; None notes nothing. ``now`` are seconds since the epoch."""

    def __init__(self, folder: Path | None, now: Callable[[], float] = time.time) -> None:
        self._folder = None if folder is None else folder / "groups"
        self._now = now

    def recall(self, *identity: str) -> Note:
        """The note of a group; an empty one where there is none that can be read."""
        if self._folder is None:
            return _NOTHING
        try:
            note = json.loads(self._file(identity).read_text(encoding="utf-8"))
            if self._now() - note["at"] > _LONGEST:
                return _NOTHING
            former = {member.number: member.former for member in unpacked(note["numbers"])}
            return Note(dict(note["wish"]), former, identity)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return _NOTHING

    def write(self, members: Iterable[Member], wish: Mapping[str, Any], *identity: str) -> None:
        """Replace the note of a group by the former values of these members; no members: no note."""
        if self._folder is None:
            return
        file = self._file(identity)
        hashes = ((_sealed(identity, member.number), member.former) for member in members)
        noted = packed(Member(name, name, former=former) for name, former in hashes)
        with suppress(OSError):  # without a note the run goes on: it is only a precaution
            if not noted:
                file.unlink(missing_ok=True)
                return
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            new = file.with_suffix(f".{os.getpid()}")
            new.write_text(json.dumps({"at": self._now(), "wish": dict(wish), "numbers": noted}), encoding="utf-8")
            new.chmod(0o600)
            new.replace(file)

    def drop(self, *identity: str) -> None:
        """Remove the note of a group."""
        self.write((), {}, *identity)

    def _file(self, identity: tuple[str, ...]) -> Path:
        assert self._folder is not None
        return self._folder / f"{sha256(repr(identity).encode()).hexdigest()[:32]}.json"
