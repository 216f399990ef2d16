"""Errors of calls: tables from statuses and exceptions to error classes, reasons and advice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from ssl import SSLCertVerificationError
from typing import Any
from urllib.parse import urlsplit

import httpx

from pulumi_messaging.api.call import Call, Vendor
from pulumi_messaging.api.redaction import without_secrets
from pulumi_messaging.api.retry_table import UNSENT, Event, Failure, Operation, Outcome, verdict
from pulumi_messaging.api.words import Words, after_reason, one_line, shown_id
from pulumi_messaging.base_urls import is_loopback
from pulumi_messaging.errors import (
    AccessDenied,
    ApiError,
    Conflict,
    ErrorAnswer,
    NoAnswer,
    NotApplied,
    NotFound,
    RateLimited,
    UnreadableAnswer,
)

KEPT_TEXT = 64 * 1024

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
GONE = "if it was deleted elsewhere, run `pulumi up --refresh`"
CORRECT = "correct the value and run the command again"
# `refresh` and `destroy` do not run the program, and get the configuration of the last `up` from the state.
ROTATED = (
    "if refresh or destroy says so after a rotation, run `pulumi up` first, or add --run-program: they use the key in "
    "the state, and the environment's only where the state has none"
)
ADVICE: dict[int, str] = {
    200: CORRECT,
    400: CORRECT,
    401: f"check {{credentials}}; {ROTATED}",
    403: f"check that {{credentials}} may do this in the account; {ROTATED}",
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
CHECK_CONNECTION = "check the network and {vendor}:baseUrl, then run the command again"
CHECK_PROXY = "check HTTPS_PROXY and ALL_PROXY, or name the host in NO_PROXY, then run the command again"
CHECK_CERTIFICATE = "check {vendor}:baseUrl; behind a proxy of your own, name its certificates in SSL_CERT_FILE"
REISSUE = "Python 3.13 and newer refuse such a certificate even if it is trusted: have it reissued, or run Python 3.12"
START = "nothing listens there: start it (the emulator with `pulumi-messaging emulator`), or correct {vendor}:baseUrl"
NOT_SENT_ADVICE = {
    Failure.NO_TURN: "raise {vendor}:timeoutSeconds, or run the command again later",
    Failure.NOT_ANSWERING: f"nothing was sent for this; {CHECK_CONNECTION}",
    Failure.INTERRUPTED: AGAIN,
}

# The first row whose class the exception is an instance of; {host} and {detail} (the system's words) are filled in.
# The last row covers requests that this package built wrongly.
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

# OpenSSL's X509_V_ERR_* of the rules of RFC 5280 that only ssl.VERIFY_X509_STRICT checks, Python's default since 3.13.
STRICT = range(80, 94)


def advice(status: int, namespace: str, credentials: str) -> str:
    """The advice for a status: from the table, else by its hundred."""
    text = ADVICE.get(status) or (ADVICE_SERVER if status >= 500 else ADVICE_OTHER)  # noqa: PLR2004
    return text.format(vendor=namespace, credentials=credentials)


def without_rotation(error: Exception) -> str:
    """An error's text for a command or a look-up, which takes the key from the settings and never from a state."""
    return str(error).replace(f"; {ROTATED}", "")


def broken(error: httpx.TransportError, host: str) -> tuple[Failure, str, str]:
    """The failure that an exception of the connection means, its reason, and the advice."""
    failure, reason = next((failure, reason) for kind, failure, reason in CONNECTION if isinstance(error, kind))
    if failure is not Failure.NO_CONNECTION:
        return failure, reason, CHECK_CONNECTION
    cause, text = error.__cause__, str(error).upper()
    # Host and client did not agree on certificate or protocol; a handshake that was cut off may succeed later.
    if "CERTIFICATE" in text or ("[SSL" in text and "EOF" not in text):
        strict = isinstance(cause, SSLCertVerificationError) and cause.verify_code in STRICT
        return Failure.NOT_TRUSTED, reason, REISSUE if strict else CHECK_CERTIFICATE
    proxied = isinstance(error, httpx.ProxyError)  # its words begin with the proxy's host and port
    place = str(error).partition(": ")[0] if proxied else host
    if isinstance(cause, ConnectionRefusedError) and is_loopback(urlsplit(f"//{place}").hostname or ""):
        return Failure.NOT_RUNNING, reason, CHECK_PROXY if proxied else START
    return failure, reason, CHECK_PROXY if proxied else CHECK_CONNECTION


