"""A Telnyx account of any size behind the client's transport: settings read singly, by pages and by filter."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import unquote

import httpx

from pulumi_messaging.api.clock import Clock
from pulumi_messaging.api.telnyx import TelnyxClient
from pulumi_messaging.settings import TelnyxSettings

SETTINGS = TelnyxSettings("KEY-s3cr3t", "https://telnyx.example/v2")
PAGE = 250
PROFILE = "7d0c4c1e-5a51-4a51-9f4e-0c7b3f0a1d22"


def number_id(index: int) -> str:
    """The numeric id of the number at a place of the list."""
    return str(1293384261075000000 + index)


def phone_number(index: int) -> str:
    """Its E.164 name."""
    return f"+1555{index:07}"


def settings_of(index: int) -> dict[str, Any]:
    """A settings object as the vendor documents it, with what nobody needs."""
    way = {"domestic_two_way": True, "international_inbound": True, "international_outbound": False}
    return {
        "record_type": "messaging_settings",
        "id": number_id(index),
        "phone_number": phone_number(index),
        "type": "long-code",
        "country_code": "US",
        "messaging_profile_id": PROFILE,
        "messaging_product": "A2P",
        "traffic_type": "A2P",
        "eligible_messaging_products": ["A2P", "P2P"],
        "features": {"sms": way, "mms": None},
        "health": {"message_count": index, "inbound_outbound_ratio": 0.5, "success_ratio": 0.9, "spam_ratio": 0.0},
        "created_at": "2026-01-02T03:04:05.000Z",
        "updated_at": "2026-01-02T03:04:05.000Z",
        "tags": [],
        "external_pin": "0000",
    }


@cache
def page_of(size: int, page: int) -> tuple[bytes, ...]:
    """The rows of a page, as text."""
    return tuple(json.dumps(settings_of(index)).encode() for index in range(size)[(page - 1) * PAGE : page * PAGE])


@dataclass
class Account(httpx.BaseTransport):
    """So many numbers; switches set what differs from the documentation.

    `on_page` is called with every page before it is answered, and may answer itself.
    """

    size: int
    meta: bool = True
    filters: bool = True
    edits: dict[int, dict[str, Any]] = field(default_factory=dict)
    unlisted: frozenset[int] = frozenset()
    on_page: Callable[[int], httpx.Response | None] = lambda _: None
    on_single: Callable[[str], None] = lambda _: None
    calls: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    def __post_init__(self) -> None:
        self._lock = threading.Lock()

    @property
    def pages(self) -> int:
        return -(-self.size // PAGE)

    @property
    def client(self) -> TelnyxClient:
        """A client whose time passes when the test says so."""
        return TelnyxClient(SETTINGS, self, clock=Clock(monotonic=lambda: self.seconds, sleep=self._sleep))

    def _sleep(self, seconds: float) -> None:
        self.seconds += seconds

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        path = unquote(request.url.path).removeprefix("/v2/phone_numbers/")
        if path != "messaging":
            self._count("single")
            self.on_single(path.partition("/")[0])
            return self._single(path.partition("/")[0])
        params = request.url.params
        assert params["page[size]"] == str(PAGE)
        wished = params.get("filter[phone_number]")
        if wished:
            self._count("filter")
        if wished and self.filters:
            places = {*map(self._index, filter(self._knows, wished.split(","))), *self.edits}
            rows = [row for row in map(self._row, sorted(places)) if row["phone_number"] in wished.split(",")]
            return httpx.Response(200, json={"data": rows, "meta": {"total_pages": 1, "total_results": len(rows)}})
        if not wished:
            self._count("page")
        page = int(params["page[number]"])
        return self.on_page(page) or self._page(page)

    def _count(self, what: str) -> None:
        with self._lock:
            self.calls[what] += 1

    def _single(self, number: str) -> httpx.Response:
        if not self._knows(number):
            return httpx.Response(404, json={"errors": [{"code": "10005", "title": "Resource not found"}]})
        return httpx.Response(200, json={"data": self._row(self._index(number))})

    def _page(self, page: int) -> httpx.Response:
        rows = [*page_of(self.size, page)]
        for index in {*self.edits, *self.unlisted}:
            if (page - 1) * PAGE <= index < page * PAGE:
                rows[index % PAGE] = json.dumps(self._row(index)).encode()
        rows = [row for place, row in enumerate(rows) if (page - 1) * PAGE + place not in self.unlisted]
        meta = {"page_number": page, "total_pages": self.pages, "total_results": self.size} if self.meta else {}
        return httpx.Response(
            200, content=b'{"data": [%s], "meta": %s}' % (b", ".join(rows), json.dumps(meta).encode())
        )

    def _row(self, index: int) -> dict[str, Any]:
        return settings_of(index) | self.edits.get(index, {})

    @staticmethod
    def _index(number: str) -> int:
        return int(number[5:]) if number.startswith("+") else int(number) - int(number_id(0))

    def _knows(self, number: str) -> bool:
        return 0 <= self._index(number) < self.size
