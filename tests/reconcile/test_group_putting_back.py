"""What a group remembers of its numbers, and what becomes of those that it lets go."""

from __future__ import annotations

import pytest

from pulumi_messaging.core.number_messaging_group import TELNYX_NUMBERS
from pulumi_messaging.reconcile.numbers.diff_checks import hold_group
from pulumi_messaging.reconcile.ownership import Ownership
from tests.support.emulator.seed import ALERTS, DEFAULT
from tests.support.reconcile.groups import MANY, Account, Stack, former, phone, phones


def test_settings_that_become_managed_are_remembered(account: Account, stack: Stack) -> None:
    """Tags that become managed are read first and put back in the end; handed back, they are left and forgotten."""
    account.edit(phone(0), tags=["theirs"])
    assert stack.up(phones(3)) == ""
    assert stack.up(phones(3), tags=("ours",)) == ""
    assert former(stack)[phone(0)] == {"messagingProfileId": "", "tags": ("theirs",)}
    account.edit(phone(1), tags=["ours"])

    assert stack.destroy() == ""

    tags = {row["phone_number"]: row["tags"] for row in account.rows()}
    assert [tags[number] for number in phones(3)] == [["theirs"], [], []]


def test_settings_handed_back(account: Account, stack: Stack) -> None:
    """Tags that are no longer declared stay as they are, nothing is sent, and destroy does not touch them."""
    assert stack.up(phones(3), tags=("ours",)) == ""
    assert account.asked
    assert stack.up(phones(3)) == ""
    assert account.asked == {}

    assert stack.destroy() == ""
    assert all(row["tags"] == ["ours"] for row in account.rows() if row["phone_number"] in phones(3))


@pytest.mark.parametrize(
    ("policy", "left"), [("restore", [DEFAULT, None]), ("unassign", [None, None]), ("retain", [ALERTS, ALERTS])]
)
def test_destroy_does_what_the_policy_says(account: Account, stack: Stack, policy: str, left: list[str | None]) -> None:
    """Each number is put back, unassigned or left; one that somebody else has changed since is left in any case."""
    account.edit(phone(0), messaging_profile_id=DEFAULT)
    assert stack.up(phones(3), onDestroy=policy) == ""
    account.edit(phone(2), messaging_profile_id=DEFAULT)

    assert stack.destroy() == ""

    assert [account.profiles()[number] for number in phones(3)] == [*left, DEFAULT]


def test_many_numbers_are_put_back_by_orders(account: Account, stack: Stack) -> None:
    """What goes back to one profile goes by one order."""
    for number in phones(MANY)[::2]:
        account.edit(number, messaging_profile_id=DEFAULT)
    assert stack.up(phones(MANY)) == ""
    assert account.asked

    assert stack.destroy() == ""

    assert account.asked == {"listMessaging": 3, "createBulkUpdate": 2, "retrieveBulkUpdate": 2}
    assert account.on(DEFAULT) >= set(phones(MANY)[::2])
    assert account.on(ALERTS) == set()


def test_profile_that_is_gone_cannot_be_put_back(account: Account, stack: Stack) -> None:
    """A number whose former profile does not exist any more stays as it is and is named with the way out."""
    made = account.control("POST", "profiles", {"name": "gone", "whitelisted_destinations": ["US"]})["id"]
    account.edit(phone(0), messaging_profile_id=made)
    assert stack.up(phones(2)) == ""
    account.control("DELETE", f"profiles/{made}")

    said = stack.destroy()

    assert '1 of 2 numbers could not be put back (set on_destroy="unassign" or "retain"' in said
    assert phone(0) in said
    assert account.profiles(phones(2)) == {phone(0): ALERTS, phone(1): None}
    assert stack.up(phones(2), onDestroy="unassign") == ""
    assert stack.destroy() == ""
    assert account.on(ALERTS) == set()


