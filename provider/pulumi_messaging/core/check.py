"""Argument checks from a field table: every problem at once, unknown values pass, no value of a secret in any text."""

from __future__ import annotations

import ipaddress
import math
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final
from urllib.parse import urlsplit

from pulumi_messaging.core.fields import UNKNOWN, Clear, Field, Kind, Table, Value, Values, Wording, camel
from pulumi_messaging.errors import Problem

# C0, C1, line and paragraph separator, and halves of surrogate pairs, which no request can carry.
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_BLANK: Final = re.compile(r"\s")
# [0-9] and not \d, which takes the digits of every script.
_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_SHORT_DIGITS: Final = re.compile(r"[0-9]{1,15}")
_NUMERIC_ID: Final = re.compile(r"[0-9]{16,32}")
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_ROUTE_ID: Final = re.compile(r"MRID-\S+")  # the vendor's own samples hold malformed UUIDs: the prefix only
_HOST_LABEL: Final = re.compile(r"[a-zA-Z0-9_]([a-zA-Z0-9_-]{0,61}[a-zA-Z0-9_])?")
_LONGEST_HOST: Final = 253
_TOLD: Final = 5
_DECIMAL: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_LARGEST: Final = 2**53 - 1  # engines keep every number as a double
# Kinds whose values are texts, so that an empty one is a text of the right type.
_TEXTS: Final = (Kind.STRING, Kind.URL, Kind.UUID, Kind.PHONE_NUMBER, Kind.ROUTE_ID)


def check(
    table: Table, values: Values, spell: Callable[[str], str] = camel, *, quotes: bool = True
) -> tuple[Problem, ...]:
    """Everything that is wrong with the declared values of one resource.

    Args:
        table: The resource's fields.
        values: State name → value; absent and None are the same.
        spell: How the reader of the problems writes an argument's name.
        quotes: Whether a reason may quote the value. The provider never quotes: it cannot tell a secret from a text.
    """
    wording = Wording(spell, quotes)
    problems = [problem for field in table.fields for problem in _check_field(field, values.get(field.state), wording)]
    known = {field.state for field in table.fields} | set(table.hidden)
    strangers = [name for name, value in values.items() if name not in known and value is not None]
    problems += [Problem(name, f"is not a property of {table.resource}") for name in strangers]
    return tuple(problems) + tuple(problem for rule in table.rules for problem in rule(values, wording))


def with_defaults(table: Table, old: Values, new: Values) -> dict[str, Value]:
    """The inputs as they are kept: without absent ones, with what follows from the table and from the old inputs."""
    filled = {field.state: field.default for field in table.fields if field.default is not None}
    return table.complete(old, filled | {name: value for name, value in new.items() if value is not None})


def _check_field(field: Field, value: Value, wording: Wording) -> Iterator[Problem]:
    name = wording.spell(field.name)
    if value is None:
        if field.required:
            yield Problem(name, "is required")
        return
    if value is UNKNOWN:
        return
    reason = _empty(field, wording) if value == "" else _KINDS[field.kind](field, value, wording)
    if reason:
        yield Problem(name, reason)
    elif field.keys and value != "":
        yield from _check_keys(field, value, wording)


def _check_keys(field: Field, value: Values, wording: Wording) -> Iterator[Problem]:
    """The problems inside an object, each with its path."""
    path = wording.spell(field.name)
    problems = [problem for key in field.keys for problem in _check_field(key, value.get(key.state), wording)]
    strangers = value.keys() - {key.state for key in field.keys}
    problems += [Problem(name, f"is not a key of {path}") for name in sorted(strangers)]
    yield from (Problem(f"{path}.{problem.property}", problem.reason) for problem in problems)


def _empty(field: Field, wording: Wording) -> str | None:
    if field.clear is not Clear.NO:
        return None
    if field.kind not in _TEXTS:
        return _KINDS[field.kind](field, "", wording)  # says what is allowed instead
    way_out = "" if field.required else "; leave the argument out to not manage it"
    return f"must not be empty{way_out}"


def _text(field: Field, value: Value, _wording: Wording) -> str | None:
    if not isinstance(value, str):
        return f"must be a string, not {_type_name(value)}"
    if not value.strip():
        return "must not be blank"
    if _CONTROL.search(value):
        return "must not contain control characters"
    if value != value.strip() and not field.secret:
        return "must not begin or end with blanks"
    return None


def _boolean(_field: Field, value: Value, _wording: Wording) -> str | None:
    return None if isinstance(value, bool) else f"must be true or false, not {_type_name(value)}"


def _choice(field: Field, value: Value, wording: Wording) -> str | None:
    return None if value in field.choices else f"must be {_alternatives(field.choices)}{wording.instead(_shown(value))}"


def _choices(field: Field, value: Value, wording: Wording) -> str | None:
    if not isinstance(value, list | tuple):
        return f"must be a list of {_alternatives(field.choices)}, not {_type_name(value)}"
    wrong = [item for item in value if item is not UNKNOWN and item not in field.choices]
    return f"must hold {_alternatives(field.choices)} only{wording.instead(_shown(wrong[0]))}" if wrong else None


def _integer(_field: Field, value: Value, wording: Wording) -> str | None:
    if not _is_number(value):
        return f"must be an integer, not {_type_name(value)}"
    if value != value // 1:
        return f"must be an integer{wording.instead(str(value))}"
    return None if abs(value) <= _LARGEST else f"must be at most {_LARGEST}, which is what an engine can keep"


