"""The clock of tests that wait for nothing."""

from __future__ import annotations

from pulumi_messaging.api.clock import Clock


class VirtualTime:
    """Time that passes in `sleep` only, and at once."""

    def __init__(self) -> None:
        self.elapsed = 0.0

    def now(self) -> float:
        return 1_800_000_000.0 + self.elapsed

    def sleep(self, seconds: float) -> None:
        self.elapsed += seconds

    @property
    def clock(self) -> Clock:
        return Clock(now=self.now, monotonic=lambda: self.elapsed, sleep=self.sleep)
