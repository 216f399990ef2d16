"""Scenario 12: what a take-over overwrites is shown in the preview, field by field, and told again by the run.

Most scenarios are played by every resource of the list in `subjects`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.emulator.seed import ALERTS, DEFAULT, FIFTH, FIRST, FIRST_ID, SECOND, THIRD, THIRD_ID
from tests.support.scenarios.expected import URL, automatic
from tests.support.scenarios.subjects import ALL, NUMBERS, THEIRS, Cast, each, tells
from tests.support.scenarios.world import PROGRAM

if TYPE_CHECKING:
    from tests.support.scenarios.pair import Worlds

MINIMAL = {"message_url": URL, "message_url_method": "POST"}


# What is overwritten -------------------------------------------------------------------------------------------------


def test_preview_of_a_take_over(worlds: Worlds) -> None:
    """Reads and no write; the old value and the new one are shown, and the update that follows says the same."""
    world = worlds()
    ALL.exist(world)
    world.declare(ALL.taking())

    preview = world.preview()
    up = world.up()

    assert preview.ok, preview.text
    assert preview.writes == []
    assert preview.ops == {name: ["create"] for name in ALL.names}
    assert up.ok, up.text
    for one in ALL.subjects:
        for run in (preview, up):
            assert tells(run.text, one.field, one.values["former"], one.values["ours"]), run.text
    assert world.preview().requests == ()


def test_nothing_to_write(worlds: Worlds) -> None:
    """What is equal already is taken over all the same, and both runs say that nothing is written."""
    world = worlds()
    ALL.exist(world)
    world.declare(ALL.taking("former"))

    for run in (world.preview(), world.up()):
        assert run.ok, run.text
        assert run.writes == []
        assert run.text.count("nothing to write") >= len(ALL.names)


def test_every_field_of_a_number(worlds: Worlds) -> None:
    """Product and tags are shown like the profile."""
    world = worlds()
    world.edit_number(THIRD, tags=["theirs"])
    number = {"phone_number": THIRD, "messaging_profile_id": ALERTS, "messaging_product": "P2P", "tags": ["ours"]}
    world.declare({"it": number})

    preview = world.preview()

    for words in (DEFAULT, ALERTS, '"A2P" -> "P2P"', '"theirs" -> "ours"'):
        assert words in preview.text


def test_secrets_are_on_neither_side(worlds: Worlds) -> None:
    """A URL that was given as a secret, and a password: neither what was there nor what comes."""
    world = worlds()
    old, new = "https://old.example.com/key-1", "https://new.example.com/key-2"
    theirs = {"MessageUrl": old, "MessageUrlMethod": "GET", "MessagePasswordToken": "password-1"}
    world.add_route(MessageRouteId=THEIRS, RouteName="legacy", MessageAuthenticationType="Bearer", **theirs)
    url = {"message_url": {"secret": new}, "message_url_method": "POST"}
    password = {"message_authentication_type": "Bearer", "message_password_token": "password-2"}
    world.declare({"it": {**url, **password, "adopt": THEIRS}})

    runs = [world.preview(), world.up()]

    for run in runs:
        assert run.ok, run.text
        assert "message_url [secret] -> [secret]" in run.text
        assert '"GET" -> "POST"' in run.text
        assert not [text for text in (old, new, "password-1", "password-2") if text in run.text]


def test_secret_number_is_named_by_its_id(worlds: Worlds) -> None:
    """The number that the program gives as a secret, and the numbers of a group, are in no line."""
    world = worlds()
    world.declare(
        {
            "it": {"phone_number": {"secret": THIRD}, "messaging_profile_id": ALERTS},
            "group": {"phone_numbers": {"secret": [FIRST, "+19999999999"]}, "messaging_profile_id": ALERTS},
        }
    )

    preview = world.preview()

    assert preview.ok, preview.text
    for named in (f"number {THIRD_ID}", f"for 1 number: {FIRST_ID}", "not found yet, 1 of 2 numbers: [secret]"):
        assert named in preview.text
    assert not [number for number in (FIRST, THIRD, "+19999999999") if number in preview.text]


def test_what_a_replacement_takes(worlds: Worlds) -> None:
    """The new side of a replacement, and a number that is added to a group, are looked up in the preview too."""
    world = worlds()
    NUMBERS.exist(world)
    world.edit_number(THIRD, messaging_profile_id=ALERTS)
    world.edit_number(FIFTH, messaging_profile_id=ALERTS)
    world.declare(NUMBERS.taking())
    assert world.up().ok
    number, group = NUMBERS.taking().values()
    added = {**group, "phone_numbers": [*group["phone_numbers"], FIFTH]}
    world.declare({"number": {**number, "phone_number": THIRD}, "group": added})

    preview = world.preview()

    assert preview.ok, preview.text
    assert preview.writes == []
    for one in (THIRD, FIFTH):
        assert tells(preview.text, one, ALERTS, number["messaging_profile_id"]), preview.text


def test_many_objects_are_told_in_one_page(worlds: Worlds) -> None:
    """A group is told in counts with its first numbers, and costs list pages, not a read for each number."""
    world = worlds()
    numbers = [f"+1555030{index:04}" for index in range(60)]
    world.control("POST", "numbers", [{"phone_number": one, "messaging_profile_id": DEFAULT} for one in numbers])
    world.declare({"it": {"phone_numbers": numbers, "messaging_profile_id": ALERTS}})

    preview = world.preview()

    assert preview.ok, preview.text
    assert "60" in preview.text
    assert numbers[0] in preview.text
    assert numbers[-1] not in preview.text
    assert r"\n" not in preview.text
    assert len(preview.reads) <= 4


# When nothing can be looked up ---------------------------------------------------------------------------------------


def test_preview_without_credentials(worlds: Worlds) -> None:
    """It succeeds, and says once for each vendor that it could not look."""
    world = worlds()
    ALL.exist(world)
    world.configure(telegent_accountKey=None, telegent_accountSecret=None, telnyx_apiKey=None)
    world.declare(ALL.taking())

    preview = world.preview()

    assert preview.ok, preview.text
    assert preview.requests == preview.tokens == ()
    # The CLI shows a line in its tree too.
    told = [line for line in map(str.strip, preview.text.splitlines()) if line.startswith("pulumi-messaging: ")]
    for key in ("telegent:accountKey", "telnyx:apiKey"):
        assert len([line for line in told if key in line]) == 1, preview.text


def test_preview_that_may_not_read(worlds: Worlds) -> None:
    """A look-up that fails is a warning: the preview succeeds without what it could not see."""
    world = worlds()
    ALL.exist(world)
    reads = {read for one in ALL.subjects for read in one.reads}
    world.control("POST", "faults", [{"operation": read, "kind": "403", "times": 9} for read in reads])
    world.declare(ALL.taking())

    preview = world.preview()

    assert preview.ok, preview.text
    for vendor in ("Telegent", "Telnyx"):
        assert tells(preview.text, vendor, "403"), preview.text


def test_adopted_id_that_no_list_shows(worlds: Worlds) -> None:
    """Where the list is complete the preview refuses it; where it is short that is only a warning."""
    world = worlds()
    world.declare({"it": {**MINIMAL, "adopt": "MRID-nowhere"}})

    refused = world.preview()

    assert not refused.ok
    assert "MRID-nowhere" in " ".join(refused.errors)
    world.settings(telegentListShort=True)
    assert world.preview().ok


def test_name_that_is_taken(worlds: Worlds) -> None:
    """The preview tells that a new route's name exists, which `up` refuses."""
    world = worlds()
    world.add_route(MessageRouteId=THEIRS, RouteName="taken", MessageUrl=URL, MessageUrlMethod="POST")
    world.declare({"it": {**MINIMAL, "route_name": "taken"}})

    preview = world.preview()

    assert THEIRS in preview.text
    assert "taken" in preview.text
    assert not world.up().ok


