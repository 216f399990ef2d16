"""The operations that the matrix of faults is made of, and what the objects they work on look like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.support.emulator.seed import ALERTS, DEFAULT, SECOND, SECOND_ID
from tests.support.faults.world import PASSWORD, USER, World

if TYPE_CHECKING:
    from collections.abc import Callable

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
NUMBER = {"phoneNumber": SECOND, "messagingProfileId": ALERTS, "onDestroy": "restore"}
# Values that nobody declared; no operation may change them.
UNMANAGED_ROUTE = {"CallbackMessageUrl": "https://theirs.example.com/in", "InboundBypass": True}
UNMANAGED_NUMBER = {"tags": ["theirs"]}

Values = dict[str, Any]


@dataclass(frozen=True)
class Operation:
    """An operation of a resource, its number of requests without faults, and the objects after it.

    `begin` makes what is to be there before and answers what the state holds of it.
    """

    begin: Callable[[World], Values]
    act: Callable[[World, Values], Any]
    requests: int
    done: Callable[[World], bool]


def route_of(world: World) -> Values | None:
    """The one route of our name; a second one is never right."""
    found = [route for route in world.control("GET", "state")["routes"] if route["RouteName"] == NAME]
    assert len(found) <= 1, f"{len(found)} routes of one name"
    return found[0] if found else None


def number_of(world: World) -> Values:
    """The managed number, as the vendor stores it."""
    numbers = world.control("GET", "state")["numbers"]
    number: Values = next(number for number in numbers if number["id"] == SECOND_ID)
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
        route = route_of(world)
        return (route["MessageUrl"] if route else None) == expected

    return reached


def _profile(expected: str) -> Callable[[World], bool]:
    return lambda world: bool(number_of(world)["messaging_profile_id"] == expected)


def _read(reading: Any) -> Any:
    return reading and reading.inputs


OPERATIONS = {
    "create route": Operation(_nothing, lambda w, _: w.routes().create(ROUTE)[0], 5, _url(OLD)),
    "create named route": Operation(_nothing, lambda w, _: w.routes().create(GIVEN_NAME)[0], 5, _url(OLD)),
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
        lambda w: number_of(w)["messaging_profile_id"] is None,
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
    ("create number", "listMessaging"),
    ("create number", "updateMessaging"),
    ("read number", "retrieveMessaging"),
    ("update number", "updateMessaging"),
    ("delete number", "retrieveMessaging"),
    ("delete number", "updateMessaging"),
]
