"""The one HTTP transport of both vendors: ``HttpApi`` makes every request of this package.

- Each attempt ends with a result or with one ``Failed``; the retry table decides whether another one follows.
- Requests are exact. Answers are read leniently, within the bounds of ``bounded``; their cookies are not kept.
- Redirects are refused: a request carries credentials and may be a write. httpx.Client is not used: its additions
  (redirects, cookies, passwords of the environment) are not wanted here.
"""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Callable
from copy import copy
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, Self, TypeVar

import httpx

from pulumi_messaging._version import __version__
from pulumi_messaging.api.announce import Announcer
from pulumi_messaging.api.bodies import Answer, Reply, content_type, decoded, is_html, not_json, parsed
from pulumi_messaging.api.bounded import ENCODINGS, Bounded, Exchange, NotKept
from pulumi_messaging.api.call import Call, Vendor
from pulumi_messaging.api.circuit_breaker import CircuitBreaker
from pulumi_messaging.api.clock import Clock
from pulumi_messaging.api.failures import BY_STATUS, Failed, Failures, Refusal
from pulumi_messaging.api.given_secrets import GivenSecrets
from pulumi_messaging.api.header_times import requested_wait
from pulumi_messaging.api.limiter import Limiter
from pulumi_messaging.api.network import network
from pulumi_messaging.api.outage import OutageTeller
from pulumi_messaging.api.redaction import sent_secrets
from pulumi_messaging.api.request_log import RequestLog, shown_path
from pulumi_messaging.api.retry import Attempt, Retries
from pulumi_messaging.api.retry_table import CHANGES, SUCCESS, Event, Failure, Operation, verdict
from pulumi_messaging.api.throttle import NotSent, Throttle
from pulumi_messaging.api.words import Words, request_id
from pulumi_messaging.core.tables import TABLES
from pulumi_messaging.errors import AccessDenied, ApiError, NotFound
from pulumi_messaging.settings import TelegentSettings, TelnyxSettings

T = TypeVar("T")

_log = logging.getLogger(__name__)

HEADERS = {"User-Agent": f"pulumi-messaging/{__version__}", "Accept": "application/json", "Accept-Encoding": ENCODINGS}
TIMEOUT = httpx.Timeout(connect=5.0, read=30.0, write=10.0, pool=30.0)
SUCCESSES = range(200, 300)


