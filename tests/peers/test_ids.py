"""Ids from anywhere, a program, a state or a hostile answer: refused or encoded, and never another path."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

import pytest

from pulumi_messaging.api.clock import Clock
from pulumi_messaging.api.ids import LONGEST, is_id
from pulumi_messaging.api.telegent import TelegentClient
from pulumi_messaging.api.telnyx import TelnyxClient
from pulumi_messaging.composition import named_objects_of, number_account_of, numbers_of
from pulumi_messaging.errors import InvalidInput, MessagingError, Refused, UnreadableAnswer
from pulumi_messaging.reconcile.ownership import Ownership
from pulumi_messaging.settings import TelegentSettings, TelnyxSettings
from pulumi_messaging.text import visible
from tests.support.cache import no_notes
from tests.support.peers.sockets import Peer, answer

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

# Encoded: each is one segment or one value, whatever it holds.
ODD = (
    "../x", "../../v2/phone_numbers", "a/b", "/", "//evil.example/", "http://evil.example/", "a?b=c", "?", "a#b", "#",
    "a\\b", "..\\..", "%2e%2e%2f", "%2e", "%00", "%0d%0aX: y", "a&MessageRouteId=MRID-2", "a;b", "a=b", "@", ":", "+",
    "~", "*", "'\"<>", "${x}", "{id}", "é", "日本", "\U0001f4a9", "ﬀ", "\uff0e\uff0e", "a b", "x" * LONGEST, "...", "-",
    "0",
)  # fmt: skip
# Refused: nothing arrives, not even a request for a token.
IMPOSSIBLE = (
    "", " ", "\t", "a\r\nX-Evil: y", "a\nb", "\r", "a\x00b", "\x00", "\x7f", "\x1b[31m", "\u202e", "\u2028", "\ud800",
    "\ufeff", "x" * (LONGEST + 1), "x" * 10_000, "é" * 10_000,
)  # fmt: skip
# Where the id stands in a path.
DOTS = (".", "..")

AT_ONCE = Clock(sleep=lambda _: None)
PROFILE = "7d0c4c1e-5a51-4a51-9f4e-0c7b3f0a1d22"
TOKEN = answer(b'{"token": "t0ken", "successful": true}')
NO = answer(b"{}", "418 No")
WISH = {"phoneNumber": "+15550100002", "messagingProfileId": PROFILE, "onDestroy": "restore"}
AUTOMATIC = {"messageUrl": "https://a.example", "messageUrlMethod": "POST", "routeName": "r-1", "__autoname": "r-1"}

IN_PATHS: dict[str, tuple[str, Callable[[TelnyxClient, str], object]]] = {
    "phone number": ("GET /v2/phone_numbers/{}/messaging", lambda client, value: client.retrieve_messaging(value)),
    "messaging profile": (
        "GET /v2/messaging_profiles/{}/phone_numbers?page%5Bsize%5D=1",
        lambda client, value: client.count_profile_numbers(value),
    ),
    "bulk order": (
        "GET /v2/messaging_numbers_bulk_updates/{}",
        lambda client, value: client.retrieve_bulk_update(value),
    ),
    "number id": (
        "PATCH /v2/phone_numbers/{}/messaging",
        lambda client, value: client.update_messaging(value, {"tags": []}),
    ),
}
IN_QUERIES: dict[str, tuple[str, Callable[[TelegentClient, str], object]]] = {
    "message route id": (
        "GET /v1.0/message/routes?MessageRouteId={}",
        lambda client, value: client.get_message_route(value),
    ),
    "account id": (
        "GET /v1.0/account/message/routes?AccountId={}",
        lambda client, value: client.list_message_routes(value),
    ),
}
IN_BODIES: dict[str, tuple[str, str, Callable[[TelegentClient, str], object]]] = {
    "updated route": (
        "POST /v1.0/message/routes/update",
        "MessageRouteId",
        lambda client, value: client.update_message_route(value, {"RouteName": "r"}),
    ),
    "deleted route": (
        "POST /v1.0/message/routes/delete",
        "MessageRouteId",
        lambda client, value: client.delete_message_route(value),
    ),
}
ATTEMPTS = {
    "phone number": "read messaging settings of number",
    "messaging profile": "count the numbers of messaging profile",
    "bulk order": "read bulk order",
    "number id": "update messaging settings of number",
    "message route id": "read message route",
    "account id": "list message routes of account",
    "updated route": "update message route",
    "deleted route": "delete message route",
}
ADVICE = "correct it in the program, or in the state (`pulumi stack export`, `pulumi stack import`)"


@pytest.fixture
def peer(listen: Callable[..., Peer]) -> Peer:
    """Gives a token, and says no to all else."""
    return listen(lambda peer, connection: peer.send(connection, TOKEN if "tokens" in peer.heads[-1] else NO))


def telnyx(peer: Peer) -> TelnyxClient:
    return TelnyxClient(TelnyxSettings("KEY", f"http://127.0.0.1:{peer.port}/v2"), clock=AT_ONCE)


def telegent(peer: Peer) -> TelegentClient:
    settings = TelegentSettings("DID-key", "s3cr3t", None, f"http://127.0.0.1:{peer.port}/v1.0")
    return TelegentClient(settings, clock=AT_ONCE)


def arrived(peer: Peer) -> list[bytes]:
    """The requests, tokens aside, byte for byte."""
    peer.close()
    return [request for request in peer.requests if b"/oauth2/tokens" not in request]


def refused(act: Callable[[Any, str], object], client: Any, value: str, attempt: str) -> str:
    """Why an id is refused, in a line that says what was attempted, on what, and what to do."""
    with pytest.raises(InvalidInput) as failed:
        act(client, value)
    client.close()
    said = str(failed.value)
    assert said.isprintable()
    assert len(said) < 250
    told = re.fullmatch(r'cannot (.+) "(.{0,60})": id (.+); ' + re.escape(ADVICE), said)
    assert told
    assert told[1] == attempt
    assert visible(value).startswith(told[2].removesuffix("…"))
    return told[3]


@pytest.mark.parametrize("place", [*IN_PATHS, *IN_QUERIES])
def test_an_odd_id_is_encoded_whole(peer: Peer, place: str) -> None:
    """It arrives as one segment of the path or one value of the query, which decodes to the id and to nothing else."""
    line, act = {**IN_PATHS, **IN_QUERIES}[place]
    client = telnyx(peer) if place in IN_PATHS else telegent(peer)

    for value in ODD:
        with pytest.raises(MessagingError):
            act(client, value)

    client.close()
    requests = arrived(peer)
    assert len(requests) == len(ODD)
    before, after = line.split("{}")
    for value, request in zip(ODD, requests, strict=True):
        head = request.split(b"\r\n")[0].decode("ascii")
        encoded = head.removeprefix(before).removesuffix(f"{after} HTTP/1.1")
        assert head == f"{before}{quote(value, safe='')}{after} HTTP/1.1"
        assert unquote(encoded) == value
        assert not {*"/?#&\\ "} & {*encoded}


@pytest.mark.parametrize("value", IMPOSSIBLE)
@pytest.mark.parametrize("place", [*IN_PATHS, *IN_QUERIES, *IN_BODIES])
def test_an_impossible_id_is_refused(peer: Peer, place: str, value: str) -> None:
    """Empty, endless, or with characters that do not show: refused, and no connection is made."""
    *_, act = {**IN_PATHS, **IN_QUERIES, **IN_BODIES}[place]

    why = refused(act, telnyx(peer) if place in IN_PATHS else telegent(peer), value, ATTEMPTS[place])

    peer.close()
    assert peer.connections == 0
    assert why in {"is empty", "holds a control character", f"is longer than {LONGEST} characters"}


@pytest.mark.parametrize("value", DOTS)
@pytest.mark.parametrize("place", [*IN_PATHS, *IN_QUERIES])
def test_dots_are_refused_where_they_would_be_a_path(peer: Peer, place: str, value: str) -> None:
    """A segment of dots addresses another place, encoded or not."""
    act = {**IN_PATHS, **IN_QUERIES}[place][1]

    client = telnyx(peer) if place in IN_PATHS else telegent(peer)

    assert refused(act, client, value, ATTEMPTS[place]) == "is not an id"

    peer.close()
    assert peer.connections == 0


@pytest.mark.parametrize("place", IN_BODIES)
def test_an_id_in_a_body_is_a_string_of_it(peer: Peer, place: str) -> None:
    """In a body it is JSON, and the path does not depend on it."""
    line, key, act = IN_BODIES[place]
    client = telegent(peer)

    for value in (*ODD, *DOTS):
        with pytest.raises(MessagingError):
            act(client, value)

    client.close()
    for value, request in zip((*ODD, *DOTS), arrived(peer), strict=True):
        head, _, body = request.partition(b"\r\n\r\n")
        assert head.startswith(f"{line} HTTP/1.1\r\n".encode())
        assert json.loads(body)[key] == value


def test_other_values_stand_in_bodies_only(peer: Peer) -> None:
    """Profile ids and account ids of a write, whatever they hold, are values of a JSON body."""
    numbers, routes = telnyx(peer), telegent(peer)
    values = [value for value in (*ODD, *DOTS, *IMPOSSIBLE) if value != "\ud800"]  # which no program can declare

    for value in values:
        with pytest.raises(MessagingError):
            numbers.update_messaging("1", {"messaging_profile_id": value})
        with pytest.raises(MessagingError):
            routes.create_message_route({"RouteName": "r", "AccountId": value})

    numbers.close()
    routes.close()
    requests = [request.partition(b"\r\n\r\n") for request in arrived(peer)]
    assert {head.split(b"\r\n")[0] for head, _, _ in requests} == {
        b"PATCH /v2/phone_numbers/1/messaging HTTP/1.1",
        b"POST /v1.0/message/routes HTTP/1.1",
    }
    sent = [body for _, _, body in requests]
    assert [json.loads(body).get("messaging_profile_id") for body in sent[::2]] == values


def test_a_looked_up_number_is_its_digits(peer: Peer) -> None:
    """Of a number that is looked up, from the state that is, only the digits are sent."""
    client = telnyx(peer)

    for value in ("+1555/../0100001", "+15550100001&x=y", "+1555#0100001", "+15550\uff11100001"):
        with pytest.raises(MessagingError):
            client.list_phone_numbers(value)
    for value in ("../..", *IMPOSSIBLE[:5]):
        with pytest.raises(InvalidInput, match="cannot look up number"):
            client.list_phone_numbers(value)

    client.close()
    lines = {request.split(b"\r\n")[0] for request in arrived(peer)}
    query = b"filter%5Bphone_number%5D=15550100001&page%5Bsize%5D=250&page%5Bnumber%5D=1"
    assert lines == {b"GET /v2/phone_numbers?" + query + b" HTTP/1.1"}


# From answers --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [*ODD, *IMPOSSIBLE, *DOTS])
def test_what_an_answer_calls_an_id_must_look_like_one(value: str) -> None:
    """Letters, digits and a few signs, from a letter or digit on: anything else never gets into a state."""
    assert is_id(value) is (value in {"x" * LONGEST, "0"})


@pytest.mark.parametrize("value", [None, 5, True, ["MRID-1"], {"id": "MRID-1"}, 1.5])
def test_an_id_is_a_string(value: Any) -> None:
    """Whatever else JSON can hold is no id."""
    assert not is_id(value)


def _vendor(listed: object, created: object) -> Callable[[Peer, socket.socket], None]:
    """Answers a list and a create as told, and gives tokens."""

    def act(peer: Peer, connection: socket.socket) -> None:
        head = peer.heads[-1]
        body = listed if "/account/" in head else created
        peer.send(connection, TOKEN if "tokens" in head else answer(json.dumps(body).encode()))

    return act


HOSTILE = ("../../numbers", "MRID-1?x=y", "MRID-1\r\nX-Evil: y", "", "MRID-" + "9" * 10_000, ["MRID-1"], 5, None)


@pytest.mark.parametrize("value", HOSTILE)
def test_a_listed_route_without_a_usable_id_is_not_taken(listen: Callable[..., Peer], value: Any) -> None:
    """A route of our name with such an id: the list is not complete, so nothing is read, written or made."""
    rows = [{"MessageRouteId": value, "RouteName": "r-1"}]
    peer = listen(_vendor({"TotalRoutes": 1, "Results": rows}, {}))
    client = telegent(peer)

    with pytest.raises(Refused, match="list of message routes is shorter than it says"):
        named_objects_of(client, Ownership(), no_notes(), lambda _: None).create(AUTOMATIC)

    client.close()
    assert [request.split(b"\r\n")[0] for request in arrived(peer)] == [b"GET /v1.0/account/message/routes HTTP/1.1"]


@pytest.mark.parametrize("value", HOSTILE)
def test_a_created_route_without_a_usable_id_is_looked_for(listen: Callable[..., Peer], value: Any) -> None:
    """What the answer to a create calls the id is not kept; the list tells the real one."""
    made: list[dict[str, Any]] = []

    def act(peer: Peer, connection: socket.socket) -> None:
        head = peer.heads[-1]
        listed = {"TotalRoutes": len(made), "Results": list(made)}
        if head.startswith("POST /v1.0/message/routes "):
            made.append({"MessageRouteId": "MRID-7", "RouteName": "r-1"})
        body = listed if "/account/" in head else {"MessageRouteId": value}
        peer.send(connection, TOKEN if "tokens" in head else answer(json.dumps(body).encode()))

    peer = listen(act)
    client = telegent(peer)

    route_id, _ = named_objects_of(client, Ownership(), no_notes(), lambda _: None).create(AUTOMATIC)

    client.close()
    assert route_id == "MRID-7"
    assert len(made) == 1


@pytest.mark.parametrize("settings", [{"id": value} for value in HOSTILE if value is not None] + [
    {"id": "1293384261075731503", "phone_number": "+15550100003"},
    {"id": "1293384261075731502", "phone_number": "+15550100002\n"},
    {},
])  # fmt: skip
def test_a_number_with_another_id_is_not_written(listen: Callable[..., Peer], settings: dict[str, Any]) -> None:
    """Settings of another number, without its id, or with one that is none, are not those that were asked for."""
    told = {"phone_number": "+15550100002", "messaging_profile_id": None, **settings}
    peer = listen(lambda peer, connection: peer.send(connection, answer(json.dumps({"data": told}).encode())))
    client = telnyx(peer)

    with pytest.raises(UnreadableAnswer, match=r"with another number|without the number's id"):
        numbers_of(number_account_of(client, lambda _: None), Ownership()).create(WISH)

    client.close()
    read, listed = "GET /v2/phone_numbers/%2B15550100002/messaging", "GET /v2/phone_numbers/messaging?"
    assert all(request.decode().startswith((read, listed)) for request in arrived(peer))


@pytest.mark.parametrize("token", ["t\r\nX-Evil: y", "t\nx", "t\x00", "tökén", "", "t" * 100_000, ["t"], {"t": 1}])
def test_a_token_that_is_no_header_value_is_not_sent(listen: Callable[..., Peer], token: Any) -> None:
    """What cannot stand in a header, or is as long as no header may be, is no token."""
    body = json.dumps({"token": token, "successful": True}).encode()
    peer = listen(lambda peer, connection: peer.send(connection, answer(body)))
    client = telegent(peer)

    with pytest.raises(UnreadableAnswer, match="without a token"):
        client.get_message_route("MRID-1")

    client.close()
    assert arrived(peer) == []
