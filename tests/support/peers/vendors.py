"""Both vendors as transports that spoil what they answer."""

from __future__ import annotations

import json
import re
import threading
from abc import abstractmethod
from collections import Counter
from random import Random
from typing import Any, Final
from urllib.parse import parse_qs, unquote

import httpx

from pulumi_messaging.settings import TelegentSettings, TelnyxSettings
from tests.support.peers.mutations import Answer, good, mutated

TELEGENT = TelegentSettings("DID-key", "s3cr3t-account-0123", None, "https://telegent.example/v1.0")
TELNYX = TelnyxSettings("KEY-s3cr3t-0123456789", "https://telnyx.example/v2")
PASSWORD, TOKEN = "p4ss-c4n4ry-0123456789", "t0ken-c4n4ry-0123456789"
SECRETS = (TELEGENT.account_secret, TELNYX.api_key, PASSWORD, TOKEN)

MADE, OURS = "MRID-00000000-0000-4000-8000-00000000000a", "MRID-00000000-0000-4000-8000-00000000000b"
NAME = "orders-0123456"
NUMBER_ID, NUMBER = "1293384261075731502", "+15550100002"
GROUP = tuple(f"+1555020000{index}" for index in range(7))
NUMBER_IDS = {NUMBER: NUMBER_ID} | {number: f"129338426107574{index:04d}" for index, number in enumerate(GROUP)}
PROFILE, OTHER = "7d0c4c1e-5a51-4a51-9f4e-0c7b3f0a1d22", "c4a1f0de-2b6d-4c0e-8f57-6a9d2b1c4e10"
URL, NEW_URL = "https://hooks.example.com/in", "https://hooks.example.com/new"

# Answers -------------------------------------------------------------------------------------------------------------


def _route(route_id: str, name: str, account: str = "AccountId") -> dict[str, Any]:
    return {
        "MessageRouteId": route_id,
        account: "AID-1",
        "RouteName": name,
        "MessageUrl": URL,
        "MessageUrlMethod": "POST",
        "MessageRouteEnabled": True,
        "MessageAuthenticationType": "Bearer",
        "MessageUsername": None,
        "MessagePasswordToken": "********",
        "CallbackMessageUrl": None,
        "CallbackMessageUrlMethod": None,
        "CallbackMessageAuthenticationType": None,
        "InboundBypass": "false",
    }


def _routes(*routes: dict[str, Any]) -> Answer:
    return good({"AccountID": "AID-1", "TotalRoutes": len(routes), "Results": list(routes)})


def _settings(number: str, number_id: str) -> dict[str, Any]:
    return {
        "record_type": "messaging_settings",
        "id": number_id,
        "phone_number": number,
        "country_code": "US",
        "type": "long-code",
        "messaging_profile_id": OTHER,
        "messaging_product": "A2P",
        "traffic_type": "A2P",
        "eligible_messaging_products": ["A2P", "P2P"],
        "features": {"sms": {"domestic_two_way": True, "international_inbound": False}, "mms": None},
        "health": {"message_count": 5, "success_ratio": 0.98},
        "tags": ["ours"],
    }


_IN_THE_LIST = _route(OURS, "ours", "AccountID")
TOKEN_ANSWER = good({"token": TOKEN, "successful": True, "tokenExpiry": "03/14/2030 09:05:00 PM"})
LISTED = _routes(_IN_THE_LIST)
LISTED_AFTER = _routes(_IN_THE_LIST, _route(MADE, NAME, "AccountID"))
CREATED = good(_route(MADE, NAME))
ONE_ROUTE = good(_route(OURS, "ours"))
NO_ROUTE = good({"StatusCode": 404, "Message": "The message route was not found."}, 404)
DELETED = good({"MessageRouteStatus": "Deleted", "MRID": OURS})
INVENTORY = good(
    {
        "AccountId": "AID-1",
        "TotalResults": 2,
        "PageNumber": 1,
        "PhoneNumbers": [
            {"Number": "+15550200001", "MessageEnabled": "true", "MessageRouteId": MADE, "PortOutPin": "1234"},
            {"Number": None, "Iccid": "8901", "MessageEnabled": True, "VoiceEnabled": "false", "MessageRouteId": None},
        ],
    }
)
DETAILS = good({"Number": "+15550200001", "MessageEnabled": "true", "MessageRouteId": MADE, "PortOutPin": "1234"})
NOT_FOUND = good({"errors": [{"code": "10005", "title": "Resource not found", "detail": "not found."}]}, 404)

# Transports ----------------------------------------------------------------------------------------------------------

