"""The canary run: every refusal of every field, through every command of an engine, into every sink; `make canaries`.

On the Pulumi CLI where it is on PATH, else on the local engine, which masks the same (`tests/engine/test_masking.py`).
It prints the counts and what it found, and ends with status 1 if it found anything.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pulumi_messaging_emulator.operations import OPERATIONS
from tests.support.secrets.accepted import (
    ACCEPTED,
    BEFORE,
    CHANGED,
    DRIFT,
    FIRST,
    GOOD,
    accepted,
    accepted_canaries,
    declared,
    impossible,
    without_ids,
)
from tests.support.secrets.canary_runs import CanaryStack, CliCanaries, LocalCanaries
from tests.support.secrets.processes import Vendors, contents, vendors_and_loggers
from tests.support.secrets.refusals import CLASSES, Case, cases
from tests.support.secrets.scanner import Scanner

if TYPE_CHECKING:
    from pulumi_messaging.resource import ManagedResource

HAS_CLI = shutil.which("pulumi") is not None
# The runs of each refused resource; then those in which no engine checks, with all refused resources in the program.
CHECKED = ("preview", "preview --diff", *(["preview --json"] if HAS_CLI else []), "up")
UNCHECKED = ("refresh", "refresh --run-program", "destroy --run-program")
WRITES = [operation.name for operation in OPERATIONS if operation.method != "GET" and not operation.public]
MOST_RUNS = 4  # a profile is made by two requests
WORKERS = 2


def main() -> int:
    """Run everything and report."""
    started = time.monotonic()
    kind = CliCanaries if HAS_CLI else LocalCanaries
    with tempfile.TemporaryDirectory() as folder, vendors_and_loggers(Path(folder, "vendors"), loud=False) as vendors:
        for what, objects in BEFORE.items():
            vendors.control("POST", what, objects)
        with ThreadPoolExecutor(WORKERS) as pool:
            stacks = list(pool.map(lambda cls: _refused(kind, Path(folder, cls.__name__), vendors, cls), CLASSES))
            stacks.append(_accepted(kind, Path(folder, "accepted"), vendors))
        told = {("", "files"): contents(vendors.cache)}
        for stack in stacks:
            for place, texts in stack.told.items():
                told.setdefault(place, []).extend(texts)
        every = [case for cls in CLASSES for case in cases(cls)]
        canaries = {name: text for case in every for name, text in case.canaries.items()}
        scanner = Scanner(canaries | accepted_canaries() | vendors.secrets())
    found = {place: scanner.found(*set(map(without_ids, texts))) for place, texts in sorted(told.items())}
    _report(kind.__name__, every, found, sum(stack.runs for stack in stacks), time.monotonic() - started)
    return int(any(found.values()))


def _refused(kind: Any, folder: Path, vendors: Vendors, cls: type[ManagedResource]) -> CanaryStack:
    """The runs of one class: a good resource in the state, beside it one refused resource after the other."""
    stack: CanaryStack = kind(folder, vendors)
    good = declared(cls, "good", GOOD[cls])
    refused = [case.program for case in cases(cls)]
    stack.declare([good])
    _succeeds(stack, "up")
    for one in refused:
        stack.declare([good, one])
        for command in CHECKED:
            assert not stack.run(command), f"{one} was not refused: {stack.told[command, 'stdout'][-1]}"
    stack.declare([good, *refused])
    for command in UNCHECKED:
        _succeeds(stack, command)
    return stack


def _accepted(kind: Any, folder: Path, vendors: Vendors) -> CanaryStack:
    """Take-overs, changes, drift and ends, and refusals of every write and of what cannot be carried out."""
    stack: CanaryStack = kind(folder, vendors)
    stack.declare(accepted())
    for command in ("preview", "preview --diff"):
        _succeeds(stack, command)
    _refused_then_done(stack, vendors, accepted(FIRST))
    _refused_then_done(stack, vendors, accepted())
    for fails in impossible():
        stack.declare([*accepted(), *fails])
        stack.run("preview --diff")
        assert not stack.run("up"), f"{fails} succeeded"
    _refused_then_done(stack, vendors, accepted(changed=FIRST))
    _refused_then_done(stack, vendors, accepted(changed=CHANGED))
    for path, changes in DRIFT.items():
        vendors.control("PATCH", path, changes)
    for command in ("refresh --diff", "up --diff"):
        _succeeds(stack, command)
    _refused_then_done(stack, vendors, accepted(ACCEPTED.keys() - {*FIRST}, changed=CHANGED))
    _refused_then_done(stack, vendors, [], "destroy")
    return stack


def _refused_then_done(
    stack: CanaryStack, vendors: Vendors, resources: list[dict[str, Any]], command: str = "up"
) -> None:
    """Each write of these four resources is refused once, with words that repeat the request; then all succeed."""
    stack.declare(resources)
    stack.run("preview --diff")
    vendors.control("POST", "faults", [{"operation": name, "kind": "400-echo"} for name in WRITES])
    runs = 0
    while not stack.run(command):
        runs += 1
        assert runs < MOST_RUNS, stack.told[command, "stdout"][-1]
    fired = vendors.control("DELETE", "faults")["fired"]
    assert len(fired) >= len(FIRST), f"only these were refused: {fired}"


def _succeeds(stack: CanaryStack, command: str) -> None:
    assert stack.run(command), stack.told[command, "stdout"][-1]


def _report(
    engine: str, every: list[Case], found: dict[tuple[str, str], dict[str, str]], runs: int, seconds: float
) -> None:
    cells = {(case.cls.__name__, *cell) for case in every for cell in case.cells}
    fields, refusals = {cell[:2] for cell in cells}, {cell[2] for cell in cells}
    commands = {command for command, _ in found if command}
    sinks = {sink for _, sink in found}
    print(  # noqa: T201 - this is its report
        f"{engine}: {len(fields)} fields x {len(refusals)} refusals: {len(cells)} cells in {len(every)} resources; "
        f"{len(commands)} commands x {len(sinks)} sinks ({', '.join(sorted(sinks))}); {runs} runs in {seconds:.0f} s: "
        f"{sum(map(len, found.values()))} found"
    )
    for (command, sink), names in found.items():
        for name, around in names.items():
            print(f"  {command}, {sink}: {name}: {around!r}")  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
