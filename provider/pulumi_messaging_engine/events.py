"""Events of a run, and its `Result`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pulumi_messaging_engine.resources import Resource
from pulumi_messaging_engine.values import plain

Severity = Literal["info", "warning", "error"]
Phase = Literal["begin", "end", "failed"]

# Steps of a replacement: shown, but the summary counts the one `replace`.
PARTS_OF_REPLACE = frozenset({"create-replacement", "delete-replaced", "remove-pending-replace"})
_UNCOUNTED = PARTS_OF_REPLACE | {"refresh"}


@dataclass(frozen=True)
class Started:
    """The beginning of a run; `action` is update, refresh or destroy. Secrets of `config` read `[secret]`."""

    action: str
    preview: bool
    stack: str
    stack_urn: str
    config: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Diagnostic:
    """A message: output of program or provider (info), a warning, or an error; `urn` is empty for the stack itself."""

    severity: Severity
    text: str
    urn: str = ""


@dataclass(frozen=True)
class Step:
    """The beginning, end or failure of a step; `old` and `new` are the states before and after it, if any."""

    phase: Phase
    op: str
    old: Resource | None
    new: Resource | None
    replaces: tuple[str, ...] = ()
    diffs: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def resource(self) -> Resource:
        """The later of the two states."""
        resource = self.new or self.old
        assert resource is not None
        return resource


@dataclass(frozen=True)
class Operation:
    """One executed or, in a preview, planned step.

    `op` is Pulumi's: same, create, update, replace, create-replacement, delete-replaced, delete, refresh. `diff` lists
    the changed input keys, each after `+`, `-` or `~`; `replaces` lists the keys that force a replacement.
    """

    op: str
    urn: str
    type: str
    name: str
    diff: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()


@dataclass(frozen=True)
class Result:
    """The result of a run: its operations, executed or, in a preview, planned, and its diagnostics."""

    ok: bool
    operations: tuple[Operation, ...]
    diagnostics: tuple[Diagnostic, ...]
    error: str | None
    duration: float
    raw_outputs: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def outputs(self) -> dict[str, Any]:
        """The stack's outputs, with `[secret]` for secrets and `[unknown]` for values that only an update gives."""
        return {key: plain(value, secret="[secret]", unknown="[unknown]") for key, value in self.raw_outputs.items()}  # noqa: S106

    def reveal(self) -> dict[str, Any]:
        """Give the stack's outputs with secrets in clear."""
        return {key: plain(value, unknown="[unknown]") for key, value in self.raw_outputs.items()}

    @property
    def changes(self) -> dict[str, int]:
        """Number of operations of each kind, `same` included; a replacement counts once, a refresh not at all."""
        return dict(Counter(each.op for each in self.operations if each.op not in _UNCOUNTED))

    @property
    def changed(self) -> bool:
        """Whether an operation other than `same` occurs."""
        return any(operation.op != "same" for operation in self.operations)

    @property
    def text(self) -> str:
        """All diagnostics, a line or more for each."""
        return "\n".join(diagnostic.text for diagnostic in self.diagnostics)


Event = Started | Diagnostic | Step | Result
