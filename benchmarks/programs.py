"""The program that the engines run: which resources, and how many, comes from the environment."""

from __future__ import annotations

import os

from benchmarks import objects, storing
from pulumi_messaging import MessageRoute, NumberMessaging, NumberMessagingGroup

CONTENDER = "BENCHMARK_CONTENDER"
SELECTION = "BENCHMARK_SELECTION"
OBJECTS = "BENCHMARK_OBJECTS"
GENERATION = "BENCHMARK_GENERATION"


def variables(*, storing: bool, selection: str, objects: int) -> dict[str, str]:
    """The environment for a program of these resources, but for its generation."""
    return {CONTENDER: "storing" if storing else "messaging", SELECTION: selection, OBJECTS: str(objects)}


def main() -> None:
    """Declare the resources."""
    select = {"mixed": objects.mixed, "routes": objects.routes, "group": lambda *size: [objects.group(*size)]}[
        os.environ[SELECTION]
    ]
    classes = {"route": MessageRoute, "number": NumberMessaging, "group": NumberMessagingGroup}
    for declared in select(int(os.environ[OBJECTS]), int(os.environ[GENERATION])):
        if os.environ[CONTENDER] == "storing":
            storing.declare(declared)
        else:
            classes[declared.kind](declared.name, **declared.arguments)
