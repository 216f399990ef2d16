"""`pulumi-messaging adopt --check`: whether an `up` of a program would write anything; it never does itself."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from pulumi_messaging.cli.commands import app
from tests.support.cli.adopting import READS
from tests.support.emulator.control import control
from tests.support.scenarios.engines import STACK, LocalEngine, PulumiCli
from tests.support.scenarios.world import World

A, B, C, D = "+15550100001", "+15550100002", "+15550100003", "+15550100004"
DEFAULT, ALERTS = "7d0c4c1e-5a51-4a51-9f4e-0c7b3f0a1d22", "c4a1f0de-2b6d-4c0e-8f57-6a9d2b1c4e10"
ROUTE = {"message_url": "https://hooks.example.com/in", "message_url_method": "POST"}
OTHER_URL = {"message_url": "https://other.example.com/in", "message_url_method": "POST"}
Make = Callable[[Any], World]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    made: list[World] = []

    def world(engine: Any) -> World:
        made.append(World(tmp_path / engine.__name__, engine))
        return made[-1]

    yield world
    for each in made:
        each.close()


def check(world: World, *arguments: str) -> Result:
    """Run the command in the project's folder; no request of it is a write."""
    control(world.emulator, "DELETE", "requests")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(world.folder)
        result = CliRunner().invoke(app, ["adopt", "--check", "-s", STACK, *arguments], env=world.engine.environment)
    log = control(world.emulator, "GET", "requests")
    assert [each for each in log if not f"{each['method']} {each['path']}".startswith(READS)] == []
    return result


def changes_of(world: World) -> list[str]:
    """Bring a stack up, and change its program and what is there in all ways; the expected writes."""
    ids = [
        control(world.emulator, "POST", "routes", {"RouteName": name, "MessageUrl": ROUTE["message_url"]})[
            "MessageRouteId"
        ]
        for name in ("kept", "equal", "other")
    ]
    kept, equal, other = ids
    before = {
        "kept": {**ROUTE, "adopt": kept},
        "made": ROUTE,
        "retained": {**ROUTE, "on_destroy": "retain"},
        "one": {"phone_number": A, "messaging_profile_id": ALERTS},
        "all": {"phone_numbers": [B, C], "messaging_profile_id": ALERTS},
    }
    world.declare(before)
    assert world.up().ok
    world.declare(
        {
            # A field that becomes managed and has the value, and one that changes.
            "kept": {**ROUTE, "adopt": kept, "route_name": "kept"},
            "made": OTHER_URL,
            "equal": {**ROUTE, "adopt": equal, "route_name": "equal"},
            "other": {**OTHER_URL, "adopt": other},
            "new": ROUTE,
            # One number leaves a group, which puts it back, and one joins that is on another profile.
            "all": {"phone_numbers": [B, D], "messaging_profile_id": ALERTS},
        }
    )
    made = next(
        each for each in control(world.emulator, "GET", "state")["routes"] if each["RouteName"].startswith("made")
    )
    return [
        f'MessageRoute other: message route {other} "other": message_url',
        'MessageRoute new: message route "new-',
        f"MessageRoute made: {made['MessageRouteId']}: message_url",
        f"NumberMessagingGroup all: number {D}: messaging_profile_id",
        f"NumberMessagingGroup all: {C}: messaging_profile_id, which gets its former value",
        f"NumberMessaging one: {A}: messaging_profile_id, which gets its former value",
    ]


def test_every_write_of_an_up_is_listed(make: Make) -> None:
    """Take-overs, updates, creates and what removals put back; not what is equal or retained."""
    world = make(LocalEngine)
    expected = changes_of(world)

    result = check(world, "--local")

    lines = result.stdout.splitlines()
    assert len(lines) == len(expected), result.output
    for line in expected:
        assert any(found.startswith(line) for found in lines), (line, lines)
    assert (result.exit_code, result.stderr) == (
        1,
        f"error: an `up` of stack {STACK} would write what is listed on stdout\n",
    )


