"""Every fault of the emulator in every request of every operation, before the commit and after it, once and for ever.

`RULES` says what each cell comes to; it is read from the contract, not from the code. What holds in every cell whatever
it comes to stands in `_check`: no second route, nothing of others touched, errors of one line that tell no secret,
bounded requests and time, and a next run that ends where it should.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from fault_world import PASSWORD, USER, World

from pulumi_messaging.emulator.faults import KINDS as FAULTS
from pulumi_messaging.emulator.faults import PLANNED as KINDS
from pulumi_messaging.errors import MessagingError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FIRST, ON_DEFAULT = "+15550100001", "+15550100002"
NUMBER_ID = "1293384261075731502"
DEFAULT, ALERTS = "7d0c4c1e-5a51-4a51-9f4e-0c7b3f0a1d22", "c4a1f0de-2b6d-4c0e-8f57-6a9d2b1c4e10"
OLD, NEW = "https://hooks.example.com/old", "https://hooks.example.com/new"
NAME = "it-0123456"
GIVEN_NAME = {
    "routeName": NAME,
    "messageUrl": OLD,
    "messageUrlMethod": "POST",
    "messageAuthenticationType": "Basic",
    "messageUsername": USER,
    "messagePasswordToken": PASSWORD,
    "onDestroy": "delete",
}
ROUTE = {**GIVEN_NAME, "__autoname": NAME}
NUMBER = {"phoneNumber": ON_DEFAULT, "messagingProfileId": ALERTS, "onDestroy": "restore"}
# What nobody declared, and nobody may therefore change.
UNMANAGED_ROUTE = {"CallbackMessageUrl": "https://theirs.example.com/in", "InboundBypass": True}
UNMANAGED_NUMBER = {"tags": ["theirs"]}
ALWAYS = 400
# Seconds that an operation may take.
DEADLINE = 300
# How every token of the emulator begins.
ANY_TOKEN = "eyJhbGci"

# Operations ----------------------------------------------------------------------------------------------------------

Values = dict[str, Any]


@dataclass(frozen=True)
class Operation:
    """What a resource does, the requests it needs when nothing goes wrong, and what is there when it is done.

    `begin` makes what is to be there before and answers what the state holds of it.
    """

    begin: Callable[[World], Values]
    act: Callable[[World, Values], Any]
    requests: int
    done: Callable[[World], bool]


def _route(world: World) -> Values | None:
    """The one route of our name; a second one is never right."""
    found = [route for route in world.control("GET", "state")["routes"] if route["RouteName"] == NAME]
    assert len(found) <= 1, f"{len(found)} routes of one name"
    return found[0] if found else None


def _number(world: World) -> Values:
    numbers = world.control("GET", "state")["numbers"]
    number: Values = next(number for number in numbers if number["id"] == NUMBER_ID)
    return number


def _nothing(world: World) -> Values:
    return {}


def _made_route(world: World) -> Values:
    route_id, outputs = world.routes().create(ROUTE)
    world.control("PATCH", f"routes/{route_id}", UNMANAGED_ROUTE)
    return {"id": route_id, "held": outputs}


def _made_flagged_route(world: World) -> Values:
    """A route with a managed flag: the list does not tell flags, so it takes a read of its own."""
    route_id, outputs = world.routes().create({**ROUTE, "inboundBypass": True})
    world.control("PATCH", f"routes/{route_id}", UNMANAGED_ROUTE)
    return {"id": route_id, "held": outputs}


def _lost_route(world: World) -> Values:
    made = _made_route(world)
    world.control("DELETE", f"routes/{made['id']}")
    return made


def _made_number(world: World) -> Values:
    number_id, outputs = world.numbers().create(NUMBER)
    return {"id": number_id, "held": outputs}


def _url(expected: str | None) -> Callable[[World], bool]:
    def reached(world: World) -> bool:
        route = _route(world)
        return (route["MessageUrl"] if route else None) == expected

    return reached


def _profile(expected: str) -> Callable[[World], bool]:
    return lambda world: bool(_number(world)["messaging_profile_id"] == expected)


def _read(reading: Any) -> Any:
    return reading and reading.inputs


OPERATIONS = {
    "create route": Operation(_nothing, lambda w, _: w.routes().create(ROUTE)[0], 4, _url(OLD)),
    "create named route": Operation(_nothing, lambda w, _: w.routes().create(GIVEN_NAME)[0], 4, _url(OLD)),
    "read route": Operation(_made_route, lambda w, s: _read(w.routes().read(s["id"], s["held"])), 2, _url(OLD)),
    "read flagged route": Operation(
        _made_flagged_route, lambda w, s: _read(w.routes().read(s["id"], s["held"])), 4, _url(OLD)
    ),
    "read lost route": Operation(_lost_route, lambda w, s: _read(w.routes().read(s["id"], s["held"])), 4, _url(None)),
    "update route": Operation(
        _made_route,
        lambda w, s: w.routes().update(s["id"], s["held"], {**ROUTE, "messageUrl": NEW})["messageUrl"],
        2,
        _url(NEW),
    ),
    "delete route": Operation(_made_route, lambda w, s: w.routes().delete(s["id"], s["held"]), 5, _url(None)),
    "create number": Operation(_nothing, lambda w, _: w.numbers().create(NUMBER)[0], 2, _profile(ALERTS)),
    "read number": Operation(
        _made_number, lambda w, s: _read(w.numbers().read(s["id"], s["held"])), 1, _profile(ALERTS)
    ),
    "update number": Operation(
        _made_number,
        lambda w, s: w.numbers().update(s["id"], s["held"], {**NUMBER, "messagingProfileId": ""})["messagingProfileId"],
        1,
        lambda w: _number(w)["messaging_profile_id"] is None,
    ),
    "delete number": Operation(_made_number, lambda w, s: w.numbers().delete(s["id"], s["held"]), 2, _profile(DEFAULT)),
}
# The request of the operation in which the fault fires.
CELLS = [
    ("create route", "createToken"),
    ("create route", "listMessageRoutes"),
    ("create route", "createMessageRoute"),
    ("create named route", "createMessageRoute"),
    ("read route", "listMessageRoutes"),
    ("read flagged route", "getMessageRoute"),
    ("read lost route", "listMessageRoutes"),
    ("update route", "createToken"),
    ("update route", "updateMessageRoute"),
    ("delete route", "listInventory"),
    ("delete route", "deleteMessageRoute"),
    ("create number", "retrieveMessaging"),
    ("create number", "updateMessaging"),
    ("read number", "retrieveMessaging"),
    ("update number", "updateMessaging"),
    ("delete number", "retrieveMessaging"),
    ("delete number", "updateMessaging"),
]

# What is expected ----------------------------------------------------------------------------------------------------

DONE = "done"
# Said to be done by a vendor who did not do it; the next refresh finds out.
BELIEVED = "believed"
# An error, and nothing has changed.
UNDONE = "error, nothing done"
# An error, although it was done: the vendor said no.
DENIED_AND_DONE = "error, done"
# It was done, whether that is found out or not.
EITHER = "done, or error and done"


def _statuses(*statuses: int) -> frozenset[str]:
    return frozenset(kind for kind in KINDS if kind.split("-")[0] in map(str, statuses))


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
# The vendor says how long to wait.
TOLD = frozenset({"429-retry-after", "429-retry-date", "429-reset", "429-reset-epoch", "503-retry-after"})
UNCLEAR = PASSING | BROKEN | UNREADABLE

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
EVERY = frozenset(KINDS)
# What an error's body looks like makes no difference to what becomes of it when it stays.
PERSISTING = frozenset(
    kind for kind in KINDS if not kind.endswith(("-empty", "-html")) or kind.startswith(("2", "404"))
)
ONCE, EVER = "once", "ever"

# Requests, kinds, position (None: both), how often (None: both), and what it comes to. The first row that fits counts.
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
    # What may have been done is found out: updates and deletes are repeated, creates looked for in the list.
    (WRITE, UNCLEAR, None, ONCE, DONE),
    # So many requests without an answer in a row end the asking, also for what would have told that it is done.
    (UPDATE | DELETE, PASSING | BROKEN, "after", EVER, EITHER),
    (WRITE, UNCLEAR, "after", EVER, DONE),
    (WRITE, UNCLEAR, "before", EVER, UNDONE),
    (WRITE, UNSENT, None, ONCE, DONE),
    (WRITE, UNSENT, None, EVER, UNDONE),
    (WRITE, LIMITED, "before", ONCE, DONE),
    (WRITE, LIMITED, "before", EVER, UNDONE),
    # A clear no is believed; whatever the vendor did nevertheless, the next run finds.
    (WRITE, EVERY, "before", None, UNDONE),
    (UPDATE | DELETE, LIMITED, "after", ONCE, DONE),
    (ROUTE_UPDATE | DELETE, DENIED, "after", ONCE, DONE),
    (DELETE, NOT_FOUND | GATEWAY_404, "after", None, DONE),
    (WRITE, EVERY, "after", None, DENIED_AND_DONE),
]
# Cells that differ, by operation: its own way of finding out.
EXCEPTIONS: dict[tuple[str, str], list[tuple[frozenset[str], str | None, str | None, str]]] = {
    # A number that was just bought has no settings for a while.
    ("create number", "retrieveMessaging"): [(NOT_FOUND, None, ONCE, DONE)],
    # A list is not the last word about a route that can be read singly, unless this vendor is not asked any more.
    ("read route", "listMessageRoutes"): [
        (PASSING | BROKEN | UNSENT, None, EVER, EITHER),
        (EVERY, None, None, DONE),
    ],
    # A read that lags shows a value of before us, and what is not ours any more is left as it is.
    ("delete number", "retrieveMessaging"): [(frozenset({"stale-read"}), None, None, BELIEVED)],
}


def _expected(operation: str, request: str, kind: str, position: str, often: str) -> str:
    rows = [(frozenset({request}), *row) for row in EXCEPTIONS.get((operation, request), [])]
    return next(
        outcome
        for requests, kinds, where, times, outcome in [*rows, *RULES]
        if request in requests and kind in kinds and where in (None, position) and times in (None, often)
    )


# The matrix ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def worlds() -> Iterator[Callable[[], World]]:
    """Makes fresh worlds, each with objects of others in it."""
    made: list[World] = []

    def fresh() -> World:
        world = World()
        made.append(world)
        world.control("POST", "routes", {"RouteName": "theirs"})
        world.control("PATCH", f"numbers/{ON_DEFAULT}", UNMANAGED_NUMBER)
        return world

    yield fresh
    for world in made:
        world.close()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("name", "request_"), CELLS)
def test_matrix(
    worlds: Callable[[], World], capsys: pytest.CaptureFixture[str], name: str, request_: str, kind: str
) -> None:
    """A fault of one kind in one request of one operation: the outcome is the table's, and the invariants hold."""
    wrong = []
    for position in ("before", "after"):
        for often in (ONCE, EVER) if kind in PERSISTING else (ONCE,):
            expected = _expected(name, request_, kind, position, often)
            try:
                _run(
                    worlds(),
                    OPERATIONS[name],
                    {"operation": request_, "kind": kind, "position": position},
                    often,
                    expected,
                )
            except AssertionError as error:
                wrong.append(f"{position}, {often}, expected {expected}: {error}")
    assert not wrong, "\n".join(wrong)
    _check_secrets(worlds(), capsys.readouterr().err)


