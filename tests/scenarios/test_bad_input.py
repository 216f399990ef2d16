"""Scenario 7: what is wrong is said in one line, and nothing is sent."""

from __future__ import annotations

from typing import Any

from tests.support.emulator.seed import ALERTS, DEFAULT, FIRST, FIRST_ID, THIRD, THIRD_ID
from tests.support.scenarios.expected import URL, patch

MINIMAL = {"message_url": URL, "message_url_method": "POST"}
ORDER_ID = "12ade33a-21c0-473b-b055-b3c836e1c292"

# Arguments → the one line (after the resource's name), as an argument's name and what is wrong with it.
BAD: dict[str, tuple[dict[str, Any], list[str]]] = {
    "enum": ({**MINIMAL, "message_url_method": "PUT"}, ['message_url_method must be "GET" or "POST", not "PUT"']),
    "no-host": (
        {**MINIMAL, "message_url": "https:///in"},
        ["message_url has no valid host and port: give a URL like https://hooks.example.com/inbound"],
    ),
    "url-credentials": (
        {**MINIMAL, "message_url": "https://user:hunter2@hooks.example.com/"},
        ["message_url must not contain a user name or password: use the authentication arguments"],
    ),
    "basic-nothing": (
        {**MINIMAL, "message_authentication_type": "Basic"},
        ['message_username is required with message_authentication_type "Basic"'],
    ),
    "basic-no-user": (
        {**MINIMAL, "message_authentication_type": "Basic", "message_password_token": "hunter2"},
        ['message_username is required with message_authentication_type "Basic"'],
    ),
    "bearer": (
        {**MINIMAL, "callback_message_authentication_type": "Bearer", "callback_message_password_token": ""},
        ['callback_message_password_token is required with callback_message_authentication_type "Bearer"'],
    ),
    "none-with-credentials": (
        {**MINIMAL, "message_authentication_type": "None", "message_password_token": "hunter2"},
        [
            (
                'message_password_token cannot be given with message_authentication_type "None": '
                'remove it, or clear it with ""'
            )
        ],
    ),
    "blank": ({**MINIMAL, "route_name": "  "}, ["route_name must not be blank"]),
    "empty-required": ({**MINIMAL, "message_url": ""}, ["message_url must not be empty"]),
    "empty-name": (
        {**MINIMAL, "route_name": ""},
        ["route_name must not be empty; leave the argument out to not manage it"],
    ),
    "policy": (
        {**MINIMAL, "on_destroy": "drop"},
        ['on_destroy must be "delete", "restore", "disable" or "retain", not "drop"'],
    ),
    "adopt": ({**MINIMAL, "adopt": "12"}, ['adopt must be a route id (MRID-…), not "12"']),
    "boolean": (
        {**MINIMAL, "message_route_enabled": "true"},
        ["message_route_enabled must be true or false, not a string"],
    ),
    "number": (
        {"phone_number": "+1 555 010 0001", "tags": []},
        ['phone_number must be E.164 (+15550100001) or the numeric id, not "+1 555 010 0001"'],
    ),
    "order": (
        {"phone_number": ORDER_ID, "tags": []},
        ["phone_number is a UUID, as number orders have them: give the number itself (+15550100001) or its numeric id"],
    ),
    "nothing": (
        {"phone_number": FIRST},
        [
            (
                "messaging_profile_id is missing: nothing is managed; give at least one of messaging_profile_id, "
                "messaging_product, tags"
            )
        ],
    ),
    "profile": (
        {"phone_number": FIRST, "messaging_profile_id": "default"},
        ['messaging_profile_id must be a UUID, not "default"'],
    ),
    "blank-tag": (
        {"phone_number": FIRST, "tags": ["a", " "]},
        ["tags must not hold blank strings or control characters"],
    ),
    "number-policy": (
        {"phone_number": FIRST, "tags": [], "on_destroy": "delete"},
        ['on_destroy must be "restore", "unassign" or "retain", not "delete"'],
    ),
    "several": (
        {"message_url": "ftp://x.example.com", "message_url_method": "", "account_id": " x"},
        [
            "message_url must begin with https:// (or http://)",
            'message_url_method must be "GET" or "POST", not ""',
            "account_id must not begin or end with blanks",
        ],
    ),
}
# Builds every bad resource, and reports what each construction says.
COLLECTOR = """
import json

import pulumi
from pulumi_messaging import MessageRoute, NumberMessaging

for name, arguments in json.load(open("resources.json")).items():
    kind = NumberMessaging if "phone_number" in arguments else MessageRoute
    try:
        kind(name, **arguments)
    except pulumi.RunError as error:
        pulumi.export(name, str(error).splitlines())
"""


