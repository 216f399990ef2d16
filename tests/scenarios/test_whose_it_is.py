"""Scenario 11: whose an object is. A name proves nothing; what nothing proves is refused, and nothing is forgotten.

Most scenarios are played by every resource of the list in `subjects`.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.emulator.seed import ALERTS, FIRST
from tests.support.scenarios import outside
from tests.support.scenarios.expected import URL
from tests.support.scenarios.subjects import ALL, NUMBERS, Cast, each

if TYPE_CHECKING:
    from tests.support.scenarios.pair import Worlds
    from tests.support.scenarios.world import World

MINIMAL = {"message_url": URL, "message_url_method": "POST"}
BEARER = {"message_authentication_type": "Bearer", "message_password_token": "secret"}


def taken(world: World, cast: Cast, **more: Any) -> None:
    """The resources take over what exists, with credentials that come from the environment."""
    cast.exist(world)
    outside.own(world)
    outside.by_environment(world)
    world.declare({**cast.taking(), **more})
    up = world.up()
    assert up.ok, up.text
    assert cast.values(world) == cast.have("ours")


def restored(world: World, cast: Cast) -> None:
    """Destroy puts back what was there before the program."""
    destroyed = world.destroy()
    assert destroyed.ok, destroyed.text
    assert cast.values(world) == cast.have("former")


# Automatic names -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("machine", ["the same machine", "another machine"])
def test_second_backend_with_the_same_names(worlds: Worlds, machine: str) -> None:
    """Project, stack and resource name are the same, and so is the automatic name: the first one's route is not ours.

    A stack that was renamed, whose old name is used anew, is the same case on the same machine.
    """
    first = worlds()
    first.declare({"it": MINIMAL})
    assert first.up().ok
    route_id, route = first.id_of("it"), first.routes()
    second = worlds(beside=first)
    if machine == "another machine":
        outside.another_machine(second)
    second.declare({"it": {**MINIMAL, "message_url": "https://elsewhere.example.com/in"}})

    refused = second.up()
    destroyed = second.destroy()

    assert not refused.ok
    assert f'adopt="{route_id}"' in " ".join(refused.errors)
    assert refused.writes == destroyed.writes == []
    assert first.routes() == route
    assert first.destroy().ok
    assert first.routes() == {}


def test_equal_values_are_evidence(worlds: Worlds) -> None:
    """A route of our automatic name that has every declared value is taken over: said, and not deleted at the end."""
    first = worlds()
    first.declare({"it": MINIMAL})
    assert first.up().ok
    second = worlds(beside=first)
    outside.another_machine(second)
    second.declare({"it": MINIMAL})

    up = second.up()
    destroyed = second.destroy()

    assert up.ok, up.text
    assert up.writes == []
    assert "taken over" in up.text
    assert destroyed.ok, destroyed.text
    assert destroyed.writes == []
    assert len(first.routes()) == 1


def test_equal_values_with_a_secret_are_no_evidence(worlds: Worlds) -> None:
    """A secret cannot be compared: not even the same program takes over what another backend made."""
    first = worlds()
    first.declare({"it": {**MINIMAL, **BEARER}})
    assert first.up().ok
    second = worlds(beside=first)
    outside.another_machine(second)
    second.declare({"it": {**MINIMAL, **BEARER}})

    refused = second.up()

    assert not refused.ok
    assert f'adopt="{first.id_of("it")}"' in " ".join(refused.errors)
    assert refused.writes == []


def test_second_backend_with_the_same_numbers(worlds: Worlds) -> None:
    """A number names itself, so it is taken over and that is said; the first one's value comes back at the end."""
    first = worlds()
    taken(first, NUMBERS)
    second = worlds(beside=first)
    outside.another_machine(second)
    second.declare(NUMBERS.taking("other"))

    up = second.up()

    assert up.ok, up.text
    assert NUMBERS.values(first) == NUMBERS.have("other")
    assert second.destroy().ok
    assert NUMBERS.values(first) == NUMBERS.have("ours")
    restored(first, NUMBERS)


# Accounts ------------------------------------------------------------------------------------------------------------


# The resources that `make test` runs, one of each kind of reconciler.
PATIENT = {
    "key of others": ("route", "profile", "routednumber"),
    "key of others, nothing shown": ("number", "routedgroup"),
}


@each()
@pytest.mark.parametrize("what", ["key of others", "key of others, nothing shown", "emulator in the shell"])
def test_credentials_of_another_account(worlds: Worlds, cast: Cast, what: str) -> None:
    """A valid key of somebody else, an emulator that was left in the shell: refused, and nothing is forgotten.

    Where no answer shows the account, both runs wait for other reads: `make cases` runs all of these.
    """
    if what.startswith("key") and cast.names[0] not in PATIENT[what] and "EVERY_CASE" not in os.environ:
        pytest.skip("make cases runs it: each waits for 10 s")
    world = worlds()
    if what.endswith("nothing shown"):
        outside.hide_identities(world)
    taken(world, cast)
    before = world.state()
    (outside.use_emulator if what.startswith("emulator") else outside.use_key_of_others)(world)

    runs = [world.refresh(), world.destroy()]

    for run in runs:
        assert not run.ok, run.text
        assert run.writes == []
        assert f"{cast.subjects[0].vendor}:" in " ".join(run.errors)
        assert "pulumi state delete" in " ".join(run.errors)
    assert world.state() == before
    assert cast.values(world) == cast.have("ours")


