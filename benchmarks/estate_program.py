"""The program of the comparison: declares the estate of a file, in one contender's way; both come from the environment.

A number of the file has its fields as the vendor names them, and so has a route.
"""

from __future__ import annotations

import json
import os
from itertools import groupby
from pathlib import Path
from typing import Any

import pulumi_messaging
from benchmarks import handmade

ESTATE = "ESTATE_FILE"
CONTENDER = "ESTATE_CONTENDER"
_ROUTE = {"RouteName": "route_name", "MessageUrl": "message_url", "MessageUrlMethod": "message_url_method"}


def main() -> None:
    """Declare the resources."""
    contender = os.environ[CONTENDER]
    estate = json.loads(Path(os.environ[ESTATE]).read_text())
    if contender == "group":
        _groups(estate["numbers"])
    for number in [] if contender == "group" else estate["numbers"]:
        name = f"number-{number['phone_number'][1:]}"
        if contender == "single":
            pulumi_messaging.NumberMessaging(name, **number)
        else:
            handmade.declare(contender, "number", name, number)
    for route in estate["routes"]:
        if contender in handmade.PROVIDERS:
            handmade.declare(contender, "route", route["RouteName"], route)
        else:
            given = {_ROUTE[field]: value for field, value in route.items()}
            pulumi_messaging.MessageRoute(route["RouteName"], **given)


def _groups(numbers: list[dict[str, Any]]) -> None:
    """A group for all numbers of the same settings."""

    def settings(number: dict[str, Any]) -> tuple[str, str, tuple[str, ...]]:
        return number["messaging_profile_id"], number["messaging_product"], tuple(number["tags"])

    for (profile, product, tags), members in groupby(sorted(numbers, key=settings), settings):
        pulumi_messaging.NumberMessagingGroup(
            f"numbers-{profile[:8]}",
            phone_numbers=[number["phone_number"] for number in members],
            messaging_profile_id=profile,
            messaging_product=product,
            tags=list(tags),
        )
