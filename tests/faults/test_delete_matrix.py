"""What destroy does: each resource, each policy, 6 situations (`support.faults.destroys`).

Each cell: what is sent, what is told, what is there afterwards; nothing of others is touched, nothing that nobody
declared is written; and once whatever stood in the way is gone, a second destroy ends where the first one should have.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pulumi_messaging.errors import MessagingError
from tests.support.emulator.seed import SECOND, THIRD
from tests.support.faults.destroys import GONE, NAMED, NOTHING, RESOURCES, URL, USERS, Cell, Resource
from tests.support.faults.operations import populate, stored
from tests.support.faults.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def world() -> Iterator[World]:
    """Both vendors with numbers that somebody set up before us, and objects of somebody else."""
    made = World()
    populate(made)
    for number in (SECOND, THIRD):
        made.control("PATCH", f"numbers/{number}", {"tags": ["before"]})
    yield made
    made.close()


@pytest.mark.parametrize(
    ("name", "policy", "situation"), [(name, *key) for name, resource in RESOURCES.items() for key in resource.cells]
)
def test_destroy(world: World, name: str, policy: str, situation: str) -> None:
    """Gone is done; a refusal changes nothing, and is no reason for the next destroy to do anything else."""
    resource = RESOURCES[name]
    cell = resource.cells[policy, situation]
    object_id, outputs = resource.flows(world).create({**resource.declared, "onDestroy": policy})

    def destroy() -> None:
        resource.flows(world).delete(object_id, outputs)

    clear = _obstacle(world, resource, situation, object_id, destroy)
    before = stored(world)

    error, writes = _destroyed(world, resource, destroy)

    assert error.startswith(cell.told.replace("<id>", object_id)) if cell.told else error == ""
    _check_writes(resource, situation, cell, writes)
    assert bool(world.control("GET", "requests")) is cell.reads
    assert resource.after(world, object_id) == cell.after
    if cell.after is not GONE:
        assert resource.others(stored(world), object_id) == resource.others(before, object_id)
    assert not [line for line in world.said if "\n" in line]

    clear()
    assert _destroyed(world, resource, destroy)[0] == ""
    assert resource.after(world, object_id) == (resource.cells[policy, "there"] if cell.told else cell).after


@pytest.mark.parametrize("status", [404, 405])
def test_only_an_answer_to_the_delete_says_that_routes_are_not_deleted_here(world: World, status: int) -> None:
    """The same status of the token service says nothing of it: nothing was sent, and no other policy is advised."""
    route = RESOURCES["route"]
    route_id, outputs = world.routes().create(NAMED | {"onDestroy": "delete"})
    # The first token is for the inventory, the second one for the delete.
    world.control("POST", "answers", {"operation": "createToken", "skip": 1, "status": status, "text": "No."})

    error, writes = _destroyed(world, route, lambda: world.routes().delete(route_id, outputs))

    assert error == (
        f"cannot delete message route {route_id}: no token for http://emulator.localhost/v1.0/message/routes/delete: "
        f"Telegent answered {status}; check telegent:baseUrl and any proxy in between"
    )
    assert writes == []
    assert route.after(world, route_id) == (True, URL)

    assert _destroyed(world, route, lambda: world.routes().delete(route_id, outputs))[0] == ""
    assert route.after(world, route_id) is GONE


def _obstacle(
    world: World, resource: Resource, situation: str, object_id: str, destroy: Callable[[], None]
) -> Callable[[], None]:
    """Bring the situation about; what is returned ends it, where it is an obstacle."""
    used = situation == "in use" and resource.table in USERS
    edits = {"gone": ("DELETE", None), "changed": ("PATCH", resource.theirs)}
    if situation in edits:
        method, body = edits[situation]
        for path in resource.paths(object_id):
            world.control(method, path, body)
    elif situation == "deleted before":  # the state was lost, or a copy of it is used
        destroy()
    elif used:
        _use(world, resource, object_id)
    elif situation in ("refused", "in use"):
        for operation in resource.writes:
            _answer(world, resource, operation, 403 if situation == "refused" else 409)

    def clear() -> None:
        world.control("DELETE", "answers")
        if used:
            _use(world, resource, None)

    return clear


def _use(world: World, resource: Resource, object_id: str | None) -> None:
    """Numbers of somebody else are put on an object, or taken off it."""
    path, key = ("telegent-numbers", "MessageRouteId") if resource.of_telegent else ("numbers", "messaging_profile_id")
    for user in USERS[resource.table]:
        world.control("PATCH", f"{path}/{user}", {key: object_id})


def _answer(world: World, resource: Resource, operation: str, status: int) -> None:
    telnyx = {"errors": [{"code": "10009", "title": "No.", "detail": "Not now."}]}
    body = {"StatusCode": status, "Message": "No."} if resource.of_telegent else telnyx
    world.control("POST", "answers", {"operation": operation, "status": status, "body": body, "times": 50})


def _destroyed(world: World, resource: Resource, destroy: Callable[[], None]) -> tuple[str, list[Any]]:
    """The error of a destroy, and the bodies of its writes."""
    world.control("DELETE", "requests")
    error = ""
    try:
        destroy()
    except MessagingError as told:
        error = str(told)
    log = world.control("GET", "requests")
    writes = [entry for entry in log if entry["method"] != "GET" and entry["operation"] != "createToken"]
    assert all(entry["operation"] in resource.writes for entry in writes)
    return error, [entry["body"] or {} for entry in writes]


def _check_writes(resource: Resource, situation: str, cell: Cell, writes: list[Any]) -> None:
    """One write for each object, or none; once more with a fresh token of Telegent, and while Telnyx is busy."""
    key = "MessageRouteId" if resource.table == "routes" else "Number"
    sent = [{name: value for name, value in body.items() if name != key} for body in writes]
    times = {("refused", True): 2, ("in use", False): 5}.get((situation, resource.of_telegent), 1) if cell.told else 1
    every = 0 if cell.sent == NOTHING else times * max(1, len(resource.names))
    assert sent == [cell.sent] * len(sent)
    # A group does not try all its numbers with a key that is refused.
    assert len(sent) == every or (situation == "refused" and len(resource.names) > 1 and 0 < len(sent) < every)
