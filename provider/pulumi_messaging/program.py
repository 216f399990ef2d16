"""The resource classes as an infrastructure program declares them; their arguments are declared in ``core``.

Constants are checked when a resource is constructed, so that a mistake ends the program in one line for each problem;
values that are not known yet are checked by the provider as soon as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final

import pulumi

from pulumi_messaging.core.declared import account_of
from pulumi_messaging.core.hidden import AUTOMATIC_NAME, ELSEWHERE
from pulumi_messaging.core.members import canonical, spelled, unpacked
from pulumi_messaging.core.message_route import MESSAGE_ROUTE, ROUTES, MessageRouteFields
from pulumi_messaging.core.messaging_profile import MESSAGING_PROFILE, PROFILES, MessagingProfileFields
from pulumi_messaging.core.named import Named
from pulumi_messaging.core.number_messaging import NUMBER_MESSAGING, NumberMessagingFields
from pulumi_messaging.core.number_messaging_group import NUMBER_MESSAGING_GROUP, NumberMessagingGroupFields
from pulumi_messaging.core.number_route import NUMBER_ROUTE, NumberRouteFields
from pulumi_messaging.core.number_route_group import NUMBER_ROUTE_GROUP, NumberRouteGroupFields
from pulumi_messaging.core.numbers import GROUP_ID, MEMBERS
from pulumi_messaging.duplicates import declared_by_others, once, refuse_duplicates
from pulumi_messaging.dynamic import (
    MessageRouteProvider,
    MessagingProfileProvider,
    NumberGroupProvider,
    NumberMessagingProvider,
    NumberRouteGroupProvider,
    NumberRouteProvider,
)
from pulumi_messaging.resource import ManagedResource

# Kinds of objects of which a program has each in one resource; the words stand in messages.
_TELNYX_NUMBER: Final = "number"
_TELEGENT_NUMBER: Final = "Telegent number"
_ONE_NUMBER: Final = re.compile(r"[+0-9]\S*")


class _NamedResource(ManagedResource):
    """A resource whose object has a name: the automatic one where the program gives none."""

    _kind: ClassVar[Named]
    _delete_before_replace = True  # for `--replace` and a taint as well: the name must be free for the new object

    def _inputs(self, resource_name: str, given: dict[str, Any]) -> dict[str, Any]:
        if self._kind.name.name in given:
            return given
        return {**given, AUTOMATIC_NAME: self._automatic_name(resource_name)}

    def _refuse_duplicates(self, resource_name: str, inputs: dict[str, Any]) -> None:
        adopt, kind, account = self._kind.adopt.name, self._kind, account_of(inputs)
        if adopt in inputs:
            inputs |= once(resource_name, kind.word, inputs[adopt], account)
        else:
            what, name = f"automatic {kind.noun} name", inputs.get(AUTOMATIC_NAME)
            refuse_duplicates(resource_name, what, name, advice=f"give one of them a {kind.name.name}", account=account)


class MessageRoute(_NamedResource, MessageRouteFields, module="messaging", name="MessageRoute"):
    """A Telegent message route: where inbound messages and callbacks go, and with what authentication.

    An argument that is absent is not managed: the remote value stays and is never sent. ``""`` clears a field that can
    be empty (JSON ``null`` on the wire). A value is kept equal, and is sent when it differs and only then. An existing
    route is taken over with ``adopt``: it is read, and only its differences are sent.
    """

    table = MESSAGE_ROUTE
    _provider_class = MessageRouteProvider
    _kind = ROUTES


class MessagingProfile(_NamedResource, MessagingProfileFields, module="messaging", name="MessagingProfile"):
    """A Telnyx messaging profile: where its numbers' messages go, and what its numbers may send.

    An argument that is absent is not managed: the remote value stays and is never sent. ``""`` clears a field that can
    be empty (JSON ``null`` on the wire). A value is kept equal, and is sent when it differs and only then. An existing
    profile is taken over with ``adopt``: it is read, and only its differences are sent.
    """

    table = MESSAGING_PROFILE
    _provider_class = MessagingProfileProvider
    _kind = PROFILES


class NumberMessaging(ManagedResource, NumberMessagingFields, module="messaging", name="NumberMessaging"):
    """The messaging settings of a Telnyx phone number, which exists before and after.

    An argument that is absent is not managed: the remote value stays and is never sent. A value is kept equal, and is
    sent when it differs and only then. Declaring a number takes it over.
    """

    table = NUMBER_MESSAGING
    _provider_class = NumberMessagingProvider

    def _refuse_duplicates(self, resource_name: str, inputs: dict[str, Any]) -> None:
        number = inputs[NumberMessagingFields.phone_number.name]
        inputs |= once(resource_name, _TELNYX_NUMBER, number, account_of(inputs))


class _NumberGroup(ManagedResource):
    """Base of the groups of numbers; ``_numbers`` is the argument with them, ``_kind`` names them in messages."""

    _numbers: ClassVar[str]
    _kind: ClassVar[str]

    def _inputs(self, resource_name: str, given: dict[str, Any]) -> dict[str, Any]:
        """Constant numbers become one text, because the SDK awaits each item of a list."""
        name = self._numbers
        numbers: Any = given.get(name)
        if isinstance(numbers, str | set | frozenset):
            numbers = [numbers] if isinstance(numbers, str) else list(numbers)
        constant = isinstance(numbers, list | tuple) and all(isinstance(number, str) for number in numbers)
        self._account = account_of(given)
        self._argument, self._constants = numbers, set(numbers) if constant else set()
        plain = self._constants and all(_ONE_NUMBER.fullmatch(number) for number in self._constants)
        hidden = {GROUP_ID: self._automatic_name(resource_name)}
        return {**given, name: canonical(numbers) if plain else numbers, **hidden}

    def _unchecked_inputs(self, resource_name: str) -> dict[str, Any]:
        return {ELSEWHERE: self._elsewhere(resource_name), MEMBERS: None}  # None: only read

    def _elsewhere(self, resource_name: str) -> pulumi.Output[str | None]:
        """The numbers of the program's other resources, known when the program has constructed all of them."""
        kind, account = self._kind, self._account
        others = pulumi.Output.from_input("")
        return others.apply(lambda _: "\n".join(declared_by_others(resource_name, kind, account)) or None)

    def _secret_outputs(self) -> list[str]:
        """Numbers that are not constants may be secret, and outputs keep them under another name."""
        return [] if self._constants else [MEMBERS]

    def _refuse_duplicates(self, resource_name: str, inputs: dict[str, Any]) -> None:
        refuse_duplicates(resource_name, self._kind, *sorted(self._constants), account=account_of(inputs))

    def _held_numbers(self) -> pulumi.Output[Sequence[str]]:
        """The numbers that the group holds, as declared, sorted; in a preview those that it is to hold."""
        held, declared = vars(self)[MEMBERS], vars(self)[self._numbers]
        # The outputs of numbers that are no constants are encrypted: here they are secret where the argument is.
        held = pulumi.Output.unsecret(held).apply(
            lambda members: _held(members) if isinstance(members, list) else declared.apply(_declared),
            run_with_unknowns=True,
        )
        return pulumi.Output.from_input(self._argument).apply(lambda _: held, run_with_unknowns=True)


