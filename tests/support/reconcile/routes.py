"""A route of a program over its life: each run is a provider process of its own, and what it answers is the state."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from pulumi_messaging.core.hidden import FORMER
from pulumi_messaging.core.message_route import ROUTES
from pulumi_messaging.core.messaging_profile import PROFILES
from pulumi_messaging.errors import MessagingError, Unfinished
from pulumi_messaging.lifecycle import Lifecycle
from pulumi_messaging.resource_types import PROFILE, ROUTE
from pulumi_messaging.wiring import Wiring
from tests.support.core.expected import as_the_engine_returns_it
from tests.support.faults.world import World

OLD, NEW, OTHER = (f"https://{name}.example.com/in" for name in ("old", "new", "other"))
SETTINGS = {"messageUrl": NEW, "messageUrlMethod": "POST"}
NAME = "orders-0123456"
AUTOMATIC = {**SETTINGS, "__autoname": NAME}
ADOPTED = {**SETTINGS, "adopt": "MRID-theirs"}
THEIRS = {"MessageRouteId": "MRID-theirs", "RouteName": "legacy", "MessageUrl": OLD, "MessageUrlMethod": "POST"}

Values = dict[str, Any]


def process(world: World) -> Lifecycle:
    """A provider process, asked about routes."""
    resource = replace(ROUTE, connect=lambda wiring, *where: world.routes(wiring.ownership(ROUTES, *where)))
    return Lifecycle(resource, Wiring(world.said.append), lambda _: None, {})


def process_of_profiles(world: World) -> Lifecycle:
    """A provider process, asked about messaging profiles."""
    resource = replace(PROFILE, connect=lambda wiring, *where: world.profiles(wiring.ownership(PROFILES, *where)))
    return Lifecycle(resource, Wiring(world.said.append), lambda _: None, {})


@dataclass
class Resource:
    """A route of a program, and its state: as in Pulumi, an unfinished one is updated by the next run."""

    process = staticmethod(process)

    world: World
    id: str = ""
    inputs: Values = field(default_factory=dict)
    outputs: Values = field(default_factory=dict)
    unfinished: bool = False

    def up(self, declared: Values, run: Lifecycle | None = None) -> str:
        """Create the route or update it: the error, or an empty text."""
        run = run or self.process(self.world)
        inputs = run.check(self.inputs, declared).inputs
        try:
            if not self.id:
                made = run.create(inputs)
                self._keep(made.object_id, inputs, made.outputs)
            elif run.diff(self.id, self.outputs, inputs).changes or self.unfinished:
                self._keep(self.id, inputs, run.update(self.id, self.outputs, inputs))
        except Unfinished as error:
            self._keep(error.object_id, inputs, error.outputs, unfinished=True)
            return str(error)
        except MessagingError as error:
            return str(error)
        return ""

    def refresh(self) -> None:
        """Read the object."""
        found = self.process(self.world).read(self.id, self.outputs)
        assert found is not None
        self._keep(self.id, found.inputs, found.outputs)

    def destroy(self, run: Lifecycle | None = None) -> str:
        """End the route by ``on_destroy``: the error, or an empty text."""
        try:
            (run or self.process(self.world)).delete(self.id, self.outputs)
        except MessagingError as error:
            return str(error)
        self.id, self.inputs, self.outputs = "", {}, {}
        return ""

    @property
    def former(self) -> Values:
        """What the state remembers of the route before it was taken over."""
        return dict(self.outputs[FORMER])

    def pending(self, declared: Values) -> list[str]:
        """The fields that a preview shows."""
        run = self.process(self.world)
        changes = run.diff(self.id, self.outputs, run.check(self.inputs, declared).inputs).changes
        return [change.field.name for change in changes]

    def _keep(self, object_id: str, inputs: Values, outputs: Values, *, unfinished: bool = False) -> None:
        self.id, self.unfinished = object_id, unfinished
        self.inputs, self.outputs = as_the_engine_returns_it(inputs), as_the_engine_returns_it(outputs)


class Profile(Resource):
    """A messaging profile of a program."""

    process = staticmethod(process_of_profiles)


def theirs(world: World, **fields: Any) -> Values:
    """A route that existed before the program, as the vendor stores it."""
    world.control("POST", "routes", {**THEIRS, **fields})
    return stored(world)


def stored(world: World, route_id: str = "MRID-theirs") -> Values:
    """A route as the vendor stores it."""
    routes = {route["MessageRouteId"]: route for route in world.control("GET", "state")["routes"]}
    return dict(routes[route_id])


def writes(world: World) -> list[tuple[str, Values]]:
    """The writes since the last time, without the route's id."""
    log = world.control("DELETE", "requests")
    written = [
        entry
        for entry in log
        if entry["operation"] in ("createMessageRoute", "updateMessageRoute", "deleteMessageRoute")
    ]
    return [(one["operation"], {k: v for k, v in one["body"].items() if k != "MessageRouteId"}) for one in written]


def reads(world: World) -> list[str]:
    """The operations of the requests since the last time, tokens apart."""
    return [one["operation"] for one in world.control("DELETE", "requests") if one["operation"] != "createToken"]
