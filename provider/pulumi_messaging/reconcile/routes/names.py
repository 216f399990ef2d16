"""The names of an account's message routes."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from pulumi_messaging.core.fields import Values
from pulumi_messaging.errors import ApiError, Refused
from pulumi_messaging.reconcile.single_flight import SingleFlightCache

if TYPE_CHECKING:
    from pulumi_messaging.reconcile.routes.idempotent_create import PendingCreates
    from pulumi_messaging.reconcile.routes.reads import Account, RouteReads


class NoteOfCreate(Protocol):
    """This machine's note of a create that was cut off."""

    def matches(self, row: Mapping[str, Any]) -> bool:
        """Whether a route still has the values that were sent, as far as an answer shows them."""


@dataclass(frozen=True, slots=True)
class Reservation:
    """A reserved name.

    Attributes:
        others: Ids of the other routes that have the name.
        noted: This machine's note of a create of the name that was cut off.
    """

    others: tuple[str, ...]
    noted: NoteOfCreate | None = None

    def sending(self, declared: Values) -> None:
        """Note the values that a create is about to send. Called when the request may leave.

        Raises:
            Refused: Another route has the name by now.
        """


class RouteNames:
    """Route names by account: listed once a process, then kept up to date with our own writes.

    Args:
        reads: Reads of routes.
        pending: The notes of creates on this machine.
        credentials: The account and the host, as parts of a note's key.
    """

    def __init__(self, reads: RouteReads, pending: PendingCreates, credentials: tuple[str | None, ...]) -> None:
        self._reads = reads
        self._pending = pending
        self._credentials = credentials
        self._locks: dict[tuple[Account, str], threading.Lock] = {}
        self._added: dict[tuple[Account, str], tuple[str, ...]] = {}  # after the first list was read
        self._deleted: set[str] = set()
        self._renamed: set[tuple[Account, str | None, str]] = set()  # listed under a name that we have changed
        self._doubted: set[tuple[Account, str]] = set()
        self._listed: SingleFlightCache[Account, dict[str, tuple[str, ...]]] = SingleFlightCache(self._list)

    @contextmanager
    def reserved(self, account: Account, name: str, own_id: str | None = None) -> Iterator[Reservation]:
        """Reserve a name for a create or a rename.

        A lock keeps parallel resources of one program from making two routes of one name. A note on this machine lets
        the next run find a route whose create was cut off. If the block fails with an ApiError, its write may have been
        applied, so the next reservation of the name reads the list again.
        """
        key = account, name
        with self._locks.setdefault(key, threading.Lock()):  # setdefault is atomic
            others = self._others(account, name, own_id)
            try:
                if others:
                    yield Reservation(others)
                    return
                with self._pending.noted(*self._credentials, account, name) as uncertain:
                    appeared = self.look_again(account, name) if uncertain else ()
                    ids = (str(route["MessageRouteId"]) for route in appeared)
                    yield Reservation(tuple(one for one in ids if one != own_id))
            except ApiError:
                self._doubted.add(key)
                raise

    def created(self, account: Account, name: str, route_id: str) -> None:
        """Record a route that we made after the list was read."""
        self._reads.wrote(route_id)
        self._add(account, name, route_id)

    def look_after(self, account: Account, name: str, route_id: str) -> tuple[str, ...]:  # noqa: ARG002
        """The ids of other routes that have the name of a route that we have just made; called after its reservation.

        The creates in flight share one look. Where the list cannot be read, that is said, and there are none.
        """
        return ()

    def renamed(self, account: Account, former: str | None, name: str, route_id: str) -> None:
        """Record a new name of a route: the former one is free."""
        self.created(account, name, route_id)
        self._renamed.discard((account, name, route_id))
        self._renamed.add((account, former, route_id))
        self._pending.forget(*self._credentials, account, former)

    def deleted(self, account: Account, name: str | None, route_id: str) -> None:
        """Record that a route is gone: its name is free."""
        self._deleted.add(route_id)
        self._pending.forget(*self._credentials, account, name)

    def look_again(self, account: Account, name: str) -> tuple[dict[str, Any], ...]:
        """The routes that have the name now and did not have it when the list was first read.

        Raises:
            Refused: There is none, and the list is incomplete.
        """
        before = set(self._listed.get(account).get(name, ()))
        listed = self._reads.listed_now(account)
        new = [r for r in listed.routes if r.get("RouteName") == name and r.get("MessageRouteId") not in before]
        if not new and not listed.complete:
            raise Refused(
                f'cannot tell whether there is a message route "{name}": Telegent\'s list of message routes is shorter '
                f"than it says; run the same command again (nothing was changed)"
            )
        self._add(account, name, *(str(route["MessageRouteId"]) for route in new))
        return tuple(new)

    def _others(self, account: Account, name: str, own_id: str | None) -> tuple[str, ...]:
        """The ids of the other routes that have a name."""
        listed = self._listed.get(account).get(name, ())
        if (account, name) in self._doubted:
            self.look_again(account, name)
        ids = dict.fromkeys((*listed, *self._added.get((account, name), ())))
        freed = {own_id, *self._deleted}
        return tuple(one for one in ids if one not in freed and (account, name, one) not in self._renamed)

    def _add(self, account: Account, name: str, *ids: str) -> None:
        self._added[account, name] = tuple(dict.fromkeys((*self._added.get((account, name), ()), *ids)))

    def _list(self, account: Account) -> dict[str, tuple[str, ...]]:
        listed = self._reads.listed(account)
        if not listed.complete:
            raise Refused(
                "cannot tell which route names are free: Telegent's list of message routes is shorter than it says; "
                "run the same command again (nothing was changed)"
            )
        return listed.names
