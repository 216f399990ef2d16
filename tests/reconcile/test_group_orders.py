"""Bulk orders that go other ways than they should: what is asked next, what is said, what the next order is like."""

from __future__ import annotations

import re
from typing import Any

import pytest

from pulumi_messaging.api.telnyx import TelnyxClient
from pulumi_messaging.errors import Unfinished
from tests.support.emulator.seed import ALERTS, DEFAULT
from tests.support.reconcile.groups import MANY, Account, Stack, phone, phones

REFUSED = {"errors": [{"code": "40100", "title": "Number not messaging enabled"}]}
UNKNOWN_PROFILE = "00000000-0000-4000-8000-000000000000"


def test_order_that_the_vendor_forgot_is_placed_again(account: Account, stack: Stack) -> None:
    """A 404 for an order says nothing of its numbers: they are read, and those that are not done ordered again."""
    account.script("retrieveBulkUpdate", status=404, body={"errors": [{"code": "10005", "title": "Not found"}]})

    assert stack.up(phones(MANY)) == ""

    asked = account.asked
    assert asked["createBulkUpdate"] == 2
    assert "updateMessaging" not in asked
    assert account.on(ALERTS) == set(phones(MANY))


def test_order_that_cannot_be_read_tells_why(account: Account, stack: Stack) -> None:
    """The reason of a number that is still pending is why its order is not followed, not a wait that never was."""
    account.script("retrieveBulkUpdate", times=9, status=403, body={"errors": [{"code": "10010", "title": "Denied"}]})

    said = stack.up(phones(MANY))

    assert "60 of 60 numbers are not as they should be" in said
    assert "which cannot be read: Telnyx answered 403" in said
    assert "without progress" not in said


def test_order_that_stands_still_is_told_of(account: Account, stack: Stack) -> None:
    """While an order settles nothing a line now and then says so."""
    account.settings(telnyxBulkPolls=1_000_000)

    stack.up(phones(MANY))

    told = [line for line in account.said if line == "group-0, setting: 0 of 60 numbers done, 60 left"]
    assert 10 <= len(told) <= 60


def test_order_refused_for_its_profile_leaves_the_limit(account: Account) -> None:
    """Orders that are refused whatever their length are soon given up, and the next group's are as long as ever."""
    extra = [f"+1555021{index:04d}" for index in range(900)]
    account.control("POST", "numbers", [{"phone_number": number, "tags": []} for number in extra])
    groups = account.groups()

    with pytest.raises(Unfinished) as refused:
        groups.create(Stack(account).checked(extra[:400], UNKNOWN_PROFILE))
    # Those that are under way when the rest is given up are refused as well; they are no other reason.
    assert set(re.findall("not tried after [0-9]+ refusals", str(refused.value))) == {"not tried after 20 refusals"}
    asked = account.asked
    assert asked["createBulkUpdate"] <= 9
    assert asked["updateMessaging"] <= 30
    groups.create(Stack(account, "other").checked(extra[400:]))

    assert account.asked["createBulkUpdate"] == 1
    assert account.on(ALERTS) == set(extra[400:])


def test_each_number_that_the_order_failed_has_its_own_reason(account: Account, stack: Stack) -> None:
    """Where the order did other numbers, refusals are the numbers' own: all that failed in it are tried singly."""
    account.settings(telnyxBulkFails=30)
    account.script("updateMessaging", times=30, status=422, body=REFUSED)

    said = stack.up(phones(MANY))

    assert "30 of 60 numbers are not as they should be" in said
    assert "not tried" not in said
    assert account.asked["updateMessaging"] == 30


def test_refused_numbers_do_not_stand_in_the_way(account: Account, stack: Stack) -> None:
    """Thirty numbers that are refused for ever and come first do not keep the others from being written."""
    for index, number in enumerate(phones(MANY)):
        eligible = ["A2P", "P2P"] if index >= 30 else []
        account.edit(number, messaging_profile_id=ALERTS, eligible_messaging_products=eligible)

    said = stack.up(phones(MANY), messagingProduct="P2P")

    assert "30 of 60 numbers are not as they should be" in said
    assert "not tried" not in said
    done = {row["phone_number"] for row in account.rows() if row["messaging_product"] == "P2P"}
    assert done == set(phones(MANY)[30:])


