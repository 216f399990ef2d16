"""Both clients against the emulator, in process and over TCP: the same facts hold on both ways."""

from __future__ import annotations

import contextlib
import dataclasses
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import httpx
import pytest

from pulumi_messaging.api.in_process import InProcess
from pulumi_messaging.api.telegent import TelegentClient
from pulumi_messaging.api.telnyx import TelnyxClient
from pulumi_messaging.emulator import Emulator, Server, application, serve
from pulumi_messaging.errors import AccessDenied, ErrorAnswer, NoAnswer, NotFound, UnreadableAnswer
from pulumi_messaging.settings import telegent_settings, telnyx_settings
from tests.support.emulator.control import control
from tests.support.emulator.seed import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROUTE = {"RouteName": "r", "MessageUrl": "https://hooks.example/in", "MessageUrlMethod": "POST"}
Client = TypeVar("Client", TelegentClient, TelnyxClient)


@dataclass
class Place:
    """An emulator: base URLs, and the transport that reaches it (None for TCP)."""

    telegent_url: str
    telnyx_url: str
    emulator: Emulator | Server
    transport: httpx.BaseTransport | None
    clients: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    def telegent(self) -> TelegentClient:
        values = {"telegent:baseUrl": "emulator"}
        settings = dataclasses.replace(telegent_settings(values.get, {}), base_url=self.telegent_url)
        return self._closed(TelegentClient(settings, self.transport))

    def telnyx(self, api_key: str = "KEYemulator") -> TelnyxClient:
        values = {"telnyx:baseUrl": "emulator", "telnyx:apiKey": api_key}
        settings = dataclasses.replace(telnyx_settings(values.get, {}), base_url=self.telnyx_url)
        return self._closed(TelnyxClient(settings, self.transport))

    def _closed(self, client: Client) -> Client:
        self.clients.callback(client.close)
        return client

    def control(self, method: str, path: str, body: Any = None) -> Any:
        return control(self.emulator, method, path, body)

    def log(self) -> list[tuple[str, int]]:
        return [(entry["operation"], entry["status"]) for entry in self.control("GET", "requests")]


