"""One row declares one field of a resource; everything else follows from the rows.

Argument checks, differences, request bodies, observed values, redaction and the reference are made from them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum, StrEnum
from functools import cache, cached_property
from typing import Any, Final, Self

from pulumi_messaging.core.spelling import folded_url
from pulumi_messaging.errors import Problem
from pulumi_messaging.text import code_points, cut, listed, visible


class Unknown(Enum):
    """The value of an output that does not exist yet; previews have it."""

    UNKNOWN = "unknown"


UNKNOWN: Final = Unknown.UNKNOWN

_MOST_POINTS: Final = 3  # in one reason

# A property's value: None (absent), UNKNOWN, bool, int, float, str, tuple[str, ...], or plain JSON.
Value = Any
Values = Mapping[str, Value]


class Kind(StrEnum):
    """The form of a value, in the words of the reference."""

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
    E164 = "E.164 phone number"
    E164_NUMBERS = "set of E.164 phone numbers"
    ROUTE_ID = "route id (MRID-…)"
    ACCOUNT = "account name"
    OBJECT = "object"


SETS: Final = (Kind.STRINGS, Kind.CHOICES)
# Values that name a number, and several of them.
NUMBER: Final = (Kind.PHONE_NUMBER, Kind.E164)
NUMBERS: Final = (Kind.PHONE_NUMBERS, Kind.E164_NUMBERS)
# The forms of kinds whose values vendors may spell in another way.
_SPELLINGS: Final[Mapping[Kind, Callable[[str], str]]] = {Kind.URL: folded_url, Kind.UUID: str.lower}


class Clear(Enum):
    """The value that is sent for ``""`` in the program."""

    NO = "cannot be empty"
    NULL = None
    EMPTY = ""
    ON_REQUEST = "null, which the vendor does not document: a policy of `on_destroy` sends it, and nothing else"


class Echo(Enum):
    """Whether the vendor's answers hold the field: with MAYBE a missing key means nothing, with ALWAYS it means empty.

    A field with NEVER is not compared with any answer.
    """

    ALWAYS = "always"
    MAYBE = "maybe"
    NEVER = "never"


@cache
def camel(name: str) -> str:
    """``message_url`` → ``messageUrl``; the name of a hidden property, which begins with ``__``, stays."""
    if name.startswith("__"):
        return name
    head, *tail = name.split("_")
    return head + "".join(part.capitalize() for part in tail)


class _Row:
    """A row takes the name of the attribute that declares it."""

    __slots__ = ()
    name: str

    def __set_name__(self, owner: type, name: str) -> None:
        if not self.name:
            object.__setattr__(self, "name", name)

    def __get__(self, instance: object | None, owner: type) -> Self:
        """The row, on the class; instances have values and no rows."""
        if instance is None:
            return self
        raise AttributeError(self.name)

    @property
    def state(self) -> str:
        """The name in state, previews and check failures."""
        return camel(self.name)


@dataclass(frozen=True, slots=True, eq=False)
class Field(_Row):
    """One argument of a resource."""

    name: str  # the Python name (``message_url``); ``state`` is the name in state (``messageUrl``)
    wire: str | None  # the vendor's key, or None for a field that is never sent
    kind: Kind
    doc: str  # one line for the reference
    choices: tuple[str, ...] = ()  # the accepted values of CHOICE and CHOICES
    keys: tuple[Field, ...] = ()  # the fields of an OBJECT, which is compared by the declared keys and sent whole
    required: bool = False
    default: Value = None  # filled in by ``check`` when absent
    clear: Clear = Clear.NO
    echo: Echo = Echo.ALWAYS
    secret: bool = False  # encrypted in state, never shown, never compared with an answer
    redact: bool = False  # replaced in the vendor's words, as every secret is
    replaces: bool = False  # a change of value makes a new object
    update_only: bool = False  # creates do not take it: an update that follows the create sends it
    same_as: tuple[str, ...] = ()  # names of the same object: a change between their values replaces nothing
    empty_alike: tuple[str, ...] = ()  # values that compare as empty
    # Hidden output with the declared value, where the visible one has the vendor's; "": the program declares none.
    held: str | None = None
    form: Callable[[Value], Value] | None = None  # converts inputs and outputs to one form for comparison
    lines: Callable[[str], list[str]] | None = None  # splits a text in place of a list; ValueError: why it is refused

    @property
    def other_names(self) -> tuple[str, ...]:
        """The state names of ``same_as``."""
        return tuple(map(camel, self.same_as))

    @property
    def clearable(self) -> bool:
        """Whether a program can clear it with ``""``, and a former empty value can be put back."""
        return self.clear in (Clear.NULL, Clear.EMPTY)

    @property
    def written(self) -> bool:
        """Whether requests can set the field; a field that names the object, or is not sent, cannot be set."""
        return self.wire is not None and self.kind not in (*NUMBER, *NUMBERS)

    @property
    def shown(self) -> bool:
        """Whether answers show values that can be compared."""
        return not self.secret and self.echo is not Echo.NEVER

    @property
    def sensitive(self) -> bool:
        """Whether messages hide its values: secrets, names beside them, and URLs, which may hold keys."""
        return self.secret or self.redact or self.kind is Kind.URL


@dataclass(frozen=True, slots=True)
class Output(_Row):
    """One computed output; its attributes are those of ``Field``."""

    name: str
    wire: str
    doc: str
    kind: Kind = Kind.STRING
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Wording:
    """The wording of problems for one kind of reader."""

    spell: Callable[[str], str]  # Python name → name in reasons: snake_case in programs, camelCase in state
    quotes: bool  # whether a reason may quote a value
    authenticates: bool = False  # whether the resource has arguments for the authentication of its URLs

    def with_value(self, value: Value) -> str:
        """`` "value"``, to follow an argument's name."""
        return f' "{value}"' if self.quotes else ""

    def not_value(self, value: Value) -> str:
        """``, not "value"``, to end a reason."""
        if not self.quotes:
            return ", without invisible characters" if code_points(str(value)) else ""
        quoted = str(value) if isinstance(value, float) else f'"{cut(visible(str(value)), 61)}"'
        return f", not {quoted}"

    def with_unseen(self, reason: str, value: Value) -> str:
        """The reason of a refusal, followed by the unseen characters that it does not quote: `` (it holds U+200B)``."""
        text = "".join(map(str, value)) if isinstance(value, list | tuple) else value
        points = code_points(text) if self.quotes and isinstance(text, str) else []
        unsaid = [point for point in points if point not in reason]
        return f"{reason} (it holds {listed(unsaid, _MOST_POINTS)})" if unsaid else reason


