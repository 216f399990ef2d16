"""Messaging profiles in tests: declarations, and what the vendor got and stores."""

from __future__ import annotations

from typing import Any

from tests.support.emulator.seed import ALERTS
from tests.support.faults.world import World
from tests.support.reconcile.routes import Values

URL, OLD = "https://hooks.example.com/in?key=5ecret-in-url", "https://old.example.com/in"
POOL = {"tollFreeWeight": 10, "longCodeWeight": 1, "skipUnhealthy": True}
POOL_SENT = {"toll_free_weight": 10, "long_code_weight": 1, "skip_unhealthy": True}
MINIMAL = {"whitelistedDestinations": ["US", "CA"], "__autoname": "orders-0123456"}
NAMED = {"whitelistedDestinations": ["US", "CA"], "name": "orders"}
ADOPTED = {"whitelistedDestinations": ["US"], "adopt": ALERTS}
WRITES = ("createProfile", "updateProfile", "deleteProfile")


def requests(world: World) -> list[str]:
    """The operations since the last time."""
    return [one["operation"] for one in world.control("DELETE", "requests")]


def writes(world: World) -> list[Any]:
    """The bodies of the writes since the last time."""
    return [one["body"] for one in world.control("DELETE", "requests") if one["operation"] in WRITES]


def stored(world: World, profile_id: str = ALERTS) -> Values:
    """A profile as the vendor stores it."""
    return {each["id"]: dict(each) for each in world.control("GET", "state")["profiles"]}[profile_id]


def names(world: World) -> list[str]:
    """The names of all profiles."""
    return sorted(each["name"] for each in world.control("GET", "state")["profiles"])
