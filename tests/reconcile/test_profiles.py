"""Messaging profiles from create to destroy; what holds for every named object is tested with routes."""

from __future__ import annotations

import pytest

from tests.support.emulator.seed import ALERTS, DEFAULT
from tests.support.faults.world import PASSWORD, World
from tests.support.reconcile.profiles import (
    ADOPTED,
    MINIMAL,
    NAMED,
    OLD,
    POOL,
    POOL_SENT,
    URL,
    names,
    requests,
    stored,
    writes,
)
from tests.support.reconcile.routes import Profile, Values


def test_a_given_name_that_is_taken_is_refused(world: World, profile: Profile) -> None:
    """The error names the profile and the line to write; nothing is sent."""
    told = profile.up({**NAMED, "name": "alerts"})

    assert told == (
        f'cannot create messaging profile "alerts": the account has a profile of this name already ({ALERTS}); to '
        f'manage that one, add adopt="{ALERTS}"; else give another name'
    )
    assert writes(world) == []


@pytest.mark.parametrize(("more", "taken"), [({}, True), ({"enabled": False}, False), ({"v1Secret": PASSWORD}, False)])
def test_an_automatic_name_is_taken_over_with_evidence(
    world: World, profile: Profile, more: Values, *, taken: bool
) -> None:
    """Equality of all that is declared, where no secret is: then it counts as adopted, and destroy leaves it."""
    world.control("POST", "profiles", {"name": "orders-0123456", "whitelisted_destinations": ["CA", "US"]})

    told = profile.up({**MINIMAL, **more})

    assert ("has this automatic name already" in told) is not taken
    assert writes(world) == []
    if taken:
        assert profile.destroy() == ""
        assert names(world) == ["alerts", "default", "orders-0123456"]


def test_a_lost_answer_is_settled_by_the_list(world: World, profile: Profile) -> None:
    """The create is not repeated blindly."""
    world.control("POST", "answers", {"operation": "createProfile", "effect": "applied", "dropConnection": True})

    assert profile.up({**MINIMAL, "numberPoolSettings": POOL}) == ""

    assert requests(world).count("createProfile") == 1
    assert names(world) == ["alerts", "default", "orders-0123456"]


def test_a_create_that_was_cut_off_is_found_by_its_note(world: World, profile: Profile) -> None:
    """Objects of the vendor have keys that nobody sent: those that were decide."""
    declared = {**MINIMAL, "numberPoolSettings": POOL, "urlShortenerSettings": {"domain": "a.example", "prefix": ""}}
    assert profile.up({**declared, "v1Secret": PASSWORD}) == ""
    made = profile.id

    again = Profile(world)
    assert again.up({**declared, "v1Secret": PASSWORD}) == ""
    assert again.id == made

    world.control("PATCH", f"profiles/{made}", {"number_pool_settings": {**POOL_SENT, "long_code_weight": 2}})
    assert "has this automatic name already" in Profile(world).up({**declared, "v1Secret": PASSWORD})


def test_adopted_equal_nothing_is_written(world: World, profile: Profile) -> None:
    """By id in either case; the state keeps the vendor's spelling of the id."""
    assert profile.up({**ADOPTED, "adopt": ALERTS.upper()}) == ""
    assert profile.id == ALERTS
    assert requests(world) == ["listProfiles"]
    assert profile.pending(ADOPTED) == []


def test_adopted_and_given_back(world: World, profile: Profile) -> None:
    """Every former value comes back, objects with all their keys; the secret stays, and that is said."""
    pool = {**POOL_SENT, "toll_free_weight": 5, "sticky_sender": True, "geomatch": False}
    before = {"webhook_url": OLD, "daily_spend_limit": "7.00", "number_pool_settings": pool, "alpha_sender": None}
    world.control("PATCH", f"profiles/{ALERTS}", before)
    declared = {**ADOPTED, "webhookUrl": URL, "dailySpendLimit": 9, "numberPoolSettings": POOL, "alphaSender": "A"}

    assert profile.up({**declared, "v1Secret": PASSWORD, "name": "mine"}) == ""
    assert stored(world)["number_pool_settings"]["sticky_sender"] is False
    assert any("skip_unhealthy: true, sticky_sender: true} -> {" in line for line in world.said)  # what is lost is told
    profile.refresh()
    assert profile.destroy() == ""

    after = stored(world)
    assert {name: after[name] for name in before} == before
    assert after["name"] == "alerts"
    assert after["v1_secret"] == PASSWORD
    assert any("left as it is in v1_secret" in line for line in world.said)
    assert PASSWORD not in " ".join(world.said)


