"""The fields of a group of Telegent numbers on one message route."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from pulumi_messaging.core.declared import Argument, Declared, Input, WiderArgument, like
from pulumi_messaging.core.fields import Kind
from pulumi_messaging.core.number_route import NUMBER_ROUTE, NumberRouteFields, OnDestroy
from pulumi_messaging.core.numbers import NumberResources, group_numbers, group_table


class NumberRouteGroupFields(Declared):
    """The arguments of a ``NumberRouteGroup``."""

    numbers: WiderArgument[Sequence[str], Collection[Input[str]]] = group_numbers(Kind.E164_NUMBERS)
    message_route_id: Argument[str] = like(NumberRouteFields.message_route_id)
    on_destroy: WiderArgument[OnDestroy, OnDestroy | None] = like(NumberRouteFields.on_destroy, default="restore")


NUMBER_ROUTE_GROUP: Final = group_table(
    NumberRouteGroupFields,
    NumberRouteGroupFields.numbers.state,
    resource="NumberRouteGroup",
    page=NUMBER_ROUTE.page,
    assignment=NumberRouteFields.message_route_id.state,
)

TELEGENT_NUMBERS: Final = NumberResources(
    NUMBER_ROUTE,
    NUMBER_ROUTE_GROUP,
    vendor="Telegent",
    credentials="telegent:accountKey",
    settings="the message route",
    present="in the account of {account}",
    number=NumberRouteFields.number.state,
    number_id=NumberRouteFields.number.state,
    numbers=NumberRouteGroupFields.numbers.state,
    identity=NumberRouteFields.tnid.state,
)
