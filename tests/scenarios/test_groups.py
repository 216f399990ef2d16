"""Scenario 9: many numbers as one resource."""

from __future__ import annotations

import json
from typing import Any

from tests.support.emulator.seed import (
    ALERTS,
    DEFAULT,
    FIRST,
    FIRST_ID,
    FOURTH,
    FOURTH_ID,
    SECOND,
    SECOND_ID,
    THIRD,
    THIRD_ID,
)
from tests.support.scenarios.expected import each, ordered, patch
from tests.support.scenarios.world import World

REFUSED = {"errors": [{"code": "40100", "title": "Number not messaging enabled"}]}


def group(*numbers: str, profile: str = ALERTS, **more: Any) -> dict[str, Any]:
    return {"phone_numbers": list(numbers), "messaging_profile_id": profile, **more}


def test_life_of_a_group(world: Any) -> None:
    """Create, nothing, exchange, drift, destroy: each run sends for the numbers that differ, and all is put back."""
    world.declare({"group": group(SECOND, FIRST, THIRD, FIRST)})
    created = world.up()
    assert created.ok, created.text
    assert created.ops == each(["group"], "create")
    assert created.writes == ordered(
        *(patch(number_id, messaging_profile_id=ALERTS) for number_id in (FIRST_ID, SECOND_ID, THIRD_ID))
    )
    assert world.inputs("group") == {
        "phoneNumbers": f"{{3 numbers:\n{FIRST}\n{SECOND}\n{THIRD}\n}}\n",
        "messagingProfileId": ALERTS,
        "onDestroy": "restore",
    }
    world.declare({"group": group(THIRD, FIRST, SECOND)})
    assert world.preview().ops == {}

    world.declare({"group": group(FIRST, SECOND, FOURTH)})
    exchanged = world.up()
    assert exchanged.diffs == {"group": ("~phoneNumbers",)}
    assert exchanged.writes == ordered(
        patch(THIRD_ID, messaging_profile_id=DEFAULT), patch(FOURTH_ID, messaging_profile_id=ALERTS)
    )

    world.edit_number(FIRST_ID, messaging_profile_id=None)
    assert world.refresh().diffs == {"group": ("~phoneNumbers",)}
    lines = [f'{FIRST} messagingProfileId=""', SECOND, FOURTH]
    assert world.inputs("group")["phoneNumbers"].splitlines() == ["{3 numbers:", *lines, "}", "(changed)"]
    corrected = world.up()
    assert corrected.diffs == {"group": ("~phoneNumbers",)}
    assert [*corrected.writes, *corrected.reads] == [patch(FIRST_ID, messaging_profile_id=ALERTS)]

    assert world.destroy().ok
    profiles = {number: found[0] for number, found in world.numbers().items()}
    assert [profiles[number] for number in (FIRST, SECOND, THIRD, FOURTH)] == [None, DEFAULT, DEFAULT, None]


def test_numbers_that_fail(world: Any) -> None:
    """The run fails with each such number and its reason; the state keeps what was done, the next run does the rest."""
    world.declare({"group": group(SECOND, FIRST)})
    world.script(operation="updateMessaging", times=2, status=422, body=REFUSED)
    failed = world.up()

    assert not failed.ok
    (error,) = failed.errors
    assert "2 of 2 numbers are not as they should be" in error
    assert f'{FIRST}, {SECOND}: Telnyx answered 422, code 40100 "Number not messaging enabled"' in error
    again = world.up()
    assert again.ok, again.text
    assert again.ops == each(["group"], "update")
    assert len(again.writes) == 2
    assert world.preview().ops == {}
    assert world.destroy().ok
    assert world.numbers()[SECOND][0] == DEFAULT


def test_preview_names_the_numbers(cli_world: World) -> None:
    """`pulumi preview --diff` shows the numbers that come and go, a line each, and drift beside its number."""
    numbers = [f"+1555030{index:04d}" for index in range(100)]
    cli_world.control("POST", "numbers", [{"phone_number": number, "tags": []} for number in numbers])

    def shown() -> list[str]:
        return [line.strip() for line in cli_world.engine.text("preview", "--diff").splitlines()]  # type: ignore[attr-defined]

    def short(lines: list[str]) -> bool:
        """Whether the count and the first numbers are shown, in a row."""
        return any(line.startswith(f'100 numbers: "{" ".join(numbers[:9])} ') for line in lines)

    cli_world.declare({"group": group(*numbers)})
    assert short(shown())
    assert cli_world.up().ok
    cli_world.declare({"group": {**group(*numbers), "messaging_profile_id": DEFAULT}})
    assert short(shown())
    cli_world.declare({"group": group(*numbers[:20], *numbers[21:], FIRST)})
    assert [line for line in shown() if line.startswith(("+ +", "- +"))] == [f"+ {FIRST}", f"- {numbers[20]}"]
    state = json.dumps(cli_world.state()["group"], separators=(",", ":"))
    assert len(state) < 40 * 100 + 1500
