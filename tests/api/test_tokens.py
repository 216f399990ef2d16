"""Telegent's tokens: what they are valid for, how long they are kept, and who requests them."""

from __future__ import annotations

import httpx
import pytest

from pulumi_messaging.api.tokens import Token, life
from pulumi_messaging.errors import AccessDenied, ErrorAnswer, NoAnswer, NotFound, UnreadableAnswer
from tests.support.api.vendor import (
    ROUTE,
    TELEGENT,
    Vendor,
    answer,
    body_of,
    jwt,
    numbered_tokens,
    telegent,
    token_answer,
)
from tests.support.clock import VirtualClock

NOW = 1_800_000_000.0


def test_a_token_is_requested_for_the_endpoints_url_without_its_query() -> None:
    """The token request names key, secret and the full URL of the call, and carries no authorization itself."""
    vendor = Vendor([ROUTE])

    telegent(vendor).get_message_route("MRID-1")

    assert body_of(vendor.tokens[0]) == {
        "AccountKey": "DID-key",
        "AccountSecret": "s3cr3t-account",
        "ApiEndpoint": f"{TELEGENT.base_url}/message/routes",
    }
    assert "Authorization" not in vendor.tokens[0].headers
    assert vendor.requests[0].headers["Authorization"] == "Bearer tok3n"


def test_endpoints_have_tokens_of_their_own_and_keep_them() -> None:
    """A life cycle of one route twice over costs one token for each URL; create and get share theirs."""
    vendor = Vendor([lambda r: httpx.Response(200, json=ROUTE | {"MessageRouteStatus": "Deleted", "Results": []})])
    client = telegent(vendor)

    for _ in range(2):
        client.create_message_route({"RouteName": "r"})
        client.get_message_route("MRID-1")
        client.update_message_route("MRID-1", {"RouteName": "s"})
        client.list_message_routes("AID-1")
        client.list_message_routes()
        client.delete_message_route("MRID-1")

    assert [body_of(request)["ApiEndpoint"] for request in vendor.tokens] == [
        f"{TELEGENT.base_url}/message/routes",
        f"{TELEGENT.base_url}/message/routes/update",
        f"{TELEGENT.base_url}/account/message/routes",
        f"{TELEGENT.base_url}/message/routes/delete",
    ]


def test_a_token_does_not_show() -> None:
    """A token that comes into a log or a traceback by its representation is not readable there."""
    assert "token-1" not in f"{Token('token-1', 300.0)!r} {Token('token-1', 300.0)}"


def test_a_token_is_renewed_thirty_seconds_before_it_expires() -> None:
    """A token is used up to half a minute before its end and not after."""
    vendor, time = Vendor([ROUTE], token=numbered_tokens(expires=NOW + 300)), VirtualClock(NOW)
    client = telegent(vendor, time)

    for moment in (0, 269, 271):
        time.elapsed = moment
        client.get_message_route("MRID-1")

    assert len(vendor.tokens) == 2


def test_a_short_lived_token_is_used_for_half_its_life() -> None:
    """A token that lives shorter than a minute is not renewed for every call."""
    vendor, time = Vendor([ROUTE], token=numbered_tokens(expires=NOW + 20)), VirtualClock(NOW)
    client = telegent(vendor, time)

    for moment in (0, 9, 11):
        time.elapsed = moment
        client.get_message_route("MRID-1")

    assert len(vendor.tokens) == 2


@pytest.mark.parametrize(
    ("token", "expiry", "seconds"),
    [
        (jwt(exp=NOW + 120), "01/15/2027 08:10:00 AM", 120),
        ("opaque", "01/15/2027 08:10:00 AM", 600),
        ("opaque", "01/15/2027 08:10:00 PM", 600 + 12 * 3600),
        (jwt(iss="x"), "01/15/2027 08:10:00 AM", 600),
        ("a.b.c", "01/15/2027 08:10:00 AM", 600),
        ("a.é.c", "01/15/2027 08:10:00 AM", 600),
        (jwt(exp="soon"), "01/15/2027 08:10:00 AM", 600),
        (jwt(exp=float("inf")), "01/15/2027 08:10:00 AM", 600),
        (jwt(exp=None), "01/15/2027 08:10:00 AM", 600),
        ("opaque", "2027-01-15T08:10:00Z", 60),
        ("opaque", None, 60),
        ("opaque", "", 60),
        (jwt(exp=NOW - 5), None, 60),
    ],
)
def test_the_life_of_a_token(token: str, expiry: str | None, seconds: float) -> None:
    """It ends at the JWT's exp, else at tokenExpiry read as UTC; where neither is readable or ahead, in a minute."""
    assert life(token, expiry, NOW) == seconds


def test_the_life_of_a_token_is_counted_by_the_vendors_clock() -> None:
    """A machine whose clock is an hour fast does not take every token for expired."""
    handler = numbered_tokens(expires=NOW + 300)

    def with_date(request: httpx.Request) -> httpx.Response:
        response: httpx.Response = handler(request)
        response.headers["Date"] = "Fri, 15 Jan 2027 08:00:00 GMT"
        return response

    vendor, time = Vendor([ROUTE], token=with_date), VirtualClock(NOW + 3600)
    client = telegent(vendor, time)

    for moment in (0, 269):
        time.elapsed = moment
        client.get_message_route("MRID-1")

    assert len(vendor.tokens) == 1


