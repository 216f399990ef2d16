"""Telnyx's lists, bulk updates, profiles and phone numbers."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.emulator.client import NOBODY, ON_DEFAULT, TOLL_FREE, Client, refused
from tests.support.emulator.seed import ALERTS, DEFAULT, FIRST_ID

BULK = "/messaging_numbers_bulk_updates"
PROFILE = {"name": "new", "whitelisted_destinations": ["US"]}


def _list(client: Client, path: str = "/phone_numbers/messaging", **query: Any) -> Any:
    names = {name.replace("__", "][").replace("_of_", "[") + ("]" if "_of_" in name else ""): name for name in query}
    return client.telnyx("GET", path, params={wire: query[name] for wire, name in names.items()})


def _ids(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [row["id"][-1] for row in answer.json()["data"]]


# Lists --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/phone_numbers/messaging", "/phone_numbers", f"/messaging_profiles/{DEFAULT}/phone_numbers"]
)
def test_lists_have_pages_and_full_meta(client: Client, path: str) -> None:
    """Twenty to a page by default, integers in meta, empty data after the last page."""
    total = 2 if DEFAULT in path else 6
    first = _list(client, path, page_of_size=1).json()

    assert first["meta"] == {"page_number": 1, "page_size": 1, "total_pages": total, "total_results": total}
    assert len(first["data"]) == 1
    assert _list(client, path).json()["meta"]["page_size"] == 20
    after = _list(client, path, page_of_size=250, page_of_number=2).json()
    assert (after["data"], after["meta"]["total_pages"]) == ([], 1)


@pytest.mark.parametrize(
    ("name", "value"), [("size", "0"), ("size", "251"), ("size", "x"), ("number", "0"), ("number", "-1")]
)
def test_pages_out_of_range_are_422(client: Client, name: str, value: str) -> None:
    """10033, and the parameter's name; by setting they are pulled into range."""
    answer = _list(client, **{f"page_of_{name}": value})

    refused(answer, 422, "10033")
    assert answer.json()["errors"][0]["source"] == {"parameter": f"page[{name}]"}
    client.settings(telnyxPageOutOfRange="clamp")
    assert _list(client, **{f"page_of_{name}": value}).status_code == 200


def test_filters_of_the_settings_list(client: Client) -> None:
    """Exact numbers, several with commas, parts, profile, type without a hyphen, and an order."""
    assert _ids(_list(client, filter_of_phone_number="+15550100002")) == ["2"]
    assert _ids(_list(client, filter_of_phone_number="+15550100001,+15550100004,+15550199999")) == ["1", "4"]
    assert _ids(_list(client, filter_of_phone_number="5550100002")) == []
    assert _ids(_list(client, filter_of_phone_number__contains="00005")) == ["5"]
    assert _ids(_list(client, filter_of_messaging_profile_id=DEFAULT)) == ["2", "3"]
    assert _ids(_list(client, filter_of_type="tollfree")) == ["6"]
    assert _ids(_list(client, sort_of_phone_number="desc", page_of_size=2)) == ["6", "5"]


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/phone_numbers/messaging", {"filter_of_type": "toll-free"}),
        ("/phone_numbers/messaging", {"filter_of_messaging_profile_id": "x"}),
        ("/phone_numbers/messaging", {"filter_of_unassigned": "true"}),
        ("/phone_numbers", {"filter_of_phone_number": "12"}),
        ("/phone_numbers", {"filter_of_messaging_profile_id": DEFAULT}),
        ("/messaging_profiles", {"filter_of_id": DEFAULT}),
    ],
)
def test_wrong_filters_are_refused(client: Client, path: str, query: dict[str, str]) -> None:
    """Unknown filters and wrong values are 400 with 10031: a typo must not find everything."""
    refused(_list(client, path, **query), 400, "10031")


