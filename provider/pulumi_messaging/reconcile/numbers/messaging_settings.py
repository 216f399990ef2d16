"""One number's messaging settings, without requests: their state names, observation, and messages."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, Final

from pulumi_messaging.core.diff import Change, differences, observe
from pulumi_messaging.core.fields import Field, Value, Values
from pulumi_messaging.core.number_messaging import NUMBER_MESSAGING, NumberMessagingFields
from pulumi_messaging.core.number_messaging_group import NumberMessagingGroupFields
from pulumi_messaging.text import HIDDEN, brief

PHONE_NUMBER: Final = NumberMessagingFields.phone_number.state
NUMBER_ID: Final = NumberMessagingFields.phone_number_id.state
PROFILE: Final = NumberMessagingFields.messaging_profile_id.state
PRODUCT: Final = NumberMessagingFields.messaging_product.state
ON_DESTROY: Final = NumberMessagingFields.on_destroy.state
PHONE_NUMBERS: Final = NumberMessagingGroupFields.phone_numbers.state
_TYPE: Final = NumberMessagingFields.type.state

Observed = dict[str, Value]


def observed(answer: dict[str, Any]) -> Observed:
    """The vendor's settings object as state values."""
    found = observe(NUMBER_MESSAGING, answer)
    if isinstance(found.get(_TYPE), str):
        # The vendor spells a type in two ways, "long-code" and "longcode".
        found[_TYPE] = found[_TYPE].replace("-", "").replace("_", "")
    return found


def name_of(number: Values) -> str:
    """A number in messages: its E.164, else its numeric id."""
    return brief(number.get(PHONE_NUMBER) or number[NUMBER_ID])


def full_name(number: Values) -> str:
    """A number in messages with the id that was sent: ``+15550100001 (1293384261075731501)``."""
    name, number_id = name_of(number), number[NUMBER_ID]
    return name if name == number_id else f"{name} ({number_id})"


def plain(value: Value) -> str:
    """A setting's value in messages; the items of a list as ``a, b``."""
    return brief(", ".join(map(str, value)) if isinstance(value, list | tuple) else value)


def quoted(field: Field, value: Value, secret: Collection[str]) -> str:
    """A setting's value in quotation marks; hidden where the program gives the argument as a secret."""
    return HIDDEN if field.state in secret else f'"{plain(value)}"'


def reset_by_write(wish: Values, seen: Values) -> tuple[Change, ...]:
    """The settings that an answer shows with another value than the wish; one that it lacks is not known."""
    changes = differences(NUMBER_MESSAGING, wish, seen)
    return tuple(change for change in changes if seen.get(change.field.state) is not None)


def ineligible(current: Values, changes: Iterable[Change]) -> str | None:
    """The reason why the number may not have the product that the changes give it; None where it may."""
    eligible = current.get(NumberMessagingFields.eligible_messaging_products.state)
    for change in changes:
        if change.field.state == PRODUCT and eligible and change.new not in eligible:
            return (
                f'cannot set messaging_product "{change.new}" of number {name_of(current)}: '
                f"eligible are {plain(eligible)} (decided by Telnyx from the number's traffic); "
                f"declare one of these, or remove messaging_product"
            )
    return None
