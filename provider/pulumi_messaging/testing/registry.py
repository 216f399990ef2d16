"""Who is who in a run: what the program has declared, under which URN, and what the state had under it or an alias."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_messaging.testing.errors import EngineError
from pulumi_messaging.testing.state import STACK_TYPE, Resource, now

if TYPE_CHECKING:
    from pulumi_messaging.testing.monitor import Goal


class Registry:
    """The declarations of one run. Its methods are called under the lock of the run."""

    def __init__(self, project: str, stack: str) -> None:
        self.project = project
        self.stack = stack
        self.olds: dict[str, Resource] = {}  # the state before the run
        self.news: dict[str, Resource] = {}
        self.seen: set[str] = set()
        self.aliased: dict[str, str] = {}  # old URN -> new URN
        self.condemned: dict[str, tuple[str, ...]] = {}  # deleted ahead of a replaced resource -> keys
        self._goals: dict[str, Goal] = {}

    def urn_of(self, kind: str, name: str) -> str:
        """The URN of a resource of this stack."""
        return f"urn:pulumi:{self.stack}::{self.project}::{kind}::{name}"

    def is_declared(self, urn: str) -> bool:
        """Whether the program has declared it, under this URN or as the successor of it."""
        return urn in self.seen or urn in self.aliased

    def claim(self, goal: Goal) -> tuple[Resource, Resource | None, tuple[str, ...] | None]:
        """The new state to be, the old one, and the keys if the resource was deleted ahead of one it depends on."""
        parent = self._goals.get(goal.parent)
        if parent is not None:
            goal.protect = parent.protect if goal.protect is None else goal.protect
            if goal.retain_on_delete is None:
                goal.retain_on_delete = parent.retain_on_delete
        urn = self._urn(goal)
        if urn in self.seen:
            raise EngineError(f"Duplicate resource URN '{urn}'; try giving it a unique name")
        self.seen.add(urn)
        self._goals[urn] = goal
        old = self._find_old(urn, goal)
        new = Resource(
            urn=urn,
            type=goal.type,
            custom=goal.custom,
            inputs=goal.inputs,
            parent=goal.parent,
            protect=bool(goal.protect),
            dependencies=goal.dependencies,
            property_dependencies=goal.property_dependencies,
            additional_secret_outputs=goal.additional_secret_outputs,
            retain_on_delete=bool(goal.retain_on_delete),
            created=old.created if old else now(),
            modified=old.modified if old else now(),
            ignore_changes=goal.ignore_changes,
            replace_on_changes=goal.replace_on_changes,
        )
        self.news[urn] = new
        return new, old, self.condemned.get(urn)

    def _urn(self, goal: Goal) -> str:
        kind = goal.type
        if goal.parent and goal.parent.split("::", 3)[2] != STACK_TYPE:
            kind = f"{goal.parent.split('::', 3)[2]}${goal.type}"
        return self.urn_of(kind, goal.name)

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
        """The URN the resource had when its parent still had its old name or type."""
        former = next((old for old, new in self.aliased.items() if new == goal.parent), None)
        if former is None:
            return []
        head, kind, former_name = former.rsplit("::", 2)
        name, parent_name = goal.name, goal.parent.rsplit("::", 1)[1]
        if name.startswith(parent_name):
            name = former_name + name.removeprefix(parent_name)
        return [f"{head}::{kind}${goal.type}::{name}"]
