"""The operations that the matrix of faults is made of, and what the objects they work on look like."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from pulumi_messaging.core.members import labelled
from tests.support.emulator.seed import (
    ALERTS,
    DEFAULT,
    FIFTH,
    FIRST,
    FOURTH,
    SECOND,
    SECOND_ID,
    THIRD,
    THIRD_ID,
)
from tests.support.faults.world import PASSWORD, USER, World

if TYPE_CHECKING:
    from collections.abc import Callable

OLD, NEW = "https://hooks.example.com/old", "https://hooks.example.com/new"
BEFORE_US = "https://theirs.example.com/before"
NAME = "it-0123456"
# As many Telnyx numbers as are worth an order.
ORDERED = (FIRST, SECOND, THIRD, FOURTH, FIFTH)
# Telegent numbers, and message routes that somebody made.
ROUTED = ("+15550200001", "+15550200002", "+15550200003")
THEIR_ROUTE, OUR_ROUTE, OTHER_ROUTE = "MRID-theirs", "MRID-ours", "MRID-other"

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
NAMED_PROFILE = {"name": NAME, "whitelistedDestinations": ["US"], "webhookUrl": OLD, "onDestroy": "delete"}
PROFILE = {**NAMED_PROFILE, "__autoname": NAME}
# Creates take neither, so an update follows.
SECRET_PROFILE = {**PROFILE, "v1Secret": PASSWORD, "redactionLevel": 1}
ADOPTED = {"adopt": ALERTS, "whitelistedDestinations": ["US"], "webhookUrl": OLD}
NUMBER = {"phoneNumber": SECOND, "messagingProfileId": ALERTS, "onDestroy": "restore"}
GROUP = {
    "phoneNumbers": labelled([SECOND, THIRD]),
    "messagingProfileId": ALERTS,
    "onDestroy": "restore",
    "__group": "group-0123456",
}
SHORT_GROUP = {**GROUP, "phoneNumbers": labelled([SECOND])}
ORDERED_GROUP = {**GROUP, "phoneNumbers": labelled(ORDERED)}
ROUTED_NUMBER = {"number": ROUTED[0], "messageRouteId": OUR_ROUTE, "onDestroy": "restore"}
ROUTED_GROUP = {
    "numbers": labelled(ROUTED),
    "messageRouteId": OUR_ROUTE,
    "onDestroy": "restore",
    "__group": "group-0123456",
}
SHORT_ROUTED_GROUP = {**ROUTED_GROUP, "numbers": labelled(ROUTED[:2])}
# Where the control surface has numbers.
PATHS = {"numbers": "numbers", "telegentNumbers": "telegent-numbers"}
# Values that nobody declared; no operation may change them.
UNMANAGED_ROUTE = {"CallbackMessageUrl": "https://theirs.example.com/in", "InboundBypass": True}
UNMANAGED_PROFILE = {"webhook_failover_url": "https://theirs.example.com/in", "alpha_sender": "Theirs"}
UNMANAGED_NUMBER = {"tags": ["theirs"]}
UNMANAGED_ROUTED_NUMBER = {"AssignedSubscriberId": "TSUID-theirs"}

Values = dict[str, Any]
State = tuple[str, Any]  # what the engine's state has of a resource: its id and outputs


def populate(world: World, *kinds: str) -> None:
    """Give the accounts objects of others, and numbers (of these kinds, or all) the values that they have before us."""
    routes = [{"MessageRouteId": route, "RouteName": route} for route in (THEIR_ROUTE, OUR_ROUTE, OTHER_ROUTE)]
    world.control("POST", "routes", routes)
    world.control("PATCH", f"profiles/{ALERTS}", {"webhook_url": BEFORE_US, **UNMANAGED_PROFILE})
    before = {
        "numbers": (ORDERED, {"messaging_profile_id": DEFAULT, **UNMANAGED_NUMBER}),
        "telegentNumbers": (ROUTED, {"MessageRouteId": THEIR_ROUTE, **UNMANAGED_ROUTED_NUMBER}),
    }
    for kind in before.keys() & {*(kinds or before)}:
        numbers, values = before[kind]
        for number in numbers:
            world.control("PATCH", f"{PATHS[kind]}/{number}", values)


def stored(world: World) -> Values:
    """All objects of both accounts, as the vendors store them."""
    return {kind: rows for kind, rows in world.control("GET", "state").items() if kind != "bulkUpdates"}


def without_times(state: Values) -> Values:
    """The same without the moments of the last changes."""
    return {kind: [_without(row, {"updated_at"}) for row in rows] for kind, rows in state.items()}


def _without(row: Values, names: set[str]) -> Values:
    return {name: value for name, value in row.items() if name not in names}


@dataclass(frozen=True)
class Subject:
    """The objects of one resource.

    Attributes:
        flows: The flows that manage them, of a process of its own.
        kind: Where the emulator keeps them.
        key: The vendor's key of their names.
        names: Their names.
        id_key: The vendor's key of their ids.
        unmanaged: What somebody else sets of an object as soon as it is made.
    """

    flows: Callable[[World], Any]
    kind: str
    key: str
    names: tuple[str, ...]
    id_key: str = "id"
    unmanaged: Values | None = None

    def found(self, state: Values) -> dict[str, Values]:
        """The objects that are there, by name; a second one of a name is never right."""
        rows = [row for row in state[self.kind] if row[self.key] in self.names]
        found = {row[self.key]: row for row in rows}
        assert len(found) == len(rows), f"{len(rows)} objects, some of one name: {list(found)}"
        return found

    def others(self, state: Values) -> Values:
        """All other objects."""
        return {**state, self.kind: [row for row in state[self.kind] if row[self.key] not in self.names]}


@dataclass(frozen=True)
class Operation:
    """An operation of a resource, its number of requests without faults, and the objects after it.

    Attributes:
        subject: The objects.
        action: ``create``, ``read``, ``update`` or ``delete``.
        goal: Values that the vendor has of each object afterwards; None: there is none.
        requests: Without faults.
        wish: What is declared.
        before: What was declared in the run before; None: the resource is new to the state.
        name: Whether a new object's name is ``given`` or ``automatic``.
        lost: Whether somebody deletes the object in between.
        lets_go: Whether the objects are not in the state afterwards.
    """

    subject: Subject
    action: str
    goal: Values | None
    requests: int
    wish: Values
    before: Values | None = None
    name: str = ""
    lost: bool = False
    lets_go: bool = False

    def begin(self, world: World) -> State | None:
        """Make what is to be there before: what the state holds of it."""
        if self.before is None:
            return None
        object_id, held = self.subject.flows(world).create(self.before)
        if self.subject.unmanaged:
            world.control("PATCH", f"{self.subject.kind}/{object_id}", self.subject.unmanaged)
        if self.lost:
            world.control("DELETE", f"{self.subject.kind}/{object_id}")
        return object_id, held

    def act(self, world: World, state: State | None) -> State | None:
        """Do it as an engine with this state does: the state afterwards."""
        flows = self.subject.flows(world)
        if state is None:
            return flows.create(self.wish) if self.action == "create" else None
        if self.action == "read":
            return self.refreshed(world, state)
        if self.action == "delete":
            flows.delete(*state)
            return None
        return state[0], flows.update(*state, self.wish)

    def refreshed(self, world: World, state: State) -> State | None:
        """The state after a refresh."""
        reading = self.subject.flows(world).read(*state)
        return reading and (state[0], reading.outputs)

    def is_done(self, found: dict[str, Values]) -> bool:
        """Whether the objects that are there are as they should be."""
        if self.goal is None:
            return not found
        return len(found) == len(self.subject.names) and all(map(self.has_goal, found.values()))

    def has_goal(self, row: Values) -> bool:
        """The same of one object."""
        return self.goal is not None and self.goal.items() <= row.items()

    def left_alone(self, row: Values) -> Values:
        """What the operation must not change of an object."""
        return _without(row, {*(self.goal or {}), "updated_at"})


_ROUTE = Subject(World.routes, "routes", "RouteName", (NAME,), "MessageRouteId", UNMANAGED_ROUTE)
_PROFILE = Subject(World.profiles, "profiles", "name", (NAME,), unmanaged=UNMANAGED_PROFILE)
_ADOPTED = Subject(World.profiles, "profiles", "id", (ALERTS,))
_NUMBER = Subject(World.numbers, "numbers", "id", (SECOND_ID,))
_GROUP = Subject(World.groups, "numbers", "id", (SECOND_ID, THIRD_ID))
_LAST = Subject(World.groups, "numbers", "id", (THIRD_ID,))
_ORDERED = Subject(World.groups, "numbers", "phone_number", ORDERED)
_ROUTED = Subject(partial(World.numbers, vendor="telegent"), "telegentNumbers", "Number", ROUTED[:1])
_ROUTED_GROUP = Subject(partial(World.groups, vendor="telegent"), "telegentNumbers", "Number", ROUTED)
_ROUTED_LAST = Subject(partial(World.groups, vendor="telegent"), "telegentNumbers", "Number", ROUTED[2:])

_FLAGGED = {**ROUTE, "inboundBypass": True}  # the list does not tell flags, so it takes a read of its own
_AT_OLD, _AT_NEW, _AT_BEFORE = {"MessageUrl": OLD}, {"MessageUrl": NEW}, {"webhook_url": BEFORE_US}
_OLD, _NEW = {"webhook_url": OLD}, {"webhook_url": NEW}
_ALERTS, _DEFAULT, _NONE = ({"messaging_profile_id": one} for one in (ALERTS, DEFAULT, None))
_OURS, _THEIRS, _OTHER = ({"MessageRouteId": one} for one in (OUR_ROUTE, THEIR_ROUTE, OTHER_ROUTE))

OPERATIONS = {
    "create route": Operation(_ROUTE, "create", _AT_OLD, 5, ROUTE, name="automatic"),
    "create named route": Operation(_ROUTE, "create", _AT_OLD, 5, GIVEN_NAME, name="given"),
    "read route": Operation(_ROUTE, "read", _AT_OLD, 2, ROUTE, ROUTE),
    "read flagged route": Operation(_ROUTE, "read", _AT_OLD, 4, _FLAGGED, _FLAGGED),
    "read lost route": Operation(_ROUTE, "read", None, 4, ROUTE, ROUTE, lost=True),
    "update route": Operation(_ROUTE, "update", _AT_NEW, 2, {**ROUTE, "messageUrl": NEW}, ROUTE),
    "delete route": Operation(_ROUTE, "delete", None, 5, ROUTE, ROUTE, lets_go=True),
    "create number": Operation(_NUMBER, "create", _ALERTS, 2, NUMBER),
    "read number": Operation(_NUMBER, "read", _ALERTS, 1, NUMBER, NUMBER),
    "update number": Operation(_NUMBER, "update", _NONE, 1, {**NUMBER, "messagingProfileId": ""}, NUMBER),
    "delete number": Operation(_NUMBER, "delete", _DEFAULT, 2, NUMBER, NUMBER, lets_go=True),
    "create profile": Operation(_PROFILE, "create", _OLD, 3, PROFILE, name="automatic"),
    "create named profile": Operation(_PROFILE, "create", _OLD, 3, NAMED_PROFILE, name="given"),
    "create secret profile": Operation(
        _PROFILE, "create", {**_OLD, "v1_secret": PASSWORD, "redaction_level": 1}, 4, SECRET_PROFILE, name="automatic"
    ),
    "adopt profile": Operation(_ADOPTED, "create", _OLD, 2, ADOPTED),
    "read profile": Operation(_PROFILE, "read", _OLD, 1, PROFILE, PROFILE),
    "read lost profile": Operation(_PROFILE, "read", None, 2, PROFILE, PROFILE, lost=True),
    "update profile": Operation(_PROFILE, "update", _NEW, 1, {**PROFILE, "webhookUrl": NEW}, PROFILE),
    "delete profile": Operation(_PROFILE, "delete", None, 2, PROFILE, PROFILE, lets_go=True),
    "restore profile": Operation(_ADOPTED, "delete", _AT_BEFORE, 2, ADOPTED, ADOPTED, lets_go=True),
    "create group": Operation(_GROUP, "create", _ALERTS, 3, GROUP),
    "read group": Operation(_GROUP, "read", _ALERTS, 1, GROUP, GROUP),
    "update group": Operation(_GROUP, "update", _NONE, 3, {**GROUP, "messagingProfileId": ""}, GROUP),
    "delete group": Operation(_GROUP, "delete", _DEFAULT, 3, GROUP, GROUP, lets_go=True),
    "extend group": Operation(_LAST, "update", _ALERTS, 2, GROUP, SHORT_GROUP),
    "shorten group": Operation(_LAST, "update", _DEFAULT, 2, SHORT_GROUP, GROUP, lets_go=True),
    "create ordered group": Operation(_ORDERED, "create", _ALERTS, 4, ORDERED_GROUP),
    "delete ordered group": Operation(_ORDERED, "delete", _DEFAULT, 4, ORDERED_GROUP, ORDERED_GROUP, lets_go=True),
    "create routed number": Operation(_ROUTED, "create", _OURS, 4, ROUTED_NUMBER),
    "read routed number": Operation(_ROUTED, "read", _OURS, 2, ROUTED_NUMBER, ROUTED_NUMBER),
    "update routed number": Operation(
        _ROUTED, "update", _OTHER, 2, {**ROUTED_NUMBER, "messageRouteId": OTHER_ROUTE}, ROUTED_NUMBER
    ),
    "delete routed number": Operation(_ROUTED, "delete", _THEIRS, 4, ROUTED_NUMBER, ROUTED_NUMBER, lets_go=True),
    "create routed group": Operation(_ROUTED_GROUP, "create", _OURS, 7, ROUTED_GROUP),
    "read routed group": Operation(_ROUTED_GROUP, "read", _OURS, 3, ROUTED_GROUP, ROUTED_GROUP),
    "update routed group": Operation(
        _ROUTED_GROUP, "update", _OTHER, 4, {**ROUTED_GROUP, "messageRouteId": OTHER_ROUTE}, ROUTED_GROUP
    ),
    "delete routed group": Operation(_ROUTED_GROUP, "delete", _THEIRS, 7, ROUTED_GROUP, ROUTED_GROUP, lets_go=True),
    "extend routed group": Operation(_ROUTED_LAST, "update", _OURS, 4, ROUTED_GROUP, SHORT_ROUTED_GROUP),
    "shorten routed group": Operation(
        _ROUTED_LAST, "update", _THEIRS, 4, SHORT_ROUTED_GROUP, ROUTED_GROUP, lets_go=True
    ),
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
    ("create number", "listMessaging"),
    ("create number", "updateMessaging"),
    ("read number", "retrieveMessaging"),
    ("update number", "updateMessaging"),
    ("delete number", "retrieveMessaging"),
    ("delete number", "updateMessaging"),
]
# Of these, `make test` runs one kind of each family of faults, and `make cases` every kind.
WIDE_CELLS = [
    ("create profile", "listProfiles"),
    ("create profile", "createProfile"),
    ("create named profile", "createProfile"),
    ("create secret profile", "updateProfile"),
    ("adopt profile", "listProfiles"),
    ("adopt profile", "updateProfile"),
    ("read profile", "listProfiles"),
    ("read lost profile", "listProfiles"),
    ("update profile", "updateProfile"),
    ("delete profile", "listProfilePhoneNumbers"),
    ("delete profile", "deleteProfile"),
    ("restore profile", "retrieveProfile"),
    ("restore profile", "updateProfile"),
    ("create group", "listMessaging"),
    ("create group", "updateMessaging"),
    ("read group", "listMessaging"),
    ("update group", "listMessaging"),
    ("update group", "updateMessaging"),
    ("delete group", "listMessaging"),
    ("delete group", "updateMessaging"),
    ("extend group", "listMessaging"),
    ("extend group", "updateMessaging"),
    ("shorten group", "retrieveMessaging"),
    ("shorten group", "updateMessaging"),
    ("create ordered group", "createBulkUpdate"),
    ("create ordered group", "retrieveBulkUpdate"),
    ("delete ordered group", "createBulkUpdate"),
    ("delete ordered group", "retrieveBulkUpdate"),
    ("create routed number", "createToken"),
    ("create routed number", "getNumber"),
    ("create routed number", "updateNumber"),
    ("read routed number", "getNumber"),
    ("update routed number", "updateNumber"),
    ("delete routed number", "getNumber"),
    ("delete routed number", "updateNumber"),
    ("create routed group", "listInventory"),
    ("create routed group", "updateNumber"),
    ("read routed group", "listInventory"),
    ("update routed group", "updateNumber"),
    ("delete routed group", "listInventory"),
    ("delete routed group", "updateNumber"),
    ("extend routed group", "getNumber"),
    ("extend routed group", "updateNumber"),
    ("shorten routed group", "getNumber"),
    ("shorten routed group", "updateNumber"),
]
