"""What a field of a resource is: one row of one table, from which everything else follows.

Argument checks, ``check``, ``diff``, request bodies, the reading of answers, drift and the reference documentation are
made from these rows and from nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum, StrEnum
from functools import cache, cached_property
from typing import Any, Final, Self

from pulumi_messaging.errors import Problem


class Unknown(Enum):
    """The value of an output that does not exist yet, as previews have them."""

    UNKNOWN = "unknown"


UNKNOWN: Final = Unknown.UNKNOWN

# A property's value: None (absent), UNKNOWN, bool, int, float, str, tuple[str, ...], or plain JSON.
Value = Any
Values = Mapping[str, Value]


class Kind(StrEnum):
    """What a value looks like; the words stand in the reference documentation."""

    STRING = "string"
    BOOLEAN = "boolean"
    URL = "URL (http or https)"
    CHOICE = "one of"
    CHOICES = "set of"
    INTEGER = "integer"
    NUMBER = "number"
    DECIMAL = "decimal number"
    STRINGS = "set of strings"
    UUID = "UUID"
    PHONE_NUMBER = "E.164 phone number or numeric Telnyx id"
    PHONE_NUMBERS = "set of E.164 phone numbers or numeric Telnyx ids"
    ROUTE_ID = "route id (MRID-…)"
    OBJECT = "object"


class Clear(Enum):
    """What ``""`` in the program becomes on the wire."""

    NO = "cannot be empty"
    NULL = None
    EMPTY = ""


class Echo(Enum):
    """Whether the vendor's answers can be believed to hold the field.

    ALWAYS: a missing key means empty. MAYBE: a missing key means nothing. NEVER: not compared whatever comes back.
    """

    ALWAYS = "always"
    MAYBE = "maybe"
    NEVER = "never"


@cache
def camel(name: str) -> str:
    """``message_url`` → ``messageUrl``; names that begin with ``__`` are hidden state and stay."""
    if name.startswith("__"):
        return name
    head, *tail = name.split("_")
    return head + "".join(part.capitalize() for part in tail)


class _Row:
    """An attribute of the class that declares it, where it takes the attribute's name."""

    __slots__ = ()
    name: str
    doc: str

    def __set_name__(self, owner: type, name: str) -> None:
        if not self.name:
            object.__setattr__(self, "name", name)

    def __get__(self, instance: object | None, owner: type) -> Self:
        """The row where it is read from the class; an object has values and no rows."""
        if instance is None:
            return self
        raise AttributeError(self.name)

    def __repr__(self) -> str:
        return f"<{self.name}: {self.doc}>"

    @property
    def state(self) -> str:
        """The name in state, previews and check failures."""
        return camel(self.name)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Field(_Row):
    """One argument of a resource.

    Args:
        name: Python argument (``message_url``); state, previews and check failures use ``state`` (``messageUrl``).
        wire: The vendor's key, or None for a field that is never sent.
        kind: What a value looks like.
        doc: One line for the reference.
        choices: The accepted values of ``CHOICE`` and ``CHOICES``.
        keys: The fields inside an ``OBJECT``. It is compared by the keys that are declared, and sent whole.
        required: Must be given when the resource is declared.
        default: Filled in by ``check`` when absent.
        clear: What ``""`` means.
        echo: Whether a read can be compared.
        secret: Encrypted in state, never shown, never compared with what the vendor returns.
        redact: Replaced in the vendor's words, as every secret is.
        replaces: A change of value makes a new object.
        same_as: Names of fields and outputs that name the same object as the argument does: a change between them
            replaces nothing.
        empty_alike: Values that mean the same as empty when compared.
        held: Hidden output that keeps the value as declared where the output of the field's own name, which is the
            vendor's, is another.
        form: Gives the form in which values are compared, where inputs and outputs hold them in different ones.
        lines: Splits the text that inputs hold in place of a list; its ValueError is a reason to refuse the text.
    """

    name: str
    wire: str | None
    kind: Kind
    doc: str
    choices: tuple[str, ...] = ()
    keys: tuple[Field, ...] = ()
    required: bool = False
    default: Value = None
    clear: Clear = Clear.NO
    echo: Echo = Echo.ALWAYS
    secret: bool = False
    redact: bool = False
    replaces: bool = False
    same_as: tuple[str, ...] = ()
    empty_alike: tuple[str, ...] = ()
    held: str | None = None
    form: Callable[[Value], Value] | None = None
    lines: Callable[[str], list[str]] | None = None

    @property
    def sensitive(self) -> bool:
        """Whether its values stay out of texts: secrets, names that go with them, and URLs, which may hold keys."""
        return self.secret or self.redact or self.kind is Kind.URL


