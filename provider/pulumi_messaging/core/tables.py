"""The resources: the code for every resource reads this list."""

from collections.abc import Mapping
from typing import Final

from pulumi_messaging.core.message_route import MESSAGE_ROUTE, ROUTES
from pulumi_messaging.core.messaging_profile import MESSAGING_PROFILE, PROFILES
from pulumi_messaging.core.named import Named
from pulumi_messaging.core.number_messaging import NUMBER_MESSAGING
from pulumi_messaging.core.number_messaging_group import NUMBER_MESSAGING_GROUP
from pulumi_messaging.core.number_route import NUMBER_ROUTE
from pulumi_messaging.core.number_route_group import NUMBER_ROUTE_GROUP

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
