"""One call of a vendor's API: the description that an endpoint hands to the transport."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pulumi_messaging.account_names import key_of, namespace_of
from pulumi_messaging.api.retry_table import Operation
from pulumi_messaging.api.words import Words
from pulumi_messaging.settings import CREDENTIALS

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
    """The differences between vendors below the endpoints."""

    name: str  # as people write it
    words: Callable[[Any], Words]  # reads an error body
    account: str = ""  # its name in the program; empty for the default account

    @property
    def namespace(self) -> str:
        """The namespace of the account's configuration keys: ``telnyx``, ``telnyx-eu``."""
        return namespace_of(self.name.lower(), self.account)

    @property
    def credentials(self) -> str:
        """The configuration keys that an access error names."""
        return " and ".join(key_of(key, self.account) for key in CREDENTIALS[self.name.lower()])


@dataclass(frozen=True, slots=True)
class Call:
    """One operation of one endpoint."""

    action: str  # the operation and its object, in the infinitive
    operation: Operation
    method: str
    path: str  # with the query, below the base URL, percent-encoded
    body: Mapping[str, Any] | None = field(default=None, repr=False)
    auth: Auth | None = None  # None: the body carries the credentials
    endpoint: str = ""  # the requests that the rate-limit headers of the answer count
    longest: int = ONE_OBJECT  # the largest answer read, in bytes
    stage: str = ""  # the purpose of a call on behalf of another one; it precedes the reason
    # Called when the request may leave, after every wait; where it raises an error, the request is not sent.
    before: Callable[[], object] | None = field(default=None, repr=False)
    attempt: int = 1  # the number of this attempt, from 1
    scope: str = ""  # the URL that its token is valid for; errors name it where access is denied
