"""What the programs of the recorded stacks declare their resources with.

The value `states:step` of the configuration selects one of three versions of the program: "before" is applied first,
"recorded" is the program that the state was recorded with, "changed" changes one field of each resource.
"""

from __future__ import annotations

from typing import Any

import pulumi

import pulumi_messaging  # the oldest versions have some of its classes only

STEP = pulumi.Config("states").require("step")
DEFAULT = "7d0c4c1e-5a51-4a51-9f4e-0c7b3f0a1d22"
ALERTS = "c4a1f0de-2b6d-4c0e-8f57-6a9d2b1c4e10"
EU_PROFILE, EU_OTHER = "e0000000-0000-4000-8000-000000000001", "e0000000-0000-4000-8000-000000000002"


def before(first: Any, later: Any) -> Any:
    """A value that step "before" has, and the value of the later steps."""
    return first if STEP == "before" else later


def changed(value: Any, other: Any) -> Any:
    """A value, and the value that step "changed" has in its place."""
    return other if STEP == "changed" else value


def route(name: str, **arguments: Any) -> Any:
    """A route; its URL is the field that step "changed" changes, where it is not given."""
    url = f"https://{changed('hooks', 'changed')}.example.com/{name}"
    return pulumi_messaging.MessageRoute(name, **{"message_url": url, "message_url_method": "POST", **arguments})


def number(name: str, last: int, **arguments: Any) -> Any:
    """A number of the account of this stack, given by its last digits."""
    return pulumi_messaging.NumberMessaging(name, **{"phone_number": phone_number(last), **arguments})


def phone_number(last: int) -> str:
    """The E.164 number that ends in these digits."""
    return f"+1555010{last}"


def number_id(last: int) -> str:
    """The vendor's id of the number that ends in these digits."""
    return f"130000000000000{last}"


def group(name: str, *lasts: int, **arguments: Any) -> Any:
    """A group of numbers, each given by its last digits."""
    numbers = [phone_number(last) for last in lasts]
    given = {"phone_numbers": numbers, "messaging_profile_id": changed(ALERTS, DEFAULT), **arguments}
    return pulumi_messaging.NumberMessagingGroup(name, **given)


def authentication(prefix: str, kind: str, user: str | None = None, password: str | None = None) -> dict[str, Any]:
    """The three authentication fields of a webhook."""
    values = {"authentication_type": kind, "username": user, "password_token": password}
    return {f"{prefix}_{name}": value for name, value in values.items()}


def profile(name: str, /, **arguments: Any) -> Any:
    """A messaging profile; its webhook is the field that step "changed" changes, where it is not given."""
    url = f"https://{changed('hooks', 'changed')}.example.com/{name}"
    given = {"whitelisted_destinations": ["US", "CA"], "webhook_url": url, **arguments}
    return pulumi_messaging.MessagingProfile(name, **given)


def adopted_profile(last: int) -> str:
    """The id of a profile that was there before."""
    return f"a0000000-0000-4000-8000-00000000000{last}"


def telegent_number(last: int) -> str:
    """The number of Telegent that ends in these digits."""
    return f"+1555020{last}"


def line(name: str, last: int, /, **arguments: Any) -> Any:
    """The route of a number of Telegent, given by its last digits."""
    given = {"number": telegent_number(last), "message_route_id": changed("MRID-target", "MRID-other"), **arguments}
    return pulumi_messaging.NumberRoute(name, **given)


def lines_of(name: str, *lasts: int, **arguments: Any) -> Any:
    """The route of some numbers of Telegent, each given by its last digits."""
    numbers = [telegent_number(last) for last in lasts]
    given = {"numbers": numbers, "message_route_id": changed("MRID-target", "MRID-other"), **arguments}
    return pulumi_messaging.NumberRouteGroup(name, **given)
