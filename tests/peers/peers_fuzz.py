"""Both vendors as a transport that spoils what it answers, and the real clients and flows over it."""

from __future__ import annotations

import contextlib
import io
import json
import random as global_random
import re
import sys
from collections import Counter
from collections.abc import Callable
from itertools import count
from random import Random
from typing import Any, Final

import httpx
from peers_mutations import Answer, good, mutated

from pulumi_messaging.api.clock import Clock
from pulumi_messaging.api.telegent import TelegentClient
from pulumi_messaging.api.telnyx import TelnyxClient
from pulumi_messaging.errors import MessagingError
from pulumi_messaging.reconcile.creation import Attempts
from pulumi_messaging.reconcile.message_route import MessageRoutes
from pulumi_messaging.reconcile.number_messaging import NumberMessagings
from pulumi_messaging.reconcile.ownership import Ownership
from pulumi_messaging.reconcile.reading import Reading
from pulumi_messaging.settings import TelegentSettings, TelnyxSettings

TELEGENT = TelegentSettings("DID-key", "s3cr3t-account-0123", None, "https://telegent.example/v1.0")
TELNYX = TelnyxSettings("KEY-s3cr3t-0123456789", "https://telnyx.example/v2")
PASSWORD, TOKEN = "p4ss-c4n4ry-0123456789", "t0ken-c4n4ry-0123456789"
SECRETS = (TELEGENT.account_secret, TELNYX.api_key, PASSWORD, TOKEN)

MADE, OURS = "MRID-00000000-0000-4000-8000-00000000000a", "MRID-00000000-0000-4000-8000-00000000000b"
NAME = "orders-0123456"
NUMBER_ID, NUMBER = "1293384261075731502", "+15550100002"
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


def _settings(profile: str | None) -> dict[str, Any]:
    return {
        "record_type": "messaging_settings",
        "id": NUMBER_ID,
        "phone_number": NUMBER,
        "country_code": "US",
        "type": "long-code",
        "messaging_profile_id": profile,
        "messaging_product": "A2P",
        "traffic_type": "A2P",
        "eligible_messaging_products": ["A2P", "P2P"],
        "features": {"sms": {"domestic_two_way": True, "international_inbound": False}, "mms": None},
        "health": {"message_count": 5, "success_ratio": 0.98},
        "tags": ["ours"],
    }


def _changed(content: bytes) -> Answer:
    return good({"data": _settings(OTHER) | json.loads(content)})


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
FOUND = good({"data": _settings(OTHER)})
NOT_FOUND = good({"errors": [{"code": "10005", "title": "Resource not found", "detail": "not found."}]}, 404)
NUMBERS = good({"data": [{"id": "77", "phone_number": "+155501000021"}], "meta": {"total_pages": 1}})

# Transports ----------------------------------------------------------------------------------------------------------

# Of every request's answers, in one operation; what is left lets some get further than to their first request.
SHARES: Final = (0.6, 0.8, 1.0)
# What a success must hold so that nobody can say that the id of what was made cannot be read.
READABLE: Final = re.compile(rb'"MessageRouteId"\s*:\s*"(MRID-[0-9a-f-]{36})"')
REFUSAL: Final = re.compile(rb'"successful"\s*:\s*(false|"false")', re.IGNORECASE)


class VirtualTime:
    """Time that passes in `sleep` only, and at once."""

    def __init__(self) -> None:
        self.elapsed = 0.0

    def now(self) -> float:
        return 1_800_000_000.0 + self.elapsed

    def sleep(self, seconds: float) -> None:
        self.elapsed += seconds

    @property
    def clock(self) -> Clock:
        return Clock(now=self.now, monotonic=lambda: self.elapsed, sleep=self.sleep)


