"""Creates over real sockets while three requests in ten go wrong.

Time runs faster for the client, so that its waits are shorter; the faults' own seconds are in proportion.
"""

from __future__ import annotations

import math
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, fields
from pathlib import Path

import httpx

from benchmarks.harness import Figure, exactly
from pulumi_messaging.api.clock import Clock
from pulumi_messaging.api.telegent import TelegentClient
from pulumi_messaging.composition import named_objects_of
from pulumi_messaging.core.message_route import ROUTES
from pulumi_messaging.errors import MessagingError
from pulumi_messaging.reconcile.named.create_notes import PendingCreates
from pulumi_messaging.reconcile.ownership import Ownership
from pulumi_messaging.settings import TelegentSettings
from pulumi_messaging_emulator.fault_kinds import PLANNED
from soak.accounts import KEY, SECRET, Accounts, accounts

SIZE = 20_000
RATE = 0.3
BATCH = 1000
BATCHES = 3  # at once: most of the time is waiting
THREADS = 64
FASTER = 4.0
LATE = 1.0
SUCCEED = 0.999
# A clear no is no fault that a client could outlive, and neither is a success that is a lie.
CLEAR = ("400", "401", "403", "404", "409", "422", "expired-token", "wrong-scope", "unsuccessful", "unchanged")
KINDS = [kind for kind in PLANNED if not kind.startswith(CLEAR)]


@dataclass(slots=True)
class Tally:
    """What became of the creates."""

    asked: int = 0
    requests: int = 0
    fired: int = 0
    failed: int = 0
    doubled: int = 0
    orphaned: int = 0
    lost: int = 0
    errors: Counter[str] = field(default_factory=Counter)

    def __add__(self, other: Tally) -> Tally:
        """Both together."""
        return Tally(*(getattr(self, count.name) + getattr(other, count.name) for count in fields(Tally)))


def run(size: int, seed: int) -> Iterator[Figure]:
    """So many creates, in batches that each have fresh accounts."""
    began = time.monotonic()
    batches = [range(first, min(size, first + BATCH)) for first in range(0, size, BATCH)]
    with ThreadPoolExecutor(BATCHES) as pool:
        tallies = list(pool.map(_batch, batches, [seed] * len(batches)))
    tally = sum(tallies, Tally())
    succeeded = 1 - tally.failed / tally.asked
    yield Figure("creates", f"{tally.asked} in {time.monotonic() - began:.0f} s, {tally.requests} requests")
    rate = tally.fired / tally.requests
    # So few come about by chance once in 30,000 runs, however small the run.
    least = RATE - 4 * math.sqrt(RATE * (1 - RATE) / tally.requests)
    fired = tally.fired > 0 and rate >= least
    yield Figure("faults", f"{tally.fired}, {rate:.1%} of the requests", f"≥ {max(least, 0):.0%}, and one", fired)
    yield Figure("succeeded at once", f"{succeeded:.3%}", f"≥ {SUCCEED:.1%}", succeeded >= SUCCEED)
    yield exactly("duplicates", tally.doubled, 0)
    yield exactly("orphans, after the failed ones were created again", tally.orphaned, 0)
    yield exactly("ids that do not exist", tally.lost, 0)
    for error, times in tally.errors.most_common(3):
        yield Figure(f"error: {error}", str(times))


def _batch(numbers: range, seed: int) -> Tally:
    names, tally = [f"route-{number}" for number in numbers], Tally()
    faults = {"seed": f"{seed} {names[0]}", "rate": RATE, "kinds": KINDS, "seconds": LATE}
    with accounts(requestLogKeep=10) as place, tempfile.TemporaryDirectory() as folder:
        place.control("POST", "faults", faults)
        held = _created(place, Path(folder), names, tally)
        tally.fired = place.fired()
        failed = [name for name in names if name not in held]
        tally.asked, tally.failed = len(names), len(failed)
        held |= _created(place, Path(folder), failed, Tally())
        there = place.routes()
    tally.doubled = len(there) - len(set(there.values()))
    tally.orphaned = len(there.keys() - set(held.values()))
    tally.lost = sum(there.get(route_id) != name for name, route_id in held.items())
    return tally


def _created(place: Accounts, folder: Path, names: list[str], tally: Tally) -> dict[str, str]:
    """The ids of those that a process could create."""
    clock = Clock(
        now=lambda: time.time() * FASTER,
        monotonic=lambda: time.monotonic() * FASTER,
        sleep=lambda seconds: time.sleep(seconds / FASTER),
    )
    transport = Counting(tally)
    settings = TelegentSettings(KEY, SECRET, None, f"{place.url}/v1.0")
    client = TelegentClient(settings, transport, clock=clock, timeout=httpx.Timeout(10.0, read=2.0, pool=60.0))
    routes = named_objects_of(
        client, Ownership(), PendingCreates(ROUTES, folder, clock.now, clock.sleep), lambda _: None
    )

    def create(name: str) -> tuple[str, str] | None:
        wish = {"messageUrl": "https://hooks.example.com/in", "messageUrlMethod": "POST", "onDestroy": "delete"}
        try:
            return name, routes.create({**wish, "routeName": name, "__autoname": name})[0]
        except MessagingError as error:
            tally.errors[str(error).partition(": ")[2].partition("; ")[0][:90]] += 1
            return None

    try:
        with ThreadPoolExecutor(THREADS) as pool:
            return dict(made for made in pool.map(create, names) if made is not None)
    finally:
        client.close()


class Counting(httpx.HTTPTransport):
    """The network; counts requests."""

    def __init__(self, tally: Tally) -> None:
        super().__init__(limits=httpx.Limits(max_connections=THREADS * 2))
        self._tally = tally

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request."""
        self._tally.requests += 1
        return super().handle_request(request)
