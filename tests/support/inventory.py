"""Runs of `pulumi-messaging inventory` in this process."""

from __future__ import annotations

import json
from typing import Any

from click.testing import Result
from typer.testing import CliRunner

from pulumi_messaging.cli.commands import app


def inventory(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["inventory", *arguments])


def shown(*arguments: str) -> Any:
    """The JSON of a run that must succeed."""
    result = inventory("--json", *arguments)
    assert (result.exit_code, result.stderr) == (0, "")
    return json.loads(result.stdout)


def refused(*arguments: str) -> str:
    """The one line of a run that must fail; nothing of the JSON is printed."""
    result = inventory("--json", *arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    (line,) = result.stderr.splitlines()
    assert line.startswith("error: ")
    return line.removeprefix("error: ")


def names(listed: dict[str, list[dict[str, Any]]]) -> tuple[list[str], list[str], list[str]]:
    """Names of routes and profiles, and numbers."""
    numbers = [each["number"] for each in listed["numbers"]]
    return [each["route_name"] for each in listed["routes"]], [each["name"] for each in listed["profiles"]], numbers
