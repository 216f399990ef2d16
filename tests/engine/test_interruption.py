"""Runs that end before their time: by a signal, or killed."""

from __future__ import annotations

import itertools
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from pulumi_messaging_engine.deployment import Deployment
from pulumi_messaging_engine.steps import StepExecutor
from tests.support.engine.world import World
from tests.support.pulumi_values import SALT

LIMITED = "telegent:baseUrl: emulator, telegent:requestsPerMinute: 2"
ROUTES = """\
from pulumi_messaging import MessageRoute

for name in "abc":
    MessageRoute(name, message_url="https://hooks.example.com/", message_url_method="POST")
"""
COMMAND = "from pulumi_messaging.cli import main; main()"
RUN = """
import sys
from pulumi_messaging.testing import Engine, Project
result = Engine(Project.load(sys.argv[1]), "dev").up()
print(result.error)
"""


def _start(world: World, source: str) -> subprocess.Popen[str]:
    world.program(source)
    return subprocess.Popen(
        [sys.executable, "-c", RUN, str(world.folder)],
        env={**os.environ, **world.environment}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def _children(world: World) -> list[int]:
    """The processes this world's runs have left: those with its folder in their environment."""
    mark = f"THINGS={world.folder / 'things'}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                variables = (entry / "environ").read_bytes().split(b"\0")
            except OSError:
                continue
            if mark in variables:
                found.append(int(entry.name))
    return found


@pytest.fixture(autouse=True)
def _no_process_is_left(world: World) -> Iterator[None]:
    yield
    for pid in _children(world):
        os.kill(pid, signal.SIGKILL)


def _wait_for(world: World, call: str, number: int = 1) -> None:
    log = world.folder / "things" / "calls"
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if log.exists() and log.read_text().count(f'"call": "{call}"') >= number:
            return
        time.sleep(0.02)
    raise AssertionError(f"no {call} within 30 s")


def _until_gone(world: World, seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while _children(world) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not _children(world)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "terminate"])
def test_an_interrupt_lets_the_running_call_end_and_starts_no_other(world: World, number: signal.Signals) -> None:
    """The creation in flight is finished and recorded, the next is not begun, both children are gone."""
    process = _start(world, "a = Thing('a', slow=1)\nThing('b', color=a.made)")
    _wait_for(world, "create")
    process.send_signal(number)
    process.communicate(timeout=30)

    assert process.returncode != 0
    assert [call["props"]["label"] for call in world.calls("create")] == ["a"]
    assert world.resources()["a"]["id"] == "a-1"
    assert "pending_operations" not in world.state()
    assert _until_gone(world)


def test_an_interrupt_ends_the_waits_of_the_provider(world: World) -> None:
    """A wait for the vendor's limit ends at once; what was made is recorded, and nothing is pending."""
    world.write("stacks/Pulumi.dev.yaml", f"encryptionsalt: {SALT}\nconfig: {{{LIMITED}}}\n")
    world.environment["XDG_CACHE_HOME"] = str(world.folder / "cache")
    world.write("__main__.py", ROUTES)
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND, "local", "up"], cwd=world.folder,
        env={**os.environ, **world.environment}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    shown = itertools.takewhile(lambda line: "; waiting " not in line, process.stdout)
    assert "Updating (dev):\n" in list(shown)

    begun = time.monotonic()
    process.send_signal(signal.SIGINT)
    rest, errors = process.communicate(timeout=30)

    assert time.monotonic() - begun < 5, rest  # a second goes into the end of two processes
    assert "error: update canceled" in rest
    assert ": interrupted; run the command again" in rest
    assert "Traceback" not in rest + errors
    assert "pending_operations" not in world.state()
    assert _until_gone(world)


