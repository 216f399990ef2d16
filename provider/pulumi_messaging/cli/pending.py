"""Reading a pending change: the JSON of a preview, and the state of a stack.

`pulumi preview --json` and `pulumi-messaging local preview --json` print the one, `pulumi stack export` the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import JsonValue, model_validator

from pulumi_messaging.cli.exported import TOKEN, Resource, malformed, read_export
from pulumi_messaging.cli.sides import Side
from pulumi_messaging.core.fields import UNKNOWN, Table, Value
from pulumi_messaging.core.tables import TABLES
from pulumi_messaging.text import HIDDEN
from pulumi_messaging_engine.errors import EngineError
from pulumi_messaging_engine.files import Model, read_text, validated
from pulumi_messaging_engine.values import SECRET_SIGNATURE, SIGNATURE, UNKNOWN_MARKER

_PREVIEW: Final = "give the output of `pulumi preview --json`"
_KEYS: Final = ("steps", "changeSummary", "duration")  # a preview without a step has one of the others
_OPERATIONS: Final = ("create", "update", "replace", "delete")
_PARTS: Final = {"create-replacement": "create", "delete-replaced": "delete"}
# Reads, and steps that call no provider.
_NOTHING: Final = (
    "same",
    "refresh",
    "read",
    "read-replacement",
    "read-discard",
    "discard",
    "discard-replaced",
    "remove-pending-replace",
)


class _Step(Model):
    op: str
    urn: str
    oldState: Resource | None = None  # noqa: N815 - Pulumi's own names
    newState: Resource | None = None  # noqa: N815


class _Diagnostic(Model):
    severity: str = ""


class _Preview(Model):
    steps: list[_Step] | None = None
    diagnostics: list[_Diagnostic] | None = None

    @model_validator(mode="before")
    @classmethod
    def _is_a_preview(cls, content: Any) -> Any:
        if isinstance(content, dict) and "deployment" in content:
            raise ValueError("it is a stack's state, which --state takes")
        if isinstance(content, dict) and not content.keys() & set(_KEYS):
            raise ValueError("it is no preview")
        return content


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a preview on a resource of this package."""

    op: str  # create, update, replace or delete
    urn: str
    table: Table
    old: Side | None
    new: Side | None

    @property
    def name(self) -> str:
        """The resource's name in the program."""
        return self.urn.split("::", 3)[-1]

    @property
    def id(self) -> str | None:
        """The object's id; None for one that is created."""
        return self.old.id or None if self.old else None


def read_preview(path: Path, state: Mapping[str, Side]) -> tuple[Step, ...]:
    """The steps of a preview that change something, without those on resources of other packages.

    Args:
        path: The file.
        state: The resources of a stack's state by URN, where the preview leaves out outputs.

    Raises:
        EngineError: It is not a preview, or the preview failed.
    """
    preview = validated(_Preview, read_text(path), str(path), advice=_PREVIEW)
    if any(diagnostic.severity == "error" for diagnostic in preview.diagnostics or ()):
        raise EngineError(
            f"{path}: the preview failed, so it does not tell what would change; {_PREVIEW} that succeeds"
        )
    steps = [each for each in preview.steps or () if each.op not in _NOTHING]
    replaced = {each.urn for each in steps if each.op == "replace"}
    return tuple(
        step
        for each in steps
        if not (each.op in _PARTS and each.urn in replaced)  # with --show-replacement-steps
        if (step := _step(path, each, state))
    )


def read_state(path: Path) -> dict[str, Side]:
    """The resources of this package in a state, by URN.

    Raises:
        EngineError: It is not the state of a stack.
    """
    sides = ((each.urn, _side(path, each)) for each in read_export(path))
    return {urn: side for urn, side in sides if side}


def _step(path: Path, step: _Step, state: Mapping[str, Side]) -> Step | None:
    old = _side(path, step.oldState) if step.oldState else None
    new = _side(path, step.newState) if step.newState else None
    side = new or old
    if side is None:
        return None
    op = _PARTS.get(step.op, step.op)
    if op not in _OPERATIONS:
        raise EngineError(f"{path}: the operation {step.op!r} on {step.urn} is not known; update pulumi-messaging")
    known = state.get(step.urn)
    if old and not old.held and known and known.id == old.id:
        old = known
    return Step(op, step.urn, side.table, None if op == "create" else old, None if op == "delete" else new)


def _side(path: Path, resource: Resource) -> Side | None:
    """The resource; None for one of another package."""
    if not resource.type.startswith(TOKEN):
        return None
    name = resource.type.removeprefix(TOKEN)
    table = next((table for table in TABLES if table.resource == name), None)
    if table is None:
        raise EngineError(f"{path}: the resource type {name!r} is not known; use the pulumi-messaging of the program")
    inputs, held = _values(resource.inputs, UNKNOWN), _values(resource.outputs, UNKNOWN_MARKER)
    try:
        return Side(table, resource.id, inputs, held, retained=resource.retainOnDelete)
    except (AttributeError, KeyError, TypeError, ValueError):
        raise malformed(path, resource.urn) from None


def _values(properties: Mapping[str, JsonValue] | None, unknown: Value) -> dict[str, Value]:
    return {name: _value(item, unknown) for name, item in (properties or {}).items() if item is not None}


def _value(value: JsonValue, unknown: Value) -> Value:
    """The value with secrets as `[secret]`, encrypted or in clear, and ``unknown`` for what is not known yet."""
    if isinstance(value, dict):
        if value.get(SIGNATURE) == SECRET_SIGNATURE:
            return HIDDEN
        return {name: _value(item, unknown) for name, item in value.items()}
    if isinstance(value, list):
        return [_value(item, unknown) for item in value]
    return unknown if value == UNKNOWN_MARKER else value
