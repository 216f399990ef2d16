"""Accounts: whose an object is, and when a 404 means that it is gone.

An object belongs to an account, not to a key. With another account's key, or with the emulator in place of the vendor,
every object is a 404, and none may be forgotten for that. So the state keeps a mark of the account that has an object,
and a 404 counts in the same account only. A vendor does not always show the account's identity; then the account counts
as the same one if the same credentials find another object of the state.
"""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from pulumi_messaging.core.hidden import ACCOUNT
from pulumi_messaging.errors import Refused

if TYPE_CHECKING:
    from pulumi_messaging.api.clock import Clock
    from pulumi_messaging.core.fields import Values
    from pulumi_messaging.settings import TelegentSettings, TelnyxSettings

_KEY: Final = re.compile(r"[0-9a-f]{8}")
_IDENTITY: Final = re.compile(r"[A-Za-z]+-[A-Za-z0-9._~-]{1,80}")
VENDOR, EMULATOR = "vendor", "emulator"
# Seconds that a 404 waits for other reads of the run, one of which may find an object of the state.
PATIENCE: Final = 5.0
_POLL: Final = 0.1


@dataclass(frozen=True, slots=True)
class Mark:
    """An account as the state keeps it: ``vendor AID-77aa 1a2b3c4d``. States of earlier versions have the key alone.

    Attributes:
        place: ``vendor`` or ``emulator``, by the kind of base URL alone; empty where it is not known.
        key: Digest of base URL and key. The same key is the same account; another one may be a rotated key.
        identities: The account's ids as the vendor shows them, each with its kind before the first hyphen.
    """

    place: str = ""
    key: str = ""
    identities: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return " ".join(filter(None, (self.place, *sorted(self.identities), self.key)))

    @classmethod
    def read(cls, text: object) -> Mark:
        """The mark of a state; an empty one for anything else."""
        words = text.split() if isinstance(text, str) else []
        place = next((word for word in words if word in (VENDOR, EMULATOR)), "")
        key = next((word for word in words if _KEY.fullmatch(word)), "")
        return cls(place, key, frozenset(filter(_IDENTITY.fullmatch, words)))

    @classmethod
    def of(cls, settings: TelegentSettings | TelnyxSettings, key: str) -> Mark:
        """The mark of the credentials of these settings, without identities."""
        place = VENDOR if settings.emulator_store is None else EMULATOR
        return cls(place, sha256(f"{settings.base_url} {key}".encode()).hexdigest()[:8])

    def elsewhere(self, other: Mark) -> bool:
        """Whether one is known to be the vendor's and the other the emulator's."""
        return bool(self.place and other.place and self.place != other.place)

    def same_as(self, other: Mark) -> bool | None:
        """Whether both mean one account; None where nothing shows it. Identities compare with those of their kind."""
        if self.elsewhere(other):
            return False
        if self.key and self.key == other.key:
            return True
        kinds = {_kind(one) for one in self.identities} & {_kind(one) for one in other.identities}
        if not kinds:
            return None
        return bool(self.identities & other.identities)


def _kind(identity: str) -> str:
    return identity.partition("-")[0]


