"""What the resources of one program want for themselves: names that nobody else has, objects that only one may hold."""

from __future__ import annotations

import weakref
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

import pulumi
from pulumi.runtime.mocks import MockMonitor

# Each program (a stub of its engine's monitor) → what its resources have claimed, and which of them did.
_CLAIMS: weakref.WeakKeyDictionary[object, dict[tuple[str, str], str]] = weakref.WeakKeyDictionary()


def claim(resource_name: str, what: str, value: Any, advice: str) -> None:
    """Refuse that two resources of one program want the same thing; what is not known yet is not claimed.

    Raises:
        pulumi.RunError: Another resource of the program claimed it.
    """
    claim_all(resource_name, what, [value] if isinstance(value, str) else [], advice)


def claim_all(resource_name: str, what: str, values: Iterable[str], advice: str) -> None:
    """Claim several things, each once.

    Raises:
        pulumi.RunError: Another resource of the program claimed one of them.
    """
    monitor = pulumi.runtime.settings.get_monitor()
    claims = _CLAIMS.setdefault(monitor, {})
    for value in values:
        other = claims.get((what, value))
        # Unit tests with Pulumi's mocks may build the same program several times over one monitor.
        if other is not None and not (isinstance(monitor, MockMonitor) and other == resource_name):
            raise pulumi.RunError(
                f'"{resource_name}": {what} "{value}" is taken by "{other}" of this program; {advice}'
            )
        claims[what, value] = resource_name


def automatic_name(resource_type: str, resource_name: str) -> str:
    """``<resource name>-<7 hex>``: always the same for the same resource of the same stack, and for no other."""
    identity = (pulumi.get_organization(), pulumi.get_project(), pulumi.get_stack(), resource_type, resource_name)
    return f"{resource_name}-{sha256(repr(identity).encode()).hexdigest()[:7]}"
