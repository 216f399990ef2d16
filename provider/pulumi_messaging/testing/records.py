"""What a step leaves in the state: before the provider is called, when it answers, and when it does not."""

from __future__ import annotations

import contextlib
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Final

from pulumi_messaging.testing.plugin import ProviderError
from pulumi_messaging.testing.state import Resource, State, now
from pulumi_messaging.testing.values import Secret, annotate_secrets, equal, keep_ciphertexts, mark_secret

if TYPE_CHECKING:
    from collections.abc import Iterator

_KINDS: Final = {
    "create": "creating",
    "create-replacement": "creating",
    "update": "updating",
    "delete": "deleting",
    "delete-replaced": "deleting",
}


@contextlib.contextmanager
def pending(state: State, op: str, resource: Resource) -> Iterator[None]:
    """Around a provider call that changes something: what is left of it if this process does not come back."""
    state.begin(_KINDS[op], resource)
    try:
        yield
    except ProviderError as error:
        if not error.abandoned:
            state.commit(end=resource.urn)
        raise


@contextlib.contextmanager
def kept(state: State, new: Resource, old: Resource | None) -> Iterator[None]:
    """Around a create or an update: what it came to is recorded also where it came to a part only."""
    try:
        yield
    except ProviderError as error:
        if error.unfinished is not None:
            part = error.unfinished
            annotate_secrets(part.outputs, new.inputs)
            new.id, new.outputs, new.init_errors = part.id, part.outputs, part.reasons
            new.created, new.modified = old.created if old else now(), now()
            mark_outputs(new)
            settle(state, new, old)
        raise


def mark_outputs(new: Resource) -> None:
    """Makes secrets of the outputs that are declared as such, and of those whose input is one."""
    mark_secret(new.outputs, [key for key in new.additional_secret_outputs if key != "id"])
    mark_secret(new.outputs, [key for key, value in new.inputs.items() if isinstance(value, Secret)])


def settle(state: State, new: Resource, old: Resource | None, also: list[Resource] | None = None) -> None:
    """Records the resource, if anything about it differs from what is there."""
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


def settle_refresh(state: State, new: Resource, old: Resource) -> None:
    """Records what was read."""
    mark_outputs(new)
    if not equal(new.outputs, old.outputs) or not equal(new.inputs, old.inputs):
        new.modified = now()
    settle(state, new, old)


def _renamed(state: State, old: str, new: str) -> list[Resource]:
    """The resources that refer to a URN which an alias has replaced, referring to the new one."""

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
