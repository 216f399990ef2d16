"""Property values as `pulumi` prints them: one line a property, with `+`, `-` and `~` for changes."""

from __future__ import annotations

import json
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any, Final

from pulumi_messaging_engine.values import UNKNOWN, Secret, equal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_INDENT: Final = "    "
_CONTEXT: Final = 2  # unchanged lines of a text beside a change
_LINES: Final = 3  # lines of a text that is not compared
Line = tuple[str, str]  # sign (+, -, ~ or blank) and text


def properties(values: Mapping[str, Any], depth: int, sign: str = " ") -> Iterator[Line]:
    """Print all properties of an object except internal ones (`__...`)."""
    keys = sorted(key for key in values if not key.startswith("__"))
    width = max(map(len, keys), default=0)
    for key in keys:
        yield from _value(f"{key:<{width}}: ", values[key], depth, sign)


def differences(old: Mapping[str, Any], new: Mapping[str, Any], depth: int, *, same: bool = True) -> Iterator[Line]:
    """Compare two objects property by property; without `same`, print only differences."""
    keys = sorted(key for key in old.keys() | new.keys() if not key.startswith("__"))
    if not same:
        keys = [key for key in keys if key not in old or key not in new or not equal(old[key], new[key])]
    width = max(map(len, keys), default=0)
    for key in keys:
        title = f"{key:<{width}}: "
        if key not in old:
            yield from _value(title, new[key], depth, "+")
        elif key not in new:
            yield from _value(title, old[key], depth, "-")
        elif equal(old[key], new[key]):
            yield from _value(title, new[key], depth, " ")
        else:
            yield from _change(title, old[key], new[key], depth)


def _change(title: str, old: Any, new: Any, depth: int) -> Iterator[Line]:
    if isinstance(old, dict) and isinstance(new, dict):
        yield "~", _at(depth, "~", f"{title}{{")
        yield from differences(old, new, depth + 1)
        yield "~", _at(depth, " ", "}")
    elif isinstance(old, list) and isinstance(new, list):
        yield "~", _at(depth, "~", f"{title}[")
        yield from _items(old, new, depth + 1)
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


def _items(old: list[Any], new: list[Any], depth: int) -> Iterator[Line]:
    for index in range(max(len(old), len(new))):
        title = f"[{index}]: "
        if index >= len(old):
            yield from _value(title, new[index], depth, "+")
        elif index >= len(new):
            yield from _value(title, old[index], depth, "-")
        elif equal(old[index], new[index]):
            yield from _value(title, new[index], depth, " ")
        else:
            yield from _change(title, old[index], new[index], depth)


def _value(title: str, value: Any, depth: int, sign: str) -> Iterator[Line]:
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


def _at(depth: int, sign: str, text: str) -> str:
    indent = _INDENT * depth
    return f"{indent[:-2]}{sign} {text}" if sign != " " and indent else f"{indent}{text}"


def scalar(value: Any) -> str:
    """Print a value on one line; a text of many lines is cut."""
    if isinstance(value, Secret):
        return "[secret]"
    if value is UNKNOWN:
        return "[unknown]"
    if isinstance(value, str) and value.count("\n") >= _LINES:
        value = "\n".join([*value.split("\n", _LINES)[:_LINES], "..."])
    return "<null>" if value is None else json.dumps(value, ensure_ascii=False)
