"""What a call of a vendor's API is, from the endpoint that describes it to the answer that the endpoint reads."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pulumi_messaging.api.bodies import decoded

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import httpx

    from pulumi_messaging.api.failures import Words
    from pulumi_messaging.api.outcomes import Failure, Operation
    from pulumi_messaging.errors import ApiError

ONE_OBJECT = 1024 * 1024
# Telegent's list of routes has no pages: a megabyte would be some thousand routes. This leaves room for ten thousand
# with the longest URLs that are in use, 3 KiB a route.
A_LIST = 32 * 1024 * 1024


class Auth(ABC):
    """Authentication that knows which secrets it sent, so that no error repeats them."""

    secrets: tuple[str, ...] = ()

    @abstractmethod
    def bearer(self, action: str, deadline: float) -> str:
        """What the request is sent with, on behalf of an action with a deadline.

        Raises:
            ApiError: There is none to be had.
        """

    def denied(self, status: int) -> bool:  # noqa: ARG002
        """Whether an answer asks for another one, and the request is to be sent once more with it."""
        return False


@dataclass(frozen=True, slots=True)
class Vendor:
    """What differs between vendors below the endpoints.

    Attributes:
        name: As people write it.
        credentials: The configuration keys an access error points at.
        words: Reads an error body.
    """

    name: str
    credentials: str
    words: Callable[[Any], Words]


@dataclass(frozen=True, slots=True)
class Call:
    """One operation of one endpoint.

    Attributes:
        action: What it does to which object, in the infinitive.
        operation: What it is for: whether it may be made twice.
        method: The HTTP method.
        path: Path and query below the base URL, percent-encoded.
        body: The JSON object to send, or None.
        auth: What authenticates it.
        endpoint: What the vendor's limit headers in its answer are about.
        secrets: Secrets in its body.
        longest: The largest answer read, in bytes.
        stage: For a call made on behalf of another one: what it was for, in front of the reason.
        scope: The URL its token is valid for, named where access is denied.
    """

    action: str
    operation: Operation
    method: str
    path: str
    body: Mapping[str, Any] | None = field(default=None, repr=False)
    auth: Auth | None = None
    endpoint: str = ""
    secrets: tuple[str, ...] = field(default=(), repr=False)
    longest: int = ONE_OBJECT
    stage: str = ""
    scope: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """A successful answer: its status, its JSON value, the bytes of that and its headers."""

    status: int
    value: Any = field(repr=False)
    content: bytes = field(repr=False)
    headers: httpx.Headers = field(repr=False)

    @property
    def text(self) -> str:
        """The body as text, for a search."""
        return decoded(self.content)


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, whole: its status, its headers, and its body, decompressed."""

    status: int
    headers: httpx.Headers = field(repr=False)
    content: bytes = field(repr=False)


# A request's extension: the moment after which nothing of its answer is waited for.
UNTIL = "pulumi_messaging_until"


class Unreadable(Exception):
    """A success that cannot be read: raised while an answer is read, and told as ``error``."""

    def __init__(self, failure: Failure, error: ApiError) -> None:
        super().__init__()
        self.failure = failure
        self.error = error
