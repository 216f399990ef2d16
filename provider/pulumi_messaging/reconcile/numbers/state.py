"""State names of numbers, from the rows; hidden ones stand in ``core``."""

from __future__ import annotations

from typing import Final

from pulumi_messaging.core.number_messaging import NumberMessagingFields
from pulumi_messaging.core.number_messaging_group import NumberMessagingGroupFields

PHONE_NUMBER: Final = NumberMessagingFields.phone_number.state
NUMBER_ID: Final = NumberMessagingFields.phone_number_id.state
PROFILE: Final = NumberMessagingFields.messaging_profile_id.state
PRODUCT: Final = NumberMessagingFields.messaging_product.state
ELIGIBLE: Final = NumberMessagingFields.eligible_messaging_products.state
TYPE: Final = NumberMessagingFields.type.state
ON_DESTROY: Final = NumberMessagingFields.on_destroy.state
PHONE_NUMBERS: Final = NumberMessagingGroupFields.phone_numbers.state
