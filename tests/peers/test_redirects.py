"""Redirects are refused: a request carries credentials, and may be a write. Not one byte goes where they point."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

import pytest

from pulumi_messaging.api.clock import Clock
from pulumi_messaging.api.telegent import TelegentClient
from pulumi_messaging.api.telnyx import TelnyxClient
from pulumi_messaging.errors import UnreadableAnswer
from pulumi_messaging.settings import TelegentSettings, TelnyxSettings
from tests.support.peers.certificates import make
from tests.support.peers.sockets import Peer, answer

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from pathlib import Path
    from ssl import SSLContext

    from tests.support.peers.certificates import Signed

STATUSES = ("301 Moved Permanently", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect")
SECRET = "s3cr3t-0123456789"
TOKEN = answer(b'{"token": "t0ken-0123456789", "successful": true}')
TOKENS = "POST /v1.0/oauth2/tokens HTTP/1.1"
AT_ONCE = Clock(sleep=lambda _: None)
CHANGES = {"MessageUrl": "https://hooks.example.com/new"}

# Every operation of both clients: the request line that is redirected, and the call that leads to it.
PROFILE = "7d0c4c1e-5a51-4a51-9f4e-0c7b3f0a1d22"
ON_TELEGENT: dict[str, tuple[str, Callable[[TelegentClient], object]]] = {
    "createToken": (TOKENS, lambda client: client.create_message_route({"RouteName": "r"})),
    "ask_for_token": (TOKENS, lambda client: client.ask_for_token()),
    "create_message_route": (
        "POST /v1.0/message/routes HTTP/1.1",
        lambda c: c.create_message_route({"RouteName": "r"}),
    ),
    "get_message_route": (
        "GET /v1.0/message/routes?MessageRouteId=MRID-1 HTTP/1.1",
        lambda client: client.get_message_route("MRID-1"),
    ),
    "list_message_routes": ("GET /v1.0/account/message/routes HTTP/1.1", lambda client: client.list_message_routes()),
    "update_message_route": (
        "POST /v1.0/message/routes/update HTTP/1.1",
        lambda client: client.update_message_route("MRID-1", CHANGES),
    ),
    "delete_message_route": (
        "POST /v1.0/message/routes/delete HTTP/1.1",
        lambda client: client.delete_message_route("MRID-1"),
    ),
    "list_inventory": (
        "GET /v1.0/numbers/inventory?PageNumber=1&Filter=All HTTP/1.1",
        lambda client: client.list_inventory(),
    ),
    "list_inventory_page": (
        "GET /v1.0/numbers/inventory?PageNumber=2&Filter=All HTTP/1.1",
        lambda client: client.list_inventory_page(2),
    ),
    "get_number": (
        "GET /v1.0/numbers?Number=%2B15550100001 HTTP/1.1",
        lambda client: client.get_number("+15550100001"),
    ),
    "update_number": (
        "POST /v1.0/numbers/update HTTP/1.1",
        lambda client: client.update_number("+15550100001", "MRID-1"),
    ),
}
ON_TELNYX: dict[str, tuple[str, Callable[[TelnyxClient], object]]] = {
    "retrieve_messaging": ("GET /v2/phone_numbers/1/messaging HTTP/1.1", lambda client: client.retrieve_messaging("1")),
    "update_messaging": (
        "PATCH /v2/phone_numbers/1/messaging HTTP/1.1",
        lambda client: client.update_messaging("1", {"tags": []}),
    ),
    "list_phone_numbers": (
        "GET /v2/phone_numbers?filter%5Bphone_number%5D=15550100001&page%5Bsize%5D=250&page%5Bnumber%5D=1 HTTP/1.1",
        lambda client: client.list_phone_numbers("+15550100001"),
    ),
    "list_messaging": (
        "GET /v2/phone_numbers/messaging?page%5Bnumber%5D=1&page%5Bsize%5D=250&sort%5Bphone_number%5D=asc HTTP/1.1",
        lambda client: client.list_messaging(),
    ),
    "create_bulk_update": (
        "POST /v2/messaging_numbers_bulk_updates HTTP/1.1",
        lambda client: client.create_bulk_update("", ["+15550100001"]),
    ),
    "retrieve_bulk_update": (
        "GET /v2/messaging_numbers_bulk_updates/1 HTTP/1.1",
        lambda client: client.retrieve_bulk_update("1"),
    ),
    "count_profile_numbers": (
        "GET /v2/messaging_profiles/1/phone_numbers?page%5Bsize%5D=1 HTTP/1.1",
        lambda client: client.count_profile_numbers("1"),
    ),
    "list_messaging_profiles": (
        "GET /v2/messaging_profiles?page%5Bnumber%5D=1&page%5Bsize%5D=250 HTTP/1.1",
        lambda client: client.list_messaging_profiles(),
    ),
    "create_messaging_profile": (
        "POST /v2/messaging_profiles HTTP/1.1",
        lambda client: client.create_messaging_profile({"name": "p", "whitelisted_destinations": ["US"]}),
    ),
    "retrieve_messaging_profile": (
        f"GET /v2/messaging_profiles/{PROFILE} HTTP/1.1",
        lambda client: client.retrieve_messaging_profile(PROFILE),
    ),
    "update_messaging_profile": (
        f"PATCH /v2/messaging_profiles/{PROFILE} HTTP/1.1",
        lambda client: client.update_messaging_profile(PROFILE, {"enabled": False}),
    ),
    "delete_messaging_profile": (
        f"DELETE /v2/messaging_profiles/{PROFILE} HTTP/1.1",
        lambda client: client.delete_messaging_profile(PROFILE),
    ),
    "list_profile_numbers": (
        "GET /v2/messaging_profiles/1/phone_numbers?page%5Bnumber%5D=1&page%5Bsize%5D=250 HTTP/1.1",
        lambda client: client.list_profile_numbers("1"),
    ),
}
OPERATIONS = {**ON_TELEGENT, **ON_TELNYX}
# Where a redirect points: (scheme of the API, location); {here} and {there} are ports of the API and of the listener.
TARGETS = {
    "the same host": ("http", "/v2/elsewhere"),
    "another port": ("http", "http://127.0.0.1:{there}/v2/elsewhere?token=" + SECRET),
    "another host name": ("http", "http://localhost:{there}/v2/elsewhere"),
    "another scheme": ("https", "http://localhost:{there}/v2/elsewhere"),
    "whatever the scheme": ("https", "//localhost:{there}/v2/elsewhere"),
}


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory, authority: Signed) -> SSLContext:
    folder: Path = tmp_path_factory.mktemp("redirects")
    return make(folder, "api", authority).server


def test_no_operation_is_missing_here() -> None:
    """Every request that the clients can make is redirected below."""
    for client, operations in ((TelegentClient, ON_TELEGENT), (TelnyxClient, ON_TELNYX)):
        methods = {name for name, _ in inspect.getmembers(client, inspect.isfunction) if not name.startswith("_")}
        assert methods - {"close", "interrupt", "until", "used_requests"} == operations.keys() - {"createToken"}


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_redirect_is_not_followed(
    *,
    listen: Callable[..., Peer],
    monkeypatch: pytest.MonkeyPatch,
    authority: Signed,
    tls: SSLContext,
    operation: str,
    target: str,
    status: str,
) -> None:
    """No connection to the other listener, one request to the API, and an error that names the other host only."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    line, act = OPERATIONS[operation]
    scheme, location = TARGETS[target]
    there = listen(lambda peer, connection: peer.send(connection, TOKEN), reads=False)

    def api(peer: Peer, connection: socket.socket) -> None:
        redirect = answer(b"{}", status, f"Location: {location.format(there=there.port)}")
        peer.send(connection, TOKEN if peer.heads[-1] == TOKENS != line else redirect)

    here = listen(api, tls if scheme == "https" else None)
    client = _client(operation, f"{scheme}://{'localhost' if scheme == 'https' else '127.0.0.1'}:{here.port}")

    with pytest.raises(UnreadableAnswer) as failed:
        act(client)

    client.close()
    there.close()
    here.close()
    assert there.connections == 0
    assert [head for head in here.heads if head != TOKENS or line == TOKENS] == [line]
    said = str(failed.value)
    assert f"answered {status[:3]}, a redirect" in said
    assert "which was not followed; check" in said
    assert "elsewhere" not in said
    assert SECRET not in said
    assert failed.value.unclear is (operation in CHANGING)


# After these the vendor may have done what was asked: a list or a read settles it.
CHANGING = {
    "create_message_route", "update_message_route", "delete_message_route", "update_number", "update_messaging",
    "create_bulk_update", "create_messaging_profile", "update_messaging_profile", "delete_messaging_profile",
}  # fmt: skip


def _client(operation: str, url: str) -> TelegentClient | TelnyxClient:
    if operation in ON_TELEGENT:
        return TelegentClient(TelegentSettings("DID-key", SECRET, None, f"{url}/v1.0"), clock=AT_ONCE)
    return TelnyxClient(TelnyxSettings(SECRET, f"{url}/v2"), clock=AT_ONCE)