# The id of the new route in a success: a create must not fail as unreadable where it is there.
READABLE: Final = re.compile(rb'"MessageRouteId"\s*:\s*"(MRID-[0-9a-f-]{36})"')
REFUSAL: Final = re.compile(rb'"successful"\s*:\s*(false|"false")', re.IGNORECASE)


class Hostile(httpx.BaseTransport):
    """Answers as a vendor does, and spoils some of the answers.

    Args:
        seed: Decides which and how, for each request by its place among those alike.
        share: How many of them.
        gone: The objects are not there.
    """

    def __init__(self, seed: str, share: float, *, gone: bool = False) -> None:
        self._seed = seed
        self._share = share
        self._lock = threading.Lock()
        self._asked: Counter[tuple[str, str]] = Counter()
        self.gone = gone
        self.spoilt = 0
        self.readable: set[str] = set()
        self.paths: set[str] = set()
        self.last: Answer | None = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        path, _, query = request.url.raw_path.decode().partition("?")
        with self._lock:  # a group asks in several threads
            self.paths.add(path)
            alike = (request.method, path)
            self._asked[alike] += 1
            random = Random(f"{self._seed} {alike} {self._asked[alike]}")
            answer = self.good(request.method, path, query, request.content)
            if random.random() < self._share:
                answer = mutated(random, answer)
                self.spoilt += 1
            self.last = answer
            self.look(request.method, path, answer)
        headers = [(name.encode("latin-1"), value.encode()) for name, value in answer.headers]
        return httpx.Response(answer.status, headers=headers, stream=httpx.ByteStream(answer.body))

    @abstractmethod
    def good(self, method: str, path: str, query: str, content: bytes) -> Answer:
        """The answer before it is spoilt."""

    def look(self, method: str, path: str, answer: Answer) -> None:
        """Note what later checks need of an answer."""


class Telegent(Hostile):
    creates = 0

    def good(self, method: str, path: str, query: str, content: bytes) -> Answer:
        place = path.removeprefix("/v1.0")
        if (method, place) == ("POST", "/message/routes"):
            self.creates += 1
            return CREATED
        if place == "/account/message/routes":
            return LISTED_AFTER if self.creates else LISTED if not self.gone else _routes()
        if self.creates and f"MessageRouteId={MADE}" in query:
            return CREATED
        if place in ("/message/routes", "/message/routes/update"):
            return NO_ROUTE if self.gone else ONE_ROUTE
        return {
            "/oauth2/tokens": TOKEN_ANSWER,
            "/message/routes/delete": NO_ROUTE if self.gone else DELETED,
            "/numbers/inventory": INVENTORY,
            "/numbers": DETAILS,
        }[place]

    def look(self, method: str, path: str, answer: Answer) -> None:
        packed = any(name == "Content-Encoding" for name, _ in answer.headers)
        success = 200 <= answer.status < 300 and not packed and not REFUSAL.search(answer.body)
        if success and (method, path) == ("POST", "/v1.0/message/routes"):
            self.readable |= {found.decode() for found in READABLE.findall(answer.body)}


class Telnyx(Hostile):
    """One number, and some more for a group."""

    def __init__(self, seed: str, share: float, *, gone: bool = False) -> None:
        super().__init__(seed, share, gone=gone)
        self._rows = {number: _settings(number, number_id) for number, number_id in NUMBER_IDS.items()}

    def good(self, method: str, path: str, query: str, content: bytes) -> Answer:
        place = path.removeprefix("/v2/")
        if place == "phone_numbers/messaging":
            wanted = parse_qs(query).get("filter[phone_number]", [",".join(self._rows)])[0].split(",")
            return self._list([row for number, row in self._rows.items() if number in wanted])
        if place.endswith("/messaging"):
            return self._one(unquote(place.split("/")[1]), json.loads(content or b"{}"))
        if place.startswith("messaging_numbers_bulk_updates"):
            return self._order(json.loads(content or b"{}"))
        return self._list([{"id": "77", "phone_number": "+155501000021"}])

    def _list(self, rows: list[dict[str, Any]]) -> Answer:
        rows = [] if self.gone else rows
        meta = {"page_number": 1, "page_size": 250, "total_pages": 1, "total_results": len(rows)}
        return good({"data": rows, "meta": meta})

    def _one(self, number: str, changes: dict[str, Any]) -> Answer:
        row = next((row for row in self._rows.values() if number in (row["id"], row["phone_number"])), None)
        if row is None or self.gone:
            return NOT_FOUND
        row.update(changes)
        return good({"data": row})

    def _order(self, body: dict[str, Any]) -> Answer:
        numbers = body.get("numbers", [])
        for number in numbers:
            self._rows[number]["messaging_profile_id"] = body["messaging_profile_id"]
        return good({"data": {"order_id": "7-7", "success": numbers, "pending": [], "failed": []}})
