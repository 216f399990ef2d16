"""Resources with nothing wrong but what a test gives them, and what `check` says of them."""

from __future__ import annotations

from typing import Any

from pulumi_messaging.core.check import check
from pulumi_messaging.core.message_route import MESSAGE_ROUTE
from pulumi_messaging.core.number_messaging import NUMBER_MESSAGING
from tests.support.core.expected import wrong

ROUTE = {"messageUrl": "https://hooks.example.com/in", "messageUrlMethod": "POST"}
NUMBER = {"phoneNumber": "+15550100001", "messagingProduct": "A2P"}
NO_SCHEME = "must begin with https:// (or http://)"
CONTROL = "must not contain control characters"
EDGES = "must not begin or end with blanks"


def route(**values: Any) -> list[str]:
    """What is wrong with a route that has these values."""
    return wrong(check(MESSAGE_ROUTE, {**ROUTE, **values}))


def number(**values: Any) -> list[str]:
    """What is wrong with a number that has these values."""
    return wrong(check(NUMBER_MESSAGING, {**NUMBER, **values}))
