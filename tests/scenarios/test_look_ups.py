"""Scenario: a program that looks up what exists in the account, in the preview and in the update."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from pulumi_messaging.cli.state_file import StateFile
from pulumi_messaging.estate.objects import MessageRouteInfo, NumberInfo
from tests.support.emulator.seed import ALERTS, FIRST, FOURTH, SECOND

PROGRAM = """
import pulumi
from pulumi_messaging import MessageRoute, NumberMessaging, NumberMessagingGroup
from pulumi_messaging import get_message_routes, get_messaging_profiles, get_numbers

(profile,), (route,) = get_messaging_profiles(name="alerts"), get_message_routes(name="theirs")
for number in get_numbers():
    if "ours" in number.tags:
        NumberMessaging(f"line{number.number}", phone_number=number.id, messaging_profile_id=profile.id)
NumberMessagingGroup("others", phone_numbers=["+15550100004"], messaging_profile_id=profile.id)
MessageRoute("made", message_url="https://hooks.example.com/in", message_url_method="POST")
pulumi.export("on route", [each.number for each in get_numbers(message_route_id=route.message_route_id)])
"""
LOOK_UPS = {
    "GET /v1.0/account/message/routes": 1,
    "GET /v1.0/numbers/inventory": 2,
    "GET /v2/messaging_profiles": 1,
    "GET /v2/phone_numbers/messaging": 1,
}


def test_a_program_needs_no_ids(world: Any, tmp_path: Path) -> None:
    """Names and tags are looked up with one read of each list, whose results are arguments of resources.

    The preview runs on the embedded emulator, in the program's own process; the update over TCP.
    """
    world.program(PROGRAM)
    world.control("POST", "routes", {"RouteName": "theirs", "MessageRouteId": "MRID-theirs"})
    world.control("PATCH", "telegent-numbers/+15550200001", {"MessageRouteId": "MRID-theirs"})
    for number in (FIRST, SECOND):
        world.edit_number(number, tags=["ours"])

    world.configure(**dict.fromkeys(("telegent_baseUrl", "telnyx_baseUrl"), "emulator"))
    preview = world.preview()
    world.configure()
    up, again = world.up(), world.up()

    assert preview.ok, preview.text
    assert preview.ops == {name: ["create"] for name in ("made", "others", f"line{FIRST}", f"line{SECOND}")}
    assert up.ok, up.text
    assert up.outputs == {"on route": ["+15550200001"]}
    assert [each[0] for each in (world.numbers()[FIRST], world.numbers()[SECOND])] == [ALERTS, ALERTS]
    # Without changes nothing is asked but what the program itself looks up.
    assert Counter(each.partition("?")[0] for each in again.reads) == LOOK_UPS
    # The state tells which objects it holds.
    state = tmp_path / "state.json"
    state.write_text(json.dumps({"version": 3, "deployment": world.engine.export()}))
    held = StateFile.read(state)
    numbers = [
        NumberInfo("telnyx", each["phone_number"], each["id"]) for each in world.control("GET", "state")["numbers"]
    ]
    assert [each.number for each in numbers if held.has(each)] == [FIRST, SECOND, FOURTH]
    assert held.has(MessageRouteInfo(world.id_of("made"), *[None] * 6))
    assert not held.has(MessageRouteInfo("MRID-theirs", *[None] * 6))


def test_a_look_up_that_fails_ends_the_run(world: Any) -> None:
    """In one line, without a traceback; nothing is written."""
    world.program(PROGRAM)
    world.configure(telnyx_apiKey="KEY-of-nobody")

    run = world.up()

    assert not run.ok
    assert "cannot list messaging profiles: Telnyx answered 401" in run.text
    assert "Traceback" not in run.text
    assert "KEY-of-nobody" not in run.text
    assert run.writes == []
