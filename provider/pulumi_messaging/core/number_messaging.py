"""The fields of a Telnyx phone number's messaging settings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal, get_args

from pulumi_messaging.core.declared import Argument, Computed, Declared, Input, WiderArgument, field, output, table
from pulumi_messaging.core.fields import Clear, Echo, Kind, Values, Wording
from pulumi_messaging.core.hidden import FORMER
from pulumi_messaging.errors import Problem

OnDestroy = Literal["restore", "unassign", "retain"]

# Hidden output.
DECLARED_NUMBER: Final = "__phoneNumber"  # the number as declared, where that is not E.164


class NumberMessagingFields(Declared):
    """The arguments and outputs of a ``NumberMessaging``."""

    phone_number: Argument[str] = field(
        Kind.PHONE_NUMBER,
        "phone_number",
        "The number; it exists before and after.",
        replaces=True,
        same_as=("phone_number", "phone_number_id"),
        held=DECLARED_NUMBER,
    )
    messaging_profile_id: Argument[str | None] = field(
        Kind.UUID, "messaging_profile_id", 'Messaging profile; `""` unassigns.', default=None, clear=Clear.EMPTY
    )
    messaging_product: Argument[str | None] = field(
        Kind.STRING,
        "messaging_product",
        "One of the number's eligible products (`A2P`, `P2P`).",
        default=None,
    )
    tags: WiderArgument[Sequence[str] | None, Sequence[Input[str]] | None] = field(
        Kind.STRINGS,
        "tags",
        "Tags; order and repetition mean nothing; `[]` removes all.",
        default=None,
        echo=Echo.MAYBE,  # answers have them since February 2026, and then also as null
    )
    on_destroy: WiderArgument[OnDestroy, OnDestroy | None] = field(
        Kind.CHOICE,
        None,
        "Action of destroy: put back the former value where the value is still ours, unassign, or leave it.",
        default="restore",
        choices=get_args(OnDestroy),
    )
    phone_number_id: Computed[str] = output("id", "The number's numeric id; the same as `id`.")
    country_code: Computed[str | None] = output("country_code", "ISO 3166-1 alpha-2.")
    type: Computed[str | None] = output("type", "`longcode`, `tollfree` or `shortcode`.")
    traffic_type: Computed[str | None] = output("traffic_type", "Traffic type, set by the vendor.")
    eligible_messaging_products: Computed[Sequence[str] | None] = output(
        "eligible_messaging_products", "Products the number may have now.", Kind.STRINGS
    )
    features: Computed[dict[str, Any] | None] = output("features", "`sms` and `mms`: what each can do.", Kind.OBJECT)


def _something_managed(values: Values, wording: Wording) -> Iterator[Problem]:
    names = [wording.spell(row.name) for row in NUMBER_MESSAGING.settings]
    if all(values.get(row.state) is None for row in NUMBER_MESSAGING.settings):
        yield Problem(names[0], f"is missing: nothing is managed; give at least one of {', '.join(names)}")


NUMBER_MESSAGING: Final = table(
    NumberMessagingFields,
    resource="NumberMessaging",
    page="developers.telnyx.com: Update the messaging profile and/or messaging product of a phone number",
    rules=(_something_managed,),
    former=FORMER,
    assignment=NumberMessagingFields.messaging_profile_id.state,
)
