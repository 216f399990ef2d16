"""What a refresh finds."""

from __future__ import annotations

from dataclasses import dataclass, field

from pulumi_messaging.core.fields import Value


@dataclass(frozen=True, slots=True)
class Reading:
    """The managed inputs as they are now, and all outputs."""

    inputs: dict[str, Value] = field(repr=False)
    outputs: dict[str, Value] = field(repr=False)
