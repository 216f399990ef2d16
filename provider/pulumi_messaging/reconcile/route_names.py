"""Which names the routes of an account have."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pulumi_messaging.errors import ApiError, Refused
from pulumi_messaging.reconcile.shared import Shared

if TYPE_CHECKING:
    from pulumi_messaging.reconcile.route_reads import RouteReads


class RouteNames:
    """The route names of each account: listed once a process, kept up to date with our own writes.

    A name is claimed while a route is made or renamed, so that two resources of one program never make two routes of
    one name, whatever the engine runs in parallel.
    """

    def __init__(self, reads: RouteReads) -> None:
        self._reads = reads
        self._lock = threading.Lock()
        self._claims: dict[tuple[str | None, str], threading.Lock] = {}
        # Those that the first list was read too early for: made by us, or found later.
        self._made: dict[tuple[str | None, str], tuple[str, ...]] = {}
        self._gone: set[str] = set()
        # Those that the first list still has under a name that we have changed since.
        self._left: set[tuple[str | None, str | None, str]] = set()
        self._doubted: set[tuple[str | None, str]] = set()
        self._listed: Shared[str | None, dict[str, tuple[str, ...]]] = Shared(self._list)

    @contextmanager
    def claimed(self, account: str | None, name: str) -> Iterator[tuple[str, ...]]:
        """The ids of the routes that have the name, while nobody else of this process may take it.

        What failed under the claim may have been done all the same, whatever the vendor said: the next one looks again.
        """
        key = account, name
        with self._lock:
            claim = self._claims.setdefault(key, threading.Lock())
        with claim:
            listed = self._listed.get(account).get(name, ())
            if key in self._doubted:
                self.look_again(account, name)
            ids = dict.fromkeys((*listed, *self._made.get(key, ())))
            try:
                yield tuple(one for one in ids if one not in self._gone and (account, name, one) not in self._left)
            except ApiError:
                self._doubted.add(key)
                raise

    def add(self, account: str | None, name: str, route_id: str) -> None:
        """Remember a route of ours that the list was read too early for."""
        self._reads.wrote(route_id)
        self._remember(account, name, route_id)

    def renamed(self, account: str | None, former: str | None, name: str, route_id: str) -> None:
        """Remember a new name of a route: the former one is free."""
        self.add(account, name, route_id)
        self._left.discard((account, name, route_id))
        self._left.add((account, former, route_id))

    def remove(self, route_id: str) -> None:
        """Forget a route that we deleted: its name is free."""
        self._gone.add(route_id)

    def look_again(self, account: str | None, name: str) -> tuple[dict[str, Any], ...]:
        """The routes that have the name now and had it not when the list was first read.

        Raises:
            Refused: There is none, and the list is not complete.
        """
        before = set(self._listed.get(account).get(name, ()))
        listed = self._reads.listed_now(account)
        new = [r for r in listed.routes if r.get("RouteName") == name and r.get("MessageRouteId") not in before]
        if not new and not listed.complete:
            raise Refused(
                f'cannot tell whether there is a message route "{name}": Telegent\'s list of message routes is shorter '
                f"than it says; run the same command again (nothing was changed)"
            )
        self._remember(account, name, *(str(route["MessageRouteId"]) for route in new))
        return tuple(new)

    def _remember(self, account: str | None, name: str, *ids: str) -> None:
        self._made[account, name] = tuple(dict.fromkeys((*self._made.get((account, name), ()), *ids)))

    def _list(self, account: str | None) -> dict[str, tuple[str, ...]]:
        listed = self._reads.listed(account)
        if not listed.complete:
            raise Refused(
                "cannot tell which route names are free: Telegent's list of message routes is shorter than it says; "
                "run the same command again (nothing was changed)"
            )
        return listed.names
