"""What is refused of a group before anything is sent."""

from __future__ import annotations

from pulumi_messaging.reconcile.ownership import Ownership
from tests.support.reconcile.groups import Account, Stack, phone, phones


def test_missing_numbers_are_named_and_nothing_is_sent(account: Account, stack: Stack) -> None:
    """Numbers that are not in the account are refused by name, after a while, before anything is written."""
    said = stack.up([*phones(2), "+15559990001", "+15559990002"])

    assert "cannot find 2 of 4 numbers, so nothing was sent: +15559990001, +15559990002: Telnyx answered 404" in said
    assert account.seconds == 20.0
    assert not any(entry["method"] in ("PATCH", "POST") for entry in account.log)
    assert stack.outputs is None


def test_one_number_in_two_spellings_is_refused(account: Account, stack: Stack) -> None:
    """The same number as E.164 and as numeric id is refused, both spellings named; nothing is sent."""
    number_id = account.id_of(phone(0))
    assert account.asked == {}

    said = stack.up([phone(0), phone(1), number_id])

    assert f'"{phone(0)}" and "{number_id}" are the same number ({phone(0)}); give it once' in said
    assert "updateMessaging" not in account.asked


def test_ineligible_product_is_refused(account: Account, stack: Stack) -> None:
    """A product that a number may not have is refused for each such number before anything is written."""
    account.edit(phone(1), eligible_messaging_products=["A2P", "P2P"])

    said = stack.up(phones(3), messagingProduct="P2P")

    assert phone(0) in said
    assert phone(1) not in said
    assert phone(2) in said
    assert said.endswith("nothing was sent")
    assert "updateMessaging" not in account.asked


def test_another_resource_has_a_number(account: Account, stack: Stack) -> None:
    """Numbers that another resource of the program has taken are refused by name; what was taken is given back."""
    ownership = Ownership()
    assert stack.up(phones(2), ownership=ownership) == ""
    assert account.asked
    other = Stack(account, "other")

    assert f"cannot manage {phone(1)}: another resource of this program" in other.up(
        [phone(1), phone(2)], ownership=ownership
    )

    assert account.asked == {}
    assert not ownership.claimed(phone(2))
