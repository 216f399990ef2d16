"""Telnyx's endpoints: exact requests, leniently read answers."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from pulumi_messaging.api.telnyx import TelnyxClient
from pulumi_messaging.errors import ErrorAnswer, InvalidInput, NotFound, UnreadableAnswer
from tests.support.api.vendor import TELNYX, Vendor, answer, body_of, telnyx
from tests.support.clock import VirtualClock

SETTINGS = {"id": "1293384261075731501", "phone_number": "+15550100001", "messaging_profile_id": None, "extra": {}}


@pytest.mark.parametrize(
    ("number", "segment"), [("1293384261075731501", "1293384261075731501"), ("+15550100001", "%2B15550100001")]
)
def test_retrieve_messaging(number: str, segment: str) -> None:
    """GET the number's messaging settings with the key, by id or E.164, and unknown fields are kept."""
    vendor = Vendor([{"data": SETTINGS}])

    found = telnyx(vendor).retrieve_messaging(number)

    assert found == SETTINGS
    assert vendor.sent == [("GET", f"/v2/phone_numbers/{segment}/messaging")]
    assert vendor.requests[0].headers["Authorization"] == "Bearer KEY-s3cr3t"


def test_update_messaging() -> None:
    """PATCH with exactly the changes, the empty profile included, and the whole object back."""
    vendor = Vendor([{"data": SETTINGS}])

    found = telnyx(vendor).update_messaging("1293384261075731501", {"messaging_profile_id": "", "tags": []})

    assert found == SETTINGS
    assert vendor.sent == [("PATCH", "/v2/phone_numbers/1293384261075731501/messaging")]
    assert body_of(vendor.requests[0]) == {"messaging_profile_id": "", "tags": []}


@pytest.mark.parametrize("changes", [{"messaging_profile_id": None}, {"messaging_product": "A2P", "tags": None}, {}])
def test_null_is_never_sent(changes: dict[str, Any]) -> None:
    """A change to None, which the vendor may ignore with a 200, is refused before it is sent; so is no change."""
    vendor = Vendor([{"data": SETTINGS}])

    with pytest.raises(ValueError, match="none as None"):
        telnyx(vendor).update_messaging("1", changes)

    assert vendor.requests == []


@pytest.mark.parametrize("value", ["", "\n", ".."])
def test_a_number_that_is_no_segment_is_not_sent(value: str) -> None:
    """An empty number, a control character and a dot segment are refused before they are sent."""
    vendor = Vendor([{"data": SETTINGS}])

    with pytest.raises(InvalidInput):
        telnyx(vendor).retrieve_messaging(value)

    assert vendor.requests == []


def pages(*rows: list[Any], total: Any = "count") -> Vendor:
    """A vendor with these pages of numbers, empty ones behind them."""

    def page(request: httpx.Request) -> httpx.Response:
        index = int(request.url.params["page[number]"]) - 1
        meta = {} if total is None else {"total_pages": len(rows) if total == "count" else total}
        return httpx.Response(200, json={"data": rows[index] if index < len(rows) else [], "meta": meta})

    return Vendor([page])


def test_list_phone_numbers() -> None:
    """The filter holds the digits, brackets are percent-encoded, and pages are walked to the last one."""
    vendor = pages([{"id": "1", "phone_number": "+15550100001"}], [{"id": "2"}])

    found = telnyx(vendor).list_phone_numbers("+1 (555) 010-0001")

    query = "filter%5Bphone_number%5D=15550100001&page%5Bsize%5D=250&page%5Bnumber%5D="
    assert found == ({"id": "1", "phone_number": "+15550100001"}, {"id": "2"})
    assert vendor.sent == [("GET", f"/v2/phone_numbers?{query}1"), ("GET", f"/v2/phone_numbers?{query}2")]


@pytest.mark.parametrize("total", [None, "many", 99])
def test_the_list_ends_with_an_empty_page_whatever_the_meta_says(total: object) -> None:
    """Without a usable number of pages, or with one that is too high, an empty page ends the list."""
    vendor = pages([{"id": "1"}], [{"id": "2"}], total=total)

    assert len(telnyx(vendor).list_phone_numbers("+15550100001")) == 2
    assert len(vendor.requests) == 3


def test_the_list_ends_with_a_repeated_page() -> None:
    """A page that was there already ends the list, and a repeated row counts once."""
    vendor = pages([{"id": "1"}, {"id": "2"}], [{"id": "1"}, {"id": "2"}], [{"id": "1"}], total=9)

    assert [row["id"] for row in telnyx(vendor).list_phone_numbers("15550100001")] == ["1", "2"]
    assert len(vendor.requests) == 2


