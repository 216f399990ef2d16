"""The settings of a stack file, which hold passwords: models, and errors about wrong ones."""

from __future__ import annotations

import contextvars
import json
from typing import Any

import pulumi
import pytest
from pulumi.runtime import Settings, configure, set_all_config
from pydantic import ValidationError

from pulumi_messaging import stackfile
from pulumi_messaging.core.message_route import MESSAGE_ROUTE
from tests.support.secrets.canaries import CALLBACK_PASSWORD, CALLBACK_URL, CALLBACK_USER, CANARIES, PASSWORD, URL, USER
from tests.support.secrets.scanner import Scanner

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
KEY = "messaging:routes"
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


def _read(routes: Any) -> Any:
    """The routes' settings where the stack's configuration has these routes."""
    text = routes if isinstance(routes, str) else json.dumps(routes)

    def run() -> Any:
        configure(Settings(project="messaging", stack="dev"))
        set_all_config({KEY: text})
        return stackfile.read(MESSAGE_ROUTE, KEY)

    return contextvars.Context().run(run)


def test_a_route_of_the_stack_file_shows_no_secret() -> None:
    """The model of a route shows neither its passwords nor its user names and URLs; its fields hold them."""
    routes = _read({"it": ROUTE})

    assert routes["it"].message_password_token == PASSWORD
    assert Scanner(CANARIES).found(str(routes["it"].model_dump())).keys() > {"password", "callback password"}
    assert not Scanner(CANARIES).found(repr(routes), str(routes["it"]))


@pytest.mark.parametrize("what", WRONG)
def test_a_mistake_in_the_stack_file_is_told_without_values(what: str) -> None:
    """Each mistake is told with its place and its reason, without the value and without the error it comes from."""
    routes, said = WRONG[what]

    with pytest.raises(pulumi.RunError) as failed:
        _read(routes)

    assert said in str(failed.value)
    assert not Scanner(CANARIES).found(str(failed.value), repr(failed.value))
    assert failed.value.__cause__ is None
    assert failed.value.__context__ is None


@pytest.mark.parametrize("what", [what for what, (routes, _) in WRONG.items() if not isinstance(routes, str)])
def test_validation_errors_hide_their_input(what: str) -> None:
    """The text of pydantic's own error holds no input, whether a field, a route or the whole object is wrong."""
    with pytest.raises(ValidationError) as failed:
        stackfile.settings(MESSAGE_ROUTE).validate_python(WRONG[what][0])

    assert not Scanner(CANARIES).found(str(failed.value), repr(failed.value))
