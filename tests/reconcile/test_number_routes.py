"""The message route of a Telegent number: orders that are followed, ways back, and the vendor's contradictions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pulumi_messaging.api.telegent import TelegentClient
from pulumi_messaging.errors import MessagingError, Refused
from tests.support.emulator.seed import ALERTS, DEFAULT
from tests.support.reconcile.groups import phone, phones
from tests.support.reconcile.runs import GROUP, KINDS, SINGLE, Resource, Run
from tests.support.reconcile.telegent_numbers import NOTHING, TelegentAccount, route_of

NUMBER, OTHER = phone(0), phone(1)
OURS, THEIRS = route_of(ALERTS), "MRID-theirs"
COUNT = 100


@pytest.fixture
def account(tmp_path: Path) -> Iterator[TelegentAccount]:
    """Two numbers, of which the first is on a route of somebody else."""
    with closing(TelegentAccount(tmp_path, 2, routes=(THEIRS,))) as made:
        made.edit(NUMBER, MessageRouteId=THEIRS)
        yield made


def up(account: TelegentAccount, resource: Resource, *numbers: str, **given: Any) -> str:
    """A run of its own; the text of its failure."""
    try:
        Run(account).up(resource, resource.given(*(numbers or (NUMBER,)), **given))
    except MessagingError as error:
        return str(error)
    return ""


def destroyed(account: TelegentAccount, resource: Resource) -> str:
    try:
        Run(account).delete(resource)
    except MessagingError as error:
        return str(error)
    return ""


def sent(account: TelegentAccount) -> list[Any]:
    return [write["body"] for write in account.writes]


@pytest.mark.parametrize("kind", KINDS)
def test_a_number_goes_to_the_route_and_back(account: TelegentAccount, kind: str) -> None:
    """A request has the number and its route only; both the take-over and the way back are in the state."""
    resource = Resource(kind)
    account.forget_requests()
    assert up(account, resource) == ""

    assert sent(account) == [{"Number": NUMBER, "MessageRouteId": OURS}]
    assert any(f'overwrote message_route_id "{THEIRS}" -> "{OURS}"' in line for line in account.said)
    assert resource.id == (NUMBER if kind == SINGLE else "one-0")
    assert up(account, resource) == ""
    Run(account).refresh(resource)
    assert up(account, resource) == ""
    assert account.writes == []
    assert destroyed(account, resource) == ""
    assert sent(account) == [{"Number": NUMBER, "MessageRouteId": THEIRS}]


@pytest.mark.parametrize("kind", KINDS)
def test_equal_numbers_are_taken_over_without_a_write(account: TelegentAccount, kind: str) -> None:
    """With `telegent:adopt` equal, a take-over that would write is refused, and nothing is sent."""
    account.equal_only = "telegent:adopt"
    assert 'telegent:adopt is "equal", and message_route_id would be written' in up(account, Resource(kind))
    account.edit(NUMBER, MessageRouteId=OURS)
    assert up(account, Resource(kind)) == ""
    assert account.writes == []


@pytest.mark.parametrize(("policy", "left"), [("restore", OURS), ("detach", None), ("retain", OURS)])
@pytest.mark.parametrize("kind", KINDS)
def test_a_number_that_was_on_no_route(account: TelegentAccount, kind: str, policy: str, left: str | None) -> None:
    """It stays where it is, which create says; `detach` takes it off, and a read proves it."""
    account.edit(NUMBER, MessageRouteId=None)
    resource = Resource(kind)
    assert up(account, resource, onDestroy=policy) == ""
    told = [line for line in account.said if "had no message_route_id before" in line]
    assert len(told) == (policy == "restore")
    account.forget_requests()

    assert destroyed(account, resource) == ""

    assert account.routes()[NUMBER] == left
    assert any("left as it is" in line for line in account.said) == (policy == "restore")
    operations = [entry["operation"] for entry in account.log if entry["operation"] != "createToken"]
    assert operations[-2:] == (["updateNumber", "getNumber"] if policy == "detach" else operations[-2:])
    assert operations.count("updateNumber") == (policy == "detach")


@pytest.mark.parametrize(("null", "words"), [("keep", "but message_route_id is"), ("refuse", "must not be null")])
@pytest.mark.parametrize("kind", KINDS)
def test_detaching_may_not_work(account: TelegentAccount, kind: str, null: str, words: str) -> None:
    """It is not documented: an answer 200 that did nothing is an error, and a refusal says what to do."""
    resource = Resource(kind)
    assert up(account, resource, onDestroy="detach") == ""
    account.settings(telegentNullRoute=null)

    said = destroyed(account, resource)

    assert words in said
    assert "retain" in said or "ask Telegent" in said
    assert account.routes()[NUMBER] == OURS


@pytest.mark.parametrize("kind", KINDS)
def test_a_pending_order_is_followed(account: TelegentAccount, kind: str) -> None:
    """The number is read until it is on the route."""
    account.settings(telegentNumberOrderStatus="Pending", telegentNumberOrderSeconds=10.0)
    resource = Resource(kind)
    account.forget_requests()

    assert up(account, resource) == ""

    assert account.asked == {"getNumber": 5, "updateNumber": 1}
    assert account.routes()[NUMBER] == OURS


@pytest.mark.parametrize("kind", KINDS)
def test_an_order_that_never_ends_is_bounded(account: TelegentAccount, kind: str) -> None:
    """After a minute it is an error; the state keeps what was before, and the next run looks first."""
    account.settings(telegentNumberOrderStatus="Pending", telegentNumberOrderSeconds=100.0)
    resource = Resource(kind)
    began = account.seconds

    said = up(account, resource)

    assert "is Pending after 60 s" in said
    assert account.seconds - began < 65
    account._sleep(60.0)
    account.settings(telegentNumberOrderStatus="Complete")
    account.forget_requests()
    assert up(account, resource) == ""
    assert account.writes == []
    assert destroyed(account, resource) == ""
    assert account.routes()[NUMBER] == THEIRS


@pytest.mark.parametrize("ends", ["Failed", "Pending", "Complete"])
@pytest.mark.parametrize("kind", KINDS)
def test_an_order_that_fails_after_a_minute(account: TelegentAccount, kind: str, ends: str) -> None:
    """The next run reads that the number is where it was, sends an order again, and says what becomes of that one."""
    account.settings(telegentNumberOrderStatus="Pending", telegentNumberOrderSeconds=1e6)
    resource = Resource(kind)
    assert "is Pending after 60 s" in up(account, resource)
    account.settings(telegentNumberOrderStatus=ends)
    account.forget_requests()

    said = up(account, resource)

    assert {"Failed": "has failed)", "Pending": "is Pending after 60 s", "Complete": ""}[ends] in said
    operations = [entry["operation"] for entry in account.log if entry["operation"] != "createToken"]
    assert operations[:2] == ["getNumber", "updateNumber"]
    assert (said == "") == (account.routes()[NUMBER] == OURS) == (ends == "Complete")
    assert destroyed(account, resource) == ""
    assert account.routes()[NUMBER] == THEIRS


@pytest.mark.parametrize(("order", "reading"), [("Pending", "getNumber"), ("Failed", "getMessageRoute")])
@pytest.mark.parametrize("kind", KINDS)
def test_a_read_after_the_order_fails(account: TelegentAccount, kind: str, order: str, reading: str) -> None:
    """The update was sent, whatever becomes of the reads that follow it: the former route is remembered."""
    account.settings(telegentNumberOrderStatus=order, telegentNumberOrderSeconds=10.0)
    body = {"operation": reading, "kind": "refused", "times": 99}
    calls = [{"method": "POST", "path": "faults", "body": body}]
    account.control("POST", "faults", {"operation": "updateNumber", "calls": calls, "position": "after"})
    resource = Resource(kind)

    said = up(account, resource)
    assert "Telegent's update order" in said or "has failed)" in said

    account.allow()
    account._sleep(60.0)
    account.settings(telegentNumberOrderStatus="Complete")
    assert up(account, resource) == ""
    assert destroyed(account, resource) == ""
    assert account.routes()[NUMBER] == THEIRS


@pytest.mark.parametrize("kind", KINDS)
def test_a_failed_order_is_an_error(account: TelegentAccount, kind: str) -> None:
    """The number is as it was, and the next run sends the order again."""
    account.settings(telegentNumberOrderStatus="Failed")
    resource = Resource(kind)
    assert "has failed)" in up(account, resource)
    assert account.routes()[NUMBER] == THEIRS
    account.settings(telegentNumberOrderStatus="Complete")

    assert up(account, resource) == ""
    assert destroyed(account, resource) == ""
    assert account.routes()[NUMBER] == THEIRS


@pytest.mark.parametrize("kind", KINDS)
def test_a_number_that_was_bought_again_meanwhile(account: TelegentAccount, kind: str) -> None:
    """An update that meets another number does not give that one the former route of the first."""
    resource = Resource(kind)
    assert up(account, resource) == ""
    account.drop(NUMBER)
    account.add(NUMBER, Tnid="TNID-another")

    assert up(account, resource, profile=DEFAULT) == ""

    assert any("was bought again" in line for line in account.said) == (kind == SINGLE)
    assert destroyed(account, resource) == ""
    assert account.routes()[NUMBER] == (route_of(DEFAULT) if kind == SINGLE else THEIRS)  # a group has no other id


def test_a_failed_order_stops_no_other_number(account: TelegentAccount) -> None:
    """It says nothing about the others; the route is there, so that there is no value to correct."""
    account.script("updateNumber", body={"Number": NUMBER, "UpdateOrderId": "1", "UpdateOrderStatus": "Failed"})
    account.add(*phones(COUNT)[2:])  # many more than are written at once

    said = up(account, Resource(GROUP), *phones(COUNT))

    assert "1 of 100 numbers are not as they should be (run the command again later, and ask Telegent if it" in said
    assert "not tried" not in said
    assert [*account.routes().values()].count(OURS) == COUNT - 1


@pytest.mark.parametrize("kind", KINDS)
def test_success_without_effect_is_an_error(account: TelegentAccount, kind: str) -> None:
    """The answer is compared."""
    account.settings(telegentIgnoreNumberUpdates=True)

    said = up(account, Resource(kind))

    assert f'Telegent answered success, but message_route_id is "{THEIRS}" and not "{OURS}"' in said


@pytest.mark.parametrize("status", [400, 404])
@pytest.mark.parametrize("kind", KINDS)
def test_a_route_that_does_not_exist(account: TelegentAccount, kind: str, status: int) -> None:
    """The vendor's words, and what to do; a number that is there is not taken for gone."""
    account.settings(telegentUnknownRouteStatus=status)
    resource = Resource(kind)

    said = up(account, resource, profile="MRID-none")

    assert '"MessageRouteId is unknown."' in said
    assert "the account of telegent:accountKey has no message route MRID-none: correct message_route_id" in said
    assert account.routes()[NUMBER] == THEIRS


