"""What a check refuses of a messaging profile: the forms that only it has."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_messaging.core.check import check
from pulumi_messaging.core.fields import camel
from pulumi_messaging.core.messaging_profile import MESSAGING_PROFILE


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"redaction_level": 0}, 'redaction_level must be 1 or 2, not "0"'),
        ({"redaction_level": 3}, 'redaction_level must be 1 or 2, not "3"'),
        (
            {"webhook_url": "https://me:pw@hooks.example.com/in"},
            "webhook_url must not contain a user name or password: previews and state would show it",
        ),
    ],
)
def test_what_a_profile_may_not_have(given: dict[str, Any], reason: str) -> None:
    """What the vendor would refuse when the profile is there already; no advice for another resource."""
    values = {camel(name): value for name, value in given.items()}
    problems = check(MESSAGING_PROFILE, {"whitelistedDestinations": ("US",), "name": "a", **values}, str)
    assert [f"{problem.property} {problem.reason}" for problem in problems] == [reason]
