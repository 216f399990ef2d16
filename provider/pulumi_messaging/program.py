"""The program side: the resource classes as an infrastructure program declares them.

Constants are checked when a resource is constructed, so that a mistake ends the program in one line for each problem;
values that are not known yet are checked by the provider as soon as they are.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any, Literal

import pulumi

from pulumi_messaging.claims import automatic_name, claim, claim_all
from pulumi_messaging.core.fields import Table
from pulumi_messaging.core.members import canonical
from pulumi_messaging.core.message_route import MESSAGE_ROUTE
from pulumi_messaging.core.number_messaging import NUMBER_MESSAGING
from pulumi_messaging.core.number_messaging_group import NUMBER_MESSAGING_GROUP
from pulumi_messaging.dynamic import MessageRouteProvider, NumberGroupProvider, NumberMessagingProvider
from pulumi_messaging.resource import ManagedResource

Method = Literal["GET", "POST"]
AuthenticationType = Literal["None", "Basic", "Bearer"]


class MessageRoute(ManagedResource, module="messaging", name="MessageRoute"):
    """A Telegent message route: where inbound messages and callbacks go, and with what authentication.

    An argument that is absent is not managed: the remote value stays and is never sent. ``""`` clears a field that can
    be empty (JSON ``null`` on the wire). A value is kept equal, and is sent when it differs and only then.

    Vendor page: docs.telegent.com, "Update Message Route".

    Args:
        resource_name: Name of the resource in the program.
        message_url: Webhook that receives inbound messages; http or https, no credentials inside.
        message_url_method: HTTP method of that webhook: ``"GET"`` or ``"POST"``.
        route_name: Name of the route in the account, no other route may have it. Absent: ``<resource name>-<7 hex>``,
            made from organization, project, stack, type and resource name and kept from then on.
        message_route_enabled: Whether the route is in use.
        message_authentication_type: How Telegent authenticates at ``message_url``: ``"None"``, ``"Basic"`` (needs
            user name and password) or ``"Bearer"`` (needs the token); ``""`` clears it.
        message_username: User name for Basic; ``""`` clears it.
        message_password_token: Password for Basic, token for Bearer; always a secret; ``""`` clears it.
        callback_message_url: Webhook for delivery receipts; ``""`` clears it.
        callback_message_url_method: ``"GET"`` or ``"POST"``; ``""`` clears it.
        callback_message_authentication_type: As ``message_authentication_type``, for the callback.
        callback_message_username: As ``message_username``, for the callback.
        callback_message_password_token: As ``message_password_token``, for the callback.
        inbound_bypass: Inbound messages skip AI Guardian. Another vendor page says: the webhook is not called.
        outbound_bypass: Outbound messages skip AI Guardian. Another vendor page says: no delivery receipts.
        intelligent_route_enabled: AI-assisted routing.
        account_id: Account of the route (``AID-…``); a change makes a new route. Absent: ``telegent:accountId``.
        adopt: ``MRID-…`` of an existing route that create takes over: it is read, and sent what differs.
        on_destroy: ``"delete"`` (refused while numbers use the route), ``"disable"`` or ``"retain"`` (leave it).
        opts: Resource options. ``import_`` cannot work with a dynamic provider: use ``adopt``.

    Raises:
        pulumi.RunError: Constants that cannot be accepted, one line a problem, or two resources that want one route.
    """

    _table = MESSAGE_ROUTE

    # For type checkers: at run time the SDK would evaluate these annotations anew for every resource.
    if TYPE_CHECKING:
        message_route_id: pulumi.Output[str]
        """The route's id (``MRID-…``), the same as ``id``."""
        message_url: pulumi.Output[str]
        message_url_method: pulumi.Output[str]
        route_name: pulumi.Output[str | None]
        """The declared or automatic name; None for an adopted route that keeps its own."""
        message_route_enabled: pulumi.Output[bool | None]
        message_authentication_type: pulumi.Output[str | None]
        message_username: pulumi.Output[str | None]
        message_password_token: pulumi.Output[str | None]
        callback_message_url: pulumi.Output[str | None]
        callback_message_url_method: pulumi.Output[str | None]
        callback_message_authentication_type: pulumi.Output[str | None]
        callback_message_username: pulumi.Output[str | None]
        callback_message_password_token: pulumi.Output[str | None]
        inbound_bypass: pulumi.Output[bool | None]
        outbound_bypass: pulumi.Output[bool | None]
        intelligent_route_enabled: pulumi.Output[bool | None]
        account_id: pulumi.Output[str | None]
        adopt: pulumi.Output[str | None]
        on_destroy: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        *,
        message_url: pulumi.Input[str],
        message_url_method: pulumi.Input[Method],
        route_name: pulumi.Input[str] | None = None,
        message_route_enabled: pulumi.Input[bool] | None = None,
        message_authentication_type: pulumi.Input[AuthenticationType] | None = None,
        message_username: pulumi.Input[str] | None = None,
        message_password_token: pulumi.Input[str] | None = None,
        callback_message_url: pulumi.Input[str] | None = None,
        callback_message_url_method: pulumi.Input[Method] | None = None,
        callback_message_authentication_type: pulumi.Input[AuthenticationType] | None = None,
        callback_message_username: pulumi.Input[str] | None = None,
        callback_message_password_token: pulumi.Input[str] | None = None,
        inbound_bypass: pulumi.Input[bool] | None = None,
        outbound_bypass: pulumi.Input[bool] | None = None,
        intelligent_route_enabled: pulumi.Input[bool] | None = None,
        account_id: pulumi.Input[str] | None = None,
        adopt: pulumi.Input[str] | None = None,
        on_destroy: pulumi.Input[Literal["delete", "disable", "retain"]] | None = "delete",
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        arguments = _declared(MESSAGE_ROUTE, locals())
        hidden: dict[str, Any] = {}
        if route_name is None:
            hidden["__autoname"] = automatic_name("pulumi-python:dynamic/messaging:MessageRoute", resource_name)
        super().__init__(MessageRouteProvider(), resource_name, arguments, opts, hidden)
        claim(resource_name, "message route", adopt, "declare it once")
        if adopt is None:
            claim(resource_name, "automatic route name", hidden.get("__autoname"), "give one of them a route_name")


