"""Every kind of fault, before the commit and after it, in process and over TCP alike."""

from __future__ import annotations

import json
import threading
import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from pulumi_messaging.emulator import Server, application, serve
from pulumi_messaging_emulator.fault_kinds import KINDS, PLANNED
from pulumi_messaging_emulator.wire import NoAnswerInTime, NoConnection
from tests.support.emulator.client import NOBODY, ROUTE, Client
from tests.support.emulator.seed import DEFAULT, FIRST_ID

if TYPE_CHECKING:
    from pathlib import Path

LOST = (httpx.TransportError, ConnectionError)
REPLACED = [name for name in PLANNED if KINDS[name].status]
BROKEN = [name for name in PLANNED if KINDS[name].broken]
SHORT = {"seconds": 0.05}


def _carried_out(client: Client) -> bool:
    return bool(client.number()["messaging_profile_id"] == DEFAULT)


def test_there_are_enough_kinds() -> None:
    """At least 24, each with a meaning; every status comes with the vendor's body, without one and as a web page."""
    assert len(PLANNED) >= 24
    assert all(KINDS[name].meaning for name in KINDS)
    for status in (400, 401, 403, 404, 408, 409, 429, 500, 502, 503, 504):
        assert {str(status), f"{status}-empty", f"{status}-html"} <= set(PLANNED)


@pytest.mark.parametrize("position", ["before", "after"])
@pytest.mark.parametrize("kind", REPLACED)
def test_answers_that_are_replaced(client: Client, kind: str, position: str) -> None:
    """The status is the kind's; before the commit nothing is carried out, after it everything is; then all is well."""
    client.plan(operation="updateMessaging", kind=kind, position=position)

    answer = client.assign()

    assert answer.status_code == KINDS[kind].status
    assert _carried_out(client) == (position == "after")
    assert client.fired() == [("updateMessaging", kind, position, 1)]
    assert client.assign().status_code == 200


@pytest.mark.parametrize("position", ["before", "after"])
@pytest.mark.parametrize("kind", BROKEN)
def test_connections_that_break(client: Client, kind: str, position: str) -> None:
    """No whole answer comes; a refused connection carries nothing out, wherever the fault stands."""
    client.plan(operation="updateMessaging", kind=kind, position=position, **SHORT)

    with pytest.raises(LOST):
        client.assign().read()

    assert _carried_out(client) == (position == "after" and kind != "refused")
    assert client.log()[-1]["status"] == (200 if kind == "half" else None)
    assert client.assign().status_code == 200


def test_error_bodies_are_the_vendors(client: Client) -> None:
    """Telnyx answers its errors with a code of the status, Telegent StatusCode and Message."""
    client.plan({"operation": "*", "kind": "409"}, {"operation": "*", "kind": "503"})

    telnyx, telegent = client.patch(), client.ask_token()

    assert telnyx.json()["errors"][0].items() >= {"code": "10036", "title": "Being processed"}.items()
    assert telegent.json()["StatusCode"] == 503


def test_limits_come_with_each_header(client: Client) -> None:
    """Seconds, a date, seconds until the reset, its moment, and none; the date is one of the Date beside it."""
    forms = ("429", "429-retry-after", "429-retry-date", "429-reset", "429-reset-epoch")
    client.plan(*({"operation": "updateMessaging", "kind": form, "seconds": 30} for form in forms))

    none, after, date, reset, epoch = [client.assign().headers for _ in forms]

    assert not {"retry-after", "x-ratelimit-reset"} & set(none)
    assert (after["retry-after"], reset["x-ratelimit-reset"]) == ("30", "30")
    wait = parsedate_to_datetime(date["retry-after"]) - parsedate_to_datetime(date["date"])
    assert 30 <= wait.total_seconds() <= 31
    assert int(epoch["x-ratelimit-reset"]) - time.time() == pytest.approx(30, abs=3)


