"""Reading the numbers of a large group: how far it is is told, like other long work."""

from __future__ import annotations

import re

import pytest

from pulumi_messaging.composition import groups_of, number_account_of
from pulumi_messaging.core.members import Member, Standing
from pulumi_messaging.core.number_messaging_group import TELNYX_NUMBERS
from pulumi_messaging.reconcile.notes import NoteFiles
from pulumi_messaging.reconcile.numbers.membership import Membership
from pulumi_messaging.reconcile.numbers.telnyx import TelnyxNumbers
from pulumi_messaging.reconcile.ownership import Ownership
from tests.support.reconcile import large_account
from tests.support.reconcile.large_account import PROFILE, phone_number


def test_long_reading_is_told_of() -> None:
    """A refresh of many numbers says now and then how many are read, how many are left and how long that will take."""
    said = list[str]()

    def a_second(_page: int) -> None:
        account.seconds += 1

    account = large_account.Account(5000, on_page=a_second)
    groups = groups_of(number_account_of(account.client, said.append), Ownership(), NoteFiles(None))
    numbers = " ".join(phone_number(index) for index in range(5000))

    groups.read("group-0", {"messagingProfileId": PROFILE, "__numbers": ({"numbers": numbers, "former": {}},)})

    told = [re.fullmatch(r"reading: (\d+) of 5000 numbers done, (\d+) left, about \d+ s", line) for line in said]
    assert 2 <= len(told) <= 4
    assert all(line is not None and int(line[1]) + int(line[2]) == 5000 for line in told)


@pytest.mark.parametrize(
    ("answer", "drift"),
    [({}, {}), ({"tags": ["b", "a"]}, {}), ({"tags": None}, {"tags": ()}), ({"tags": []}, {"tags": ()})],
)
def test_tags_that_an_answer_lacks_are_no_drift_and_null_is(
    answer: dict[str, object], drift: dict[str, object]
) -> None:
    """A key that is missing tells nothing; null says that there are no tags."""
    found = TelnyxNumbers.observed({"id": "1293384261075731501", "messaging_profile_id": PROFILE, **answer})

    wish = {"messagingProfileId": PROFILE, "tags": ("a", "b")}
    member = Membership(TELNYX_NUMBERS).refreshed(Member("+1", "+1"), found, wish)

    assert member.now == drift
    assert member.standing is (Standing.DRIFTED if drift else Standing.DONE)