def test_with_the_pulumi_cli_too(make: Make) -> None:
    """The preview of the CLI on PATH; without one, the local engine's is what there is."""
    if shutil.which("pulumi") is None:
        return
    world = make(PulumiCli)
    expected = changes_of(world)

    result = check(world)

    lines = result.stdout.splitlines()
    assert [line for line in expected if not any(found.startswith(line) for found in lines)] == [], result.output
    assert (result.exit_code, len(lines)) == (1, len(expected))


def test_accounts_are_apart_and_a_replacement_is_no_update(make: Make) -> None:
    """One number may have one id in two accounts; the new side of a replacement is made with all its fields."""
    world = make(LocalEngine)
    world.open_account("eu")
    number, eu = {"phone_number": A, "messaging_profile_id": ALERTS}, {"account": "eu"}
    world.declare({"one": number, "one-eu": number | eu, "made": ROUTE})
    assert world.up().ok
    number |= {"messaging_profile_id": DEFAULT}
    world.declare({"one": number, "one-eu": number | eu, "made": OTHER_URL | eu})
    (made,) = control(world.emulator, "GET", "state")["routes"]

    result = check(world, "--local")

    assert sorted(result.stdout.splitlines()) == [
        f"MessageRoute made: {made['MessageRouteId']}: delete",
        f'MessageRoute made: message route "{made["RouteName"]}": create',
        f"NumberMessaging one-eu: {A}: messaging_profile_id",
        f"NumberMessaging one: {A}: messaging_profile_id",
    ]
    assert "cannot tell" not in result.stderr


def test_nothing_to_write(make: Make) -> None:
    """Before the first `up` of what exists, and after it; only equal values become managed, or are handed back."""
    world = make(LocalEngine)
    made = control(world.emulator, "POST", "routes", {"RouteName": "one", "MessageUrl": ROUTE["message_url"]})
    everything = {
        "one": {**ROUTE, "adopt": made["MessageRouteId"]},
        "support": {"adopt": DEFAULT, "whitelisted_destinations": ["US"]},
        "two": {"phone_number": B, "messaging_profile_id": "${support.id}"},
        "three": {"number": "+15550210001", "message_route_id": "${one.id}"},
    }
    number = {"Number": "+15550210001", "MessageRouteId": made["MessageRouteId"]}
    control(world.emulator, "POST", "telegent-numbers", number)
    world.declare(everything)
    first = check(world, "--local")
    assert (first.exit_code, first.stdout) == (0, f"An `up` of stack {STACK} would write nothing.\n"), first.output

    assert world.up().ok
    everything["one"] |= {"route_name": "one", "on_destroy": "retain"}
    everything["two"] |= {"messaging_product": "A2P"}
    everything["support"] |= {"enabled": True}
    world.declare(everything)
    assert check(world, "--local").exit_code == 0


def test_what_a_preview_cannot_know(make: Make) -> None:
    """Outputs that are not there yet, numbers that are not found, and a program that fails: exit status 2."""
    world = make(LocalEngine)
    world.declare(
        {
            "two": {"phone_number": B, "messaging_profile_id": DEFAULT},
            "named": {"phone_number": C, "messaging_profile_id": DEFAULT, "tags": ["${two.country_code}"]},
            "nobody": {"phone_number": "+15559999999", "messaging_profile_id": DEFAULT},
            "some": {"phone_number": "${two.phone_number_id}", "messaging_profile_id": DEFAULT},
        }
    )
    result = check(world, "--local")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "cannot tell: NumberMessaging named: tags: the value is an output that is not known" in result.stderr
    assert "cannot tell: NumberMessaging nobody: number +15559999999 is not found yet" in result.stderr
    assert "cannot tell: NumberMessaging some: the provider did not look at it: its id or number" in result.stderr

    world.declare({"two": {"phone_number": "five", "messaging_profile_id": DEFAULT}})
    failed = check(world, "--local")
    assert (failed.exit_code, failed.stdout) == (2, "")
    assert failed.stderr.startswith("error: `pulumi-messaging local preview -s dev` failed: ")
    assert len(failed.stderr.splitlines()) == 1
