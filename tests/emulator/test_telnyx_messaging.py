"""Telnyx's messaging settings of a number: frame, identifiers, PATCH semantics, products."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.emulator.client import NOBODY, ON_DEFAULT, TOLL_FREE, TWO_PRODUCTS, Client, refused
from tests.support.emulator.seed import ALERTS, DEFAULT, FIRST_ID

SETTINGS = f"/phone_numbers/{FIRST_ID}/messaging"


@pytest.mark.parametrize("key", [None, "", "Bearer", "Basic S0VZ", "Bearer KEYother", "KEYemulator"])
def test_a_known_bearer_key_is_needed(client: Client, key: str | None) -> None:
    """No key, an empty or unknown one, another scheme: 401 with 10009."""
    headers = {} if key is None else {"Authorization": key}

    refused(client.http.get(f"{client.url}/v2{SETTINGS}", headers=headers), 401, "10009")


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/messaging_phone_numbers",
        "/messaging_numbers/bulk_updates",
        f"/v2{SETTINGS}",
        f"{SETTINGS}/x",
    ],
)
def test_unknown_paths_are_404(client: Client, path: str) -> None:
    """Aliases that left the description, the other bulk spelling, a doubled prefix: 404 with 10005."""
    refused(client.telnyx("GET", path), 404, "10005")


def test_a_wrong_method_is_405(client: Client) -> None:
    """PUT is no method of the settings; the methods that are stand in Allow; 404 by setting."""
    answer = client.telnyx("PUT", SETTINGS, {})

    refused(answer, 405, "10015")
    assert answer.headers["allow"] == "GET, PATCH"
    assert answer.headers["x-ratelimit-limit"] == "1000"
    client.settings(telnyxWrongMethodStatus=404)
    assert client.telnyx("DELETE", SETTINGS).status_code == 404


@pytest.mark.parametrize("number", [FIRST_ID, "+15550100001", "%2B15550100001"])
def test_numbers_by_id_and_by_e164(client: Client, number: str) -> None:
    """The numeric id, and E.164 with a literal or an encoded plus; ids are text."""
    data = client.read(number)

    assert (data["id"], data["phone_number"]) == (FIRST_ID, "+15550100001")


@pytest.mark.parametrize("number", ["1", "15550100001", NOBODY, "+15550109999", "0" + FIRST_ID, "%20"])
def test_other_identifiers_are_404(client: Client, number: str) -> None:
    """Unknown ids, an order line's UUID, a number without its plus: 404 with 10005."""
    refused(client.telnyx("GET", f"/phone_numbers/{number}/messaging"), 404, "10005")
    refused(client.patch(number, messaging_product="A2P"), 404, "10005")


def test_foreign_numbers_do_not_exist(client: Client) -> None:
    """A number of another organization is 404, and in no list."""
    foreign = client.control("POST", "numbers", {"phone_number": "+15550300001", "organization_id": "other"})

    refused(client.telnyx("GET", f"/phone_numbers/{foreign['id']}/messaging"), 404, "10005")
    refused(client.telnyx("GET", "/phone_numbers/+15550300001"), 404, "10005")
    for path in ("/phone_numbers", "/phone_numbers/messaging"):
        assert client.telnyx("GET", path).json()["meta"]["total_results"] == 6


def test_the_settings_object(client: Client) -> None:
    """All documented fields, health never null, unassigned as null."""
    data = client.read()

    assert set(data) == {
        *("record_type", "id", "phone_number", "messaging_profile_id", "messaging_product", "traffic_type"),
        *("eligible_messaging_products", "country_code", "type", "features", "health", "tags", "organization_id"),
        *("created_at", "updated_at"),
    }
    assert data["messaging_profile_id"] is None
    assert data["type"] == "longcode"
    assert data["health"]["message_count"] == 12
    assert client.read(TOLL_FREE)["type"] == "tollfree"


