"""The notes of groups: the former values of many numbers, noted until the engine's state certainly has them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pulumi_messaging.core.members import Member, packed, unpacked
from pulumi_messaging.reconcile.encryption import decrypted, encrypted
from pulumi_messaging.reconcile.notes import LONGEST, NoteFiles, sealed
from pulumi_messaging.reconcile.ownership import Past


@dataclass(frozen=True, slots=True)
class Note:
    """The settings that a run was about to write, and the former values of each number."""

    wish: Mapping[str, Any]
    _former: Mapping[str, Mapping[str, Any]]
    _identity: tuple[str, ...]
    sealed: bool = False  # the settings are digests: some of them were given as secrets

    def before(self, number: str) -> Mapping[str, Any]:
        """The noted former values of a number (E.164)."""
        return self._former.get(sealed(self._identity, number), {})

    def pasts(self, number: str) -> tuple[Past, ...]:
        """The same, if there are any, as what a resource remembers of the number."""
        before = self.before(number)
        return (Past((self.wish,), before, sealed=self.sealed),) if before else ()


_NOTHING: Final = Note({}, {}, ())
_GROUPS: Final = "groups"
_SEALED: Final = "sealed"


class GroupNotes:
    """The notes of groups: what each is about to write, and what its numbers had before."""

    def __init__(self, files: NoteFiles) -> None:
        self._files = files

    def recall(self, *identity: str) -> Note:
        """The note of a group; an empty one where there is none that can be read."""
        note = self._files.read(_GROUPS, *identity)
        try:
            if self._files.now() - note["at"] > LONGEST:
                return _NOTHING
            numbers = note["numbers"]
            numbers = decrypted(repr(identity), numbers) if _SEALED in note else numbers
            former = {member.number: member.former for member in unpacked(numbers)}
            return Note(dict(note["wish"]), former, identity, _SEALED in note)
        except (ValueError, KeyError, TypeError, AttributeError):
            return _NOTHING

    def write(
        self, members: Iterable[Member], wish: Mapping[str, Any], *identity: str, is_sealed: bool = False
    ) -> None:
        """Replace the note of a group by the former values of these members; no members: no note.

        The identity has the API key. ``is_sealed``: the wish holds digests, and the former values are encrypted.
        Without a note the run goes on: it is only a precaution.
        """
        hashes = ((sealed(identity, member.number), member.former) for member in members)
        noted = packed(Member(name, name, former=former) for name, former in hashes)
        note = {"at": self._files.now(), "wish": dict(wish), "numbers": noted} if noted else {}
        if note and is_sealed:
            note |= {_SEALED: True, "numbers": encrypted(repr(identity), noted)}
        self._files.write(note, _GROUPS, *identity)

    def done(self, *identity: str) -> None:
        """Record that the engine gets the members with their former values."""
        self._files.done(_GROUPS, *identity)

    def drop(self, *identity: str) -> None:
        """Remove the note of a group."""
        self._files.write({}, _GROUPS, *identity)
