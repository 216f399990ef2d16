"""Argument checks from a field table: all problems at once, unknown values accepted, no secret in any text."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from pulumi_messaging import account_names
from pulumi_messaging.core.fields import UNKNOWN, Field, Kind, Table, Value, Values, Wording, camel
from pulumi_messaging.core.hidden import SECRETS
from pulumi_messaging.errors import Problem
from pulumi_messaging.text import listed

# C0, C1, line and paragraph separator, and halves of surrogate pairs, which no request can carry.
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
# [0-9] and not \d, which takes the digits of every script.
_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_E164_OR_ID: Final = re.compile(rf"{_E164.pattern}|[0-9]{{16,32}}")
_SHORT_DIGITS: Final = re.compile(r"[0-9]{1,15}")
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
# The prefix and no character that cannot be seen: the vendor's own samples hold malformed UUIDs.
_ROUTE_ID: Final = re.compile(r"MRID-[!-~]+")
_HOST_LABEL: Final = re.compile(r"[a-zA-Z0-9_]([a-zA-Z0-9_-]{0,61}[a-zA-Z0-9_])?")
_LONGEST_HOST: Final = 253
_DECIMAL: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_LARGEST: Final = 2**53 - 1  # engines keep every number as a double
_MOST_REASONS: Final = 5

# A check gives the reason why a value is refused.
_Check = Callable[[Field, Value, Wording], str | None]
_TextCheck = Callable[[str, Wording], str | None]


class ProgramTuple(tuple[Value, ...]):
    """A tuple that a program gives. The engine's lists are tuples here, and are lists to the user."""

    __slots__ = ()


def check(
    table: Table, values: Values, spell: Callable[[str], str] = camel, *, quotes: bool = True, new: bool = True
) -> tuple[Problem, ...]:
    """All problems of the declared values of one resource.

    Args:
        table: The resource's fields.
        values: State name → value; absent and None are the same.
        spell: Python name → name in reasons.
        quotes: Whether a reason may quote the value. The provider never quotes: it cannot tell a secret from a text.
        new: Whether the resource is new to the state; a program cannot tell.
    """
    wording = Wording(spell, quotes, any("Basic" in field.choices for field in table.fields))
    problems = [problem for field in table.fields for problem in _check_field(field, values.get(field.state), wording)]
    known = {SECRETS, *table.hidden, *(field.state for field in table.fields)}
    strangers = [name for name, value in values.items() if name not in known and value is not None]
    problems += [Problem(name, f"is not a property of {table.resource}") for name in strangers]
    rules = (*table.rules, *table.rules_of_new) if new else table.rules
    return tuple(problems) + tuple(problem for rule in rules for problem in rule(values, wording))


def with_defaults(table: Table, old: Values, new: Values) -> dict[str, Value]:
    """The present inputs, with the defaults of the table and with inputs that follow from the old ones."""
    filled = {field.state: field.default for field in table.fields if field.default is not None}
    return table.complete(old, filled | {name: value for name, value in new.items() if value is not None})


def _check_field(field: Field, value: Value, wording: Wording) -> Iterator[Problem]:
    name = wording.spell(field.name)
    if value is None:
        if field.required:
            yield Problem(name, "is required")
    elif value is not UNKNOWN and not (value == "" and field.clearable):
        if reason := _reason(field, value, wording):
            quotable = not field.secret and not (field.lines and isinstance(value, str))
            yield Problem(name, wording.with_unseen(reason, value) if quotable else reason)
        elif field.keys:
            yield from _check_keys(field, value, wording)


def _check_keys(field: Field, value: Values, wording: Wording) -> Iterator[Problem]:
    path = wording.spell(field.name)
    problems = [problem for key in field.keys for problem in _check_field(key, value.get(key.state), wording)]
    known = [key.state for key in field.keys]
    strangers = sorted(value.keys() - {*known})
    if strangers and not wording.quotes:  # the whole object may be a secret
        yield Problem(path, f"has a key that is none of {', '.join(known)}")
        strangers = []
    problems += [Problem(name, f"is not a key of {path}") for name in strangers]
    yield from (Problem(f"{path}.{problem.property}", problem.reason) for problem in problems)


def _reason(field: Field, value: Value, wording: Wording) -> str | None:
    if field.kind not in _TEXTS:
        return _KINDS[field.kind](field, value, wording)
    if value == "":
        if field.required:
            return "must not be empty"
        left_out = "must not be empty; leave the argument out"
        return f"{left_out} to not manage it" if field.written else left_out
    return _text(field, value) or _TEXTS[field.kind](value, wording)


def _text(field: Field, value: Value) -> str | None:
    if not isinstance(value, str):
        return f"must be a string, not {_type_name(value)}"
    if not value.strip():
        return "must not be blank"
    if _CONTROL.search(value):
        return "must not contain control characters"
    edges = value != value.strip() and not field.secret
    return "must not begin or end with blanks" if edges else None


def _url(value: str, wording: Wording) -> str | None:
    try:
        parts = urlsplit(value)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "is not a URL: give one like https://hooks.example.com/inbound"
    if parts.scheme not in ("http", "https"):
        return "must begin with https:// (or http://)"
    if parts.username is not None or parts.password is not None:
        instead = "use the authentication arguments" if wording.authenticates else "previews and state would show it"
        return f"must not contain a user name or password: {instead}"
    if not host or not _is_host(host) or port == 0:
        return "has no valid host and port: give a URL like https://hooks.example.com/inbound"
    return "must not contain blanks" if value.split() != [value] else None


