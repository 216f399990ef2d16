"""The clock of the clients."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Clock:
    """Time; tests replace it. ``sleep`` returns a true value where it was interrupted."""

    now: Callable[[], float] = time.time
    # CLOCK_MONOTONIC on Linux: the same for all processes, and not moved when the time of day is set.
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], object] = field(default=time.sleep)
