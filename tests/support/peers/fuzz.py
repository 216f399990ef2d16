"""The real clients and flows over vendors that spoil what they answer, and what must hold all the same.

``python -m tests.support.peers.fuzz VENDOR SEED ANSWERS`` runs operations until so many answers were spoilt.
"""

from __future__ import annotations

import contextlib
import io
import json
import random as global_random
import re
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from random import Random
from typing import Any, Final

from pulumi_messaging.api.telegent import TelegentClient
from pulumi_messaging.api.telnyx import TelnyxClient
from pulumi_messaging.composition import groups_of, named_objects_of, number_account_of, numbers_of
from pulumi_messaging.errors import MessagingError, Refused, Unfinished
from pulumi_messaging.reconcile.named.objects import NamedObjects
from pulumi_messaging.reconcile.notes import NoteFiles
from pulumi_messaging.reconcile.numbers.group import NumberGroups
from pulumi_messaging.reconcile.numbers.single import SingleNumbers
from pulumi_messaging.reconcile.ownership import Ownership
from pulumi_messaging.reconcile.reconciler import Reading
from tests.support.cache import no_notes
from tests.support.clock import VirtualClock
from tests.support.peers.vendors import (
    GROUP,
    NAME,
    NEW_URL,
    NUMBER,
    NUMBER_ID,
    OTHER,
    OURS,
    PASSWORD,
    PROFILE,
    SECRETS,
    TELEGENT,
    TELNYX,
    URL,
    Hostile,
    Telegent,
    Telnyx,
)

# Of every request's answers, in one operation; what is left lets some get further than to their first request.
SHARES: Final = (0.6, 0.8, 1.0)


# Operations ----------------------------------------------------------------------------------------------------------

ROUTE: Final = {
    "messageUrl": URL,
    "messageUrlMethod": "POST",
    "messageAuthenticationType": "Bearer",
    "messagePasswordToken": PASSWORD,
    "onDestroy": "delete",
}
AUTOMATIC: Final = {**ROUTE, "routeName": NAME, "__autoname": NAME}
GIVEN: Final = {**ROUTE, "routeName": NAME}
HELD: Final = {**ROUTE, "routeName": "ours", "messageRouteId": OURS}
WISH: Final = {"phoneNumber": NUMBER, "messagingProfileId": PROFILE, "messagingProduct": "A2P", "onDestroy": "restore"}
HELD_NUMBER: Final = {
    "phoneNumberId": NUMBER_ID, "phoneNumber": NUMBER, "__phoneNumber": NUMBER, "messagingProfileId": OTHER,
    "messagingProduct": "A2P", "eligibleMessagingProducts": ["A2P"], "onDestroy": "restore",
    "__former": {"messagingProfileId": PROFILE, "messagingProduct": "A2P"},
}  # fmt: skip

ON_ROUTES: Final[dict[str, Callable[[NamedObjects], Any]]] = {
    "create": lambda routes: routes.create(AUTOMATIC),
    "create named": lambda routes: routes.create(GIVEN),
    "adopt": lambda routes: routes.create({**GIVEN, "adopt": OURS}),
    "read": lambda routes: routes.read(OURS, HELD),
    "update": lambda routes: routes.update(OURS, HELD, {**HELD, "messageUrl": NEW_URL}),
    "rename": lambda routes: routes.update(OURS, HELD, {**HELD, "routeName": "other"}),
    "delete": lambda routes: routes.delete(OURS, HELD),
    "disable": lambda routes: routes.delete(OURS, {**HELD, "onDestroy": "disable"}),
}
ALIKE: Final = {
    "phoneNumbers": "".join(f"{number}\n" for number in GROUP), "messagingProfileId": PROFILE, "onDestroy": "restore",
    "__group": "group-0",
}  # fmt: skip
HELD_GROUP: Final = {
    "messagingProfileId": OTHER, "onDestroy": "restore",
    "__numbers": ({"numbers": " ".join(GROUP), "former": {"messagingProfileId": PROFILE}},),
}  # fmt: skip

ON_NUMBERS: Final[dict[str, Callable[[Both], Any]]] = {
    "create": lambda both: both.numbers.create(WISH),
    "create by id": lambda both: both.numbers.create({**WISH, "phoneNumber": NUMBER_ID, "tags": ("ours",)}),
    "read": lambda both: both.numbers.read(NUMBER_ID, HELD_NUMBER),
    "update": lambda both: both.numbers.update(NUMBER_ID, HELD_NUMBER, {**WISH, "messagingProduct": "P2P", "tags": ()}),
    "unassign": lambda both: both.numbers.update(NUMBER_ID, HELD_NUMBER, {**WISH, "messagingProfileId": ""}),
    "restore": lambda both: both.numbers.delete(NUMBER_ID, HELD_NUMBER),
    "release": lambda both: both.numbers.delete(NUMBER_ID, {**HELD_NUMBER, "onDestroy": "unassign"}),
    "create group": lambda both: both.groups.create(ALIKE),
    "create small group": lambda both: both.groups.create({**ALIKE, "phoneNumbers": f"{NUMBER_ID}\n", "tags": ("t",)}),
    "read group": lambda both: both.groups.read("group-0", HELD_GROUP),
    "update group": lambda both: both.groups.update("group-0", HELD_GROUP, {**ALIKE, "messagingProduct": "P2P"}),
    "delete group": lambda both: both.groups.delete("group-0", HELD_GROUP),
}


