"""Threads that need a token at the same time: one request makes it for all, and nobody waits without an end."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from pulumi_messaging.api.clock import Clock
from pulumi_messaging.api.tokens import Token, Tokens
from pulumi_messaging.errors import AccessDenied, NoAnswer
from tests.support.api.vendor import ROUTE, TELEGENT, Vendor, body_of, numbered_tokens, telegent, token_answer


def test_threads_that_need_a_token_at_once_get_it_by_one_request() -> None:
    """Sixteen threads on one endpoint cause one token request, and all use its token."""
    started = threading.Barrier(16)
    handler = numbered_tokens()

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
        if body_of(request)["ApiEndpoint"] == f"{TELEGENT.base_url}/message/routes":
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
    handler, started = numbered_tokens(), threading.Barrier(16)
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
        assert text.startswith(
            f"cannot read message route MRID-{number}: no token for {TELEGENT.base_url}/message/routes: "
        )


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
        other = pool.submit(tokens.get, TELEGENT.base_url, "read message route MRID-1", clock.monotonic() + 60)
        assert asked.wait(5)
        with pytest.raises(
            NoAnswer, match=rf"cannot list message routes: no token for {TELEGENT.base_url} in time; "
        ) as failed:
            tokens.get(TELEGENT.base_url, "list message routes", clock.monotonic() + 0.05)
        release.set()
        assert other.result(5) == "t"

    assert not failed.value.sent
    assert not failed.value.unclear
