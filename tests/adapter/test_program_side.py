"""The resource classes in a program of their own process, with Pulumi's mocks in place of an engine."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pulumi
import pytest

from pulumi_messaging import MessageRoute, NumberMessaging
from pulumi_messaging_engine.pytest_plugin import StackFailed

if TYPE_CHECKING:
    from pulumi_messaging_engine.pytest_plugin import MessagingStacks

MOCKS = """
import json
import re
import sys
import pulumi

seen = []


class Recorder(pulumi.runtime.Mocks):
    def new_resource(self, args):
        seen.append([args.typ, args.name, args.inputs])
        return [args.name + "-id", args.inputs]

    def call(self, args):
        return {}


pulumi.runtime.set_mocks(Recorder(), project="adapter", stack="dev", preview=False)


def refused(act):
    try:
        act()
    except pulumi.RunError as error:
        return str(error)
    return None


"""
ROUTE = "pulumi-python:dynamic/messaging:MessageRoute"
NUMBER = "pulumi-python:dynamic/messaging:NumberMessaging"
ROUTE_ARGUMENTS: Any = {"message_url": "https://a.example.com", "message_url_method": "POST"}


def run(program: str) -> Any:
    """What the program prints last, as JSON."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", MOCKS + program], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_import_declares_nothing() -> None:
    """Importing every module of the program side registers no resource; the package alone does not load Pulumi."""
    found = run(
        """
import pulumi_messaging
import pulumi_messaging.dynamic
import pulumi_messaging.program
print(json.dumps([seen, hasattr(sys, "tracebacklimit")]))
"""
    )
    assert found == [[], False]
    code = "import sys, pulumi_messaging.core.tables, pulumi_messaging.lifecycle; print('pulumi' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "False"


def test_type_tokens_and_inputs() -> None:
    """Tokens as in the contract, also for a subclass; absent arguments are not sent; passwords are secrets."""
    found = run(
        """
import asyncio
from pulumi_messaging import MessageRoute, NumberMessaging


class Route(MessageRoute):
    def __init__(self, name, **more):
        super().__init__(name, message_url="https://a.example.com", message_url_method="POST", **more)


class Deeper(Route):
    pass


async def main():
    Route("sub")
    Deeper("deeper", message_password_token="pw")
    NumberMessaging("number", phone_number="+15550100001", tags=["a"])
    MessageRoute("named", message_url="https://a.example.com", message_url_method="GET", route_name="given")

pulumi.runtime.test(main)()
print(json.dumps(seen))
"""
    )
    tokens = {name: token for token, name, _ in found}
    assert tokens == {"sub": ROUTE, "deeper": ROUTE, "number": NUMBER, "named": ROUTE}
    inputs = {name: given for _, name, given in found}
    assert inputs["number"].keys() == {"__provider", "phoneNumber", "tags", "onDestroy"}
    assert inputs["named"].keys() == {"__provider", "messageUrl", "messageUrlMethod", "routeName"}
    assert inputs["sub"]["__autoname"].startswith("sub-")
    secret = inputs["deeper"]["messagePasswordToken"]
    assert secret["4dabf18193072939515e22adb298388d"] == "1b47061264138c4ac30d75fd1eb44270"


def test_claims() -> None:
    """Two resources that claim one number, adopt id or automatic name are refused at construction, in one line."""
    found = run(
        """
import asyncio
from pulumi_messaging import MessageRoute, NumberMessaging


def route(name, **more):
    return MessageRoute(name, message_url="https://a.example.com", message_url_method="POST", **more)


def number(name, phone_number, **more):
    return NumberMessaging(name, phone_number=phone_number, tags=[], **more)


async def main():
    number("a", "+15550100001")
    number("other", "+15550100002")
    route("r", adopt="MRID-1")
    route("same")
    lines = [
        refused(lambda: number("b", "+15550100001")),
        refused(lambda: route("s", adopt="MRID-1")),
        refused(lambda: route("t", adopt="MRID-2")),
        refused(lambda: route("u", opts=pulumi.ResourceOptions(import_="MRID-3"))),
        refused(lambda: number("c", pulumi.Output.from_input("+15550100001"))),
        refused(lambda: number("d", "+15550100001", account="eu")),
        refused(lambda: number("e", "+15550100001", account="eu")),
        refused(lambda: route("v", adopt="MRID-1", account="eu")),
    ]
    print(json.dumps(lines))


pulumi.runtime.test(main)()
"""
    )
    assert found == [
        '"b": number "+15550100001" is taken by "a" of this program; declare it once',
        '"s": message route "MRID-1" is taken by "r" of this program; declare it once',
        None,
        (
            'MessageRoute "u": import_ cannot work with a dynamic provider; a number is taken over by declaring it, '
            "a message route or a messaging profile with adopt="
        ),
        None,
        None,  # what two accounts have under one name are two objects
        '"e": number "+15550100001" is taken by "d" of this program; declare it once',
        None,
    ]


