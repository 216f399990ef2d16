"""Ids as they are sent, whoever they come from: a program, the state, or a vendor's answer."""

from __future__ import annotations

from urllib.parse import quote

from pulumi_messaging.errors import InvalidInput, Problem


def checked_id(value: str, what: str) -> str:
    """An id as it is sent: not empty, no control characters.

    Raises:
        InvalidInput: ``what`` names the id.
    """
    if not value.strip():
        raise InvalidInput(what, (Problem("id", "is empty"),))
    if not value.isprintable():
        raise InvalidInput(what, (Problem("id", "holds a control character"),))
    return value


def segment(value: str, what: str) -> str:
    """An id as one segment of a path or one value of a query."""
    if checked_id(value, what) in {".", ".."}:
        raise InvalidInput(what, (Problem("id", "is not an id"),))
    return quote(value, safe="")
