"""The life of a resource, for any engine: check, diff, create, read, update, delete.

An adapter translates its engine's calls to these. Values are plain Python (``core.fields.Value``), ``UNKNOWN`` until
they are known; failures are the errors of ``errors``.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pulumi_messaging.core.check import check, with_defaults
from pulumi_messaging.core.declared import ACCOUNT_ROW, account_of
from pulumi_messaging.core.diff import Change, diff, has_unknown, replacements
from pulumi_messaging.core.fields import Value, Values
from pulumi_messaging.core.hidden import ELSEWHERE, PREVIEW, TWICE, marked
from pulumi_messaging.core.sets import in_declared_order, with_sorted_sets
from pulumi_messaging.errors import ConfigurationError, Problem, Refused
from pulumi_messaging.reconcile.ownership import Ownership
from pulumi_messaging.reconcile.reconciler import LookUp, Reading, Reconciler
from pulumi_messaging.reconcile.single_flight import SingleFlightCache
from pulumi_messaging.resource_types import ResourceType
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


class Lifecycle:
    """The operations on the resources of one type, for any thread.

    Create, read, update and delete send requests. Each raises a MessagingError if it fails; an Unfinished error holds
    the outputs to keep.

    Args:
        resource: The type.
        wiring: Makes the reconciler.
        get: Value of a configuration key (``telegent:accountKey``).
        environ: Environment variables, used where a key is absent.
    """

    def __init__(self, resource: ResourceType, wiring: Wiring, get: Get, environ: Mapping[str, str]) -> None:
        self._resource = resource
        self._wiring = wiring
        # By account; the default one is "".
        self._ownerships = SingleFlightCache[str, Ownership](
            lambda account: resource.ownership(wiring, get, environ, account)
        )
        self._reconcilers = SingleFlightCache[str, Reconciler](
            lambda account: resource.connect(wiring, get, environ, account)
        )
        self._look_ups = SingleFlightCache[str, LookUp](lambda account: resource.look_up(wiring, get, environ, account))
        self._previewed: dict[int, Values] = {}  # digest of a resource's inputs → its inputs of the last run
        self._program_runs = False
        self._previews = False
        self._lock = threading.Lock()
        self._refreshed = Counter[str]()  # reads whose diff has not come yet, by object id

    def check(self, former: Values, given: Values) -> Checked:
        """Check every property and fill in defaults. No request, but for a preview's look at existing objects.

        ``former`` are the checked inputs of the last run, empty for a new resource. No problem quotes a value: it may
        be a secret.
        """
        self._program_runs = True
        self._learn(former, given)
        self._resource.seen(self._ownership(former), former)
        table = self._resource.table
        given = dict(given)
        previews = given.pop(PREVIEW, False)
        self._previews = bool(previews)
        self._ownership(given).elsewhere(str(given.pop(ELSEWHERE, "")).split())
        twice = given.pop(TWICE, None)
        problems = check(table, given, quotes=False, new=not former)
        problems += (Problem("", twice),) if isinstance(twice, str) else ()
        checked = Checked(with_defaults(table, former, given), problems)
        if not previews or checked.problems:
            return checked
        with self._wiring.look_ups.plan.of(table.resource, account_of(given), name=str(previews)):
            return self._looked_up(former, given, checked)

    def _looked_up(self, former: Values, given: Values, checked: Checked) -> Checked:
        """The result after a look at the objects that are new to the state, where settings allow one."""
        inputs = hash(repr(sorted(given.items())))
        if former:
            self._previewed[inputs] = former
        if not self._resource.unseen(former, checked.inputs):
            return checked
        try:
            look_up = self._look_ups.get(account_of(checked.inputs))
        except ConfigurationError as error:
            self._wiring.look_ups.unavailable(error)
            return checked
        # The engine checks the new side of a replacement as a new resource, after the old side with the same inputs.
        replaced = None if former else self._previewed.get(inputs)
        if replaced and account_of(replaced) != account_of(checked.inputs):
            replaced = None  # nothing of the new account's
        return replace(checked, problems=look_up(former, checked.inputs, replaced))

    def diff(self, object_id: str, held: Values, declared: Values) -> Difference:
        """Compare the outputs in the state with the checked inputs. No request.

        Raises:
            Refused: The difference must not be carried out, or another resource holds the object.
            ConfigurationError: Another account is declared, whose settings are missing or wrong.
        """
        self._learn(held, declared)
        table = self._resource.table
        held = in_declared_order(held)
        present = table.older(held, declared)
        of_refresh = self._of_refresh(object_id)
        if not of_refresh:
            self._refuse_without(object_id, held, table.memory, table.former)
            self._resource.hold(self._ownership(held), object_id, present, declared)
        elif present is not held:
            declared = table.older(declared, declared)
        held = present
        changes = diff(table, held, declared)
        self._resource.guard(object_id, declared, changes, held)
        replaces = replacements(changes, held)
        if ACCOUNT_ROW.state in replaces and not of_refresh:
            # The engine deletes the old object before it makes the new one, which must not fail for want of settings.
            self._look_ups.get(account_of(declared))
        if changes and self._previews and not of_refresh:
            self._say_what_is_missing(held, declared)
            if not replaces:  # else the check of the new side plans
                self._plan(object_id, held, declared, changes)
        return Difference(changes, replaces)

    def _plan(self, object_id: str, held: Values, declared: Values, changes: tuple[Change, ...]) -> None:
        """Plan an update, where a plan is asked for: a field that becomes managed is sent only if it differs."""
        plan, table = self._wiring.look_ups.plan, self._resource.table
        if not plan.file:
            return
        sent = [
            change
            for change in changes
            if (change.field in table.settings and not change.handed_back) or has_unknown(change.new)
        ]
        compared = {change.field.state for change in sent if change.old is None and not change.field.secret}
        with plan.of(table.resource, account_of(declared), object_id=object_id):
            plan.sends(object_id, [c for c in sent if c.field.state not in compared])
            for unsure in self._resource.unsettled(object_id, held, declared, compared):
                self._look_ups.get(account_of(declared))({}, unsure, None)

    def _say_what_is_missing(self, *sides: Values) -> None:
        """Say in a preview, which makes no request for this change, that its `up` will fail."""
        for side in sides:
            try:
                self._look_ups.get(account_of(side))
            except ConfigurationError as error:
                self._wiring.look_ups.unavailable(error, "`pulumi up` will fail")

    def _of_refresh(self, object_id: str) -> bool:
        """Whether a diff belongs to a refresh: it follows the read of its object, or no program runs.

        It compares with the inputs of the last run, and says nothing of what the program declares now.
        """
        with self._lock:
            follows = self._refreshed[object_id] > 0
            if follows:
                self._refreshed[object_id] -= 1
        return follows or not self._program_runs

    def create(self, declared: Values) -> Created:
        """Make or take over the object."""
        self._learn(declared)
        object_id, outputs = self._reconcilers.get(account_of(declared)).create(declared)
        return Created(object_id, self._kept(outputs))

    def read(self, object_id: str, held: Values) -> Reading | None:
        """Read the object; None when it is gone."""
        self._learn(held)
        self._refuse_without(object_id, held, self._resource.table.memory)
        found = self._at_its_place("read", object_id, held).read(object_id, in_declared_order(held))
        if found is None:
            return None
        with self._lock:
            self._refreshed[object_id] += 1
        return Reading(found.inputs, self._kept(found.outputs))

    def update(self, object_id: str, held: Values, declared: Values) -> dict[str, Value]:
        """Send the changed fields: all outputs."""
        self._learn(held, declared)
        table = self._resource.table
        self._refuse_without(object_id, held, table.memory, table.former)
        held = table.older(in_declared_order(held), declared)
        return self._kept(self._at_its_place("update", object_id, held).update(object_id, held, declared))

    def delete(self, object_id: str, held: Values) -> None:
        """Carry out ``on_destroy``."""
        held = marked(held, (row.state for row in self._resource.table.settings))  # no program says what is secret
        self._learn(held)
        self._refuse_without(object_id, held, self._resource.table.memory)
        reconciler = self._at_its_place("delete", object_id, held)
        reconciler.delete(object_id, self._resource.table.older(in_declared_order(held), {}))

    def _ownership(self, values: Values) -> Ownership:
        return self._ownerships.get(account_of(values))

    def _learn(self, *values: Values) -> None:
        """Learn what of a resource is secret, before anything is said of it."""
        self._wiring.given_secrets.learn(self._resource.table, *values)

    def _at_its_place(self, operation: str, object_id: str, held: Values) -> Reconciler:
        """The reconciler, which must not ask the emulator about an object of the vendor, nor the other way round."""
        reconciler = self._reconcilers.get(account_of(held))
        reconciler.evidence.require_place(held, f"{operation} {self._resource.table.resource} {object_id}")
        return reconciler

    def _refuse_without(self, object_id: str, held: Values, *hidden: str | None) -> None:
        """Refuse a state without a hidden output that only it can know."""
        for name in hidden:
            if name is not None and name not in held:
                raise Refused(
                    f"cannot continue with {self._resource.table.resource} {object_id}: its state lacks {name}, "
                    f"because it was edited or written for another type; remove it with `pulumi state delete`, then "
                    f"run `pulumi up`, which takes over what exists as it is now"
                )

    def _kept(self, outputs: Values) -> dict[str, Value]:
        return with_sorted_sets(self._resource.table, outputs)
