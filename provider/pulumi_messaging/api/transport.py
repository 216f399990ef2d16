"""The one HTTP transport of both vendors: ``HttpApi.call`` makes every request of this package.

- Timeouts by phase, and a bound on the size and the time of an answer.
- Redirects are refused: a request carries credentials and may be a write.
- What became of a request, and whether it is made again, is decided by the table of ``outcomes``.
- Proxies and certificates come from the environment (``HTTPS_PROXY``, ``ALL_PROXY``, ``NO_PROXY``, ``SSL_CERT_FILE``);
  a loopback host is never asked through a proxy.
- Requests are exact; answers are read leniently, and their cookies are not kept.
"""

from __future__ import annotations

import json
import math
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote
from urllib.request import getproxies, proxy_bypass

import httpx

from pulumi_messaging._version import __version__
from pulumi_messaging.api import failures
from pulumi_messaging.api.announce import Announcer
from pulumi_messaging.api.clock import Clock
from pulumi_messaging.api.health import Health
from pulumi_messaging.api.outcomes import SUCCESS, UNSENT, Failure, Operation, Outcome, verdict
from pulumi_messaging.api.pace import NotMade, Pace
from pulumi_messaging.api.retry import Attempt, Retries
from pulumi_messaging.api.told import told_wait
from pulumi_messaging.errors import (
    AccessDenied,
    ApiError,
    ConfigurationError,
    ErrorAnswer,
    InvalidInput,
    NoAnswer,
    NotApplied,
    NotFound,
    Problem,
    UnreadableAnswer,
)
from pulumi_messaging.settings import is_loopback

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pulumi_messaging.api.failures import Words
    from pulumi_messaging.api.limiter import Limiter
    from pulumi_messaging.api.outcomes import Row, What

T = TypeVar("T")

USER_AGENT = f"pulumi-messaging/{__version__}"
TIMEOUT = httpx.Timeout(connect=5.0, read=30.0, write=10.0, pool=30.0)
DEADLINE = 300.0
ANSWER_SECONDS = 120.0
ONE_OBJECT = 1024 * 1024
A_LIST = 64 * 1024 * 1024
KEPT_TEXT = 64 * 1024
REDIRECTS = range(300, 400)
SUCCESSES = range(200, 300)


class SecretAuth(httpx.Auth):
    """Authentication that knows which secrets it sent, so that no error repeats them."""

    secrets: tuple[str, ...] = ()


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
    body: Mapping[str, Any] | None = None
    auth: SecretAuth | None = None
    endpoint: str = ""
    secrets: tuple[str, ...] = ()
    longest: int = ONE_OBJECT
    stage: str = ""
    scope: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """A successful answer: its status, its JSON value, its text and its headers."""

    status: int
    value: Any
    text: str
    headers: httpx.Headers


@dataclass(frozen=True, slots=True)
class Sending:
    """What the layers below a call know of it, as its request's extension ``SENDING``."""

    call: Call
    deadline: float


SENDING = "pulumi_messaging"


class Unreadable(Exception):
    """A success that cannot be read: raised while an answer is read, and told as ``error``."""

    def __init__(self, failure: Failure, error: ApiError) -> None:
        super().__init__()
        self.failure = failure
        self.error = error


