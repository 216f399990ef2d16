"""The requests, operations and automatic names that scenarios expect, in the form in which `Run` has them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from tests.support.scenarios.engines import PROJECT, STACK

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
