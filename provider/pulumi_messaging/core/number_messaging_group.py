"""The fields of a group of Telnyx numbers with equal messaging settings; the settings are those of a single number."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from pulumi_messaging.core.declared import Argument, Declared, Input, WiderArgument, field, like, table
from pulumi_messaging.core.diff import has_unknown
from pulumi_messaging.core.fields import UNKNOWN, Kind, Value, Values
from pulumi_messaging.core.members import canonical, changed, labelled, one_a_line, shown, there, unlabelled, unpacked
from pulumi_messaging.core.number_messaging import NUMBER_MESSAGING, NumberMessagingFields, OnDestroy

GROUP_ID: Final = "__group"  # hidden input: the automatic id of the group
MEMBERS: Final = "__numbers"  # hidden output: the numbers with what is remembered of each, packed


class NumberMessagingGroupFields(Declared):
    """The arguments of a ``NumberMessagingGroup``."""

    phone_numbers: WiderArgument[Sequence[str], Collection[Input[str]]] = field(
        Kind.PHONE_NUMBERS,
        "numbers",
        "The numbers; order and repetition mean nothing. Leaving one out does what `on_destroy` states.",
        held=MEMBERS,
        lines=one_a_line,
        form=lambda value: unlabelled(value if isinstance(value, str) else shown(unpacked(value))),
    )
    messaging_profile_id: Argument[str] = like(NumberMessagingFields.messaging_profile_id)
    messaging_product: Argument[str | None] = like(NumberMessagingFields.messaging_product, default=None)
    tags: WiderArgument[Sequence[str] | None, Sequence[Input[str]] | None] = like(
        NumberMessagingFields.tags, default=None
    )
    on_destroy: WiderArgument[OnDestroy, OnDestroy | None] = like(NumberMessagingFields.on_destroy, default="restore")


def _settled(old: Values, new: Values) -> dict[str, Value]:
    """The numbers as one text, each once; the automatic id stays."""
    name = NumberMessagingGroupFields.phone_numbers.state
    settled = dict(new) | ({GROUP_ID: old[GROUP_ID]} if GROUP_ID in old else {})
    numbers = settled.get(name)
    if isinstance(numbers, list | tuple):
        if has_unknown(numbers):
            numbers = UNKNOWN
        elif all(isinstance(number, str) for number in numbers):  # others are refused, as they are
            numbers = canonical(numbers)
    settled[name] = _as_text(numbers, old, settled) if isinstance(numbers, str) else numbers
    return settled


def _as_text(numbers: str, old: Values, new: Values) -> str:
    """The text of the numbers whose difference from the former text is the one that a preview is to show."""
    name = NumberMessagingGroupFields.phone_numbers.state
    lines, former = there(numbers), old.get(name)
    if not isinstance(former, str) or former == labelled(lines):
        return labelled(lines)
    if unlabelled(former) != canonical(lines):
        return changed(lines)
    # Equal numbers in another form: the last run changed them, or an earlier version did. Nothing else is shown now?
    return labelled(lines) if _without(name, old) == _without(name, new) else former


def _without(name: str, values: Values) -> dict[str, Value]:
    return {key: value for key, value in values.items() if key != name and not key.startswith("__")}


NUMBER_MESSAGING_GROUP: Final = table(
    NumberMessagingGroupFields,
    resource="NumberMessagingGroup",
    page=f"{NUMBER_MESSAGING.page}; Bulk update phone number profiles",
    memory=MEMBERS,
    hidden=(GROUP_ID,),
    complete=_settled,
)