def test_every_mistake_in_a_constant(world: Any) -> None:
    """All problems of a resource at once, one line each, as RunError at construction; nothing is registered or sent."""
    world.program(COLLECTOR)
    world.declare({name: arguments for name, (arguments, _) in BAD.items()})
    up = world.up()
    assert up.ok, up.text
    assert up.operations == ()
    assert up.requests == up.tokens == ()
    kinds = {
        name: "NumberMessaging" if "phone_number" in arguments else "MessageRoute"
        for name, (arguments, _) in BAD.items()
    }
    assert up.outputs == {
        name: [f'{kinds[name]} "{name}": {line}' for line in lines] for name, (_, lines) in BAD.items()
    }
    assert "hunter2" not in up.text


def test_a_mistake_ends_the_program(world: Any) -> None:
    """What the user sees of a bad constant is the line itself: no traceback, nothing sent."""
    world.declare({"orders": {**MINIMAL, "message_url_method": "PUT"}})
    for run in (world.preview(), world.up()):
        assert not run.ok
        assert run.errors == ('MessageRoute "orders": message_url_method must be "GET" or "POST", not "PUT"',)
        assert "Traceback" not in run.text
        assert run.requests == run.tokens == ()


def test_a_missing_password(world: Any) -> None:
    """A new route needs one; an adopted route keeps its own, also after the `adopt=` line is gone."""
    bearer = {**MINIMAL, "message_authentication_type": "Bearer"}
    world.declare({"orders": bearer})
    for run in (world.preview(), world.up()):
        (reason,) = run.errors
        assert reason.endswith("messagePasswordToken is required with messageAuthenticationType")
        assert run.requests == run.tokens == ()
    theirs = {"MessageUrl": URL, "MessageUrlMethod": "POST", "MessagePasswordToken": "theirs"}
    world.add_route(MessageRouteId="MRID-theirs", RouteName="legacy", **theirs)
    for declared in ({**bearer, "adopt": "MRID-theirs"}, bearer):
        world.declare({"orders": declared})
        up = world.up()
        assert up.ok, up.text
    assert [route["MessagePasswordToken"] for route in world.routes().values()] == ["theirs"]


def test_one_number_declared_twice(world: Any) -> None:
    """Two resources that claim one number, adopt id or automatic name are refused by the program itself."""
    number = {"phone_number": FIRST, "tags": []}
    world.declare({"a": number, "b": number})
    preview = world.preview()
    assert preview.errors == (f'"b": number "{FIRST}" is taken by "a" of this program; declare it once',)
    assert preview.writes == []


def test_one_number_by_two_names(world: Any) -> None:
    """The same number by E.164 and by id cannot be told apart before it is read: the second one is refused then."""
    first = {"phone_number": FIRST, "tags": ["a"]}
    world.declare({"a": first, "b": {"phone_number": FIRST_ID, "tags": ["b"], "opts": {"depends_on": ["a"]}}})
    up = world.up()
    assert up.errors == (
        (
            f"cannot manage number {FIRST}: another resource of this program manages it already "
            f"(numeric id {FIRST_ID}); declare it once"
        ),
    )
    assert up.writes == [patch(FIRST_ID, tags=["a"])]


def test_mistakes_in_resolved_values(world: Any) -> None:
    """What is only known while the program runs is checked by the provider: one line, no secret, nothing sent."""
    cases = {
        "method": (
            {**MINIMAL, "message_url_method": {"join": ["P", "UT"]}},
            'messageUrlMethod must be "GET" or "POST"',
        ),
        "url": (
            {**MINIMAL, "message_url": {"join": ["https://user:hunter2@", "hooks.example.com/"]}},
            "messageUrl must not contain a user name or password: use the authentication arguments",
        ),
    }
    for arguments, line in cases.values():
        world.declare({"bad": arguments})
        preview = world.preview()
        assert not preview.ok
        assert len(preview.errors) == 1
        assert preview.errors[0].endswith(line)
        assert "\n" not in preview.errors[0]
        assert "hunter2" not in preview.text
        assert preview.requests == preview.tokens == ()