def test_no_number_is_an_empty_list() -> None:
    """An account without the number answers an empty page."""
    assert telnyx(pages([])).list_phone_numbers("+15550100001") == ()


def test_a_numbers_pin_is_dropped() -> None:
    """The external pin never leaves the client."""
    assert telnyx(pages([{"id": "1", "external_pin": "1234"}])).list_phone_numbers("+15550100001") == ({"id": "1"},)


@pytest.mark.parametrize("body", [{}, {"data": {}}, {"data": ["odd"]}, [], None])
def test_a_list_of_another_shape_is_unreadable(body: object) -> None:
    """A list answer without a list of objects is not an empty list."""
    with pytest.raises(UnreadableAnswer):
        telnyx(Vendor([body])).list_phone_numbers("+15550100001")


BEHIND_A_PATH = dataclasses.replace(TELNYX, base_url="https://proxy.example/telnyx")
MISSING = answer(404, {"errors": [{"code": "10005", "title": "Resource not found"}]})
CALLS: dict[str, Callable[[TelnyxClient], object]] = {
    "read": lambda client: client.retrieve_messaging("1"),
    "update": lambda client: client.update_messaging("1", {"tags": []}),
    "order": lambda client: client.create_bulk_update("MP-1", ["+15550100001"]),
    "list of settings": lambda client: client.list_messaging(),
    "list of numbers": lambda client: client.list_phone_numbers("+15550100001"),
}


@pytest.mark.parametrize("asked", CALLS)
def test_a_base_url_without_its_version_is_told_as_that(asked: str) -> None:
    """Where a list is missing too, a 404 does not say that the object is: nobody waits for it, or forgets it."""
    time, vendor = VirtualClock(), Vendor([MISSING])

    with pytest.raises(ErrorAnswer, match="Telnyx answered 404, code 10005") as failed:
        CALLS[asked](TelnyxClient(BEHIND_A_PATH, vendor.transport, clock=time.clock))

    assert not isinstance(failed.value, NotFound)
    assert failed.value.advice == "telnyx:baseUrl has no /v2 at its end: add it"
    assert len(vendor.requests) == (1 if asked.startswith("list") else 2)
    assert time.slept == []


@pytest.mark.parametrize("status", [401, 403, 422, 503])
def test_a_list_that_fails_otherwise_shows_nothing_about_the_base_url(status: int) -> None:
    """Then a 404 is about its object, as behind a base URL with its version."""
    vendor = Vendor([MISSING, answer(status)])

    with pytest.raises(NotFound):
        TelnyxClient(BEHIND_A_PATH, vendor.transport, clock=VirtualClock().clock).retrieve_messaging("1")


def test_a_proxy_that_adds_the_version_is_no_wrong_base_url() -> None:
    """A list that is there shows that the path is right, once for all: later 404s are about their objects."""
    vendor = Vendor([MISSING, {"data": []}, MISSING])
    client = TelnyxClient(BEHIND_A_PATH, vendor.transport, clock=VirtualClock().clock)

    for _ in range(2):
        with pytest.raises(NotFound):
            client.retrieve_messaging("1")

    assert [path.partition("?")[0] for _, path in vendor.sent] == [
        "/telnyx/phone_numbers/1/messaging",
        "/telnyx/phone_numbers/messaging",
        "/telnyx/phone_numbers/1/messaging",
    ]


def test_errors_name_the_operation_and_the_number() -> None:
    """Each endpoint's error begins with what was attempted on which number."""
    body = {"errors": [{"code": "10005", "title": "Resource not found"}]}
    client = telnyx(Vendor([answer(404, body)]))
    calls = {
        "cannot read messaging settings of number +15550100001: ": lambda: client.retrieve_messaging("+15550100001"),
        "cannot update messaging settings of number 1: ": lambda: client.update_messaging("1", {"tags": ["a"]}),
        "cannot look up number +15550100001: ": lambda: client.list_phone_numbers("+15550100001"),
    }

    for words, call in calls.items():
        with pytest.raises(NotFound) as failed:
            call()
        assert str(failed.value).startswith(words + 'Telnyx answered 404, code 10005 "Resource not found"; ')


def test_an_action_is_one_line_whatever_the_id() -> None:
    """An id with odd but printable characters stands in the error as it is."""
    with pytest.raises(NotFound, match="number a/b c"):
        telnyx(Vendor([answer(404)])).retrieve_messaging("a/b c")
