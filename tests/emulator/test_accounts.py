"""Several keys and accounts at once: rotated keys, other owners, and the identities that answers show."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.emulator.client import ACCOUNT, Client, declined, refused
from tests.support.emulator.seed import ACCOUNT_KEY, API_KEY, DEFAULT, FIRST, FIRST_ID

ROTATED = {"AccountKey": "DID-rotated", "AccountSecret": "new-secret"}
OTHERS = {"AccountKey": "DID-others", "AccountSecret": "other-secret", "AccountIds": ["AID-others"]}
ORGANIZATION = "11111111-2222-4333-8444-555555555555"


def _as(client: Client, pair: dict[str, Any]) -> Client:
    """The same emulator, asked with another AccountKey."""
    other = Client(client.http, client.url)
    other.account = {name: pair[name] for name in ("AccountKey", "AccountSecret")}
    return other


def _status(client: Client, key: str, path: str, body: Any = None) -> int:
    method = "GET" if body is None else "PATCH"
    headers = {"Authorization": f"Bearer {key}"}
    return client.http.request(method, f"{client.url}/v2{path}", headers=headers, json=body).status_code


# Telegent ------------------------------------------------------------------------------------------------------------


def test_a_rotated_account_key_is_the_same_account(client: Client) -> None:
    """Both keys see the routes while both exist; the old one's tokens end with it."""
    route_id = client.made()
    client.control("POST", "telegent-keys", ROTATED)
    rotated = _as(client, ROTATED)
    assert rotated.get(route_id).json() == client.get(route_id).json()

    client.control("DELETE", f"telegent-keys/{ACCOUNT_KEY}")

    declined(client.ask_token(**ACCOUNT, ApiEndpoint="https://api.telegent.com/v1.0/message/routes"), 401)
    declined(client.get(route_id), 401)
    assert rotated.delete(route_id).status_code == 200


def test_another_distributor_sees_nothing(client: Client) -> None:
    """Routes and numbers of one distributor are missing for the other, who may not use them either."""
    route_id = client.made()
    client.control("POST", "telegent-keys", OTHERS)
    client.control("POST", "telegent-numbers", {"Number": "+15550209999", "AccountId": "AID-others"})
    others = _as(client, OTHERS)

    declined(others.get(route_id), 404)
    declined(others.create(AccountId="AID-emulator"), 404)
    assert others.routes()["Results"] == []
    listed = others.telegent("GET", "/numbers/inventory").json()
    assert (listed["AccountId"], [row["Number"] for row in listed["PhoneNumbers"]]) == ("AID-others", ["+15550209999"])
    assert "AccountId" not in listed["PhoneNumbers"][0]
    declined(client.telegent("GET", "/numbers", params={"Number": "+15550209999"}), 404)
    declined(others.telegent("POST", "/numbers/update", {"Number": "+15550200001", "VoiceEnabled": True}), 404)
    declined(others.telegent("POST", "/numbers/update", {"Number": "+15550209999", "MessageRouteId": route_id}), 400)
    assert others.create().json()["AccountId"] == "AID-others"


def test_the_first_account_of_a_key_is_its_default(client: Client) -> None:
    """A key has one account or several; a route that names none is made in the first."""
    client.control("PATCH", f"telegent-keys/{ACCOUNT_KEY}", {"AccountIds": ["AID-emulator-2", "AID-emulator"]})
    assert client.create().json()["AccountId"] == "AID-emulator-2"
    assert client.create(AccountId="AID-emulator").json()["AccountId"] == "AID-emulator"

    client.control("PATCH", f"telegent-keys/{ACCOUNT_KEY}", {"AccountIds": ["AID-emulator"]})

    assert [row["AccountID"] for row in client.routes()["Results"]] == ["AID-emulator"]
    declined(client.create(AccountId="AID-emulator-2"), 404)


def test_the_account_may_not_be_shown(client: Client) -> None:
    """Neither in a route nor in the list."""
    client.settings(telegentAccountIdShown=False)
    created = client.create().json()
    listed = client.routes()

    assert not {key for answer in (created, listed, *listed["Results"]) for key in answer if key.startswith("Account")}
    assert client.get(created["MessageRouteId"]).json() == created


# Telnyx --------------------------------------------------------------------------------------------------------------


def test_a_rotated_api_key_is_the_same_organization(client: Client) -> None:
    """The new key sees what the old one saw, and the old one is refused once it is deleted."""
    client.control("POST", "telnyx-keys", {"key": "KEYrotated"})
    client.control("DELETE", f"telnyx-keys/{API_KEY}")

    assert _status(client, "KEYrotated", f"/phone_numbers/{FIRST_ID}/messaging") == 200
    refused(client.telnyx("GET", f"/phone_numbers/{FIRST_ID}/messaging"), 401, "10009")


def test_another_organization_has_its_own(client: Client) -> None:
    """Numbers, profiles and bulk updates of one organization do not exist for the other."""
    client.control("POST", "telnyx-keys", {"key": "KEYothers", "organization_id": ORGANIZATION})
    theirs = client.control("POST", "numbers", {"phone_number": FIRST, "organization_id": ORGANIZATION})
    body = {"messaging_profile_id": DEFAULT, "numbers": [FIRST]}
    order = client.telnyx("POST", "/messaging_numbers_bulk_updates", body).json()["data"]["order_id"]
    headers = {"Authorization": "Bearer KEYothers"}

    for path, total in (("/phone_numbers", 1), ("/phone_numbers/messaging", 1), ("/messaging_profiles", 0)):
        assert client.telnyx("GET", path, headers=headers).json()["meta"]["total_results"] == total
    assert client.telnyx("GET", f"/phone_numbers/{FIRST}", headers=headers).json()["data"]["id"] == theirs["id"]
    assert _status(client, "KEYothers", f"/phone_numbers/{FIRST_ID}/messaging") == 404
    assert _status(client, "KEYothers", f"/messaging_profiles/{DEFAULT}") == 404
    assert _status(client, "KEYothers", f"/messaging_numbers_bulk_updates/{order}") == 404
    assign = {"messaging_profile_id": DEFAULT}
    assert _status(client, "KEYothers", f"/phone_numbers/{theirs['id']}/messaging", assign) == 422
    made = client.telnyx("POST", "/messaging_profiles", {"name": "p", "whitelisted_destinations": ["US"]})
    assert made.json()["data"]["organization_id"] != ORGANIZATION


def test_the_organization_may_not_be_shown(client: Client) -> None:
    """Rows had no organization_id before about 2026-02."""
    client.settings(telnyxOrganizationIdShown=False)
    answers = [client.read(), *client.telnyx("GET", "/phone_numbers/messaging").json()["data"], client.assign().json()]
    answers += client.telnyx("GET", "/messaging_profiles").json()["data"]

    assert not [answer for answer in answers if "organization_id" in answer]
    assert client.number()["organization_id"]


# All -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["telegent-keys", "telnyx-keys"])
def test_keys_need_their_text(client: Client, path: str) -> None:
    """A key is named; one that exists is refused."""
    assert client.http.post(f"{client.url}/_emulator/{path}", json={}).status_code == 400
    known = {"AccountKey": ACCOUNT_KEY, "key": API_KEY}
    assert client.http.post(f"{client.url}/_emulator/{path}", json=known).status_code == 409
