"""How long the local engine takes to preview a stack, and that this grows with the stack in a straight line."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from benchmarks import programs
from benchmarks.harness import (
    Cost,
    Figure,
    alternating,
    at_most,
    cost,
    embedded_emulator,
    environment,
    spread,
    write_project,
)
from pulumi_messaging.testing import Engine, Project, Result

LIMIT = 5.0
DEVIATION = 0.15
FRACTIONS = (8, 4, 2, 1)


def run(objects: int, rounds: int) -> Iterator[Figure]:
    """Previews of new routes and of existing ones, in stacks of an eighth, a quarter, a half and all of them."""
    sizes = sorted({max(1, objects // fraction) for fraction in FRACTIONS})
    runs = alternating(rounds, {str(size): partial(_previews, size) for size in sizes})
    for index, what in enumerate(("new", "existing")):
        costs = {size: [row[index] for row in runs[str(size)]] for size in sizes}
        for size, rows in costs.items():
            figure = at_most(f"preview of {size} {what} routes", [row.wall for row in rows], LIMIT, "s")
            measured = f"{figure.measured}, CPU {spread([row.cpu for row in rows], 's')}"
            yield replace(figure, measured=measured) if size == objects else Figure(figure.what, measured)
        yield _line(what, {size: statistics.median(row.wall for row in rows) for size, rows in costs.items()})


def _line(what: str, points: dict[int, float]) -> Figure:
    """The straight line through the medians, and how far the farthest of them is from it."""
    slope, start = statistics.linear_regression(list(points), list(points.values()))
    farthest = max(abs(wall - start - slope * size) / wall for size, wall in points.items())
    text = f"{start:.2f} s + {1000 * slope:.2f} ms a route; farthest point {farthest:.0%} off"
    return Figure(f"{what}: line", text, f"within {DEVIATION:.0%}", farthest <= DEVIATION)


def _previews(size: int) -> tuple[Cost, Cost]:
    """What it takes to preview a stack that is to be made, and the same stack once it is there."""
    with embedded_emulator(0) as api, tempfile.TemporaryDirectory() as folder:
        write_project(Path(folder), api.config)
        variables = programs.variables(storing=False, selection="routes", objects=size)
        given = environment(**variables, **{programs.GENERATION: "1", "PULUMI_CONFIG_PASSPHRASE": ""})
        engine = Engine(Project.load(folder), "dev", environment=given)
        new = cost(lambda: _check(engine.preview(), "create", size), api)
        _check(engine.up(), "create", size)
        return new, cost(lambda: _check(engine.preview(), "same", size), api)


def _check(result: Result, operation: str, count: int) -> None:
    assert result.ok, result.error
    assert result.changes.get(operation, 0) >= count, result.changes
