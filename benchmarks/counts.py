"""How many requests a change costs, and that no change costs none: counted by the emulator, over TCP."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from benchmarks.harness import Api, Figure, Held, Plugin, at_most, emulator_over_tcp, exactly
from benchmarks.objects import mixed

WRITES = ("createMessageRoute", "updateMessageRoute", "deleteMessageRoute", "updateMessaging")
NUMBERS_OF_A_FRESH_EMULATOR = 6
# What an update carries beside its object's key, which Telnyx has in the path.
BODIES = {"updateMessageRoute": {"MessageRouteId", "MessageUrl"}, "updateMessaging": {"messaging_profile_id"}}


def run(objects: int, rounds: int) -> Iterator[Figure]:
    """A first preview, create, nothing, change, nothing, refresh, nothing, delete: each in a process of its own."""
    for _ in range(rounds):
        with emulator_over_tcp(objects) as api:
            yield from _life(objects, api)


def _life(objects: int, api: Api) -> Iterator[Figure]:
    held: list[Held] = []

    def step(operation: str, items: list[Any]) -> list[dict[str, Any]]:
        """One operation on all objects; what it asked for."""
        nonlocal held
        api.control("DELETE", "requests")
        with Plugin(api.config) as process:
            method: Callable[[Any], Held] = getattr(process, operation)
            held = process.each(method, items, api)[0]
        log: list[dict[str, Any]] = api.control("GET", "requests")
        return log

    def changed_to(generation: int) -> list[Any]:
        return list(zip(held, mixed(objects, generation), strict=True))

    log = step("preview", mixed(objects, 1))
    yield Figure("first preview: requests", _listed(log))
    yield at_most(f"first preview: requests for {objects} objects", [len(log)], _fewest(objects), digits=0)
    log = step("create", mixed(objects, 1))
    yield from _one_write_each("create", log, objects)
    routes = sum(one.kind == "route" for one in mixed(objects, 1))
    lists = sum(entry["operation"] == "listMessageRoutes" for entry in log)
    yield at_most(f"create: lists for {routes} routes, four at once", [lists], math.ceil(routes / 4) + 1, digits=0)
    yield _none("after create", step("update", changed_to(1)))
    log = step("update", changed_to(2))
    yield from _one_write_each("update", log, objects)
    bodies = [set(entry["body"]) == BODIES[entry["operation"]] for entry in log if entry["operation"] in BODIES]
    yield exactly("update: bodies of the changed field and the key only", sum(bodies), objects)
    yield _none("after update", step("update", changed_to(2)))
    log = step("refresh", held)
    yield Figure("refresh: requests", _listed(log))
    yield at_most(f"refresh: requests for {objects} objects", [len(log)], _fewest(objects), digits=0)
    yield exactly("refresh: objects that seem changed", sum(one.changed for one in held), 0)
    yield _none("after refresh", step("update", changed_to(2)))
    yield from _one_write_each("delete", step("delete", held), objects)


def _fewest(objects: int) -> int:
    """The routes' list and its token; for the numbers twice the smaller of one request a number and one a page."""
    numbers = sum(one.kind == "number" for one in mixed(objects, 1))
    pages = math.ceil((objects + NUMBERS_OF_A_FRESH_EMULATOR) / 250)
    return 2 + 2 * min(numbers, pages)


def _one_write_each(name: str, log: list[dict[str, Any]], objects: int) -> Iterator[Figure]:
    yield exactly(f"{name}: writes for {objects} objects", sum(entry["operation"] in WRITES for entry in log), objects)
    yield exactly(f"{name}: answers other than 200", sum(entry["status"] != 200 for entry in log), 0)  # noqa: PLR2004
    yield Figure(f"{name}: other requests", _listed(entry for entry in log if entry["operation"] not in WRITES))


def _none(when: str, log: list[dict[str, Any]]) -> Figure:
    return exactly(f"no change, {when}: requests (tokens included)", len(log), 0)


def _listed(log: Any) -> str:
    counted = Counter(entry["operation"] for entry in log)
    return ", ".join(f"{count} {operation}" for operation, count in sorted(counted.items())) or "none"