def test_the_number_list_matches_parts(client: Client) -> None:
    """Digits anywhere in the number; a plus finds, or finds nothing by setting."""
    assert _ids(_list(client, "/phone_numbers", filter_of_phone_number="550100")) == list("123456")
    assert _ids(_list(client, "/phone_numbers", filter_of_phone_number="15550100004")) == ["4"]
    assert _ids(_list(client, "/phone_numbers", filter_of_phone_number="+15550100004")) == ["4"]
    assert _ids(_list(client, "/phone_numbers", filter_of_phone_number="(555)0100004")) == []
    client.settings(telnyxPlusInFilter=False)
    assert _ids(_list(client, "/phone_numbers", filter_of_phone_number="+15550100004")) == []


def test_other_filters_of_the_number_list(client: Client) -> None:
    """Tag, customer reference, country, status, and an order."""
    client.telnyx("PATCH", f"/phone_numbers/{TOLL_FREE}", {"tags": ["blue"], "customer_reference": "ref-6"})

    assert _ids(_list(client, "/phone_numbers", filter_of_tag="blue")) == ["6"]
    assert _ids(_list(client, "/phone_numbers", filter_of_customer_reference="ref")) == ["6"]
    assert _ids(_list(client, "/phone_numbers", filter_of_country_iso_alpha2="CA")) == []
    assert _ids(_list(client, "/phone_numbers", filter_of_status="deleted")) == []
    assert len(_ids(_list(client, "/phone_numbers", filter_of_status="active", sort="phone_number"))) == 6


# Phone numbers -------------------------------------------------------------------------------------------------------


def test_a_phone_number(client: Client) -> None:
    """No product and no features here; the profile's key is missing when there is none."""
    data = client.telnyx("GET", f"/phone_numbers/{ON_DEFAULT}").json()["data"]
    assert (data["messaging_profile_id"], data["messaging_profile_name"]) == (DEFAULT, "default")
    assert not {"messaging_product", "features"} & set(data)

    assert "messaging_profile_id" not in client.telnyx("GET", f"/phone_numbers/{FIRST_ID}").json()["data"]
    client.settings(telnyxNumberUnassignedAs="null")
    assert client.telnyx("GET", f"/phone_numbers/{FIRST_ID}").json()["data"]["messaging_profile_id"] is None


def test_the_wrong_door(client: Client) -> None:
    """Messaging is not reachable through PATCH /phone_numbers/{id}; tags and pin are."""
    wrong = client.telnyx("PATCH", f"/phone_numbers/{FIRST_ID}", {"messaging_profile_id": DEFAULT})

    refused(wrong, 422, "10027")
    assert "not reachable here" in wrong.json()["errors"][0]["detail"]
    assert client.number()["messaging_profile_id"] is None
    answer = client.telnyx("PATCH", f"/phone_numbers/{FIRST_ID}", {"external_pin": "1234", "tags": ["x"]})
    assert answer.json()["data"]["external_pin"] == "1234"
    assert client.read()["tags"] == ["x"]


def test_verify_ownership(client: Client) -> None:
    """Up to a thousand numbers to their ids; unknown ones are named."""
    path = "/phone_numbers/actions/verify_ownership"
    numbers = ["+15550100001", "+15550199999", "+15550100001"]

    data = client.telnyx("POST", path, {"phone_numbers": numbers}).json()["data"]

    assert data["found"] == [{"id": FIRST_ID, "number_val_e164": "+15550100001"}]
    assert data["not_found"] == ["+15550199999"]
    refused(client.telnyx("POST", path, {"phone_numbers": ["15550100001"]}), 422, "10016")
    refused(client.telnyx("POST", path, {"phone_numbers": []}), 422, "10027")
    refused(client.telnyx("POST", path, {}), 422, "10004")


# Bulk updates --------------------------------------------------------------------------------------------------------


def _order(client: Client, *numbers: str, profile: str = ALERTS, **more: Any) -> Any:
    return client.telnyx("POST", BULK, {"messaging_profile_id": profile, "numbers": list(numbers), **more})