def test_an_object_is_told_with_the_names_of_the_vendor(world: World, profile: Profile) -> None:
    """Also where there was none before; the engine's numbers are floats."""
    assert profile.up({**ADOPTED, "numberPoolSettings": {**POOL, "longCodeWeight": 1.0}, "dailySpendLimit": 7.0}) == ""
    told = "number_pool_settings (none) -> {toll_free_weight: 10, long_code_weight: 1, skip_unhealthy: true}"
    assert any(f"overwrote {told}, daily_spend_limit (not shown) -> 7" in line for line in world.said), world.said


def test_an_adopted_profile_that_changes_hands_keeps_its_past(world: World, profile: Profile) -> None:
    """An object and a decimal are known as ours by what was declared of them."""
    pool = {**POOL_SENT, "toll_free_weight": 5, "sticky_sender": True, "geomatch": False}
    before = {"daily_spend_limit": "7.00", "number_pool_settings": pool}
    world.control("PATCH", f"profiles/{ALERTS}", before)
    declared = {**ADOPTED, "dailySpendLimit": 9.50, "numberPoolSettings": POOL}
    assert profile.up(declared) == ""

    run = profile.process(world)
    run.check(profile.inputs, declared)
    other = Profile(world)
    assert other.up(declared, run) == ""
    assert profile.destroy(run) == ""
    other.refresh()
    writes(world)
    assert other.destroy() == ""

    assert {name: stored(world)[name] for name in before} == before


def test_a_profile_in_use_is_not_deleted(world: World, profile: Profile) -> None:
    """At most ten numbers are named, as they are at that moment."""
    assert profile.up(MINIMAL) == ""
    for last in range(10, 22):
        world.control("POST", "numbers", {"phone_number": f"+155503000{last}", "messaging_profile_id": profile.id})
    writes(world)

    told = profile.destroy()

    assert told == (
        f"cannot delete messaging profile {profile.id}: 12 number(s) still use it "
        f"({', '.join(f'+155503000{last}' for last in range(10, 20))} and 2 more); move them to another profile first, "
        f'or set on_destroy="retain" and run `pulumi up`'
    )
    assert writes(world) == []


@pytest.mark.parametrize("status", [422, 400, 409])
def test_a_number_that_comes_meanwhile_is_the_vendors_to_refuse(world: World, profile: Profile, status: int) -> None:
    """The profile stays, with the vendor's words."""
    assert profile.up(MINIMAL) == ""
    world.control("PATCH", "settings", {"telnyxProfileInUseStatus": status})
    bought = {"phone_number": "+15550300010", "messaging_profile_id": profile.id}
    meanwhile = {"position": "after", "calls": [{"method": "POST", "path": "numbers", "body": bought}]}
    held = profile.outputs
    run = profile.process(world)
    world.control("POST", "faults", {"operation": "listProfilePhoneNumbers", **meanwhile})

    told = profile.destroy(run)

    assert "40158" in told
    assert 'on_destroy="retain"' in told or status == 409
    assert stored(world, profile.id)["name"] == held["name"]


@pytest.mark.parametrize(
    ("status", "told"),
    [(403, "cannot list the numbers of messaging profile"), (404, "cannot delete messaging profile")],
)
def test_a_guard_that_cannot_be_read_deletes_nothing(world: World, profile: Profile, status: int, told: str) -> None:
    """A list of numbers that fails is no list without numbers; also where it is not found, and the profile is."""
    assert profile.up(MINIMAL) == ""
    world.control("POST", "answers", {"operation": "listProfilePhoneNumbers", "status": status, "times": 100})
    assert profile.destroy().startswith(told)
    assert "orders-0123456" in names(world)


