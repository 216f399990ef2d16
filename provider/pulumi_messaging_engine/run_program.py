"""A refresh and a destroy for which the program runs: its configuration counts, and its options of resources."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pulumi_messaging_engine.declarations import Goal
from pulumi_messaging_engine.events import Step
from pulumi_messaging_engine.resources import Resource
from pulumi_messaging_engine.steps import record
from pulumi_messaging_engine.update import Update


class _UnchangedValues(Update):
    def _keep_values(self, new: Resource, old: Resource) -> Resource:
        """Record the program's options of a resource, with the values in the state."""
        new.id, new.inputs, new.outputs, new.init_errors = old.id, old.inputs, old.outputs, old.init_errors
        new.taint, new.created, new.modified = old.taint, old.created, old.modified
        record(self.state, replace(new), old)
        return new


class ProgramRefresh(_UnchangedValues):
    """Reads each resource when the program declares it, then those that it does not declare."""

    def _custom(self, goal: Goal, new: Resource, old: Resource | None, doomed: tuple[str, ...] | None) -> Resource:  # noqa: ARG002
        if old is None or not self._is_target(new):
            return self._unchanged(new, old)
        self.refresh(old)
        read = self.state.resources.get(old.key)
        return self._keep_values(new, read) if read else self._unchanged(new, None)

    def after_program(self) -> None:
        """Read the resources that the program did not declare."""
        self.read_all(known=self.declarations.seen | self.declarations.aliased.keys())
        self.forget_lost_references()


class ProgramDestroy(_UnchangedValues):
    """Deletes the resources as a destroy without the program does, protected ones by the program's word."""

    def _custom(self, goal: Goal, new: Resource, old: Resource | None, doomed: tuple[str, ...] | None) -> Resource:  # noqa: ARG002
        if old is None or not self._is_target(new):
            return self._unchanged(new, old)
        return self._keep(new, old)

    def _component(self, new: Resource, old: Resource | None) -> Resource:
        return self._keep(new, old) if old else self._unchanged(new, None)

    def _keep(self, new: Resource, old: Resource) -> Resource:
        self.finish(Step("begin", "same", old, new), 0.0)
        return self._keep_values(new, old)

    def register_outputs(self, urn: str, outputs: dict[str, Any]) -> None:
        """Record nothing."""

    def finish_outputs(self) -> None:
        """Record nothing."""

    def after_program(self) -> None:
        """Delete what the state has."""
        self.destroy()
