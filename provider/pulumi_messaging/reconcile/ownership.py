"""Ownership: claims of the resources of a run on the vendor's objects.

The engine shows a provider neither resource names nor the rest of the program. Its calls still reveal two dangers: a
resource takes an object of another one, or restores an object that another one has taken meanwhile.

The steps of each operation, in order:

1. Diff: ``hold`` records the objects that a resource of the state keeps, and those that it hands over, with what it
   remembers of them.
2. Create, or an update that adds objects: ``claiming``, and inside it
   a. a group claims its declared names, after a wait for restores of them: so it reads them once;
   b. ``begin_reads``, and read the objects;
   c. ``claim`` them by all their names, which fails when another resource has one;
   d. read those again that were ``restored`` meanwhile;
   e. find out what was there before, with the help of what other resources remember: ``pasts``.
3. Write. A failure before this step gives up the claims; a failure in it does not.
4. Delete, or an update that drops objects: ``restoring`` releases them, leaves out those that another resource has, and
   keeps off claims until the former values have been written.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

from pulumi_messaging.core.fields import Values


@dataclass(frozen=True, slots=True, repr=False)
class Past:
    """What a resource remembers of an object: the values that it wrote, and those that stood there before."""

    ours: tuple[Values, ...]  # state name → value; several where a failed write may have left either
    former: Values  # state name → value; a missing one is not known
    sealed: bool = False  # ``ours`` holds digests, from a note
    for_new: bool = True  # for resources that begin to hold the object
    for_owner: bool = True  # for a resource that has it already
    to_come: bool = False  # the resource hands its memory on later in this run


class _Claim(NamedTuple):
    owner: str
    new: bool  # made in this run; else it comes from the state


class Ownership:
    """Claims on objects, for any thread. An object may have several names; an owner is a key of one resource."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._claims: dict[str, _Claim] = {}  # by object name
        self._pasts: dict[str, tuple[Past, ...]] = {}  # by object name
        self._recorded: dict[str, Values] = {}  # by object name: the former values in the state of its owner
        self._let_go: set[str] = set()  # objects that a resource is letting go
        self._restoring: set[str] = set()  # those of them on which claims wait
        self._restored: list[str] = []  # in the order of time
        self._elsewhere: set[str] = set()
        self._renamed: set[str] = set()

    def elsewhere(self, names: Iterable[str]) -> None:
        """Record objects that the program declares in some other resource, before the engine has come to that one."""
        self._elsewhere.update(names)

    def declared_elsewhere(self, *names: str) -> bool:
        """Whether another resource of the program declares an object by one of its names."""
        return not self._elsewhere.isdisjoint(names)

    @contextmanager
    def remembering(self) -> Iterator[None]:
        """Keep other threads from changing what is remembered until the block ends."""
        with self._changed:  # reentrant
            yield

    def rename(self, name: str) -> None:
        """Record that this run gives an object another name at the vendor."""
        self._renamed.add(name)

    def renamed(self, name: str) -> bool:
        """Whether this run gives an object another name at the vendor, as far as its diff has come."""
        return name in self._renamed

    def hold(
        self, owner: str, keeps: Mapping[str, Values], hands_over: Mapping[str, Past] | None = None
    ) -> frozenset[str]:
        """Record the objects that a resource of the state keeps, and return the names that another resource has.

        ``keeps`` maps them to the former values in the state, ``hands_over`` the objects that the resource lets go to
        what it remembers of them.
        """
        with self._changed:
            for name, past in (hands_over or {}).items():
                self.remember((name,), past)
            self.release(owner, hands_over or ())
            claim = _Claim(owner, new=False)
            others = frozenset(name for name in keeps if self._claims.setdefault(name, claim).owner != owner)
            self._recorded.update((name, former) for name, former in keeps.items() if self._claims[name] == claim)
            return others

    def remember(self, names: Iterable[str], past: Past) -> None:
        """Record what a resource remembers of an object that it has let go, or may let go."""
        with self._changed:
            for name in names:
                others = self._pasts.get(name, ())
                if past not in others:
                    self._pasts[name] = (past, *others)

    def pasts(self, *names: str) -> tuple[Past, ...]:
        """What the resources that had an object remember of it, the latest first."""
        with self._changed:
            found: list[Past] = []
            for name in names:
                found += [past for past in self._pasts.get(name, ()) if past not in found]
            return tuple(found)

    def record(self, names: Iterable[str], former: Values) -> None:
        """Record the former values that the state of an object's owner gets."""
        with self._changed:
            self._recorded.update(dict.fromkeys(names, former))

    def recorded(self, *names: str) -> Values | None:
        """The former values in the state of the object's owner; None where it has none yet."""
        with self._changed:
            return next((self._recorded[name] for name in names if name in self._recorded), None)

    def release(self, owner: str, names: Iterable[str], former: Values | None = None) -> None:
        """Remove claims that a resource of the state has, and none that were made in this run.

        The state may have an old and a new resource of the same key: they are told apart by their former values.
        """
        with self._changed:  # reentrant
            for name in names:
                same = former is None or self._recorded.get(name) == former
                if same and self._claims.get(name) == _Claim(owner, new=False):
                    del self._claims[name]
                    self._recorded.pop(name, None)

    def claim(self, owner: str, *names: str) -> bool:
        """Claim an object for a resource that begins to hold it; False when a resource has it already."""
        with self._changed:
            self._changed.wait_for(lambda: self._restoring.isdisjoint(names))
            free = self._claims.keys().isdisjoint(names)
            if free:
                self._claims.update(dict.fromkeys(names, _Claim(owner, new=True)))
            return free

    def claimed(self, *names: str) -> bool:
        """Whether a resource has claimed an object in this run."""
        with self._changed:
            return any(name in self._claims and self._claims[name].new for name in names)

    @contextmanager
    def claiming(self, owner: str) -> Iterator[Claiming]:
        """Make claims for a resource, and give them up if the block fails."""
        claiming = Claiming(self, owner, self._restored)
        try:
            yield claiming
        except BaseException:
            with self._changed:
                for name in claiming.names:
                    del self._claims[name]
            raise

    @contextmanager
    def alone(self, names: Collection[str]) -> Iterator[None]:
        """Let objects go: wait while another resource does so, and keep the next one off until the block ends."""
        with self._changed:
            self._changed.wait_for(lambda: self._let_go.isdisjoint(names))
            self._let_go.update(names)
        try:
            yield
        finally:
            with self._changed:
                self._let_go.difference_update(names)
                self._changed.notify_all()

    @contextmanager
    def restoring(self, owner: str, names: Collection[str], former: Values | None = None) -> Iterator[frozenset[str]]:
        """Release objects; until the block ends, claims on them wait. Yields the names that no other resource has.

        Two resources of the state may have one object, after a run that stopped halfway: the one comes after the other.
        """
        with self.alone(names):
            with self._changed:
                self.release(owner, names, former)
                free = frozenset(name for name in names if name not in self._claims)
                self._restoring |= free
            try:
                yield free
            finally:
                with self._changed:
                    self._restoring -= free
                    self._restored.extend(free)


@dataclass(slots=True)
class Claiming:
    """Claims of one resource in one operation."""

    _ownership: Ownership
    _owner: str
    _log: list[str]  # names of restored objects, in the order of time
    _begin: int = 0  # of the reads, in the log
    names: set[str] = field(default_factory=set)

    def claim(self, *names: str) -> bool:
        """Claim an object by further names; False when another resource has it."""
        new = [name for name in names if name not in self.names]
        claimed = self._ownership.claim(self._owner, *new)
        if claimed:
            self.names.update(new)
        return claimed

    def begin_reads(self) -> None:
        """Mark the beginning of the reads, from which ``restored`` counts."""
        self._begin = len(self._log)

    def restored(self, *names: str) -> bool:
        """Whether an object was restored after the reads began."""
        return not set(names).isdisjoint(self._log[self._begin :])