def test_number_left_out_that_cannot_be_put_back_is_kept(account: Account, stack: Stack) -> None:
    """It stays in the state with what it had, and the next update tries again."""
    assert stack.up(phones(3)) == ""
    account.script("updateMessaging", status=422, body={"errors": [{"code": "40100", "title": "Not now"}]})

    assert f'{phone(2)}: Telnyx answered 422, code 40100 "Not now"' in stack.up(phones(2))
    assert former(stack)[phone(2)] == {"messagingProfileId": ""}
    assert stack.up(phones(2)) == ""
    assert account.on(ALERTS) == set(phones(2))


def test_number_that_kept_an_earlier_value_of_ours_is_put_back(account: Account, stack: Stack) -> None:
    """A number that could not follow to another profile still has ours from before: left out, it is put back."""
    account.edit(phone(2), messaging_profile_id=None)
    assert stack.up(phones(3), ALERTS) == ""
    account.script("updateMessaging", times=3, status=422, body={"errors": [{"code": "40100", "title": "Not now"}]})
    assert "3 of 3 numbers" in stack.up(phones(3), DEFAULT)

    assert stack.up(phones(2), DEFAULT) == ""

    assert account.profiles(phones(3)) == {phone(0): DEFAULT, phone(1): DEFAULT, phone(2): None}


def test_unknown_former_value_is_left_and_named(account: Account, stack: Stack) -> None:
    """What was there before a value was managed is never guessed: the number stays as it is, and is named."""
    assert stack.up(phones(2)) == ""
    assert stack.outputs is not None
    known, lost = phones(2)
    stack.outputs["__numbers"] = (
        {"numbers": known, "former": {"messagingProfileId": ""}},
        {"numbers": lost},
    )

    assert stack.destroy() == ""

    assert account.profiles(phones(2)) == {known: None, lost: ALERTS}
    assert account.said[-1] == (
        f"group-0: messaging_profile_id left as it is, because its former value is not known or cannot be set: {lost}"
    )


@pytest.mark.parametrize("first", ["giver", "taker"])
def test_number_moves_from_one_group_to_another(account: Account, first: str) -> None:
    """In whichever order the engine goes: the number ends with its new group, which knows what was at first."""
    account.edit(phone(1), messaging_profile_id=DEFAULT)
    giver, taker = Stack(account, "giver"), Stack(account, "taker")
    assert giver.up(phones(2)) == ""
    assert taker.up([phone(2)], "") == ""
    ownership = Ownership()
    assert giver.outputs is not None
    hold_group(TELNYX_NUMBERS, ownership, "giver-0", giver.outputs, giver.checked([phone(0)]))

    def give() -> None:
        assert giver.up([phone(0)], ownership=ownership) == ""

    def take() -> None:
        assert taker.up([phone(1), phone(2)], "", ownership=ownership) == ""

    for act in (give, take) if first == "giver" else (take, give):
        act()

    assert account.profiles()[phone(1)] is None
    assert former(taker)[phone(1)] == {"messagingProfileId": DEFAULT}
    assert phone(1) not in former(giver)


def test_killed_run_loses_nothing(account: Account, stack: Stack) -> None:
    """A run whose state was never saved has noted what was there: the next run on this machine remembers it."""
    account.edit(phone(0), messaging_profile_id=DEFAULT)
    account.left_behind = []  # the engine is killed when the create has returned: its provider lives on
    assert stack.up(phones(3)) == ""
    killed = Stack(account)  # the same group, of which the engine knows nothing
    account.edit(phone(2), messaging_profile_id=DEFAULT)  # by somebody, meanwhile
    assert account.asked

    assert killed.up(phones(3)) == ""

    assert account.asked == {"listMessaging": 1, "updateMessaging": 1}
    assert former(killed) == {
        phone(0): {"messagingProfileId": DEFAULT},
        phone(1): {"messagingProfileId": ""},
        phone(2): {"messagingProfileId": DEFAULT},
    }


def test_note_is_not_believed_for_ever(account: Account, stack: Stack) -> None:
    """Once the state has the numbers, or the group is gone, what they have later is what is remembered."""
    assert stack.up(phones(2), onDestroy="retain") == ""
    assert stack.destroy() == ""

    assert stack.up(phones(2)) == ""

    assert former(stack) == {number: {"messagingProfileId": ALERTS} for number in phones(2)}
