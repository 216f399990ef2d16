"""Numbers that go from one resource to another in a run, and numbers that two resources of one program have."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from pulumi_messaging.core.number_messaging_group import TELNYX_NUMBERS
from pulumi_messaging.errors import Refused
from pulumi_messaging.reconcile.numbers.diff_checks import hold_group, hold_number
from pulumi_messaging.reconcile.ownership import Ownership, Past
from tests.support.emulator.seed import ALERTS, DEFAULT
from tests.support.reconcile.groups import Account, Stack, former, phone, phones

SINGLE = {"messagingProfileId": ALERTS, "onDestroy": "restore"}


def while_put_back(account: Account, ownership: Ownership, number: str, take: Callable[[], None]) -> None:
    """Let a number be taken by a resource that reads it before another one has put it back, and takes it afterwards."""
    assert account.asked is not None
    with ownership.restoring("giver-0", [number]):
        taker = threading.Thread(target=take)
        taker.start()
        while not account.control("GET", "requests"):
            time.sleep(0.005)
        time.sleep(0.05)  # the answer comes, and the taker waits
        account.edit(number, messaging_profile_id=DEFAULT)
    taker.join(30)
    assert not taker.is_alive()


def test_single_waits_for_the_group_that_puts_back(account: Account) -> None:
    """A number that a group puts back while a resource of its own reads it ends as that resource declares it."""
    account.edit(phone(0), messaging_profile_id=ALERTS)
    ownership, created = Ownership(), list[Any]()
    past = Past(({"messagingProfileId": ALERTS},), {"messagingProfileId": DEFAULT})
    ownership.hold("giver-0", {}, {phone(0): past})

    def take() -> None:
        created.append(account.singles(ownership).create({"phoneNumber": phone(0), **SINGLE}))

    while_put_back(account, ownership, phone(0), take)

    assert account.profiles()[phone(0)] == ALERTS
    assert created[0][1]["__former"] == {"messagingProfileId": DEFAULT}


def test_number_declared_by_id_waits_for_the_group_that_puts_back(account: Account, stack: Stack) -> None:
    """The group that lets go knows the number as E.164, the one that takes it by its id: it ends as declared."""
    account.edit(phone(0), messaging_profile_id=ALERTS)
    number_id, ownership, said = account.id_of(phone(0)), Ownership(), list[str]()

    while_put_back(account, ownership, phone(0), lambda: said.append(stack.up([number_id], ownership=ownership)))

    assert said == [""]
    assert account.profiles()[phone(0)] == ALERTS


def test_single_inherits_from_the_group(account: Account, stack: Stack) -> None:
    """A number that goes from a group to a resource of its own is put back in the end to what it was at first."""
    account.edit(phone(1), messaging_profile_id=DEFAULT)
    assert stack.up(phones(2)) == ""
    assert stack.outputs is not None
    ownership = Ownership()
    hold_group(TELNYX_NUMBERS, ownership, "group-0", stack.outputs, stack.checked([phone(0)]))
    singles = account.singles(ownership)

    number_id, outputs = singles.create({"phoneNumber": phone(1), **SINGLE})
    assert stack.up([phone(0)], ownership=ownership) == ""
    assert account.profiles()[phone(1)] == ALERTS
    account.singles(Ownership()).delete(number_id, outputs)

    assert account.profiles(phones(2)) == {phone(0): ALERTS, phone(1): DEFAULT}


@pytest.mark.parametrize("leaver", ["group", "single"])
def test_what_another_resource_keeps_is_not_put_back(account: Account, stack: Stack, leaver: str) -> None:
    """A number that two resources have come to hold stays as the one that keeps it declares it."""
    account.edit(phone(1), messaging_profile_id=DEFAULT)
    number_id, single = account.singles(Ownership()).create({"phoneNumber": phone(1), **SINGLE})
    assert stack.up(phones(2)) == ""
    assert stack.outputs is not None
    ownership = Ownership()
    if leaver == "group":
        hold_number(TELNYX_NUMBERS, ownership, number_id, single, {"phoneNumber": phone(1), **SINGLE})
        assert stack.up([phone(0)], ownership=ownership) == ""
    else:
        hold_group(TELNYX_NUMBERS, ownership, "group-0", stack.outputs, stack.checked(phones(2)))
        account.singles(ownership).delete(number_id, single)

    assert account.on(ALERTS) == {phone(0), phone(1)}
    assert "left as" in account.said[-1]


@pytest.mark.parametrize("second", ["group", "single"])
def test_number_in_two_spellings_is_refused_for_resources_that_exist(
    account: Account, stack: Stack, second: str
) -> None:
    """Declared as E.164 and by its id, a number that two resources of the state keep is refused before any request."""
    by_id = {"phoneNumber": account.id_of(phone(1)), **SINGLE}
    number_id, single = account.singles(Ownership()).create(by_id)
    assert stack.up(phones(2)) == ""
    outputs = stack.outputs
    assert outputs is not None
    ownership = Ownership()
    tell = [
        lambda: hold_number(TELNYX_NUMBERS, ownership, number_id, single, by_id),
        lambda: hold_group(TELNYX_NUMBERS, ownership, "group-0", outputs, stack.checked(phones(2))),
    ]
    first, last = tell if second == "group" else reversed(tell)
    first()
    first()  # asked twice it is still the same resource

    with pytest.raises(Refused, match=f"cannot manage (number )?.{phone(1)[1:]}: another resource of this program"):
        last()


def test_number_taken_by_id_before_its_holder_is_known_is_refused(account: Account, stack: Stack) -> None:
    """A new resource may come before the one that has the number under another name: then that one is refused."""
    assert stack.up(phones(2)) == ""
    outputs, ownership = stack.outputs, Ownership()
    assert outputs is not None

    account.singles(ownership).create({"phoneNumber": account.id_of(phone(1)), **SINGLE})

    with pytest.raises(Refused, match="declare each number once"):
        hold_group(TELNYX_NUMBERS, ownership, "group-0", outputs, stack.checked(phones(2)))
    # One that lets go of it is not refused.
    hold_group(TELNYX_NUMBERS, ownership, "group-0", outputs, stack.checked([phone(0)]))


def test_numbers_change_places(account: Account, stack: Stack) -> None:
    """A group and a resource of its own exchange their numbers in one run, and what each was at first is kept."""
    account.edit(phone(1), messaging_profile_id=DEFAULT)
    number_id, single = account.singles(Ownership()).create({"phoneNumber": phone(1), **SINGLE})
    assert stack.up([phone(0)]) == ""
    assert stack.outputs is not None
    ownership, other = Ownership(), {"phoneNumber": phone(0), **SINGLE}
    hold_number(TELNYX_NUMBERS, ownership, number_id, single, other)

    assert stack.up([phone(1)], ownership=ownership) == ""
    singles = account.singles(ownership)
    singles.delete(number_id, single)
    other_id, outputs = singles.create(other)

    assert account.on(ALERTS) == set(phones(2))
    assert former(stack) == {phone(1): {"messagingProfileId": DEFAULT}}
    assert stack.destroy() == ""
    account.singles(Ownership()).delete(other_id, outputs)
    assert account.profiles(phones(2)) == {phone(0): None, phone(1): DEFAULT}