def test_bodies_that_cannot_be_read(client: Client) -> None:
    """Nothing, a web page, plain text, a list, and JSON that ends early: after the commit behind the object's id."""
    kinds = ("200-empty", "200-html", "200-text", "200-list", "200-cut")
    client.plan(*({"operation": "createMessageRoute", "kind": kind, "position": "after"} for kind in kinds))

    empty, page, text, other, cut = [client.create(RouteName=kind).text for kind in kinds]

    assert (empty, text, other) == ("", "OK", "[]")
    assert page.startswith("<html>")
    assert client.state()["routes"][-1]["MessageRouteId"] in cut
    with pytest.raises(json.JSONDecodeError):
        json.loads(cut)


def test_a_yes_that_is_a_no(client: Client) -> None:
    """A failure inside a 200, in the words of each operation; the token call has its own."""
    client.plan(operation="*", kind="unsuccessful", times=3)

    assert client.ask_token().json() == {"token": "", "successful": False, "tokenExpiry": ""}
    assert client.telegent("POST", "/message/routes", ROUTE, token="none").json()["Successful"] is False
    assert client.assign().json()["errors"][0]["code"] == "10007"


def test_a_yes_that_does_nothing(client: Client) -> None:
    """Telegent's answers say what was asked for, Telnyx's what is there; nothing has changed."""
    route_id = client.made()
    before = client.state()
    operations = ("createMessageRoute", "updateMessageRoute", "deleteMessageRoute", "updateMessaging")
    client.plan(*({"operation": operation, "kind": "unchanged"} for operation in operations))

    assert client.create().json()["MessageRouteId"] != route_id
    assert client.update(route_id, RouteName="other").json()["RouteName"] == "other"
    assert client.delete(route_id).json()["MessageRouteStatus"] == "Deleted"
    assert client.assign().json()["data"]["messaging_profile_id"] is None

    assert client.state() == before


def test_lists_and_reads_that_lag(client: Client) -> None:
    """One list or read shows what was there before; the next one what is there."""
    gone, kept = client.made(RouteName="gone"), client.made(RouteName="kept")
    client.settings(clockOffsetSeconds=100)
    client.delete(gone)
    new = client.made(RouteName="new")
    client.update(kept, RouteName="renamed")
    client.assign()
    operations = {"listMessageRoutes": "list-lag", "getMessageRoute": "stale-read", "retrieveMessaging": "stale-read"}
    client.plan(*({"operation": operation, "kind": kind} for operation, kind in operations.items()))

    def seen() -> tuple[Any, ...]:
        listed = client.telegent("GET", "/account/message/routes").json()["Results"]
        ids = {row["MessageRouteId"] for row in listed}
        return ids, client.get(kept).json()["RouteName"], client.read()["messaging_profile_id"]

    assert seen() == ({gone, kept}, "kept", None)
    assert seen() == ({kept, new}, "renamed", DEFAULT)


def test_an_echo_repeats_what_was_sent(client: Client) -> None:
    """The vendor's words hold the credentials and the body: a client must not show them."""
    client.plan(operation="createMessageRoute", kind="400-echo")

    words = client.create(MessagePasswordToken="p4ss").json()["Message"]

    assert "p4ss" in words
    assert client.token("/v1.0/message/routes") in words


def test_late_answers(client: Client) -> None:
    """The real answer comes, so many seconds later."""
    client.plan(operation="updateMessaging", kind="delay", position="after", **SHORT)

    started = time.monotonic()
    answer = client.assign()

    assert time.monotonic() - started >= 0.05
    assert answer.json()["data"]["messaging_profile_id"] == DEFAULT


def test_what_is_asked_for_may_be_done_after_the_client_has_gone(server: Server) -> None:
    """A delay before the commit goes on when nobody waits any more: a create commits late."""
    with httpx.Client() as http:
        client = Client(http, server.url)
        client.token("/v1.0/message/routes")
        client.plan(operation="createMessageRoute", kind="delay", seconds=0.4)
        token = {"Authorization": f"Bearer {client.token('/v1.0/message/routes')}"}
        with pytest.raises(httpx.ReadTimeout), httpx.Client(timeout=0.1) as other:
            other.post(f"{server.url}/v1.0/message/routes", json=ROUTE, headers=token)

        assert client.state()["routes"] == []
        deadline = time.monotonic() + 10
        while not client.state()["routes"] and time.monotonic() < deadline:
            time.sleep(0.02)
        assert [route["RouteName"] for route in client.state()["routes"]] == [ROUTE["RouteName"]]
        assert [entry["operation"] for entry in client.log()] == ["createToken", "createMessageRoute"]


