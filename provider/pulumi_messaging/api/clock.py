"""Time, as the clients see it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Clock:
    """Time; a test gives its own. ``sleep`` returns something true where it was interrupted."""

    now: Callable[[], float] = time.time
    # CLOCK_MONOTONIC on Linux: one count for all processes, and no clock that is set moves it.
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], object] = field(default=time.sleep)
