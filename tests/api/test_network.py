"""The clients on real sockets: what the network can do, each by a listener of this machine."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import httpcore
import httpx
import pytest

from pulumi_messaging.api.circuit_breaker import A_FEW, ALLOWANCE
from pulumi_messaging.api.telegent import TelegentClient
from pulumi_messaging.api.telnyx import TelnyxClient
from pulumi_messaging.api.transport import TIMEOUT
from pulumi_messaging.errors import ConfigurationError, ErrorAnswer, NoAnswer, UnreadableAnswer
from pulumi_messaging.settings import TelegentSettings, TelnyxSettings
from tests.support.clock import VirtualClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pulumi_messaging.api.clock import Clock

SHORT = httpx.Timeout(0.2)
FOUND = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 21\r\n\r\n{"data": {"id": "1"}}'


class Listener:
    """Accepts connections on loopback, reads one request of each, and lets ``act`` do the rest."""

    def __init__(self, act: Callable[[socket.socket], None]) -> None:
        self.requests: list[bytes] = []
        self._act = act
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._done.set()
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
            pass
        self._thread.join(5)
        self._socket.close()

    def wait(self, seconds: float) -> None:
        self._done.wait(seconds)

    def _serve(self) -> None:
        while True:
            connection, _ = self._socket.accept()
            with connection:
                if self._done.is_set():
                    return
                with contextlib.suppress(OSError):
                    self.requests.append(connection.recv(65536))
                    self._act(connection)


@pytest.fixture
def listen() -> Iterator[Callable[[Callable[[socket.socket], None]], Listener]]:
    with contextlib.ExitStack() as stack:

        def start(act: Callable[[socket.socket], None]) -> Listener:
            listener = Listener(act)
            stack.callback(listener.close)
            return listener

        yield start


def telnyx(port: int, *, timeout: httpx.Timeout = TIMEOUT, host: str = "127.0.0.1") -> TelnyxClient:
    settings = TelnyxSettings("KEY-s3cr3t", f"http://{host}:{port}/v2")
    return TelnyxClient(settings, clock=VirtualClock().clock, timeout=timeout)


def test_a_request_on_the_wire(listen: Callable[..., Listener]) -> None:
    """What is sent, byte for byte: the path as encoded, the key, the user agent, no cookie and no referrer."""
    listener = listen(lambda connection: connection.sendall(FOUND))
    client = telnyx(listener.port)

    assert client.retrieve_messaging("+15550100001") == {"id": "1"}

    head = listener.requests[0].decode().split("\r\n")
    client.close()
    assert head[0] == "GET /v2/phone_numbers/%2B15550100001/messaging HTTP/1.1"
    assert "Authorization: Bearer KEY-s3cr3t" in head
    assert sorted(line.partition(":")[0].lower() for line in head[1:-2]) == [
        *["accept", "accept-encoding", "authorization", "host", "user-agent"]
    ]


def test_a_request_arrives_in_one_piece(listen: Callable[..., Listener]) -> None:
    """Its headers and its body: a server that is woken by the headers alone would have to wait for the body."""
    listener = listen(lambda connection: connection.sendall(FOUND))
    client = telnyx(listener.port)

    client.update_messaging("1", {"messaging_product": "A2P"})

    client.close()
    _, _, body = listener.requests[0].partition(b"\r\n\r\n")
    assert json.loads(body) == {"messaging_product": "A2P"}


def test_an_answer_that_came_before_the_request_was_taken_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server may refuse a request and close before it has read all of it: its answer says why."""

    class Refusing(httpcore.MockStream):
        def write(self, buffer: bytes, timeout: float | None = None) -> None:
            raise httpcore.WriteError("broken pipe")

    refused = b"HTTP/1.1 413 Payload Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", lambda *_: Refusing([refused]))

    with pytest.raises(ErrorAnswer, match="Telnyx answered 413"):
        telnyx(1).update_messaging("1", {"messaging_product": "A2P"})


def test_a_redirect_does_not_reach_its_target(listen: Callable[..., Listener]) -> None:
    """The listener a redirect points to is never connected to, with or without credentials."""
    target = listen(lambda connection: connection.sendall(FOUND))
    location = f"http://127.0.0.1:{target.port}/v2/phone_numbers/1/messaging?token=pa55"
    answer = f"HTTP/1.1 307 Temporary Redirect\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode()
    listener = listen(lambda connection: connection.sendall(answer))
    client = telnyx(listener.port)

    with pytest.raises(UnreadableAnswer, match=r"307, a redirect to 127\.0\.0\.1, which was not followed"):
        client.update_messaging("1", {"messaging_product": "A2P"})

    client.close()
    assert target.requests == []
    assert len(listener.requests) == 1


