"""Numbers of a group whose settings are not found: gone only where the account's list of numbers says so too."""

from __future__ import annotations

from tests.support.emulator.seed import ALERTS
from tests.support.reconcile.groups import Account, Stack, former, phone, phones

NOT_FOUND = {"errors": [{"code": "10005", "title": "Resource not found"}]}


def test_not_found_but_listed_is_not_gone(account: Account, stack: Stack) -> None:
    """A 404 for a number that the account lists drops nothing: it is said, and the number is as it was before."""
    assert stack.up(phones(1)) == ""
    account.script("retrieveMessaging", status=404, body=NOT_FOUND)

    assert stack.refresh() == f"{phone(0)}\n"

    assert "answered 404 for the settings although the account lists the number" in account.said[-1]
    assert account.asked["listPhoneNumbers"] == 1
    assert stack.changes(phones(1)) == []
    assert stack.destroy() == ""
    assert account.on(ALERTS) == set()


def test_not_found_but_listed_is_not_let_go(account: Account, stack: Stack) -> None:
    """A number that could not be read is not put back: it is named, and stays in the state for the next run."""
    assert stack.up(phones(3)) == ""
    account.script("retrieveMessaging", status=404, body=NOT_FOUND)

    said = stack.up(phones(2))

    assert f"{phone(2)}: Telnyx answered 404 for the settings although the account lists the number" in said
    assert phone(2) in former(stack)
    assert stack.up(phones(2)) == ""
    assert account.on(ALERTS) == set(phones(2))


def test_gone_from_both_is_gone(account: Account, stack: Stack) -> None:
    """A number that neither has settings nor is listed is gone: it is not shown, and letting go of it is done."""
    assert stack.up(phones(2)) == ""
    account.drop(phone(1))

    assert stack.up(phones(1)) == ""

    assert phone(1) not in former(stack)
    account.drop(phone(0))
    assert stack.refresh() == ""
    assert stack.destroy() == ""
