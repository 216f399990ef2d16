"""The log of all requests, for a support case: where ``PULUMI_MESSAGING_LOG`` names a file, a line of JSON for each.

Any value that the program gave may be a secret, and this layer cannot know which. So a line has the names of the
body's fields without their values, and of the path no more than the vendor's own ids and the numbers of pages.
"""

from __future__ import annotations

import json
import os
import stat
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from re import compile as pattern
from typing import Any, Final
from urllib.parse import unquote

from pulumi_messaging.errors import ConfigurationError
from pulumi_messaging.text import HIDDEN

VARIABLE: Final = "PULUMI_MESSAGING_LOG"

_WORD: Final = pattern("[a-z][a-z0-9_]*")  # of an endpoint
# A route, or a number of Telnyx by its id: a phone number has 15 digits at most.
_OBJECT: Final = pattern("MRID-[A-Za-z0-9-]+|[0-9]{16,20}")
_ORDERS: Final = "messaging_numbers_bulk_updates"  # orders are the vendor's own objects
_NOT_GIVEN: Final = {"MessageRouteId", "PageNumber", "Filter", "page[number]", "page[size]", "sort[phone_number]"}


class RequestLog:
    """Appends to a file that only its owner can read. Processes may share it: each line is written at once.

    Args:
        file: The file; it is made where there is none.
        say: Writes one line for the user.

    Raises:
        ConfigurationError: The file cannot be written.
    """

    def __init__(self, file: Path, say: Callable[[str], None]) -> None:
        self._name = file
        self._say = say
        self._lock = threading.Lock()
        self._failed = False
        try:
            self._file = _opened(file)
        except OSError as error:
            raise ConfigurationError(
                f"{VARIABLE} names {file}, which cannot be written ({error.strerror}): name a file of yours, or unset "
                f"the variable (nothing was sent)"
            ) from None

    def write(self, **entry: Any) -> None:
        """Append a line; None stands for what is not known, and is left out.

        A line that cannot be written is told once: half of a run must not fail for its log.
        """
        line = f"{json.dumps({name: value for name, value in entry.items() if value is not None})}\n".encode()
        try:
            whole = os.write(self._file, line) == len(line)
            reason = "" if whole else "the disk is full"
        except OSError as error:
            reason = str(error.strerror)
        with self._lock:
            first, self._failed = bool(reason) and not self._failed, self._failed or bool(reason)
        if first:
            self._say(f"the log of requests {self._name} lacks a request ({reason}); requests go on")


def request_log(environ: Mapping[str, str], say: Callable[[str], None]) -> RequestLog | None:
    """The log that the environment names; None where it names none."""
    named = environ.get(VARIABLE, "").strip()
    return RequestLog(Path(named), say) if named else None


def _opened(file: Path) -> int:
    # O_NONBLOCK: a pipe without a reader is an error then, and does not hold up the run.
    opened = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK | os.O_CLOEXEC, 0o600)
    if not stat.S_ISREG(os.fstat(opened).st_mode):
        raise OSError(0, "not a regular file")
    os.fchmod(opened, 0o600)
    return opened


def shown_path(path: str) -> str:
    """A path with its query, without the values that the program gave."""
    path, mark, query = path.partition("?")
    segments = [unquote(segment) for segment in path.split("/")]
    shown = [_shown(before, segment) for before, segment in zip(["", *segments], segments, strict=False)]
    pairs = [unquote(pair).partition("=") for pair in query.split("&")]
    return "/".join(shown) + mark + "&".join(f"{name}{equal}{_value(name, value)}" for name, equal, value in pairs)


def _shown(before: str, segment: str) -> str:
    plain = not segment or before == _ORDERS or _WORD.fullmatch(segment) or _OBJECT.fullmatch(segment)
    return segment if plain else HIDDEN


def _value(name: str, value: str) -> str:
    return value if not value or name in _NOT_GIVEN else HIDDEN
