"""The resources of every environment, declared in its settings file ``Pulumi.<stack>.yaml`` beside this module.

Importing this package declares them.
"""

from __future__ import annotations

from collections import defaultdict

import pulumi

from pulumi_messaging import (
    MessageRoute,
    MessagingProfile,
    NumberMessaging,
    NumberMessagingGroup,
    NumberRoute,
    NumberRouteGroup,
)
from pulumi_messaging.stackfile import declare

routes = declare(MessageRoute, "messaging:routes")
numbers = declare(NumberMessaging, "messaging:numbers")
groups = declare(NumberMessagingGroup, "messaging:groups")
profiles = declare(MessagingProfile, "messaging:profiles")
number_routes = declare(NumberRoute, "messaging:numberRoutes")
number_route_groups = declare(NumberRouteGroup, "messaging:numberRouteGroups")


def _by_profile(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    grouped = defaultdict(list)
    for profile, phone_number in sorted(pairs):
        grouped[profile or "(none)"].append(phone_number)
    return dict(grouped)


pulumi.export("routes", {name: route.id for name, route in routes.items()})
pairs = (pulumi.Output.all(number.messaging_profile_id, number.phone_number) for number in numbers.values())
pulumi.export("numbers", pulumi.Output.all(*pairs).apply(_by_profile))
