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

from tests.support.secrets.canary_runs import CanaryStack, CliCanaries, LocalCanaries
from tests.support.secrets.processes import Vendors, contents, vendors_and_loggers
from tests.support.secrets.refusals import CLASSES, GOOD, Case, accepted, accepted_canaries, cases
from tests.support.secrets.scanner import Scanner

if TYPE_CHECKING:
    from pulumi_messaging.resource import ManagedResource

HAS_CLI = shutil.which("pulumi") is not None
# The runs of each refused resource; then those in which no engine checks, with all refused resources in the program.
CHECKED = ("preview", "preview --diff", *(["preview --json"] if HAS_CLI else []), "up")
UNCHECKED = ("refresh", "refresh --run-program", "destroy --run-program")
WORKERS = 2


def main() -> int:
    """Run everything and report."""
    started = time.monotonic()
    kind = CliCanaries if HAS_CLI else LocalCanaries
    with tempfile.TemporaryDirectory() as folder, vendors_and_loggers(Path(folder, "vendors"), loud=False) as vendors:
        with ThreadPoolExecutor(WORKERS) as pool:
            stacks = list(pool.map(lambda cls: _refused(kind, Path(folder, cls.__name__), vendors, cls), CLASSES))
            stacks.append(_accepted(kind, Path(folder, "accepted"), vendors))
        told = {("", "files"): contents(vendors.cache)}
        for stack in stacks:
            for place, texts in stack.told.items():
                told.setdefault(place, []).extend(texts)
    every = [case for cls in CLASSES for case in cases(cls)]
    scanner = Scanner(_canaries(every))
    found = {place: scanner.found(*set(texts)) for place, texts in sorted(told.items())}
    _report(kind.__name__, every, found, sum(stack.runs for stack in stacks), time.monotonic() - started)
    return int(any(found.values()))


def _refused(kind: Any, folder: Path, vendors: Vendors, cls: type[ManagedResource]) -> CanaryStack:
    """The runs of one class: a good resource in the state, beside it one refused resource after the other."""
    stack: CanaryStack = kind(folder, vendors)
    good = {"class": cls.__name__, "name": "good", "arguments": GOOD[cls], "members": []}
    refused = [case.program for case in cases(cls)]
    stack.declare([good])
    assert stack.run("up"), stack.told
    for case in refused:
        stack.declare([good, case])
        for command in CHECKED:
            assert not stack.run(command), f"{case} was not refused: {stack.told[command, 'stdout'][-1]}"
    stack.declare([good, *refused])
    for command in UNCHECKED:
        assert stack.run(command), stack.told[command, "stdout"][-1]
    return stack


def _accepted(kind: Any, folder: Path, vendors: Vendors) -> CanaryStack:
    """Take-overs, changes and the vendor's refusals of secrets, which it repeats in its words."""
    stack: CanaryStack = kind(folder, vendors)
    stack.declare(accepted())
    for command in ("preview", "preview --diff", "up", "up --diff"):
        stack.run(command)
    stack.declare(accepted(changed=True))
    for operation in ("updateMessaging", "updateMessageRoute", "createMessageRoute", "updateProfile"):
        vendors.control("POST", "faults", [{"operation": operation, "kind": "400-echo"}])
    for command in ("preview --diff", "up", "up", "refresh", "destroy"):
        stack.run(command)
    vendors.control("DELETE", "faults")
    return stack


def _canaries(every: list[Case]) -> dict[str, str]:
    good = {f"{cls.__name__}.{name}": _text(value) for cls in CLASSES for name, value in GOOD[cls].items()}
    canaries = {name: text for case in every for name, text in case.canaries.items()}
    good = {name: text for name, text in good.items() if "good" in text or text.startswith("+")}
    return canaries | good | accepted_canaries()


def _text(value: Any) -> str:
    return str(value[0] if isinstance(value, list) else value).rpartition("=")[2]


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
