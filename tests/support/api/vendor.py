"""A scripted vendor behind ``httpx.MockTransport``, and the clients that talk to it."""

from __future__ import annotations

import base64
import json
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from pulumi_messaging.api.telegent import TelegentClient
from pulumi_messaging.api.telnyx import TelnyxClient
from pulumi_messaging.errors import ApiError
from pulumi_messaging.settings import TelegentSettings, TelnyxSettings
from tests.support.clock import VirtualClock

if TYPE_CHECKING:
    from collections.abc import Callable

TELEGENT = TelegentSettings("DID-key", "s3cr3t-account", None, "https://telegent.example/v1.0")
TELNYX = TelnyxSettings("KEY-s3cr3t", "https://telnyx.example/v2")
ROUTE = {"MessageRouteId": "MRID-1"}
TOKENS = "/v1.0/oauth2/tokens"


@dataclass
class Vendor:
    """Answers requests from a script, the last entry for ever, and keeps what it received.

    Token requests are answered by ``token``, so that a script speaks of the call alone.
    """

    script: list[Any]
    token: Callable[[httpx.Request], httpx.Response] = field(default=lambda _: token_answer("tok3n"))
    requests: list[httpx.Request] = field(default_factory=list)
    tokens: list[httpx.Request] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == TOKENS:
            self.tokens.append(request)
            return self.token(request)
        with self.lock:
            # A copy: authentication repeats a request by changing it.
            headers = request.headers.copy()
            self.requests.append(httpx.Request(request.method, request.url, headers=headers, content=request.content))
            step = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if callable(step):
            step = step(request)
        if isinstance(step, Exception):
            raise step
        if isinstance(step, httpx.Response):
            return step
        return httpx.Response(200, json=step)

    @property
    def sent(self) -> list[tuple[str, str]]:
        """Method, and path with query, of what it received."""
        return [(request.method, request.url.raw_path.decode()) for request in self.requests]

    @property
    def transport(self) -> httpx.BaseTransport:
        return httpx.MockTransport(self)


def token_answer(text: str, **fields: Any) -> httpx.Response:
    return httpx.Response(200, json={"token": text, "successful": True, "tokenExpiry": None} | fields)


def jwt(**claims: Any) -> str:
    """A JWT with these claims."""
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"e30.{payload}.sig"


def numbered_tokens(*, expires: float | None = None) -> Any:
    """A handler that numbers its tokens; they are JWTs where they expire at a known time."""
    numbers = iter(range(1, 1000))

    def handler(_: httpx.Request) -> httpx.Response:
        number = next(numbers)
        return token_answer(f"token-{number}" if expires is None else jwt(exp=expires, number=number))

    return handler


def answer(status: int, body: Any = None, **headers: str) -> Callable[[httpx.Request], httpx.Response]:
    """A fresh response each time: a response is read once."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: httpx.Response(status, json=body, headers=names)


def raw(status: int, content: bytes | str, content_type: str) -> Callable[[httpx.Request], httpx.Response]:
    return lambda _: httpx.Response(status, content=content, headers={"Content-Type": content_type})


def telegent(vendor: Vendor, time: VirtualClock | None = None) -> TelegentClient:
    return TelegentClient(TELEGENT, vendor.transport, clock=(time or VirtualClock()).clock)


def telnyx(vendor: Vendor, time: VirtualClock | None = None) -> TelnyxClient:
    return TelnyxClient(TELNYX, vendor.transport, clock=(time or VirtualClock()).clock)


def failed_read(*steps: Any) -> ApiError:
    """The error of one read of a Telnyx number."""
    with pytest.raises(ApiError) as failed:
        telnyx(Vendor(list(steps))).retrieve_messaging("+15550100001")
    return failed.value


def failed_route_read(*steps: Any) -> ApiError:
    """The error of one read of a Telegent route."""
    with pytest.raises(ApiError) as failed:
        telegent(Vendor(list(steps))).get_message_route("MRID-1")
    return failed.value


def body_of(request: httpx.Request) -> Any:
    return json.loads(request.content)
