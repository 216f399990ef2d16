"""Histories: what people, others, faults and kills may do to a stack, one step after the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from pulumi_messaging_emulator.fault_kinds import PLANNED
from tests.support.emulator.seed import ALERTS, DEFAULT, FIRST, SECOND, THIRD_ID
from tests.support.stateful.engine import ROUTE, Values, kind
from tests.support.stateful.world import AFTER, BEFORE, LATE, UNSAVED

ROUTES = ("route-a", "route-b")
NUMBERS = ("number-a", "number-b")
URLS = ("https://hooks.example.com/1", "https://hooks.example.com/2")
GIVEN = ("given-1", "given-2")
ACCOUNTS = ("AID-emulator", "AID-emulator-2")
# Routes that others made; a resource may take over the one of its own place.
FOREIGN = ("foreign-a", "foreign-b")
# One number may go from one resource to the other.
PHONE_NUMBERS = {
    "number-a": (FIRST, THIRD_ID),
    "number-b": (SECOND, THIRD_ID),
}

UP, REFRESH, DESTROY = "up", "refresh", "destroy"


@dataclass(frozen=True)
class Edit:
    """The program declares a resource so from now on, or not any more."""

    name: str
    declared: Values | None


@dataclass(frozen=True)
class Change:
    """Some of what the program declares of a resource is another value from now on; None: not managed any more."""

    name: str
    values: Values


@dataclass(frozen=True)
class Run:
    """The engine runs, with faults in its way, and perhaps to an early end."""

    what: str
    faults: tuple[Values, ...]
    kill: Values | None
    pause: float


@dataclass(frozen=True)
class Theirs:
    """Somebody else changes, deletes or makes something: `target` is a resource, a foreign route, or a name."""

    what: str
    target: str
    values: Values


AUTHENTICATION = (
    {},
    {"messageAuthenticationType": "None"},
    {"messageAuthenticationType": ""},
    {"messageAuthenticationType": "Basic", "messageUsername": "user", "messagePasswordToken": "p4ss"},
    {"messageAuthenticationType": "Bearer", "messagePasswordToken": "t0ken"},
)
OPTIONAL: dict[str, tuple[Any, ...]] = {
    "messageRouteEnabled": (True, False),
    "callbackMessageUrl": ("", *URLS),
    "callbackMessageUrlMethod": ("GET", "POST"),
    "inboundBypass": (True, False),
    "routeName": GIVEN,
    "accountId": ACCOUNTS,
    "onDestroy": ("delete", "disable", "retain"),
}
NUMBER_OPTIONAL: dict[str, tuple[Any, ...]] = {
    "messagingProfileId": ("", DEFAULT, ALERTS),
    "messagingProduct": ("A2P",),
    "tags": ([], ["x"], ["y"]),
    "onDestroy": ("restore", "unassign", "retain"),
}
# Said by a vendor about a write that it did not do: state and account differ until they are read.
LIES = ("unchanged",)
CREATES_AND_DELETES = ("createMessageRoute", "deleteMessageRoute")
OPERATIONS = (
    *("createToken", "createMessageRoute", "getMessageRoute", "listMessageRoutes", "updateMessageRoute"),
    *("deleteMessageRoute", "listInventory", "retrieveMessaging", "updateMessaging"),
)


def _some(choices: dict[str, tuple[Any, ...]]) -> st.SearchStrategy[Values]:
    return st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in choices.items()})


@st.composite
def _route(draw: st.DrawFn, name: str) -> Values:
    url = {"messageUrl": draw(st.sampled_from(URLS)), "messageUrlMethod": draw(st.sampled_from(["GET", "POST"]))}
    declared = {**url, **draw(_some(OPTIONAL)), **draw(st.sampled_from(AUTHENTICATION))}
    if draw(st.integers(0, 4)) == 0:
        declared["adopt"] = FOREIGN[ROUTES.index(name)]
    return declared


@st.composite
def _number(draw: st.DrawFn, name: str) -> Values:
    declared = draw(_some(NUMBER_OPTIONAL))
    if not declared.keys() - {"onDestroy"}:
        declared["messagingProfileId"] = DEFAULT
    return {**declared, "phoneNumber": draw(st.sampled_from(PHONE_NUMBERS[name]))}


@st.composite
def _edit(draw: st.DrawFn) -> Edit:
    name = draw(st.sampled_from([*ROUTES, *NUMBERS]))
    kept = draw(st.sampled_from([True, True, True, False]))
    declared = (_route(name) if kind(name) == ROUTE else _number(name)) if kept else st.none()
    return Edit(name, draw(declared))


@st.composite
def _change(draw: st.DrawFn) -> Change:
    name = draw(st.sampled_from([*ROUTES, *NUMBERS]))
    of = {"messageUrl": URLS, **OPTIONAL} if kind(name) == ROUTE else NUMBER_OPTIONAL
    fields = draw(st.lists(st.sampled_from(list(of)), min_size=1, max_size=2))
    values = {field: draw(st.sampled_from([*of[field], of[field][0], None])) for field in fields}
    return Change(name, {field: value for field, value in values.items() if (field, value) != ("messageUrl", None)})


@st.composite
def _fault(draw: st.DrawFn) -> Values:
    operation = draw(st.sampled_from(OPERATIONS))
    kinds = [name for name in PLANNED if name not in LIES or operation not in CREATES_AND_DELETES]
    return {
        "operation": operation,
        "kind": draw(st.sampled_from(kinds)),
        "position": draw(st.sampled_from(["before", "after"])),
        "times": draw(st.sampled_from([1, 1, 2, 30])),
        "skip": draw(st.sampled_from([0, 0, 1])),
    }


_random = st.fixed_dictionaries(
    {
        "seed": st.integers(0, 9999),
        "rate": st.sampled_from([0.2, 0.4, 0.6]),
    }
)
_faults = st.one_of(
    st.tuples(_random),
    st.lists(_fault(), min_size=1, max_size=3).map(tuple),
    st.just(()),
)
_kill = st.one_of(
    st.none(),
    st.fixed_dictionaries(
        {
            "mode": st.sampled_from([BEFORE, AFTER, LATE, UNSAVED]),
            "at": st.sampled_from([0, 0, 0, 1, 2, 4]),
            "writes": st.sampled_from([True, True, False]),
            "seconds": st.sampled_from([1.0, 6.0, 14.0]),
        }
    ),
)
_run = st.builds(
    Run,
    st.sampled_from([UP, UP, UP, UP, REFRESH, REFRESH, DESTROY]),
    _faults,
    _kill,
    st.sampled_from([0.0, 5.0, 20.0, 400.0]),
)
_ROUTE_EDITS = {"MessageUrl": URLS, "MessageRouteEnabled": (True, False), "CallbackMessageUrl": (None, *URLS)}
_NUMBER_EDITS = {"messaging_profile_id": (None, DEFAULT, ALERTS), "tags": ([], ["x"], ["theirs"])}
_theirs = st.one_of(
    st.builds(Theirs, st.just("edit"), st.sampled_from([*ROUTES, *FOREIGN]), _some(_ROUTE_EDITS)),
    st.builds(Theirs, st.just("rename"), st.sampled_from(ROUTES), st.just({"RouteName": "renamed-by-them"})),
    st.builds(Theirs, st.just("delete"), st.sampled_from([*ROUTES, *FOREIGN]), st.just({})),
    st.builds(Theirs, st.just("edit"), st.sampled_from(NUMBERS), _some(_NUMBER_EDITS)),
    st.builds(Theirs, st.just("make"), st.sampled_from(GIVEN), st.just({})),
)
Step = Edit | Change | Run | Theirs
# A program, then rounds of what is changed here and there, and a run.
_changes = st.lists(st.one_of(_change(), _change(), _edit(), _theirs), max_size=3)
_rounds = st.lists(st.tuples(_changes, _run), min_size=4, max_size=9)
HISTORIES = st.tuples(st.lists(_edit(), min_size=2, max_size=4), _run, _rounds).map(
    lambda parts: [*parts[0], parts[1], *(step for changes, run in parts[2] for step in (*changes, run))]
)