def test_readings_of_the_settings_object(client: Client) -> None:
    """Both legal spellings of the type; unassigned as null, "" or not at all."""
    client.settings(telnyxTypeSpelling="long-code", telnyxUnassignedAs="")
    assert client.read()["type"] == "long-code"
    assert client.read(TOLL_FREE)["type"] == "toll-free"
    assert client.read()["messaging_profile_id"] == ""
    client.settings(telnyxUnassignedAs="absent")
    assert "messaging_profile_id" not in client.read()


def test_assign_and_unassign(client: Client) -> None:
    """A profile's id assigns, "" unassigns; the answer is the whole object after the change."""
    answer = client.patch(messaging_profile_id=DEFAULT)

    assert answer.status_code == 200
    assert answer.json()["data"] == client.read()
    assert client.read()["messaging_profile_id"] == DEFAULT
    assert client.patch(messaging_profile_id="").json()["data"]["messaging_profile_id"] is None
    assert client.number()["messaging_profile_id"] is None


@pytest.mark.parametrize(
    "fields",
    [{}, {"messaging_profile_id": None}, {"messaging_product": None}, {"messaging_profile_id": DEFAULT}],
)
def test_null_and_omission_keep(client: Client, fields: dict[str, Any]) -> None:
    """The null trap: 200, nothing changed, updated_at neither."""
    before = client.number(ON_DEFAULT)

    assert client.patch(ON_DEFAULT, **fields).status_code == 200

    assert client.number(ON_DEFAULT) == before


def test_updated_at_may_always_move(client: Client) -> None:
    """By setting, a change of nothing moves updated_at."""
    client.settings(telnyxTouchAlways=True)
    before = client.number()["updated_at"]

    client.patch()

    assert client.number()["updated_at"] != before


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"messaging_profile_id": NOBODY}, "10017"),
        ({"messaging_profile_id": "not-a-uuid"}, "10027"),
        ({"messaging_profile_id": 1}, "10026"),
        ({"messaging_profile_id": True}, "10026"),
        ({"messaging_product": ""}, "10027"),
        ({"messaging_product": 1}, "10026"),
        ({"messaging_product": "P2P"}, "40324"),
        ({"tags": "a"}, "10026"),
        ({"tags": [1]}, "10026"),
        ({"tags": None}, "10026"),
        ({"messagingProfileId": DEFAULT}, "10027"),
        ({"messaging_profile_id": ALERTS, "messaging_product": "P2P"}, "40324"),
        ({"messaging_profile_id": NOBODY, "tags": ["a"]}, "10017"),
    ],
)
def test_refused_changes_change_nothing(client: Client, fields: dict[str, Any], code: str) -> None:
    """422 with the code of the reason, and not one of several fields is applied."""
    before = client.state()

    refused(client.patch(**fields), 422, code)

    assert client.state() == before


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b'"x"'])
def test_a_body_that_is_no_object_is_400(client: Client, body: bytes) -> None:
    """A JSON object is required; 422 by setting."""
    more: Any = {"content": body, "headers": {"Content-Type": "application/json; charset=utf-8"}}

    refused(client.telnyx("PATCH", SETTINGS, **more), 400, "10015")
    client.settings(telnyxBadBodyStatus=422)
    refused(client.telnyx("PATCH", SETTINGS, **more), 422, "10015")


def test_another_content_type_is_415(client: Client) -> None:
    """Text is no JSON; by setting the content type does not matter."""
    more: Any = {"content": b"{}", "headers": {"Content-Type": "text/plain"}}

    refused(client.telnyx("PATCH", SETTINGS, **more), 415, "10015")
    client.settings(telnyxContentTypeChecked=False)
    assert client.telnyx("PATCH", SETTINGS, **more).status_code == 200


def test_statuses_of_refusals_are_settings(client: Client) -> None:
    """The statuses nobody documents can be others."""
    client.settings(
        telnyxUnknownProfileStatus=404,
        telnyxMalformedProfileStatus=400,
        telnyxWrongTypeStatus=400,
        telnyxProductRefusedStatus=409,
    )

    refused(client.patch(messaging_profile_id=NOBODY), 404, "10017")
    refused(client.patch(messaging_profile_id="x"), 400, "10027")
    refused(client.patch(messaging_profile_id=7), 400, "10026")
    refused(client.patch(messaging_product="P2P"), 409, "40324")


