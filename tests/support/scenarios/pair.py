"""Worlds for scenarios: one on the local engine, or two in step, which must ask, do and leave the same."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

from tests.support.scenarios.engines import LocalEngine, PulumiCli
from tests.support.scenarios.expected import PAGE
from tests.support.scenarios.runs import Run
from tests.support.scenarios.world import World

if TYPE_CHECKING:
    from pathlib import Path

_ONE_NUMBER = re.compile(r"(?<=^GET /v2/phone_numbers/)[+0-9]+(?=/messaging$)")


class Pair:
    """The same scenario on both engines in step; every run must ask, do and leave the same. Answers are the CLI's."""

    def __init__(self, local: World, cli: World) -> None:
        self._worlds = (local, cli)
        self._pool = ThreadPoolExecutor(max_workers=2)

    def __getattr__(self, name: str) -> Any:
        actions = [getattr(world, name) for world in self._worlds]
        if not callable(actions[0]):
            return actions[1]

        def both(*args: Any, **kwargs: Any) -> Any:
            local, cli = self._pool.map(lambda action: action(*args, **kwargs), actions)
            if isinstance(cli, Run):
                self._compare(name, local, cli)
                return replace(cli, text=local.text + cli.text)
            if name == "raw_state":
                return local + cli
            if name not in {"id_of", "control", "of_account"}:
                assert local == cli, name
            return cli

        return both

    def close(self) -> None:
        """End both."""
        self._pool.shutdown()
        for world in self._worlds:
            world.close()

    def _compare(self, name: str, local: Run, cli: Run) -> None:
        left, right = (_comparable(run) for run in (local, cli))
        assert left == right, f"{name}: the local engine (left) differs from the Pulumi CLI (right)\n{cli.text}"
        if name != "preview":
            mine, theirs = (world.state() for world in self._worlds)
            assert mine == theirs, f"state after {name}: the local engine (left), the Pulumi CLI (right)"


def _comparable(run: Run) -> Run:
    # How an engine words a run is its own affair, so is the order of what is independent of each other, and, after a
    # failure, how far what needs nothing has come.
    operations = tuple(item for item in run.operations if item.op != "refresh" and (run.ok or item.op != "same"))
    requests = run.requests
    if PAGE in run.reads:  # which number was the first, and therefore read singly, depends on the order too
        requests = tuple(sorted((_ONE_NUMBER.sub("<number>", what), *rest) for what, *rest in requests))
    return replace(run, text="", outputs={}, sequence=(), operations=operations, requests=requests)


_ENGINES = {"local engine": LocalEngine, "Pulumi CLI": PulumiCli}


class Worlds:
    """Makes worlds of one kind, and ends them."""

    def __init__(self, folder: Path, kind: str) -> None:
        self._folder, self._kind = folder, kind
        self._made: list[Any] = []

    def __call__(self, beside: Any = None) -> Any:
        """A new world; on a single engine it may stand beside another one, with the same vendors."""
        folder = self._folder / str(len(self._made))
        if self._kind in _ENGINES:
            made: Any = World(folder, _ENGINES[self._kind], beside)
        else:
            made = Pair(World(folder / "local", LocalEngine), World(folder / "cli", PulumiCli))
        self._made.append(made)
        return made

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for made in self._made:
            made.close()
