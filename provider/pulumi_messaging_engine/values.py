"""Property values: plain Python, with `Secret` around secret values and `UNKNOWN` for values not known yet.

On the wire (protobuf `Struct`) a secret is an object with Pulumi's signature key, an unknown value is a marker string.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any, Final

from google.protobuf import struct_pb2

SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
SECRET_SIGNATURE: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105
UNKNOWN_MARKER: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"

# Pulumi numbers are doubles; integral ones are kept as `int`, so that state shows `3` as the real engine does.
_EXACT_INTEGERS: Final = 2**53
_WITHOUT_EXPONENT: Final = range(-4, 6)  # the powers of ten of numbers that Go writes in this way


@dataclass(slots=True, eq=False, repr=False)
class Secret:
    """A secret value; `ciphertext` is its encrypted form in the state, kept as long as the value does not change."""

    value: Any
    ciphertext: str | None = None

    def __repr__(self) -> str:
        return "[secret]"


class _Unknown:
    def __repr__(self) -> str:
        return "[unknown]"


UNKNOWN: Final = _Unknown()


def from_struct(struct: struct_pb2.Struct) -> dict[str, Any]:
    """Read the properties of a `Struct`; an asset, an archive or a resource reference is a ValueError."""
    return {key: from_value(value) for key, value in struct.fields.items()}


def from_value(value: struct_pb2.Value) -> Any:
    """Read one value, None if it is not set."""
    match value.WhichOneof("kind"):
        case "string_value":
            return UNKNOWN if value.string_value == UNKNOWN_MARKER else value.string_value
        case "number_value":
            number = value.number_value
            return int(number) if number.is_integer() and abs(number) < _EXACT_INTEGERS else number
        case "bool_value":
            return value.bool_value
        case "list_value":
            return [from_value(item) for item in value.list_value.values]
        case "struct_value":
            return _from_object(value.struct_value)
        case _:
            return None


def _from_object(struct: struct_pb2.Struct) -> Any:
    fields = struct.fields
    if SIGNATURE not in fields:
        return from_struct(struct)
    if fields[SIGNATURE].string_value == SECRET_SIGNATURE:
        inner = from_value(fields["value"])
        return inner if isinstance(inner, Secret) else Secret(inner)
    raise ValueError(
        "assets, archives and resource references need the Pulumi CLI; the local engine does not support them"
    )


def to_struct(properties: Mapping[str, Any], *, secrets: bool, unknowns: bool) -> struct_pb2.Struct:
    """Write a `Struct`; without `secrets` these become plain values, without `unknowns` these are left out."""
    struct = struct_pb2.Struct()
    struct.update(_marked(dict(properties), secrets, unknowns))
    return struct


def _marked(value: Any, secrets: bool, unknowns: bool) -> Any:
    if isinstance(value, Secret):
        inner = _marked(value.value, secrets, unknowns)
        return {SIGNATURE: SECRET_SIGNATURE, "value": inner} if secrets else inner
    if isinstance(value, dict):
        items = ((key, item) for key, item in value.items() if unknowns or not is_unknown(item))
        return {key: _marked(item, secrets, unknowns) for key, item in items}
    if isinstance(value, list):
        return [_marked(item, secrets, unknowns) for item in value if unknowns or not is_unknown(item)]
    return UNKNOWN_MARKER if value is UNKNOWN else value


def is_unknown(value: Any) -> bool:
    """Whether the whole value is unknown, secret or not."""
    return value is UNKNOWN or (isinstance(value, Secret) and is_unknown(value.value))


def each(value: Any, convert: Callable[[Any], Any]) -> Any:
    """Convert the items of an object or a list; another value stays."""
    if isinstance(value, dict):
        return {key: convert(item) for key, item in value.items()}
    return [convert(item) for item in value] if isinstance(value, list) else value


def contains_secret(value: Any) -> bool:
    """Whether a secret is anywhere inside."""
    if isinstance(value, dict):
        return any(contains_secret(item) for item in value.values())
    if isinstance(value, list):
        return any(contains_secret(item) for item in value)
    return isinstance(value, Secret)


def plain(value: Any, *, secret: str | None = None, unknown: Any = UNKNOWN) -> Any:
    """Copy a value without `Secret` wrappers; `secret`, if given, replaces secrets, `unknown` unknown values."""
    if isinstance(value, Secret):
        return plain(value.value, unknown=unknown) if secret is None else secret
    return unknown if value is UNKNOWN else each(value, partial(plain, secret=secret, unknown=unknown))


def equal(left: Any, right: Any) -> bool:
    """Compare deeply; a secret equals only a secret, `True` is not `1`, an unknown value equals nothing."""
    if isinstance(left, Secret) and isinstance(right, Secret):
        return equal(left.value, right.value)
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(equal(item, right[key]) for key, item in left.items())
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(equal(a, b) for a, b in zip(left, right, strict=True))
    if left is UNKNOWN or right is UNKNOWN or isinstance(left, bool) is not isinstance(right, bool):
        return False
    return bool(left == right)


def differing_keys(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """List the keys that only one object has, or whose values differ."""
    keys = sorted(old.keys() | new.keys())
    return [key for key in keys if key not in old or key not in new or not equal(old[key], new[key])]


def changed_keys(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, ...]:
    """List the top-level keys that differ, as `+key`, `-key` and `~key`; internal keys (`__...`) are left out."""
    keys = [key for key in differing_keys(old, new) if not key.startswith("__")]
    signs = {key: "+" if key not in old else "-" if key not in new else "~" for key in keys}
    return tuple(f"{signs[key]}{key}" for key in sorted(keys, key=lambda key: "+-~".index(signs[key])))


def in_go(value: Any) -> str:
    """Print a value in the manner of Go, as the CLI does beside a failed check: a secret is in clear there."""
    if value is UNKNOWN:
        return "output<string>{}"
    if isinstance(value, Secret):
        shown = f"&{{{in_go(value.value)}}}"
    elif isinstance(value, dict):
        shown = f"map[{' '.join(f'{key}:{in_go(value[key])}' for key in sorted(value))}]"
    elif isinstance(value, list):
        shown = f"[{' '.join(map(in_go, value))}]"
    elif isinstance(value, bool):
        shown = str(value).lower()
    else:
        shown = "<nil>" if value is None else value if isinstance(value, str) else _number(value)
    return f"{{{shown}}}"


def _number(value: float) -> str:
    number = Decimal(repr(float(value))).normalize()
    exponent = number.adjusted()
    return f"{number:f}" if exponent in _WITHOUT_EXPONENT else f"{number.scaleb(-exponent):f}e{exponent:+03d}"


def copy(value: Any) -> Any:
    """Copy deeply; secrets lose their ciphertext, which belongs to one place of the state."""
    return Secret(copy(value.value)) if isinstance(value, Secret) else each(value, copy)


_PATH_PART: Final = re.compile(r'\["((?:[^"\\]|\\.)*)"\]|\[(\d+|\*)\]|\.?([^.\[\]]+)')


def parse_path(path: str) -> list[str | int]:
    """Split a property path such as `tags[0].name` or `*` into its parts."""
    parts: list[str | int] = []
    for quoted, index, name in _PATH_PART.findall(path):
        parts.append(int(index) if index.isdigit() else quoted or index or name)
    return parts


def reset_path(path: list[str | int], old: Any, new: Any) -> None:
    """Reset the value at `path` in `new` to that in `old`; a value that `old` lacks is removed from `new`."""
    old, new = _unwrapped(old), _unwrapped(new)
    head, rest = path[0], path[1:]
    if isinstance(new, dict) and isinstance(old, dict):
        for key in sorted(old.keys() | new.keys()) if head == "*" else [str(head)]:
            if rest and key in old and key in new:
                reset_path(rest, old[key], new[key])
            elif key in old and not rest:
                new[key] = old[key]
            elif key in new and not rest:
                del new[key]
    elif isinstance(new, list) and isinstance(old, list):
        for index in range(min(len(old), len(new))) if head == "*" else [head]:
            if not isinstance(index, int) or index >= min(len(old), len(new)):
                continue
            if rest:
                reset_path(rest, old[index], new[index])
            else:
                new[index] = old[index]


def _unwrapped(value: Any) -> Any:
    return value.value if isinstance(value, Secret) else value
