"""What Telegent's answers hold, read without a request: lists, pages, error texts, keys in one spelling, no secrets."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from pulumi_messaging.api.bodies import text_of
from pulumi_messaging.api.words import Words
from pulumi_messaging.core.message_route import MESSAGE_ROUTE

# Credentials of other services in the inventory: they do not get past this module.
SENSITIVE = frozenset({"portoutpin", "qractivationlink"})


@dataclass(frozen=True, slots=True)
class RouteList:
    """The routes of an account, each once. ``complete`` is False where the vendor's total is another."""

    routes: tuple[dict[str, Any], ...] = field(repr=False)
    complete: bool
    account_ids: frozenset[str] = frozenset()  # that the answer shows, of the list and of its routes


@dataclass(frozen=True, slots=True)
class InventoryPage:
    """One page of the inventory; ``total`` are the numbers of all pages, where the vendor tells."""

    rows: list[dict[str, Any]] = field(repr=False)
    total: int | None


def words(body: Any) -> Words:
    """The message of an error body: ``{StatusCode, Message}``, or the problem details of the older collection."""
    if isinstance(body, str):
        return Words(body)
    if not isinstance(body, dict):
        return Words()
    fields = {name.casefold(): value for name, value in body.items()}
    if text := text_of(fields.get("message")) or text_of(fields.get("error")):
        return Words(text)
    problems = fields.get("errors")
    listed = [
        f"{name}: {text_of(reason)}"
        for name, reasons in (problems.items() if isinstance(problems, dict) else ())
        for reason in (reasons if isinstance(reasons, list) else [reasons])
    ]
    detail = "; ".join(listed) or text_of(fields.get("detail"))
    return Words(text_of(fields.get("title")), detail=detail, request_id=text_of(fields.get("traceid")))


def folded(route: dict[str, Any]) -> dict[str, Any]:
    """A route with one spelling of its two ids: the list has AccountID, a query key MessageRouteID."""
    spelling = {"AccountID": "AccountId", "MessageRouteID": "MessageRouteId"}
    return {spelling.get(name, name): value for name, value in route.items()}


def without_secrets(route: dict[str, Any]) -> dict[str, Any]:
    """A route of a list without its secrets: lists are kept for a while, and secrets are never compared."""
    secret = {row.wire.casefold() for row in MESSAGE_ROUTE.fields if row.secret and row.wire}
    return {name: value for name, value in route.items() if name.casefold() not in secret}


def without_sensitive(number: dict[str, Any]) -> dict[str, Any]:
    """A row or the details of a number without credentials."""
    return {name: number[name] for name in number if name.casefold() not in SENSITIVE}


def first(body: dict[str, Any], *names: str) -> Any:
    """The value of the first of these keys that an answer has; None where it has none of them."""
    return next((body[name] for name in names if body.get(name) is not None), None)


def number_key(number: dict[str, Any]) -> str:
    """The key of a row of the inventory; a data-only line may have no number."""
    return text_of(first(number, "Number", "Tnid", "TNID", "Iccid")) or json.dumps(number, sort_keys=True)
