"""The retry budget: what a dead vendor costs, and that a living one is not given up."""

from __future__ import annotations

import random
import re
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import httpx
import pytest

from pulumi_messaging.api import retry
from pulumi_messaging.api.circuit_breaker import A_FEW, ALLOWANCE, PATIENCE, REST
from pulumi_messaging.api.telegent import TelegentClient
from pulumi_messaging.errors import ApiError, ErrorAnswer, NoAnswer
from tests.support.api.vendor import TELEGENT, Vendor, answer, telegent, telnyx
from tests.support.clock import VirtualClock

if TYPE_CHECKING:
    from pulumi_messaging.api.telnyx import TelnyxClient

FOUND = {"data": {"id": "1"}}
DEAD = [
    httpx.ConnectError("refused"),
    httpx.ConnectTimeout("t"),
    httpx.ReadTimeout("t"),
    httpx.RemoteProtocolError("closed"),
    answer(503),
    answer(504),
]


def fails(client: TelnyxClient) -> ApiError:
    with pytest.raises(ApiError) as failed:
        client.retrieve_messaging("1")
    return failed.value


@pytest.mark.parametrize("step", DEAD)
@pytest.mark.parametrize("operations", [10, 1000])
def test_a_dead_vendor_costs_at_most_one_tenth_more_than_one_request_each(step: object, operations: int) -> None:
    """However many operations fail, there are at most 1.1 requests for each, and after the first few none at all."""
    vendor = Vendor([step])
    client = telnyx(vendor)

    errors = [fails(client) for _ in range(operations)]

    assert len(vendor.requests) <= 1.1 * operations
    assert A_FEW <= len(vendor.requests) <= 1 + ALLOWANCE
    assert not any(error.unclear for error in errors)


def test_a_vendor_that_asks_for_more_time_than_it_gets_is_given_up_and_not_asked_earlier() -> None:
    """A wait that it asked for is kept, or nothing follows."""
    vendor, clock = Vendor([answer(503, Retry_After="50")]), VirtualClock()

    fails(telnyx(vendor, clock))

    assert len(vendor.requests) == 2
    assert 50 <= clock.elapsed < PATIENCE


def test_what_is_not_sent_any_more_says_so_in_milliseconds() -> None:
    """Once the vendor is known to be silent a call fails at once: that it is silent, since when, and why."""
    vendor, clock = Vendor([httpx.ConnectError("[Errno 111] Connection refused")]), VirtualClock()
    client = telnyx(vendor, clock)
    fails(client)
    clock.slept.clear()

    began = time.perf_counter()
    errors = [fails(client) for _ in range(100)]

    assert (time.perf_counter() - began) / 100 < 0.01
    assert clock.slept == []
    assert all(isinstance(error, NoAnswer) and not error.sent for error in errors)
    assert re.fullmatch(
        r"cannot read messaging settings of number 1: Telnyx is out of reach or out of service \([0-9]+ requests in a "
        r"row failed, the last one: no connection to telnyx.example \(\[Errno 111\] Connection refused\)\); nothing "
        r"was sent for this; check the network and telnyx:baseUrl, then run the command again",
        str(errors[0]),
    )


class SharedClock(VirtualClock):
    """The clock of threads that wait at the same time: the waits of all of them take as long as one."""

    def __init__(self, threads: int) -> None:
        super().__init__()
        self._threads = threads

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds / self._threads)


@pytest.mark.parametrize(("seconds", "threads"), [(0.0, 1), (30.0, 1), (30.0, 4)])
def test_a_vendor_that_does_not_answer_is_given_up_in_time(seconds: float, threads: int) -> None:
    """Whether it answers nothing but 503 at once or takes requests and never answers: all calls end by then."""
    clock = SharedClock(threads)

    def silent(request: httpx.Request) -> httpx.Response:
        clock.sleep(min(seconds, request.extensions["timeout"]["read"]))
        return httpx.Response(503)

    client = telnyx(Vendor([silent]), clock)
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda _: fails(client), range(40)))

    assert clock.elapsed <= PATIENCE + 5


def test_a_call_that_an_unanswered_request_left_no_time_names_the_vendor() -> None:
    """Its time limit, which may be that of a preview, is not the cause; without an outage it is."""
    clock = VirtualClock()
    client = telnyx(Vendor([FOUND, httpx.ReadTimeout("t")]), clock)
    late = client.until(clock.clock.monotonic)

    assert "raise telnyx:timeoutSeconds" in str(fails(late))
    client.retrieve_messaging("1")
    assert "raise telnyx:timeoutSeconds" in str(fails(late))
    fails(client.until(lambda: clock.elapsed + 1))
    assert str(fails(late)) == (
        "cannot read messaging settings of number 1: no earlier request got a usable answer; nothing was sent for "
        "this; check the network and telnyx:baseUrl, then run the command again"
    )


def test_threads_share_the_budget() -> None:
    """Eight threads find out together that the vendor is dead: each asks once, and ten retries are left for all."""
    vendor = Vendor([httpx.ReadTimeout("t")])
    client = telnyx(vendor)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: fails(client), range(400)))

    assert len(vendor.requests) <= 8 + ALLOWANCE + 400 * 0.1


