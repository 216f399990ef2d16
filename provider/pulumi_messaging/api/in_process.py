"""A WSGI application in the place of the network: what the embedded emulator is reached through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class InProcess(httpx.BaseTransport):
    """Requests answered by an application of this process; one that raises ConnectionError drops the connection."""

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        app: Any = application
        self._inner = httpx.WSGITransport(app=app)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request."""
        try:
            response = self._inner.handle_request(request)
            response.read()  # here, because a connection may also end in the middle of a body
        except ConnectionRefusedError:
            raise httpx.ConnectError("", request=request) from None
        except TimeoutError:
            raise httpx.ReadTimeout("", request=request) from None
        except ConnectionError:
            raise httpx.ReadError("", request=request) from None
        return response
