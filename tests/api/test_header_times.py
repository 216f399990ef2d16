"""Times in headers: spans, moments and dates, and those that are not believed."""

from __future__ import annotations

import time
from collections.abc import Iterator

import httpx
import pytest

from pulumi_messaging.api.header_times import requested_wait
from pulumi_messaging.api.retry_table import Wait
from tests.support.api.rate_limits import FOUND, headers, told
from tests.support.api.vendor import Vendor, telnyx
from tests.support.clock import VirtualClock


@pytest.mark.parametrize(
    "reset", ["42", "1800000042", "1800000042000", "1800000042000000", "Fri, 15 Jan 2027 08:00:42 GMT"]
)
def test_a_reset_may_be_a_span_or_a_moment(reset: str) -> None:
    """Seconds, an epoch in seconds or finer, and a date are read, the latter ones by the vendor's clock."""
    time = VirtualClock(epoch=1_800_003_600)  # an hour fast
    client = telnyx(Vendor([told(0, reset, Date="Fri, 15 Jan 2027 08:00:00 GMT"), told(9, 60)]), time)

    client.retrieve_messaging("1")
    client.retrieve_messaging("1")

    assert 42 <= time.elapsed <= 43


@pytest.fixture
def far_from_greenwich(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The machine's time zone is nine and a half hours behind GMT."""
    monkeypatch.setenv("TZ", "MART9:30")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("far_from_greenwich")
@pytest.mark.parametrize(
    "date",
    [
        "Fri, 15 Jan 2027 08:00:42 GMT",
        "Friday, 15-Jan-27 08:00:42 GMT",
        "Fri Jan 15 08:00:42 2027",
        "Fri, 15 Jan 2027 08:00:42",
        "Fri, 15 Jan 2027 08:00:42 -0000",
        "Fri, 15 Jan 2027 09:00:42 +0100",
    ],
)
def test_an_http_date_is_read_in_each_of_its_spellings(date: str) -> None:
    """IMF-fixdate, RFC 850 and asctime; a date without a zone is GMT, whatever the machine's zone is."""
    header = httpx.Headers({"Retry-After": date})

    assert requested_wait(header, Wait.RETRY_AFTER, VirtualClock(epoch=1_800_000_000).clock) == 42


@pytest.mark.parametrize(
    ("remaining", "reset"),
    [("", "20"), ("0", ""), ("none", "20"), ("0", "soon"), ("0", "-5"), ("0", "inf"), ("5", "20")],
)
def test_headers_that_close_nothing(remaining: str, reset: str) -> None:
    """Missing, unreadable and absurd headers, and a limit that is not used up, hold nobody up."""
    time = VirtualClock()
    client = telnyx(Vendor([told(remaining, reset)]), time)

    for _ in range(3):
        client.retrieve_messaging("1")

    assert time.elapsed == 0


FAR = ["36000", "1800036000", "1800036000000", "Fri, 15 Jan 2027 18:00:00 GMT"]


@pytest.mark.parametrize("reset", FAR)
def test_a_window_that_ends_in_hours_holds_nobody_up(reset: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Requests go on, and stderr has one line about it, however many answers say so."""
    time = VirtualClock()
    client = telnyx(Vendor([told(0, reset)]), time)

    for number in range(5):
        client.retrieve_messaging(str(number))

    assert time.elapsed == 0
    assert capsys.readouterr().err == (
        "pulumi-messaging: Telnyx says that it allows no more requests for 36000 s; more than 300 s is not believed, "
        "and requests go on until one is refused\n"
    )


def test_a_window_that_ends_in_hours_and_has_room_is_no_news(capsys: pytest.CaptureFixture[str]) -> None:
    """A limit by the day that is not used up: nothing to say, nothing to wait for."""
    time = VirtualClock()
    client = telnyx(Vendor([told(5, 36000)]), time)

    for number in range(9):
        client.retrieve_messaging(str(number))

    assert time.elapsed == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("reset", FAR)
def test_a_429_that_names_a_time_hours_away_is_tried_again_before(reset: str) -> None:
    """As one that names none: with growing waits, for as long as the call may take, and for the other calls too."""
    time = VirtualClock()
    refused = lambda _: httpx.Response(429, json={}, headers=headers(0, reset))  # noqa: E731
    client = telnyx(Vendor([refused, refused, FOUND]), time)

    client.retrieve_messaging("1")
    client.retrieve_messaging("2")

    assert 0 < time.elapsed < 10