def test_a_bulk_update(client: Client) -> None:
    """Everything pending first, done at the first poll; unknown numbers fail; a repeat is a new order."""
    answer = _order(client, "+15550100001", "+15550199999", assign_only=True)
    order = answer.json()["data"]

    assert answer.status_code == 200
    assert (order["pending"], order["success"], order["failed"]) == (["+15550100001", "+15550199999"], [], [])
    assert client.number()["messaging_profile_id"] is None
    done = client.telnyx("GET", f"{BULK}/{order['order_id']}").json()["data"]
    assert (done["pending"], done["success"], done["failed"]) == ([], ["+15550100001"], ["+15550199999"])
    assert client.number()["messaging_profile_id"] == ALERTS
    assert client.telnyx("GET", f"{BULK}/{order['order_id']}").json()["data"] == done
    assert _order(client, "+15550100001").json()["data"]["order_id"] != order["order_id"]


def test_a_bulk_update_unassigns(client: Client) -> None:
    """An empty profile takes each number off its own."""
    order = _order(client, "+15550100002", "+15550100003", profile="").json()["data"]
    client.telnyx("GET", f"{BULK}/{order['order_id']}")

    assert _ids(_list(client, filter_of_messaging_profile_id=DEFAULT)) == []


def test_a_bulk_update_takes_polls_or_time(client: Client) -> None:
    """So many polls, or so many seconds, or neither."""
    client.settings(telnyxBulkPolls=2, telnyxBulkSeconds=5)
    path = f"{BULK}/{_order(client, '+15550100001').json()['data']['order_id']}"
    polls = [client.telnyx("GET", path).json()["data"]["pending"] for _ in range(3)]
    assert polls == [["+15550100001"]] * 3
    client.settings(clockOffsetSeconds=6)
    assert client.telnyx("GET", path).json()["data"]["pending"] == []

    client.settings(telnyxBulkPolls=0, telnyxBulkSeconds=0)

    assert _order(client, "+15550100004").json()["data"]["success"] == ["+15550100004"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"numbers": ["+15550100001"]}, "10004"),
        ({"messaging_profile_id": ALERTS}, "10004"),
        ({"messaging_profile_id": None, "numbers": ["+15550100001"]}, "10026"),
        ({"messaging_profile_id": NOBODY, "numbers": ["+15550100001"]}, "10017"),
        ({"messaging_profile_id": ALERTS, "numbers": []}, "10027"),
        ({"messaging_profile_id": ALERTS, "numbers": "+15550100001"}, "10026"),
        ({"messaging_profile_id": ALERTS, "numbers": ["15550100001"]}, "10016"),
        ({"messaging_profile_id": ALERTS, "numbers": [FIRST_ID]}, "10016"),
        ({"messaging_profile_id": ALERTS, "numbers": ["+15550100001"], "messaging_product": "A2P"}, "10027"),
    ],
)
def test_wrong_bulk_updates_are_422(client: Client, body: dict[str, Any], code: str) -> None:
    """Both keys, no null, E.164 only, no product; no order is made."""
    refused(client.telnyx("POST", BULK, body), 422, code)

    assert client.state()["bulkUpdates"] == []


def test_readings_of_bulk_updates(client: Client) -> None:
    """Unknown orders are 404; by settings null keeps and unknown numbers are refused at once."""
    refused(client.telnyx("GET", f"{BULK}/{NOBODY}"), 404, "10005")
    client.settings(telnyxBulkNullProfile="keep", telnyxBulkUnknown="refuse")
    refused(_order(client, "+15550199999"), 422, "10017")
    body = {"messaging_profile_id": None, "numbers": ["+15550100002"]}
    order = client.telnyx("POST", BULK, body).json()["data"]
    assert client.telnyx("GET", f"{BULK}/{order['order_id']}").json()["data"]["success"] == ["+15550100002"]
    assert client.number(ON_DEFAULT)["messaging_profile_id"] == DEFAULT


# Profiles ------------------------------------------------------------------------------------------------------------


