"""Telegent's tokens: one for each endpoint URL, requested once for all threads (single flight)."""

from __future__ import annotations

import base64
import json
import math
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pulumi_messaging.api.call import Auth
from pulumi_messaging.api.clock import Clock
from pulumi_messaging.api.failures import LATER
from pulumi_messaging.api.retry_table import Operation, Wait, verdict
from pulumi_messaging.errors import ApiError, NoAnswer

EARLY = 30.0
# For a token whose end cannot be read, or is past by this machine's clock: the vendor's pages speak of minutes.
UNKNOWN_LIFE = 60.0
EXPIRY_FORMAT = "%m/%d/%Y %I:%M:%S %p"


@dataclass(frozen=True, slots=True)
class Token:
    """A token, and the seconds that it is valid from now on."""

    text: str = field(repr=False)
    life: float


class Tokens:
    """The tokens of one account. ``fetch`` requests one for an endpoint URL, on behalf of an action with a deadline."""

    def __init__(self, fetch: Callable[[str, str, float], Token], clock: Clock) -> None:
        self._fetch = fetch
        self._clock = clock
        self._lock = threading.Lock()
        self._flights: dict[str, SingleFlight] = {}

    def get(self, endpoint: str, action: str, deadline: float) -> str:
        """A valid token; the first of the threads that need it at the same time requests it for all.

        Raises:
            ApiError: No token can be had. The error names ``action``, whichever thread's request failed.
        """
        with self._lock:
            flight = self._flights.get(endpoint)
            needed = flight is None or (flight.token.done() and self._clock.monotonic() >= flight.until)
            if flight is None or needed:
                flight = self._flights[endpoint] = SingleFlight()
        if needed:
            self._fly(flight, endpoint, action, deadline)
        try:
            return flight.token.result(max(0.0, deadline - self._clock.monotonic())).text
        except ApiError as error:
            raise error.during(action) from None
        except TimeoutError:
            raise NoAnswer(action, f"no token for {endpoint} in time", LATER, sent=False) from None

    def drop(self, endpoint: str, text: str) -> None:
        """Forget a refused token, unless another thread has renewed it already."""
        with self._lock:
            flight = self._flights.get(endpoint)
            if flight is not None and flight.held is not None and flight.held.text == text:
                del self._flights[endpoint]

    def _fly(self, flight: SingleFlight, endpoint: str, action: str, deadline: float) -> None:
        try:
            token = self._fetch(endpoint, action, deadline)
        except BaseException as error:
            flight.token.set_exception(error)
            raise
        # Half a life early at most, so that a short-lived token can be used at all.
        flight.until = self._clock.monotonic() + token.life - min(EARLY, token.life / 2)
        flight.held = token
        flight.token.set_result(token)


@dataclass(slots=True)
class SingleFlight:
    """One request for a token. The next one follows after ``until``; after a failure, at once."""

    token: Future[Token] = field(default_factory=Future, repr=False)
    held: Token | None = None
    until: float = -math.inf


class EndpointToken(Auth):
    """Authenticates one call with its endpoint's token, and renews the token once where the retry table says so."""

    def __init__(self, tokens: Tokens, endpoint: str, operation: Operation) -> None:
        self._tokens = tokens
        self._endpoint = endpoint
        self._operation = operation
        self._token = ""
        self._renewed = False

    def bearer(self, action: str, deadline: float) -> str:
        """A valid token of the endpoint."""
        self._token = self._tokens.get(self._endpoint, action, deadline)
        self.secrets = tuple({*self.secrets, self._token})
        return self._token

    def denied(self, status: int) -> bool:
        """Forget a refused token; whether the request is sent once more with a new one.

        A denied create is not sent again here: if its caller sends it again, it gets a new token.
        """
        row = verdict("Telegent", self._operation, status)
        if row.wait is not Wait.NEW_TOKEN or self._renewed:
            return False
        self._renewed = True
        self._tokens.drop(self._endpoint, self._token)
        return row.attempts > 1


def life(token: str, expiry: Any, now: float) -> float:
    """The seconds that a token is valid: by its own ``exp``, else by ``tokenExpiry``, in UTC without a zone."""
    exp = _exp(token)
    end = _expiry(expiry) if exp is None else exp
    return end - now if end is not None and end > now else UNKNOWN_LIFE


def _exp(token: str) -> float | None:
    """The ``exp`` claim, where the token is a JWT."""
    payload = token.split(".")[1] if token.count(".") == 2 else ""  # noqa: PLR2004
    try:
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        end = float(claims["exp"])
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return None
    return end if math.isfinite(end) else None


def _expiry(text: Any) -> float | None:
    try:
        return datetime.strptime(str(text), EXPIRY_FORMAT).replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None
