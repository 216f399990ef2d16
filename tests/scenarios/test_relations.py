"""Scenario 6: outputs as inputs, secrets, configuration, and the resource options."""

from __future__ import annotations

import json
from typing import Any

from tests.support.emulator.seed import DEFAULT, FIRST, FIRST_ID, FOURTH, FOURTH_ID, SECOND, THIRD
from tests.support.scenarios.expected import CREATE, DELETE, URL, automatic, each, ordered, patch, update

MINIMAL = {"message_url": URL, "message_url_method": "POST"}


def test_outputs_as_inputs(world: Any) -> None:
    """An output is unknown in the preview and a value in the update; a replacement updates dependents, no more."""
    number = {"phone_number": FIRST, "messaging_profile_id": DEFAULT}
    resources = {
        "number": number,
        "route": {
            "message_url": {"join": [f"{URL}/", "${number.phone_number_id}"]},
            "message_url_method": "POST",
            "callback_message_username": "${number.type}",
        },
        "second": {**MINIMAL, "message_url": {"join": [f"{URL}/", "${route.message_route_id}"]}},
        "tagged": {"phone_number": SECOND, "tags": ["${route.id}", "fixed"]},
    }
    world.declare(resources)
    preview = world.preview()
    assert preview.ok, preview.text
    assert preview.ops == each(resources, "create")
    assert preview.outputs["ids"] in ("[unknown]", dict.fromkeys(resources, "[unknown]"))
    assert preview.writes == []

    up = world.up()
    assert up.ok, up.text
    stored = world.routes()
    assert stored["<route>"]["MessageUrl"] == f"{URL}/{FIRST_ID}"
    assert stored["<route>"]["CallbackMessageUsername"] == "longcode"
    assert stored["<second>"]["MessageUrl"] == f"{URL}/<route>"
    assert len(up.writes) == 4
    edges = world.state()["second"]["propertyDependencies"]
    assert {key: [urn.rpartition("::")[2] for urn in urns] for key, urns in edges.items()}["messageUrl"] == ["route"]
    assert world.up().requests == ()

    world.declare({**resources, "number": {**number, "phone_number": FOURTH}})
    preview = world.preview()
    assert preview.ok, preview.text
    assert "replace" in preview.ops["number"]
    assert preview.ops["route"] == ["update"]
    up = world.up()
    assert up.ok, up.text
    assert up.writes == ordered(
        patch(FIRST_ID, messaging_profile_id=""),
        patch(FOURTH_ID, messaging_profile_id=DEFAULT),
        update("route", MessageUrl=f"{URL}/{FOURTH_ID}"),
    )
    assert world.preview().ops == {}

    destroy = world.destroy()
    assert destroy.ok, destroy.text
    assert world.routes() == {}


def test_secrets_and_configuration(world: Any) -> None:
    """Secrets are encrypted in state and `[secret]` in every text, given plain, as Output or by configuration."""
    sealed = {"secure": "v1:dMH9lnVPrr1JM2Et:+DtvouK+jQXr3Baaq8LCeNWVd+8sgt8K1+B+fGLZMJuv0YRNeyo="}
    world.configure(scenario_password=sealed)
    bearer = {**MINIMAL, "message_authentication_type": "Bearer"}
    resources = {
        "plain": {**bearer, "message_password_token": "plain-secret"},
        "wrapped": {**bearer, "message_password_token": {"secret": "wrapped-secret"}},
        "config": {**bearer, "message_password_token": {"config": "password"}},
        "url": {**MINIMAL, "message_url": {"secret": f"{URL}/hidden-path"}},
    }
    world.declare(resources)
    runs = [world.preview(), world.up()]
    assert runs[1].ok, runs[1].text
    stored = {name.strip("<>"): route for name, route in world.routes().items()}
    assert stored["plain"]["MessagePasswordToken"] == "plain-secret"
    assert stored["wrapped"]["MessagePasswordToken"] == "wrapped-secret"
    from_config = stored["config"]["MessagePasswordToken"]
    assert stored["url"]["MessageUrl"] == f"{URL}/hidden-path"
    for name in ("plain", "wrapped", "config"):
        for side in ("inputs", "outputs"):
            assert world.state()[name][side]["messagePasswordToken"] == "[secret]"
    assert world.state()["url"]["outputs"]["messageUrl"] == "[secret]"

    changed = {
        **resources,
        "plain": {**bearer, "message_password_token": "changed-secret"},
        "url": {**MINIMAL, "message_url": {"secret": f"{URL}/other-path"}},
    }
    world.declare(changed)
    runs += [world.preview(), world.up(), world.refresh(), world.preview()]
    # That they changed is all that is told of secrets.
    assert runs[2].ops == runs[3].ops == each(("plain", "url"), "update")
    assert runs[2].diffs == runs[3].diffs == {}
    assert runs[3].writes == ordered(
        update("plain", MessagePasswordToken="[secret]"), update("url", MessageUrl=f"{URL}/other-path")
    )
    assert runs[4].ops == runs[5].ops == {}
    secrets = ["plain-secret", "wrapped-secret", "changed-secret", "hidden-path", "other-path", from_config]
    everything = "".join(run.text for run in runs) + world.raw_state()
    assert not [secret for secret in secrets if secret in everything]


