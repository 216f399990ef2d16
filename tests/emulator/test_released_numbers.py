"""Telnyx numbers that leave the account, come back under another id, or stand there twice."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.emulator.client import Client, refused
from tests.support.emulator.seed import DEFAULT, SECOND, SECOND_ID

LISTS = ("/phone_numbers", "/phone_numbers/messaging", f"/messaging_profiles/{DEFAULT}/phone_numbers")


def _ids(client: Client, path: str, **query: str) -> list[str]:
    rows = client.telnyx("GET", path, params=query).json()["data"]
    return [row["id"] for row in rows if row["phone_number"] == SECOND]


def _leaves(client: Client, status: str) -> Any:
    return client.control("PATCH", f"numbers/{SECOND_ID}", {"status": status})


@pytest.mark.parametrize("status", ["deleted", "ported-out", "port-failed", "purchase-pending"])
def test_a_number_without_settings_stays_listed(client: Client, status: str) -> None:
    """Its status is in /phone_numbers; settings, bulk updates and lists of settings do not have it."""
    _leaves(client, status)

    for number in (SECOND_ID, SECOND):
        refused(client.telnyx("GET", f"/phone_numbers/{number}/messaging"), 404, "10005")
        refused(client.patch(number, tags=["a"]), 404, "10005")
    assert [_ids(client, path) for path in LISTS] == [[SECOND_ID], [], []]
    assert client.telnyx("GET", f"/phone_numbers/{SECOND_ID}").json()["data"]["status"] == status
    assert _ids(client, "/phone_numbers", **{"filter[status]": status}) == [SECOND_ID]
    assert _ids(client, "/phone_numbers", **{"filter[status]": "active"}) == []
    body = {"phone_numbers": [SECOND]}
    found = client.telnyx("POST", "/phone_numbers/actions/verify_ownership", body).json()["data"]
    assert found["not_found"] == [SECOND]


@pytest.mark.parametrize("status", ["port-out-pending", "emergency-only"])
def test_a_number_that_still_works_keeps_its_settings(client: Client, status: str) -> None:
    """A port that has not happened yet changes nothing."""
    _leaves(client, status)

    assert client.patch(SECOND_ID, tags=["a"]).status_code == 200
    assert "status" not in client.read(SECOND_ID)


def test_a_number_is_bought_again(client: Client) -> None:
    """The same E.164 under another id, with the settings of a new number; the old row stays, dead."""
    _leaves(client, "deleted")
    again = client.control("POST", "numbers", {"phone_number": SECOND})["id"]

    assert [_ids(client, path) for path in LISTS] == [[SECOND_ID, again], [again], []]
    assert client.read(SECOND)["id"] == again
    assert client.read(again)["messaging_profile_id"] is None
    refused(client.telnyx("GET", f"/phone_numbers/{SECOND_ID}/messaging"), 404, "10005")
    assert client.control("PATCH", f"numbers/{SECOND}", {"tags": ["newest"]})["id"] == again


def test_one_number_may_stand_there_twice(client: Client) -> None:
    """Two live rows of one E.164, in both lists."""
    twin = client.control("POST", "numbers", {"phone_number": SECOND})["id"]

    assert _ids(client, "/phone_numbers") == _ids(client, "/phone_numbers/messaging") == [SECOND_ID, twin]
