"""Ids of programs, states and vendors' answers.

An id of a program or a state is sent as one percent-encoded segment of a path, or not at all. An id of an answer goes
into the state, and into a path from there: it must look like an id, so that no later request needs encoding.
"""

from __future__ import annotations

import re
from typing import Any, Final, TypeGuard
from urllib.parse import quote

from pulumi_messaging.errors import InvalidInput, Problem
from pulumi_messaging.text import cut, visible

# The vendors' own have up to 41 characters.
LONGEST: Final = 200
# How much of one that cannot be sent is shown.
SHOWN: Final = 60
_LIKE_AN_ID: Final = re.compile(rf"[A-Za-z0-9][A-Za-z0-9._:~+-]{{0,{LONGEST - 1}}}")


def is_id(value: Any) -> TypeGuard[str]:
    """Whether a value of an answer can be an id."""
    return isinstance(value, str) and _LIKE_AN_ID.fullmatch(value) is not None


def checked_id(value: str, attempt: str) -> str:
    """The id, for an action, such as "read message route".

    Raises:
        InvalidInput: It cannot be sent: it is empty or too long, or holds control characters.
    """
    if not value.strip():
        raise not_sent(value, attempt, "is empty")
    if len(value) > LONGEST:
        raise not_sent(value, attempt, f"is longer than {LONGEST} characters")
    if not value.isprintable():
        raise not_sent(value, attempt, "holds a control character")
    return value


def segment(value: str, attempt: str) -> str:
    """An id as one segment of a path or one value of a query."""
    if checked_id(value, attempt) in {".", ".."}:
        raise not_sent(value, attempt, "is not an id")
    return quote(value, safe="")


def not_sent(value: str, attempt: str, why: str) -> InvalidInput:
    """The error for an id that cannot be sent."""
    shown = cut(visible(value[:SHOWN]), SHOWN)
    advice = "correct it in the program, or in the state (`pulumi stack export`, `pulumi stack import`)"
    return InvalidInput(f'cannot {attempt} "{shown}"', (Problem("id", f"{why}; {advice}"),))
