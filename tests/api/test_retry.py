"""When the clients ask again, how long they wait, and what they say meanwhile."""

from __future__ import annotations

import dataclasses
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from pulumi_messaging.api.telegent import TelegentClient
from pulumi_messaging.api.telnyx import TelnyxClient
from pulumi_messaging.errors import AccessDenied, Conflict, ErrorAnswer, NoAnswer, RateLimited
from pulumi_messaging.settings import TIMEOUT_SECONDS
from tests.support.api.vendor import ROUTE, TELEGENT, TELNYX, Vendor, answer, raw, telegent, telnyx, token_answer
from tests.support.clock import VirtualClock


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_passing_failure_of_a_repeatable_call_is_tried_again(status: int) -> None:
    """Each status of the vendors' retry advice is followed by another attempt, and the call then succeeds."""
    vendor = Vendor([answer(status), answer(status), ROUTE])

    route = telegent(vendor).get_message_route("MRID-1")

    assert route == ROUTE
    assert len(vendor.requests) == 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 415, 422, 501])
def test_a_lasting_failure_is_not_tried_again(status: int) -> None:
    """A status outside the retry advice fails at once; 401 and 403 after the one renewal of the token."""
    vendor = Vendor([answer(status)])
    time = VirtualClock()

    with pytest.raises(ErrorAnswer) as failed:
        telegent(vendor, time).get_message_route("MRID-1")

    assert failed.value.status == status
    assert time.slept == []
    assert len(vendor.requests) == (2 if status in {401, 403} else 1)


def test_telnyx_409_is_tried_again() -> None:
    """Telnyx answers 409 while another change is processed: the call waits for its end."""
    vendor = Vendor([answer(409), {"data": {"id": "1"}}])

    assert telnyx(vendor).update_messaging("1", {"messaging_product": "P2P"}) == {"id": "1"}


def test_an_object_in_use_is_asked_for_five_times() -> None:
    """A 409 that stays is told after the five attempts that Telnyx advises."""
    vendor = Vendor([answer(409)])

    with pytest.raises(Conflict):
        telnyx(vendor).retrieve_messaging("1")

    assert len(vendor.requests) == 5


def test_the_wait_is_any_part_of_one_second_doubling_to_thirty() -> None:
    """Full jitter: each wait lies between nothing and its bound, and over many calls the waits fill that range."""
    bounds = [1, 2, 4, 8, 16]
    waits: list[list[float]] = []
    for _ in range(200):
        time = VirtualClock()
        with pytest.raises(ErrorAnswer):
            telnyx(Vendor([answer(503)]), time).retrieve_messaging("1")
        waits.append(time.slept[: len(bounds)])

    complete = [slept for slept in waits if len(slept) == len(bounds)]  # the vendor is given up in the others
    assert len(complete) > 150
    for bound, slept in zip(bounds, zip(*complete, strict=True), strict=True):
        assert 0 <= min(slept) < 0.15 * bound
        assert 0.85 * bound < max(slept) <= bound


@pytest.mark.parametrize("seconds", [0.5, 20.0, 300.0])
def test_a_call_ends_with_its_deadline(seconds: float) -> None:
    """The deadline of the settings bounds attempts and waits together, and no wait is begun that would pass it."""
    vendor = Vendor([answer(429)])
    time = VirtualClock()
    client = TelnyxClient(dataclasses.replace(TELNYX, timeout_seconds=seconds), vendor.transport, clock=time.clock)

    with pytest.raises(RateLimited):
        client.retrieve_messaging("1")

    assert time.elapsed <= seconds


