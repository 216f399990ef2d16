"""Which objects the resources of this run hold, as far as the process has been told.

The engine tells a provider neither resource names nor what else the program declares. What it does tell is enough for
two dangers: a create that would take an object another resource holds, and the delete of a renamed resource that would
undo what its successor has just taken over.
"""

from __future__ import annotations

import threading


class Ownership:
    """Ids held by resources that exist, and ids made or taken over in this run."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: set[str] = set()
        self._made: set[str] = set()

    def holds(self, object_id: str) -> None:
        """A resource of the state has this object."""
        with self._lock:
            self._held.add(object_id)

    def released(self, object_id: str) -> None:
        """The resource that had this object is deleted."""
        with self._lock:
            self._held.discard(object_id)

    def take(self, object_id: str) -> bool:
        """Take the object for a resource being created; False when another resource has it."""
        with self._lock:
            if object_id in self._held or object_id in self._made:
                return False
            self._made.add(object_id)
            return True

    def taken_over(self, object_id: str) -> bool:
        """Whether a resource created in this run has the object now."""
        with self._lock:
            return object_id in self._made
