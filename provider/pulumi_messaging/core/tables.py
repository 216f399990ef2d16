"""The resources: the code for every resource reads this list."""

from collections.abc import Mapping
from typing import Final, Literal

from pulumi_messaging.core.message_route import MESSAGE_ROUTE, ROUTES
from pulumi_messaging.core.messaging_profile import MESSAGING_PROFILE, PROFILES
from pulumi_messaging.core.named import Named
from pulumi_messaging.core.number_messaging import NUMBER_MESSAGING
from pulumi_messaging.core.number_messaging_group import NUMBER_MESSAGING_GROUP, TELNYX_NUMBERS
from pulumi_messaging.core.number_route import NUMBER_ROUTE
from pulumi_messaging.core.number_route_group import NUMBER_ROUTE_GROUP, TELEGENT_NUMBERS
from pulumi_messaging.core.numbers import NumberResources

TABLES: Final = (
    MESSAGE_ROUTE,
    NUMBER_MESSAGING,
    NUMBER_MESSAGING_GROUP,
    MESSAGING_PROFILE,
    NUMBER_ROUTE,
    NUMBER_ROUTE_GROUP,
)
# Class name → kind, of the resources whose objects have a name.
NAMED: Final[Mapping[str, Named]] = {kind.table.resource: kind for kind in (ROUTES, PROFILES)}
# Vendor → the resources of its numbers.
NUMBERS: Final[Mapping[Literal["telegent", "telnyx"], NumberResources]] = {
    "telegent": TELEGENT_NUMBERS,
    "telnyx": TELNYX_NUMBERS,
}
