"""A project folder whose program is a file of declarations, and a local engine in a process of its own to run it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.harness import cache, environment
from pulumi_messaging.testing import Engine, Project
from soak.accounts import KEY, SECRET, Accounts

COMMAND = str(Path(sys.executable).parent / "pulumi-messaging")
PROGRAM = """
import json, pathlib
import pulumi_messaging
for name, (kind, arguments) in json.loads(pathlib.Path("declared.json").read_text()).items():
    getattr(pulumi_messaging, kind)(name, **arguments)
"""
# The salt of the empty passphrase.
SALT = "v1:PKd638Klh4c=:v1:6QlODmXN+HKoNMKf:x4UoFb3833KpQwBBlL9RSeCO+gzWvQ=="

Declared = dict[str, tuple[str, dict[str, Any]]]


@dataclass
class Stack:
    """One stack in a folder of its own, with accounts of its own."""

    folder: Path
    place: Accounts

    def __post_init__(self) -> None:
        config = {
            "telegent:baseUrl": self.place.url,
            "telegent:accountKey": KEY,
            "telegent:accountSecret": SECRET,
            "telegent:requestsPerMinute": "100000",
            "telnyx:baseUrl": f"{self.place.url}/v2",
            "telnyx:apiKey": "KEYemulator",
        }
        (self.folder / "Pulumi.yaml").write_text("name: soak\nruntime: python\n")
        (self.folder / "Pulumi.dev.yaml").write_text(json.dumps({"encryptionsalt": SALT, "config": config}))
        (self.folder / "__main__.py").write_text(PROGRAM)
        self.environment = environment(
            XDG_CACHE_HOME=cache(self.folder / "cache"), PULUMI_CONFIG_PASSPHRASE="", PYTHONDONTWRITEBYTECODE="1"
        )

    def declare(self, declared: Mapping[str, tuple[str, dict[str, Any]]]) -> None:
        """What the program declares from now on."""
        (self.folder / "declared.json").write_text(json.dumps(declared))

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """An engine that runs; nobody reads what it says."""
        return subprocess.Popen(
            [COMMAND, "local", *command],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def run(self, *command: str) -> tuple[bool, str]:
        """An engine until its end: whether all went well, and what it said."""
        done = subprocess.run(
            [COMMAND, "local", *command],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode == 0, done.stdout + done.stderr

    def ids(self) -> dict[str, str]:
        """The id of each resource in the state, by name."""
        deployment = Engine(Project.load(self.folder), "dev", environment=self.environment).export()["deployment"]
        return {
            resource["urn"].rpartition("::")[2]: resource["id"]
            for resource in deployment.get("resources", [])
            if resource["type"].startswith("pulumi-python:") and resource.get("id")
        }


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [int(child) for child in task.read_text().split()]
        except OSError:
            continue
    return found


def is_plugin(pid: int) -> bool:
    """Whether a process is a provider's."""
    try:
        return b"pulumi.dynamic" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def kill(pid: int) -> None:
    """``kill -9``."""
    try:
        os.kill(pid, 9)
    except ProcessLookupError:
        return