def test_an_account_is_a_constant_name() -> None:
    """A destroy runs no program: which settings count must be known before."""
    found = run(
        """
from pulumi_messaging import MessageRoute
ROUTE = {"message_url": "https://a.example.com", "message_url_method": "POST"}
given = [pulumi.Output.from_input("eu"), pulumi.Output.secret("eu"), "", "EU", "eu_west", "eu--west", "-eu", 1, "eu\\n"]
print(json.dumps([refused(lambda: MessageRoute("a", account=one, **ROUTE)) for one in given]))
"""
    )
    output = "account must be a constant, not an Output: it says which settings count, also for a destroy"
    form = 'account must be lower-case letters and digits, with single hyphens between them ("eu", "eu-west")'
    assert [line.removeprefix('MessageRoute "a": ') for line in found] == [
        output,
        output,
        "account must not be empty; leave the argument out",
        *(f'{form}, not "{wrong}"' for wrong in ("EU", "eu_west", "eu--west", "-eu")),
        "account must be a string, not a number",
        "account must not contain control characters (it holds U+000A)",
    ]


def test_an_argument_that_was_not_given_has_no_value() -> None:
    """Every argument can be read from the resource; one that is not managed is None, and no other name is invented."""
    found = run(
        """
from pulumi_messaging import MessageRoute
route = MessageRoute("a", message_url="https://a.example.com", message_url_method="POST")
values = {}
for name in ("message_url", "message_username", "inbound_bypass", "account_id"):
    getattr(route, name).apply(lambda value, name=name: values.__setitem__(name, value))
try:
    missing = route.no_such_thing
except AttributeError as error:
    missing = str(error)


@pulumi.runtime.test
def settle():
    pass


settle()
print(json.dumps([values, missing]))
"""
    )
    expected = {
        "message_url": "https://a.example.com",
        "message_username": None,
        "inbound_bypass": None,
        "account_id": None,
    }
    assert found == [expected, "'MessageRoute' object has no attribute 'no_such_thing'"]


def test_two_resources_with_one_automatic_name_are_refused(messaging_stack: MessagingStacks) -> None:
    """Routes of one resource name below two parents would share their automatic name: the second is refused."""

    def program() -> None:
        for kind in ("Sales", "Support"):
            team = pulumi.ComponentResource(f"teams:index:{kind}", "inbound")
            MessageRoute(
                "inbound",
                message_url="https://a.example.com",
                message_url_method="POST",
                opts=pulumi.ResourceOptions(parent=team),
            )

    stack = messaging_stack(program)
    with pytest.raises(StackFailed, match=r'automatic route name "inbound-[0-9a-f]{7}" is taken by "inbound"'):
        stack.preview()


@pytest.mark.parametrize(
    ("declared", "kind"),
    [
        (lambda name, secret: NumberMessaging(name, phone_number=secret("+15550100001"), tags=[]), "number"),
        (lambda name, secret: MessageRoute(name, adopt=secret("MRID-1"), **ROUTE_ARGUMENTS), "message route"),
    ],
    ids=["number", "route"],
)
def test_two_resources_with_one_secret_object_are_refused(
    messaging_stack: MessagingStacks, declared: Any, kind: str
) -> None:
    """A value that is an output is compared when it is known, whichever of the two the state has; it is not quoted."""
    stack = messaging_stack(lambda: [declared(name, pulumi.Output.secret) for name in ("a", "b")])
    with pytest.raises(StackFailed, match=rf'\b{kind} is taken by "a" of this program; declare it once'):
        stack.preview()


def test_an_object_of_a_wrong_type_that_is_an_output_is_refused_by_the_check(messaging_stack: MessagingStacks) -> None:
    """The comparison with other resources leaves it to the check: a list ended the program in a traceback."""
    stack = messaging_stack(lambda: NumberMessaging("a", phone_number=pulumi.Output.secret(["+15550100001"]), tags=[]))
    with pytest.raises(StackFailed, match="phoneNumber must be a string"):
        stack.preview()