def _number(_field: Field, value: Value, _wording: Wording) -> str | None:
    return None if _is_number(value) else f"must be a number, not {_type_name(value)}"


def _decimal(_field: Field, value: Value, wording: Wording) -> str | None:
    if _is_number(value):
        return None
    if not isinstance(value, str):
        return f"must be a decimal number, not {_type_name(value)}"
    return None if _DECIMAL.fullmatch(value) else f"must be a decimal number (10.50){wording.instead(_shown(value))}"


def _is_number(value: Value) -> bool:
    """A finite number; a boolean is none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _object(_field: Field, value: Value, _wording: Wording) -> str | None:
    return None if isinstance(value, Mapping) else f"must be an object, not {_type_name(value)}"


def _url(field: Field, value: Value, wording: Wording) -> str | None:
    if reason := _text(field, value, wording):
        return reason
    try:
        parts = urlsplit(value)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "is not a URL: give one like https://hooks.example.com/inbound"
    if parts.scheme not in ("http", "https"):
        return "must begin with https:// (or http://)"
    if parts.username is not None or parts.password is not None:
        return "must not contain a user name or password: use the authentication arguments"
    if not host or not _is_host(host) or port == 0:
        return "has no valid host and port: give a URL like https://hooks.example.com/inbound"
    return "must not contain blanks" if _BLANK.search(value) else None


def _strings(_field: Field, value: Value, _wording: Wording) -> str | None:
    if not isinstance(value, list | tuple):
        return f"must be a list of strings, not {_type_name(value)}"
    known = [item for item in value if item is not UNKNOWN]
    if any(not isinstance(item, str) for item in known):
        return "must hold strings only"
    spoilt = any(not item.strip() or _CONTROL.search(item) for item in known)
    return "must not hold blank strings or control characters" if spoilt else None


def _uuid(field: Field, value: Value, wording: Wording) -> str | None:
    reason = _text(field, value, wording)
    return reason or (None if _UUID.fullmatch(value) else f"must be a UUID{wording.instead(_shown(value))}")


def _phone_number(field: Field, value: Value, wording: Wording) -> str | None:
    if reason := _text(field, value, wording):
        return reason
    if _UUID.fullmatch(value):
        return "is a UUID, as number orders have them: give the number itself (+15550100001) or its numeric id"
    if _SHORT_DIGITS.fullmatch(value):
        return f"must be E.164 (which begins with +) or a numeric id (which is longer){wording.instead(_shown(value))}"
    fits = _E164.fullmatch(value) or _NUMERIC_ID.fullmatch(value)
    return None if fits else f"must be E.164 (+15550100001) or the numeric id{wording.instead(_shown(value))}"


def _phone_numbers(field: Field, value: Value, wording: Wording) -> str | None:
    """A list, or the text that `check` has made of one; of many wrong numbers the first few are named."""
    if isinstance(value, str) and field.lines is not None:
        try:
            value = field.lines(value)
        except ValueError as error:
            return str(error)
    if not isinstance(value, list | tuple):
        return f"must be a list of phone numbers, not {_type_name(value)}"
    if not value:
        return "must hold at least one number: to let go of all of them, remove the resource"
    reasons = dict.fromkeys(_phone_number(field, item, wording) for item in value if item is not UNKNOWN)
    wrong = [reason for reason in reasons if reason]
    more = f"; and {len(wrong) - _TOLD} more" if len(wrong) > _TOLD else ""
    return f"holds a number that {'; one that '.join(wrong[:_TOLD])}{more}" if wrong else None


def _route_id(field: Field, value: Value, wording: Wording) -> str | None:
    reason = _text(field, value, wording)
    return reason or (
        None if _ROUTE_ID.fullmatch(value) else f"must be a route id (MRID-…){wording.instead(_shown(value))}"
    )


_KINDS: Final[Mapping[Kind, Callable[[Field, Value, Wording], str | None]]] = {
    Kind.STRING: _text,
    Kind.BOOLEAN: _boolean,
    Kind.URL: _url,
    Kind.CHOICE: _choice,
    Kind.CHOICES: _choices,
    Kind.INTEGER: _integer,
    Kind.NUMBER: _number,
    Kind.DECIMAL: _decimal,
    Kind.OBJECT: _object,
    Kind.STRINGS: _strings,
    Kind.UUID: _uuid,
    Kind.PHONE_NUMBER: _phone_number,
    Kind.PHONE_NUMBERS: _phone_numbers,
    Kind.ROUTE_ID: _route_id,
}


def _is_host(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        try:
            ascii_host = host.encode("idna").decode() if not host.isascii() else host
        except UnicodeError:
            return False
        labels = ascii_host.removesuffix(".").split(".")
        named = not labels[-1].isdigit()  # else it is meant as an IPv4 address, and is none
        return named and len(ascii_host) <= _LONGEST_HOST and all(_HOST_LABEL.fullmatch(label) for label in labels)
    return True


def _alternatives(choices: tuple[str, ...]) -> str:
    *most, last = (f'"{choice}"' for choice in choices)
    return f"{', '.join(most)} or {last}"


def _shown(value: Value) -> str:
    longest = 60
    text = _CONTROL.sub("?", str(value))
    return f'"{text[:longest]}…"' if len(text) > longest else f'"{text}"'


def _type_name(value: Value) -> str:
    names = {
        str: "a string",
        bool: "a boolean",
        int: "a number",
        float: "a number",
        list: "a list",
        tuple: "a list",
        dict: "an object",
    }
    return names.get(type(value), "a value of another type")


__all__ = ["check", "with_defaults"]
