"""A vendor that keeps or shows another value than the one that was sent."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.emulator.client import TWO_PRODUCTS, Client
from tests.support.emulator.seed import ALERTS, DEFAULT, FIRST_ID

SENT = {"RouteName": "  SMS \t Prod ", "MessageUrl": "HTTPS://Hooks.Example.com:443?A=B"}


@pytest.fixture(autouse=True)
def _unlimited(client: Client) -> None:
    client.settings(telegentRequestsPerMinute=0)


@pytest.mark.parametrize(
    ("spelling", "stored"), [("sent", SENT["RouteName"]), ("folded", "SMS Prod"), ("lower", "sms prod")]
)
def test_names_of_routes(client: Client, spelling: str, stored: str) -> None:
    """Kept as sent, or trimmed with blanks folded, or in lower case as well; on create and update."""
    client.settings(telegentNameSpelling=spelling)
    route_id = client.made(RouteName="other")

    assert client.create(RouteName=SENT["RouteName"]).json()["RouteName"] == stored
    assert client.update(route_id, RouteName=SENT["RouteName"]).json()["RouteName"] == stored
    assert client.stored(route_id)["RouteName"] == stored


@pytest.mark.parametrize(
    ("spelling", "url", "stored"),
    [
        ("sent", SENT["MessageUrl"], SENT["MessageUrl"]),
        ("normal", SENT["MessageUrl"], "https://hooks.example.com/?A=B"),
        ("normal", "http://Host:8080/In/", "http://host:8080/In/"),
        ("normal", "https://host:80/In", "https://host:80/In"),
        ("slash", "https://Host/In?a=b", "https://host/In/?a=b"),
    ],
)
def test_urls_of_routes(client: Client, spelling: str, url: str, stored: str) -> None:
    """Kept as sent, or in normal form, or with a slash at the end as well; both URLs."""
    client.settings(telegentUrlSpelling=spelling)

    route = client.create(MessageUrl=url, CallbackMessageUrl=url).json()

    assert (route["MessageUrl"], route["CallbackMessageUrl"]) == (stored, stored)
    assert client.update(route["MessageRouteId"], CallbackMessageUrl=None).json()["CallbackMessageUrl"] is None


def test_enabled_may_be_a_number(client: Client) -> None:
    """MessageRouteEnabled as 0 or 1 in every answer; 1 is not `true` in JSON."""
    client.settings(telegentEnabledAs="number")

    created = client.create(MessageRouteEnabled=False)

    assert '"MessageRouteEnabled":0' in created.text
    assert '"MessageRouteEnabled":1' in client.update(created.json()["MessageRouteId"], MessageRouteEnabled=True).text


@pytest.mark.parametrize(("how", "shown"), [("[]", {"tags": []}), ("null", {"tags": None}), ("absent", {})])
def test_no_tags(client: Client, how: str, shown: dict[str, Any]) -> None:
    """Tags of a number that has none: an empty list, null, or no key; in both services."""
    client.settings(telnyxNoTagsAs=how)
    answers = [client.read(), client.telnyx("GET", f"/phone_numbers/{FIRST_ID}").json()["data"]]

    assert [{name: answer[name] for name in answer if name == "tags"} for answer in answers] == [shown, shown]
    assert client.patch(tags=["a"]).json()["data"]["tags"] == ["a"]


def test_a_profile_change_may_reset_the_product(client: Client) -> None:
    """Every change of the profile; a product in the same PATCH, and an equal profile, are kept."""
    client.control("PATCH", f"numbers/{TWO_PRODUCTS}", {"messaging_product": "P2P"})
    client.settings(telnyxProfileResetsProduct=True)

    assert client.patch(TWO_PRODUCTS, messaging_profile_id=DEFAULT).json()["data"]["messaging_product"] == "P2P"
    assert client.patch(TWO_PRODUCTS, messaging_profile_id=ALERTS).json()["data"]["messaging_product"] == "A2P"
    both = client.patch(TWO_PRODUCTS, messaging_profile_id=DEFAULT, messaging_product="P2P").json()["data"]
    assert (both["messaging_profile_id"], both["messaging_product"]) == (DEFAULT, "P2P")


def test_a_product_change_may_reset_the_profile(client: Client) -> None:
    """A change of the product alone; with the profile in the same PATCH both are kept."""
    client.settings(telnyxProductResetsProfile=True)

    assert client.patch(TWO_PRODUCTS, messaging_product="P2P").json()["data"]["messaging_profile_id"] is None
    both = client.patch(TWO_PRODUCTS, messaging_profile_id=DEFAULT, messaging_product="A2P").json()["data"]
    assert (both["messaging_profile_id"], both["messaging_product"]) == (DEFAULT, "A2P")


def test_answers_to_updates_may_be_stale(client: Client) -> None:
    """They show what was before the write, for some seconds; reads are right."""
    client.settings(telegentStaleAnswerSeconds=10, telnyxStaleAnswerSeconds=10)
    route_id = client.made()

    assert client.update(route_id, RouteName="new").json()["RouteName"] == "sms"
    assert client.assign().json()["data"]["messaging_profile_id"] is None
    assert client.get(route_id).json()["RouteName"] == "new"
    assert client.read()["messaging_profile_id"] == DEFAULT
    client.settings(clockOffsetSeconds=11)
    assert client.update(route_id).json()["RouteName"] == "new"
    assert client.patch().json()["data"]["messaging_profile_id"] == DEFAULT


def _profile(client: Client, **body: Any) -> Any:
    return client.telnyx("PATCH", f"/messaging_profiles/{DEFAULT}", body).json()


def test_the_answers_of_a_profile_may_be_others(client: Client) -> None:
    """The fields of 2026, the secret, the spend limit and the objects, as the sources contradict each other."""
    pool = {"toll_free_weight": 1, "long_code_weight": 1, "skip_unhealthy": True}
    first = _profile(client, daily_spend_limit="10.5", number_pool_settings={**pool, "sticky_sender": True})["data"]
    assert (first["daily_spend_limit"], first["number_pool_settings"]["geomatch"]) == ("10.5", False)
    assert {"v1_secret", "mobile_only", "redaction_level"} <= first.keys()

    client.settings(telnyxSpendLimitAs="cents", telnyxNestedObjects="merge", telnyxSecretShown=False)
    client.settings(telnyxProfileFieldsOf2026=False)
    second = _profile(client, number_pool_settings=pool)["data"]
    assert second["daily_spend_limit"] == "10.50"
    assert second["number_pool_settings"]["sticky_sender"] is True
    assert not {"v1_secret", "mobile_only", "redaction_level"} & second.keys()
    client.settings(telnyxSpendLimitAs="absent", telnyxNestedObjects="replace")
    third = _profile(client, number_pool_settings=pool)["data"]
    assert "daily_spend_limit" not in third
    assert third["number_pool_settings"]["sticky_sender"] is False


def test_all_destinations_and_names_that_are_taken(client: Client) -> None:
    """`["*"]` by the prose or the pattern; a second profile of a name accepted or not."""
    everywhere = {"whitelisted_destinations": ["*"]}
    assert _profile(client, **everywhere)["errors"][0]["code"]
    client.settings(telnyxAllDestinations="accept")
    assert _profile(client, **everywhere)["data"]["whitelisted_destinations"] == ["*"]
    assert _profile(client, name="alerts")["data"]["name"] == "alerts"
    client.settings(telnyxDuplicateProfiles="refuse")
    assert _profile(client, name="default")["data"]["name"] == "default"
    made = client.telnyx("POST", "/messaging_profiles", {"name": "alerts", "whitelisted_destinations": ["US"]})
    assert made.json()["errors"][0]["code"] == "10012"


def test_what_creates_of_profiles_do_not_take(client: Client) -> None:
    """The secret and the redaction are for updates."""
    body = {"name": "p", "whitelisted_destinations": ["US"]}
    for more in ({"v1_secret": "s"}, {"redaction_enabled": True}, {"redaction_level": 1}):
        assert client.telnyx("POST", "/messaging_profiles", body | more).status_code == 422
        assert "data" in _profile(client, **more)


def test_profiles_may_be_stale(client: Client) -> None:
    """As numbers: the answer to an update, or the reads after it."""
    client.settings(telnyxStaleAnswerSeconds=10)
    assert _profile(client, name="new")["data"]["name"] == "default"
    assert client.telnyx("GET", f"/messaging_profiles/{DEFAULT}").json()["data"]["name"] == "new"
    client.settings(telnyxStaleAnswerSeconds=0, telnyxStaleReadSeconds=10)
    assert _profile(client, name="newer")["data"]["name"] == "newer"
    assert client.telnyx("GET", f"/messaging_profiles/{DEFAULT}").json()["data"]["name"] == "new"
    client.settings(telnyxStaleReadSeconds=0, telnyxIgnoreUpdates=True)
    assert _profile(client, name="newest")["data"]["name"] == "newer"
