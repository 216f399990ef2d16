"""A route or profile after a write whose outcome nobody could read: the next run, whichever it is, puts it right."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_messaging.api.telegent import TelegentClient
from pulumi_messaging.core.hidden import SENT
from tests.support.emulator.seed import ALERTS
from tests.support.faults.world import World
from tests.support.reconcile import profiles
from tests.support.reconcile.routes import ADOPTED, NEW, OLD, OTHER, SETTINGS, Profile, Resource, stored, theirs, writes

FORBIDDEN = {"kind": "403", "position": "after", "times": 99}
BEARER = {**SETTINGS, "messageAuthenticationType": "Bearer"}


def forbidden(world: World, resource: Resource, declared: dict[str, Any]) -> None:
    """An update takes effect, and a gateway answers 403 to it and to every read."""
    world.control(
        "POST", "faults", [{"operation": one, **FORBIDDEN} for one in ("updateMessageRoute", "updateProfile")]
    )
    assert "403" in resource.up(declared)
    world.control("DELETE", "faults")


@pytest.mark.parametrize("later", [False, True], ids=["take-over", "update"])
def test_the_former_values_of_a_route_come_back(world: World, route: Resource, later: bool) -> None:
    """The live value is ours, although the state does not say so."""
    was = theirs(world)
    if later:
        assert route.up(ADOPTED) == ""
    forbidden(world, route, {**ADOPTED, "messageUrl": OTHER} if later else ADOPTED)

    assert route.destroy() == ""
    assert stored(world) == was


@pytest.mark.parametrize("later", [False, True], ids=["take-over", "update"])
def test_the_former_values_of_a_profile_come_back(world: World, profile: Profile, later: bool) -> None:
    """As for a route."""
    world.control("PATCH", f"profiles/{ALERTS}", {"webhook_url": OLD})
    if later:
        assert profile.up({**profiles.ADOPTED, "webhookUrl": NEW}) == ""
    forbidden(world, profile, {**profiles.ADOPTED, "webhookUrl": OTHER})

    assert profile.destroy() == ""
    assert profiles.stored(world)["webhook_url"] == OLD


@pytest.mark.parametrize("adopt", [{}, {"adopt": "MRID-theirs"}], ids=["made here", "adopted"])
def test_a_change_that_is_taken_back_is_taken_back(world: World, route: Resource, adopt: dict[str, Any]) -> None:
    """The state has the declared URL and the vendor the other one: a read shows it. The password is sent again."""
    theirs(world, RouteName="other")
    declared = {**BEARER, "routeName": "orders", "messagePasswordToken": "old", **adopt}
    assert route.up(declared) == ""
    forbidden(world, route, {**declared, "messageUrl": OTHER, "messagePasswordToken": "new"})
    assert route.outputs[SENT] == {"messageUrl": OTHER}
    writes(world)

    assert route.up(declared) == ""

    assert writes(world) == [("updateMessageRoute", {"MessageUrl": NEW, "MessagePasswordToken": "[secret]"})]
    assert stored(world, route.id)["MessagePasswordToken"] == "old"
    assert SENT not in route.outputs
    assert route.pending(declared) == []


def test_a_change_of_a_profile_that_is_taken_back(world: World, profile: Profile) -> None:
    """As for a route."""
    assert profile.up({**profiles.NAMED, "webhookUrl": NEW}) == ""
    forbidden(world, profile, {**profiles.NAMED, "webhookUrl": OTHER})

    assert profile.up({**profiles.NAMED, "webhookUrl": NEW}) == ""

    assert profiles.stored(world, profile.id)["webhook_url"] == NEW


def test_a_refused_update_that_did_nothing_sends_nothing_twice(world: World, route: Resource) -> None:
    """The same declaration again: the read shows what is to be sent."""
    assert route.up({**SETTINGS, "routeName": "orders"}) == ""
    world.control("POST", "faults", {"operation": "updateMessageRoute", "kind": "403", "times": 99})
    assert "403" in route.up({**SETTINGS, "routeName": "sales"})
    world.control("DELETE", "faults")
    writes(world)

    assert route.up({**SETTINGS, "routeName": "sales"}) == ""

    assert writes(world) == [("updateMessageRoute", {"RouteName": "sales"})]
    assert stored(world, route.id)["RouteName"] == "sales"
    assert route.pending({**SETTINGS, "routeName": "sales"}) == []


@pytest.mark.parametrize("first", ["403", "reset"])
def test_a_token_is_refused_after_the_update(world: World, route: Resource, first: str) -> None:
    """A gateway that lets nothing through any more: the update may have taken effect before."""
    was = theirs(world)
    update, token = {"operation": "updateMessageRoute"}, {"operation": "createToken"}
    refused = {"kind": "403", "times": 99}
    world.control("POST", "faults", [{**update, "kind": first, "position": "after"}, {**update, **refused}])
    world.control("POST", "faults", {**token, **refused, "skip": 2})
    assert "no token for" in route.up(ADOPTED)
    world.control("DELETE", "faults")

    assert route.destroy() == ""
    assert stored(world) == was


def test_a_refused_run_after_one_that_was_cut_off(
    world: World, route: Resource, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the run before wrote is still ours: its note on this machine counts for the run after the refusal."""

    def written(client: TelegentClient, *arguments: Any) -> None:
        update(client, *arguments)
        raise KeyboardInterrupt

    was, update = theirs(world), TelegentClient.update_message_route
    with monkeypatch.context() as patch:
        patch.setattr(TelegentClient, "update_message_route", written)
        with pytest.raises(KeyboardInterrupt):
            route.up(ADOPTED)
    assert stored(world)["MessageUrl"] == NEW
    world.control("POST", "faults", {"operation": "updateMessageRoute", "kind": "400"})
    assert "answered 400" in route.up({**ADOPTED, "messageUrl": OTHER})

    assert route.up(ADOPTED) == ""

    assert route.destroy() == ""
    assert stored(world) == was