@dataclass(eq=False, slots=True)
class Failed(Exception):
    """One failed attempt of a call, with the error to raise if no further attempt follows."""

    event: Event
    error: ApiError
    requested: float | None = None  # the seconds that the vendor asks to wait


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer with the status of an error, or with success that reports a failure."""

    status: int
    words: Words
    more: str  # follows the words
    page: str = ""  # the content type, where a web page refused
    wrong_url: str = ""  # the advice, where a 404 is about the base URL
    requested: float | None = None  # the seconds that the vendor asks to wait


@dataclass(frozen=True, slots=True)
class Failures:
    """Makes the ``Failed`` of one call. Its error does not repeat the secrets; ``hide`` takes others out of words."""

    call: Call
    vendor: Vendor
    host: str  # with the port
    secrets: tuple[str, ...] = field(repr=False)
    request_id: str = ""  # in the headers of the answer
    hide: Callable[[str], str] = field(default=str, repr=False)

    def not_sent(self, failure: Failure, reason: str) -> Failed:
        """The request was not sent."""
        return self._failed(failure, NoAnswer, reason, NOT_SENT_ADVICE[failure], sent=False)

    def no_answer(self, error: httpx.TransportError) -> Failed:
        """The connection failed before a complete answer came."""
        failure, text, advice = broken(error, self.host)
        detail = one_line(str(error), self.secrets)
        reason = text.format(host=self.host, detail=f" ({detail})" if detail else "")
        # A token request may have been sent: the request that needs the token has not.
        sent = failure not in UNSENT and self.call.operation is not Operation.TOKEN
        return self._failed(failure, NoAnswer, reason, advice, sent=sent)

    def unreadable(self, failure: Failure, what: str, text: str = "") -> Failed:
        """A successful answer is not what the vendor documents; ``what`` follows "answered"."""
        # A content type or the host of a redirect is the vendor's word too.
        reason = f"{self.vendor.name} answered {without_secrets(what, self.secrets)}"
        return self._failed(failure, UnreadableAnswer, reason, CHECK_URL, text=text[:KEPT_TEXT])

    def not_applied(self, what: str, advice: str) -> Failed:
        """A successful answer does not confirm the change."""
        return self._failed(Failure.NOT_APPLIED, NotApplied, f"{self.vendor.name} answered {what}", advice)

    def refused(self, event: Event, refusal: Refusal) -> Failed:
        """The vendor refused."""
        status, words, page = refusal.status, refusal.words, refusal.page
        kind, hint = BY_STATUS.get(status, ErrorAnswer), advice(status, self.vendor.namespace, self.vendor.credentials)
        if kind is NotFound and self.call.operation is Operation.UPDATE:
            hint = f"{GONE}; else {hint}"
        of_another = bool(self.call.stage)
        if kind is NotFound and (page or of_another or refusal.wrong_url):
            # This answer is not about the object, and does not mean that the object is gone.
            kind, hint = ErrorAnswer, refusal.wrong_url or CHECK_URL
        if self.call.operation is Operation.TOKEN:
            words = words.without_tokens()
        content = without_secrets(page, self.secrets)
        shown = f" with {content} instead of JSON" if page else words.without(self.hide).after_status(self.secrets)
        reason = f"{self.vendor.name} answered {status}{shown}{refusal.more}"
        more = {"status": status, "code": words.code, "of_another": of_another}
        failed = self._failed(event, kind, reason, hint, words.request_id, **more)
        failed.requested = refusal.requested
        return failed

    @property
    def shown_request_id(self) -> str:
        """The request's id for display, without secrets; empty where there is none."""
        return shown_id(self.request_id, self.secrets)

    def _failed(
        self, event: Event, kind: type[ApiError], reason: str, advice: str, request_id: str = "", **more: Any
    ) -> Failed:
        unclear = verdict(self.vendor.name, self.call.operation, event).outcome is Outcome.UNKNOWN
        advice = advice.format(vendor=self.vendor.namespace)
        reason = self.call.stage + reason + after_reason(self.shown_request_id or shown_id(request_id, self.secrets))
        return Failed(event, kind(self.call.action, reason, advice, unclear=unclear, **more))
