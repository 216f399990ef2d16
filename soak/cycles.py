"""A stack is made and destroyed again and again, and the accounts are as they were."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.harness import Figure, exactly
from soak.accounts import Accounts, accounts
from soak.stacks import Declared, Stack

SIZE = 100
ALERTS = "c4a1f0de-2b6d-4c0e-8f57-6a9d2b1c4e10"
ROUTE = {"message_url": "https://hooks.example.com/in", "message_url_method": "POST"}


def run(size: int, seed: int) -> Iterator[Figure]:  # noqa: ARG001 - nothing is random here
    """So many cycles."""
    declared: Declared = {
        "a": ("MessageRoute", {**ROUTE, "message_authentication_type": "Bearer", "message_password_token": "t0ken"}),
        "b": ("MessageRoute", {**ROUTE, "route_name": "given"}),
        "one": ("NumberMessaging", {"phone_number": "+15550100001", "messaging_profile_id": ALERTS, "tags": ["ours"]}),
        "two": ("NumberMessaging", {"phone_number": "+15550100002", "messaging_profile_id": ""}),
    }
    failed = changed = remaining = 0
    began = time.monotonic()
    with accounts() as place, tempfile.TemporaryDirectory() as folder:
        place.control("POST", "routes", {"RouteName": "theirs"})
        stack, before = Stack(Path(folder), place), _told(place)
        stack.declare(declared)
        for _ in range(size):
            made, _said = stack.run("up")
            made = made and stack.ids().keys() == declared.keys()
            gone, _said = stack.run("destroy")
            failed += not (made and gone)
            changed += _told(place) != before
            remaining += bool(stack.ids())
    yield Figure("cycles", f"{size} in {time.monotonic() - began:.0f} s")
    yield exactly("runs that failed", failed, 0)
    yield exactly("times that the accounts were not as before", changed, 0)
    yield exactly("times that something remained in the state", remaining, 0)


def _told(place: Accounts) -> Any:
    """Everything in the accounts but the moments of changes."""
    state = place.control("GET", "state")
    for number in state["numbers"]:
        del number["updated_at"]
    return state
