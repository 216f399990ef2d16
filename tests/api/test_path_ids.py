"""Ids in the paths of requests."""

from __future__ import annotations

import pytest

from pulumi_messaging.api.ids import checked_id, segment
from pulumi_messaging.errors import (
    InvalidInput,
)
from tests.support.api.vendor import ROUTE, Vendor, telegent


@pytest.mark.parametrize("value", ["", " ", "a\nb", "a\x00", "\x7f", "a\u2028b"])
def test_an_empty_id_or_one_with_control_characters_is_not_sent(value: str) -> None:
    """Such an id is refused before anything is sent."""
    vendor = Vendor([ROUTE])

    with pytest.raises(InvalidInput):
        telegent(vendor).get_message_route(value)
    with pytest.raises(InvalidInput):
        telegent(vendor).delete_message_route(value)
    with pytest.raises(InvalidInput):
        telegent(vendor).update_message_route(value, {"RouteName": "r"})

    assert vendor.requests == vendor.tokens == []


@pytest.mark.parametrize("value", [".", ".."])
def test_a_dot_is_no_id_in_a_path(value: str) -> None:
    """A dot segment would address another object; it is refused."""
    with pytest.raises(InvalidInput, match="is not an id"):
        segment(value, "number")


def test_an_id_is_percent_encoded_whole() -> None:
    """Nothing of an id acts as a part of the URL."""
    assert segment("a/b?c&d=%2e#é+", "id") == "a%2Fb%3Fc%26d%3D%252e%23%C3%A9%2B"
    assert checked_id("MRID-1", "id") == "MRID-1"
