"""The providers in their real process: what the engine sends and gets, call by call."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from pulumi.runtime.proto import provider_pb2

from pulumi_messaging.core.fields import Kind
from pulumi_messaging.core.message_route import MESSAGE_ROUTE
from pulumi_messaging.core.number_messaging import NUMBER_MESSAGING
from pulumi_messaging.core.number_messaging_group import NUMBER_MESSAGING_GROUP
from tests.support.emulator.seed import ALERTS, DEFAULT
from tests.support.plugin import GROUP, NUMBER, ROUTE, Failed, Plugin, plain
from tests.support.pulumi_values import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulumi_messaging.emulator import Server

SOME, NONE = provider_pb2.DiffResponse.DIFF_SOME, provider_pb2.DiffResponse.DIFF_NONE
URL = "https://hooks.example.com/in"
MINIMAL = {ROUTE: {"messageUrl": URL, "messageUrlMethod": "POST", "__autoname": "it-0123456"}}
MINIMAL[NUMBER] = {"phoneNumber": "+15550100001", "messagingProfileId": DEFAULT}
MINIMAL[GROUP] = {"phoneNumbers": ["+15550100002"], "messagingProfileId": DEFAULT, "__group": "it-0123456"}
TABLES = {ROUTE: MESSAGE_ROUTE, NUMBER: NUMBER_MESSAGING, GROUP: NUMBER_MESSAGING_GROUP}
FIELDS = [pytest.param(payload, field, id=field.state) for payload in TABLES for field in TABLES[payload].fields]
PRIVATE = "correct-horse-battery"


@pytest.mark.parametrize(("payload", "field"), FIELDS)
def test_unknown_in_a_field(plugin: Plugin, payload: str, field: Any) -> None:
    """An unknown value passes check, stays unknown, and is a change that replaces nothing."""
    inputs, failures = plugin.check(payload, {**MINIMAL[payload], field.state: UNKNOWN})
    assert failures == []
    assert inputs[field.state] == UNKNOWN
    held, _ = plugin.check(payload, MINIMAL[payload])
    outputs = {**held, "__former": {"messagingProfileId": ""}}
    outputs["__numbers"] = [{"numbers": "+15550100002", "former": {"messagingProfileId": ""}}]
    assert plugin.diff(payload, "id", outputs, inputs) == (SOME, [], True)
    assert plugin.diff(payload, "id", {**outputs, field.state: UNKNOWN}, inputs)[0] == SOME


@pytest.mark.parametrize("payload", [ROUTE, NUMBER])
def test_everything_unknown(plugin: Plugin, payload: str) -> None:
    """Unknown in every field at once, and inside a list, is accepted."""
    every = {field.state: UNKNOWN for field in TABLES[payload].fields}
    every |= {field.state: ["a", UNKNOWN] for field in TABLES[payload].fields if field.kind is Kind.STRINGS}
    inputs, failures = plugin.check(payload, every)
    assert failures == []
    assert inputs.items() >= every.items()


@pytest.mark.parametrize("payload", [ROUTE, NUMBER])
def test_check_is_idempotent(plugin: Plugin, payload: str) -> None:
    """Checked inputs checked again are the same."""
    once, _ = plugin.check(payload, MINIMAL[payload])
    assert plugin.check(payload, once, once) == (once, [])


def test_check_tells_everything_at_once(plugin: Plugin) -> None:
    """Every problem is a failure that names its property in its text only, where the engine prints no value."""
    _, failures = plugin.check(
        ROUTE,
        {
            "messageUrl": f"https://user:{PRIVATE}@hooks.example.com",
            "messageUrlMethod": "PUT",
            "messageAuthenticationType": "Basic",
            "onDestroy": "drop",
            "notThere": "x",
            "__autoname": "it-0123456",
        },
    )
    assert failures == [
        ("", "messageUrl must not contain a user name or password: use the authentication arguments"),
        ("", 'messageUrlMethod must be "GET" or "POST"'),
        ("", 'onDestroy must be "delete", "restore", "disable" or "retain"'),
        ("", "notThere is not a property of MessageRoute"),
        ("", "messageUsername is required with messageAuthenticationType"),
        ("", "messagePasswordToken is required with messageAuthenticationType"),
    ]


@pytest.mark.parametrize(
    ("property_", "value", "reason"),
    [
        ("phoneNumber", "12ade33a-21c0-473b-b055-b3c836e1c292", "is a UUID, as number orders have them"),
        ("phoneNumber", 15550100001.0, "must be a string, not a number"),
        ("phoneNumber", "15550100001", "must be E.164 (which begins with +) or a numeric id (which is longer)"),
        ("messagingProfileId", "x", "must be a UUID"),
        ("messagingProduct", "", "must not be empty; leave the argument out to not manage it"),
        ("tags", "a", "must be a list of strings, not a string"),
        ("tags", [" "], "must not hold blank strings"),
        ("onDestroy", "delete", 'must be "restore", "unassign" or "retain"'),
    ],
)
def test_check_of_resolved_numbers(plugin: Plugin, property_: str, value: Any, reason: str) -> None:
    """What is wrong with a resolved value is a failure that names its property in its text."""
    _, failures = plugin.check(NUMBER, {**MINIMAL[NUMBER], property_: value})
    assert len(failures) == 1
    assert failures[0][0] == ""
    assert failures[0][1].startswith(f"{property_} {reason}")


def test_nothing_managed(plugin: Plugin) -> None:
    """A number of which nothing is managed is a failure that names the settings."""
    _, failures = plugin.check(NUMBER, {"phoneNumber": "+15550100001"})
    assert failures == [
        (
            "",
            (
                "messagingProfileId is missing: nothing is managed; "
                "give at least one of messagingProfileId, messagingProduct, tags"
            ),
        )
    ]


def test_route_from_create_to_gone(plugin: Plugin, another_process: Callable[[], Plugin], emulator: Server) -> None:
    """Outputs are complete after every call, diff after each is empty, a second delete is no error, gone is empty."""
    inputs, _ = plugin.check(ROUTE, {**MINIMAL[ROUTE], "messageUsername": "one"})
    route_id, outputs = plugin.create(ROUTE, inputs)
    assert route_id.startswith("MRID-")
    assert outputs == {**inputs, "messageRouteId": route_id, "__account": outputs["__account"]}
    assert plugin.diff(ROUTE, route_id, outputs, inputs)[:2] == (NONE, [])

    changed = {**inputs, "messageUsername": "two"}
    outputs = plugin.update(ROUTE, route_id, outputs, changed)
    assert outputs == {**changed, "messageRouteId": route_id, "__account": outputs["__account"]}
    assert plugin.diff(ROUTE, route_id, outputs, changed)[0] == NONE

    assert plugin.read(ROUTE, route_id, outputs) == (route_id, outputs, changed)
    httpx.patch(f"{emulator.url}/_emulator/routes/{route_id}", json={"MessageUsername": None})
    _, drifted, live = plugin.read(ROUTE, route_id, outputs)
    assert live == {**changed, "messageUsername": ""}
    assert drifted.keys() == outputs.keys()
    assert plugin.diff(ROUTE, route_id, drifted, changed)[0] == SOME

    # The process that made a route does not delete it: what it made, a renamed resource's predecessor may still hold.
    plugin.delete(ROUTE, route_id, outputs)
    assert plugin.read(ROUTE, route_id, outputs)[0] == route_id
    with another_process() as later:
        later.delete(ROUTE, route_id, outputs)
        later.delete(ROUTE, route_id, outputs)
        assert later.read(ROUTE, route_id, outputs) == ("", {}, {})


def test_number_from_create_to_gone(plugin: Plugin, emulator: Server) -> None:
    """The same for a number, whose outputs hold what the vendor says; volatile fields are not kept."""
    number_id = "1293384261075731505"
    inputs, _ = plugin.check(NUMBER, {"phoneNumber": "+15550100005", "tags": ["b", "a", "b"]})
    made, outputs = plugin.create(NUMBER, inputs)
    assert made == number_id
    stable = {output.state for output in NUMBER_MESSAGING.outputs}
    own = {"phoneNumber", "messagingProfileId", "messagingProduct", "tags", "onDestroy", "__former", "__account"}
    assert outputs.keys() == stable | own | {"__order"}
    assert outputs["phoneNumber"] == "+15550100005"
    assert plugin.diff(NUMBER, number_id, outputs, inputs)[:2] == (NONE, [])
    assert plugin.diff(NUMBER, number_id, outputs, {**inputs, "tags": ["a", "b"]})[0] == NONE
    # The number by its id, or by E.164, is the same number; another one is a replacement.
    assert plugin.diff(NUMBER, number_id, outputs, {**inputs, "phoneNumber": number_id})[:2] == (SOME, [])
    assert plugin.diff(NUMBER, number_id, outputs, {**inputs, "phoneNumber": "+15550100006"})[:2] == (
        SOME,
        ["phoneNumber"],
    )

    changed = {**inputs, "tags": ["c"], "messagingProfileId": ALERTS}
    outputs = plugin.update(NUMBER, number_id, outputs, changed)
    assert outputs.keys() == stable | own
    assert outputs["__former"] == {"tags": [], "messagingProfileId": ""}
    assert plugin.diff(NUMBER, number_id, outputs, changed)[0] == NONE
    assert plugin.read(NUMBER, number_id, outputs) == (number_id, outputs, changed)
    handed_back = {key: value for key, value in inputs.items() if key != "tags"} | {"messagingProfileId": ALERTS}
    assert plugin.update(NUMBER, number_id, outputs, handed_back)["__former"] == {"messagingProfileId": ""}

    httpx.delete(f"{emulator.url}/_emulator/numbers/{number_id}")
    plugin.delete(NUMBER, number_id, outputs)
    assert plugin.read(NUMBER, number_id, outputs) == ("", {}, {})


def test_a_number_is_stored_once(plugin: Plugin) -> None:
    """A state that has it twice, as earlier versions wrote it, goes on without a difference or drift."""
    inputs, _ = plugin.check(NUMBER, {"phoneNumber": "+15550100006", "tags": ["a"]})
    number_id, outputs = plugin.create(NUMBER, inputs)
    assert "__phoneNumber" not in outputs
    earlier = {**outputs, "__phoneNumber": "+15550100006"}

    assert plugin.diff(NUMBER, number_id, earlier, inputs)[:2] == (NONE, [])
    assert plugin.read(NUMBER, number_id, earlier) == (number_id, earlier, inputs)
    changed = {**inputs, "tags": ["b"]}
    assert plugin.update(NUMBER, number_id, earlier, changed) == {**outputs, "tags": ["b"]}


def test_a_profile_in_capitals_is_the_same_profile(plugin: Plugin, emulator: Server) -> None:
    """A UUID means the same in capitals: it is set, and neither a diff nor a refresh finds another value."""
    profile, number = "C4A1F0DE-2B6D-4C0E-8F57-6A9D2B1C4E10", "+15550109903"
    httpx.post(f"{emulator.url}/_emulator/numbers", json={"phone_number": number}).raise_for_status()
    inputs, _ = plugin.check(NUMBER, {"phoneNumber": number, "messagingProfileId": profile})
    number_id, outputs = plugin.create(NUMBER, inputs)
    assert plugin.diff(NUMBER, number_id, outputs, inputs)[:2] == (NONE, [])

    _, refreshed, current = plugin.read(NUMBER, number_id, outputs)

    assert (refreshed, current) == (outputs, inputs)
    assert plugin.diff(NUMBER, number_id, refreshed, inputs)[:2] == (NONE, [])


def test_a_number_that_is_renamed_stays_the_same(
    plugin: Plugin, emulator: Server, another_process: Callable[[], Plugin]
) -> None:
    """What was declared is kept when the vendor has another name for the number: no difference, no replacement."""
    number = {"phone_number": "+15550109901"}
    number_id = httpx.post(f"{emulator.url}/_emulator/numbers", json=number).raise_for_status().json()["id"]
    inputs, _ = plugin.check(NUMBER, {"phoneNumber": "+15550109901", "tags": []})
    _, outputs = plugin.create(NUMBER, inputs)
    renamed = {"phone_number": "+15550109902"}
    httpx.patch(f"{emulator.url}/_emulator/numbers/{number_id}", json=renamed).raise_for_status()

    with another_process() as refresh:
        _, outputs, current = refresh.read(NUMBER, number_id, outputs)

    assert outputs["phoneNumber"] == "+15550109902"
    assert current == inputs
    assert plugin.diff(NUMBER, number_id, outputs, inputs)[:2] == (NONE, [])


def test_errors_are_one_line(plugin: Plugin) -> None:
    """A refusal, and a mistake of ours, are one line: no traceback, no chained text, no value."""
    number = {"phoneNumber": "+15550100004", "messagingProduct": "P2P", "onDestroy": "restore"}
    with pytest.raises(Failed) as refused:
        plugin.create(NUMBER, number)
    assert re.fullmatch(
        r"(?:error: )?(?:pulumi_messaging\.dynamic\.)?(?:ProviderError: )?"
        r'cannot set messaging_product "P2P" of number \+15550100004: eligible are A2P \(decided by Telnyx from the '
        r"number's traffic\); declare one of these, or remove messaging_product\n?",
        str(refused.value),
    )
    with pytest.raises(Failed) as internal:
        plugin.create(ROUTE, {"messageUrl": PRIVATE})  # no engine sends unchecked inputs
    assert re.search(
        r"internal error in create of MessageRoute: KeyError at objects\.py:\d+; please report it\n?$",
        str(internal.value),
    )
    for failure in (refused, internal):
        text = str(failure.value)
        assert text.strip().count("\n") == 0
        assert "Traceback" not in text
        assert "During handling" not in text
        assert "direct cause" not in text
        assert PRIVATE not in text


def test_a_process_says_once_that_it_is_on_the_embedded_emulator() -> None:
    """Whatever resources it has, and though nothing is asked for."""
    with Plugin({"telegent:baseUrl": "emulator", "telnyx:baseUrl": "emulator"}) as process:
        for payload, inputs in MINIMAL.items():
            process.check(payload, inputs)

    keys = "telegent:baseUrl, telnyx:baseUrl"
    text = f"Telegent and Telnyx are the embedded emulator in this run ({keys}): nothing reaches the vendors"
    assert process.said == [f"pulumi-messaging: {text}\n"]


def test_an_error_shows_an_unseen_character_of_a_name(plugin: Plugin) -> None:
    """Two names that look alike can be told apart in errors and lines: nobody sees the character that differs."""
    inputs, _ = plugin.check(ROUTE, {**MINIMAL[ROUTE], "routeName": "or\u200bders"})
    plugin.create(ROUTE, inputs)

    with pytest.raises(Failed, match='cannot create message route "or<U\\+200B>ders": another resource'):
        plugin.create(ROUTE, inputs)


def test_a_diff_makes_no_request_and_needs_no_settings() -> None:
    """Without any configuration check and diff work; the first call that needs a vendor says what to set."""
    with Plugin({}) as bare:
        inputs, failures = bare.check(NUMBER, MINIMAL[NUMBER])
        assert failures == []
        held = {**inputs, "__former": {"messagingProfileId": ""}}
        assert bare.diff(NUMBER, "1", held, inputs)[0] == NONE
        with pytest.raises(Failed, match="pulumi config set --secret telnyx:apiKey"):
            bare.create(NUMBER, inputs)
        with pytest.raises(Failed, match="pulumi config set --secret telegent:accountSecret"):
            bare.create(ROUTE, {**MINIMAL[ROUTE], "routeName": "it"})


def test_a_group_that_fails_in_part_hands_its_state_to_the_engine(
    emulator: Server, another_process: Callable[[], Plugin]
) -> None:
    """The failure carries id, outputs and reasons, as Pulumi's protocol has it for what is created but unfinished."""
    numbers = ["+15550100003", "+15550100004"]
    refusal = {"errors": [{"code": "40100", "title": "Number not messaging enabled"}]}
    script = {"operation": "updateMessaging", "times": 1, "status": 422, "body": refusal}
    httpx.post(f"{emulator.url}/_emulator/answers", json=script).raise_for_status()
    given = {"phoneNumbers": numbers, "messagingProfileId": DEFAULT, "__group": "group-0000000"}
    with another_process() as plugin:
        inputs, failures = plugin.check(GROUP, given)
        assert failures == []

        with pytest.raises(Failed, match="1 of 2 numbers are not as they should be") as failed:
            plugin.create(GROUP, inputs)

        unfinished = failed.value.unfinished
        assert unfinished is not None
        assert (unfinished.id, unfinished.properties["__provider"]) == ("group-0000000", GROUP)
        (reason,) = unfinished.reasons
        assert "1 of 2 numbers" in reason
        assert "40100" in reason
        outputs = plain(unfinished.properties)
        groups = outputs["__numbers"]
        assert sorted((group["numbers"], group.get("standing", "")) for group in groups) in [
            [(numbers[0], "open"), (numbers[1], "")],
            [(numbers[0], ""), (numbers[1], "open")],
        ]

        updated = plugin.update(GROUP, "group-0000000", outputs, inputs)

        assert sorted(group["numbers"] for group in updated["__numbers"]) == numbers
        assert not any("standing" in group for group in updated["__numbers"])
        plugin.delete(GROUP, "group-0000000", updated)
