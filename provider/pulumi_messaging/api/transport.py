"""The one HTTP transport of both vendors: ``HttpApi.call`` makes every request of this package.

- What became of a request, and whether it is made again, is decided by the table of ``outcomes``.
- Requests are exact; answers are read leniently, within the bounds of ``bounded``, and their cookies are not kept.
- Redirects are refused: a request carries credentials and may be a write. No httpx.Client is used: what it adds to a
  transport (redirects, cookies, the environment's passwords) is not wanted here.
- What goes wrong is told as one of ``errors``: this module knows which.
"""

from __future__ import annotations

import logging
import math
import threading
from typing import TYPE_CHECKING, Any, TypeVar

import httpx

from pulumi_messaging._version import __version__
from pulumi_messaging.api import failures
from pulumi_messaging.api.announce import Announcer
from pulumi_messaging.api.bodies import content_type, decoded, is_html, not_json, parsed
from pulumi_messaging.api.bounded import ENCODINGS, Bounded, NotKept
from pulumi_messaging.api.calls import Answer, Unreadable
from pulumi_messaging.api.clock import Clock
from pulumi_messaging.api.health import Health
from pulumi_messaging.api.network import network
from pulumi_messaging.api.outcomes import SUCCESS, UNSENT, Failure, Operation, Outcome, verdict
from pulumi_messaging.api.pace import NotMade, Pace
from pulumi_messaging.api.redaction import without
from pulumi_messaging.api.retry import Attempt, Retries
from pulumi_messaging.api.told import told_wait
from pulumi_messaging.errors import (
    AccessDenied,
    ApiError,
    ErrorAnswer,
    NoAnswer,
    NotApplied,
    NotFound,
    UnreadableAnswer,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulumi_messaging.api.calls import Call, Reply, Vendor
    from pulumi_messaging.api.failures import Words
    from pulumi_messaging.api.limiter import Limiter
    from pulumi_messaging.api.outcomes import Row, What

T = TypeVar("T")

_log = logging.getLogger(__name__)

HEADERS = {
    "User-Agent": f"pulumi-messaging/{__version__}",
    "Accept": "application/json",
    "Accept-Encoding": ENCODINGS,
}
TIMEOUT = httpx.Timeout(connect=5.0, read=30.0, write=10.0, pool=30.0)
DEADLINE = 300.0
KEPT_TEXT = 64 * 1024
SUCCESSES = range(200, 300)


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
        self._bounded = Bounded(transport or network(base_url, self.clock), timeout, self.clock, self._pace)

    def close(self) -> None:
        """Close the connections, and wake the calls that wait: they fail."""
        self._closed.set()
        self._bounded.close()
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
        last = self._retries.run(call.action, until, lambda: self._attempt(call, until, read))
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

    def _attempt(self, call: Call, until: float, read: Callable[[Answer], Any]) -> Attempt:
        attempt = self._asked(call, until, read)
        # A token that is given out says nothing about the service that it is for.
        if attempt.verdict.alive and call.operation is not Operation.TOKEN:
            self._health.answered()
        if attempt.verdict.alive is False and attempt.error is not None:
            self._health.failed(attempt.error.reason)
        return attempt

    def _asked(self, call: Call, until: float, read: Callable[[Answer], Any]) -> Attempt:
        if not_asked := self._not_asked(call):
            return not_asked
        try:
            reply = self._sent(call, until)
            if call.auth is not None and call.auth.denied(reply.status):
                reply = self._sent(call, until)
        except NotMade as not_made:
            return self._not_made(call, not_made.failure, not_made.reason)
        except httpx.TransportError as error:
            return self._no_answer(call, error)
        except NotKept as not_kept:
            return self._failed(call, not_kept.failure, self._unreadable(call, not_kept.failure, str(not_kept)))
        if reply.status in SUCCESSES:
            return self._success(call, reply, read)
        return self._error_answer(call, reply)

    def _sent(self, call: Call, until: float) -> Reply:
        headers = HEADERS
        if call.auth is not None:
            headers = {**headers, "Authorization": f"Bearer {call.auth.bearer(call.action, until)}"}
        request = httpx.Request(call.method, self.base_url + call.path, headers=headers, json=call.body)
        reply = self._bounded.send(request, call, until)
        _log.info("%s %s: %d", call.method, request.url, reply.status)
        return reply

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

    def _success(self, call: Call, reply: Reply, read: Callable[[Answer], Any]) -> Attempt:
        try:
            value = parsed(reply.content)
        except ValueError:
            failure = Failure.WEB_PAGE if is_html(reply) else Failure.NOT_JSON
            return self._failed(call, failure, self._unreadable(call, failure, not_json(reply), decoded(reply.content)))
        try:
            return Attempt(SUCCESS, read(Answer(reply.status, value, reply.content, reply.headers)))
        except Unreadable as unreadable:
            return self._failed(call, unreadable.failure, unreadable.error)

    def _error_answer(self, call: Call, reply: Reply) -> Attempt:
        status = reply.status
        words, said = self._words(call, reply)
        if call.scope and failures.BY_STATUS.get(status) is AccessDenied:
            said += f" to a fresh token for {call.scope}"
        told = told_wait(reply.headers, self._verdict(call, status).wait, self.clock)
        if told is not None:
            said += f" and asked to wait {math.ceil(told)} s"
        error = self._refused(call, status, status, words, said, page=is_html(reply))
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
        if call.operation is Operation.TOKEN:
            words = words.without_tokens()
        reason = f"{call.stage}{self.vendor.name} answered {status}{words.said(self._secrets_of(call))}{said}"
        unclear, of_another = self._unclear(call, what), bool(call.stage)
        return kind(call.action, reason, advice, status=status, code=words.code, unclear=unclear, of_another=of_another)

    def _unreadable(self, call: Call, failure: Failure, what: str, text: str = "") -> UnreadableAnswer:
        """The error for an answer that is not what the vendor documents."""
        advice = failures.CHECK_URL.format(vendor=self.vendor.name.lower())
        # A content type or the host of a redirect is the vendor's word too.
        what = without(what, self._secrets_of(call))
        reason = f"{call.stage}{self.vendor.name} answered {what}"
        unclear = self._unclear(call, failure)
        return UnreadableAnswer(call.action, reason, advice, text=text[:KEPT_TEXT], unclear=unclear)

    def _words(self, call: Call, reply: Reply) -> tuple[Words, str]:
        """The vendor's words in an error answer; of a web page only that it is one, and nothing of a raw body."""
        if is_html(reply):
            kind = without(content_type(reply), self._secrets_of(call))
            return failures.Words(), f" with {kind} instead of JSON"
        try:
            return self.vendor.words(parsed(reply.content)), ""
        except ValueError:
            text = decoded(reply.content).strip()
        # JSON that is broken or cut off is no sentence, and what answers a request for a token may hold one.
        quotable = call.operation is not Operation.TOKEN and text[:1] not in {"{", "[", '"'}
        return failures.Words(text if quotable else ""), ""

    def _secrets_of(self, call: Call) -> tuple[str, ...]:
        return self._secrets + call.secrets + (call.auth.secrets if call.auth else ())


NOT_MADE_ADVICE = {
    Failure.NO_TURN: failures.MORE_TIME,
    Failure.NOT_ANSWERING: failures.CHECK_CONNECTION,
    Failure.INTERRUPTED: failures.AGAIN,
}
