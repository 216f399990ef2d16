"""Numbers of a group whose settings are not found: gone only where the account's list of numbers says so too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pulumi_messaging.errors import MessagingError
from tests.support.emulator.seed import ALERTS, DEFAULT
from tests.support.reconcile.groups import Account, Stack, former, phone, phones
from tests.support.reconcile.runs import GROUP, Resource, Run

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
    assert stack.refresh() == f"{phone(0)} (left the account)\n"
    assert stack.destroy() == ""


@pytest.mark.parametrize("by_id", [False, True], ids=["E.164", "numeric id"])
@pytest.mark.parametrize("again", [False, True], ids=["left", "bought again"])
def test_left_out_it_leaves_the_state(account: Account, stack: Stack, by_id: bool, again: bool) -> None:
    """It is a difference that the next update carries out without a request; no later refresh names the number."""
    name = account.id_of(phone(1)) if by_id else phone(1)
    assert stack.up([phone(0), name]) == ""
    account.drop(phone(1))
    assert stack.refresh() == "".join(sorted([f"{phone(0)}\n", f"{name} (left the account)\n"]))
    if again:
        account.control("POST", "numbers", {"phone_number": phone(1), "messaging_profile_id": DEFAULT})
    account.forget_requests()

    assert stack.changes(phones(1)) == ["phone_numbers"]
    assert stack.up(phones(1)) == ""

    assert account.asked == {}
    assert stack.changes(phones(1)) == []
    account.said.clear()
    assert stack.refresh() == f"{phone(0)}\n"
    assert account.said == []
    if again:
        assert stack.up(phones(2)) == ""
        assert former(stack)[phone(1)] == {"messagingProfileId": DEFAULT}
    assert stack.destroy() == ""
    assert phone(1) not in account.on(ALERTS)


def test_still_declared_it_stays(account: Account, stack: Stack) -> None:
    """Each refresh names it, and each update fails."""
    assert stack.up(phones(2)) == ""
    account.drop(phone(1))

    for _ in range(2):
        stack.refresh()
        assert account.said[-1].startswith(f"group-0: no longer in the account: {phone(1)};")
        assert f"{phone(1)}: Telnyx answered 404" in stack.up(phones(2))


def test_it_leaves_where_the_numbers_are_ignored_as_a_change(account: Account, stack: Stack) -> None:
    """`ignoreChanges` declares the numbers that the state has: one that left the account is none of them."""
    assert stack.up(phones(2)) == ""
    account.drop(phone(1))
    stack.refresh()

    assert stack.up((), phoneNumbers=stack.inputs["phoneNumbers"], tags=("a",)) == ""

    assert former(stack).keys() == {phone(0)}
    assert stack.changes((), phoneNumbers=stack.inputs["phoneNumbers"], tags=("a",)) == []


OTHERS = "11111111-2222-4333-8444-555555555555"
OPERATIONS: dict[str, Callable[[Run, Resource], None]] = {
    "refresh": lambda run, group: run.refresh(group),
    "destroy": lambda run, group: run.delete(group),
    "leave one out": lambda run, group: run.update(group, run.check(group, group.given(phone(900)))),
}


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
@pytest.mark.parametrize("shown", [True, False], ids=["organization shown", "organization not shown"])
def test_another_accounts_key_forgets_no_member(account: Account, shown: bool, operation: Any) -> None:
    """A valid key of another account finds none of the numbers: all of them stay in the state, with what they had."""
    account.settings(telnyxOrganizationIdShown=shown)
    group, said = Resource(GROUP), "run `pulumi state delete URN`"
    Run(account).up(group, group.given(*phones(2)))
    account.use_key("KEYothers", OTHERS)
    account.control("POST", "numbers", {"phone_number": phone(900), "organization_id": OTHERS})

    with pytest.raises(MessagingError, match=said):
        operation(Run(account), group)

    account.key = "KEYemulator"
    Run(account).refresh(group)
    Run(account).up(group, group.given(*phones(2)))
    Run(account).delete(group)
    assert account.on(ALERTS) == set()


@pytest.mark.parametrize("shown", [True, False], ids=["organization shown", "organization not shown"])
def test_a_rotated_key_goes_on(account: Account, shown: bool) -> None:
    """A refresh keeps the mark, an update has that of the new key, and a member that left is gone in either case."""
    account.settings(telnyxOrganizationIdShown=shown)
    group = Resource(GROUP)
    Run(account).up(group, group.given(*phones(3)))
    assert group.outputs is not None
    mark = group.outputs["__account"]
    Run(account).refresh(group)
    assert group.outputs["__account"] == mark
    account.use_key("KEYrotated")

    Run(account).up(group, group.given(*phones(3), profile=DEFAULT))
    assert group.outputs["__account"] not in ("", mark)
    account.drop(phone(2))
    Run(account).refresh(group)
    Run(account).delete(group)

    assert account.on(DEFAULT) & set(phones(3)) == set()
