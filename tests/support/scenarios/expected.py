"""What scenarios speak of: the objects of a fresh emulator, the requests that write, and the words of a run."""

from __future__ import annotations

import json
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from tests.support.scenarios.engines import PROJECT, STACK

FIRST, SECOND, THIRD, FOURTH = (f"+1555010000{last}" for last in (1, 2, 3, 4))
FIRST_ID, SECOND_ID, THIRD_ID, FOURTH_ID = (f"129338426107573150{last}" for last in (1, 2, 3, 4))
DEFAULT, ALERTS = "7d0c4c1e-5a51-4a51-9f4e-0c7b3f0a1d22", "c4a1f0de-2b6d-4c0e-8f57-6a9d2b1c4e10"
URL = "https://hooks.example.com/in"

# A page of the account's numbers: what several reads of numbers share.
PAGE = "GET /v2/phone_numbers/messaging?page[number]=1&page[size]=250&sort[phone_number]=asc"

CREATE, UPDATE, DELETE = (f"POST /v1.0/message/routes{rest}" for rest in ("", "/update", "/delete"))


def automatic(name: str) -> str:
    """The automatic name of a route, by the rule."""
    kind = "pulumi-python:dynamic/messaging:MessageRoute"
    identity = repr(("organization", PROJECT, STACK, kind, name))
    return f"{name}-{sha256(identity.encode()).hexdigest()[:7]}"


def patch(number_id: str, **body: Any) -> tuple[str, Any]:
    """The one write of a number's settings."""
    return f"PATCH /v2/phone_numbers/{number_id}/messaging", body


def update(name: str, **body: Any) -> tuple[str, Any]:
    """The one write of a route that was made by a resource."""
    return UPDATE, {"MessageRouteId": f"<{name}>", **body}


def each(names: Iterable[str], *ops: str) -> dict[str, list[str]]:
    """The same operations on each of these resources, as `Run.ops` gives them."""
    return {name: list(ops) for name in names}


def ordered(*writes: tuple[str, Any]) -> list[tuple[str, Any]]:
    """Writes in the order in which `Run.writes` gives them: engines send what is independent in any order."""
    return sorted(writes, key=lambda write: (write[0], json.dumps(write[1], sort_keys=True)))
