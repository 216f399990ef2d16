"""The resources that the program has declared in a run, with their URNs, and the old states under these or aliases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pulumi_messaging_engine.errors import EngineError
from pulumi_messaging_engine.resources import STACK_TYPE, Resource, now, urn_of


@dataclass
class Goal:
    """A resource as the program declares it, without a URN; an option is None where it is not given."""

    name: str
    resource: Resource
    inputs: dict[str, Any]  # as declared; those of the resource become the checked ones
    protect: bool | None
    retain_on_delete: bool | None
    delete_before_replace: bool | None
    aliases: list[str]


class Declarations:
    """The declarations of one run. Callers hold the lock of the run."""

    def __init__(self, project: str, stack: str, olds: dict[str, Resource]) -> None:
        self._project = project
        self._stack = stack
        self.olds = olds  # the state before the run
        self.news: dict[str, Resource] = {}
        self.seen: set[str] = set()
        self.aliased: dict[str, str] = {}  # old URN -> new URN
        self.deleted_first: dict[str, tuple[str, ...]] = {}  # deleted before a replacement -> keys that forced it
        self.skipped: set[str] = set()  # new resources that are no targets
        self._goals: dict[str, Goal] = {}

    def is_declared(self, urn: str) -> bool:
        """Whether the program has declared the resource, under this URN or with it as an alias."""
        return urn in self.seen or urn in self.aliased

    def add(self, goal: Goal) -> tuple[Resource, Resource | None, tuple[str, ...] | None]:
        """Add a declaration; gives its state, the old one if any, and its entry of `deleted_first` if any."""
        new = goal.resource
        parent = self._goals.get(new.parent)
        if parent is not None:
            goal.protect = parent.protect if goal.protect is None else goal.protect
            if goal.retain_on_delete is None:
                goal.retain_on_delete = parent.retain_on_delete
        urn = new.urn = self._urn(goal)
        if urn in self.seen:
            raise EngineError(f"Duplicate resource URN '{urn}'; try giving it a unique name")
        self.seen.add(urn)
        self._goals[urn] = goal
        old = self._find_old(urn, goal)
        new.protect, new.retain_on_delete = bool(goal.protect), bool(goal.retain_on_delete)
        new.created, new.modified = (old.created, old.modified) if old else (now(), now())
        self.news[urn] = new
        return new, old, self.deleted_first.get(urn)

    def _urn(self, goal: Goal) -> str:
        kind, parent = goal.resource.type, goal.resource.parent
        if parent and (of_parent := parent.split("::", 3)[2]) != STACK_TYPE:
            kind = f"{of_parent}${kind}"
        return urn_of(self._stack, self._project, kind, goal.name)

    def _find_old(self, urn: str, goal: Goal) -> Resource | None:
        if urn in self.aliased:
            raise EngineError(
                f"Duplicate resource URN '{urn}' conflicting with alias on resource with URN '{self.aliased[urn]}'"
            )
        if urn in self.olds:
            return self.olds[urn]
        for alias in [*goal.aliases, *self._inherited_aliases(goal)]:
            if alias in self.olds:
                if alias in self.seen or alias in self.aliased:
                    raise EngineError(f"Duplicate resource alias '{alias}' applied to resource with URN '{urn}'")
                self.aliased[alias] = urn
                return self.olds[alias]
        return None

    def _inherited_aliases(self, goal: Goal) -> list[str]:
        """List the URN that the resource had while its parent had its old name or type."""
        parent = goal.resource.parent
        former = next((old for old, new in self.aliased.items() if new == parent), None)
        if former is None:
            return []
        head, kind, former_name = former.rsplit("::", 2)
        name, parent_name = goal.name, parent.rsplit("::", 1)[1]
        if name.startswith(parent_name):
            name = former_name + name.removeprefix(parent_name)
        return [f"{head}::{kind}${goal.resource.type}::{name}"]
