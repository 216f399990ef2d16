"""Property values as `pulumi` prints them: one line a property, with `+`, `-` and `~` for changes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any, Final

import yaml

from pulumi_messaging_engine.values import UNKNOWN, Secret, differing_keys, equal

_ABSENT: Final = object()
_INDENT: Final = "    "
_CONTEXT: Final = 2  # unchanged lines of a text beside a change
_LINES: Final = 3  # lines of a text that is not compared
_CHARACTERS: Final = 150  # of each of these lines
Line = tuple[str, str]  # sign (+, -, ~ or blank) and text


def properties(values: Mapping[str, Any], depth: int, sign: str = " ") -> Iterator[Line]:
    """Print all properties of an object except internal ones (`__...`)."""
    keys = sorted(key for key in values if not key.startswith("__"))
    width = max(map(len, keys), default=0)
    for key in keys:
        yield from _value(f"{key:<{width}}: ", values[key], depth, sign)


def differences(old: Mapping[str, Any], new: Mapping[str, Any], depth: int, *, same: bool = True) -> Iterator[Line]:
    """Compare two objects property by property; without `same`, print only differences."""
    shown = old.keys() | new.keys() if same else differing_keys(old, new)
    keys = sorted(key for key in shown if not key.startswith("__"))
    width = max(map(len, keys), default=0)
    for key in keys:
        yield from _difference(f"{key:<{width}}: ", old.get(key, _ABSENT), new.get(key, _ABSENT), depth)


def _difference(title: str, old: Any, new: Any, depth: int) -> Iterator[Line]:
    if old is _ABSENT:
        yield from _value(title, new, depth, "+")
    elif new is _ABSENT:
        yield from _value(title, old, depth, "-")
    elif equal(old, new):
        yield from _value(title, new, depth, " ")
    else:
        yield from _change(title, old, new, depth)


def _change(title: str, old: Any, new: Any, depth: int) -> Iterator[Line]:
    decoded = _decoded(old), _decoded(new)
    if decoded[0] and decoded[1]:
        old, new, title = *decoded, f"{title}(yaml) "
    if isinstance(old, dict) and isinstance(new, dict):
        yield "~", _at(depth, "~", f"{title}{{")
        yield from differences(old, new, depth + 1)
        yield "~", _at(depth, " ", "}")
    elif isinstance(old, list) and isinstance(new, list):
        yield "~", _at(depth, "~", f"{title}[")
        for index, (left, right) in enumerate(zip_longest(old, new, fillvalue=_ABSENT)):
            yield from _difference(f"[{index}]: ", left, right, depth + 1)
        yield "~", _at(depth, " ", "]")
    elif isinstance(old, dict | list) or isinstance(new, dict | list):
        yield from _value(title, old, depth, "-")
        yield from _value(title, new, depth, "+")
    elif isinstance(old, str) and isinstance(new, str) and "\n" in old + new:
        yield "~", _at(depth, "~", title.rstrip())
        yield from _text(old.splitlines(), new.splitlines(), depth + 1)
    else:
        yield "~", _at(depth, "~", f"{title}{scalar(old)} => {scalar(new)}")


def _text(old: list[str], new: list[str], depth: int) -> Iterator[Line]:
    """Compare two texts line by line, with a few unchanged lines beside each change."""
    for kind, start, end, new_start, new_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield from ((" ", _at(depth, " ", line)) for line in _kept(old, start, end))
        else:
            yield from (("-", _at(depth, "-", line)) for line in old[start:end])
            yield from (("+", _at(depth, "+", line)) for line in new[new_start:new_end])


def _kept(old: list[str], start: int, end: int) -> list[str]:
    """Shorten unchanged lines to those beside a change, if that leaves out more than one."""
    before = _CONTEXT if start > 0 else 0
    after = _CONTEXT if end < len(old) else 0
    if end - start <= before + after + 1:
        return old[start:end]
    return [*old[start : start + before], "...", *old[end - after : end]]


def _value(title: str, value: Any, depth: int, sign: str) -> Iterator[Line]:
    if decoded := _decoded(value):
        value, title = decoded, f"{title}(yaml) "
    if isinstance(value, dict) and value:
        yield sign, _at(depth, sign, f"{title}{{")
        yield from properties(value, depth + 1, sign)
        yield sign, _at(depth, " ", "}")
    elif isinstance(value, list) and value:
        yield sign, _at(depth, sign, f"{title}[")
        for index, item in enumerate(value):
            yield from _value(f"[{index}]: ", item, depth + 1, sign)
        yield sign, _at(depth, " ", "]")
    else:
        yield sign, _at(depth, sign, f"{title}{scalar(value)}")


def _decoded(value: Any) -> dict[str, Any] | list[Any] | None:
    """The object or the list of a text of several lines that is YAML: its value is shown in its place."""
    if isinstance(value, str) and "\n" in value.strip():
        with suppress(yaml.YAMLError, ValueError, RecursionError):
            decoded = yaml.safe_load(value)
            return decoded if isinstance(decoded, dict | list) else None
    return None


def _at(depth: int, sign: str, text: str) -> str:
    indent = _INDENT * depth
    return f"{indent[:-2]}{sign} {text}" if sign != " " and indent else f"{indent}{text}"


def scalar(value: Any) -> str:
    """Print a value on one line; a text of many lines is cut."""
    if isinstance(value, Secret):
        return "[secret]"
    if value is UNKNOWN:
        return "[unknown]"
    if isinstance(value, str):
        lines = value.split("\n", _LINES)
        shown = [line if len(line) <= _CHARACTERS else f"{line[:_CHARACTERS]}..." for line in lines[:_LINES]]
        value = "\n".join([*shown, "..."] if len(lines) > _LINES else shown)
    return "<null>" if value is None else json.dumps(value, ensure_ascii=False)