def test_the_phases_of_an_attempt_end_with_the_deadline() -> None:
    """Shortly before the deadline a request is not given the thirty seconds that it may otherwise take."""
    given: list[dict[str, float]] = []
    time = VirtualClock()

    def slow(request: httpx.Request) -> httpx.Response:
        given.append(request.extensions["timeout"])
        time.elapsed += 16
        return httpx.Response(503)

    client = TelnyxClient(
        dataclasses.replace(TELNYX, timeout_seconds=20.0), httpx.MockTransport(slow), clock=time.clock
    )
    with pytest.raises(ErrorAnswer):
        client.retrieve_messaging("1")

    assert given[0] == {"connect": 5.0, "read": 20.0, "write": 10.0, "pool": 20.0}
    assert all(seconds <= 4 for seconds in given[1].values())


def test_the_time_for_a_token_is_that_of_its_call() -> None:
    """A token that is asked for late, and again and again, does not give its call more time."""
    time = VirtualClock()
    tokens = iter([token_answer("expired")])
    busy = httpx.Response(429, headers={"Retry-After": "7"})
    vendor = Vendor([answer(429, Retry_After="40"), answer(401)], token=lambda _: next(tokens, busy))
    settings = dataclasses.replace(TELEGENT, timeout_seconds=60.0)

    with pytest.raises(RateLimited, match="no token for"):
        TelegentClient(settings, vendor.transport, clock=time.clock).get_message_route("MRID-1")

    assert len(vendor.tokens) > 2
    assert time.elapsed <= 60


def test_a_rate_limit_is_waited_for_until_the_deadline() -> None:
    """429 is asked again until five minutes would pass, and then told; it costs nothing of the retry budget."""
    vendor = Vendor([answer(429)])
    time = VirtualClock()

    with pytest.raises(RateLimited):
        telnyx(vendor, time).retrieve_messaging("1")

    assert len(vendor.requests) > 10
    assert max(time.slept) <= 30
    assert TIMEOUT_SECONDS - 31 < time.elapsed <= TIMEOUT_SECONDS


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [
        (429, {"Retry_After": "17"}, 17),
        (503, {"Retry_After": "17"}, 17),
        (429, {"x_ratelimit_reset": "21"}, 21),
        (429, {"x_ratelimit_reset": "1800000042"}, 42),
        (429, {"Retry_After": "5", "x_ratelimit_reset": "60"}, 5),
        (429, {"Retry_After": format_datetime(datetime.fromtimestamp(1_800_000_009, UTC), usegmt=True)}, 9),
        (429, {"Retry_After": "0"}, 1),
        (429, {"Retry_After": "soon"}, 0),
        (429, {"Retry_After": "-3"}, 0),
        (429, {"Retry_After": "nan"}, 0),
        (500, {"x_ratelimit_reset": "60"}, 0),
    ],
)
def test_the_wait_is_what_the_vendor_asks_for(status: int, headers: dict[str, str], seconds: float) -> None:
    """Retry-After in seconds or as a date, else x-ratelimit-reset of a 429 in seconds or as a moment, is obeyed."""
    vendor = Vendor([answer(status, **headers), {"data": {}}])
    time = VirtualClock()

    telnyx(vendor, time).retrieve_messaging("1")

    assert len(time.slept) == 1
    assert seconds <= time.slept[0] <= seconds + 1


def test_a_date_is_counted_from_the_vendors_own_clock() -> None:
    """A machine whose clock is an hour slow waits as long as the vendor means."""
    there = datetime.fromtimestamp(1_800_003_600, UTC)
    headers = {
        "Date": format_datetime(there, usegmt=True),
        "Retry_After": format_datetime(there + timedelta(seconds=8), usegmt=True),
    }
    vendor = Vendor([answer(429, **headers), {"data": {}}])
    time = VirtualClock()

    telnyx(vendor, time).retrieve_messaging("1")

    assert 8 <= time.slept[0] <= 9


def test_a_wait_beyond_the_deadline_is_not_begun() -> None:
    """A vendor that asks for an hour is not waited for: the call fails at once and says so."""
    vendor = Vendor([answer(429, Retry_After="3600")])
    time = VirtualClock()

    with pytest.raises(RateLimited, match="asked to wait 3600 s"):
        telnyx(vendor, time).retrieve_messaging("1")

    assert time.slept == []


