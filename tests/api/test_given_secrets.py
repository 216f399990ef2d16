"""The registry of what a program gave as secrets: what it learns, and what it takes out of a text."""

from __future__ import annotations

import time
from typing import Any

import pytest

from pulumi_messaging.api.given_secrets import GivenSecrets
from pulumi_messaging.core.message_route import MESSAGE_ROUTE
from pulumi_messaging.core.messaging_profile import MESSAGING_PROFILE
from pulumi_messaging.core.number_messaging import NUMBER_MESSAGING
from pulumi_messaging.core.number_messaging_group import NUMBER_MESSAGING_GROUP
from pulumi_messaging.core.number_route import NUMBER_ROUTE
from pulumi_messaging.text import brief

NUMBER, NUMBER_ID = "+15550100001", "1293384261075731501"
PROFILE = "C4A1F0DE-2b6d-4c0e-8f57-6a9d2b1c4e10"
LONG = "https://hooks.example.com/" + "c4n4ry-" * 40


def knowing(**values: Any) -> GivenSecrets:
    """The secrets of a route, a number and a group of which every text is one."""
    secrets = GivenSecrets()
    for table in (MESSAGE_ROUTE, NUMBER_MESSAGING, NUMBER_MESSAGING_GROUP):
        secrets.learn(table, {**values, "__secrets": tuple(name for name in values if not name.startswith("__"))})
    return secrets


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"number {NUMBER}: not found", f"number {NUMBER_ID}: not found"),
        (f"number {NUMBER} ({NUMBER_ID}): gone", f"number {NUMBER_ID}: gone"),
        ("code 404 15550100001, 1 (555) 010-0001.", f"code 404 {NUMBER_ID}, {NUMBER_ID}."),
        ("filter[phone_number]=%2B15550100001", f"filter[phone_number]=%2B{NUMBER_ID}"),
        ("5550100001, (555) 010-0001, 00 1 555 010 0001.", f"{NUMBER_ID}, ({NUMBER_ID}, {NUMBER_ID}."),
        ("the number +155501…", "the number [secret]…"),
        ("the number +155501...", "the number [secret]..."),
        ("+15550100002 and 215550100001 are others", "+15550100002 and 215550100001 are others"),
        ("1 of 20 numbers, 3 left", "1 of 20 numbers, 3 left"),
    ],
)
def test_a_number_becomes_its_id(text: str, shown: str) -> None:
    """However it is written, and not where its digits are a part of another one."""
    secrets = knowing(phoneNumber=NUMBER)
    secrets.known_as(NUMBER, NUMBER_ID)

    assert secrets.without(text) == shown


def test_a_route_id_is_a_secret_where_it_is_no_id_of_the_resource() -> None:
    """The state has `adopt` in clear; the route of a number is a value like any other. A Telegent number has no id."""
    secrets = GivenSecrets()
    secrets.learn(MESSAGE_ROUTE, {"adopt": "MRID-adopted", "__secrets": ("adopt",)})
    secrets.learn(MESSAGING_PROFILE, {"adopt": PROFILE, "__secrets": ("adopt",)})
    given = {"number": NUMBER, "messageRouteId": "MRID-given", "__secrets": ("number", "messageRouteId")}
    secrets.learn(NUMBER_ROUTE, given)

    shown = f"number [secret]: on [secret], not MRID-adopted or {PROFILE}"
    assert secrets.without(f"number {NUMBER}: on MRID-given, not MRID-adopted or {PROFILE}") == shown


@pytest.mark.parametrize("given", [{"phoneNumber": NUMBER_ID}, {"phoneNumbers": (NUMBER_ID,)}], ids=str)
def test_the_number_of_an_id_that_is_a_secret_becomes_the_id(given: Any) -> None:
    """A number that is declared by its id is as secret as one that is declared as it is."""
    secrets = knowing(**given)
    secrets.known_as(NUMBER, NUMBER_ID)
    secrets.known_as("+15550100002", "1293384261075731502")  # as the row of another one
    secrets.learn(NUMBER_MESSAGING, {"phoneNumber": "1293384261075731502", "__secrets": ("phoneNumber",)})

    assert secrets.without("+15550100002") == "1293384261075731502"
    assert secrets.without(f"number {NUMBER}: taken over") == f"number {NUMBER_ID}: taken over"


@pytest.mark.parametrize("ids", [[], [NUMBER_ID, "1293384261075739999"], ["+15550100001"], ["15550100001"]], ids=str)
def test_a_number_without_one_known_id_is_hidden(ids: list[str]) -> None:
    """Two numbers of one E.164, and a vendor whose id is the number."""
    secrets = knowing(phoneNumber=NUMBER)
    for each in ids:
        secrets.known_as(NUMBER, each)

    assert secrets.without(f"number {NUMBER}") == "number [secret]"


@pytest.mark.parametrize(
    "text", ["1 " * 5_000, "15550100001 " * 5_000, "+1555…" * 10_000], ids=["digits", "numbers", "cuts"]
)
def test_long_texts_cost_little(text: str) -> None:
    """A vendor sends what it likes."""
    begun = time.process_time()
    knowing(phoneNumber=NUMBER).without(text)
    assert time.process_time() - begun < 3


def test_numbers_that_are_no_secret_stay() -> None:
    secrets = GivenSecrets()
    secrets.learn(NUMBER_MESSAGING, {"phoneNumber": NUMBER, "tags": ("t4g-c4n4ry",), "__secrets": ("tags",)})
    secrets.known_as(NUMBER, NUMBER_ID)

    assert secrets.without(f'{NUMBER}: "t4g-c4n4ry"') == f'{NUMBER}: "[secret]"'


