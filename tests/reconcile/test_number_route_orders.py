"""The orders by which Telegent changes the route of a number: followed, failed, lost, without effect."""

from __future__ import annotations

import pytest

from tests.support.reconcile.groups import phones
from tests.support.reconcile.number_routes import NUMBER, OURS, THEIRS, destroyed, up
from tests.support.reconcile.runs import GROUP, KINDS, SINGLE, Resource
from tests.support.reconcile.telegent_numbers import TelegentAccount


@pytest.mark.parametrize("kind", KINDS)
def test_a_pending_order_is_followed(telegent: TelegentAccount, kind: str) -> None:
    """The number is read until it is on the route."""
    telegent.settings(telegentNumberOrderStatus="Pending", telegentNumberOrderSeconds=10.0)
    resource = Resource(kind)
    telegent.forget_requests()

    assert up(telegent, resource) == ""

    assert telegent.asked == {"getNumber": 5, "updateNumber": 1}
    assert telegent.routes()[NUMBER] == OURS


@pytest.mark.parametrize("kind", KINDS)
def test_an_order_that_never_ends_is_bounded(telegent: TelegentAccount, kind: str) -> None:
    """After a minute it is an error; the state keeps what was before, and the next run looks first."""
    telegent.settings(telegentNumberOrderStatus="Pending", telegentNumberOrderSeconds=100.0)
    resource = Resource(kind)
    began = telegent.seconds

    said = up(telegent, resource)

    assert "is Pending after 60 s" in said
    assert telegent.seconds - began < 65
    telegent.sleep(60.0)
    telegent.settings(telegentNumberOrderStatus="Complete")
    telegent.forget_requests()
    assert up(telegent, resource) == ""
    assert telegent.writes == []
    assert destroyed(telegent, resource) == ""
    assert telegent.routes()[NUMBER] == THEIRS


@pytest.mark.parametrize("ends", ["Failed", "Pending", "Complete"])
@pytest.mark.parametrize("kind", KINDS)
def test_an_order_that_fails_after_a_minute(telegent: TelegentAccount, kind: str, ends: str) -> None:
    """The next run reads that the number is where it was, sends an order again, and says what becomes of that one."""
    telegent.settings(telegentNumberOrderStatus="Pending", telegentNumberOrderSeconds=1e6)
    resource = Resource(kind)
    assert "is Pending after 60 s" in up(telegent, resource)
    telegent.settings(telegentNumberOrderStatus=ends)
    telegent.forget_requests()

    said = up(telegent, resource)

    assert {"Failed": "has failed)", "Pending": "is Pending after 60 s", "Complete": ""}[ends] in said
    operations = [entry["operation"] for entry in telegent.log if entry["operation"] != "createToken"]
    assert operations[:2] == ["getNumber", "updateNumber"]
    assert (said == "") == (telegent.routes()[NUMBER] == OURS) == (ends == "Complete")
    assert destroyed(telegent, resource) == ""
    assert telegent.routes()[NUMBER] == THEIRS


@pytest.mark.parametrize(("order", "reading"), [("Pending", "getNumber"), ("Failed", "getMessageRoute")])
@pytest.mark.parametrize("kind", KINDS)
def test_a_read_after_the_order_fails(telegent: TelegentAccount, kind: str, order: str, reading: str) -> None:
    """The update was sent, whatever becomes of the reads that follow it: the former route is remembered."""
    telegent.settings(telegentNumberOrderStatus=order, telegentNumberOrderSeconds=10.0)
    body = {"operation": reading, "kind": "refused", "times": 99}
    calls = [{"method": "POST", "path": "faults", "body": body}]
    telegent.control("POST", "faults", {"operation": "updateNumber", "calls": calls, "position": "after"})
    resource = Resource(kind)

    said = up(telegent, resource)
    assert "Telegent's update order" in said or "has failed)" in said

    telegent.allow()
    telegent.sleep(60.0)
    telegent.settings(telegentNumberOrderStatus="Complete")
    assert up(telegent, resource) == ""
    assert destroyed(telegent, resource) == ""
    assert telegent.routes()[NUMBER] == THEIRS


@pytest.mark.parametrize("kind", KINDS)
def test_a_failed_order_is_an_error(telegent: TelegentAccount, kind: str) -> None:
    """The number is as it was, and the next run sends the order again."""
    telegent.settings(telegentNumberOrderStatus="Failed")
    resource = Resource(kind)
    assert "has failed)" in up(telegent, resource)
    assert telegent.routes()[NUMBER] == THEIRS
    telegent.settings(telegentNumberOrderStatus="Complete")

    assert up(telegent, resource) == ""
    assert destroyed(telegent, resource) == ""
    assert telegent.routes()[NUMBER] == THEIRS


def test_a_failed_order_stops_no_other_number(telegent: TelegentAccount) -> None:
    """It says nothing about the others; the route is there, so that there is no value to correct."""
    telegent.script("updateNumber", body={"Number": NUMBER, "UpdateOrderId": "1", "UpdateOrderStatus": "Failed"})
    numbers = phones(100)  # many more than are written at once
    telegent.add(*numbers[2:])

    said = up(telegent, Resource(GROUP), *numbers)

    assert "1 of 100 numbers are not as they should be (run the command again later, and ask Telegent if it" in said
    assert "not tried" not in said
    assert [*telegent.routes().values()].count(OURS) == len(numbers) - 1


@pytest.mark.parametrize("kind", KINDS)
def test_success_without_effect_is_an_error(telegent: TelegentAccount, kind: str) -> None:
    """The answer is compared."""
    telegent.settings(telegentIgnoreNumberUpdates=True)

    said = up(telegent, Resource(kind))

    assert f'Telegent answered success, but message_route_id is "{THEIRS}" and not "{OURS}"' in said


def test_a_lost_answer_is_settled(telegent: TelegentAccount) -> None:
    """The order is an absolute value: it is sent again, and the number is where it should be."""
    telegent.script("updateNumber", status=200, dropConnection=True, effect="applied")
    resource = Resource(SINGLE)

    assert up(telegent, resource) == ""
    assert telegent.routes()[NUMBER] == OURS
    assert destroyed(telegent, resource) == ""
    assert telegent.routes()[NUMBER] == THEIRS
