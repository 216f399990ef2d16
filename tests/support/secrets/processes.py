"""Emulator, provider process and engines as users run them, with every logger of every process at DEBUG."""

from __future__ import annotations

import io
import json
import os
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console

from pulumi_messaging.testing import Display, Engine, Project, Result
from pulumi_messaging_emulator.app import Emulator
from pulumi_messaging_emulator.server import Server
from pulumi_messaging_engine.secrets import Crypter
from tests.support.cache import prepared_cache
from tests.support.emulator.control import control
from tests.support.pulumi_values import SALT
from tests.support.scenarios.engines import STACK, PulumiCli
from tests.support.secrets.canaries import ACCOUNT_KEY, ACCOUNT_SECRET, CANARIES, TELNYX_KEY, TOKEN
from tests.support.secrets.scanner import Scanner
from tests.support.secrets.world import CREDENTIALS, shown_objects

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pulumi_messaging_emulator.wire import Answer, Request

# Read by every Python process before anything else.
SITECUSTOMIZE = """
import logging

logging.basicConfig(level=logging.DEBUG, format="%(levelname)s %(name)s %(message)s")
"""
SECRET_KEYS = {
    "telegent:accountKey": ACCOUNT_KEY,
    "telegent:accountSecret": ACCOUNT_SECRET,
    "telnyx:apiKey": TELNYX_KEY,
}
SECONDS = 4


class _Vendors(Emulator):
    """The emulator, which keeps every token it has given."""

    def __init__(self, store: Path) -> None:
        super().__init__(store, credentials=CREDENTIALS)
        self.tokens: set[str] = set()

    def answer(self, request: Request, *, postponed: bool = False) -> Answer:
        answer = super().answer(request, postponed=postponed)
        token = answer.body.get("token") if isinstance(answer.body, dict) else None
        self.tokens |= {token} if isinstance(token, str) and token else set()
        return answer


class Vendors:
    """Both vendors over TCP, opened by the canaries, and a folder for what the machine keeps of requests."""

    def __init__(self, folder: Path) -> None:
        self._emulator = _Vendors(folder / "vendors.db")
        self._emulator.open()
        self._server = Server(self._emulator, "127.0.0.1", 0)
        self.cache = folder / "cache"
        self.control("PATCH", "settings", {"telegentRequestsPerMinute": 0})

    @property
    def config(self) -> dict[str, str]:
        """The configuration that is no secret."""
        return {
            "telegent:baseUrl": self._server.telegent_url,
            "telegent:requestsPerMinute": "6000",
            "telegent:timeoutSeconds": str(SECONDS),
            "telnyx:baseUrl": self._server.telnyx_url,
            "telnyx:timeoutSeconds": str(SECONDS),
        }

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """A call of the control surface that must succeed."""
        return control(self._server, method, path, body)

    def secrets(self) -> dict[str, str]:
        """The canaries and every token that was given."""
        return CANARIES | {f"{TOKEN} {place}": text for place, text in enumerate(sorted(self._emulator.tokens))}

    def scanner(self) -> Scanner:
        """Finds these secrets."""
        return Scanner(self.secrets())

    def kept(self) -> dict[str, list[str]]:
        """The emulator's log, and the files that the machine keeps: the limiter's store and the notes of attempts."""
        return {"request log": [json.dumps(self.control("GET", "requests"))], "files": contents(self.cache)}

    def close(self) -> None:
        """End them."""
        self._server.close()


@contextmanager
def vendors_and_loggers(folder: Path, *, loud: bool = True) -> Iterator[Vendors]:
    """Vendors, and an environment in which the processes started meanwhile log everything, if `loud`."""
    with ExitStack() as stack:
        made = Vendors(folder)
        stack.callback(made.close)
        customized = folder / "customized"
        customized.mkdir()
        (customized / "sitecustomize.py").write_text(SITECUSTOMIZE if loud else "")
        environment = stack.enter_context(pytest.MonkeyPatch.context())
        environment.setenv(
            "PYTHONPATH", os.pathsep.join([str(customized), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
        )
        environment.setenv("XDG_CACHE_HOME", prepared_cache(made.cache))
        yield made


def contents(folder: Path) -> list[str]:
    """The names and contents of all files in a folder."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [f"{path.name}\n{path.read_bytes().decode('utf-8', 'replace')}" for path in files]


def sealed(value: Any) -> Any:
    """A value as a settings file has it, with every text encrypted; a text in a tuple stays as it is."""
    if isinstance(value, tuple):
        return value[0]
    if isinstance(value, dict):
        return {name: sealed(item) for name, item in value.items()}
    if isinstance(value, list):
        return [sealed(item) for item in value]
    return {"secure": Crypter("", SALT).encrypt(value)} if isinstance(value, str) else value


class Stack:
    """One project and its engine; everything that comes out of it is kept by sink."""

    def __init__(self, folder: Path, vendors: Vendors, program: str, secrets: Mapping[str, Any]) -> None:
        self.folder = folder / "project"
        self.folder.mkdir(parents=True)
        config = vendors.config | {key: sealed(value) for key, value in {**SECRET_KEYS, **secrets}.items()}
        settings = {"encryptionsalt": SALT, "config": config}
        (self.folder / "Pulumi.yaml").write_text("name: secrets\nruntime: python\n")
        (self.folder / f"Pulumi.{STACK}.yaml").write_text(json.dumps(settings))
        (self.folder / "__main__.py").write_text(program)
        self.declare({})
        self.told: dict[str, list[str]] = {}

    def declare(self, plain: Mapping[str, Any]) -> None:
        """Write the values that the program reads beside its configuration."""
        (self.folder / "plain.json").write_text(json.dumps(plain))

    def tell(self, sink: str, *texts: str) -> None:
        """Keep what came out."""
        self.told.setdefault(sink, []).extend(texts)


class LocalStack(Stack):
    """A stack of the local engine."""

    @cached_property
    def _engine(self) -> Engine:
        environment = {"PULUMI_CONFIG_PASSPHRASE": ""}
        return Engine(Project.load(self.folder), STACK, environment=environment, on_event=self._on_event)

    def run(self, action: str) -> bool:
        """One run, printed in both manners; whether it succeeded."""
        rows, properties = io.StringIO(), io.StringIO()
        self._displays = (
            Display(Console(file=rows, width=400)),
            Display(Console(file=properties, width=400), diff=True),
        )
        result: Result = getattr(self._engine, action)()
        self.tell("output", rows.getvalue(), result.text, str(result.error), str(result.outputs))
        self.tell("properties", properties.getvalue())
        if action != "preview":
            self.tell("objects", *shown_objects())
        self._keep()
        return result.ok

    def _on_event(self, event: Any) -> None:
        for display in self._displays:
            display(event)
        self.tell("events", repr(event))
        self._keep()

    def _keep(self) -> None:
        """The checkpoint, and the journal that is there only while a run goes on."""
        self.tell("state", *contents(self._engine.state_file.parent))


class CliStack(Stack):
    """A stack of the Pulumi CLI."""

    @cached_property
    def _engine(self) -> PulumiCli:
        return PulumiCli(self.folder)

    def run(self, action: str) -> bool:
        """One run; whether it succeeded."""
        ran = getattr(self._engine, action)()
        self.tell("output", ran.text)
        if action == "preview":
            self.tell("properties", self._engine.text("preview", "--diff"))
        self.tell("events", *(path.read_text() for path in [self.folder.parent / "events.jsonl"] if path.is_file()))
        self.tell("state", json.dumps(self._engine.export()), *contents(self.folder.parent / "backend"))
        return bool(ran.ok)