@pytest.mark.parametrize(
    "values",
    [
        {"phoneNumbers": f"{{1 number: !!str\n{NUMBER} tags=[]\n}}\n"},
        {"phoneNumbers": (NUMBER,)},
        {"phoneNumbers": "", "__numbers": ({"numbers": f"{NUMBER_ID}={NUMBER}", "standing": "open"},)},
        {"phoneNumber": NUMBER, "phoneNumberId": NUMBER_ID},
        {"phoneNumber": NUMBER_ID, "__phoneNumber": NUMBER},
    ],
    ids=str,
)
def test_where_a_state_has_numbers(values: dict[str, Any]) -> None:
    assert NUMBER[1:] not in knowing(**values).without(f"number {NUMBER}")


@pytest.mark.parametrize(
    "hidden",
    [
        {"__former": {"tags": ("s0me-c4n4ry",)}},
        {"__sent": {"tags": ("s0me-c4n4ry",)}},
        {"__order": {"tags": ("s0me-c4n4ry", "a")}},
        {"__numbers": ({"numbers": NUMBER, "former": {"tags": ("s0me-c4n4ry",)}},)},
        {"__numbers": ({"numbers": NUMBER, "now": {"tags": ("s0me-c4n4ry",)}, "standing": "drifted"},)},
    ],
    ids=str,
)
def test_copies_in_hidden_outputs_are_secrets(hidden: dict[str, Any]) -> None:
    """The values from before ours too: a line has neither side of a secret."""
    assert knowing(tags=("a",), **hidden).without("not s0me-c4n4ry") == "not [secret]"


@pytest.mark.parametrize("given", [PROFILE, PROFILE.lower()])
def test_other_spellings(given: str) -> None:
    """A vendor writes a profile and the letters of a name as it likes; names are compared without blanks around."""
    for profile in (PROFILE.lower(), PROFILE.upper(), PROFILE.lower().replace("-", "")):
        assert knowing(messagingProfileId=given).without(profile) == "[secret]"
    assert knowing(routeName="c4n4ry caf\u00e9").without('"c4n4ry cafe\u0301"') == '"[secret]"'
    assert knowing(routeName="c4n4ry  of\torders").without('route "c4n4ry of orders"') == 'route "[secret]"'
    assert knowing(routeName='c4n4ry "a"').without(r'{"name": "c4n4ry \"a\""}') == '{"name": "[secret]"}'


def test_what_is_cut_off_is_hidden() -> None:
    """Our lines show the first 200 characters of a value."""
    assert knowing(messageUrl=LONG).without(f'message_url "{brief(LONG)}" -> "b"') == 'message_url "[secret]…" -> "b"'


def test_words_of_a_sentence_stay() -> None:
    """A secret that may be a word of any line is replaced where lines have values."""
    secrets = knowing(routeName="route", tags=("number", "a1"), messageUsername="a")
    line = 'cannot create message route route: message route "route" has a1: a number of tags "number, a1"'

    assert secrets.without(line) == (
        'cannot create message route [secret]: message route "[secret]" has a1: a number of tags "[secret], [secret]"'
    )


def test_the_vendors_words_may_hold_a_secret_anywhere() -> None:
    """All of them is quoted; a long word is no word of a sentence of ours either."""
    secrets = knowing(routeName="orders", messagePasswordToken="correcthorsebattery")

    assert secrets.without("No orders.", in_quotes=True) == "No [secret]."
    assert secrets.without("No orders, correcthorsebattery.") == "No orders, [secret]."


@pytest.mark.parametrize("limit", ["8731.50", 8731.5], ids=repr)
def test_the_vendors_words_may_hold_a_secret_amount(limit: Any) -> None:
    """Of a profile: its limit, and an amount in an object. One of few characters may be any other."""
    secrets = GivenSecrets()
    pool = {"longCodeWeight": 8732.0, "tollFreeWeight": 1.0, "skipUnhealthy": True}
    names = ("dailySpendLimit", "numberPoolSettings")
    secrets.learn(MESSAGING_PROFILE, {"dailySpendLimit": limit, "numberPoolSettings": pool, "__secrets": names})

    words = f'"{limit}" is no limit, {{"long_code_weight":8732,"toll_free_weight":1}} and True'
    shown = '"[secret]" is no limit, {"long_code_weight":[secret],"toll_free_weight":1} and True'
    assert secrets.without(words, in_quotes=True) == shown


@pytest.mark.parametrize(
    "given", ["http://[", "https://a:b:c/%zz", "\ud800", "", " ", "\0", 5, None, {"a": ("b",)}], ids=repr
)
def test_values_that_a_check_refuses_are_learned_too(given: Any) -> None:
    """Values are learned before they are checked."""
    for name in (
        "messageUrl",
        "routeName",
        "messageUsername",
        "messagingProfileId",
        "tags",
        "phoneNumbers",
        "phoneNumber",
    ):
        knowing(**{name: given}).without("a line")


def test_choices_and_ids_are_no_texts() -> None:
    """Values out of few would be in any sentence, and are hidden by field; ids stand in clear in the state."""
    secrets = knowing(messageUrlMethod="POST", onDestroy="restore", adopt="MRID-1", messageRouteEnabled=True)

    assert (
        secrets.without('cannot restore "POST" of message route MRID-1')
        == 'cannot restore "POST" of message route MRID-1'
    )


def test_passwords_are_always_secrets() -> None:
    """Also the one that the state has while another one is sent."""
    secrets = GivenSecrets()
    secrets.learn(MESSAGE_ROUTE, {"messagePasswordToken": "0ld-c4n4ry"}, {"messagePasswordToken": "n3w-c4n4ry"})

    assert secrets.without("from 0ld-c4n4ry to n3w-c4n4ry") == "from [secret] to [secret]"
