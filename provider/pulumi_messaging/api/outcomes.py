"""What became of a request, decided once: the first row of ``TABLE`` that fits.

The key is (vendor, operation, what happened). What happened is an HTTP status, or a ``Failure``: their groups say
whether anything was sent. The row says what became of what was asked for, how often the request may be made in all,
how long to wait in between, and whether it was a sign of life.

Made again is only what gives the same result when it is made twice: reads, token requests, updates (their values are
absolute) and deletes; and anything that was certainly not carried out. A create of unknown outcome is made once: only
the list of what exists can tell whether it must be made again. A no that passes by waiting or by a new token leaves its
outcome unknown too: a gateway may say it although the create was carried out behind it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from typing import Final


class Operation(Enum):
    """What a request is for."""

    READ = "read"
    UPDATE = "update"
    DELETE = "delete"
    TOKEN = "token"  # noqa: S105
    CREATE = "create"


class Failure(Enum):
    """What happens instead of an answer with an error status."""

    NO_CONNECTION = "no connection"
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

    SAID_NO = "success that says unsuccessful"
    NOT_APPLIED = "success that does not say what was asked for"


What = Failure | int


class Outcome(Enum):
    """What became of what was asked for."""

    DONE = "it is as it should be"
    NOT_DONE = "it was not carried out"
    UNKNOWN = "it may have been carried out"
    REFUSED = "the vendor said no"


class Wait(Enum):
    """What decides the wait before the request is made again."""

    NONE = "it is not made again"
    BACKOFF = "the number of failures"
    RETRY_AFTER = "Retry-After, else the number of failures"
    RESET = "Retry-After, else x-ratelimit-reset, else the number of failures"
    NEW_TOKEN = "no wait, but a new token"  # noqa: S105


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table: to the left what it is for, to the right the verdict.

    Attributes:
        vendor: Empty where it does not matter.
        operations: What the request was for.
        what: What happened.
        outcome: What became of what was asked for.
        attempts: How often the request may end so; without bound it ends with its deadline.
        wait: What decides the wait in between. A create that is made once has one for whoever makes it again.
        alive: Whether the vendor itself answered. What is no sign of life draws on the retry budget when it is made
            again; None: it says nothing of the vendor.
    """

    vendor: str
    operations: frozenset[Operation]
    what: frozenset[What]
    outcome: Outcome
    attempts: float
    wait: Wait
    alive: bool | None


ONCE: Final = 1
# A renewed token, or a web page of a gateway that is being replaced: what does not pass soon will not pass at all.
TWICE: Final = 2
A_FEW: Final = 3
# The vendor's own advice for "being processed", which its other "in use" cannot be told from.
SOME: Final = 5
UNBOUNDED: Final = math.inf

ALL: Final = frozenset(Operation)
CREATES: Final = frozenset({Operation.CREATE})
CHANGES: Final = frozenset({Operation.UPDATE, Operation.DELETE})
HARMLESS: Final = frozenset({Operation.READ, Operation.TOKEN})

UNSENT: Final = frozenset[What](
    {
        Failure.NO_CONNECTION,
        Failure.NOT_TRUSTED,
        Failure.NOT_SENDABLE,
        Failure.NO_TURN,
        Failure.NOT_ANSWERING,
        Failure.INTERRUPTED,
    }
)
UNANSWERED: Final = frozenset[What]({Failure.NOT_TAKEN, Failure.TIMED_OUT, Failure.RESET, Failure.CUT_OFF})
UNREADABLE: Final = frozenset[What]({Failure.NOT_JSON, Failure.WEB_PAGE, Failure.GARBLED, Failure.OTHER_SHAPE})
BEYOND_READING: Final = frozenset[What]({Failure.REDIRECT, Failure.TOO_LONG})
# The same in every vendor's retry advice; 502 is the gateway's word for 503.
PASSING: Final = frozenset[What]({408, 500, 502, 503, 504})
SERVER: Final = frozenset[What](range(500, 1000))
STATUSES: Final = frozenset[What](range(100, 1000))

YES, NO, NEITHER = True, False, None


def _of(*what: What) -> frozenset[What]:
    return frozenset(what)


