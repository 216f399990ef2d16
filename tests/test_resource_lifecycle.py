"""The life of a resource without an engine: plain values in, plain results out."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from pulumi_messaging import resource_types as types
from pulumi_messaging.api.clock import Clock
from pulumi_messaging.core.fields import UNKNOWN
from pulumi_messaging.core.hidden import PREVIEW
from pulumi_messaging.core.tables import TABLES
from pulumi_messaging.errors import Problem, Refused, Unfinished
from pulumi_messaging.lifecycle import Created, Lifecycle
from pulumi_messaging.reconcile.accounts import AccountEvidence, Mark
from pulumi_messaging.reconcile.reconciler import Reading
from pulumi_messaging.wiring import Wiring

URL = "https://hooks.example.com/in"
ROUTE = {"messageUrl": URL, "messageUrlMethod": "POST", "routeName": "orders", "onDestroy": "delete"}
NUMBER = {"phoneNumber": "+15550100001", "tags": ("a",), "onDestroy": "restore"}
HELD_NUMBER = {**NUMBER, "phoneNumberId": "1293384261075731501", "__former": {"tags": ()}}


class Memory:
    """A reconciler that keeps objects in a dictionary."""

    def __init__(self) -> None:
        self.objects: dict[str, dict[str, Any]] = {}
        self.evidence = AccountEvidence(Mark("vendor", "0a1b2c3d"), "telnyx:apiKey", Clock())

    def create(self, declared: Any) -> tuple[str, dict[str, Any]]:
        self.objects["MRID-1"] = dict(declared)
        return "MRID-1", dict(declared)

    def read(self, object_id: str, held: Any) -> Reading | None:
        found = self.objects.get(object_id)
        return None if found is None else Reading(found, {**held, **found})

    def update(self, object_id: str, _held: Any, declared: Any) -> dict[str, Any]:
        self.objects[object_id] = dict(declared)
        return dict(declared)

    def delete(self, object_id: str, _held: Any) -> None:
        self.objects.pop(object_id, None)


def life(resource: types.ResourceType, reconciler: Any = None, wiring: Wiring | None = None) -> Lifecycle:
    """The lifecycle of a type, over a reconciler that stands in for the vendor."""
    return Lifecycle(replace(resource, connect=lambda *_: reconciler), wiring or Wiring(print), {}.get, {})


def test_every_table_has_one_type() -> None:
    """What is declared in a table can be managed."""
    numbers, routes = (
        (types.NUMBER, types.NUMBER_GROUP),
        (types.NUMBER_ROUTE, types.NUMBER_ROUTE_GROUP),
    )
    assert [kind.table for kind in (types.ROUTE, *numbers, types.PROFILE, *routes)] == list(TABLES)


def test_a_route_from_create_to_gone() -> None:
    """Each operation gives a plain result; after each, a diff is empty."""
    memory = Memory()
    routes = life(types.ROUTE, memory)

    assert routes.create(ROUTE) == Created("MRID-1", ROUTE)
    assert routes.diff("MRID-1", ROUTE, ROUTE).changes == ()
    assert routes.read("MRID-1", ROUTE) == Reading(ROUTE, ROUTE)
    disabled = {**ROUTE, "messageRouteEnabled": False}
    assert routes.update("MRID-1", ROUTE, disabled) == disabled
    assert memory.objects == {"MRID-1": disabled}
    routes.delete("MRID-1", disabled)
    assert routes.read("MRID-1", disabled) is None


@pytest.mark.parametrize("kind", [types.NUMBER, types.NUMBER_GROUP], ids=lambda kind: kind.table.resource)
def test_sets_are_kept_sorted(kind: types.ResourceType) -> None:
    """Outputs show no order; a refresh gives the inputs in the declared one, so that it changes nothing."""
    numbers = life(kind, Memory())
    declared = {**NUMBER, "__former": {"tags": ()}, "__numbers": (), "tags": ("b", "a", "b")}
    kept = {**declared, "tags": ("a", "b"), "__order": {"tags": ("b", "a", "b")}}

    created = numbers.create(declared)
    updated = numbers.update(created.object_id, created.outputs, declared)

    assert created.outputs == updated == kept
    assert numbers.read(created.object_id, updated) == Reading(declared, kept)
    assert numbers.diff(created.object_id, kept, declared).changes == ()
    assert "__order" not in numbers.update(created.object_id, kept, {**declared, "tags": ("a", "b")})


def test_check_fills_in_and_tells_every_problem() -> None:
    """Defaults are filled in; every problem names its property and quotes no value."""
    checked = life(types.NUMBER).check({}, {"phoneNumber": "+15550100001", "tags": ("a",)})
    assert (checked.inputs, checked.problems) == (NUMBER, ())

    wrong = {"phoneNumber": UNKNOWN, "tags": "a", "messagingProfileId": "secret"}
    assert life(types.NUMBER).check({}, wrong).problems == (
        Problem("messagingProfileId", "must be a UUID"),
        Problem("tags", "must be a list of strings, not a string"),
    )


def test_a_diff_names_what_changes_and_what_needs_a_new_object() -> None:
    """A changed field is a change; another number is another object, one that is not known yet is not."""
    numbers = life(types.NUMBER)

    changed = numbers.diff("1", HELD_NUMBER, {**NUMBER, "tags": ("b",)})
    assert [(change.field.state, change.old, change.new) for change in changed.changes] == [("tags", ("a",), ("b",))]
    assert changed.replaces == ()
    assert numbers.diff("1", HELD_NUMBER, {**NUMBER, "phoneNumber": "+15550100002"}).replaces == ("phoneNumber",)
    unknown = numbers.diff("1", HELD_NUMBER, {**NUMBER, "phoneNumber": UNKNOWN})
    assert (len(unknown.changes), unknown.replaces) == (1, ())


GROUP = {"phoneNumbers": "+15550100002", "messagingProfileId": "", "__group": "g-0000000", "onDestroy": "restore"}
CANNOT = r"cannot continue with \w+ \S+: its state lacks __\w+, because it was edited .*`pulumi state delete`"


@pytest.mark.parametrize("operation", ["diff", "read", "update", "delete"])
@pytest.mark.parametrize(
    ("kind", "declared", "refused"),
    [
        (types.ROUTE, ROUTE, ()),
        (types.NUMBER, NUMBER, ("diff", "update")),
        (types.NUMBER_GROUP, GROUP, ("diff", "read", "update", "delete")),
    ],
    ids=lambda value: value.table.resource if isinstance(value, types.ResourceType) else "",
)
def test_a_state_without_hidden_outputs_works_or_is_refused_in_one_line(
    kind: types.ResourceType,
    declared: dict[str, Any],
    refused: tuple[str, ...],
    operation: str,
    tmp_path: Path,
) -> None:
    """Edited by hand, or taken over from another type by an alias: what only the state knew is not guessed."""
    emulator = f"emulator:{tmp_path / 'emulator.db'}"
    get = {"telegent:baseUrl": emulator, "telnyx:baseUrl": emulator}.get
    first, resource = (Lifecycle(kind, Wiring(print), get, {"XDG_CACHE_HOME": str(tmp_path)}) for _run in range(2))
    created = first.create(first.check({}, declared).inputs)
    resource.check(declared, declared)
    held = {name: value for name, value in created.outputs.items() if not name.startswith("__")}
    arguments = (held, declared) if operation in ("diff", "update") else (held,)

    if operation in refused:
        with pytest.raises(Refused, match=CANNOT):
            getattr(resource, operation)(created.object_id, *arguments)
    else:
        getattr(resource, operation)(created.object_id, *arguments)


def test_check_and_diff_need_no_vendor() -> None:
    """Without a setting both work; the first request finds that settings are missing."""
    routes = Lifecycle(types.ROUTE, Wiring(print), {}.get, {})
    routes.check({}, ROUTE)
    routes.diff("MRID-1", ROUTE, ROUTE)

    with pytest.raises(Exception, match="pulumi config set telegent:accountKey"):
        routes.create(ROUTE)


def test_a_preview_of_changes_that_cannot_be_made_says_so_once(tmp_path: Path) -> None:
    """Each vendor without settings has a line, whether a change or a new object needs them; no change needs none."""
    get = {"telegent:baseUrl": f"emulator:{tmp_path / 'emulator.db'}"}.get
    created = Lifecycle(types.ROUTE, Wiring(print), get, {"XDG_CACHE_HOME": str(tmp_path)}).create(ROUTE)
    said = list[str]()
    wiring = Wiring(said.append)
    routes, numbers = (Lifecycle(kind, wiring, {}.get, {}) for kind in (types.ROUTE, types.NUMBER))

    routes.check(ROUTE, {**ROUTE, PREVIEW: True})
    routes.diff(created.object_id, created.outputs, ROUTE)
    assert said == []
    for _ in range(2):
        routes.diff(created.object_id, created.outputs, {**ROUTE, "inboundBypass": True})
    routes.check({}, {**ROUTE, "routeName": "another", PREVIEW: True})
    numbers.check({}, {**NUMBER, PREVIEW: True})

    assert said == [
        "`pulumi up` will fail: telegent:accountKey and telegent:accountSecret not set",
        "existing objects are not looked up before `pulumi up`: telnyx:apiKey not set",
    ]


def test_an_object_is_held_once_while_a_program_runs() -> None:
    """Two resources of a program with one number are refused, a group counts too; a refresh compares them only."""
    wiring = Wiring(print)
    numbers, groups = life(types.NUMBER, None, wiring), life(types.NUMBER_GROUP, None, wiring)
    number_id = HELD_NUMBER["phoneNumberId"]
    group = {"phoneNumbers": "+15550100001", "messagingProfileId": "", "__group": "g-0000000", "onDestroy": "restore"}
    held = {**group, "__numbers": ({"numbers": "+15550100001", "former": {"messagingProfileId": ""}},)}

    for refresh in (numbers.diff(str(number_id), HELD_NUMBER, NUMBER), groups.diff("g-0000000", held, group)):
        assert refresh.replaces == ()
    numbers.check({}, NUMBER)
    groups.check({}, group)
    numbers.diff(str(number_id), HELD_NUMBER, NUMBER)
    with pytest.raises(Refused, match=r"cannot manage \+15550100001: another resource of this program"):
        groups.diff("g-0000000", held, group)


def test_a_guard_refuses_a_difference() -> None:
    """A route that is held does not become another one by `adopt`."""
    with pytest.raises(Refused, match='cannot adopt "MRID-2": the resource holds message route MRID-1'):
        life(types.ROUTE).diff("MRID-1", ROUTE, {**ROUTE, "adopt": "MRID-2"})


def test_one_reconciler_serves_all_threads() -> None:
    """Whatever an engine does at once, a type has one reconciler."""
    made, together = [], Barrier(4)

    def connect(*_: Any) -> Memory:
        made.append(Memory())
        return made[-1]

    routes = Lifecycle(replace(types.ROUTE, connect=connect), Wiring(print), {}.get, {})

    def create(_: int) -> Created:
        together.wait(10)
        return routes.create(ROUTE)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(create, range(4)))
    assert len(made) == 1


def test_a_partial_failure_keeps_its_outputs() -> None:
    """An adapter gets the error as it was raised, with what the state is to keep."""

    class Half(Memory):
        def create(self, declared: Any) -> tuple[str, dict[str, Any]]:
            raise Unfinished("1 of 2 done", "g-0000000", dict(declared), ("one failed",))

    with pytest.raises(Unfinished) as failed:
        life(types.NUMBER_GROUP, Half()).create({"messagingProfileId": ""})
    assert (failed.value.object_id, failed.value.outputs) == ("g-0000000", {"messagingProfileId": ""})
