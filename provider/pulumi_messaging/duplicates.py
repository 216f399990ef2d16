"""Duplicates in a program: a name or an object that two resources declare, and only one may have."""

from __future__ import annotations

import weakref
from typing import Any

import pulumi
from pulumi.runtime.mocks import MockMonitor

# Program (the stub of its engine's monitor) → kind and value → name of the resource that has it.
_TAKEN: weakref.WeakKeyDictionary[object, dict[tuple[str, str], str]] = weakref.WeakKeyDictionary()


def declared_by_others(resource_name: str, kind: str) -> list[str]:
    """The values of one kind that other resources of the program have declared up to now."""
    taken = _TAKEN.get(pulumi.runtime.settings.get_monitor(), {})
    return sorted(value for (of_kind, value), other in taken.items() if of_kind == kind and other != resource_name)


def refuse_duplicates(resource_name: str, kind: str, *values: Any, advice: str = "declare it once") -> None:
    """Refuse values of one kind that another resource has; a value that is absent or not known yet is left out.

    Raises:
        pulumi.RunError: Another resource of the program has one of them.
    """
    monitor = pulumi.runtime.settings.get_monitor()
    taken = _TAKEN.setdefault(monitor, {})
    for value in filter(lambda value: isinstance(value, str), values):
        other = taken.get((kind, value))
        # Unit tests with Pulumi's mocks may build the same program several times over one monitor.
        if other is not None and not (isinstance(monitor, MockMonitor) and other == resource_name):
            raise pulumi.RunError(
                f'"{resource_name}": {kind} "{value}" is taken by "{other}" of this program; {advice}'
            )
        taken[kind, value] = resource_name
