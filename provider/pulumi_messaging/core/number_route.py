"""The fields of a Telegent phone number's message route."""

from __future__ import annotations

from typing import Final, Literal, get_args

from pulumi_messaging.core.declared import Argument, Computed, Declared, WiderArgument, field, output, table
from pulumi_messaging.core.fields import Clear, Kind
from pulumi_messaging.core.hidden import FORMER
from pulumi_messaging.core.inventory_row import folded_id

OnDestroy = Literal["restore", "detach", "retain"]


class NumberRouteFields(Declared):
    """The arguments and outputs of a ``NumberRoute``."""

    number: Argument[str] = field(
        Kind.E164,
        "Number",
        "The number; it exists before and after. It is the resource's `id`, which the state has in clear.",
        replaces=True,
    )
    message_route_id: Argument[str] = field(
        Kind.ROUTE_ID,
        "MessageRouteId",
        "Message route that gets the number's messages.",
        clear=Clear.ON_REQUEST,
        form=folded_id,
    )
    on_destroy: WiderArgument[OnDestroy, OnDestroy | None] = field(
        Kind.CHOICE,
        None,
        "Action of destroy: put back the former route where the number is still on ours (a number that was on none "
        "stays), take it off its route (undocumented, and proved by a read), or leave it.",
        default="restore",
        choices=get_args(OnDestroy),
    )
    tnid: Computed[str | None] = output("Tnid", "The vendor's id of the number; another one after it is bought again.")


NUMBER_ROUTE: Final = table(
    NumberRouteFields,
    resource="NumberRoute",
    page="docs.telegent.com: Update Number",
    former=FORMER,
    assignment=NumberRouteFields.message_route_id.state,
)
