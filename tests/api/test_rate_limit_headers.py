"""The throttle by a vendor's own headers: its limits are kept before they are met."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from pulumi_messaging.api.clock import Clock
from pulumi_messaging.api.rate_limit_headers import HeaderThrottle
from pulumi_messaging.api.telnyx import TelnyxClient
from pulumi_messaging.errors import NoAnswer, RateLimited
from tests.support.api.rate_limits import FOUND, headers, told
from tests.support.api.vendor import TELNYX, Vendor, answer, telnyx
from tests.support.clock import VirtualClock


def test_nothing_remaining_closes_until_the_reset() -> None:
    """After an answer that leaves nothing, the next request leaves when the window is over."""
    time = VirtualClock()
    client = telnyx(Vendor([told(1, 20), told(0, 17), told(99, 60)]), time)

    client.retrieve_messaging("1")
    client.retrieve_messaging("1")
    assert time.elapsed == 0
    client.retrieve_messaging("1")

    assert 17 <= time.elapsed <= 18


def test_requests_under_way_count() -> None:
    """Of what an answer leaves, those that were sent before and are not answered yet may have taken their part."""
    time = VirtualClock()
    throttle = HeaderThrottle(time.clock, "Telnyx")
    assert [throttle.enter("read") for _ in range(3)] == [0, 0, 0]

    throttle.leave("read", headers(3, 20))

    assert throttle.enter("read") == 0
    assert throttle.enter("read") == 20


def test_an_answer_that_was_overtaken_is_not_believed() -> None:
    """The higher remaining of an older answer of the same window changes nothing."""
    time = VirtualClock()
    throttle = HeaderThrottle(time.clock, "Telnyx")
    for _ in range(2):
        throttle.enter("read")
    time.elapsed = 1

    throttle.leave("read", headers(1, 20), left=0)
    throttle.leave("read", headers(2, 20), left=0)

    assert throttle.enter("read") == 20


@pytest.mark.parametrize(("known", "took", "reset", "wait"), [(20, 9, 20, 11), (60, 19, 5, 41)])
def test_an_overtaken_answer_may_be_as_late_as_it_likes(known: float, took: float, reset: float, wait: float) -> None:
    """What it tells of this window or of the one before was true when the vendor wrote it, since its request left."""
    time = VirtualClock()
    throttle = HeaderThrottle(time.clock, "Telnyx")
    for _ in range(2):
        throttle.enter("read")
    time.elapsed = 1
    throttle.leave("read", headers(0, known), left=0)
    time.elapsed = 1 + took

    throttle.leave("read", headers(7, reset), left=0)

    assert throttle.enter("read") == wait


def test_a_later_answer_is_believed_whatever_it_tells() -> None:
    """A window that slides leaves more before its reset: who asked after the last answer knows better."""
    time = VirtualClock()
    throttle = HeaderThrottle(time.clock, "Telnyx")
    for remaining, took in ((1, 0), (5, 3)):
        throttle.enter("read")
        time.elapsed += 4
        throttle.leave("read", headers(remaining, 20), left=time.elapsed - took)

    assert [throttle.enter("read") for _ in range(6)] == [0] * 5 + [20]


def test_a_thread_that_was_held_up_keeps_no_newer_answer_out() -> None:
    """What was measured while it was held up counts as the time of its request, not as a later end of the window."""
    moments = iter([0.0, 0.0, 50.0, 50.0, 50.0])
    throttle = HeaderThrottle(Clock(now=lambda: 0.0, monotonic=lambda: next(moments)), "Telnyx")
    for _ in range(2):
        throttle.enter("read")

    throttle.leave("read", headers(9, 60), left=0)
    throttle.leave("read", headers(0, 10), left=0)

    assert throttle.enter("read") > 0


def test_a_new_window_is_believed() -> None:
    """After the reset the next answer counts anew."""
    time = VirtualClock()
    throttle = HeaderThrottle(time.clock, "Telnyx")
    throttle.enter("read")
    throttle.leave("read", headers(0, 20))
    time.elapsed = 20

    assert throttle.enter("read") == 0
    throttle.leave("read", headers(7, 60))
    assert [throttle.enter("read") for _ in range(8)] == [0] * 7 + [60]


def test_endpoints_have_limits_of_their_own_or_share_one() -> None:
    """An endpoint that is used up does not close another one; but a request of one counts against the other."""
    throttle = HeaderThrottle(VirtualClock().clock, "Telnyx")
    for endpoint, remaining in (("read", 0), ("update", 2)):
        throttle.enter(endpoint)
        throttle.leave(endpoint, headers(remaining, 20))

    assert throttle.enter("read") == 20
    assert throttle.enter("list") == 0
    assert throttle.enter("update") == 0
    assert throttle.enter("update") == 20


def test_a_429_closes_for_all_endpoints() -> None:
    """A refused request holds every other one of the client until the moment that was told."""
    time = VirtualClock()
    vendor = Vendor([answer(429, Retry_After="30"), FOUND])
    client = telnyx(vendor, time)
    client.retrieve_messaging("1")
    time.elapsed = 10  # as for another thread, twenty seconds before the end

    client.update_messaging("1", {"tags": ["a"]})

    assert 30 <= time.elapsed <= 31
    assert len(vendor.requests) == 3


def test_a_wait_beyond_the_deadline_is_refused_at_once() -> None:
    """Where the vendor asks for an hour, calls fail without waiting and without a request, and say so."""
    time = VirtualClock()
    vendor = Vendor([answer(429, Retry_After="3600")])
    client = telnyx(vendor, time)
    with pytest.raises(RateLimited):
        client.retrieve_messaging("1")

    with pytest.raises(NoAnswer) as failed:
        client.retrieve_messaging("2")

    assert time.slept == []
    assert len(vendor.requests) == 1
    assert not failed.value.sent
    assert not failed.value.unclear
    assert str(failed.value).startswith(
        "cannot read messaging settings of number 2: Telnyx allows no more requests for the moment for 360"
    )
    assert str(failed.value).endswith(
        "longer than telnyx:timeoutSeconds leaves; raise telnyx:timeoutSeconds, or run the command again later"
    )


def test_a_closed_gate_is_announced_once(capsys: pytest.CaptureFixture[str]) -> None:
    """One line for all that wait: which vendor, why, how long, for what."""
    time = VirtualClock()
    client = telnyx(Vendor([told(0, 40), {"data": {"id": "1"}}]), time)
    client.retrieve_messaging("1")

    client.retrieve_messaging("+15550100001")
    time.elapsed = 5
    client.retrieve_messaging("+15550100002")

    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert said.startswith("pulumi-messaging: Telnyx allows no more requests for the moment; waiting 4")
    assert said.endswith(" s to read messaging settings of number +15550100001\n")


def test_closing_the_client_wakes_those_at_the_gate(capsys: pytest.CaptureFixture[str]) -> None:
    """A call that waits at the throttle, and has said so, fails when the client is closed."""
    client = TelnyxClient(TELNYX, Vendor([told(0, 60)]).transport)
    client.retrieve_messaging("1")

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(client.retrieve_messaging, "2")
        while not capsys.readouterr().err and not waiting.done():
            time.sleep(0.01)
        client.close()
        with pytest.raises(NoAnswer, match="interrupted"):
            waiting.result(5)


def test_an_answer_of_one_endpoint_counts_for_all() -> None:
    """Another process has used the limit meanwhile: the reads show it, and nothing is sent to find out again."""
    time = VirtualClock()
    throttle = HeaderThrottle(time.clock, "Telnyx")
    for endpoint, remaining in (("update", 30), ("read", 0)):
        assert throttle.enter(endpoint) == 0
        throttle.leave(endpoint, headers(remaining, 20))

    assert [throttle.enter(endpoint) for endpoint in ("read", "update", "list")] == [20, 20, 20]


def test_endpoints_that_count_by_themselves_do_not_stop_each_other() -> None:
    """With one limit for all, what is left would not be the same after another request."""
    time = VirtualClock()
    throttle = HeaderThrottle(time.clock, "Telnyx")
    for endpoint, remaining in (("update", 39), ("read", 39), ("read", 0)):
        assert throttle.enter(endpoint) == 0
        throttle.leave(endpoint, headers(remaining, 20), left=time.elapsed)

    assert throttle.enter("read") == 20
    assert throttle.enter("update") == 0


@pytest.mark.parametrize(
    ("limit", "spared"), [("1000", 4), ("40", 4), ("29", 2), ("9", 0), ("", 0), ("many", 0), ("-9", 0)]
)
def test_a_few_requests_are_left_for_others(limit: str, spared: int) -> None:
    """Four of a window, or a tenth of a small one; none where the limit is not told."""
    throttle = HeaderThrottle(VirtualClock().clock, "Telnyx")
    throttle.enter("read")
    throttle.leave("read", headers(6, 20, **{"x-ratelimit-limit": limit}))

    assert [throttle.enter("read") for _ in range(7)] == [0] * (6 - spared) + [20] * (1 + spared)
