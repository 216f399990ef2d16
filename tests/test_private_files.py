"""What this package writes is for its user alone, whatever the umask, and stays out of repositories."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pulumi_messaging.api.clock import Clock
from pulumi_messaging.api.limiter import Limiter
from pulumi_messaging.core.message_route import ROUTES
from pulumi_messaging.emulator import application
from pulumi_messaging.reconcile.named.create_notes import PendingCreates
from pulumi_messaging.reconcile.notes import NoteFiles
from pulumi_messaging.reconcile.process_lock import ProcessLock
from pulumi_messaging.testing import Engine, Project
from pulumi_messaging_engine.secrets import Crypter
from pulumi_messaging_engine.state import State, locked
from tests.support.pulumi_values import SALT

PROJECT = "name: shop\nruntime: python\n"
PROGRAM = """
from pulumi_messaging import MessageRoute, NumberMessaging

MessageRoute("orders", message_url="https://hooks.example.com/", message_url_method="POST")
NumberMessaging("line", phone_number="+15550100001", messaging_profile_id="")
"""
SETTINGS = f"encryptionsalt: {SALT}\nconfig:\n  telegent:baseUrl: emulator\n  telnyx:baseUrl: emulator\n"


@pytest.fixture(params=[0o000, 0o022], ids="{:03o}".format)
def _umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, int]:
    """Everything in a folder that somebody else may use."""
    return {
        str(path.relative_to(folder)): mode
        for path in sorted(folder.rglob("*"))
        if (mode := path.stat().st_mode & 0o777) != (0o700 if path.is_dir() else 0o600)
    }


MAKERS: dict[str, Callable[[Path], object]] = {
    "limits": lambda folder: Limiter(50, "account", folder, print, Clock()).ask(float("inf")),
    "notes": lambda folder: NoteFiles(folder).write({"url": "https://hooks.example.com/"}, "number", "id"),
    "process": lambda folder: ProcessLock(folder).name(),
    "creates": lambda folder: PendingCreates(ROUTES, folder / "creates").noted("orders").__enter__(),
    "emulator": lambda folder: application(folder / "deep" / "emulator.db").open(),
}


@pytest.mark.usefixtures("_umask")
@pytest.mark.parametrize("maker", MAKERS.values(), ids=MAKERS)
def test_a_file_and_each_folder_that_is_made_for_it(maker: Callable[[Path], object], tmp_path: Path) -> None:
    kept = maker(tmp_path / "cache" / "pulumi-messaging")

    assert any(path.is_file() for path in tmp_path.rglob("*")), kept
    assert modes(tmp_path) == {}


@pytest.mark.usefixtures("_umask")
def test_a_state_while_it_is_written_and_afterwards(tmp_path: Path) -> None:
    file = tmp_path / ".pulumi-local" / "shop" / "dev.json"
    with locked(file):
        kept = State(file, Crypter("", SALT))
        kept.open_journal()
        assert modes(tmp_path) == {}
        assert {path.suffix for path in file.parent.iterdir()} == {".lock", ".pid", ".journal"}
        kept.save()
    assert modes(tmp_path) == {}


def test_the_files_of_a_whole_run(tmp_path: Path) -> None:
    """State, emulator, notes, limits; git sees nothing of the state, unless a ``.gitignore`` of the user's says so."""
    folder, cache = tmp_path / "project", tmp_path / "cache"
    folder.mkdir()
    for name, text in {"Pulumi.yaml": PROJECT, "__main__.py": PROGRAM, "Pulumi.dev.yaml": SETTINGS}.items():
        (folder / name).write_text(text)
    environment = {"XDG_CACHE_HOME": str(cache), "PULUMI_CONFIG_PASSPHRASE": "", "PYTHONDONTWRITEBYTECODE": "1"}
    engine = Engine(Project.load(folder), "dev", environment=environment)
    before = os.umask(0o000)
    try:
        result = engine.up()
    finally:
        os.umask(before)

    assert result.ok, result.text
    assert result.text.count("the embedded emulator in this run") == 1
    written = modes(folder)
    assert written == {name: written[name] for name in ("Pulumi.yaml", "__main__.py", "Pulumi.dev.yaml")}
    assert {path.name for path in folder.glob(".emulator.db*")} >= {".emulator.db"}
    assert modes(cache) == {}
    assert json.loads(engine.state_file.read_text())["version"] == 3
    ignored = folder / ".pulumi-local" / ".gitignore"
    assert ignored.read_text() == "*\n"
    ignored.write_text("# ours\n")
    engine.taint("orders")
    assert ignored.read_text() == "# ours\n"
