"""Deleting in order, and refreshing: the parts of a run that go through the state rather than through the program."""

from __future__ import annotations

import contextlib
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pulumi_messaging.testing.errors import ClosedError, StepError
from pulumi_messaging.testing.events import Step
from pulumi_messaging.testing.plugin import PARALLEL_CALLS, ProviderError
from pulumi_messaging.testing.records import settle_refresh
from pulumi_messaging.testing.state import Resource, in_order
from pulumi_messaging.testing.values import changed_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pulumi_messaging.testing.steps import Deployment

_PROTECTED: Final = (
    'resource "{urn}" cannot be deleted\nbecause it is protected. To unprotect the resource, remove the `protect` flag '
    "from the resource in your Pulumi program and run the update again"
)


def dependents_of(root: Resource, resources: list[Resource]) -> list[Resource]:
    """What depends on `root`, directly or through others, in the order of dependence."""
    reached = {root.urn}
    dependents = []
    for resource in in_order(resources):
        if not resource.delete and resource.urn not in reached and reached.intersection(resource.needs()):
            reached.add(resource.urn)
            dependents.append(resource)
    return dependents


def layers(resources: list[Resource]) -> list[list[Resource]]:
    """Groups in the order of deletion: nothing in a group is needed by anything in a later one."""
    depth: dict[int, int] = {}
    needed_by: dict[str, int] = {}
    for resource in reversed(in_order(resources)):
        level = needed_by.get(resource.urn, 0)
        depth[id(resource)] = level
        for urn in resource.needs():
            needed_by[urn] = max(needed_by.get(urn, 0), level + 1)
    groups: dict[int, list[Resource]] = {}
    for resource in resources:
        groups.setdefault(depth[id(resource)], []).append(resource)
    return [groups[level] for level in sorted(groups)]


def delete_all(deployment: Deployment, doomed: list[Resource]) -> None:
    """Deletes the resources, group by group, up to four at once; after a failure no further one is started.

    A protected resource is an error, but the rest is deleted, except for what the protected one needs.
    """
    kept: set[str] = set()

    def delete(resource: Resource) -> None:
        deployment.delete(resource, "delete-replaced" if resource.delete else "delete")

    for group in layers(doomed):
        for resource in group:
            if resource.protect and not resource.delete:
                deployment.step_failed = True
                deployment.report("error", _PROTECTED.format(urn=resource.urn), resource.urn)
                kept.add(resource.urn)
            if resource.urn in kept:
                kept |= resource.needs()
        _in_parallel(deployment, delete, [resource for resource in group if resource.urn not in kept])
    if deployment.errors:
        raise StepError


def refresh_all(deployment: Deployment) -> None:
    """Reads every resource; what is gone leaves the state, what differs is shown and recorded."""
    resources = list(deployment.state.resources.values())
    _in_parallel(deployment, lambda resource: _refresh(deployment, resource), resources)
    if deployment.errors:
        raise StepError
    _forget_lost_references(deployment)
    deployment.rebase()


def _refresh(deployment: Deployment, old: Resource) -> None:
    deployment.ensure_open()
    event = Step("begin", "refresh", old, old)
    if not old.custom or old.is_provider or old.pending_replacement:
        if deployment.refresh_only and not old.is_provider:
            deployment.record(event, 0.0, op="same")
        return
    started = time.monotonic()
    try:
        identity, outputs, inputs = deployment.plugin.read(old)
        read = old.inputs if inputs is None else inputs
        new = replace(old, id=identity, outputs=outputs, inputs=read, init_errors=[])
        # What the next update would do, seen from the other side: is what was read what the program last asked for?
        differs = bool(identity) and deployment.plugin.diff(new, old.inputs, old.ignore_changes).changes is not False
    except ProviderError as error:
        deployment.fail(str(error), old.urn)
        raise StepError from None
    outcome = "update" if differs else "same"
    if identity:
        settle_refresh(deployment.state, new, old)
        event = replace(event, new=new, diffs=_drift(old, new) if differs else ())
    else:
        deployment.state.commit(drop=[old.key])
        event, outcome = replace(event, new=None), "delete"
    if deployment.refresh_only or outcome != "same":
        deployment.record(event, time.monotonic() - started, op=outcome if deployment.refresh_only else "refresh")


def _drift(old: Resource, new: Resource) -> tuple[str, ...]:
    return changed_keys(old.inputs, new.inputs) or changed_keys(old.outputs, new.outputs)


def _forget_lost_references(deployment: Deployment) -> None:
    """Takes out of every resource the references to those that are gone."""
    state = deployment.state
    present = {resource.urn for resource in state.resources.values()}
    for resource in list(state.resources.values()):
        if resource.needs() <= present and all(resource.property_dependencies.values()):
            continue
        kept = replace(
            resource,
            parent=resource.parent if resource.parent in present else "",
            dependencies=[urn for urn in resource.dependencies if urn in present],
            property_dependencies={
                key: [urn for urn in urns if urn in present]
                for key, urns in resource.property_dependencies.items()
                if present.intersection(urns)
            },
        )
        state.commit(put=[kept])


def _in_parallel(deployment: Deployment, work: Callable[[Resource], None], resources: Iterable[Resource]) -> None:
    with ThreadPoolExecutor(max_workers=PARALLEL_CALLS) as pool:
        try:
            for future in [pool.submit(_quietly, deployment, work, resource) for resource in resources]:
                future.result()
        except BaseException:
            deployment.close()  # interrupted: what has not begun does not begin
            raise


def _quietly(deployment: Deployment, work: Callable[[Resource], None], resource: Resource) -> None:
    with deployment.working(), contextlib.suppress(StepError, ClosedError):
        work(resource)
