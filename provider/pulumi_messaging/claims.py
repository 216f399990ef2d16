"""Claims of a program's resources: a name or an object that only one of them may have."""

from __future__ import annotations

import weakref
from typing import Any

import pulumi
from pulumi.runtime.mocks import MockMonitor

# Program (the stub of its engine's monitor) → kind and value of each claim → name of the resource that made it.
_CLAIMS: weakref.WeakKeyDictionary[object, dict[tuple[str, str], str]] = weakref.WeakKeyDictionary()


def claim(resource_name: str, kind: str, *values: Any, advice: str = "declare it once") -> None:
    """Claim values of one kind; a value that is absent or not known yet is not claimed.

    Raises:
        pulumi.RunError: Another resource of the program claimed one of them.
    """
    monitor = pulumi.runtime.settings.get_monitor()
    claims = _CLAIMS.setdefault(monitor, {})
    for value in filter(lambda value: isinstance(value, str), values):
        other = claims.get((kind, value))
        # Unit tests with Pulumi's mocks may build the same program several times over one monitor.
        if other is not None and not (isinstance(monitor, MockMonitor) and other == resource_name):
            raise pulumi.RunError(
                f'"{resource_name}": {kind} "{value}" is taken by "{other}" of this program; {advice}'
            )
        claims[kind, value] = resource_name
