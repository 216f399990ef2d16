"""Every fault of the emulator in every request of every operation, before the commit and after it, once and for ever.

The operations stand in `support.faults.operations`, the outcome of each cell in `support.faults.rules`: read from the
contract, not from the code. What holds in every cell whatever it comes to stands here, in `_run` and what it calls: no
second object of a name, nothing of others touched, errors of one line that tell no secret, bounded requests and time,
a next run that ends where it should, and a destroy that leaves the accounts as they were before.
"""

from __future__ import annotations

import itertools
import os
import re
from typing import TYPE_CHECKING, NamedTuple

import pytest

from pulumi_messaging.errors import MessagingError, Unfinished
from pulumi_messaging_emulator.fault_kinds import KINDS as FAULTS
from pulumi_messaging_emulator.fault_kinds import PLANNED as KINDS
from tests.support.faults.operations import (
    CELLS,
    OPERATIONS,
    WIDE_CELLS,
    Operation,
    State,
    Values,
    populate,
    stored,
    without_times,
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
    MADE,
    ONCE,
    PERSISTING,
    TOLD,
    UNDONE,
    UNSENT,
    UPDATE,
    expected_of,
)
from tests.support.faults.world import USER, World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

# Whether `make cases` runs.
EVERY_CASE = "EVERY_CASE" in os.environ
ALWAYS = 400
# Seconds that an operation may take for each of its objects, and the longest wait before a request after a limit.
DEADLINE, LONGEST_WAIT = 300, 30
# How every token of the emulator begins.
ANY_TOKEN = "eyJhbGci"


class Case(NamedTuple):
    """A fault of one kind in one request of one operation, with the position and the times of each run."""

    operation: str
    request: str
    kind: str
    ways: list[tuple[str, str]]


def _ways(kind: str) -> list[tuple[str, str]]:
    """Before the commit and after it, once and for ever."""
    return list(itertools.product(("before", "after"), (ONCE, EVER) if kind in PERSISTING else (ONCE,)))


def _cases() -> Iterator[Case]:
    """The cells with every kind of fault, each in every way.

    Of the wide cells that takes too long for `make test`: there each has one kind of each family, in one way, by turns.
    """
    cells = (*CELLS, *WIDE_CELLS) if EVERY_CASE else CELLS
    yield from (Case(*cell, kind, _ways(kind)) for cell in cells for kind in KINDS)
    for turn, cell in enumerate(() if EVERY_CASE else WIDE_CELLS):
        for number, family in enumerate(FAMILIES, turn):
            kind = sorted(family)[turn % len(family)]
            yield Case(*cell, kind, [_ways(kind)[number % len(_ways(kind))]])


@pytest.fixture
def worlds(tmp_path: Path) -> Iterator[Callable[[Operation], World]]:
    """Makes fresh worlds, each with objects of others in it, on a machine of its own that notes what it does."""
    made: list[World] = []

    def fresh(operation: Operation) -> World:
        notes = tmp_path / str(len(made))
        notes.mkdir()  # not the first run of the machine
        world = World(notes=notes, killed=True)
        made.append(world)
        populate(world, operation.subject.kind)
        return world

    yield fresh
    for world in made:
        world.close()


@pytest.mark.parametrize("case", [pytest.param(case, id="-".join(case[:3])) for case in _cases()])
def test_matrix(worlds: Callable[[Operation], World], capsys: pytest.CaptureFixture[str], case: Case) -> None:
    """The outcome is the table's, and the invariants hold."""
    operation, wrong = OPERATIONS[case.operation], []
    for position, often in case.ways:
        expected = expected_of(case.operation, case.request, case.kind, position, often)
        fault = {"operation": case.request, "kind": case.kind, "position": position}
        world = worlds(operation)
        try:
            _run(world, operation, fault, often, expected)
        except AssertionError as error:
            wrong.append(f"{position}, {often}, expected {expected}: {error}")
    assert not wrong, "\n".join(wrong)
    _check_secrets(world, capsys.readouterr().err)


