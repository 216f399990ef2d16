"""How the cost grows with the estate: creation, nothing to do, refresh, of ten to ten thousand numbers.

Every request takes 50 ms; the vendor's limits are off, because this is about what
the vendor does not decide.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from benchmarks.contenders import GROUP, PLAIN, SINGLE, contenders
from benchmarks.estate import Took, world
from benchmarks.harness import Figure, alternating, spread

STEPS = ("create", "no change", "refresh")
SIZES = (10, 100, 1_000, 10_000)
# Beyond these a program of single resources is not the way (docs/limits.md).
MOST = {SINGLE: 1_000, PLAIN: 1_000, GROUP: 10_000}
DEVIATION = 0.2


@dataclass(frozen=True, slots=True)
class Point(Figure):
    """What one step of one contender took at one size."""

    contender: str = ""
    step: str = ""
    size: int = 0
    seconds: list[float] = field(default_factory=list)
    requests: list[float] = field(default_factory=list)


def run(objects: int, rounds: int, only: Sequence[str] = ()) -> Iterator[Figure]:
    """Every contender at every size up to `objects`; the largest sizes once, whatever the rounds."""
    there = contenders()
    points: list[Point] = []
    for size in [size for size in SIZES if size <= objects]:
        chosen = {
            name: partial(_life, name, size)
            for name, most in MOST.items()
            if name in there and size <= most and (not only or name in only)
        }
        for name, lives in alternating(rounds if size < SIZES[-2] else 1, chosen).items():
            points += [_point(name, step, size, [life[step] for life in lives]) for step in STEPS]
    yield from points
    for name in MOST:
        for step in STEPS:
            yield from line([point for point in points if (point.contender, point.step) == (name, step)])


def _life(name: str, size: int) -> dict[str, Took]:
    with world(size, limits=False) as account:
        who = contenders()[name](account)
        works = {"create": who.up, "no change": who.up, "refresh": who.refresh}
        return {step: account.took(work, who.state_bytes) for step, work in works.items()}


def _point(name: str, step: str, size: int, took: list[Took]) -> Point:
    seconds, requests = ([one[measure] for one in took] for measure in ("seconds", "requests"))
    text = f"{spread(seconds, 's')}, {spread(requests, 'requests', 0)}"
    return Point(f"{step}, {size:,}: {name}", text, "", None, name, step, size, seconds, requests)


def line(points: Sequence[Point]) -> Iterator[Figure]:
    """The straight line that fits the medians best, each by its own measure, and how far the farthest is from it."""
    if len(points) < len(SIZES) - 1:
        return
    medians = {point.size: statistics.median(point.seconds) for point in points}
    start, slope = _fitted(medians)
    farthest = max(abs(seconds - start - slope * size) / seconds for size, seconds in medians.items())
    text = f"{start:.1f} s + {1000 * slope:.2f} ms a number; farthest size {farthest:.0%} off"
    what = f"{points[0].step}: {points[0].contender}: straight line"
    ours = points[0].contender.startswith(SINGLE)
    yield Figure(what, text, f"within {DEVIATION:.0%}" if ours else "", farthest <= DEVIATION if ours else None)


def _fitted(medians: dict[int, float]) -> tuple[float, float]:
    """Start and slope of the least squares of the relative errors: a second is much of two, and little of twenty."""
    weights = {size: 1 / seconds**2 for size, seconds in medians.items()}
    total = sum(weights.values())
    mean_size = sum(weight * size for size, weight in weights.items()) / total
    mean_seconds = sum(weight * medians[size] for size, weight in weights.items()) / total
    breadth = sum(weight * (size - mean_size) ** 2 for size, weight in weights.items())
    slope = sum(weight * (size - mean_size) * medians[size] for size, weight in weights.items()) / breadth
    return mean_seconds - slope * mean_size, slope