class AccountEvidence:
    """The account behind one set of credentials, as far as the answers of a run show it; for any thread.

    Args:
        mark: Mark of the credentials.
        settings_name: The settings that an error names (``telegent:accountKey``).
        clock: The time that waits go by.
        key: The key; an id that equals it names no account, and is a secret.
    """

    def __init__(self, mark: Mark, settings_name: str, clock: Clock, key: str = "") -> None:
        self._lock = threading.Lock()
        self._mark = mark
        self._settings_name = settings_name
        self._clock = clock
        self._key = key
        self._of_objects: dict[str, frozenset[str]] = {}  # by object id
        self._found: set[str] = set()
        self._patient_until: float | None = None  # set with the first 404 that needs other objects

    def shown(self, identity: str, object_id: str = "") -> None:
        """Record an answer with the id of its object and that of the account, as far as it shows them."""
        known = self._of_objects.setdefault(object_id, frozenset())
        if identity in known or identity == self._key or not _IDENTITY.fullmatch(identity):
            return
        with self._lock:
            self._mark = replace(self._mark, identities=self._mark.identities | {identity})
            self._of_objects[object_id] |= {identity}

    def found(self, object_id: str) -> None:
        """Record that the credentials find an object of the state."""
        self._found.add(object_id)

    @property
    def mark(self) -> Mark:
        """The mark of the credentials, with every identity that the answers have shown."""
        return self._mark

    def mark_of(self, object_id: str) -> Mark:
        """The mark for the state of an object that these credentials reach.

        A key may see several accounts: where no answer about the object shows its account, and there are several of a
        kind, none of that kind is noted.
        """
        own = self._of_objects.get(object_id)
        if not own:
            kinds = Counter(map(_kind, self._mark.identities))
            own = frozenset(one for one in self._mark.identities if kinds[_kind(one)] == 1)
        return replace(self._mark, identities=own)

    def state_mark(self, held: Values, *object_ids: str) -> dict[str, str]:
        """The hidden output after an update: the mark of these credentials if they found an object, else as it was.

        An update that sent nothing proves nothing about the account of these credentials.
        """
        before = held.get(ACCOUNT)
        found = next((one for one in object_ids if one in self._found or one in self._of_objects), None)
        if found is None:
            return {} if before is None else {ACCOUNT: before}
        self.found(found)
        mark = self.mark_of(found)
        kinds = set(map(_kind, mark.identities))
        kept = {one for one in Mark.read(before).identities if _kind(one) not in kinds}
        return {ACCOUNT: str(replace(mark, identities=mark.identities | kept))}

    def require_place(self, held: Values, attempt: str) -> None:
        """Refuse to ask the vendor about an object of the emulator, or the emulator about one of the vendor.

        Raises:
            Refused: The object belongs to the other of the two.
        """
        if Mark.read(held.get(ACCOUNT)).elsewhere(self._mark):
            raise self.refused(attempt, held)

    def confirm_gone(self, held: Values, attempt: str, object_id: str, *sources: Callable[[], bool]) -> None:
        """Return if a 404 of these credentials can mean that an object of the state is gone.

        Args:
            held: The object's outputs in the state.
            attempt: The operation with its object, for the error (``find message route MRID-1``).
            object_id: The object's id, which is no evidence for itself.
            sources: Look for evidence, one after the other as long as nothing shows the account: each returns whether
                it found some, or makes the client show an identity.

        Raises:
            Refused: The credentials belong to another account, or nothing shows that they belong to the same one.
        """
        mark = Mark.read(held.get(ACCOUNT))
        same = mark.same_as(self._mark)
        for source in (lambda: bool(self._found - {object_id}), *sources):
            if same is None:
                same = source() or mark.same_as(self._mark)
        if not (same or (same is None and self._finds_another(object_id))):
            raise self.refused(attempt, held)

    def refused(self, attempt: str, held: Values) -> Refused:
        """The error for an object of the state that these credentials may not reach."""
        mark = Mark.read(held.get(ACCOUNT))
        if mark.elsewhere(self._mark):
            names = {VENDOR: "the vendor", EMULATOR: "the embedded emulator"}
            reason = f"it is an object of {names[mark.place]}, and this run talks to {names[self._mark.place]}"
        elif mark.same_as(self._mark) is False:
            reason = f"it belongs to another account than that of {self._settings_name}"
        else:
            reason = "the answer was 404, and nothing shows that these credentials belong to its account"
        return Refused(
            f"cannot {attempt}: {reason}; check {self._settings_name} and the base URL, or, if you know that the "
            f"object is gone, run `pulumi state delete URN` (nothing was changed)"
        )

    def _finds_another(self, object_id: str) -> bool:
        """Whether these credentials find another object; the engine may still be reading others, so this waits.

        The time counts from the first 404 of the run: the engine reads few objects at once, and each of them may wait.
        """
        with self._lock:
            if self._patient_until is None:
                self._patient_until = self._clock.monotonic() + PATIENCE
        for _ in range(round(PATIENCE / _POLL)):
            if self._clock.monotonic() >= self._patient_until or self._clock.sleep(_POLL):
                break
            if self._found - {object_id}:
                return True
        return False