@pytest.mark.parametrize("status", [401, 403])
def test_a_denied_token_is_renewed_once(status: int) -> None:
    """Either status drops the token; the call is repeated with a new one and succeeds."""
    vendor = Vendor([answer(status), ROUTE], token=numbered_tokens())

    assert telegent(vendor).get_message_route("MRID-1") == ROUTE
    assert [request.headers["Authorization"] for request in vendor.requests] == ["Bearer token-1", "Bearer token-2"]


@pytest.mark.parametrize("status", [401, 403])
def test_a_denied_fresh_token_is_an_error_that_names_its_scope(status: int) -> None:
    """After one renewal the call fails, naming the URL that the token was requested for."""
    vendor = Vendor([answer(status, {"StatusCode": status, "Message": "ApiEndpoint scope"})], token=numbered_tokens())

    with pytest.raises(AccessDenied) as failed:
        telegent(vendor).update_message_route("MRID-1", {"RouteName": "r"})

    assert len(vendor.tokens) == len(vendor.requests) == 2
    assert (
        f'cannot update message route MRID-1: Telegent answered {status} "ApiEndpoint scope" '
        f"to a fresh token for {TELEGENT.base_url}/message/routes/update" in str(failed.value)
    )


def test_a_token_is_renewed_once_for_all_attempts_of_a_call() -> None:
    """A call that is repeated after a passing failure does not renew its token a second time."""
    vendor = Vendor([answer(401), answer(503), answer(401)], token=numbered_tokens())

    with pytest.raises(AccessDenied):
        telegent(vendor).get_message_route("MRID-1")

    assert len(vendor.tokens) == 2
    assert len(vendor.requests) == 3


def test_after_a_failed_token_request_the_next_call_asks_again() -> None:
    """A failure is not remembered."""
    answers = iter([httpx.Response(400), token_answer("t")])
    vendor = Vendor([ROUTE], token=lambda _: next(answers))
    client = telegent(vendor)

    with pytest.raises(ErrorAnswer):
        client.get_message_route("MRID-1")

    assert client.get_message_route("MRID-1") == ROUTE


@pytest.mark.parametrize(
    ("response", "kind"),
    [
        (httpx.Response(200, json={"token": "", "successful": True}), UnreadableAnswer),
        (httpx.Response(200, json={"successful": True}), UnreadableAnswer),
        (httpx.Response(200, json={"token": "a\r\nb", "successful": True}), UnreadableAnswer),
        (httpx.Response(200, json={"token": 7, "successful": True}), UnreadableAnswer),
        (httpx.Response(200, text="<html>", headers={"Content-Type": "text/html"}), UnreadableAnswer),
        (httpx.Response(200, json={"token": "t", "successful": False, "error": "Unknown"}), ErrorAnswer),
        (httpx.Response(404, json={"StatusCode": 404, "Message": "no"}), ErrorAnswer),
        (httpx.Response(400), ErrorAnswer),
    ],
)
def test_without_a_token_nothing_is_sent_and_nothing_is_unclear(response: httpx.Response, kind: type) -> None:
    """Whatever is wrong with the token request, the call it was for was not sent; its error is never NotFound."""
    vendor = Vendor([ROUTE], token=lambda _: response)

    with pytest.raises(kind, match=r"cannot create message route r: no token for ") as failed:
        telegent(vendor).create_message_route({"RouteName": "r"})

    assert vendor.requests == []
    assert not failed.value.unclear
    assert not isinstance(failed.value, NotFound)


def test_a_token_request_is_repeated_even_for_a_create() -> None:
    """A token may be requested twice, whatever it is for."""
    answers = iter([httpx.Response(503), httpx.ReadTimeout("t"), token_answer("t")])

    def shaky(_: httpx.Request) -> httpx.Response:
        step = next(answers)
        if isinstance(step, Exception):
            raise step
        return step

    vendor = Vendor([ROUTE], token=shaky)

    assert telegent(vendor).create_message_route({"RouteName": "r"}) == ROUTE
    assert len(vendor.requests) == 1


def test_a_lost_token_request_of_a_create_is_clear() -> None:
    """When no token could be had the route cannot have been made."""

    def lost(_: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("t")

    vendor = Vendor([ROUTE], token=lost)

    with pytest.raises(NoAnswer) as failed:
        telegent(vendor).create_message_route({"RouteName": "r"})

    assert not failed.value.sent
    assert not failed.value.unclear


def test_the_keys_of_a_token_answer_may_be_spelled_otherwise() -> None:
    """Upper and lower case do not matter in a token answer, and other keys are ignored."""
    fields = {"Token": "T", "Successful": "true", "TokenExpiry": "x", "apiEndpoint": "y", "error": ""}
    vendor = Vendor([ROUTE], token=lambda _: httpx.Response(200, json=fields))

    telegent(vendor).get_message_route("MRID-1")

    assert vendor.requests[0].headers["Authorization"] == "Bearer T"
