"""Groups some of whose numbers do not become what is declared: what is asked, said, and left to the next run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.emulator.seed import ALERTS
from tests.support.reconcile.groups import MANY, Account, Stack, former, phone, phones


def test_failed_in_the_order_done_singly(account: Account, stack: Stack) -> None:
    """Numbers that the order reports as failed are written singly; where that does it, nothing has failed."""
    account.settings(telnyxBulkFails=2)

    assert stack.up(phones(MANY)) == ""

    assert account.asked == {"listMessaging": 5, "createBulkUpdate": 1, "retrieveBulkUpdate": 1, "updateMessaging": 2}
    assert account.on(ALERTS) == set(phones(MANY))


def test_failed_numbers_are_named_and_done_by_the_next_run(account: Account, stack: Stack) -> None:
    """Each number that is not as wished is named with the vendor's reason; the next run sends only for these."""
    account.settings(telnyxBulkFails=2)
    refusal = {"errors": [{"code": "40100", "title": "Number not messaging enabled"}]}
    account.script("updateMessaging", times=2, status=422, body=refusal)

    said = stack.up(phones(MANY))

    assert "2 of 60 numbers are not as they should be" in said
    assert f'{phone(0)}, {phone(1)}: Telnyx answered 422, code 40100 "Number not messaging enabled"' in said
    assert former(stack) == {number: {"messagingProfileId": ""} for number in phones(MANY)}
    assert account.on(ALERTS) == set(phones(MANY)) - {phone(0), phone(1)}
    assert account.asked

    assert stack.changes(phones(MANY)) == ["phone_numbers"]
    assert stack.up(phones(MANY)) == ""
    assert account.asked == {"listMessaging": 1, "updateMessaging": 2}
    assert account.on(ALERTS) == set(phones(MANY))
    assert stack.destroy() == ""
    assert account.on(ALERTS) == set()


def test_success_without_effect_is_found(account: Account, stack: Stack) -> None:
    """An order's success that changed nothing is found by reading back, and written singly."""
    account.settings(telnyxBulkIgnores=3)

    assert stack.up(phones(MANY)) == ""

    assert account.asked["updateMessaging"] == 3
    assert account.on(ALERTS) == set(phones(MANY))


@pytest.mark.parametrize("carried_out", [True, False])
def test_lost_answer_of_an_order(account: Account, stack: Stack, *, carried_out: bool) -> None:
    """An order whose answer is lost is not placed again before the lists have said that it is needed."""
    effect = "applied" if carried_out else "none"
    account.settings(telnyxBulkPolls=0)
    account.script("createBulkUpdate", status=200, dropConnection=True, effect=effect)

    assert stack.up(phones(MANY)) == ""

    operations = [entry["operation"] for entry in account.log]
    assert operations.count("createBulkUpdate") == (1 if carried_out else 2)
    assert "updateMessaging" not in operations
    if not carried_out:
        first, second = (at for at, name in enumerate(operations) if name == "createBulkUpdate")
        assert "listMessaging" in operations[first:second]
    assert account.on(ALERTS) == set(phones(MANY))


def test_limited_order_is_placed_again(account: Account, stack: Stack) -> None:
    """An order that meets a 429 is placed again after the wait that the vendor names; nothing is read for it."""
    account.script("createBulkUpdate", times=2, status=429, headers={"Retry-After": "2"})

    assert stack.up(phones(MANY)) == ""

    operations = [entry["operation"] for entry in account.log]
    orders = [at for at, name in enumerate(operations) if name == "createBulkUpdate"]
    assert orders == list(range(orders[0], orders[0] + 3))
    assert 4 <= account.seconds <= 8
    assert account.on(ALERTS) == set(phones(MANY))


def test_pending_for_ever_is_bounded(account: Account, stack: Stack) -> None:
    """An order that never ends is given up after the time without progress; its numbers are named and done later."""
    account.settings(telnyxBulkPolls=1_000_000)

    said = stack.up(phones(MANY))

    assert "60 of 60 numbers are not as they should be" in said
    assert "still pending in bulk order" in said
    assert 300 <= account.seconds <= 330
    assert account.asked["retrieveBulkUpdate"] < 40
    assert stack.outputs is not None

    account.settings(telnyxBulkPolls=1)
    assert stack.up(phones(MANY)) == ""
    assert account.on(ALERTS) == set(phones(MANY))


def test_refused_order_is_halved(account: Account, tmp_path: Path) -> None:
    """An order that the vendor refuses is placed in halves, so that the true limit is found."""
    account.settings(telnyxBulkMost=200)
    extra = [f"+1555021{index:04d}" for index in range(400)]
    account.control("POST", "numbers", [{"phone_number": number, "tags": []} for number in extra])
    numbers = [*phones(MANY), *extra]

    assert Stack(account).up(numbers) == ""

    assert account.on(ALERTS) == set(numbers)
    sizes = [len(entry["body"]["numbers"]) for entry in account.log if entry["operation"] == "createBulkUpdate"]
    assert sizes == [460, 230, 115, 115, 115, 115]


def test_refused_profile_tells_the_reason(account: Account, stack: Stack) -> None:
    """A profile that does not exist is told with the vendor's words after a few numbers, and not tried for all."""
    unknown = "00000000-0000-4000-8000-000000000000"

    said = stack.up(phones(MANY), unknown)

    assert "60 of 60 numbers are not as they should be" in said
    assert "The messaging profile does not exist" in said
    assert "not tried after 20 refusals" in said
    assert account.asked["updateMessaging"] <= 30
    assert stack.up(phones(MANY)) == ""


def test_no_access_stops_at_once(account: Account, stack: Stack) -> None:
    """What says nothing of a number, such as a key that is not accepted, ends the work; what is left is named."""
    account.script("updateMessaging", skip=2, times=40, status=401, body={"errors": [{"code": "10009", "title": "No"}]})

    said = stack.up(phones(6), tags=("a",))

    assert "of 6 numbers are not as they should be" in said
    assert "Telnyx answered 401" in said
    account.control("DELETE", "answers")
    done = {row["phone_number"] for row in account.rows() if row["tags"]}
    assert account.asked
    assert stack.up(phones(6), tags=("a",)) == ""
    assert account.asked["updateMessaging"] == 6 - len(done)
