"""A run over the resources of a stack's state: refresh and deletion. The program takes part only in `Update`."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Container, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, Final

from pulumi_messaging_engine.errors import ClosedError, StepError
from pulumi_messaging_engine.events import Diagnostic, Step
from pulumi_messaging_engine.options import Options
from pulumi_messaging_engine.plugin import PARALLEL_CALLS, Diff, Plugin, ProviderError
from pulumi_messaging_engine.resources import STACK_TYPE, Resource, dependents_of, layers, now, urn_of
from pulumi_messaging_engine.state import State
from pulumi_messaging_engine.steps import StepExecutor, pending, record
from pulumi_messaging_engine.values import UNKNOWN, changed_keys, differing_keys, equal, parse_path, plain

_PROTECTED: Final = (
    'resource "{urn}" cannot be deleted\nbecause it is protected. To unprotect the resource, remove the `protect` flag '
    "from the resource in your Pulumi program and run the update again"
)
_DEPENDENT: Final = (
    "Resource '{urn}' will be destroyed but was not specified in --target list.\nInclude the resource in the list: it "
    "depends on '{target}'"
)


class Deployment(StepExecutor):
    """One run over one stack; in a preview, nothing is changed."""

    def __init__(
        self,
        project: str,
        stack: str,
        state: State,
        plugin: Plugin,
        *,
        config: dict[str, Any],
        emit: Callable[[Step | Diagnostic], None],
        preview: bool,
        options: Options,
        refresh_only: bool = False,
    ) -> None:
        """`refresh_only`: the run is a refresh, not an update or a destroy that refreshes first."""
        super().__init__(emit)
        self.project, self.stack, self.config, self.preview = project, stack, config, preview
        self.state, self.plugin, self.options = state, plugin, options
        self.stack_urn = urn_of(stack, project, STACK_TYPE, f"{project}-{stack}")
        self.outputs: dict[str, Any] = {}
        self._refresh_only = refresh_only
        # Until a resource is registered, the provider works with the configuration it had in the last update.
        recorded = next((each for each in state.live().values() if each.is_provider), None)
        plugin.configure(recorded.inputs if recorded else config)

    def delete(self, old: Resource, op: str, *, leave: Resource | None = None) -> None:
        """Delete a resource; the state keeps `leave` in its place, if given."""

        def act() -> None:
            if not self.preview and old.custom and not old.is_provider and not old.retain_on_delete:
                with pending(self.state, op, old):
                    self.plugin.delete(old)
            self.state.commit(put=[leave] if leave else [], drop=[] if leave else [old.key], end=old.urn)

        self.step(op, old, None, act)

    def delete_all(self, doomed: list[Resource]) -> None:
        """Delete resources, dependents first, up to four at once; after a failure no further deletion starts.

        A protected resource is an error; the others are deleted except those that it needs.
        """
        kept: set[str] = set()
        for group in layers(doomed):
            for resource in group:
                if resource.protect and not resource.delete:
                    self.step_failed = True
                    self.report("error", _PROTECTED.format(urn=resource.urn), resource.urn)
                    kept.add(resource.urn)
                if resource.urn in kept:
                    kept |= resource.needs()
            self._in_parallel(
                lambda resource: self.delete(resource, "delete-replaced" if resource.delete else "delete"),
                [resource for resource in group if resource.urn not in kept],
            )
        if self.errors:
            raise StepError

    def diff(self, old: Resource, inputs: dict[str, Any], options: Resource) -> tuple[Diff, bool]:
        """Compare, by the inputs where the provider does not; gives the diff and whether there is a difference."""
        diff = self.plugin.diff(old, inputs, options.ignore_changes)
        if diff.changes is not None:
            # A dynamic provider names no changed keys; without them the engine cannot apply replace_on_changes.
            return diff, diff.changes
        keys = differing_keys(plain(old.inputs), plain(inputs))
        forced = {key for key in keys for path in options.replace_on_changes if parse_path(path)[0] in {key, "*"}}
        return replace(diff, replaces=tuple(sorted({*diff.replaces, *forced}))), bool(keys)

    def cascade(self, root: Resource, known: Container[str] = ()) -> list[tuple[Resource, tuple[str, ...]]]:
        """Ask the provider which dependents the replacement of `root` replaces too, and by which keys.

        Dependents that are `known` are left out.
        """
        replaced = {root.urn}
        affected = []
        for dependent in dependents_of(root, self.state.resources.values()):
            if dependent.urn in known or not dependent.custom:
                continue
            inputs = {
                key: UNKNOWN if replaced.intersection(dependent.property_dependencies.get(key, ())) else value
                for key, value in dependent.inputs.items()
            }
            if UNKNOWN not in inputs.values():
                continue
            diff, _ = self.diff(dependent, inputs, dependent)
            if diff.replaces:
                affected.append((dependent, diff.replaces))
                replaced.add(dependent.urn)
        return affected

    def destroy(self) -> None:
        """Delete the resources of the state, or the targets among them."""
        resources = list(self.state.resources.values())
        doomed = [resource for resource in resources if self.options.includes(resource.urn)]
        self.delete_only(doomed, [resource for resource in resources if not self.options.includes(resource.urn)])

    def delete_only(self, doomed: list[Resource], kept: list[Resource]) -> None:
        """Delete resources, and leave the others as they are; an error if one of these needs one of the former."""
        self._refuse_lost_dependents(doomed)
        for resource in kept:
            if not resource.is_provider:
                self.finish(Step("begin", "same", resource, resource), 0.0)
        self.delete_all(doomed)

    def _refuse_lost_dependents(self, doomed: list[Resource]) -> None:
        """Raise StepError if a resource that stays depends on one of those to be deleted."""
        lost: dict[str, str] = {}
        going = {resource.urn for resource in doomed}
        targets = [resource for resource in doomed if not resource.delete] if self.options.targets.names else []
        for target in targets:
            self.cascade(target)  # the CLI asks this too, and refuses whatever the answers are
            dependents = dependents_of(target, self.state.resources.values())
            lost.update((each.urn, target.urn) for each in dependents if each.urn not in going)
        for urn, root in lost.items():
            self.fail(_DEPENDENT.format(urn=urn, target=root), urn)
        if lost:
            self.step_failed = True
            raise StepError

    def refresh_all(self) -> None:
        """Read every resource, or the targets among them."""
        self.read_all()
        self.forget_lost_references(empty=True)

    def read_all(self, known: Container[str] = ()) -> None:
        """Read every resource that is not `known`; differences are recorded, and what is gone leaves the state."""
        resources = list(self.state.resources.values())
        self._in_parallel(
            self.refresh, [each for each in resources if each.urn not in known and self.options.includes(each.urn)]
        )
        if self.errors:
            raise StepError

    def refresh(self, old: Resource) -> None:
        """Read one resource, and record what is there."""
        self.ensure_open()
        event = Step("begin", "refresh", old, old)
        if not old.custom or old.is_provider or old.pending_replacement:
            if self._refresh_only and not old.is_provider:
                self.finish(event, 0.0, op="same")
            return
        started = time.monotonic()
        try:
            identity, outputs, inputs = self.plugin.read(old)
            read = old.inputs if inputs is None else inputs
            new = replace(old, id=identity, outputs=outputs, inputs=read, init_errors=[])
            # The resource has drifted if the next update would change it.
            differs = bool(identity) and self.plugin.diff(new, old.inputs, old.ignore_changes).changes is not False
        except ProviderError as error:
            self.fail(str(error), old.urn)
            raise StepError from None
        outcome = "update" if differs else "same"
        if identity:
            new.mark_secret_outputs()
            if not equal(new.outputs, old.outputs) or not equal(new.inputs, old.inputs):
                new.modified = now()
            record(self.state, new, old)
            drift = changed_keys(old.inputs, new.inputs) or changed_keys(old.outputs, new.outputs)
            event = replace(event, new=new, diffs=drift if differs else ())
        else:
            self.state.commit(drop=[old.key])
            event, outcome = replace(event, new=None), "delete"
        if self._refresh_only or outcome != "same":
            self.finish(event, time.monotonic() - started, op=outcome if self._refresh_only else "refresh")

    def forget_lost_references(self, *, empty: bool = False) -> None:
        """Remove from every resource the references to resources that are gone, and with `empty` those to nothing."""
        present = {resource.urn for resource in self.state.resources.values()}
        for resource in list(self.state.resources.values()):
            if resource.needs() <= present and not (empty and not all(resource.property_dependencies.values())):
                continue
            kept = resource.with_references(lambda urn: urn if urn in present else "")
            kept.property_dependencies = {key: urns for key, urns in kept.property_dependencies.items() if urns}
            self.state.commit(put=[kept])

    def _in_parallel(self, work: Callable[[Resource], None], resources: Iterable[Resource]) -> None:
        def quietly(resource: Resource) -> None:
            with self.working(), contextlib.suppress(StepError, ClosedError):
                work(resource)

        pool = ThreadPoolExecutor(max_workers=PARALLEL_CALLS)
        try:
            for future in [pool.submit(quietly, resource) for resource in resources]:
                future.result()
        except BaseException:
            self.close()  # after an interruption no further work starts, and the run waits for what has begun
            raise
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