# adopt: equal --------------------------------------------------------------------------------------------------------


@each()
def test_only_what_is_equal(worlds: Worlds, cast: Cast) -> None:
    """With `adopt: equal` a take-over that would write is refused, in the preview too; an equal one is free."""
    world = worlds()
    cast.exist(world)
    world.configure(telegent_adopt="equal", telnyx_adopt="equal")
    world.declare(cast.taking())

    for run in (world.preview(), world.up()):
        assert not run.ok, run.text
        assert run.writes == []
        assert cast.subjects[0].field in " ".join(run.errors)
    world.declare(cast.taking("former"))
    assert world.up().ok
    # What is ours is changed as before.
    world.declare(cast.taking())
    changed = world.up()
    assert changed.ok, changed.text
    assert cast.values(world) == cast.have("ours")


def test_only_what_is_equal_covers_added_numbers_and_passwords(worlds: Worlds) -> None:
    """A number that is added to a group is a take-over, and so is a password, which cannot be compared."""
    world = worlds()
    world.configure(telegent_adopt="equal", telnyx_adopt="equal")
    group = {"phone_numbers": [THIRD], "messaging_profile_id": DEFAULT}
    world.declare({"group": group})
    assert world.up().ok
    world.declare({"group": {**group, "phone_numbers": [THIRD, FIRST]}})
    added = world.up()
    assert not added.ok
    assert added.writes == []
    bearer = {"MessageAuthenticationType": "Bearer", "MessagePasswordToken": "theirs"}
    world.add_route(MessageRouteId=THEIRS, RouteName="r", MessageUrl=URL, MessageUrlMethod="POST", **bearer)
    declared = {**MINIMAL, "adopt": THEIRS, "message_authentication_type": "Bearer"}
    world.declare({"it": {**declared, "message_password_token": "ours"}})
    password = world.up()
    assert not password.ok
    assert THEIRS in " ".join(password.errors)
    assert [route["MessagePasswordToken"] for route in world.routes().values()] == ["theirs"]
    # Left out for the take-over, and added afterwards.
    world.declare({"it": declared})
    assert world.up().ok
    world.declare({"it": {**declared, "message_password_token": "ours"}})
    assert world.up().ok


