"""Rows of the account's list of numbers, which keeps numbers that have left the account."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from pulumi_messaging.errors import Refused
from pulumi_messaging.reconcile.numbers.vendor import Row

# The statuses of a number that the account does not have any more. One that is still to come is not among them.
# Telegent documents Active alone.
_DEAD: Final = ("deleted", "ported-out", "port-failed", "portedout", "cancelled", "canceled", "released", "terminated")


def is_live(row: Row) -> bool:
    """Whether the account has the number of a row, as far as its status shows."""
    return status_of(row).strip().replace(" ", "-").lower() not in _DEAD


def status_of(row: Row) -> str:
    """The status of a row's number; empty where the row shows none."""
    return str(row.get("status") or "")


def contradicts(rows: Iterable[Row], number: str, number_id: str | None) -> bool:
    """Whether a row contradicts the vendor's 404 for a number's settings: it is live and has the same id.

    A number that was released and bought again is another one, with another id. Where no id is known, only E.164 can
    tell.
    """
    return any(is_live(row) and _names(row, number, number_id) for row in rows)


def _names(row: Row, number: str, number_id: str | None) -> bool:
    return row.get("id") == number_id if number_id else row.get("phone_number") == number


def proves_account(rows: Iterable[Row], number: str, number_id: str | None) -> bool:
    """Whether a row shows that the account that was asked is the number's.

    A numeric id belongs to one account for ever. An E.164 is in one account at a time: where this account has it now,
    under another id, the former number is in no account any more. A dead row of an E.164 proves nothing: the number may
    have gone to another account.
    """
    own_id = number_id if number_id != number else None
    return any(
        (own_id is not None and row.get("id") == own_id) or (row.get("phone_number") == number and is_live(row))
        for row in rows
    )


def two_numbers(number: str, ids: Iterable[str]) -> Refused:
    """The error for an E.164 that two numbers of the account have; a Telegent number is its own id."""
    return Refused(
        f"cannot tell which number {number} is: the account lists it under two ids ({', '.join(sorted(ids))}); "
        f"declare the one you mean by its id, or ask Telnyx (nothing was sent)"
    )
