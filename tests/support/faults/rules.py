"""The outcome of each cell of the matrix of faults: read from the contract, not from the code."""

from __future__ import annotations

from pulumi_messaging_emulator.fault_kinds import PLANNED as KINDS

# Outcomes.
DONE = "done"
# Said to be done by a vendor who did not do it; the next refresh finds out.
BELIEVED = "believed"
# An error, and nothing has changed.
UNDONE = "error, nothing done"
# An error, although it was done: the vendor said no.
DENIED_AND_DONE = "error, done"
# It was done, whether that is found out or not.
EITHER = "done, or error and done"
ONCE, EVER = "once", "ever"


def _statuses(*statuses: int) -> frozenset[str]:
    return frozenset(kind for kind in KINDS if kind.split("-")[0] in map(str, statuses))


# Kinds of faults.
PASSING = _statuses(408, 500, 502, 503, 504)
LIMITED = _statuses(429)
DENIED = _statuses(401, 403) | {"expired-token", "wrong-scope"}
WRONG = _statuses(400, 422)
BUSY = _statuses(409)
NOT_FOUND = frozenset({"404", "404-empty"})
GATEWAY_404 = frozenset({"404-html"})
BROKEN = frozenset({"timeout", "reset", "closed", "half"})
UNREADABLE = frozenset({"200-cut", "200-empty", "200-html", "200-text", "200-list"})
UNSENT = frozenset({"refused"})
NO = frozenset({"unsuccessful"})
LATE = frozenset({"delay", "list-lag", "stale-read"})
FALSE = frozenset({"unchanged"})
# Each kind is in one family.
FAMILIES = (
    PASSING,
    LIMITED,
    DENIED,
    WRONG,
    BUSY,
    NOT_FOUND,
    GATEWAY_404,
    BROKEN,
    UNREADABLE,
    UNSENT,
    NO,
    LATE,
    FALSE,
)
# The vendor says how long to wait.
TOLD = frozenset({"429-retry-after", "429-retry-date", "429-reset", "429-reset-epoch", "503-retry-after"})
UNCLEAR = PASSING | BROKEN | UNREADABLE
EVERY = frozenset(KINDS)
# The body of an error that persists makes no difference to the outcome.
PERSISTING = frozenset(
    kind for kind in KINDS if not kind.endswith(("-empty", "-html")) or kind.startswith(("2", "404"))
)

# Requests.
TOKEN = frozenset({"createToken"})
CREATE = frozenset({"createMessageRoute"})
ROUTE_UPDATE = frozenset({"updateMessageRoute"})
NUMBER_UPDATE = frozenset({"updateMessaging"})
UPDATE = ROUTE_UPDATE | NUMBER_UPDATE
DELETE = frozenset({"deleteMessageRoute"})
READ = frozenset({"listMessageRoutes", "getMessageRoute", "listInventory", "retrieveMessaging"})
WRITE = CREATE | UPDATE | DELETE
TELEGENT = TOKEN | CREATE | ROUTE_UPDATE | DELETE | READ - {"retrieveMessaging"}
TELNYX = frozenset({"retrieveMessaging", "updateMessaging"})
ANY = TELEGENT | TELNYX

# Requests, kinds, position (None: both), how often (None: both), and the outcome. The first row that fits counts.
RULES: list[tuple[frozenset[str], frozenset[str], str | None, str | None, str]] = [
    # Nothing is lost by being late, and lists and reads that lag are nothing to rely on.
    (ANY, LATE, None, None, DONE),
    # Telnyx knows no 200 that says no: JSON of another shape.
    (TELNYX & READ, NO, None, ONCE, DONE),
    (NUMBER_UPDATE, NO, None, ONCE, DONE),
    (NUMBER_UPDATE, NO, "after", EVER, DONE),
    # A write that the vendor confirms and does not do: Telnyx's answer shows it, Telegent's is not to be trusted.
    (NUMBER_UPDATE, FALSE, None, None, UNDONE),
    (WRITE, FALSE, None, None, BELIEVED),
    (ANY, FALSE, None, None, DONE),
    # Reads and tokens are asked for again, unless the answer is a clear no.
    (READ | TOKEN, PASSING | BROKEN | UNSENT | LIMITED, None, ONCE, DONE),
    (READ | TOKEN, UNREADABLE, None, ONCE, DONE),
    # A token that is not accepted is renewed once.
    (TELEGENT - TOKEN, DENIED, "before", ONCE, DONE),
    # After every answer to a create that may be followed by another one the list is asked whether the route is there.
    (CREATE, LIMITED | DENIED, "after", None, DONE),
    (READ & TELEGENT, DENIED, "after", ONCE, DONE),
    # Telnyx says 409 while another change is in progress.
    (TELNYX, BUSY, None, ONCE, DONE),
    (READ | TOKEN, EVERY, None, None, UNDONE),
    # An unclear write is resolved: updates and deletes are repeated, creates looked for in the list.
    (WRITE, UNCLEAR, None, ONCE, DONE),
    # So many requests without an answer in a row end the asking, also for what would have told that it is done.
    (UPDATE | DELETE, PASSING | BROKEN, "after", EVER, EITHER),
    (WRITE, UNCLEAR, "after", EVER, DONE),
    (WRITE, UNCLEAR, "before", EVER, UNDONE),
    (WRITE, UNSENT, None, ONCE, DONE),
    (WRITE, UNSENT, None, EVER, UNDONE),
    (WRITE, LIMITED, "before", ONCE, DONE),
    (WRITE, LIMITED, "before", EVER, UNDONE),
    # A clear no is believed; whatever the vendor did nevertheless, the next run finds, and asks for a made route.
    (WRITE, EVERY, "before", None, UNDONE),
    (UPDATE | DELETE, LIMITED, "after", ONCE, DONE),
    (ROUTE_UPDATE | DELETE, DENIED, "after", ONCE, DONE),
    (DELETE, NOT_FOUND | GATEWAY_404, "after", None, DONE),
    (WRITE, EVERY, "after", None, DENIED_AND_DONE),
]
# Cells that differ, by operation: its own way of finding out.
EXCEPTIONS: dict[tuple[str, str], list[tuple[frozenset[str], str | None, str | None, str]]] = {
    # A list is not the last word about an object that can be read singly, unless this vendor is not asked any more.
    ("read route", "listMessageRoutes"): [
        (PASSING | BROKEN | UNSENT, None, EVER, EITHER),
        (EVERY, None, None, DONE),
    ],
    ("create number", "listMessaging"): [
        (PASSING | BROKEN | UNSENT, None, EVER, UNDONE),
        (EVERY, None, None, DONE),
    ],
    # A read that lags shows a value of before us, and what is not ours any more is left as it is.
    ("delete number", "retrieveMessaging"): [(frozenset({"stale-read"}), None, None, BELIEVED)],
}


def expected_of(operation: str, request: str, kind: str, position: str, often: str) -> str:
    """The outcome of a cell, by the first row that fits."""
    rows = [(frozenset({request}), *row) for row in EXCEPTIONS.get((operation, request), [])]
    return next(
        outcome
        for requests, kinds, where, times, outcome in [*rows, *RULES]
        if request in requests and kind in kinds and where in (None, position) and times in (None, often)
    )
