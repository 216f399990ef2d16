"""The lines about what a take-over overwrites: in the preview, and again in the run that writes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final

from pulumi_messaging.core.diff import Change, has_unknown
from pulumi_messaging.core.fields import Echo, Field, Value, whole
from pulumi_messaging.errors import Refused
from pulumi_messaging.text import HIDDEN, brief

# Lines without a write are said one by one up to this many, and as a count then and at these moments.
ONE_BY_ONE: Final = 20
COUNTED: Final = (100, 1000, 10_000)


def overwrites(changes: Iterable[Change], secret: Collection[str]) -> str:
    """``message_url "https://a" -> "https://b", message_route_enabled false -> true``; secrets on neither side."""
    return ", ".join(_overwrite(change, secret) for change in changes)


def _overwrite(change: Change, secret: Collection[str]) -> str:
    field = change.field
    if field.secret or field.state in secret:
        return f"{field.name} {HIDDEN} -> {HIDDEN}"
    unseen = change.old is None and field.echo is Echo.MAYBE
    old, new = (_by_name(field, value, change.new) for value in (change.old, change.new))
    return f"{field.name} {'(not shown)' if unseen else shown(old)} -> {shown(new)}"


def _by_name(field: Field, value: Value, declared: Value) -> Value:
    """An object by the names of its keys: the declared ones, and those that lose a value, because it is sent whole."""
    if not isinstance(value, Mapping):
        return value
    named = declared if isinstance(declared, Mapping) else {}
    return {key.name: value.get(key.state) for key in field.keys if key.state in named or value.get(key.state)}


def shown(value: Value) -> str:
    """A value in a line: text in quotes, a list as ``a, b``, an object in braces, an empty value as ``(none)``."""
    if value is None or value in ("", ()):
        return "(none)"
    if has_unknown(value):
        return "(not known yet)"
    if isinstance(value, Mapping):
        return brief(f"{{{', '.join(f'{name}: {shown(item)}' for name, item in value.items())}}}")
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(whole(value))  # engines make every number a float
    return f'"{brief(", ".join(map(str, value)) if isinstance(value, list | tuple) else value)}"'


def refusal(setting: str, named: str, changes: Iterable[Change]) -> str:
    """The reason why a take-over that would write is refused; empty where it is allowed.

    It names the fields and quotes no value, so that it can stand in a check failure. A value that is not known yet may
    turn out to be equal.

    Args:
        setting: The key that is set to ``equal`` (``telegent:adopt``); empty: every take-over is allowed.
        named: The object with its kind.
        changes: What the take-over would send.
    """
    fields = {change.field.name: change.field for change in changes if not has_unknown(change.new)}
    if not (setting and fields):
        return ""
    advice = f"declare the values that are there, or run `pulumi config rm {setting}`"
    if all(field.secret for field in fields.values()):
        advice = "it cannot be compared: leave it out for the take-over, and add it afterwards"
    return f'cannot take over {named}: {setting} is "equal", and {", ".join(fields)} would be written; {advice}'


def refuse_overwrite(setting: str, named: str, changes: Iterable[Change]) -> None:
    """Raise Refused with the ``refusal`` of a take-over, if there is one; nothing was sent."""
    if reason := refusal(setting, named, changes):
        raise Refused(reason)


class TakeOverLines:
    """Says the take-overs of one process, for any thread: each overwrite, and of the others the first and counts.

    Args:
        say: Writes one line for the user.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._lock = threading.Lock()
        self._unwritten = 0

    def preview(self, named: str, overwritten: str, exists: str = "exists and is taken over") -> None:
        """Say what an `up` will do with an existing object, which ``named`` names with its kind."""
        self._line(f"{named}: `pulumi up` will overwrite {overwritten}" if overwritten else "", f"{named}: {exists}")

    def done(self, named: str, overwritten: str, why: str = "") -> None:
        """Say what a run has overwritten; ``why`` gives the reason of a take-over that the program did not ask for."""
        named += f": taken over{f' ({why})' if why else ''}"
        self._line(f"{named}, overwrote {overwritten}" if overwritten else "", named)

    def _line(self, line: str, unwritten: str) -> None:
        if line:
            self._say(line)
            return
        with self._lock:
            self._unwritten += 1
            count = self._unwritten
        if count <= ONE_BY_ONE:
            self._say(f"{unwritten}; nothing to write")
        if count in (ONE_BY_ONE, *COUNTED):
            self._say(f"{count} existing objects so far are taken over with nothing to write")
