"""The fields of a Telegent message route, and the rules that tie them together.

Vendor page: docs.telegent.com, "Update Message Route" (mPaaS Core APIs 1.0.8), and its siblings for create, details and
list.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final, Literal, get_args

from pulumi_messaging.core.declared import Argument, Computed, Declared, WiderArgument, field, output, table
from pulumi_messaging.core.fields import UNKNOWN, Clear, Echo, Field, Kind, Value, Values, Wording
from pulumi_messaging.errors import Problem

Method = Literal["GET", "POST"]
AuthenticationType = Literal["None", "Basic", "Bearer"]
OnDestroy = Literal["delete", "disable", "retain"]

AUTOMATIC_NAME: Final = "__autoname"  # hidden input: the automatic name
ACCOUNT: Final = "__account"  # hidden output: fingerprint of the account that the route was made in


class MessageRouteFields(Declared):
    """The arguments and outputs of a ``MessageRoute``."""

    message_url: Argument[str] = field(Kind.URL, "MessageUrl", "Webhook that receives inbound messages.")
    message_url_method: Argument[Method] = field(
        Kind.CHOICE, "MessageUrlMethod", "HTTP method of that webhook.", choices=get_args(Method)
    )
    route_name: Argument[str | None] = field(
        Kind.STRING,
        "RouteName",
        "Name of the route; absent: `<resource name>-<7 hex>`, or the adopted route's own.",
        default=None,
    )
    message_route_enabled: Argument[bool | None] = field(
        Kind.BOOLEAN,
        "MessageRouteEnabled",
        "Whether the route is in use; the vendor's default is true.",
        default=None,
    )
    message_authentication_type: Argument[AuthenticationType | Literal[""] | None] = field(
        Kind.CHOICE,
        "MessageAuthenticationType",
        "How Telegent authenticates when it calls `message_url`.",
        default=None,
        choices=get_args(AuthenticationType),
        clear=Clear.NULL,
        empty_alike=("None",),  # "no authentication" reads back as null, missing or "None"
    )
    message_username: Argument[str | None] = field(
        Kind.STRING,
        "MessageUsername",
        "User name for `Basic`.",
        default=None,
        clear=Clear.NULL,
        redact=True,
        echo=Echo.MAYBE,
    )
    message_password_token: Argument[str | None] = field(
        Kind.STRING,
        "MessagePasswordToken",
        "Password for `Basic`, token for `Bearer`.",
        default=None,
        clear=Clear.NULL,
        secret=True,
        echo=Echo.NEVER,  # comes back clear, masked, null or not at all
    )
    callback_message_url: Argument[str | None] = field(
        Kind.URL, "CallbackMessageUrl", "Webhook for delivery receipts.", default=None, clear=Clear.NULL
    )
    callback_message_url_method: Argument[Method | Literal[""] | None] = field(
        Kind.CHOICE,
        "CallbackMessageUrlMethod",
        "HTTP method of the callback.",
        default=None,
        choices=get_args(Method),
        clear=Clear.NULL,
    )
    callback_message_authentication_type: Argument[AuthenticationType | Literal[""] | None] = field(
        Kind.CHOICE,
        "CallbackMessageAuthenticationType",
        "How Telegent authenticates when it calls `callback_message_url`.",
        default=None,
        choices=get_args(AuthenticationType),
        clear=Clear.NULL,
        empty_alike=("None",),
    )
    callback_message_username: Argument[str | None] = field(
        Kind.STRING,
        "CallbackMessageUsername",
        "User name for `Basic`.",
        default=None,
        clear=Clear.NULL,
        redact=True,
        echo=Echo.MAYBE,  # one documented shape of the answer leaves it out
    )
    callback_message_password_token: Argument[str | None] = field(
        Kind.STRING,
        "CallbackMessagePasswordToken",
        "Password for `Basic`, token for `Bearer`.",
        default=None,
        clear=Clear.NULL,
        secret=True,
        echo=Echo.NEVER,
    )
    # The vendor's pages give two readings of each flag; under either one `true` loses filtering or messages.
    inbound_bypass: Argument[bool | None] = field(
        Kind.BOOLEAN,
        "InboundBypass",
        "Inbound messages skip AI Guardian filtering; by another vendor page the webhook is not called.",
        default=None,
        echo=Echo.MAYBE,
    )
    outbound_bypass: Argument[bool | None] = field(
        Kind.BOOLEAN,
        "OutboundBypass",
        "Outbound messages skip AI Guardian filtering; by another vendor page no receipts are sent.",
        default=None,
        echo=Echo.MAYBE,
    )
    intelligent_route_enabled: Argument[bool | None] = field(
        Kind.BOOLEAN, "IntelligentRouteEnabled", "AI-assisted routing.", default=None, echo=Echo.MAYBE
    )
    account_id: Argument[str | None] = field(
        Kind.STRING,
        "AccountId",
        "Account of the route, where a distributor has several.",
        default=None,
        echo=Echo.NEVER,  # answers name another account than the one given (AID- and DID- stand for each other)
        replaces=True,
    )
    adopt: Argument[str | None] = field(
        Kind.ROUTE_ID, None, "Existing route that create takes over instead of making one.", default=None
    )
    on_destroy: WiderArgument[OnDestroy, OnDestroy | None] = field(
        Kind.CHOICE,
        None,
        "What destroy does: delete the route (refused while numbers use it), disable it, or leave it.",
        default="delete",
        choices=get_args(OnDestroy),
    )
    message_route_id: Computed[str] = output("MessageRouteId", "The route's id (MRID-…); the same as `id`.")


def _credentials(kind_row: Field, user_row: Field, secret_row: Field, values: Values, w: Wording) -> Iterator[Problem]:
    """`Basic` needs user name and password, `Bearer` a token, `None` takes neither."""
    kind = values.get(kind_row.state)
    given = w.spell(kind_row.name) + w.beside(kind)
    needed = {"Basic": (user_row, secret_row), "Bearer": (secret_row,)}
    for row in needed.get(kind, ()) if isinstance(kind, str) else ():
        if values.get(row.state) in (None, ""):
            yield Problem(w.spell(row.name), f"is required with {given}")
    if kind in ("", "None"):
        for row in (user_row, secret_row):
            if values.get(row.state) not in (None, UNKNOWN, ""):
                yield Problem(w.spell(row.name), f'cannot be given with {given}: remove it, or clear it with ""')


def _named(old: Values, new: Values) -> dict[str, Value]:
    """Give the route its name: the declared one, else the one it was created with, else the automatic one.

    ``AUTOMATIC_NAME`` comes in as the name this resource would get now and is kept as the name it got, so that neither
    an alias nor a dropped ``route_name`` renames a route. An adopted route without a declared name keeps its own,
    unmanaged.
    """
    name, adopt = MessageRouteFields.route_name.state, MessageRouteFields.adopt.state
    named = dict(new)
    automatic = named.pop(AUTOMATIC_NAME, None)
    if name in named:
        return dict(new) if automatic == named[name] else named  # what was completed already stays so
    kept = old.get(AUTOMATIC_NAME) or old.get(name) if old else None if adopt in named else automatic
    return named | {name: kept, AUTOMATIC_NAME: kept} if kept else named


MESSAGE_ROUTE: Final = table(
    MessageRouteFields,
    resource="MessageRoute",
    page="docs.telegent.com: Update Message Route",
    rules=(
        partial(
            _credentials,
            MessageRouteFields.message_authentication_type,
            MessageRouteFields.message_username,
            MessageRouteFields.message_password_token,
        ),
        partial(
            _credentials,
            MessageRouteFields.callback_message_authentication_type,
            MessageRouteFields.callback_message_username,
            MessageRouteFields.callback_message_password_token,
        ),
    ),
    hidden=(AUTOMATIC_NAME,),
    complete=_named,
)
