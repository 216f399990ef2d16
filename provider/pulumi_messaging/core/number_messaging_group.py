"""The fields of a group of Telnyx numbers with equal messaging settings; the settings are those of a single number."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from pulumi_messaging.core.declared import Argument, Declared, Input, WiderArgument, like
from pulumi_messaging.core.fields import Kind
from pulumi_messaging.core.number_messaging import NUMBER_MESSAGING, NumberMessagingFields, OnDestroy
from pulumi_messaging.core.numbers import NumberResources, group_numbers, group_table


class NumberMessagingGroupFields(Declared):
    """The arguments of a ``NumberMessagingGroup``."""

    phone_numbers: WiderArgument[Sequence[str], Collection[Input[str]]] = group_numbers(Kind.PHONE_NUMBERS)
    messaging_profile_id: Argument[str] = like(NumberMessagingFields.messaging_profile_id)
    messaging_product: Argument[str | None] = like(NumberMessagingFields.messaging_product, default=None)
    tags: WiderArgument[Sequence[str] | None, Sequence[Input[str]] | None] = like(
        NumberMessagingFields.tags, default=None
    )
    on_destroy: WiderArgument[OnDestroy, OnDestroy | None] = like(NumberMessagingFields.on_destroy, default="restore")


NUMBER_MESSAGING_GROUP: Final = group_table(
    NumberMessagingGroupFields,
    NumberMessagingGroupFields.phone_numbers.state,
    resource="NumberMessagingGroup",
    page=f"{NUMBER_MESSAGING.page}; Bulk update phone number profiles",
    assignment=NumberMessagingFields.messaging_profile_id.state,
)

TELNYX_NUMBERS: Final = NumberResources(
    NUMBER_MESSAGING,
    NUMBER_MESSAGING_GROUP,
    vendor="Telnyx",
    credentials="telnyx:apiKey",
    settings="messaging settings",
    present="in the account of {account} and enabled for messaging",
    number=NumberMessagingFields.phone_number.state,
    number_id=NumberMessagingFields.phone_number_id.state,
    numbers=NumberMessagingGroupFields.phone_numbers.state,
    # The vendor decides on a number's eligible products from its traffic.
    volatile=frozenset({NumberMessagingFields.messaging_product.state}),
)
