"""The constructors and attributes as type checkers see them: exact errors, and nothing else, in strict mode."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

from pulumi_messaging.cli.adopt_program import program
from pulumi_messaging.estate.declarations import declared
from pulumi_messaging.estate.objects import MessageRouteInfo, NumberInfo
from pulumi_messaging.estate.reading import Estate

if TYPE_CHECKING:
    from pathlib import Path

RIGHT = """\
from typing import assert_type
import pulumi
from pulumi_messaging import MessageRoute, NumberMessaging, NumberMessagingGroup
from pulumi_messaging.core.message_route import MessageRouteFields, OnDestroy

route = MessageRoute("a", message_url="https://a.example.com", message_url_method="POST", message_route_enabled=True)
unknown = pulumi.Output.from_input("https://b.example.com")
MessageRoute("b", message_url=unknown, message_url_method="GET", route_name=route.message_url, on_destroy=None)
MessageRoute("c", message_url=unknown, message_url_method="GET", callback_message_url_method="", adopt=None)
MessageRoute(resource_name="d", message_url=unknown, message_url_method="GET", opts=pulumi.ResourceOptions())
number = NumberMessaging("n", phone_number="+15550100001", tags=["a", route.message_url], messaging_profile_id="")
NumberMessagingGroup("g", phone_numbers={"+15550100001"}, messaging_profile_id=unknown, tags=("a",))
NumberMessagingGroup("h", phone_numbers=["+15550100001", number.phone_number], messaging_profile_id="")


class Team(MessageRoute):
    def __init__(self, name: str) -> None:
        super().__init__(name, message_url="https://a.example.com", message_url_method="POST")


assert_type(Team("t").message_url, pulumi.Output[str])
assert_type(route.message_route_id, pulumi.Output[str])
assert_type(route.message_route_enabled, pulumi.Output[bool | None])
assert_type(route.on_destroy, pulumi.Output[OnDestroy | None])
assert_type(number.phone_number_id, pulumi.Output[str])
assert_type(number.type, pulumi.Output[str | None])
assert_type(MessageRouteFields.message_url.state, str)
assert_type(MessageRoute.message_route_id.state, str)
"""
ROUTE = 'message_url=unknown, message_url_method="GET"'
# A line of a program → the error, or its beginning.
WRONG = {
    'MessageRoute("e", message_url=unknown, message_url_method="PUT")': (
        'Argument "message_url_method" to "MessageRoute" has incompatible type "Literal[\'PUT\']"; expected'
    ),
    'MessageRoute("f", message_url=unknown)': 'Missing named argument "message_url_method" for "MessageRoute"',
    f'MessageRoute("g", {ROUTE}, message_uri="")': 'Unexpected keyword argument "message_uri" for "MessageRoute"',
    'MessageRoute("h", message_url=5, message_url_method="GET")': (
        'Argument "message_url" to "MessageRoute" has incompatible type "int"; expected "str | Awaitable[str]'
    ),
    'MessageRoute("i", unknown, message_url_method="GET")': 'Too many positional arguments for "MessageRoute"',
    f'MessageRoute("j", {ROUTE}, message_route_id="x")': 'Unexpected keyword argument "message_route_id"',
    f"MessageRoute({ROUTE})": 'Missing positional argument "resource_name"',
    'MessageRoute("k", message_url=None, message_url_method="GET")': (
        'Argument "message_url" to "MessageRoute" has incompatible type "None"'
    ),
    f'MessageRoute("l", {ROUTE}, on_destroy="unassign")': (
        'Argument "on_destroy" to "MessageRoute" has incompatible type "Literal[\'unassign\']"'
    ),
    'NumberMessagingGroup("m", phone_numbers=[])': (
        'Missing named argument "messaging_profile_id" for "NumberMessagingGroup"'
    ),
    'NumberMessaging("o", phone_number="", messaging_product=1)': (
        'Argument "messaging_product" to "NumberMessaging" has incompatible type "int"'
    ),
    "route.message_uri": '"MessageRoute" has no attribute "message_uri"',
    "MessageRouteFields.message_uri": '"type[MessageRouteFields]" has no attribute "message_uri"',
}


def _adopted() -> str:
    """A program as `pulumi-messaging adopt` writes it."""
    direction = {"AuthenticationType": "Basic", "Username": "hooks", "Url": "https://a.example.com", "UrlMethod": "GET"}
    fields = {
        f"{prefix}{name}": value for prefix in ("Message", "CallbackMessage") for name, value in direction.items()
    }
    flags = dict.fromkeys(("InboundBypass", "OutboundBypass", "IntelligentRouteEnabled"), True)
    row = {"MessageRouteId": "MRID-1", "RouteName": "one", "MessageUrlMethod": "POST", **flags, **fields}
    numbers = (
        NumberInfo(
            "telnyx", f"+1555011000{digit}", f"{digit}" * 19, "7d0c4c1e-5a51-4a51-9f4e-0c7b3f0a1d22", "A2P", tags
        )
        for digit, tags in enumerate([("a",), ("a",), ()])
    )
    estate = Estate(routes=(MessageRouteInfo.of(row),), numbers=tuple(numbers))
    text = program(declared(estate, estate, {"MRID-1": row}, {}).resources)
    assert [text.count(name) for name in ("config.get_secret(", "Group(", "NumberMessaging(")] == [2, 1, 1]
    return text


def test_strict_mypy_finds_each_mistake_and_no_other(tmp_path: Path) -> None:
    """A wrong, missing or unknown argument and a name that does not exist are errors on their line."""
    (tmp_path / "program.py").write_text(RIGHT + "\n".join(WRONG))
    (tmp_path / "adopted.py").write_text(_adopted())
    files = ["program.py", "adopted.py"]

    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--hide-error-context", *files],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert "adopted.py" not in done.stdout + done.stderr
    first = RIGHT.count("\n") + 1
    found = {
        int(line): text for line, text in re.findall(r"^program\.py:([0-9]+): error: (.*)$", done.stdout, re.MULTILINE)
    }
    assert [*found] == [*range(first, first + len(WRONG))], done.stdout + done.stderr
    assert [
        (text, error) for text, error in zip(found.values(), WRONG.values(), strict=True) if not text.startswith(error)
    ] == []
