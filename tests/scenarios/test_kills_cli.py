"""`kill -9` of the Pulumi CLI or of its plugin while a request is under way; `pulumi cancel` and `up` go on."""

from __future__ import annotations

import os
import re
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from soak.stacks import children, is_plugin
from tests.support.emulator.seed import ALERTS, FIRST
from tests.support.scenarios.expected import URL, automatic

ROUTE = {"message_url": URL, "message_url_method": "POST"}
POINTS = [
    ("createMessageRoute", "before"),
    ("createMessageRoute", "after"),
    ("deleteMessageRoute", "after"),
]


@pytest.mark.parametrize("target", ["cli", "plugin"])
@pytest.mark.parametrize(("operation", "position"), POINTS)
def test_killed(cli_world: Any, operation: str, position: str, target: str) -> None:
    """Each route is there once and held; a given name is refused and taken over as the error says; then nothing is."""
    number = {"phone_number": FIRST, "messaging_profile_id": ALERTS}
    cli_world.declare({"changed": ROUTE, "deleted": ROUTE})
    assert cli_world.up().ok
    declared = {"changed": {**ROUTE, "message_url": f"{URL}/2"}, "made": ROUTE, "number": number}
    given = {**ROUTE, "route_name": "given"}
    cli_world.declare({**declared, "given": given})
    # The plugin outlives the CLI: what is before its commit is carried out while nobody waits for it any more.
    cli_world.control("POST", "faults", {"operation": operation, "kind": "delay", "position": position, "seconds": 2})

    _kill(cli_world, target)
    cli_world.control("DELETE", "faults")
    cli_world.engine.start("cancel", "--yes").wait(60)
    for _ in range(3):
        run = cli_world.up()
        if run.ok:
            break
        found = re.search(r'add adopt="(MRID-[^"]+)"', "\n".join(run.errors))
        if found:
            cli_world.declare({**declared, "given": {**given, "adopt": found[1]}})
    assert run.ok, run.text

    routes = {route["MessageRouteId"]: route["RouteName"] for route in cli_world.control("GET", "state")["routes"]}
    names = {"changed": automatic("changed"), "made": automatic("made"), "given": "given"}
    assert {name: routes.pop(cli_world.id_of(name)) for name in names} == names
    assert not routes, "a second route, or one that was to be deleted"
    again = cli_world.up()
    assert again.ok
    assert not again.requests


def test_an_interrupt_ends_the_waits(cli_world: Any) -> None:
    """The first Ctrl-C ends waits for the vendor's limit of a minute; Pulumi may take 5 s to end the program."""
    cli_world.configure(telegent_requestsPerMinute="2")
    cli_world.declare(dict.fromkeys("abc", ROUTE))
    cli = cli_world.engine.start("up", "--yes", "--skip-preview")
    until = time.monotonic() + 60
    while len(cli_world.control("GET", "requests")) < 2:
        assert time.monotonic() < until
        time.sleep(0.1)

    begun = time.monotonic()
    cli.send_signal(signal.SIGINT)

    assert cli.wait(90) == 1
    assert time.monotonic() - begun < 20
    assert "pending_operations" not in cli_world.engine.export()


def _kill(world: Any, target: str) -> None:
    """Kill it once the request has arrived, and end what is left of the run."""
    cli = world.engine.start("up", "--yes", "--skip-preview")
    while cli.poll() is None and not world.control("GET", "faults")["fired"]:
        time.sleep(0.02)
    assert cli.poll() is None, "the run ended before the request came"
    below = _below(cli.pid)
    plugins = [pid for pid in below if is_plugin(pid)]
    assert plugins
    for pid in plugins if target == "plugin" else [cli.pid]:
        os.kill(pid, signal.SIGKILL)
    cli.wait(60)
    # What is left ends by itself; a provider process after its call.
    end = time.monotonic() + 20
    while any(Path(f"/proc/{pid}").exists() for pid in below) and time.monotonic() < end:
        time.sleep(0.1)


def _below(pid: int) -> list[int]:
    return [one for child in children(pid) for one in (child, *_below(child))]