def test_missing_credentials(world: Any) -> None:
    """The line names what to run; it comes only when a request is needed, and a preview needs none."""
    world.configure(telegent_accountSecret=None, telegent_accountKey=None, telnyx_apiKey=None)
    world.declare({"route": MINIMAL})
    assert world.preview().ok
    up = world.up()
    assert up.errors == (
        (
            "Telegent cannot be used: telegent:accountKey and telegent:accountSecret not set: run "
            "`pulumi config set telegent:accountKey <value>` and `pulumi config set --secret telegent:accountSecret`, "
            "or set TELEGENT_ACCOUNT_KEY and TELEGENT_ACCOUNT_SECRET in the environment"
        ),
    )
    assert up.requests == up.tokens == ()
    world.declare({"number": {"phone_number": FIRST, "tags": ["a"]}})
    assert world.preview().ok
    up = world.up()
    assert up.errors == (
        (
            "Telnyx cannot be used: telnyx:apiKey not set: run `pulumi config set --secret telnyx:apiKey`, "
            "or set TELNYX_API_KEY in the environment"
        ),
    )
    # What exists needs them as little, as long as nothing changes.
    world.configure()
    assert world.up().ok
    world.configure(telnyx_apiKey=None)
    assert world.up().ok


def test_plain_http_to_a_foreign_host(world: Any) -> None:
    """Credentials are never sent over plain http, except on this machine."""
    world.configure(telegent_baseUrl="http://api.telegent.example", telnyx_baseUrl="http://api.telnyx.example/v2")
    world.declare({"route": MINIMAL})
    up = world.up()
    assert up.errors == (
        (
            "Telegent cannot be used: telegent:baseUrl sends credentials over plain http to api.telegent.example: "
            "use https (http is for loopback hosts only)"
        ),
    )


def test_answers_that_are_no_answers(world: Any) -> None:
    """Broken JSON, a proxy's HTML and a 200 that changed nothing: one line that says so, and no second write."""
    number = {"number": {"phone_number": FIRST, "tags": ["a"]}}
    lines = {}
    for case, answer in (
        ("broken", {"text": '{"data": {"id": "12933', "headers": {"Content-Type": "application/json"}}),
        ("html", {"text": "<html><body>Welcome</body></html>", "headers": {"Content-Type": "text/html"}}),
    ):
        for operation in ("listMessaging", "retrieveMessaging"):
            world.script(operation=operation, times=9, **answer)
        world.declare(number)
        up = world.up()
        assert not up.ok
        assert len(up.errors) == 1
        assert "Traceback" not in up.errors[0]
        assert up.writes == []
        lines[case] = up.errors[0]
        world.control("DELETE", "answers")
    assert lines["broken"].startswith(f"cannot read messaging settings of number {FIRST}: ")
    assert lines["html"] == (
        f"cannot read messaging settings of number {FIRST}: Telnyx answered 200 with text/html instead of JSON; "
        "check telnyx:baseUrl and any proxy in between"
    )

    world.settings(telnyxIgnoreUpdates=True)
    world.declare({"number": {"phone_number": THIRD, "messaging_profile_id": ALERTS}})
    up = world.up()
    assert up.errors == (
        (
            f"1 error occurred:\n\t* cannot update messaging settings of number {THIRD} ({THIRD_ID}): "
            "Telnyx answered success, but "
            f'messaging_profile_id is "{DEFAULT}" and not "{ALERTS}"; run the command again, and ask Telnyx if it '
            "stays so"
        ),
    )
    assert len(up.writes) == 1
    world.settings(telnyxIgnoreUpdates=False)
    world.declare({"number": {"phone_number": FIRST, "messaging_product": "P2P"}})
    up = world.up()
    assert up.errors == (
        (
            f'cannot set messaging_product "P2P" of number {FIRST}: eligible are A2P (decided by Telnyx from the '
            "number's traffic); declare one of these, or remove messaging_product"
        ),
    )
    assert up.writes == []


def test_an_unreadable_answer_after_a_create(world: Any) -> None:
    """A create whose answer cannot be read is not repeated and not an error where the account's list has the route."""
    world.script(operation="createMessageRoute", effect="applied", text="<html>Bad gateway</html>", status=200)
    world.declare({"route": MINIMAL})
    up = world.up()
    assert up.ok, up.text
    assert len(up.writes) == 1
    assert list(world.routes()) == ["<route>"]
    assert world.up().requests == ()
