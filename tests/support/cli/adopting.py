"""Runs of `pulumi-messaging adopt`, and the first `up` of what it writes, in this process."""

from __future__ import annotations

import asyncio
import contextvars
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pulumi
from click.testing import Result
from pulumi.runtime import Settings, configure, set_all_config
from pulumi.runtime.stack import wait_for_rpcs
from typer.testing import CliRunner

from pulumi_messaging import dynamic
from pulumi_messaging.cli.commands import app
from pulumi_messaging.lifecycle import Lifecycle
from pulumi_messaging.resource_types import ResourceType
from pulumi_messaging.wiring import Wiring

READS: Final = ("GET ", "POST /v1.0/oauth2/tokens")
_TYPES: Final[dict[str, ResourceType]] = {
    provider.resource.table.resource: provider.resource
    for provider in vars(dynamic).values()
    if isinstance(provider, type) and issubclass(provider, dynamic._Provider) and hasattr(provider, "resource")
}


@dataclass(frozen=True)
class Registered:
    """A resource that a program registered."""

    resource: str
    name: str
    inputs: dict[str, Any]


class _Recorder(pulumi.runtime.Mocks):
    def __init__(self) -> None:
        self.seen: list[Registered] = []

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        inputs = {name: value for name, value in args.inputs.items() if name != "__provider"}
        self.seen.append(Registered(args.typ.rpartition(":")[2], args.name, inputs))
        return inputs.get("adopt", f"{args.name}-id"), dict(args.inputs)

    def call(self, _args: pulumi.runtime.MockCallArgs) -> Any:
        return {}


def adopt(out: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["adopt", "--out", str(out), *arguments])


def adopted(out: Path, *arguments: str) -> str:
    """The file that a run writes, which must succeed."""
    result = adopt(out, *arguments)
    assert result.exit_code == 0, result.stderr
    return out.read_text(encoding="utf-8")


def registered(code: str, config: dict[str, str] | None = None) -> list[Registered]:
    """The resources of a program, in the order in which an engine may create them."""
    recorder = _Recorder()

    async def run() -> None:
        exec(compile(code, "messaging.py", "exec"), {})
        await wait_for_rpcs()

    def inside() -> None:
        # Pulumi needs a loop in each thread that it works in, and would leave one open in those of its mocks.
        with asyncio.Runner() as runner, closing(asyncio.new_event_loop()) as loop_of_mocks:
            asyncio.set_event_loop(runner.get_loop())
            workers = ThreadPoolExecutor(1, initializer=asyncio.set_event_loop, initargs=(loop_of_mocks,))
            runner.get_loop().set_default_executor(workers)
            configure(Settings(project="infra", stack="dev"))  # whatever this process has run before
            pulumi.runtime.set_mocks(recorder, project="infra", stack="dev", preview=False)
            set_all_config(config or {})
            runner.run(run())

    with ThreadPoolExecutor(1) as thread:
        thread.submit(contextvars.Context().run, inside).result()
    return recorder.seen


def create(resources: list[Registered], settings: dict[str, str], said: list[str]) -> None:
    """Create resources as the first `up` of a stack does."""
    with closing(Wiring(said.append)) as wiring:
        lives = {name: Lifecycle(kind, wiring, settings.get, {}) for name, kind in _TYPES.items()}
        for each in resources:
            life = lives[each.resource]
            checked = life.check({}, each.inputs)
            assert not checked.problems, (each, checked.problems)
            life.create(checked.inputs)
