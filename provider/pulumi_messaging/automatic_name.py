"""The automatic name of a resource: Pulumi's autonaming, which dynamic resources do not have."""

from __future__ import annotations

from hashlib import sha256

import pulumi


def automatic_name(resource_type: str, resource_name: str) -> str:
    """``<resource name>-<7 hex>``: the same for the same resource of the same stack, and for no other."""
    identity = (pulumi.get_organization(), pulumi.get_project(), pulumi.get_stack(), resource_type, resource_name)
    return f"{resource_name}-{sha256(repr(identity).encode()).hexdigest()[:7]}"