def test_a_certificate_that_is_not_accepted_is_not_tried_again() -> None:
    """A certificate error is lasting, and the advice names the variable for one's own certificates."""
    vendor = Vendor([httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed")])

    with pytest.raises(NoAnswer, match="SSL_CERT_FILE"):
        telnyx(vendor).retrieve_messaging("1")

    assert len(vendor.requests) == 1


def test_a_long_wait_is_announced_once(capsys: pytest.CaptureFixture[str]) -> None:
    """Of one call's long waits the first is announced on stderr: vendor, why, how long, what for."""
    vendor = Vendor([answer(429, Retry_After="40"), answer(429, Retry_After="40"), {"data": {"id": "1"}}])

    telnyx(vendor).retrieve_messaging("+15550100001")

    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert said.err.startswith("pulumi-messaging: Telnyx answered 429")
    assert (
        "waiting 41 s before the next attempt to read messaging settings of number +15550100001 (giving up in 300 s)"
        in said.err
    )


def test_a_wait_that_others_announced_is_not_announced_again(capsys: pytest.CaptureFixture[str]) -> None:
    """A call that has to wait for the end of a wait that was announced is no second line."""
    vendor = Vendor([answer(429, Retry_After="40"), {"data": {}}])
    time = VirtualClock()
    client = telnyx(vendor, time)

    client.retrieve_messaging("1")
    time.elapsed -= 30  # as for a thread that asked ten seconds later
    client.retrieve_messaging("2")

    assert time.elapsed >= 40
    assert capsys.readouterr().err.count("\n") == 1


def test_short_waits_are_silent(capsys: pytest.CaptureFixture[str]) -> None:
    """Waits of up to three seconds are not worth a line."""
    telnyx(Vendor([answer(503), answer(429, Retry_After="2"), {"data": {}}])).retrieve_messaging("1")

    assert capsys.readouterr().err == ""


def test_a_web_page_with_a_passing_status_is_tried_again() -> None:
    """A gateway's 502 page is a passing failure like any other."""
    vendor = Vendor([raw(502, "<html>bad gateway</html>", "text/html"), {"data": {"id": "1"}}])

    assert telnyx(vendor).retrieve_messaging("1") == {"id": "1"}


def test_closing_wakes_and_fails_the_calls_that_wait() -> None:
    """A client closed while a call waits ends that call at once instead of making it wait out."""
    asked = threading.Event()

    def busy(_: httpx.Request) -> httpx.Response:
        asked.set()
        return httpx.Response(429, headers={"Retry-After": "60"})

    client = TelnyxClient(TELNYX, httpx.MockTransport(busy))
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(client.retrieve_messaging, "1")
        asked.wait(5)
        client.close()

        with pytest.raises(NoAnswer, match="interrupted"):
            waiting.result(timeout=5)


def test_credentials_that_are_wrong_are_not_tried_again() -> None:
    """A token request refused with 401 is made once and tells which keys to check."""
    vendor = Vendor([ROUTE], token=lambda _: httpx.Response(401, json={"StatusCode": 401, "Message": "Unknown pair"}))

    with pytest.raises(AccessDenied, match="telegent:accountKey and telegent:accountSecret"):
        telegent(vendor).get_message_route("MRID-1")

    assert len(vendor.tokens) == 1
    assert vendor.requests == []


def test_what_passes_does_not_use_up_the_patience_with_something_else() -> None:
    """Two lost answers and then one that cannot be read: that one is the first of its kind, and is tried again."""
    vendor = Vendor([answer(503), httpx.ReadTimeout("t"), raw(200, "", "application/json"), {"data": {"id": "1"}}])

    assert telnyx(vendor).retrieve_messaging("1") == {"id": "1"}
    assert len(vendor.requests) == 4