def test_no_fault_holds_up_the_end_of_the_server(tmp_path: Path) -> None:
    """Connections that wait for nothing end with the server."""

    def lose(url: str) -> None:
        with httpx.Client() as http, pytest.raises(LOST):
            Client(http, url).assign()

    with serve(tmp_path / "e.db") as server, httpx.Client() as http:
        Client(http, server.url).plan(operation="updateMessaging", kind="timeout", seconds=600)
        thread = threading.Thread(target=lose, args=(server.url,))
        thread.start()
        deadline = time.monotonic() + 10
        while not Client(http, server.url).fired() and time.monotonic() < deadline:
            time.sleep(0.01)
        started = time.monotonic()
    thread.join(5)

    assert not thread.is_alive()
    assert time.monotonic() - started < 3


@pytest.mark.parametrize(("kind", "expected"), [("timeout", httpx.ReadTimeout), ("reset", httpx.ReadError)])
def test_a_network_sees_what_it_is_called(server: Server, kind: str, expected: type[Exception]) -> None:
    """Over TCP a timeout is one, as long as the client waits for less, and a reset is a reset."""
    with httpx.Client(timeout=0.2) as http:
        client = Client(http, server.url)
        client.plan(operation="updateMessaging", kind=kind, seconds=5)
        with pytest.raises(expected):
            client.assign()


@pytest.mark.parametrize("kind", ["half", "closed"])
def test_a_network_sees_connections_that_end(server: Server, kind: str) -> None:
    """Over TCP what is missing of an answer, or all of it, is noticed, and the next connection works."""
    with httpx.Client() as http:
        client = Client(http, server.url)
        client.plan(operation="updateMessaging", kind=kind)
        with pytest.raises(httpx.RemoteProtocolError):
            client.assign()
        assert client.assign().status_code == 200


def test_in_process_exceptions_say_how_it_broke() -> None:
    """No connection and no answer in time are the exceptions of the standard library for that."""
    slept: list[float] = []
    emulator = application(":memory:", lambda: 1e9, slept.append)
    with httpx.Client(transport=httpx.WSGITransport(emulator)) as http:
        client = Client(http, "http://emulator.localhost")
        for kind, expected in (("refused", NoConnection), ("timeout", NoAnswerInTime)):
            client.plan(operation="updateMessaging", kind=kind)
            with pytest.raises(expected):
                client.assign()
    emulator.close()

    assert issubclass(NoConnection, ConnectionRefusedError)
    assert issubclass(NoAnswerInTime, TimeoutError)
    assert slept == [60]


def test_the_clock_may_be_given() -> None:
    """Time is what the application was given: tokens, lags and delays go by it."""
    now = [1e9]
    emulator = application(":memory:", lambda: now[0], now.append)
    with httpx.Client(transport=httpx.WSGITransport(emulator)) as http:
        client = Client(http, "http://emulator.localhost")
        client.settings(telegentTokenSeconds=60)
        assert client.create().status_code == 200
        now[0] += 61
        assert client.create().status_code == 401
        client.plan(operation="updateMessaging", kind="delay", seconds=7)
        client.assign()
    emulator.close()

    assert now[1:] == [7]


def test_a_fault_without_its_time_is_over_at_once(client: Client) -> None:
    """Zero seconds late is not late, before the commit and after it."""
    for position in ("before", "after"):
        client.plan(operation="updateMessaging", kind="delay", position=position, seconds=0)
        assert client.assign().json()["data"]["messaging_profile_id"] == DEFAULT


def test_what_the_vendor_refuses_is_refused(client: Client) -> None:
    """A fault that leaves the answer as it is leaves a refusal as it is, its late commit included."""
    client.plan({"operation": "*", "kind": "delay", **SHORT}, {"operation": "*", "kind": "unchanged"})

    assert [client.patch(messaging_profile_id=NOBODY).status_code for _ in range(2)] == [422, 422]
    assert client.number(FIRST_ID)["messaging_profile_id"] is None
