"""A preview looks before an `up` takes: it says what will be overwritten, asks little, and writes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from pulumi_messaging.core.fields import UNKNOWN
from pulumi_messaging.errors import NoAnswer
from pulumi_messaging.lifecycle import NUMBER, NUMBER_GROUP, ROUTE
from pulumi_messaging.reconcile.routes.names import RouteNames
from pulumi_messaging.reconcile.routes.reads import RouteReads
from tests.support.emulator.seed import ALERTS, DEFAULT, FIRST, SECOND, SECOND_ID
from tests.support.faults.world import World
from tests.support.reconcile.previews import ROUTE_FIELDS, URL, WITH_URL, Preview

CHECK = "check that the account of telnyx:apiKey has it and that it is enabled for messaging"
AUTOMATIC = {"routeName": "a-0123456", "__autoname": "a-0123456"}
ONE_LIST = {"createToken": 1, "listMessageRoutes": 1}


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    made.control("PATCH", "settings", {"telegentRequestsPerMinute": 0, "telnyxRequestsPerMinute": 0})
    yield made
    made.close()


@pytest.fixture
def preview(world: World) -> Preview:
    return Preview(world)


def add_route(world: World, route_id: str, **fields: Any) -> None:
    world.control("POST", "routes", {"MessageRouteId": route_id, "RouteName": route_id.lower(), **WITH_URL, **fields})


def add_numbers(world: World, count: int, profile: str | None = None) -> list[str]:
    numbers = [f"+1777{index:07}" for index in range(count)]
    rows = [{"phone_number": number, "messaging_profile_id": profile, "tags": []} for number in numbers]
    world.control("POST", "numbers", rows)
    return numbers


def cut_off(world: World, declared: dict[str, Any]) -> None:
    """A create whose process ends before the answer."""
    reads = RouteReads(world.telegent_client(), clock=world.time.clock, timeout_seconds=300.0)
    names = RouteNames(reads, world.attempts(), world.telegent, clock=world.time.clock, say=print)
    with names.reserved(None, declared["routeName"]) as reserved:
        reserved.sending(declared)
        raise NoAnswer("create message route", "no answer", "run it again", sent=True)


# What is said -------------------------------------------------------------------------------------------------------


def test_an_adopted_route_is_told_field_by_field(world: World, preview: Preview) -> None:
    """Old and new value of each field; a password and what is given as a secret on neither side."""
    add_route(world, "MRID-1", MessageUrl="https://old.example.com/", MessageUsername="them", MessagePasswordToken="p")
    declared = {"messageRouteEnabled": False, "messageUsername": "us", "messagePasswordToken": "token"}

    assert preview.route(adopt="MRID-1", **declared, __secrets=("messageUsername",)) == []
    assert preview.said == [
        (
            'message route MRID-1 "mrid-1": `pulumi up` will overwrite message_url "https://old.example.com/" -> '
            f'"{URL}", message_route_enabled true -> false, message_username [secret] -> [secret], '
            "message_password_token [secret] -> [secret]"
        )
    ]
    assert preview.asked == ONE_LIST


def test_an_adopted_route_that_is_as_declared(world: World, preview: Preview) -> None:
    """There is nothing to write, and that is said."""
    add_route(world, "MRID-1")

    assert preview.route(adopt="MRID-1") == []
    assert preview.said == ['message route MRID-1 "mrid-1": exists and is taken over; nothing to write']


def test_a_number_is_told_field_by_field(world: World, preview: Preview) -> None:
    """Profile, product and tags alike; where the number is a secret, its numeric id names it."""
    world.control("PATCH", f"numbers/{SECOND}", {"tags": ["old", "two"]})

    assert preview.number(SECOND, messagingProfileId=ALERTS, messagingProduct="P2P", tags=("new",)) == []
    changes = f'messaging_profile_id "{DEFAULT}" -> "{ALERTS}", messaging_product "A2P" -> "P2P", tags "old, two"'
    assert preview.said == [f'number {SECOND}: `pulumi up` will overwrite {changes} -> "new"']
    preview.number(SECOND, messagingProfileId=DEFAULT, __secrets=("phoneNumber",))
    preview.number(FIRST, messagingProfileId="", __secrets=("phoneNumber", "messagingProfileId"))
    assert preview.said == [
        f"number {SECOND_ID}: exists and is taken over; nothing to write",
        "number 1293384261075731501: exists and is taken over; nothing to write",
    ]


def test_a_group_is_told_in_counts(world: World, preview: Preview) -> None:
    """Each change with its numbers, the first of them by name; those that are as declared are counted."""
    numbers = add_numbers(world, 8, DEFAULT)
    for number in numbers[6:]:
        world.control("PATCH", f"numbers/{number}", {"messaging_profile_id": ALERTS})
    world.control("PATCH", f"numbers/{numbers[0]}", {"tags": ["x"]})

    assert preview.group(*numbers, "+19999999999", messagingProfileId=ALERTS, tags=()) == []
    assert preview.said == [
        f"g-0: not found yet, 1 of 9 numbers: +19999999999; {CHECK}",
        "g-0: 2 numbers exist and are taken over; nothing to write",
        (
            f'g-0: `pulumi up` will overwrite messaging_profile_id "{DEFAULT}" -> "{ALERTS}" for 6 numbers: '
            f"{', '.join(numbers[:5])} and 1 more"
        ),
        f'g-0: `pulumi up` will overwrite tags "x" -> (none) for 1 number: {numbers[0]}',
    ]


def test_a_group_of_values_that_all_differ_is_told_in_a_few_lines(world: World, preview: Preview) -> None:
    """A screen of lines and the count of the others."""
    numbers = add_numbers(world, 30)
    for number in numbers:
        world.control("PATCH", f"numbers/{number}", {"tags": [f"customer {number}"]})

    preview.group(*numbers, messagingProfileId="", tags=("ours",))
    said = preview.said
    assert len(said) == 21
    assert said[-1] == "g-0: `pulumi up` will overwrite 10 more values"


def test_only_numbers_that_a_group_gets_are_looked_up(preview: Preview) -> None:
    """The last inputs have the others, also where a refresh wrote their drift behind them."""
    former = {"phoneNumbers": f"{FIRST} messagingProfileId=x\n", "messagingProfileId": DEFAULT, "__group": "g-0"}
    numbers = (FIRST, SECOND)

    assert preview.group(*numbers, former=former, messagingProfileId=DEFAULT) == []
    assert preview.said == ["g-0: 1 number exists and is taken over; nothing to write"]
    assert preview.group(FIRST, former=former, messagingProfileId=ALERTS) == []
    assert (preview.said, preview.asked) == ([], {"listMessaging": 1})


def test_a_value_that_is_not_known_yet(world: World, preview: Preview) -> None:
    """It is said to be unknown; an object that is not known yet is not looked up."""
    add_route(world, "MRID-1")
    preview.route(adopt="MRID-1", callbackMessageUrl=UNKNOWN)
    assert preview.said == [
        'message route MRID-1 "mrid-1": `pulumi up` will overwrite callback_message_url (none) -> (not known yet)'
    ]
    preview.forget()
    preview.route(adopt=UNKNOWN)
    preview.route(routeName=UNKNOWN)
    preview.number(UNKNOWN, messagingProfileId="")
    preview.group(FIRST, UNKNOWN, messagingProfileId="")
    assert (preview.said, preview.asked) == ([], {})


def test_the_name_of_a_new_route_that_is_taken(world: World, preview: Preview) -> None:
    """The id is named, and what an `up` will do; a name that is free is not told."""
    add_route(world, "MRID-1", RouteName="taken", MessageUrlMethod="GET")

    assert preview.route(routeName="taken") == []
    assert preview.said == [
        (
            'message route "taken" exists already (MRID-1): `pulumi up` will fail, unless it replaces that '
            'one; to manage it, add adopt="MRID-1"; else give another route_name'
        )
    ]
    preview.route(routeName="free")
    assert preview.said == []
    preview.route(routeName="taken", __secrets=("routeName",))
    assert "taken" not in preview.said[0]


def test_an_automatic_name_that_is_taken(world: World, preview: Preview) -> None:
    """It proves nothing: the route is taken over only where every value is equal, or a note shows that it is ours."""
    add_route(world, "MRID-1", RouteName=AUTOMATIC["routeName"])

    preview.route(**AUTOMATIC, messageRouteEnabled=False)
    (refused,) = preview.said
    assert refused.startswith("`pulumi up` will fail, unless it replaces message route MRID-1: cannot create message")
    assert "message_route_enabled not as declared" in refused
    assert refused.endswith('to manage that one, add adopt="MRID-1"; else give a route_name')
    preview.route(**AUTOMATIC)
    (taken,) = preview.said
    assert taken.startswith('message route MRID-1 "a-0123456" (it has the automatic name and all declared values; ')
    assert taken.endswith("): exists and is taken over; nothing to write")


def test_an_automatic_name_with_a_note(world: World, tmp_path: Path) -> None:
    """This machine's note of a create that was cut off is evidence, and is not used up by the preview."""
    world.notes = tmp_path / "creates"
    world.notes.mkdir()
    with suppress(NoAnswer):
        cut_off(world, {**ROUTE_FIELDS, **AUTOMATIC})
    add_route(world, "MRID-1", RouteName=AUTOMATIC["routeName"])

    secret = {"messageAuthenticationType": "Bearer", "messagePasswordToken": "t"}
    for _ in range(2):
        preview = Preview(world)
        preview.route(**AUTOMATIC, **secret)
        (taken,) = preview.said
        assert taken.startswith('message route MRID-1 "a-0123456" (this machine has a note of its create')
        assert taken.endswith('"Bearer", message_password_token [secret] -> [secret]')


