"""A messaging profile and the numbers on it, in one program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.emulator.seed import DEFAULT, FIRST, FIRST_ID, SECOND, THIRD

if TYPE_CHECKING:
    from tests.support.scenarios.pair import Worlds
    from tests.support.scenarios.world import World

SECRET, IN_URL = "p4ss-c4n4ry-0123456789", "5ecret-in-url-0123456789"
PROFILE = {
    "whitelisted_destinations": ["US", "CA"],
    "webhook_url": {"secret": f"https://hooks.example.com/in?key={IN_URL}"},
    "v1_secret": SECRET,
    "daily_spend_limit": 10.5,
    "number_pool_settings": {"toll_free_weight": 10, "long_code_weight": 1, "skip_unhealthy": True},
}
NUMBERS = {
    "number": {"phone_number": FIRST, "messaging_profile_id": "${profile.id}"},
    "group": {"phone_numbers": [SECOND, THIRD], "messaging_profile_id": "${profile.id}"},
}


def profiles_of(world: World) -> set[str]:
    """The profiles that the numbers of the program are on."""
    rows = world.control("GET", "state")["numbers"]
    return {row["messaging_profile_id"] for row in rows if row["phone_number"] in (FIRST, SECOND, THIRD)}


def operations(world: World) -> list[str]:
    """The writes of the last run, in order."""
    log = world.control("GET", "requests")
    return [one["operation"] for one in log if one["method"] != "GET" and one["operation"] != "createToken"]


def test_a_profile_and_its_numbers(worlds: Worlds) -> None:
    """Created first; a replaced one and a removed one have no numbers left when they are deleted; nothing secret shows.

    The profile before comes back to each number in the end.
    """
    world = worlds()
    program: dict[str, Any] = {"profile": PROFILE, **NUMBERS}
    world.declare(program)
    before = {row["id"]: row["messaging_profile_id"] for row in world.control("GET", "state")["numbers"]}

    preview, up = world.preview(), world.up()

    assert preview.ok, preview.text
    assert up.ok, up.text
    made = operations(world)
    assert made[:2] == ["createProfile", "updateProfile"]
    (profile_id,) = profiles_of(world)
    assert profile_id != DEFAULT
    assert world.up().requests == ()
    refreshed = world.refresh()
    assert refreshed.ops == {}

    # The old one would be deleted first, so that its name is free: refused, and nothing is lost.
    refused = world.up(replace=["profile"])
    assert not refused.ok
    assert "3 number(s) still use it" in " ".join(refused.errors)
    assert profiles_of(world) == {profile_id}
    world.declare({**program, "profile": {**PROFILE, "name": "new", "opts": {"delete_before_replace": False}}})
    replaced = world.up(replace=["profile"])
    assert replaced.ok, replaced.text
    assert operations(world)[-1] == "deleteProfile"
    assert profiles_of(world).isdisjoint({profile_id, None})

    destroyed = world.destroy()
    assert destroyed.ok, destroyed.text
    assert operations(world)[-1] == "deleteProfile"
    after = {row["id"]: row["messaging_profile_id"] for row in world.control("GET", "state")["numbers"]}
    assert after == before
    for run in (preview, up, refreshed, refused, replaced, destroyed):
        assert SECRET not in run.text
        assert IN_URL not in run.text


def test_a_profile_with_numbers_of_others(worlds: Worlds) -> None:
    """It is not deleted, and each of the numbers is named."""
    world = worlds()
    world.declare({"profile": PROFILE})
    assert world.up().ok
    profile_id = world.id_of("profile")
    world.edit_number(FIRST_ID, messaging_profile_id=profile_id)

    destroyed = world.destroy()

    assert not destroyed.ok
    assert destroyed.writes == []
    (error,) = set(destroyed.errors)
    assert f"1 number(s) still use it ({FIRST})" in error
    world.edit_number(FIRST_ID, messaging_profile_id=None)
    assert world.destroy().ok
