"""Groups of numbers against the emulator: what is asked, what is done, and what is remembered."""

from __future__ import annotations

from typing import Any

import pytest
from group_account import ALERTS, DEFAULT, MANY, Account, Stack, former, phone, phones
from hypothesis import given, settings
from hypothesis import strategies as st

from pulumi_messaging.reconcile.number_group import hold
from pulumi_messaging.reconcile.ownership import Ownership

# Bringing about ---------------------------------------------------------------------------------------------------


def test_few_numbers_are_read_together_and_written_singly(account: Account, stack: Stack) -> None:
    """A handful of numbers costs one list and one update each; what is so already costs nothing."""
    account.edit(phone(0), messaging_profile_id=ALERTS)

    assert stack.up(phones(4)) == ""

    assert account.asked == {"listMessaging": 1, "updateMessaging": 3}
    assert account.on(ALERTS) == set(phones(4))
    assert former(stack) == {
        phone(0): {"messagingProfileId": ALERTS},
        **{phone(index): {"messagingProfileId": ""} for index in (1, 2, 3)},
    }


def test_many_numbers_are_ordered_and_read_back(account: Account, stack: Stack) -> None:
    """Many numbers go by one order, which is polled; afterwards the account's lists are read. Nothing else is asked."""
    assert stack.up(phones(MANY)) == ""

    assert account.asked == {"listMessaging": 2, "createBulkUpdate": 1, "retrieveBulkUpdate": 1}
    assert account.on(ALERTS) == set(phones(MANY))


def test_no_change_asks_nothing(account: Account, stack: Stack) -> None:
    """The same numbers in another order, some of them twice, are the same group: no request."""
    assert stack.up(phones(5)) == ""
    assert account.asked

    assert stack.changes([*reversed(phones(5)), phone(2)]) == []
    assert stack.up([*reversed(phones(5)), phone(2)]) == ""
    assert account.asked == {}


def test_added_and_removed_numbers_only(account: Account, stack: Stack) -> None:
    """A number that is added is taken over, one that is left out is put back; the others are not asked for."""
    account.edit(phone(1), messaging_profile_id=DEFAULT)
    assert stack.up(phones(40)) == ""
    assert account.asked

    assert stack.up([phone(index) for index in range(40) if index != 1] + [phone(50)]) == ""

    log = account.log
    assert {entry["path"].split("/")[3] for entry in log if entry["method"] == "PATCH"} == {
        account.id_of(phone(1)),
        account.id_of(phone(50)),
    }
    assert sum(entry["method"] == "GET" for entry in log) <= 3
    assert account.profiles([phone(1), phone(50)]) == {phone(1): DEFAULT, phone(50): ALERTS}
    assert phone(1) not in former(stack)


def test_another_profile_for_all(account: Account, stack: Stack) -> None:
    """A changed profile goes to all by order, without a first look: what they have is known; what they had is kept."""
    assert stack.up(phones(MANY)) == ""
    before = former(stack)
    assert account.asked

    assert stack.up(phones(MANY), DEFAULT) == ""

    assert account.asked == {"listMessaging": 1, "createBulkUpdate": 1, "retrieveBulkUpdate": 1}
    assert account.on(DEFAULT) >= set(phones(MANY))
    assert former(stack) == before


def test_product_and_tags_go_singly(account: Account, stack: Stack) -> None:
    """An order carries nothing but the profile: with tags each number has one update of its own, which has it all."""
    assert stack.up(phones(30), messagingProduct="A2P", tags=("b", "a", "b")) == ""

    log = account.log
    updates = [entry["body"] for entry in log if entry["method"] == "PATCH"]
    assert len(updates) == 30
    assert all(set(body) == {"messaging_profile_id", "tags"} for body in updates)
    assert not any(entry["operation"] == "createBulkUpdate" for entry in log)


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


# What is refused before anything is sent --------------------------------------------------------------------------


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
    assert not ownership.taken_over(phone(2))


# Refresh and drift ------------------------------------------------------------------------------------------------


def test_drift_shows_number_by_number(account: Account, stack: Stack) -> None:
    """A refresh shows which number has what instead; the update writes these alone, without another look."""
    assert stack.up(phones(5)) == ""
    account.edit(phone(1), messaging_profile_id=DEFAULT)
    account.edit(phone(3), messaging_profile_id=None)
    account.edit(phone(4), tags=["unmanaged"])

    shown = stack.refresh()

    assert shown.splitlines() == [
        phone(0),
        f'{phone(1)} messagingProfileId="{DEFAULT}"',
        phone(2),
        f'{phone(3)} messagingProfileId=""',
        phone(4),
    ]
    assert account.asked
    assert stack.changes(phones(5)) == ["phone_numbers"]
    assert stack.up(phones(5)) == ""
    assert account.asked == {"updateMessaging": 2}
    assert account.on(ALERTS) == set(phones(5))
    assert stack.refresh() == "".join(f"{number}\n" for number in phones(5))
    assert stack.destroy() == ""
    assert account.profiles(phones(5)) == dict.fromkeys(phones(5))


