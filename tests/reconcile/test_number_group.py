"""Groups of numbers against the emulator: what a create, an update and a refresh ask for and bring about."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.emulator.seed import ALERTS, DEFAULT
from tests.support.reconcile.groups import MANY, Account, Stack, former, phone, phones


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


def test_takeovers_are_said(account: Account, stack: Stack) -> None:
    """What is overwritten is said together, when it is written: how many numbers, from, to, which."""
    for number in phones(30):
        account.edit(number, messaging_profile_id=DEFAULT)

    assert stack.up(phones(31)) == ""

    done = "group-0: taken over, overwrote messaging_profile_id"
    assert account.said == [
        f'{done} "{DEFAULT}" -> "{ALERTS}" for 30 numbers: {", ".join(phones(5))} and 25 more',
        f'{done} (none) -> "{ALERTS}" for 1 number: {phone(30)}',
    ]


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
    """It is named at a refresh and refused by the next update; left out, it costs nothing."""
    account.edit(phone(2), messaging_profile_id=DEFAULT)
    assert stack.up(phones(3)) == ""
    row = account.drop(phone(2))

    assert stack.refresh() == f"{phone(0)}\n{phone(1)}\n{phone(2)} (left the account)\n"
    assert f": no longer in the account: {phone(2)};" in account.said[-1]
    assert account.asked
    assert f"{phone(2)}: Telnyx answered 404" in stack.up(phones(3))
    assert "updateMessaging" not in account.asked

    account.control("POST", "numbers", row)
    assert stack.up(phones(3)) == ""
    account.drop(phone(2))
    stack.refresh()
    assert account.asked
    assert stack.up(phones(2)) == ""
    assert account.asked == {}


@pytest.mark.parametrize("refreshed", [True, False], ids=["refreshed again", "not refreshed again"])
@pytest.mark.parametrize("there", ["", "22222222-3333-4333-8333-333333333333"], ids=["on no profile", "on a profile"])
def test_number_that_was_bought_again(account: Account, stack: Stack, there: str, refreshed: bool) -> None:
    """It is another number, which is taken over: what it had is remembered, and not what its predecessor had."""
    account.edit(phone(1), messaging_profile_id=DEFAULT)
    assert stack.up(phones(2)) == ""
    account.drop(phone(1))
    stack.refresh()
    if there:
        account.control("POST", "profiles", {"id": there, "name": "theirs"})
    account.control("POST", "numbers", {"phone_number": phone(1), "messaging_profile_id": there or None})
    if refreshed:
        assert stack.refresh() == f"{phone(0)}\n{phone(1)} (left the account)\n"
        assert f"left the account and in it again: {phone(1)};" in account.said[-1]

    assert stack.up(phones(2)) == ""

    assert former(stack)[phone(1)] == {"messagingProfileId": there}
    assert "overwrote messaging_profile_id" in account.said[-1]
    assert stack.destroy() == ""
    assert account.on(there or None) >= {phone(1)}


def test_number_that_was_bought_again_with_our_value(account: Account, stack: Stack) -> None:
    """Whether we gave it the value is not known, so neither is what it had before: that is said."""
    assert stack.up(phones(1)) == ""
    account.drop(phone(0))
    stack.refresh()
    account.control("POST", "numbers", {"phone_number": phone(0), "messaging_profile_id": ALERTS})

    assert stack.up(phones(1)) == ""

    assert former(stack)[phone(0)] == {}
    assert any("the former messaging_profile_id is not known now" in line for line in account.said)


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
