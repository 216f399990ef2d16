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
GROWTH = 1.5


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
            yield from growth([point for point in points if (point.contender, point.step) == (name, step)])


def _life(name: str, size: int) -> dict[str, Took]:
    with world(size, limits=False) as account:
        who = contenders()[name](account)
        works = {"create": who.up, "no change": who.up, "refresh": who.refresh}
        return {step: account.took(work, who.state_bytes) for step, work in works.items()}


def _point(name: str, step: str, size: int, took: list[Took]) -> Point:
    seconds, requests = ([one[measure] for one in took] for measure in ("seconds", "requests"))
    text = f"{spread(seconds, 's')}, {spread(requests, 'requests', 0)}"
    return Point(f"{step}, {size:,}: {name}", text, "", None, name, step, size, seconds, requests)


def growth(points: Sequence[Point]) -> Iterator[Figure]:
    """What one number more costs to the largest size, against to the size before: on a straight line, the same."""
    if len(points) < len(SIZES) - 1:
        return
    seconds = {point.size: statistics.median(point.seconds) for point in points}
    small, middle, large = sorted(seconds)[-3:]
    before, after = ((seconds[b] - seconds[a]) / (b - a) for a, b in ((small, middle), (middle, large)))
    what = f"{points[0].step}: {points[0].contender}: price of one number more, {middle:,} to {large:,}"
    text = f"{1000 * after:.2f} ms; {small:,} to {middle:,}: {1000 * before:.2f} ms"
    yield Figure(what, text, f"at most {GROWTH} times", after <= max(GROWTH * before, 0.0005))
