"""Run with `python -m pytest`: the fixture comes with the extra [testing], and each test has accounts of its own."""

from pathlib import Path

import pytest
from pulumi_messaging.testing import MessagingStacks, StackFailed

HERE = Path(__file__).parent


def test_each_service_has_a_route(messaging_stack: MessagingStacks) -> None:
    stack = messaging_stack(HERE, stack="dev")
    stack.up()
    assert {route["RouteName"] for route in stack.routes.values()} == {"orders", "support"}

    stack.up()
    assert stack.requests == []  # nothing has changed


def test_a_changed_url_is_one_small_write(messaging_stack: MessagingStacks) -> None:
    stack = messaging_stack(HERE, stack="dev")
    stack.up()
    (orders,) = (key for key, route in stack.routes.items() if route["RouteName"] == "orders")
    stack.foreign_edit("routes", orders, MessageUrl="https://elsewhere.example.com")

    stack.up(refresh=True)

    assert [write.body for write in stack.writes] == [
        {"MessageRouteId": orders, "MessageUrl": "https://hooks.example.com/orders"}
    ]


def test_a_refusal_is_one_line(messaging_stack: MessagingStacks) -> None:
    stack = messaging_stack(HERE, stack="dev")
    stack.control("POST", "answers", {"operation": "createMessageRoute", "status": 400, "text": "no routes today"})

    with pytest.raises(StackFailed, match="no routes today"):
        stack.up()
