"""The fields of messaging profiles: what is sent for each, and the forms in which answers show them."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_messaging.core.hidden import ACCOUNT
from pulumi_messaging.core.messaging_profile import MESSAGING_PROFILE
from tests.support.faults.world import PASSWORD, World
from tests.support.reconcile.profiles import (
    MINIMAL,
    NAMED,
    POOL,
    POOL_SENT,
    URL,
    WRITES,
    names,
    requests,
    stored,
    writes,
)
from tests.support.reconcile.routes import Profile

# State name → value, what is sent, a second value, what is sent.
FIELDS: dict[str, tuple[Any, Any, Any, Any]] = {
    "name": ("orders", "orders", "support", "support"),
    "whitelistedDestinations": (["US", "CA"], ["US", "CA"], ["MX"], ["MX"]),
    "enabled": (False, False, True, True),
    "webhookUrl": (URL, URL, "", None),
    "webhookFailoverUrl": (URL, URL, "", None),
    "webhookApiVersion": ("1", "1", "2010-04-01", "2010-04-01"),
    "numberPoolSettings": (POOL, POOL_SENT, "", None),
    "urlShortenerSettings": ({"domain": "a.example"}, {"domain": "a.example"}, "", None),
    "alphaSender": ("Orders 1", "Orders 1", "", None),
    "dailySpendLimit": (10.5, "10.5", "20", "20"),
    "dailySpendLimitEnabled": (True, True, False, False),
    "mmsFallBackToSms": (True, True, False, False),
    "mmsTranscoding": (True, True, False, False),
    "mobileOnly": (True, True, False, False),
    "smartEncoding": (True, True, False, False),
    "aiAssistantId": ("assistant-1", "assistant-1", "", None),
    "redactionEnabled": (True, True, False, False),
    "redactionLevel": (1, 1, 2, 2),
    "v1Secret": (PASSWORD, PASSWORD, f"{PASSWORD}-2", f"{PASSWORD}-2"),
}


def test_every_setting_is_here() -> None:
    """A new row needs a line in this file."""
    assert {row.state for row in MESSAGING_PROFILE.settings} == {*FIELDS}


@pytest.mark.parametrize("state", FIELDS)
def test_a_field_alone(world: World, profile: Profile, state: str) -> None:
    """It is created, changed by a PATCH of one key, left alone where it is equal, and handed back without a request."""
    first, first_sent, second, second_sent = FIELDS[state]
    wire = str(MESSAGING_PROFILE.row(state).wire)
    sent: list[Any] = []
    world_client = world.telnyx_client

    def client() -> Any:  # the request log of the emulator hides secrets
        made = world_client()
        create, update = made.create_messaging_profile, made.update_messaging_profile
        made.create_messaging_profile = lambda body, *more: sent.append(body) or create(body, *more)
        made.update_messaging_profile = lambda one, body: sent.append(body) or update(one, body)
        return made

    world.telnyx_client = client  # type: ignore[method-assign]
    one = {**NAMED, state: first}

    assert profile.up(one) == ""
    merged = {name: value for body in sent for name, value in body.items()}
    assert merged == {"name": "orders", "whitelisted_destinations": ["US", "CA"], wire: first_sent}
    assert profile.pending(one) == []
    sent.clear()

    two = {**NAMED, state: second}
    assert profile.pending(two) == [MESSAGING_PROFILE.row(state).name]
    assert profile.up(two) == ""
    assert sent == [{wire: second_sent}]
    assert profile.pending(two) == []
    profile.refresh()
    assert profile.pending(two) == []
    if not MESSAGING_PROFILE.row(state).required:
        requests(world)
        without = {name: value for name, value in two.items() if name != state}
        assert profile.up(without) == ""
        assert not {*requests(world)} & {*WRITES}
        if state != "name":  # it is kept
            assert profile.pending(without) == []


def test_requests_of_a_life(world: World, profile: Profile) -> None:
    """One list and one write; an equal declaration costs nothing; a delete first looks for numbers."""
    assert profile.up(MINIMAL) == ""
    assert requests(world) == ["listProfiles", "createProfile", "listProfiles"]
    assert profile.up(MINIMAL) == ""
    assert requests(world) == []
    assert profile.destroy() == ""
    assert requests(world) == ["listProfilePhoneNumbers", "deleteProfile"]
    assert names(world) == ["alerts", "default"]


def test_a_refresh_of_many_profiles_reads_a_list(world: World) -> None:
    """With more than a page of profiles it is a page for each 250."""
    for index in range(253):
        world.control("POST", "profiles", {"name": f"p{index:03}", "id": f"00000000-0000-4000-8000-{index:012}"})
    ids = [f"00000000-0000-4000-8000-{index:012}" for index in range(0, 250, 25)]
    run = Profile(world).process(world)
    held = {"whitelistedDestinations": ["US"], "name": "p", ACCOUNT: ""}
    requests(world)

    found = [run.read(one, {**held}) for one in ids]

    assert [one.outputs["name"] for one in found if one] == [f"p{index:03}" for index in range(0, 250, 25)]
    assert requests(world) == ["listProfiles", "listProfiles"]


@pytest.mark.parametrize("shown", ["null", ""])
def test_an_empty_url_is_one_however_it_is_shown(world: World, profile: Profile, shown: str) -> None:
    """null, "" and a cleared field are alike: no drift, no second write."""
    world.control("PATCH", "settings", {"telnyxUnsetWebhookAs": shown})
    declared = {**MINIMAL, "webhookUrl": ""}

    assert profile.up(declared) == ""
    profile.refresh()

    assert profile.pending(declared) == []
    assert profile.up({**declared, "webhookUrl": URL}) == ""
    assert stored(world, profile.id)["webhook_url"] == URL


@pytest.mark.parametrize("shown", ["sent", "cents", "absent"])
def test_a_spend_limit_is_a_number_however_it_is_written(world: World, profile: Profile, shown: str) -> None:
    """10.5, "10.50" and what the vendor makes of it are the same limit."""
    world.control("PATCH", "settings", {"telnyxSpendLimitAs": shown})
    assert profile.up({**MINIMAL, "dailySpendLimit": 10.5}) == ""
    profile.refresh()
    assert profile.pending({**MINIMAL, "dailySpendLimit": "10.50"}) == []
    assert profile.pending({**MINIMAL, "dailySpendLimit": 11}) == ["daily_spend_limit"]


@pytest.mark.parametrize("nested", ["replace", "merge"])
def test_an_object_compares_by_the_declared_keys(world: World, profile: Profile, nested: str) -> None:
    """What the vendor adds is no drift; what somebody changes of the declared keys is, and the object is sent whole."""
    world.control("PATCH", "settings", {"telnyxNestedObjects": nested})
    declared = {**MINIMAL, "numberPoolSettings": POOL}
    assert profile.up(declared) == ""
    pool = {**POOL_SENT, "sticky_sender": True, "geomatch": True}
    world.control("PATCH", f"profiles/{profile.id}", {"number_pool_settings": pool})
    profile.refresh()
    assert profile.pending(declared) == []

    world.control("PATCH", f"profiles/{profile.id}", {"number_pool_settings": {**pool, "skip_unhealthy": False}})
    profile.refresh()
    assert profile.pending(declared) == ["number_pool_settings"]
    writes(world)
    assert profile.up(declared) == ""
    assert writes(world) == [{"number_pool_settings": POOL_SENT}]


def test_an_older_answer_lacks_the_newer_fields(world: World, profile: Profile) -> None:
    """They are compared where they are shown."""
    world.control("PATCH", "settings", {"telnyxProfileFieldsOf2026": False})
    declared = {**MINIMAL, "mobileOnly": True, "redactionLevel": 1}
    assert profile.up(declared) == ""
    profile.refresh()
    assert profile.pending(declared) == []


def test_all_destinations_are_the_vendors_to_decide(world: World, profile: Profile) -> None:
    """The guide allows `["*"]`, the schema refuses it: each is told as the vendor answers it."""
    everywhere = {**MINIMAL, "whitelistedDestinations": ["*"]}
    assert "Telnyx answered 422" in profile.up(everywhere)
    world.control("PATCH", "settings", {"telnyxAllDestinations": "accept"})
    assert profile.up(everywhere) == ""
    assert stored(world, profile.id)["whitelisted_destinations"] == ["*"]


def test_the_secret_is_an_argument_only(world: World, profile: Profile) -> None:
    """It is sent after the create, which does not take it; another one in an answer is no drift and is kept nowhere."""
    declared = {**MINIMAL, "v1Secret": PASSWORD}
    assert profile.up(declared) == ""
    assert [sorted(body) for body in writes(world)] == [["name", "whitelisted_destinations"], ["v1_secret"]]
    assert stored(world, profile.id)["v1_secret"] == PASSWORD

    world.control("PATCH", f"profiles/{profile.id}", {"v1_secret": "somebody-elses"})
    profile.refresh()
    assert profile.pending(declared) == []
    assert "somebody-elses" not in str(profile.outputs)

    client = world.telnyx_client()
    rows = (client.retrieve_messaging_profile(profile.id), *client.list_messaging_profiles().rows)
    assert not any("v1_secret" in row for row in rows)
    plain = Profile(world)
    assert plain.up(NAMED) == ""
    assert "v1Secret" not in plain.outputs
    assert stored(world, plain.id)["v1_secret"] not in str(plain.outputs)


def test_a_secret_that_was_not_taken_is_sent_by_the_next_run(world: World, profile: Profile) -> None:
    """The profile exists, so the state keeps it, and what it lacks."""
    world.control("POST", "answers", {"operation": "updateProfile", "status": 422})
    declared = {**MINIMAL, "v1Secret": PASSWORD}

    told = profile.up(declared)

    assert told.startswith("cannot update messaging profile")
    assert PASSWORD not in told
    assert profile.id
    assert profile.up(declared) == ""
    assert stored(world, profile.id)["v1_secret"] == PASSWORD
    assert names(world) == ["alerts", "default", "orders-0123456"]
