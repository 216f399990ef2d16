"""The settings file of an environment: what is declared from it, and its JSON schema, judged by another validator."""

from __future__ import annotations

import asyncio
import contextvars
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import jsonschema_rs
import pulumi
import pytest
import yaml
from pulumi.runtime import Settings, configure, set_all_config
from typer.testing import CliRunner

from pulumi_messaging import (
    MessageRoute,
    MessagingProfile,
    NumberMessaging,
    NumberMessagingGroup,
    NumberRoute,
    NumberRouteGroup,
    schema,
)
from pulumi_messaging.cli.commands import app
from pulumi_messaging.stackfile import KEYS, declare, read

STACKS = Path(__file__).parents[2] / "stacks"
FILES = sorted(STACKS.glob("Pulumi.*.yaml"))
ROUTE = {"messageUrl": "https://a.example.com", "messageUrlMethod": "POST"}
GROUP = {"phoneNumbers": ["+15550100001", "+15550100002"], "messagingProfileId": "7d0c4c1e-5a51-4a51-9f4e-0c7b3f0a1d22"}
SECURE = {"secure": "v1:abc:def"}


class _Recorder(pulumi.runtime.Mocks):
    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        return f"{args.name}-id", dict(args.inputs)

    def call(self, _args: pulumi.runtime.MockCallArgs) -> Any:
        return {}


def _in_a_stack(config: dict[str, Any], run: Any) -> Any:
    """The result of a function that runs where the stack has this configuration."""

    def inside() -> Any:
        with asyncio.Runner() as runner:
            asyncio.set_event_loop(runner.get_loop())  # Pulumi needs one in the thread; Python 3.12 makes none
            configure(Settings(project="infra", stack="dev"))
            pulumi.runtime.set_mocks(_Recorder(), project="infra", stack="dev", preview=False)
            set_all_config({key: json.dumps(value) for key, value in config.items()})
            return run()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(contextvars.Context().run, inside).result()


@pytest.mark.parametrize(
    ("cls", "key", "settings"),
    [
        (MessageRoute, "messaging:routes", ROUTE),
        (NumberMessaging, "messaging:numbers", {"phoneNumber": "+15550100001", "tags": ["a"], "onDestroy": "retain"}),
        (NumberMessagingGroup, "messaging:groups", GROUP),
        (NumberRoute, "messaging:numberRoutes", {"number": "+15550200001", "messageRouteId": "MRID-1"}),
        (NumberRouteGroup, "messaging:numberRouteGroups", {"numbers": ["+15550200001"], "messageRouteId": "MRID-1"}),
    ],
)
def test_resources_are_declared_by_name(cls: Any, key: str, settings: dict[str, Any]) -> None:
    """Each entry is a resource of the class; an absent key is empty."""
    declared = _in_a_stack({key: {"one": settings}}, lambda: declare(cls, key))

    assert [(name, type(one)) for name, one in declared.items()] == [("one", cls)]
    assert _in_a_stack({}, lambda: declare(cls, key)) == {}


def test_mistakes_are_lines_with_path_and_field() -> None:
    """All of them at once, also inside lists, without a value."""
    config = {"messaging:groups": {"g": {**GROUP, "phoneNumbers": ["+15550100001", 5], "tag": []}}}

    with pytest.raises(pulumi.RunError) as failed:
        _in_a_stack(config, lambda: read(NumberMessagingGroup.table, "messaging:groups"))

    assert str(failed.value).splitlines() == [
        "Pulumi.dev.yaml: messaging:groups.g.phoneNumbers.1: Input should be a valid string",
        "Pulumi.dev.yaml: messaging:groups.g.tag: Extra inputs are not permitted",
    ]


@pytest.mark.parametrize("value", [[], False, 0, ["orders"]])
def test_a_value_of_another_type_is_not_empty(value: Any) -> None:
    """A slip of the pen must not delete every resource of the file; only null is as good as an absent key."""
    with pytest.raises(pulumi.RunError, match=r"^Pulumi\.dev\.yaml: messaging:routes: Input should be a valid dict"):
        _in_a_stack({"messaging:routes": value}, lambda: read(MessageRoute.table, "messaging:routes"))

    assert _in_a_stack({"messaging:routes": None}, lambda: read(MessageRoute.table, "messaging:routes")) == {}


