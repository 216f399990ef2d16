"""The one HTTP transport of both vendors: ``HttpApi.call`` makes every request of this package.

- Timeouts by phase, and a bound on the size and the time of an answer.
- Redirects are refused: a request carries credentials and may be a write.
- Proxies and certificates come from the environment (``HTTPS_PROXY``, ``ALL_PROXY``, ``NO_PROXY``, ``SSL_CERT_FILE``);
  a loopback host is never asked through a proxy.
- Requests are exact; answers are read leniently, and their cookies are not kept.
"""

from __future__ import annotations

import json
import math
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from urllib.request import getproxies, proxy_bypass

import httpx

from pulumi_messaging._version import __version__
from pulumi_messaging.api import failures
from pulumi_messaging.api.retry import Clock, Retries, told_wait
from pulumi_messaging.errors import (
    AccessDenied,
    ApiError,
    ConfigurationError,
    ErrorAnswer,
    InvalidInput,
    NoAnswer,
    NotFound,
    Problem,
    UnreadableAnswer,
)
from pulumi_messaging.settings import is_loopback

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pulumi_messaging.api.failures import Words

USER_AGENT = f"pulumi-messaging/{__version__}"
TIMEOUT = httpx.Timeout(connect=5.0, read=30.0, write=10.0, pool=30.0)
ANSWER_SECONDS = 120.0
ONE_OBJECT = 1024 * 1024
A_LIST = 64 * 1024 * 1024
KEPT_TEXT = 64 * 1024
REDIRECTS = range(300, 400)
SUCCESS = range(200, 300)
# The same in every vendor's retry advice: timeouts, too many requests, passing failures of the service.
PASSING = frozenset({408, 429, 500, 502, 503, 504})


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
        passing: Statuses after which a repeatable call is made again.
    """

    name: str
    credentials: str
    words: Callable[[Any], Words]
    passing: frozenset[int] = PASSING


@dataclass(frozen=True, slots=True)
class Call:
    """One operation of one endpoint.

    Attributes:
        action: What it does to which object, in the infinitive.
        method: The HTTP method.
        path: Path and query below the base URL, percent-encoded.
        body: The JSON object to send, or None.
        auth: What authenticates it.
        repeatable: Whether making it twice gives the same result as making it once.
        secrets: Secrets in its body.
        longest: The largest answer read, in bytes.
        stage: For a call made on behalf of another one: what it was for, in front of the reason.
        scope: The URL its token is valid for, named where access is denied.
    """

    action: str
    method: str
    path: str
    body: Mapping[str, Any] | None = None
    auth: SecretAuth | None = None
    repeatable: bool = True
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
class Attempt:
    """What one attempt came to: an answer, or an error and whether to try again."""

    answer: Answer | None = None
    error: ApiError | None = None
    again: bool = False
    status: int | None = None
    wait: float | None = None

    @property
    def reason(self) -> str:
        """Why it failed."""
        return self.error.reason if self.error else ""


class HttpApi:
    """One vendor's API over one connection pool; every call may come from any thread.

    Args:
        vendor: What differs between vendors.
        base_url: Without a slash at the end.
        transport: Answers the requests in place of the network.
        clock: Time, for waits and deadlines.
        timeout: By phase.
        secrets: What no error text may hold, besides what calls and their authentication name.
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
    ) -> None:
        self.vendor = vendor
        self.base_url = base_url
        self._closed = threading.Event()
        self.clock = clock or Clock(sleep=self._closed.wait)
        self._host = httpx.URL(base_url).netloc.decode("ascii")
        self._secrets = secrets
        self._retries = Retries(self.clock)
        self._client = httpx.Client(
            transport=BoundedTransport(transport or network(base_url), self.clock),
            timeout=timeout,
            headers={"User-Agent": USER_AGENT, "Accept": "application/json"},
            follow_redirects=False,
            trust_env=False,  # proxies and certificates are read in network()
        )

    def close(self) -> None:
        """Close the connections, and wake the calls that wait for another attempt: they fail."""
        self._closed.set()
        self._client.close()

    def call(self, call: Call) -> Answer:
        """Make a call, again where that is safe, and return its answer.

        Raises:
            ApiError: What came back instead.
        """
        last = self._retries.run(call, lambda: self._attempt(call))
        if last.error is not None:
            raise last.error from None
        assert last.answer is not None
        return last.answer

    def refuse(self, call: Call, status: int, words: Words, said: str = "", *, page: bool = False) -> ErrorAnswer:
        """The error for an answer that says no; ``page``: said by a web page."""
        kind = failures.BY_STATUS.get(status, ErrorAnswer)
        advice = failures.advice(status, self.vendor.name, self.vendor.credentials)
        if kind is NotFound and (page or call.stage):
            # No word about the object: nobody may conclude from it that the object is gone.
            kind, advice = ErrorAnswer, failures.CHECK_URL.format(vendor=self.vendor.name.lower())
        reason = f"{call.stage}{self.vendor.name} answered {status}{words.said(self._secrets_of(call))}{said}"
        return kind(call.action, reason, advice, status=status, code=words.code)

    def unreadable(self, call: Call, what: str, text: str = "") -> UnreadableAnswer:
        """The error for an answer that is not what the vendor documents."""
        advice = failures.CHECK_URL.format(vendor=self.vendor.name.lower())
        reason = f"{call.stage}{self.vendor.name} answered {what}"
        return UnreadableAnswer(call.action, reason, advice, text=text[:KEPT_TEXT])

    def _attempt(self, call: Call) -> Attempt:
        if self._closed.is_set():
            return Attempt(error=NoAnswer(call.action, f"{call.stage}interrupted", failures.AGAIN, sent=False))
        try:
            response = self._client.request(
                call.method,
                self.base_url + call.path,
                json=call.body,
                auth=call.auth,
                extensions={LONGEST: call.longest},
            )
        except httpx.TransportError as error:
            return self._no_answer(call, error)
        except NotKept as error:
            return Attempt(error=self.unreadable(call, str(error)))
        if response.status_code in SUCCESS:
            return self._success(call, response)
        return self._error_answer(call, response)

    def _no_answer(self, call: Call, error: httpx.TransportError) -> Attempt:
        row = failures.broken(error)
        said = failures.one_line(str(error), self._secrets_of(call))
        reason = call.stage + row.text.format(host=self._host, detail=f" ({said})" if said else "")
        advice = failures.CHECK_CERTIFICATE if failures.is_certificate(error) else failures.CHECK_CONNECTION
        return Attempt(
            error=NoAnswer(call.action, reason, advice.format(vendor=self.vendor.name.lower()), sent=row.sent),
            again=row.again and (call.repeatable or not row.sent),
        )

    def _success(self, call: Call, response: httpx.Response) -> Attempt:
        try:
            value = _json(response.content)
        except ValueError:
            return Attempt(error=self.unreadable(call, _not_json(response), response.text))
        return Attempt(answer=Answer(response.status_code, value, response.text, response.headers))

    def _error_answer(self, call: Call, response: httpx.Response) -> Attempt:
        status = response.status_code
        words, said = self._words(response)
        if call.scope and failures.BY_STATUS.get(status) is AccessDenied:
            said += f" to a fresh token for {call.scope}"
        wait = told_wait(response, self.clock)
        if wait is not None:
            said += f" and asked to wait {math.ceil(wait)} s"
        error = self.refuse(call, status, words, said, page=_is_html(response))
        again = status == 429 or (call.repeatable and status in self.vendor.passing)  # noqa: PLR2004
        return Attempt(error=error, again=again, status=status, wait=wait)

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


LONGEST = "pulumi_messaging_longest"


class NotKept(Exception):
    """An answer that is not kept; the text says why."""


class BoundedTransport(httpx.BaseTransport):
    """Reads answers whole, decompressed, up to the call's size and within a time; refuses redirects, drops cookies."""

    def __init__(self, inner: httpx.BaseTransport, clock: Clock) -> None:
        self._inner = inner
        self._clock = clock

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request through the inner transport."""
        longest = request.extensions[LONGEST]
        deadline = self._clock.monotonic() + ANSWER_SECONDS
        response = self._inner.handle_request(request)
        response.request = request
        body = bytearray()
        try:
            # Refused here: httpx reads the location even where it does not follow it, and fails on a malformed one.
            if response.status_code in REDIRECTS:
                raise NotKept(_redirect(response))
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > longest:
                    raise NotKept(f"with more than {longest // 1024} KiB")
                if self._clock.monotonic() > deadline:
                    raise httpx.ReadTimeout("the answer takes too long", request=request)
        except httpx.DecodingError:
            raise NotKept("with a body that cannot be decompressed") from None
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
