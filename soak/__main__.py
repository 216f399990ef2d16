"""``python -m soak [PART…]``: runs the parts, prints their figures, and ends with status 1 when a goal is missed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Annotated

import typer

from benchmarks.harness import Figure, show
from soak import creates, cycles, histories, kills, limits


@dataclass(frozen=True, slots=True)
class Part:
    """One part: what it runs, what its size counts, its size unless told, and whether it mostly waits."""

    run: Callable[[int, int], Iterator[Figure]]
    title: str
    size: int
    waits: bool = False


PARTS = {
    "creates": Part(creates.run, "Creates with three faults in ten requests", creates.SIZE, waits=True),
    "kills": Part(kills.run, "kill -9 of engine and plugin", kills.SIZE),
    "limits": Part(limits.run, "Operations of each thread of two processes under one limit", limits.SIZE, waits=True),
    "cycles": Part(cycles.run, "Cycles of up and destroy", cycles.SIZE),
    "histories": Part(histories.run, "Histories of a stack", histories.SIZE),
}


def main(
    names: Annotated[list[str] | None, typer.Argument(help=f"{', '.join(PARTS)}; or all")] = None,
    size: Annotated[int | None, typer.Option(min=1, help="how much of each part")] = None,
    seed: Annotated[int, typer.Option(min=0, help="which faults, moments and histories")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="print the figures as JSON")] = False,
) -> None:
    """Run for a long time what must always hold, and end with status 1 when it does not."""
    chosen = names if names and names != ["all"] else list(PARTS)
    unknown = [name for name in chosen if name not in PARTS]
    if unknown:
        raise typer.BadParameter(f"{', '.join(unknown)}: there are {', '.join(PARTS)}", param_hint="NAMES")
    measured: dict[str, list[Figure]] = {}

    def live(names: list[str]) -> None:
        for name in names:
            part = PARTS[name]
            measured[name] = list(part.run(size or part.size, seed))
            if not as_json:
                show(f"{name}: {part.title} ({size or part.size}, seed {seed})", measured[name])

    # Those that wait, one after the other, beside those that work.
    lanes = [[name for name in chosen if PARTS[name].waits is waits] for waits in (True, False)]
    with ThreadPoolExecutor(len(lanes)) as pool:
        list(pool.map(live, lanes))
    if as_json:
        print(json.dumps({name: [asdict(figure) for figure in figures] for name, figures in measured.items()}))
    raise typer.Exit(int(any(figure.met is False for figures in measured.values() for figure in figures)))


if __name__ == "__main__":
    typer.run(main)