class HttpApi:
    """One vendor's API over one connection pool; every call may come from any thread.

    Args:
        vendor: What differs between vendors.
        base_url: Without a slash at the end.
        transport: Answers the requests in place of the network.
        clock: Time, for waits and deadlines.
        timeout: By phase.
        secrets: What no error text may hold, besides what calls and their authentication name.
        seconds: The longest that a call may take, all its attempts, waits and tokens included.
        limiter: Requests a minute, where they are limited beforehand.
    """

    def __init__(
        self,
        vendor: Vendor,
        base_url: str,
        *,
        transport: httpx.BaseTransport | None = None,
        clock: Clock | None = None,
        timeout: httpx.Timeout = TIMEOUT,
        secrets: tuple[str, ...] = (),
        seconds: float = DEADLINE,
        limiter: Limiter | None = None,
    ) -> None:
        self.vendor = vendor
        self.base_url = base_url
        self._closed = threading.Event()
        self.clock = clock or Clock(sleep=self._closed.wait)
        self._host = httpx.URL(base_url).netloc.decode("ascii")
        self._secrets = secrets
        self._seconds = seconds
        announcer = Announcer(self.clock)
        self._health = Health(self.clock)
        self._pace = Pace(vendor.name, self.clock, announcer, limiter)
        self._retries = Retries(self.clock, self._health, self._pace.gate, announcer)
        self._client = httpx.Client(
            transport=BoundedTransport(transport or network(base_url), self.clock, self._pace),
            timeout=timeout,
            headers={"User-Agent": USER_AGENT, "Accept": "application/json"},
            follow_redirects=False,
            trust_env=False,  # proxies and certificates are read in network()
        )

    def close(self) -> None:
        """Close the connections, and wake the calls that wait: they fail."""
        self._closed.set()
        self._client.close()
        self._pace.close()

    def call(self, call: Call, read: Callable[[Answer], T], deadline: float | None = None) -> T:
        """Make a call, again where the table says so, and return what ``read`` makes of its answer.

        Args:
            call: What to ask.
            read: Raises what ``unreadable``, ``said_no`` and ``not_applied`` return.
            deadline: That of the call on whose behalf this one is made.

        Raises:
            ApiError: What came back instead.
        """
        until = self.clock.monotonic() + self._seconds if deadline is None else deadline
        last = self._retries.run(call.action, until, lambda: self._attempt(Sending(call, until), read))
        if last.error is not None:
            raise last.error from None
        result: T = last.result
        return result

    def unreadable(self, call: Call, what: str, text: str = "") -> Unreadable:
        """A success that is not what the vendor documents; ``what`` follows "answered"."""
        return Unreadable(Failure.OTHER_SHAPE, self._unreadable(call, Failure.OTHER_SHAPE, what, text))

    def said_no(self, call: Call, status: int, words: Words, said: str) -> Unreadable:
        """A success that says that it is none."""
        return Unreadable(Failure.SAID_NO, self._refused(call, Failure.SAID_NO, status, words, said))

    def not_applied(self, call: Call, what: str, advice: str) -> Unreadable:
        """A success that does not say what was asked for."""
        reason = f"{self.vendor.name} answered {what}"
        error = NotApplied(call.action, reason, advice, unclear=self._unclear(call, Failure.NOT_APPLIED))
        return Unreadable(Failure.NOT_APPLIED, error)

    def _attempt(self, sending: Sending, read: Callable[[Answer], Any]) -> Attempt:
        attempt = self._asked(sending, read)
        # A token that is given out says nothing about the service that it is for.
        if attempt.verdict.alive and sending.call.operation is not Operation.TOKEN:
            self._health.answered()
        if attempt.verdict.alive is False and attempt.error is not None:
            self._health.failed(attempt.error.reason)
        return attempt

    def _asked(self, sending: Sending, read: Callable[[Answer], Any]) -> Attempt:
        call = sending.call
        if not_asked := self._not_asked(call):
            return not_asked
        try:
            response = self._client.request(
                call.method, self.base_url + call.path, json=call.body, auth=call.auth, extensions={SENDING: sending}
            )
        except NotMade as not_made:
            return self._not_made(call, not_made.failure, not_made.reason)
        except httpx.TransportError as error:
            return self._no_answer(call, error)
        except NotKept as not_kept:
            return self._failed(call, not_kept.failure, self._unreadable(call, not_kept.failure, str(not_kept)))
        if response.status_code in SUCCESSES:
            return self._success(call, response, read)
        return self._error_answer(call, response)

    def _not_asked(self, call: Call) -> Attempt | None:
        """What a request comes to that need not be sent."""
        if self._closed.is_set():
            return self._not_made(call, Failure.INTERRUPTED, "interrupted")
        # A token is asked for on behalf of a request that has been let through.
        if call.operation is Operation.TOKEN or self._health.may_ask():
            return None
        failed = f"{self._health.failures} requests in a row failed, the last one: {self._health.last}"
        reason = f"{self.vendor.name} is out of reach or out of service ({failed}), and this one was not sent"
        return self._not_made(call, Failure.NOT_ANSWERING, reason)

    def _not_made(self, call: Call, failure: Failure, reason: str) -> Attempt:
        advice = NOT_MADE_ADVICE[failure].format(vendor=self.vendor.name.lower())
        return self._failed(call, failure, NoAnswer(call.action, f"{call.stage}{reason}", advice, sent=False))

    def _no_answer(self, call: Call, error: httpx.TransportError) -> Attempt:
        failure, text = failures.broken(error)
        said = failures.one_line(str(error), self._secrets_of(call))
        reason = call.stage + text.format(host=self._host, detail=f" ({said})" if said else "")
        advice = failures.CHECK_CERTIFICATE if failure is Failure.NOT_TRUSTED else failures.CHECK_CONNECTION
        advice = advice.format(vendor=self.vendor.name.lower())
        # Of a token request it does not matter whether it was sent: what it was for has not been.
        sent = failure not in UNSENT and call.operation is not Operation.TOKEN
        unclear = self._unclear(call, failure)
        return self._failed(call, failure, NoAnswer(call.action, reason, advice, sent=sent, unclear=unclear))

    def _success(self, call: Call, response: httpx.Response, read: Callable[[Answer], Any]) -> Attempt:
        try:
            value = _json(response.content)
        except ValueError:
            failure = Failure.WEB_PAGE if _is_html(response) else Failure.NOT_JSON
            return self._failed(call, failure, self._unreadable(call, failure, _not_json(response), response.text))
        try:
            return Attempt(SUCCESS, read(Answer(response.status_code, value, response.text, response.headers)))
        except Unreadable as unreadable:
            return self._failed(call, unreadable.failure, unreadable.error)

    def _error_answer(self, call: Call, response: httpx.Response) -> Attempt:
        status = response.status_code
        words, said = self._words(response)
        if call.scope and failures.BY_STATUS.get(status) is AccessDenied:
            said += f" to a fresh token for {call.scope}"
        told = told_wait(response.headers, self._verdict(call, status).wait, self.clock)
        if told is not None:
            said += f" and asked to wait {math.ceil(told)} s"
        error = self._refused(call, status, status, words, said, page=_is_html(response))
        return self._failed(call, status, error, told)

    def _failed(self, call: Call, what: What, error: ApiError, told: float | None = None) -> Attempt:
        return Attempt(self._verdict(call, what), error=error, told=told)

    def _verdict(self, call: Call, what: What) -> Row:
        return verdict(self.vendor.name, call.operation, what)

    def _unclear(self, call: Call, what: What) -> bool:
        return self._verdict(call, what).outcome is Outcome.UNKNOWN

    def _refused(
        self, call: Call, what: What, status: int, words: Words, said: str, *, page: bool = False
    ) -> ErrorAnswer:
        """The error for an answer that says no; ``page``: said by a web page."""
        kind = failures.BY_STATUS.get(status, ErrorAnswer)
        advice = failures.advice(status, self.vendor.name, self.vendor.credentials)
        if kind is NotFound and (page or call.stage):
            # No word about the object: nobody may conclude from it that the object is gone.
            kind, advice = ErrorAnswer, failures.CHECK_URL.format(vendor=self.vendor.name.lower())
        reason = f"{call.stage}{self.vendor.name} answered {status}{words.said(self._secrets_of(call))}{said}"
        return kind(call.action, reason, advice, status=status, code=words.code, unclear=self._unclear(call, what))

    def _unreadable(self, call: Call, failure: Failure, what: str, text: str = "") -> UnreadableAnswer:
        """The error for an answer that is not what the vendor documents."""
        advice = failures.CHECK_URL.format(vendor=self.vendor.name.lower())
        reason = f"{call.stage}{self.vendor.name} answered {what}"
        unclear = self._unclear(call, failure)
        return UnreadableAnswer(call.action, reason, advice, text=text[:KEPT_TEXT], unclear=unclear)

    def _words(self, response: httpx.Response) -> tuple[Words, str]:
        """The vendor's words in an error answer; of a web page only that it is one."""
        if _is_html(response):
            return failures.Words(), f" with {_content_type(response)} instead of JSON"
        try:
            return self.vendor.words(_json(response.content)), ""
        except ValueError:
            return failures.Words(response.text), ""

    def _secrets_of(self, call: Call) -> tuple[str, ...]:
        return self._secrets + call.secrets + (call.auth.secrets if call.auth else ())


