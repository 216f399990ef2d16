"""A validator of JSON Schema, as far as the vendors' bodies need it.

The emulator's OpenAPI description has the same schemas, so that it describes exactly the checks that are made.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]  # a JSON object

UUID = r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
# A URI is ASCII: letters of other alphabets are percent-encoded, and in the host as punycode.
URL = r"[Hh][Tt][Tt][Pp][Ss]?://[A-Za-z0-9._~%!$&'()*+,;=:@\[\]-]+([/?#][!-~]*)?"
E164 = r"\+[1-9][0-9]{6,14}"

_TYPES: dict[str, Callable[[Any], bool]] = {
    "null": lambda value: value is None,
    "boolean": lambda value: isinstance(value, bool),
    "string": lambda value: isinstance(value, str),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    # JSON Schema: 1.0 is an integer, and true is not.
    "integer": lambda value: (
        (isinstance(value, int) and not isinstance(value, bool)) or (isinstance(value, float) and value.is_integer())
    ),
}


def object_schema(properties: Json, *, required: Iterable[str] | None = None, closed: bool = True) -> Json:
    """The schema of an object; absent `required`: every property, `closed`: no other property is allowed."""
    needed = list(properties if required is None else required)
    return {
        "type": "object",
        "properties": properties,
        **({"required": needed} if needed else {}),
        **({"additionalProperties": False} if closed else {}),
    }


def nullable(schema: Json) -> Json:
    """The same schema, or null."""
    wider = {**schema, "type": [schema["type"], "null"]}
    return {**wider, "enum": [*schema["enum"], None]} if "enum" in schema else wider


@dataclass(frozen=True)
class Problem:
    """A violation of a schema: `kind` is the schema's keyword, `path` the keys that lead to the value."""

    kind: str
    path: tuple[str, ...]
    words: str

    @property
    def pointer(self) -> str:
        """The place as a JSON pointer."""
        return "".join(f"/{part}" for part in self.path)

    @property
    def name(self) -> str:
        """The place in words."""
        return ".".join(self.path) or "The body"


def find_problem(schema: Json, value: Any, path: tuple[str, ...] = ()) -> Problem | None:
    """The first violation, or None."""
    found = _scalar_problem(schema, value)
    if found:
        return Problem(found[0], path, found[1])
    if isinstance(value, list):
        return _array_problem(schema, value, path)
    if isinstance(value, dict):
        return _object_problem(schema, value, path)
    return None


def _scalar_problem(schema: Json, value: Any) -> tuple[str, str] | None:
    types = schema.get("type", [])
    types = [types] if isinstance(types, str) else types
    if types and not any(_TYPES[name](value) for name in types):
        return "type", f"must be of type {' or '.join(types)}"
    if "enum" in schema and value not in schema["enum"]:
        return "enum", f"must be one of {', '.join(str(allowed) for allowed in schema['enum'])}"
    if isinstance(value, str):
        return _string_problem(schema, value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _number_problem(schema, value)
    return None


def _string_problem(schema: Json, value: str) -> tuple[str, str] | None:
    if len(value) < schema.get("minLength", 0):
        return "minLength", "must not be empty"
    if len(value) > schema.get("maxLength", len(value)):
        return "maxLength", f"must not be longer than {schema['maxLength']} characters"
    if "pattern" in schema and not _matches(schema["pattern"], value):
        return "pattern", "is malformed"
    return None


def _matches(pattern: str, value: str) -> bool:
    # In a JSON Schema `$` is the very end of the text, in Python it also stands before a last newline.
    return re.search(pattern, value) is not None and not (pattern.endswith("$") and value.endswith("\n"))


def _number_problem(schema: Json, value: float) -> tuple[str, str] | None:
    low, high = schema.get("minimum", value), schema.get("maximum", value)
    if not low <= value <= high:
        return "range", f"must be between {schema.get('minimum', '-')} and {schema.get('maximum', '-')}"
    return None


def _array_problem(schema: Json, value: list[Any], path: tuple[str, ...]) -> Problem | None:
    if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
        return Problem(
            "items", path, f"must have {schema.get('minItems', 0)} to {schema.get('maxItems', 'any')} elements"
        )
    for index, item in enumerate(value):
        found = find_problem(schema.get("items", {}), item, (*path, str(index)))
        if found:
            return found
    return None


def _object_problem(schema: Json, value: Json, path: tuple[str, ...]) -> Problem | None:
    for name in schema.get("required", ()):
        if name not in value:
            return Problem("required", (*path, name), "is required")
    properties = schema.get("properties", {})
    for name, item in value.items():
        if name in properties:
            found = find_problem(properties[name], item, (*path, name))
            if found:
                return found
        elif schema.get("additionalProperties") is False:
            return Problem("additional", (*path, name), "is not a known field")
    return None
