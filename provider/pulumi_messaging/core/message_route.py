"""The fields of a Telegent message route, and the rules that tie them together.

Vendor page: docs.telegent.com, "Update Message Route" (mPaaS Core APIs 1.0.8), and its siblings for create, details and
list.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pulumi_messaging.core.fields import UNKNOWN, Clear, Echo, Field, Kind, Output, Table, Value, Values, Wording
from pulumi_messaging.errors import Problem

METHODS: Final = ("GET", "POST")
AUTHENTICATION_TYPES: Final = ("None", "Basic", "Bearer")
ON_DESTROY: Final = ("delete", "disable", "retain")


def _authentication(prefix: str, purpose: str) -> tuple[Field, Field, Field]:
    """The credentials Telegent presents to a webhook: type, user name, password or token."""
    wire = "".join(part.capitalize() for part in prefix.split("_"))
    return (
        Field(
            f"{prefix}_authentication_type",
            f"{wire}AuthenticationType",
            Kind.CHOICE,
            f"How Telegent authenticates when it calls {purpose}.",
            choices=AUTHENTICATION_TYPES,
            clear=Clear.NULL,
            empty_alike=("None",),  # "no authentication" reads back as null, missing or "None"
        ),
        Field(
            f"{prefix}_username",
            f"{wire}Username",
            Kind.STRING,
            "User name for `Basic`.",
            clear=Clear.NULL,
            redact=True,
            echo=Echo.MAYBE,  # one documented shape of the answer leaves the callback's user name out
        ),
        Field(
            f"{prefix}_password_token",
            f"{wire}PasswordToken",
            Kind.STRING,
            "Password for `Basic`, token for `Bearer`.",
            clear=Clear.NULL,
            secret=True,
            echo=Echo.NEVER,  # comes back clear, masked, null or not at all
        ),
    )


def _flag(name: str, wire: str, doc: str) -> Field:
    return Field(name, wire, Kind.BOOLEAN, doc, echo=Echo.MAYBE)


def _credentials(prefix: str, values: Values, wording: Wording) -> Iterator[Problem]:
    """`Basic` needs user name and password, `Bearer` a token, `None` takes neither."""
    kind_name, user_name, secret_name = (
        f"{prefix}_authentication_type",
        f"{prefix}_username",
        f"{prefix}_password_token",
    )
    kind, user, secret = (values.get(_STATE[name]) for name in (kind_name, user_name, secret_name))
    spell = wording.spell
    given = spell(kind_name) + wording.beside(kind)
    needed = {"Basic": ((user_name, user), (secret_name, secret)), "Bearer": ((secret_name, secret),)}
    for name, value in needed.get(kind, ()) if isinstance(kind, str) else ():
        if value is None or value == "":
            yield Problem(spell(name), f"is required with {given}")
    if kind in ("", "None"):
        for name, value in ((user_name, user), (secret_name, secret)):
            if value is not None and value is not UNKNOWN and value != "":
                yield Problem(spell(name), f'cannot be given with {given}: remove it, or clear it with ""')


def _message_credentials(values: Values, wording: Wording) -> Iterator[Problem]:
    return _credentials("message", values, wording)


def _callback_credentials(values: Values, wording: Wording) -> Iterator[Problem]:
    return _credentials("callback_message", values, wording)


def _named(old: Values, new: Values) -> dict[str, Value]:
    """Give the route its name: the declared one, else the one it was created with, else the automatic one.

    ``__autoname`` comes in as the name this resource would get now and is kept as the name it got, so that neither an
    alias nor a dropped ``route_name`` renames a route. An adopted route without a declared name keeps its own,
    unmanaged.
    """
    named = dict(new)
    automatic = named.pop("__autoname", None)
    if "routeName" in named:
        return dict(new) if automatic == named["routeName"] else named  # what was completed already stays so
    kept = old.get("__autoname") or old.get("routeName") if old else None if "adopt" in named else automatic
    return named | {"routeName": kept, "__autoname": kept} if kept else named


MESSAGE_ROUTE: Final = Table(
    resource="MessageRoute",
    page="docs.telegent.com: Update Message Route",
    fields=(
        Field("message_url", "MessageUrl", Kind.URL, "Webhook that receives inbound messages.", required=True),
        Field(
            "message_url_method",
            "MessageUrlMethod",
            Kind.CHOICE,
            "HTTP method of that webhook.",
            choices=METHODS,
            required=True,
        ),
        Field(
            "route_name",
            "RouteName",
            Kind.STRING,
            "Name of the route; absent: `<resource name>-<7 hex>`, or the adopted route's own.",
        ),
        Field(
            "message_route_enabled",
            "MessageRouteEnabled",
            Kind.BOOLEAN,
            "Whether the route is in use; the vendor's default is true.",
        ),
        *_authentication("message", "`message_url`"),
        Field(
            "callback_message_url", "CallbackMessageUrl", Kind.URL, "Webhook for delivery receipts.", clear=Clear.NULL
        ),
        Field(
            "callback_message_url_method",
            "CallbackMessageUrlMethod",
            Kind.CHOICE,
            "HTTP method of the callback.",
            choices=METHODS,
            clear=Clear.NULL,
        ),
        *_authentication("callback_message", "`callback_message_url`"),
        # The vendor's pages give two readings of each flag; under either one `true` loses filtering or messages.
        _flag(
            "inbound_bypass",
            "InboundBypass",
            "Inbound messages skip AI Guardian filtering; by another vendor page the webhook is not called.",
        ),
        _flag(
            "outbound_bypass",
            "OutboundBypass",
            "Outbound messages skip AI Guardian filtering; by another vendor page no receipts are sent.",
        ),
        _flag("intelligent_route_enabled", "IntelligentRouteEnabled", "AI-assisted routing."),
        # Answers name another account than the one given (AID- and DID- stand for each other): not compared.
        Field(
            "account_id",
            "AccountId",
            Kind.STRING,
            "Account of the route, where a distributor has several.",
            echo=Echo.NEVER,
            replaces=True,
        ),
        Field("adopt", None, Kind.ROUTE_ID, "Existing route that create takes over instead of making one."),
        Field(
            "on_destroy",
            None,
            Kind.CHOICE,
            "What destroy does: delete the route (refused while numbers use it), disable it, or leave it.",
            choices=ON_DESTROY,
            default="delete",
        ),
    ),
    outputs=(Output("message_route_id", "MessageRouteId", "The route's id (MRID-…); the same as `id`."),),
    rules=(_message_credentials, _callback_credentials),
    hidden=("__autoname",),
    complete=_named,
)

_STATE: Final = {field.name: field.state for field in MESSAGE_ROUTE.fields}
