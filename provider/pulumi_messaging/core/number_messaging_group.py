"""The fields of a group of Telnyx numbers with the same messaging settings: those of a single number, for all alike.

Vendor pages: those of ``NumberMessaging``, and developers.telnyx.com, "Bulk update phone number profiles".
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from pulumi_messaging.core.fields import UNKNOWN, Field, Kind, Table, Value, Values
from pulumi_messaging.core.members import canonical
from pulumi_messaging.core.number_messaging import NUMBER_MESSAGING

_SHARED = {field.name: field for field in NUMBER_MESSAGING.fields}


def _settled(old: Values, new: Values) -> dict[str, Value]:
    """The numbers as one text, each once; a given automatic id is kept."""
    settled = dict(new)
    numbers = settled.get("phoneNumbers")
    if isinstance(numbers, list | tuple):
        known = UNKNOWN not in numbers and all(isinstance(number, str) for number in numbers)
        settled["phoneNumbers"] = canonical(numbers) if known else UNKNOWN
    if "__group" in old:
        settled["__group"] = old["__group"]
    return settled


NUMBER_MESSAGING_GROUP: Final = Table(
    resource="NumberMessagingGroup",
    page=f"{NUMBER_MESSAGING.page}; Bulk update phone number profiles",
    fields=(
        Field(
            "phone_numbers",
            "numbers",
            Kind.PHONE_NUMBERS,
            "The numbers; order and repetition mean nothing. Leaving one out does for it what `on_destroy` says.",
            required=True,
            held="__numbers",
        ),
        replace(_SHARED["messaging_profile_id"], required=True),
        _SHARED["messaging_product"],
        _SHARED["tags"],
        replace(
            _SHARED["on_destroy"],
            doc="What destroy does with each number, and leaving it out: put back what was there where the value is "
            "still ours, unassign, or leave it.",
        ),
    ),
    outputs=(),
    hidden=("__group",),
    complete=_settled,
)
