"""The clock of tests that do not wait."""

from __future__ import annotations

from pulumi_messaging.api.clock import Clock


class VirtualClock:
    """Time that passes in ``sleep`` only, and at once; ``slept`` has every duration.

    Args:
        epoch: The wall-clock time at the start, in seconds.
    """

    def __init__(self, epoch: float = 1_800_000_000.0) -> None:
        self.epoch = epoch
        self.elapsed = 0.0
        self.slept: list[float] = []

    def now(self) -> float:
        return self.epoch + self.elapsed

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.elapsed += seconds

    @property
    def clock(self) -> Clock:
        return Clock(now=self.now, monotonic=lambda: self.elapsed, sleep=self.sleep)
