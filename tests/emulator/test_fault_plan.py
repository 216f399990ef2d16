"""The plan of faults: which requests they fire in, what is counted, and which plans are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from pulumi_messaging.emulator import application
from pulumi_messaging_emulator.fault_kinds import PLANNED
from tests.support.emulator.client import Client
from tests.support.emulator.seed import DEFAULT, FIRST_ID

if TYPE_CHECKING:
    from pathlib import Path


def test_faults_wait_in_line_with_scripts(client: Client) -> None:
    """`skip` lets requests pass, `times` repeats; scripted answers stand in the same line and are listed apart."""
    client.plan(operation="updateMessaging", kind="500", skip=1, times=2)
    client.control("POST", "answers", {"operation": "updateMessaging", "status": 418})
    client.plan(operation="*", kind="503")

    assert [client.assign().status_code for _ in range(6)] == [200, 500, 500, 418, 503, 200]
    assert client.fired() == [
        ("updateMessaging", "500", "before", 2),
        ("updateMessaging", "503", "before", 1),
        ("updateMessaging", "scripted", "before", 1),
    ]


def test_plan_and_scripts_are_forgotten_apart(client: Client) -> None:
    """DELETE answers what there was; faults and their counts go, scripted answers stay, and the other way round."""
    client.plan(operation="updateMessaging", kind="500", times=5)
    client.control("POST", "answers", {"operation": "updateMessaging", "status": 418})
    client.assign()

    was = client.control("DELETE", "faults")

    assert [(entry["kind"], entry["times"]) for entry in was["plan"]] == [("500", 4)]
    assert [row["times"] for row in was["fired"]] == [1]
    now = client.faults()
    assert (now["plan"], now["random"], now["fired"]) == ([], None, [])
    assert now["kinds"].keys() == set(PLANNED)
    assert len(client.control("DELETE", "answers")) == 1
    assert client.assign().status_code == 200


def test_a_seed_and_a_rate(client: Client) -> None:
    """The same seed fails the same requests, another one others; about as many as the rate says; only those named."""

    def run(seed: int, other: int = 0) -> list[int]:
        client.control("POST", "reset")
        client.settings(telnyxRequestsPerMinute=0)
        plan = {"seed": seed, "rate": 0.3, "kinds": ["500", "503-html"], "operations": ["updateMessaging"]}
        client.control("POST", "faults", plan)
        statuses = []
        for _ in range(60):
            # Requests of other operations in between do not change what fails.
            assert {client.telnyx("GET", "/phone_numbers").status_code for _ in range(other)} <= {200}
            statuses.append(client.assign().status_code)
        return statuses

    first = run(1)

    assert first == run(1, other=1)
    assert first != run(2)
    assert set(first) == {200, 500, 503}
    assert 8 <= 60 - first.count(200) <= 30


def test_a_list_goes_before_the_seed(client: Client) -> None:
    """A planned fault fires where the seed would have drawn another; a rate of 0 ends the drawing."""
    client.control("POST", "faults", {"seed": "a", "rate": 1, "kinds": ["500"], "positions": ["before"]})
    client.plan(operation="updateMessaging", kind="404")

    assert [client.assign().status_code for _ in range(3)] == [404, 500, 500]
    client.control("POST", "faults", {"seed": "a", "rate": 0})
    assert client.assign().status_code == 200
    assert client.faults()["random"]["rate"] == 0


def test_another_client_comes_in_between(client: Client) -> None:
    """Control calls right before or after the n-th request of an operation; the request itself goes on."""
    client.settings(telegentRequestsPerMinute=0)
    theirs = [{"path": "routes", "body": {"RouteName": "theirs"}}]
    client.plan(operation="createMessageRoute", calls=theirs, skip=1)
    client.plan(operation="listMessageRoutes", calls=theirs, position="after")

    for name in ("first", "second"):
        client.made(RouteName=name)
    listed = [row["RouteName"] for row in client.routes()["Results"]]

    assert listed == ["first", "theirs", "second"]
    assert [route["RouteName"] for route in client.state()["routes"]] == [*listed, "theirs"]
    assert client.fired() == [
        ("createMessageRoute", "none", "before", 1),
        ("listMessageRoutes", "none", "after", 1),
    ]


def test_a_write_is_lost_and_no_read_tells(client: Client) -> None:
    """Calls go with every kind: from the lost answer on the vendor is down, until somebody ends that."""
    down = {"method": "PATCH", "path": "settings", "body": {"telnyxFailStatus": 503}}
    client.plan(operation="updateMessaging", kind="closed", position="after", calls=[down])

    with pytest.raises((httpx.TransportError, ConnectionError)):
        client.assign()

    assert client.telnyx("GET", f"/phone_numbers/{FIRST_ID}/messaging").status_code == 503
    client.settings(telnyxFailStatus=None)
    assert client.read()["messaging_profile_id"] == DEFAULT


def test_a_planned_call_that_is_refused_is_told(tmp_path: Path) -> None:
    """A mistake in a plan is no silent nothing."""
    emulator = application(tmp_path / "emulator.db")
    emulator.control("POST", "faults", {"operation": "*", "calls": [{"path": "nothing"}]})

    with (
        httpx.Client(transport=httpx.WSGITransport(emulator)) as http,
        pytest.raises(ValueError, match="No such control"),
    ):
        http.get("http://emulator.localhost/v2/phone_numbers")
    emulator.close()


@pytest.mark.parametrize(
    "plan",
    [
        {},
        [{"operation": "updateMessaging"}],
        {"operation": "*", "calls": []},
        {"operation": "*", "calls": [{"body": {}}]},
        {"operation": "updateEverything", "kind": "500"},
        {"operation": "*", "kind": "teapot"},
        {"operation": "*", "kind": "scripted"},
        {"operation": "*", "kind": "500", "position": "during"},
        {"operation": "*", "kind": "500", "times": 0},
        {"operation": "*", "kind": "500", "effect": "none"},
        {"rate": 0.5},
        {"seed": 1, "rate": 2},
        {"seed": 1, "rate": 1, "kinds": []},
    ],
)
def test_wrong_plans_are_400_and_plan_nothing(client: Client, plan: Any) -> None:
    """Unknown operations, kinds, words and keys are told at once; of a list with one wrong fault none is planned."""
    wrong = [{"operation": "*", "kind": "500"}, *plan] if isinstance(plan, list) else plan
    answer = client.http.post(f"{client.url}/_emulator/faults", json=wrong)

    assert answer.status_code == 400
    assert answer.json()["error"]
    assert client.faults()["plan"] == []