def test_a_route_that_a_named_account_does_not_have(account: TelegentAccount) -> None:
    """The error names the key of that account."""
    account.named = "eu"

    said = up(account, Resource(SINGLE), profile="MRID-none")

    assert "the account of telegent-eu:accountKey has no message route MRID-none: correct message_route_id" in said


@pytest.mark.parametrize("kind", KINDS)
def test_a_former_route_that_is_gone(account: TelegentAccount, kind: str) -> None:
    """The number is left as it is, and the error says so."""
    resource = Resource(kind)
    assert up(account, resource) == ""
    account.control("DELETE", f"routes/{THEIRS}")

    said = destroyed(account, resource)

    assert '"MessageRouteId is unknown."' in said
    assert 'set on_destroy="detach" or "retain"' in said
    assert account.routes()[NUMBER] == OURS


@pytest.mark.parametrize("kind", KINDS)
def test_somebody_else_moved_it(account: TelegentAccount, kind: str) -> None:
    """What is not ours any more is left alone."""
    resource = Resource(kind)
    assert up(account, resource) == ""
    account.edit(NUMBER, MessageRouteId=NOTHING)
    account.forget_requests()

    assert destroyed(account, resource) == ""
    assert account.writes == []


READINGS = [
    {"telegentNumberSpelling": "digits"},
    {"telegentInventorySpelling": "lower"},
    {"telegentNoRouteAs": ""},
    {"telegentNoRouteAs": "absent"},
    {"telegentMixedBooleans": True, "telegentInventoryPageSize": 1},
]


