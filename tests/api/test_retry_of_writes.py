"""Writes that may have taken effect: a create is not sent twice, and an error tells whether anything is unclear."""

from __future__ import annotations

import httpx
import pytest

from pulumi_messaging.errors import AccessDenied, ApiError, ErrorAnswer, NoAnswer, NotFound, RateLimited
from tests.support.api.vendor import ROUTE, Vendor, answer, telegent, token_answer
from tests.support.clock import VirtualClock

CREATE = {"RouteName": "r", "MessageUrl": "https://a.example", "MessageUrlMethod": "POST"}


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
def test_a_create_is_not_repeated_after_an_unclear_answer(status: int) -> None:
    """A create that may have taken effect is sent once, and its error says that the outcome is unclear."""
    vendor = Vendor([answer(status)])

    with pytest.raises(ErrorAnswer) as failed:
        telegent(vendor).create_message_route(CREATE)

    assert failed.value.unclear
    assert len(vendor.requests) == 1


@pytest.mark.parametrize(
    "error",
    [
        httpx.ReadTimeout("t"),
        httpx.ReadError("e"),
        httpx.WriteError("e"),
        httpx.WriteTimeout("e"),
        httpx.RemoteProtocolError("e"),
    ],
)
def test_a_create_is_not_repeated_after_anything_was_sent(error: httpx.TransportError) -> None:
    """A create whose answer was lost is sent once; the same failure of a read is tried again."""
    vendor, reads = Vendor([error]), Vendor([error, ROUTE])

    with pytest.raises(NoAnswer) as failed:
        telegent(vendor).create_message_route(CREATE)
    telegent(reads).get_message_route("MRID-1")

    assert failed.value.sent
    assert failed.value.unclear
    assert len(vendor.requests) == 1
    assert len(reads.requests) == 2


@pytest.mark.parametrize("step", [httpx.ConnectError("refused"), httpx.ConnectTimeout("t")])
def test_a_create_that_was_not_carried_out_is_repeated(step: object) -> None:
    """Without a connection nothing was made: the create is sent again."""
    vendor = Vendor([step, ROUTE])

    assert telegent(vendor).create_message_route(CREATE) == ROUTE


def test_a_create_that_never_got_through_is_clear() -> None:
    """A create without any connection made nothing, and its error says so."""
    vendor = Vendor([httpx.ConnectError("[Errno 111] Connection refused")])

    with pytest.raises(NoAnswer) as failed:
        telegent(vendor).create_message_route(CREATE)

    assert not failed.value.sent
    assert not failed.value.unclear
    assert "no connection to telegent.example ([Errno 111] Connection refused)" in str(failed.value)
    assert 3 <= len(vendor.requests) <= 11


@pytest.mark.parametrize("status", [401, 403])
def test_a_denied_create_is_not_sent_again_by_itself_and_its_token_is_forgotten(status: int) -> None:
    """The no may be a gateway's, behind which the route was made; whoever creates again does so with a new token."""
    vendor = Vendor([answer(status), ROUTE])
    client = telegent(vendor)

    with pytest.raises(AccessDenied) as failed:
        client.create_message_route(CREATE)
    assert failed.value.unclear
    assert (len(vendor.requests), len(vendor.tokens)) == (1, 1)

    assert client.create_message_route(CREATE) == ROUTE
    assert len(vendor.tokens) == 2


def test_a_limited_create_is_not_sent_again_by_itself_and_the_next_request_waits_as_told() -> None:
    """The same with 429; what is asked next, to find out what became of it, is asked when the vendor allows."""
    vendor, time = Vendor([answer(429, Retry_After="40"), ROUTE]), VirtualClock()
    client = telegent(vendor, time)

    with pytest.raises(RateLimited) as failed:
        client.create_message_route(CREATE)
    assert failed.value.unclear
    assert len(vendor.requests) == 1
    assert time.elapsed == 0

    client.get_message_route("MRID-1")
    assert time.elapsed >= 40


def test_what_an_update_may_have_done_is_not_forgotten_over_later_failures() -> None:
    """An update whose answer was lost stays unclear when nothing after it gets through, or its token is refused."""
    lost = httpx.ReadTimeout("t")
    unreached = Vendor([lost, httpx.ConnectError("refused")])
    tokens = iter([token_answer("a"), httpx.Response(400)])
    denied = Vendor([lost, answer(401)], token=lambda _: next(tokens))

    for vendor in (unreached, denied):
        with pytest.raises(ApiError) as failed:
            telegent(vendor).update_message_route("MRID-1", {"RouteName": "r"})
        assert failed.value.unclear


def test_a_delete_that_finds_nothing_at_its_second_attempt_is_clear() -> None:
    """A 404 after a lost answer says that the route is gone, whichever attempt deleted it."""
    vendor = Vendor([httpx.ReadTimeout("t"), answer(404)])

    with pytest.raises(NotFound) as failed:
        telegent(vendor).delete_message_route("MRID-1")

    assert not failed.value.unclear
