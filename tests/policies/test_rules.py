"""The rules of the policy pack: each is broken by the smallest resource of its kind, and is configurable."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from policies.rules import RULES, TYPES, Resource, violations
from pulumi_messaging.core.fields import Kind, Table
from pulumi_messaging.core.members import labelled
from pulumi_messaging.core.tables import TABLES

BY_NAME = {rule.name: rule for rule in RULES}
WELL = {
    "messageUrl": "https://hooks.example.com/in",
    "messageAuthenticationType": "Bearer",
    "callbackMessageUrl": "",
    "messageRouteEnabled": True,
    "inboundBypass": False,
}
BYPASS = {"inboundBypass": True}
CALLBACK = {"messageAuthenticationType": "Basic", "callbackMessageUrl": "https://hooks.example.com"}
GROUP = "NumberMessagingGroup"


def broken(
    rule: str, inputs: dict[str, Any], kind: str = "MessageRoute", stack: str = "prod", **config: Any
) -> list[str]:
    urn = f"urn:pulumi:{stack}::estate::{TYPES}{kind}::orders"
    return list(violations(BY_NAME[rule], Resource(TYPES + kind, urn, inputs), config))


@pytest.mark.parametrize(
    ("rule", "inputs", "kind", "named"),
    [
        ("https-only", {"messageUrl": "http://hooks.example.com/in"}, "MessageRoute", ["messageUrl"]),
        ("https-only", {"messageUrl": "HTTPS://hooks.example.com/in"}, "MessageRoute", []),
        ("https-only", {"callbackMessageUrl": "http://h"}, "MessageRoute", ["callbackMessageUrl"]),
        ("https-only", {"webhookFailoverUrl": "ftp://h"}, "MessagingProfile", ["webhookFailoverUrl"]),
        ("authentication-required", {}, "MessageRoute", ["messageAuthenticationType"]),
        (
            "authentication-required",
            {"messageAuthenticationType": "None"},
            "MessageRoute",
            ["messageAuthenticationType"],
        ),
        ("authentication-required", {"adopt": "MRID-1"}, "MessageRoute", []),
        ("authentication-required", {"adopt": "MRID-1", "messageAuthenticationType": ""}, "MessageRoute", ["message"]),
        ("authentication-required", CALLBACK, "MessageRoute", ["callbackMessageAuthenticationType"]),
        ("authentication-required", {}, "NumberMessaging", []),
        ("no-bypass-without-reason", BYPASS, "MessageRoute", ["inboundBypass"]),
        ("no-bypass-without-reason", {"outboundBypass": True}, "MessageRoute", ["outboundBypass"]),
        ("no-unassign-in-production", {"onDestroy": "unassign"}, "NumberMessaging", ["onDestroy"]),
        ("no-unassign-in-production", {"onDestroy": "detach"}, "NumberRoute", ["onDestroy"]),
        ("no-unassign-in-production", {"onDestroy": "restore"}, "NumberMessaging", []),
        ("no-unassign-in-production", {"messagingProfileId": ""}, GROUP, ["messagingProfileId"]),
        ("no-disabled-route", {"messageRouteEnabled": False}, "MessageRoute", ["messageRouteEnabled"]),
        ("no-disabled-route", {"enabled": False}, "MessagingProfile", ["enabled"]),
        ("few-numbers-in-one-resource", {"phoneNumbers": ["+15550100001"] * 1001}, GROUP, ["phoneNumbers holds 1001"]),
        ("few-numbers-in-one-resource", {"phoneNumbers": ["+15550100001"] * 1000}, GROUP, []),
        *((rule, WELL, "MessageRoute", []) for rule in BY_NAME),
    ],
)
def test_a_rule_names_what_breaks_it(rule: str, inputs: dict[str, Any], kind: str, named: list[str]) -> None:
    found = broken(rule, inputs, kind)

    # A rule about a property that was renamed would never be broken.
    table = next((table for table in TABLES if table.resource == kind), None)
    assert table is None or inputs.keys() <= {row.state for row in table.fields}
    assert len(found) == len(named)
    assert all(line.startswith(f"orders: {name}") for line, name in zip(found, named, strict=True))


@pytest.mark.parametrize(
    ("rule", "inputs", "config"),
    [
        ("https-only", {"messageUrl": "http://hooks.internal/in"}, {"httpHosts": ["hooks.internal"]}),
        ("authentication-required", {"messageAuthenticationType": "None"}, {"types": ["None"]}),
        ("authentication-required", CALLBACK, {"callbacks": False}),
        ("no-unassign-in-production", {"onDestroy": "unassign"}, {"stacks": ["live"]}),
        ("few-numbers-in-one-resource", {"numbers": ["+15550100001"] * 1001}, {"most": 1001}),
        ("no-bypass-without-reason", BYPASS, {"exceptions": {"orders": "OPS-12: one-time codes are filtered"}}),
    ],
)
def test_a_rule_is_configurable(rule: str, inputs: dict[str, Any], config: dict[str, Any]) -> None:
    assert broken(rule, inputs)
    assert not broken(rule, inputs, **config)
    assert config.keys() <= BY_NAME[rule].config.keys()


@pytest.mark.parametrize("exceptions", [{"orders": " "}, {"other": "a reason for another route"}, None])
def test_an_exception_needs_a_reason_and_is_for_one_resource(exceptions: Any) -> None:
    assert broken("no-bypass-without-reason", BYPASS, exceptions=exceptions)


@pytest.mark.parametrize(
    ("stack", "production"), [("prod", True), ("prod-eu", True), ("eu-prod", True), ("dev", False)]
)
def test_which_stacks_are_production(stack: str, production: bool) -> None:
    assert bool(broken("no-unassign-in-production", {"onDestroy": "unassign"}, stack=stack)) == production


def test_the_page_has_every_rule_and_a_configuration_that_its_schema_takes() -> None:
    page = (Path(__file__).parents[2] / "docs" / "policies.md").read_text()
    (example,) = re.findall(r"```json\n(.+?)```", page, re.DOTALL)

    for name, given in json.loads(example).items():
        settings = {"enforcementLevel": given} if isinstance(given, str) else dict(given)
        assert settings.pop("enforcementLevel", "mandatory") in {"mandatory", "advisory", "disabled"}
        schema = {"properties": BY_NAME[name].config, "additionalProperties": False}
        jsonschema.validate(settings, schema)
    rows = {
        cells[1].strip(" `"): cells[3] for line in page.splitlines() if (cells := line.split("|")) and len(cells) > 4
    }
    assert BY_NAME.keys() <= rows.keys()
    assert all(f"`{setting}`" in rows[name] for name, rule in BY_NAME.items() for setting in rule.settings)


def test_other_packages_are_not_judged() -> None:
    other = Resource("aws:lb:Listener", "urn:pulumi:prod::estate::aws:lb:Listener::orders", {"messageUrl": "http://h"})

    assert not [line for rule in RULES for line in violations(rule, other, {})]


@pytest.mark.parametrize("count", [1, 2, 12345])
def test_the_numbers_of_a_group_are_counted_as_its_check_writes_them(count: int) -> None:
    text = labelled(f"+1555{number:07d}" for number in range(count))

    assert broken("few-numbers-in-one-resource", {"phoneNumbers": text}, GROUP, most=count) == []
    if count > 1:
        (line,) = broken("few-numbers-in-one-resource", {"phoneNumbers": text}, GROUP, most=count - 1)
        assert f"holds {count} numbers" in line


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.resource)
def test_every_url_is_judged(table: Table) -> None:
    urls = {row.state: "http://hooks.example.com" for row in table.fields if row.kind is Kind.URL}

    assert len(broken("https-only", urls, table.resource)) == len(urls)