def test_a_name_that_an_adoption_cannot_give(world: World, preview: Preview) -> None:
    """An adopted route keeps its own name, and does not get another route's."""
    add_route(world, "MRID-1", RouteName="one")
    add_route(world, "MRID-2", RouteName="two")

    preview.route(adopt="MRID-1", routeName="one")
    preview.route(adopt="MRID-1", routeName="two")
    assert preview.said == [
        'message route MRID-1 "one": exists and is taken over; nothing to write',
        'message route MRID-1 "one": `pulumi up` will overwrite route_name "one" -> "two"',
        'message route MRID-1: `pulumi up` will fail, because MRID-2 has the name "two"',
    ]


def test_a_name_that_this_run_frees_is_not_taken(world: World, preview: Preview) -> None:
    """A replacement deletes the old route first; a rename gives up the name. A name that stays is taken."""
    add_route(world, "MRID-1", RouteName="one")
    declared = {**ROUTE_FIELDS, "routeName": "one"}

    preview.check(ROUTE, declared, former=declared)
    preview.check(ROUTE, declared)  # the engine checks the new side with the same inputs, as new to the state
    assert preview.said == []
    preview.route(routeName="one", messageRouteEnabled=False)
    assert len(preview.said) == 1
    preview.diff(ROUTE, "MRID-1", {**declared, "messageRouteId": "MRID-1"}, {**declared, "routeName": "two"})
    preview.route(routeName="one", outboundBypass=False)
    assert preview.said == []