def test_a_profiles_life(client: Client) -> None:
    """Create answers 200 with defaults, PATCH changes what is sent, DELETE answers the deleted object."""
    created = client.telnyx("POST", "/messaging_profiles", PROFILE)
    profile = created.json()["data"]
    path = f"/messaging_profiles/{profile['id']}"

    assert created.status_code == 200
    assert (profile["enabled"], profile["webhook_api_version"], profile["webhook_url"]) == (True, "2", None)
    changed = client.telnyx("PATCH", path, {"webhook_url": "https://hooks.example.com/in"}).json()["data"]
    assert {**changed, "webhook_url": None, "updated_at": profile["updated_at"]} == profile
    secret = client.telnyx("POST", f"{path}/actions/regenerate_secret").json()["data"]["v1_secret"]
    assert secret not in ("", profile["v1_secret"])
    assert client.telnyx("GET", path).json()["data"]["v1_secret"] == secret
    assert client.telnyx("DELETE", path).json()["data"]["id"] == profile["id"]
    refused(client.telnyx("GET", path), 404, "10005")


def test_profile_lists(client: Client) -> None:
    """By exact name or a part of it."""
    for query, names in (
        ({}, ["default", "alerts"]),
        ({"filter_of_name": "alerts"}, ["alerts"]),
        ({"filter_of_name__eq": "alert"}, []),
        ({"filter_of_name__contains": "fault"}, ["default"]),
    ):
        data = _list(client, "/messaging_profiles", **query).json()["data"]
        assert [profile["name"] for profile in data] == names


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"whitelisted_destinations": ...}, 400, "40331"),
        ({"whitelisted_destinations": []}, 400, "40331"),
        ({"whitelisted_destinations": ["*"]}, 422, "10027"),
        ({"name": ...}, 422, "10004"),
        ({"name": 1}, 422, "10026"),
        ({"webhook_url": "hooks"}, 400, "10003"),
        ({"webhook_api_version": "3"}, 422, "10032"),
        ({"alpha_sender": "much too long for one"}, 422, "10027"),
        ({"number_pool_settings": {}}, 422, "10004"),
        ({"nonsense": 1}, 422, "10027"),
    ],
)
def test_wrong_profiles_are_refused(client: Client, change: dict[str, Any], status: int, code: str) -> None:
    """The observed codes for destinations and URLs, 422 for the rest; no profile is made."""
    body = {name: value for name, value in {**PROFILE, **change}.items() if value != ...}

    refused(client.telnyx("POST", "/messaging_profiles", body), status, code)

    assert len(client.state()["profiles"]) == 2


def test_a_profile_in_use_stays(client: Client) -> None:
    """40158 with 422, or another status."""
    path = f"/messaging_profiles/{DEFAULT}"

    refused(client.telnyx("DELETE", path), 422, "40158")
    client.settings(telnyxProfileInUseStatus=409)
    refused(client.telnyx("DELETE", path), 409, "40158")
    assert client.number(ON_DEFAULT)["messaging_profile_id"] == DEFAULT


def test_malformed_profile_ids_are_404(client: Client) -> None:
    """404 in the path, 422 by setting."""
    refused(client.telnyx("GET", "/messaging_profiles/default"), 404, "10005")
    client.settings(telnyxMalformedProfilePathStatus=422)
    refused(client.telnyx("GET", "/messaging_profiles/default"), 422, "10005")


def test_idempotency_keys_are_ignored(client: Client) -> None:
    """No operation here declares them; by setting a POST is replayed, and another body is 422."""
    headers = {"Idempotency-Key": "k1"}

    def created(**fields: Any) -> Any:
        return client.telnyx("POST", "/messaging_profiles", {**PROFILE, **fields}, headers=headers)

    assert created().json()["data"]["id"] != created().json()["data"]["id"]
    client.settings(telnyxIdempotencyKeys=True)
    assert created().json() == created().json()
    refused(created(name="other"), 422, "10027")
    assert len(client.state()["profiles"]) == 5


def test_unset_webhooks_may_read_empty(client: Client) -> None:
    """Their documented default is "", which the vendor's own format refuses."""
    client.settings(telnyxUnsetWebhookAs="")

    assert client.telnyx("GET", f"/messaging_profiles/{DEFAULT}").json()["data"]["webhook_url"] == ""
