"""What our provider costs beyond one that only stores outputs of the same size.

Three levels: the provider process alone, the local engine, the Pulumi CLI. What an API costs is not subtracted: our
provider asks one, the other none, so each figure is the whole price of managing something. How much of it is the API's
is shown by the plain API (a process of its own, whose CPU time is listed) and the two ways to the emulator.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import programs
from benchmarks.harness import (
    ASKING,
    STORING,
    Api,
    Cost,
    Figure,
    Held,
    Plugin,
    at_most,
    cache,
    cost,
    embedded_emulator,
    emulator_over_tcp,
    environment,
    in_turn,
    no_api,
    plain_api,
    spread,
    write_project,
)
from benchmarks.objects import mixed
from pulumi_messaging.testing import Engine, Project

CALLS_LIMIT, COMMANDS_LIMIT = 1.15, 1.10
PHASES = ("create", "no change", "update", "refresh")
NO_CHANGE_CPU = 0.5

Commands = Callable[[Path, Mapping[str, str], int], dict[str, Callable[[], None]]]
OpenApi = Callable[[int], AbstractContextManager[Api]]
APIS: dict[str, OpenApi] = {
    STORING: no_api,
    ASKING: plain_api,
    "plain API": plain_api,
    "emulator, TCP": emulator_over_tcp,
    "emulator, embedded": embedded_emulator,
}
OTHERS = [name for name in APIS if name != STORING]  # everything is compared with that one

Run = dict[str, Cost]
Phases = Mapping[str, Callable[[], Cost]]
Life = Callable[[], AbstractContextManager[Phases]]


def plugin(objects: int, rounds: int, only: Sequence[str] = ()) -> Iterator[Figure]:
    """Through the provider process: each phase in a process of its own, four calls at once."""
    sizes: dict[str, int] = {}
    runs = _runs({name: partial(_calls, name, objects, sizes) for name in _contenders(only)}, rounds)
    yield from _compared(runs, CALLS_LIMIT)
    idle = {name: [1000 * row["no change"].cpu / objects for row in rows] for name, rows in runs.items()}
    for name in [name for name in runs if name not in {STORING, ASKING}]:
        beyond = [ours - base for ours, base in zip(idle[name], idle[STORING], strict=True)]
        yield at_most(f"{name}: CPU of a resource without a change, beyond {STORING}", beyond, NO_CHANGE_CPU, "ms")
    yield Figure("bytes of all inputs and outputs", ", ".join(f"{name}: {size}" for name, size in sizes.items()))


def local_engine(objects: int, rounds: int, only: Sequence[str] = ()) -> Iterator[Figure]:
    """Through the local engine: up, the same again, up with every object changed, refresh."""
    yield from _with_engine(_local_engine, objects, rounds, only)


def cli(objects: int, rounds: int, only: Sequence[str] = ()) -> Iterator[Figure]:
    """Through the Pulumi CLI: the same, with the previews that `pulumi up` makes."""
    if shutil.which("pulumi") is None:
        yield Figure("skipped", "there is no pulumi on PATH")
        return
    yield from _with_engine(_pulumi, objects, rounds, only)


def _contenders(only: Sequence[str]) -> list[str]:
    return [STORING, *(name for name in OTHERS if not only or name in only)]


def _compared(runs: Mapping[str, list[Run]], limit: float) -> Iterator[Figure]:
    """What each contender took, and each round's total over the same round's baseline."""
    for name, rows in runs.items():
        phases = ", ".join(f"{phase} {spread([row[phase].wall for row in rows])}" for phase in PHASES)
        cpu, api_cpu = ([_total(row, what) for row in rows] for what in ("cpu", "api_cpu"))
        yield Figure(f"{name}: wall s", phases)
        yield Figure(f"{name}: CPU", f"{spread(cpu, 's')}; API process {spread(api_cpu, 's')}")
    ours = [name for name in runs if name not in {STORING, ASKING}]
    for name in ours:
        wall, told = _ratio(runs[name], runs[STORING])
        figure = at_most(f"{name} / {STORING}", wall, limit, "times")
        yield replace(figure, measured=f"{figure.measured}; {told}")
    for name, base in [(ASKING, STORING), *((name, ASKING) for name in ours)] if ASKING in runs else ():
        wall, told = _ratio(runs[name], runs[base])
        yield Figure(f"{name} / {base}", f"{spread(wall, 'times')}; {told}")


def _ratio(runs: list[Run], bases: list[Run]) -> tuple[list[float], str]:
    """Each round's wall time over that of another contender; in words also the phases' and the CPU time's."""
    pairs = list(zip(runs, bases, strict=True))
    wall, cpu = ([_total(run, what) / _total(base, what) for run, base in pairs] for what in ("wall", "cpu"))
    phases = ", ".join(
        f"{phase} {statistics.median(run[phase].wall / base[phase].wall for run, base in pairs):.2f}"
        for phase in PHASES
    )
    return wall, f"{phases}; CPU {spread(cpu)}"


