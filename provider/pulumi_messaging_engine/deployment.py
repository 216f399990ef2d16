"""A run over the resources of a stack's state: refresh and deletion. The program takes part only in `Update`."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, Final

from pulumi_messaging_engine.errors import ClosedError, StepError
from pulumi_messaging_engine.events import Diagnostic, Step
from pulumi_messaging_engine.plugin import PARALLEL_CALLS, Plugin, ProviderError
from pulumi_messaging_engine.resources import STACK_TYPE, Resource, layers, now, urn_of
from pulumi_messaging_engine.state import State
from pulumi_messaging_engine.steps import StepExecutor, pending, record
from pulumi_messaging_engine.values import changed_keys, equal

_PROTECTED: Final = (
    'resource "{urn}" cannot be deleted\nbecause it is protected. To unprotect the resource, remove the `protect` flag '
    "from the resource in your Pulumi program and run the update again"
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
        refresh_only: bool = False,
    ) -> None:
        """`refresh_only`: the run is a refresh, not an update or a destroy that refreshes first."""
        super().__init__(emit)
        self.project, self.stack, self.config, self.preview = project, stack, config, preview
        self.state, self.plugin = state, plugin
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

    def refresh_all(self) -> None:
        """Read every resource; differences are recorded, and resources that are gone leave the state."""
        self._in_parallel(self._refresh, list(self.state.resources.values()))
        if self.errors:
            raise StepError
        self._forget_lost_references()

    def _refresh(self, old: Resource) -> None:
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

    def _forget_lost_references(self) -> None:
        """Remove from every resource the references to resources that are gone."""
        present = {resource.urn for resource in self.state.resources.values()}
        for resource in list(self.state.resources.values()):
            if resource.needs() <= present and all(resource.property_dependencies.values()):
                continue
            kept = resource.with_references(lambda urn: urn if urn in present else "")
            kept.property_dependencies = {key: urns for key, urns in kept.property_dependencies.items() if urns}
            self.state.commit(put=[kept])

    def _in_parallel(self, work: Callable[[Resource], None], resources: Iterable[Resource]) -> None:
        def quietly(resource: Resource) -> None:
            with self.working(), contextlib.suppress(StepError, ClosedError):
                work(resource)

        with ThreadPoolExecutor(max_workers=PARALLEL_CALLS) as pool:
            try:
                for future in [pool.submit(quietly, resource) for resource in resources]:
                    future.result()
            except BaseException:
                self.close()  # after an interruption no further work starts
                raise