@pytest.mark.parametrize("reading", READINGS, ids=lambda reading: next(iter(reading.items())))
@pytest.mark.parametrize("kind", KINDS)
def test_the_vendors_contradictions(account: TelegentAccount, kind: str, reading: dict[str, Any]) -> None:
    """However the pages spell numbers, keys, ids and "no route", nothing is seen as a change."""
    account.settings(**reading)
    account.edit(NUMBER, MessageRouteId=None)
    numbers = (NUMBER, OTHER) if kind == GROUP else (NUMBER,)
    resource = Resource(kind)
    assert up(account, resource, *numbers, onDestroy="detach") == ""
    account.forget_requests()
    for _ in range(2):
        Run(account).refresh(resource)
        assert up(account, resource, *numbers, onDestroy="detach") == ""
    assert account.writes == []
    assert destroyed(account, resource) == ""
    assert account.routes()[NUMBER] is None


def test_a_former_route_is_put_back_in_its_own_spelling(account: TelegentAccount) -> None:
    """A row with another spelling is not used: the vendor takes an id as it made it."""
    account.settings(telegentInventorySpelling="lower")
    resource = Resource(GROUP)
    assert up(account, resource, NUMBER, OTHER) == ""

    assert destroyed(account, resource) == ""

    assert account.routes() == {NUMBER: THEIRS, OTHER: NOTHING}


