"""The life of a resource, for any engine: check, diff, create, read, update, delete.

An adapter translates the calls of its engine to these. Values are plain Python (``core.fields.Value``), ``UNKNOWN`` for
a value that is not known yet; results are the dataclasses here and in ``reconcile.reconciler``; failures are the errors
of ``errors``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final

from pulumi_messaging.core.check import check, with_defaults
from pulumi_messaging.core.diff import Change, diff, replacements
from pulumi_messaging.core.fields import Table, Value, Values
from pulumi_messaging.core.message_route import MESSAGE_ROUTE
from pulumi_messaging.core.number_messaging import NUMBER_MESSAGING
from pulumi_messaging.core.number_messaging_group import NUMBER_MESSAGING_GROUP
from pulumi_messaging.errors import Problem
from pulumi_messaging.reconcile.numbers.planning import hold_group, hold_number
from pulumi_messaging.reconcile.ownership import Ownership
from pulumi_messaging.reconcile.reconciler import Reading, Reconciler
from pulumi_messaging.reconcile.routes.planning import guard_route, hold_route
from pulumi_messaging.wiring import Wiring

if TYPE_CHECKING:
    from pulumi_messaging.settings import Get


@dataclass(frozen=True, slots=True)
class Checked:
    """Result of a check: the inputs with their defaults, and all problems."""

    inputs: dict[str, Value] = field(repr=False)
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """Result of a diff: the changed fields, and the state names of those that need a new object."""

    changes: tuple[Change, ...]
    replaces: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Created:
    """Result of a create: the object's id, and all outputs."""

    object_id: str
    outputs: dict[str, Value] = field(repr=False)


def _accept(_object_id: str, _declared: Values, _changes: tuple[Change, ...], _held: Values) -> None:
    """Accept every difference."""


@dataclass(frozen=True, slots=True)
class ResourceType:
    """How one type of resource differs from the others.

    Args:
        table: Its fields.
        connect: Makes its reconciler from configuration and environment; called with the first request.
        ownership: Who holds its objects; types with the same objects share one.
        hold: Records which objects a resource of the state holds; raises Refused if another one holds them.
        guard: Raises Refused for a difference that must not be carried out.
    """

    table: Table
    connect: Callable[[Wiring, Get, Mapping[str, str]], Reconciler]
    ownership: Callable[[Wiring], Ownership]
    hold: Callable[[Ownership, str, Values, Values], None]
    guard: Callable[[str, Values, tuple[Change, ...], Values], None] = _accept


ROUTE: Final = ResourceType(
    MESSAGE_ROUTE, Wiring.message_routes, lambda wiring: wiring.routes, hold=hold_route, guard=guard_route
)
NUMBER: Final = ResourceType(
    NUMBER_MESSAGING, Wiring.number_messagings, lambda wiring: wiring.numbers, hold=hold_number
)
NUMBER_GROUP: Final = ResourceType(
    NUMBER_MESSAGING_GROUP, Wiring.number_groups, lambda wiring: wiring.numbers, hold=hold_group
)


class Lifecycle:
    """The operations on the resources of one type, for any thread.

    Args:
        resource: The type.
        wiring: Makes the reconciler.
        get: Value of a configuration key (``telegent:accountKey``).
        environ: Environment variables, used where a key is absent.
    """

    def __init__(self, resource: ResourceType, wiring: Wiring, get: Get, environ: Mapping[str, str]) -> None:
        self._resource = resource
        self._ownership = resource.ownership(wiring)
        self._connect = partial(resource.connect, wiring, get, environ)
        self._lock = threading.Lock()
        self._reconciler: Reconciler | None = None
        self._program_runs = False

    @property
    def _objects(self) -> Reconciler:
        with self._lock:
            if self._reconciler is None:
                self._reconciler = self._connect()
            return self._reconciler

    def check(self, former: Values, given: Values) -> Checked:
        """Check every property and fill in defaults. No request.

        Args:
            former: Checked inputs of the last run; empty for a new resource.
            given: Inputs of this run. No problem quotes a value: it may be a secret.
        """
        self._program_runs = True
        table = self._resource.table
        return Checked(with_defaults(table, former, given), check(table, given, quotes=False))

    def diff(self, object_id: str, held: Values, declared: Values) -> Difference:
        """Compare the outputs in the state with the checked inputs. No request.

        Raises:
            Refused: The difference must not be carried out, or another resource holds the object.
        """
        if self._program_runs:  # else a refresh, which compares with the inputs of the last run
            self._resource.hold(self._ownership, object_id, held, declared)
        changes = diff(self._resource.table, held, declared)
        self._resource.guard(object_id, declared, changes, held)
        return Difference(changes, replacements(changes, held))

    def create(self, declared: Values) -> Created:
        """Make or take over the object.

        Raises:
            MessagingError: It failed; an Unfinished error holds the outputs to keep.
        """
        return Created(*self._objects.create(declared))

    def read(self, object_id: str, held: Values) -> Reading | None:
        """Read the object; None when it is gone.

        Raises:
            MessagingError: It failed.
        """
        return self._objects.read(object_id, held)

    def update(self, object_id: str, held: Values, declared: Values) -> dict[str, Value]:
        """Send the changed fields: all outputs.

        Raises:
            MessagingError: It failed; an Unfinished error holds the outputs to keep.
        """
        return self._objects.update(object_id, held, declared)

    def delete(self, object_id: str, held: Values) -> None:
        """Carry out ``on_destroy``.

        Raises:
            MessagingError: It failed.
        """
        self._objects.delete(object_id, held)
