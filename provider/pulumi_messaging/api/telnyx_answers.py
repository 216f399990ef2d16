"""What Telnyx's answers hold, read without a request: pages and their counts, error texts, ids as text, no secrets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from pulumi_messaging.api.bodies import Answer, count_of, text_of
from pulumi_messaging.api.ids import is_id
from pulumi_messaging.api.words import Words

PAGE_SIZE = 250
# A credential of the number's voice service, and the secret of a profile: they do not get past this module.
SENSITIVE = frozenset({"external_pin", "v1_secret"})


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list, with the counts of all pages and of all rows; None where the answer does not give them."""

    rows: list[dict[str, Any]] = field(repr=False)
    pages: int | None
    total: int | None = None

    @property
    def full(self) -> bool:
        """Whether there may be another page."""
        return len(self.rows) >= PAGE_SIZE


def meta_of(answer: Answer) -> dict[str, Any]:
    """What an answer says of the whole list; empty where it says nothing."""
    meta = answer.value.get("meta") if isinstance(answer.value, dict) else None
    return meta if isinstance(meta, dict) else {}


def public(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of an answer without credentials."""
    return {name: row[name] for name in row if name not in SENSITIVE}


def known_by(value: Any) -> str:
    """An id or a number as text; empty for a value that can be neither."""
    text = text_of(value)
    return text if is_id(text.removeprefix("+")) else ""


def pages_of(meta: dict[str, Any]) -> int | None:
    """The number of pages, where the answer gives it; counts may come as text."""
    pages, results = count_of(meta.get("total_pages")), count_of(meta.get("total_results"))
    return pages if pages is not None else None if results is None else ceil(results / PAGE_SIZE)


def words(body: Any) -> Words:
    """Code, title and detail of the first error of ``{"errors": [...]}``; a code may be text or a number."""
    errors = body.get("errors") if isinstance(body, dict) else None
    errors = [error for error in errors if isinstance(error, dict)] if isinstance(errors, list) else []
    if not errors:
        return Words()
    first, *others = errors
    source = first.get("source") if isinstance(first.get("source"), dict) else {}
    where = text_of(source.get("pointer")) or text_of(source.get("parameter"))
    more = f"and {len(others)} more" if others else ""
    detail = ", ".join(part for part in (text_of(first.get("detail")), where, more) if part)
    return Words(text_of(first.get("title")), text_of(first.get("code")) or None, detail)
