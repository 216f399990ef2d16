"""Reads of the estate: each list whole, or an error."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import pytest

from pulumi_messaging.api.telegent import TelegentClient
from pulumi_messaging.errors import AccessDenied, ConfigurationError, NotFound, UnreadableAnswer
from pulumi_messaging.estate.objects import NumberInfo
from pulumi_messaging.estate.reading import (
    Estate,
    read_inventory,
    read_numbers,
    read_profiles,
    read_routes,
    vendors_with_credentials,
)
from tests.support.api.vendor import TELEGENT, Vendor, answer, telegent, telnyx
from tests.support.reconcile.large_account import Account, phone_number

PROFILE = "7d0c4c1e-5a51-4a51-9f4e-0c7b3f0a1d22"


def number(index: int, **fields: Any) -> dict[str, Any]:
    return {"id": f"12933842{index:04}", "phone_number": phone_number(index), **fields}


def listing(*pages: list[dict[str, Any]], **meta: Any) -> Vendor:
    """A Telnyx list of these pages, empty ones behind them."""

    def page(request: httpx.Request) -> httpx.Response:
        index = int(request.url.params["page[number]"]) - 1
        return httpx.Response(200, json={"data": pages[index] if index < len(pages) else [], "meta": meta})

    return Vendor([page])


def inventory(*rows: dict[str, Any], details: Any = None) -> Vendor:
    """A Telegent inventory of these rows; each number has the same details."""

    def told(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/inventory"):
            return httpx.Response(200, json={"TotalResults": len(rows), "PhoneNumbers": list(rows)})
        return httpx.Response(200, json=details)

    return Vendor([told])


def test_pages_are_read_each_once() -> None:
    """The first one tells how many there are; an account of 40 pages is read with 40 requests."""
    account = Account(10_000)

    numbers = read_numbers(account.client)

    assert [each.number for each in numbers] == [phone_number(index) for index in range(10_000)]
    assert account.calls == {"page": 40}


def test_without_a_count_an_empty_or_repeated_page_is_the_end() -> None:
    """A vendor that tells no count is asked until nothing new comes."""
    vendor = listing([number(1)], [number(2)])
    repeating = listing([number(1)], [number(1)], [number(2)])

    assert [each.number for each in read_numbers(telnyx(vendor))] == [phone_number(1), phone_number(2)]
    assert len(vendor.requests) == 3
    assert len(read_numbers(telnyx(repeating))) == 1


@pytest.mark.parametrize(
    ("vendor", "said"),
    [
        (listing([number(1)], total_pages=1, total_results=2), "Telnyx answered with 1 and counts 2;"),
        (listing([number(1)], [number(1)], total_pages=2, total_results="2"), "answered with 1 and counts 2;"),
        (listing([number(1), number(2)], total_pages=1, total_results=1), "Telnyx answered with 2 and counts 1;"),
        (listing([number(1)], total_pages=10**9), "Telnyx answered with more than 10000 pages;"),
        (listing([{"id": "1"}], total_pages=1), "with a row without id and phone_number;"),
        (listing([{"phone_number": "+15550100001"}], total_pages=1), "with a row without id and phone_number;"),
        (listing([{"id": {}, "phone_number": "+15550100001"}], total_pages=1), "a row without id and phone_number;"),
    ],
)
def test_a_list_that_is_not_whole_is_an_error(vendor: Vendor, said: str) -> None:
    """Fewer or more rows than counted, and rows that cannot be told apart."""
    with pytest.raises(UnreadableAnswer) as failed:
        read_numbers(telnyx(vendor))

    assert str(failed.value).startswith("cannot list Telnyx numbers: Telnyx answered with ")
    assert said in str(failed.value)
    assert failed.value.unclear is False


def test_a_list_that_changes_while_it_is_read_is_an_error() -> None:
    """A number that leaves between two pages moves another one to a page that was read already."""
    pages = [
        answer(200, {"data": [number(1), number(2)], "meta": {"total_pages": 2, "total_results": 4}}),
        answer(200, {"data": [number(4)], "meta": {"total_pages": 2, "total_results": 3}}),
    ]

    with pytest.raises(UnreadableAnswer, match="with 3 and counts 3 and 4; if something changes there just now, run"):
        read_numbers(telnyx(Vendor(pages)))


def test_a_page_that_fails_fails_the_list() -> None:
    """No page is left out, wherever it is."""
    account = Account(1000, on_page=lambda page: httpx.Response(403, json={}) if page == 3 else None)

    with pytest.raises(AccessDenied):
        read_numbers(account.client)


def test_the_numbers_of_a_profile_are_its_own_list() -> None:
    """Telnyx is asked for them; a profile that does not exist is an error."""
    vendor = listing([number(2), number(1)], total_pages=1, total_results=2)

    numbers = read_numbers(telnyx(vendor), messaging_profile_id=PROFILE)

    assert [each.number for each in numbers] == [phone_number(1), phone_number(2)]
    path = f"/v2/messaging_profiles/{PROFILE}/phone_numbers?page%5Bnumber%5D=1&page%5Bsize%5D=250"
    assert vendor.sent == [("GET", path)]
    with pytest.raises(NotFound, match=f"cannot list the numbers of messaging profile {PROFILE}: Telnyx answered 404"):
        read_numbers(telnyx(Vendor([answer(404)])), messaging_profile_id=PROFILE)


def test_profiles_have_no_secret() -> None:
    """What the vendor shows beyond the contract is left out, its secret first of all."""
    row = {"id": PROFILE, "name": "a", "v1_secret": "s3cr3t", "enabled": "odd", "whitelisted_destinations": None}
    vendor = listing([row], total_pages=1)

    (page,) = (telnyx(vendor).list_messaging_profiles(),)
    (profile,) = read_profiles(telnyx(vendor))

    assert "s3cr3t" not in str(page.rows)
    assert (profile.id, profile.enabled, profile.webhook_url, profile.whitelisted_destinations) == (
        PROFILE,
        None,
        None,
        (),
    )


def test_the_routes_are_those_of_the_account_of_the_settings() -> None:
    """Of a distributor with several accounts, `telegent:accountId` chooses one."""
    vendor = Vendor([{"Results": [], "TotalRoutes": 0}])
    client = TelegentClient(replace(TELEGENT, account_id="AID-2"), vendor.transport)

    assert read_routes(client) == []
    assert vendor.sent == [("GET", "/v1.0/account/message/routes?AccountId=AID-2")]


@pytest.mark.parametrize("body", [{"TotalRoutes": 2}, {"Results": [{"MessageRouteId": "MRID-1"}, {"RouteName": "b"}]}])
def test_routes_that_are_not_whole_are_an_error(body: dict[str, Any]) -> None:
    """A list that counts other routes than it shows, or shows one without an id."""
    vendor = Vendor([{"Results": [{"MessageRouteId": "MRID-1"}], **body}])

    with pytest.raises(UnreadableAnswer, match="list message routes: Telegent answered with 1 and counts others;"):
        read_routes(telegent(vendor))


def test_a_route_shows_no_user_information_of_its_urls() -> None:
    """A route that was made in a portal may have a password in its URL; no `repr` shows a URL at all."""
    url = "https://user:pass@hooks.example.com/in?mail=a@b"
    (route,) = read_routes(telegent(Vendor([{"Results": [{"MessageRouteId": "MRID-1", "MessageUrl": url}]}])))

    assert route.message_url == "https://[secret]@hooks.example.com/in?mail=a@b"
    assert "hooks.example.com" not in repr(route)


@pytest.mark.parametrize(
    ("row", "route"),
    [
        ({"MessageRouteId": None}, None),
        ({"MessageRouteId": ""}, None),
        ({"MessageRouteId": "MRID-1"}, "MRID-1"),
        ({"messageRouteId ": " mrid-1 "}, "mrid-1"),
        ({"Route": {"MessageRouteId": "MRID-1"}}, "MRID-1"),
    ],
)
def test_the_route_of_a_row_is_read_however_it_is_spelled(row: dict[str, Any], route: str | None) -> None:
    """As the guard of deletes reads it."""
    (found,) = read_inventory(telegent(inventory({"Number": "+15550200001", **row})))

    assert found == NumberInfo("telegent", "+15550200001", "+15550200001", message_route_id=route)


def test_a_row_is_counted_for_the_route_of_the_list() -> None:
    """An estate has one spelling of an id."""
    routes = {"Results": [{"MessageRouteId": "MRID-A"}]}

    def told(request: httpx.Request) -> httpx.Response:
        rows = {"TotalResults": 1, "PhoneNumbers": [{"Number": "+15550200001", "MessageRouteId": "mrid-a"}]}
        return httpx.Response(200, json=rows if request.url.path.endswith("/inventory") else routes)

    estate = Estate.read(telegent(Vendor([told])), None)

    assert (estate.numbers[0].message_route_id, estate.profiles) == ("MRID-A", ())


def test_a_route_that_is_no_text_is_an_error() -> None:
    with pytest.raises(UnreadableAnswer, match="answered with a row whose MessageRouteId is no text;"):
        read_inventory(telegent(inventory({"Number": "+15550200001", "MessageRouteId": 5})))


def test_the_details_of_a_number_tell_what_a_missing_route_means() -> None:
    """An inventory that leaves empty fields out is read; one that shows no routes is not taken for "no route"."""
    rows = ({"Number": "+15550200001"}, {"Number": "+15550200002", "MessageRouteId": "MRID-1"}, {"Number": "+1555"})
    leaving_out, summary = inventory(*rows, details={}), inventory(*rows, details={"MessageRouteId": "MRID-1"})

    assert [each.message_route_id for each in read_inventory(telegent(leaving_out))] == [None, None, "MRID-1"]
    assert len(leaving_out.requests) == 2
    with pytest.raises(UnreadableAnswer, match="with rows that lack the MessageRouteId of their numbers;"):
        read_inventory(telegent(summary))


def test_lines_without_a_number_are_left_out() -> None:
    """A data-only line is no phone number."""
    assert read_inventory(telegent(inventory({"Number": None, "Iccid": "89"}, {"Tnid": "TNID-1"}))) == []


def test_every_list_tells_its_progress() -> None:
    told: list[tuple[Any, ...]] = []
    read_numbers(Account(300).client, lambda *one: told.append(one))
    read_inventory(telegent(inventory({"Number": "+1555", "MessageRouteId": None})), lambda *one: told.append(one))

    assert told == [("Telnyx numbers", 250, 300), ("Telnyx numbers", 300, 300), ("Telegent numbers", 1, 1)]


KEYS = {"TELEGENT_ACCOUNT_KEY": "k", "TELEGENT_ACCOUNT_SECRET": "s"}


@pytest.mark.parametrize(
    ("environ", "vendors"),
    [
        ({**KEYS, "TELNYX_API_KEY": "k"}, "telegent telnyx"),
        (KEYS, "telegent"),
        ({"TELEGENT_ACCOUNT_KEY": "k"}, "telegent"),  # half of them: its client says what is missing
        ({"TELNYX_API_KEY": "k"}, "telnyx"),
        ({"TELNYX_BASE_URL": "emulator"}, "telnyx"),
        ({"TELEGENT_BASE_URL": "emulator:e.db"}, "telegent"),
    ],
)
def test_a_vendor_is_asked_where_it_has_credentials(environ: dict[str, str], vendors: str) -> None:
    """One credential, or the embedded emulator, is enough to be asked."""
    assert " ".join(vendors_with_credentials({}.get, environ)) == vendors


@pytest.mark.parametrize("environ", [{}, {"TELNYX_API_KEY": " "}, {"TELEGENT_BASE_URL": "https://api.example.com"}])
def test_without_credentials_the_variables_are_named(environ: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match="TELEGENT_ACCOUNT_KEY and TELEGENT_ACCOUNT_SECRET, or TELNYX_API_KEY"):
        vendors_with_credentials({}.get, environ)


def test_a_vendor_that_is_wanted_alone_is_asked() -> None:
    """Its client says what is missing."""
    assert list(vendors_with_credentials({}.get, {}, ("telnyx",))) == ["telnyx"]
