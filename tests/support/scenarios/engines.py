"""The two engines of the scenarios behind one interface: the local engine and the real Pulumi CLI."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from pulumi_messaging.testing import Engine, Project
from tests.support.pulumi_values import SECRET, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PROJECT = "scenario"
STACK = "dev"

_SETTINGS = ("TELEGENT", "TELNYX")
_ROW = re.compile(r"^ *(?:\S+ +)?pulumi-python:\S+ (\S+) .*\[diff: ([^\]]*)\]", re.MULTILINE)
_PREFIX = re.compile(r"^(?:error: )?(?:pulumi_messaging\.dynamic\.)?(?:ProviderError: )?")
# The engine's own remarks about a run.
_TAIL = re.compile(
    r'^(update|preview|refresh|destroy) (failed|canceled)|an unhandled error|resource "urn:', re.IGNORECASE
)


@dataclass(frozen=True)
class Operation:
    """One step: the resource's name, Pulumi's word, the changed properties with their sign, what makes a new object."""

    name: str
    op: str
    diff: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ran:
    """One run of an engine, without the stack and the provider resource."""

    ok: bool
    operations: tuple[Operation, ...]
    errors: tuple[str, ...]
    text: str
    outputs: Mapping[str, Any]


class Driver(Protocol):
    """An engine, as the scenarios use it.

    Attributes:
        environment: Environment variables of the next runs.
    """

    environment: dict[str, str]

    def preview(self, *, refresh: bool = False) -> Ran:
        """Preview `up`."""

    def up(self, **how: Any) -> Ran:
        """Make it so; `targets` and `replace` take names of resources, `refresh` and `run_program` true or false."""

    def refresh(self, **how: Any) -> Ran:
        """Read every resource; `run_program` is true or false."""

    def taint(self, name: str) -> None:
        """Mark a resource for replacement."""

    def destroy(self) -> Ran:
        """Delete every resource."""

    def export(self) -> dict[str, Any]:
        """The deployment that the engine keeps."""

    def edit_state(self, edit: Callable[[dict[str, Any]], object]) -> None:
        """Change the deployment that the engine keeps, as somebody with an editor does."""


def environment(**more: str) -> dict[str, str]:
    """This process's environment without vendor settings, with the running interpreter first on PATH."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith((*_SETTINGS, "PULUMI"))}
    path = os.pathsep.join([str(Path(sys.executable).parent), kept.get("PATH", "")])
    return {**kept, "PATH": path, "PULUMI_CONFIG_PASSPHRASE": "", **more}


class LocalEngine:
    """The local engine of this package."""

    def __init__(self, folder: Path) -> None:
        blank = {key: "" for key in os.environ if key.startswith(_SETTINGS)}
        self.environment = {**blank, "PULUMI_CONFIG_PASSPHRASE": ""}
        self._engine = Engine(Project.load(folder), STACK, environment=self.environment)

    def preview(self, *, refresh: bool = False) -> Ran:
        return _planned(self._ran(self._engine.preview(refresh=refresh)), refresh=refresh)

    def up(self, **how: Any) -> Ran:
        return self._ran(self._engine.up(**how))

    def refresh(self, **how: Any) -> Ran:
        return self._ran(self._engine.refresh(**how))

    def taint(self, name: str) -> None:
        self._engine.taint(name)

    def destroy(self) -> Ran:
        return self._ran(self._engine.destroy())

    def export(self) -> dict[str, Any]:
        return dict(self._engine.export()["deployment"])

    def edit_state(self, edit: Callable[[dict[str, Any]], object]) -> None:
        kept = json.loads(self._engine.state_file.read_text())
        edit(kept["deployment"])
        self._engine.state_file.write_text(json.dumps(kept))

    @staticmethod
    def _ran(result: Any) -> Ran:
        operations = [
            Operation(item.name, item.op, tuple(sorted(item.diff)), tuple(sorted(item.replaces)))
            for item in result.operations
            if item.type.startswith("pulumi-python:")
        ]
        texts = [item.text for item in result.diagnostics if item.severity == "error"]
        return Ran(result.ok, _sorted(operations), _errors(texts), result.text, result.outputs)


