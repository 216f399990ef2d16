"""Recording steps in the state: before the provider is called, after it answered, and after it failed."""

from __future__ import annotations

import contextlib
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Final

from pulumi_messaging_engine.plugin import ProviderError
from pulumi_messaging_engine.resources import Resource, now
from pulumi_messaging_engine.secrets import copy_secret_marks, keep_ciphertexts
from pulumi_messaging_engine.values import equal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulumi_messaging_engine.state import State

_KINDS: Final = {
    "create": "creating",
    "create-replacement": "creating",
    "update": "updating",
    "delete": "deleting",
    "delete-replaced": "deleting",
}


@contextlib.contextmanager
def pending(state: State, op: str, resource: Resource) -> Iterator[None]:
    """Record the operation as pending during a provider call; it stays pending if this process ends first."""
    state.begin(_KINDS[op], resource)
    try:
        yield
    except ProviderError as error:
        if not error.abandoned:
            state.commit(end=resource.urn)
        raise


@contextlib.contextmanager
def pending_write(state: State, op: str, new: Resource, old: Resource | None) -> Iterator[None]:
    """Do the same for a create or an update, and record its result also after a partial failure."""
    with pending(state, op, new):
        try:
            yield
        except ProviderError as error:
            if error.unfinished is not None:
                part = error.unfinished
                copy_secret_marks(part.outputs, new.inputs)
                new.id, new.outputs, new.init_errors = part.id, part.outputs, part.reasons
                new.created, new.modified = old.created if old else now(), now()
                new.mark_secret_outputs()
                record(state, new, old)
            raise


def record(state: State, new: Resource, old: Resource | None, also: list[Resource] | None = None) -> None:
    """Record the resource if it differs from its old state, and other resources with it."""
    drop = []
    if old is not None:
        keep_ciphertexts(new.inputs, old.inputs)
        keep_ciphertexts(new.outputs, old.outputs)
        if old.urn != new.urn:
            drop = [old.urn]
            also = [*(also or []), *_renamed(state, old.urn, new.urn)]
        elif not also and _same_record(new, old):
            state.commit(end=new.urn)
            return
    state.commit(put=[*(also or []), replace(new)], drop=drop, end=new.urn)


def record_read(state: State, new: Resource, old: Resource) -> None:
    """Record the resource as it was read."""
    new.mark_secret_outputs()
    if not equal(new.outputs, old.outputs) or not equal(new.inputs, old.inputs):
        new.modified = now()
    record(state, new, old)


def _renamed(state: State, old: str, new: str) -> list[Resource]:
    """List the resources that refer to the URN `old`, with references to the URN `new` instead."""

    def swap(urns: list[str]) -> list[str]:
        return [new if urn == old else urn for urn in urns]

    return [
        replace(
            resource,
            parent=new if resource.parent == old else resource.parent,
            dependencies=swap(resource.dependencies),
            property_dependencies={key: swap(urns) for key, urns in resource.property_dependencies.items()},
        )
        for resource in state.resources.values()
        if old in resource.needs() and resource.urn != new
    ]


def _same_record(new: Resource, old: Resource) -> bool:
    names = [field.name for field in fields(Resource) if field.name not in {"created", "modified"}]
    return all(equal(getattr(new, name), getattr(old, name)) for name in names)
