"""An update: from the program's declarations to steps, as Pulumi's step generator takes them.

A declared resource is checked, then compared with the state, then created, updated, replaced or left alone. Resources
that the program no longer declares are deleted at the end, dependents first. All calls for one resource are made in
the thread that registers it; a lock guards only the bookkeeping.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property, partial
from typing import Any, Final

from pulumi_messaging_engine.declarations import Declarations, Goal
from pulumi_messaging_engine.deployment import Deployment
from pulumi_messaging_engine.errors import StepError
from pulumi_messaging_engine.events import Step
from pulumi_messaging_engine.options import Selection
from pulumi_messaging_engine.plugin import Diff, ProviderError
from pulumi_messaging_engine.resources import PROVIDER_TYPE, Resource, now, urn_of
from pulumi_messaging_engine.steps import pending_write, record
from pulumi_messaging_engine.values import copy, equal, in_go, parse_path, reset_path


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
            if new.custom:
                new.provider = self._default_provider()
                return self._custom(goal, new, old, doomed)
            if not self._is_target(new):
                return self._unchanged(new, old)
            return self._component(new, old)

    def _is_target(self, new: Resource) -> bool:
        return new.urn == self.stack_urn or self.options.includes(new.urn)

    def _unchanged(self, new: Resource, old: Resource | None) -> Resource:
        """Leave a resource as the state has it; one that the state has not is skipped, and its outputs are unknown."""
        if old is None:
            self.declarations.skipped.add(new.urn)
        self.finish(Step("begin", "same", old, old or new), 0.0)
        return new if old is None else old

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
            if not self._is_target(new):
                return
            old, new.outputs = new.outputs, outputs
            if not equal(old, outputs):
                record(self.state, new, self.state.resources.get(urn))

    def finish_outputs(self) -> None:
        """Record the stack's outputs; after a failure, outputs that the program did not reach keep their value."""
        self.forget_lost_references()  # to what a refresh with the program found gone and no create replaced
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
            if doomed is not None:
                self._create_again(goal, new, old, doomed)
            elif not self._is_target(new):
                return self._unchanged(new, old)
            else:
                self._create_or_change(goal, new, self._refreshed(old))
        except ProviderError as error:  # check or diff
            self.fail(str(error), new.urn)
            raise StepError from None
        return new

    def _create_again(self, goal: Goal, new: Resource, old: Resource | None, doomed: tuple[str, ...]) -> None:
        """Create a resource that was deleted before one that it depends on; no target gets the values it had."""
        assert old is not None
        new.inputs = self._check(goal, None) if self._is_target(new) else old.inputs
        self._recreate(new, old, Diff(True, doomed, True))

    def _refreshed(self, old: Resource | None) -> Resource | None:
        """Read a resource that the program declares, where the run refreshes with the program."""
        if old is None or not (self.options.refresh and self.options.run_program):
            return old
        self.refresh(old)
        return self.state.resources.get(old.key)

    def _create_or_change(self, goal: Goal, new: Resource, old: Resource | None) -> None:
        is_replaced = old is not None and (old.taint or old.urn in self.options.replace)
        new.inputs = self._check(goal, None if is_replaced else old)
        if old is None:
            self._create(new, None)
        elif is_replaced or _is_triggered(old, new):
            self._replace(goal, new, old, Diff(True, (), False), is_checked=is_replaced)
        else:
            self._reconcile(goal, new, old)

    def _check(self, goal: Goal, old: Resource | None) -> dict[str, Any]:
        new, news = goal.resource, goal.inputs
        if old is not None and new.ignore_changes:
            news = copy(news)
            for path in new.ignore_changes:
                reset_path(parse_path(path), old.inputs, news)
        inputs, failures = self.plugin.check(new.urn, old.inputs if old else {}, news, unknowns=self.preview)
        for key, reason in failures:
            self.fail(_failure_text(new, news, key, reason), new.urn)
        if failures:
            raise StepError
        self.ensure_open()
        return inputs

    def _reconcile(self, goal: Goal, new: Resource, old: Resource) -> None:
        diff, changed = self.diff(old, new.inputs, new)
        self.ensure_open()
        if not old.pending_replacement and not changed and not old.init_errors:
            new.id, new.outputs = old.id, old.outputs
            new.mark_secret_outputs()
            self.step("same", old, new, lambda: record(self.state, new, old))
        elif old.pending_replacement or diff.replaces:
            self._replace(goal, new, old, diff)
        else:
            self._update(new, old)

    def _create(self, new: Resource, old: Resource | None, diff: Diff | None = None) -> None:
        """Create; `old`, if given, is the replaced resource, which stays until the end of the run."""
        op = "create" if diff is None else "create-replacement"

        def act() -> None:
            waiting = [replace(old, delete=True)] if old is not None and not old.pending_replacement else []
            if self.preview:
                new.outputs = dict(new.inputs)
            else:
                with pending_write(self.state, op, new, old, waiting):
                    new.id, new.outputs = self.plugin.create(new)
            new.mark_secret_outputs()
            new.created = new.modified = now()
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

    def _replace(self, goal: Goal, new: Resource, old: Resource, diff: Diff, *, is_checked: bool = False) -> None:
        if new.protect and old.protect:
            self.report("error", _NO_REPLACE.format(urn=new.urn), new.urn)
            if not self.preview:  # a preview goes on, to show the steps behind it
                self.close()
                raise StepError
        if not is_checked:
            new.inputs = self._check(goal, None)  # gives new defaults and names
        first = diff.delete_before_replace if goal.delete_before_replace is None else goal.delete_before_replace
        if first or old.pending_replacement:
            self._delete_first(old)
            self._recreate(new, old, diff)
        else:
            self._create(new, old, diff)
            self.step("replace", replace(old, delete=True), new, lambda: None, diff)

    def _recreate(self, new: Resource, old: Resource, diff: Diff) -> None:
        gone = replace(old, pending_replacement=True)
        self.step("replace", gone, new, lambda: None, diff)
        self._create(new, gone, diff)

    def _delete_first(self, root: Resource) -> None:
        """Delete `root`, and before it the dependents that its replacement replaces too."""
        affected = self.cascade(root, self.declarations.seen | self.declarations.deleted_first.keys())
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

    def after_program(self) -> None:
        """Delete resources that the program did not declare or that replacements left behind, dependents first."""
        self.refuse_unknown(self.options.targets)
        declared: list[Resource] = []
        rest: list[Resource] = []
        for resource in self.state.resources.values():
            is_declared = not resource.delete and self.declarations.is_declared(resource.urn)
            (declared if is_declared else rest).append(resource)
        # A declared resource needs one of the rest only where it is no target.
        needed = {urn for each in declared for urn in each.needs()}
        stays = {each.key for each in rest if not each.delete and each.urn in needed}
        stays.update(each.key for each in rest if not self.options.includes(each.urn))
        doomed = self._without_deleted([each for each in rest if each.key not in stays])
        self.delete_only(doomed, [each for each in rest if each.key in stays])

    def _without_deleted(self, doomed: list[Resource]) -> list[Resource]:
        """Forget the resources that an interrupted replacement has deleted already."""
        for resource in doomed:
            if resource.pending_replacement:
                self.step("remove-pending-replace", resource, None, partial(self.state.commit, drop=[resource.key]))
        return [resource for resource in doomed if not resource.pending_replacement]

    def refuse_unknown(self, names: Selection) -> None:
        """Raise StepError if neither the state nor the program has a resource of such a name."""
        for name in names.missing([*self.declarations.olds, *self.declarations.news]):
            self.fail(_UNKNOWN.format(name=name))
        if self.closed:
            raise StepError

    def step(
        self, op: str, old: Resource | None, new: Resource | None, act: Callable[[], None], diff: Diff | None = None
    ) -> None:
        """Execute one step, unless the resource needs one that was skipped."""
        if new is not None and (missing := new.needs() & self.declarations.skipped):
            self.fail(_NEEDS_SKIPPED.format(urn=new.urn, other=min(missing)), new.urn)
            raise StepError
        super().step(op, old, new, act, diff)


_NO_REPLACE: Final = (
    'unable to replace resource "{urn}"\nas it is currently marked for protection. To unprotect the resource, '
    "remove the `protect` flag from the resource in your Pulumi program and run the update again"
)
_UNKNOWN: Final = "Target '{name}' could not be found in the stack. Did you forget to escape $ in your shell?"
_NEEDS_SKIPPED: Final = "Resource '{urn}' depends on '{other}' which was not specified in --target list."
_NO_CASCADE: Final = (
    'unable to replace resource "{urn}" as part of replacing "{root}" as it is currently marked for protection. '
    "To unprotect the resource, remove the `protect` flag from it in your Pulumi program and run the update again"
)


def _is_triggered(old: Resource, new: Resource) -> bool:
    triggers = old.replacement_trigger, new.replacement_trigger
    return None not in triggers and not equal(*triggers)


def _failure_text(new: Resource, inputs: dict[str, Any], key: str, reason: str) -> str:
    """Say what a check refused; like the CLI, with the program's value of a property that is named, secret or not."""
    if not key:
        return f"{new.type} resource '{new.name}' has a problem: {reason}"
    shown = in_go(inputs.get(key))
    return f"{new.type} resource '{new.name}': property {key} value {shown} has a problem: {reason}"