class Hostile(httpx.BaseTransport):
    """Answers as the vendors do, and spoils some of the answers.

    Args:
        random: Decides which and how.
        share: How many of them.
        gone: The objects are not there.
    """

    def __init__(self, random: Random, share: float, *, gone: bool = False) -> None:
        self._random = random
        self._share = share
        self._gone = gone
        self.spoilt = 0
        self.creates = 0
        self.readable: set[str] = set()
        self.paths: set[str] = set()
        self.last: Answer | None = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        path = request.url.raw_path.decode().partition("?")[0]
        self.paths.add(path)
        answer = self._answer(request.method, path, request.content)
        if self._random.random() < self._share:
            answer = mutated(self._random, answer)
            self.spoilt += 1
        self.last = answer
        if (request.method, path) == ("POST", "/v1.0/message/routes"):
            self._look(answer)
        headers = [(name.encode("latin-1"), value.encode()) for name, value in answer.headers]
        return httpx.Response(answer.status, headers=headers, stream=httpx.ByteStream(answer.body))

    def _answer(self, method: str, path: str, content: bytes) -> Answer:
        routes = path.removeprefix("/v1.0")
        if path.endswith("/messaging"):
            return NOT_FOUND if self._gone else FOUND if method == "GET" else _changed(content)
        if (method, routes) == ("POST", "/message/routes"):
            self.creates += 1
            return CREATED
        if routes == "/account/message/routes":
            return LISTED_AFTER if self.creates else LISTED if not self._gone else _routes()
        if routes in ("/message/routes", "/message/routes/update"):
            return NO_ROUTE if self._gone else ONE_ROUTE
        return {
            "/oauth2/tokens": TOKEN_ANSWER,
            "/message/routes/delete": NO_ROUTE if self._gone else DELETED,
            "/numbers/inventory": INVENTORY,
            "/v2/phone_numbers": NUMBERS,
        }[routes]

    def _look(self, answer: Answer) -> None:
        packed = any(name == "Content-Encoding" for name, _ in answer.headers)
        if 200 <= answer.status < 300 and not packed and not REFUSAL.search(answer.body):
            self.readable |= {found.decode() for found in READABLE.findall(answer.body)}


# Operations ----------------------------------------------------------------------------------------------------------

ROUTE: Final = {
    "messageUrl": URL,
    "messageUrlMethod": "POST",
    "messageAuthenticationType": "Bearer",
    "messagePasswordToken": PASSWORD,
    "onDestroy": "delete",
}
AUTOMATIC: Final = {**ROUTE, "routeName": NAME, "__autoname": NAME}
GIVEN: Final = {**ROUTE, "routeName": NAME}
HELD: Final = {**ROUTE, "routeName": "ours", "messageRouteId": OURS}
WISH: Final = {"phoneNumber": NUMBER, "messagingProfileId": PROFILE, "messagingProduct": "A2P", "onDestroy": "restore"}
HELD_NUMBER: Final = {
    "phoneNumberId": NUMBER_ID, "phoneNumber": NUMBER, "__phoneNumber": NUMBER, "messagingProfileId": OTHER,
    "messagingProduct": "A2P", "eligibleMessagingProducts": ["A2P"], "onDestroy": "restore",
    "__former": {"messagingProfileId": PROFILE, "messagingProduct": "A2P"},
}  # fmt: skip

ON_ROUTES: Final[dict[str, Callable[[MessageRoutes], Any]]] = {
    "create": lambda routes: routes.create(AUTOMATIC),
    "create named": lambda routes: routes.create(GIVEN),
    "adopt": lambda routes: routes.create({**GIVEN, "adopt": OURS}),
    "read": lambda routes: routes.read(OURS, HELD),
    "update": lambda routes: routes.update(OURS, HELD, {**HELD, "messageUrl": NEW_URL}),
    "rename": lambda routes: routes.update(OURS, HELD, {**HELD, "routeName": "other"}),
    "delete": lambda routes: routes.delete(OURS, HELD),
    "disable": lambda routes: routes.delete(OURS, {**HELD, "onDestroy": "disable"}),
}
ON_NUMBERS: Final[dict[str, Callable[[NumberMessagings], Any]]] = {
    "create": lambda numbers: numbers.create(WISH),
    "create by id": lambda numbers: numbers.create({**WISH, "phoneNumber": NUMBER_ID, "tags": ("ours",)}),
    "read": lambda numbers: numbers.read(NUMBER_ID, HELD_NUMBER),
    "update": lambda numbers: numbers.update(NUMBER_ID, HELD_NUMBER, {**WISH, "messagingProduct": "P2P", "tags": ()}),
    "unassign": lambda numbers: numbers.update(NUMBER_ID, HELD_NUMBER, {**WISH, "messagingProfileId": ""}),
    "restore": lambda numbers: numbers.delete(NUMBER_ID, HELD_NUMBER),
    "release": lambda numbers: numbers.delete(NUMBER_ID, {**HELD_NUMBER, "onDestroy": "unassign"}),
}