def _run(world: World, operation: Operation, fault: Values, often: str, expected: str) -> None:
    state = operation.begin(world)
    before = world.control("GET", "state")
    world.control("DELETE", "requests")
    world.control("POST", "faults", {**fault, "times": 1 if often == ONCE else ALWAYS})
    started = world.time.elapsed

    result, error = _try(world, operation, state)

    took, log = world.time.elapsed - started, world.control("GET", "requests")
    fired = sum(entry["times"] for entry in world.control("DELETE", "faults")["fired"])
    assert fired, "the fault did not fire"
    shown = f"{type(error).__name__}: {error}" if error else f"returned {result!r}"
    assert (error is None) == (expected in (DONE, BELIEVED)) or expected == EITHER, shown
    assert len(log) <= operation.requests + _more(fault["kind"], often), f"{len(log)} requests"
    assert took <= DEADLINE, f"{took:.0f} s"
    if fault["kind"] in TOLD and often == ONCE and not (fault["operation"] in CREATE and fault["kind"] not in LIMITED):
        assert took >= FAULTS[fault["kind"]].seconds, f"asked again after {took:.1f} s, earlier than told"
    _check_remote(world, operation, before, expected)
    if error:
        _check_words(world, str(error))
        about = tuple(f"cannot {action} " for action in WRITTEN.get(fault["operation"], ()))
        assert not about or str(error).startswith(about), f"the error is not about what failed: {error}"
    for line in world.said:
        _check_secrets(world, line)
    _check_next_run(world, operation, state, result, expected)