def test_reasons_of_their_own_are_said_and_not_all_in_the_error(account: Account, stack: Stack) -> None:
    """The error holds the first twenty reasons; each number whose reason is its own and comes later is said."""
    account.settings(telnyxBulkFails=30)
    for index in range(30):
        body = {"errors": [{"code": "40100", "title": "Not enabled", "detail": f"for reason {index}"}]}
        account.script("updateMessaging", status=422, body=body)

    said = stack.up(phones(MANY))

    named = said + "\n".join(account.said)
    assert [index for index in range(30) if f"for reason {index}" not in named] == []
    assert said.count("for reason") == 20
    assert "and 10 more reasons" in said


def test_profile_in_capitals_is_the_same_profile(account: Account, stack: Stack) -> None:
    """A UUID means the same in capitals: it is set, the next preview is empty, also after a refresh."""
    assert stack.up(phones(3), ALERTS.upper()) == ""
    assert stack.refresh() == "".join(f"{number}\n" for number in phones(3))

    assert stack.changes(phones(3), ALERTS.upper()) == []
    assert stack.changes(phones(3), ALERTS) == []
    assert stack.up([phone(5)], ALERTS.upper()) == ""
    assert account.on(ALERTS) == {phone(5)}


def test_drift_in_one_field_leaves_the_others_ours(account: Account, stack: Stack) -> None:
    """A number whose tags drifted and that could not follow to another profile is put back from the one it kept."""
    assert stack.up(phones(2), tags=("ours",)) == ""
    account.edit(phone(1), tags=["theirs"])
    stack.refresh()
    account.script("updateMessaging", times=2, status=422, body=REFUSED)
    assert "2 of 2 numbers" in stack.up(phones(2), DEFAULT, tags=("ours",))

    assert stack.up([phone(0)], DEFAULT, tags=("ours",)) == ""

    assert account.profiles()[phone(1)] is None
    assert next(row["tags"] for row in account.rows() if row["phone_number"] == phone(1)) == ["theirs"]


def test_an_order_is_proved_by_its_numbers_and_not_by_a_count(
    account: Account, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A large order that left numbers out, while as many others came to the profile: the count is as expected."""
    extra = [f"+1555021{index:04d}" for index in range(1001 + 3)]
    account.control("POST", "numbers", [{"phone_number": number, "tags": []} for number in extra])
    numbers, others = extra[:1001], extra[1001:]
    account.settings(telnyxBulkIgnores=3)
    poll = TelnyxClient.retrieve_bulk_update

    def joined(client: TelnyxClient, order_id: str) -> dict[str, Any]:
        for number in others:
            account.edit(number, messaging_profile_id=ALERTS)
        return poll(client, order_id)

    monkeypatch.setattr(TelnyxClient, "retrieve_bulk_update", joined)

    assert stack.up(numbers) == ""

    assert account.on(ALERTS) == set(extra)


def test_what_an_order_resets_is_written_once_more(
    account: Account, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A product that the change of profile sets back: the numbers are read back, and written again."""
    numbers = phones(MANY)
    account.may_have("A2P", "P2P")
    assert stack.up(numbers, ALERTS, messagingProduct="P2P") == ""
    poll = TelnyxClient.retrieve_bulk_update

    def reset(client: TelnyxClient, order_id: str) -> dict[str, Any]:
        for number in numbers:
            account.edit(number, messaging_product="A2P")
        return poll(client, order_id)

    monkeypatch.setattr(TelnyxClient, "retrieve_bulk_update", reset)
    account.forget_requests()

    assert stack.up(numbers, DEFAULT, messagingProduct="P2P") == ""

    bodies = [entry["body"] for entry in account.writes]
    assert bodies.count({"messaging_product": "P2P"}) == MANY == len(bodies) - 1
    assert {row["messaging_product"] for row in account.rows() if row["phone_number"] in numbers} == {"P2P"}


def test_what_stays_reset_is_a_failure(account: Account, stack: Stack) -> None:
    """A number that leaves its profile loses its product for good: each one is an error, with the vendor's reason."""
    account.may_have("A2P", "P2P")
    assert stack.up(phones(MANY), ALERTS, messagingProduct="P2P") == ""
    account.settings(telnyxUnassignResetsProduct=True)

    said = stack.up(phones(MANY), "", messagingProduct="P2P")

    assert "60 of 60 numbers are not as they should be" in said
    assert "The number must be on a messaging profile first" in said
