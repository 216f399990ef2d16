"""Telegent's message routes: the other readings of the documentation, deletion, and faults."""

from __future__ import annotations

import httpx
import pytest

from tests.support.emulator.client import FULL_ROUTE, ROUTE, ROUTE_KEYS, Client, declined


@pytest.fixture(autouse=True)
def _unlimited(client: Client) -> None:
    client.settings(telegentRequestsPerMinute=0)


@pytest.mark.parametrize(("how", "shown"), [("clear", "password"), ("masked", "********"), ("null", None)])
def test_secrets_in_answers(client: Client, how: str, shown: str | None) -> None:
    """Secrets read back in clear text, masked or null; in create, get, update and list alike."""
    client.settings(telegentReturnSecrets=how)
    created = client.create(**FULL_ROUTE).json()
    route_id = created["MessageRouteId"]
    answers = [created, client.get(route_id).json(), client.update(route_id).json(), client.routes()["Results"][0]]

    assert {answer["MessagePasswordToken"] for answer in answers} == {shown}
    assert created["CallbackMessageUsername"] is None


def test_answers_may_lack_secrets_and_unset_fields(client: Client) -> None:
    """Secrets may be missing; so may every field that was never set."""
    client.settings(telegentReturnSecrets="absent")
    assert set(client.create(**FULL_ROUTE).json()) == ROUTE_KEYS - {
        "MessagePasswordToken",
        "CallbackMessagePasswordToken",
    }

    client.settings(telegentReturnSecrets="clear", telegentUnsetAs="absent")

    assert set(client.create().json()) == {"MessageRouteId", "AccountId", "MessageRouteEnabled", *ROUTE}


def test_the_best_practices_shape(client: Client) -> None:
    """The three booleans are returned and three credential keys are not."""
    client.settings(telegentReturnFlags=True)

    answer = client.create(**FULL_ROUTE).json()

    assert (answer["InboundBypass"], answer["OutboundBypass"], answer["IntelligentRouteEnabled"]) == (True, False, True)
    gone = {"MessagePasswordToken", "CallbackMessageUsername", "CallbackMessagePasswordToken"}
    assert set(answer) == ROUTE_KEYS - gone | {"InboundBypass", "OutboundBypass", "IntelligentRouteEnabled"}


def test_enabled_may_be_echoed_wrongly(client: Client) -> None:
    """Write answers negate it, as the vendor's sample does; reads are right."""
    client.settings(telegentEchoEnabledWrong=True)
    answer = client.create(MessageRouteEnabled=True).json()

    assert answer["MessageRouteEnabled"] is False
    assert client.get(answer["MessageRouteId"]).json()["MessageRouteEnabled"] is True


def test_delete(client: Client) -> None:
    """Exactly two keys, the id under MRID; the second time 404."""
    route_id = client.made()

    assert client.delete(route_id).json() == {"MessageRouteStatus": "Deleted", "MRID": route_id}
    declined(client.delete(route_id), 404)
    assert client.state()["routes"] == []


def test_delete_of_a_route_in_use(client: Client) -> None:
    """Refused with 400; by setting it succeeds and orphans the number."""
    route_id = client.made()
    client.telegent("POST", "/numbers/update", {"Number": "+15550200001", "MessageRouteId": route_id})

    declined(client.delete(route_id), 400)
    client.settings(telegentDeleteInUse="allow")
    assert client.delete(route_id).status_code == 200
    assert client.state()["telegentNumbers"][0]["MessageRouteId"] == route_id


def test_delete_may_not_exist(client: Client) -> None:
    """No page of the vendor documents it, so a setting takes it away."""
    route_id = client.made()
    client.settings(telegentDeleteSupported=False)

    answer = client.delete(route_id)

    declined(answer, 405)
    assert client.get(route_id).status_code == 200


def test_lost_answers(client: Client) -> None:
    """A create may take effect and lose its answer, so many times as asked for."""
    client.settings(telegentDropAfterCreate=1)
    client.token("/v1.0/message/routes")

    with pytest.raises((httpx.TransportError, ConnectionError)):
        client.create()
    assert len(client.state()["routes"]) == 1
    assert client.log()[-1]["status"] is None
    assert client.create().status_code == 200


def test_the_list_may_lag(client: Client) -> None:
    """For a while a new route is not listed and a deleted one still is."""
    old = client.made()
    client.settings(telegentListLagSeconds=30, clockOffsetSeconds=60)
    new = client.made()
    client.delete(old)

    assert [row["MessageRouteId"] for row in client.routes()["Results"]] == [old]
    assert client.get(new).status_code == 200
    client.settings(clockOffsetSeconds=91)
    assert [row["MessageRouteId"] for row in client.routes()["Results"]] == [new]


def test_the_list_may_be_short(client: Client) -> None:
    """TotalRoutes above the number of Results."""
    client.made()
    client.settings(telegentListShort=True)

    answer = client.routes()

    assert (answer["TotalRoutes"], len(answer["Results"])) == (2, 1)


def test_reads_may_be_stale(client: Client) -> None:
    """For some seconds after an update a read shows what was before."""
    client.settings(telegentStaleReadSeconds=10)
    route_id = client.made()
    client.update(route_id, RouteName="new")

    assert client.get(route_id).json()["RouteName"] == "sms"
    client.settings(clockOffsetSeconds=11)
    assert client.get(route_id).json()["RouteName"] == "new"


def test_a_200_may_be_unsuccessful(client: Client) -> None:
    """Successful false in a 200: nothing was done."""
    client.settings(telegentUnsuccessful=True)

    answer = client.create()

    assert (answer.status_code, answer.json()["Successful"]) == (200, False)
    assert client.state()["routes"] == []


def test_unknown_keys_may_be_ignored(client: Client) -> None:
    """The lenient reading stores what it knows."""
    client.settings(telegentLenientBody=True)

    assert client.create(Nonsense=1).status_code == 200
    assert "Nonsense" not in client.state()["routes"][0]
