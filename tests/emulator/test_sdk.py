"""The official Telnyx SDK drives the emulator: a client that nobody here wrote finds what it expects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest
from telnyx import (
    AuthenticationError,
    NotFoundError,
    RateLimitError,
    Telnyx,
    UnprocessableEntityError,
)

from tests.support.emulator.client import ON_DEFAULT, TOLL_FREE, TWO_PRODUCTS
from tests.support.emulator.seed import ALERTS, DEFAULT, FIRST_ID

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulumi_messaging.emulator import Server


@pytest.fixture
def sdk(server: Server) -> Iterator[Telnyx]:
    with Telnyx(api_key="KEYemulator", base_url=server.telnyx_url, max_retries=0) as client:
        yield client


def test_retrieve(sdk: Telnyx) -> None:
    """By id and by E.164, typed."""
    for number in (FIRST_ID, "+15550100001"):
        data = sdk.phone_numbers.messaging.retrieve(number).data
        assert data is not None
        assert (data.id, data.phone_number, data.messaging_profile_id) == (FIRST_ID, "+15550100001", None)
        assert data.health is not None
        assert data.health.message_count == 12


def test_update_and_unassign(sdk: Telnyx) -> None:
    """A profile and a product, and back to none."""
    update = sdk.phone_numbers.messaging.update
    both = update(TWO_PRODUCTS, messaging_profile_id=ALERTS, messaging_product="P2P").data
    assert both is not None
    assert (both.messaging_profile_id, both.messaging_product) == (ALERTS, "P2P")
    assert both.features is not None
    assert both.features.mms is None

    none = update(TWO_PRODUCTS, messaging_profile_id="").data

    assert none is not None
    assert none.messaging_profile_id is None


def test_lists(sdk: Telnyx) -> None:
    """The SDK's own paging walks every page once, and its filters find."""
    ids = [number.id for number in sdk.phone_numbers.messaging.list(page_size=2)]
    assert ids == [str(int(FIRST_ID) + index) for index in range(6)]
    found = list(sdk.phone_numbers.list(filter={"phone_number": "15550100006"}))
    assert [(number.id, number.phone_number_type) for number in found] == [(TOLL_FREE, "toll_free")]
    on_default = sdk.messaging_profiles.list_phone_numbers(DEFAULT, page_size=1)
    assert [number.id for number in on_default] == [ON_DEFAULT, TWO_PRODUCTS]


def test_bulk(sdk: Telnyx) -> None:
    """An order and its poll."""
    bulk = sdk.messaging_numbers_bulk_updates
    order = bulk.create(messaging_profile_id=ALERTS, numbers=["+15550100001", "+15550100004"]).data
    assert order is not None
    assert order.order_id is not None
    assert order.pending == ["+15550100001", "+15550100004"]

    done = bulk.retrieve(order.order_id).data

    assert done is not None
    assert (done.pending, done.success) == ([], ["+15550100001", "+15550100004"])


def test_profiles(sdk: Telnyx) -> None:
    """Create, list, update, delete."""
    created = sdk.messaging_profiles.create(name="sdk", whitelisted_destinations=["US"]).data
    assert created is not None
    assert created.id is not None
    assert [profile.name for profile in sdk.messaging_profiles.list()] == ["default", "alerts", "sdk"]
    changed = sdk.messaging_profiles.update(created.id, enabled=False).data
    assert changed is not None
    assert (changed.enabled, changed.name) == (False, "sdk")
    gone = sdk.messaging_profiles.delete(created.id).data
    assert gone is not None
    assert gone.id == created.id
    with pytest.raises(NotFoundError):
        sdk.messaging_profiles.retrieve(created.id)


def test_errors_are_the_sdks_own(sdk: Telnyx, server: Server) -> None:
    """Each refusal becomes the exception that the SDK has for it."""
    with pytest.raises(UnprocessableEntityError, match="40324"):
        sdk.phone_numbers.messaging.update(FIRST_ID, messaging_product="P2P")
    with pytest.raises(NotFoundError, match="10005"):
        sdk.phone_numbers.messaging.retrieve("1")
    with Telnyx(api_key="KEYother", base_url=server.telnyx_url) as other, pytest.raises(AuthenticationError):
        other.phone_numbers.messaging.retrieve(FIRST_ID)
    httpx.patch(f"{server.url}/_emulator/settings", json={"telnyxRequestsPerMinute": 1})
    sdk.phone_numbers.retrieve(FIRST_ID)
    with pytest.raises(RateLimitError, match="10011"):
        sdk.phone_numbers.retrieve(FIRST_ID)


def test_the_sdks_retries_find_the_second_answer(server: Server) -> None:
    """A 503 without effect is retried by the SDK and then succeeds."""
    httpx.post(f"{server.url}/_emulator/answers", json={"operation": "updateMessaging", "status": 503, "body": {}})

    with Telnyx(api_key="KEYemulator", base_url=server.telnyx_url, max_retries=1) as sdk:
        data = sdk.phone_numbers.messaging.update(FIRST_ID, messaging_profile_id=DEFAULT).data

    assert data is not None
    assert data.messaging_profile_id == DEFAULT
    log = httpx.get(f"{server.url}/_emulator/requests").json()
    assert [entry["status"] for entry in log] == [503, 200]