def test_an_interrupt_does_not_wait_for_the_calls_of_a_refresh_or_a_destroy() -> None:
    """The main thread is free at once to tell the provider; the run then waits for the calls under way."""
    running, done = threading.Event(), threading.Event()

    def work(_: object) -> None:
        running.set()
        done.wait(30)

    deployment = cast("Any", Deployment.__new__(Deployment))
    StepExecutor.__init__(deployment, lambda _: None)
    threading.Thread(target=lambda: running.wait(30) and os.kill(os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        deployment._in_parallel(work, ["a", "b"])

    assert deployment.closed
    assert not done.is_set()
    done.set()
    deployment.drain()


def test_a_second_interrupt_leaves_the_call_and_records_it_as_pending(world: World) -> None:
    """Nobody knows what became of the creation: it stays on record, and the next update warns of it and goes on."""
    process = _start(world, "Thing('a', slow=20)")
    _wait_for(world, "create")
    process.send_signal(signal.SIGINT)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert _until_gone(world)

    assert [
        (item["type"], item["resource"]["urn"].rpartition("::")[2]) for item in world.state()["pending_operations"]
    ] == [("creating", "a")]
    warned = world.up("Thing('a')")
    assert "1 pending operations from previous deployment.\n  * urn:" in warned.text
    assert "::a, interrupted while creating" in warned.text


def test_the_warning_stays_until_the_creation_is_cleared_by_a_refresh(world: World) -> None:
    """As with the CLI an undecided creation stays on record, after a refresh too, unless that is told to clear it."""
    process = _start(world, "Thing('a', slow=20)")
    _wait_for(world, "create")
    process.kill()
    process.communicate()

    for _ in range(2):
        assert "pending operations" in world.up("Thing('a')").text
    assert world.engine().refresh().ok
    assert "pending operations" in world.up().text
    assert world.engine().refresh(clear_pending_creates=True).ok
    assert world.up().text == ""


def test_an_undecided_update_is_forgotten_by_the_next_run(world: World) -> None:
    """Only creations stay: the next update repeats an interrupted update anyway."""
    world.up("Thing('a', color='red')")
    process = _start(world, "Thing('a', color='blue', die='update')")
    process.communicate(timeout=30)
    journal = world.engine().state_file.with_suffix(".journal")
    assert not journal.exists()

    state = json.loads(world.engine().state_file.read_text())
    resource = next(item for item in state["deployment"]["resources"] if item.get("id") == "a-1")
    state["deployment"]["pending_operations"] = [{"resource": resource, "type": "updating"}]
    world.engine().state_file.write_text(json.dumps(state))

    assert "::a, interrupted while updating" in world.up("Thing('a', color='blue')").text
    assert world.up().text == ""


def test_state_is_whole_after_kill_9_at_any_moment(world: World) -> None:
    """Whatever the moment, what was made is on record or pending, the lock is free, and the next run goes on."""
    program = """
    last = None
    for i in range(12):
        last = Thing(f"t{i}", slow=0.02, opts=Opts(depends_on=[last] if last else []))
    """
    chance = random.Random(20261122)
    known = 0
    for round_ in range(4):
        process = _start(world, program)
        if round_ == 0:
            _wait_for(world, "create", chance.randint(2, 5))
        else:
            _wait_for(world, "check", chance.randint(2, 11))
        time.sleep(chance.random() * 0.05)
        process.kill()
        process.communicate()
        for pid in _children(world):
            os.kill(pid, signal.SIGKILL)
        made = {call["id"] for call in world.calls("created")}
        exported = world.engine().export()["deployment"]
        ids = {record["id"] for record in exported["resources"] if record["type"].endswith("Thing")}
        pending = {item["resource"]["urn"].rpartition("::")[2] for item in exported.get("pending_operations", [])}
        assert {id_ for id_ in made if id_ not in ids} <= {f"{name}-{n}" for name in pending for n in range(1, 9)}
        assert len(ids) >= known
        known = len(ids)

    assert world.up(program).ok
    assert len(world.resources()) == 14
    assert world.up().changed is False


def test_a_torn_last_line_of_the_journal_is_ignored(world: World) -> None:
    """What a dying process wrote in part is as if it had not been written."""
    process = _start(world, "a = Thing('a')\nThing('b', color=a.made, slow=20)")
    _wait_for(world, "create", 2)
    process.kill()
    process.communicate()
    journal = world.engine().state_file.with_suffix(".journal")
    before = world.engine().export()["deployment"]["resources"]

    with journal.open("a") as file:
        file.write('{"ended": ["urn:pulumi:dev::proj::x"], "put": [{"ur')

    assert world.engine().export()["deployment"]["resources"] == before
    assert [record["id"] for record in before if record["type"].endswith("Thing")] == ["a-1"]
