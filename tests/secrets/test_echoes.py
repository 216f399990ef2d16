"""Vendors whose answers repeat what was sent to them, in every way and at every place of an answer that is told."""

from __future__ import annotations

import base64
import html
import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus

import httpx
import pytest

from pulumi_messaging.api.redaction import url_secrets, without_secrets
from pulumi_messaging.api.telegent import TelegentClient
from pulumi_messaging.api.telnyx import TelnyxClient
from pulumi_messaging.errors import ApiError
from pulumi_messaging.settings import TelegentSettings, TelnyxSettings
from pulumi_messaging.text import HIDDEN
from tests.support.clock import VirtualClock
from tests.support.secrets.canaries import (
    ACCOUNT_KEY,
    ACCOUNT_SECRET,
    CALLBACK_PASSWORD,
    CALLBACK_URL,
    CALLBACK_USER,
    CANARIES,
    PASSWORD,
    TELNYX_KEY,
    TOKEN,
    URL,
    USER,
)
from tests.support.secrets.scanner import PART, Scanner

if TYPE_CHECKING:
    from collections.abc import Callable

BEARER = "eyJhbGciOiJIUzI1NiJ9.eyJqdGkiOiJjNGY4YjFlMmE5ZDcifQ.Zx7_Kq2-VtB9mW4hN1cR8jL5pD3s"
SECRETS = CANARIES | {TOKEN: BEARER}
TELEGENT = TelegentSettings(ACCOUNT_KEY, ACCOUNT_SECRET, None, "https://telegent.example/v1.0")
TELNYX = TelnyxSettings(TELNYX_KEY, "https://telnyx.example/v2")
BODY = {
    "RouteName": "orders",
    "MessageUrl": URL,
    "MessageUsername": USER,
    "MessagePasswordToken": PASSWORD,
    "CallbackMessageUrl": CALLBACK_URL,
    "CallbackMessageUsername": CALLBACK_USER,
    "CallbackMessagePasswordToken": CALLBACK_PASSWORD,
}


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _small_digits(text: str) -> str:
    return re.sub("%..", lambda at: at[0].lower(), text)


WAYS: dict[str, Callable[[str], str]] = {
    "as it is": lambda secret: f"bad value {secret} given",
    "glued to other words": lambda secret: f"value={secret}ABC",
    "its beginning": lambda secret: f"bad value {secret[: PART + 1]}",
    "its end": lambda secret: f"bad value …{secret[-PART:]} given",
    "a part of it": lambda secret: f"bad value {secret[5 : 5 + PART]} given",
    "in JSON": lambda secret: f"bad body {json.dumps({'value': secret})} given",
    "in JSON with all letters": lambda secret: json.dumps({"value": secret}, ensure_ascii=False),
    "in JSON of another language": lambda secret: json.dumps(secret).replace("/", "\\/").replace("<", "\\u003c"),
    "in JSON in JSON": lambda secret: json.dumps(json.dumps({"value": secret})),
    "in JSON in JSON in JSON": lambda secret: json.dumps(json.dumps(json.dumps({"value": secret}))),
    "in a URL": lambda secret: f"bad value {quote(secret, safe='')} given",
    "in a path": lambda secret: f"bad value /v1/{quote(secret)}/x given",
    "in a form": lambda secret: f"bad value value={quote_plus(secret)}&x=1",
    "in a form with small digits": lambda secret: _small_digits(f"value={quote_plus(secret)}&x=1"),
    "in a URL in a URL": lambda secret: quote(f"/log?x={quote(secret, safe='')}", safe=""),
    "in HTML": lambda secret: f"bad value {html.escape(secret)} given",
    "in JSON in a URL": lambda secret: quote(json.dumps({"value": secret}), safe=""),
    "in base64": lambda secret: f"bad value {_base64(secret)} given",
    "in base64, one byte on": lambda secret: f"bad value {_base64(f':{secret}!')} given",
    "in base64, two bytes on": lambda secret: f"bad value {_base64(f'::{secret}!')} given",
    "a part of it in base64": lambda secret: f"bad value {_base64(secret[3 : 5 + PART])} given",
    "JSON in base64": lambda secret: f"bad body {_base64(json.dumps({'value': secret}))} given",
    "in base64 for URLs": lambda secret: base64.urlsafe_b64encode(f"a{secret}".encode()).decode().rstrip("="),
    "in base64 in a URL": lambda secret: f"bad value {quote_plus(_base64(secret))} given",
    "in base64 in base64": lambda secret: f"bad value {_base64(_base64(secret))} given",
    "in base64 in lines": lambda secret: "\n".join(re.findall(".{1,20}", _base64(secret))),
    "in hexadecimal": lambda secret: f"bad value {secret.encode().hex()} given",
    "with invisible characters": lambda secret: "bad value " + "\u200b".join(secret),
    "with line breaks": lambda secret: f"bad value\r\n{secret}\r\n given",
    "at the end of what is shown": lambda secret: f"{'x' * 190}{secret}",
    "far behind what is shown": lambda secret: f"{' ' * 4090}{secret}",
}