def test_resource_options(world: Any) -> None:
    """ignore_changes, protect and retain_on_delete keep their promises; nothing is sent for them."""
    resources: dict[str, Any] = {
        "ignoring": {**MINIMAL, "message_username": "one", "opts": {"ignore_changes": ["messageUrl"]}},
        "protected": {**MINIMAL, "opts": {"protect": True}},
        "retained": {**MINIMAL, "opts": {"retain_on_delete": True}},
        "number": {"phone_number": FIRST, "messaging_profile_id": DEFAULT, "opts": {"retain_on_delete": True}},
    }
    world.declare(resources)
    assert world.up().ok
    world.declare({**resources, "ignoring": {**resources["ignoring"], "message_url": f"{URL}/2"}})
    up = world.up()
    assert up.ops == {}
    assert up.requests == ()
    both = {"message_url": f"{URL}/2", "message_username": "two"}
    world.declare({**resources, "ignoring": {**resources["ignoring"], **both}})
    up = world.up()
    assert up.diffs == {"ignoring": ("~messageUsername",)}
    assert up.writes == [update("ignoring", MessageUsername="[secret]")]
    assert world.routes()["<ignoring>"]["MessageUsername"] == "two"

    world.declare({"ignoring": resources["ignoring"], "protected": resources["protected"]})
    up = world.up()
    assert up.ok, up.text
    assert up.ops["retained"] == up.ops["number"] == ["delete"]
    assert up.writes == [update("ignoring", MessageUsername="[secret]")]
    assert world.routes()["<ignoring>"]["MessageUsername"] == "one"
    assert world.numbers()[FIRST] == (DEFAULT, "A2P", ())
    assert len(world.routes()) == 3

    world.declare({"ignoring": resources["ignoring"]})
    up = world.up()
    assert not up.ok
    assert up.requests == ()
    assert "protected" in world.state()
    world.declare({"ignoring": resources["ignoring"], "protected": MINIMAL})
    assert world.up().requests == ()
    assert world.destroy().ok
    assert [route["RouteName"] for route in world.routes().values()] == [automatic("retained")]


def test_program_of_functions_and_components(world: Any) -> None:
    """A program with a component, apply and a loop: resources under a parent keep their own type and exact requests."""
    world.program(
        f"""
import pulumi
import pulumi_messaging as messaging


class Team(pulumi.ComponentResource):
    def __init__(self, name, numbers):
        super().__init__("acme:messaging:Team", name)
        below = pulumi.ResourceOptions(parent=self)
        self.route = messaging.MessageRoute(name, message_url="{URL}", message_url_method="POST", opts=below)
        self.numbers = [
            messaging.NumberMessaging(
                f"{{name}}-{{i}}", phone_number=number, tags=self.route.id.apply(lambda _: [name]), opts=below
            )
            for i, number in enumerate(numbers)
        ]
        self.register_outputs({{"url": self.route.message_url}})


team = Team("sales", {json.dumps([FIRST, THIRD])})
pulumi.export("products", pulumi.Output.all(*(n.messaging_product for n in team.numbers)))
"""
    )
    assert world.preview().ok
    up = world.up()
    assert up.ok, up.text
    assert up.writes == ordered(
        (CREATE, {"RouteName": automatic("sales"), "MessageUrl": URL, "MessageUrlMethod": "POST"}),
        patch(FIRST_ID, tags=["sales"]),
        patch("1293384261075731503", tags=["sales"]),
    )
    assert up.outputs["products"] == ["A2P", "A2P"]
    assert world.up().requests == ()
    destroy = world.destroy()
    assert destroy.ok
    assert (DELETE, {"MessageRouteId": "<sales>"}) in destroy.writes
