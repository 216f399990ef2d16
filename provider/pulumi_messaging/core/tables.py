"""The resources: the code for every resource reads this list."""

from typing import Final

from pulumi_messaging.core.message_route import MESSAGE_ROUTE
from pulumi_messaging.core.messaging_profile import MESSAGING_PROFILE
from pulumi_messaging.core.number_messaging import NUMBER_MESSAGING
from pulumi_messaging.core.number_messaging_group import NUMBER_MESSAGING_GROUP

TABLES: Final = (MESSAGE_ROUTE, NUMBER_MESSAGING, NUMBER_MESSAGING_GROUP, MESSAGING_PROFILE)
