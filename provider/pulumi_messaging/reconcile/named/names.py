"""The names of an account's objects of one kind: one name, one object.

A name is reserved before an object gets it, by a create or a rename. The list decides whether it is free: the one that
was read last, kept up to date with our own writes, and read again where it is too old when a create is sent. After each
wave of creates the list is looked at once more, because another machine may have made an object of the name meanwhile.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final

from pulumi_messaging.core.fields import Values
from pulumi_messaging.core.spelling import folded_name
from pulumi_messaging.errors import ApiError, Refused
from pulumi_messaging.reconcile.accounts import Mark
from pulumi_messaging.reconcile.lists import DEADLINE_SHARE, MAX_AGE
from pulumi_messaging.reconcile.named.idempotent_create import SETTLED
from pulumi_messaging.reconcile.named.waves import Waves

if TYPE_CHECKING:
    from pulumi_messaging.reconcile.named.calls import AccountId, Calls, Row
    from pulumi_messaging.reconcile.named.create_notes import Attempt, NoteOfCreate, PendingCreates
    from pulumi_messaging.reconcile.named.reads import Listed, Reads

# Seconds since the answer of a list, within which a create may rely on it.
FRESH: Final = 5.0


@dataclass(frozen=True, slots=True)
class Reservation:
    """A reserved name.

    Attributes:
        others: Ids of the other objects that have the name.
        noted: This machine's note of a create of the name that was cut off.
        sending: Checks that the name is still free, and notes the declared values. Called when a create may leave;
            raises Refused where another object has the name by now, and ApiError where the list cannot be read.
    """

    others: tuple[str, ...]
    noted: NoteOfCreate | None
    sending: Callable[[Values], None] = field(repr=False)


class Names:
    """Names by account, for any thread.

    Args:
        calls: The vendor's calls.
        reads: Reads of the objects.
        pending: The notes of creates on this machine.
        say: Writes one line for the user.
    """

    def __init__(self, calls: Calls, reads: Reads, pending: PendingCreates, say: Callable[[str], None]) -> None:
        self._calls = calls
        self._kind = calls.kind
        self._place = calls.place
        self._clock = calls.clock
        self._reads = reads
        self._pending = pending
        self._say = say
        # Accounts may be the same under different ids, so that locks go by name alone.
        self._locks: dict[str, threading.Lock] = {}
        self._made: dict[str, dict[str, AccountId]] = {}  # folded name → our objects, which a list may lack
        self._deleted: set[str] = set()
        self._renamed: set[tuple[str, str]] = set()  # folded names that lists may still show, with the objects' ids
        self._doubted: set[str] = set()  # folded names that a failed write may have given away
        self._waves = Waves(self._request_list)
        # An embedded emulator has no creates of another machine, and its list does not lag.
        self._must_settle = pending.nothing_known and self._place.emulator_store is None
        self._settling = threading.Lock()
        self._settled_at: float | None = None

    @contextmanager
    def reserved(self, account_id: AccountId, name: str, own_id: str | None = None) -> Iterator[Reservation]:
        """Reserve a name for a create, or for a rename of the object ``own_id``.

        A lock keeps parallel resources of one program from making two objects of one name. A note on this machine
        lets the next run find an object whose create was cut off. If the block fails with an ApiError, its write may
        have been applied, so the next reservation of the name reads the list again.
        """
        folded = folded_name(name)
        with self._locks.setdefault(folded, threading.Lock()):  # setdefault is atomic
            if own_id is None:
                self._settle()
            others = self._others(account_id, folded, own_id)
            with self._pending.noted(*self._identity(account_id, folded), taken=bool(others)) as attempt:
                if attempt.uncertain:
                    listed = self._reads.listed_now(account_id)
                    others = self._others_in(listed, account_id, folded, own_id)
                    if not others:
                        self._complete(listed)
                if own_id is not None and not others:
                    attempt.sending(self._pending.note_of({}))
                noted = attempt.noted if others else None
                try:
                    with self._waves.creating():
                        yield Reservation(others, noted, partial(self._sending, attempt, account_id, name))
                except ApiError:
                    self._doubted.add(folded)
                    raise

    def noted(self, account_id: AccountId, name: str) -> NoteOfCreate | None:
        """This machine's note of a create of a name that was cut off; it is only looked at."""
        return self._pending.noted_before(*self._identity(account_id, folded_name(name)))

    def created(self, account_id: AccountId, name: str, object_id: str) -> None:
        """Record an object that we made after the list was read."""
        self._reads.wrote(object_id)
        self._made.setdefault(folded_name(name), {})[object_id] = account_id

    def returned(self, account_id: AccountId, name: str) -> None:
        """Record that the engine gets the object that this process made or took over by its name."""
        self._pending.returned(*self._identity(account_id, folded_name(name)))

    def look_after(self, account_id: AccountId, name: str, object_id: str) -> tuple[str, ...]:
        """The ids of other objects that have the name of one that we have just made; called after its reservation.

        The creates in flight share one look. Where the list cannot be read, that is said, and there are none.
        """
        try:
            listed = self._waves.look(account_id)
        except ApiError as error:
            self._unchecked(object_id, error.reason)
            return ()
        rows = {str(row[self._kind.id_key]): self._mark_of(row) for row in self._rows(listed, name)}
        own = rows.pop(object_id, Mark())
        others = tuple(one for one, mark in rows.items() if mark.same_as(own) is not False)
        if not others and not listed.complete:
            self._unchecked(object_id, f"{self._kind.vendor}'s list of {self._kind.word}s is shorter than it says")
        return others

    def renamed(self, account_id: AccountId, former: str | None, name: str, object_id: str) -> None:
        """Record a new name of an object: the former one is free."""
        self.created(account_id, name, object_id)
        self._renamed.discard((folded_name(name), object_id))
        if former is not None and folded_name(former) != folded_name(name):
            self._renamed.add((folded_name(former), object_id))
        self.forget(account_id, former)

    def deleted(self, account_id: AccountId, name: str | None, object_id: str) -> None:
        """Record that an object is gone: its name is free."""
        self._deleted.add(object_id)
        self.forget(account_id, name)

    def forget(self, account_id: AccountId, name: str | None) -> None:
        """Clear this machine's note of a name: its object is in the state, or gone."""
        if name is not None:
            self._pending.forget(*self._identity(account_id, folded_name(name)))

    def look_again(self, account_id: AccountId, name: str) -> tuple[Row, ...]:
        """The objects that have a name which was free when a create of it was sent.

        Raises:
            Refused: There is none, and the list is incomplete.
        """
        listed = self._reads.listed_now(account_id)
        rows = self._rows(listed, name)
        if not rows and not listed.complete:
            raise Refused(
                f"cannot tell whether there is a {self._kind.word} of this name: {self._kind.vendor}'s list of "
                f"{self._kind.word}s is shorter than it says; run the same command again (nothing was changed)"
            )
        return rows

    def _settle(self) -> None:
        """Wait once for the list to settle, where an earlier run could not have left a note."""
        if self._must_settle:
            self._calls.check_access()  # a wait for a vendor that refuses the key is in vain
        with self._settling:
            if self._must_settle:
                word, vendor = self._kind.word, self._kind.vendor
                self._say(
                    f"this machine has no note of a create of a {word}, and one may have been cut off; waiting "
                    f"{SETTLED:.0f} s until {vendor}'s list shows every {word} that it made"
                )
                self._clock.sleep(SETTLED)
                self._settled_at = self._clock.monotonic()
                self._must_settle = False

    def _sending(self, attempt: Attempt, account_id: AccountId, name: str, declared: Values) -> None:
        """Check that the name is still free, and note the create; called when its request may leave."""
        attempt.sent = None
        others = self._others_in(self._listed(account_id, FRESH), account_id, folded_name(name))
        if others:
            raise Refused(
                f'cannot create {self._kind.word} "{name}": another run has made one of this name meanwhile '
                f'({", ".join(others)}); to manage that one, add adopt="{others[0]}"; else give another '
                f"{self._kind.name.name}"
            )
        attempt.sending(self._pending.note_of(declared))

    def _others(self, account_id: AccountId, folded: str, own_id: str | None) -> tuple[str, ...]:
        """The ids of the other objects that have a name. An older list is enough for a name that it shows as free."""
        if folded in self._doubted:
            listed = self._complete(self._reads.listed_now(account_id))
        else:
            listed = self._listed(account_id, MAX_AGE if own_id is None else FRESH)
        return self._others_in(listed, account_id, folded, own_id) and self._others_in(
            self._listed(account_id, FRESH), account_id, folded, own_id
        )

    def _others_in(
        self, listed: Listed, account_id: AccountId, folded: str, own_id: str | None = None
    ) -> tuple[str, ...]:
        """The ids of the other objects that have a name in a list, or have got it from us since."""
        made = [one for one, its in self._made.get(folded, {}).items() if self._may_be_one(account_id, its)]
        ids = dict.fromkeys((*(str(row[self._kind.id_key]) for row in self._rows(listed, folded)), *made))
        return tuple(one for one in ids if one != own_id and not self._has_lost(folded, one))

    def _rows(self, listed: Listed, name: str) -> tuple[Row, ...]:
        """The rows of a name, without objects that are gone or have another name by now."""
        folded = folded_name(name)
        rows = ((str(row[self._kind.id_key]), row) for row in listed.names.get(folded, ()))
        return tuple(row for one, row in rows if not self._has_lost(folded, one))

    def _has_lost(self, folded: str, object_id: str) -> bool:
        """Whether a name that a list may still show is not the object's any more: it is gone, or has another one."""
        return object_id in self._deleted or (folded, object_id) in self._renamed

    def _listed(self, account_id: AccountId, max_age: float) -> Listed:
        """A complete list that is at most ``max_age`` seconds old, and no older than the time for which we waited."""
        since = math.inf if self._settled_at is None else self._clock.monotonic() - self._settled_at
        return self._complete(self._reads.listed(account_id, min(max_age, since)))

    def _request_list(self, account_id: AccountId, before: Callable[[], None]) -> Listed:
        deadline = self._clock.monotonic() + DEADLINE_SHARE * self._place.timeout_seconds
        return self._reads.request_list(account_id, deadline, before)

    def _may_be_one(self, account_id: AccountId, other: AccountId) -> bool:
        """Whether two accounts may be the same. The default one is what its list shows."""
        return account_id == other or self._marked(account_id).same_as(self._marked(other)) is not False

    def _marked(self, account_id: AccountId) -> Mark:
        return _mark(account_id) if account_id is not None else Mark(identities=self._reads.shown_of_default())

    def _identity(self, account_id: AccountId, folded: str) -> tuple[str | None, ...]:
        """The key of a note: the vendor's place, the account, the name. A rotated key changes it only without an id."""
        return self._place.base_url, self._place.emulator_store, account_id or self._place.key_mark, folded

    def _unchecked(self, object_id: str, reason: str) -> None:
        self._say(
            f"{self._kind.word} {object_id} was made, and nothing shows whether another {self._kind.noun} has got its "
            f"name meanwhile: {reason}"
        )

    def _complete(self, listed: Listed) -> Listed:
        """The list; an error where it may lack an object."""
        if not listed.complete:
            raise Refused(
                f"cannot tell which names are free: {self._kind.vendor}'s list of {self._kind.word}s is shorter than "
                f"it says; run the same command again (nothing was changed)"
            )
        return listed

    def _mark_of(self, row: Row) -> Mark:
        account_id = self._kind.account_id
        return _mark(row.get(str(account_id.wire)) if account_id else None)


def _mark(account_id: object) -> Mark:
    return Mark(identities=frozenset({account_id} if isinstance(account_id, str) else ()))
