"""This project against what people would use instead: the same work, on the same emulator, in one run.

Every request takes 50 ms and the vendors' limits hold. Each contender has an account of its own for each kind of work;
contenders take turns, in the opposite order in every second round.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from benchmarks.contenders import CLI, GROUP, RETRYING, SCRIPTS, SINGLE, Runner, contenders
from benchmarks.estate import MEASURES, Took, World, world
from benchmarks.harness import Figure, alternating, exactly, spread

CHANGED, STRAYED = 3, 5
ROUTES = 8
STORM_SECONDS = 2.0
FAULT_RATE = 0.3
# What a network and a busy vendor do; nothing that says the request itself is wrong.
FAULTS = ("500", "502-html", "503", "504", "429-retry-after", "reset", "closed", "half", "delay")
HEADERS = {
    "429-retry-after": "Retry-After in seconds",
    "429-retry-date": "Retry-After as a date",
    "429-reset": "x-ratelimit-reset in seconds",
    "429-reset-epoch": "x-ratelimit-reset as a time",
}
Open = Callable[[World], Runner]


@dataclass(frozen=True, slots=True)
class Row(Figure):
    """What one contender took for one kind of work: the rounds' values by measure."""

    work: str = ""
    contender: str = ""
    values: dict[str, list[float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of work: what runs for a contender (several pieces after each other), and who takes part."""

    run: Callable[[Open, int], dict[str, Took]]
    without: tuple[str, ...] = ()
    cli: bool = False


def run(objects: int, rounds: int, only: Sequence[str] = ()) -> Iterator[Figure]:
    """Every kind of work for every contender; `only` selects both by a part of their names."""
    rows = [row for name, kind in KINDS.items() for row in _rows(name, kind, objects, rounds, only)]
    yield from rows
    ours = [row for row in rows if row.contender.startswith(SINGLE)]
    for measure in ("wrong writes", "duplicates"):
        yield exactly(f"{SINGLE}: {measure} in all work", int(sum(sum(row.values[measure]) for row in ours)), 0)
    unchanged = [row.values["requests"] for row in ours if row.work == NOTHING]
    if unchanged:
        yield exactly(f"{SINGLE}: requests where nothing changed", int(max(map(max, unchanged))), 0)


def unknown(only: Sequence[str]) -> list[str]:
    """What of a selection is neither a part of a kind's name nor a contender here."""
    return [part for part in only if part not in contenders() and not any(part in name for name in KINDS)]


def _rows(kind_name: str, kind: Kind, objects: int, rounds: int, only: Sequence[str]) -> Iterator[Row]:
    asked = [part for part in only if any(part in name for name in KINDS)]
    if asked and not any(part in kind_name for part in asked):
        return
    names = [part for part in only if part not in asked]
    chosen = {
        name: partial(kind.run, open_, objects)
        for name, open_ in contenders().items()
        if name not in kind.without and (kind.cli or CLI not in name) and (not names or name in names)
    }
    results = alternating(rounds, {name: partial(_told, f"{kind_name}: {name}", life) for name, life in chosen.items()})
    for work in next(iter(results.values()))[0] if results else ():
        for contender, lives in results.items():
            yield _row(work, contender, [life[work] for life in lives])


def _told(what: str, life: Callable[[], dict[str, Took]]) -> dict[str, Took]:
    """Say on stderr how far it is: all of it takes a while."""
    took = life()
    print(f"{what}: {sum(one['seconds'] for one in took.values()):.0f} s", file=sys.stderr)
    return took


def _row(work: str, contender: str, took: list[Took]) -> Row:
    values = {measure: [one[measure] for one in took] for measure in MEASURES}
    shown = [f"{spread(numbers, digits=1 if name == 'seconds' else 0)} {name}" for name, numbers in values.items()]
    return Row(f"{work}: {contender}", ", ".join(shown), work=work, contender=contender, values=values)


# --- the work

CREATE, NOTHING, CHANGE, REFRESH, DRIFT = (
    "create",
    "no change",
    f"change one field of {CHANGED}",
    "refresh",
    f"drift of {STRAYED}: refresh, and put right",
)


def _life(open_: Open, objects: int) -> dict[str, Took]:
    """An estate from nothing to a drift put right."""
    with world(objects) as account:
        who = open_(account)
        measured = {CREATE: account.took(who.up, who.state_bytes), NOTHING: account.took(who.up, who.state_bytes)}
        account.wish(moved=min(CHANGED, objects))
        measured[CHANGE] = account.took(who.up, who.state_bytes)
        measured[REFRESH] = account.took(who.refresh, who.state_bytes)
        account.stray(min(STRAYED, objects))
        measured[DRIFT] = account.took(lambda: who.refresh() and who.up(), who.state_bytes)
        return measured


def _storm(fault: str, open_: Open, objects: int) -> dict[str, Took]:
    """Creation while everything is refused for some seconds, with one way to say until when."""
    with world(_some(objects)) as account:
        who = open_(account)
        storm = {"kind": fault, "after": 1, "seconds": STORM_SECONDS}
        account.api.control("POST", "meter", storm)
        return {f"create in a storm of 429: {HEADERS[fault]}": account.took(who.up, who.state_bytes)}


def _numbers(open_: Open, objects: int) -> dict[str, Took]:
    return _faults("numbers", _some(objects), 0, open_)


def _routes(open_: Open, objects: int) -> dict[str, Took]:
    return _faults("routes", 0, min(ROUTES, objects), open_)


def _faults(what: str, numbers: int, routes: int, open_: Open) -> dict[str, Took]:
    """Creation while three requests in ten go wrong, half of them after the commit."""
    plan = {"seed": 5, "rate": FAULT_RATE, "kinds": FAULTS, "seconds": 1}
    with world(numbers, routes) as account:
        account.api.control("POST", "faults", plan)
        who = open_(account)
        return {f"create {what} with {FAULT_RATE:.0%} faults": account.took(who.up, who.state_bytes)}


def _some(objects: int) -> int:
    """How many for the work that has to wait."""
    return math.ceil(objects / 5)


# One script is enough where the answers decide; and one for routes, whose vendor has no SDK.
_THREADS_ONLY = (SCRIPTS[0], SCRIPTS[-1])
KINDS = {
    "life": Kind(_life, without=(RETRYING,), cli=True),
    **{f"storm {fault}": Kind(partial(_storm, fault), without=_THREADS_ONLY) for fault in HEADERS},
    "faults, numbers": Kind(_numbers, without=_THREADS_ONLY),
    "faults, routes": Kind(_routes, without=(GROUP, *SCRIPTS[1:])),
}
