"""Peers on real sockets of this machine: each does what a test says with every connection, and counts what it gets."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
import time
from itertools import cycle
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

# Bytes that no client reads to the end, and seconds that no test waits.
FAR_TOO_MUCH = 96 * 1024 * 1024
FAR_TOO_LONG = 5.0
_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *([0-9]+)")


class Peer:
    """Accepts connections on loopback, reads one request of each, and lets `act` do the rest.

    Args:
        act: What happens after a request was read; the connection is closed when it returns.
        tls: Where given, the connection is a TLS one, and only what comes through it counts as a request.
        reads: Without it, `act` reads what it wants.
    """

    def __init__(
        self, act: Callable[[Peer, socket.socket], object], tls: ssl.SSLContext | None = None, *, reads: bool = True
    ) -> None:
        self.connections = 0
        self.requests: list[bytes] = []
        self.handshake_errors: list[str] = []
        self.sent = 0
        self._act = act
        self._tls = tls
        self._reads = reads
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._listening.getsockname()[1]
        self._over = threading.Event()
        self._last: tuple[str, int] | None = None
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def heads(self) -> list[str]:
        """The request lines."""
        return [request.partition(b"\r\n")[0].decode("latin-1") for request in self.requests]

    def close(self) -> None:
        """Serve those who came so far, and end; from then on the counts are final."""
        self._over.set()
        with contextlib.suppress(OSError), socket.socket() as last:
            last.bind(("127.0.0.1", 0))
            self._last = last.getsockname()
            last.connect(("127.0.0.1", self.port))
        self._thread.join(20)
        self._listening.close()

    def pause(self, seconds: float) -> bool:
        """Wait, unless the test is over; whether it is."""
        return self._over.wait(seconds)

    def send(self, connection: socket.socket, content: bytes) -> None:
        connection.sendall(content)
        self.sent += len(content)

    def pour(self, connection: socket.socket, content: bytes) -> None:
        """Send the same again and again, until the other side has had enough, or far too much."""
        end = time.monotonic() + FAR_TOO_LONG
        while self.sent < FAR_TOO_MUCH and time.monotonic() < end and not self._over.is_set():
            self.send(connection, content)

    def drip(self, connection: socket.socket, content: bytes) -> None:
        """Send the same byte by byte, again and again, slowly."""
        end = time.monotonic() + FAR_TOO_LONG
        for byte in cycle(content):
            if time.monotonic() > end or self.pause(0.02):
                return
            self.send(connection, bytes((byte,)))

    def _serve(self) -> None:
        while True:
            connection, address = self._listening.accept()
            with connection:
                if address == self._last:
                    return
                self.connections += 1
                connection.settimeout(10)
                with contextlib.suppress(OSError):
                    self._converse(connection)

    def _converse(self, connection: socket.socket) -> None:
        if self._tls is None:
            self._answer(connection)
            return
        try:
            secure = self._tls.wrap_socket(connection, server_side=True)
        except OSError as error:
            self.handshake_errors.append(str(error))
            return
        with secure:
            self._answer(secure)

    def _answer(self, connection: socket.socket) -> None:
        if not self._reads:
            self._act(self, connection)
            return
        request = b""
        while not _is_whole(request):
            more = connection.recv(65536)
            if not more:
                break
            request += more
        if request:
            self.requests.append(request)
            self._act(self, connection)


def _is_whole(request: bytes) -> bool:
    head, end, body = request.partition(b"\r\n\r\n")
    length = _LENGTH.search(head)
    return bool(end) and len(body) >= (int(length[1]) if length else 0)


def answer(body: bytes, status: str = "200 OK", *headers: str, length: int | None = None) -> bytes:
    """A JSON answer, byte for byte; `length` is what it says of itself."""
    lines = [
        f"HTTP/1.1 {status}",
        "Content-Type: application/json",
        f"Content-Length: {len(body) if length is None else length}",
        *headers,
    ]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode() + body
