"""The server: connections stay open, odd requests do no harm, closing is clean, and it is alone in the world."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import httpx
import pytest

from pulumi_messaging.emulator import Server, serve
from pulumi_messaging_emulator.server import _is_here

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEY = {"Authorization": "Bearer KEYemulator"}
PATH = "/v2/phone_numbers/1293384261075731501/messaging"
FOREGROUND = """
import sys
from pulumi_messaging.emulator import serve
server = serve(sys.argv[1])
print(server.url, flush=True)
server.serve_forever()
print("closed", flush=True)
"""


def _ask(connection: http.client.HTTPConnection) -> http.client.HTTPResponse:
    connection.request("GET", PATH, headers=KEY)
    return connection.getresponse()


def test_connections_are_kept_open(server: Server) -> None:
    """Many requests, one connection; the log shows the target as it came over the wire."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    connection.request("GET", PATH.replace("1293384261075731501", "%2B15550100001"), headers=KEY)
    assert connection.getresponse().read()
    kept = connection.sock

    connection.request("GET", PATH, headers=KEY)

    assert connection.getresponse().status == 200
    assert connection.sock is kept
    connection.close()
    (first, second) = httpx.get(f"{server.url}/_emulator/requests").json()
    assert first["target"] == "/v2/phone_numbers/%2B15550100001/messaging"
    assert first["path"] == "/v2/phone_numbers/+15550100001/messaging"
    assert second["target"] == PATH


@pytest.fixture
def foreground(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A server in a process of its own, as the command line runs it; ended by the test or here."""
    command = [sys.executable, "-c", FOREGROUND, str(tmp_path / "e.db")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def _url(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_parallel_clients(server: Server) -> None:
    """Eight threads at once: every request is answered and logged."""
    statuses: list[int] = []

    def work() -> None:
        with httpx.Client(verify=False, headers=KEY) as client:
            statuses.extend(client.patch(server.url + PATH, json={"tags": [str(i)]}).status_code for i in range(20))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert statuses == [200] * 160
    assert len(httpx.get(f"{server.url}/_emulator/requests").json()) == 160


def _speak(server: Server, text: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
        connection.sendall(text)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_chunked_bodies(server: Server) -> None:
    """A body without a length is read by its chunks."""

    def chunks() -> object:
        yield b'{"tags": '
        yield b'["a"]}'

    headers = {**KEY, "Content-Type": "application/json"}
    answer = httpx.patch(server.url + PATH, content=chunks(), headers=headers)  # type: ignore[arg-type]

    assert answer.json()["data"]["tags"] == ["a"]


@pytest.mark.parametrize(
    "text",
    [
        b"GARBAGE\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: many\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_broken_requests_are_400(server: Server, text: bytes) -> None:
    """And the server goes on."""
    assert b" 400 " in _speak(server, text).split(b"\r\n")[0]
    assert httpx.get(server.url + PATH, headers=KEY).status_code == 200


def test_head_has_no_body(server: Server) -> None:
    """The length is told, the body is not sent: the connection stays usable."""
    with httpx.Client(headers=KEY, verify=False) as client:
        answer = client.head(server.url + PATH)
        assert (answer.status_code, answer.content) == (405, b"")
        assert client.get(server.url + PATH).status_code == 200


def test_nothing_else_is_there(server: Server) -> None:
    """A path of neither vendor says where things are."""
    answer = httpx.get(f"{server.url}/message/routes")

    assert answer.status_code == 404
    assert "/v1.0" in answer.json()["error"]


def test_closing_ends_open_connections(tmp_path: Path) -> None:
    """A closed server answers nobody, also not on a connection that was kept open; the port is free again."""
    server = serve(tmp_path / "e.db")
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
    connection.request("GET", PATH, headers=KEY)
    connection.getresponse().read()

    server.close()
    server.close()

    with pytest.raises((ConnectionError, http.client.HTTPException)):
        _ask(connection)
    connection.close()
    with serve(tmp_path / "e.db", port=server.port) as again:
        assert again.port == server.port
        assert again.telegent_url.endswith(f":{server.port}/v1.0")
        assert again.telnyx_url.endswith(f":{server.port}/v2")


def test_ctrl_c_ends_the_foreground_server(foreground: subprocess.Popen[str]) -> None:
    """serve_forever returns after SIGINT, without a traceback."""
    assert httpx.get(_url(foreground) + PATH, headers=KEY).status_code == 200

    foreground.send_signal(signal.SIGINT)

    assert foreground.communicate(timeout=20) == ("closed\n", "")
    assert foreground.returncode == 0


ALONE = """
import json, sys
before = set(sys.modules)
import pulumi_messaging.emulator
print(json.dumps(sorted({name.partition(".")[0] for name in set(sys.modules) - before})))
print(json.dumps(sorted(name for name in sys.modules if name.startswith("pulumi_messaging"))))
"""


def test_it_needs_the_standard_library_only() -> None:
    """Nothing of another package, and nothing else of this one, is loaded."""
    done = subprocess.run([sys.executable, "-c", ALONE], capture_output=True, text=True, check=True)
    packages, modules = map(json.loads, done.stdout.splitlines())

    assert set(packages) - {"pulumi_messaging", "pulumi_messaging_emulator"} <= set(sys.stdlib_module_names)
    others = [name for name in modules if not name.startswith("pulumi_messaging_emulator")]
    assert others == ["pulumi_messaging", "pulumi_messaging._version", "pulumi_messaging.emulator"]


@pytest.mark.parametrize(
    ("headers", "refused"),
    [
        ({}, False),
        ({"Host": "localhost:1"}, False),
        ({"Host": "rebound.example.com"}, True),
        ({"Origin": "https://evil.example.com"}, True),
        ({"Origin": "null"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, True),
        ({"Sec-Fetch-Site": "same-origin"}, False),
        ({"Content-Type": "text/plain"}, True),
    ],
)
def test_web_pages_of_other_sites_are_refused(server: Server, headers: dict[str, str], refused: bool) -> None:
    """A page can make a browser send a plain form here, or lead a name of its own to this machine."""
    headers = {"Content-Type": "application/json", **headers}
    answer = httpx.post(f"{server.url}/_emulator/routes", content=b'{"RouteName": "page"}', headers=headers)

    assert (answer.status_code == 403) == refused, answer.text
    state = httpx.get(f"{server.url}/_emulator/state").json()
    assert len(state["routes"]) == int(not refused)


def test_the_apis_are_guarded_as_the_control_surface(server: Server) -> None:
    assert httpx.get(server.url + PATH, headers={**KEY, "Origin": "https://evil.example.com"}).status_code == 403


@pytest.mark.parametrize(
    ("listens_on", "header", "is_here"),
    [
        ("Box.local", "box.local:4020", True),  # clients write a host in lower case
        ("10.0.0.7", "10.0.0.7:4020", True),
        ("10.0.0.7", "10.0.0.8:4020", False),
        ("10.0.0.7", "127.0.0.1:4020", True),
    ],
)
def test_the_host_that_it_listens_on_is_allowed(listens_on: str, header: str, is_here: bool) -> None:
    """Beside loopback names."""
    assert _is_here(header, listens_on) is is_here
