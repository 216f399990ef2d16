"""States that earlier versions wrote are read by this one without a difference, and lead to the same requests."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_messaging.core.tables import TABLES
from tests.states.recorded_stack import NOTHING, RECORDED, RECORDINGS, REPLAYS, SETTLED, RecordedStack, Run

if TYPE_CHECKING:
    from collections.abc import Iterator

PULUMI = shutil.which("pulumi")


def recorded(version: str, name: str, kind: str) -> Any:
    """A recorded file of a stack."""
    return json.loads((RECORDED / version / f"{name}.{kind}.json").read_text())


@pytest.fixture
def stack(version: str, name: str, tmp_path: Path) -> Iterator[RecordedStack]:
    """A stack as it was recorded."""
    with RecordedStack(tmp_path, name) as stack:
        stack.import_state(recorded(version, name, "state"), recorded(version, name, "objects"))
        yield stack


def test_every_resource_has_a_settled_state_with_each_account() -> None:
    """A new resource needs a recording."""
    states = [recorded(version, name, "state")["deployment"]["resources"] for version, name in SETTLED]
    found = {(one["type"].rpartition(":")[2], one["inputs"].get("account", "")) for each in states for one in each[1:]}

    assert {(table.resource, account) for table in TABLES for account in ("", "eu")} <= found


@pytest.mark.parametrize(("version", "name"), SETTLED)
def test_a_settled_state_was_recorded_without_a_difference(version: str, name: str) -> None:
    """A preview makes no request, and a refresh changes nothing."""
    runs = {key: Run(**run) for key, run in recorded(version, name, "runs").items()}

    assert runs["preview"] == runs["preview after refresh"] == runs["preview after up"] == NOTHING
    assert replace(runs["refresh"], read=[], records=[]) == NOTHING


@pytest.mark.parametrize("replay", REPLAYS)
@pytest.mark.parametrize(("version", "name"), RECORDINGS)
def test_a_recorded_state_leads_to_the_recorded_requests(
    stack: RecordedStack, version: str, name: str, replay: str
) -> None:
    runs = {key: asdict(run) for key, run in REPLAYS[replay](stack).items()}

    assert runs == {key: run for key, run in recorded(version, name, "runs").items() if key in runs}


@pytest.mark.parametrize(("version", "name"), SETTLED)
def test_the_pulumi_cli_reads_a_settled_state_without_a_difference(stack: RecordedStack, tmp_path: Path) -> None:
    if PULUMI is None:
        pytest.skip("no Pulumi CLI (`pulumi`) on PATH: the states were replayed by the local engine only")
    (tmp_path / "backend").mkdir()
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith(("PULUMI", "TELEGENT", "TELNYX"))},
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "PULUMI_BACKEND_URL": (tmp_path / "backend").as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": "",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_HOME": str(tmp_path / "home"),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }

    def pulumi(*arguments: str) -> None:
        done = subprocess.run(
            [PULUMI, *arguments, "--stack", stack.name, "--non-interactive", "--color", "never"],
            cwd=stack.folder, env=environment, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr

    pulumi("stack", "init")
    pulumi("stack", "import", "--file", str(stack.engine.state_file))
    pulumi("preview", "--diff", "--expect-no-changes")