def _run(world: World, operation: Operation, fault: Values, often: str, expected: str) -> None:
    origin = stored(world)
    state = operation.begin(world)
    before = stored(world)
    world.control("DELETE", "requests")
    world.control("POST", "faults", {**fault, "times": 1 if often == ONCE else ALWAYS})
    started = world.time.elapsed

    result, error = _try(world, operation, state)

    took, log = world.time.elapsed - started, world.control("GET", "requests")
    fired = sum(entry["times"] for entry in world.control("DELETE", "faults")["fired"])
    assert fired, "the fault did not fire"
    shown = f"{type(error).__name__}: {error}" if error else f"returned {result!r}"
    assert (error is None) == (expected in (DONE, BELIEVED)) or expected == EITHER, shown
    assert expected != MADE or isinstance(error, Unfinished), f"not in the state: {shown}"
    _check_limits(operation, fault, often, took, len(log))
    _check_remote(world, operation, before, expected, often)
    if error:
        _check_words(world, fault, str(error))
    for line in world.said:
        _check_secrets(world, line)
    if operation.lets_go and expected == BELIEVED:
        return  # nothing in the state tells of it
    if isinstance(error, Unfinished) and operation.action != "delete":
        state = error.object_id, error.outputs
    elif result and expected == BELIEVED:
        state = operation.refreshed(world, result)
    # What the answer hides is the hardest to undo; the other ends take too long for `make test`.
    ends = EVERY_CASE or (fault["position"], often) == ("after", ONCE)
    _check_next_run(world, operation, state, expected, origin if ends else None)


def _try(world: World, operation: Operation, state: State | None) -> tuple[State | None, MessagingError | None]:
    """Any other exception than the package's own is a bug."""
    try:
        return operation.act(world, state), None
    except MessagingError as error:
        return None, error


def _check_limits(operation: Operation, fault: Values, often: str, took: float, requests: int) -> None:
    """Neither requests nor time without bound, and no request earlier than the vendor has told."""
    kind, creates = fault["kind"], fault["operation"] in CREATE
    objects = len(operation.subject.names)  # they are written at the same time, and their waits are added up here
    more = _more(kind, often) * objects
    if creates and kind in UNSENT:
        more *= 2  # the name is looked for again before an attempt that was waited for
    assert requests <= operation.requests + more, f"{requests} requests"
    # A group asks for a filtered list, then for the whole one; after its second write a create looks at the list.
    of_a_group = "__group" in operation.wish
    goes_on = of_a_group or (operation.name and fault["operation"] in UPDATE)
    deadline = DEADLINE * max(objects, 2 if of_a_group else 1) + (LONGEST_WAIT if goes_on else 0)
    assert took <= deadline, f"{took:.0f} s"
    if kind in TOLD and often == ONCE and not (creates and kind not in LIMITED):
        assert took >= FAULTS[kind].seconds, f"asked again after {took:.1f} s, earlier than told"


def _more(kind: str, often: str) -> int:
    """Requests beyond those of a run in which nothing goes wrong."""
    if often == ONCE:
        return 7  # five looks at the list, a token, and the create again
    return 45 if kind in LIMITED else 26  # as often as the vendor's seven seconds fit into the deadline; four creates


def _check_remote(world: World, operation: Operation, before: Values, expected: str, often: str) -> None:
    subject, after = operation.subject, stored(world)
    assert subject.others(after) == subject.others(before), "another's object has changed"
    was, now = subject.found(before), subject.found(after)
    for name in was.keys() & now.keys():
        assert operation.left_alone(now[name]) == operation.left_alone(was[name]), "an unmanaged field has changed"
    every = len(subject.names) == 1 or expected == DONE or (often == EVER and expected in (UNDONE, BELIEVED))
    if not every:  # a fault of one number of a group: the others may be done or not
        assert all(operation.has_goal(row) or row == was[name] for name, row in now.items()), "neither old nor new"
    elif expected in (DONE, DENIED_AND_DONE, EITHER):
        assert operation.is_done(now), "it is not done"
    elif expected == MADE:
        assert now, "it is not made"
    else:
        assert after == before, "something has changed"


