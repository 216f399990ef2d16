"""Telegent's tokens: HS256 JWTs, valid for one endpoint URL and a few minutes."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import uuid
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from pulumi_messaging_emulator.json_schema import Json
from pulumi_messaging_emulator.store import TELEGENT_KEYS
from pulumi_messaging_emulator.telegent.rate_limit import count_request
from pulumi_messaging_emulator.wire import Answer, Call, Refusal, ok

EXPIRY_FORMAT = "%m/%d/%Y %I:%M:%S %p"
TOKEN_PATH = "/v1.0/oauth2/tokens"  # noqa: S105 - a path
ENDPOINTS = (
    "/v1.0/message/routes",
    "/v1.0/message/routes/update",
    "/v1.0/message/routes/delete",
    "/v1.0/account/message/routes",
    "/v1.0/numbers/inventory",
    "/v1.0/numbers",
    "/v1.0/numbers/update",
)
UNSUCCESSFUL = {"token": "", "successful": False, "tokenExpiry": ""}
_HEADER = {"alg": "HS256", "typ": "JWT"}


def create(call: Call) -> Answer:
    """POST /v1.0/oauth2/tokens: a token for the endpoint named in ApiEndpoint."""
    key, endpoint = call.body["AccountKey"], call.body.get("ApiEndpoint")
    known = call.tx.get(TELEGENT_KEYS, key)
    if known is None or known["AccountSecret"] != call.body["AccountSecret"]:
        raise Refusal(call.settings["telegentUnknownPairStatus"], "AccountKey or AccountSecret is wrong.")
    if call.settings["telegentCountTokens"]:
        count_request(call, known["AccountIds"][0], TOKEN_PATH)
    if endpoint is None and not call.settings["telegentUnscopedTokens"]:
        raise Refusal(HTTPStatus.BAD_REQUEST, "ApiEndpoint is required.")
    scope = _scope(endpoint, checked=call.settings["telegentApiEndpointChecked"]) if endpoint is not None else ""
    return _issue(call, key, scope)


def verify(call: Call) -> tuple[Json, Json]:
    """The claims of the request's token, and the key that it was issued to.

    Raises:
        Refusal: 401 for a missing, invalid or expired token, 403 (or as set) for one of another endpoint.
    """
    kind, _, token = call.request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token.strip():
        raise _unauthorized("The bearer token is missing.")
    claims = _decode(token.strip(), call.tx.meta("signingKey"))
    key = claims and call.tx.get(TELEGENT_KEYS, claims["sub"])
    if claims is None or key is None:
        raise _unauthorized("The token is invalid.")
    if claims["exp"] <= call.now:
        raise _unauthorized("The token has expired.")
    if not _in_scope(call, claims):
        raise Refusal(
            call.settings["telegentWrongScopeStatus"],
            "The token was not requested for this endpoint (ApiEndpoint).",
        )
    return claims, key


def _issue(call: Call, key: str, scope: str) -> Answer:
    expires = int(call.now) + call.settings["telegentTokenSeconds"]
    # Like the vendor's sample: exp, iss and aud, and no iat. `jti` keeps two tokens of one second apart.
    claims = {"exp": expires, "iss": "telegent-emulator", "aud": scope, "sub": key, "jti": uuid.uuid4().hex}
    # The text carries no zone; it is UTC.
    expiry = datetime.fromtimestamp(expires, UTC).strftime(EXPIRY_FORMAT)
    return ok({"token": _encode(claims, call.tx.meta("signingKey")), "successful": True, "tokenExpiry": expiry})


def _scope(endpoint: str, *, checked: bool) -> str:
    """Path and query of an endpoint URL, with any host: the emulator does not know its address."""
    try:
        url = urlsplit(endpoint)
        absolute = url.scheme in ("http", "https") and bool(url.hostname)
    except ValueError:
        absolute = False
    if not absolute:
        raise Refusal(HTTPStatus.BAD_REQUEST, "ApiEndpoint must be an absolute URL.")
    if checked and url.path not in ENDPOINTS:
        raise Refusal(HTTPStatus.BAD_REQUEST, "ApiEndpoint is not the URL of a known endpoint.")
    return f"{url.path}?{url.query}" if url.query else url.path


def _in_scope(call: Call, claims: Json) -> bool:
    path, _, query = str(claims["aud"]).partition("?")
    if not path:
        return bool(call.settings["telegentUnscopedTokens"])
    if path != call.operation.path:
        return False
    if call.settings["telegentScopeQuery"] and query != call.request.query_string:
        return False
    return not call.settings["telegentScopeMethod"] or _same_method(call, claims)


def _same_method(call: Call, claims: Json) -> bool:
    # ApiEndpoint names no method, so the first use decides.
    name = f"method of {claims['jti']}"
    first = call.tx.note(name)
    if first is None:
        call.tx.set_note(name, call.request.method)
    return first in (None, call.request.method)


def _unauthorized(words: str) -> Refusal:
    return Refusal(HTTPStatus.UNAUTHORIZED, words)


def _encode(claims: Json, key: str) -> str:
    signed = f"{_base64(json.dumps(_HEADER).encode())}.{_base64(json.dumps(claims).encode())}"
    return f"{signed}.{_base64(_signature(signed, key))}"


def _decode(token: str, key: str) -> Json | None:
    signed, _, signature = token.rpartition(".")
    if not hmac.compare_digest(_base64(_signature(signed, key)).encode(), signature.encode()):
        return None
    try:
        padded = signed.partition(".")[2] + "=="
        claims: Any = json.loads(base64.urlsafe_b64decode(padded))
    except (binascii.Error, ValueError):
        return None
    return claims if isinstance(claims, dict) else None


def _signature(signed: str, key: str) -> bytes:
    return hmac.new(key.encode(), signed.encode(), hashlib.sha256).digest()


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
