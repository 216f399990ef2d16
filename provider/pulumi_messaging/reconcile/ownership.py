"""Which objects the resources of this run hold, as far as the process has been told.

The engine tells a provider neither resource names nor what else the program declares. What it does tell is enough for
two dangers: a resource that would take an object another one holds, and one that lets go of an object and would undo
what another one has made of it.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager

from pulumi_messaging.core.fields import Values


class Ownership:
    """Ids held by resources that exist, and ids made or taken over in this run; an object may go by several ids.

    An owner is whatever tells one resource of the state from the others.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._held: dict[str, str] = {}  # object id → owner
        self._kept: dict[str, frozenset[str]] = {}  # owner → object ids
        self._made: dict[str, str] = {}  # object id → owner
        self._undone: set[str] = set()
        self._put_back: dict[str, int] = {}  # object id → the moment
        self._moment = 0
        self._leaving: dict[str, Values] = {}

    def holds(self, owner: str, object_ids: Iterable[str]) -> frozenset[str]:
        """A resource of the state keeps these objects, and none besides; the answer is those that another one has."""
        with self._changed:
            self._forget(owner, self._kept.get(owner, ()))
            ids = frozenset(object_ids)
            others = frozenset(name for name in ids if name in self._held or self._made.get(name, owner) != owner)
            self._kept[owner] = ids - others
            self._held.update(dict.fromkeys(ids - others, owner))
            return others

    def released(self, owner: str) -> None:
        """The resource is deleted."""
        with self._changed:
            self._forget(owner, self._kept.pop(owner, ()))

    def take(self, *object_ids: str, owner: str = "") -> bool:
        """Take an object for a resource that begins to hold it; False when another resource has it."""
        with self._changed:
            self._changed.wait_for(lambda: self._undone.isdisjoint(object_ids))
            if not (self._held.keys().isdisjoint(object_ids) and self._made.keys().isdisjoint(object_ids)):
                return False
            self._made.update(dict.fromkeys(object_ids, owner))
            return True

    def give_back(self, object_ids: Iterable[str]) -> None:
        """What was taken is not held after all."""
        with self._changed:
            for name in object_ids:
                self._made.pop(name, None)

    def taken_over(self, *object_ids: str) -> bool:
        """Whether a resource that began to hold it in this run has the object now."""
        with self._changed:
            return not self._made.keys().isdisjoint(object_ids)

    def leaves(self, former: Mapping[str, Values]) -> None:
        """A resource will let go of these objects; with each, what it remembers of the time before it had it."""
        with self._changed:
            self._leaving.update(former)

    def inherited(self, object_id: str) -> Values:
        """What the resource that lets go of an object remembers; nothing where none does."""
        with self._changed:
            return self._leaving.get(object_id, {})

    @contextmanager
    def undoing(self, owner: str, object_ids: Collection[str]) -> Iterator[frozenset[str]]:
        """While these objects are put back nobody takes them; those that other resources have are left out."""
        with self._changed:
            self._forget(owner, object_ids)
            free = frozenset(name for name in object_ids if name not in self._made and name not in self._held)
            self._undone |= free
        try:
            yield free
        finally:
            with self._changed:
                self._undone -= free
                self._moment += 1
                self._put_back.update(dict.fromkeys(free, self._moment))
                self._changed.notify_all()

    @property
    def moment(self) -> int:
        """A point in time, for ``put_back``."""
        with self._changed:
            return self._moment

    def put_back(self, since: int, *object_ids: str) -> bool:
        """Whether an object was put back after a moment: what was read of it before is not true any more."""
        with self._changed:
            return any(self._put_back.get(name, 0) > since for name in object_ids)

    def _forget(self, owner: str, object_ids: Iterable[str]) -> None:
        for name in object_ids:
            if self._held.get(name) == owner:
                del self._held[name]