def _answer(place: str, text: str) -> httpx.Response:
    """An answer with the text at one of the places of which something may be told."""
    if place == "content type":
        return httpx.Response(200, content=b"-", headers={"Content-Type": quote(text, safe="/ ")})
    if place == "content type of an error":
        return httpx.Response(400, content=b"<p>", headers={"Content-Type": quote(text, safe="/ ")})
    if place == "location":
        return httpx.Response(307, headers={"Location": f"https://{quote(text, safe='')}.example/?x={quote(text)}"})
    if place == "plain text":
        return httpx.Response(400, content=text.encode(), headers={"Content-Type": "text/plain"})
    if place == "broken JSON":
        return httpx.Response(200, content=json.dumps({"value": text}).encode()[:-1])
    telnyx = {"errors": [{"code": "10015", "title": "Bad", place: text}]}
    bodies: dict[str, tuple[int, Any]] = {
        "message": (400, {"StatusCode": 400, "Message": text}),
        "problem": (422, {"title": "Bad", "errors": {"MessageUrl": [text]}}),
        "name of a problem": (422, {"title": "Bad", "errors": {text: ["wrong"]}}),
        "another shape": (200, [{"value": text}]),
        "another object": (200, {"value": text}),
        "unsuccessful": (200, {"Successful": False, "Message": text}),
        "pointer": (422, {"errors": [{"title": "Bad", "source": {"pointer": text}}]}),
    }
    status, body = bodies.get(place, (422, telnyx))
    return httpx.Response(status, json=body)


TELEGENT_PLACES = ("message", "problem", "name of a problem", "unsuccessful", "plain text")
TELNYX_PLACES = ("title", "detail", "code", "pointer", "plain text")
ANY_PLACES = (
    *("content type", "content type of an error", "location"),
    *("broken JSON", "another shape", "another object"),
)


def _token(request: httpx.Request) -> httpx.Response | None:
    asked = request.url.path.endswith("/oauth2/tokens")
    return httpx.Response(200, json={"token": BEARER, "successful": True}) if asked else None


def _told(call: Callable[[], object]) -> ApiError:
    with pytest.raises(ApiError) as failed:
        call()
    return failed.value


def _telegent(answer: Callable[[httpx.Request], httpx.Response]) -> ApiError:
    client = TelegentClient(TELEGENT, httpx.MockTransport(answer), clock=VirtualClock().clock)
    return _told(lambda: client.create_message_route(BODY))


def _telnyx(answer: Callable[[httpx.Request], httpx.Response]) -> ApiError:
    client = TelnyxClient(TELNYX, httpx.MockTransport(answer), clock=VirtualClock().clock)
    return _told(lambda: client.update_messaging("1293384261075731501", {"messaging_profile_id": ""}))


def _check(error: ApiError, name: str) -> None:
    shown = f"{error} {error!r} {error.args}"
    found = Scanner(SECRETS).found(shown)
    assert not found, f"{name}: {found}"


@pytest.mark.parametrize("way", WAYS)
def test_no_secret_that_was_sent_is_repeated(way: str) -> None:
    """In whatever way a vendor's words repeat a secret of the request, or a part of it, it is not told."""
    for name, secret in SECRETS.items():
        text = WAYS[way](secret)
        if name == "Telnyx key":
            error = _telnyx(lambda _, text=text: _answer("detail", text))  # type: ignore[misc]
        else:
            error = _telegent(lambda asked, text=text: _token(asked) or _answer("message", text))  # type: ignore[misc]
        _check(error, name)
        if "shown" not in way:
            assert HIDDEN in str(error), f"{name}: {error}"


