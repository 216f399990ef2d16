"""The retry table: the first row of ``TABLE`` that fits decides whether a request is sent again.

The key is (vendor, operation, event). The event is an HTTP status, or a ``Failure``, whose groups say whether anything
was sent. The row gives the outcome of the request, the number of attempts, the wait between them, and whether the
vendor itself responded.

A request is sent again only where that does no harm: reads, token requests, updates (their values are absolute),
deletes, and any request that was certainly not carried out. A create of unknown outcome is sent once: the list of
objects decides whether it is sent again. A refusal that a wait or a new token may cure leaves a create unknown too: a
gateway may refuse although the create was carried out behind it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from typing import Final


class Operation(Enum):
    """The purpose of a request."""

    READ = "read"
    UPDATE = "update"
    DELETE = "delete"
    TOKEN = "token"  # noqa: S105
    CREATE = "create"
    ORDER = "order"  # a change of many objects: sent twice, it has the same effect


class Failure(Enum):
    """An event that is not an answer with an error status."""

    NO_CONNECTION = "no connection"
    NOT_RUNNING = "nothing listens on this machine"
    NOT_TRUSTED = "no secure connection"
    NOT_SENDABLE = "the request cannot be put into bytes"
    NO_TURN = "the limit leaves no room before the deadline"
    NOT_ANSWERING = "the vendor has given no sign of life, and was not asked"
    INTERRUPTED = "the client was closed"

    NOT_TAKEN = "the request was not taken in time"
    TIMED_OUT = "no answer in time"
    RESET = "the connection broke"
    CUT_OFF = "the answer ended too early"

    REDIRECT = "a redirect"
    TOO_LONG = "an answer that is too long"
    GARBLED = "an answer that cannot be decompressed"
    NOT_JSON = "success without JSON"
    WEB_PAGE = "success with a web page"
    OTHER_SHAPE = "success with JSON of another shape"

    UNSUCCESSFUL = "success that says unsuccessful"
    NOT_APPLIED = "success that does not say what was asked for"


Event = Failure | int


class Outcome(Enum):
    """The outcome of a request, as far as the event shows it."""

    DONE = "it is as it should be"
    NOT_DONE = "it was not carried out"
    UNKNOWN = "it may have been carried out"
    REFUSED = "the vendor refused"


class Wait(Enum):
    """The source of the wait before the next attempt."""

    NONE = "no further attempt"
    SHORT = "half a second"
    BACKOFF = "the number of failures"
    RETRY_AFTER = "Retry-After, else the number of failures"
    RESET = "Retry-After, else x-ratelimit-reset, else the number of failures"
    NEW_TOKEN = "no wait, but a new token"  # noqa: S105


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table: to the left the key, to the right the verdict.

    For a create that is sent once, ``wait`` is the wait that the caller must apply before it sends the create again.
    Where ``alive`` is False, the next attempt draws on the retry budget, and the circuit breaker counts a failure.
    """

    vendor: str  # empty for all vendors
    operations: frozenset[Operation]
    events: frozenset[Event]
    outcome: Outcome
    attempts: float  # how many may end with this row; UNBOUNDED ones end with the deadline
    wait: Wait
    alive: bool | None  # whether the vendor itself responded; None: the event says nothing about it


ONCE: Final = 1
# With the first token, and with a new one.
TWICE: Final = 2
A_FEW: Final = 3
# Telnyx advises five attempts for "being processed", and answers "in use" with the same status.
SOME: Final = 5
UNBOUNDED: Final = math.inf

ALL: Final = frozenset(Operation)
CREATES: Final = frozenset({Operation.CREATE, Operation.ORDER})
CHANGES: Final = frozenset({Operation.UPDATE, Operation.DELETE})
HARMLESS: Final = frozenset({Operation.READ, Operation.TOKEN})


def _of(*events: Event) -> frozenset[Event]:
    return frozenset(events)


# fmt: off
UNSENT: Final = _of(
    Failure.NO_CONNECTION, Failure.NOT_RUNNING, Failure.NOT_TRUSTED, Failure.NOT_SENDABLE,
    Failure.NO_TURN, Failure.NOT_ANSWERING, Failure.INTERRUPTED,
)
UNANSWERED: Final = _of(Failure.NOT_TAKEN, Failure.TIMED_OUT, Failure.RESET, Failure.CUT_OFF)
UNREADABLE: Final = _of(Failure.NOT_JSON, Failure.WEB_PAGE, Failure.GARBLED, Failure.OTHER_SHAPE)
BEYOND_READING: Final = _of(Failure.REDIRECT, Failure.TOO_LONG)
# The same in every vendor's retry advice; 502 is the gateway's word for 503.
PASSING: Final = _of(408, 500, 502, 503, 504)
SERVER: Final = _of(*range(500, 1000))
STATUSES: Final = _of(*range(100, 1000))

YES, NO, NEITHER = True, False, None

