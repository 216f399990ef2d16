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
# An error after a create; the object is in the state, and the next run does the rest.
MADE = "error, made"
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
ROUTE_CREATE, PROFILE_CREATE = frozenset({"createMessageRoute"}), frozenset({"createProfile"})
CREATE = ROUTE_CREATE | PROFILE_CREATE
TELEGENT_UPDATE = frozenset({"updateMessageRoute", "updateNumber"})
TELNYX_UPDATE = frozenset({"updateMessaging", "updateProfile"})
UPDATE = TELEGENT_UPDATE | TELNYX_UPDATE
ROUTE_DELETE, PROFILE_DELETE = frozenset({"deleteMessageRoute"}), frozenset({"deleteProfile"})
DELETE = ROUTE_DELETE | PROFILE_DELETE
TELEGENT_READ = frozenset({"listMessageRoutes", "getMessageRoute", "listInventory", "getNumber"})
TELNYX_READ = frozenset(
    {"listMessaging", "retrieveMessaging", "listProfiles", "retrieveProfile", "listProfilePhoneNumbers"}
)
READ = TELEGENT_READ | TELNYX_READ
WRITE = CREATE | UPDATE | DELETE
TELEGENT = TOKEN | ROUTE_CREATE | TELEGENT_UPDATE | ROUTE_DELETE | TELEGENT_READ
TELNYX = PROFILE_CREATE | TELNYX_UPDATE | PROFILE_DELETE | TELNYX_READ
ANY = TELEGENT | TELNYX

# Requests, kinds, position (None: both), how often (None: both), and the outcome. The first row that fits counts.
RULES: list[tuple[frozenset[str], frozenset[str], str | None, str | None, str]] = [
    # Nothing is lost by being late, and lists and reads that lag are nothing to rely on.
    (ANY, LATE, None, None, DONE),
    # Telnyx knows no 200 that says no: JSON of another shape.
    (TELNYX, NO, None, ONCE, DONE),
    (TELNYX & WRITE, NO, "after", EVER, DONE),
    # A write that the vendor confirms and does not do: Telnyx's answer shows it, Telegent's is not to be trusted.
    (TELNYX_UPDATE, FALSE, None, None, UNDONE),
    (WRITE, FALSE, None, None, BELIEVED),
    (ANY, FALSE, None, None, DONE),
    # Reads and tokens are asked for again, unless the answer is a clear no.
    (READ | TOKEN, PASSING | BROKEN | UNSENT | LIMITED, None, ONCE, DONE),
    (READ | TOKEN, UNREADABLE, None, ONCE, DONE),
    # A token that is not accepted is renewed once.
    (TELEGENT - TOKEN, DENIED, "before", ONCE, DONE),
    # After every answer to a create that may be followed by another one the list is asked whether the object is there.
    (CREATE, LIMITED, "after", None, DONE),
    (ROUTE_CREATE, DENIED, "after", None, DONE),
    (TELEGENT_READ, DENIED, "after", ONCE, DONE),
    # Telnyx says 409 while another change is in progress; only a create is not sent again.
    (TELNYX - CREATE, BUSY, None, ONCE, DONE),
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
    # A clear no is believed; whatever the vendor did nevertheless, the next run finds, and asks for a made object.
    (WRITE, EVERY, "before", None, UNDONE),
    (UPDATE | DELETE, LIMITED, "after", ONCE, DONE),
    (TELEGENT_UPDATE | ROUTE_DELETE, DENIED, "after", ONCE, DONE),
    (DELETE, NOT_FOUND | GATEWAY_404, "after", None, DONE),
    (WRITE, EVERY, "after", None, DENIED_AND_DONE),
]
# Cells that differ, by operation: its own way of finding out.
Exceptions = list[tuple[frozenset[str], str | None, str | None, str]]
# A list is not the last word about objects that can be read singly, unless this vendor is not asked any more.
_SINGLY: Exceptions = [(PASSING | BROKEN | UNSENT, None, EVER, UNDONE), (EVERY, None, None, DONE)]
_READ_SINGLY: Exceptions = [(PASSING | BROKEN | UNSENT, None, EVER, EITHER), (EVERY, None, None, DONE)]
# A read that lags shows a value of before us, and what is not ours any more is left as it is.
_LAGGING: Exceptions = [(frozenset({"stale-read"}), None, None, BELIEVED)]
# What no order does is written singly, unless this vendor is not asked any more.
_ORDERS: Exceptions = [(UNSENT, None, EVER, UNDONE), (EVERY, None, None, DONE)]
# An order whose progress cannot be read is waited for by nobody, unless the vendor does not know it; the numbers
# themselves tell what became of it, as long as the vendor is asked.
_POLLS: Exceptions = [
    (LATE | FALSE | NOT_FOUND, None, None, DONE),
    (PASSING | BROKEN | UNSENT | LIMITED | UNREADABLE | NO | BUSY, None, ONCE, DONE),
    (PASSING | BROKEN, "after", EVER, EITHER),
    (UNSENT, None, EVER, UNDONE),
    (EVERY, "after", None, DONE),
    (EVERY, "before", None, UNDONE),
]
EXCEPTIONS: dict[tuple[str, str], Exceptions] = {
    ("read route", "listMessageRoutes"): _READ_SINGLY,
    ("read profile", "listProfiles"): _READ_SINGLY,
    ("adopt profile", "listProfiles"): _SINGLY,
    ("create number", "listMessaging"): _SINGLY,
    ("create group", "listMessaging"): _SINGLY,
    ("read group", "listMessaging"): _SINGLY,
    ("update group", "listMessaging"): _SINGLY,
    ("delete group", "listMessaging"): [*_LAGGING, *_SINGLY],
    ("create routed group", "listInventory"): _SINGLY,
    ("read routed group", "listInventory"): _SINGLY,
    ("delete routed group", "listInventory"): _SINGLY,
    ("delete number", "retrieveMessaging"): _LAGGING,
    ("restore profile", "retrieveProfile"): _LAGGING,
    ("extend group", "listMessaging"): _SINGLY,
    ("shorten group", "retrieveMessaging"): _LAGGING,
    ("create ordered group", "createBulkUpdate"): _ORDERS,
    ("create ordered group", "retrieveBulkUpdate"): _POLLS,
    ("delete ordered group", "createBulkUpdate"): _ORDERS,
    ("delete ordered group", "retrieveBulkUpdate"): _POLLS,
    # A number may have been bought just now.
    ("create routed number", "getNumber"): [(NOT_FOUND, None, ONCE, DONE)],
    ("extend routed group", "getNumber"): [(NOT_FOUND, None, None, DONE)],  # the inventory is asked as well
    # No read shows a secret.
    ("create secret profile", "updateProfile"): [(UNREADABLE | NO, "after", EVER, DENIED_AND_DONE)],
}
# A write that follows the create of an object.
SECOND_WRITES = {("create secret profile", "updateProfile")}


def expected_of(operation: str, request: str, kind: str, position: str, often: str) -> str:
    """The outcome of a cell, by the first row that fits."""
    rows = [(frozenset({request}), *row) for row in EXCEPTIONS.get((operation, request), [])]
    outcome = next(
        outcome
        for requests, kinds, where, times, outcome in [*rows, *RULES]
        if request in requests and kind in kinds and where in (None, position) and times in (None, often)
    )
    return MADE if outcome == UNDONE and (operation, request) in SECOND_WRITES else outcome
