"""Telegent's tokens: what they are valid for, how long they are kept, and who requests them."""

from __future__ import annotations

import base64
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from api_script import Vendor, VirtualClock, answer, body_of, telegent, token_answer

from pulumi_messaging.api.clock import Clock
from pulumi_messaging.api.tokens import Token, Tokens, life
from pulumi_messaging.errors import AccessDenied, ErrorAnswer, NoAnswer, NotFound, UnreadableAnswer

ROUTE = {"MessageRouteId": "MRID-1"}
BASE = "https://telegent.example/v1.0"
NOW = 1_800_000_000.0


def jwt(**claims: Any) -> str:
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"e30.{payload}.sig"


def counted(*, expires: float | None = None) -> Any:
    """A handler that numbers its tokens; they are JWTs where they expire at a known time."""
    numbers = iter(range(1, 1000))

    def handler(_: httpx.Request) -> httpx.Response:
        number = next(numbers)
        return token_answer(f"token-{number}" if expires is None else jwt(exp=expires, number=number))

    return handler


def test_a_token_is_requested_for_the_endpoints_url_without_its_query() -> None:
    """The token request names key, secret and the full URL of the call, and carries no authorization itself."""
    vendor = Vendor([ROUTE])

    telegent(vendor).get_message_route("MRID-1")

    assert body_of(vendor.tokens[0]) == {
        "AccountKey": "DID-key",
        "AccountSecret": "s3cr3t-account",
        "ApiEndpoint": f"{BASE}/message/routes",
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
        f"{BASE}/message/routes",
        f"{BASE}/message/routes/update",
        f"{BASE}/account/message/routes",
        f"{BASE}/message/routes/delete",
    ]


def test_a_token_does_not_show() -> None:
    """A token that comes into a log or a traceback by its representation is not readable there."""
    assert "token-1" not in f"{Token('token-1', 300.0)!r} {Token('token-1', 300.0)}"


def test_a_token_is_renewed_thirty_seconds_before_it_expires() -> None:
    """A token is used up to half a minute before its end and not after."""
    vendor, time = Vendor([ROUTE], token=counted(expires=NOW + 300)), VirtualClock(NOW)
    client = telegent(vendor, time)

    for moment in (0, 269, 271):
        time.elapsed = moment
        client.get_message_route("MRID-1")

    assert len(vendor.tokens) == 2


def test_a_short_lived_token_is_used_for_half_its_life() -> None:
    """A token that lives shorter than a minute is not renewed for every call."""
    vendor, time = Vendor([ROUTE], token=counted(expires=NOW + 20)), VirtualClock(NOW)
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
    handler = counted(expires=NOW + 300)

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
    vendor = Vendor([answer(status), ROUTE], token=counted())

    assert telegent(vendor).get_message_route("MRID-1") == ROUTE
    assert [request.headers["Authorization"] for request in vendor.requests] == ["Bearer token-1", "Bearer token-2"]


@pytest.mark.parametrize("status", [401, 403])
def test_a_denied_fresh_token_is_an_error_that_names_its_scope(status: int) -> None:
    """After one renewal the call fails, naming the URL that the token was requested for."""
    vendor = Vendor([answer(status, {"StatusCode": status, "Message": "ApiEndpoint scope"})], token=counted())

    with pytest.raises(AccessDenied) as failed:
        telegent(vendor).update_message_route("MRID-1", {"RouteName": "r"})

    assert len(vendor.tokens) == len(vendor.requests) == 2
    assert (
        f'cannot update message route MRID-1: Telegent answered {status} "ApiEndpoint scope" '
        f"to a fresh token for {BASE}/message/routes/update" in str(failed.value)
    )


def test_a_token_is_renewed_once_for_all_attempts_of_a_call() -> None:
    """A call that is repeated after a passing failure does not renew its token a second time."""
    vendor = Vendor([answer(401), answer(503), answer(401)], token=counted())

    with pytest.raises(AccessDenied):
        telegent(vendor).get_message_route("MRID-1")

    assert len(vendor.tokens) == 2
    assert len(vendor.requests) == 3