@pytest.mark.parametrize("shown", [True, False], ids=["identity shown", "nothing shown"])
def test_rotated_key(worlds: Worlds, shown: bool) -> None:
    """The account is the same one: refresh, changes, and the loss of an object go on as before."""
    world = worlds()
    if not shown:
        outside.hide_identities(world)
    others = {"one": {"phone_number": "+15550100005", "tags": ["a"]}, "two": {**MINIMAL, "route_name": "another"}}
    taken(world, ALL, **others)
    outside.rotate_keys(world)

    refreshed = world.refresh()
    world.declare({**ALL.taking("other"), **others})
    changed = world.up()

    assert refreshed.ok, refreshed.text
    assert refreshed.ops == {}
    assert changed.ok, changed.text
    assert ALL.values(world) == ALL.have("other")
    ALL.drop(world)
    gone = world.refresh()
    assert gone.ok, gone.text
    assert world.state().keys() & {"route", "number"} == set()
    assert world.destroy().ok


# Numbers that leave and come back ------------------------------------------------------------------------------------


@pytest.mark.parametrize("seen", [True, False], ids=["seen by a refresh", "between two refreshes"])
@each(NUMBERS)
def test_released_and_bought_again(worlds: Worlds, cast: Cast, seen: bool) -> None:
    """Another id is another number: refresh drops the old one, the next `up` takes over the new one.

    The state of a group has the E.164 alone: where no refresh saw that a member was gone, it gives back what that had.
    """
    world = worlds()
    taken(world, cast)
    for number in cast.numbers:
        world.edit_number(number, status="deleted")
    assert not seen or world.refresh().ok
    for number in cast.numbers:
        world.control("POST", "numbers", {"phone_number": number, "organization_id": outside.OUR_ORGANIZATION})

    refreshed = world.refresh()
    up = world.up()

    assert refreshed.ok, refreshed.text
    assert up.ok, up.text
    assert cast.values(world) == cast.have("ours")
    assert world.preview().ops == {}
    assert world.destroy().ok
    given_back = {profile for profile, *_ in map(world.numbers().get, cast.numbers)}
    assert given_back == ({None} if seen or cast.names == ["number"] else {cast.subjects[0].values["former"]})


def test_left_for_good(worlds: Worlds) -> None:
    """A number that left the account stays listed, and is gone: destroy is not stuck."""
    world = worlds()
    taken(world, NUMBERS)
    for number in NUMBERS.numbers:
        world.edit_number(number, status="ported-out")

    destroyed = world.destroy()

    assert destroyed.ok, destroyed.text
    assert world.state().keys() & {*NUMBERS.names} == set()


@each(NUMBERS)
def test_one_number_stands_there_twice(worlds: Worlds, cast: Cast) -> None:
    """Two live rows of one number: an error that names both ids, and no write to either."""
    world = worlds()
    cast.exist(world)
    number = cast.numbers[0]
    world.control("POST", "numbers", {"phone_number": number})
    twins = [row["id"] for row in world.control("GET", "state")["numbers"] if row["phone_number"] == number]
    world.declare(cast.taking())

    refused = world.up()

    assert not refused.ok
    assert len(twins) == 2
    assert [one for one in twins if one not in " ".join(refused.errors)] == []
    assert [what for what, _ in refused.writes if what.split("/")[-2] in twins] == []


# Explicit providers --------------------------------------------------------------------------------------------------

PROVIDER = """
import pulumi
import pulumi_messaging

opts = pulumi.ResourceOptions(provider=pulumi.ProviderResource("pulumi-python", "mine", {}))
pulumi_messaging."""


@pytest.mark.parametrize(
    "resource",
    [
        f'MessageRoute("it", message_url="{URL}", message_url_method="POST", opts=opts)',
        f'NumberMessaging("it", phone_number="{FIRST}", messaging_profile_id="{ALERTS}", opts=opts)',
        f'NumberMessagingGroup("it", phone_numbers=["{FIRST}"], messaging_profile_id="{ALERTS}", opts=opts)',
    ],
    ids=["route", "number", "group"],
)
def test_explicit_provider(worlds: Worlds, resource: str) -> None:
    """It gets none of the stack's settings, and would talk to the vendor from a stack on the emulator: refused."""
    world = worlds()
    world.program(PROVIDER + resource)

    preview = world.preview()

    assert not preview.ok
    assert "provider" in " ".join(preview.errors)
    assert "Traceback" not in preview.text
    assert preview.requests == ()
