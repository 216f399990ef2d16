"""One number's messaging settings: how they are observed, written and named in messages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from pulumi_messaging.core.diff import Change, observe, patch
from pulumi_messaging.core.fields import Value, Values, normal
from pulumi_messaging.core.number_messaging import NUMBER_MESSAGING
from pulumi_messaging.errors import ApiError, NotApplied
from pulumi_messaging.reconcile.numbers.state import ELIGIBLE, NUMBER_ID, PHONE_NUMBER, PRODUCT, PROFILE, TYPE
from pulumi_messaging.text import brief

if TYPE_CHECKING:
    from pulumi_messaging.api.telnyx import TelnyxClient
    from pulumi_messaging.reconcile.numbers.reads import NumberReads

Observed = dict[str, Value]


def observed(answer: dict[str, Any]) -> Observed:
    """The vendor's settings object as state values."""
    found = observe(NUMBER_MESSAGING, answer)
    if isinstance(found.get(TYPE), str):
        # The vendor spells a type in two ways, "long-code" and "longcode".
        found[TYPE] = found[TYPE].replace("-", "").replace("_", "")
    return found


def name_of(number: Values) -> str:
    """A number in messages: its E.164, else its numeric id."""
    return brief(number.get(PHONE_NUMBER) or number[NUMBER_ID])


def _full_name(number: Values) -> str:
    """A number in messages with the id that was sent: ``+15550100001 (1293384261075731501)``."""
    name, number_id = name_of(number), number[NUMBER_ID]
    return name if name == number_id else f"{name} ({number_id})"


def write(client: TelnyxClient, reads: NumberReads, current: Observed, changes: tuple[Change, ...]) -> Observed:
    """Send the changes of one number, if there are any, and compare the answer with them: the settings now."""
    if not changes:
        return current
    number_id = current[NUMBER_ID]
    lost: ApiError | None = None
    try:
        answer = client.update_messaging(number_id, patch(changes), _full_name(current))
        complete = all(change.field.wire in answer for change in changes)
    except ApiError as error:
        if not error.unclear:
            raise
        lost, complete = error, False
    finally:
        reads.wrote(number_id)
    if not complete:  # a read shows the fields that the answer lacks
        try:
            answer = client.retrieve_messaging(number_id)
        except ApiError as error:
            alone = error.during(f"read messaging settings of number {_full_name(current)}")
            raise lost.unsettled(error.reason) if lost else alone from None
    after = observed(answer)
    for change in changes:
        seen = after.get(change.field.state, "")
        if normal(change.field, seen) != normal(change.field, change.new):
            raise lost or _not_applied(current, change, seen)
    return current | after


def profile_moves(changes: Iterable[Change]) -> Iterable[tuple[str, str]]:
    """Old and new messaging profile, where the changes take a number from one."""
    return ((change.old, change.new) for change in changes if change.field.state == PROFILE and change.old)


def ineligible(current: Values, changes: Iterable[Change]) -> str | None:
    """The reason why the number may not have the product that the changes give it; None where it may."""
    eligible = current.get(ELIGIBLE)
    for change in changes:
        if change.field.state == PRODUCT and eligible and change.new not in eligible:
            return (
                f'cannot set messaging_product "{change.new}" of number {name_of(current)}: '
                f"eligible are {brief(', '.join(eligible))} (decided by Telnyx from the number's traffic); "
                f"declare one of these, or remove messaging_product"
            )
    return None


def _not_applied(current: Values, change: Change, seen: Value) -> NotApplied:
    return NotApplied(
        f"update messaging settings of number {_full_name(current)}",
        f'Telnyx answered success, but {change.field.name} is "{brief(seen)}" and not "{change.new}"',
        "run `pulumi up` again, and ask Telnyx if it stays so",
    )
