"""What a field of a resource is: one row of one table, from which everything else follows.

Argument checks, ``check``, ``diff``, request bodies, the reading of answers, drift and the reference documentation are
made from these rows and from nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from functools import cache, cached_property
from typing import Any, Final

from pulumi_messaging.core.members import shown, unpacked
from pulumi_messaging.errors import Problem


class Unknown(Enum):
    """The value of an output that does not exist yet, as previews have them."""

    UNKNOWN = "unknown"


UNKNOWN: Final = Unknown.UNKNOWN

# What a property may hold: None (absent), UNKNOWN, bool, str, tuple[str, ...], or plain JSON for computed outputs.
Value = Any
Values = Mapping[str, Value]


class Kind(StrEnum):
    """What a value looks like; the words stand in the reference documentation."""

    STRING = "string"
    BOOLEAN = "boolean"
    URL = "URL (http or https)"
    CHOICE = "one of"
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


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """One argument of a resource.

    Args:
        name: Python argument (``message_url``); state, previews and check failures use ``state`` (``messageUrl``).
        wire: The vendor's key, or None for what is never sent.
        kind: What a value looks like; with ``CHOICE``, ``choices`` are the accepted values.
        required: Must be given when the resource is declared.
        default: Filled in by ``check`` when absent.
        clear: What ``""`` means.
        echo: Whether a read can be compared.
        secret: Encrypted in state, never shown, never compared with what the vendor returns.
        redact: Replaced in the vendor's words, as every secret is.
        replaces: A change of value makes a new object.
        same_as: Outputs that name the same object as the argument does: a change between them replaces nothing.
        empty_alike: Values that mean the same as empty when compared.
        held: Hidden output that keeps the value as declared where the output of the field's own name, which is the
            vendor's, is another.
        doc: One line for the reference.
    """

    name: str
    wire: str | None
    kind: Kind
    doc: str
    choices: tuple[str, ...] = ()
    required: bool = False
    default: str | None = None
    clear: Clear = Clear.NO
    echo: Echo = Echo.ALWAYS
    secret: bool = False
    redact: bool = False
    replaces: bool = False
    same_as: tuple[str, ...] = ()
    empty_alike: tuple[str, ...] = ()
    held: str | None = None

    @property
    def state(self) -> str:
        """The name in state, previews and check failures."""
        return camel(self.name)


@dataclass(frozen=True, slots=True)
class Output:
    """One computed output: Python name, key in the vendor's answer, one line for the reference, what it looks like."""

    name: str
    wire: str
    doc: str
    kind: Kind = Kind.STRING

    @property
    def state(self) -> str:
        """The name in state."""
        return camel(self.name)


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


def normal(field: Field, value: Value) -> Value:
    """The form in which two values of a field are compared."""
    if value is None or value is UNKNOWN:
        return value
    if field.kind is Kind.STRINGS:
        return tuple(sorted({str(item) for item in value}))
    if field.kind is Kind.PHONE_NUMBERS and not isinstance(value, str):
        return shown(unpacked(value))  # what outputs hold; inputs hold this text already
    if isinstance(value, float) and value.is_integer():
        return int(value)  # the engine turns every number into a float
    if field.kind is Kind.UUID and isinstance(value, str):
        return value.lower()  # the vendor answers in lower case, whatever it was sent
    return "" if value in field.empty_alike else value
