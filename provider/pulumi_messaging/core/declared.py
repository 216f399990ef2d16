"""How the fields of a resource are declared: each once, as an attribute of a class.

    class WebhookFields(Declared):
        url: Argument[str] = field(Kind.URL, "Url", "Where messages go.")
        note: Argument[str | None] = field(Kind.STRING, "Note", "A remark.", default=None)
        webhook_id: Computed[str] = output("Id", "The webhook's id.")

Type checkers make the constructor and the attributes of a class that inherits from it out of the annotations: an
``Argument`` without ``default`` is required. At run time each attribute of the class is a row (``WebhookFields.url`` is
a ``Field``), and everything else is made from the rows; a test compares them with the annotations.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import GenericAlias
from typing import TYPE_CHECKING, Any, Final, Generic, Literal, TypeVar, dataclass_transform, get_args, overload

from pulumi_messaging.core.fields import Clear, Echo, Field, Kind, Output, Table, Value

if TYPE_CHECKING:
    import pulumi
    from pulumi import Input

    Attribute = TypeVar("Attribute")
    Given = TypeVar("Given")

    class WiderArgument(Generic[Attribute, Given]):
        """An argument that takes ``pulumi.Input[Given]`` and is read as ``pulumi.Output[Attribute]``."""

        @overload
        def __get__(self, instance: None, owner: Any) -> Field: ...
        @overload
        def __get__(self, instance: object, owner: Any) -> pulumi.Output[Attribute]: ...
        def __get__(self, instance: object | None, owner: Any) -> Any: ...
        def __set__(self, instance: object, value: Input[Given]) -> None: ...

    class Argument(WiderArgument[Attribute, Attribute]):
        """An argument that takes ``pulumi.Input[Attribute]`` and is read as ``pulumi.Output[Attribute]``."""

    class Computed(Generic[Attribute]):
        """An output that is read as ``pulumi.Output[Attribute]``."""

        @overload
        def __get__(self, instance: None, owner: Any) -> Output: ...
        @overload
        def __get__(self, instance: object, owner: Any) -> pulumi.Output[Attribute]: ...
        def __get__(self, instance: object | None, owner: Any) -> Any: ...

else:
    Argument = WiderArgument = Computed = Input = object


def field(
    kind: Kind,
    wire: str | None,
    doc: str,
    *,
    default: Any = ...,
    choices: tuple[str, ...] = (),
    keys: tuple[Field, ...] = (),
    clear: Clear = Clear.NO,
    echo: Echo = Echo.ALWAYS,
    secret: bool = False,
    redact: bool = False,
    replaces: bool = False,
    same_as: tuple[str, ...] = (),
    empty_alike: tuple[str, ...] = (),
    held: str | None = None,
    form: Callable[[Value], Value] | None = None,
    lines: Callable[[str], list[str]] | None = None,
) -> Any:
    """The row of an argument, required unless it has a ``default``; the rest is described at ``Field``."""
    return Field(
        "",
        wire,
        kind,
        doc,
        choices=choices,
        keys=keys,
        required=default is ...,
        default=None if default is ... else default,
        clear=clear,
        echo=echo,
        secret=secret,
        redact=redact,
        replaces=replaces,
        same_as=same_as,
        empty_alike=empty_alike,
        held=held,
        form=form,
        lines=lines,
    )


def like(row: Field, *, default: Any = ..., doc: str | None = None) -> Any:
    """The row of an argument that another resource has too, required unless it has a ``default``."""
    required = default is ...
    return replace(row, required=required, default=None if required else default, doc=doc or row.doc)


def output(
    wire: str,
    doc: str,
    kind: Kind = Kind.STRING,
    *,
    secret: bool = False,
    init: Literal[False] = False,  # noqa: ARG001 - for type checkers: no argument of the constructor
) -> Any:
    """The row of a computed output."""
    return Output("", wire, doc, kind, secret)


def parameter(*, kw_only: bool) -> Any:
    """A parameter of the constructor that is no row, for type checkers."""


@dataclass_transform(kw_only_default=True, field_specifiers=(field, like, output, parameter))
class Declared:
    """Base of the classes that declare a resource's rows."""


def rows(declared: type[Declared]) -> tuple[Field, ...]:
    """The arguments that a class declares, in its order."""
    return tuple(row for row in vars(declared).values() if isinstance(row, Field))


def table(declared: type[Declared], resource: str, page: str, **more: Any) -> Table:
    """The resource whose arguments and outputs a class declares; ``more`` as for ``Table``."""
    outputs = tuple(row for row in vars(declared).values() if isinstance(row, Output))
    return Table(resource, page, rows(declared), outputs, **more)


_TYPES: Final[Mapping[Kind, Any]] = {
    Kind.BOOLEAN: bool,
    Kind.INTEGER: int,
    Kind.NUMBER: int | float,
    Kind.DECIMAL: int | float | str,
    Kind.STRINGS: list[str],
    Kind.PHONE_NUMBERS: list[str],
    Kind.OBJECT: dict[str, Any],
}


def python_type(row: Field) -> Any:
    """The type of a value that is given for an argument."""
    empty = () if row.clear is Clear.NO else ("",)
    if row.kind is Kind.CHOICE:
        return Literal[(*row.choices, *empty)]
    given = GenericAlias(list, Literal[row.choices]) if row.kind is Kind.CHOICES else _TYPES.get(row.kind, str)
    return given | Literal[""] if empty and str not in (given, *get_args(given)) else given


def _written(accepted: Any) -> str:
    return inspect.formatannotation(accepted).replace("typing.", "")


def signature(table: Table) -> inspect.Signature:
    """The signature of a resource's constructor."""
    parameter, empty = inspect.Parameter, inspect.Parameter.empty
    rows = [
        parameter(
            row.name,
            parameter.KEYWORD_ONLY,
            default=empty if row.required else row.default,
            annotation=f"pulumi.Input[{_written(python_type(row))}{'' if row.required else ' | None'}]",
        )
        for row in table.fields
    ]
    name = parameter("resource_name", parameter.POSITIONAL_OR_KEYWORD, annotation="str")
    opts = parameter("opts", parameter.KEYWORD_ONLY, default=None, annotation="pulumi.ResourceOptions | None")
    return inspect.Signature([name, *rows, opts])


__all__ = [
    "Argument",
    "Computed",
    "Declared",
    "Input",
    "WiderArgument",
    "field",
    "like",
    "output",
    "parameter",
    "python_type",
    "signature",
    "table",
]
