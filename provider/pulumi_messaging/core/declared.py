"""The declaration of a resource's fields: each once, as an attribute of a class.

    class WebhookFields(Declared):
        url: Argument[str] = field(Kind.URL, "Url", "Where messages go.")
        note: Argument[str | None] = field(Kind.STRING, "Note", "A remark.", default=None)
        webhook_id: Computed[str] = output("Id", "The webhook's id.")

Type checkers derive the constructor from the annotations; an ``Argument`` without ``default`` is required.
At run time each attribute of the class is a row (``WebhookFields.url`` is a ``Field``). A test compares both.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import replace
from types import GenericAlias, UnionType
from typing import TYPE_CHECKING, Any, Final, Generic, Literal, TypeVar, dataclass_transform, get_args, overload

from pulumi_messaging.core.fields import Field, Kind, Output, Table, Values

if TYPE_CHECKING:
    import pulumi
    from pulumi import Input as Input  # noqa: PLC0414 - the modules that declare fields import it from here

    Row = TypeVar("Row")
    Attribute = TypeVar("Attribute")
    Given = TypeVar("Given")

    class _Attribute(Generic[Row, Attribute]):
        @overload
        def __get__(self, instance: None, owner: Any) -> Row: ...
        @overload
        def __get__(self, instance: object, owner: Any) -> pulumi.Output[Attribute]: ...
        def __get__(self, instance: object | None, owner: Any) -> Any: ...

    class Computed(_Attribute[Output, Attribute]):
        """An output: ``pulumi.Output[Attribute]``."""

    class WiderArgument(_Attribute[Field, Attribute], Generic[Attribute, Given]):
        """An argument that takes ``pulumi.Input[Given]`` and reads as ``pulumi.Output[Attribute]``."""

        def __set__(self, instance: object, value: Input[Given]) -> None: ...

    class Argument(WiderArgument[Attribute, Attribute]):
        """An argument that takes ``pulumi.Input[Attribute]`` and reads as ``pulumi.Output[Attribute]``."""

else:
    Argument = WiderArgument = Computed = Input = object


def field(kind: Kind, wire: str | None, doc: str, *, default: Any = ..., **facts: Any) -> Any:
    """The row of an argument, required unless it has a ``default``; ``facts`` as for ``Field``."""
    return Field("", wire, kind, doc, required=default is ..., default=None if default is ... else default, **facts)


def like(row: Any, wire: str | None = None, doc: str | None = None, *, default: Any = ...) -> Any:
    """The row of an argument like another one, required unless it has a ``default``."""
    required = default is ...
    more = {"required": required, "default": None if required else default}
    return replace(row, name="", wire=wire or row.wire, doc=doc or row.doc, **more)


def output(wire: str, doc: str, kind: Kind = Kind.STRING, *, secret: bool = False, init: Literal[False] = False) -> Any:
    """The row of a computed output; type checkers learn from ``init`` that it is no argument of the constructor."""
    del init
    return Output("", wire, doc, kind, secret)


def parameter(*, kw_only: bool) -> Any:
    """A parameter of the constructor that is no row, for type checkers."""


@dataclass_transform(kw_only_default=True, field_specifiers=(field, like, output, parameter))
class Declared:
    """Base of the classes that declare a resource's rows."""


ACCOUNT_ROW: Final[Any] = Field(
    "account",
    None,
    Kind.ACCOUNT,
    'Account whose settings count, a constant: `"eu"` uses those under `telegent-eu:` and `telnyx-eu:`; absent: '
    "those under `telegent:` and `telnyx:`.",
    replaces=True,
)


def account_of(values: Values) -> str:
    """The name of the account that inputs or outputs name; empty for the default one."""
    account = values.get(ACCOUNT_ROW.state)
    return account if isinstance(account, str) else ""


def table(declared: type[Declared], resource: str, page: str, **more: Any) -> Table:
    """The resource that a class declares, with the argument ``account``; ``more`` as for ``Table``."""
    rows = vars(declared).values()
    fields = (*(row for row in rows if isinstance(row, Field)), ACCOUNT_ROW)
    return Table(resource, page, fields, tuple(row for row in rows if isinstance(row, Output)), **more)


_TYPES: Final[Mapping[Kind, Any]] = {
    Kind.BOOLEAN: bool,
    Kind.INTEGER: int,
    Kind.NUMBER: int | float,
    Kind.DECIMAL: int | float | str,
    Kind.STRINGS: list[str],
    Kind.PHONE_NUMBERS: list[str],
    Kind.E164_NUMBERS: list[str],
    Kind.OBJECT: dict[str, Any],
}


def python_type(row: Field) -> Any:
    """The type of an argument's values."""
    empty = ("",) if row.clearable else ()
    if row.kind is Kind.CHOICE:
        return Literal[(*row.choices, *empty)]
    given = GenericAlias(list, Literal[row.choices]) if row.kind is Kind.CHOICES else _TYPES.get(row.kind, str)
    accepted = get_args(given) if isinstance(given, UnionType) else (given,)
    return given | Literal[""] if empty and str not in accepted else given


def signature(table: Table) -> inspect.Signature:
    """The signature of a resource's constructor."""
    parameter = inspect.Parameter
    rows = []
    for row in table.fields:
        accepted = inspect.formatannotation(python_type(row)).replace("typing.", "")
        annotation = f"pulumi.Input[{accepted}{'' if row.required else ' | None'}]"
        default = parameter.empty if row.required else row.default
        rows.append(parameter(row.name, parameter.KEYWORD_ONLY, default=default, annotation=annotation))
    name = parameter("resource_name", parameter.POSITIONAL_OR_KEYWORD, annotation="str")
    opts = parameter("opts", parameter.KEYWORD_ONLY, default=None, annotation="pulumi.ResourceOptions | None")
    return inspect.Signature([name, *rows, opts])
