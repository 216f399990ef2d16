"""A field is one row: in a copy of the package, rows of each kind are added, and everything else follows."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pulumi_messaging.core.fields import camel

PROVIDER = Path(__file__).parents[2] / "provider"
LAST_ROW = "    message_route_id: Computed[str] ="
ROWS = """\
    new_text: Argument[str | None] = field(Kind.STRING, "NewText", "A text.", default=None, clear=Clear.NULL)
    new_flag: Argument[bool | None] = field(Kind.BOOLEAN, "NewFlag", "A flag.", default=None)
    new_url: Argument[str | None] = field(Kind.URL, "NewUrl", "A URL.", default=None)
    new_choice: Argument[Method | None] = field(
        Kind.CHOICE, "NewChoice", "A choice.", default=None, choices=get_args(Method)
    )
    new_choices: Argument[list[Method] | None] = field(
        Kind.CHOICES, "NewChoices", "Choices.", default=None, choices=get_args(Method)
    )
    new_integer: Argument[int | None] = field(Kind.INTEGER, "NewInteger", "An integer.", default=None)
    new_number: Argument[float | None] = field(Kind.NUMBER, "NewNumber", "A number.", default=None)
    new_decimal: Argument[str | None] = field(Kind.DECIMAL, "NewDecimal", "A decimal.", default=None)
    new_tags: Argument[list[str] | None] = field(Kind.STRINGS, "NewTags", "Tags.", default=None)
    new_id: Argument[str | None] = field(Kind.UUID, "NewId", "An id.", default=None)
    new_object: Argument[dict[str, bool] | None] = field(
        Kind.OBJECT, "NewObject", "An object.", default=None, keys=(Field("in_use", "InUse", Kind.BOOLEAN, "Inside."),)
    )
    new_user: Argument[str | None] = field(Kind.STRING, "NewUser", "A user.", default=None, redact=True)
    new_token: Argument[str | None] = field(
        Kind.STRING, "NewToken", "A token.", default=None, secret=True, echo=Echo.NEVER
    )
    new_key: Computed[str] = output("NewKey", "A key.", secret=True)
    new_count: Computed[int] = output("NewCount", "A count.", Kind.INTEGER)
"""
VALUES = {
    "new_text": "text",
    "new_flag": True,
    "new_url": "https://new.example.com/?key=5ecret-in-url",
    "new_choice": "GET",
    "new_choices": ["POST", "GET"],
    "new_integer": 3,
    "new_number": 0.5,
    "new_decimal": "10.50",
    "new_tags": ["b", "a"],
    "new_id": "7d0c4c1e-5a51-4a51-9f4e-0c7b3f0a1d22",
    "new_object": {"in_use": True},
    "new_user": "5ecret-user",
    "new_token": "5ecret-token",
}
STATE = {camel(name): value for name, value in VALUES.items()} | {"newObject": {"inUse": True}}
WIRE = {
    **{f"{name[0].upper()}{name[1:]}": value for name, value in STATE.items()},
    "NewObject": {"InUse": True},
}
WRONG = {
    "newText": 1,
    "newFlag": "yes",
    "newUrl": "ftp://new.example.com",
    "newChoice": "PUT",
    "newChoices": ["PUT"],
    "newInteger": 1.5,
    "newNumber": "1",
    "newDecimal": "ten",
    "newTags": "a",
    "newId": "x",
    "newObject": {"inUse": 1},
    "newUser": 1,
    "newToken": 1,
}
SCRIPT = """
import inspect, json, sys
import pulumi
import httpx

VALUES, STATE, WRONG = json.loads(sys.argv[1])
seen = {}


class Recorder(pulumi.runtime.Mocks):
    def new_resource(self, args):
        seen.update(args.inputs)
        return ["MRID-1", {**args.inputs, "newKey": "key", "newCount": 2.0}]

    def call(self, args):
        return {}


pulumi.runtime.set_mocks(Recorder(), project="messaging", stack="dev", preview=False)

from pulumi_messaging import MessageRoute, stackfile
from pulumi_messaging.api.telegent import TelegentClient
from pulumi_messaging.core.check import check
from pulumi_messaging.core.diff import diff, observe, patch
from pulumi_messaging.core.message_route import MESSAGE_ROUTE, MessageRouteFields
from pulumi_messaging.core.reference import reference
from pulumi_messaging.errors import MessagingError
from pulumi_messaging.schema import schema
from pulumi_messaging.settings import telegent_settings

found = {"state": MessageRouteFields.new_token.state}
parameters = inspect.signature(MessageRoute).parameters
found["signature"] = {name: parameters[name].annotation for name in VALUES}
found["documentation"] = [name for name in VALUES if f"    {name} (" in MessageRoute.__doc__]
route = MessageRoute("r", message_url="https://a.example.com", message_url_method="GET", **VALUES)
values = {}
for name in ("new_flag", "new_key", "new_count"):
    getattr(route, name).apply(lambda value, name=name: values.__setitem__(name, value))


@pulumi.runtime.test
def settle():
    pass


settle()
found["inputs"] = {name: value for name, value in seen.items() if name.startswith("new")}
found["outputs"] = values

