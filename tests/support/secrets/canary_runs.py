"""Runs of programs whose arguments are canaries, on the local engine or the Pulumi CLI, and what comes out by sink."""

from __future__ import annotations

import io
import json
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from rich.console import Console

from pulumi_messaging.testing import Display, Engine, Project
from tests.support.pulumi_values import SALT
from tests.support.scenarios.engines import STACK, PulumiCli
from tests.support.secrets.processes import SECRET_KEYS, Vendors, contents, sealed

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

# Canaries come out of a file: what the configuration holds as a secret is masked by both engines.
PROGRAM = """
import json
import pulumi
import pulumi_messaging

secret = pulumi.Output.secret

def hidden(value, members):
    return [secret(item) for item in value] if members and isinstance(value, list) else secret(value)

for case in json.load(open("cases.json")):
    arguments = {name: hidden(value, name in case["members"]) for name, value in case["arguments"].items()}
    getattr(pulumi_messaging, case["class"])(case["name"], **arguments, **case.get("plain", {}))
"""


class CanaryStack(ABC):
    """A project in a folder; `told` has what came out, by command and sink."""

    def __init__(self, folder: Path, vendors: Vendors) -> None:
        self.folder = folder / "project"
        self.folder.mkdir(parents=True)
        config = vendors.config | {key: sealed(value) for key, value in SECRET_KEYS.items()}
        (self.folder / "Pulumi.yaml").write_text("name: canaries\nruntime: python\n")
        (self.folder / f"Pulumi.{STACK}.yaml").write_text(json.dumps({"encryptionsalt": SALT, "config": config}))
        (self.folder / "__main__.py").write_text(PROGRAM)
        self.told: dict[tuple[str, str], list[str]] = {}
        self.runs = 0

    def declare(self, cases: Iterable[dict[str, Any]]) -> None:
        """The resources of the next runs."""
        (self.folder / "cases.json").write_text(json.dumps(list(cases)))

    def run(self, command: str) -> bool:
        """One run; whether it succeeded."""
        self.runs += 1
        succeeded, texts = self._run(command)
        for sink, found in texts.items():
            self.told.setdefault((command, sink), []).extend(found)
        return succeeded

    @abstractmethod
    def _run(self, command: str) -> tuple[bool, dict[str, list[str]]]:
        """One run: whether it succeeded, and its texts by sink."""


class LocalCanaries(CanaryStack):
    """The local engine, which has no `--json`."""

    def _run(self, command: str) -> tuple[bool, dict[str, list[str]]]:
        action, *flags = command.split()
        shown, events = io.StringIO(), []
        display = Display(Console(file=shown, width=400), diff="--diff" in flags)

        def on_event(event: Any) -> None:
            display(event)
            events.append(repr(event))

        environment = {"PULUMI_CONFIG_PASSPHRASE": ""}
        engine = Engine(Project.load(self.folder), STACK, environment=environment, on_event=on_event)
        options = {"run_program": True} if "--run-program" in flags else {}
        result = getattr(engine, action)(**options)
        texts = {"stdout": [shown.getvalue()], "result": [result.text, str(result.error)], "events": events}
        return result.ok, texts | {"state": contents(engine.state_file.parent)}


class CliCanaries(CanaryStack):
    """The Pulumi CLI."""

    def __init__(self, folder: Path, vendors: Vendors) -> None:
        super().__init__(folder, vendors)
        self._cli = PulumiCli(self.folder)

    def _run(self, command: str) -> tuple[bool, dict[str, list[str]]]:
        log = self.folder.parent / "events.jsonl"
        log.unlink(missing_ok=True)
        action, *flags = command.split()
        flags += [] if action == "preview" else ["--yes", "--skip-preview"]
        done = self._cli.call([action, *flags, "--stack", STACK, "--event-log", str(log)])
        texts = {"stdout": [done.stdout], "stderr": [done.stderr]}
        texts["events"] = [log.read_text()] if log.is_file() else []
        return done.returncode == 0, texts | {"state": contents(self.folder.parent / "backend")}
