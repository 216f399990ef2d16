"""Telegent's numbers: the inventory that guards a route's deletion."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.emulator.client import Client, declined

NUMBER = "+15550200001"


def _page(client: Client, **query: str) -> Any:
    return client.telegent("GET", "/numbers/inventory", params=query)


def _move(client: Client, **fields: Any) -> Any:
    return client.telegent("POST", "/numbers/update", {"Number": NUMBER, **fields})


def test_the_inventory_has_pages(client: Client) -> None:
    """Two to a page by default, page numbers as text, the total on every page, an empty page after the last."""
    pages = [_page(client, PageNumber=str(number)).json() for number in (1, 2, 3)]

    assert [[row["Number"][-1] for row in page["PhoneNumbers"]] for page in pages] == [["1", "2"], ["3"], []]
    assert {page["TotalResults"] for page in pages} == {3}
    assert [page["PageNumber"] for page in pages] == ["1", "2", "3"]
    assert set(pages[0]) == {"AccountId", "TotalResults", "PageNumber", "Filter", "PhoneNumbers"}
    assert len(pages[0]["PhoneNumbers"][0]) == 20


def test_inventory_booleans_are_mixed(client: Client) -> None:
    """One row has true and the next "true"; a setting makes them all booleans."""
    rows = _page(client).json()["PhoneNumbers"]
    assert [row["MessageEnabled"] for row in rows] == [True, "true"]

    client.settings(telegentMixedBooleans=False, telegentInventoryPageSize=10)

    assert [row["MessageEnabled"] for row in _page(client).json()["PhoneNumbers"]] == [True, True, True]


def test_the_inventory_filter(client: Client) -> None:
    """Active and All are the samples' values; others are 400, and so are bad page numbers."""
    client.control("PATCH", f"telegent-numbers/{NUMBER}", {"Status": "Suspended"})

    assert _page(client, Filter="Active").json()["TotalResults"] == 2
    assert _page(client, Filter="All").json()["TotalResults"] == 3
    for wrong in ({"Filter": "Some"}, {"PageNumber": "0"}, {"PageNumber": "a"}, {"TotalNumbersRequested": "x"}):
        declined(_page(client, **wrong), 400)


@pytest.mark.parametrize("name", ["Number", "PhoneNumber", "ICCID"])
def test_one_number(client: Client, name: str) -> None:
    """By number or card; TNID and A2P are in capitals here."""
    client.control("PATCH", f"telegent-numbers/{NUMBER}", {"Iccid": "8901"})

    answer = client.telegent("GET", "/numbers", params={name: "8901" if name == "ICCID" else NUMBER}).json()

    assert (answer["Number"], answer["NumberType"], answer["MessageType"]) == (NUMBER, "Mobile", "A2P")
    assert answer["TNID"].startswith("TNID-")
    assert "Tnid" not in answer


def test_a_number_needs_its_plus_encoded(client: Client) -> None:
    """A raw + in a query is a space; nothing and unknown numbers are refused."""
    declined(client.http.get(f"{client.url}/v1.0/numbers?Number={NUMBER}", headers=_token(client)), 404)
    declined(client.telegent("GET", "/numbers", params={"Number": "+15550299999"}), 404)
    declined(client.telegent("GET", "/numbers"), 400)


def test_a_number_moves_to_a_route(client: Client) -> None:
    """The answer is a complete order; null takes the number off; the rest of the number stays."""
    route_id = client.made()
    before = client.state()["telegentNumbers"][0]

    answer = _move(client, MessageRouteId=route_id).json()

    assert (answer["MessageRouteId"], answer["UpdateOrderStatus"]) == (route_id, "Complete")
    assert "AssignedSubscriberId" not in answer
    assert client.state()["telegentNumbers"][0] == {**before, "MessageRouteId": route_id}
    assert _move(client, MessageRouteId=None).json()["MessageRouteId"] is None


def test_wrong_moves(client: Client) -> None:
    """Unknown route 400, unknown number 404, enabling without a route 400, wrong values and keys 400."""
    declined(_move(client, MessageRouteId="MRID-none"), 400)
    declined(_move(client, Number="+15550299999"), 404)
    declined(_move(client, MessageEnabled=True), 400)
    declined(_move(client, MessageType="A2P"), 400)
    declined(_move(client, Nonsense=1), 400)
    client.settings(telegentUnknownRouteStatus=404)
    declined(_move(client, MessageRouteId="MRID-none"), 404)
    client.settings(telegentUnknownRouteStatus=0)
    assert _move(client, MessageRouteId="MRID-none").status_code == 200


def test_an_order_may_be_pending(client: Client) -> None:
    """The change is made a while later; a failed order changes nothing."""
    route_id = client.made()
    client.settings(telegentNumberOrderStatus="Failed")
    assert _move(client, MessageRouteId=route_id).json()["UpdateOrderStatus"] == "Failed"
    assert _details(client)["MessageRouteId"] is None
    client.settings(telegentNumberOrderStatus="Pending")

    assert _move(client, MessageRouteId=route_id).json()["UpdateOrderStatus"] == "Pending"

    assert _details(client)["MessageRouteId"] is None
    client.settings(clockOffsetSeconds=3.0)
    assert _page(client).json()["PhoneNumbers"][0]["MessageRouteId"] == route_id
    assert _details(client)["MessageRouteId"] == route_id


def test_null_may_not_take_a_number_off(client: Client) -> None:
    """It is not documented: it may be refused, or ignored, as any update may be."""
    route_id = client.made()
    _move(client, MessageRouteId=route_id)
    client.settings(telegentNullRoute="refuse")
    declined(_move(client, MessageRouteId=None), 400)
    client.settings(telegentNullRoute="keep")
    assert _move(client, MessageRouteId=None).json()["MessageRouteId"] == route_id
    client.settings(telegentNullRoute="detach", telegentIgnoreNumberUpdates=True)

    assert _move(client, MessageRouteId=None).json()["MessageRouteId"] == route_id
    assert _details(client)["MessageRouteId"] == route_id


def test_other_spellings(client: Client) -> None:
    """Numbers without a plus, which is then accepted too; another key and case in the inventory; no route."""
    route_id = client.made()
    client.settings(telegentNumberSpelling="digits", telegentInventorySpelling="lower", telegentNoRouteAs="absent")
    assert _move(client, Number=NUMBER.removeprefix("+"), MessageRouteId=route_id).json()["Number"] == NUMBER[1:]

    rows = _page(client).json()["PhoneNumbers"]

    assert (rows[0]["Number"], rows[0]["messageRouteID"]) == (NUMBER[1:], route_id.lower())
    assert "messageRouteID" not in rows[1]
    client.settings(telegentNoRouteAs="")
    assert _page(client).json()["PhoneNumbers"][1]["messageRouteID"] == ""


def _details(client: Client) -> Any:
    return client.telegent("GET", "/numbers", params={"Number": NUMBER}).json()


def _token(client: Client) -> dict[str, str]:
    return {"Authorization": f"Bearer {client.token('/v1.0/numbers')}"}