Rule = Callable[[Values, Wording], Iterable[Problem]]


@dataclass(frozen=True)
class Table:
    """A resource: its arguments, its computed outputs, and the rules over several arguments."""

    resource: str  # class name (``MessageRoute``)
    page: str  # the vendor page of the fields
    fields: tuple[Field, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...] = ()
    rules_of_new: tuple[Rule, ...] = ()  # for a resource that is new to the state
    # Hidden output with the values found before they were managed; its keys are the managed fields. Without it, a field
    # is managed when the outputs hold it.
    former: str | None = None
    memory: str | None = None  # hidden output without which no operation on the object is possible
    hidden: tuple[str, ...] = ()  # further hidden inputs
    assignment: str | None = None  # state name of what a number is on, which `on_destroy` can take it off
    # Fills in inputs that follow from former ones: (old inputs, new inputs) → new inputs.
    complete: Callable[[Values, Values], dict[str, Value]] = field(default=lambda _old, new: dict(new))
    # The outputs of an earlier version's state in the form of this one: (held, declared) → held.
    older: Callable[[Values, Values], Values] = field(default=lambda held, _declared: held)

    def row(self, state: str) -> Field:
        """The row of a state name."""
        return next(row for row in self.fields if row.state == state)

    @cached_property
    def settings(self) -> tuple[Field, ...]:
        """The fields that are written to the object."""
        return tuple(row for row in self.fields if row.written)

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
    return "" if value in field.empty_alike else _normal(field, value)


def _normal(field: Field, value: Value) -> Value:
    if field.kind in SETS:
        return sorted_set(value)
    if field.kind in _SPELLINGS and isinstance(value, str):
        return _SPELLINGS[field.kind](value)
    if field.kind in (Kind.NUMBER, Kind.DECIMAL) and value != "":
        return Decimal(str(value))
    if field.keys and isinstance(value, Mapping):
        return {**value, **{row.state: normal(row, value[row.state]) for row in field.keys if row.state in value}}
    return whole(value)


def sorted_set(items: Iterable[Value]) -> tuple[str, ...]:
    """The items of a set, each once, sorted."""
    return tuple(sorted({str(item) for item in items}))


def whole(value: Value) -> Value:
    """A whole float as the integer that an engine made it from; any other value unchanged."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
