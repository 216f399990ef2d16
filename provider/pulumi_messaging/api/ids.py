"""Ids, whoever they come from: a program, the state, or a vendor's answer.

What a program or a state names is sent as one segment of a path, encoded whole, or not at all. What an answer calls an
id goes into the state, and into a path from there, so it must look like one: then no later request needs encoding.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from pulumi_messaging.errors import InvalidInput, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TypeGuard

# The vendors' own have up to 41 characters.
LONGEST: Final = 200
_LIKE_AN_ID: Final = re.compile(rf"[A-Za-z0-9][A-Za-z0-9._:~+-]{{0,{LONGEST - 1}}}")


def is_id(value: Any) -> TypeGuard[str]:
    """Whether a value of an answer can be an id."""
    return isinstance(value, str) and _LIKE_AN_ID.fullmatch(value) is not None


def checked_id(value: str, what: str) -> str:
    """An id as it is sent: neither empty nor endless, and without control characters.

    Raises:
        InvalidInput: ``what`` names the id.
    """
    if not value.strip():
        raise InvalidInput(what, (Problem("id", "is empty"),))
    if len(value) > LONGEST:
        raise InvalidInput(what, (Problem("id", f"is longer than {LONGEST} characters"),))
    if not value.isprintable():
        raise InvalidInput(what, (Problem("id", "holds a control character"),))
    return value


def segment(value: str, what: str) -> str:
    """An id as one segment of a path or one value of a query."""
    if checked_id(value, what) in {".", ".."}:
        raise InvalidInput(what, (Problem("id", "is not an id"),))
    return quote(value, safe="")


def encoded(values: Iterable[str], what: str) -> str:
    """Several ids as one value of a query."""
    return quote(",".join(checked_id(value, what) for value in values), safe="")
