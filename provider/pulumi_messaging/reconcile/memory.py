"""What stood in an object's settings before our first write, whatever resource the object goes to.

One rule holds for all that is remembered: "of this object, the values ``ours`` were written by us, and ``former`` stood
there before". It is used where a resource takes, or has, a former value that equals ``ours``: that value is our own,
and ``former`` is the truth. What is remembered never decides alone.

An object may go from one resource to another in one run, and the engine may come to the new one first. Then the new
one finds our own value, and the old one hands its memory on when it lets the object go: to the other one in this
process, and by a note on this machine, which corrects the new one's state at its next read, update or delete.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from functools import cached_property
from typing import Any

from pulumi_messaging.core.diff import alike
from pulumi_messaging.core.fields import Clear, Echo, Field, Table, Value, Values, normal
from pulumi_messaging.core.hidden import NOT_KNOWN
from pulumi_messaging.reconcile.encryption import decrypted, encrypted
from pulumi_messaging.reconcile.notes import LONGEST, NoteFiles, sealed
from pulumi_messaging.reconcile.ownership import Ownership, Past


class Kept(Enum):
    """Where the memory of an object is after its resource has let it go; the text ends the line that says so."""

    BY_OWNER = ""  # the new owner's state has it
    FOR_NEW = "; the former settings are noted on this machine for the run that takes over"
    FOR_OWNER = (
        "; the former settings are noted on this machine only: run `pulumi refresh` here, or a destroy elsewhere will "
        "not know them"
    )
    LOST = (
        "; the former settings could not be noted on this machine, so a destroy will not know them (check that the "
        "cache folder can be written)"
    )


@dataclass(frozen=True, repr=False)
class Memory:
    """What is remembered of the objects of one account, in this process and on this machine; for any thread.

    Everywhere, ``names`` are the names of one object that are known: a number as E.164 first, then its numeric id.
    Former values are by state name; ``NOT_KNOWN`` stands for one that nobody knows.

    Args:
        table: The settings; its resource is part of the notes' names.
        ownership: What the resources of this run remember.
        files: The notes of this machine.
        identity: The account and its key; only a hash of it is kept.
        key: Encrypts the former values in the notes: a secret of the account. With another one they are not known.
    """

    table: Table
    ownership: Ownership
    files: NoteFiles
    identity: str
    key: str

    @cached_property
    def settings(self) -> Mapping[str, Field]:
        """State name → field."""
        return {field.state: field for field in self.table.settings}

    def with_secrets(self, *names: str) -> tuple[Values, ...]:
        """What other resources hand on of an object of which they wrote a secret, whose former value is not known."""
        formers = (past.former for past in self.ownership.pasts(*names))
        return tuple(former for former in formers if any(self.settings[name].secret for name in former))

    def before(self, names: Sequence[str], current: Values, *noted: Past) -> dict[str, Value]:
        """The former values of an object that a resource begins to hold: the current ones where they are not ours.

        ``noted`` are further pasts, from the resource's own notes.
        """
        self._recall(names)
        pasts = [*noted, *(past for past in self.ownership.pasts(*names) if past.for_new)]
        return {name: self._truth(field, _found(field, current), pasts) for name, field in self.settings.items()}

    def corrected(self, names: Sequence[str], former: Values, *ours: Values) -> Values:
        """The former values of a resource that the state has, without values of ours that other resources gave.

        Of the settings that the resource manages: those of ``former``. Notes are dropped when the state has what they
        say. ``ours`` are the values that the resource wrote, where it lets the object go.
        """
        noted = self._recall(names)
        pasts = [past for past in self.ownership.pasts(*names) if past.for_owner]
        values = self._truths(former, pasts, self._written_later(names, *ours))
        if noted and not ours and values == former and self._has(former, noted):
            self._keep(names, [past for past in noted if _for_others(past)])
        return former if values == former else values

    def about_to_write(self, names: Sequence[str], ours: Values, former: Values) -> Sequence[Mapping[str, Any]]:
        """Note the former values before the first write to an object: a run that is cut off leaves no state.

        Returns what was noted before.
        """
        noted = self._noted(names)
        self._note(names, {"pending": self.files.now()}, (ours,), former)
        return noted

    def withdraw(self, names: Sequence[str], noted: Sequence[Mapping[str, Any]]) -> None:
        """Take back ``about_to_write``, which returned ``noted``: nothing was written since."""
        with self.ownership.remembering():
            later = [past for past in self._noted(names) if "pending" not in past or _for_others(past)]
            self._keep(names, [*later, *(past for past in noted if past not in later)])

    def settle(self, names: Sequence[str], former: Values) -> dict[str, Value]:
        """The former values for the state of an object's owner, which gets them now: notes have done their work.

        They are corrected by what others have handed over since ``before``.
        """
        with self.ownership.remembering():
            pasts = [past for past in self.ownership.pasts(*names) if past.for_new and past.for_owner]
            values = self._truths(former, pasts, {})
            self.ownership.record(names, values)
            self.files.done(self.table.resource, *self._identity_of(names))
        return values

    def awaited(self, names: Sequence[str]) -> frozenset[str]:
        """The settings of an object whose former values follow: another resource of this run is to hand them on.

        Also those that it has handed on since ``settle``: its line says where they are.
        """
        pasts = [past for past in self.ownership.pasts(*names) if past.for_new and not past.sealed]
        come = [past for past in pasts if not past.to_come]
        if come:
            return frozenset(name for past in come for name, value in past.former.items() if value != NOT_KNOWN)
        return frozenset(name for past in pasts for name in self.settings if past.ours[0].get(name) is not None)

    def hand_over(self, names: Sequence[str], former: Values, *ours: Values) -> Kept:
        """Hand on what a resource remembers of an object that another one has, or will have, as it is now.

        Args:
            names: The object.
            former: The values before ours; a missing one is not known.
            ours: The values that the resource wrote; several where a failed write may have left either.
        """
        # Of a secret it counts that it was written: its former value is never known.
        known = {name: value for name, value in former.items() if value != NOT_KNOWN or self.settings[name].secret}
        with self.ownership.remembering():
            past = Past(ours, known)
            self.ownership.remember(names, past)
            recorded = self.ownership.recorded(*names)
            self._recall(names)
            pasts = [each for each in self.ownership.pasts(*names) if each.for_owner]
            if recorded is not None and self._truths(recorded, pasts, {}) == recorded:
                return Kept.BY_OWNER
            flags, kept = ({}, Kept.FOR_NEW) if recorded is None else ({"forOwner": True}, Kept.FOR_OWNER)
            return kept if self._note(names, flags, ours, known) else Kept.LOST

    def sealed(self, values: Values) -> dict[str, Any]:
        """The digests of settings, which the program may have given as secrets; without those that always are."""
        given = ((name, field) for name, field in self.settings.items() if name in values and not field.secret)
        return {name: self._sealed(field, values[name]) for name, field in given}

    def forget(self, names: Sequence[str]) -> None:
        """Drop the note of an object that nobody is to put back."""
        self.files.write({}, self.table.resource, *self._identity_of(names))

    def put_back(self, names: Sequence[str], former: Values, found: Values, *ours: Values) -> None:
        """Drop the note of an object that got its former values back, or has values of somebody else.

        The latter, ``found`` before, may be of another resource, which would put a value of ours back: so this process
        goes on remembering, and a note tells a resource that has our value as its former one, for a week. A value that
        was put back stands there again: another resource that remembers it found it before this one came.
        """
        self.forget(names)
        past = Past(ours, former)
        known = [name for name in self.settings if former.get(name, NOT_KNOWN) != NOT_KNOWN and name in found]
        back = {name for name in known if self._wrote(past, self.settings[name], found[name])}
        left = [{name: value for name, value in values.items() if name not in back} for values in ours]
        self.ownership.remember(names, Past(tuple(left), former))
        if len(back) < len(known):
            self._note(names, {"pending": self.files.now(), "forOwner": True}, left, former)

    def _written_later(self, names: Sequence[str], *ours: Values) -> dict[str, Value]:
        """The values that the new owner of an object found, but for those of ``ours``, the resource that lets it go.

        A resource that wrote one of these came after it, and says nothing of what it found itself.
        """
        found, own = self.ownership.recorded(*names) if ours else None, Past(ours, {})
        settings = ((name, self.settings[name], value) for name, value in (found or {}).items())
        return {name: value for name, field, value in settings if not self._wrote(own, field, value)}

    def _has(self, former: Values, noted: Sequence[Mapping[str, Any]]) -> bool:
        """Whether a state has all former values that notes hold; else they may be for another state, or a later one."""
        opened = [self._opened(past["former"]) for past in noted]
        said = [{name: value for name, value in values.items() if value != NOT_KNOWN} for values in opened]
        past = Past(tuple(said), {})
        names = {name for values in said for name in values}
        return all(name in former and self._wrote(past, self.settings[name], former[name]) for name in names)

    def _truths(self, former: Values, pasts: Sequence[Past], later: Values) -> dict[str, Value]:
        """The former values of a state, without values of ours and with those that it does not know.

        A past that wrote one of the ``later`` values does not count for that setting.
        """
        if not pasts:
            return dict(former)
        truths = {}
        for name, value in former.items():
            field = self.settings[name]
            earlier = [past for past in pasts if not self._wrote(past, field, later.get(name))]
            truths[name] = self._truth(field, value, earlier, fill=True)
        return truths

    def _truth(self, field: Field, value: Value, pasts: Sequence[Past], *, fill: bool = False) -> Value:
        """The value before ours: each past that wrote the value is followed once, those that know more first."""
        left = sorted(pasts, key=lambda past: field.state not in past.former)
        while left:
            if fill and value == NOT_KNOWN:
                follows = [past for past in left if field.state in past.former]
            else:
                follows = [past for past in left if self._wrote(past, field, value)]
            if not follows:
                break
            left.remove(follows[0])
            value = follows[0].former.get(field.state, NOT_KNOWN)
        return value

    def _wrote(self, past: Past, field: Field, value: Value) -> bool:
        if value == NOT_KNOWN:
            return False
        ours = [values[field.state] for values in past.ours if values.get(field.state) is not None]
        if past.sealed:
            return any(_is_sealed(one, self._sealed(field, value)) for one in ours)
        return any(alike(field, one, value) for one in ours)

    def _sealed(self, field: Field, value: Value) -> Any:
        """The digest of a value; those of an object's keys, because the vendor adds keys of its own."""
        if field.keys and isinstance(value, Mapping):
            return {key.state: self._sealed(key, value[key.state]) for key in field.keys if key.state in value}
        folded = normal(field, value)
        folded = str(folded.normalize()) if isinstance(folded, Decimal) else folded
        return sealed((self.identity, field.state), json.dumps(folded))

    def _identity_of(self, names: Sequence[str]) -> tuple[str, str]:
        """The identity of an object's note: the account, and the one name that every resource knows."""
        return self.identity, next((name for name in names if name.startswith("+")), names[0])

    def _keep(self, names: Sequence[str], pasts: Sequence[Mapping[str, Any]]) -> None:
        """Replace the notes of an object."""
        self.files.write({"pasts": pasts} if pasts else {}, self.table.resource, *self._identity_of(names))

    def _recall(self, names: Sequence[str]) -> list[dict[str, Any]]:
        """Bring the notes of an object into this process: the pasts that they hold."""
        pasts = self._noted(names)
        for past in pasts:
            self.ownership.remember(
                names,
                Past(tuple(past["ours"]), self._opened(past["former"]), sealed=True, for_new="forOwner" not in past),
            )
        return pasts

    def _opened(self, former: str) -> Values:
        """The former values of a note; none are known where the account's secret has been replaced."""
        with suppress(ValueError):
            return dict(decrypted(self.key, former))
        return {}

    def _encrypted(self, former: Any) -> str:
        """The former values of a note; an earlier version did not encrypt them."""
        return former if isinstance(former, str) else encrypted(self.key, dict(former))

    def _noted(self, names: Sequence[str]) -> list[dict[str, Any]]:
        """The pasts that the notes of an object hold; none of a file that is damaged."""
        try:
            oldest = self.files.now() - LONGEST
            pasts = self.files.read(self.table.resource, *self._identity_of(names)).get("pasts", ())
            return [
                {**past, "ours": list(map(dict, past["ours"])), "former": self._encrypted(past["former"])}
                for past in pasts
                if past.get("pending", oldest) >= oldest
            ]
        except (ValueError, KeyError, TypeError, AttributeError):
            return []

    def _note(self, names: Sequence[str], flags: Mapping[str, Any], ours: Sequence[Values], former: Values) -> bool:
        """Add a past to the notes of an object; False where it could not be written."""
        digests = list(map(self.sealed, ours))
        past = {"ours": digests, "former": self._encrypted(former), **flags}
        with self.ownership.remembering():
            pasts = [past, *(other for other in self._noted(names) if other["ours"] != digests)]
            return self.files.write({"pasts": pasts}, self.table.resource, *self._identity_of(names))


def _is_sealed(ours: Any, found: Any) -> bool:
    """Whether the digest of a value is that of ours; an object may have more keys."""
    if isinstance(ours, Mapping) and isinstance(found, Mapping):
        return all(found.get(name) == one for name, one in ours.items())
    return bool(ours == found)


def _for_others(past: Mapping[str, Any]) -> bool:
    """Whether a noted past is kept for any resource that has our value as its former one."""
    return "pending" in past and "forOwner" in past


def _found(field: Field, current: Values) -> Value:
    """A current value; one that the answer lacks is not known, unless it can only be empty."""
    empty = field.clear is not Clear.NO and field.echo is Echo.ALWAYS
    return current.get(field.state, "" if empty else NOT_KNOWN)