def test_a_replacement_in_another_account_may_find_its_name_taken(world: World, preview: Preview) -> None:
    """The route that it replaces has the name in the former account."""
    add_route(world, "MRID-1", RouteName="one")
    declared = {**ROUTE_FIELDS, "routeName": "one", "accountId": "AID-emulator"}

    preview.check(ROUTE, declared, former={**declared, "accountId": "AID-other"})
    preview.check(ROUTE, declared)
    assert len(preview.said) == 1


def test_take_overs_without_a_write_are_counted_after_the_first(world: World, preview: Preview) -> None:
    """Twenty lines, then counts."""
    numbers = add_numbers(world, 120)
    for number in numbers:
        preview.number(number, messagingProfileId="")

    assert preview.said[20:] == ["100 existing objects so far are taken over with nothing to write"]


# What is asked ------------------------------------------------------------------------------------------------------


def test_other_checks_ask_nothing(world: World, preview: Preview) -> None:
    """A preview of what the state has, changed or not, and every check of an `up` make no request."""
    declared: list[tuple[Any, dict[str, Any]]] = [
        (ROUTE, {**ROUTE_FIELDS, "routeName": "a"}),
        (NUMBER, {"phoneNumber": FIRST, "messagingProfileId": DEFAULT}),
        (NUMBER_GROUP, {"phoneNumbers": f"{SECOND}\n", "messagingProfileId": DEFAULT, "__group": "g-0"}),
    ]
    for kind, inputs in declared:
        preview.check(kind, inputs, former=inputs)
        preview.check(kind, inputs | {"onDestroy": "retain"}, former=inputs)
        assert "__preview" not in preview.check(kind, inputs, former=inputs).inputs
    assert (preview.said, preview.asked) == ([], {})