def test_a_product_change_needs_a_profile(client: Client) -> None:
    """Before or after the request: assigning in the same request, or leaving in it, is enough."""
    client.control("PATCH", f"numbers/{FIRST_ID}", {"eligible_messaging_products": ["A2P", "P2P"]})

    refused(client.patch(messaging_product="P2P"), 422, "40324")
    assert client.patch(messaging_product="A2P").status_code == 200
    assert client.patch(messaging_profile_id=DEFAULT, messaging_product="P2P").status_code == 200
    assert client.patch(messaging_profile_id="", messaging_product="A2P").status_code == 200
    client.settings(telnyxProductNeedsProfile=False)
    assert client.patch(messaging_product="P2P").status_code == 200


def test_p2p_drops_mms(client: Client) -> None:
    """P2P turns features.mms to null, A2P brings it back; the setting leaves it."""
    assert client.patch(TWO_PRODUCTS, messaging_product="P2P").json()["data"]["features"]["mms"] is None
    client.settings(telnyxP2PDropsMms=False)
    assert client.read(TWO_PRODUCTS)["features"]["mms"] is not None
    client.settings(telnyxP2PDropsMms=True)
    assert client.patch(TWO_PRODUCTS, messaging_product="A2P").json()["data"]["features"]["mms"] is not None


def test_eligibility_may_change_or_not_matter(client: Client) -> None:
    """A refusal may be followed by success; by setting any product is accepted."""
    client.settings(telnyxRefuseProduct=1)
    refused(client.patch(TWO_PRODUCTS, messaging_product="P2P"), 422, "40324")
    assert client.patch(TWO_PRODUCTS, messaging_product="P2P").status_code == 200

    client.settings(telnyxEligibilityStrict=False)
    assert client.patch(ON_DEFAULT, messaging_product="OTHER").json()["data"]["messaging_product"] == "OTHER"
    client.settings(telnyxEmptyProduct="keep")
    assert client.patch(ON_DEFAULT, messaging_product="").json()["data"]["messaging_product"] == "OTHER"


def test_a_patch_may_be_applied_by_halves(client: Client) -> None:
    """By setting the profile is changed although the product is refused."""
    client.settings(telnyxAllOrNothing=False)

    refused(client.patch(messaging_profile_id=ALERTS, messaging_product="P2P"), 422, "40324")

    assert client.number()["messaging_profile_id"] == ALERTS


def test_unassigning_may_reset_the_product(client: Client) -> None:
    """The product survives an unassignment, or not, by setting."""
    client.patch(TWO_PRODUCTS, messaging_product="P2P")
    assert client.patch(TWO_PRODUCTS, messaging_profile_id="").json()["data"]["messaging_product"] == "P2P"
    client.patch(TWO_PRODUCTS, messaging_profile_id=DEFAULT)
    client.settings(telnyxUnassignResetsProduct=True)

    assert client.patch(TWO_PRODUCTS, messaging_profile_id="").json()["data"]["messaging_product"] == "A2P"


def test_tags(client: Client) -> None:
    """Tags replace, are kept when omitted, and merge by setting."""
    assert client.patch(tags=["a", "b"]).json()["data"]["tags"] == ["a", "b"]
    client.patch(messaging_profile_id=DEFAULT)
    assert client.read()["tags"] == ["a", "b"]
    client.settings(telnyxTags="merge")
    assert client.patch(tags=["b", "c"]).json()["data"]["tags"] == ["a", "b", "c"]
    client.settings(telnyxTags="replace")
    assert client.patch(tags=[]).json()["data"]["tags"] == []


def test_unknown_keys_may_be_ignored(client: Client) -> None:
    """The live schema is open; so is the emulator by setting."""
    client.settings(telnyxLenientBody=True)

    assert client.patch(nonsense=1).status_code == 200
