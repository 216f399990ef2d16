"""Runs of `pulumi-messaging doctor` in this process."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from typer.testing import CliRunner

from pulumi_messaging.cli.commands import app


@dataclass(frozen=True)
class Told:
    """What a run told: exit status, all it printed, and its findings by check."""

    status: int
    text: str
    findings: dict[str, dict[str, Any]]

    def failed(self) -> dict[str, str]:
        """Detail and advice of what is not well, by check."""
        return {name: f"{each['detail']}; {each['advice']}" for name, each in self.findings.items() if not each["ok"]}


def doctor(*arguments: str) -> Told:
    """A run with `--json`, whose findings each have the four keys."""
    result = CliRunner().invoke(app, ["doctor", "--json", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    found = json.loads(result.stdout)
    assert all(list(each) == ["check", "ok", "detail", "advice"] for each in found)
    assert all(each["ok"] == (each["advice"] == "") for each in found)  # who must do something is told what
    assert result.exit_code == int(not all(each["ok"] for each in found))
    return Told(result.exit_code, result.output, {each["check"]: each for each in found})