class NumberMessaging(ManagedResource, module="messaging", name="NumberMessaging"):
    """The messaging settings of a Telnyx phone number, which exists before and after.

    An argument that is absent is not managed: the remote value stays and is never sent. A value is kept equal, and is
    sent when it differs and only then.

    Vendor page: developers.telnyx.com, "Update the messaging profile and/or messaging product of a phone number".

    Args:
        resource_name: Name of the resource in the program.
        phone_number: E.164 (``"+15550100001"``) or Telnyx's numeric id; a change lets go of one and takes the other.
        messaging_profile_id: UUID of the messaging profile; ``""`` unassigns the number.
        messaging_product: Product, one of the number's eligible ones (``"A2P"``, ``"P2P"``).
        tags: Tags; order and repetition mean nothing; ``[]`` removes all.
        on_destroy: ``"restore"`` (put back what was there, where the value is still ours), ``"unassign"`` (off the
            profile, where that is still ours) or ``"retain"`` (leave it).
        opts: Resource options. ``import_`` is not needed: declaring a number takes it over.

    Raises:
        pulumi.RunError: Constants that cannot be accepted, one line a problem, or two resources that want one number.
    """

    _table = NUMBER_MESSAGING

    # For type checkers: at run time the SDK would evaluate these annotations anew for every resource.
    if TYPE_CHECKING:
        phone_number_id: pulumi.Output[str]
        """Telnyx's numeric id, the same as ``id``."""
        phone_number: pulumi.Output[str]
        """E.164, whichever way the number was declared."""
        country_code: pulumi.Output[str | None]
        type: pulumi.Output[str | None]
        """``longcode``, ``tollfree`` or ``shortcode``."""
        traffic_type: pulumi.Output[str | None]
        eligible_messaging_products: pulumi.Output[Sequence[str] | None]
        features: pulumi.Output[dict[str, Any] | None]
        tags: pulumi.Output[Sequence[str] | None]
        messaging_profile_id: pulumi.Output[str | None]
        """The profile, managed or not; ``""`` where the number has none."""
        messaging_product: pulumi.Output[str | None]
        on_destroy: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        *,
        phone_number: pulumi.Input[str],
        messaging_profile_id: pulumi.Input[str] | None = None,
        messaging_product: pulumi.Input[str] | None = None,
        tags: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        on_destroy: pulumi.Input[Literal["restore", "unassign", "retain"]] | None = "restore",
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(NumberMessagingProvider(), resource_name, _declared(NUMBER_MESSAGING, locals()), opts)
        claim(resource_name, "number", phone_number, "declare it once")