def test_numbers_that_are_counted_and_not_listed_guard_too(world: World, profile: Profile) -> None:
    """The error says what the vendor answers, because it can name no number."""
    assert profile.up(MINIMAL) == ""
    body = {"data": [], "meta": {"page_number": 1, "page_size": 10, "total_pages": 1, "total_results": 2}}
    world.control("POST", "answers", {"operation": "listProfilePhoneNumbers", "status": 200, "body": body})
    assert "Telnyx counts 2 number(s) on it and lists none" in profile.destroy()
    assert "orders-0123456" in names(world)


def test_a_profile_that_is_gone(world: World, profile: Profile) -> None:
    """A refresh drops it and a destroy is done, in the same account; another account's key forgets nothing."""
    assert profile.up(MINIMAL) == ""
    world.control("DELETE", f"profiles/{profile.id}")
    assert profile.process(world).read(profile.id, profile.outputs) is None
    assert profile.destroy() == ""


def test_policies(world: World, profile: Profile) -> None:
    """`retain` sends nothing; `restore` on a profile made here leaves it, and says so."""
    assert profile.up({**MINIMAL, "onDestroy": "retain"}) == ""
    requests(world)
    assert profile.destroy() == ""
    assert requests(world) == []

    other = Profile(world)
    assert other.up({**NAMED, "onDestroy": "restore"}) == ""
    assert other.destroy() == ""
    assert names(world) == ["alerts", "default", "orders", "orders-0123456"]
    assert any("this program made it" in line for line in world.said)
    assert DEFAULT in {each["id"] for each in world.control("GET", "state")["profiles"]}


LOST = ("closed", "500", "502-html", "429", "409", "403", "200-cut", "200-empty", "unsuccessful", "timeout", "refused")


@pytest.mark.parametrize("position", ["before", "after"])
@pytest.mark.parametrize("kind", LOST)
def test_a_write_whose_outcome_is_unclear(world: World, kind: str, position: str) -> None:
    """Never two profiles of one name, never a state without its profile: the next run at the latest is done."""
    profile = Profile(world)
    declared = {**MINIMAL, "enabled": False, "numberPoolSettings": POOL}
    fault = {"kind": kind, "position": position}

    world.control("POST", "faults", {"operation": "createProfile", **fault})
    profile.up(declared)
    world.control("DELETE", "faults")
    assert profile.up(declared) == ""
    assert names(world) == ["alerts", "default", "orders-0123456"]
    assert stored(world, profile.id)["enabled"] is False

    world.control("POST", "faults", {"operation": "updateProfile", **fault})
    profile.up({**declared, "enabled": True, "webhookUrl": URL})
    world.control("DELETE", "faults")
    assert profile.up({**declared, "enabled": True, "webhookUrl": URL}) == ""
    assert stored(world, profile.id)["webhook_url"] == URL

    world.control("POST", "faults", {"operation": "deleteProfile", **fault})
    told = profile.destroy()
    world.control("DELETE", "faults")
    assert not told or profile.destroy() == ""
    # A clear no to a create that was done: nothing but equality shows whose the profile is, so it stays.
    stays = ["orders-0123456"] if position == "after" and kind in ("403", "409") else []
    assert names(world) == ["alerts", "default", *stays]


def test_two_machines_at_once(world: World, profile: Profile) -> None:
    """A profile of the same name that appears with ours is an error that names both, and nothing is deleted."""
    twin = {"path": "profiles", "body": {"name": "orders-0123456"}, "method": "POST"}
    world.control("POST", "faults", {"operation": "createProfile", "position": "after", "calls": [twin]})

    told = profile.up(MINIMAL)

    twins = [each["id"] for each in world.control("GET", "state")["profiles"] if each["name"] == "orders-0123456"]
    assert len(twins) == 2
    assert all(one in told for one in twins)
    assert "nothing was deleted" in told
    assert profile.id in twins


def test_a_rename_to_a_name_that_is_taken_is_refused(world: World, profile: Profile) -> None:
    """As for a route: never two of a name."""
    assert profile.up(NAMED) == ""
    writes(world)
    assert "has this name already; give another name" in profile.up({**NAMED, "name": "default"})
    assert writes(world) == []
