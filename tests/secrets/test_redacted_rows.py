"""Redaction follows the rows: an answer that repeats a field of a secret, redacted or URL row is not quoted."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from pulumi_messaging.api import transport
from pulumi_messaging.api.redaction import sent_secrets, url_secrets
from pulumi_messaging.api.telegent import TelegentClient
from pulumi_messaging.api.telnyx import TelnyxClient
from pulumi_messaging.core.fields import Field, Kind, Table
from pulumi_messaging.core.message_route import MESSAGE_ROUTE
from pulumi_messaging.core.number_messaging import NUMBER_MESSAGING
from pulumi_messaging.core.tables import TABLES
from pulumi_messaging.errors import ApiError
from pulumi_messaging.text import HIDDEN
from tests.secrets.test_echoes import ANY_PLACES, BEARER, TELEGENT, TELEGENT_PLACES, TELNYX, WAYS, _answer
from tests.support.clock import VirtualClock
from tests.support.secrets.scanner import Scanner

if TYPE_CHECKING:
    from collections.abc import Callable

CANARY = 'hK3"\\x/9 wQ<z&2%Rv+m=Yd6;Jt8Lp4'
URL = "https://hooks.example.com/in?token=pB6nW2xS9cK4vG7qZ3tH8mD5"
ROWS = {
    "secret": (Field("signing_key", "SigningKey", Kind.STRING, "A key.", secret=True), CANARY),
    "redacted": (Field("login", "Login", Kind.STRING, "A name.", redact=True), CANARY),
    "secrets in a list": (Field("keys", "Keys", Kind.STRINGS, "Keys.", secret=True), ["other-key-0123", CANARY]),
    "secret in an object": (Field("box", "Box", Kind.OBJECT, "Object.", secret=True), {"inner": {"key": CANARY}}),
    "URL": (Field("hook", "Hook", Kind.URL, "A URL."), URL),
}
SECRETS = {"value": CANARY, "token in the URL": url_secrets(URL)[0]}


def with_row(table: Table, row: Field) -> Table:
    """A copy of a table with one more row."""
    return dataclasses.replace(table, fields=(*table.fields, row))


def failed(call: Callable[[], object]) -> str:
    with pytest.raises(ApiError) as error:
        call()
    return str(error.value)


def telegent_error(body: dict[str, Any], place: str, text: str) -> str:
    """The error of a create that Telegent answers with a text at one of the places of an answer."""

    def vendor(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/oauth2/tokens"):
            return httpx.Response(200, json={"token": BEARER, "successful": True})
        return _answer(place, text)

    client = TelegentClient(TELEGENT, httpx.MockTransport(vendor), clock=VirtualClock().clock)
    return failed(lambda: client.create_message_route(body))


@pytest.mark.parametrize("name", ROWS)
@pytest.mark.parametrize("place", [*TELEGENT_PLACES, *ANY_PLACES])
def test_one_row_more_is_redacted_at_every_place(monkeypatch: pytest.MonkeyPatch, name: str, place: str) -> None:
    """A new row alone is enough, with ``secret=True`` and nothing else: no list names it a second time."""
    row, value = ROWS[name]
    monkeypatch.setattr(transport, "TABLES", (with_row(MESSAGE_ROUTE, row),))
    canary = SECRETS["token in the URL"] if row.kind is Kind.URL else CANARY

    for way in WAYS:
        error = telegent_error({row.wire or "": value}, place, WAYS[way](canary))

        assert not Scanner(SECRETS).found(error), way
        if place == "message" and "shown" not in way:
            assert HIDDEN in error, way


def test_a_row_of_the_other_vendor_is_redacted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Telnyx's words as well, by the same rows."""
    row = dataclasses.replace(ROWS["secret"][0], wire="signing_key")
    monkeypatch.setattr(transport, "TABLES", (with_row(NUMBER_MESSAGING, row),))
    answer = httpx.MockTransport(lambda _: _answer("detail", f"bad {CANARY} given"))
    client = TelnyxClient(TELNYX, answer, clock=VirtualClock().clock)

    assert f"(bad {HIDDEN} given)" in failed(lambda: client.update_messaging("1", {"signing_key": CANARY}))


def test_a_row_that_is_not_secret_is_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The counter-test: the same field without ``secret`` is repeated."""
    row = dataclasses.replace(ROWS["secret"][0], secret=False)
    monkeypatch.setattr(transport, "TABLES", (with_row(MESSAGE_ROUTE, row),))

    assert "bad plain-value-0123 given" in telegent_error(
        {"SigningKey": "plain-value-0123"}, "message", "bad plain-value-0123 given"
    )


@pytest.mark.parametrize(
    "row", [row for table in TABLES for row in table.fields if row.secret or row.redact or row.kind is Kind.URL]
)
def test_every_secret_row_of_the_tables_is_found_in_a_body(row: Field) -> None:
    """The rows of today, by whatever way they are declared."""
    assert row.wire
    value = URL if row.kind is Kind.URL else CANARY

    assert set(sent_secrets({row.wire: value, "RouteName": "orders"}, TABLES)) <= {CANARY, *url_secrets(URL)}
    assert set(sent_secrets({row.wire: value}, TABLES))
