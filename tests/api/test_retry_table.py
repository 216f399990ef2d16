"""The table of outcomes: what it says, that nothing in it is idle, and that the clients do as it says."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from pulumi_messaging.api import failures
from pulumi_messaging.api.circuit_breaker import ALLOWANCE
from pulumi_messaging.api.retry_table import SUCCESS, TABLE, UNSENT, Failure, Operation, Outcome, Wait, verdict
from pulumi_messaging.errors import ApiError, NoAnswer
from tests.support.api.vendor import Vendor, answer, raw, telegent, telnyx, token_answer
from tests.support.clock import VirtualClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pulumi_messaging.api.telegent import TelegentClient
    from pulumi_messaging.api.telnyx import TelnyxClient

READ, UPDATE, DELETE, TOKEN, CREATE, ORDER = Operation
VENDORS = ("Telegent", "Telnyx")
ALL_WHAT: tuple[Failure | int, ...] = (*Failure, *range(100, 1000))

# What is said of: a read, an update, a delete, a token request, a create. The word: D done, N not done, U unknown,
# R refused; then how often it may be made (* without bound) and what is waited for (s half a second, b backoff,
# a Retry-After, r Retry-After or x-ratelimit-reset, t a new token); of a create made once, by whoever makes it again.
# An order is a create, but for a 429: it may be sent twice.
SAID: dict[Failure | int, str] = {
    Failure.NO_CONNECTION: "N*b N*b N*b N*b N*b",
    Failure.NOT_RUNNING: "N3s N3s N3s N3s N3s",
    Failure.NOT_TRUSTED: "N1 N1 N1 N1 N1",
    Failure.NOT_SENDABLE: "N1 N1 N1 N1 N1",
    Failure.NO_TURN: "N1 N1 N1 N1 N1",
    Failure.NOT_ANSWERING: "N1 N1 N1 N1 N1",
    Failure.INTERRUPTED: "N1 N1 N1 N1 N1",
    Failure.NOT_TAKEN: "N*b U*b U*b N*b U1",
    Failure.TIMED_OUT: "N*b U*b U*b N*b U1",
    Failure.RESET: "N*b U*b U*b N*b U1",
    Failure.CUT_OFF: "N*b U*b U*b N*b U1",
    Failure.REDIRECT: "N1 U1 U1 N1 U1",
    Failure.TOO_LONG: "N1 U1 U1 N1 U1",
    Failure.GARBLED: "N3b U3b U3b N3b U1",
    Failure.NOT_JSON: "N3b U3b U3b N3b U1",
    Failure.WEB_PAGE: "N3b U3b U3b N3b U1",
    Failure.OTHER_SHAPE: "N3b U3b U3b N3b U1",
    Failure.UNSUCCESSFUL: "R1 R1 R1 R1 R1",
    Failure.NOT_APPLIED: "U1 U3b U3b U1 U1",
    400: "R1 R1 R1 R1 R1",
    401: "R1 R1 R1 R1 R1",
    403: "R1 R1 R1 R1 R1",
    404: "R1 R1 D1 R1 R1",
    405: "R1 R1 R1 R1 R1",
    408: "N*a U*a U*a N*a U1",
    409: "R1 R1 R1 R1 R1",
    415: "R1 R1 R1 R1 R1",
    422: "R1 R1 R1 R1 R1",
    429: "N*r N*r N*r N*r U1r",
    500: "N*a U*a U*a N*a U1",
    501: "N1 U1 U1 N1 U1",
    502: "N*a U*a U*a N*a U1",
    503: "N*a U*a U*a N*a U1",
    504: "N*a U*a U*a N*a U1",
    520: "N1 U1 U1 N1 U1",
    600: "N1 U1 U1 N1 U1",
}
SAID_BY_VENDOR: dict[tuple[str, Failure | int], str] = {
    ("Telegent", 401): "R2t R2t R2t R1 U1t",
    ("Telegent", 403): "R2t R2t R2t R1 U1t",
    ("Telnyx", 409): "N5a N5a N5a N5a R1",
    ("Telnyx", 501): "N*a U*a U*a N*a U1",
    ("Telnyx", 520): "N*a U*a U*a N*a U1",
    ("Telnyx", 600): "N*a U*a U*a N*a U1",
}
WORDS = {Outcome.DONE: "D", Outcome.NOT_DONE: "N", Outcome.UNKNOWN: "U", Outcome.REFUSED: "R"}
WAITS = {
    Wait.NONE: "",
    Wait.SHORT: "s",
    Wait.BACKOFF: "b",
    Wait.RETRY_AFTER: "a",
    Wait.RESET: "r",
    Wait.NEW_TOKEN: "t",
}


def said(vendor: str, operation: Operation, what: Failure | int) -> str:
    row = verdict(vendor, operation, what)
    return f"{WORDS[row.outcome]}{'*' if row.attempts == float('inf') else row.attempts}{WAITS[row.wait]}"


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("what", SAID, ids=str)
def test_what_the_table_says(vendor: str, what: Failure | int) -> None:
    """Every failure and every documented status has, for each operation, the verdict written here by hand."""
    expected = SAID_BY_VENDOR.get((vendor, what), SAID[what])
    expected += f" {'N*r' if what == 429 else expected.split()[-1]}"

    assert " ".join(said(vendor, operation, what) for operation in Operation) == expected


def test_every_failure_is_written_here() -> None:
    """A new kind of failure needs a line of its own in this test."""
    assert set(Failure) == {what for what in SAID if isinstance(what, Failure)}


def test_every_row_decides_something() -> None:
    """No row is hidden by those before it."""
    keys = itertools.product(VENDORS, Operation, ALL_WHAT)

    assert {id(row) for row in TABLE} == {id(verdict(*key)) for key in keys}


@pytest.mark.parametrize("vendor", VENDORS)
def test_what_holds_for_the_whole_table(vendor: str) -> None:
    """Nothing is missing; a create of unknown outcome is never repeated; what was not sent is not unknown."""
    for operation, what in itertools.product(Operation, ALL_WHAT):
        row = verdict(vendor, operation, what)
        if operation in {CREATE, ORDER} and row.outcome is Outcome.UNKNOWN:
            assert row.attempts == 1
        else:
            assert (row.attempts > 1) == (row.wait is not Wait.NONE)
        if operation in {READ, TOKEN} and what is not Failure.NOT_APPLIED:
            assert row.outcome is not Outcome.UNKNOWN
        if what in UNSENT:
            assert row.outcome is Outcome.NOT_DONE
        if isinstance(what, int):
            assert row.alive is not (what == 408 or what >= 500)
    assert SUCCESS.outcome is Outcome.DONE


def test_every_exception_of_the_connection_leads_to_the_table() -> None:
    """The reasons of lost connections name failures of the table, sent or not."""
    named = {failure for _, failure, _ in failures.CONNECTION}

    assert named == {
        Failure.NO_CONNECTION,
        Failure.NOT_TAKEN,
        Failure.TIMED_OUT,
        Failure.RESET,
        Failure.CUT_OFF,
        Failure.NOT_SENDABLE,
    }


# The clients do as the table says: everything that can happen, to every operation, for ever.

ROUTE = {"MessageRouteId": "MRID-1", "Results": [], "PhoneNumbers": [], "TotalResults": 0}
CREATED = {"RouteName": "r", "MessageUrl": "https://a.example", "MessageUrlMethod": "POST"}
HTML = "<html>gateway</html>"


class Endless(httpx.SyncByteStream):
    def __iter__(self) -> Iterator[bytes]:
        return itertools.repeat(b" " * 1024 * 1024)


HAPPENINGS: dict[str, tuple[Failure | int, Any]] = {
    "refused connection": (Failure.NO_CONNECTION, httpx.ConnectError("refused")),
    "connect timeout": (Failure.NO_CONNECTION, httpx.ConnectTimeout("t")),
    "proxy": (Failure.NO_CONNECTION, httpx.ProxyError("407")),
    "pool": (Failure.NO_CONNECTION, httpx.PoolTimeout("t")),
    "handshake cut off": (Failure.NO_CONNECTION, httpx.ConnectError("[SSL: UNEXPECTED_EOF_WHILE_READING]")),
    "self-signed": (Failure.NOT_TRUSTED, httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed")),
    "old TLS": (Failure.NOT_TRUSTED, httpx.ConnectError("[SSL: TLSV1_ALERT_PROTOCOL_VERSION] version")),
    "our mistake": (Failure.NOT_SENDABLE, httpx.LocalProtocolError("illegal")),
    "write timeout": (Failure.NOT_TAKEN, httpx.WriteTimeout("t")),
    "read timeout": (Failure.TIMED_OUT, httpx.ReadTimeout("t")),
    "reset": (Failure.RESET, httpx.ReadError("reset")),
    "reset while sending": (Failure.RESET, httpx.WriteError("reset")),
    "truncated": (Failure.CUT_OFF, httpx.RemoteProtocolError("peer closed")),
    "redirect": (Failure.REDIRECT, answer(307, Location="https://other.example")),
    "too long": (Failure.TOO_LONG, lambda _: httpx.Response(200, stream=Endless())),
    "garbled": (Failure.GARBLED, lambda _: httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=_NO_GZIP)),
    "broken JSON": (Failure.NOT_JSON, raw(200, '{"MessageRouteId": "MR', "application/json")),
    "no body": (Failure.NOT_JSON, raw(200, "", "application/json")),
    "web page": (Failure.WEB_PAGE, raw(200, HTML, "text/html")),
    "another shape": (Failure.OTHER_SHAPE, answer(200, [])),
    "unsuccessful": (Failure.UNSUCCESSFUL, answer(200, {"Successful": False, "Message": "no"})),
    **{str(status): (status, answer(status)) for status in SAID if isinstance(status, int)},
    "503 page": (503, raw(503, HTML, "text/html")),
    "429 with a wait": (429, answer(429, Retry_After="7")),
    "429 with a reset": (429, answer(429, x_ratelimit_reset="9")),
}
_NO_GZIP = httpx.ByteStream(b"not gzip")

TELEGENT_CALLS: dict[str, tuple[Operation, Callable[[TelegentClient], object]]] = {
    "create": (CREATE, lambda client: client.create_message_route(CREATED)),
    "get": (READ, lambda client: client.get_message_route("MRID-1")),
    "list": (READ, lambda client: client.list_message_routes()),
    "inventory": (READ, lambda client: client.list_inventory()),
    "update": (UPDATE, lambda client: client.update_message_route("MRID-1", {"RouteName": "s"})),
    "delete": (DELETE, lambda client: client.delete_message_route("MRID-1")),
}
TELNYX_CALLS: dict[str, tuple[Operation, Callable[[TelnyxClient], object]]] = {
    "retrieve": (READ, lambda client: client.retrieve_messaging("1")),
    "update": (UPDATE, lambda client: client.update_messaging("1", {"tags": ["a"]})),
    "look up": (READ, lambda client: client.list_phone_numbers("+15550100001")),
    "order": (ORDER, lambda client: client.create_bulk_update("MP-1", ["+15550100001"])),
    "follow an order": (READ, lambda client: client.retrieve_bulk_update("1")),
    "profile create": (CREATE, lambda client: client.create_messaging_profile({"name": "p"})),
    "profile update": (UPDATE, lambda client: client.update_messaging_profile("1", {"enabled": False})),
    "profile delete": (DELETE, lambda client: client.delete_messaging_profile("1")),
}


def check(vendor: str, operation: Operation, what: Failure | int, made: int, error: ApiError) -> None:
    """How often a request was made that always ends this way, and what its error says of the outcome."""
    row = verdict(vendor, operation, what)
    assert error.unclear is (row.outcome is Outcome.UNKNOWN)
    if isinstance(error, NoAnswer):
        assert error.sent is (what not in UNSENT and operation is not TOKEN)
    if row.attempts != float("inf"):
        assert made == row.attempts
    elif row.alive:
        assert made > 5  # a 429 is waited for until the deadline
    else:
        assert 1 < made <= 1 + ALLOWANCE


@pytest.mark.parametrize("happening", HAPPENINGS)
@pytest.mark.parametrize("name", TELEGENT_CALLS)
def test_telegent_calls_follow_the_table(name: str, happening: str) -> None:
    """Whatever happens to each of six calls: as many requests, and as clear an error, as the row says."""
    (operation, call), (what, step) = TELEGENT_CALLS[name], HAPPENINGS[happening]
    vendor, time = Vendor([step]), VirtualClock()

    with pytest.raises(ApiError) as failed:
        call(telegent(vendor, time))

    check("Telegent", operation, what, len(vendor.requests), failed.value)
    assert time.elapsed <= 300


@pytest.mark.parametrize("happening", [name for name in HAPPENINGS if name != "unsuccessful"])
@pytest.mark.parametrize("name", TELNYX_CALLS)
def test_telnyx_calls_follow_the_table(name: str, happening: str) -> None:
    """Whatever happens to each of eight calls, likewise."""
    (operation, call), (what, step) = TELNYX_CALLS[name], HAPPENINGS[happening]
    vendor, time = Vendor([step]), VirtualClock()

    with pytest.raises(ApiError) as failed:
        call(telnyx(vendor, time))

    check("Telnyx", operation, what, len(vendor.requests), failed.value)
    assert time.elapsed <= 300


@pytest.mark.parametrize("happening", HAPPENINGS)
def test_token_requests_follow_the_table(happening: str) -> None:
    """Whatever happens to the token of a create, the create is not sent, and nothing is unclear."""
    what, step = HAPPENINGS[happening]

    def token(request: httpx.Request) -> httpx.Response:
        if isinstance(step, Exception):
            raise step
        response: httpx.Response = step(request)
        return response

    vendor, time = Vendor([ROUTE], token=token), VirtualClock()
    with pytest.raises(ApiError, match=r"cannot create message route r: no token for ") as failed:
        telegent(vendor, time).create_message_route(CREATED)

    check("Telegent", TOKEN, what, len(vendor.tokens), failed.value)
    assert vendor.requests == []


@pytest.mark.parametrize(
    "body", [{"MessageRouteStatus": "Pending"}, {}, {"MRID": "MRID-1"}], ids=["pending", "nothing", "id alone"]
)
def test_a_delete_that_does_not_say_so_is_asked_for_three_times(body: dict[str, str]) -> None:
    """A 200 that does not say that the route is deleted leaves that unknown."""
    vendor = Vendor([body])

    with pytest.raises(ApiError) as failed:
        telegent(vendor).delete_message_route("MRID-1")

    check("Telegent", DELETE, Failure.NOT_APPLIED, len(vendor.requests), failed.value)


PASSING = [name for name, (what, _) in HAPPENINGS.items() if verdict("Telnyx", UPDATE, what).attempts > 1]


@pytest.mark.parametrize("happening", PASSING)
def test_what_passes_leaves_no_trace(happening: str) -> None:
    """What may be repeated and passes at the second attempt ends in success, with two requests."""
    _, step = HAPPENINGS[happening]
    vendor = Vendor([step, {"data": {"id": "1"}}])

    assert telnyx(vendor).update_messaging("1", {"tags": ["a"]}) == {"id": "1"}
    assert len(vendor.requests) == 2


@pytest.mark.parametrize("happening", [*HAPPENINGS])
def test_a_create_is_repeated_only_after_what_certainly_made_nothing(happening: str) -> None:
    """No connection is followed by a second create; nothing that was answered is."""
    what, step = HAPPENINGS[happening]
    vendor = Vendor([step, ROUTE], token=lambda _: token_answer("t"))

    try:
        telegent(vendor).create_message_route(CREATED)
    except ApiError:
        made = 1
    else:
        made = 2

    assert made == len(vendor.requests)
    assert (made == 2) == (what is Failure.NO_CONNECTION)