def test_threads_that_fail_together_back_off_together() -> None:
    """The ten retries of four threads reach as far as those of one thread: over 40 s in all, on average."""

    def unavailable(_: httpx.Request) -> httpx.Response:
        time.sleep(0.002)  # or one thread would be through before the next one begins
        return httpx.Response(503)

    waited = 0.0
    for _ in range(20):
        clock = VirtualClock()
        client = telnyx(Vendor([unavailable]), clock)
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda _, client=client: fails(client), range(4)))
        assert len(clock.slept) <= ALLOWANCE
        waited += sum(clock.slept)

    assert waited / 20 > 40


def test_a_vendor_that_is_back_is_found_out_by_one_request() -> None:
    """Every half minute one call goes through; when it is answered, the next ones go through as well."""
    clock = VirtualClock()
    vendor = Vendor([httpx.ConnectError("refused")])
    client = telnyx(vendor, clock)
    fails(client)
    asked = len(vendor.requests)

    clock.elapsed += REST
    for _ in range(3):
        fails(client)
    assert len(vendor.requests) == asked + 1

    vendor.script = [FOUND]
    fails(client)
    clock.elapsed += REST
    assert [client.retrieve_messaging("1")["id"] for _ in range(3)] == ["1", "1", "1"]


def test_a_single_hiccup_is_always_tried_again() -> None:
    """One failure in every second request never uses up the budget."""
    script = [step for _ in range(200) for step in (answer(503), FOUND)]
    client = telnyx(Vendor(script))

    assert all(client.retrieve_messaging("1") for _ in range(200))


@pytest.mark.parametrize("seed", range(3))
def test_three_faults_in_ten_requests_are_survived(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 2,000 reads by a flaky network at most one in a thousand fails."""
    dice = random.Random(seed)
    monkeypatch.setattr(retry.random, "uniform", random.Random(seed).uniform)
    vendor = Vendor([lambda _: _raised(dice.choice(DEAD)) if dice.random() < 0.3 else httpx.Response(200, json=FOUND)])
    client = telnyx(vendor)
    failed = 0

    for _ in range(2000):
        try:
            client.retrieve_messaging("1")
        except ApiError:
            failed += 1

    assert failed <= 2


def _raised(step: object) -> httpx.Response:
    if isinstance(step, Exception):
        raise step
    assert callable(step)
    response: httpx.Response = step(None)
    return response


def test_a_vendor_that_answers_reads_only_does_not_cost_ever_more() -> None:
    """Where each object is read first and its update fails, the reads pay for one retry each."""
    vendor = Vendor([lambda r: httpx.Response(200, json=FOUND) if r.method == "GET" else httpx.Response(503)])
    clock = VirtualClock()
    client = telnyx(vendor, clock)

    for _ in range(200):
        clock.elapsed += REST
        client.retrieve_messaging("1")
        with pytest.raises(ErrorAnswer):
            client.update_messaging("1", {"tags": ["a"]})

    assert len(vendor.requests) <= 200 * 3 + ALLOWANCE


def test_tokens_are_no_sign_of_life() -> None:
    """A token service that works does not keep a dead service from being found out."""
    numbers = iter(range(10_000))

    def short_lived(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"token": f"t{next(numbers)}", "successful": True})

    vendor, clock = Vendor([answer(503)], token=short_lived), VirtualClock()
    client = TelegentClient(TELEGENT, vendor.transport, clock=clock.clock)
    for _ in range(100):
        with pytest.raises(ApiError):
            client.list_message_routes()
        clock.elapsed += 1

    assert len(vendor.requests) + len(vendor.tokens) <= 110
    assert len(vendor.requests) <= 1 + ALLOWANCE + 100 / REST + 1


def test_the_request_that_finds_out_may_get_a_token() -> None:
    """A call that is let through after a silence asks for the token it needs."""
    clock, alive = VirtualClock(), False

    def token(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200 if alive else 503, json={"token": "t", "successful": True})

    vendor = Vendor([{"Results": []}], token=token)
    client = telegent(vendor, clock)
    with pytest.raises(ApiError):
        client.list_message_routes()

    alive = True
    clock.elapsed += REST
    assert client.list_message_routes().complete
    assert client.list_message_routes("AID-1").complete


def test_a_vendor_that_says_no_is_alive() -> None:
    """Refusals, limits and conflicts never end in silence."""
    vendor = Vendor([answer(422)])
    client = telnyx(vendor)

    for _ in range(50):
        assert isinstance(fails(client), ErrorAnswer)

    assert len(vendor.requests) == 50


def test_a_dead_token_service_is_found_out_too() -> None:
    """Where no token can be had, calls soon fail without asking for one."""

    def dead(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    vendor = Vendor([FOUND], token=dead)
    client = telegent(vendor)
    for _ in range(100):
        with pytest.raises(NoAnswer):
            client.list_message_routes()

    assert A_FEW <= len(vendor.tokens) <= 1 + ALLOWANCE
    assert vendor.requests == []
