"""The limiter and the gate in front of a client's requests."""

from __future__ import annotations

import dataclasses
import itertools
from typing import TYPE_CHECKING

import httpx
import pytest

from pulumi_messaging.api.announce import Announcer
from pulumi_messaging.api.clock import Clock
from pulumi_messaging.api.limiter import Limiter, Turn
from pulumi_messaging.api.telegent import TelegentClient
from pulumi_messaging.api.throttle import NotSent, Throttle
from pulumi_messaging.errors import NoAnswer, NotFound
from tests.support.api.vendor import TELEGENT, Vendor, answer, token_answer
from tests.support.clock import VirtualClock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROUTE = {"MessageRouteId": "MRID-1"}
FAR = 1e9


def lasting(_: httpx.Request) -> httpx.Response:
    """A token that does not expire within a test."""
    return token_answer("t", tokenExpiry="01/16/2027 08:00:00 AM")


@pytest.fixture
def limiters(tmp_path: Path) -> Iterator[Limiters]:
    made = Limiters(tmp_path)
    yield made
    for each in made.made:
        each.close()


class Limiters:
    """Limiters of one account, each as of a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.time = VirtualClock()
        self.folder = folder
        self.made: list[Limiter] = []

    def limiter(self, limit: int) -> Limiter:
        self.made.append(Limiter(limit, "a", self.folder, pytest.fail, self.time.clock))
        return self.made[-1]

    def client(self, vendor: Vendor, limit: int, seconds: float = 300.0) -> TelegentClient:
        settings = dataclasses.replace(TELEGENT, timeout_seconds=seconds)
        return TelegentClient(settings, vendor.transport, clock=self.time.clock, limiter=self.limiter(limit))


def test_every_request_takes_a_turn(limiters: Limiters) -> None:
    """Tokens, renewed tokens, repeated and refused requests count like any other."""
    moments: list[float] = []

    def counted(response: object) -> object:
        def step(request: httpx.Request) -> httpx.Response:
            moments.append(limiters.time.elapsed)
            return response(request) if callable(response) else httpx.Response(200, json=response)

        return step

    script = [counted(each) for each in (answer(401), answer(503), answer(404))]
    vendor = Vendor(script, token=counted(lasting))
    with pytest.raises(NotFound):
        limiters.client(vendor, 1, seconds=1000.0).get_message_route("MRID-1")

    assert len(moments) == 5
    assert all(later - earlier >= 60.5 for earlier, later in itertools.pairwise(moments))


def test_a_turn_ends_with_the_answer(limiters: Limiters) -> None:
    """The minute of a request that took long begins when it was answered."""

    def slow(_: httpx.Request) -> httpx.Response:
        limiters.time.elapsed += 20
        return httpx.Response(200, json=ROUTE)

    client = limiters.client(Vendor([slow], token=lasting), 1)
    client.get_message_route("MRID-1")  # a minute after its token; answered 20 s later
    client.get_message_route("MRID-1")  # a minute after that answer

    assert limiters.time.elapsed == pytest.approx(60.5 + 20 + 60.5 + 20)


def test_a_turn_that_is_not_used_is_given_back(limiters: Limiters) -> None:
    """A call that is interrupted while it waits leaves its turn to the next process."""
    limiters.limiter(1).ask(FAR)

    def interrupted(seconds: float) -> bool:
        limiters.time.elapsed += seconds / 2
        return True

    clock = Clock(monotonic=lambda: limiters.time.elapsed, sleep=interrupted)
    throttle = Throttle("Telegent", clock, Announcer(clock), limiters.limiter(1))
    with pytest.raises(NotSent) as stopped:
        throttle.enter("", "list message routes", FAR)

    assert stopped.value.reason == "interrupted"
    throttle.by_headers.enter("")
    throttle.by_headers.leave("", httpx.Headers({"x-ratelimit-remaining": "1", "x-ratelimit-reset": "9"}))
    assert throttle.by_headers.enter("") == 0, "nothing else is under way"
    following = limiters.limiter(1)
    assert following.leave(following.ask(FAR), FAR) == pytest.approx(60.5 - 60.5 / 2)


def test_a_turn_after_the_deadline_is_refused_without_a_request(limiters: Limiters) -> None:
    """The error says which limit is used up, for how long, and which key gives more time; nothing is waited for."""
    vendor = Vendor([ROUTE])
    client = limiters.client(vendor, 2, seconds=30.0)
    client.get_message_route("MRID-1")

    with pytest.raises(NoAnswer) as failed:
        client.get_message_route("MRID-1")

    assert limiters.time.slept == []
    assert len(vendor.requests) == 1
    assert not failed.value.unclear
    assert str(failed.value) == (
        "cannot read message route MRID-1: Telegent's 2 requests a minute (telegent:requestsPerMinute) are used "
        "for 61 s, longer than telegent:timeoutSeconds leaves; raise telegent:timeoutSeconds, or run the "
        "command again later"
    )


def test_a_429_holds_those_that_wait_for_their_turn(limiters: Limiters) -> None:
    """A turn that comes while the vendor asks to wait is used after that."""
    limiters.limiter(1).ask(FAR)

    def sleep(seconds: float) -> None:
        limiters.time.elapsed += seconds
        if limiters.time.elapsed < 70:
            throttle.by_headers.close(40)  # another thread's request was refused

    clock = Clock(monotonic=lambda: limiters.time.elapsed, sleep=sleep)
    throttle = Throttle("Telegent", clock, Announcer(clock), limiters.limiter(1))
    throttle.leave(throttle.enter("", "list message routes", FAR), None)

    assert limiters.time.elapsed == pytest.approx(100.5)


def test_a_429_between_a_turn_and_its_request_moves_the_turn(limiters: Limiters) -> None:
    """The store has the moment at which the request left, not the one at which its turn came."""
    clock = limiters.time.clock
    limiter = limiters.limiter(1)
    throttle = Throttle("Telegent", clock, Announcer(clock), limiter)
    ask = limiter.ask

    def refused_meanwhile(deadline: float) -> Turn:
        turn = ask(deadline)
        throttle.by_headers.close(40)
        return turn

    limiter.ask = refused_meanwhile  # type: ignore[method-assign]
    throttle.enter("", "list message routes", FAR)

    other = limiters.limiter(1)
    assert limiters.time.elapsed == pytest.approx(40, abs=2)
    assert other.leave(other.ask(FAR), FAR) == pytest.approx(60.5)


def test_the_wait_for_a_turn_is_announced(limiters: Limiters, capsys: pytest.CaptureFixture[str]) -> None:
    """One line: which vendor, why, how long, for what, and how many are before it."""
    other = limiters.limiter(1)
    for _ in range(3):
        other.ask(FAR)

    clock = limiters.time.clock
    throttle = Throttle("Telegent", clock, Announcer(clock), limiters.limiter(1))
    throttle.leave(throttle.enter("", "list message routes", FAR), None)

    assert capsys.readouterr().err == (
        "pulumi-messaging: Telegent's 1 requests a minute (telegent:requestsPerMinute) are used; "
        "waiting 182 s to list message routes (2 requests from this machine are queued ahead)\n"
    )
