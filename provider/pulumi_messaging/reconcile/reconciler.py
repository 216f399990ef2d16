"""The operations that every resource's reconciler has."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from pulumi_messaging.core.fields import Value, Values
from pulumi_messaging.errors import Problem

if TYPE_CHECKING:
    from pulumi_messaging.reconcile.accounts import AccountEvidence


@dataclass(frozen=True, slots=True)
class Reading:
    """Result of a read: the managed inputs with their current values, and all outputs."""

    inputs: dict[str, Value] = field(repr=False)
    outputs: dict[str, Value] = field(repr=False)


class Reconciler(Protocol):
    """Makes the vendor's objects equal to their declarations. ``held`` are the outputs in the state."""

    @property
    def evidence(self) -> AccountEvidence:
        """The account behind the credentials."""

    def create(self, declared: Values) -> tuple[str, dict[str, Value]]:
        """Create or take over the object: its id and all outputs."""

    def read(self, object_id: str, held: Values, /) -> Reading | None:
        """Read the object; None when it is gone."""

    def update(self, object_id: str, held: Values, declared: Values, /) -> dict[str, Value]:
        """Send the changed fields: all outputs."""

    def delete(self, object_id: str, held: Values, /) -> None:
        """Carry out ``on_destroy``."""


class LookUp(Protocol):
    """Looks, in a preview, at the existing objects that a declaration names and that the state lacks."""

    def __call__(self, former: Values, declared: Values, replaced: Values | None, /) -> tuple[Problem, ...]:
        """Say what an `up` will overwrite, and return why it cannot take an object over.

        Args:
            former: The checked inputs of the last run; empty for a resource that is new to the state.
            declared: The checked inputs.
            replaced: The checked inputs of the last run of the resource that this one replaces; None where it replaces
                none.
        """