@pytest.mark.parametrize("place", [*TELEGENT_PLACES, *ANY_PLACES])
@pytest.mark.parametrize("way", ["as it is", "a part of it", "JSON in base64"])
def test_no_place_of_telegents_answers_tells_a_secret(place: str, way: str) -> None:
    """Wherever in its answer Telegent repeats a secret of the request, it is not told."""
    for name, secret in SECRETS.items():
        text = WAYS[way](secret)
        if name != "Telnyx key":
            _check(_telegent(lambda asked, text=text: _token(asked) or _answer(place, text)), name)  # type: ignore[misc]


@pytest.mark.parametrize("place", [*TELNYX_PLACES, *ANY_PLACES])
@pytest.mark.parametrize("way", WAYS)
def test_no_place_of_telnyx_answers_tells_the_key(place: str, way: str) -> None:
    """Wherever in its answer Telnyx repeats the key, it is not told."""
    _check(_telnyx(lambda _: _answer(place, WAYS[way](TELNYX_KEY))), "Telnyx key")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("place", TELEGENT_PLACES)
def test_a_token_request_that_fails_tells_no_credential(way: str, place: str) -> None:
    """What is asked to give a token is sent the account's credentials: its words repeat neither of them."""
    for name in ("AccountKey", "AccountSecret"):
        _check(_telegent(lambda _, name=name: _answer(place, WAYS[way](SECRETS[name]))), name)  # type: ignore[misc]


@pytest.mark.parametrize("kind", [httpx.ConnectError, httpx.ReadError, httpx.ProxyError, httpx.LocalProtocolError])
def test_a_broken_connection_tells_no_secret(kind: type[httpx.TransportError]) -> None:
    """What a lower layer says of a request that broke may quote it; that is not told, nor is that error chained."""

    def quoting(asked: httpx.Request) -> httpx.Response:
        raise kind(f"Illegal header value b'{asked.headers['Authorization']}' {asked.content.decode()}")

    for error in (_telnyx(quoting), _telegent(lambda asked: _token(asked) or quoting(asked))):
        _check(error, kind.__name__)
        assert error.__cause__ is None
        assert error.__context__ is None


def test_what_is_not_secret_is_still_told() -> None:
    """A vendor's words that repeat nothing of the request are told as they are, and around a secret all the others."""
    words = "RouteName orders is taken (v=2, code 40324); see https://docs.example.com/in?lang=en"

    assert f'"{words}"' in str(_telegent(lambda asked: _token(asked) or _answer("message", words)))
    told = str(_telegent(lambda asked: _token(asked) or _answer("message", f"MessageUrl {URL} is not reachable")))
    assert f'"MessageUrl https://hooks.example.com/in?v=2&token={HIDDEN} is not reachable"' in told


@pytest.mark.parametrize(
    ("url", "secrets"),
    [
        ("https://hooks.example.com/in", ()),
        ("https://hooks.example.com/in?v=2&lang=en", ()),
        ("https://hooks.example.com/in?token=abcdef", ("abcdef",)),
        ("https://hooks.example.com/in?a%2Fbcdef#secret;x=123456", ("a%2Fbcdef", "secret", "123456", "a/bcdef")),
        ("https://hooks.example.com/services/T00000000/B00000000/q7q7q7q7q7q7q7q7q7q7q7q7", ("q7" * 12,)),
        ("https://[/", ("https://[/",)),
        ("", ()),
    ],
)
def test_what_may_be_a_token_in_a_url(url: str, secrets: tuple[str, ...]) -> None:
    """The values of its query and fragment, and long parts of its path; short ones are words like others."""
    assert url_secrets(url) == secrets


@pytest.mark.parametrize(
    ("secret", "text", "told"),
    [
        ("hook", "webhook hook=hook, hooked", f"webhook {HIDDEN}={HIDDEN}, hooked"),
        ("p w", "p w, p%20w, p+w and pw", f"{HIDDEN}, {HIDDEN}, {HIDDEN} and pw"),
        ("a", "a b, ab", f"{HIDDEN} b, ab"),
        ("passwd", "Xpasswd!", f"X{HIDDEN}!"),
        ("", "text", "text"),
        (" ", "a text", "a text"),
    ],
)
def test_short_secrets(secret: str, text: str, told: str) -> None:
    """One of fewer than six characters is hidden where it is a word of its own: else it would be told by the gaps."""
    assert without_secrets(text, [secret]) == told
