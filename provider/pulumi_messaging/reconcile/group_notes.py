"""What numbers had before a group wrote to them, kept on this machine until the engine's state certainly has it.

A run that is killed leaves nothing in the engine's state. The numbers it wrote to then look as if they had always been
so, and what was there before would be lost. So it is noted before the first write, and the next run of the same group
on the same machine believes the note for every number that has the noted wish and that its state does not hold.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from pulumi_messaging.core.members import Member, packed, unpacked

# A note that is older says nothing about a run that was killed.
_LONGEST: Final = 7 * 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Note:
    """What a run was about to set, and what each number (E.164) had before."""

    wish: Mapping[str, Any]
    former: Mapping[str, Mapping[str, Any]]


_NOTHING: Final = Note({}, {})


class GroupNotes:
    """One small file for each group that was written to last.

    Args:
        folder: Where the files are; None where nothing can be written: then nothing is noted.
        now: Seconds since the epoch.
    """

    def __init__(self, folder: Path | None, now: Callable[[], float] = time.time) -> None:
        self._folder = None if folder is None else folder / "groups"
        self._now = now

    def recall(self, *identity: str) -> Note:
        """What was noted for a group; nothing where there is no note, or none that can be read."""
        if self._folder is None:
            return _NOTHING
        try:
            note = json.loads(self._file(identity).read_text(encoding="utf-8"))
            if self._now() - note["at"] > _LONGEST:
                return _NOTHING
            return Note(note["wish"], {member.number: member.former for member in unpacked(note["numbers"])})
        except (OSError, ValueError, KeyError, TypeError):
            return _NOTHING

    def write(self, members: Iterable[Member], wish: Mapping[str, Any], *identity: str) -> None:
        """Note what members had before, in place of what was noted for the group until now."""
        members = list(members)
        if self._folder is None:
            return
        file = self._file(identity)
        try:
            if not members:
                file.unlink(missing_ok=True)
                return
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            text = json.dumps({"at": self._now(), "wish": dict(wish), "numbers": packed(members)})
            new = file.with_suffix(f".{os.getpid()}")
            new.write_text(text, encoding="utf-8")
            new.chmod(0o600)
            new.replace(file)
        except OSError:
            return  # a precaution that cannot be taken stops nobody

    def drop(self, *identity: str) -> None:
        """Forget what was noted for a group."""
        self.write((), {}, *identity)

    def _file(self, identity: Iterable[str]) -> Path:
        assert self._folder is not None
        return self._folder / f"{sha256(repr(tuple(identity)).encode()).hexdigest()[:32]}.json"