def _try(world: World, operation: Operation, state: Values) -> tuple[Any, MessagingError | None]:
    """Any other exception than the package's own is a bug."""
    try:
        return operation.act(world, state), None
    except MessagingError as error:
        return None, error


def _more(kind: str, often: str) -> int:
    """Requests beyond those of a run in which nothing goes wrong."""
    if often == ONCE:
        return 7  # five looks at the list, a token, and the create again
    return 45 if kind in LIMITED else 26  # as often as the vendor's seven seconds fit into the deadline; four creates


def _check_remote(world: World, operation: Operation, before: Values, expected: str) -> None:
    after = world.control("GET", "state")
    if expected in (DONE, DENIED_AND_DONE, EITHER):
        assert operation.done(world), "it is not done"
    if expected in (UNDONE, BELIEVED):
        assert after["routes"] == before["routes"], "the routes have changed"
        assert after["numbers"] == before["numbers"], "the numbers have changed"
    ours = _route(world)
    others = [[route for route in state["routes"] if route["RouteName"] != NAME] for state in (before, after)]
    assert others[0] == others[1], "another's route has changed"
    if ours and _named(before):
        assert UNMANAGED_ROUTE.items() <= ours.items(), "an unmanaged field of the route has changed"
    free = {"messaging_profile_id": None, "updated_at": None}
    numbers = [
        [{**number, **free} if number["id"] == NUMBER_ID else number for number in state["numbers"]]
        for state in (before, after)
    ]
    assert numbers[0] == numbers[1], "an unmanaged field or another's number has changed"