def test_a_slow_answer_is_not_waited_for_beyond_the_timeout(listen: Callable[..., Listener]) -> None:
    """Silence after the request ends in a read timeout, which is unclear, at every attempt."""
    listener = listen(lambda connection: listener.wait(1))
    settings = TelegentSettings("k", "s3cr3t", None, f"http://127.0.0.1:{listener.port}/v1.0")
    client = TelegentClient(settings, clock=VirtualClock().clock, timeout=SHORT)

    with pytest.raises(NoAnswer, match=rf"127\.0\.0\.1:{listener.port} did not answer in time"):
        client.list_message_routes()

    client.close()


@pytest.mark.parametrize(
    "start",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
        b"SSH-2.0-OpenSSH\r\n",
    ],
)
def test_an_answer_that_ends_too_early_is_no_answer(listen: Callable[..., Listener], start: bytes) -> None:
    """A connection closed before or within the answer, or one that is no HTTP, may have been carried out."""
    listener = listen(lambda connection: connection.sendall(start))
    client = telnyx(listener.port)

    with pytest.raises(NoAnswer) as failed:
        client.retrieve_messaging("1")

    client.close()
    assert failed.value.sent
    assert not failed.value.unclear, "a read changes nothing"
    assert A_FEW <= len(listener.requests) <= 1 + ALLOWANCE


def test_a_lost_connection_is_made_again(listen: Callable[..., Listener]) -> None:
    """A read whose connection broke succeeds at the next attempt."""
    steps = iter([b"", FOUND])
    listener = listen(lambda connection: connection.sendall(next(steps)))
    client = telnyx(listener.port)

    assert client.retrieve_messaging("1") == {"id": "1"}

    client.close()


def test_a_host_that_is_no_host_name_is_no_connection() -> None:
    """A label that is empty or too long is told as what it is."""
    said = ask(f"https://{'a' * 70}.example/v2")

    assert said.startswith("NoAnswer cannot read messaging settings of number 1: no connection to aaa")
    assert "(not a host name)" in said


NOT_RUNNING: dict[str, Callable[[str, Clock], object]] = {
    "Telnyx reads": lambda url, clock: of_telnyx(url, clock).retrieve_messaging("1"),
    "Telnyx updates": lambda url, clock: of_telnyx(url, clock).update_messaging("1", {"tags": []}),
    "Telnyx orders": lambda url, clock: of_telnyx(url, clock).create_bulk_update("MP-1", ["+15550100001"]),
    "Telegent lists": lambda url, clock: of_telegent(url, clock).list_message_routes(),
    "Telegent creates": lambda url, clock: of_telegent(url, clock).create_message_route({"RouteName": "r"}),
    "Telegent deletes": lambda url, clock: of_telegent(url, clock).delete_message_route("MRID-1"),
}


def of_telnyx(url: str, clock: Clock) -> TelnyxClient:
    return TelnyxClient(TelnyxSettings("KEY-s3cr3t", f"{url}/v2"), clock=clock)


def of_telegent(url: str, clock: Clock) -> TelegentClient:
    return TelegentClient(TelegentSettings("k", "s3cr3t", None, f"{url}/v1.0"), clock=clock)


def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port: int = unused.getsockname()[1]
    return port


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
@pytest.mark.parametrize("asked", NOT_RUNNING)
def test_an_emulator_that_does_not_run_is_told_within_two_seconds(asked: str, host: str) -> None:
    """Three attempts, for one that is just starting; nothing was sent, and the line says what to start."""
    time, port = VirtualClock(), unused_port()

    with pytest.raises(NoAnswer, match=rf"no connection to {host}:{port} \(.*refused") as failed:
        NOT_RUNNING[asked](f"http://{host}:{port}", time.clock)

    assert (failed.value.sent, failed.value.unclear) == (False, False)
    assert failed.value.advice == (
        "nothing listens there: start it (the emulator with `pulumi-messaging emulator`), "
        f"or correct {asked.partition(' ')[0].lower()}:baseUrl"
    )
    assert time.slept == [0.5, 0.5]


def test_a_proxy_on_this_machine_that_does_not_run_is_told_within_two_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Companies have such proxies, which log in to the real one."""
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:pa55@127.0.0.1:{unused_port()}")
    time = VirtualClock()

    with pytest.raises(NoAnswer, match="; check HTTPS_PROXY and ALL_PROXY"):
        of_telnyx("https://far.example", time.clock).retrieve_messaging("1")

    assert time.slept == [0.5, 0.5]


def test_a_body_without_end_is_cut_off(listen: Callable[..., Listener]) -> None:
    """An answer that does not end is read to its bound and no further."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"

    def pour(connection: socket.socket) -> None:
        connection.sendall(head)
        while True:
            connection.sendall(b" " * 65536)

    listener = listen(pour)
    client = telnyx(listener.port)

    with pytest.raises(UnreadableAnswer, match="with more than 1024 KiB"):
        client.retrieve_messaging("1")

    client.close()


