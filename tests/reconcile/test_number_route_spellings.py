"""How Telegent's pages spell numbers, routes and rows, and what of them gets into the state."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pulumi_messaging.api.telegent import TelegentClient
from tests.support.emulator.seed import ALERTS
from tests.support.reconcile.groups import phone
from tests.support.reconcile.number_routes import NUMBER, OTHER, OURS, THEIRS, destroyed, up
from tests.support.reconcile.runs import GROUP, KINDS, SINGLE, Resource, Run
from tests.support.reconcile.telegent_numbers import NOTHING, TelegentAccount

READINGS = [
    {"telegentNumberSpelling": "digits"},
    {"telegentInventorySpelling": "lower"},
    {"telegentNoRouteAs": ""},
    {"telegentNoRouteAs": "absent"},
    {"telegentMixedBooleans": True, "telegentInventoryPageSize": 1},
]


@pytest.mark.parametrize("reading", READINGS, ids=lambda reading: next(iter(reading.items())))
@pytest.mark.parametrize("kind", KINDS)
def test_the_vendors_contradictions(telegent: TelegentAccount, kind: str, reading: dict[str, Any]) -> None:
    """However the pages spell numbers, keys, ids and "no route", nothing is seen as a change."""
    telegent.settings(**reading)
    telegent.edit(NUMBER, MessageRouteId=None)
    numbers = (NUMBER, OTHER) if kind == GROUP else (NUMBER,)
    resource = Resource(kind)
    assert up(telegent, resource, *numbers, onDestroy="detach") == ""
    telegent.forget_requests()
    for _ in range(2):
        Run(telegent).refresh(resource)
        assert up(telegent, resource, *numbers, onDestroy="detach") == ""
    assert telegent.writes == []
    assert destroyed(telegent, resource) == ""
    assert telegent.routes()[NUMBER] is None


def test_a_former_route_is_put_back_in_its_own_spelling(telegent: TelegentAccount) -> None:
    """A row with another spelling is not used: the vendor takes an id as it made it."""
    telegent.settings(telegentInventorySpelling="lower")
    resource = Resource(GROUP)
    assert up(telegent, resource, NUMBER, OTHER) == ""

    assert destroyed(telegent, resource) == ""

    assert telegent.routes() == {NUMBER: THEIRS, OTHER: NOTHING}


@pytest.mark.parametrize("kind", KINDS)
def test_a_route_in_another_spelling_is_the_same(telegent: TelegentAccount, kind: str) -> None:
    """The case of an id means nothing, whoever spelled it."""
    telegent.edit(NUMBER, MessageRouteId=OURS)
    resource, spelled = Resource(kind), f"MRID-{ALERTS.upper()}"
    assert up(telegent, resource, profile=spelled) == ""
    Run(telegent).refresh(resource)
    assert up(telegent, resource, profile=spelled) == ""
    assert telegent.writes == []


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_none_of_our_business_is_not_kept(telegent: TelegentAccount, kind: str) -> None:
    """Neither another service's credentials nor anything else of the number gets into the state."""
    telegent.edit(NUMBER, PortOutPin="4711-pin", QrActivationLink="https://esim.example.com/secret", Cnam="Jane Doe")
    resource = Resource(kind)
    assert up(telegent, resource) == ""
    Run(telegent).refresh(resource)

    text = json.dumps([resource.outputs, telegent.said])
    assert not any(secret in text for secret in ("4711", "esim", "Jane"))
    known = {"number", "messageRouteId", "tnid", "onDestroy", "__former", "__account", "__numbers"}
    assert resource.outputs is not None
    assert set(resource.outputs) <= known


def test_two_rows_of_a_number_are_one_number(telegent: TelegentAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Telegent number is its own id: no other id tells which one is meant."""
    rows = ({"Number": phone(5), "Status": "Active"},) * 2
    monkeypatch.setattr(TelegentClient, "list_inventory", lambda _client: rows)

    assert "(the account lists it as Active); check that the number is in the account" in up(
        telegent, Resource(SINGLE), phone(5)
    )