def test_the_shipped_schema_is_current() -> None:
    """`pulumi-messaging schema --out stacks/schema.json` would write the same file."""
    assert (STACKS / "schema.json").read_text() == schema.text()


def test_the_command_writes_the_schema(tmp_path: Path) -> None:
    """To standard output or to a file; a file that cannot be written is one line."""
    printed = CliRunner().invoke(app, ["schema"])
    written = CliRunner().invoke(app, ["schema", "--out", str(tmp_path / "schema.json")])
    failed = CliRunner().invoke(app, ["schema", "--out", str(tmp_path / "missing" / "schema.json")])

    assert json.loads(printed.stdout) == json.loads((tmp_path / "schema.json").read_text()) == schema.schema()
    assert (written.exit_code, written.stdout, failed.exit_code) == (0, "", 1)
    assert failed.output.startswith("error: cannot write the schema to ")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_the_shipped_files_follow_the_schema_that_they_name(file: Path) -> None:
    """Editors find the schema by the first line, relative to the file."""
    first, _, text = file.read_text().partition("\n")
    (name,) = first.split("# yaml-language-server: $schema=")[1:]

    named = json.loads((file.parent / name).read_text())
    jsonschema_rs.validate(named, yaml.safe_load(text))


@pytest.mark.parametrize(
    "config",
    [
        {},
        None,
        {"messaging:routes": {"a": {**ROUTE, "callbackMessageUrlMethod": "", "adopt": "MRID-1"}}},
        {"messaging:routes": {"a": {**ROUTE, "messagePasswordToken": SECURE, "messageUrl": SECURE}}},
        {"messaging:routes": SECURE},
        {"messaging:groups": {"g": {**GROUP, "tags": ["a", SECURE]}}},
        {"telegent:requestsPerMinute": 50, "telegent:timeoutSeconds": "0.5", "telnyx:apiKey": SECURE},
        {"aws:region": "eu-central-1", "telegentish:key": 1},
    ],
)
def test_what_pulumi_takes_is_valid(config: Any) -> None:
    """Encrypted values in place of any leaf; other namespaces are free."""
    jsonschema_rs.validate(schema.schema(), {"config": config, "encryptionsalt": "v1:x"})


@pytest.mark.parametrize(
    "file",
    [
        {"cofnig": {}},
        {"config": []},
        {"config": {"messaging:route": {}}},
        {"config": {"telnyx:apikey": "KEY"}},
        {"config": {"telegent:requestsPerMinute": 0}},
        {"config": {"messaging:routes": [ROUTE]}},
        {"config": {"messaging:routes": {"a": {"messageUrl": "https://a.example.com"}}}},
        {"config": {"messaging:routes": {"a": {**ROUTE, "messageUri": "x"}}}},
        {"config": {"messaging:routes": {"a": {**ROUTE, "messageUrlMethod": "PUT"}}}},
        {"config": {"messaging:routes": {"a": {**ROUTE, "inboundBypass": "yes"}}}},
        {"config": {"messaging:routes": {"a": {**ROUTE, "messagePasswordToken": {"secret": "x"}}}}},
        {"config": {"messaging:routes": {"a": {**ROUTE, "messageUrl": None}}}},
        {"config": {"messaging:numbers": {"n": {"phoneNumber": 15550100001}}}},
        {"config": {"messaging:groups": {"g": {**GROUP, "phoneNumbers": "+15550100001"}}}},
    ],
)
def test_a_malformed_file_is_invalid(file: Any) -> None:
    """Misspelled keys, other types, missing fields."""
    with pytest.raises(jsonschema_rs.ValidationError):
        jsonschema_rs.validate(schema.schema(), file)


def test_the_stacks_declare_every_key() -> None:
    """What their schema takes is not silently left out."""
    program = (STACKS / "__init__.py").read_text(encoding="utf-8")
    assert [key for key in KEYS if f'"{key}")' not in program] == []


def test_schema_and_models_know_the_same_resources() -> None:
    """Each resource has a key."""
    assert {table.resource for table in KEYS.values()} == {
        cls.table.resource
        for cls in (
            MessageRoute,
            NumberMessaging,
            NumberMessagingGroup,
            MessagingProfile,
            NumberRoute,
            NumberRouteGroup,
        )
    }
