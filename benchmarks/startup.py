"""What importing the package costs the provider process beyond `import pulumi`, in fresh interpreters."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from resource import RUSAGE_CHILDREN, getrusage
from time import perf_counter

from benchmarks.harness import Figure, alternating, at_most, environment, spread

LIMIT = 0.25
_BASE = "import pulumi"
_IMPORTS = {
    _BASE: _BASE,
    "+ pulumi_messaging.dynamic (every process)": f"{_BASE}, pulumi_messaging.dynamic",
    "+ clients and reconcilers (with the first request)": (
        f"{_BASE}, pulumi_messaging.dynamic as dynamic\n"
        "values = {'telegent:accountKey': 'k', 'telegent:accountSecret': 's', 'telnyx:apiKey': 'k'}\n"
        "wiring = dynamic.Wiring(print)\n"
        "from pulumi_messaging.core.message_route import ROUTES\n"
        "from pulumi_messaging.core.number_messaging_group import TELNYX_NUMBERS\n"
        "wiring.named_objects(ROUTES, values.get, {})\n"
        "wiring.single_numbers(TELNYX_NUMBERS, values.get, {})"
    ),
}


def run(objects: int, rounds: int) -> Iterator[Figure]:  # noqa: ARG001 - all benchmarks look alike
    """Interpreters that import and end: wall time, and CPU time, which other work on the machine disturbs less."""
    for statement in _IMPORTS.values():
        _seconds(statement)  # compiled files and the page cache are the same for all from here on
    runs = alternating(rounds, {name: partial(_seconds, statement) for name, statement in _IMPORTS.items()})
    base = runs.pop(_BASE)
    yield Figure(_BASE, f"{spread([wall for wall, _ in base], 's', 3)}, CPU {spread([cpu for _, cpu in base], 's', 3)}")
    for name, times in runs.items():
        walls, cpus = ([ours[i] - bare[i] for ours, bare in zip(times, base, strict=True)] for i in (0, 1))
        figure = at_most(name, walls, LIMIT, "s", 3)
        yield replace(figure, measured=f"{figure.measured}, CPU {spread(cpus, 's', 3)}")


def _seconds(statement: str) -> tuple[float, float]:
    before, started = getrusage(RUSAGE_CHILDREN), perf_counter()
    subprocess.run([sys.executable, "-c", statement], check=True, env=environment())
    wall, after = perf_counter() - started, getrusage(RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
