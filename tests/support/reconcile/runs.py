"""Resources of an engine's state, and runs: provider processes that share nothing but the state and notes.

A test makes an engine's calls in the order in which the Pulumi CLI makes them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pulumi_messaging.composition import groups_of, number_account_of, numbers_of
from pulumi_messaging.errors import Unfinished
from pulumi_messaging.lifecycle import Lifecycle
from pulumi_messaging.wiring import Wiring
from tests.support.emulator.seed import ALERTS
from tests.support.reconcile.groups import Account

SINGLE, GROUP = "single", "group"
KINDS = (SINGLE, GROUP)


@dataclass
class Resource:
    """A resource, and what the state has of it."""

    kind: str
    name: str = "one"
    id: str = ""
    inputs: dict[str, Any] = field(default_factory=dict)
    outputs: dict[str, Any] | None = None

    def given(self, *numbers: str, profile: str = ALERTS, elsewhere: Iterable[str] = (), **more: Any) -> dict[str, Any]:
        """What the program hands to check: its numbers, and those of its other resources."""
        values = {"messagingProfileId": profile, **more}
        if self.kind == SINGLE:
            return {"phoneNumber": numbers[0], **values}
        hidden = {"__group": f"{self.name}-0", "__elsewhere": "\n".join(elsewhere)}
        return {"phoneNumbers": numbers, **values, **hidden}

    def copy(self) -> Resource:
        """The same resource as it is in the state now: the old one while it is replaced."""
        return replace(self)


class Run:
    """One provider process."""

    def __init__(self, account: Account) -> None:
        wiring, notes = Wiring(account.said.append), account.note_files()
        self._account, ownership = account, account.single.ownership(wiring, {}.get, {}, "")
        numbers = number_account_of(account.client(), account.said.append)
        makers: Mapping[str, Any] = {
            SINGLE: (account.single, numbers_of),
            GROUP: (account.group, groups_of),
        }
        self._lives = {
            kind: Lifecycle(
                replace(resource, connect=lambda *_, make=make: make(numbers, ownership, notes)),
                wiring,
                {}.get,
                {},
            )
            for kind, (resource, make) in makers.items()
        }

    def check(self, resource: Resource, given: Mapping[str, Any], *, new: bool = False) -> dict[str, Any]:
        """The checked inputs; ``new``: the engine knows of no resource, or makes a new one."""
        checked = self._lives[resource.kind].check({} if new else resource.inputs, self._account.given(given))
        assert checked.problems == ()
        return _stored(checked.inputs)

    def diff(self, resource: Resource, declared: Mapping[str, Any]) -> bool:
        """Whether the engine updates or replaces."""
        assert resource.outputs is not None
        return bool(self._lives[resource.kind].diff(resource.id, resource.outputs, declared).changes)

    def create(self, resource: Resource, declared: dict[str, Any]) -> None:
        """Create, and keep the answer in the state; a failure is raised when what it keeps is in the state."""
        try:
            created = self._lives[resource.kind].create(declared)
        except Unfinished as error:
            _keep(resource, declared, error.outputs, error.object_id)
            raise
        _keep(resource, declared, created.outputs, created.object_id)

    def update(self, resource: Resource, declared: dict[str, Any]) -> None:
        """Update, as ``create``."""
        assert resource.outputs is not None
        try:
            outputs = self._lives[resource.kind].update(resource.id, resource.outputs, declared)
        except Unfinished as error:
            _keep(resource, declared, error.outputs, resource.id)
            raise
        _keep(resource, declared, outputs, resource.id)

    def up(self, resource: Resource, given: Mapping[str, Any]) -> None:
        """The engine's usual calls for a resource of the program."""
        declared = self.check(resource, given, new=resource.outputs is None)
        if resource.outputs is None:
            self.create(resource, declared)
        elif self.diff(resource, declared):
            self.update(resource, declared)

    def refresh(self, resource: Resource, *, store: bool = True) -> None:
        """Read, and the diff that follows; a preview does not store it."""
        assert resource.outputs is not None
        found = self._lives[resource.kind].read(resource.id, resource.outputs)
        assert found is not None
        read = replace(resource)
        _keep(read, found.inputs, found.outputs, resource.id)
        self.diff(read, resource.inputs)
        if store:
            resource.inputs, resource.outputs = read.inputs, read.outputs

    def gone(self, resource: Resource) -> bool:
        """Read: whether the resource leaves the state."""
        assert resource.outputs is not None
        return self._lives[resource.kind].read(resource.id, resource.outputs) is None

    def delete(self, resource: Resource) -> None:
        """Delete, with the outputs of the state."""
        assert resource.outputs is not None
        self._lives[resource.kind].delete(resource.id, resource.outputs)
        resource.outputs, resource.inputs = None, {}


def _keep(resource: Resource, inputs: Mapping[str, Any], outputs: Mapping[str, Any], object_id: str) -> None:
    resource.id, resource.inputs, resource.outputs = object_id, _stored(inputs), _stored(outputs)


def _stored(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as they come back from the state: plain JSON without nulls, lists as tuples."""
    return dict(_plain(json.loads(json.dumps(values))))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items() if item is not None}
    return tuple(map(_plain, value)) if isinstance(value, list) else value
