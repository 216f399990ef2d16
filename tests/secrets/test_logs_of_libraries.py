"""What HTTP libraries write at DEBUG when what is secret comes back: in headers, in the reason, in broken answers."""

from __future__ import annotations

import logging
import re
from itertools import count
from typing import TYPE_CHECKING

import pytest

from pulumi_messaging.api.clock import Clock
from pulumi_messaging.api.network import network
from tests.support.peers.sockets import Peer, answer
from tests.support.plugin import NUMBER as NUMBER_PAYLOAD
from tests.support.plugin import ROUTE as ROUTE_PAYLOAD
from tests.support.plugin import Failed, Plugin
from tests.support.secrets.canaries import CANARIES
from tests.support.secrets.processes import SECRET_KEYS, vendors_and_loggers
from tests.support.secrets.scanner import Scanner
from tests.support.secrets.world import NUMBER, ROUTE

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator
    from pathlib import Path

BEARER = "eyJtoken0K3q8Zw5Rv1Xb7Ny4Ls2Dm6Hc9"
COOKIE = "c00kieF4gT7uJ1pW8eQ3zS6kV9xB2nM5"
SECRETS = CANARIES | {"bearer token": BEARER, "cookie": COOKIE}
TURNS = 4
TOKEN = answer(
    f'{{"token": "{BEARER}", "successful": true}}'.encode(), "200 OK", f"Set-Cookie: session={COOKIE}; HttpOnly"
)


@pytest.fixture
def echo() -> Iterator[Peer]:
    """Gives tokens; else answers with what it was sent, in broken answers and in the headers of whole ones."""
    asked = count()

    def act(peer: Peer, connection: socket.socket) -> None:
        if "tokens" in peer.heads[-1]:
            peer.send(connection, TOKEN)
            return
        (sent,) = re.findall(rb"(?i)\r\nauthorization: ([^\r]+)", peer.requests[-1])
        broken = (
            b"HTTP/1.1 200 OK\r\n" + sent + b"\r\n\r\n",
            sent + b"\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + sent + b"\r\n",
        )
        said = sent.decode()
        whole = answer(b"{}", f"403 No {said}", f"X-Echo: {said}", f"Set-Cookie: session={COOKIE}")
        turn = next(asked) % TURNS
        peer.send(connection, whole if turn == len(broken) else broken[turn])

    peer = Peer(act)
    yield peer
    peer.close()


def test_the_provider_process(echo: Peer, tmp_path: Path) -> None:
    """Neither what was sent nor a cookie stands in its log; what happened, and the status, does."""
    at = f"http://127.0.0.1:{echo.port}"
    config = {"telegent:baseUrl": at, "telnyx:baseUrl": f"{at}/v2", "telegent:requestsPerMinute": "6000"}
    config |= {"telegent:timeoutSeconds": "1", "telnyx:timeoutSeconds": "1"}
    route = ROUTE_PAYLOAD, {**ROUTE, "routeName": "it"}
    errors = []
    with vendors_and_loggers(tmp_path), Plugin(config | SECRET_KEYS) as plugin:
        # Each asks once at least, so that every answer comes.
        for payload, declared in (route, *[(NUMBER_PAYLOAD, NUMBER)] * TURNS, route):
            with pytest.raises(Failed) as failed:
                plugin.create(payload, declared)
            errors.append(str(failed.value))

    said = "".join(plugin.said)
    assert said.count("DEBUG httpcore.http11 send_request_headers.complete") > 6
    assert "DEBUG httpcore.http11 receive_response_headers.complete status=403\n" in said
    assert "DEBUG httpcore.http11 receive_response_headers.failed exception=RemoteProtocolError\n" in said
    assert "DEBUG httpcore.http11 receive_response_body.failed exception=RemoteProtocolError\n" in said
    assert "INFO pulumi_messaging.api.transport GET http://127.0.0.1:" in said
    assert Scanner(SECRETS).found(said, *errors) == {}


def test_the_password_of_a_proxy(caplog: pytest.LogCaptureFixture) -> None:
    """A SOCKS proxy needs a library that is not installed here: the line is httpcore's own, written by the test."""
    network("http://127.0.0.1:1", Clock()).close()
    caplog.set_level(logging.DEBUG)

    logging.getLogger("httpcore.socks").debug("setup_socks5_connection.started host='a' auth=(b'user', b'password')")
    logging.getLogger("httpcore.connection").debug("connect_tcp.started host='a' port=1")

    assert caplog.messages == ["setup_socks5_connection.started", "connect_tcp.started host='a' port=1"]
