"""Who is compared: programs under the local engine and under the Pulumi CLI, and scripts; each on an account's wish."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from benchmarks import script
from benchmarks.estate import World
from benchmarks.estate_program import CONTENDER
from benchmarks.harness import environment
from pulumi_messaging.testing import Engine, Project

SINGLE, GROUP = "this project", "this project, group"
PLAIN, RETRYING, LISTS = "plain provider", "plain provider, retries", "list per create"
CLI = ", Pulumi CLI"
SCRIPTS = tuple(f"SDK script, {way}" for way in script.THREADS)
_PROGRAMS = {SINGLE: "single", GROUP: "group", PLAIN: "plain", RETRYING: "retrying", LISTS: "lists"}


class Runner(Protocol):
    """Somebody who makes an account what is wished; each method says whether it succeeded."""

    def up(self) -> bool:
        """Make everything as wished."""

    def refresh(self) -> bool:
        """Find out what is."""

    def state_bytes(self) -> int:
        """How much is kept about it."""


@dataclass
class LocalEngine:
    """A program of resources under the local engine."""

    world: World
    program: str

    def __post_init__(self) -> None:
        _write_project(self.world)

    def up(self) -> bool:
        """The engine's up."""
        return self._engine().up().ok

    def refresh(self) -> bool:
        """The engine's refresh."""
        return self._engine().refresh().ok

    def state_bytes(self) -> int:
        """The state file."""
        return self._engine().state_file.stat().st_size

    def _engine(self) -> Engine:
        given = {**self.world.variables, CONTENDER: self.program, "PULUMI_CONFIG_PASSPHRASE": ""}
        return Engine(Project.load(self.world.folder), "dev", environment=environment(**given))


@dataclass
class PulumiCli:
    """The same program under the Pulumi CLI, with the previews that `pulumi up` makes, and a file backend."""

    world: World
    program: str

    def __post_init__(self) -> None:
        _write_project(self.world)
        made = self._pulumi("stack", "init", "dev")
        assert made.returncode == 0, made.stderr[-2000:]

    def up(self) -> bool:
        """`pulumi up`."""
        return self._pulumi("up", "--yes").returncode == 0

    def refresh(self) -> bool:
        """`pulumi refresh`."""
        return self._pulumi("refresh", "--yes").returncode == 0

    def state_bytes(self) -> int:
        """The file backend's file."""
        return next(self.world.folder.glob(".pulumi/stacks/*/dev.json")).stat().st_size

    def _pulumi(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        settings = {
            "PULUMI_SKIP_UPDATE_CHECK": "1",
            "PULUMI_BACKEND_URL": self.world.folder.as_uri(),
            "PULUMI_HOME": str(self.world.folder / "home"),
            "PULUMI_CONFIG_PASSPHRASE": "",
            CONTENDER: self.program,
        }
        return subprocess.run(
            ["pulumi", *arguments, "--non-interactive", "--color=never"],
            cwd=self.world.folder,
            env=environment(**self.world.variables, **settings),
            capture_output=True,
            text=True,
            check=False,
        )


@dataclass
class Script:
    """A script, which keeps nothing: it finds out by a dry run."""

    world: World
    way: str

    def up(self) -> bool:
        """One run."""
        return self._run()

    def refresh(self) -> bool:
        """A dry run."""
        return self._run("--dry")

    def state_bytes(self) -> int:
        """None."""
        return 0

    def _run(self, *options: str) -> bool:
        command = [sys.executable, "-m", "benchmarks.script", self.way, str(self.world.file), *options]
        given = environment(**self.world.variables)
        return subprocess.run(command, env=given, capture_output=True, check=False).returncode == 0


def contenders() -> dict[str, Callable[[World], Runner]]:
    """Everybody who can take part on this machine."""
    found: dict[str, Callable[[World], Runner]] = {}
    for name, program in _PROGRAMS.items():
        found[name] = lambda world, program=program: LocalEngine(world, program)
    if shutil.which("pulumi"):
        for name in (SINGLE, GROUP, PLAIN):
            found[name + CLI] = lambda world, program=_PROGRAMS[name]: PulumiCli(world, program)
    for name, way in zip(SCRIPTS, script.THREADS, strict=True):
        found[name] = lambda world, way=way: Script(world, way)
    return found


def _write_project(world: World) -> None:
    (world.folder / "Pulumi.yaml").write_text("name: estate\nruntime: python\n")
    (world.folder / "__main__.py").write_text("from benchmarks.estate_program import main\n\nmain()\n")
    (world.folder / "Pulumi.dev.yaml").write_text(json.dumps({"config": world.api.config}))
