"""Runs of `pulumi-messaging map` in this process, and states for them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import Result
from typer.testing import CliRunner

from pulumi_messaging.cli.commands import app
from pulumi_messaging.core.members import Member, labelled, packed

TYPE = "pulumi-python:dynamic/messaging:"
HOOK = "https://hooks.example.com/in"
PROFILE = "0c3e6a52-1f0e-4b58-9a7e-2b8d41c6f001"
FORMS = ("html", "svg", "txt", "json")


def draw(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["map", *map(str, arguments)])


def drawn(out: Path, *arguments: str | Path) -> str:
    """What a run that must succeed wrote."""
    result = draw("--out", out, *arguments)
    assert (result.exit_code, result.stderr) == (0, "")
    return out.read_text("utf-8")


def refused(*arguments: str | Path) -> str:
    """The one line of a run that must fail."""
    result = draw(*arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    (line,) = result.stderr.splitlines()
    return line.removeprefix("error: ")


def state(path: Path, *resources: dict[str, Any]) -> Path:
    """A state file with these resources."""
    stack = {"urn": "", "type": "pulumi:pulumi:Stack"}
    path.write_text(json.dumps({"version": 3, "deployment": {"resources": [stack, *resources]}}))
    return path


def resource(kind: str, object_id: str, inputs: dict[str, Any] | None = None, **outputs: Any) -> dict[str, Any]:
    """A resource of the stack `prod`, called after its id."""
    urn = f"urn:pulumi:prod::estate::{TYPE}{kind}::{object_id}"
    return {"urn": urn, "type": TYPE + kind, "id": object_id, "inputs": inputs or {}, "outputs": outputs}


def group(object_id: str, members: list[Member], kind: str = "NumberMessagingGroup", **outputs: Any) -> dict[str, Any]:
    """A resource of many numbers."""
    name = "numbers" if kind == "NumberRouteGroup" else "phoneNumbers"
    declared = {name: labelled(member.spelled for member in members)}
    return resource(kind, object_id, declared, __numbers=list(packed(members)), **outputs)


def members(*numbers: str) -> list[Member]:
    return [Member(number, number) for number in numbers]


def marks(found: Any) -> dict[str, list[str]]:
    """Receiver → what the map marks of it."""
    return {each["name"] or each["id"]: each["marks"] for each in found["receivers"]}
