"""Leaves that a settings file encrypts are secrets, whatever field they are."""

from __future__ import annotations

import asyncio
import contextvars
import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pulumi
import pytest
from pulumi.runtime import Settings, configure, set_all_config

from pulumi_messaging.stackfile import KEYS, declare
from tests.support.emulator.seed import ALERTS, SECOND

if TYPE_CHECKING:
    from pathlib import Path

ROUTE = {
    "messageUrl": "https://hooks.example.com/in?token=1",
    "messageUrlMethod": "POST",
    "messageAuthenticationType": "Basic",
    "messageUsername": "telegent",
    "messagePasswordToken": "p: q",
    "messageRouteEnabled": True,
    "account": "eu",
}
NUMBER = {
    "phoneNumber": SECOND,
    "messagingProfileId": ALERTS,
    "tags": ["a", "on"],
    "onDestroy": "retain",
    "account": "eu",
}
GROUP = {"phoneNumbers": [SECOND], "messagingProfileId": ALERTS, "account": "eu"}
GIVEN = {"messaging:routes": ROUTE, "messaging:numbers": NUMBER, "messaging:groups": GROUP}
TEXTS = {
    "messaging:routes": {"message_url", "message_username", "message_password_token"},
    "messaging:numbers": {"phone_number", "messaging_profile_id", "tags"},
    "messaging:groups": {"phone_numbers", "messaging_profile_id"},
}
SECURE = {"secure": "v1:a:b"}


def _secrets(folder: Path, key: str, value: Any, *, secret: bool = True) -> dict[str, set[str]]:
    """The arguments that are secrets, by resource, where the stack's configuration has this value."""
    found: dict[str, set[str]] = {}

    class Recorded:
        table = KEYS[key]

        def __init__(self, name: str, **arguments: Any) -> None:
            found[name] = {each for each, argument in arguments.items() if isinstance(argument, pulumi.Output)}

    def inside() -> None:
        with asyncio.Runner() as runner:
            asyncio.set_event_loop(runner.get_loop())  # an Output needs one
            configure(Settings(project="infra", stack="dev", root_directory=str(folder)))
            set_all_config({key: json.dumps(value)}, [key] if secret else [])
            declare(Recorded, key)  # type: ignore[type-var]

    with ThreadPoolExecutor(1) as thread:
        thread.submit(contextvars.Context().run, inside).result()
    return found


def _write(folder: Path, key: str, value: Any, *, project: str = "name: infra\nruntime: python\n") -> None:
    (folder / "Pulumi.yaml").write_text(project)
    (folder / "Pulumi.dev.yaml").write_text(json.dumps({"config": {key: value}}))


@pytest.mark.parametrize(
    ("key", "leaf", "argument"),
    [
        ("messaging:routes", "messageUrl", "message_url"),
        ("messaging:routes", "messageUsername", "message_username"),
        ("messaging:routes", "messageUrlMethod", "message_url_method"),
        ("messaging:numbers", "phoneNumber", "phone_number"),
        ("messaging:numbers", "messagingProfileId", "messaging_profile_id"),
        ("messaging:groups", "messagingProfileId", "messaging_profile_id"),
    ],
)
def test_an_encrypted_leaf_is_a_secret(tmp_path: Path, key: str, leaf: str, argument: str) -> None:
    """It alone, also where another resource has the same leaf in clear; a choice too."""
    _write(tmp_path, key, {"a": {**GIVEN[key], leaf: SECURE}, "secure": GIVEN[key]})

    assert _secrets(tmp_path, key, {"a": GIVEN[key], "secure": GIVEN[key]}) == {"a": {argument}, "secure": set()}


@pytest.mark.parametrize(
    ("key", "leaf", "argument"),
    [("messaging:numbers", "tags", "tags"), ("messaging:groups", "phoneNumbers", "phone_numbers")],
)
def test_a_list_with_an_encrypted_item_is_a_secret(tmp_path: Path, key: str, leaf: str, argument: str) -> None:
    """As a whole: so it is in the state too."""
    _write(tmp_path, key, {"a": {**GIVEN[key], leaf: [SECURE, *GIVEN[key][leaf][1:]]}})  # type: ignore[index]

    assert _secrets(tmp_path, key, {"a": GIVEN[key]}) == {"a": {argument}}


@pytest.mark.parametrize("key", GIVEN)
@pytest.mark.parametrize("written", ["the whole key", "another value", "another form", "nothing", "no file"])
def test_where_the_file_cannot_tell_every_text_that_is_no_choice_is_a_secret(
    tmp_path: Path, key: str, written: str
) -> None:
    """A secret key that is encrypted as a whole, or whose value is not the file's; not the name of an account."""
    values: dict[str, Any] = {
        "the whole key": SECURE,
        "another value": {"a": {**GIVEN[key], "messagingProfileId": "other", "messageUsername": "other"}},
        "another form": {"a": GIVEN[key], "b": GIVEN[key]},
        "nothing": None,
    }
    if written in values:
        _write(tmp_path, key, values[written])

    assert _secrets(tmp_path, key, {"a": GIVEN[key]}) == {"a": TEXTS[key]}


@pytest.mark.parametrize("setting", ["stackConfigDir: stacks", "config: stacks"])
def test_the_file_is_where_the_project_keeps_it(tmp_path: Path, setting: str) -> None:
    """`stackConfigDir`, or its older name; a project in another format has stack files in that one."""
    (tmp_path / "stacks").mkdir()
    (tmp_path / "Pulumi.yml").write_text(f"name: infra\nruntime: python\n{setting}\n")
    lines = ["config:", "  messaging:routes:", "    a:", "      messageUrl: {secure: 'v1:a:b'}"]
    lines += [f"      {name}: {json.dumps(value)}" for name, value in ROUTE.items() if name != "messageUrl"]
    (tmp_path / "stacks" / "Pulumi.dev.yml").write_text("\n".join(lines))

    assert _secrets(tmp_path, "messaging:routes", {"a": ROUTE}) == {"a": {"message_url"}}


def test_a_key_without_secrets_has_none(tmp_path: Path) -> None:
    """Whatever lies in the folder."""
    assert _secrets(tmp_path, "messaging:routes", {"a": ROUTE}, secret=False) == {"a": set()}
