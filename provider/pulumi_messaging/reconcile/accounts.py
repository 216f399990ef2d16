"""Accounts: whose an object is, and when a 404 means that it is gone.

An object belongs to an account, not to a key. With another account's key, or with the emulator in place of the vendor,
every object is a 404, and none may be forgotten for that. So the state keeps a mark of the account that has an object,
and a 404 counts in the same account only. A vendor does not always show the account's identity; then the account counts
as the same one if the same credentials find another object of the state.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from pulumi_messaging.errors import Refused
from pulumi_messaging.settings import is_loopback

if TYPE_CHECKING:
    from pulumi_messaging.api.clock import Clock
    from pulumi_messaging.settings import TelegentSettings, TelnyxSettings

_KEY: Final = re.compile(r"[0-9a-f]{8}")
_PLACES: Final = ("vendor", "emulator")
# Seconds that a 404 waits for other reads of the run, one of which may find an object of the state.
PATIENCE: Final = 5.0
_POLL: Final = 0.1


@dataclass(frozen=True, slots=True)
class Mark:
    """An account as the state keeps it: ``vendor AID-77aa 1a2b3c4d``. States of earlier versions have the key alone.

    Attributes:
        place: ``vendor`` or ``emulator``; empty where it is not known.
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
        place = next((word for word in words if word in _PLACES), "")
        key = next((word for word in words if _KEY.fullmatch(word)), "")
        return cls(place, key, frozenset(words) - {place, key})

    @classmethod
    def of(cls, settings: TelegentSettings | TelnyxSettings, key: str) -> Mark:
        """The mark of the credentials of these settings, without identities."""
        host = urlsplit(settings.base_url).hostname or ""
        emulated = settings.emulator_store is not None or is_loopback(host)
        digest = sha256(f"{settings.base_url} {key}".encode()).hexdigest()[:8]
        return cls("emulator" if emulated else "vendor", digest)

    def same_as(self, other: Mark) -> bool | None:
        """Whether both mean one account; None where nothing shows it. Identities compare with those of their kind."""
        if self.place and other.place and self.place != other.place:
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
    """

    def __init__(self, mark: Mark, settings_name: str, clock: Clock) -> None:
        self._lock = threading.Lock()
        self._mark = mark
        self._settings_name = settings_name
        self._clock = clock
        self._found: set[str] = set()

    @property
    def mark(self) -> Mark:
        """The mark of the account, with the identities that the answers have shown."""
        return self._mark

    def shown(self, identities: Iterable[str]) -> None:
        """Record ids of the account that an answer shows."""
        with self._lock:
            mark = self._mark
            self._mark = Mark(mark.place, mark.key, mark.identities | frozenset(identities))

    def found(self, object_id: str) -> None:
        """Record that the credentials find an object of the state."""
        self._found.add(object_id)

    def confirm_gone(
        self, held: object, attempt: str, object_id: str, other_evidence: Callable[[], bool] = lambda: False
    ) -> None:
        """Return if a 404 of these credentials can mean that an object of the state is gone.

        Args:
            held: The object's mark in the state.
            attempt: The operation with its object, for the error (``find message route MRID-1``).
            object_id: The object's id, which is no evidence for itself.
            other_evidence: Looks for another object that the resource's own state names; asked last.

        Raises:
            Refused: The credentials belong to another account, or nothing shows that they belong to the same one.
        """
        same = Mark.read(held).same_as(self._mark)
        if same is None:
            same = self._finds_another(object_id) or other_evidence()
        if same:
            return
        place = Mark.read(held).place
        if place and place != self._mark.place:
            reason = f"it is an object of the {place}, and this run talks to the {self._mark.place}"
        elif Mark.read(held).same_as(self._mark) is False:
            reason = "it belongs to another account"
        else:
            reason = "the answer was 404, and nothing shows that these credentials belong to its account"
        raise Refused(
            f"cannot {attempt}: {reason}; check {self._settings_name} and the base URL, or, if you know that the "
            f"object is gone, run `pulumi state delete URN` (nothing was changed)"
        )

    def _finds_another(self, object_id: str) -> bool:
        """Whether these credentials find another object; the engine may still be reading others, so this waits."""
        until = self._clock.monotonic() + PATIENCE
        while not self._found - {object_id}:
            if self._clock.monotonic() >= until:
                return False
            self._clock.sleep(_POLL)
        return True