def test_threads_that_need_a_token_at_once_get_it_by_one_request() -> None:
    """Sixteen threads on one endpoint cause one token request, and all use its token."""
    started = threading.Barrier(16)
    handler = counted()

    def slow(request: httpx.Request) -> httpx.Response:
        threading.Event().wait(0.05)
        response: httpx.Response = handler(request)
        return response

    vendor = Vendor([lambda _: httpx.Response(200, json=ROUTE)], token=slow)
    client = telegent(vendor)

    def read(_: int) -> Any:
        started.wait()
        return client.get_message_route("MRID-1")

    with ThreadPoolExecutor(16) as pool:
        routes = list(pool.map(read, range(16)))

    assert routes == [ROUTE] * 16
    assert len(vendor.tokens) == 1


def test_threads_on_two_endpoints_do_not_wait_for_each_other() -> None:
    """The token of one URL is given out while another URL's request is still under way."""
    asked, other_done = threading.Event(), threading.Event()

    def held(request: httpx.Request) -> httpx.Response:
        if body_of(request)["ApiEndpoint"] == f"{BASE}/message/routes":
            asked.set()
            assert other_done.wait(5)
        return token_answer("t")

    vendor = Vendor([lambda _: httpx.Response(200, json=ROUTE | {"Results": []})], token=held)
    client = telegent(vendor)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(client.get_message_route, "MRID-1")
        assert asked.wait(5)
        client.list_message_routes()
        other_done.set()

        assert waiting.result(5)["MessageRouteId"] == "MRID-1"


def test_threads_whose_token_is_denied_at_once_renew_it_by_one_request() -> None:
    """A revoked token that sixteen threads hold is replaced once, not sixteen times."""
    handler, started = counted(), threading.Barrier(16)
    both = threading.Barrier(16)

    def vendor_answer(request: httpx.Request) -> httpx.Response:
        if request.headers["Authorization"] == "Bearer token-1":
            both.wait(5)
            return httpx.Response(401)
        return httpx.Response(200, json=ROUTE)

    vendor = Vendor([vendor_answer], token=handler)
    client = telegent(vendor)

    def read(_: int) -> Any:
        started.wait()
        return client.get_message_route("MRID-1")

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(read, range(16)))

    assert len(vendor.tokens) == 2


def test_a_failed_token_request_fails_all_that_waited_for_it_each_in_its_own_words() -> None:
    """Threads share the failure of the one request, and every error names its own object."""
    started, asked = threading.Barrier(4), threading.Event()

    def refuse(_: httpx.Request) -> httpx.Response:
        asked.wait(0.1)
        return httpx.Response(401, json={"StatusCode": 401, "Message": "Unknown pair"})

    vendor = Vendor([ROUTE], token=refuse)
    client = telegent(vendor)

    def read(number: int) -> str:
        started.wait()
        with pytest.raises(AccessDenied) as failed:
            client.get_message_route(f"MRID-{number}")
        return str(failed.value)

    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(read, range(4)))

    assert len(vendor.tokens) == 1
    for number, text in enumerate(told):
        assert text.startswith(f"cannot read message route MRID-{number}: no token for {BASE}/message/routes: ")


def test_who_waits_for_a_token_has_a_deadline_too() -> None:
    """A call whose time ends while another one's token request goes on fails, and was not sent."""
    asked, release = threading.Event(), threading.Event()

    def slow(endpoint: str, action: str, deadline: float) -> Token:
        asked.set()
        assert release.wait(5)
        return Token("t", 300)

    clock = Clock()
    tokens = Tokens(slow, clock)
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(tokens.get, BASE, "read message route MRID-1", clock.monotonic() + 60)
        assert asked.wait(5)
        with pytest.raises(NoAnswer, match=rf"cannot list message routes: no token for {BASE} in time; ") as failed:
            tokens.get(BASE, "list message routes", clock.monotonic() + 0.05)
        release.set()
        assert other.result(5) == "t"

    assert not failed.value.sent
    assert not failed.value.unclear


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
