"""The fields of a Telegent message route (mPaaS Core APIs 1.0.8), and the rules over several of them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final, Literal, get_args

from pulumi_messaging.core.declared import Argument, Computed, Declared, field, like, output, table
from pulumi_messaging.core.fields import UNKNOWN, Clear, Echo, Kind, Values, Wording
from pulumi_messaging.core.hidden import ADOPTED, AUTOMATIC_NAME, UNKNOWN_PAST
from pulumi_messaging.core.named import WITH_CREDENTIALS, Direction, Named, completed_name
from pulumi_messaging.core.spelling import folded_name
from pulumi_messaging.errors import Problem

Method = Literal["GET", "POST"]
AuthenticationType = Literal["None", "Basic", "Bearer"]
OnDestroy = Literal["delete", "restore", "disable", "retain"]

DECLARED_NAME: Final = "__routeName"  # hidden output: the name as declared, where the route's own differs; "": none


class MessageRouteFields(Declared):
    """The arguments and outputs of a ``MessageRoute``."""

    message_url: Argument[str] = field(Kind.URL, "MessageUrl", "Webhook that receives inbound messages.")
    message_url_method: Argument[Method] = field(
        Kind.CHOICE, "MessageUrlMethod", "HTTP method of that webhook.", choices=get_args(Method)
    )
    route_name: Argument[str | None] = field(
        Kind.STRING,
        "RouteName",
        "Name; absent: `<resource name>-<7 hex>`, or the adopted route's own.",
        default=None,
        held=DECLARED_NAME,
        form=folded_name,
    )
    message_route_enabled: Argument[bool | None] = field(
        Kind.BOOLEAN, "MessageRouteEnabled", "Whether the route is in use; the vendor's default is true.", default=None
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
        echo=Echo.MAYBE,  # one documented shape of the answer leaves out the callback's
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
    callback_message_authentication_type: Argument[AuthenticationType | Literal[""] | None] = like(
        message_authentication_type,
        "CallbackMessageAuthenticationType",
        "How Telegent authenticates when it calls `callback_message_url`.",
        default=None,
    )
    callback_message_username: Argument[str | None] = like(message_username, "CallbackMessageUsername", default=None)
    callback_message_password_token: Argument[str | None] = like(
        message_password_token, "CallbackMessagePasswordToken", default=None
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
    # Answers may name another account than the one given: AID- and DID- stand for each other.
    account_id: Argument[str | None] = field(
        Kind.STRING, "AccountId", "Account, if a distributor has several.", default=None, echo=Echo.NEVER, replaces=True
    )
    adopt: Argument[str | None] = field(
        Kind.ROUTE_ID,
        None,
        "Existing route that create takes over instead of making one. An id is no secret: the state has it in clear.",
        default=None,
    )
    on_destroy: Argument[OnDestroy | None] = field(
        Kind.CHOICE,
        None,
        "Action of destroy: delete the route (refused while numbers use it; default of a route made here), put back "
        "the former values (default of an adopted one), disable the route, or leave it.",
        default=None,
        choices=get_args(OnDestroy),
    )
    message_route_id: Computed[str] = output("MessageRouteId", "The route's id (MRID-…); the same as `id`.")


DIRECTIONS: Final = (
    Direction(
        MessageRouteFields.message_url,
        MessageRouteFields.message_url_method,
        MessageRouteFields.message_authentication_type,
        MessageRouteFields.message_username,
        MessageRouteFields.message_password_token,
    ),
    Direction(
        MessageRouteFields.callback_message_url,
        MessageRouteFields.callback_message_url_method,
        MessageRouteFields.callback_message_authentication_type,
        MessageRouteFields.callback_message_username,
        MessageRouteFields.callback_message_password_token,
    ),
)


def _credentials(values: Values, wording: Wording) -> Iterator[Problem]:
    """`Basic` needs a user name, `None` takes no credentials, and those of the others are not empty."""
    for direction in DIRECTIONS:
        kind, user, secret = direction.authentication, direction.user, direction.password
        chosen = values.get(kind.state)
        given = wording.spell(kind.name) + wording.with_value(chosen)
        if chosen == "Basic" and values.get(user.state) in (None, ""):
            yield Problem(wording.spell(user.name), f"is required with {given}")
        if chosen in WITH_CREDENTIALS and values.get(secret.state) == "":
            yield Problem(wording.spell(secret.name), f"is required with {given}")
        for row in (user, secret) if chosen in ("", "None") else ():
            if values.get(row.state) not in (None, UNKNOWN, ""):
                yield Problem(wording.spell(row.name), f'cannot be given with {given}: remove it, or clear it with ""')


def _passwords(values: Values, wording: Wording) -> Iterator[Problem]:
    """`Basic` and `Bearer` need a password, unless the route has one: the resource has it already, or adopts it."""
    if values.get(MessageRouteFields.adopt.state) is not None:
        return
    for direction in DIRECTIONS:
        kind, secret = direction.authentication, direction.password
        chosen = values.get(kind.state)
        if chosen in WITH_CREDENTIALS and values.get(secret.state) is None:
            given = wording.spell(kind.name) + wording.with_value(chosen)
            yield Problem(wording.spell(secret.name), f"is required with {given}")


def _older(held: Values, declared: Values) -> Values:
    """A state of an earlier version, which filled in ``on_destroy="delete"``, or one that was edited: no former values.

    A route that ``adopt`` names was there before: it is deleted only where a state of this version says so.
    """
    policy = MessageRouteFields.on_destroy.state
    if held.get(policy) not in (None, "delete") or ADOPTED in held:
        return held
    without = {name: value for name, value in held.items() if name != policy}
    if MessageRouteFields.adopt.state in held:
        return without | {ADOPTED: UNKNOWN_PAST}
    return held if policy not in held or declared.get(policy) else without


MESSAGE_ROUTE: Final = table(
    MessageRouteFields,
    resource="MessageRoute",
    page="docs.telegent.com: Update Message Route",
    rules=(_credentials,),
    rules_of_new=(_passwords,),
    hidden=(AUTOMATIC_NAME,),
    complete=partial(completed_name, MessageRouteFields.route_name.state, MessageRouteFields.adopt.state),
    older=_older,
)

ROUTES: Final = Named(
    MESSAGE_ROUTE,
    word="message route",
    vendor="Telegent",
    credentials="telegent:accountKey",
    example="MRID-…",
    id_key=MessageRouteFields.message_route_id.wire,
    name=MessageRouteFields.route_name,
    adopt=MessageRouteFields.adopt,
    on_destroy=MessageRouteFields.on_destroy,
    keeping='"disable" or "retain"',
    leaving="a number of a NumberRoute or NumberRouteGroup that was on no route before leaves it with "
    'on_destroy="detach" there',
    id_output=MessageRouteFields.message_route_id,
    account_id=MessageRouteFields.account_id,
    directions=DIRECTIONS,
    disables=MessageRouteFields.message_route_enabled,
)