ADVICE = ("check", "run ", "wait", "correct", "refresh", "set ", "ask ", "keep ", "give ", "see ", "add ")
# What an error is about when a write fails, whatever failed afterwards in finding out what became of it.
WRITTEN = {
    "createMessageRoute": ("create message route",),
    "updateMessageRoute": ("update message route",),
    "deleteMessageRoute": ("delete message route",),
    "createProfile": ("create messaging profile",),
    "updateProfile": ("update messaging profile", "restore", "find messaging profile"),
    "deleteProfile": ("delete messaging profile",),
    "updateMessaging": ("update messaging settings", "restore"),
    "updateNumber": ("update the message route of number", "restore"),
}
# An error of a group: how many numbers, the advice in brackets, and the numbers of each reason.
OF_A_GROUP = re.compile(r"[1-9] of [1-9] numbers [a-z ]+ \((?P<advice>.+)\): .+")


def _check_words(world: World, fault: Values, text: str) -> None:
    of_a_group = OF_A_GROUP.fullmatch(text)
    assert text.startswith("cannot ") or of_a_group, text
    assert text.isprintable(), text
    about = tuple(f"cannot {action} " for action in WRITTEN.get(fault["operation"], ()))
    assert not about or of_a_group or text.startswith(about), f"the error is not about what failed: {text}"
    advice = of_a_group["advice"] if of_a_group else text.partition("; ")[2]
    assert any(word in advice for word in ADVICE), f"no advice: {text}"
    _check_secrets(world, text)


def _check_secrets(world: World, text: str) -> None:
    found = [secret for secret in world.secrets() | {USER, ANY_TOKEN} if secret in text]
    assert not found, f"{found} in: {text}"


def _check_next_run(
    world: World, operation: Operation, state: State | None, expected: str, origin: Values | None
) -> None:
    """The same wish again, by another process, with nothing in the way: it is done, and once; then all is put back.

    The engine has the outputs of an error that has some; else it was killed before it had any.
    """
    world.time.sleep(60)
    existing = operation.subject.found(stored(world)) if operation.name else {}
    again, refusal = _try(world, operation, state)
    # A create that was refused clearly leaves no note, so that nothing shows whose the route with a password is.
    unnoted = "messagePasswordToken" in operation.wish and expected == DENIED_AND_DONE
    if state is None and existing and (unnoted or operation.name == "given"):
        (its,) = existing.values()
        assert refusal, "a name that is taken was given again"
        assert f'adopt="{its[operation.subject.id_key]}"' in str(refusal), refusal
        return
    assert refusal is None, f"the next run: {refusal}"
    assert operation.is_done(operation.subject.found(stored(world))), "the next run did not do it"
    for its in existing.values():
        assert again
        assert again[0] == its[operation.subject.id_key], "another object was made"
    # What a vendor did although it refused clearly is what the next create finds, and takes for the former value.
    found = operation.action == "create" and not operation.name and expected == DENIED_AND_DONE
    if origin and not (found and state is None):
        _check_end(world, operation, again, origin)


def _check_end(world: World, operation: Operation, state: State | None, origin: Values) -> None:
    """A destroy by another process: nothing is left of us."""
    if state:
        operation.subject.flows(world).delete(*state)
    assert without_times(stored(world)) == without_times(origin), "the end is not as it was before"


@pytest.mark.parametrize("name", OPERATIONS)
def test_nothing_goes_wrong(worlds: Callable[[Operation], World], name: str) -> None:
    """Without a fault each operation is done, with exactly the requests that the matrix adds to, and undone after."""
    operation = OPERATIONS[name]
    world = worlds(operation)
    origin = stored(world)
    state = operation.begin(world)
    world.control("DELETE", "requests")

    result, error = _try(world, operation, state)

    assert error is None
    assert operation.is_done(operation.subject.found(stored(world)))
    assert len(world.control("GET", "requests")) == operation.requests
    assert world.time.elapsed == 0 or "ordered" in name  # an order is polled
    assert (result is None) == (operation.lost or operation.action == "delete")
    _check_end(world, operation, result, origin)


def test_the_matrix_is_as_large_as_it_says() -> None:
    """At least 24 kinds, every write of every resource, each kind in exactly one family of the table."""
    assert len(KINDS) >= 24
    assert len({request for _, request in CELLS}) >= 7
    assert {request for _, request in (*CELLS, *WIDE_CELLS)} >= WRITTEN.keys()
    assert {name for name, _ in (*CELLS, *WIDE_CELLS)} == OPERATIONS.keys()
    assert sorted(kind for family in FAMILIES for kind in family) == sorted(KINDS)
