"""The world of an engine test: a project folder, the things its provider made, and both engines to run it with."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import textwrap
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pulumi_messaging.testing import Engine, Event, Operation, Project, Result
from tests.support.pulumi_values import SALT, SECRET

ROOT = Path(__file__).parents[3]
HEADER = """\
import pulumi
from pulumi import ResourceOptions as Opts
from tests.support.engine.things import Box, Thing
"""
PULUMI = shutil.which("pulumi")


def urn(name: str) -> str:
    """The URN of a thing or a box."""
    kind = "test:index:Box" if name == "box" else "pulumi-python:dynamic/test:Thing"
    return f"urn:pulumi:dev::proj::{kind}::{name}"


@dataclass
class World:
    """One stack in a folder of its own."""

    folder: Path
    stack: str = "dev"
    environment: dict[str, str] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        (self.folder / "things").mkdir(parents=True, exist_ok=True)
        self.write("Pulumi.yaml", "name: proj\nruntime: python\nstackConfigDir: stacks\n")
        self.write("stacks/Pulumi.dev.yaml", f"encryptionsalt: {SALT}\n")
        self.environment |= {
            "THINGS": str(self.folder / "things"),
            "PYTHONPATH": str(ROOT),
            "PULUMI_CONFIG_PASSPHRASE": "",
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))

    def program(self, source: str) -> World:
        self.write("__main__.py", HEADER + textwrap.dedent(source))
        return self

    def engine(self, **options: Any) -> Engine:
        options = {"environment": self.environment, "on_event": self.events.append, **options}
        return Engine(Project.load(self.folder), self.stack, **options)

    def up(self, source: str | None = None, **options: Any) -> Result:
        """An update that must succeed."""
        if source is not None:
            self.program(source)
        result = self.engine().up(**options)
        assert result.ok, result.text
        return result

    def calls(self, *wanted: str) -> list[dict[str, Any]]:
        """The provider calls since the last time this was asked."""
        log = self.folder / "things" / "calls"
        lines = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
        log.unlink(missing_ok=True)
        return [line for line in lines if not wanted or line["call"] in wanted]

    def thing(self, id_: str) -> dict[str, Any]:
        content: dict[str, Any] = json.loads((self.folder / "things" / f"{id_}.json").read_text())
        return content

    def taint(self, name: str) -> None:
        self.engine().taint(name)

    def change(self, id_: str, **values: Any) -> None:
        """Changes an object behind the engine's back."""
        (self.folder / "things" / f"{id_}.json").write_text(json.dumps({**self.thing(id_), **values}))

    def state(self) -> dict[str, Any]:
        deployment: dict[str, Any] = json.loads(self.engine().state_file.read_text())["deployment"]
        return deployment

    def resources(self) -> dict[str, dict[str, Any]]:
        return {record["urn"].rpartition("::")[2]: record for record in self.state().get("resources", [])}


class CliWorld(World):
    """The same with the real CLI."""

    def pulumi(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        assert PULUMI
        for name in ("backend", "home"):
            (self.folder / name).mkdir(exist_ok=True)
        environment = {
            **os.environ,
            **self.environment,
            "PULUMI_BACKEND_URL": f"file://{self.folder / 'backend'}",
            "PULUMI_HOME": str(self.folder / "home"),
            "PULUMI_SKIP_UPDATE_CHECK": "1",
            "PULUMI_DEBUG_COMMANDS": "true",  # for --event-log
            "PULUMI_PYTHON_CMD": sys.executable,
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        }
        return subprocess.run(
            [PULUMI, *arguments, "--non-interactive", "--color=never"],
            cwd=self.folder, env=environment, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip

    def start(self) -> CliWorld:
        answer = self.pulumi("stack", "init", self.stack)
        assert answer.returncode == 0, answer.stderr
        return self

    def taint(self, name: str) -> None:
        answer = self.pulumi("state", "taint", urn(name), "--yes", "--stack", self.stack)
        assert answer.returncode == 0, answer.stderr

    def run(self, action: str, *flags: str) -> tuple[bool, list[tuple[str, str]], str]:
        """Success or not, the steps as (operation, name), the text."""
        log = self.folder / "events"
        log.unlink(missing_ok=True)
        # The stack name needs no more than the default; the event log is the CLI's own.
        extra = [] if action == "preview" else ["--yes", "--skip-preview"]
        answer = self.pulumi(action, *extra, "--stack", self.stack, "--event-log", str(log), *flags)
        return answer.returncode == 0, _steps(log), answer.stdout + answer.stderr

    def state(self) -> dict[str, Any]:
        answer = self.pulumi("stack", "export", "--stack", self.stack)
        deployment: dict[str, Any] = json.loads(answer.stdout)["deployment"]
        return deployment


def _steps(log: Path) -> list[tuple[str, str]]:
    """The steps that began and did not fail."""
    steps: list[tuple[str, str]] = []
    for line in log.read_text().splitlines() if log.exists() else ():
        event = json.loads(line)
        for kind in ("resourcePreEvent", "resOpFailedEvent"):
            metadata = event.get(kind, {}).get("metadata")
            if metadata and not metadata["urn"].split("::")[2].startswith("pulumi:providers"):
                step = (metadata["op"], metadata["urn"].rpartition("::")[2])
                steps = [*steps, step] if kind == "resourcePreEvent" else [other for other in steps if other != step]
    return steps


def steps_of(operations: tuple[Operation, ...]) -> list[tuple[str, str]]:
    return [(operation.op, operation.name) for operation in operations]


_VOLATILE = ("created", "modified", "sourcePosition", "stackTrace", "provider")


def comparable(deployment: dict[str, Any]) -> list[dict[str, Any]]:
    """The resources of a deployment without what differs from run to run; secrets keep only their mark."""

    def blank(value: Any) -> Any:
        if isinstance(value, dict):
            if value.keys() & SECRET.keys():
                return "<secret>"
            return {key: blank(item) for key, item in value.items()}
        return [blank(item) for item in value] if isinstance(value, list) else value

    records = []
    for record in deployment.get("resources", []):
        kept = {
            key: blank(value) for key, value in record.items() if key not in _VOLATILE and value not in ([], {}, None)
        }
        kept["dependencies"] = sorted(record.get("dependencies", []))
        if record["type"].startswith("pulumi:providers"):
            kept["id"] = "<id>"
        records.append(kept)
    return sorted(records, key=lambda record: (record["urn"], record.get("id", "")))
