"""``python -m benchmarks [NAME…]``: measures, and prints a table with the goals and whether they were met."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer

from benchmarks import (
    adopt,
    comparison,
    contenders,
    counts,
    curves,
    emulator,
    group,
    local_engine,
    memory,
    overhead,
    page,
    payload,
    startup,
)
from benchmarks.harness import Figure, show


@dataclass(frozen=True, slots=True)
class Benchmark:
    """One command: what it runs, and with how many objects and rounds unless told; `select`: parts can be chosen."""

    run: Callable[..., Iterator[Figure]]
    title: str
    objects: int
    rounds: int
    select: bool = False


BENCHMARKS = {
    "requests": Benchmark(counts.run, "Requests of a change, and of none", 20, 1),
    "payload": Benchmark(payload.run, "Bytes of __provider", 0, 1),
    "overhead": Benchmark(overhead.plugin, "Overhead in the provider process", 200, 7, select=True),
    "overhead-local-engine": Benchmark(overhead.local_engine, "Overhead with the local engine", 200, 5, select=True),
    "overhead-cli": Benchmark(overhead.cli, "Overhead with the Pulumi CLI", 200, 5, select=True),
    "group": Benchmark(group.run, "One group of many numbers", 10_000, 1),
    "adopt": Benchmark(adopt.run, "The way of an account into code", 10_000, 1),
    "memory": Benchmark(memory.run, "Memory of the provider process", 1000, 3),
    "emulator": Benchmark(emulator.run, "Speed of the emulator", 200, 10),
    "startup": Benchmark(startup.run, "Import of the package", 0, 15),
    "local-engine": Benchmark(local_engine.run, "Previews with the local engine", 1000, 3),
    "comparison": Benchmark(comparison.run, "Against what people would use instead", 200, 3, select=True),
    "curves": Benchmark(curves.run, "How the cost grows", 10_000, 3, select=True),
}
# What `all` means: the comparison and the curves take some twenty minutes and write a page of their own.
FIGURES = [name for name in BENCHMARKS if name not in {"comparison", "curves"}]


def main(
    names: Annotated[list[str] | None, typer.Argument(help=f"{', '.join(BENCHMARKS)}; or all")] = None,
    *,
    objects: Annotated[int | None, typer.Option(min=1, help="how many objects")] = None,
    rounds: Annotated[int | None, typer.Option(min=1, help="how often each contender runs")] = None,
    only: Annotated[
        list[str] | None, typer.Option(help="overhead, comparison, curves: contenders, kinds of work")
    ] = None,
    write: Annotated[Path | None, typer.Option(help="write the page of comparison and curves")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print the figures as JSON")] = False,
) -> None:
    """Measure the figures, and end with status 1 when a goal is missed."""
    chosen = names if names and names != ["all"] else [*FIGURES]
    unknown = [name for name in chosen if name not in BENCHMARKS]
    if unknown:
        raise typer.BadParameter(f"{', '.join(unknown)}: there are {', '.join(BENCHMARKS)}", param_hint="NAMES")
    unknown = [part for part in comparison.unknown(only or ()) if part not in overhead.OTHERS]
    if unknown:
        there = ", ".join([*comparison.KINDS, *contenders.contenders(), *overhead.OTHERS])
        raise typer.BadParameter(f"{', '.join(unknown)}: there are {there}", param_hint="--only")
    measured: dict[str, list[Figure]] = {}
    for name in chosen:
        benchmark = BENCHMARKS[name]
        count, times = objects or benchmark.objects, rounds or benchmark.rounds
        measured[name] = list(benchmark.run(count, times, *([only or ()] if benchmark.select else [])))
        if not as_json:
            size = f"{count} objects, " if benchmark.objects else ""
            show(f"{name}: {benchmark.title} ({size}{times} round{'s' * (times != 1)})", measured[name])
    if write:
        page.write(write, measured, sys.argv[1:])
    if as_json:
        print(json.dumps({name: [asdict(figure) for figure in figures] for name, figures in measured.items()}))
    missed = any(figure.met is False for figures in measured.values() for figure in figures)
    raise typer.Exit(int(missed))


if __name__ == "__main__":
    typer.run(main)