class PulumiCli:
    """The Pulumi CLI on PATH, with a backend in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        program = shutil.which("pulumi")
        assert program is not None
        self._program = program
        self._folder = folder
        backend, project = folder.parent / "backend", Project.load(folder).name
        self._stack = backend / ".pulumi" / "stacks" / project / f"{STACK}.json"
        self._stack.parent.mkdir(parents=True)
        # An empty stack, as `pulumi stack init` leaves it, without the second that command takes.
        (backend / ".pulumi" / "meta.yaml").write_text("version: 1\n")
        empty = {"version": 3, "checkpoint": {"stack": f"organization/{project}/{STACK}"}}
        self._stack.write_text(json.dumps(empty))
        self.environment = environment(
            PULUMI_BACKEND_URL=backend.as_uri(),
            PULUMI_HOME=str(folder.parent / "home"),
            PULUMI_SKIP_UPDATE_CHECK="true",
            PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION="true",
            PULUMI_DEBUG_COMMANDS="true",  # unlocks --event-log
        )

    def preview(self, *, refresh: bool = False) -> Ran:
        return _planned(self._run("preview", *(["--refresh"] if refresh else [])), refresh=refresh)

    def up(self, **how: Any) -> Ran:
        return self._run("up", "--yes", "--skip-preview", *self._flags(how))

    def refresh(self, **how: Any) -> Ran:
        return self._run("refresh", "--yes", "--skip-preview", *self._flags(how))

    def taint(self, name: str) -> None:
        self.text("state", "taint", self._urn(name), "--yes")

    def destroy(self) -> Ran:
        return self._run("destroy", "--yes", "--skip-preview")

    def export(self) -> dict[str, Any]:
        return dict(json.loads(self._stack.read_text())["checkpoint"].get("latest") or {})

    def edit_state(self, edit: Callable[[dict[str, Any]], object]) -> None:
        kept = json.loads(self._stack.read_text())
        edit(kept["checkpoint"]["latest"])
        self._stack.write_text(json.dumps(kept))

    def text(self, *arguments: str) -> str:
        """The output of a command, which must succeed."""
        done = self.call([*arguments, "--stack", STACK])
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """A command that runs; nobody reads what it says."""
        return subprocess.Popen(
            [self._program, *arguments, "--stack", STACK, "--non-interactive"],
            cwd=self._folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def _urn(self, name: str) -> str:
        """The URN of a resource, which may be new to the state."""
        known = [item["urn"] for item in self.export().get("resources", ())]
        return next((urn for urn in known if urn.rpartition("::")[2] == name), f"**::{name}")

    def _flags(self, how: Mapping[str, Any]) -> list[str]:
        flags = [f"--{key.replace('_', '-')}" for key in ("refresh", "run_program") if how.get(key)]
        named = {"targets": "--target", "replace": "--replace"}
        return [*flags, *(word for key in named for name in how.get(key, ()) for word in (named[key], self._urn(name)))]

    def call(self, arguments: list[str]) -> subprocess.CompletedProcess[str]:
        """A command, which may fail."""
        return subprocess.run(
            [self._program, *arguments, "--non-interactive", "--color", "never"],
            cwd=self._folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def _run(self, *arguments: str) -> Ran:
        log = self._folder.parent / "events.jsonl"
        log.unlink(missing_ok=True)
        done = self.call([*arguments, "--stack", STACK, "--event-log", str(log)])
        text = done.stdout + done.stderr
        events = [json.loads(line) for line in log.read_text().splitlines()] if log.is_file() else []
        assert events, text
        diffs = {name: _changes(found) for name, found in _ROW.findall(text)}
        steps = [event["resOutputsEvent"]["metadata"] for event in events if "resOutputsEvent" in event]
        operations = [
            _operation(step, diffs, refreshed=arguments[0] == "refresh")
            for step in steps
            if step["type"].startswith("pulumi-python:")
        ]
        said = [event["diagnosticEvent"] for event in events if "diagnosticEvent" in event]
        texts = [one["message"] for one in said if one["severity"] == "error" and not one.get("ephemeral")]
        outputs = self._outputs(events)
        return Ran(done.returncode == 0, _sorted(operations), _errors(texts), text, outputs)

    @staticmethod
    def _outputs(events: list[Any]) -> dict[str, Any]:
        stacks = [
            event["resOutputsEvent"]["metadata"]["new"]
            for event in events
            if "resOutputsEvent" in event and event["resOutputsEvent"]["metadata"]["type"] == "pulumi:pulumi:Stack"
        ]
        return _shown(stacks[-1]["outputs"]) if stacks and stacks[-1] else {}


def _planned(ran: Ran, *, refresh: bool) -> Ran:
    """Of a preview with a refresh, what changes: the engines differ in how they list what they only read."""
    silent = {"same", "refresh"} if refresh else set()
    return replace(ran, operations=tuple(item for item in ran.operations if item.op not in silent))


def _operation(step: dict[str, Any], diffs: Mapping[str, tuple[str, ...]], *, refreshed: bool) -> Operation:
    name, op = step["urn"].rpartition("::")[2], step["op"]
    if refreshed and op == "refresh":
        op = "delete" if step["new"] is None else "update" if diffs.get(name) else "same"
    silent = op in {"create", "delete", "delete-replaced"}
    return Operation(name, op, () if silent else diffs.get(name, ()), tuple(sorted(step.get("keys") or ())))


def _changes(found: str) -> tuple[str, ...]:
    """The properties in `[diff: +a,b-c~d]`, each with its sign."""
    groups = re.findall(r"([-+~])([\w,]+)", found)
    return tuple(sorted(f"{sign}{name}" for sign, names in groups for name in names.split(",")))


def _sorted(operations: list[Operation]) -> tuple[Operation, ...]:
    return tuple(sorted(operations, key=lambda item: (item.name, item.op)))


def _errors(texts: list[str]) -> tuple[str, ...]:
    """Each error's own words, without what the engine puts before them and without its remarks about the run itself."""
    found = (_PREFIX.sub("", text.strip()) for text in texts)
    return tuple(sorted({text for text in found if text and not _TAIL.search(text)}))


def _shown(value: Any) -> Any:
    """Exported values with `[secret]` for secrets and `[unknown]` for what is not known yet."""
    if isinstance(value, dict):
        if value.keys() & SECRET.keys():
            return "[secret]"
        return {key: _shown(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_shown(item) for item in value]
    return "[unknown]" if value == UNKNOWN else value
