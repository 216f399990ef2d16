"""The checks of one preview, with the vendors in this process under a clock that passes in sleeps only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pulumi_messaging.composition import named_look_ups_of, number_look_ups_of
from pulumi_messaging.core.message_route import ROUTES
from pulumi_messaging.errors import ConfigurationError
from pulumi_messaging.lifecycle import Checked, Lifecycle
from pulumi_messaging.resource_types import NUMBER, NUMBER_GROUP, ROUTE, ResourceType
from pulumi_messaging.wiring import Wiring
from tests.support.faults.world import World

URL = "https://hooks.example.com/in"
ROUTE_FIELDS = {"messageUrl": URL, "messageUrlMethod": "POST"}
PRESENT = "in the account of telnyx:apiKey and enabled for messaging"
WITH_URL = {"MessageUrl": URL, "MessageUrlMethod": "POST"}


class Preview:
    """A provider process that previews. ``equal`` sets ``telegent:adopt`` and ``telnyx:adopt``."""

    def __init__(self, world: World, *, equal: bool = False, missing: str = "") -> None:
        self._world = world
        world.telegent = replace(world.telegent, equal_only="telegent:adopt" if equal else "")
        world.telnyx = replace(world.telnyx, equal_only="telnyx:adopt" if equal else "")
        wiring = Wiring(world.said.append)
        telegent, telnyx = world.telegent_client(), world.telnyx_client()
        telegent.given_secrets = telnyx.given_secrets = wiring.given_secrets
        routes = named_look_ups_of(telegent, wiring.look_ups, wiring.ownership(ROUTES, {}.get, {}), world.attempts())
        numbers = number_look_ups_of(telnyx, wiring.look_ups)
        looks = {ROUTE: routes, NUMBER: numbers.single, NUMBER_GROUP: numbers.group}

        def look(kind: ResourceType) -> Any:
            if missing:
                raise ConfigurationError(f"cannot be used: {missing}: run this, or that", missing)
            return looks[kind]

        self._lives = {
            kind: Lifecycle(replace(kind, look_up=lambda *_, kind=kind: look(kind)), wiring, {}.get, {})
            for kind in looks
        }

    def check(self, kind: ResourceType, given: Mapping[str, Any], former: Mapping[str, Any] | None = None) -> Checked:
        """The result of a check in the preview."""
        return self._lives[kind].check(former or {}, {**given, "__preview": True})

    def route(self, former: Mapping[str, Any] | None = None, **given: Any) -> list[str]:
        """The problems of a route; a URL is given already."""
        return self._reasons(self.check(ROUTE, ROUTE_FIELDS | given, former))

    def number(self, phone_number: str, **given: Any) -> list[str]:
        """The problems of a number that is new to the state."""
        return self._reasons(self.check(NUMBER, {"phoneNumber": phone_number, **given}))

    def group(self, *numbers: Any, former: Mapping[str, Any] | None = None, **given: Any) -> list[str]:
        """The problems of a group."""
        return self._reasons(self.check(NUMBER_GROUP, {"phoneNumbers": numbers, "__group": "g-0", **given}, former))

    def diff(self, kind: ResourceType, object_id: str, held: Mapping[str, Any], declared: Mapping[str, Any]) -> None:
        """The diff of a resource of the state."""
        self._lives[kind].diff(object_id, held, declared)

    @staticmethod
    def _reasons(checked: Checked) -> list[str]:
        return [f"{problem.property} {problem.reason}".strip() for problem in checked.problems]

    def forget(self) -> None:
        """Clear the lines and the requests, those that prepared the account too."""
        self._world.said.clear()
        self._world.control("DELETE", "requests")

    @property
    def said(self) -> list[str]:
        """The lines since the last look."""
        lines = list(self._world.said)
        self._world.said.clear()
        return lines

    @property
    def asked(self) -> dict[str, int]:
        """The requests since the last look, counted by operation."""
        return dict(Counter(entry["operation"] for entry in self._world.control("DELETE", "requests")))


def add_route(world: World, route_id: str, **fields: Any) -> None:
    """A route of somebody else."""
    world.control("POST", "routes", {"MessageRouteId": route_id, "RouteName": route_id.lower(), **WITH_URL, **fields})


def add_numbers(world: World, count: int, profile: str | None = None) -> list[str]:
    """Numbers of the account."""
    numbers = [f"+1777{index:07}" for index in range(count)]
    rows = [{"phone_number": number, "messaging_profile_id": profile, "tags": []} for number in numbers]
    world.control("POST", "numbers", rows)
    return numbers
