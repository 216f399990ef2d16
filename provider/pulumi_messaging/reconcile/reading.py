"""What a refresh finds."""

from __future__ import annotations

from dataclasses import dataclass

from pulumi_messaging.core.fields import Value


@dataclass(frozen=True, slots=True)
class Reading:
    """The managed inputs as they are now, and all outputs."""

    inputs: dict[str, Value]
    outputs: dict[str, Value]
