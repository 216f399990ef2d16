"""The fields of a Telnyx phone number's messaging settings.

Vendor page: developers.telnyx.com, "Update the messaging profile and/or messaging product of a phone number".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pulumi_messaging.core.fields import Clear, Field, Kind, Output, Table, Values, Wording
from pulumi_messaging.errors import Problem

ON_DESTROY: Final = ("restore", "unassign", "retain")


def _something_managed(values: Values, wording: Wording) -> Iterator[Problem]:
    """A resource that manages no setting would do nothing."""
    names = [field.name for field in NUMBER_MESSAGING.settings]
    if all(values.get(field.state) is None for field in NUMBER_MESSAGING.settings):
        yield Problem(
            wording.spell(names[0]),
            f"is missing: nothing is managed; give at least one of {', '.join(map(wording.spell, names))}",
        )


NUMBER_MESSAGING: Final = Table(
    resource="NumberMessaging",
    page="developers.telnyx.com: Update the messaging profile and/or messaging product of a phone number",
    fields=(
        Field(
            "phone_number",
            "phone_number",
            Kind.PHONE_NUMBER,
            "The number; it exists before and after.",
            required=True,
            replaces=True,
            same_as=("phoneNumber", "phoneNumberId"),
            held="__phoneNumber",
        ),
        Field(
            "messaging_profile_id",
            "messaging_profile_id",
            Kind.UUID,
            'Messaging profile; `""` unassigns.',
            clear=Clear.EMPTY,
        ),
        Field(
            "messaging_product",
            "messaging_product",
            Kind.STRING,
            "Messaging product, one of the number's eligible ones (`A2P`, `P2P`).",
        ),
        Field("tags", "tags", Kind.STRINGS, "Tags; order and repetition mean nothing; `[]` removes all."),
        Field(
            "on_destroy",
            None,
            Kind.CHOICE,
            "What destroy does: put back what was there where the value is still ours, unassign, or leave it.",
            choices=ON_DESTROY,
            default="restore",
        ),
    ),
    outputs=(
        Output("phone_number_id", "id", "The number's numeric id; the same as `id`."),
        Output("country_code", "country_code", "ISO 3166-1 alpha-2."),
        Output("type", "type", "`longcode`, `tollfree` or `shortcode`."),
        Output("traffic_type", "traffic_type", "Traffic type, set by the vendor."),
        Output(
            "eligible_messaging_products",
            "eligible_messaging_products",
            "Products the number may have now.",
            Kind.STRINGS,
        ),
        Output("features", "features", "`sms` and `mms`: what each can do.", Kind.OBJECT),
    ),
    rules=(_something_managed,),
    former="__former",
)
