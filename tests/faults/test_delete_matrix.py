"""What destroy does: 2 resources x 3 policies x 6 situations, as docs/destroy.md tells it.

Each cell: what is sent, what is told, what is there afterwards; nothing of others is touched, nothing that nobody
declared is written; and once whatever stood in the way is gone, a second destroy ends where the first one should have.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_messaging.errors import MessagingError
from tests.support.emulator.seed import ALERTS, DEFAULT
from tests.support.emulator.seed import SECOND as NUMBER
from tests.support.emulator.seed import SECOND_ID as NUMBER_ID
from tests.support.faults.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

USERS = ("+15550200001", "+15550200003")
URL, THEIR_URL = "https://hooks.example.com/ours", "https://theirs.example.com/in"
ROUTE = {"routeName": "it-0123456", "__autoname": "it-0123456", "messageUrl": URL, "messageUrlMethod": "POST"}
# Whether the route is enabled, and its URL: ours, or another's since.
ENABLED, DISABLED, THEIRS, THEIRS_DISABLED = (True, URL), (False, URL), (True, THEIR_URL), (False, THEIR_URL)
GONE = None
READS = frozenset(
    {"createToken", "getMessageRoute", "listMessageRoutes", "listInventory", "retrieveMessaging", "listPhoneNumbers"}
)
IN_USE = (
    f"cannot delete message route <id>: 2 number(s) still use it ({', '.join(USERS)}); move them to another route "
    'first, or set on_destroy="disable" or "retain" and run `pulumi up`'
)


@dataclass(frozen=True)
class Cell:
    """What one destroy comes to.

    Attributes:
        sent: The body of its one write, without the route's id; () for none.
        after: What is there: of a route whether it is enabled and its URL, of a number its profile and tags.
        told: How the error begins; empty where it succeeds.
        reads: Whether the vendor is asked anything at all.
    """

    sent: Any
    after: Any
    told: str = ""
    reads: bool = True


NOTHING: Any = ()
DISABLE = {"MessageRouteEnabled": False}
REFUSED_UPDATE = 'cannot update message route <id>: Telegent answered 403 "No." to a fresh token for '
REFUSED_DELETE = 'cannot delete message route <id>: Telegent answered 403 "No." to a fresh token for '
ROUTES = {
    ("delete", "there"): Cell({}, GONE),
    ("delete", "gone"): Cell({}, GONE),
    ("delete", "changed"): Cell({}, GONE),
    ("delete", "in use"): Cell(NOTHING, ENABLED, IN_USE),
    ("delete", "refused"): Cell({}, ENABLED, REFUSED_DELETE),
    ("delete", "deleted before"): Cell({}, GONE),
    ("disable", "there"): Cell(DISABLE, DISABLED),
    ("disable", "gone"): Cell(DISABLE, GONE),
    ("disable", "changed"): Cell(DISABLE, THEIRS_DISABLED),
    ("disable", "in use"): Cell(DISABLE, DISABLED),
    ("disable", "refused"): Cell(DISABLE, ENABLED, REFUSED_UPDATE),
    ("disable", "deleted before"): Cell(DISABLE, DISABLED),
    ("retain", "there"): Cell(NOTHING, ENABLED, reads=False),
    ("retain", "gone"): Cell(NOTHING, GONE, reads=False),
    ("retain", "changed"): Cell(NOTHING, THEIRS, reads=False),
    ("retain", "in use"): Cell(NOTHING, ENABLED, reads=False),
    ("retain", "refused"): Cell(NOTHING, ENABLED, reads=False),
    ("retain", "deleted before"): Cell(NOTHING, ENABLED, reads=False),
}

# Before us the number was on the profile "default" with the tag "before"; its product is nobody's business.
OURS, BEFORE, OFF = (ALERTS, ["ours"]), (DEFAULT, ["before"]), (None, ["ours"])
TAKEN = (DEFAULT, ["theirs"])
RESTORE = {"messaging_profile_id": DEFAULT, "tags": ["before"]}
UNASSIGN = {"messaging_profile_id": ""}
NUMBER_REFUSED = f'cannot update messaging settings of number {NUMBER} ({NUMBER_ID}): Telnyx answered 403, code 10009 "'
NUMBER_IN_USE = f'cannot update messaging settings of number {NUMBER} ({NUMBER_ID}): Telnyx answered 409, code 10009 "'
NUMBERS = {
    ("restore", "there"): Cell(RESTORE, BEFORE),
    ("restore", "gone"): Cell(NOTHING, GONE),
    ("restore", "changed"): Cell(NOTHING, TAKEN),
    ("restore", "in use"): Cell(RESTORE, OURS, NUMBER_IN_USE),
    ("restore", "refused"): Cell(RESTORE, OURS, NUMBER_REFUSED),
    ("restore", "deleted before"): Cell(NOTHING, BEFORE),
    ("unassign", "there"): Cell(UNASSIGN, OFF),
    ("unassign", "gone"): Cell(NOTHING, GONE),
    ("unassign", "changed"): Cell(NOTHING, TAKEN),
    ("unassign", "in use"): Cell(UNASSIGN, OURS, NUMBER_IN_USE),
    ("unassign", "refused"): Cell(UNASSIGN, OURS, NUMBER_REFUSED),
    ("unassign", "deleted before"): Cell(NOTHING, OFF),
    ("retain", "there"): Cell(NOTHING, OURS, reads=False),
    ("retain", "gone"): Cell(NOTHING, GONE, reads=False),
    ("retain", "changed"): Cell(NOTHING, TAKEN, reads=False),
    ("retain", "in use"): Cell(NOTHING, OURS, reads=False),
    ("retain", "refused"): Cell(NOTHING, OURS, reads=False),
    ("retain", "deleted before"): Cell(NOTHING, OURS, reads=False),
}


@pytest.fixture
def world() -> Iterator[World]:
    """Both vendors with a number that somebody set up before us, and a route of somebody else."""
    made = World()
    made.control("POST", "routes", {"RouteName": "theirs"})
    made.control("PATCH", f"numbers/{NUMBER}", {"tags": ["before"]})
    yield made
    made.close()


@pytest.mark.parametrize(("policy", "situation"), ROUTES)
def test_routes(world: World, policy: str, situation: str) -> None:
    """A route: deleted unless numbers use it, disabled, or retained; gone is done; a refusal changes nothing."""
    cell = ROUTES[policy, situation]
    route_id, outputs = world.routes().create({**ROUTE, "onDestroy": policy})

    def destroy() -> None:
        world.routes().delete(route_id, outputs)

    clear = _obstacle(world, situation, f"routes/{route_id}", {"MessageUrl": THEIR_URL}, destroy)
    if situation == "in use":
        for user in USERS:
            world.control("PATCH", f"telegent-numbers/{user}", {"MessageRouteId": route_id})

    error, writes = _destroyed(world, destroy)

    sent = [{name: value for name, value in body.items() if name != "MessageRouteId"} for body in writes]
    assert sent == ([] if cell.sent == NOTHING else [cell.sent])
    assert all(body["MessageRouteId"] == route_id for body in writes)
    assert error.startswith(cell.told.replace("<id>", route_id)) if cell.told else error == ""
    assert _route(world, route_id) == cell.after
    _check(world, cell)

    clear()
    for user in USERS:
        world.control("PATCH", f"telegent-numbers/{user}", {"MessageRouteId": None})
    assert _destroyed(world, destroy)[0] == ""
    assert _route(world, route_id) == (ROUTES[policy, "there"] if cell.told else cell).after


@pytest.mark.parametrize("status", [404, 405])
def test_only_an_answer_to_the_delete_says_that_routes_are_not_deleted_here(world: World, status: int) -> None:
    """The same status of the token service says nothing of it: nothing was sent, and no other policy is advised."""
    route_id, outputs = world.routes().create(ROUTE | {"onDestroy": "delete"})
    # The first token is for the inventory, the second one for the delete.
    world.control("POST", "answers", {"operation": "createToken", "skip": 1, "status": status, "text": "No."})

    error, writes = _destroyed(world, lambda: world.routes().delete(route_id, outputs))

    assert error == (
        f"cannot delete message route {route_id}: no token for http://emulator.localhost/v1.0/message/routes/delete: "
        f"Telegent answered {status}; check telegent:baseUrl and any proxy in between"
    )
    assert writes == []
    assert _route(world, route_id) == ENABLED

    assert _destroyed(world, lambda: world.routes().delete(route_id, outputs))[0] == ""
    assert _route(world, route_id) == GONE


@pytest.mark.parametrize(("policy", "situation"), NUMBERS)
def test_numbers(world: World, policy: str, situation: str) -> None:
    """A number: put back or unassigned where the value is still ours, or retained; gone is done."""
    cell = NUMBERS[policy, situation]
    declared = {"phoneNumber": NUMBER, "messagingProfileId": ALERTS, "tags": ["ours"], "onDestroy": policy}
    number_id, outputs = world.numbers().create(declared)

    def destroy() -> None:
        world.numbers().delete(number_id, outputs)

    theirs = {"messaging_profile_id": DEFAULT, "tags": ["theirs"]}
    clear = _obstacle(world, situation, f"numbers/{number_id}", theirs, destroy)

    error, writes = _destroyed(world, destroy)

    # Telnyx advises to repeat a 409: another change may be in progress.
    assert writes == ([] if cell.sent == NOTHING else [cell.sent] * (5 if cell.told == NUMBER_IN_USE else 1))
    assert error.startswith(cell.told) if cell.told else error == ""
    assert _number(world) == cell.after
    _check(world, cell)

    clear()
    assert _destroyed(world, destroy)[0] == ""
    assert _number(world) == (NUMBERS[policy, "there"] if cell.told else cell).after


def _obstacle(
    world: World, situation: str, path: str, theirs: dict[str, Any], destroy: Callable[[], None]
) -> Callable[[], None]:
    """Bring the situation about; what is returned ends it, where it is an obstacle."""
    if situation == "gone":
        world.control("DELETE", path)
    elif situation == "changed":
        world.control("PATCH", path, theirs)
    elif situation == "deleted before":  # the state was lost, or a copy of it is used
        destroy()
    elif situation == "refused":
        for operation in ("updateMessageRoute", "deleteMessageRoute", "updateMessaging"):
            _answer(world, operation, 403)
    elif situation == "in use" and path.startswith("numbers/"):
        _answer(world, "updateMessaging", 409)
    return lambda: world.control("DELETE", "answers")


def _answer(world: World, operation: str, status: int) -> None:
    telnyx = {"errors": [{"code": "10009", "title": "No.", "detail": "Not now."}]}
    body = telnyx if operation == "updateMessaging" else {"StatusCode": status, "Message": "No."}
    world.control("POST", "answers", {"operation": operation, "status": status, "body": body, "times": 50})


def _destroyed(world: World, destroy: Callable[[], None]) -> tuple[str, list[Any]]:
    """The error of a destroy, and the bodies of its writes; a Telegent write is repeated once with a fresh token."""
    world.control("DELETE", "requests")
    error = ""
    try:
        destroy()
    except MessagingError as told:
        error = str(told)
    log = [entry for entry in world.control("GET", "requests") if entry["operation"] not in READS]
    denied_before = [entry["status"] == 403 and entry["vendor"] == "telegent" for entry in log]
    assert sum(denied_before) in {0, 2}
    return error, [entry["body"] for entry in (log[1:] if any(denied_before) else log)]


def _check(world: World, cell: Cell) -> None:
    """What holds in every cell."""
    assert bool(world.control("GET", "requests")) is cell.reads
    state = world.control("GET", "state")
    (theirs,) = [route for route in state["routes"] if route["RouteName"] == "theirs"]
    assert theirs["MessageRouteEnabled"] is True
    others = [number for number in state["numbers"] if number["id"] != NUMBER_ID]
    assert [(number["tags"], number["messaging_product"]) for number in others] == [([], "A2P")] * 5
    assert not [line for line in world.said if "\n" in line]


def _route(world: World, route_id: str) -> tuple[bool, str] | None:
    routes = world.control("GET", "state")["routes"]
    found = [(one["MessageRouteEnabled"], one["MessageUrl"]) for one in routes if one["MessageRouteId"] == route_id]
    return found[0] if found else None


def _number(world: World) -> tuple[str | None, list[str]] | None:
    numbers = world.control("GET", "state")["numbers"]
    found = [(one["messaging_profile_id"], one["tags"]) for one in numbers if one["id"] == NUMBER_ID]
    return found[0] if found else None
