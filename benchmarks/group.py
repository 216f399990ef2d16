"""One group of many numbers: what its life asks of the API, and how long it takes through an engine."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks import programs
from benchmarks.harness import (
    Api,
    Cost,
    Figure,
    Held,
    Plugin,
    at_most,
    cost,
    emulator_over_tcp,
    environment,
    memory_mib,
    write_project,
)
from benchmarks.objects import CHANGED, FORMER, group, phone_number
from pulumi_messaging.testing import Engine, Project

CREATE, UNCHANGED, SECONDS, FEW = 100, 3.0, 15.0, 45
BYTES, MEMORY, MORE = 40, 500, 5
_AT_ONCE = 5000


def run(objects: int, rounds: int) -> Iterator[Figure]:
    """The life of a group through an engine; then five times as many numbers in one provider process."""
    for _ in range(rounds):
        with emulator_over_tcp(0) as api, tempfile.TemporaryDirectory() as folder:
            _furnish(api, objects)
            yield from _life(objects, api, Path(folder))
    with emulator_over_tcp(0) as api:
        _furnish(api, MORE * objects)
        yield _memory(MORE * objects, api)


def _furnish(api: Api, objects: int) -> None:
    """Every second number is on another profile than the group's, the others on none."""
    profiles = (FORMER, None)
    for first in range(0, objects + CHANGED, _AT_ONCE):
        indices = range(first, min(first + _AT_ONCE, objects + CHANGED))
        numbers = [
            {
                "phone_number": phone_number(at),
                "tags": [],
                "messaging_profile_id": profiles[at % 2 if at < objects else 1],
            }
            for at in indices
        ]
        api.control("POST", "numbers", numbers)


def _life(objects: int, api: Api, folder: Path) -> Iterator[Figure]:
    write_project(folder, api.config)
    engine = _cli(folder, objects) if shutil.which("pulumi") else _local(folder, objects)

    def step(operation: str, generation: int) -> tuple[Cost, Counter[str]]:
        api.control("DELETE", "requests")
        spent = cost(lambda: engine(operation, generation), api)
        return spent, Counter(entry["operation"] for entry in api.control("GET", "requests"))

    spent, asked = step("up", 1)
    yield _requests("create", asked, CREATE)
    yield _seconds("create", spent, SECONDS)
    yield from _bytes(folder, objects)
    spent, asked = step("up", 1)
    yield _requests("nothing changed", asked, 0)
    yield _seconds("nothing changed", spent, UNCHANGED)
    for index in range(min(CHANGED, objects)):
        api.control("PATCH", f"numbers/{phone_number(index)}", {"messaging_profile_id": FORMER})
    drift = step("refresh", 1)[1] + step("up", 1)[1]
    yield _requests(f"{CHANGED} changed elsewhere: refresh and update", drift, FEW)
    yield _requests(f"{CHANGED} exchanged for others", step("up", 2)[1], FEW)
    spent, asked = step("destroy", 2)
    yield _requests("destroy", asked)
    yield _seconds("destroy", spent)
    restored = Counter(number["messaging_profile_id"] for number in _numbers(api, objects + CHANGED))
    assert restored == {FORMER: -(-objects // 2), None: objects // 2 + CHANGED}, restored


def _requests(what: str, asked: Counter[str], limit: int | None = None) -> Figure:
    listed = ", ".join(f"{count} {operation}" for operation, count in sorted(asked.items()))
    measured = f"{asked.total()}{listed and f' ({listed})'}"
    if limit is None:
        return Figure(f"{what}: requests", measured)
    return replace(at_most(f"{what}: requests", [asked.total()], limit, digits=0), measured=measured)


def _seconds(what: str, spent: Cost, limit: float | None = None) -> Figure:
    measured = f"{spent.wall:.2f} s; CPU {spent.cpu:.2f} s, of the API {spent.api_cpu:.2f} s"
    if limit is None:
        return Figure(what, measured)
    return replace(at_most(what, [spent.wall], limit, "s"), measured=measured)


def _numbers(api: Api, count: int) -> list[dict[str, Any]]:
    ours = {phone_number(index) for index in range(count)}
    return [number for number in api.control("GET", "state")["numbers"] if number["phone_number"] in ours]


def _bytes(folder: Path, objects: int) -> Iterator[Figure]:
    """What the state grows by for each number: the whole file, and what `pulumi stack export` prints."""
    for file in (*folder.glob(".pulumi/stacks/*/*.json"), *folder.glob(".pulumi-local/*/*.json")):
        yield at_most("state file, bytes a number", [file.stat().st_size / objects], BYTES, digits=1)
        indented = json.dumps(json.loads(file.read_text()), indent=4)
        yield at_most("state indented as exported, bytes a number", [len(indented) / objects], BYTES, digits=1)


def _variables(folder: Path, objects: int, generation: int) -> dict[str, str]:
    given = programs.variables(storing=False, selection="group", objects=objects)
    return environment(
        **given,
        **{programs.GENERATION: str(generation)},
        XDG_CACHE_HOME=str(folder),
        PULUMI_SKIP_UPDATE_CHECK="1",
        PULUMI_BACKEND_URL=folder.as_uri(),
        PULUMI_HOME=str(folder / "home"),
        PULUMI_CONFIG_PASSPHRASE="",
    )


def _cli(folder: Path, objects: int) -> Callable[[str, int], None]:
    def pulumi(generation: int, *arguments: str) -> None:
        done = subprocess.run(
            ["pulumi", *arguments, "--non-interactive", "--color=never"],
            cwd=folder,
            env=_variables(folder, objects, generation),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]

    pulumi(1, "stack", "init", "dev")
    return lambda operation, generation: pulumi(generation, operation, "--yes", "--skip-preview")


def _local(folder: Path, objects: int) -> Callable[[str, int], None]:
    def engine(operation: str, generation: int) -> None:
        made = Engine(Project.load(folder), "dev", environment=_variables(folder, objects, generation))
        result = getattr(made, operation)()
        assert result.ok, result.error

    return engine


def _memory(objects: int, api: Api) -> Figure:
    """The most that a provider process needs to create, read and change a group."""
    with Plugin(api.config) as process:
        held, _ = process.each(process.create, [group(objects, 1)], api)
        held, _ = process.each(process.refresh, held, api)
        assert not held[0].changed
        changed: list[Held] = process.each(process.update, [(held[0], group(objects, 2))], api)[0]
        assert changed[0].changed
        peak = memory_mib(process.pid, "VmHWM")
    return at_most(f"{objects} numbers: peak memory of the provider process", [peak], MEMORY, "MiB", 1)
