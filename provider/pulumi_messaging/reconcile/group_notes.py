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
    """What a run was about to set, and what each number had before."""

    wish: Mapping[str, Any]
    _former: Mapping[str, Mapping[str, Any]]
    _identity: tuple[str, ...]

    def before(self, number: str) -> Mapping[str, Any]:
        """What a number (E.164) had before, as far as it was noted."""
        return self._former.get(_sealed(self._identity, number), {})


def _sealed(identity: tuple[str, ...], number: str) -> str:
    """How a number is noted: it may be a secret. Who does not have what names the group cannot try all numbers."""
    return sha256(repr((*identity, number)).encode()).hexdigest()[:24]


_NOTHING: Final = Note({}, {}, ())


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
            former = {member.number: member.former for member in unpacked(note["numbers"])}
            return Note(note["wish"], former, identity)
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
            names = ((_sealed(identity, member.number), member.former) for member in members)
            noted = packed(Member(name, name, former=former) for name, former in names)
            text = json.dumps({"at": self._now(), "wish": dict(wish), "numbers": noted})
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
