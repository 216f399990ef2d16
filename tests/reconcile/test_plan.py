"""The file in which a preview tells what an `up` would send."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pulumi_messaging.core.diff import Change
from pulumi_messaging.core.fields import UNKNOWN
from pulumi_messaging.core.hidden import PREVIEW
from pulumi_messaging.core.message_route import MessageRouteFields
from pulumi_messaging.errors import ConfigurationError
from pulumi_messaging.lifecycle import Lifecycle
from pulumi_messaging.reconcile.plan import Plan
from pulumi_messaging.resource_types import ROUTE
from pulumi_messaging.wiring import Wiring

URL, OTHER = "https://hooks.example.com/in", "https://other.example.com/in"


def planned(file: Path) -> None:
    plan = Plan()
    plan.file = str(file)
    with plan.of("MessageRoute", "eu", name="alerts"):
        plan.creates("message route alerts")


def test_a_line_names_the_resource_and_its_account(tmp_path: Path) -> None:
    """A file that exists gets a line; it is the command line's, which made it for itself alone."""
    file = tmp_path / "plan"
    file.touch()

    planned(file)

    line = {"resource": "MessageRoute", "account": "eu", "name": "alerts", "id": ""}
    assert json.loads(file.read_text()) == {**line, "object": "message route alerts", "fields": ["create"]}


def test_a_value_that_is_not_known_is_told_beside_those_that_are(tmp_path: Path) -> None:
    """What depends on an output may be written or not."""
    plan = Plan()
    file = tmp_path / "plan"
    file.touch()
    plan.file = str(file)
    url, name = MessageRouteFields.message_url, MessageRouteFields.route_name
    with plan.of("MessageRoute", ""):
        plan.sends("MRID-1", [Change(url, URL, OTHER), Change(name, "alerts", UNKNOWN)])

    fields, unsure = map(json.loads, file.read_text().splitlines())
    assert fields["fields"] == ["message_url"]
    assert unsure["unsure"] == "route_name: the value is an output that is not known in a preview"


def test_a_field_that_is_handed_back_is_not_sent(tmp_path: Path) -> None:
    """A preview of an update: the argument is removed, and the value stays."""
    wiring, file = Wiring([].append), tmp_path / "plan"
    file.touch()
    wiring.look_ups.plan.file = str(file)
    life = Lifecycle(ROUTE, wiring, {}.get, {})
    former = {"routeName": "alerts", "messageUrl": URL, "messageUrlMethod": "POST", "inboundBypass": True}
    given = {"routeName": "alerts", "messageUrl": OTHER, "messageUrlMethod": "POST"}
    declared = life.check(former, {**given, PREVIEW: "alerts"}).inputs

    assert len(life.diff("MRID-1", former, declared).changes) == 2

    assert [json.loads(line)["fields"] for line in file.read_text().splitlines()] == [["message_url"]]


def test_a_file_that_is_missing_is_one_line(tmp_path: Path) -> None:
    """Nothing makes the file where nobody waits for it."""
    with pytest.raises(
        ConfigurationError, match=r"PULUMI_MESSAGING_PLAN names .*plan, which cannot be written \(No such"
    ):
        planned(tmp_path / "plan")
    assert not (tmp_path / "plan").exists()
