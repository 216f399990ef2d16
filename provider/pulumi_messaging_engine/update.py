"""An update: from the program's declarations to steps, as Pulumi's step generator takes them.

A declared resource is checked, then compared with the state, then created, updated, replaced or left alone. Resources
that the program no longer declares are deleted at the end, dependents first. All calls for one resource are made in
the thread that registers it; a lock guards only the bookkeeping.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from functools import cached_property, partial
from typing import Any, Final

from pulumi_messaging_engine.declarations import Declarations, Goal
from pulumi_messaging_engine.deployment import Deployment
from pulumi_messaging_engine.errors import StepError
from pulumi_messaging_engine.plugin import Diff, ProviderError
from pulumi_messaging_engine.resources import PROVIDER_TYPE, Resource, dependents_of, now, urn_of
from pulumi_messaging_engine.steps import pending_write, record
from pulumi_messaging_engine.values import (
    UNKNOWN,
    contains_secret,
    copy,
    differing_keys,
    equal,
    parse_path,
    plain,
    reset_path,
)


class Update(Deployment):
    """A run in which the program declares the resources of the stack."""

    _provider: str | None = None

    @cached_property
    def declarations(self) -> Declarations:
        """The declarations so far; a refresh has ended before the first one."""
        return Declarations(self.project, self.stack, self.state.live())

    def register(self, goal: Goal) -> Resource:
        """Create, update, replace or leave a declared resource; gives it with its id and outputs."""
        with self.working():
            with self._lock:
                self.ensure_open()
                new, old, doomed = self.declarations.add(goal)
            if not new.custom:
                return self._component(new, old)
            new.provider = self._default_provider()
            return self._custom(goal, new, old, doomed)

    def _component(self, new: Resource, old: Resource | None) -> Resource:
        op = "create" if old is None else "same" if equal(old.inputs, new.inputs) else "update"
        if old is not None and op == "same":
            new.outputs = old.outputs
        self.step(op, old, new, lambda: record(self.state, new, old))
        return new

    def register_outputs(self, urn: str, outputs: dict[str, Any]) -> None:
        """Set the outputs of a component or, at the program's end, of the stack."""
        with self.working():
            if urn == self.stack_urn:
                self.outputs = outputs
                return
            self.ensure_open()
            new = self.declarations.news[urn]
            old, new.outputs = new.outputs, outputs
            if not equal(old, outputs):
                record(self.state, new, self.state.resources.get(urn))

    def finish_outputs(self) -> None:
        """Record the stack's outputs; after a failure, outputs that the program did not reach keep their value."""
        new = self.declarations.news.get(self.stack_urn)
        if new is None:
            return
        old = self.state.resources.get(self.stack_urn)
        if self.errors:
            self.outputs = {**(old.outputs if old else {}), **self.outputs}
        if not self.preview:
            record(self.state, replace(new, outputs=self.outputs), old)

    def _custom(self, goal: Goal, new: Resource, old: Resource | None, doomed: tuple[str, ...] | None) -> Resource:
        try:
            new.inputs = self._check(goal, None if doomed is not None else old)
            if old is None:
                self._create(new, None)
            elif doomed is not None:
                self._recreate(new, old, Diff(True, doomed, True))
            else:
                self._reconcile(goal, new, old)
        except ProviderError as error:  # check or diff
            self.fail(str(error), new.urn)
            raise StepError from None
        return new

    def _check(self, goal: Goal, old: Resource | None) -> dict[str, Any]:
        new, news = goal.resource, goal.inputs
        if old is not None and new.ignore_changes:
            news = copy(news)
            for path in new.ignore_changes:
                reset_path(parse_path(path), old.inputs, news)
        inputs, failures = self.plugin.check(new.urn, old.inputs if old else {}, news)
        for key, reason in failures:
            self.fail(_failure_text(new, inputs, key, reason), new.urn)
        if failures:
            raise StepError
        self.ensure_open()
        return inputs

    def _reconcile(self, goal: Goal, new: Resource, old: Resource) -> None:
        diff, changed = self._diff(old, new.inputs, new)
        self.ensure_open()
        if not old.pending_replacement and not changed and not old.init_errors:
            new.id, new.outputs = old.id, old.outputs
            new.mark_secret_outputs()
            self.step("same", old, new, lambda: record(self.state, new, old))
        elif old.pending_replacement or diff.replaces:
            self._replace(goal, new, old, diff)
        else:
            self._update(new, old)

    def _diff(self, old: Resource, inputs: dict[str, Any], options: Resource) -> tuple[Diff, bool]:
        """Compare, by the inputs where the provider does not; gives the diff and whether there is a difference."""
        diff = self.plugin.diff(old, inputs, options.ignore_changes)
        if diff.changes is not None:
            # A dynamic provider names no changed keys; without them the engine cannot apply replace_on_changes.
            return diff, diff.changes
        keys = differing_keys(plain(old.inputs), plain(inputs))
        forced = {key for key in keys for path in options.replace_on_changes if parse_path(path)[0] in {key, "*"}}
        return replace(diff, replaces=tuple(sorted({*diff.replaces, *forced}))), bool(keys)

    def _create(self, new: Resource, old: Resource | None, diff: Diff | None = None) -> None:
        """Create; `old`, if given, is the replaced resource, which stays until the end of the run."""
        op = "create" if diff is None else "create-replacement"

        def act() -> None:
            if self.preview:
                new.outputs = dict(new.inputs)
            else:
                with pending_write(self.state, op, new, old):
                    new.id, new.outputs = self.plugin.create(new)
            new.mark_secret_outputs()
            new.created = new.modified = now()
            waiting = [replace(old, delete=True)] if old is not None and not old.pending_replacement else []
            record(self.state, new, old, also=waiting)

        self.step(op, old, new, act, diff)

    def _update(self, new: Resource, old: Resource) -> None:
        def act() -> None:
            new.id = old.id
            if self.preview:
                new.outputs = dict(new.inputs)
            else:
                with pending_write(self.state, "update", new, old):
                    new.outputs = self.plugin.update(old, new)
            new.mark_secret_outputs()
            new.modified = now()
            record(self.state, new, old)

        self.step("update", old, new, act)

    def _replace(self, goal: Goal, new: Resource, old: Resource, diff: Diff) -> None:
        if new.protect and old.protect:
            self.report("error", _NO_REPLACE.format(urn=new.urn), new.urn)
            if not self.preview:  # a preview goes on, to show the steps behind it
                self.close()
                raise StepError
        new.inputs = self._check(goal, None)  # gives new defaults and names
        first = diff.delete_before_replace if goal.delete_before_replace is None else goal.delete_before_replace
        if first or old.pending_replacement:
            self._delete_first(old)
            self._recreate(new, old, diff)
        else:
            self._create(new, old, diff)
            self.step("replace", old, new, lambda: None, diff)

    def _recreate(self, new: Resource, old: Resource, diff: Diff) -> None:
        gone = replace(old, pending_replacement=True)
        self.step("replace", old, new, lambda: None, diff)
        self._create(new, gone, diff)

    def _delete_first(self, root: Resource) -> None:
        """Delete `root`, and before it the dependents that its replacement replaces too."""
        affected = self._affected(root)
        with self._lock:  # a dependent registered meanwhile no longer depends on `root`
            affected = [
                (dependent, keys) for dependent, keys in affected if dependent.urn not in self.declarations.seen
            ]
            self.declarations.deleted_first.update({dependent.urn: keys for dependent, keys in affected})
        for dependent, _ in reversed(affected):
            if dependent.protect:
                self.fail(_NO_CASCADE.format(urn=dependent.urn, root=root.urn), root.urn)
                raise StepError
        # Like the CLI, this calls delete again for a dependent that an interrupted replacement has deleted already.
        doomed = [dependent for dependent, _ in reversed(affected)]
        for resource in doomed if root.pending_replacement else [*doomed, root]:
            self.delete(resource, "delete-replaced", leave=replace(resource, pending_replacement=True))

    def _affected(self, root: Resource) -> list[tuple[Resource, tuple[str, ...]]]:
        replaced = {root.urn}
        affected = []
        for dependent in dependents_of(root, self.state.resources.values()):
            known = dependent.urn in self.declarations.seen or dependent.urn in self.declarations.deleted_first
            if known or not dependent.custom:
                continue
            inputs = {
                key: UNKNOWN if replaced.intersection(dependent.property_dependencies.get(key, ())) else value
                for key, value in dependent.inputs.items()
            }
            if UNKNOWN not in inputs.values():
                continue
            diff, _ = self._diff(dependent, inputs, dependent)
            if diff.replaces:
                affected.append((dependent, diff.replaces))
                replaced.add(dependent.urn)
        return affected

    def _default_provider(self) -> str:
        """Reference the one provider of all dynamic resources; its state records the configuration."""
        with self._lock:
            if self._provider is None:
                urn = urn_of(self.stack, self.project, PROVIDER_TYPE, "default")
                self.declarations.seen.add(urn)
                old = self.declarations.olds.get(urn)
                self.plugin.configure(self.config)
                inputs = copy(self.config)
                new = Resource(urn=urn, type=PROVIDER_TYPE, custom=True, id=old.id if old else str(uuid.uuid4()))
                new.created, new.modified = (old.created, now()) if old else (now(), now())
                new.inputs, new.outputs = inputs, copy(inputs)
                record(self.state, new, old)
                self._provider = f"{urn}::{new.id}"
            return self._provider

    def delete_unregistered(self) -> None:
        """Delete resources that the program did not declare or that replacements left behind, dependents first."""
        doomed = []
        for resource in list(self.state.resources.values()):
            if resource.delete:
                doomed.append(resource)
            elif not self.declarations.is_declared(resource.urn):
                if resource.pending_replacement:  # deleted already, and no longer declared
                    self.step("remove-pending-replace", resource, None, partial(self.state.commit, drop=[resource.key]))
                else:
                    doomed.append(resource)
        self.delete_all(doomed)


_NO_REPLACE: Final = (
    'unable to replace resource "{urn}"\nas it is currently marked for protection. To unprotect the resource, '
    "remove the `protect` flag from the resource in your Pulumi program and run the update again"
)
_NO_CASCADE: Final = (
    'unable to replace resource "{urn}" as part of replacing "{root}" as it is currently marked for protection. '
    "To unprotect the resource, remove the `protect` flag from it in your Pulumi program and run the update again"
)


def _failure_text(new: Resource, inputs: dict[str, Any], key: str, reason: str) -> str:
    if not key:
        return f"{new.type} resource '{new.name}' has a problem: {reason}"
    value = inputs.get(key)
    shown = "[secret]" if contains_secret(value) else "{<nil>}" if value is None else f"{{{value}}}"
    return f"{new.type} resource '{new.name}': property {key} value {shown} has a problem: {reason}"