@pytest.mark.parametrize("kind", KINDS)
def test_a_route_in_another_spelling_is_the_same(account: TelegentAccount, kind: str) -> None:
    """The case of an id means nothing, whoever spelled it."""
    account.edit(NUMBER, MessageRouteId=OURS)
    resource, spelled = Resource(kind), f"MRID-{ALERTS.upper()}"
    assert up(account, resource, profile=spelled) == ""
    Run(account).refresh(resource)
    assert up(account, resource, profile=spelled) == ""
    assert account.writes == []


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_none_of_our_business_is_not_kept(account: TelegentAccount, kind: str) -> None:
    """Neither another service's credentials nor anything else of the number gets into the state."""
    account.edit(NUMBER, PortOutPin="4711-pin", QrActivationLink="https://esim.example.com/secret", Cnam="Jane Doe")
    resource = Resource(kind)
    assert up(account, resource) == ""
    Run(account).refresh(resource)

    text = json.dumps([resource.outputs, account.said])
    assert not any(secret in text for secret in ("4711", "esim", "Jane"))
    known = {"number", "messageRouteId", "tnid", "onDestroy", "__former", "__account", "__numbers"}
    assert resource.outputs is not None
    assert set(resource.outputs) <= known


def test_a_number_that_is_bought_again(account: TelegentAccount) -> None:
    """Another Tnid is another number: refresh drops the old one, the next `up` takes the new one over as it is."""
    resource = Resource(SINGLE)
    assert up(account, resource) == ""
    old = resource.copy()
    account.drop(NUMBER)
    account.add(NUMBER)

    assert Run(account).gone(resource)
    assert any("it was bought again" in line for line in account.said)
    account.forget_requests()
    Run(account).delete(old)
    assert account.writes == []
    resource.outputs = None
    assert up(account, resource) == ""
    assert destroyed(account, resource) == ""
    assert account.routes()[NUMBER] == NOTHING


def test_a_number_that_left_is_gone(account: TelegentAccount) -> None:
    """The details say 404, the inventory has no live row, and it is the account of the number."""
    resource = Resource(SINGLE)
    assert up(account, resource) == ""
    account.drop(NUMBER)

    assert Run(account).gone(resource)
    assert destroyed(account, resource) == ""


def test_a_dead_row_is_no_number(account: TelegentAccount) -> None:
    """The inventory keeps numbers that have left the account, each with the route that it had."""
    resource = Resource(GROUP)
    assert up(account, resource, NUMBER, OTHER) == ""
    account.edit(NUMBER, Status="Deleted")
    account.script("getNumber", status=404, body={"StatusCode": 404, "Message": "No."}, times=9)

    Run(account).refresh(resource)

    assert f"one-0: no longer in the account: {NUMBER}" in account.said[-1]


