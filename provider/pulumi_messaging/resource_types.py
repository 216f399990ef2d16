"""How the types of resources differ from each other; ``lifecycle`` is the same for all of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from pulumi_messaging.core.message_route import ROUTES
from pulumi_messaging.core.messaging_profile import PROFILES
from pulumi_messaging.core.number_messaging_group import TELNYX_NUMBERS
from pulumi_messaging.core.number_route_group import TELEGENT_NUMBERS
from pulumi_messaging.reconcile.named.diff_checks import guard, hold, unsettled
from pulumi_messaging.reconcile.numbers.diff_checks import (
    hold_group,
    hold_number,
    seen_group,
    seen_number,
    unsettled_group,
    unsettled_number,
)
from pulumi_messaging.reconcile.numbers.look_up import added

if TYPE_CHECKING:
    from pulumi_messaging.core.diff import Change
    from pulumi_messaging.core.fields import Table, Values
    from pulumi_messaging.core.named import Named
    from pulumi_messaging.core.numbers import NumberResources
    from pulumi_messaging.reconcile.ownership import Ownership
    from pulumi_messaging.reconcile.reconciler import LookUp, Reconciler
    from pulumi_messaging.settings import Get
    from pulumi_messaging.wiring import Wiring


@dataclass(frozen=True, slots=True)
class ResourceType:
    """How one type of resource differs from the others.

    Args:
        table: Its fields.
        connect: Makes its reconciler from configuration, environment and account; called with the account's first
            request.
        ownership: Ownership of its objects in an account; types with the same objects share one.
        hold: Records which objects a resource of the state holds; raises Refused if another one holds them.
        look_up: Makes the look-up of its objects in a preview.
        seen: Records what the former inputs show that a resource of the state has written.
        unseen: Whether a declaration may name existing objects that the last inputs, given first, do not.
        guard: Raises Refused for a difference that must not be carried out.
        unsettled: The parts of an update's declaration that must be compared with what is there, from the object's id,
            the outputs in the state, the declaration, and the state names of the settings that become managed.
    """

    table: Table
    connect: Callable[[Wiring, Get, Mapping[str, str], str], Reconciler]
    ownership: Callable[[Wiring, Get, Mapping[str, str], str], Ownership]
    hold: Callable[[Ownership, str, Values, Values], object]
    look_up: Callable[[Wiring, Get, Mapping[str, str], str], LookUp]
    seen: Callable[[Ownership, Values], object] = lambda *_: None
    unseen: Callable[[Values, Values], bool] = lambda former, _declared: not former
    guard: Callable[[str, Values, tuple[Change, ...], Values], None] = lambda *_: None
    unsettled: Callable[[str, Values, Values, Collection[str]], Iterator[Values]] = lambda *_: iter(())


def _named(kind: Named) -> ResourceType:
    """The resource of one kind of named objects."""
    return ResourceType(
        kind.table,
        lambda wiring, *where: wiring.named_objects(kind, *where),
        lambda wiring, *where: wiring.ownership(kind, *where),
        partial(hold, kind),
        lambda wiring, *where: wiring.named_look_up(kind, *where),
        guard=partial(guard, kind),
        unsettled=partial(unsettled, kind),
    )


def _numbers(resources: NumberResources) -> tuple[ResourceType, ResourceType]:
    """The resources of one vendor's numbers: a single number, and a group."""
    single = ResourceType(
        resources.single,
        lambda wiring, *where: wiring.single_numbers(resources, *where),
        lambda wiring, *where: wiring.ownership(resources, *where),
        partial(hold_number, resources),
        lambda wiring, *where: wiring.number_look_ups(resources, *where).single,
        partial(seen_number, resources),
        unsettled=partial(unsettled_number, resources),
    )
    group = replace(
        single,
        table=resources.group,
        connect=lambda wiring, *where: wiring.number_groups(resources, *where),
        hold=partial(hold_group, resources),
        look_up=lambda wiring, *where: wiring.number_look_ups(resources, *where).group,
        seen=partial(seen_group, resources),
        unseen=lambda former, declared: bool(added(resources, former, declared)),
        unsettled=partial(unsettled_group, resources),
    )
    return single, group


ROUTE, PROFILE = _named(ROUTES), _named(PROFILES)
NUMBER, NUMBER_GROUP = _numbers(TELNYX_NUMBERS)
NUMBER_ROUTE, NUMBER_ROUTE_GROUP = _numbers(TELEGENT_NUMBERS)