def test_number_that_left_the_account(account: Account, stack: Stack) -> None:
    """It is named at a refresh and refused by the next update; left out, it costs nothing; what it had is kept."""
    account.edit(phone(2), messaging_profile_id=DEFAULT)
    assert stack.up(phones(3)) == ""
    row = account.drop(phone(2))

    assert stack.refresh() == f"{phone(0)}\n{phone(1)}\n"
    assert f"1 numbers are no longer in the account: {phone(2)}" in account.said[-1]
    assert account.asked
    assert f"{phone(2)}: Telnyx answered 404" in stack.up(phones(3))
    assert "updateMessaging" not in account.asked

    account.control("POST", "numbers", {**row, "messaging_profile_id": None})
    assert stack.up(phones(3)) == ""
    assert former(stack)[phone(2)] == {"messagingProfileId": DEFAULT}

    account.drop(phone(2))
    stack.refresh()
    assert account.asked
    assert stack.up(phones(2)) == ""
    assert account.asked == {}


# Letting go -------------------------------------------------------------------------------------------------------


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


def test_other_spelling_of_a_number_is_the_same_number(account: Account, stack: Stack) -> None:
    """A number declared by its id from now on, and back: nothing is written, and what it had is kept."""
    account.edit(phone(0), messaging_profile_id=DEFAULT)
    assert stack.up(phones(2)) == ""
    assert account.asked

    for numbers in ([account.id_of(phone(0)), phone(1)], phones(2)):
        assert stack.up(numbers) == ""
        assert "updateMessaging" not in account.asked
        assert former(stack)[phone(0)] == {"messagingProfileId": DEFAULT}

    assert stack.destroy() == ""
    assert account.profiles()[phone(0)] == DEFAULT


def test_numbers_declared_by_id(account: Account, stack: Stack) -> None:
    """Numeric ids do everything that E.164 does: create, refresh, orders, destroy."""
    ids = [account.id_of(number) for number in phones(MANY)]
    assert account.asked == {}

    assert stack.up(ids) == ""
    assert account.asked["createBulkUpdate"] == 1
    account.edit(phone(7), messaging_profile_id=None)
    assert f'{ids[7]} messagingProfileId=""\n' in stack.refresh()
    assert stack.up(ids) == ""
    assert stack.changes(ids) == []
    assert account.on(ALERTS) == set(phones(MANY))
    assert stack.destroy() == ""
    assert account.on(ALERTS) == set()


# Between resources and runs ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", ["giver", "taker"])
def test_number_moves_from_one_group_to_another(account: Account, first: str) -> None:
    """In whichever order the engine goes: the number ends with its new group, which knows what was at first."""
    account.edit(phone(1), messaging_profile_id=DEFAULT)
    giver, taker = Stack(account, "giver"), Stack(account, "taker")
    assert giver.up(phones(2)) == ""
    assert taker.up([phone(2)], "") == ""
    ownership = Ownership()
    assert giver.outputs is not None
    hold(ownership, giver.outputs, giver.checked([phone(0)]))

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
    assert account.said[-1] == (f"group-0: messaging_profile_id left as it is, what it was before is not known: {lost}")


def test_takeovers_are_said(account: Account, stack: Stack) -> None:
    """Numbers that are taken from another profile are said together: how many, from, to, which."""
    for number in phones(30):
        account.edit(number, messaging_profile_id=DEFAULT)

    assert stack.up(phones(31)) == ""

    what = f"30 numbers: messaging profile {DEFAULT} -> {ALERTS} (taken from another profile)"
    assert account.said == [f"{what}: {', '.join(phones(20))} and 10 more"]


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("up"), st.sets(st.integers(0, 5), min_size=1), st.sampled_from([ALERTS, DEFAULT, ""])),
        st.tuples(st.just("edit"), st.integers(0, 5), st.sampled_from([ALERTS, DEFAULT, None])),
        st.tuples(st.just("refuse"), st.integers(1, 3), st.just("")),
        st.tuples(st.just("refresh"), st.just(0), st.just("")),
    ),
    min_size=2,
    max_size=7,
)


@settings(derandomize=True, database=None, deadline=None, max_examples=40)
@given(steps=STEPS)
def test_random_histories(tmp_path_factory: pytest.TempPathFactory, steps: list[Any]) -> None:
    """Whatever happened, the update after a refresh leaves each number as declared and the next preview empty.

    Numbers that were never declared stay as their owner left them; destroy puts back what nobody has edited.
    """
    account = Account(tmp_path_factory.mktemp("history"), 6)
    stack, touched, edited = Stack(account), set[int](), set[int]()
    left: dict[int, str | None] = dict.fromkeys(range(6))
    for name, what, profile in steps:
        if name == "up":
            stack.up([phone(index) for index in what], profile)
            touched |= what
        elif name == "edit":
            account.edit(phone(what), messaging_profile_id=profile)
            edited.add(what)
            left[what] = profile
        elif name == "refuse":
            account.script("updateMessaging", times=what, status=422, body={"errors": [{"code": "1", "title": "No"}]})
        elif stack.outputs is not None:
            stack.refresh()
    account.control("DELETE", "answers")
    if stack.outputs is not None:
        stack.refresh()
    final = [phone(index) for index in (0, 2, 4)]
    assert stack.up(final) == ""
    assert stack.changes(final) == []
    assert account.profiles(final) == dict.fromkeys(final, ALERTS)
    assert stack.destroy() == ""
    found = account.profiles()
    assert {index: found[phone(index)] for index in range(6) if index not in touched | {0, 2, 4}} == {
        index: left[index] for index in range(6) if index not in touched | {0, 2, 4}
    }
    assert [index for index in range(6) if index not in edited and found[phone(index)]] == [], steps
    account.close()
