"""What a run reports while it runs (events) and at its end (`Result`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from pulumi_messaging.testing.values import plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_messaging.testing.state import Resource

Severity = Literal["info", "warning", "error"]
Phase = Literal["begin", "end", "failed"]

# Steps of a replacement: shown, but the summary counts the one `replace`.
PARTS_OF_REPLACE = frozenset({"create-replacement", "delete-replaced", "remove-pending-replace"})
_UNCOUNTED = PARTS_OF_REPLACE | {"refresh"}


@dataclass(frozen=True)
class Started:
    """The run has begun; `action` is update, refresh or destroy."""

    action: str
    preview: bool
    stack: str
    stack_urn: str


@dataclass(frozen=True)
class Diagnostic:
    """A message: output of the program or a provider (info), a warning, an error. The stack's own have no `urn`."""

    severity: Severity
    text: str
    urn: str = ""


@dataclass(frozen=True)
class Step:
    """A step begins, has ended or has failed. `old` and `new` are the states before and after, where there is one."""

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
    """One step that was taken or, in a preview, planned.

    `op` is a word of Pulumi's: same, create, update, replace, create-replacement, delete-replaced, delete, refresh.
    `diff` holds the changed input keys, each with `+`, `-` or `~` before it; `replaces` the keys that force it to be
    replaced.
    """

    op: str
    urn: str
    type: str
    name: str
    diff: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()


@dataclass(frozen=True)
class Result:
    """What a run did, or in a preview would do."""

    ok: bool
    operations: tuple[Operation, ...]
    diagnostics: tuple[Diagnostic, ...]
    error: str | None
    duration: float
    raw_outputs: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def outputs(self) -> dict[str, Any]:
        """The stack's outputs, with `[secret]` for secrets and `[unknown]` for what only an update will tell."""
        return {key: plain(value, secret="[secret]", unknown="[unknown]") for key, value in self.raw_outputs.items()}  # noqa: S106

    def reveal(self) -> dict[str, Any]:
        """The stack's outputs with secrets in clear."""
        return {key: plain(value, unknown="[unknown]") for key, value in self.raw_outputs.items()}

    @property
    def changes(self) -> dict[str, int]:
        """How often each operation occurs, `same` included; a replacement counts once, a mere read not at all."""
        counts: dict[str, int] = {}
        for operation in self.operations:
            if operation.op not in _UNCOUNTED:
                counts[operation.op] = counts.get(operation.op, 0) + 1
        return counts

    @property
    def changed(self) -> bool:
        """Whether anything other than `same` is among the operations."""
        return any(operation.op != "same" for operation in self.operations)

    @property
    def text(self) -> str:
        """All diagnostics, one after the other."""
        return "\n".join(diagnostic.text for diagnostic in self.diagnostics)


Event = Started | Diagnostic | Step | Result
