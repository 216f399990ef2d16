"""API servers in processes of their own: ``python -m benchmarks.servers emulator STORE`` or ``… plain OBJECTS``.

``plain`` is the least an API can be: it remembers what it is sent, checks nothing and keeps nothing on disk.
"""

from __future__ import annotations

import json
import socketserver
import sys
import threading
import uuid
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from benchmarks.objects import phone_number
from pulumi_messaging.emulator import serve
from pulumi_messaging_emulator.accounts import ACCOUNT_IDS, ORGANIZATION_ID

_TOKEN = {"token": "plain", "successful": True, "tokenExpiry": "12/31/2999 11:59:59 PM"}
_ELIGIBLE = ["A2P"]
_FEATURES = {"domestic_two_way": True, "international_inbound": True, "international_outbound": False}

Object = dict[str, Any]


class Plain:
    """Both vendors, as far as the resources need them; the account has the numbers of so many objects."""

    def __init__(self, objects: int) -> None:
        self._routes: dict[str, Object] = {}
        self._numbers: dict[str, Object] = {}
        for index in range(objects):
            self._number(phone_number(index), {})

    def answer(self, method: str, target: str, body: Object) -> Object:
        """The answer to one request."""
        url = urlsplit(target)
        path = url.path.removeprefix("/v1.0")
        if path.endswith("/phone_numbers/messaging"):
            return _page(list(self._numbers.values()), int(parse_qs(url.query)["page[number]"][0]))
        if path.endswith("/messaging"):
            return {"data": self._number(unquote(path.split("/")[-2]), body)}
        if path == "/message/routes" and method == "GET":
            return self._routes[parse_qs(url.query)["MessageRouteId"][0]]
        if path in {"/message/routes", "/message/routes/update"}:
            return self._route(body)
        if path == "/account/message/routes":
            return {"TotalRoutes": len(self._routes), "Results": list(self._routes.values())}
        return _TOKEN

    def _route(self, changes: Object) -> Object:
        route_id = changes.get("MessageRouteId") or f"MRID-{uuid.uuid4()}"
        account = {"MessageRouteId": route_id, "AccountId": ACCOUNT_IDS[0]}
        self._routes[route_id] = {**self._routes.get(route_id, {}), **changes, **account}
        return self._routes[route_id]

    def _number(self, key: str, changes: Object) -> Object:
        digits = key[-11:]  # an id made here ends in the digits of its number
        number = self._numbers.get(digits) or {
            "id": f"13000000{digits}",
            "phone_number": f"+{digits}",
            "messaging_profile_id": None,
            "messaging_product": "A2P",
            "traffic_type": "A2P",
            "eligible_messaging_products": _ELIGIBLE,
            "country_code": "US",
            "type": "long-code",
            "features": {"sms": _FEATURES, "mms": _FEATURES},
            "tags": [],
            "organization_id": ORGANIZATION_ID,
        }
        self._numbers[digits] = {**number, **changes}
        return self._numbers[digits]


def _page(rows: list[Object], page: int) -> Object:
    size = 250
    return {"data": rows[(page - 1) * size : page * size], "meta": {"total_pages": -(-len(rows) // size)}}


class _Listener(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self, objects: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.plain = Plain(objects)


class _Handler(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True
    server: _Listener

    def handle(self) -> None:
        while line := self.rfile.readline():
            method, target, _ = line.decode().split(" ", 2)
            length = 0
            while header := self.rfile.readline().strip():
                name, _, value = header.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
            body = json.loads(self.rfile.read(length)) if length else {}
            content = json.dumps(self.server.plain.answer(method, target, body)).encode()
            head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
            self.wfile.write(head.encode() + content)


def main(kind: str, what: str) -> None:
    """Print the port, and serve until standard input is closed."""
    if kind == "emulator":
        with serve(what) as server:
            _until_closed(server.port)
        return
    with _Listener(int(what)) as listener:
        threading.Thread(target=listener.serve_forever, daemon=True).start()
        _until_closed(listener.server_address[1])
        listener.shutdown()


def _until_closed(port: int) -> None:
    print(port, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