def routes_over(transport: httpx.BaseTransport, time: VirtualTime, said: list[str]) -> MessageRoutes:
    client = TelegentClient(TELEGENT, transport, clock=time.clock)
    return MessageRoutes(client, Ownership(), Attempts(None, time.now, time.sleep), said.append)


def numbers_over(transport: httpx.BaseTransport, time: VirtualTime, said: list[str]) -> NumberMessagings:
    return NumberMessagings(TelnyxClient(TELNYX, transport, clock=time.clock), Ownership(), said.append, time.sleep)


VENDORS: Final[dict[str, tuple[Callable[..., Any], dict[str, Callable[[Any], Any]]]]] = {
    "telegent": (routes_over, ON_ROUTES),
    "telnyx": (numbers_over, ON_NUMBERS),
}

# What must hold ------------------------------------------------------------------------------------------------------

PATHS: Final = re.compile(
    r"/v1\.0(/oauth2/tokens|/message/routes(/update|/delete)?|/account/message/routes|/numbers/inventory)"
    r"|/v2/phone_numbers(/(%2B15550100002|[A-Za-z0-9._:~-]{1,200})/messaging)?"
)
AN_ID: Final = re.compile(r"[A-Za-z0-9._:~+-]{1,200}")
LONGEST_TEXT: Final = 2_000
# Virtual seconds. An operation makes some calls, and each of them has five minutes at most.
LONGEST_OPERATION: Final = 600
MOST_LEVELS: Final = 40


def fuzz(vendor: str, seed: str, answers: int) -> Counter[str]:
    """Operations with spoilt answers, until there were enough of them; what came out, by its kind.

    Raises:
        AssertionError: Something came out that must not; a note tells the case.
    """
    global_random.seed(seed)  # the jitter of waits
    came_out: Counter[str] = Counter()
    for number in count():
        random = Random(f"{seed}-{number}")
        name = random.choice(list(VENDORS[vendor][1]))
        peer = Hostile(random, random.choice(SHARES), gone=random.random() < 0.2)
        try:
            came_out[_one(vendor, name, peer)] += 1
        except BaseException as unexpected:
            unexpected.add_note(f"{vendor} {seed}-{number}: {name}, after {str(peer.last)[:3000]}")
            raise
        came_out["spoilt answers"] += peer.spoilt
        if came_out["spoilt answers"] >= answers:
            break
    return came_out


def _one(vendor: str, name: str, peer: Hostile) -> str:
    over, operations = VENDORS[vendor]
    time, said = VirtualTime(), list[str]()
    result, error = None, None
    with contextlib.redirect_stderr(io.StringIO()) as announced:
        try:
            result = operations[name](over(peer, time, said))
        except MessagingError as told:
            error = told
    for text in [str(error), *said, *announced.getvalue().splitlines()]:
        assert text.isprintable(), text
        assert len(text) < LONGEST_TEXT, text
        assert not [secret for secret in SECRETS if secret in text], text
    assert time.elapsed < LONGEST_OPERATION
    assert not [path for path in peer.paths if not PATHS.fullmatch(path)]
    if error is None:
        _check_result(result)
    if peer.readable and name.startswith("create"):
        assert error is None, f"the route {peer.readable} was made: {error}"
        assert result is not None
        assert result[0] in peer.readable
    return type(error).__name__


def _check_result(result: Any) -> None:
    """Every engine must be able to keep it: plain JSON of some levels, finite numbers, whole characters."""
    if isinstance(result, tuple):
        object_id, result = result
        assert AN_ID.fullmatch(object_id)
    if isinstance(result, Reading):
        result = [result.inputs, result.outputs]
    json.dumps(result, allow_nan=False, ensure_ascii=False, default=list).encode()
    assert _levels(result) < MOST_LEVELS


def _levels(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ()
    return 1 + max(map(_levels, inner), default=0)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(fuzz(sys.argv[1], sys.argv[2], int(sys.argv[3]))))
