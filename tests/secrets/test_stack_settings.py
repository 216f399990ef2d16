"""The example program's settings, which hold passwords as its stack files do: models, and errors about wrong ones."""

from __future__ import annotations

import contextvars
import importlib.util
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pulumi
import pytest
from pulumi.runtime import Settings, configure, set_all_config
from pydantic import ValidationError

from tests.support.secrets.canaries import CALLBACK_PASSWORD, CALLBACK_URL, CALLBACK_USER, CANARIES, PASSWORD, URL, USER
from tests.support.secrets.scanner import Scanner

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

ROUTE = {
    "messageUrl": URL,
    "messageUrlMethod": "POST",
    "messageAuthenticationType": "Basic",
    "messageUsername": USER,
    "messagePasswordToken": PASSWORD,
    "callbackMessageUrl": CALLBACK_URL,
    "callbackMessageUsername": CALLBACK_USER,
    "callbackMessagePasswordToken": CALLBACK_PASSWORD,
}
FILE = Path(__file__).parents[2] / "stacks" / "settings.py"
# What stands in the file, and what is said about it.
WRONG = {
    "a field that is a number": ({"it": {**ROUTE, "messagePasswordToken": 5}}, "it.messagePasswordToken: Input should"),
    "a field that is a list": ({"it": {**ROUTE, "messagePasswordToken": [PASSWORD]}}, "it.messagePasswordToken: Input"),
    "a choice that is none": ({"it": {**ROUTE, "messageAuthenticationType": PASSWORD}}, "Input should be 'None',"),
    "a field that is not known": (
        {"it": {**ROUTE, "password": PASSWORD}},
        "it.password: Extra inputs are not permitted",
    ),
    "a field that is missing": ({"it": {**ROUTE, "messageUrl": None}}, "it.messageUrl: Input should be a valid string"),
    "a route that is a text": ({"it": PASSWORD}, "messaging:routes.it: Input should be a valid dictionary"),
    "routes that are a list": ([PASSWORD, URL], "messaging:routes: Input should be a valid dictionary"),
    "routes that are a text": (json.dumps(f"{PASSWORD} {URL}"), "messaging:routes: Input should be a valid dictionary"),
    "routes that are no JSON": (f"{PASSWORD} {URL}", "messaging:routes: is not an object"),
}


@pytest.fixture(scope="module")
def settings() -> ModuleType:
    """The module on its own: importing the package `stacks` would declare its resources."""
    spec = importlib.util.spec_from_file_location("settings_of_the_stacks", FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _with(routes: Any, read: Callable[[], Any]) -> Any:
    """What is read where the stack's configuration has these routes."""
    text = routes if isinstance(routes, str) else json.dumps(routes)

    def run() -> Any:
        configure(Settings(project="messaging", stack="dev"))
        set_all_config({"messaging:routes": text})
        return read()

    return contextvars.Context().run(run)


def test_a_route_of_the_stack_file_shows_no_secret(settings: ModuleType) -> None:
    """The model of a route shows neither its passwords nor its user names and URLs; its fields hold them."""
    routes = _with({"it": ROUTE}, settings.routes)

    assert routes["it"].message_password_token == PASSWORD
    assert Scanner(CANARIES).found(str(routes["it"].model_dump())).keys() > {"password", "callback password"}
    assert not Scanner(CANARIES).found(repr(routes), str(routes["it"]))


@pytest.mark.parametrize("what", WRONG)
def test_a_mistake_in_the_stack_file_is_told_without_values(settings: ModuleType, what: str) -> None:
    """Each mistake is told with its place and its reason, without the value and without the error it comes from."""
    routes, said = WRONG[what]

    with pytest.raises(pulumi.RunError) as failed:
        _with(routes, settings.routes)

    assert said in str(failed.value)
    assert not Scanner(CANARIES).found(str(failed.value), repr(failed.value))
    assert failed.value.__cause__ is None
    assert failed.value.__context__ is None


@pytest.mark.parametrize("what", [what for what, (routes, _) in WRONG.items() if not isinstance(routes, str)])
def test_validation_errors_hide_their_input(settings: ModuleType, what: str) -> None:
    """The text of pydantic's own error holds no input, whether a field, a route or the whole object is wrong."""
    with pytest.raises(ValidationError) as failed:
        settings.ROUTES.validate_python(WRONG[what][0])

    assert not Scanner(CANARIES).found(str(failed.value), repr(failed.value))
