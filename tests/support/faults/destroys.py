"""What a destroy comes to: each resource, each policy, 6 situations, as docs/destroy.md tells it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from pulumi_messaging.core.members import labelled
from tests.support.emulator.seed import ALERTS, DEFAULT, SECOND, SECOND_ID, THIRD
from tests.support.faults.operations import BEFORE_US, OTHER_ROUTE, OUR_ROUTE, PATHS, ROUTED, THEIR_ROUTE, stored
from tests.support.faults.world import World

USERS = {"routes": ("+15550200001", "+15550200003"), "profiles": ("+15550100004", "+15550100005")}
URL, THEIR_URL = "https://hooks.example.com/ours", "https://theirs.example.com/in"
NAMED = {"routeName": "it-0123456", "__autoname": "it-0123456", "messageUrl": URL, "messageUrlMethod": "POST"}
PROFILE = {"name": "it-0123456", "__autoname": "it-0123456", "whitelistedDestinations": ["US"], "webhookUrl": URL}
GONE = None


@dataclass(frozen=True)
class Cell:
    """What one destroy comes to.

    Attributes:
        sent: The body of its write, without the object's id; NOTHING for none.
        after: The values of the object afterwards; GONE where there is none.
        told: How the error begins; empty where it succeeds.
        reads: Whether the vendor is asked anything at all.
    """

    sent: Any
    after: Any
    told: str = ""
    reads: bool = True


NOTHING: Any = ()
Cells = dict[tuple[str, str], Cell]


def _of_policy(policy: str, **cells: Cell) -> Cells:
    return {(policy, situation.replace("_", " ")): cell for situation, cell in cells.items()}


def _retained(ours: Any, theirs: Any) -> Cells:
    """`retain` asks nobody anything."""
    left = Cell(NOTHING, ours, reads=False)
    gone, changed = replace(left, after=GONE), replace(left, after=theirs)
    return _of_policy("retain", there=left, gone=gone, changed=changed, in_use=left, refused=left, deleted_before=left)


def _put_back(policy: str, body: Any, values: tuple[Any, Any], after: Any, told: tuple[str, str]) -> Cells:
    """What is still ours gets its former value, or is taken off; ``told`` of a vendor who denies it, or is busy."""
    (ours, theirs), (refused, in_use) = values, told
    done, nothing = Cell(body, after), Cell(NOTHING, after)
    return _of_policy(
        policy,
        there=done,
        gone=replace(nothing, after=GONE),
        changed=replace(nothing, after=theirs),
        in_use=Cell(body, ours, in_use) if in_use else done,
        refused=Cell(body, ours, refused),
        deleted_before=nothing,
    )


def _deleted(ours: Any, in_use: str, refused: str) -> Cells:
    """An object that was made here is deleted unless numbers use it, whatever was changed since; gone is done."""
    done = Cell({}, GONE)
    used, denied = Cell(NOTHING, ours, in_use), Cell({}, ours, refused)
    return _of_policy("delete", there=done, gone=done, changed=done, in_use=used, refused=denied, deleted_before=done)


def _in_use(kind: str, word: str, keeping: str) -> str:
    noun, users = word.rpartition(" ")[2], ", ".join(USERS[kind])
    return (
        f"cannot delete {word} <id>: 2 number(s) still use it ({users}); move them to another {noun} first, "
        f"or set on_destroy={keeping} and run `pulumi up`"
    )


# Of a route, whether it is enabled, and its URL.
DISABLE = {"MessageRouteEnabled": False}
ROUTES = {
    **_deleted(
        (True, URL),
        _in_use("routes", "message route", '"disable" or "retain"'),
        'cannot delete message route <id>: Telegent answered 403 "No." to a fresh token for ',
    ),
    **_of_policy(
        "disable",
        there=Cell(DISABLE, (False, URL)),
        gone=Cell(DISABLE, GONE),
        changed=Cell(DISABLE, (False, THEIR_URL)),
        in_use=Cell(DISABLE, (False, URL)),
        refused=Cell(
            DISABLE, (True, URL), 'cannot update message route <id>: Telegent answered 403 "No." to a fresh token for '
        ),
        deleted_before=Cell(DISABLE, (False, URL)),
    ),
    **_retained((True, URL), (True, THEIR_URL)),
}
# Of a profile, its webhook.
PROFILES = {
    **_deleted(
        (URL,),
        _in_use("profiles", "messaging profile", '"retain"'),
        'cannot delete messaging profile <id>: Telnyx answered 403, code 10009 "',
    ),
    **_retained((URL,), (THEIR_URL,)),
}
ADOPTED = {
    **_put_back(
        "restore",
        {"webhook_url": BEFORE_US},
        ((URL,), (THEIR_URL,)),
        (BEFORE_US,),
        ('cannot update messaging profile <id>: Telnyx answered 403, code 10009 "', ""),
    ),
    **_retained((URL,), (THEIR_URL,)),
}
# Before us the Telnyx numbers were on the profile "default" with the tag "before"; their product is nobody's business.
OURS, BEFORE, OFF = (ALERTS, ["ours"]), (DEFAULT, ["before"]), (None, ["ours"])
TAKEN = (DEFAULT, ["theirs"])
_REFUSED = f"cannot update messaging settings of number {SECOND} ({SECOND_ID}): Telnyx answered"
_TOLD = (f'{_REFUSED} 403, code 10009 "', f'{_REFUSED} 409, code 10009 "')
RESTORE = {"messaging_profile_id": DEFAULT, "tags": ["before"]}
NUMBERS = {
    **_put_back("restore", RESTORE, (OURS, TAKEN), BEFORE, _TOLD),
    **_put_back("unassign", {"messaging_profile_id": ""}, (OURS, TAKEN), OFF, _TOLD),
    **_retained(OURS, TAKEN),
}
# Before us the Telegent numbers were on a route of somebody else.
_ROUTES = ((OUR_ROUTE,), (OTHER_ROUTE,))
_ROUTE_REFUSED = f"cannot update the message route of number {ROUTED[0]}: Telegent answered"
_ROUTE_TOLD = (f'{_ROUTE_REFUSED} 403 "No." to a fresh token for ', f'{_ROUTE_REFUSED} 409 "No."')
ROUTED_NUMBERS = {
    **_put_back("restore", {"MessageRouteId": THEIR_ROUTE}, _ROUTES, (THEIR_ROUTE,), _ROUTE_TOLD),
    **_put_back("detach", {"MessageRouteId": None}, _ROUTES, (None,), _ROUTE_TOLD),
    **_retained(*_ROUTES),
}


def _group_of(single: Cells, count: int) -> Cells:
    """A group does the same for each of its numbers."""
    told = f"{count} of {count} numbers could not be put back ("
    return {key: replace(cell, told=told if cell.told else "") for key, cell in single.items()}


@dataclass(frozen=True)
class Resource:
    """One resource, what its destroys come to, and its objects.

    Attributes:
        flows: The flows that manage it, of a process of its own.
        declared: Its declaration, without the policy.
        cells: Policy and situation → outcome.
        table: Where the emulator keeps its objects.
        key: The vendor's key of their names.
        names: Their names; none: the resource's id.
        shown: The values that are compared.
        theirs: What somebody else writes in between.
        writes: The vendor's writes.
    """

    flows: Callable[[World], Any]
    declared: dict[str, Any]
    cells: Cells
    table: str
    key: str
    shown: tuple[str, ...]
    theirs: dict[str, Any]
    writes: tuple[str, ...]
    names: tuple[str, ...] = ()

    def rows(self, state: dict[str, Any], object_id: str) -> list[dict[str, Any]]:
        """The objects that are there."""
        return [row for row in state[self.table] if row[self.key] in (self.names or (object_id,))]

    def paths(self, object_id: str) -> list[str]:
        """The control surface's paths of the objects."""
        return [f"{PATHS.get(self.table, self.table)}/{name}" for name in self.names or (object_id,)]

    @property
    def of_telegent(self) -> bool:
        """Whether the vendor is Telegent."""
        return self.table in ("routes", "telegentNumbers")

    def after(self, world: World, object_id: str) -> Any:
        """The values of the objects, which have the same ones."""
        rows = [tuple(row[name] for name in self.shown) for row in self.rows(stored(world), object_id)]
        assert rows.count(rows[0]) == len(rows) == len(self.names or (object_id,)) if rows else True
        return rows[0] if rows else GONE

    def others(self, state: dict[str, Any], object_id: str) -> list[Any]:
        """All that a destroy must not change: other objects, and values that nobody declared."""
        ours, changes = self.rows(state, object_id), {*self.shown, "updated_at"}
        rest = [{name: value for name, value in row.items() if name not in changes} for row in ours]
        others = {table: [row for row in rows if row not in ours] for table, rows in state.items()}
        return [others, *rest]


