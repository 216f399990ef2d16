"""The fixture `messaging_stack`, used as a user uses it: this module runs under the plugin."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pulumi
import pytest

from pulumi_messaging import MessageRoute, NumberMessaging, get_numbers
from pulumi_messaging.testing import EngineError
from pulumi_messaging_engine.pytest_plugin import MessagingStacks, StackFailed
from pulumi_messaging_engine.secrets import Crypter
from tests.support import programs
from tests.support.programs import one_route

REPOSITORY = Path(__file__).parents[2]
LINE = "+15550100001"
PROFILE = "7d0c4c1e-5a51-4a51-9f4e-0c7b3f0a1d22"


def number() -> None:
    """One number on a profile."""
    NumberMessaging("line", phone_number=LINE, messaging_profile_id=PROFILE)


def test_every_run_of_a_function(messaging_stack: MessagingStacks) -> None:
    """A function, local ones included, goes through every kind of run; each run's requests are told apart."""
    url = "https://hooks.example.com/orders"

    def program() -> None:
        route = MessageRoute("orders", route_name="orders", message_url=url, message_url_method="POST")
        pulumi.export("route", route.id)

    stack = messaging_stack(program)
    preview = stack.preview()
    assert [(one.op, one.name) for one in preview.operations] == [("create", "test-test"), ("create", "orders")]
    assert preview.outputs == {"route": "[unknown]"}
    assert [request.operation for request in stack.requests] == ["createToken", "listMessageRoutes"]
    assert (stack.writes, stack.outputs, stack.routes) == ([], {}, {})

    stack.up()
    (route_id,) = stack.routes
    assert stack.outputs == {"route": route_id}
    (write,) = stack.writes
    assert write[:4] == ("telegent", "createMessageRoute", "POST", "/v1.0/message/routes")
    assert write.status == 200
    assert {"createToken", "listMessageRoutes"} < {request.operation for request in stack.requests}

    stack.foreign_edit("routes", route_id, MessageUrl="https://elsewhere.example.com")
    assert [one.diff for one in stack.refresh().operations if one.name == "orders"] == [("~messageUrl",)]
    assert stack.requests
    assert stack.writes == []

    url = "https://hooks.example.com/v2"
    assert stack.up().changes == {"same": 1, "update": 1}
    assert [one.body for one in stack.writes] == [{"MessageRouteId": route_id, "MessageUrl": url}]

    assert stack.destroy().changes == {"delete": 2}
    assert [one.operation for one in stack.writes] == ["deleteMessageRoute"]
    assert (stack.routes, stack.outputs) == ({}, {})


def test_another_program_takes_the_place_of_the_former_one(messaging_stack: MessagingStacks) -> None:
    """A second program for the same stack goes on with its state; another stack has its own, and the same accounts."""
    messaging_stack(number).up()

    assert messaging_stack(number, stack="other").preview().changes == {"create": 2}
    emptied = messaging_stack(lambda: None)
    assert emptied.up().changes == {"same": 1, "delete": 1}
    assert [one.body for one in emptied.writes] == [{"messaging_profile_id": ""}]
    assert messaging_stack.numbers[LINE]["messaging_profile_id"] is None


def test_module_and_function(messaging_stack: MessagingStacks) -> None:
    """A function given by name runs in a process of its own, one given as such in this one; outputs hide secrets."""
    named = messaging_stack("tests.support.programs:one_route", config={"token": "s3cret-of-mine"})
    result = named.up()
    assert named.outputs["process"] != os.getpid()
    assert named.outputs["token"] == "[secret]"
    assert result.reveal()["token"] == "s3cret-of-mine"
    assert named.routes[named.outputs["route"]]["MessagePasswordToken"] == "s3cret-of-mine"
    assert [one.body["MessagePasswordToken"] for one in named.writes] == ["[secret]"]

    assert messaging_stack(one_route).preview().outputs["process"] == os.getpid()


