"""One call of a vendor's API: the description that an endpoint hands to the transport."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pulumi_messaging.api.retry_table import Operation
from pulumi_messaging.api.words import Words

ONE_OBJECT = 1024 * 1024
# Telegent's list of routes has no pages: a megabyte would be some thousand routes. This leaves room for ten thousand
# with the longest URLs that are in use, 3 KiB a route.
A_LIST = 32 * 1024 * 1024


class Auth(ABC):
    """Authentication of a call. ``secrets`` are those it has sent: no error repeats them."""

    secrets: tuple[str, ...] = ()

    @abstractmethod
    def bearer(self, action: str, deadline: float) -> str:
        """The bearer token of a request, on behalf of an action with a deadline.

        Raises:
            ApiError: No token can be had.
        """

    def denied(self, status: int) -> bool:  # noqa: ARG002
        """Whether the request is sent once more, with another token."""
        return False


@dataclass(frozen=True, slots=True)
class Vendor:
    """The differences between vendors below the endpoints.

    Attributes:
        name: As people write it.
        credentials: The configuration keys that an access error names.
        words: Reads an error body.
    """

    name: str
    credentials: str
    words: Callable[[Any], Words]


@dataclass(frozen=True, slots=True)
class Call:
    """One operation of one endpoint.

    Attributes:
        action: The operation and its object, in the infinitive.
        operation: Decides, with the outcome, whether the request may be sent again.
        method: The HTTP method.
        path: Path and query below the base URL, percent-encoded.
        body: The JSON object to send, or None.
        auth: Authenticates it; None for a request that carries its credentials in its body.
        endpoint: The group of requests that the vendor's rate-limit headers in the answer count.
        longest: The largest answer read, in bytes.
        stage: Of a call made on behalf of another one: its purpose, in front of the reason.
        scope: The URL that its token is valid for; errors name it where access is denied.
    """

    action: str
    operation: Operation
    method: str
    path: str
    body: Mapping[str, Any] | None = field(default=None, repr=False)
    auth: Auth | None = None
    endpoint: str = ""
    longest: int = ONE_OBJECT
    stage: str = ""
    scope: str = ""
