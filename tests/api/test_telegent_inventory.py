"""Telegent's inventory of numbers: all pages, or an error; never a part taken for the whole."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from pulumi_messaging.errors import AccessDenied, UnreadableAnswer
from tests.support.api.vendor import Vendor, answer, telegent


def inventory(pages: list[list[dict[str, Any]]], total: Any = None, *, key: str = "TotalResults") -> Vendor:
    """A vendor with these pages, empty ones behind them; without a total it tells none."""
    told = {} if total is None else {key: total}

    def page(request: httpx.Request) -> httpx.Response:
        index = int(request.url.params["PageNumber"]) - 1
        rows = pages[index] if index < len(pages) else []
        return httpx.Response(200, json={**told, "PageNumber": str(index + 1), "PhoneNumbers": rows})

    return Vendor([page])


def number(index: int) -> dict[str, Any]:
    return {"Number": f"+1555020000{index}", "MessageRouteId": "MRID-1", "MessageEnabled": "true"}


def test_list_inventory_walks_all_pages() -> None:
    """Pages are asked for by number, all statuses, until TotalResults are there, and not further."""
    vendor = inventory([[number(1), number(2)], [number(3)]], 3)

    numbers = telegent(vendor).list_inventory()

    assert numbers == (number(1), number(2), number(3))
    assert vendor.sent == [
        ("GET", "/v1.0/numbers/inventory?PageNumber=1&Filter=All"),
        ("GET", "/v1.0/numbers/inventory?PageNumber=2&Filter=All"),
    ]


@pytest.mark.parametrize("total", ["3", 3.0])
def test_the_total_may_be_text(total: object) -> None:
    """A total as text or as a float is a total."""
    vendor = inventory([[number(1), number(2)], [number(3)]], total)

    assert len(telegent(vendor).list_inventory()) == 3
    assert len(vendor.requests) == 2


def test_the_old_name_of_the_total_is_read() -> None:
    """Old prose calls it TotalCount."""
    vendor = inventory([[number(1)], [number(2)]], 2, key="TotalCount")

    assert len(telegent(vendor).list_inventory()) == 2


def test_without_a_total_an_empty_page_ends_the_list() -> None:
    """Where no total is given the pages end with an empty one."""
    vendor = inventory([[number(1)], [number(2)]])

    assert len(telegent(vendor).list_inventory()) == 2
    assert len(vendor.requests) == 3


def test_without_a_total_a_repeated_page_ends_the_list() -> None:
    """An API that ignores the page number repeats its one page: that is all there is."""
    vendor = Vendor([{"PhoneNumbers": [number(1), number(2)]}])

    assert len(telegent(vendor).list_inventory()) == 2
    assert len(vendor.requests) == 2


@pytest.mark.parametrize(
    "pages", [[[number(1)], []], [[number(1)], [number(1)]], [[]], [[number(1), number(1)], [number(1)]]]
)
def test_an_inventory_that_ends_early_is_unreadable(pages: list[list[dict[str, Any]]]) -> None:
    """Pages that end before the total, by an empty or a repeated page, are not taken for the whole."""
    with pytest.raises(UnreadableAnswer, match=r"with [01] of 3 numbers"):
        telegent(inventory(pages, 3)).list_inventory()


def test_an_empty_inventory_is_empty() -> None:
    """No numbers is an answer, with one request, whether the rows are empty or null."""
    for rows in ([], None):
        vendor = Vendor([{"TotalResults": 0, "PhoneNumbers": rows}])

        assert telegent(vendor).list_inventory() == ()
        assert len(vendor.requests) == 1


@pytest.mark.parametrize("body", [{}, {"PhoneNumbers": "odd"}, {"PhoneNumbers": ["odd"], "TotalResults": 1}, []])
def test_an_inventory_page_without_rows_is_unreadable(body: object) -> None:
    """A page of another shape is not an empty one."""
    with pytest.raises(UnreadableAnswer):
        telegent(Vendor([body])).list_inventory()


def test_sensitive_fields_of_numbers_are_dropped() -> None:
    """The port-out pin and the activation link never leave the client, however they are spelled."""
    secret = {"PortOutPin": "1234", "QrActivationLink": "LPA:1", "portoutpin": "5678", "QRActivationLink": "LPA:2"}

    numbers = telegent(inventory([[number(1) | secret]], 1)).list_inventory()

    assert numbers == (number(1),)


def test_lines_without_a_number_are_told_apart() -> None:
    """A data-only line has no number: other ids, or else its whole row, tell it from the next."""
    rows = [
        {"Number": None, "Tnid": "T1"},
        {"Number": None, "TNID": "T2"},
        {"Iccid": "I"},
        {"Status": "a"},
        {"Status": "b"},
    ]

    assert len(telegent(inventory([rows], 5)).list_inventory()) == 5


def test_a_page_that_fails_fails_the_list() -> None:
    """A page that is denied in the middle is an error, not a shorter inventory."""
    vendor = inventory([[number(1)], [number(2)]], 2)
    vendor.script = [vendor.script[0], answer(403)]

    with pytest.raises(AccessDenied):
        telegent(vendor).list_inventory()