def _is_host(host: str) -> bool:
    """An IP address, or a host name; a name that ends in digits is meant as an IPv4 address."""
    try:
        name = host if host.isascii() else host.encode("idna").decode()
        labels = name.removesuffix(".").split(".")
        if ":" in host or labels[-1].isdigit():
            return bool(ip_address(host))
    except ValueError:  # a UnicodeError too
        return False
    return len(name) <= _LONGEST_HOST and all(map(_HOST_LABEL.fullmatch, labels))


def _phone_number(value: str, wording: Wording) -> str | None:
    if _UUID.fullmatch(value):
        return "is a UUID, as number orders have them: give the number itself (+15550100001) or its numeric id"
    if _SHORT_DIGITS.fullmatch(value):
        return f"must be E.164 (which begins with +) or a numeric id (which is longer){wording.not_value(value)}"
    fits = _E164_OR_ID.fullmatch(value)
    return None if fits else f"must be E.164 (+15550100001) or the numeric id{wording.not_value(value)}"


def _choice(field: Field, value: Value, wording: Wording) -> str | None:
    if value in field.choices:
        return None
    wrong = f", not {_type_name(value)}" if isinstance(value, ProgramTuple) else wording.not_value(str(value))
    return f"must be {_alternatives(field)}{wrong}"


def _choices(field: Field, value: Value, wording: Wording) -> str | None:
    if not isinstance(value, list | tuple):
        return f"must be a list of {_alternatives(field)}, not {_type_name(value)}"
    wrong = [str(item) for item in value if item is not UNKNOWN and item not in field.choices]
    return f"must hold {_alternatives(field)} only{wording.not_value(wrong[0])}" if wrong else None


def _integer(_field: Field, value: Value, wording: Wording) -> str | None:
    if not _is_number(value):
        return f"must be an integer, not {_type_name(value)}"
    if value != value // 1:
        return f"must be an integer{wording.not_value(value)}"
    return None if abs(value) <= _LARGEST else f"must be at most {_LARGEST}, which is what an engine can keep"


def _decimal(_field: Field, value: Value, wording: Wording) -> str | None:
    if isinstance(value, str):
        return None if _DECIMAL.fullmatch(value) else f"must be a decimal number (10.50){wording.not_value(value)}"
    return None if _is_number(value) else f"must be a decimal number, not {_type_name(value)}"


def _is_number(value: Value) -> bool:
    """Whether a value is a finite number; a boolean is not."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _strings(_field: Field, value: Value, _wording: Wording) -> str | None:
    if not isinstance(value, list | tuple):
        return f"must be a list of strings, not {_type_name(value)}"
    known = [item for item in value if item is not UNKNOWN]
    if any(not isinstance(item, str) for item in known):
        return "must hold strings only"
    spoilt = any(not item.strip() or _CONTROL.search(item) for item in known)
    return "must not hold blank strings or control characters" if spoilt else None


def _phone_numbers(field: Field, value: Value, wording: Wording) -> str | None:
    """A list, or the text that inputs hold in its place; the first few kinds of wrong numbers are named."""
    if isinstance(value, str) and field.lines is not None:
        try:
            value = field.lines(value)
        except ValueError as error:
            return str(error)
    if not isinstance(value, list | tuple):
        return f"must be a list of phone numbers, not {_type_name(value)}"
    if not value:
        return "must hold at least one number: to let go of all of them, remove the resource"
    known = (item for item in value if item is not UNKNOWN)
    one = _TEXTS[Kind.E164 if field.kind is Kind.E164_NUMBERS else Kind.PHONE_NUMBER]
    reasons = dict.fromkeys(_text(field, item) or one(item, wording) for item in known)
    wrong = [reason for reason in reasons if reason]
    return f"holds a number that {listed(wrong, _MOST_REASONS, '; one that ', '; and ')}" if wrong else None


def _matching(pattern: re.Pattern[str], reason: str) -> _TextCheck:
    return lambda value, wording: None if pattern.fullmatch(value) else f"{reason}{wording.not_value(value)}"


def _typed(fits: Callable[[Value], bool], reason: str) -> _Check:
    return lambda _field, value, _wording: None if fits(value) else f"{reason}, not {_type_name(value)}"


_TEXTS: Final[Mapping[Kind, _TextCheck]] = {
    Kind.STRING: lambda _value, _wording: None,
    Kind.URL: _url,
    Kind.UUID: _matching(_UUID, "must be a UUID"),
    Kind.PHONE_NUMBER: _phone_number,
    Kind.E164: _matching(_E164, "must be E.164 (+15550100001)"),
    Kind.ROUTE_ID: _matching(_ROUTE_ID, "must be a route id (MRID-…)"),
    Kind.ACCOUNT: _matching(account_names.NAME, account_names.FORM),
}
_KINDS: Final[Mapping[Kind, _Check]] = {
    Kind.BOOLEAN: _typed(lambda value: isinstance(value, bool), "must be true or false"),
    Kind.CHOICE: _choice,
    Kind.CHOICES: _choices,
    Kind.INTEGER: _integer,
    Kind.NUMBER: _typed(_is_number, "must be a number"),
    Kind.DECIMAL: _decimal,
    Kind.OBJECT: _typed(lambda value: isinstance(value, Mapping), "must be an object"),
    Kind.STRINGS: _strings,
    Kind.PHONE_NUMBERS: _phone_numbers,
    Kind.E164_NUMBERS: _phone_numbers,
}


def _alternatives(field: Field) -> str:
    *most, last = (f'"{choice}"' for choice in field.choices)
    return f"{', '.join(most)} or {last}"


def _type_name(value: Value) -> str:
    names = {
        "a string": str,
        "a boolean": bool,
        "a number": int | float,
        "a tuple (a comma after a value makes one)": ProgramTuple,
        "a list": list | tuple,
        "an object": dict,
    }
    return next((name for name, types in names.items() if isinstance(value, types)), "a value of another type")