_MESSAGING = {"messagingProfileId": ALERTS, "tags": ["ours"]}
_TELNYX_NUMBERS = ("numbers", "phone_number", ("messaging_profile_id", "tags"))
_TELEGENT_NUMBERS = ("telegentNumbers", "Number", ("MessageRouteId",))
_THEIR_ROUTE, _THEIR_SETTINGS = {"MessageRouteId": OTHER_ROUTE}, {"messaging_profile_id": DEFAULT, "tags": ["theirs"]}
_PROFILE_WRITES, _GROUP = ("updateProfile", "deleteProfile"), {"__group": "group-0123456"}
RESOURCES = {
    "route": Resource(
        World.routes,
        NAMED,
        ROUTES,
        "routes",
        "MessageRouteId",
        ("MessageRouteEnabled", "MessageUrl"),
        {"MessageUrl": THEIR_URL},
        ("updateMessageRoute", "deleteMessageRoute"),
    ),
    "profile": Resource(
        World.profiles,
        PROFILE,
        PROFILES,
        "profiles",
        "id",
        ("webhook_url",),
        {"webhook_url": THEIR_URL},
        _PROFILE_WRITES,
    ),
    "adopted profile": Resource(
        World.profiles,
        {"adopt": ALERTS, "whitelistedDestinations": ["US"], "webhookUrl": URL},
        ADOPTED,
        "profiles",
        "id",
        ("webhook_url",),
        {"webhook_url": THEIR_URL},
        _PROFILE_WRITES,
    ),
    "number": Resource(
        World.numbers,
        {"phoneNumber": SECOND, **_MESSAGING},
        NUMBERS,
        *_TELNYX_NUMBERS,
        _THEIR_SETTINGS,
        ("updateMessaging",),
        (SECOND,),
    ),
    "group": Resource(
        World.groups,
        {"phoneNumbers": labelled([SECOND, THIRD]), **_MESSAGING, **_GROUP},
        _group_of(NUMBERS, 2),
        *_TELNYX_NUMBERS,
        _THEIR_SETTINGS,
        ("updateMessaging",),
        (SECOND, THIRD),
    ),
    "routed number": Resource(
        partial(World.numbers, vendor="telegent"),
        {"number": ROUTED[0], "messageRouteId": OUR_ROUTE},
        ROUTED_NUMBERS,
        *_TELEGENT_NUMBERS,
        _THEIR_ROUTE,
        ("updateNumber",),
        ROUTED[:1],
    ),
    "routed group": Resource(
        partial(World.groups, vendor="telegent"),
        {"numbers": labelled(ROUTED), "messageRouteId": OUR_ROUTE, **_GROUP},
        _group_of(ROUTED_NUMBERS, 3),
        *_TELEGENT_NUMBERS,
        _THEIR_ROUTE,
        ("updateNumber",),
        ROUTED,
    ),
}
