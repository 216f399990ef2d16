"""The map of a stack's state. What the program gave as a secret is ``[secret]``, also in a state that shows secrets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from pulumi_messaging.cli.estate_map.model import NO_AUTHENTICATION, Map, Numbers, Place, Receiver, shown, shown_webhook
from pulumi_messaging.cli.exported import TOKEN, Resource, malformed, read_export
from pulumi_messaging.core.hidden import ADOPTED, secrets_of
from pulumi_messaging.core.members import Member, Standing, spelled, unpacked
from pulumi_messaging.core.message_route import MESSAGE_ROUTE
from pulumi_messaging.core.messaging_profile import MESSAGING_PROFILE
from pulumi_messaging.core.numbers import MEMBERS, NumberResources
from pulumi_messaging.core.tables import NUMBERS
from pulumi_messaging.estate.objects import Vendor
from pulumi_messaging.text import HIDDEN, brief
from pulumi_messaging_engine.values import SIGNATURE


def map_of_state(path: Path) -> Map:
    """The map of a file with the output of `pulumi stack export`.

    Raises:
        EngineError: It cannot be read, or is no state.
    """
    receivers: list[Receiver] = []
    numbers: list[Numbers] = []
    stack = ""
    for resource in read_export(path):
        kind = _KINDS.get(resource.type.removeprefix(TOKEN))
        if kind is None or not resource.type.startswith(TOKEN):
            continue
        stack = stack or _stack(resource.urn)
        try:
            held = _Held(resource)
            for found in kind(held):
                if isinstance(found, Receiver):
                    receivers.append(replace(found, account=held.account))
                else:
                    numbers.append(replace(found, account=held.account))
        except (ValueError, LookupError, TypeError, AttributeError):
            raise malformed(path, resource.urn) from None
    return Map.of(
        f"the state of {stack}" if stack else "a state without message routes and numbers", receivers, numbers
    )


def _stack(urn: str) -> str:
    """Project and stack of a URN: ``estate/prod``."""
    stack, _, rest = urn.removeprefix("urn:pulumi:").partition("::")
    return brief(f"{rest.partition('::')[0]}/{stack}")


class _Held:
    """The values of a resource, without secrets."""

    def __init__(self, resource: Resource) -> None:
        self.id, self.urn = resource.id, resource.urn
        self.inputs, self.outputs = resource.inputs or {}, resource.outputs or {}
        self._secrets = secrets_of(self.inputs) | secrets_of(self.outputs)

    def get(self, name: str) -> Any:
        """An output, or an input that no output answers; ``[secret]`` for a secret, None for an absent one."""
        value = self.outputs.get(name, self.inputs.get(name))
        return HIDDEN if name in self._secrets or _is_secret(value) else value

    @property
    def account(self) -> str:
        """The account's name in the program."""
        return shown(self.get("account")) or ""

    def note(self, numbers: str) -> str:
        """Tells that numbers of the resource are not shown."""
        return f"{numbers} of {brief(self.urn.rpartition('::')[2])}: {HIDDEN}"


def _is_secret(value: Any) -> bool:
    return isinstance(value, Mapping) and SIGNATURE in value


def _route(held: _Held) -> Iterator[Receiver]:
    yield Receiver(
        "telegent",
        brief(held.id),
        name=shown(held.get("routeName")),
        enabled=_flag(held.get("messageRouteEnabled")),
        authentication=_authentication(held),
        url=shown_webhook(held.get("messageUrl")),
        callback_url=shown_webhook(held.get("callbackMessageUrl")),
    )


def _authentication(held: _Held) -> str | None:
    if _adopted_without(held, "messageAuthenticationType"):
        return None
    return shown(held.get("messageAuthenticationType")) or NO_AUTHENTICATION


def _adopted_without(held: _Held, name: str) -> bool:
    """Whether a field is not known: an adopted object keeps its own, one made here has the vendor's default."""
    return held.get(name) is None and (ADOPTED in held.outputs or held.get("adopt") is not None)


def _profile(held: _Held) -> Iterator[Receiver]:
    yield Receiver(
        "telnyx",
        brief(held.id),
        name=shown(held.get("name")),
        enabled=_flag(held.get("enabled")),
        url=None if _adopted_without(held, "webhookUrl") else shown_webhook(held.get("webhookUrl")),
    )


def _flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _number(vendor: Vendor, resources: NumberResources) -> Callable[[_Held], Iterator[Numbers]]:
    """The reader of a resource of one number."""
    argument, receiver = resources.number, str(resources.single.assignment)

    def read(held: _Held) -> Iterator[Numbers]:
        on, number = _place(held.get(receiver)), held.get(argument)
        if number == HIDDEN and not held.id.isdecimal():  # an id that is the number is as secret as the number
            yield Numbers(vendor, on, note=held.note("number"))
        else:
            yield Numbers(vendor, on, [held.id if number == HIDDEN else str(number)])

    return read


def _numbers(vendor: Vendor, resources: NumberResources) -> Callable[[_Held], Iterator[Numbers]]:
    """The reader of a resource of many numbers."""
    argument, receiver = resources.numbers, str(resources.group.assignment)

    def read(held: _Held) -> Iterator[Numbers]:
        on, declared, members = _place(held.get(receiver)), held.get(argument), held.get(MEMBERS)
        if declared == HIDDEN:
            yield Numbers(vendor, on, note=held.note("numbers"))
        elif members in (None, HIDDEN):  # former settings may be secrets: what is declared tells enough
            yield Numbers(vendor, on, spelled(declared) if isinstance(declared, str) else [*map(str, declared)])
        else:
            at: dict[str | Place, list[str]] = defaultdict(list)
            for member in unpacked(members):
                if member.standing is not Standing.GONE:
                    at[_place_of(member, receiver, on)].append(member.number)
            yield from (Numbers(vendor, place, found) for place, found in at.items())

    return read


def _place_of(member: Member, receiver: str, declared: str | Place) -> str | Place:
    if member.standing is Standing.OPEN:
        return Place.NOT_KNOWN
    found = member.now.get(receiver) if member.standing is Standing.DRIFTED else None
    return declared if found is None else HIDDEN if _is_secret(found) else _place(found)


def _place(value: Any) -> str | Place:
    """The place that a field names: an id, ``""`` for none, and nothing where it is not managed."""
    if value is None:
        return Place.NOT_KNOWN
    return str(value) or Place.NOWHERE


_KINDS: Final[Mapping[str, Callable[[_Held], Iterator[Receiver] | Iterator[Numbers]]]] = {
    MESSAGE_ROUTE.resource: _route,
    MESSAGING_PROFILE.resource: _profile,
    **{its.single.resource: _number(vendor, its) for vendor, its in NUMBERS.items()},
    **{its.group.resource: _numbers(vendor, its) for vendor, its in NUMBERS.items()},
}