MAKE = """
from pulumi_messaging.api.clock import Clock
from pulumi_messaging.api.network import network
network("https://far.example/v2", Clock()).close()
"""
ASK = """
import sys
from pulumi_messaging.api.clock import Clock
from pulumi_messaging.api.telnyx import TelnyxClient
from pulumi_messaging.errors import MessagingError
from pulumi_messaging.settings import TelnyxSettings
try:
    client = TelnyxClient(TelnyxSettings("KEY-s3cr3t", sys.argv[1]), clock=Clock(sleep=lambda _: None))
    print(client.retrieve_messaging("1"))
except MessagingError as error:
    print(type(error).__name__, error)
"""


def ask(url: str, code: str = ASK, **environment: str) -> str:
    """What a process with this environment gets from a URL."""
    clean = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    command = [sys.executable, "-c", code, url]
    return subprocess.run(command, capture_output=True, text=True, check=True, env=clean | environment).stdout


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_a_proxy_of_the_environment_is_asked(listen: Callable[..., Listener], variable: str) -> None:
    """A host on the internet is reached through the environment's proxy; the key is not sent to the proxy."""
    proxy = listen(lambda connection: connection.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"))

    said = ask("https://far.example/v2", **{variable: f"http://user:pa55@127.0.0.1:{proxy.port}"})

    assert proxy.requests[0].startswith(b"CONNECT far.example:443 HTTP/1.1\r\n")
    assert all(b"KEY-s3cr3t" not in request for request in proxy.requests)
    assert said.startswith("NoAnswer cannot read messaging settings of number 1: the proxy gave no connection")
    assert f"(127.0.0.1:{proxy.port}: 407 Proxy Authentication Required)" in said
    assert "pa55" not in said


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_is_down_is_named(scheme: str) -> None:
    """The proxy's host and port, and neither its password nor the vendor, are what cannot be reached."""
    port = unused_port()

    said = ask("https://far.example/v2", HTTPS_PROXY=f"{scheme}://user:pa55@127.0.0.1:{port}")

    assert f": the proxy gave no connection to far.example (127.0.0.1:{port}: [Errno 111] Connection refused); " in said
    assert "check HTTPS_PROXY and ALL_PROXY, or name the host in NO_PROXY" in said
    assert "pa55" not in said


def test_a_proxy_may_be_given_without_a_scheme(listen: Callable[..., Listener]) -> None:
    """host:port is an http proxy."""
    proxy = listen(lambda connection: connection.sendall(b"HTTP/1.1 403 Forbidden\r\n\r\n"))

    ask("https://far.example/v2", HTTPS_PROXY=f"127.0.0.1:{proxy.port}")

    assert proxy.requests[0].startswith(b"CONNECT far.example:443")


def test_a_loopback_host_is_reached_without_the_proxy(listen: Callable[..., Listener]) -> None:
    """The emulator on this machine is never asked through a proxy."""
    proxy, vendor = listen(lambda _: None), listen(lambda connection: connection.sendall(FOUND))
    address = f"http://127.0.0.1:{proxy.port}"

    said = ask(f"http://127.0.0.1:{vendor.port}/v2", HTTP_PROXY=address, ALL_PROXY=address, HTTPS_PROXY=address)

    assert said.strip() == "{'id': '1'}"
    assert proxy.requests == []


@pytest.mark.parametrize(
    "proxy", ["ftp://user:pa55@proxy.example", "http://user:pa55@:x", "socks4://pa55", "socks5://pa55"]
)
def test_a_proxy_that_cannot_be_used_is_a_configuration_error(proxy: str) -> None:
    """The error names the variables, and not the proxy, which may hold a password."""
    said = ask("https://far.example/v2", HTTPS_PROXY=proxy)

    assert said.startswith(f"{ConfigurationError.__name__} the proxy of the environment (HTTPS_PROXY, ALL_PROXY)")
    assert "pa55" not in said


@pytest.mark.parametrize(
    ("file", "reason"), [("nowhere.pem", "No such file or directory"), ("empty.pem", ".*NO_CERTIFICATE.*")]
)
def test_certificates_that_cannot_be_read_are_told_as_that(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, file: str, reason: str
) -> None:
    """Not as the proxy, which is none."""
    (tmp_path / "empty.pem").touch()
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / file))

    with pytest.raises(ConfigurationError, match=rf"\(SSL_CERT_FILE, SSL_CERT_DIR\) cannot be read \({reason}\): name"):
        of_telnyx("https://far.example", VirtualClock().clock)


def test_a_host_of_no_proxy_is_reached_directly() -> None:
    """A proxy is not even looked at for a host that NO_PROXY names: here it is one that cannot be used."""
    assert ask("", MAKE, HTTPS_PROXY="ftp://proxy.example", NO_PROXY="other.example,far.example") == ""
