"""A preview looks before an `up` takes: it says what will be overwritten, asks little, and writes nothing."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

from pulumi_messaging.core.fields import UNKNOWN
from pulumi_messaging.errors import NoAnswer
from pulumi_messaging.reconcile.named.names import Names
from pulumi_messaging.reconcile.named.reads import Reads
from pulumi_messaging.reconcile.routes.calls import RouteCalls
from pulumi_messaging.resource_types import NUMBER, NUMBER_GROUP, ROUTE
from tests.support.emulator.seed import ALERTS, DEFAULT, FIRST, SECOND, SECOND_ID
from tests.support.faults.world import World
from tests.support.reconcile.previews import PRESENT, ROUTE_FIELDS, URL, Preview, add_numbers, add_route

AUTOMATIC = {"routeName": "a-0123456", "__autoname": "a-0123456"}
ONE_LIST = {"createToken": 1, "listMessageRoutes": 1}


def cut_off(world: World, declared: dict[str, Any]) -> None:
    """A create whose process ends before the answer."""
    calls = RouteCalls(world.telegent_client())
    names = Names(calls, Reads(calls), world.attempts(), print)
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
        f"g-0: not found yet, 1 of 9 numbers: +19999999999; check that each is {PRESENT}",
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
    add_route(world, "MRID-2", RouteName="c4n4ry")

    assert preview.route(routeName="taken") == []
    assert preview.said == [
        (
            'message route "taken" exists already (MRID-1): `pulumi up` will fail, unless it replaces that '
            'one; to manage it, add adopt="MRID-1"; else give another route_name'
        )
    ]
    preview.route(routeName="free")
    assert preview.said == []
    preview.route(routeName="c4n4ry", __secrets=("routeName",))
    (line,) = preview.said
    assert line.startswith('message route "[secret]" exists already (MRID-2)')


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
    """Twenty lines, then counts, the first one at twenty."""
    numbers = add_numbers(world, 120)
    for number in numbers:
        preview.number(number, messagingProfileId="")

    counts = [f"{count} existing objects so far are taken over with nothing to write" for count in (20, 100)]
    assert preview.said[20:] == counts


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