def test_a_project_folder(messaging_stack: MessagingStacks, tmp_path: Path) -> None:
    """A folder runs with the stack's own settings, secrets included, and nothing is written into it."""
    folder = tmp_path / "project"
    shutil.copytree(REPOSITORY / "stacks", folder / "stacks", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("Pulumi.yaml", "__main__.py"):
        shutil.copy(REPOSITORY / name, folder)
    before = sorted(folder.rglob("*"))
    stack = messaging_stack(folder, stack="dev")
    stack.up()

    assert set(stack.outputs["routes"]) == {"orders", "support", "alerts"}
    assert stack.outputs["routes"].keys() == {one["RouteName"].split("-")[0] for one in stack.routes.values()}
    assert {one.vendor for one in stack.writes} == {"telegent", "telnyx"}
    assert sorted(folder.rglob("*")) == before


def test_a_real_accounts_settings_are_laid_over(messaging_stack: MessagingStacks, tmp_path: Path) -> None:
    """A stack of a real account, secrets included, runs on the emulator; `config` is laid over its own values."""
    crypter = Crypter("sesame", None)
    (tmp_path / "Pulumi.yaml").write_text("name: own\nruntime: python\n")
    (tmp_path / "__main__.py").write_text(
        "import pulumi\nfrom programs import one_route\none_route()\n"
        "pulumi.export('seen', [pulumi.Config().get('a'), pulumi.Config().get('b'), pulumi.Config().get_object('c')])\n"
    )
    (tmp_path / "Pulumi.prod.yaml").write_text(
        "config: {telegent:baseUrl: https://api.telegent.com, telegent:accountKey: DID-real, "
        f"telegent:accountSecret: {{secure: '{crypter.encrypt('real')}'}}, telegent:accountId: AID-real, "
        f"own:a: file, own:b: file}}\nencryptionsalt: {crypter.salt}\n"
    )
    (tmp_path / "programs.py").write_text(Path(programs.__file__).read_text())
    stack = messaging_stack(
        tmp_path, stack="prod", config={"b": "test", "own:c": {"d": [1, True]}}, passphrase="sesame"
    )
    stack.up()
    assert stack.outputs["seen"] == ["file", "test", {"d": [1, True]}]
    assert [one.body["AccountId"] for one in stack.writes] == ["AID-emulator"]


def test_foreign_changes(messaging_stack: MessagingStacks) -> None:
    """Objects are made, changed and deleted behind the program's back, before there is a stack and after."""
    made = messaging_stack.foreign_create("numbers", phone_number="+15551234567")
    assert messaging_stack.numbers["+15551234567"] == made
    profile = messaging_stack.foreign_create("profiles", name="support")
    assert messaging_stack.foreign_edit("profiles", profile["id"], name="sales")["name"] == "sales"
    messaging_stack.foreign_delete("numbers", "+15551234567")
    assert "+15551234567" not in messaging_stack.numbers
    route = messaging_stack.foreign_create("routes", RouteName="theirs")
    messaging_stack.foreign_edit("telegent_numbers", "+15550200001", MessageRouteId=route["MessageRouteId"])
    assert messaging_stack.telegent_numbers["+15550200001"]["MessageRouteId"] in messaging_stack.routes

    stack = messaging_stack(number)
    stack.up()
    stack.foreign_edit("numbers", LINE, messaging_profile_id=profile["id"])
    assert [one.diff for one in stack.up(refresh=True).operations if one.op == "update"] == [("~messagingProfileId",)]
    assert stack.numbers[LINE]["messaging_profile_id"] == PROFILE


def test_the_emulators_settings(messaging_stack: MessagingStacks) -> None:
    """Settings hold for the provider process, which uses the same store; None puts one back to its default."""
    assert messaging_stack.settings()["telegentRequestsPerMinute"] == 0
    assert messaging_stack.settings(telegentRequestsPerMinute=None)["telegentRequestsPerMinute"] == 50
    messaging_stack.settings(telnyxIgnoreUpdates=True)
    stack = messaging_stack(number)
    with pytest.raises(StackFailed, match=r"line: 1 error occurred:\n.*messaging_profile_id"):
        stack.up()
    messaging_stack.settings(telnyxIgnoreUpdates=None)
    stack.control("POST", "answers", {"operation": "updateMessaging", "status": 422, "text": "not today"})
    with pytest.raises(StackFailed, match="not today"):
        stack.up()
    stack.up()


@pytest.mark.parametrize("turn", [1, 2])
def test_tests_are_isolated(messaging_stack: MessagingStacks, turn: int) -> None:
    """Every test has fresh accounts, default settings and no state; what the one before left is gone."""
    assert messaging_stack.settings()["telnyxFailStatus"] == 0
    assert messaging_stack.routes == {}
    stack = messaging_stack(one_route)
    assert stack.up().changes == {"create": 2}, turn
    stack.settings(telnyxFailStatus=503)


def test_a_failing_program_reads_well(messaging_stack: MessagingStacks) -> None:
    """The failure holds the program's own traceback and nothing of the engine's; the result stays at hand."""

    def program() -> None:
        raise LookupError("no such tenant")

    with pytest.raises(StackFailed) as failure:
        messaging_stack(program).up()
    lines = str(failure.value).splitlines()
    assert lines[:2] == ["up failed:", "Program failed with an unhandled exception:"]
    assert f'File "{__file__}"' in lines[3]
    assert "LookupError: no such tenant" in lines
    assert not any("provider/pulumi_messaging" in line for line in lines)
    assert not failure.value.result.ok


def test_what_the_engine_does_not_do_is_refused(messaging_stack: MessagingStacks) -> None:
    """A resource of another package fails the run with one line that names the Pulumi CLI."""
    stack = messaging_stack(lambda: pulumi.CustomResource("aws:s3/bucket:Bucket", "logs", {}) and None)
    with pytest.raises(StackFailed, match="aws:s3/bucket:Bucket is not supported by the local engine: use the Pulumi"):
        stack.preview()


@pytest.mark.parametrize(
    ("ask", "error", "words"),
    [
        (lambda one: one.routes["MRID-x"], KeyError, "no 'MRID-x' among the routes; there are: none"),
        (lambda one: one.numbers["+1"], KeyError, "no '\\+1' among the numbers; there are: \\+15550100001, "),
        (lambda one: one.foreign_edit("numbers", "+1", tags=[]), KeyError, "no '\\+1' among the numbers"),
        (lambda one: one.foreign_delete("profiles", "x"), KeyError, "no 'x' among the profiles; there are: "),
        (lambda one: one.foreign_edit("numbers", LINE, colour="red"), ValueError, "Cannot change colour of numbers"),
        (lambda one: one.foreign_create("numbers"), ValueError, "phone_number is required"),
        (lambda one: one.foreign_create("tokens"), ValueError, "no kind of object 'tokens'; there are: routes, "),
        (lambda one: one.settings(colour="red"), ValueError, "There is no setting 'colour'"),
        (lambda one: one.control("GET", "colours"), ValueError, "No such control path; there are: requests, "),
        (lambda one: one(REPOSITORY, stack="dve"), EngineError, "no stack 'dve' in .*; there are: .*Pulumi.dev.yaml"),
        (lambda one: one("nowhere"), EngineError, "no Pulumi.yaml in .*nowhere"),
    ],
)
def test_unknown_names(messaging_stack: MessagingStacks, ask: Any, error: type[Exception], words: str) -> None:
    """A wrong name is an error that says which names there are, where they can be counted."""
    with pytest.raises(error, match=words):
        ask(messaging_stack)


def test_a_named_account_is_emulated_whatever_is_configured(messaging_stack: MessagingStacks) -> None:
    """A stack of real accounts reaches none of them; look-ups see what the resources made."""

    def program() -> None:
        NumberMessaging("a", phone_number="+15550100001", tags=["ours"])
        NumberMessaging("b", phone_number="+15550100001", tags=["theirs"], account="eu")
        found = {account: get_numbers(account=account) for account in ("eu", None)}
        pulumi.export("numbers", {account or "": len(numbers) for account, numbers in found.items()})

    real = {"telnyx-eu:baseUrl": "https://api.telnyx.com/v2", "telnyx-eu:apiKey": "KEYreal"}
    stack = messaging_stack(program, config=real)
    messaging_stack.account("eu").foreign_create("numbers", phone_number="+15550100009")
    stack.up()

    assert stack.outputs["numbers"] == {"": 9, "eu": 10}
    assert stack.numbers["+15550100001"]["tags"] == ["ours"]
    assert messaging_stack.account("eu").numbers["+15550100001"]["tags"] == ["theirs"]
    assert [one.status for one in messaging_stack.account("eu").writes] == [200]
    stack.destroy()
    assert messaging_stack.account("eu").numbers["+15550100001"]["tags"] == []
