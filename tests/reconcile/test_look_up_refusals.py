"""A preview that cannot look, or finds what an `up` would be refused for."""

from __future__ import annotations

from pulumi_messaging.core.fields import UNKNOWN
from tests.support.emulator.seed import ALERTS, DEFAULT, FIRST, SECOND
from tests.support.faults.world import World
from tests.support.reconcile.previews import PRESENT, Preview, add_numbers, add_route

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
    assert preview.said == [f"number +19999999999 is not found yet; check that it is {PRESENT}"]
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


def test_a_refused_token_is_the_accounts_failure(world: World, preview: Preview) -> None:
    """Whatever its status, it says nothing about one object."""
    answer = {"status": 400, "body": {"StatusCode": 400, "Message": "No."}}
    world.control("POST", "answers", {"operation": "createToken", "times": 99, **answer})
    for route in ("MRID-1", "MRID-2"):
        assert preview.route(adopt=route) == []
    said = preview.said
    assert said[0].startswith("could not look at existing objects before `pulumi up`: cannot list message routes: no t")
    assert said[1:] == ["could not look at 1 more before `pulumi up` so far: the look-up above failed"]
    assert preview.asked == {"createToken": 1}


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
    """A vendor may repeat what was asked; its status and advice stay."""
    for operation in ("listMessaging", "retrieveMessaging"):
        world.control("POST", "faults", {"operation": operation, "kind": "400-echo"})
    preview.number(FIRST, messagingProfileId="", __secrets=("phoneNumber",))
    assert preview.said == [
        (
            "could not look at an existing object before `pulumi up`: cannot read messaging settings of number "
            '[secret]: Telnyx answered 400, code 10015 "Bad Request" (Invalid: Bearer [secret]); correct the value and '
            "run the command again"
        )
    ]


def test_the_cause_is_said_beside_a_secret(world: World, preview: Preview) -> None:
    """A refused key of each vendor, although a value is a secret."""
    for operation in ("listMessaging", "retrieveMessaging", "listMessageRoutes"):
        world.control("POST", "faults", {"operation": operation, "kind": "401", "times": 9})
    preview.number(FIRST, messagingProfileId="", __secrets=("messagingProfileId",))
    preview.route(routeName="a", __secrets=("messageUrl",))
    said = preview.said
    assert "answered 401" in said[0]
    assert "; check telnyx:apiKey" in said[0]
    assert "answered 401" in said[1]
    assert "; check telegent:accountKey and telegent:accountSecret" in said[1]


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
