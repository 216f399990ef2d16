"""Large accounts, and rows as vendors really write them: a list is longer than the answer about one object."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from pulumi_messaging.api.clock import Clock
from pulumi_messaging.api.telegent import TelegentClient
from pulumi_messaging.api.telnyx import TelnyxClient
from pulumi_messaging.composition import named_objects_of
from pulumi_messaging.errors import Refused, UnreadableAnswer
from pulumi_messaging.reconcile.named.objects import NamedObjects
from pulumi_messaging.reconcile.ownership import Ownership
from pulumi_messaging.settings import TelegentSettings, TelnyxSettings
from tests.support.cache import no_notes
from tests.support.peers.sockets import Peer, answer

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator

ROUTES, NUMBERS, PAGE = 10_000, 10_000, 250
TOKEN = answer(b'{"token": "t0ken", "successful": true, "tokenExpiry": null}')
DELETED = answer(b'{"MessageRouteStatus": "Deleted"}')


def _id(number: int) -> str:
    return f"MRID-00000000-0000-4000-8000-{number:012d}"


def _route(number: int) -> dict[str, Any]:
    """A row as large as they come, with the vendor's spellings."""
    url = f"https://hooks.example.com/{number}?signature={'s' * 600}"
    return {
        "MessageRouteId": _id(number),
        "AccountID": "AID-00000000-0000-4000-8000-000000000000",
        "RouteName": f"route-{number}",
        "MessageUrl": url,
        "MessageUrlMethod": "POST",
        "MessageRouteEnabled": "true" if number % 2 else True,
        "MessageAuthenticationType": None,
        "MessageUsername": None,
        "MessagePasswordToken": None,
        "CallbackMessageUrl": url,
        "InboundBypass": "False",
        "OutboundBypass": None,
    }


def _number(number: int) -> dict[str, Any]:
    flag = ("true", True, "True", "false", False, None)[number % 6]
    route = _id(7) if number == NUMBERS - 1 else None
    return {
        "Number": f"+1555{number:07d}",
        "MessageEnabled": flag,
        "VoiceEnabled": flag,
        "MessageRouteId": route,
        "PortOutPin": "1234",
    }


def _listed(routes: list[dict[str, Any]]) -> bytes:
    return answer(json.dumps({"AccountID": "AID-1", "TotalRoutes": str(len(routes)), "Results": routes}).encode())


def _page(target: str) -> bytes:
    page = int(parse_qs(urlsplit(target).query)["PageNumber"][0])
    rows = [_number(number) for number in range((page - 1) * PAGE, min(page * PAGE, NUMBERS))]
    return answer(json.dumps({"TotalResults": str(NUMBERS), "PageNumber": str(page), "PhoneNumbers": rows}).encode())


@pytest.fixture(scope="module")
def all_routes() -> bytes:
    body = _listed([_route(number) for number in range(ROUTES)])
    assert len(body) > 10 * 1024 * 1024, "much longer than an answer about one object may be"
    return body


@pytest.fixture
def account(listen: Callable[..., Peer], all_routes: bytes) -> Iterator[Callable[[], tuple[Peer, TelegentClient]]]:
    clients = []

    def open_account() -> tuple[Peer, TelegentClient]:
        def act(peer: Peer, connection: socket.socket) -> None:
            method, target, _ = peer.heads[-1].split()
            path = urlsplit(target).path.removeprefix("/v1.0")
            route = json.dumps(_route(ROUTES - 1)).encode()
            fixed = {
                ("POST", "/oauth2/tokens"): TOKEN,
                ("GET", "/account/message/routes"): all_routes,
                ("GET", "/message/routes"): answer(route),
                ("POST", "/message/routes/update"): answer(route),
                ("POST", "/message/routes/delete"): DELETED,
            }
            peer.send(connection, fixed.get((method, path)) or _page(target))

        peer = listen(act)
        settings = TelegentSettings("DID-key", "s3cr3t", None, f"http://127.0.0.1:{peer.port}/v1.0")
        clients.append(TelegentClient(settings, clock=Clock()))
        return peer, clients[-1]

    yield open_account
    for client in clients:
        client.close()


def _routes(client: TelegentClient) -> NamedObjects:
    return named_objects_of(client, Ownership(), no_notes(), lambda _: None)


def test_ten_thousand_routes_are_one_list(account: Callable[[], tuple[Peer, TelegentClient]]) -> None:
    """A list of ten thousand routes is read whole: the route of our name at its end is found, and no other is made."""
    peer, client = account()
    name = f"route-{ROUTES - 1}"
    wish = {
        "messageUrl": _route(ROUTES - 1)["MessageUrl"],
        "messageUrlMethod": "POST",
        "messageRouteEnabled": True,
        "routeName": name,
    }

    route_id, _ = _routes(client).create({**wish, "__autoname": name})

    assert route_id == _id(ROUTES - 1)
    # The list tells all that is compared, so the route is not read again.
    assert [head.split()[:2] for head in peer.heads if "tokens" not in head] == [
        ["GET", "/v1.0/account/message/routes"],
    ]


def test_ten_thousand_routes_are_complete(account: Callable[[], tuple[Peer, TelegentClient]]) -> None:
    """Every row is there once, and a total that comes as text is the total."""
    _, client = account()

    listed = client.list_message_routes()

    assert listed.complete
    assert len(listed.routes) == ROUTES


def test_ten_thousand_numbers_guard_a_route(account: Callable[[], tuple[Peer, TelegentClient]]) -> None:
    """An inventory whose flags and totals come as text is read to its end: the last number still uses the route."""
    peer, client = account()

    with pytest.raises(Refused, match=rf"1 number\(s\) still use it \(\+1555{NUMBERS - 1:07d}\)"):
        _routes(client).delete(_id(7), {"onDestroy": "delete"})
    _routes(client).delete(_id(8), {"onDestroy": "delete"})

    pages = [head for head in peer.heads if "inventory" in head]
    assert len(pages) == 2 * NUMBERS // PAGE
    assert [head.split()[1] for head in peer.heads if "delete" in head] == ["/v1.0/message/routes/delete"]


def test_flags_that_come_as_text_are_flags(account: Callable[[], tuple[Peer, TelegentClient]]) -> None:
    """Text that says true is true when read: a refresh shows no drift."""
    _, client = account()
    held = {"messageRouteEnabled": True, "inboundBypass": False, "messageUrl": _route(ROUTES - 1)["MessageUrl"]}

    reading = _routes(client).read(_id(ROUTES - 1), held)

    assert reading is not None
    assert reading.inputs == held


def test_a_list_without_end_is_cut_off_too(listen: Callable[..., Peer]) -> None:
    """The bound of a list is larger, and it is one."""

    def act(peer: Peer, connection: socket.socket) -> None:
        peer.send(connection, b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n[")
        peer.pour(connection, b" " * 65536)

    peer = listen(act)
    client = TelnyxClient(TelnyxSettings("KEY", f"http://127.0.0.1:{peer.port}/v2"), clock=Clock())

    with pytest.raises(UnreadableAnswer, match="with more than 32768 KiB"):
        client.list_phone_numbers("+15550100001")

    client.close()
    assert len(peer.requests) == 1
