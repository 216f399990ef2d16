"""Which objects the resources of this run hold, as far as the process has been told.

The engine tells a provider neither resource names nor what else the program declares. What it does tell is enough for
two dangers: a create that would take an object another resource holds, and the delete of a renamed resource that would
undo what its successor has just taken over.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from pulumi_messaging.core.fields import Values


class Ownership:
    """Ids held by resources that exist, and ids made or taken over in this run; an object may go by several ids."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._held: set[str] = set()
        self._made: set[str] = set()
        self._undone: set[str] = set()
        self._leaving: dict[str, Values] = {}

    def holds(self, *object_ids: str) -> None:
        """Resources of the state have these objects."""
        with self._changed:
            self._held.update(object_ids)

    def released(self, *object_ids: str) -> None:
        """The resource that had these objects is deleted."""
        with self._changed:
            self._held.difference_update(object_ids)

    def take(self, *object_ids: str) -> bool:
        """Take an object for a resource that begins to hold it; False when another resource has it."""
        with self._changed:
            self._changed.wait_for(lambda: self._undone.isdisjoint(object_ids))
            if not (self._held.isdisjoint(object_ids) and self._made.isdisjoint(object_ids)):
                return False
            self._made.update(object_ids)
            return True

    def give_back(self, object_ids: Iterable[str]) -> None:
        """What was taken is not held after all."""
        with self._changed:
            self._made.difference_update(object_ids)

    def taken_over(self, *object_ids: str) -> bool:
        """Whether a resource that began to hold it in this run has the object now."""
        with self._changed:
            return not self._made.isdisjoint(object_ids)

    def leaves(self, former: Mapping[str, Values]) -> None:
        """A resource will let go of these objects; with each, what it remembers of the time before it had it."""
        with self._changed:
            self._leaving.update(former)

    def inherited(self, object_id: str) -> Values:
        """What the resource that lets go of an object remembers; nothing where none does."""
        with self._changed:
            return self._leaving.get(object_id, {})

    @contextmanager
    def undoing(self, object_ids: Iterable[str]) -> Iterator[frozenset[str]]:
        """While these objects are put back nobody takes them; those that were taken over before are left out."""
        with self._changed:
            free = frozenset(object_ids) - self._made
            self._held -= free
            self._undone |= free
        try:
            yield free
        finally:
            with self._changed:
                self._undone -= free
                self._changed.notify_all()
