"""What the provider process holds in memory after it has made and read many objects."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from benchmarks.harness import (
    STORING,
    Figure,
    Plugin,
    alternating,
    at_most,
    embedded_emulator,
    emulator_over_tcp,
    memory_mib,
    no_api,
    spread,
)
from benchmarks.objects import mixed

LIMIT = 100
_APIS = {"emulator, TCP": emulator_over_tcp, "emulator, embedded": embedded_emulator, STORING: no_api}


def run(objects: int, rounds: int) -> Iterator[Figure]:
    """Resident memory after creating, changing and reading the objects in one process."""
    runs = alternating(rounds, {name: partial(_peak, name, objects) for name in _APIS})
    for name, peaks in runs.items():
        if name == STORING:
            yield Figure(f"{name}: peak after {objects} objects", spread(peaks, "MiB", 1))
        else:
            yield at_most(f"{name}: peak after {objects} objects", peaks, LIMIT, "MiB", 1)


def _peak(name: str, objects: int) -> float:
    with _APIS[name](objects) as api, Plugin(api.config, name) as process:
        held, _ = process.each(process.create, mixed(objects, 1), api)
        held, _ = process.each(process.update, zip(held, mixed(objects, 2), strict=True), api)
        process.each(process.refresh, held, api)
        return memory_mib(process.pid, "VmHWM")
