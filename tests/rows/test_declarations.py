"""The declarations of the resources: annotations that say what the rows say, and what programs see at run time."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
import types
from collections.abc import Collection, Sequence
from typing import Any, Literal, Union, get_args, get_origin

import pulumi
import pytest

from pulumi_messaging import MessageRoute, MessagingProfile, NumberMessaging, NumberMessagingGroup
from pulumi_messaging.core import message_route, messaging_profile, number_messaging, number_messaging_group
from pulumi_messaging.core.declared import python_type
from pulumi_messaging.core.fields import Kind, Table
from pulumi_messaging.core.tables import TABLES

CLASSES = {
    MessageRoute: (message_route, message_route.MessageRouteFields),
    MessagingProfile: (messaging_profile, messaging_profile.MessagingProfileFields),
    NumberMessaging: (number_messaging, number_messaging.NumberMessagingFields),
    NumberMessagingGroup: (number_messaging_group, number_messaging_group.NumberMessagingGroupFields),
}
OUTPUTS = {Kind.STRING: str, Kind.STRINGS: list[str], Kind.OBJECT: dict[str, Any]}


class _Accepted:
    """Stands for the annotations, which exist for type checkers only: the type that is accepted."""

    def __class_getitem__(cls, types: Any) -> Any:
        return types[-1] if isinstance(types, tuple) else types


def _annotations(declared: type, module: types.ModuleType) -> dict[str, Any]:
    names = ("Argument", "WiderArgument", "Computed", "Input")
    known = vars(module) | dict.fromkeys(names, _Accepted)
    return {name: eval(text, known) for name, text in declared.__annotations__.items()}


def _parts(accepted: Any) -> frozenset[Any]:
    """The alternatives of a type: values of literals, types, for a list its alternatives."""
    origin, inner = get_origin(accepted), get_args(accepted)
    if origin is Literal:
        return frozenset(inner)
    if origin in (Union, types.UnionType):
        return frozenset().union(*map(_parts, inner))
    if origin in (list, Sequence, Collection):
        return frozenset({("list", _parts(inner[0]))})
    return frozenset({accepted})


@pytest.mark.parametrize("cls", CLASSES)
def test_annotations_say_what_the_rows_say(cls: Any) -> None:
    """Type checkers read the annotation, everything else the row: both have the same types and the same order."""
    module, declared = CLASSES[cls]
    annotations = _annotations(declared, module)
    rows = [row for row in vars(declared).values() if hasattr(row, "kind")]

    assert [*annotations] == [row.name for row in rows]
    annotations["account"] = str | None  # of every resource: `ManagedResource` has its annotation
    for row in cls.table.fields:
        optional = frozenset() if row.required else {type(None)}
        assert _parts(annotations[row.name]) == _parts(python_type(row)) | optional, row.name
    for output in cls.table.outputs:
        assert _parts(annotations[output.name]) - {type(None)} == _parts(OUTPUTS[output.kind]), output.name


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.resource)
def test_names_in_rows_are_names_of_rows(table: Table) -> None:
    """A field names fields and outputs of its own resource as other names of the same object."""
    names = {row.name for row in (*table.fields, *table.outputs)}

    assert {name for row in table.fields for name in row.same_as} <= names


@pytest.mark.parametrize("cls", CLASSES)
def test_the_signature_is_that_of_the_rows(cls: Any) -> None:
    """Name, then keywords: the required ones first or not, in the order of the rows, then the options."""
    parameters = inspect.signature(cls).parameters

    assert [*parameters] == ["resource_name", *(row.name for row in cls.table.fields), "opts"]
    required = {name for name, one in parameters.items() if one.default is inspect.Parameter.empty}
    assert required == {"resource_name", *(row.name for row in cls.table.fields if row.required)}
    positional = [name for name, one in parameters.items() if one.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD]
    assert positional == ["resource_name"]


def test_a_class_of_the_program_has_its_own_signature() -> None:
    """A subclass with a constructor is shown with that, one without with the rows'."""

    class Route(MessageRoute):
        def __init__(self, name: str, url: str) -> None:
            super().__init__(name, message_url=url, message_url_method="POST")

    class Plain(MessageRoute):
        pass

    assert str(inspect.signature(Route)) == "(name: 'str', url: 'str') -> 'None'"
    assert inspect.signature(Plain) == inspect.signature(MessageRoute)


@pytest.mark.parametrize("cls", CLASSES)
def test_the_documentation_has_each_argument(cls: Any) -> None:
    """`help()` shows what it is, the vendor's page, each argument, and the errors."""
    text = cls.__doc__

    assert text.index("Vendor page:") < text.index("\nArgs:\n") < text.index("\nRaises:\n")
    for row in cls.table.fields:
        assert f"\n    {row.name} (" in text
    assert max(map(len, text.splitlines())) <= 160