class HttpApi:
    """One vendor's API over one connection pool; any thread may make calls.

    Args:
        vendor: The differences between vendors.
        settings: The account, the URL of the API, and the longest that a call may take, with all its attempts, waits
            and tokens.
        transport: Answers the requests in place of the network.
        clock: Time, for waits and deadlines.
        timeout: In seconds, by phase.
        limiter: Limits the requests a minute; None: only the vendor's headers do.
        log: Where all requests are logged; None: nowhere.
        secrets: The secrets of the account: no error text repeats them.
    """

    def __init__(
        self,
        vendor: Vendor,
        settings: TelegentSettings | TelnyxSettings,
        transport: httpx.BaseTransport | None,
        *,
        clock: Clock | None,
        timeout: httpx.Timeout,
        limiter: Limiter | None = None,
        log: RequestLog | None = None,
        secrets: tuple[str, ...] = (),
    ) -> None:
        self._vendor = vendor = replace(vendor, account=settings.account)
        self._base_url = settings.base_url
        self._host = httpx.URL(settings.base_url).netloc.decode("ascii")
        self._seconds = settings.timeout_seconds
        self._request_log = log
        self.latest: Callable[[], float] = lambda: math.inf  # moment of the clock's ``monotonic`` that ends all calls
        self._secrets = secrets
        self.given_secrets = GivenSecrets()  # those of the program
        # Called with an id of the account wherever an answer shows one, and with the id of the object it is about.
        self.on_account: Callable[[str, str], None] = lambda _account, _object: None
        # Called with the headers of every answer, and the moment of the clock's ``now`` when they came.
        self.on_answer: Callable[[httpx.Headers, float], object] = lambda _headers, _now: None
        self._understood = threading.Event()  # set by the first answer that is as documented
        self._closed = threading.Event()
        self.clock = clock or Clock(sleep=self._closed.wait)
        announcer = Announcer(self.clock, lambda line: self.given_secrets.without(line))  # noqa: PLW0108 - set later
        self._breaker = CircuitBreaker(self.clock)
        self._throttle = Throttle(vendor.name, self.clock, announcer, limiter, vendor.namespace)
        self._retries = Retries(self.clock, self._breaker, self._throttle.by_headers, announcer)
        transport = transport or network(settings.base_url, self.clock)
        self._teller = OutageTeller(vendor.name, self._breaker, self._closed.wait)
        self._bounded = Bounded(transport, timeout, self.clock, self._throttle, self._breaker)

    def interrupt(self) -> None:
        """Wake the calls that wait: they fail. Requests under way get their answers."""
        self._closed.set()

    def until(self, latest: Callable[[], float]) -> Self:
        """The same client, whose calls all end at the moment ``latest()`` of the clock's ``monotonic``."""
        other = copy(self)
        other.latest = latest
        return other

    def used_requests(self) -> tuple[int, int] | None:
        """The requests of this account in the last minute, from this machine, and their limit; None without one."""
        return self._throttle.used()

    def close(self) -> None:
        """Close the connections, and wake the calls that wait: they fail."""
        self.interrupt()
        self._bounded.close()
        self._throttle.close()

    def _call(self, call: Call, read: Callable[[Call, Answer], T], deadline: float | None = None) -> T:
        """Make a call, with the attempts that the retry table allows; the ApiError of the last one where all fail.

        ``read`` returns the result of an answer, or raises a ``Failed`` that ``_failures`` makes. ``deadline`` is that
        of the call on whose behalf this one is made.
        """
        until = min(self.clock.monotonic() + self._seconds if deadline is None else deadline, self.latest())
        with self._teller.call():
            last = self._retries.run(
                call.action, until, lambda number: self._attempt(replace(call, attempt=number), until, read)
            )
        if last.error is not None:
            raise last.error from None
        result: T = last.result
        return result

    def _failures(self, call: Call, headers: httpx.Headers | None = None) -> Failures:
        """Makes the errors of a call; ``headers`` are those of its answer, where there is one."""
        secrets = (*self._secrets, *(call.auth.secrets if call.auth else ()))
        body = call.body or {}
        secrets = (*secrets, *sent_secrets(body, TABLES), *self.given_secrets.sent(body))
        hide = partial(self.given_secrets.without, in_quotes=True)
        return Failures(call, self._vendor, self._host, secrets, request_id(headers or {}), hide)

    def _unreadable(self, call: Call, what: str, answer: Answer | None = None, *, keeps: bool = True) -> Failed:
        """A successful answer of another shape than documented; ``what`` follows "answered".

        The error keeps the answer for a search, but not one that may hold credentials.
        """
        headers, text = (answer.headers, answer.text if keeps else "") if answer else (None, "")
        return self._failures(call, headers).unreadable(Failure.OTHER_SHAPE, what, text)

    def _wrong_url(self, call: Call, until: float) -> str:  # noqa: ARG002
        """The advice where a 404 is about the base URL; "" where it is about an object of the account."""
        return ""

    def _attempt(self, call: Call, until: float, read: Callable[[Call, Answer], Any]) -> Attempt:
        try:
            self._check_open(call)
            attempt = Attempt(SUCCESS, self._read(call, until, read))
            self._understood.set()
        except Failed as failed:
            row = verdict(self._vendor.name, call.operation, failed.event)
            attempt = Attempt(row, error=failed.error, requested=failed.requested)
        # The answer to a token request says nothing about the endpoint that the token is valid for.
        if attempt.verdict.alive and call.operation is not Operation.TOKEN:
            self._breaker.responded()
        if attempt.verdict.alive is False and attempt.error is not None:
            self._breaker.failed(attempt.error.reason)
        return attempt

    def _check_open(self, call: Call) -> None:
        """Refuse a request of a closed client, or to a vendor that no longer responds."""
        if self._closed.is_set():
            raise self._failures(call).not_sent(Failure.INTERRUPTED, "interrupted")
        # The request that needs a token has been let through already.
        if call.operation is not Operation.TOKEN and not self._breaker.allows():
            failed = f"{self._breaker.failures} requests in a row failed, the last one: {self._breaker.last}"
            reason = f"{self._vendor.name} is out of reach or out of service ({failed})"
            raise self._failures(call).not_sent(Failure.NOT_ANSWERING, reason)

    def _reply(self, call: Call, until: float) -> Reply:
        """The answer; where it denies the token, the request is sent once more with a new one."""
        reply = self._sent(call, until)
        if call.auth is not None and call.auth.denied(reply.status):
            try:
                reply = self._sent(call, until)
            except ApiError as error:  # no new token: a gateway may have denied a change that was carried out
                raise replace(error, unclear=error.unclear or call.operation in CHANGES) from None
        return reply

    def _sent(self, call: Call, until: float) -> Reply:
        headers = HEADERS
        if call.auth is not None:
            headers = {**headers, "Authorization": f"Bearer {call.auth.bearer(call.action, until)}"}
        request = httpx.Request(call.method, self._base_url + call.path, headers=headers, json=call.body)
        exchange, event = Exchange(), None
        try:
            return self._exchanged(request, call, until, exchange)
        except Failed as failed:
            event = failed.event
            raise
        finally:
            self._write_log(call, exchange, event)
            if exchange.headers is not None:
                self.on_answer(exchange.headers, self.clock.now())

    def _exchanged(self, request: httpx.Request, call: Call, until: float, exchange: Exchange) -> Reply:
        try:
            reply = self._bounded.send(request, call, until, exchange)
        except NotSent as error:
            raise self._failures(call).not_sent(error.failure, error.reason) from None
        except httpx.TransportError as error:
            raise self._failures(call, exchange.headers).no_answer(error) from None
        except NotKept as error:
            raise self._failures(call, exchange.headers).unreadable(error.failure, error.text) from None
        shown = self.given_secrets.without(str(request.url), in_quotes=True)
        _log.info("%s %s: %d", call.method, shown, reply.status)
        return reply

    def _write_log(self, call: Call, exchange: Exchange, event: Event | None) -> None:
        if self._request_log is None or exchange.left is None:
            return
        took = self.clock.monotonic() - exchange.left
        self._request_log.write(
            time=datetime.fromtimestamp(self.clock.now() - took, UTC).isoformat(timespec="milliseconds"),
            vendor=self._vendor.name,
            method=call.method,
            path=self.given_secrets.without(shown_path(call.path), in_quotes=True),
            fields=list(call.body or ()),
            attempt=call.attempt,
            milliseconds=round(took * 1000),
            status=exchange.status,
            requestId=self._failures(call, exchange.headers).shown_request_id or None,
            failed=event.value if isinstance(event, Failure) else None,
        )

    def _read(self, call: Call, until: float, read: Callable[[Call, Answer], T]) -> T:
        reply = self._reply(call, until)
        if reply.status not in SUCCESSES:
            raise self._refused(call, reply, until)
        try:
            value = parsed(reply.content)
        except ValueError:
            failure = Failure.WEB_PAGE if is_html(reply) else Failure.NOT_JSON
            text = decoded(reply.content)
            raise self._failures(call, reply.headers).unreadable(failure, not_json(reply), text) from None
        return read(call, Answer(reply.status, value, reply.content, reply.headers))

    def _refused(self, call: Call, reply: Reply, until: float) -> Failed:
        status, more = reply.status, ""
        if call.scope and BY_STATUS.get(status) is AccessDenied:
            more += f" to a fresh token for {call.scope}"
        wait = requested_wait(reply.headers, verdict(self._vendor.name, call.operation, status).wait, self.clock)
        if wait is not None:
            more += f" and asked to wait {math.ceil(wait)} s"
        page = content_type(reply) if is_html(reply) else ""
        wrong_url = self._wrong_url(call, until) if BY_STATUS.get(status) is NotFound else ""
        refusal = Refusal(status, self._words(call, reply), more, page, wrong_url, wait)
        return self._failures(call, reply.headers).refused(status, refusal)

    def _words(self, call: Call, reply: Reply) -> Words:
        """The vendor's words in an error answer: none of a web page, and nothing of broken JSON."""
        if is_html(reply):
            return Words()
        try:
            return self._vendor.words(parsed(reply.content))
        except ValueError:
            text = decoded(reply.content).strip()
        # Broken JSON is no sentence, and plain text in place of a token may be the token.
        quotable = call.operation is not Operation.TOKEN and text[:1] not in {"{", "[", '"'}
        return Words(text if quotable else "")
