"""What a program gives as a secret is in no line, error, reason of a failed check or of a partial failure, and note."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.emulator.seed import (
    ALERTS,
    DEFAULT,
    FIRST,
    FIRST_ID,
    FOURTH,
    FOURTH_ID,
    SECOND,
    SECOND_ID,
    THIRD,
    THIRD_ID,
)
from tests.support.secrets.given import GROUP, NUMBER, ROUTE, Account

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NO_NUMBER, NO_PROFILE = "+15559870001", "0badf00d-1c2d-4e3f-8a9b-5c6d7e8f9a0b"
TAG, OTHER_TAG, PRODUCT = "t4g-c4n4ry", "0th3r-c4n4ry", "PR0-C4N4RY"
NAME = "n4me-c4n4ry-orders"
ID, OTHER_ID = "MRID-theirs", "MRID-other"
NUMBERS = (FIRST, SECOND, THIRD, FOURTH, NO_NUMBER)
ONE = {
    "phoneNumber": FIRST,
    "messagingProfileId": ALERTS,
    "tags": [TAG],
    "__secrets": ["messagingProfileId", "phoneNumber", "tags"],
}
SOME = {
    "phoneNumbers": [FIRST, SECOND],
    "messagingProfileId": ALERTS,
    "tags": [TAG],
    "__group": "group-0",
    "__secrets": ["messagingProfileId", "phoneNumbers", "tags"],
}
URL, OTHER_URL = "https://c4n4ry.example.com/in", "https://0ther.example.com/in"
TEXTS = {
    "messageUrl": URL,
    "callbackMessageUrl": "https://c4n4ry.example.com/receipts",
    "messageUsername": "us3r-c4n4ry",
    "callbackMessageUsername": "us3r-c4n4ry-of-callbacks",
    "messagePasswordToken": "p4ss-c4n4ry",
    "callbackMessagePasswordToken": "p4ss-c4n4ry-of-callbacks",
}
HERE = {
    **TEXTS,
    "routeName": NAME,
    "messageUrlMethod": "POST",
    "callbackMessageUrlMethod": "POST",
    "messageAuthenticationType": "Basic",
    "callbackMessageAuthenticationType": "Basic",
    "__secrets": sorted({*TEXTS, "routeName"} - {"messagePasswordToken", "callbackMessagePasswordToken"}),
}
FORMER_URL, FORMER_USER = "https://f0rmer.example.com/in", "us3r-f0rmer-c4n4ry"
THEIRS = {
    "MessageRouteId": ID,
    "RouteName": "n4me-f0rmer-c4n4ry",
    "MessageUrl": FORMER_URL,
    "MessageUrlMethod": "POST",
    "MessageUsername": FORMER_USER,
}
CANARIES = (
    *(number[1:] for number in NUMBERS),
    *(ALERTS, DEFAULT, NO_PROFILE, TAG, OTHER_TAG, PRODUCT, NAME, OTHER_URL, FORMER_URL, FORMER_USER),
    *(THEIRS["RouteName"], *TEXTS.values()),
)
ECHO = {"errors": [{"code": "10015", "title": f"No: {ALERTS} {TAG}"}]}
NOT_FOUND = {"errors": [{"code": "10005", "title": "Resource not found"}]}
TELEGENT_ECHO = {"StatusCode": 400, "Message": f"No: {NAME} {URL}"}


@pytest.fixture
def account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Account:
    made = Account(tmp_path, monkeypatch)
    for number in (FIRST, SECOND):
        made.control("PATCH", f"numbers/{number}", {"messaging_profile_id": DEFAULT, "tags": [OTHER_TAG]})
    return made


def numbers_are_not_there(account: Account) -> None:
    account.check(NUMBER, {**ONE, "phoneNumber": NO_NUMBER, "__preview": True})
    account.check(GROUP, {**SOME, "phoneNumbers": [NO_NUMBER], "__preview": True})
    account.attempt(NUMBER, "create", account.check(NUMBER, {**ONE, "phoneNumber": NO_NUMBER}))
    account.attempt(GROUP, "create", account.check(GROUP, {**SOME, "phoneNumbers": [FIRST, NO_NUMBER]}))


def numbers_are_taken_over(account: Account) -> None:
    account.check(NUMBER, {**ONE, "__preview": True})
    account.check(GROUP, {**SOME, "__preview": True})
    account.up(NUMBER, ONE)
    account.new_process()
    account.up(GROUP, SOME)


def two_resources_have_a_number(account: Account) -> None:
    account.up(NUMBER, ONE)
    account.attempt(NUMBER, "create", account.check(NUMBER, ONE))
    account.attempt(GROUP, "create", account.check(GROUP, SOME))
    both = {**SOME, "phoneNumbers": [SECOND, SECOND_ID]}
    account.attempt(GROUP, "create", account.check(GROUP, both))


def an_e164_is_of_two_numbers(account: Account) -> None:
    account.control("POST", "numbers", {"phone_number": FIRST, "id": "1293384261075739999"})
    account.attempt(NUMBER, "create", account.check(NUMBER, ONE))
    account.attempt(GROUP, "create", account.check(GROUP, SOME))


def a_product_is_not_eligible(account: Account) -> None:
    product = {"messagingProduct": PRODUCT, "__secrets": [*ONE["__secrets"], "messagingProduct", "phoneNumbers"]}
    account.attempt(GROUP, "create", account.check(GROUP, {**SOME, "phoneNumbers": [SECOND]} | product))
    account.attempt(NUMBER, "create", account.check(NUMBER, ONE | product))


def telnyx_refuses(account: Account) -> None:
    one, number = account.up(NUMBER, {**ONE, "phoneNumber": FIRST})
    account.new_process()
    account.script("updateMessaging", status=400, body=ECHO, times=30)
    account.script("createBulkUpdate", status=400, body=ECHO, times=30)
    account.attempt(NUMBER, "create", account.check(NUMBER, {**ONE, "phoneNumber": SECOND}))
    account.attempt(GROUP, "create", account.check(GROUP, {**SOME, "phoneNumbers": [THIRD, FOURTH]}))
    changed = account.check(NUMBER, {**ONE, "messagingProfileId": NO_PROFILE}, number)
    account.attempt(NUMBER, "update", one, number, changed)
    account.attempt(NUMBER, "delete", one, number)


def telnyx_refuses_the_key(account: Account) -> None:
    one, number = account.up(NUMBER, {**ONE, "phoneNumber": THIRD})
    group, members = account.up(GROUP, SOME)
    account.new_process()
    for operation in ("updateMessaging", "retrieveMessaging", "listMessaging", "createBulkUpdate", "listPhoneNumbers"):
        account.script(operation, status=401, body=ECHO, times=30)
    account.attempt(NUMBER, "create", account.check(NUMBER, {**ONE, "phoneNumber": NO_NUMBER}))
    for kind, object_id, held, given in ((NUMBER, one, number, ONE), (GROUP, group, members, SOME)):
        account.attempt(kind, "read", object_id, held)
        changed = account.check(kind, {**given, "phoneNumber": THIRD} if kind is NUMBER else given, held)
        account.attempt(kind, "update", object_id, held, {**changed, "tags": [OTHER_TAG]})
        account.attempt(kind, "delete", object_id, held)


def telnyx_applies_something_else(account: Account) -> None:
    """Success, with the value from before."""
    for kind, given in ((NUMBER, ONE), (GROUP, {**SOME, "phoneNumbers": [FIRST]})):
        shown = {"id": FIRST_ID, "phone_number": FIRST, "messaging_profile_id": DEFAULT, "tags": [OTHER_TAG]}
        account.script("updateMessaging", body={"data": shown}, times=9)
        account.script("retrieveMessaging", body={"data": shown}, times=9)
        account.attempt(kind, "create", account.check(kind, given))
        account.control("DELETE", "answers")
        account.new_process()


def numbers_are_gone(account: Account) -> None:
    one, number = account.up(NUMBER, {**ONE, "phoneNumber": THIRD})
    group, members = account.up(GROUP, SOME)
    for gone in (FIRST, THIRD):
        account.control("DELETE", f"numbers/{gone}")
    changed = {**number, "messagingProfileId": NO_PROFILE, "__secrets": ONE["__secrets"]}
    account.attempt(NUMBER, "update", one, number, changed)
    account.attempt(GROUP, "read", group, members)
    changed = account.check(GROUP, {**SOME, "messagingProfileId": NO_PROFILE})
    account.attempt(GROUP, "update", group, members, changed)
    account.new_process(**{"telnyx:apiKey": "KEYother"})
    account.control("POST", "telnyx-keys", {"key": "KEYother", "organization_id": "other"})
    for kind, object_id, held in ((NUMBER, one, number), (GROUP, group, members)):
        account.attempt(kind, "read", object_id, held)
        account.attempt(kind, "delete", object_id, held)


def telnyx_contradicts_itself(account: Account) -> None:
    one, number = account.up(NUMBER, {**ONE, "phoneNumber": THIRD})
    group, members = account.up(GROUP, SOME)
    account.new_process()
    account.script("retrieveMessaging", status=404, body=NOT_FOUND, times=30)
    account.script("listMessaging", body={"data": [], "meta": {}}, times=30)
    for kind, object_id, held in ((NUMBER, one, number), (GROUP, group, members)):
        account.attempt(kind, "read", object_id, held)
        account.attempt(kind, "delete", object_id, held)


def numbers_cannot_be_restored(account: Account) -> None:
    one, number = account.up(NUMBER, {**ONE, "phoneNumber": FIRST})
    group, members = account.up(GROUP, {**SOME, "phoneNumbers": [SECOND, THIRD]})
    account.new_process()
    account.script("updateMessaging", status=422, body=ECHO, times=30)
    account.attempt(NUMBER, "delete", one, number)
    account.attempt(GROUP, "delete", group, members)


def numbers_move(account: Account) -> None:
    """From a resource to another one, which the engine comes to first: notes are left for the next run."""
    one, number = account.up(NUMBER, {**ONE, "phoneNumber": FIRST})
    group, members = account.up(GROUP, {**SOME, "phoneNumbers": [SECOND, THIRD]})
    account.new_process()
    account.up(NUMBER, {**ONE, "phoneNumber": SECOND})
    account.up(GROUP, {**SOME, "phoneNumbers": [FIRST], "__group": "other-0"})
    account.attempt(NUMBER, "delete", one, number)
    account.attempt(GROUP, "delete", group, members)


def telnyx_asks_for_patience(account: Account) -> None:
    account.script("updateMessaging", status=429, body=ECHO, headers={"retry-after": "9"}, times=1)
    account.up(NUMBER, ONE)


def a_name_is_taken(account: Account) -> None:
    account.control("POST", "routes", {"MessageRouteId": OTHER_ID, "RouteName": NAME, "MessageUrl": OTHER_URL})
    for given in (HERE, {**HERE, "__autoname": NAME}, {**HERE, "adopt": ID}):
        account.check(ROUTE, {**given, "__preview": True})
        account.attempt(ROUTE, "create", account.check(ROUTE, given))
    route, held = account.up(ROUTE, {**HERE, "routeName": "n4me-c4n4ry"})
    account.attempt(ROUTE, "update", route, held, account.check(ROUTE, HERE, held))
    account.attempt(ROUTE, "create", account.check(ROUTE, {**HERE, "routeName": "n4me-c4n4ry"}))


def a_name_is_taken_meanwhile(account: Account) -> None:
    """The list that showed it as free is too old when the create is sent."""
    account.up(ROUTE, {**HERE, "routeName": "n4me-c4n4ry"})
    account.time.sleep(6)
    account.control("POST", "routes", {"MessageRouteId": OTHER_ID, "RouteName": NAME, "MessageUrl": OTHER_URL})
    account.attempt(ROUTE, "create", account.check(ROUTE, HERE))
    assert "has made one of this name meanwhile" in account.said[-1]


def two_of_one_name(account: Account) -> None:
    other = {"method": "POST", "path": "routes", "body": {"MessageRouteId": OTHER_ID, "RouteName": NAME}}
    account.control("POST", "faults", {"operation": "createMessageRoute", "calls": [other]})
    account.attempt(ROUTE, "create", account.check(ROUTE, HERE))


def a_route_is_taken_over(account: Account) -> None:
    account.check(ROUTE, {**HERE, "adopt": ID, "__preview": True})
    route, held = account.up(ROUTE, {**HERE, "adopt": ID})
    account.new_process()
    account.attempt(ROUTE, "delete", route, held)


def telegent_refuses(account: Account) -> None:
    route, held = account.up(ROUTE, HERE)
    account.new_process()
    for operation in ("createMessageRoute", "updateMessageRoute", "deleteMessageRoute", "getMessageRoute"):
        account.script(operation, status=400, body=TELEGENT_ECHO, times=20)
    changed = {**HERE, "messageUrl": OTHER_URL, "messagePasswordToken": "0ther-p4ss-c4n4ry"}
    account.attempt(ROUTE, "create", account.check(ROUTE, {**HERE, "routeName": "n4me-c4n4ry"}))
    account.attempt(ROUTE, "read", route, held)
    account.attempt(ROUTE, "update", route, held, account.check(ROUTE, changed, held))
    account.attempt(ROUTE, "delete", route, held)


def telegent_refuses_the_key(account: Account) -> None:
    route, held = account.up(ROUTE, HERE)
    account.new_process()
    account.script("createToken", status=401, body=TELEGENT_ECHO, times=20)
    account.check(ROUTE, {**HERE, "adopt": ID, "__preview": True})
    account.attempt(ROUTE, "create", account.check(ROUTE, {**HERE, "routeName": "n4me-c4n4ry"}))
    account.attempt(ROUTE, "read", route, held)
    account.attempt(ROUTE, "delete", route, held)


def telegent_applies_something_else(account: Account) -> None:
    shown = {**THEIRS, "MessageUrl": OTHER_URL}
    account.script("createMessageRoute", body={**shown, "MessageRouteId": OTHER_ID, "RouteName": NAME}, times=9)
    account.script("getMessageRoute", body={**shown, "MessageRouteId": OTHER_ID}, times=9)
    account.attempt(ROUTE, "create", account.check(ROUTE, HERE))
    account.control("DELETE", "answers")
    account.script("updateMessageRoute", body=shown, times=9)
    account.script("getMessageRoute", body=shown, times=9)
    account.attempt(ROUTE, "create", account.check(ROUTE, {**HERE, "adopt": ID}))


def telegent_asks_for_patience(account: Account) -> None:
    account.script("createMessageRoute", status=429, body=TELEGENT_ECHO, headers={"retry-after": "9"}, times=1)
    account.up(ROUTE, HERE)


def a_route_is_gone(account: Account) -> None:
    route, held = account.up(ROUTE, HERE)
    account.control("DELETE", f"routes/{route}")
    account.new_process()
    account.attempt(ROUTE, "update", route, held, account.check(ROUTE, {**HERE, "messageUrl": OTHER_URL}, held))
    account.attempt(ROUTE, "read", route, held)


def a_route_cannot_be_restored(account: Account) -> None:
    without = {name: value for name, value in HERE.items() if "assword" not in name and "Authent" not in name}
    route, held = account.up(ROUTE, {**without, "messageUsername": None, "adopt": ID, "callbackMessageUsername": None})
    account.new_process()
    account.script("updateMessageRoute", status=422, body=TELEGENT_ECHO, times=20)
    account.attempt(ROUTE, "delete", route, held)


def a_route_moves(account: Account) -> None:
    route, held = account.up(ROUTE, {**HERE, "adopt": ID})
    account.new_process()
    account.up(ROUTE, {**HERE, "adopt": ID})
    account.attempt(ROUTE, "delete", route, held)


def an_account_does_not_have_the_route(account: Account) -> None:
    account.script("listMessageRoutes", body={"Results": [], "TotalRoutes": 0}, times=9)
    there = {**HERE, "adopt": ID, "accountId": "AID-c4n4ry", "__secrets": [*HERE["__secrets"], "accountId"]}
    account.attempt(ROUTE, "create", account.check(ROUTE, there))


# What happens → the ids that tell which objects are meant.
CASES: dict[Callable[[Account], None], tuple[str, ...]] = {
    numbers_are_not_there: (),
    numbers_are_taken_over: (FIRST_ID, SECOND_ID),
    two_resources_have_a_number: (FIRST_ID, SECOND_ID),
    an_e164_is_of_two_numbers: (FIRST_ID, "1293384261075739999"),
    a_product_is_not_eligible: (FIRST_ID, SECOND_ID),
    telnyx_refuses: (FIRST_ID, SECOND_ID, THIRD_ID, FOURTH_ID),
    telnyx_refuses_the_key: (FIRST_ID, SECOND_ID, THIRD_ID),
    telnyx_applies_something_else: (FIRST_ID,),
    numbers_are_gone: (FIRST_ID, THIRD_ID),
    telnyx_contradicts_itself: (THIRD_ID,),
    numbers_cannot_be_restored: (FIRST_ID, SECOND_ID),
    numbers_move: (FIRST_ID, SECOND_ID),
    telnyx_asks_for_patience: (FIRST_ID,),
    a_name_is_taken: (OTHER_ID,),
    a_name_is_taken_meanwhile: (OTHER_ID,),
    two_of_one_name: (OTHER_ID,),
    a_route_is_taken_over: (ID,),
    telegent_refuses: (),
    telegent_refuses_the_key: (),
    telegent_applies_something_else: (ID,),
    telegent_asks_for_patience: (),
    a_route_is_gone: (),
    a_route_cannot_be_restored: (ID,),
    a_route_moves: (ID,),
    an_account_does_not_have_the_route: (ID,),
}


@pytest.mark.parametrize("happens", CASES, ids=lambda case: case.__name__)
def test_what_was_given_as_a_secret_is_said_nowhere(
    account: Account, happens: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Every text of a resource is a secret; the object's id tells which one is meant."""
    caplog.set_level(logging.DEBUG)
    account.control("POST", "routes", THEIRS)

    happens(account)

    told = f"{account.told()}\n{caplog.text}"
    assert account.said
    assert [canary for canary in (*CANARIES, "c4n4ry") if canary.lower() in told.lower()] == [], told
    assert [object_id for object_id in CASES[happens] if object_id not in "\n".join(account.said)] == []


def test_a_destroy_quotes_no_value_of_a_state_without_marks(account: Account) -> None:
    """The first version did not note what the program gave as a secret, and a destroy runs no program."""
    resources = []
    for kind, given in ((NUMBER, ONE), (GROUP, {**SOME, "phoneNumbers": [SECOND, THIRD]})):
        object_id, held = account.up(kind, {**given, "__secrets": None})
        resources.append((kind, object_id, {name: value for name, value in held.items() if name != "__account"}))
    account.new_process()
    account.said.clear()
    account.script("updateMessaging", status=422, body=ECHO, times=30)

    for kind, object_id, held in resources:
        account.attempt(kind, "delete", object_id, held)

    told = "\n".join(account.said)
    assert f"cannot restore messaging_profile_id [secret], tags [secret] of number {FIRST}: Telnyx answered 422" in told
    assert [value for value in (ALERTS, DEFAULT, TAG, OTHER_TAG) if value in told] == []