def test_arguments_that_do_not_exist_are_one_line_each() -> None:
    """To Python a TypeError, to Pulumi an error without a traceback, with the name that was meant."""
    with pytest.raises(TypeError) as failed:
        MessageRoute("orders", message_uri="https://a.example.com", message_url_method="POST", zzz=1)  # type: ignore[call-arg]

    assert isinstance(failed.value, pulumi.RunError)
    assert str(failed.value).splitlines() == [
        'MessageRoute "orders": message_uri is not an argument; did you mean message_url?',
        'MessageRoute "orders": zzz is not an argument',
    ]


def test_arguments_without_their_names_are_one_line() -> None:
    """With the class that the program names, as for arguments that do not exist."""
    with pytest.raises(TypeError) as failed:
        MessageRoute("orders", "https://a.example.com", "POST")  # type: ignore[call-arg, misc]

    assert isinstance(failed.value, pulumi.RunError)
    assert str(failed.value) == 'MessageRoute "orders": give every argument after the first by its name'


@pytest.mark.parametrize("opts", [{}, {"protect": True}, []])
def test_options_of_another_type_are_one_line(opts: Any) -> None:
    """Like an argument that does not exist."""
    with pytest.raises(TypeError) as failed:
        MessageRoute("orders", message_url="https://a.example.com", message_url_method="POST", opts=opts)

    assert isinstance(failed.value, pulumi.RunError)
    assert str(failed.value) == (
        f'MessageRoute "orders": opts must be a pulumi.ResourceOptions, not a value of type {type(opts).__name__}: '
        "write opts=pulumi.ResourceOptions(protect=True)"
    )


def test_a_comma_after_a_value_is_told_as_that() -> None:
    """It makes a tuple, of texts and of choices; a list is told as a list."""
    with pytest.raises(pulumi.RunError) as failed:
        MessageRoute(
            "orders", message_url=["https://a.example.com"], message_url_method=("POST",), route_name=("orders",)
        )  # type: ignore[arg-type]

    made = "not a tuple (a comma after a value makes one)"
    assert str(failed.value).splitlines() == [
        'MessageRoute "orders": message_url must be a string, not a list',
        f'MessageRoute "orders": message_url_method must be "GET" or "POST", {made}',
        f'MessageRoute "orders": route_name must be a string, {made}',
    ]


def test_a_required_argument_that_is_missing_is_one_line() -> None:
    """Together with every other problem of the resource."""
    with pytest.raises(pulumi.RunError) as failed:
        MessageRoute("orders", message_url_method="PUT")  # type: ignore[call-arg, arg-type]

    assert str(failed.value).splitlines() == [
        'MessageRoute "orders": message_url is required',
        'MessageRoute "orders": message_url_method must be "GET" or "POST", not "PUT"',
    ]


def test_a_secret_output_is_encrypted_in_the_state() -> None:
    """The engine is told the name; what it is named by the vendor or the program makes no difference."""
    program = """
import json
import pulumi, pulumi.dynamic
from pulumi_messaging.core.declared import Argument, Computed, Declared, field, output, table
from pulumi_messaging.core.fields import Field, Kind
from pulumi_messaging.resource import ManagedResource


class SampleFields(Declared):
    some_name = field(Kind.STRING, "name", "Name.")
    the_pool = field(Kind.OBJECT, "pool", "Pool.", default=None, keys=(Field("in_use", "use", Kind.BOOLEAN, "?"),))
    signing_key = output("key", "Key.", secret=True)


class Sample(ManagedResource, SampleFields, module="test", name="Sample"):
    table = table(SampleFields, resource="Sample", page="x")
    _provider_class = pulumi.dynamic.ResourceProvider


seen = []
pulumi.dynamic.Resource.__init__ = lambda self, provider, name, props, opts: seen.append([props, opts])
Sample("s", some_name="n", the_pool={"in_use": True}, opts=pulumi.ResourceOptions(additional_secret_outputs=["id"]))
(props, opts), = seen
sample = Sample.__new__(Sample)
names = [sample.translate_input_property("in_use"), sample.translate_output_property("inUse")]
try:
    Sample("t", some_name="n", the_pool={"in_use": 1})
except pulumi.RunError as error:
    names.append(str(error))
print(json.dumps([props, opts.additional_secret_outputs, names]))
"""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program], capture_output=True, text=True, timeout=60, check=False
    )

    assert done.returncode == 0, done.stderr
    props, secret, names = json.loads(done.stdout)
    assert props == {"signing_key": None, "some_name": "n", "the_pool": {"in_use": True}}
    assert sorted(secret) == ["id", "signing_key"]
    assert names == ["inUse", "in_use", 'Sample "t": the_pool.in_use must be true or false, not a number']
