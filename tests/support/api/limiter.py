"""Processes of one machine that share a rate limit, on a virtual clock, and measures of how they share it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from pulumi_messaging.api.limiter import Limiter
from pulumi_messaging.api.limiter_store import FILE
from tests.support.clock import VirtualClock

FAR = 1e9


class Machine:
    """A store and a virtual clock; every limiter is a process of its own."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self.time = VirtualClock()
        self.time.elapsed = 1000.0
        self.said: list[str] = []
        self.limiters: list[Limiter] = []

    @property
    def store(self) -> Path:
        """The folder of the store, of a machine that has one."""
        assert self.folder is not None
        return self.folder

    @contextmanager
    def opened(self) -> Iterator[sqlite3.Connection]:
        """The store, opened beside the processes; what is changed in it is kept."""
        with closing(sqlite3.connect(self.store / FILE)) as opened, opened:
            yield opened

    def limiter(self, limit: int = 3, account: str = "a") -> Limiter:
        made = Limiter(limit, account, self.folder, self.said.append, self.time.clock)
        self.limiters.append(made)
        return made

    def request(self, limiter: Limiter, deadline: float = FAR) -> float:
        """Make a request whose answer comes at once; the moment at which it left."""
        turn = limiter.ask(deadline)
        while wait := limiter.leave(turn, deadline):
            self.time.sleep(wait)
        limiter.done(turn)
        return self.time.elapsed - 1000


def busiest(moments: list[float], window: float) -> int:
    """The most requests in any window."""
    moments = sorted(moments)
    most = first = 0
    for last, moment in enumerate(moments):
        while moment - moments[first] >= window:
            first += 1
        most = max(most, last - first + 1)
    return most


def fairness(counts: list[int]) -> float:
    """Jain's index: 1 when all have the same."""
    return sum(counts) ** 2 / (len(counts) * sum(count**2 for count in counts))