def _total(run: Run, what: str) -> float:
    total: float = sum(getattr(cost, what) for cost in run.values())
    return total


def _runs(lives: Mapping[str, Life], rounds: int) -> dict[str, list[Run]]:
    """Each contender has an API of its own; each phase is gone through by all of them, one after the other.

    The machine's speed drifts: what is compared is to be close in time.
    """
    runs: dict[str, list[Run]] = {name: [] for name in lives}
    for number in range(rounds):
        with ExitStack() as opened:
            phases = {name: opened.enter_context(life()) for name, life in lives.items()}
            costs: dict[str, Run] = {name: {} for name in lives}
            for place, phase in enumerate(PHASES):
                for name in in_turn([*lives], number + place):
                    costs[name][phase] = phases[name][phase]()
        for name, run in costs.items():
            runs[name].append(run)
    return runs


@contextmanager
def _calls(name: str, objects: int, sizes: dict[str, int]) -> Iterator[Phases]:
    """Each phase in a provider process of its own, four calls at once."""
    held: list[Held] = []

    def phase(operation: Callable[..., Held], items: Iterable[Any], *, changed: bool = False) -> Cost:
        with Plugin(api.config, name) as process:
            made, taken = process.each(partial(operation, process), items, api)
        assert all(one.changed is changed for one in made)
        held[:] = made
        sizes[name] = sum(one.inputs.ByteSize() + one.outputs.ByteSize() for one in made)
        return taken

    with APIS[name](objects) as api:
        yield {
            "create": lambda: phase(Plugin.create, mixed(objects, 1)),
            "no change": lambda: phase(Plugin.update, zip(held, mixed(objects, 1), strict=True)),
            "update": lambda: phase(Plugin.update, zip(held, mixed(objects, 2), strict=True), changed=True),
            "refresh": lambda: phase(Plugin.refresh, held),
        }


def _with_engine(commands: Commands, objects: int, rounds: int, only: Sequence[str]) -> Iterator[Figure]:
    lives = {name: partial(_project, commands, name, objects) for name in _contenders(only)}
    yield from _compared(_runs(lives, rounds), COMMANDS_LIMIT)


@contextmanager
def _project(commands: Commands, name: str, objects: int) -> Iterator[Phases]:
    with APIS[name](objects) as api, tempfile.TemporaryDirectory() as folder:
        write_project(Path(folder), api.config)
        given = programs.variables(storing=name in {STORING, ASKING}, selection="mixed", objects=objects)
        given["XDG_CACHE_HOME"] = cache(Path(folder))
        prepared = commands(Path(folder), given, objects)
        yield {phase: partial(cost, command, api) for phase, command in prepared.items()}


def _local_engine(folder: Path, variables: Mapping[str, str], objects: int) -> dict[str, Callable[[], None]]:
    def engine(generation: int) -> Engine:
        given = environment(**variables, **{programs.GENERATION: str(generation), "PULUMI_CONFIG_PASSPHRASE": ""})
        return Engine(Project.load(folder), "dev", environment=given)

    def up(generation: int, operation: str) -> None:
        result = engine(generation).up()
        assert result.ok, result.error
        assert result.changes.get(operation, 0) >= objects, result.changes

    def refresh() -> None:
        result = engine(2).refresh()
        assert result.ok, result.error

    return {
        "create": partial(up, 1, "create"),
        "no change": partial(up, 1, "same"),
        "update": partial(up, 2, "update"),
        "refresh": refresh,
    }


def _pulumi(folder: Path, variables: Mapping[str, str], objects: int) -> dict[str, Callable[[], None]]:
    settings = {
        "PULUMI_SKIP_UPDATE_CHECK": "1",
        "PULUMI_BACKEND_URL": folder.as_uri(),
        "PULUMI_HOME": str(folder / "home"),
        "PULUMI_CONFIG_PASSPHRASE": "",
    }

    def pulumi(generation: int, expected: str, *arguments: str) -> None:
        done = subprocess.run(
            ["pulumi", *arguments, "--non-interactive", "--color=never"],
            cwd=folder,
            env=environment(**variables, **settings, **{programs.GENERATION: str(generation)}),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        assert expected in done.stdout, done.stdout[-2000:]

    pulumi(1, "", "stack", "init", "dev")
    return {
        "create": partial(pulumi, 1, "created", "up", "--yes"),
        "no change": partial(pulumi, 1, "unchanged", "up", "--yes"),
        "update": partial(pulumi, 2, f"{objects} updated", "up", "--yes"),
        "refresh": partial(pulumi, 2, "unchanged", "refresh", "--yes"),
    }
