"""`kill -9` of the local engine or of the provider process while a group is worked on: nothing is forgotten."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from soak.accounts import Accounts, accounts
from soak.stacks import Stack, children, is_plugin, kill
from tests.support.emulator.seed import ALERTS as WISHED
from tests.support.emulator.seed import DEFAULT as BEFORE

FEW, MANY = 3, 60  # written singly; ordered


@pytest.fixture
def place() -> Iterator[Accounts]:
    with accounts() as made:
        yield made


@pytest.mark.parametrize(
    ("numbers", "point", "target"),
    [
        (MANY, ("createBulkUpdate", "before"), "plugin"),
        (MANY, ("createBulkUpdate", "after"), "engine"),
        (MANY, ("retrieveBulkUpdate", "after"), "plugin"),
        (FEW, ("updateMessaging", "after"), "plugin"),
    ],
)
def test_killed(place: Accounts, tmp_path: Path, numbers: int, point: tuple[str, str], target: str) -> None:
    """The next run finishes the work, and `destroy` puts back what was there before the run that was killed."""
    former = {f"+1555020{index:04d}": BEFORE if index % 2 else None for index in range(numbers)}
    rows = [{"phone_number": number, "messaging_profile_id": profile} for number, profile in former.items()]
    place.control("POST", "numbers", [{**row, "tags": []} for row in rows])
    stack = Stack(tmp_path, place)
    stack.declare({"group": ("NumberMessagingGroup", {"phone_numbers": [*former], "messaging_profile_id": WISHED})})
    operation, position = point
    place.control("POST", "faults", {"operation": operation, "kind": "delay", "position": position, "seconds": 1})

    _kill(stack, place, target)

    assert stack.run("up")[0]
    assert set(_profiles(place, former).values()) == {WISHED}
    place.control("DELETE", "requests")
    assert stack.run("up")[0]
    assert place.control("GET", "requests") == []
    assert stack.run("destroy")[0]
    assert _profiles(place, former) == former


def _profiles(place: Accounts, numbers: dict[str, Any]) -> dict[str, str | None]:
    found = {row["phone_number"]: row["messaging_profile_id"] for row in place.control("GET", "state")["numbers"]}
    return {number: found[number] for number in numbers}


def _kill(stack: Stack, place: Accounts, target: str) -> None:
    """Kill it once the request has arrived."""
    engine = stack.start("up")
    while engine.poll() is None and not place.control("GET", "faults")["fired"]:
        time.sleep(0.02)
    plugins = [child for child in children(engine.pid) if is_plugin(child)]
    assert engine.poll() is None, "the run ended before the request came"
    for pid in plugins if target == "plugin" else [engine.pid]:
        kill(pid)
    engine.wait(60)
    place.control("DELETE", "faults")
    # What its engine has left behind works until its call is over, and then waits for calls without end.
    end = time.monotonic() + 3
    while any(is_plugin(pid) for pid in plugins) and time.monotonic() < end:
        time.sleep(0.1)
    for pid in plugins:
        if is_plugin(pid):
            kill(pid)
