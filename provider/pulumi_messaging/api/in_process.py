"""A WSGI application in place of the network: the way to the embedded emulator."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import httpx


class InProcess(httpx.BaseTransport):
    """Lets an application of this process answer requests; where it raises ConnectionError, the connection drops."""

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        app: Any = application
        self._inner = httpx.WSGITransport(app=app)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request."""
        try:
            response = self._inner.handle_request(request)
            response.read()  # here: a connection may also end in the middle of a body
        except ConnectionRefusedError:
            raise httpx.ConnectError("", request=request) from None
        except TimeoutError:
            raise httpx.ReadTimeout("", request=request) from None
        except ConnectionError:
            raise httpx.ReadError("", request=request) from None
        return response