NOT_MADE_ADVICE = {
    Failure.NO_TURN: failures.MORE_TIME,
    Failure.NOT_ANSWERING: failures.CHECK_CONNECTION,
    Failure.INTERRUPTED: failures.AGAIN,
}


class NotKept(Exception):
    """An answer that is not kept; the text says why."""

    def __init__(self, failure: Failure, text: str) -> None:
        super().__init__(text)
        self.failure = failure


class BoundedTransport(httpx.BaseTransport):
    """Sends a request when it may leave, and reads its answer whole.

    Decompressed, up to the call's size and within a time; redirects are refused, cookies dropped.
    """

    def __init__(self, inner: httpx.BaseTransport, clock: Clock, pace: Pace) -> None:
        self._inner = inner
        self._clock = clock
        self._pace = pace

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request through the inner transport."""
        sending: Sending = request.extensions[SENDING]
        call, headers = sending.call, None
        place = self._pace.enter(call.endpoint, call.action, sending.deadline)
        try:
            left = sending.deadline - self._clock.monotonic()
            if left <= 0:
                raise NotMade(Failure.NO_TURN, "the time for the call was used up by waiting")
            phases = request.extensions.get("timeout", {})
            request.extensions["timeout"] = {
                phase: left if seconds is None else min(left, seconds) for phase, seconds in phases.items()
            }
            response = self._read(request, call.longest, min(left, ANSWER_SECONDS))
            headers = response.headers
            return response
        finally:
            self._pace.over(place, headers)

    def _read(self, request: httpx.Request, longest: int, seconds: float) -> httpx.Response:
        deadline = self._clock.monotonic() + seconds
        response = self._inner.handle_request(request)
        response.request = request
        body = bytearray()
        try:
            # Refused here: httpx reads the location even where it does not follow it, and fails on a malformed one.
            if response.status_code in REDIRECTS:
                raise NotKept(Failure.REDIRECT, _redirect(response))
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > longest:
                    raise NotKept(Failure.TOO_LONG, f"with more than {longest // 1024} KiB")
                if self._clock.monotonic() > deadline:
                    raise httpx.ReadTimeout("the answer takes too long", request=request)
        except httpx.DecodingError:
            raise NotKept(Failure.GARBLED, "with a body that cannot be decompressed") from None
        finally:
            response.close()
        gone = {"content-encoding", "content-length", "transfer-encoding", "set-cookie"}
        headers = [(name, value) for name, value in response.headers.multi_items() if name.lower() not in gone]
        return httpx.Response(response.status_code, headers=headers, content=bytes(body))

    def close(self) -> None:
        """Close the inner transport."""
        self._inner.close()


def network(base_url: str) -> httpx.BaseTransport:
    """The network as the environment describes it: its proxy for this host, and its certificates."""
    url = httpx.URL(base_url)
    proxies = getproxies()
    proxy = None
    if not is_loopback(url.host) and not proxy_bypass(url.host):
        proxy = proxies.get(url.scheme) or proxies.get("all")
    if proxy and "://" not in proxy:
        proxy = f"http://{proxy}"
    try:
        # Plain http is for loopback hosts, where certificates would be loaded (0.05 s) and never looked at.
        return httpx.HTTPTransport(verify=url.scheme == "https", proxy=proxy or None, trust_env=True)
    except (ValueError, ImportError, httpx.InvalidURL, OSError):
        # The text of these errors may hold the proxy's password.
        raise ConfigurationError(
            "the proxy of the environment (HTTPS_PROXY, ALL_PROXY) or its certificates (SSL_CERT_FILE, SSL_CERT_DIR)"
            f" cannot be used for {url.host}: give an http:// or https:// proxy URL and readable files"
        ) from None


def checked_id(value: str, what: str) -> str:
    """An id as it is sent: not empty, no control characters.

    Raises:
        InvalidInput: ``what`` names the id.
    """
    if not value.strip():
        raise InvalidInput(what, (Problem("id", "is empty"),))
    if not value.isprintable():
        raise InvalidInput(what, (Problem("id", "holds a control character"),))
    return value


def segment(value: str, what: str) -> str:
    """An id as one segment of a path or one value of a query."""
    if checked_id(value, what) in {".", ".."}:
        raise InvalidInput(what, (Problem("id", "is not an id"),))
    return quote(value, safe="")


def _json(content: bytes) -> Any:
    """JSON, with or without a byte order mark; of duplicate keys the last one counts."""
    try:
        return json.loads(content)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _content_type(response: httpx.Response) -> str:
    return failures.one_line(response.headers.get("Content-Type", "").partition(";")[0]) or "no content type"


def _is_html(response: httpx.Response) -> bool:
    return "html" in _content_type(response).lower() or response.content.lstrip()[:1] == b"<"


def _not_json(response: httpx.Response) -> str:
    if not response.content.strip():
        return f"{response.status_code} with an empty body"
    kind = _content_type(response)
    if "json" in kind.lower():
        return f"{response.status_code} with broken JSON"
    return f"{response.status_code} with {kind} instead of JSON"


def _redirect(response: httpx.Response) -> str:
    """Names the redirect's host only: a location may carry credentials."""
    try:
        host = httpx.URL(response.headers.get("Location", "")).host
    except httpx.InvalidURL:
        host = ""
    target = f" to {failures.one_line(host)}" if host else ""
    return f"{response.status_code}, a redirect{target}, which was not followed"