required = {"messageUrl": "https://a.example.com", "messageUrlMethod": "GET"}
found["accepted"] = [problem.reason for problem in check(MESSAGE_ROUTE, {**required, **STATE})]
found["refused"] = [problem.property for problem in check(MESSAGE_ROUTE, {**required, **WRONG})]
body = patch(diff(MESSAGE_ROUTE, required, {**required, **STATE}))
found["body"] = body
found["observed"] = observe(MESSAGE_ROUTE, {**body, "NewKey": "key", "NewCount": "2"})
found["again"] = [c.field.name for c in diff(MESSAGE_ROUTE, {**required, **found["observed"]}, {**required, **STATE})]


def vendor(request):
    if "tokens" in request.url.path:
        return httpx.Response(200, json={"Token": "t", "token": "t", "tokenExpiry": None, "StatusCode": 200})
    return httpx.Response(400, json={"StatusCode": 400, "Message": f"cannot take {json.loads(request.content)}"})


config = {"telegent:accountKey": "DID-1", "telegent:accountSecret": "s3", "telegent:baseUrl": "http://127.0.0.1:1"}
client = TelegentClient(telegent_settings(config.get, {}), httpx.MockTransport(vendor))
try:
    client.create_message_route({"RouteName": "r", **body})
except MessagingError as error:
    found["error"] = str(error)
client.close()

pulumi.runtime.set_all_config({"messaging:routes": json.dumps({"r": {**required, **STATE}})})
(declared,) = stackfile.read(MESSAGE_ROUTE, "messaging:routes").values()
found["file"] = {name: getattr(declared, name) for name in VALUES if name != "new_object"}
found["shown"] = repr(declared)
found["schema"] = schema()["$defs"]["MessageRoute"]["properties"]
found["reference"] = reference(MESSAGE_ROUTE)
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the copy says about its new fields."""
    copy = tmp_path_factory.mktemp("copy")
    shutil.copytree(PROVIDER, copy, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    declaration = copy / "pulumi_messaging/core/message_route.py"
    before, marker, after = declaration.read_text().partition(LAST_ROW)
    assert marker
    imports = "from __future__ import annotations\n"
    before = before.replace(imports, f"{imports}from pulumi_messaging.core.fields import Field\n")
    declaration.write_text(before + ROWS + marker + after)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SCRIPT, json.dumps([VALUES, STATE, WRONG])],
        env={**os.environ, "PYTHONPATH": str(copy)},
        cwd=copy,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return said


def test_its_secrets_are_not_repeated_in_the_vendors_words(found: dict[str, Any]) -> None:
    """A vendor that repeats the whole request in its error gives away neither secrets nor what goes with them."""
    assert "cannot take" in found["error"]
    assert "'NewFlag': True" in found["error"]
    assert "5ecret" not in found["error"]


def test_the_program_can_give_it(found: dict[str, Any]) -> None:
    """Constructor, documentation, names in state, secrets, attributes."""
    assert found["signature"].keys() == VALUES.keys()
    assert found["signature"]["new_integer"] == "pulumi.Input[int | None]"
    assert found["documentation"] == [*VALUES]
    token = found["inputs"].pop("newToken")
    assert token["value"] == VALUES["new_token"]
    assert found["inputs"] == {name: value for name, value in STATE.items() if name != "newToken"}
    assert found["outputs"] == {"new_flag": True, "new_key": "key", "new_count": 2}
    assert found["state"] == "newToken"


def test_it_is_checked(found: dict[str, Any]) -> None:
    """Right values pass, each wrong one is a problem."""
    assert found["accepted"] == []
    assert found["refused"] == ["newObject.inUse" if name == "newObject" else name for name in WRONG]


def test_it_is_sent_and_read(found: dict[str, Any]) -> None:
    """A difference is sent under the vendor's key; the answer is compared with it, a secret is not."""
    assert found["body"] == WIRE
    observed = {name: value for name, value in found["observed"].items() if name.startswith("new")}
    kept = {name: sorted(value) if isinstance(value, list) else value for name, value in STATE.items()}
    shown = {name: value for name, value in kept.items() if name != "newToken"}
    assert observed == shown | {"newKey": "key", "newCount": 2}
    assert [name for name in found["again"] if name.startswith("new")] == ["new_token"]


def test_a_settings_file_can_hold_it(found: dict[str, Any]) -> None:
    """Model and JSON schema have it; the model shows no secret."""
    assert found["file"] == {name: value for name, value in VALUES.items() if name != "new_object"}
    assert "new_flag=True" in found["shown"]
    assert "5ecret" not in found["shown"]
    assert found["schema"].keys() >= STATE.keys()
    assert {"$ref": "#/$defs/secure"} in found["schema"]["newToken"]["anyOf"]


def test_it_is_in_the_reference(found: dict[str, Any]) -> None:
    """With its kind and its nature."""
    assert "| `new_integer` | integer | optional | An integer. |" in found["reference"]
    assert "| `new_token` | string | secret; not compared with what is returned | A token. |" in found["reference"]
    assert "| `new_key` | A key. Secret. |" in found["reference"]