class NumberMessagingGroup(ManagedResource, module="messaging", name="NumberMessagingGroup"):
    """The messaging settings of many Telnyx phone numbers that are to be alike: one resource, one entry of state.

    Numbers come and go by being listed or not. Only numbers that differ are written, by bulk orders where these are
    fewer calls. The settings are those of ``NumberMessaging``; ``messaging_profile_id`` is always managed.

    Vendor pages: developers.telnyx.com, "Update the messaging profile and/or messaging product of a phone number" and
    "Bulk update phone number profiles".

    Args:
        resource_name: Name of the resource in the program.
        phone_numbers: E.164 (``"+15550100001"``) or Telnyx's numeric ids; order and repetition mean nothing. A number
            that is left out again is treated as ``on_destroy`` says.
        messaging_profile_id: UUID of the messaging profile; ``""`` unassigns the numbers.
        messaging_product: Product, one of each number's eligible ones (``"A2P"``, ``"P2P"``).
        tags: Tags; order and repetition mean nothing; ``[]`` removes all.
        on_destroy: For each number ``"restore"`` (put back what was there, where the value is still ours),
            ``"unassign"`` (off the profile, where that is still ours) or ``"retain"`` (leave it).
        opts: Resource options. ``import_`` is not needed: declaring a number takes it over.

    Raises:
        pulumi.RunError: Constants that cannot be accepted, one line a problem, or two resources that want one number.
    """

    _table = NUMBER_MESSAGING_GROUP

    # For type checkers: at run time the SDK would evaluate these annotations anew for every resource.
    if TYPE_CHECKING:
        messaging_profile_id: pulumi.Output[str]
        messaging_product: pulumi.Output[str | None]
        tags: pulumi.Output[Sequence[str] | None]
        on_destroy: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        *,
        phone_numbers: pulumi.Input[Collection[pulumi.Input[str]]],
        messaging_profile_id: pulumi.Input[str],
        messaging_product: pulumi.Input[str] | None = None,
        tags: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        on_destroy: pulumi.Input[Literal["restore", "unassign", "retain"]] | None = "restore",
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        arguments = _declared(NUMBER_MESSAGING_GROUP, locals())
        numbers: Any = phone_numbers
        if isinstance(numbers, str | set | frozenset):
            numbers = [numbers] if isinstance(numbers, str) else list(numbers)
        constant = isinstance(numbers, list | tuple) and all(isinstance(number, str) for number in numbers)
        self._phone_numbers = numbers
        # One text costs the SDK nothing, where a list costs it a coroutine for each of its items.
        plain = constant and len(numbers) > 0 and all(number.split() == [number] for number in numbers)
        arguments["phone_numbers"] = canonical(numbers) if plain else numbers
        hidden = {"__group": automatic_name(_GROUP, resource_name)}
        if not constant:
            # They may be a secret, and the engine knows a secret by its name only: outputs keep them under another one.
            hides = pulumi.ResourceOptions(additional_secret_outputs=["__numbers"])
            opts = pulumi.ResourceOptions.merge(opts, hides)
        super().__init__(NumberGroupProvider(), resource_name, arguments, opts, hidden)
        claim_all(resource_name, "number", sorted(set(numbers)) if constant else [], "declare it once")

    @property
    def phone_numbers(self) -> pulumi.Output[Sequence[str]]:
        """The declared numbers, sorted, each once."""
        return pulumi.Output.all(self.urn, self._phone_numbers).apply(lambda both: sorted(set(both[1])))


_GROUP = "pulumi-python:dynamic/messaging:NumberMessagingGroup"


def _declared(table: Table, arguments: dict[str, Any]) -> dict[str, Any]:
    """A constructor's arguments that are fields of the resource."""
    return {field.name: arguments[field.name] for field in table.fields}