class NumberMessagingGroup(_NumberGroup, NumberMessagingGroupFields, module="messaging", name="NumberMessagingGroup"):
    """Equal messaging settings of many Telnyx phone numbers: one resource, one entry of state.

    Numbers come and go by being listed or not. Only numbers that differ are written, by bulk orders where these are
    fewer calls. The settings are those of ``NumberMessaging``; ``messaging_profile_id`` is always managed. Declaring a
    number takes it over.
    """

    table = NUMBER_MESSAGING_GROUP
    _provider_class = NumberGroupProvider
    _numbers = NumberMessagingGroupFields.phone_numbers.name
    _kind = _TELNYX_NUMBER

    if not TYPE_CHECKING:
        phone_numbers = property(lambda self: self._held_numbers())


class NumberRoute(ManagedResource, NumberRouteFields, module="messaging", name="NumberRoute"):
    """The message route of a Telegent phone number, which exists before and after.

    Nothing else of the number is ever changed. Declaring a number takes it over from the route that it is on.
    """

    table = NUMBER_ROUTE
    _provider_class = NumberRouteProvider

    def _refuse_duplicates(self, resource_name: str, inputs: dict[str, Any]) -> None:
        inputs |= once(resource_name, _TELEGENT_NUMBER, inputs[NumberRouteFields.number.name], account_of(inputs))


class NumberRouteGroup(_NumberGroup, NumberRouteGroupFields, module="messaging", name="NumberRouteGroup"):
    """The message route of many Telegent phone numbers: one resource, one entry of state.

    Numbers come and go by being listed or not. Only numbers on another route are written, one with each request.
    Declaring a number takes it over.
    """

    table = NUMBER_ROUTE_GROUP
    _provider_class = NumberRouteGroupProvider
    _numbers = NumberRouteGroupFields.numbers.name
    _kind = _TELEGENT_NUMBER

    if not TYPE_CHECKING:
        numbers = property(lambda self: self._held_numbers())


def _held(members: Iterable[Mapping[str, Any]]) -> list[str]:
    return sorted(member.spelled for member in unpacked(members))


def _declared(numbers: str | Iterable[str]) -> list[str]:
    """The numbers of a group's inputs: a text, or as the program gave them where it is tested with mocks."""
    return spelled(numbers) if isinstance(numbers, str) else sorted(set(numbers))
