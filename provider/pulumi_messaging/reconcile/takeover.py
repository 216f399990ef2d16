"""The lines about what a take-over overwrites: in the preview, and again in the run that writes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable
from typing import Final

from pulumi_messaging.core.diff import Change
from pulumi_messaging.core.fields import UNKNOWN, Value, Values
from pulumi_messaging.core.hidden import SECRETS
from pulumi_messaging.text import brief

HIDDEN: Final = "[secret]"
# Lines without a write are said one by one up to this many, and as a count at these moments.
_ONE_BY_ONE: Final = 20
_COUNTED: Final = (100, 1000, 10_000)


def secrets_of(declared: Values) -> frozenset[str]:
    """The state names of the arguments that the program gave as secrets."""
    names = declared.get(SECRETS)
    return frozenset(map(str, names)) if isinstance(names, list | tuple) else frozenset()


def overwrites(changes: Iterable[Change], secret: Collection[str]) -> str:
    """``message_url "https://a" -> "https://b", message_route_enabled false -> true``; secrets on neither side."""
    return ", ".join(_overwrite(change, secret) for change in changes)


def _overwrite(change: Change, secret: Collection[str]) -> str:
    field = change.field
    if field.secret or field.state in secret:
        return f"{field.name} {HIDDEN} -> {HIDDEN}"
    return f"{field.name} {shown(change.old)} -> {shown(change.new)}"


def shown(value: Value) -> str:
    """A value in a line: text in quotes, a list as ``a, b``, an empty or absent value as ``(none)``."""
    if value is None or value in ("", ()):
        return "(none)"
    if value is UNKNOWN:
        return "(not known yet)"
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{brief(", ".join(map(str, value)) if isinstance(value, list | tuple) else value)}"'


class TakeOverLines:
    """Says the take-overs of one process, for any thread: each overwrite, and of the others the first and counts.

    Args:
        say: Writes one line for the user.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._lock = threading.Lock()
        self._unwritten = 0

    def preview(self, named: str, overwritten: str) -> None:
        """Say what an `up` will do with an existing object, which ``named`` names with its kind."""
        self._line(f"{named}: `pulumi up` will overwrite {overwritten}" if overwritten else "", named)

    def done(self, named: str, overwritten: str, why: str = "") -> None:
        """Say what a run has overwritten; ``why`` gives the reason of a take-over that the program did not ask for."""
        reason = f" ({why})" if why else ""
        self._line(f"{named}: taken over{reason}, overwrote {overwritten}" if overwritten else "", f"{named}{reason}")

    def _line(self, line: str, named: str) -> None:
        if line:
            self._say(line)
            return
        with self._lock:
            self._unwritten += 1
            count = self._unwritten
        if count <= _ONE_BY_ONE:
            self._say(f"{named}: exists and is taken over; nothing to write")
        elif count in _COUNTED:
            self._say(f"{count} existing objects so far are taken over with nothing to write")