def test_three_hundred_routes_are_one_list(world: World, preview: Preview) -> None:
    """Adopted and new ones, with one token."""
    for index in range(300):
        add_route(world, f"MRID-{index}")
    preview.forget()
    for index in range(300):
        preview.route(adopt=f"MRID-{index}")
        preview.route(routeName=f"new-{index}")
    assert preview.asked == ONE_LIST


def test_a_thousand_numbers_are_a_few_pages(world: World) -> None:
    """A group asks for the pages, single numbers for at most twice as many and three."""
    numbers = add_numbers(world, 1000)
    preview = Preview(world)
    preview.forget()
    preview.group(*numbers, messagingProfileId=DEFAULT)
    assert sum(preview.asked.values()) <= 5
    preview = Preview(world)
    for number in numbers:
        preview.number(number, messagingProfileId=DEFAULT)
    assert sum(preview.asked.values()) <= 2 * 5 + 3


# What goes wrong ----------------------------------------------------------------------------------------------------


def test_an_adopted_route_that_does_not_exist_is_a_problem(world: World, preview: Preview) -> None:
    """A list that is complete, and a single read, do not have it."""
    add_route(world, "MRID-1")

    assert preview.route(adopt="MRID-2") == [
        "adopt names message route MRID-2, which the account of telegent:accountKey does not have: check both"
    ]
    assert preview.said == []


def test_an_incomplete_list_refuses_nothing(world: World, preview: Preview) -> None:
    """A route that neither it nor a single read shows is a warning."""
    world.control("PATCH", "settings", {"telegentListShort": True})
    assert preview.route(adopt="MRID-2") == []
    assert "MRID-2" in preview.said[0]


def test_a_number_that_is_not_found_is_a_warning(preview: Preview) -> None:
    """It may have been bought just now; as a secret it is not named."""
    assert preview.number("+19999999999", messagingProfileId="") == []
    assert preview.said == [f"number +19999999999 is not found yet; {CHECK}"]
    preview.number("+19999999998", messagingProfileId="", __secrets=("phoneNumber",))
    assert preview.said[0].startswith("number [secret] is not found yet")


def test_without_settings_the_preview_says_so_once(world: World) -> None:
    """There is no problem, and no request."""
    preview = Preview(world, missing="telnyx:apiKey not set")
    for number in (FIRST, SECOND):
        assert preview.number(number, messagingProfileId="") == []
    assert preview.said == ["existing objects are not looked up before `pulumi up`: telnyx:apiKey not set"]
    assert preview.asked == {}


def test_a_vendor_that_refuses_the_key_is_asked_once(world: World, preview: Preview) -> None:
    """One warning, then counts; the preview goes on."""
    for operation in ("listMessaging", "retrieveMessaging"):
        world.control("POST", "faults", {"operation": operation, "kind": "401", "times": 99})
    for number in [FIRST, *add_numbers(world, 30)]:
        assert preview.number(number, messagingProfileId="") == []
    said = preview.said
    assert said[0].startswith("could not look at existing objects before `pulumi up`: cannot read messaging settings")
    assert said[1:] == [
        f"could not look at {count} more before `pulumi up` so far: the look-up above failed" for count in (1, 20)
    ]
    assert preview.asked == {"listMessaging": 1, "retrieveMessaging": 1}


def test_all_look_ups_together_wait_twenty_seconds(world: World, preview: Preview) -> None:
    """A vendor that does not answer costs no more; the other one is not asked then either."""
    world.control("POST", "faults", {"operation": "listMessageRoutes", "kind": "timeout", "times": 99})
    assert preview.route(routeName="a") == []
    assert preview.route(routeName="b") == []
    assert preview.number(FIRST, messagingProfileId="") == []
    assert world.time.elapsed <= 21
    said = preview.said
    assert "could not look at existing objects before `pulumi up`: cannot list message routes" in said[0]
    assert said[1] == "could not look at 1 more before `pulumi up` so far: the look-up above failed"


