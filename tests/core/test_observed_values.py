"""What an answer tells is believed where it is of the documented type; anything else tells nothing."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_messaging.core.diff import observe
from pulumi_messaging.core.number_messaging import NUMBER_MESSAGING

OTHERS: tuple[Any, ...] = (None, True, False, 0, 5, 1.5, [], ["x"], {}, {"x": 1}, "", "x")


@pytest.mark.parametrize("value", OTHERS)
@pytest.mark.parametrize("wire", ["id", "country_code", "type", "traffic_type"])
def test_a_text_is_a_text(wire: str, value: Any) -> None:
    """A computed output that is a text is kept only when it is one, and not empty."""
    state = {"id": "phoneNumberId", "country_code": "countryCode", "type": "type", "traffic_type": "trafficType"}[wire]

    assert observe(NUMBER_MESSAGING, {wire: value}).get(state) == (value if value == "x" else None)


@pytest.mark.parametrize("value", OTHERS)
def test_a_list_of_products_is_a_list_of_texts(value: Any) -> None:
    """Products are compared with a declared one, so they are texts whatever they came as."""
    told = observe(NUMBER_MESSAGING, {"eligible_messaging_products": value}).get("eligibleMessagingProducts")

    assert told == (tuple(value) if isinstance(value, list) else None)
    assert observe(NUMBER_MESSAGING, {"eligible_messaging_products": [5]})["eligibleMessagingProducts"] == ("5",)


@pytest.mark.parametrize("value", OTHERS)
def test_features_are_an_object(value: Any) -> None:
    """What the number can do is an object."""
    told = observe(NUMBER_MESSAGING, {"features": value}).get("features")

    assert told == (value if isinstance(value, dict) else None)
