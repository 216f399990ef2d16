"""Every fault of the emulator in every request of every operation: nothing that comes out holds a part of a secret."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_messaging_emulator.fault_kinds import PLANNED as KINDS
from tests.support.secrets.canaries import CANARIES, PASSWORD, URL, USER
from tests.support.secrets.world import CHANGED_NUMBER, CHANGED_ROUTE, NUMBER, ROUTE, SecretWorld

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ALWAYS = 400
# What the provider is asked to do, and the requests in which the fault fires; of several at least one is made.
CELLS = [
    ("create route", ["createToken"]),
    ("create route", ["listMessageRoutes"]),
    ("create route", ["createMessageRoute"]),
    ("read route", ["getMessageRoute", "listMessageRoutes"]),
    ("read lost route", ["listMessageRoutes"]),
    ("update route", ["createToken"]),
    ("update route", ["updateMessageRoute"]),
    ("delete route", ["listInventory"]),
    ("delete route", ["deleteMessageRoute"]),
    ("create number", ["listMessaging", "retrieveMessaging"]),
    ("create number", ["updateMessaging"]),
    ("read number", ["retrieveMessaging", "listMessaging"]),
    ("read lost number", ["listPhoneNumbers", "listMessaging"]),
    ("update number", ["updateMessaging"]),
    ("delete number", ["updateMessaging"]),
]
NUMBER_ID, LOST_ID = "1293384261075731502", "1293384261075739999"


@pytest.fixture
def world(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Iterator[SecretWorld]:
    """A world that notes its attempts in a folder; every logger tells everything."""
    caplog.set_level(logging.DEBUG)
    made = SecretWorld(notes=tmp_path / "notes")
    yield made
    made.close()


def _do(world: SecretWorld, operation: str, route_id: str) -> None:
    """One operation by a process of its own; the objects it needs are there."""
    routes, numbers = world.message_route(), world.number_messaging()
    held = {**ROUTE, "messageRouteId": route_id}
    name = f"new-{route_id}"
    number = {**NUMBER, "phoneNumberId": NUMBER_ID, "__former": {"messagingProfileId": ""}}
    acts: dict[str, Any] = {
        "create route": lambda: routes.create({**ROUTE, "routeName": name, "__autoname": name}),
        "read route": lambda: routes.read(route_id, held),
        "read lost route": lambda: routes.read("MRID-lost", {**held, "messageRouteId": "MRID-lost"}),
        "update route": lambda: routes.update(route_id, held, CHANGED_ROUTE),
        "delete route": lambda: routes.delete(route_id, held),
        "create number": lambda: numbers.create(NUMBER),
        "read number": lambda: numbers.read(NUMBER_ID, number),
        "read lost number": lambda: numbers.read(LOST_ID, {**number, "phoneNumberId": LOST_ID}),
        "update number": lambda: numbers.update(NUMBER_ID, number, CHANGED_NUMBER),
        "delete number": lambda: numbers.delete(NUMBER_ID, number),
    }
    world.attempt(acts[operation])


def _stored(world: SecretWorld) -> str:
    """The id of a route that is there as it was declared."""
    fields = {name[0].upper() + name[1:]: value for name, value in ROUTE.items() if not name.startswith("__")}
    del fields["OnDestroy"]
    made = world.control("POST", "routes", {**fields, "RouteName": "it"})
    return str(made["MessageRouteId"])


@pytest.mark.parametrize("kind", KINDS)
def test_no_fault_tells_a_secret(
    world: SecretWorld, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    """Errors with all they are chained to, output, logs, the emulator's log and the notes hold no part of a secret."""
    for operation, requests in CELLS:
        # Behind a success that cannot be read may be the real answer, passwords included.
        for position, times in (("before", ALWAYS), ("after", ALWAYS if kind.startswith("200") else 1)):
            world.control("PATCH", "numbers/+15550100002", {"messaging_profile_id": NUMBER["messagingProfileId"]})
            if operation == "create number":
                world.control("PATCH", "numbers/+15550100002", {"messaging_profile_id": None})
            route_id = _stored(world)
            fault = {"kind": kind, "position": position, "times": times}
            world.control("POST", "faults", [{"operation": request, **fault} for request in requests])
            _do(world, operation, route_id)
            assert world.control("DELETE", "faults")["fired"], f"{fault} did not fire in {requests} of {operation}"
            world.time.sleep(600)

    output = capsys.readouterr()
    found = world.scanner().found(*world.everything(), output.out, output.err, caplog.text)

    assert not found, f"{found}"
    assert not world.chained
    logged = [record.getMessage() for record in caplog.records if record.name == "pulumi_messaging.api.transport"]
    assert any(line.startswith("POST ") for line in logged)


def test_the_secrets_were_there(world: SecretWorld, caplog: pytest.LogCaptureFixture) -> None:
    """What is looked for was sent: it is what the vendors have stored, and what opens their accounts."""
    world.message_route().create(ROUTE)
    world.number_messaging().create(NUMBER)

    stored = str(world.control("GET", "state")["routes"])
    log = world.control("GET", "requests")
    assert world.scanner().found(stored).keys() == CANARIES.keys() - {"Telnyx key", "AccountKey", "AccountSecret"}
    assert [entry["status"] for entry in log] == [200] * len(log)
    assert {entry["operation"] for entry in log} >= {"createToken", "createMessageRoute", "updateMessaging"}
    assert str(log).count("[secret]") >= 8


def test_what_is_refused_is_not_repeated(world: SecretWorld) -> None:
    """A check that fails names no property, beside which the engine would print the value, and quotes none."""
    wrong = {
        **ROUTE,
        "messageUrl": URL.replace("https", "ftp"),
        "callbackMessageUrl": URL.replace(".com", ".com:99999"),
        "messageUrlMethod": "POST",
        "messageAuthenticationType": "None",
        "callbackMessageUsername": f"{USER}\n",
        "callbackMessagePasswordToken": f"{PASSWORD}\0",
    }

    failures = world.message_route().check({}, wrong).failures

    assert len(failures) == 6
    assert {failure.property for failure in failures} == {""}
    assert not world.scanner().found(*(failure.reason for failure in failures))
