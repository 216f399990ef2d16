"""Every fault of the emulator in every request of every operation, before the commit and after it, once and for ever.

The operations stand in `support.faults.operations`, the outcome of each cell in `support.faults.rules`: read from the
contract, not from the code. What holds in every cell whatever it comes to stands here, in `_run` and what it calls: no
second route, nothing of others touched, errors of one line that tell no secret, bounded requests and time, and a next
run that ends where it should.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pulumi_messaging.errors import MessagingError
from pulumi_messaging_emulator.fault_kinds import KINDS as FAULTS
from pulumi_messaging_emulator.fault_kinds import PLANNED as KINDS
from tests.support.emulator.seed import SECOND, SECOND_ID
from tests.support.faults.operations import (
    CELLS,
    NAME,
    OPERATIONS,
    ROUTE,
    UNMANAGED_NUMBER,
    UNMANAGED_ROUTE,
    Operation,
    Values,
    route_of,
)
from tests.support.faults.rules import (
    BELIEVED,
    CREATE,
    DENIED_AND_DONE,
    DONE,
    EITHER,
    EVER,
    FAMILIES,
    LIMITED,
    ONCE,
    PERSISTING,
    TOLD,
    UNDONE,
    UNSENT,
    expected_of,
)
from tests.support.faults.world import USER, World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ALWAYS = 400
# Seconds that an operation may take.
DEADLINE = 300
# How every token of the emulator begins.
ANY_TOKEN = "eyJhbGci"


@pytest.fixture
def worlds(tmp_path: Path) -> Iterator[Callable[[], World]]:
    """Makes fresh worlds, each with objects of others in it, on a machine of its own that notes its creates."""
    made: list[World] = []

    def fresh() -> World:
        notes = tmp_path / str(len(made))
        notes.mkdir()  # not the first run of the machine
        world = World(notes=notes)
        made.append(world)
        world.control("POST", "routes", {"RouteName": "theirs"})
        world.control("PATCH", f"numbers/{SECOND}", UNMANAGED_NUMBER)
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
            expected = expected_of(name, request_, kind, position, often)
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
    more = _more(fault["kind"], often)
    if fault["operation"] in CREATE and fault["kind"] in UNSENT:
        more *= 2  # the name is looked for again before an attempt that was waited for
    assert len(log) <= operation.requests + more, f"{len(log)} requests"
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
    ours = route_of(world)
    others = [[route for route in state["routes"] if route["RouteName"] != NAME] for state in (before, after)]
    assert others[0] == others[1], "another's route has changed"
    if ours and _named(before):
        assert UNMANAGED_ROUTE.items() <= ours.items(), "an unmanaged field of the route has changed"
    free = {"messaging_profile_id": None, "updated_at": None}
    numbers = [
        [{**number, **free} if number["id"] == SECOND_ID else number for number in state["numbers"]]
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
            routes = world.routes()
            held = {**ROUTE, "messageRouteId": result, "__account": str(routes.evidence.mark)}
            assert routes.read(result, held) is None
        return
    world.time.sleep(60)
    existing = route_of(world)
    again, error = _try(world, operation, state)
    # A create that was refused clearly leaves no note, so that nothing shows whose the route is.
    unnoted = operation is OPERATIONS["create route"] and expected == DENIED_AND_DONE
    if existing and (unnoted or operation is OPERATIONS["create named route"]):
        assert error, "a name that is taken was given again"
        assert f'adopt="{existing["MessageRouteId"]}"' in str(error), error
    else:
        assert error is None, f"the next run: {error}"
        assert operation.done(world), "the next run did not do it"
        if existing and operation is OPERATIONS["create route"]:
            assert again == existing["MessageRouteId"]
    route_of(world)


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
    assert len(KINDS) >= 24
    assert len({request for _, request in CELLS}) >= 7
    assert sorted(kind for family in FAMILIES for kind in family) == sorted(KINDS)