def test_a_group_is_one_text_and_its_numbers_have_one_owner() -> None:
    """The numbers go as one sorted text, are read as a list, and no other resource of the program may name one."""
    found = run(
        """
from pulumi_messaging import NumberMessaging, NumberMessagingGroup
PROFILE = "7d0c4c1e-5a51-4a51-9f4e-0c7b3f0a1d22"
group = NumberMessagingGroup("g", phone_numbers={"+15550100002", "+15550100001"}, messaging_profile_id=PROFILE)
texts = [
    refused(lambda: NumberMessagingGroup("h", phone_numbers=["+15550100002"], messaging_profile_id=PROFILE)),
    refused(lambda: NumberMessaging("n", phone_number="+15550100001", messaging_profile_id=PROFILE)),
    refused(lambda: NumberMessagingGroup("e", phone_numbers=[], messaging_profile_id=PROFILE)),
    refused(lambda: NumberMessagingGroup("s", phone_numbers="+15550100003 +15550100004", messaging_profile_id="")),
    refused(lambda: NumberMessagingGroup("l", phone_numbers=["555", "+15550100005"], messaging_profile_id="x")),
]
numbers = []
group.phone_numbers.apply(numbers.extend)


@pulumi.runtime.test
def settle():
    pass


settle()
token, _, inputs = next(one for one in seen if one[1] == "g")
print(json.dumps([token, inputs["phoneNumbers"], numbers, texts]))
"""
    )
    token, text, numbers, texts = found
    assert token == "pulumi-python:dynamic/messaging:NumberMessagingGroup"
    assert text == "+15550100001\n+15550100002\n"
    assert numbers == ["+15550100001", "+15550100002"]
    none = 'NumberMessagingGroup "e": phone_numbers must hold at least one number'
    assert texts[:3] == [
        '"h": number "+15550100002" is taken by "g" of this program; declare it once',
        '"n": number "+15550100001" is taken by "g" of this program; declare it once',
        f"{none}: to let go of all of them, remove the resource",
    ]
    assert 'must be E.164 (+15550100001) or the numeric id, not "+15550100003 +15550100004"' in texts[3]
    assert "(which begins with +)" in texts[4]
    assert 'messaging_profile_id must be a UUID, not "x"' in texts[4]


def test_an_explicit_provider_is_refused() -> None:
    """However it is given to a resource of any type, before the resource is registered; one of another package is not.

    It gets none of the stack's settings, so that a stack on the emulator would reach the vendor.
    """
    found = run(
        """
from pulumi import ComponentResource, ProviderResource, ResourceOptions, ResourceTransformationResult
from pulumi_messaging import MessageRoute, NumberMessaging, NumberMessagingGroup

ROUTE = {"message_url": "https://a.example.com", "message_url_method": "POST"}
RESOURCES = {
    MessageRoute: lambda index: ROUTE,
    NumberMessaging: lambda index: {"phone_number": f"+1555010000{index}", "messaging_product": "A2P"},
    NumberMessagingGroup: lambda index: {"phone_numbers": [f"+1555010001{index}"], "messaging_profile_id": ""},
}
mine, other = ProviderResource("pulumi-python", "mine"), ProviderResource("random", "other")


def within(**options):
    return ResourceOptions(parent=ComponentResource("x:y:Z", str(options), opts=ResourceOptions(**options)))


def transformed(args):
    return ResourceTransformationResult(args.props, ResourceOptions.merge(args.opts, ResourceOptions(provider=mine)))


ways = {
    "provider": ResourceOptions(provider=mine),
    "providers": ResourceOptions(providers=[other, mine]),
    "by name": ResourceOptions(providers={"pulumi-python": mine}),
    "parent's provider": within(provider=mine),
    "parent's providers": within(providers=[mine]),
    "grandparent's": within(parent=within(providers={"pulumi-python": mine}).parent),
    "transformation": ResourceOptions(transformations=[transformed]),
}
lines = {
    f"{kind.__name__}, {way}": refused(lambda: kind(f"{kind.__name__} {way}", **arguments(index), opts=opts))
    for kind, arguments in RESOURCES.items()
    for index, (way, opts) in enumerate(ways.items())
}
MessageRoute("fine", **ROUTE, opts=ResourceOptions(providers=[other]))
MessageRoute("fine too", **ROUTE, opts=within(providers=[other]))


@pulumi.runtime.test
def settle():
    pass


settle()
print(json.dumps([lines, [name for token, name, _ in seen if token.startswith("pulumi-python:")]]))
"""
    )
    lines, registered = found
    assert len(lines) == 21
    for resource, line in lines.items():
        assert line is not None, resource
        assert "\n" not in line
        assert re.search(r'^\w+ "[^"]+": a pulumi.ProviderResource\("pulumi-python", …\) cannot be used', line)
    assert registered == ["fine", "fine too"]


def test_routes_are_deleted_before_they_are_replaced() -> None:
    """Only then is the name free for the new route; a word of the program wins. Numbers are created first."""
    found = run(
        """
from pulumi import ResourceOptions
from pulumi_messaging import MessageRoute, NumberMessaging

options = {}
pulumi.runtime.register_stack_transformation(lambda args: options.update({args.name: args.opts.delete_before_replace}))
ROUTE = {"message_url": "https://a.example.com", "message_url_method": "POST"}
MessageRoute("default", **ROUTE)
MessageRoute("with options", **ROUTE, opts=ResourceOptions(protect=True))
MessageRoute("first", **ROUTE, opts=ResourceOptions(delete_before_replace=False))
NumberMessaging("number", phone_number="+15550100001", messaging_product="A2P")


@pulumi.runtime.test
def settle():
    pass


settle()
print(json.dumps(options))
"""
    )
    assert found == {"default": True, "with options": True, "first": False, "number": None}
