"""The application over TCP: a threaded HTTP/1.1 server that keeps connections open."""

from __future__ import annotations

import contextlib
import json
import os
import select
import socket
import socketserver
import struct
import sys
import threading
import traceback
from functools import lru_cache
from http.server import BaseHTTPRequestHandler
from ipaddress import ip_address
from typing import Any, Self
from urllib.parse import unquote_to_bytes, urlsplit

from pulumi_messaging_emulator.app import Emulator, application
from pulumi_messaging_emulator.control import PREFIX
from pulumi_messaging_emulator.wire import JSON_TYPE, Answer, Request, decoded, parsed

_JOIN_SECONDS = 5.0
# With this option, closing sends a reset and drops unsent bytes.
_AT_ONCE = struct.pack("ii", 1, 0)


class Server:
    """A running emulator; as a context manager it is stopped at the end."""

    def __init__(self, emulator: Emulator, host: str, port: int) -> None:
        self.emulator = emulator
        self.host = host
        self._listener = _Listener((host, port), emulator)
        self.port: int = self._listener.server_address[1]
        self._thread = threading.Thread(target=self._listener.serve_forever, name="emulator", daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """The root of both APIs and of the control surface, without a slash at its end."""
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"

    @property
    def telegent_url(self) -> str:
        """Telegent's base URL."""
        return f"{self.url}/v1.0"

    @property
    def telnyx_url(self) -> str:
        """Telnyx's base URL."""
        return f"{self.url}/v2"

    def serve_forever(self) -> None:
        """Wait in the foreground until Ctrl-C, then stop."""
        with self, contextlib.suppress(KeyboardInterrupt):
            self._thread.join()

    def close(self) -> None:
        """Stop listening, end open connections, close the store; may be called twice."""
        if self._thread.is_alive():
            stopping = threading.Thread(target=self._listener.shutdown, daemon=True)
            stopping.start()
            # The listener checks its stop flag twice a second; a connection makes it check now.
            with contextlib.suppress(OSError), socket.create_connection((self.host, self.port), _JOIN_SECONDS):
                pass
            stopping.join(_JOIN_SECONDS)
            self._thread.join(_JOIN_SECONDS)
        self._listener.server_close()
        self._listener.end_connections()
        self.emulator.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def serve(store: str | os.PathLike[str], host: str = "127.0.0.1", port: int = 0) -> Server:
    """Start the emulator on a TCP port (0: any free one); returns at once."""
    emulator = application(store)
    emulator.open()
    return Server(emulator, host, port)


class _Listener(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], emulator: Emulator) -> None:
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        self.emulator = emulator
        self.host = address[0]
        self._open: dict[socket.socket, threading.Thread] = {}
        self._guard = threading.Lock()
        self.stopping = threading.Event()
        super().__init__(address, _Handler)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        with self._guard:
            self._open[request] = threading.current_thread()
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._guard:
                del self._open[request]

    def end_connections(self) -> None:
        """End the connections that clients keep open, and wait for their threads."""
        self.stopping.set()
        with self._guard:
            open_now = dict(self._open)
            for connection in open_now:
                _shut(connection)
        for thread in open_now.values():
            thread.join(_JOIN_SECONDS)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - the base class's signature
        if not isinstance(sys.exception(), ConnectionError):
            traceback.print_exc()


class _Handler(BaseHTTPRequestHandler):
    """One connection: parses requests, calls the application, writes each answer in one piece."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    server: _Listener

    def handle_one_request(self) -> None:
        """Answer one request of the connection, with any method."""
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        body = self._body()
        if body is None:
            self.send_error(400, "The length of the body is wrong")
            self.close_connection = True
            return
        try:
            self._answer(body)
        except Exception:  # noqa: BLE001 - one broken request must not end the server
            traceback.print_exc()
            self.close_connection = True
            self._write("500 Internal Server Error", [("Content-Length", "0")], b"")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's signature
        """Print nothing: the request log is under /_emulator/requests."""

    def _answer(self, body: bytes) -> None:
        if reason := self._foreign(body):
            content = json.dumps({"error": reason}).encode()
            self._write("403 Forbidden", [("Content-Type", JSON_TYPE), ("Content-Length", str(len(content)))], content)
            return
        answer = self.server.emulator.in_time(self._request(body), self._wait)
        if answer.broken in ("", "half"):
            headers, content = answer.payload()
            sent = content[: len(content) // 2] if answer.broken else content
            self._write(answer.line, list(headers.items()), sent)
        if answer.broken in ("reset", "refused"):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
            self.connection.close()
        elif answer.broken:
            _shut(self.connection)
        self.close_connection = self.close_connection or bool(answer.broken)

    def _foreign(self, body: bytes) -> str:
        """The reason to refuse a request that a web page of another site may have caused; else empty.

        A page can make a browser send requests to this machine, and a name that it owns can lead there.
        """
        host = self.headers.get("Host", "")
        if not _is_here(host, self.server.host):
            return "The Host header names another machine; ask for 127.0.0.1, localhost or the --host of the emulator."
        origin, site = self.headers.get("Origin"), self.headers.get("Sec-Fetch-Site", "none")
        if origin not in {None, f"http://{host}"} or site not in {"none", "same-origin"}:
            return "Web pages of other origins may not use the emulator."
        control = self.path.startswith(PREFIX)
        if control and body and self.headers.get_content_type() != JSON_TYPE:
            return f"The control surface takes {JSON_TYPE} only."
        return ""

    def _wait(self, answer: Answer) -> None:
        """Wait until an answer is due. If the client disconnects, stop delaying; postponed work still waits."""
        if answer.postponed:
            self.server.stopping.wait(answer.delay)
        else:
            select.select([self.connection], [], [], answer.delay)

    def _write(self, status: str, headers: list[tuple[str, str]], content: bytes) -> None:
        lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers)]
        if self.close_connection:
            lines.append("Connection: close")
        head = "\r\n".join([*lines, "", ""]).encode("latin-1")
        self.wfile.write(head if self.command == "HEAD" else head + content)
        self.wfile.flush()

    def _request(self, body: bytes) -> Request:
        path, _, query_string = self.path.partition("?")
        headers = {"content-type": "", **{name.lower(): value for name, value in self.headers.items()}}
        path = decoded(unquote_to_bytes(path))
        return Request(self.command.upper(), path, parsed(query_string), query_string, self.path, headers, body)

    def _body(self) -> bytes | None:
        if "chunked" in self.headers.get("transfer-encoding", "").lower():
            return self._chunks()
        length = self.headers.get("content-length", "0")
        return self.rfile.read(int(length)) if length.isdigit() else None

    def _chunks(self) -> bytes | None:
        content = b""
        while True:
            try:
                size = int(self.rfile.readline().partition(b";")[0], 16)
            except ValueError:
                return None
            if size == 0:
                break
            content += self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return content


@lru_cache(100)
def _is_here(header: str, listens_on: str) -> bool:
    """Whether a Host header means this machine, or the address that the server listens on."""
    try:
        name = urlsplit(f"//{header}").hostname
        return name in {listens_on.lower(), "localhost"} or ip_address(name or "").is_loopback
    except ValueError:
        return False


def _shut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