def routes_over(peer: Hostile, time: VirtualClock, said: list[str]) -> NamedObjects:
    client = TelegentClient(TELEGENT, peer, clock=time.clock)
    return named_objects_of(client, Ownership(), no_notes(time.now, time.sleep), said.append)


@dataclass(frozen=True)
class Both:
    """One number, and a group of numbers, of one process."""

    numbers: SingleNumbers
    groups: NumberGroups


def numbers_over(peer: Hostile, time: VirtualClock, said: list[str]) -> Both:
    client = TelnyxClient(TELNYX, peer, clock=time.clock)
    account = number_account_of(client, said.append)
    return Both(numbers_of(account, Ownership()), groups_of(account, Ownership(), NoteFiles(None)))


@dataclass(frozen=True)
class Vendor:
    """A hostile vendor, the flows that talk to it, and their operations."""

    peer: type[Hostile]
    over: Callable[..., Any]
    operations: dict[str, Callable[[Any], Any]]


VENDORS: Final = {
    "telegent": Vendor(Telegent, routes_over, ON_ROUTES),
    "telnyx": Vendor(Telnyx, numbers_over, ON_NUMBERS),
}

# Invariants ----------------------------------------------------------------------------------------------------------

PATHS: Final = re.compile(
    r"/v1\.0(/oauth2/tokens|/message/routes(/update|/delete)?|/account/message/routes|/numbers(/inventory)?)"
    r"|/v2/phone_numbers(/messaging|/(%2B1555[0-9]{7}|[A-Za-z0-9._:~-]{1,200})/messaging)?"
    r"|/v2/messaging_numbers_bulk_updates(/[A-Za-z0-9._:~+-]{1,200})?|/v2/messaging_profiles/[0-9a-f-]{36}/phone_numbers"
)
AN_ID: Final = re.compile(r"[A-Za-z0-9._:~+-]{1,200}")
LONGEST_TEXT: Final = 2_000
# Virtual seconds. An operation makes some calls, and each of them has five minutes at most.
LONGEST_OPERATION: Final = 600
MOST_LEVELS: Final = 40


def fuzz(vendor: str, seed: str, answers: int) -> Counter[str]:
    """Operations with spoilt answers, until there were enough of them; what came out, by its kind.

    Raises:
        AssertionError: Something came out that must not; a note tells the case.
    """
    global_random.seed(seed)  # the jitter of waits
    came_out: Counter[str] = Counter()
    for number in count():
        random = Random(f"{seed}-{number}")
        name = random.choice(list(VENDORS[vendor].operations))
        peer = VENDORS[vendor].peer(f"{seed}-{number}", random.choice(SHARES), gone=random.random() < 0.2)
        try:
            came_out[_one(VENDORS[vendor], name, peer)] += 1
        except BaseException as unexpected:
            unexpected.add_note(f"{vendor} {seed}-{number}: {name}, after {str(peer.last)[:3000]}")
            raise
        came_out["spoilt answers"] += peer.spoilt
        if came_out["spoilt answers"] >= answers:
            break
    return came_out


def _one(vendor: Vendor, name: str, peer: Hostile) -> str:
    time, said = VirtualClock(), list[str]()
    result, error = None, None
    with contextlib.redirect_stderr(io.StringIO()) as announced:
        try:
            result = vendor.operations[name](vendor.over(peer, time, said))
        except MessagingError as told:
            error = told
    for text in [str(error), *said, *announced.getvalue().splitlines()]:
        assert text.isprintable(), text
        assert len(text) < LONGEST_TEXT, text
        assert not [secret for secret in SECRETS if secret in text], text
    assert time.elapsed < LONGEST_OPERATION
    assert not [path for path in peer.paths if not PATHS.fullmatch(path)]
    if isinstance(error, Unfinished):  # the state gets both
        result = error.object_id, error.outputs
    if error is None or isinstance(error, Unfinished):
        _check_result(result)
    if peer.readable and name.startswith("create"):
        assert result is not None, f"the route {peer.readable} was made: {error}"
        assert result[0] in peer.readable
    return "Refused after 404" if isinstance(error, Refused) and "404" in str(error) else type(error).__name__


def _check_result(result: Any) -> None:
    """Every engine must be able to keep it: plain JSON of some levels, finite numbers, whole characters."""
    if isinstance(result, tuple):
        object_id, result = result
        assert AN_ID.fullmatch(object_id)
    if isinstance(result, Reading):
        result = [result.inputs, result.outputs]
    json.dumps(result, allow_nan=False, ensure_ascii=False, default=list).encode()
    assert _levels(result) < MOST_LEVELS


def _levels(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ()
    return 1 + max(map(_levels, inner), default=0)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(fuzz(sys.argv[1], sys.argv[2], int(sys.argv[3]))))
