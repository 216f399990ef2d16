"""The command over previews of both engines: what they print of one change leads to one report."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pulumi_messaging.cli.commands import app
from tests.support.cli.previews import OTHER, PROFILE, impact
from tests.support.scenarios.engines import STACK, LocalEngine, PulumiCli
from tests.support.scenarios.world import World

A, B, C = "+15550100001", "+15550100002", "+15550100004"
SECRET = "c4nary-of-a-password"
ROUTE = {"message_url": "https://hooks.example.com/in", "message_url_method": "POST"}
BASIC = {"message_authentication_type": "Basic", "message_username": "u", "message_password_token": SECRET}
BEFORE = {
    "orders": {**ROUTE, **BASIC},
    "gone": {**ROUTE, "on_destroy": "disable"},
    "one": {"phone_number": A, "messaging_profile_id": PROFILE},
    "all": {"phone_numbers": [B, C], "messaging_profile_id": OTHER},
}
AFTER = {
    "orders": {**BEFORE["orders"], "message_url": "https://new.example.com/in"},
    "all": {**BEFORE["all"], "phone_numbers": [C]},
    "new": {**ROUTE},
}


@pytest.fixture
def world(tmp_path: Path) -> Any:
    made: list[World] = []

    def make(engine: Any) -> World:
        made.append(World(tmp_path / engine.__name__, engine))
        return made[-1]

    yield make
    for each in made:
        each.close()


def _changed(world: World) -> World:
    world.declare(BEFORE)
    assert world.up().ok
    world.declare(AFTER)
    return world


def _reports(world: World, preview: str) -> tuple[dict[str, Any], Path]:
    """The report as JSON; no form holds the secret."""
    file = world.folder.parent / "preview.json"
    file.write_text(preview)
    told = [impact(file, *form) for form in (["--json"], ["--markdown"], [])]
    assert [one.status for one in told] == [0, 0, 0], told[0].err
    assert SECRET not in preview + "".join(one.out + one.err for one in told)
    return told[0].report, file


def test_the_previews_of_both_engines_lead_to_one_report(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The local engine's command prints JSON and nothing else; with a Pulumi CLI on PATH, the reports are equal."""
    local = _changed(world(LocalEngine))
    monkeypatch.chdir(local.folder)
    printed = CliRunner().invoke(app, ["local", "preview", "-s", STACK, "--json"], env=local.engine.environment)
    assert printed.exit_code == 0, printed.output
    report, _ = _reports(local, printed.stdout)

    changes = {change["urn"].rpartition("::")[2]: change for change in report["changes"]}
    assert {name: (one["op"], one["numbers"]) for name, one in changes.items()} == {
        "orders": ("update", 0),
        "gone": ("delete", 0),
        "one": ("delete", 1),
        "all": ("update", 1),
        "new": ("create", 0),
    }
    assert changes["one"]["puts_back"] == [{"field": "messaging_profile_id", "value": "", "numbers": [A]}]
    assert changes["all"]["puts_back"] == [{"field": "messaging_profile_id", "value": PROFILE, "numbers": [B]}]
    assert changes["orders"]["id"] == local.id_of("orders")

    assert local.up().ok
    profiles = {row["phone_number"]: row["messaging_profile_id"] for row in local.control("GET", "state")["numbers"]}
    assert (profiles[A] or "", profiles[B]) == ("", PROFILE), "what was told is what the run has put back"

    if shutil.which("pulumi"):
        cli = _changed(world(PulumiCli))
        assert isinstance(cli.engine, PulumiCli)
        theirs, _ = _reports(cli, cli.engine.text("preview", "--json"))
        assert _comparable(cli, theirs) == _comparable(local, report)


def _comparable(world: World, report: dict[str, Any]) -> Any:
    """Without ids, which every emulator gives its own, in the order of the names."""
    changes = sorted(world.known(report["changes"]), key=lambda change: str(change["urn"]))
    return json.dumps({**report, "changes": changes})