def test_an_error_does_not_repeat_a_secret(world: World, preview: Preview) -> None:
    """A vendor may repeat what was asked: its words and the object are left out, status and advice are not."""
    for operation in ("listMessaging", "retrieveMessaging"):
        world.control("POST", "faults", {"operation": operation, "kind": "400-echo"})
    preview.number(FIRST, messagingProfileId="", __secrets=("phoneNumber",))
    assert preview.said == [
        (
            "could not look at an existing object before `pulumi up`: HTTP 400 [secret]; correct the value and run the "
            "command again"
        )
    ]


def test_the_cause_is_said_beside_a_secret(world: World, preview: Preview) -> None:
    """A refused key of each vendor, although a value is a secret."""
    for operation in ("listMessaging", "retrieveMessaging", "listMessageRoutes"):
        world.control("POST", "faults", {"operation": operation, "kind": "401", "times": 9})
    preview.number(FIRST, messagingProfileId="", __secrets=("messagingProfileId",))
    preview.route(routeName="a", __secrets=("messageUrl",))
    said = preview.said
    assert "HTTP 401 [secret]; check telnyx:apiKey" in said[0]
    assert "HTTP 401 [secret]; check telegent:accountKey" in said[1]


# adopt = equal ------------------------------------------------------------------------------------------------------


def test_equal_refuses_what_would_be_written(world: World) -> None:
    """Fields are named and no value, the lines have both; without a difference all is as ever."""
    preview = Preview(world, equal=True)
    add_route(world, "MRID-1")
    advice = "declare the values that are there, or run `pulumi config rm"

    assert preview.route(adopt="MRID-1") == preview.number(SECOND, messagingProfileId=DEFAULT) == []
    assert all(line.endswith("nothing to write") for line in preview.said)
    assert preview.route(adopt="MRID-1", messageRouteEnabled=False) == [
        (
            'cannot take over message route MRID-1 "mrid-1": telegent:adopt is "equal", and message_route_enabled '
            f"would be written; {advice} telegent:adopt`"
        )
    ]
    assert preview.number(SECOND, messagingProfileId=ALERTS) == [
        (
            f'cannot take over number {SECOND}: telnyx:adopt is "equal", and messaging_profile_id would be written; '
            f"{advice} telnyx:adopt`"
        )
    ]
    assert preview.group(FIRST, SECOND, messagingProfileId=ALERTS) == [
        (
            f'cannot take over g-0: telnyx:adopt is "equal", and messaging_profile_id would be written; '
            f"{advice} telnyx:adopt`"
        )
    ]
    assert preview.said == [
        'message route MRID-1 "mrid-1" is not as declared: message_route_enabled true -> false',
        f'number {SECOND} is not as declared: messaging_profile_id "{DEFAULT}" -> "{ALERTS}"',
        f'g-0 is not as declared: messaging_profile_id "{DEFAULT}" -> "{ALERTS}" for 1 number: {SECOND}',
        f'g-0 is not as declared: messaging_profile_id (none) -> "{ALERTS}" for 1 number: {FIRST}',
    ]


def test_equal_refuses_a_group_as_a_whole(world: World) -> None:
    """Of its numbers that are as declared nothing is said: they are not taken over either."""
    preview = Preview(world, equal=True)

    assert len(preview.group(FIRST, SECOND, messagingProfileId=DEFAULT)) == 1
    assert preview.said == [f'g-0 is not as declared: messaging_profile_id (none) -> "{DEFAULT}" for 1 number: {FIRST}']


def test_equal_refuses_a_password(world: World) -> None:
    """It cannot be compared."""
    preview = Preview(world, equal=True)
    add_route(world, "MRID-1", MessageAuthenticationType="Bearer", MessagePasswordToken="t")
    given = {"messageAuthenticationType": "Bearer", "messagePasswordToken": "t"}

    assert preview.route(adopt="MRID-1", **given) == [
        (
            'cannot take over message route MRID-1 "mrid-1": telegent:adopt is "equal", and message_password_token '
            "would be written; it cannot be compared: leave it out for the take-over, and add it afterwards"
        )
    ]


def test_equal_waits_for_a_value_that_is_not_known_yet(world: World) -> None:
    """It may turn out to be equal."""
    preview = Preview(world, equal=True)
    assert preview.number(SECOND, messagingProfileId=UNKNOWN) == []
    assert preview.said == [
        f'number {SECOND}: `pulumi up` compares messaging_profile_id "{DEFAULT}" -> (not known yet)'
    ]
