"""Messaging profiles, from create to destroy; what holds for every named object is tested with routes."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_messaging.core.hidden import ACCOUNT
from pulumi_messaging.core.messaging_profile import MESSAGING_PROFILE
from tests.support.emulator.seed import ALERTS, DEFAULT
from tests.support.faults.world import PASSWORD, World
from tests.support.reconcile.routes import Profile, Values

URL, OLD = "https://hooks.example.com/in?key=5ecret-in-url", "https://old.example.com/in"
POOL = {"tollFreeWeight": 10, "longCodeWeight": 1, "skipUnhealthy": True}
POOL_SENT = {"toll_free_weight": 10, "long_code_weight": 1, "skip_unhealthy": True}
MINIMAL = {"whitelistedDestinations": ["US", "CA"], "__autoname": "orders-0123456"}
NAMED = {"whitelistedDestinations": ["US", "CA"], "name": "orders"}
ADOPTED = {"whitelistedDestinations": ["US"], "adopt": ALERTS}
WRITES = ("createProfile", "updateProfile", "deleteProfile")


@pytest.fixture
def profile(world: World) -> Profile:
    return Profile(world)


def requests(world: World) -> list[str]:
    """The operations since the last time."""
    return [one["operation"] for one in world.control("DELETE", "requests")]


def writes(world: World) -> list[Any]:
    """The bodies of the writes since the last time."""
    return [one["body"] for one in world.control("DELETE", "requests") if one["operation"] in WRITES]


def stored(world: World, profile_id: str = ALERTS) -> Values:
    """A profile as the vendor stores it."""
    return {each["id"]: dict(each) for each in world.control("GET", "state")["profiles"]}[profile_id]


def names(world: World) -> list[str]:
    """The names of all profiles."""
    return sorted(each["name"] for each in world.control("GET", "state")["profiles"])


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
    world.control("POST", "numbers", {"phone_number": "+15550300010", "messaging_profile_id": profile.id})
    held = profile.outputs
    run = profile.process(world)
    world.control("POST", "answers", {"operation": "listProfilePhoneNumbers", "status": 404})

    told = profile.destroy(run)

    assert "40158" in told
    assert 'on_destroy="retain"' in told or status == 409
    assert stored(world, profile.id)["name"] == held["name"]


def test_a_guard_that_cannot_be_read_deletes_nothing(world: World, profile: Profile) -> None:
    """A list of numbers that fails is no list without numbers."""
    assert profile.up(MINIMAL) == ""
    world.control("POST", "answers", {"operation": "listProfilePhoneNumbers", "status": 403, "times": 100})
    assert profile.destroy().startswith("cannot list the numbers of messaging profile")
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
