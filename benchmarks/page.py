"""The page of the comparison: tables of medians with lowest and highest, the plot, and the command that made them.

Its words are in the two templates beside this module.
"""

from __future__ import annotations

import math
import os
import platform
import shlex
import shutil
import statistics
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks import plot
from benchmarks.comparison import ROUTES, STORM_SECONDS, Row
from benchmarks.contenders import CLI, GROUP, LISTS, PLAIN, RETRYING, SINGLE
from benchmarks.curves import STEPS, Point
from benchmarks.estate import LATENCY, MOST_RUNS
from benchmarks.harness import Figure

_COLUMNS = ("runs", "requests", "writes", "wrong writes", "429", "duplicates")
_KILO = 1000
_HEAD = """# Against what people would use instead

Everything on this page, the plot included, was written by one command:

    {command}

on a machine with {machine}.
"""


def write(path: Path, measured: Mapping[str, Sequence[Figure]], options: Sequence[str]) -> None:
    """The page, and its plot beside it where the curves were measured."""
    everything = [figure for figures in measured.values() for figure in figures]
    rows = [figure for figure in everything if isinstance(figure, Row)]
    points = [figure for figure in everything if isinstance(figure, Point)]
    parts = [_HEAD.format(command=shlex.join(["python", "-m", "benchmarks", *options]), machine=_machine())]
    if rows:
        parts.append(_compared(rows))
    if points:
        drawn = path.with_suffix(".svg")
        drawn.write_text(_drawn(points))
        parts.append(_filled("curves", plot=drawn.name, latency=1000 * LATENCY, table=_curves(points)))
    goals = ["## Goals of this run", "", "| what | measured | goal | |", "| --- | --- | --- | --- |"]
    goals += [
        f"| {one.what} | {one.measured} | {one.goal} | {'met' if one.met else '**missed**'} |"
        for one in everything
        if one.goal
    ]
    path.write_text("\n".join([*parts, *goals, ""]))


def _filled(name: str, **values: Any) -> str:
    return Path(__file__).with_name(f"{name}.template.md").read_text().format(**values)


def _compared(rows: Sequence[Row]) -> str:
    cli = "" if any(CLI in row.contender for row in rows) else "There was none on PATH, so its lines are missing here."
    return _filled(
        "comparison",
        latency=1000 * LATENCY,
        single=SINGLE,
        group=GROUP,
        plain=PLAIN,
        retrying=RETRYING,
        lists=LISTS,
        cli=cli,
        rounds=_rounds(len(rows[0].values["runs"])),
        most_runs=MOST_RUNS,
        storm_seconds=STORM_SECONDS,
        routes=ROUTES,
        tables="\n".join(_tables(rows)),
    )


def _rounds(count: int) -> str:
    return f"{count} rounds" if count > 1 else "one round"


def _machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    cli = "no Pulumi CLI"
    if shutil.which("pulumi"):
        version = subprocess.run(["pulumi", "version"], capture_output=True, text=True, check=True).stdout.strip()
        cli = f"Pulumi CLI {version}"
    return (
        f"{os.cpu_count()} cores and {memory:.0f} GiB of memory, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, {cli}; load average at the end {load}"
    )


def _tables(rows: Sequence[Row]) -> list[str]:
    lines: list[str] = []
    for work in dict.fromkeys(row.work for row in rows):
        head = ["", *_COLUMNS, "kB sent", "seconds", "kB of state"]
        lines += [f"### {work[0].upper()}{work[1:]}", "", f"| {' | '.join(head)} |"]
        lines += [f"| --- |{' ---: |' * (len(head) - 1)}", *(_line(row) for row in rows if row.work == work), ""]
    return lines


def _line(row: Row) -> str:
    cells = [_median(row.values[name]) for name in _COLUMNS]
    sent, state = ([value / _KILO for value in row.values[name]] for name in ("bytes sent", "bytes of state"))
    kept = f"{statistics.median(state):.0f}" if any(state) else "none"
    cells += [_median(sent, 1), _median(row.values["seconds"], 1), kept]
    if any(math.isnan(value) for value in row.values["runs"]):
        cells[0] = f"not in {MOST_RUNS}"
    return f"| {row.contender} | {' | '.join(cells)} |"


def _median(values: Sequence[float], digits: int = 0) -> str:
    text = f"{statistics.median(values):,.{digits}f}"
    if min(values) != max(values):
        text += f" ({min(values):,.{digits}f}-{max(values):,.{digits}f})"
    return text


def _drawn(points: Sequence[Point]) -> str:
    panels: dict[str, dict[str, plot.Points]] = {}
    for step in STEPS:
        mine = [one for one in points if one.step == step]
        panel: dict[str, plot.Points] = {
            name: [(one.size, statistics.median(one.seconds)) for one in mine if one.contender == name]
            for name in dict.fromkeys(one.contender for one in mine)
        }
        panels[step] = {**panel, plot.GUIDE: _straight(panel)}
    return plot.svg(panels, "numbers", "seconds")


def _straight(panel: Mapping[str, plot.Points]) -> plot.Points:
    """A cost in exact proportion to the size: through the last point of the first contender, to the largest size."""
    size, seconds = next(iter(panel.values()))[-1]
    sizes = [point[0] for points in panel.values() for point in points]
    lowest = min(point[1] for points in panel.values() for point in points)
    start = max(min(sizes), size * lowest / seconds)  # not below the other curves
    return [(end, seconds * end / size) for end in (start, max(sizes))]


def _curves(points: Sequence[Point]) -> str:
    sizes = sorted({point.size for point in points})
    lines = [f"| | {' | '.join(f'{size:,}' for size in sizes)} |", f"| --- |{' ---: |' * len(sizes)}"]
    for step in STEPS:
        for name in dict.fromkeys(point.contender for point in points):
            found = {point.size: point for point in points if (point.step, point.contender) == (step, name)}
            cells = [
                f"{_median(found[size].seconds, 1)} s, {_median(found[size].requests)}" if size in found else ""
                for size in sizes
            ]
            lines.append(f"| {step}: {name} | {' | '.join(cells)} |")
    return "\n".join(lines)
