"""What can come back instead of an answer, in words: tables from statuses and exceptions to errors and reasons.

Texts hold one line, no control characters, nothing of a body but the vendor's own message cut to 200 characters, and
no secret that was sent, should the vendor echo it (``redaction``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx

from pulumi_messaging.api.outcomes import Failure
from pulumi_messaging.api.redaction import HIDDEN, READ, printable, without
from pulumi_messaging.errors import AccessDenied, Conflict, ErrorAnswer, NotFound, RateLimited

if TYPE_CHECKING:
    from collections.abc import Iterable

WORDS = 200
TOKEN_LIKE = re.compile(r"[A-Za-z0-9_-]{20,}")

BY_STATUS: dict[int, type[ErrorAnswer]] = {
    401: AccessDenied,
    403: AccessDenied,
    404: NotFound,
    409: Conflict,
    429: RateLimited,
}

AGAIN = "run the command again"
LATER = "run the command again later"
CHECK_URL = "check {vendor}:baseUrl and any proxy in between"
CORRECT = "correct the value and run the command again"
ADVICE: dict[int, str] = {
    200: CORRECT,
    400: CORRECT,
    401: "check {credentials}",
    403: "check that {credentials} may do this in the account",
    404: "check the id, and that it belongs to the account of {credentials}",
    405: CHECK_URL,
    408: LATER,
    409: "another change is in progress or the object is in use; run the command again in a minute",
    413: CORRECT,
    415: CHECK_URL,
    422: CORRECT,
    429: "too many requests for this account; wait a few minutes and run the command again",
}
ADVICE_SERVER = "the service has a problem; run the command again later"
ADVICE_OTHER = "see the vendor's documentation of this status"


def advice(status: int, vendor: str, credentials: str) -> str:
    """What to do about a status: from the table, else by its hundred."""
    text = ADVICE.get(status) or (ADVICE_SERVER if status >= 500 else ADVICE_OTHER)  # noqa: PLR2004
    return text.format(vendor=vendor.lower(), credentials=credentials)


CHECK_CONNECTION = "check the network and {vendor}:baseUrl, then run the command again"
CHECK_CERTIFICATE = "check {vendor}:baseUrl; behind a proxy of your own, name its certificates in SSL_CERT_FILE"
MORE_TIME = "raise {vendor}:timeoutSeconds, or run the command again later"

# The first row whose class the exception is an instance of; {host} and {detail} (what the system said) are filled in.
# The last row is for mistakes of ours.
CONNECTION: tuple[tuple[type[httpx.RequestError], Failure, str], ...] = (
    (httpx.ConnectTimeout, Failure.NO_CONNECTION, "no connection to {host} (timed out)"),
    (httpx.ConnectError, Failure.NO_CONNECTION, "no connection to {host}{detail}"),
    (httpx.ProxyError, Failure.NO_CONNECTION, "the proxy gave no connection to {host}{detail}"),
    (httpx.PoolTimeout, Failure.NO_CONNECTION, "no connection to {host} became free in time"),
    (httpx.WriteTimeout, Failure.NOT_TAKEN, "{host} did not take the request in time"),
    (httpx.ReadTimeout, Failure.TIMED_OUT, "{host} did not answer in time"),
    (httpx.NetworkError, Failure.RESET, "the connection to {host} broke before the answer was complete{detail}"),
    (httpx.RemoteProtocolError, Failure.CUT_OFF, "the connection to {host} ended before the answer was complete"),
    (httpx.TransportError, Failure.NOT_SENDABLE, "the request to {host} could not be sent"),
)


def broken(error: httpx.TransportError) -> tuple[Failure, str]:
    """What an exception of the connection means, and its reason."""
    failure, reason = next((failure, reason) for kind, failure, reason in CONNECTION if isinstance(error, kind))
    if failure is Failure.NO_CONNECTION and _is_not_trusted(error):
        failure = Failure.NOT_TRUSTED
    return failure, reason


def _is_not_trusted(error: Exception) -> bool:
    """Whether host and client did not agree on certificate or protocol; a handshake that was cut off may pass."""
    text = str(error).upper()
    return "CERTIFICATE" in text or ("[SSL" in text and "EOF" not in text)


def one_line(text: str, secrets: Iterable[str] = ()) -> str:
    """A vendor's words for display: secrets replaced, control and format characters dropped, one line, cut."""
    text = " ".join(without(printable(text[:READ]), secrets).split())
    return text if len(text) <= WORDS else text[: WORDS - 1] + "…"


@dataclass(frozen=True, slots=True)
class Words:
    """What an error body says: the vendor's own code where there is one, and its message."""

    text: str = field(default="", repr=False)
    code: str | None = field(default=None, repr=False)
    detail: str = field(default="", repr=False)

    def without_tokens(self) -> Words:
        """The same without what looks like a part of a token: an answer may hold one that nobody knows yet."""
        return Words(TOKEN_LIKE.sub(HIDDEN, self.text), self.code, TOKEN_LIKE.sub(HIDDEN, self.detail))

    def said(self, secrets: Iterable[str]) -> str:
        """``, code 40324 "Message" (detail)``: what stands behind the status."""
        secrets = tuple(secrets)
        text, detail = one_line(self.text, secrets), one_line(self.detail, secrets)
        code = one_line(self.code or "", secrets)
        said = f", code {code}" if code else ""
        said += f' "{text}"' if text else ""
        return said + (f" ({detail})" if detail else "")


def text_of(value: Any) -> str:
    """A scalar of a JSON body as text; anything else is no message."""
    return str(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""


def count_of(value: Any) -> int | None:
    """A total, which may come as text; None where there is none."""
    try:
        return None if isinstance(value, bool) else int(value)
    except (TypeError, ValueError, OverflowError):
        return None
