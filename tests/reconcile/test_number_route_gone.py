"""Numbers of Telegent that left the account or were bought again, and what shows it."""

from __future__ import annotations

import pytest

from pulumi_messaging.api.telegent import TelegentClient
from pulumi_messaging.errors import Refused
from tests.support.emulator.seed import DEFAULT
from tests.support.reconcile.number_routes import NUMBER, OTHER, THEIRS, destroyed, up
from tests.support.reconcile.runs import GROUP, KINDS, SINGLE, Resource, Run
from tests.support.reconcile.telegent_numbers import NOTHING, TelegentAccount, route_of


@pytest.mark.parametrize("kind", KINDS)
def test_a_number_that_was_bought_again_meanwhile(telegent: TelegentAccount, kind: str) -> None:
    """An update that meets another number does not give that one the former route of the first."""
    resource = Resource(kind)
    assert up(telegent, resource) == ""
    telegent.drop(NUMBER)
    telegent.add(NUMBER, Tnid="TNID-another")

    assert up(telegent, resource, profile=DEFAULT) == ""

    assert any("was bought again" in line for line in telegent.said) == (kind == SINGLE)
    assert destroyed(telegent, resource) == ""
    assert telegent.routes()[NUMBER] == (route_of(DEFAULT) if kind == SINGLE else THEIRS)  # a group has no other id


def test_a_number_that_is_bought_again(telegent: TelegentAccount) -> None:
    """Another Tnid is another number: refresh drops the old one, the next `up` takes the new one over as it is."""
    resource = Resource(SINGLE)
    assert up(telegent, resource) == ""
    old = resource.copy()
    telegent.drop(NUMBER)
    telegent.add(NUMBER)

    assert Run(telegent).gone(resource)
    assert any("it was bought again" in line for line in telegent.said)
    telegent.forget_requests()
    Run(telegent).delete(old)
    assert telegent.writes == []
    resource.outputs = None
    assert up(telegent, resource) == ""
    assert destroyed(telegent, resource) == ""
    assert telegent.routes()[NUMBER] == NOTHING


def test_a_number_that_left_is_gone(telegent: TelegentAccount) -> None:
    """The details say 404, the inventory has no live row, and it is the account of the number."""
    resource = Resource(SINGLE)
    assert up(telegent, resource) == ""
    telegent.drop(NUMBER)

    assert Run(telegent).gone(resource)
    assert destroyed(telegent, resource) == ""


def test_a_dead_row_is_no_number(telegent: TelegentAccount) -> None:
    """The inventory keeps numbers that have left the account, each with the route that it had."""
    resource = Resource(GROUP)
    assert up(telegent, resource, NUMBER, OTHER) == ""
    telegent.edit(NUMBER, Status="Deleted")
    telegent.script("getNumber", status=404, body={"StatusCode": 404, "Message": "No."}, times=9)

    Run(telegent).refresh(resource)

    assert f"one-0: no longer in the account: {NUMBER}" in telegent.said[-1]


def test_another_accounts_key_forgets_nothing(telegent: TelegentAccount) -> None:
    """There the number is a 404 too; the account's identity, or the state's own route, decides."""
    resource = Resource(SINGLE)
    assert up(telegent, resource) == ""
    telegent.control("POST", "telegent-keys", {"AccountKey": "DID-others", "AccountIds": ["AID-others"]})
    telegent.key = "DID-others"

    with pytest.raises(Refused, match="nothing shows that these credentials belong to its account"):
        Run(telegent).gone(resource)
    with pytest.raises(Refused, match="nothing shows that these credentials belong to its account"):
        Run(telegent).delete(resource)

    telegent.control("POST", "telegent-keys", {"AccountKey": "DID-rotated"})
    telegent.key = "DID-rotated"
    telegent.drop(NUMBER)
    assert Run(telegent).gone(resource)  # the account has the route that the state names


def test_a_dead_row_of_another_account_is_no_evidence(
    telegent: TelegentAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That account had the number before, under the same name: a Telegent number has no id of its own account."""
    resource = Resource(SINGLE)
    assert up(telegent, resource) == ""
    telegent.control("POST", "telegent-keys", {"AccountKey": "DID-others", "AccountIds": ["AID-others"]})
    telegent.key = "DID-others"
    rows = ({"Number": NUMBER, "Status": "Deleted"},)
    monkeypatch.setattr(TelegentClient, "list_inventory", lambda _client: rows)

    with pytest.raises(Refused, match="nothing shows that these credentials belong to its account"):
        Run(telegent).gone(resource)
