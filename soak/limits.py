"""Processes and threads that share one account's limit: ``python -m soak.limits JSON`` is one of the processes."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.harness import ROOT, Figure, environment, exactly
from pulumi_messaging.api.clock import Clock
from pulumi_messaging.api.limiter import MARGIN, MINUTE, Limiter
from pulumi_messaging.api.telegent import TelegentClient
from pulumi_messaging.settings import TelegentSettings
from soak.accounts import KEY, SECRET, accounts

SIZE = 2000
PROCESSES = 2
THREADS = 4
FAIR = 0.95
THROUGHPUT = 0.9


@dataclass(frozen=True, slots=True)
class Work:
    """What one process does: each of its threads reads a route so many times."""

    url: str
    route: str
    folder: str
    operations: int
    limit: int
    window: float


def run(size: int, seed: int, limit: int = 3000, window: float = MINUTE) -> Iterator[Figure]:  # noqa: ARG001
    """So many operations of each thread, under a limit that the emulator enforces where the window is a minute."""
    enforced = limit if window == MINUTE else 0
    with (
        accounts(telegentRequestsPerMinute=0, requestLogKeep=1_000_000) as place,
        tempfile.TemporaryDirectory() as folder,
    ):
        route = place.control("POST", "routes", {"RouteName": "one"})["MessageRouteId"]
        place.control("PATCH", "settings", {"telegentRequestsPerMinute": enforced})
        work = Work(f"{place.url}/v1.0", route, folder, size, limit, window)
        command = [sys.executable, "-m", "soak.limits", json.dumps(asdict(work))]
        running = [
            subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE) for _ in range(PROCESSES)
        ]
        outputs = [process.communicate()[0] for process in running]
        log = place.control("GET", "requests")
    done = [times for output in outputs for times in json.loads(output)]
    began, ended = min(min(times) for times in done), max(max(times) for times in done)
    at = sorted(entry["at"] for entry in log)
    full = [later - earlier for earlier, later in zip(at, at[limit:], strict=False)]
    first = min(times[-1] for times in done)
    counts = [sum(moment <= first for moment in times) for times in done]
    fairness = sum(counts) ** 2 / (len(counts) * sum(count**2 for count in counts))
    total = PROCESSES * THREADS * size
    yield Figure("operations", f"{sum(map(len, done))} of {total} in {ended - began:.0f} s, {len(log)} requests")
    yield exactly("operations that failed", total - sum(map(len, done)), 0)
    yield exactly("answers of 429", sum(entry["status"] == 429 for entry in log), 0)  # noqa: PLR2004
    over = sum(between < window for between in full)
    yield exactly(f"windows of {window:g} s with more than {limit} requests", over, 0)
    # Who starts first is first in a single window.
    fair = (f"≥ {FAIR:g}", fairness >= FAIR) if len(log) > 2 * limit else ("", None)
    yield Figure("fairness (Jain)", f"{fairness:.3f}", *fair)
    # What is left of the last window is not waited for.
    whole = (len(log) - 1) // limit
    reached = whole * window / (at[whole * limit] - at[0]) if whole else None
    if reached is not None:
        yield Figure("throughput of what the limit allows", f"{reached:.1%}", "≥ 90 %", reached >= THROUGHPUT)


def process(work: Work) -> list[list[float]]:
    """The times at which each thread's operations were done."""
    settings = TelegentSettings(KEY, SECRET, None, work.url, requests_per_minute=work.limit)
    limiter = Limiter(work.limit, "soak", Path(work.folder), lambda _: None, Clock(), window=work.window, margin=MARGIN)
    client = TelegentClient(settings, limiter=limiter)

    def thread(_: int) -> list[float]:
        times = []
        for _ in range(work.operations):
            client.get_message_route(work.route)
            times.append(time.time())
        return times

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(thread, range(THREADS)))


if __name__ == "__main__":
    print(json.dumps(process(Work(**json.loads(sys.argv[1])))))
