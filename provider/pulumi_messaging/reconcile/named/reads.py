"""Reading many named objects with few calls: the account's list, where it shows every field that is compared."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulumi_messaging.core.fields import Echo
from pulumi_messaging.core.spelling import folded_name
from pulumi_messaging.errors import ApiError, Refused
from pulumi_messaging.reconcile.lists import COOLDOWN, DEADLINE_SHARE, MAX_AGE, WriteOrder
from pulumi_messaging.reconcile.single_flight import Coalescer

if TYPE_CHECKING:
    from pulumi_messaging.reconcile.named.calls import AccountId, Calls, Row


@dataclass(frozen=True, slots=True)
class Listed:
    """The objects of an account, as one list showed them. Names and URLs may hold tokens, so no ``repr`` shows them.

    Attributes:
        begun: Moment of the request in the ``WriteOrder``.
        answered: The clock's ``monotonic`` when the answer came.
        complete: False where the vendor counts more objects than it lists.
        account_ids: Ids of accounts that the answer shows.
        ids: Ids of all objects.
        names: Name, folded → rows.
        rows: Id → row, each until its first use.
    """

    begun: int
    answered: float
    complete: bool
    account_ids: frozenset[str]
    ids: frozenset[str]
    names: dict[str, tuple[Row, ...]] = dataclasses.field(repr=False)
    rows: dict[str, Row] = dataclasses.field(repr=False)


class Reads:
    """Reads of the named objects of one set of credentials, for any thread.

    A list's row is used once, for ``MAX_AGE`` seconds at most, and never after a later write of ours to that object. An
    object that the list lacks, or does not show completely, is read singly.

    Args:
        calls: The vendor's calls.
    """

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._kind = calls.kind
        self._now = calls.clock.monotonic
        self._timeout_seconds = calls.place.timeout_seconds
        self._lock = threading.Lock()
        self._reading = threading.Lock()  # reads wait here for the list that may answer them
        self._order = WriteOrder()
        self._failed: dict[AccountId, tuple[float, ApiError]] = {}
        self._in_details: dict[str, bool] = {}  # wire name of a field that lists lack → whether a single read has it
        self._lists: dict[AccountId, Listed] = {}  # the newest of each account
        self._list_locks: dict[AccountId, threading.Lock] = {}
        self._new_lists: Coalescer[AccountId, Listed] = Coalescer(self.request_list)

    def listed(self, account_id: AccountId, max_age: float = MAX_AGE, deadline: float | None = None) -> Listed:
        """The account's objects; the list is at most ``max_age`` seconds old, since its answer."""
        with self._list_locks.setdefault(account_id, threading.Lock()):  # setdefault is atomic
            return self._known(account_id, max_age) or self.request_list(account_id, deadline)

    def listed_now(self, account_id: AccountId) -> Listed:
        """The account's objects; the list is requested after this call, once for all who call before that."""
        return self._new_lists.get(account_id)

    def shown_of_default(self) -> frozenset[str]:
        """The ids of accounts that the newest list of the default account shows."""
        listed = self._lists.get(None)
        return frozenset() if listed is None else listed.account_ids

    def request_list(
        self, account_id: AccountId, deadline: float | None = None, before: Callable[[], object] = lambda: None
    ) -> Listed:
        """Request the account's list; ``before`` is called when the request may leave."""
        begun = 0

        def leave() -> None:
            nonlocal begun
            before()
            begun = self._order.begin()

        answer = self._calls.list(account_id, deadline, leave)
        rows = {str(row[self._kind.id_key]): row for row in answer.rows}
        names: dict[str, tuple[Row, ...]] = {}
        for row in answer.rows:
            if isinstance(name := row.get(str(self._kind.name.wire)), str):
                names[folded_name(name)] = (*names.get(folded_name(name), ()), row)
        listed = Listed(begun, self._now(), answer.complete, answer.account_ids, frozenset(rows), names, rows)
        with self._lock:
            newest = self._lists.get(account_id)
            if newest is None or newest.begun < begun:
                self._lists[account_id] = listed
        return listed

    def one(self, object_id: str, account_id: AccountId, compared: Collection[str]) -> Row:
        """An object, with the fields of these state names as far as the vendor shows them."""
        now = self._now()
        deadline = now + self._timeout_seconds
        row = self._row(object_id, account_id, now + DEADLINE_SHARE * self._timeout_seconds)
        if row is None:
            return self._calls.get(object_id, deadline)
        missing = [field for name in compared if (field := self._kind.compared.get(name)) and field.wire not in row]
        # A missing key means "empty" only in a complete answer; a list may be a summary.
        if all(field.echo is Echo.MAYBE and self._in_details.get(str(field.wire)) is False for field in missing):
            return row
        answer = self._calls.get(object_id, deadline)
        self._in_details.update((str(field.wire), field.wire in answer) for field in missing)
        return answer

    def is_listed(self, object_id: str, account_id: AccountId) -> bool:
        """Whether the account's list has an object for which a single read answers 404.

        A cached list can confirm that the object is gone, if it was requested after our last write to it;
        everything else needs a new list.

        Raises:
            Refused: The list is shorter than its own count.
            ApiError: The list cannot be read, or could not within the last ``COOLDOWN`` seconds.
        """
        if failure := self._failure(account_id):
            raise failure
        known = self._known(account_id)
        if known and known.complete and object_id not in known.ids and self._order.unchanged(known.begun, object_id):
            return False
        listed = self.listed_now(account_id)
        if object_id in listed.ids:
            return True
        if not listed.complete:
            raise Refused(
                f"cannot tell whether {self._kind.word} {object_id} is gone: {self._kind.vendor} does not find it, and"
                f" the account's list is shorter than it says; run the same command again (nothing was changed)"
            )
        return False

    def wrote(self, object_id: str) -> None:
        """Record that a write of an object has ended, also a failed one: older lists prove nothing about it."""
        self._order.wrote(object_id)

    def _row(self, object_id: str, account_id: AccountId, deadline: float) -> Row | None:
        """The list's row of an object; None where it has to be read singly."""
        with self._reading:
            if self._failure(account_id):
                return None
            try:
                listed = self.listed(account_id, deadline=deadline)
            except ApiError as error:  # a single read may still work
                self._failed[account_id] = (self._now() + COOLDOWN, error)
                return None
            row = listed.rows.pop(object_id, None)
            return row if self._order.unchanged(listed.begun, object_id) else None

    def _failure(self, account_id: AccountId) -> ApiError | None:
        until, error = self._failed.get(account_id, (0.0, None))
        return error if self._now() < until else None

    def _known(self, account_id: AccountId, max_age: float = MAX_AGE) -> Listed | None:
        """The newest list, if it is young enough."""
        listed = self._lists.get(account_id)
        return listed if listed is not None and self._now() - listed.answered <= max_age else None
