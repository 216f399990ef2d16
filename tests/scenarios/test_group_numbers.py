"""Scenario 11: the numbers of a group that are given as a secret, and those that it holds."""

from __future__ import annotations

from typing import Any

from tests.support.emulator.seed import ALERTS, DEFAULT, FIRST, FOURTH, SECOND, THIRD

KEPT = {"messaging_profile_id": ALERTS}


def test_numbers_that_are_a_secret(world: Any) -> None:
    """They are in no state and in no text in clear, neither when they are taken nor when they are exchanged."""
    world.declare({"group": {**KEPT, "phone_numbers": {"secret": [FIRST, FOURTH]}}})
    created = world.up()
    assert created.ok, created.text
    assert FIRST not in world.raw_state()
    assert world.preview().ops == {}

    world.declare({"group": {**KEPT, "phone_numbers": {"secret": [FIRST, SECOND]}}})
    exchanged = world.up()
    assert exchanged.ok, exchanged.text

    assert [number for number in (FIRST, SECOND, FOURTH) if number in world.raw_state()] == []
    assert {number: found[0] for number, found in world.numbers().items() if found[0] == ALERTS} == {
        FIRST: ALERTS,
        SECOND: ALERTS,
    }
    assert world.refresh().ops == {}
    assert world.destroy().ok


PROGRAM = """
import json
from pathlib import Path
import pulumi
from pulumi_messaging import NumberMessagingGroup

given = json.loads(Path("resources.json").read_text())
numbers = [pulumi.Output.from_input(number) for number in given["numbers"]] if given["outputs"] else given["numbers"]
opts = pulumi.ResourceOptions(ignore_changes=given["ignored"])
group = NumberMessagingGroup("group", phone_numbers=numbers, messaging_profile_id=given["profile"], opts=opts)
pulumi.export("numbers", group.phone_numbers)
"""


def test_the_output_is_what_the_group_holds(world: Any) -> None:
    """Where changes of the numbers are ignored, the output is not what is declared; in previews neither."""

    def declare(*numbers: str, ignored: Any = ("phoneNumbers",), outputs: bool = False, profile: str = ALERTS) -> None:
        world.declare({"numbers": numbers, "ignored": ignored, "outputs": outputs, "profile": profile})

    world.program(PROGRAM)
    declare(SECOND, FIRST)
    for run in (world.preview(), world.up()):
        assert run.outputs["numbers"] == [FIRST, SECOND]
    declare(FIRST, THIRD)
    for run in (world.preview(), world.up()):
        assert run.outputs["numbers"] == [FIRST, SECOND]
    declare(FIRST, THIRD, outputs=True, profile=DEFAULT)
    for run in (world.preview(), world.up()):
        assert run.outputs["numbers"] == [FIRST, SECOND]
    declare(FIRST, THIRD, ignored=())
    for run in (world.preview(), world.up()):
        assert run.outputs["numbers"] == [FIRST, THIRD]