# Nothing else is asked -----------------------------------------------------------------------------------------------


def test_no_other_preview_makes_a_request(worlds: Worlds) -> None:
    """Of what is in the state: not of a change, not of a removal, not of nothing."""
    world = worlds()
    ALL.exist(world)
    world.declare(ALL.taking())
    assert world.up().ok

    for declared in (ALL.taking(), ALL.taking("other", on_destroy="retain"), {}):
        world.declare(declared)
        preview = world.preview()
        assert preview.ok, preview.text
        assert preview.requests == preview.tokens == ()


# Outputs tell the truth ----------------------------------------------------------------------------------------------


def test_outputs_are_what_the_object_has(worlds: Worlds) -> None:
    """The name of a route whichever way it got it, and the numbers that a group holds."""
    world = worlds()
    world.add_route(MessageRouteId=THEIRS, RouteName="legacy", MessageUrl=URL, MessageUrlMethod="POST")
    group = {"phone_numbers": [FIRST], "messaging_profile_id": ALERTS, "opts": {"ignore_changes": ["phoneNumbers"]}}
    routes = {"auto": MINIMAL, "given": {**MINIMAL, "route_name": "given"}, "adopted": {**MINIMAL, "adopt": THEIRS}}
    world.program(PROGRAM.read_text() + EXPORTS)
    world.declare({**routes, "group": group})

    up = world.up()
    world.declare({**routes, "group": {**group, "phone_numbers": [FIRST, SECOND]}})
    ignored = world.up()

    assert up.ok, up.text
    names = {"auto": automatic("auto"), "given": "given", "adopted": "legacy"}
    for run in (up, ignored):
        assert run.outputs["names"] == names
        assert run.outputs["numbers"] == [FIRST]
    assert ignored.requests == ()


EXPORTS = """
routes = ("auto", "given", "adopted")
pulumi.export("names", {name: built[name].route_name for name in routes})
pulumi.export("numbers", built["group"].phone_numbers)
"""
