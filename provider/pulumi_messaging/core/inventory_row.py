"""Rows of Telegent's numbers, whose keys and ids the vendor's pages spell in several ways."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

Row = Mapping[str, Any]

_KEY: Final = "messagerouteid"


def routes_in(row: Row) -> set[str | None]:
    """The routes that a row names, in one spelling: "" for "no route", None for one that cannot be read."""
    return {_route(value) for value in route_values(row)}


def route_values(row: Row) -> Iterator[Any]:
    """The values of a row that stand for its route, as the vendor spells them; none where it lacks the key."""
    for key, value in row.items():
        if "".join(key.split()).casefold() == _KEY:
            yield value
        elif isinstance(value, Mapping):
            yield from route_values(value)


def _route(value: Any) -> str | None:
    if value is None:
        return ""
    return folded_id(value) if isinstance(value, str) else None


def folded_id(route_id: str) -> str:
    """An id for comparison: the vendor's answers differ in case and blanks."""
    return "".join(route_id.split()).casefold()