TABLE: Final = (
    # vendor     operation event                          outcome            attempts   wait            alive
    # Nothing was sent.
    Row("",         ALL,      _of(Failure.NO_CONNECTION),  Outcome.NOT_DONE,  UNBOUNDED, Wait.BACKOFF,     NO),
    Row("",         ALL,      _of(Failure.NOT_RUNNING),    Outcome.NOT_DONE,  A_FEW,     Wait.SHORT,       NO),
    Row("",         ALL,      UNSENT,                      Outcome.NOT_DONE,  ONCE,      Wait.NONE,        NEITHER),
    # A request was sent, and no complete answer came.
    Row("",         HARMLESS, UNANSWERED,                  Outcome.NOT_DONE,  UNBOUNDED, Wait.BACKOFF,     NO),
    Row("",         CHANGES,  UNANSWERED,                  Outcome.UNKNOWN,   UNBOUNDED, Wait.BACKOFF,     NO),
    Row("",         CREATES,  UNANSWERED,                  Outcome.UNKNOWN,   ONCE,      Wait.NONE,        NO),
    # A 2xx that cannot be read: broken JSON, a page of a gateway, another shape.
    Row("",         HARMLESS, UNREADABLE,                  Outcome.NOT_DONE,  A_FEW,     Wait.BACKOFF,     NO),
    Row("",         CHANGES,  UNREADABLE,                  Outcome.UNKNOWN,   A_FEW,     Wait.BACKOFF,     NO),
    Row("",         CREATES,  UNREADABLE,                  Outcome.UNKNOWN,   ONCE,      Wait.NONE,        NO),
    Row("",         HARMLESS, BEYOND_READING,              Outcome.NOT_DONE,  ONCE,      Wait.NONE,        NO),
    Row("",         ALL,      BEYOND_READING,              Outcome.UNKNOWN,   ONCE,      Wait.NONE,        NO),
    # A 2xx whose body reports failure.
    Row("",         ALL,      _of(Failure.UNSUCCESSFUL),   Outcome.REFUSED,   ONCE,      Wait.NONE,        YES),
    Row("",         CHANGES,  _of(Failure.NOT_APPLIED),    Outcome.UNKNOWN,   A_FEW,     Wait.BACKOFF,     YES),
    Row("",         ALL,      _of(Failure.NOT_APPLIED),    Outcome.UNKNOWN,   ONCE,      Wait.NONE,        YES),
    # Too many requests. Orders are of absolute values.
    Row("",         frozenset({Operation.ORDER}), _of(429), Outcome.NOT_DONE, UNBOUNDED, Wait.RESET,       YES),
    Row("",         CREATES,  _of(429),                    Outcome.UNKNOWN,   ONCE,      Wait.RESET,       YES),
    Row("",         ALL,      _of(429),                    Outcome.NOT_DONE,  UNBOUNDED, Wait.RESET,       YES),
    # A token that has expired or has another scope: the vendor's pages disagree on the status.
    Row("Telegent", CREATES,  _of(401, 403),               Outcome.UNKNOWN,   ONCE,      Wait.NEW_TOKEN,   YES),
    Row("Telegent", ALL - {Operation.TOKEN}, _of(401, 403), Outcome.REFUSED,  TWICE,     Wait.NEW_TOKEN,   YES),
    # The object to delete is not there; the account's list decides, because a 404 may be another account's.
    Row("",         frozenset({Operation.DELETE}), _of(404), Outcome.DONE,    ONCE,      Wait.NONE,        YES),
    # Another change is being processed.
    Row("Telnyx",   ALL - CREATES, _of(409),               Outcome.NOT_DONE,  SOME,      Wait.RETRY_AFTER, YES),
    # A failure of the service, which may have carried out the request. Telnyx advises to repeat every 5xx.
    Row("",         HARMLESS, PASSING,                     Outcome.NOT_DONE,  UNBOUNDED, Wait.RETRY_AFTER, NO),
    Row("",         CHANGES,  PASSING,                     Outcome.UNKNOWN,   UNBOUNDED, Wait.RETRY_AFTER, NO),
    Row("",         CREATES,  PASSING,                     Outcome.UNKNOWN,   ONCE,      Wait.NONE,        NO),
    Row("Telnyx",   HARMLESS, SERVER,                      Outcome.NOT_DONE,  UNBOUNDED, Wait.RETRY_AFTER, NO),
    Row("Telnyx",   CHANGES,  SERVER,                      Outcome.UNKNOWN,   UNBOUNDED, Wait.RETRY_AFTER, NO),
    Row("",         HARMLESS, SERVER,                      Outcome.NOT_DONE,  ONCE,      Wait.NONE,        NO),
    Row("",         ALL,      SERVER,                      Outcome.UNKNOWN,   ONCE,      Wait.NONE,        NO),
    # Every other status is a refusal.
    Row("",         ALL,      STATUSES,                    Outcome.REFUSED,   ONCE,      Wait.NONE,        YES),
)
# fmt: on

SUCCESS: Final = Row("", ALL, frozenset(range(200, 300)), Outcome.DONE, ONCE, Wait.NONE, YES)


def verdict(vendor: str, operation: Operation, event: Event) -> Row:
    """The first row that fits."""
    rows = (row for row in TABLE if event in row.events and operation in row.operations)
    return next(row for row in rows if row.vendor in {"", vendor})