def test_two_rows_of_a_number_are_one_number(account: TelegentAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Telegent number is its own id: no other id tells which one is meant."""
    rows = ({"Number": phone(5), "Status": "Active"},) * 2
    monkeypatch.setattr(TelegentClient, "list_inventory", lambda _client: rows)

    assert "(the account lists it as Active); check that the number is in the account" in up(
        account, Resource(SINGLE), phone(5)
    )


def test_another_accounts_key_forgets_nothing(account: TelegentAccount) -> None:
    """There the number is a 404 too; the account's identity, or the state's own route, decides."""
    resource = Resource(SINGLE)
    assert up(account, resource) == ""
    account.control("POST", "telegent-keys", {"AccountKey": "DID-others", "AccountIds": ["AID-others"]})
    account.key = "DID-others"

    with pytest.raises(Refused, match="nothing shows that these credentials belong to its account"):
        Run(account).gone(resource)
    with pytest.raises(Refused, match="nothing shows that these credentials belong to its account"):
        Run(account).delete(resource)

    account.control("POST", "telegent-keys", {"AccountKey": "DID-rotated"})
    account.key = "DID-rotated"
    account.drop(NUMBER)
    assert Run(account).gone(resource)  # the account has the route that the state names


def test_a_dead_row_of_another_account_is_no_evidence(
    account: TelegentAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That account had the number before, under the same name: a Telegent number has no id of its own account."""
    resource = Resource(SINGLE)
    assert up(account, resource) == ""
    account.control("POST", "telegent-keys", {"AccountKey": "DID-others", "AccountIds": ["AID-others"]})
    account.key = "DID-others"
    rows = ({"Number": NUMBER, "Status": "Deleted"},)
    monkeypatch.setattr(TelegentClient, "list_inventory", lambda _client: rows)

    with pytest.raises(Refused, match="nothing shows that these credentials belong to its account"):
        Run(account).gone(resource)


def test_a_lost_answer_is_settled(account: TelegentAccount) -> None:
    """The order is an absolute value: it is sent again, and the number is where it should be."""
    account.script("updateNumber", status=200, dropConnection=True, effect="applied")
    resource = Resource(SINGLE)

    assert up(account, resource) == ""
    assert account.routes()[NUMBER] == OURS
    assert destroyed(account, resource) == ""
    assert account.routes()[NUMBER] == THEIRS


def test_a_group_of_a_hundred(tmp_path: Path) -> None:
    """One page and one write for each number; nothing without changes; 40 bytes of state a number at most."""
    with closing(TelegentAccount(tmp_path, COUNT)) as account:
        resource, numbers = Resource(GROUP), phones(COUNT)
        assert up(account, resource, *numbers) == ""
        assert account.asked == {"listInventory": 1, "updateNumber": COUNT}
        assert up(account, resource, *numbers) == ""
        assert account.asked == {}
        Run(account).refresh(resource)
        assert account.asked == {"listInventory": 1}
        assert len(json.dumps([resource.inputs, resource.outputs])) / COUNT <= 40
        assert destroyed(account, resource) == ""
        assert account.asked == {"listInventory": 1, "updateNumber": COUNT}
        assert set(account.routes().values()) == {NOTHING}


def test_some_numbers_of_a_group_fail(tmp_path: Path) -> None:
    """The state keeps the others, the error names each, and the next run sends the rest."""
    with closing(TelegentAccount(tmp_path, 5)) as account:
        resource = Resource(GROUP)
        account.script("updateNumber", status=400, body={"StatusCode": 400, "Message": "Not now."}, times=2)

        said = up(account, resource, *phones(5))

        assert said.startswith("2 of 5 numbers are not as they should be")
        assert '"Not now."' in said
        account.forget_requests()
        assert up(account, resource, *phones(5)) == ""
        assert len(account.writes) == 2
        assert destroyed(account, resource) == ""
        assert set(account.routes().values()) == {NOTHING}


def test_many_single_numbers_share_pages(tmp_path: Path) -> None:
    """A refresh of N numbers is at most twice the smaller of the pages and N, and a token for each endpoint."""
    with closing(TelegentAccount(tmp_path, 30)) as account:
        account.settings(telegentInventoryPageSize=10)
        resources = [Resource(SINGLE, number) for number in phones(30)]
        run = Run(account)
        for resource, number in zip(resources, phones(30), strict=True):
            run.up(resource, resource.given(number))
        account.forget_requests()

        run = Run(account)
        for resource in resources:
            run.refresh(resource)

        assert sum(account.asked.values()) <= 2 * 3 + 3


@pytest.mark.parametrize("kind", KINDS)
def test_a_refused_token_is_no_reason_for_another_policy(account: TelegentAccount, kind: str) -> None:
    """It is another request's answer, and says nothing about the former route."""
    resource = Resource(kind)
    assert up(account, resource) == ""
    answer = {"status": 400, "body": {"StatusCode": 400, "Message": "No."}}
    account.control("POST", "answers", {"operation": "createToken", "skip": 1, "times": 9, **answer})

    said = destroyed(account, resource)

    assert "no token for" in said
    assert "on_destroy" not in said