# fmt: off
TABLE: Final = (
    # vendor     operation what happened                  outcome            attempts   wait            alive
    # Nothing was sent.
    Row("",         ALL,      _of(Failure.NO_CONNECTION),  Outcome.NOT_DONE,  UNBOUNDED, Wait.BACKOFF,     NO),
    Row("",         ALL,      UNSENT,                      Outcome.NOT_DONE,  ONCE,      Wait.NONE,        NEITHER),
    # It was sent, and no whole answer came.
    Row("",         HARMLESS, UNANSWERED,                  Outcome.NOT_DONE,  UNBOUNDED, Wait.BACKOFF,     NO),
    Row("",         CHANGES,  UNANSWERED,                  Outcome.UNKNOWN,   UNBOUNDED, Wait.BACKOFF,     NO),
    Row("",         CREATES,  UNANSWERED,                  Outcome.UNKNOWN,   ONCE,      Wait.NONE,        NO),
    # A success that cannot be read: broken JSON, a gateway's page, another shape.
    Row("",         HARMLESS, UNREADABLE,                  Outcome.NOT_DONE,  A_FEW,     Wait.BACKOFF,     NO),
    Row("",         CHANGES,  UNREADABLE,                  Outcome.UNKNOWN,   A_FEW,     Wait.BACKOFF,     NO),
    Row("",         CREATES,  UNREADABLE,                  Outcome.UNKNOWN,   ONCE,      Wait.NONE,        NO),
    Row("",         HARMLESS, BEYOND_READING,              Outcome.NOT_DONE,  ONCE,      Wait.NONE,        NO),
    Row("",         ALL,      BEYOND_READING,              Outcome.UNKNOWN,   ONCE,      Wait.NONE,        NO),
    # A success that is none.
    Row("",         ALL,      _of(Failure.SAID_NO),        Outcome.REFUSED,   ONCE,      Wait.NONE,        YES),
    Row("",         CHANGES,  _of(Failure.NOT_APPLIED),    Outcome.UNKNOWN,   A_FEW,     Wait.BACKOFF,     YES),
    Row("",         ALL,      _of(Failure.NOT_APPLIED),    Outcome.UNKNOWN,   ONCE,      Wait.NONE,        YES),
    # Too many requests. Telnyx's creates are bulk orders, whose values are absolute: made twice is made once.
    Row("Telnyx",   CREATES,  _of(429),                    Outcome.NOT_DONE,  UNBOUNDED, Wait.RESET,       YES),
    Row("",         CREATES,  _of(429),                    Outcome.UNKNOWN,   ONCE,      Wait.RESET,       YES),
    Row("",         ALL,      _of(429),                    Outcome.NOT_DONE,  UNBOUNDED, Wait.RESET,       YES),
    # A token that expired, or has another scope: sources contradict each other on the status.
    Row("Telegent", CREATES,  _of(401, 403),               Outcome.UNKNOWN,   ONCE,      Wait.NEW_TOKEN,   YES),
    Row("Telegent", ALL - {Operation.TOKEN}, _of(401, 403), Outcome.REFUSED,  TWICE,     Wait.NEW_TOKEN,   YES),
    # What was to be deleted is not there; the account's list has the last word (a 404 may be another account's).
    Row("",         frozenset({Operation.DELETE}), _of(404), Outcome.DONE,    ONCE,      Wait.NONE,        YES),
    # Another change is being processed.
    Row("Telnyx",   ALL - CREATES, _of(409),               Outcome.NOT_DONE,  SOME,      Wait.RETRY_AFTER, YES),
    # A failure of the service, which may have done its work all the same. Telnyx advises to repeat every 5xx.
    Row("",         HARMLESS, PASSING,                     Outcome.NOT_DONE,  UNBOUNDED, Wait.RETRY_AFTER, NO),
    Row("",         CHANGES,  PASSING,                     Outcome.UNKNOWN,   UNBOUNDED, Wait.RETRY_AFTER, NO),
    Row("",         CREATES,  PASSING,                     Outcome.UNKNOWN,   ONCE,      Wait.NONE,        NO),
    Row("Telnyx",   HARMLESS, SERVER,                      Outcome.NOT_DONE,  UNBOUNDED, Wait.RETRY_AFTER, NO),
    Row("Telnyx",   CHANGES,  SERVER,                      Outcome.UNKNOWN,   UNBOUNDED, Wait.RETRY_AFTER, NO),
    Row("",         HARMLESS, SERVER,                      Outcome.NOT_DONE,  ONCE,      Wait.NONE,        NO),
    Row("",         ALL,      SERVER,                      Outcome.UNKNOWN,   ONCE,      Wait.NONE,        NO),
    # Everything else that a vendor answers is its no.
    Row("",         ALL,      STATUSES,                    Outcome.REFUSED,   ONCE,      Wait.NONE,        YES),
)
# fmt: on

SUCCESS: Final = Row("", ALL, frozenset(range(200, 300)), Outcome.DONE, ONCE, Wait.NONE, YES)


def verdict(vendor: str, operation: Operation, what: What) -> Row:
    """The first row that fits."""
    return next(row for row in TABLE if row.vendor in {"", vendor} and operation in row.operations and what in row.what)
