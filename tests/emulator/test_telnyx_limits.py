"""Telnyx's limits, and settings of a number that come late, stay as they are, or cannot be had."""

from __future__ import annotations

import httpx
import pytest

from tests.support.emulator.client import Client, refused
from tests.support.emulator.seed import DEFAULT, FIRST_ID

SETTINGS = f"/phone_numbers/{FIRST_ID}/messaging"


def test_every_answer_carries_rate_headers(client: Client) -> None:
    """Success, refusal and 404 alike; reset in seconds, or as a time; none by setting."""
    answer = client.telnyx("GET", SETTINGS)
    assert answer.headers["x-ratelimit-remaining"] == "999"
    assert 1 <= int(answer.headers["x-ratelimit-reset"]) <= 60
    for other in (client.patch(nonsense=1), client.telnyx("GET", "/nothing")):
        assert other.headers["x-ratelimit-limit"] == "1000"

    client.settings(telnyxResetAsEpoch=True)
    assert int(client.telnyx("GET", SETTINGS).headers["x-ratelimit-reset"]) > 1_000_000_000
    client.settings(telnyxRateHeaders=False)
    assert "x-ratelimit-limit" not in client.telnyx("GET", SETTINGS).headers


def test_above_the_limit_429(client: Client) -> None:
    """Code 10011, no Retry-After but by setting; each endpoint has a window of its own, or the key has one."""
    client.settings(telnyxRequestsPerMinute=2)
    assert [client.telnyx("GET", SETTINGS).status_code for _ in range(2)] == [200, 200]

    limited = client.telnyx("GET", SETTINGS)

    refused(limited, 429, "10011")
    assert limited.headers["x-ratelimit-remaining"] == "0"
    assert "retry-after" not in limited.headers
    assert client.patch().status_code == 200
    client.settings(telnyxRetryAfter=True)
    wait = int(client.telnyx("GET", SETTINGS).headers["retry-after"])
    client.settings(clockOffsetSeconds=wait)
    assert client.telnyx("GET", SETTINGS).status_code == 200
    client.settings(telnyxLimitPerEndpoint=False)
    assert [client.patch().status_code for _ in range(2)] == [200, 200]
    refused(client.telnyx("GET", SETTINGS), 429, "10011")


def test_a_bought_number_has_no_settings_yet(client: Client) -> None:
    """For a while after the purchase the number is listed and its settings are 404."""
    client.settings(telnyxPurchase404Seconds=30)
    number = client.control("POST", "numbers", {"phone_number": "+15550300001"})

    refused(client.telnyx("GET", f"/phone_numbers/{number['id']}/messaging"), 404, "10005")
    assert client.telnyx("GET", f"/phone_numbers/{number['id']}").status_code == 200
    client.settings(clockOffsetSeconds=31)
    assert client.read(number["id"])["phone_number"] == "+15550300001"
    assert client.read()


def test_a_patch_may_do_nothing(client: Client) -> None:
    """200, and the old values in it."""
    client.settings(telnyxIgnoreUpdates=True)

    answer = client.patch(messaging_profile_id=DEFAULT)

    assert (answer.status_code, answer.json()["data"]["messaging_profile_id"]) == (200, None)
    assert client.number()["messaging_profile_id"] is None


def test_a_patch_may_lose_its_answer(client: Client) -> None:
    """It took effect and nobody says so."""
    client.settings(telnyxDropAfterUpdate=1)

    with pytest.raises((httpx.TransportError, ConnectionError)):
        client.patch(messaging_profile_id=DEFAULT)

    assert client.number()["messaging_profile_id"] == DEFAULT
    assert client.patch().status_code == 200


def test_reads_may_be_stale(client: Client) -> None:
    """For some seconds after a PATCH, reads and lists show what was before."""
    client.settings(telnyxStaleReadSeconds=10)
    client.patch(messaging_profile_id=DEFAULT)

    assert client.read()["messaging_profile_id"] is None
    assert client.telnyx("GET", "/phone_numbers/messaging").json()["data"][0]["messaging_profile_id"] is None
    client.settings(clockOffsetSeconds=11)
    assert client.read()["messaging_profile_id"] == DEFAULT


def test_failures_and_gateways(client: Client) -> None:
    """Any passing failure, as errors or as a gateway's HTML; codes as integers."""
    client.settings(telnyxFailStatus=503, telnyxIntegerErrorCodes=True)
    answer = client.telnyx("GET", SETTINGS)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (503, 10007)

    client.settings(telnyxFailStatus=502, telnyxHtmlErrors=True)

    answer = client.telnyx("GET", SETTINGS)
    assert (answer.status_code, answer.headers["content-type"]) == (502, "text/html")
    assert answer.text.startswith("<html>")
