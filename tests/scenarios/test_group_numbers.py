"""Scenario 11: the numbers of a group that are given as a secret."""

from __future__ import annotations

from typing import Any

from tests.support.emulator.seed import ALERTS, FIRST, FOURTH, SECOND

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
