"""``kill -9`` of the engine, of the plugin, or of both, at fixed points and at random moments; then it goes on.

A fixed point is a request that has arrived at the vendor: before it is carried out (it will be, a second later), or
after. Several stacks are worked on at once, because most of the time is waiting: a create that was cut off is looked
for until the list has settled.
"""

from __future__ import annotations

import random
import re
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen, TimeoutExpired

from benchmarks.harness import Figure, exactly
from soak.accounts import accounts
from soak.stacks import Declared, Stack, children, is_plugin, kill

SIZE = 600
STACKS = 6
ROUNDS = 5
OPERATIONS = (
    *("createToken", "listMessageRoutes", "createMessageRoute"),
    *("updateMessageRoute", "deleteMessageRoute", "updateMessaging"),
)
POINTS = [(operation, position) for operation in OPERATIONS for position in ("before", "after")]
TARGETS = ("engine", "plugin", "both")
EQUAL = re.compile(r'message route (MRID-\S+) ".*": taken over \(it has the automatic name and all declared values')
PROFILES = ("7d0c4c1e-5a51-4a51-9f4e-0c7b3f0a1d22", "c4a1f0de-2b6d-4c0e-8f57-6a9d2b1c4e10")


@dataclass(slots=True)
class Tally:
    """What became of the stacks."""

    kills: int = 0
    pointed: int = 0
    late: int = 0
    stuck: list[str] = field(default_factory=list)
    doubled: int = 0
    orphaned: int = 0
    lost: int = 0
    busy: int = 0
    adopted: int = 0
    equal: int = 0


def run(size: int, seed: int) -> Iterator[Figure]:
    """So many kills: every second one at a fixed point, the others at random moments."""
    began = time.monotonic()
    stacks = min(STACKS, size)
    shares = [len(range(first, size, stacks)) for first in range(stacks)]
    with ThreadPoolExecutor(stacks) as pool:
        tallies = list(pool.map(_live, shares, range(stacks), [seed] * stacks))

    def total(name: str) -> int:
        return sum(getattr(tally, name) for tally in tallies)

    stuck = [text for tally in tallies for text in tally.stuck]
    kills = total("kills")
    points = f"{total('pointed')} at fixed points, {total('late')} after the end"
    yield Figure("kills", f"{kills} in {time.monotonic() - began:.0f} s, {points}", f"= {size}", kills == size)
    yield Figure("given names taken over as the error says", str(total("adopted")))
    equal = total("equal")
    yield Figure("routes taken over as equal, without a note", str(equal), "≤ 1 % of the kills", equal * 100 <= kills)
    yield exactly("times that it did not converge", len(stuck), 0)
    for text in stuck[:3]:
        yield Figure("did not converge", text[-600:])
    yield exactly("duplicates", total("doubled"), 0)
    yield exactly("orphans", total("orphaned"), 0)
    yield exactly("ids that do not exist", total("lost"), 0)
    yield exactly("ups after it that were not without changes", total("busy"), 0)


def _program(generation: int) -> Declared:
    """Routes that are made, changed and deleted from one generation to the next, and a number that moves."""
    # One that is taken over because it is equal stays at the end, unless that is asked for.
    url = {
        "message_url": f"https://hooks.example.com/{generation}",
        "message_url_method": "POST",
        "on_destroy": "delete",
    }
    routes = {f"route-{number}": ("MessageRoute", url) for number in range(4) if (generation + number) % 3}
    given = {"given": ("MessageRoute", {**url, "route_name": "given"})} if generation % 2 else {}
    number = {"phone_number": "+15550100001", "messaging_profile_id": PROFILES[generation % 2]}
    return {**routes, **given, "number": ("NumberMessaging", number)}


def _live(kills: int, index: int, seed: int) -> Tally:
    """One stack through its kills."""
    chance, tally = random.Random(f"{seed} {index}"), Tally()
    with accounts() as place, tempfile.TemporaryDirectory() as folder:
        stack, took = Stack(Path(folder), place), 3.0
        for generation in range(kills):
            declared = _program(generation)
            stack.declare(declared)
            # Fixed points at first, so that a few kills have met each of them.
            point = POINTS[(index + STACKS * (generation // 2)) % len(POINTS)] if generation % 2 == 0 else None
            plugins = _killed(stack, point, chance, took, tally)
            began = time.monotonic()
            _converge(stack, declared, tally)
            took = min(6.0, time.monotonic() - began)
            _check(stack, declared, tally)
            for pid in plugins:  # one that outlived its engine waits for calls without end
                if is_plugin(pid):
                    kill(pid)
    return tally


def _killed(stack: Stack, point: tuple[str, str] | None, chance: random.Random, took: float, tally: Tally) -> list[int]:
    if point is not None:
        fault = {"operation": point[0], "position": point[1], "kind": "delay", "seconds": 1.0}
        stack.place.control("POST", "faults", fault)
    engine = stack.start("up")
    if point is None:
        _wait(engine, chance.uniform(0, took))
    else:
        while engine.poll() is None and not stack.place.control("GET", "faults")["fired"]:
            time.sleep(0.02)
        tally.pointed += engine.poll() is None
    tally.late += engine.poll() is not None
    plugins = [child for child in children(engine.pid) if is_plugin(child)]
    target = chance.choice(TARGETS)
    for pid in plugins if target in ("plugin", "both") else ():
        kill(pid)
    if target in ("engine", "both"):
        engine.kill()
    engine.wait()
    stack.place.fired()
    tally.kills += 1
    return plugins


def _wait(engine: Popen[bytes], seconds: float) -> None:
    try:
        engine.wait(seconds)
    except TimeoutExpired:
        return


def _converge(stack: Stack, declared: Declared, tally: Tally) -> None:
    """``up`` until it works; a given name that is taken is taken over, as the error says."""
    said = ""
    for _ in range(ROUNDS):
        ok, said = stack.run("up")
        tally.equal += len({*EQUAL.findall(said)})
        if ok:
            return
        found = re.search(r'"given"[^\n]*add adopt="(MRID-[^"]+)"', said)
        if found and "given" in declared:
            kind, arguments = declared["given"]
            stack.declare({**declared, "given": (kind, {**arguments, "adopt": found[1]})})
            tally.adopted += 1
    tally.stuck.append(said)


def _check(stack: Stack, declared: Declared, tally: Tally) -> None:
    ids, there = stack.ids(), stack.place.routes()
    held = {route_id for name, route_id in ids.items() if name != "number"}
    names = list(there.values())
    tally.doubled += len(names) - len(set(names))
    tally.orphaned += len(there.keys() - held)
    tally.lost += len(held - there.keys()) + (ids.keys() != declared.keys())
    if len(ids) % 2:  # now and then: what converged stays so
        stack.place.control("DELETE", "requests")
        ok, _ = stack.run("up")
        tally.busy += not ok or bool(stack.place.control("GET", "requests"))