@pytest.fixture(params=["in process", "tcp"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    store = tmp_path / "emulator.db"
    if request.param == "tcp":
        with serve(store) as server:
            place = Place(server.telegent_url, server.telnyx_url, server, None)
            with place.clients:
                yield place
        return
    emulator = application(store)
    host = "http://emulator.localhost"
    place = Place(f"{host}/v1.0", f"{host}/v2", emulator, InProcess(emulator))
    with place.clients:
        yield place
    emulator.close()


def test_the_life_of_a_route(place: Place) -> None:
    """Create, read, list, update and delete do what they say, and cost five calls and four tokens."""
    client = place.telegent()

    route_id = client.create_message_route(ROUTE)["MessageRouteId"]
    client.update_message_route(route_id, {"RouteName": "s", "CallbackMessageUrl": None})
    route, listed = client.get_message_route(route_id), client.list_message_routes("AID-emulator")
    client.delete_message_route(route_id)

    assert route["RouteName"] == "s"
    assert [row["MessageRouteId"] for row in listed.routes] == [route_id]
    assert listed.complete
    assert all(status == 200 for _, status in place.log())
    assert sorted(operation for operation, _ in place.log()) == [
        *["createMessageRoute", "createToken", "createToken", "createToken", "createToken"],
        *["deleteMessageRoute", "getMessageRoute", "listMessageRoutes", "updateMessageRoute"],
    ]


def test_the_inventory_is_walked(place: Place) -> None:
    """All numbers come, over several pages, without their sensitive fields."""
    numbers = place.telegent().list_inventory()

    assert sorted(number["Number"] for number in numbers) == ["+15550200001", "+15550200002", "+15550200003"]
    assert [operation for operation, _ in place.log()].count("listInventory") == 2
    assert not {"PortOutPin", "QrActivationLink"} & {name for number in numbers for name in number}


def test_the_settings_of_a_number(place: Place) -> None:
    """A number is found by E.164 and by its id, changed, and found changed."""
    client = place.telnyx()

    number = client.retrieve_messaging("+15550100001")
    changed = client.update_messaging(number["id"], {"messaging_profile_id": DEFAULT})

    assert changed["messaging_profile_id"] == DEFAULT
    assert client.retrieve_messaging(number["id"]) == changed
    assert [row["id"] for row in client.list_phone_numbers("+15550100001")] == [number["id"]]


def test_what_is_missing_is_not_found(place: Place) -> None:
    """An id that does not exist is NotFound at both vendors."""
    with pytest.raises(NotFound):
        place.telegent().get_message_route("MRID-00000000-0000-4000-8000-000000000000")
    with pytest.raises(NotFound):
        place.telnyx().retrieve_messaging("+15550109999")


def test_a_wrong_key_is_denied(place: Place) -> None:
    """A key that the vendor does not know is told by the configuration key to check."""
    with pytest.raises(AccessDenied, match="check telnyx:apiKey"):
        place.telnyx("KEYother").retrieve_messaging("+15550100001")


def test_refusals_carry_the_vendors_words(place: Place) -> None:
    """A value that the vendor refuses is told with status, code and words, in one line."""
    with pytest.raises(ErrorAnswer) as telnyx:
        place.telnyx().update_messaging("1293384261075731501", {"messaging_product": "P2P"})
    with pytest.raises(ErrorAnswer) as telegent:
        place.telegent().create_message_route(ROUTE | {"MessageUrlMethod": "PUT"})

    assert "code 40324" in str(telnyx.value)
    assert telegent.value.status == 400
    assert "MessageUrlMethod" in telegent.value.reason


@pytest.mark.parametrize("status", [401, 403])
def test_a_token_of_the_wrong_scope_cannot_happen(place: Place, status: int) -> None:
    """Each call carries the token of its own URL, so the emulator, strict about scope, denies none."""
    place.control("PATCH", "settings", {"telegentWrongScopeStatus": status})
    client = place.telegent()

    route_id = client.create_message_route(ROUTE)["MessageRouteId"]
    client.get_message_route(route_id)
    client.list_message_routes()

    assert status not in [code for _, code in place.log()]


def test_an_expired_token_is_renewed(place: Place) -> None:
    """When the vendor's clock runs ahead the token is denied, renewed once, and the call succeeds."""
    client = place.telegent()
    client.list_message_routes()
    place.control("PATCH", "settings", {"clockOffsetSeconds": 3600})

    client.list_message_routes()

    assert place.log()[-3:] == [("listMessageRoutes", 401), ("createToken", 200), ("listMessageRoutes", 200)]


def test_threads_share_tokens(place: Place) -> None:
    """Sixteen calls from eight threads cost one token."""
    client = place.telegent()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: client.list_message_routes(), range(16)))

    assert [operation for operation, _ in place.log()].count("createToken") == 1


def test_a_lost_answer_to_a_create_is_unclear_and_made_once(place: Place) -> None:
    """The route was made, its answer was lost: the create is not repeated, and the error says unclear."""
    script = {"operation": "createMessageRoute", "effect": "applied", "dropConnection": True}
    place.control("POST", "answers", script)
    client = place.telegent()

    with pytest.raises(NoAnswer) as failed:
        client.create_message_route(ROUTE)

    assert failed.value.sent
    assert len(client.list_message_routes().routes) == 1


def test_a_lost_answer_to_an_update_is_repeated(place: Place) -> None:
    """An update gives the same result when made twice: a lost answer is asked for again."""
    script = {"operation": "updateMessaging", "effect": "applied", "dropConnection": True}
    place.control("POST", "answers", script)

    changed = place.telnyx().update_messaging("1293384261075731501", {"messaging_profile_id": DEFAULT})

    assert changed["messaging_profile_id"] == DEFAULT


@pytest.mark.parametrize(
    ("text", "content_type", "reason"),
    [
        ("<html>Sign in</html>", "text/html", "text/html instead of JSON"),
        ('{"data"', "application/json", "broken JSON"),
    ],
)
def test_what_cannot_be_read_says_so(place: Place, text: str, content_type: str, reason: str) -> None:
    """HTML of a proxy and broken JSON that do not pass are unreadable answers."""
    headers = {"Content-Type": content_type}
    place.control("POST", "answers", {"operation": "retrieveMessaging", "times": 3, "text": text, "headers": headers})

    with pytest.raises(UnreadableAnswer, match=reason):
        place.telnyx().retrieve_messaging("+15550100001")