def _named(state: Values) -> bool:
    return any(route["RouteName"] == NAME for route in state["routes"])


ADVICE = ("check", "run ", "wait", "correct", "refresh", "set ", "ask ", "keep ", "give ", "see ", "add ")
# What an error is about when a write fails, whatever failed afterwards in finding out what became of it.
WRITTEN = {
    "createMessageRoute": ("create message route",),
    "updateMessageRoute": ("update message route",),
    "deleteMessageRoute": ("delete message route",),
    "updateMessaging": ("update messaging settings", "restore"),
}


def _check_words(world: World, text: str) -> None:
    assert text.startswith("cannot "), text
    assert text.isprintable(), text
    assert any(word in text.partition("; ")[2] for word in ADVICE), f"no advice: {text}"
    _check_secrets(world, text)


def _check_secrets(world: World, text: str) -> None:
    found = [secret for secret in world.secrets() | {USER, ANY_TOKEN} if secret in text]
    assert not found, f"{found} in: {text}"


def _check_next_run(world: World, operation: Operation, state: Values, result: Any, expected: str) -> None:
    """The same wish again, by another process, with nothing in the way: it is done, and once."""
    if operation.requests and expected == BELIEVED:
        if operation is OPERATIONS["create route"]:
            assert world.routes().read(result, {**ROUTE, "messageRouteId": result}) is None
        return
    world.time.sleep(60)
    existing = _route(world)
    again, error = _try(world, operation, state)
    if operation is OPERATIONS["create named route"] and existing:
        assert error, "a name that is taken was given again"
        assert f'adopt="{existing["MessageRouteId"]}"' in str(error), error
    else:
        assert error is None, f"the next run: {error}"
        assert operation.done(world), "the next run did not do it"
        if existing and operation is OPERATIONS["create route"]:
            assert again == existing["MessageRouteId"]
    _route(world)


@pytest.mark.parametrize("name", OPERATIONS)
def test_nothing_goes_wrong(worlds: Callable[[], World], name: str) -> None:
    """Without a fault each operation is done, with exactly the requests that the matrix adds to."""
    world, operation = worlds(), OPERATIONS[name]
    state = operation.begin(world)
    world.control("DELETE", "requests")

    result, error = _try(world, operation, state)

    assert error is None
    assert operation.done(world)
    assert len(world.control("GET", "requests")) == operation.requests
    assert world.time.elapsed == 0
    assert (result is None) == (name in ("read lost route", "delete route", "delete number"))


def test_the_matrix_is_as_large_as_it_says() -> None:
    """At least 24 kinds, at least seven requests at work, each kind in exactly one family of the table."""
    families = [
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
    ]

    assert len(KINDS) >= 24
    assert len({request for _, request in CELLS}) >= 7
    assert sorted(kind for family in families for kind in family) == sorted(KINDS)
