"""Resources as the state records them, and their order by dependency."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Annotated, Any, Final, Self

from pydantic import AfterValidator, BeforeValidator, ConfigDict, StringConstraints, ValidationInfo
from pydantic.alias_generators import to_camel

from pulumi_messaging_engine.errors import UnsupportedError
from pulumi_messaging_engine.secrets import Crypter, decrypt_properties, encrypt_properties
from pulumi_messaging_engine.values import Secret

STACK_TYPE: Final = "pulumi:pulumi:Stack"
PROVIDER_TYPE: Final = "pulumi:providers:pulumi-python"
# Newer CLIs write these for their display; they mean nothing here and are not kept.
_DROPPED: Final = frozenset({"sourcePosition", "stackTrace", "aliases", "hideDiff", "customTimeouts"})
DYNAMIC: Final = "pulumi-python:dynamic"
_ALWAYS_WRITTEN: Final = frozenset({"urn", "custom", "type"})
_PROPERTIES: Final = frozenset({"inputs", "outputs", "replacement_trigger"})

Urn = Annotated[str, StringConstraints(pattern=r"(?s)^urn:pulumi:[^:]+::[^:]+::.+::.+$")]


def _decrypted(value: dict[str, Any], info: ValidationInfo[Crypter | None]) -> Any:
    return {key: _decrypted_value(item, info) for key, item in value.items()}


def _decrypted_value(value: Any, info: ValidationInfo[Crypter | None]) -> Any:
    return decrypt_properties(value, info.context) if info.context else value


Properties = Annotated[dict[str, Any], AfterValidator(_decrypted)]
Trigger = Annotated[Any, AfterValidator(_decrypted_value)]


def now() -> str:
    """Write the present moment as deployments do."""
    return dt.datetime.now(dt.UTC).isoformat().replace("+00:00", "Z")


def urn_of(stack: str, project: str, kind: str, name: str) -> str:
    """Build the URN of a resource; `kind` is its type, after those of its parents and a `$`."""
    return f"urn:pulumi:{stack}::{project}::{kind}::{name}"


@dataclass(kw_only=True)
class Resource:
    """One resource of the state: Pulumi's `ResourceV3`, with its fields in the order in which Pulumi writes them."""

    __pydantic_config__ = ConfigDict(alias_generator=to_camel, strict=True, extra="ignore")

    urn: Urn
    custom: bool = False
    delete: bool = False
    id: str = ""
    type: str
    inputs: Properties = field(default_factory=dict)
    outputs: Properties = field(default_factory=dict)
    parent: str = ""
    protect: bool = False
    taint: bool = False
    dependencies: list[str] = field(default_factory=list)
    provider: str = ""
    property_dependencies: dict[str, list[str]] = field(default_factory=dict)
    pending_replacement: bool = False
    additional_secret_outputs: list[str] = field(default_factory=list)
    retain_on_delete: bool = False
    replacement_trigger: Trigger = None
    created: str = ""
    modified: str = ""
    ignore_changes: list[str] = field(default_factory=list)
    replace_on_changes: list[str] = field(default_factory=list)
    init_errors: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The logical name, the last part of the URN."""
        return self.urn.split("::", 3)[3]

    @property
    def key(self) -> str:
        """The key within the state: several resources that wait for deletion may share a URN."""
        return f"{self.urn}#{self.id}" if self.delete else self.urn

    @property
    def is_provider(self) -> bool:
        """Whether it is a provider of resources, which the engine manages itself."""
        return self.type.startswith("pulumi:providers:")

    @property
    def is_foreign(self) -> bool:
        """Whether it needs a provider of another package; a provider itself has nothing to be read or deleted."""
        return self.custom and not self.is_provider and not self.type.startswith(DYNAMIC)

    def with_references(self, convert: Callable[[str], str]) -> Self:
        """Copy with the URNs of parent and dependencies converted; an empty result removes the reference."""

        def converted(urns: list[str]) -> list[str]:
            return [new for new in map(convert, urns) if new]

        return replace(
            self,
            parent=convert(self.parent),
            dependencies=converted(self.dependencies),
            property_dependencies={key: converted(urns) for key, urns in self.property_dependencies.items()},
        )

    def needs(self) -> set[str]:
        """List the URNs that must exist as long as this resource does."""
        urns = {self.parent, self.provider.rpartition("::")[0], *self.dependencies}
        urns.update(*self.property_dependencies.values())
        return urns - {""}

    def mark_secret_outputs(self) -> None:
        """Mark outputs as secret: those in `additional_secret_outputs`, and those whose input is a secret."""
        secret_inputs = {key for key, value in self.inputs.items() if isinstance(value, Secret)}
        for key in secret_inputs.union(self.additional_secret_outputs) - {"id"}:
            if key in self.outputs and not isinstance(self.outputs[key], Secret):
                self.outputs[key] = Secret(self.outputs[key])

    def write(self, crypter: Crypter) -> dict[str, Any]:
        """Write the resource as JSON values, with secrets encrypted and empty fields left out."""
        record: dict[str, Any] = {}
        for name, key in _KEYS.items():
            value = getattr(self, name)
            if value or name in _ALWAYS_WRITTEN or (name == "replacement_trigger" and value is not None):
                record[key] = encrypt_properties(value, crypter) if name in _PROPERTIES else value
        return record


_KEYS: Final = {each.name: to_camel(each.name) for each in fields(Resource)}
_KNOWN: Final = _DROPPED | set(_KEYS.values())


def _set_fields(record: Any) -> Any:
    """Leave out the fields that are null, as older CLIs write empty ones; an unknown field needs the Pulumi CLI."""
    if not isinstance(record, Mapping):
        return record
    unknown = next((key for key, value in record.items() if value and key not in _KNOWN), None)
    if unknown is not None:
        raise UnsupportedError(f"the state of {record.get('urn')}: `{unknown}`")
    return {key: value for key, value in record.items() if value is not None}


# A resource as a file holds it; a `Crypter` as the context of its validation decrypts secrets.
RecordedResource = Annotated[Resource, BeforeValidator(_set_fields)]


def in_order(resources: Iterable[Resource]) -> list[Resource]:
    """Sort every resource after those it needs, as Pulumi demands; resources to be deleted come last."""
    remaining = sorted(resources, key=lambda resource: resource.delete)
    by_urn: dict[str, list[Resource]] = {}
    for resource in remaining:
        by_urn.setdefault(resource.urn, []).append(resource)
    placed: dict[int, Resource] = {}
    for root in remaining:
        stack = [root]
        opened: set[int] = set()
        while stack:
            resource = stack[-1]
            waiting = [
                other
                for urn in sorted(resource.needs())
                for other in by_urn.get(urn, ())[:1]
                if id(other) not in placed and id(other) not in opened and other is not resource
            ]
            opened.add(id(resource))
            if waiting:
                stack.extend(waiting)
            else:
                placed.setdefault(id(resource), resource)
                stack.pop()
    return list(placed.values())


def dependents_of(root: Resource, resources: Iterable[Resource]) -> list[Resource]:
    """List the resources that depend on `root`, directly or through others, in the order of dependency."""
    reached = {root.urn}
    dependents = []
    for resource in in_order(resources):
        if not resource.delete and resource.urn not in reached and reached.intersection(resource.needs()):
            reached.add(resource.urn)
            dependents.append(resource)
    return dependents


def layers(resources: list[Resource]) -> list[list[Resource]]:
    """Group resources in the order of deletion: no resource is needed by one of its own or of a later group."""
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