@dataclass(frozen=True, slots=True, repr=False)
class Output(_Row):
    """One computed output.

    Args:
        name: Python attribute; ``state`` is the name in state.
        wire: The vendor's key.
        doc: One line for the reference.
        kind: What a value looks like.
        secret: Encrypted in state, replaced in the vendor's words.
    """

    name: str
    wire: str
    doc: str
    kind: Kind = Kind.STRING
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Wording:
    """How a problem is worded for its reader.

    Args:
        spell: Python argument name → the name the reader knows: snake_case in programs, camelCase in state.
        quotes: Whether a reason may quote a value.
    """

    spell: Callable[[str], str]
    quotes: bool

    def beside(self, value: Value) -> str:
        """`` "value"``: what stands behind an argument's name, where it may be quoted."""
        return f' "{value}"' if self.quotes else ""

    def instead(self, text: str) -> str:
        """``, not "text"``: the refused value at the end of a reason, where it may be quoted."""
        return f", not {text}" if self.quotes else ""


Rule = Callable[[Values, Wording], Iterable[Problem]]


@dataclass(frozen=True)
class Table:
    """A resource: its fields, its computed outputs, and the rules that tie several fields together.

    Args:
        resource: Class name (``MessageRoute``).
        page: The vendor page the fields come from.
        fields: Its arguments.
        outputs: What only the vendor knows.
        rules: Checks over several fields.
        former: Hidden output with the values found before they were managed; where it is set, its keys are the managed
            fields. Elsewhere a field is managed when the outputs hold it.
        hidden: Further hidden inputs.
        complete: Fills in what follows from the inputs before: (old inputs, new inputs) → new inputs.
    """

    resource: str
    page: str
    fields: tuple[Field, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...] = ()
    former: str | None = None
    hidden: tuple[str, ...] = ()
    complete: Callable[[Values, Values], dict[str, Value]] = field(default=lambda _old, new: dict(new))

    def row(self, state: str) -> Field:
        """The row of a state name."""
        return next(row for row in self.fields if row.state == state)

    @cached_property
    def settings(self) -> tuple[Field, ...]:
        """The fields that are written to the object."""
        return tuple(row for row in self.fields if row.wire is not None and row.held is None)

    @cached_property
    def python_names(self) -> dict[str, str]:
        """State name → Python name, of the keys of objects too."""
        keys = (key for row in self.fields for key in row.keys)
        return {row.state: row.name for row in (*self.fields, *self.outputs, *keys)}


def normal(field: Field, value: Value) -> Value:
    """The form in which two values of a field are compared."""
    if value is None or value is UNKNOWN:
        return value
    if field.form is not None:
        return field.form(value)
    if value in field.empty_alike:
        return ""
    return _NORMAL[field.kind](field, value) if field.kind in _NORMAL else whole(value)


def whole(value: Value) -> Value:
    """An integer that the engine turned into a float, as it does with every number, is an integer again."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _set(_field: Field, value: Value) -> Value:
    return tuple(sorted({str(item) for item in value}))


def _lower(_field: Field, value: Value) -> Value:
    """The vendor answers in lower case, whatever it was sent."""
    return value.lower() if isinstance(value, str) else value


def _decimal(_field: Field, value: Value) -> Value:
    return value if value == "" else Decimal(str(value))


def _object(field: Field, value: Value) -> Value:
    inner = {row.state: normal(row, value[row.state]) for row in field.keys if row.state in value}
    return {**value, **inner} if inner else value


_NORMAL: Final[Mapping[Kind, Callable[[Field, Value], Value]]] = {
    Kind.STRINGS: _set,
    Kind.CHOICES: _set,
    Kind.UUID: _lower,
    Kind.NUMBER: _decimal,
    Kind.DECIMAL: _decimal,
    Kind.OBJECT: _object,
}
