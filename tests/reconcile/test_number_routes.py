"""The message route of a Telegent number: taken over, changed and put back, and what the vendor refuses."""

from __future__ import annotations

import pytest

from tests.support.reconcile.number_routes import NUMBER, OURS, THEIRS, destroyed, sent, up
from tests.support.reconcile.runs import KINDS, SINGLE, Resource, Run
from tests.support.reconcile.telegent_numbers import NOTHING, TelegentAccount


def test_a_number_is_named_once(telegent: TelegentAccount) -> None:
    """Its id is the number."""
    resource = Resource(SINGLE)
    assert up(telegent, resource) == ""
    telegent.control("POST", "faults", {"operation": "getNumber", "kind": "403", "times": 9})

    assert destroyed(telegent, resource).startswith(f"cannot read number {NUMBER}: ")


@pytest.mark.parametrize("kind", KINDS)
def test_a_number_goes_to_the_route_and_back(telegent: TelegentAccount, kind: str) -> None:
    """A request has the number and its route only; both the take-over and the way back are in the state."""
    resource = Resource(kind)
    telegent.forget_requests()
    assert up(telegent, resource) == ""

    assert sent(telegent) == [{"Number": NUMBER, "MessageRouteId": OURS}]
    assert any(f'overwrote message_route_id "{THEIRS}" -> "{OURS}"' in line for line in telegent.said)
    assert resource.id == (NUMBER if kind == SINGLE else "one-0")
    assert up(telegent, resource) == ""
    Run(telegent).refresh(resource)
    assert up(telegent, resource) == ""
    assert telegent.writes == []
    assert destroyed(telegent, resource) == ""
    assert sent(telegent) == [{"Number": NUMBER, "MessageRouteId": THEIRS}]


@pytest.mark.parametrize("kind", KINDS)
def test_equal_numbers_are_taken_over_without_a_write(telegent: TelegentAccount, kind: str) -> None:
    """With `telegent:adopt` equal, a take-over that would write is refused, and nothing is sent."""
    telegent.equal_only = "telegent:adopt"
    assert 'telegent:adopt is "equal", and message_route_id would be written' in up(telegent, Resource(kind))
    telegent.edit(NUMBER, MessageRouteId=OURS)
    assert up(telegent, Resource(kind)) == ""
    assert telegent.writes == []


@pytest.mark.parametrize(("policy", "left"), [("restore", OURS), ("detach", None), ("retain", OURS)])
@pytest.mark.parametrize("kind", KINDS)
def test_a_number_that_was_on_no_route(telegent: TelegentAccount, kind: str, policy: str, left: str | None) -> None:
    """It stays where it is, which create says; `detach` takes it off, and a read proves it."""
    telegent.edit(NUMBER, MessageRouteId=None)
    resource = Resource(kind)
    assert up(telegent, resource, onDestroy=policy) == ""
    told = [line for line in telegent.said if "had no message_route_id before" in line]
    assert len(told) == (policy == "restore")
    telegent.forget_requests()

    assert destroyed(telegent, resource) == ""

    assert telegent.routes()[NUMBER] == left
    assert any("left as it is" in line for line in telegent.said) == (policy == "restore")
    operations = [entry["operation"] for entry in telegent.log if entry["operation"] != "createToken"]
    written = operations.index("updateNumber") if "updateNumber" in operations else len(operations)
    assert operations[written:] == (["updateNumber", "getNumber"] if policy == "detach" else [])


@pytest.mark.parametrize(
    ("null", "words", "advice"),
    [
        ("keep", "but message_route_id is", "ask Telegent if it stays so"),
        ("refuse", "must not be null", 'set on_destroy="retain"'),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_detaching_may_not_work(telegent: TelegentAccount, kind: str, null: str, words: str, advice: str) -> None:
    """It is not documented: an answer 200 that did nothing is an error, and a refusal says what to do."""
    resource = Resource(kind)
    assert up(telegent, resource, onDestroy="detach") == ""
    telegent.settings(telegentNullRoute=null)

    said = destroyed(telegent, resource)

    assert words in said
    assert advice in said
    assert telegent.routes()[NUMBER] == OURS


@pytest.mark.parametrize("status", [400, 404])
@pytest.mark.parametrize("kind", KINDS)
def test_a_route_that_does_not_exist(telegent: TelegentAccount, kind: str, status: int) -> None:
    """The vendor's words, and what to do; a number that is there is not taken for gone."""
    telegent.settings(telegentUnknownRouteStatus=status)
    resource = Resource(kind)

    said = up(telegent, resource, profile="MRID-none")

    assert '"MessageRouteId is unknown."' in said
    assert "the account of telegent:accountKey has no message route MRID-none: correct message_route_id" in said
    assert telegent.routes()[NUMBER] == THEIRS


def test_a_route_that_a_named_account_does_not_have(telegent: TelegentAccount) -> None:
    """The error names the key of that account."""
    telegent.named = "eu"

    said = up(telegent, Resource(SINGLE), profile="MRID-none")

    assert "the account of telegent-eu:accountKey has no message route MRID-none: correct message_route_id" in said


@pytest.mark.parametrize("kind", KINDS)
def test_a_former_route_that_is_gone(telegent: TelegentAccount, kind: str) -> None:
    """The number is left as it is, and the error says so."""
    resource = Resource(kind)
    assert up(telegent, resource) == ""
    telegent.control("DELETE", f"routes/{THEIRS}")

    said = destroyed(telegent, resource)

    assert '"MessageRouteId is unknown."' in said
    assert 'set on_destroy="detach" or "retain"' in said
    assert telegent.routes()[NUMBER] == OURS


@pytest.mark.parametrize("kind", KINDS)
def test_somebody_else_moved_it(telegent: TelegentAccount, kind: str) -> None:
    """What is not ours any more is left alone."""
    resource = Resource(kind)
    assert up(telegent, resource) == ""
    telegent.edit(NUMBER, MessageRouteId=NOTHING)
    telegent.forget_requests()

    assert destroyed(telegent, resource) == ""
    assert telegent.writes == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_refused_token_is_no_reason_for_another_policy(telegent: TelegentAccount, kind: str) -> None:
    """It is another request's answer, and says nothing about the former route."""
    resource = Resource(kind)
    assert up(telegent, resource) == ""
    answer = {"status": 400, "body": {"StatusCode": 400, "Message": "No."}}
    telegent.control("POST", "answers", {"operation": "createToken", "skip": 1, "times": 9, **answer})

    said = destroyed(telegent, resource)

    assert "no token for" in said
    assert "on_destroy" not in said
